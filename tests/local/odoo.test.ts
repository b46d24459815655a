// Which Odoo an installation talks to, who gets its key, that the local one keeps its leads, and what the doctor says.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { createOdooCrm } from "#app/integrations/odoo/client.ts";
import { startOdooSimulator } from "#app/integrations/odoo/simulator.ts";
import { checkOdoo } from "#app/local/doctor-odoo.ts";
import { isOdooSimulated, odooSettingsFor } from "#app/local/odoo-keys.ts";
import { partsOf } from "#app/local/parts.ts";
import { freePort } from "#app/local/ports.ts";
import { ensureSecrets } from "#app/local/secrets.ts";
import { loadEnv } from "#app/platform/env.ts";
import { draftOf } from "../support/odoo.ts";

const folder = mkdtempSync(join(tmpdir(), "foyer-odoo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the settings", () => {
  const own = { ODOO_URL: "https://crm.example.com", ODOO_API_KEY: "key" };

  test("name an Odoo from 19 on by address and key, an older one also by database and login", () => {
    expect(loadEnv(own).odoo).toEqual({ url: own.ODOO_URL, apiKey: "key", protocol: "json2", database: null });
    const older = { ...own, ODOO_PROTOCOL: "jsonrpc", ODOO_DB: "db", ODOO_LOGIN: "me" };
    expect(loadEnv(older).odoo).toMatchObject({ protocol: "jsonrpc", database: "db", login: "me" });
    expect(loadEnv({}).odoo).toBeNull();
  });

  test.each([
    ["ODOO_API_KEY", { ODOO_URL: own.ODOO_URL }],
    ["ODOO_URL", { ODOO_API_KEY: "secret key" }],
    ["ODOO_DB", { ...own, ODOO_PROTOCOL: "jsonrpc", ODOO_LOGIN: "me" }],
    ["ODOO_LOGIN", { ...own, ODOO_PROTOCOL: "jsonrpc", ODOO_DB: "db" }],
  ])("say that %s is missing, and no secret", (key, settings) => {
    expect(() => loadEnv(settings)).toThrow(`${key} is missing`);
    expect(() => loadEnv(settings)).not.toThrow("secret key");
  });

  test("mean the simulator on this machine alone", () => {
    expect(isOdooSimulated(loadEnv({}))).toBe(true);
    expect(isOdooSimulated(loadEnv({ APP_DOMAIN: "example.com" }))).toBe(false);
    expect(isOdooSimulated(loadEnv(own))).toBe(false);
    expect(odooSettingsFor(loadEnv({ PORT: "4000" }), folder)).toMatchObject({ ODOO_URL: "http://127.0.0.1:4007" });
  });
});

test("only the worker gets the key, whatever the starter's environment says", () => {
  vi.stubEnv("ODOO_URL", "https://outside.example");
  vi.stubEnv("ODOO_API_KEY", "outside");
  const url = "postgres://p@h/d";
  const urls = { web: url, worker: url, functions: url, staff: url };
  const keysOf = (settings: Record<string, string>) => {
    const start = { root: process.cwd(), dataDir: folder, env: loadEnv(settings), urls, buildId: "b" };
    const parts = partsOf({ ...start, development: false }).map(({ name, env }) => [name, env.ODOO_API_KEY] as const);
    return Object.fromEntries(parts.filter(([, key]) => key !== undefined));
  };
  const { odooApiKey } = ensureSecrets(folder);
  expect(keysOf({})).toEqual({ odoo: odooApiKey, worker: odooApiKey });
  expect(keysOf({ ODOO_URL: "https://crm.example.com", ODOO_API_KEY: "own" })).toEqual({ worker: "own" });
  vi.unstubAllEnvs();
});

test("the local one keeps its leads from one start to the next", async () => {
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port - 7),
    ...odooSettingsFor(loadEnv({ PORT: String(port - 7) }), folder),
  };
  const start = async () => {
    const args = ["--disable-warning=ExperimentalWarning", "app/local/odoo-simulator.ts", join(folder, "odoo.json")];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((done, failed) => {
      child.stdout.once("data", () => done());
      child.once("exit", () => failed(new Error("It ended.")));
    });
    return async (signal: NodeJS.Signals) => {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill(signal);
      await ended;
    };
  };
  const crm = createOdooCrm({
    ...{ url: `http://127.0.0.1:${port}`, apiKey: ensureSecrets(folder).odooApiKey, protocol: "json2" },
    database: null,
  });
  let stop = await start();
  const { id } = await crm.createLead(draftOf("kept"));
  await stop("SIGKILL");
  stop = await start();
  expect(await crm.findLead("kept")).toMatchObject({ id });
  await stop("SIGTERM");
});

describe("the doctor", () => {
  const says = async (settings: Record<string, string>): Promise<string[]> => {
    const findings = await Promise.all(checkOdoo(loadEnv({ FOYER_DATA_DIR: folder, ...settings })));
    return findings.map(({ ok, say }) => `${ok ? "ok" : "FAIL"} ${say}`);
  };

  test("asks Odoo whether the key holds and which fields are missing", async () => {
    const simulator = await startOdooSimulator({ apiKey: "right key", database: "d", customFields: false });
    const right = { ODOO_URL: simulator.origin, ODOO_API_KEY: "right key" };
    expect(await says(right)).toEqual([expect.stringMatching(/^ok version 19 .* lack the fields x_external_id, /)]);
    simulator.installCustomFields(true);
    expect(await says(right)).toEqual([`ok version 19 at ${simulator.origin}`]);
    const [wrong] = await says({ ...right, ODOO_API_KEY: "wrong key" });
    expect(wrong).toMatch(/^FAIL Odoo doesn't accept the configured key\. Check ODOO_URL/);
    expect(wrong).not.toContain("wrong key");
    await simulator.close();
    expect(await says(right)).toEqual([expect.stringMatching(/^FAIL Odoo can't be reached/)]);
  });

  test("says that there needn't be any, and that a local start brings one", async () => {
    const without = await says({ APP_DOMAIN: "example.com" });
    expect(without).toEqual([expect.stringMatching(/^ok No CRM: leads are .* Set ODOO_URL and ODOO_API_KEY/)]);
    expect(await says({ PORT: String((await freePort()) - 7) })).toEqual([expect.stringContaining("npm start brings")]);
  });
});
