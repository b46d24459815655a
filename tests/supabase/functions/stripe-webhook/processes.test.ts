// The same event a hundred times at once at several of the real functions' processes, and several workers behind them.
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { processDelivery } from "#app/domain/webhooks/inbox.ts";
import { functionsCommand } from "#app/local/functions-command.ts";
import { freePort } from "#app/local/ports.ts";
import { createDb } from "#app/platform/db.ts";
import { deliveryEffects } from "../../../../jobs/webhooks.ts";
import { testDatabase } from "../../../setup/database.ts";
import { newTrialTenant } from "../../../support/tenants.ts";

const database = await testDatabase();
const root = resolve(import.meta.dirname, "../../../..");
const denoDir = mkdtempSync(join(tmpdir(), "foyer-deno-"));
const SECRETS = ["whsec_new_secret", "whsec_old_secret"];
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(denoDir, { recursive: true, force: true });
});

async function startFunctions(): Promise<string> {
  const port = await freePort();
  const env = { openai: null, supabase: null, appUrl: "http://localhost:3000" };
  const databaseUrl = database.urls.functions;
  const { command, args } = functionsCommand({ root, host: "127.0.0.1", port, env, databaseUrl });
  const child = spawn(command, args, {
    cwd: root,
    env: {
      ...process.env,
      DENO_DIR: denoDir,
      NO_COLOR: "1",
      DATABASE_URL_FUNCTIONS: databaseUrl,
      STRIPE_WEBHOOK_SECRET: SECRETS.join(","),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  await new Promise<void>((ready, failed) => {
    createInterface({ input: child.stdout ?? process.stdin }).on("line", (line) => line.includes('"ready"') && ready());
    child.once("close", (code) => failed(new Error(`The functions ended with ${code}.`)));
  });
  return `http://127.0.0.1:${port}/functions/v1/stripe-webhook`;
}

test("one row, one effect, all acknowledged", { timeout: 60_000 }, async () => {
  const tenant = await newTrialTenant(database.db.web, "hundred");
  await database.sql`update billing_accounts set stripe_customer_id = 'cus_hundred' where tenant_id = ${tenant.tenantId}`;
  const addresses = await Promise.all([startFunctions(), startFunctions(), startFunctions()]);
  const body = JSON.stringify({
    id: "evt_hundred",
    object: "event",
    type: "customer.subscription.updated",
    created: 1_790_000_000,
    livemode: false,
    data: { object: { id: "sub_1", object: "subscription", customer: "cus_hundred" } },
  });
  const at = Math.floor(Date.now() / 1000);
  const send = (address: string, secret: string) =>
    fetch(address, {
      method: "POST",
      headers: {
        "stripe-signature": `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`,
      },
      body,
    });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => send(addresses[n % 3] ?? "", SECRETS[n % 2] ?? "")),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const refused = await send(addresses[0] ?? "", "whsec_of_nobody");
  expect(refused.status).toBe(400);

  const inbox = await database.sql`select id from webhook_inbox`;
  expect(inbox).toHaveLength(1);
  const jobs = await database.sql`select data from pgboss.job where name = 'webhook.process'`;
  expect(jobs.map(({ data }) => data.inboxId)).toEqual(inbox.map(({ id }) => id));

  const workers = [1, 2, 3].map(() => createDb({ url: database.urls.worker, size: 4 }));
  const id = inbox[0]?.id;
  await Promise.all(
    Array.from({ length: 30 }, (_, n) => processDelivery(workers[n % 3] ?? database.db.worker, id, deliveryEffects)),
  );
  await Promise.all(workers.map((db) => db.close()));
  const syncs = await database.sql`select data, singleton_key from pgboss.job where name = 'billing.sync'`;
  expect(syncs.map((job) => ({ ...job }))).toEqual([
    { data: { tenantId: tenant.tenantId }, singleton_key: tenant.tenantId },
  ]);
  const [row] = await database.sql`select tenant_id, attempts, processed_at is not null as done from webhook_inbox`;
  expect({ ...row }).toEqual({ tenant_id: tenant.tenantId, attempts: 1, done: true });
});
