// Which Stripe an installation talks to, who gets which of its keys, and what the doctor says of it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { hostedPages } from "#app/integrations/stripe/simulator/pages/pages.ts";
import { serveStripeSimulator } from "#app/integrations/stripe/simulator/server.ts";
import { examine } from "#app/local/doctor.ts";
import { partsOf } from "#app/local/parts.ts";
import { freePort } from "#app/local/ports.ts";
import { ensureSecrets, readSecrets } from "#app/local/secrets.ts";
import { stripeFor } from "#app/local/stripe-keys.ts";
import { loadEnv } from "#app/platform/env.ts";

const folder = mkdtempSync(join(tmpdir(), "foyer-stripe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const dataDir = (name: string): string => {
  const dir = join(folder, name);
  mkdirSync(dir, { recursive: true });
  return dir;
};

describe("the keys of the simulator", () => {
  test("are kept with the other secrets, for the owner's eyes only, and differ between installations", () => {
    const [one, other] = [ensureSecrets(dataDir("one")), ensureSecrets(dataDir("other"))];
    expect(one.stripe.apiKey).toMatch(/^sk_test_[0-9a-f]{40}$/);
    expect(one.stripe.webhookSecret).toMatch(/^whsec_[0-9a-f]{40}$/);
    expect(readSecrets(dataDir("one"))).toEqual(one);
    expect(other.stripe).not.toEqual(one.stripe);
    expect(statSync(join(dataDir("one"), "secrets.json")).mode & 0o077).toBe(0);
  });

  test("follow from what is there where an installation is older than they are", () => {
    const { stripe: _, ...older } = ensureSecrets(dataDir("new"));
    writeFileSync(join(dataDir("older"), "secrets.json"), JSON.stringify(older));
    const read = ensureSecrets(dataDir("older"));
    expect(read.stripe.apiKey).toMatch(/^sk_test_/);
    expect(readSecrets(dataDir("older"))).toEqual(read);
    expect(JSON.parse(readFileSync(join(dataDir("older"), "secrets.json"), "utf8"))).toEqual(older);
    expect(read.stripe.apiKey).not.toContain(older.superuser);
  });
});

describe("the Stripe that is talked to", () => {
  test("is the configured account", () => {
    const env = loadEnv({ STRIPE_SECRET_KEY: "sk_test_own", STRIPE_WEBHOOK_SECRET: "whsec_own" });
    expect(stripeFor(env, dataDir("own"))).toMatchObject({
      apiKey: "sk_test_own",
      apiBase: null,
      webhookSecret: "whsec_own",
      simulated: false,
    });
  });
  test("is the simulator on this machine alone: nobody else may pay with test cards", () => {
    const local = stripeFor(loadEnv({ PORT: "4000" }), dataDir("local"));
    expect(local).toMatchObject({ apiBase: "http://127.0.0.1:4004", simulated: true });
    expect(stripeFor(loadEnv({ APP_DOMAIN: "example.com" }), dataDir("public"))).toBeNull();
  });
});

test("every process gets the key that it uses and no other, whatever the starter's environment says", () => {
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_outside");
  vi.stubEnv("STRIPE_WEBHOOK_SECRET", "whsec_outside");
  const stripe = { apiKey: "sk_test_1", apiBase: null, webhookSecret: "whsec_1", simulated: true };
  const urls = {
    web: "postgres://w@h/d",
    worker: "postgres://x@h/d",
    functions: "postgres://f@h/d",
    staff: "postgres://s@h/d",
  };
  const start = { root: process.cwd(), dataDir: folder, env: loadEnv({}), urls, buildId: "b", development: false };
  const keysOf = (given: typeof stripe | null) =>
    Object.fromEntries(
      partsOf({ ...start, stripe: given }).map(({ name, env }) => [
        name,
        [env.STRIPE_SECRET_KEY, env.STRIPE_WEBHOOK_SECRET],
      ]),
    );
  expect(keysOf(stripe)).toEqual({
    mailbox: [undefined, undefined],
    stripe: ["sk_test_1", "whsec_1"],
    dns: [undefined, undefined],
    odoo: [undefined, undefined],
    functions: [undefined, "whsec_1"],
    worker: ["sk_test_1", undefined],
    web: ["sk_test_1", undefined],
  });
  expect(new Set(Object.values(keysOf(null)).flat())).toEqual(new Set([undefined]));
  vi.unstubAllEnvs();
});

describe("the doctor", () => {
  async function says(settings: Record<string, string>): Promise<string[]> {
    const closed = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", SMTP_URL: "smtp://127.0.0.1:1" };
    const findings = await examine(loadEnv({ PORT: "9", ...closed, ...settings }), process.cwd());
    return findings
      .filter(({ what }) => what.startsWith("Stripe"))
      .map(({ ok, say }) => `${ok ? "ok" : "FAIL"} ${say}`);
  }

  test("asks Stripe whether the key holds, and for the secret of the webhooks", async () => {
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    const options = { apiKey: "sk_test_right", webhookSecret: "whsec_x", webhookUrl: null, publicUrl };
    const server = await serveStripeSimulator({ ...options, host: "127.0.0.1", port, pages: hostedPages });
    const right = { STRIPE_SECRET_KEY: "sk_test_right", STRIPE_API_BASE: publicUrl };
    expect(await says({ ...right, STRIPE_WEBHOOK_SECRET: "whsec_a, whsec_b" })).toEqual([
      `ok ${publicUrl}, test mode: no money moves`,
      "ok 2 secrets",
    ]);
    expect(await says(right)).toEqual([
      expect.stringMatching(/^ok/),
      expect.stringMatching(/^FAIL .*STRIPE_WEBHOOK_SECRET/),
    ]);
    const wrong = await says({ ...right, STRIPE_SECRET_KEY: "sk_test_wrong_one" });
    expect(wrong[0]).toMatch(/^FAIL .* answered 401\. Check STRIPE_SECRET_KEY\.$/);
    expect(wrong.join()).not.toContain("sk_test_wrong_one");
    await server.close();
    expect((await says({ ...right, STRIPE_WEBHOOK_SECRET: "whsec_a" }))[0]).toMatch(
      /^FAIL .*Check STRIPE_SECRET_KEY\.$/,
    );
  });

  test("says how something could be sold at all", async () => {
    expect(await says({ APP_DOMAIN: "example.com" })).toEqual(["FAIL Nothing can be bought. Set STRIPE_SECRET_KEY."]);
    expect(await says({ FOYER_DATA_DIR: dataDir("silent") })).toEqual([expect.stringContaining("npm start")]);
  });
});
