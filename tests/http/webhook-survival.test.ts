// A thousand events of Stripe's while workers, functions and Postgres are killed under them: each has exactly one effect.
// WEBHOOK_EVENTS and WEBHOOK_KILLS make it shorter or longer.
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDb } from "#app/platform/db.ts";
import { newTenant } from "../support/tenants.ts";
import { startWebhookPieces, WEBHOOK_SECRET, type WebhookPieces } from "../support/webhook-pieces.ts";

const EVENTS = Number(process.env.WEBHOOK_EVENTS ?? 1_000);
const KILLS = Number(process.env.WEBHOOK_KILLS ?? 20);
const CUSTOMERS = 5;
const SENDERS = 8;
const PATIENCE_MS = 150_000;

let pieces: WebhookPieces;
beforeAll(async () => {
  pieces = await startWebhookPieces();
  const { sql } = pieces;
  await sql`create table effects (event_id text not null)`;
  await sql`grant insert on effects to service_role`;
  const web = createDb({ url: pieces.url("web"), size: 2 });
  for (let at = 0; at < CUSTOMERS; at++) {
    const { tenantId } = await newTenant(web);
    await sql`update billing_accounts set stripe_customer_id = ${`cus_${at}`} where tenant_id = ${tenantId}`;
  }
  await web.close();
}, 60_000);
afterAll(() => pieces.stop(), 60_000);

function signed(id: string, customer: string): { body: string; headers: Record<string, string> } {
  const object = { id: `sub_${customer}`, object: "subscription", customer };
  const type = "customer.subscription.updated";
  const body = JSON.stringify({ id, object: "event", type, created: 1_790_000_000, livemode: false, data: { object } });
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", WEBHOOK_SECRET).update(`${at}.${body}`).digest("hex");
  return { body, headers: { "stripe-signature": `t=${at},v1=${signature}` } };
}

/** As Stripe does it: again and again until it is acknowledged. */
async function deliver(id: string, customer: string): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await pause(100)) {
    const signal = AbortSignal.timeout(5_000);
    const response = await fetch(pieces.address, { method: "POST", ...signed(id, customer), signal }).catch(() => null);
    await response?.body?.cancel().catch(() => {});
    if (response?.ok) return;
    if (response && response.status < 500) throw new Error(`The delivery was refused with ${response.status}.`);
  }
  throw new Error("The delivery was never acknowledged.");
}

/** Sends events from several senders at once, every third one twice. */
async function send(name: string, count: number, onSent: (sent: number) => Promise<void>): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) {
      const customer = `cus_${at % CUSTOMERS}`;
      await deliver(`evt_${name}_${at}`, customer);
      if (at % 3 === 0) await deliver(`evt_${name}_${at}`, customer);
      await onSent(at);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

/** Figures of the database; null while it is starting again. */
async function counted(name: string): Promise<{ effects: number; events: number; open: number } | null> {
  try {
    const [row] = await pieces.sql<{ effects: number; events: number; open: number }[]>`
      select (select count(*)::int from effects where event_id like ${`evt_${name}_%`}) as effects,
        (select count(distinct event_id)::int from effects where event_id like ${`evt_${name}_%`}) as events,
        (select count(*)::int from pgboss.job where name = 'webhook.process' and state < 'completed') as open`;
    return row ?? null;
  } catch {
    return null;
  }
}
const isThrough = (name: string, events: number) => async () => {
  const figures = await counted(name);
  return figures !== null && figures.events >= events && figures.open === 0;
};

test("each event has one effect, whatever is killed meanwhile", { timeout: PATIENCE_MS + 120_000 }, async () => {
  let middles = 0;
  let kills = 0;
  const every = Math.floor(EVENTS / (KILLS + 2));
  const workers = pieces.startWorkers("fenced", (worker) => {
    middles += 1;
    if (kills < KILLS && middles >= (kills + 1) * every && worker.kill()) kills += 1;
  });
  const others = { functions: 0, postgres: 0 };
  await send("fenced", EVENTS, async (sent) => {
    if (sent % Math.floor(EVENTS / 4) === 50 && pieces.functions.kill()) others.functions += 1;
    if (sent % Math.floor(EVENTS / 3) === 99) {
      await pieces.killPostgres();
      others.postgres += 1;
    }
  });
  await expect.poll(isThrough("fenced", EVENTS), { timeout: PATIENCE_MS, interval: 500 }).toBe(true);
  for (const worker of workers) worker.stop();
  expect(await counted("fenced")).toEqual({ effects: EVENTS, events: EVENTS, open: 0 });
  expect(kills).toBe(KILLS);
  expect(others.functions).toBeGreaterThanOrEqual(2);
  expect(others.postgres).toBeGreaterThanOrEqual(2);
  const [inbox] = await pieces.sql`
    select count(*)::int as rows, count(processed_at)::int as done, count(tenant_id)::int as linked from webhook_inbox`;
  expect({ ...inbox }).toEqual({ rows: EVENTS, done: EVENTS, linked: EVENTS });
});

test("without the fence some would have two", { timeout: PATIENCE_MS + 60_000 }, async () => {
  const events = 60;
  let kills = 0;
  let middles = 0;
  const workers = pieces.startWorkers("unfenced", (worker) => {
    middles += 1;
    if (kills < 3 && middles >= (kills + 1) * 10 && worker.kill()) kills += 1;
  });
  await send("unfenced", events, async () => {});
  await expect.poll(isThrough("unfenced", events), { timeout: PATIENCE_MS, interval: 500 }).toBe(true);
  for (const worker of workers) worker.stop();
  const figures = await counted("unfenced");
  expect(figures?.events).toBe(events);
  expect(figures?.effects).toBeGreaterThan(events);
});
