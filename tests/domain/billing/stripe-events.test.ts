// What an event of Stripe's leads to: a fresh copy for its tenant, or waiting until somebody is its customer's.
import { beforeEach, describe, expect, test } from "vitest";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { applyStripeEvent, type StripeNotice, traceStripeEvent } from "#app/domain/billing/stripe-events.ts";
import { processDelivery, receiveDelivery, unpark, unparkAll } from "#app/domain/webhooks/inbox.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { newTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const worker = database.db.worker;
const effects = { stripe: applyStripeEvent };
let tenant: TestTenant;
let customer: string;

beforeEach(async () => {
  tenant = await newTenant(database.db.web);
  customer = `cus_${uuidv7()}`;
  await sql`delete from pgboss.job`;
});

/** Takes an event in and processes it. Answers with its id in the inbox. */
async function happens(notice: Partial<StripeNotice>): Promise<string> {
  const id = `evt_${uuidv7()}`;
  const whole: StripeNotice = {
    id,
    type: "customer.subscription.updated",
    created: 1_790_000_000,
    livemode: false,
    customerId: null,
    tenantId: null,
    objectId: "sub_1",
    objectType: "subscription",
    ...notice,
  };
  await receiveDelivery(database.db.functions, "stripe", id, whole);
  const [row] = await sql`select id from webhook_inbox where event_id = ${id}`;
  await processDelivery(worker, row?.id, effects);
  return row?.id;
}
const link = () =>
  sql`update billing_accounts set stripe_customer_id = ${customer} where tenant_id = ${tenant.tenantId}`;
/** Links as the product does: inside the transaction that lets the parked go on. */
const claim = () =>
  worker.asSystem({ reason: "test" }, async (tx) => {
    await tx`update billing_accounts set stripe_customer_id = ${customer} where tenant_id = ${tenant.tenantId}`;
    return unpark(tx, "stripe", customer);
  });
const stateOf = async (inboxId: string) => {
  const [row] = await sql`
    select tenant_id, subject, processed_at is not null as done, parked_at is not null as parked from webhook_inbox where id = ${inboxId}`;
  return { ...row };
};
const waiting = async (name: string) =>
  (await sql`select data from pgboss.job where name = ${name} and state = 'created'`).map(({ data }) => data);

test("an event of a linked customer asks for one fresh copy, however many come", async () => {
  await link();
  for (let n = 0; n < 3; n++) {
    const inboxId = await happens({ customerId: customer });
    expect(await stateOf(inboxId)).toMatchObject({ tenant_id: tenant.tenantId, done: true, parked: false });
  }
  expect(await waiting("billing.sync")).toEqual([{ tenantId: tenant.tenantId }]);
});

test("an event that names the tenant itself finds it, once the tenant has a customer", async () => {
  const early = await happens({ customerId: customer, tenantId: tenant.tenantId });
  expect(await stateOf(early)).toMatchObject({ done: false, parked: true, subject: customer });
  await link();
  const inboxId = await happens({ tenantId: tenant.tenantId });
  expect(await stateOf(inboxId)).toMatchObject({ tenant_id: tenant.tenantId, done: true });
});

test("an event that concerns no customer is done with", async () => {
  const inboxId = await happens({ type: "product.created", objectType: "product", objectId: "prod_1" });
  expect(await stateOf(inboxId)).toMatchObject({ done: true, tenant_id: null });
  expect(await waiting("billing.sync")).toEqual([]);
});

describe("an event before its customer is somebody's", () => {
  test("waits, and is applied when the customer is linked", async () => {
    const inboxId = await happens({ customerId: customer });
    expect(await stateOf(inboxId)).toMatchObject({ done: false, parked: true, subject: customer, tenant_id: null });
    expect(await waiting("billing.sync")).toEqual([]);
    expect(await claim()).toBe(1);
    expect(await waiting("webhook.process")).toContainEqual({ inboxId });
    await processDelivery(worker, inboxId, effects);
    expect(await stateOf(inboxId)).toMatchObject({ done: true, tenant_id: tenant.tenantId });
    expect(await waiting("billing.sync")).toEqual([{ tenantId: tenant.tenantId }]);
    expect(await claim()).toBe(0);
  });

  test("is parked once, also when it is processed again before that", async () => {
    const inboxId = await happens({ customerId: customer });
    const [before] = await sql`select parked_at from webhook_inbox where id = ${inboxId}`;
    await processDelivery(worker, inboxId, effects);
    const [after] = await sql`select parked_at, attempts from webhook_inbox where id = ${inboxId}`;
    expect({ ...after }).toEqual({ parked_at: before?.parked_at, attempts: 2 });
  });

  test("isn't forgotten when both happen at once", async () => {
    let parking = () => {};
    const looked = new Promise<void>((resolve) => {
      parking = resolve;
    });
    let claimed = () => {};
    const after = new Promise<void>((resolve) => {
      claimed = resolve;
    });
    let looks = 0;
    const slow: typeof applyStripeEvent = async (tx, delivery) => {
      const outcome = await applyStripeEvent(tx, delivery);
      looks += 1;
      if (looks > 1) return outcome;
      // It found nobody; only now the customer is linked, before the event is parked.
      parking();
      await after;
      return outcome;
    };
    const id = `evt_${uuidv7()}`;
    const notice = { id, type: "x", created: 1, livemode: false, customerId: customer, tenantId: null };
    await receiveDelivery(database.db.functions, "stripe", id, { ...notice, objectId: null, objectType: null });
    const [row] = await sql`select id from webhook_inbox where event_id = ${id}`;
    const processing = processDelivery(worker, row?.id, { stripe: slow });
    await looked;
    expect(await claim()).toBe(0);
    claimed();
    await processing;
    expect(await stateOf(row?.id)).toMatchObject({ done: true, tenant_id: tenant.tenantId });
  });

  test("nor when it is being parked while the customer is linked", async () => {
    let looks = 0;
    let claiming: Promise<number> = Promise.resolve(-1);
    const slow: typeof applyStripeEvent = async (tx, delivery) => {
      const outcome = await applyStripeEvent(tx, delivery);
      looks += 1;
      if (looks < 2) return outcome;
      // Nobody for the second time. Whoever links it now waits until it is parked.
      let settled = false;
      claiming = claim().finally(() => {
        settled = true;
      });
      const isWaiting = async () =>
        settled || (await sql`select from pg_locks where locktype = 'advisory' and not granted`).length > 0;
      await expect.poll(isWaiting, { interval: 10 }).toBe(true);
      return outcome;
    };
    const id = `evt_${uuidv7()}`;
    const notice = { id, type: "x", created: 1, livemode: false, customerId: customer, tenantId: null };
    await receiveDelivery(database.db.functions, "stripe", id, { ...notice, objectId: null, objectType: null });
    const [row] = await sql`select id from webhook_inbox where event_id = ${id}`;
    await processDelivery(worker, row?.id, { stripe: slow });
    expect(await claiming).toBe(1);
  });

  test("is looked at again by the sweep, and given up after a month", async () => {
    const [missed, old] = [await happens({ customerId: customer }), await happens({ customerId: customer })];
    await sql`update webhook_inbox set parked_at = now() - interval '31 days' where id = ${old}`;
    await link();
    await sql`delete from pgboss.job`;
    await worker.asSystem({ reason: "test" }, (tx) => unparkAll(tx, "stripe"));
    const jobs = await waiting("webhook.process");
    expect(jobs).toContainEqual({ inboxId: missed });
    expect(jobs).not.toContainEqual({ inboxId: old });
    expect(await stateOf(old)).toMatchObject({ done: true, tenant_id: null });
  });
});

describe("a dispute names no customer", () => {
  const billing = (found: string | null) => ({ customerBehind: async () => found }) as unknown as BillingProvider;
  const disputed = () => happens({ type: "charge.dispute.created", objectType: "dispute", objectId: `dp_${uuidv7()}` });

  test("whose it is is asked of Stripe, and it goes on from there", async () => {
    await link();
    const inboxId = await disputed();
    expect(await waiting("billing.trace")).toEqual([{ inboxId }]);
    await sql`delete from pgboss.job`;
    await traceStripeEvent(worker, billing(customer), inboxId);
    expect(await waiting("webhook.process")).toEqual([{ inboxId }]);
    await processDelivery(worker, inboxId, effects);
    expect(await stateOf(inboxId)).toMatchObject({ done: true, tenant_id: tenant.tenantId });
    await traceStripeEvent(worker, billing(customer), inboxId);
    expect(await waiting("billing.sync")).toEqual([{ tenantId: tenant.tenantId }]);
  });

  test("nobody's is done with", async () => {
    const inboxId = await disputed();
    await traceStripeEvent(worker, billing(null), inboxId);
    await processDelivery(worker, inboxId, effects);
    expect(await stateOf(inboxId)).toMatchObject({ done: true, tenant_id: null });
  });
});
