// Who runs tenants' hosts here, who gets which key, that the local service goes on where it stood, and what the doctor says.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { startDeploymentSimulator } from "#app/integrations/deployments/simulator.ts";
import { createWebhookDeployments } from "#app/integrations/deployments/webhook-client.ts";
import { deploySettingsFor, isDeploySimulated } from "#app/local/deploy-keys.ts";
import { checkDeployments } from "#app/local/doctor-deployments.ts";
import { partsOf } from "#app/local/parts.ts";
import { freePort } from "#app/local/ports.ts";
import { ensureSecrets } from "#app/local/secrets.ts";
import { loadEnv } from "#app/platform/env.ts";
import { orderOf, SECRET, TOKEN } from "../support/deployments.ts";

const folder = mkdtempSync(join(tmpdir(), "foyer-deployments-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = {
  DEPLOY_PROVIDER: "webhook",
  DEPLOY_WEBHOOK_URL: "https://deploy.example.com/orders",
  DEPLOY_API_BASE: "https://deploy.example.com",
  DEPLOY_TOKEN: "own token",
  DEPLOY_WEBHOOK_SECRET: SECRET,
};

describe("the settings", () => {
  test("mean this app unless somebody else is named", () => {
    const { deployments } = loadEnv({ BUILD_ID: "b7", DEPLOY_VERSION: "v2", PORT: "4000" });
    expect(deployments).toEqual({
      ...{ provider: "shared", webhook: null, callbackSecrets: [], version: "b7", port: 4008 },
      webUrls: ["http://127.0.0.1:4000"],
    });
    expect(
      loadEnv({ ...own, BUILD_ID: "b7", DEPLOY_CALLBACK_SECRET: `${SECRET}, ${SECRET}` }).deployments,
    ).toMatchObject({
      ...{ provider: "webhook", version: "b7", callbackSecrets: [SECRET, SECRET] },
      webhook: { triggerUrl: own.DEPLOY_WEBHOOK_URL, token: "own token", secrets: [SECRET] },
    });
    expect(loadEnv({ ...own, DEPLOY_VERSION: "v2" }).deployments.version).toBe("v2");
  });

  test.each(Object.keys(own).slice(1))("say that %s is missing, and no secret", (key) => {
    const half = Object.fromEntries(Object.entries(own).filter(([name]) => name !== key));
    expect(() => loadEnv(half)).toThrow(`${key} is missing for DEPLOY_PROVIDER=webhook`);
    expect(() => loadEnv(half)).not.toThrow(/own token|whsec_/);
  });

  test("say what is of no use, and what is no secret", () => {
    expect(() => loadEnv({ DEPLOY_TOKEN: "own token" })).toThrow(
      "DEPLOY_TOKEN is of no use with DEPLOY_PROVIDER=shared",
    );
    expect(() => loadEnv({ ...own, DEPLOY_WEBHOOK_SECRET: "hush" })).toThrow("DEPLOY_WEBHOOK_SECRET: Each is whsec_");
    expect(() => loadEnv({ WEB_URLS: "here" })).toThrow("WEB_URLS");
  });

  test("mean the simulator on this machine alone, where webhooks are wanted and nobody is named", () => {
    expect(isDeploySimulated(loadEnv({ DEPLOY_PROVIDER: "webhook" }))).toBe(true);
    expect(isDeploySimulated(loadEnv({}))).toBe(false);
    expect(isDeploySimulated(loadEnv({ DEPLOY_PROVIDER: "webhook", APP_DOMAIN: "example.com" }))).toBe(false);
    expect(isDeploySimulated(loadEnv(own))).toBe(false);
  });
});

test("each process gets only its own keys, whatever the starter's environment says", () => {
  vi.stubEnv("DEPLOY_TOKEN", "outside");
  vi.stubEnv("DEPLOY_CALLBACK_SECRET", "outside");
  onTestFinished(() => void vi.unstubAllEnvs());
  const url = "postgres://p@h/d";
  const urls = { web: url, worker: url, functions: url, staff: url };
  const keysOf = (settings: Record<string, string>) => {
    const start = { root: process.cwd(), dataDir: folder, env: loadEnv(settings), urls, buildId: "b" };
    return partsOf({ ...start, development: false }).flatMap(({ name, env }) =>
      [env.DEPLOY_TOKEN, env.DEPLOY_WEBHOOK_SECRET, env.DEPLOY_CALLBACK_SECRET].some(Boolean)
        ? [[name, env.DEPLOY_TOKEN, env.DEPLOY_WEBHOOK_SECRET, env.DEPLOY_CALLBACK_SECRET]]
        : [],
    );
  };
  const { token, orders, callbacks } = ensureSecrets(folder).deployments;
  expect(keysOf({})).toEqual([]);
  expect(keysOf({ DEPLOY_PROVIDER: "webhook" })).toEqual([
    ["deployments", token, orders, callbacks],
    ["functions", undefined, undefined, callbacks],
    ["worker", token, orders, undefined],
  ]);
  expect(keysOf({ ...own, DEPLOY_CALLBACK_SECRET: SECRET })).toEqual([
    ["functions", undefined, undefined, SECRET],
    ["worker", "own token", SECRET, undefined],
  ]);
});

test("the local one goes on where it stood, and fails and dawdles as it is told", { timeout: 30_000 }, async () => {
  const base = (await freePort()) - 8;
  const settings = { PORT: String(base), DEPLOY_PROVIDER: "webhook" };
  const keys = deploySettingsFor(loadEnv(settings), folder);
  const start = async () => {
    const args = ["--disable-warning=ExperimentalWarning", "app/local/deploy-simulator.ts", join(folder, "state.json")];
    const env = { ...process.env, ...settings, ...keys.worker, ...keys.functions };
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
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
  const put = async (path: string, body: unknown) => {
    const response = await fetch(`http://127.0.0.1:${base + 8}/_simulator/${path}`, {
      ...{ method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
    });
    return [response.status, await response.json()];
  };
  const { webhook } = loadEnv({ ...settings, ...keys.worker }).deployments;
  const { triggerUrl = "", apiBase = "", token = "", secrets = [] } = webhook ?? {};
  const service = createWebhookDeployments({ triggerUrl, baseUrl: apiBase, token, secrets });
  let stop = await start();
  expect(await put("pace", { stepMs: 600_000 })).toEqual([200, { stepMs: 600_000 }]);
  expect((await put("pace", { stepMs: -1 }))[0]).toBe(422);
  const { externalId } = await service.trigger(orderOf());
  expect(await service.status(externalId)).toMatchObject({ status: "queued", progress: 0 });
  await stop("SIGKILL");
  stop = await start();
  expect((await put("pace", { stepMs: 1 }))[0]).toBe(200);
  expect((await put("steps", [{ step: "check", effect: "fail", reason: "It doesn't answer." }]))[0]).toBe(200);
  await expect
    .poll(() => service.status(externalId), { timeout: 15_000 })
    .toMatchObject({
      status: "failed",
      reason: "It doesn't answer.",
    });
  await stop("SIGTERM");
});

describe("the doctor", () => {
  const says = async (settings: Record<string, string>): Promise<string[]> => {
    const findings = await Promise.all(checkDeployments(loadEnv({ FOYER_DATA_DIR: folder, ...settings })));
    return findings.map(({ ok, say }) => `${ok ? "ok" : "FAIL"} ${say}`);
  };

  test("asks the service whether the token holds", async () => {
    const simulator = await startDeploymentSimulator({ secrets: [SECRET], token: TOKEN, callback: null });
    const right = { ...own, DEPLOY_API_BASE: simulator.baseUrl, DEPLOY_TOKEN: TOKEN };
    expect(await says(right)).toEqual([
      expect.stringContaining(`ok service at ${simulator.baseUrl}, without callbacks`),
    ]);
    expect(await says({ ...right, DEPLOY_CALLBACK_SECRET: SECRET })).toEqual([`ok service at ${simulator.baseUrl}`]);
    const [wrong] = await says({ ...right, DEPLOY_TOKEN: "wrong token" });
    expect(wrong).toMatch(/^FAIL The deployment service doesn't accept the configured key\. Check DEPLOY_API_BASE/);
    expect(wrong).not.toContain("wrong token");
    await simulator.close();
    expect(await says(right)).toEqual([expect.stringMatching(/^FAIL The deployment service can't be reached/)]);
  });

  test("says what is missing, and that a local start brings a simulator", async () => {
    const port = String((await freePort()) - 8);
    expect(await says({ DEPLOY_PROVIDER: "webhook", PORT: port })).toEqual([
      expect.stringContaining("npm start brings"),
    ]);
    const [lost] = await says({ DEPLOY_PROVIDER: "webhook", APP_DOMAIN: "example.com" });
    expect(lost).toMatch(/^FAIL Set DEPLOY_WEBHOOK_URL, /);
  });

  test("asks each web process of this app what serving tenants takes", async () => {
    const token = "0123456789abcdef0123456789abcdef";
    const web = createServer(({ headers }, response) => {
      response.writeHead(headers.authorization === `Bearer ${token}` ? 200 : 404).end('{"samples":[]}');
    });
    await new Promise<void>((done) => web.listen(0, "127.0.0.1", done));
    const address = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    expect(await says({ WEB_URLS: address, INSIDE_TOKEN: token })).toEqual([
      expect.stringMatching(/^ok this app serves/),
    ]);
    expect(await says({ WEB_URLS: address })).toEqual([expect.stringMatching(/^FAIL .* the same INSIDE_TOKEN\.$/)]);
    await new Promise((done) => web.close(done));
    expect(await says({ WEB_URLS: address })).toEqual([expect.stringMatching(/^FAIL .* can't be reached/)]);
  });
});
