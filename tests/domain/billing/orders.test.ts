// The events of a subscription's life in every order there is, and repeated: one final state (acceptance 16). What Stripe
// answered at each step is recorded from the simulated Stripe by the real client, and played back as it would be seen.
import type Stripe from "stripe";
import { beforeAll, describe, expect, it } from "vitest";
import { requestChange } from "#app/domain/billing/operations.ts";
import type {
  BillingProvider,
  ProviderCustomer,
  ProviderInvoice,
  ProviderSubscription,
} from "#app/domain/billing/ports.ts";
import { applyStripeEvent, type StripeNotice } from "#app/domain/billing/stripe-events.ts";
import { type BillingServices, syncBilling } from "#app/domain/billing/sync.ts";
import { processDelivery, receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, type ClockTenant, clockTenant, DAY } from "../../support/billing.ts";
import { newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const log = createLogger("test", "silent");

/** What Stripe says of the customer at one moment. */
interface Snapshot {
  customer: ProviderCustomer | null;
  subscriptions: ProviderSubscription[];
  invoices: ProviderInvoice[];
}
/** An event, and the moment from which on Stripe answers with what it tells. */
interface Recorded {
  type: string;
  created: number;
  step: number;
}

const snapshots: Snapshot[] = [];
const recorded: Recorded[] = [];

beforeAll(async () => {
  const world = await billingWorld(database);
  const tenant = await clockTenant(database, world, "recorded");
  const remember = async (wanted: readonly string[]): Promise<void> => {
    const [customer, subscriptions, { invoices }] = await Promise.all([
      world.billing.customer(tenant.customerId),
      world.billing.subscriptions(tenant.customerId),
      world.billing.invoices(tenant.customerId, { limit: 100 }),
    ]);
    snapshots.push({ customer, subscriptions, invoices });
    const all = await allEvents(world.server.url, tenant);
    for (const type of wanted) {
      const event = all.findLast((one) => one.type === type);
      if (!event) throw new Error(`There was no ${type}.`);
      recorded.push({ type, created: event.created, step: snapshots.length - 1 });
    }
  };
  await tenant.buy("basic");
  await remember(["customer.subscription.created", "invoice.paid"]);
  const { id } = await database.db.web.asTenant(tenant.actor, (tx) =>
    requestChange(tx, tenant.actor, { plan: "premium" }),
  );
  await world.settle();
  await remember(["customer.subscription.updated"]);
  await tenant.card("pm_card_chargeCustomerFail");
  await tenant.pass(32 * DAY);
  await remember(["invoice.payment_failed"]);
  await tenant.pass(9 * DAY);
  await remember(["customer.subscription.updated"]);
  const [subscription] = snapshots.at(-1)?.subscriptions ?? [];
  await world.stripe.subscriptions.cancel(subscription?.id ?? "");
  await world.settle();
  await remember(["customer.subscription.deleted"]);
  expect(id).toBeTruthy();
});

async function allEvents(url: string, { customerId }: ClockTenant): Promise<Stripe.Event[]> {
  return (await (await fetch(`${url}/_simulator/events?customer=${customerId}`)).json()) as Stripe.Event[];
}

const notPlayed = (): never => {
  throw new Error("This isn't asked of Stripe by a sync.");
};

/** Stripe as it answers at a moment. */
function playback(step: () => number): BillingProvider {
  const now = (): Snapshot => snapshots[step()] ?? notPlayed();
  return new Proxy({} as BillingProvider, {
    get: (_, call) =>
      ({
        customer: async () => now().customer,
        subscriptions: async () => now().subscriptions,
        invoices: async () => ({ invoices: now().invoices, more: false }),
      })[String(call)] ?? notPlayed,
  });
}

interface Lane {
  tenantId: string;
  customerId: string;
  reset(): Promise<void>;
}

/** A tenant of its own to play the events to. */
async function newLane(number: number): Promise<Lane> {
  const { tenantId } = await newTrialTenant(database.db.web, `lane-${number}`);
  const customerId = `cus_lane${number}`;
  const [before] = await database.sql`
    select trial_ends_at, plan_version_id, period_start, period_end
    from tenants t join billing_accounts b on b.tenant_id = t.id where t.id = ${tenantId}`;
  return {
    tenantId,
    customerId,
    async reset() {
      await database.sql`delete from subscriptions where tenant_id = ${tenantId}`;
      await database.sql`delete from invoices where tenant_id = ${tenantId}`;
      await database.sql`update tenants set status = 'trialing', plan = 'trial', trial_ends_at = ${before?.trial_ends_at} where id = ${tenantId}`;
      await database.sql`
        update billing_accounts set stripe_customer_id = ${customerId}, plan_version_id = ${before?.plan_version_id},
          period_anchor = null, period_start = ${before?.period_start}, period_end = ${before?.period_end},
          past_due_since = null, suspension = null, clock_at = null, synced_at = null, sync_ticket = 0, synced_ticket = 0
        where tenant_id = ${tenantId}`;
    },
  };
}

/** All that a tenant is after its events, without ids and times of our own making. */
async function stateOf({ tenantId }: Lane): Promise<string> {
  const [row] = await database.sql<{ state: string }[]>`
    select jsonb_build_array(
      (select jsonb_build_array(status, plan) from tenants where id = ${tenantId}),
      (select to_jsonb(b) - array['tenant_id', 'id', 'stripe_customer_id', 'sync_ticket', 'synced_ticket', 'synced_at', 'created_at', 'updated_at']
        from billing_accounts b where tenant_id = ${tenantId}),
      (select jsonb_agg(to_jsonb(s) - array['tenant_id', 'id', 'updated_at'] order by stripe_subscription_id)
        from subscriptions s where tenant_id = ${tenantId}),
      (select jsonb_agg(to_jsonb(i) - array['tenant_id', 'id', 'updated_at'] order by stripe_invoice_id)
        from invoices i where tenant_id = ${tenantId}))::text as state`;
  return row?.state ?? "";
}

let deliveries = 0;

/** Takes one event in, through the inbox and its job; a repetition carries the same id. */
async function deliver(lane: Lane, event: Recorded, eventId: string): Promise<boolean> {
  const notice: StripeNotice = {
    ...{ id: eventId, type: event.type, created: event.created, livemode: false },
    ...{ customerId: lane.customerId, tenantId: lane.tenantId, objectId: null, objectType: null },
  };
  if (!(await receiveDelivery(database.db.web, "stripe", eventId, notice))) return false;
  const [row] = await database.sql<{ id: string }[]>`
    select id from webhook_inbox where provider = 'stripe' and event_id = ${eventId}`;
  await processDelivery(database.db.worker, row?.id ?? "", { stripe: applyStripeEvent });
  return true;
}

/** Plays events in this order. `own`: each is taken at its word, instead of asking what is true by now. */
async function play(lane: Lane, order: readonly number[], own = false): Promise<string> {
  await lane.reset();
  const run = deliveries++;
  let reached = 0;
  for (const at of order) {
    const event = recorded[at];
    if (!event) throw new Error("There is no such event.");
    reached = own ? event.step : Math.max(reached, event.step);
    const step = reached;
    const services: BillingServices = { db: database.db.worker, log, billing: playback(() => step) };
    const fresh = await deliver(lane, event, `evt_${run}_${at}`);
    if (fresh) await syncBilling(services, lane.tenantId);
  }
  return stateOf(lane);
}

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first) => permutations(items.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}

/** The order, with some of its events repeated later: which and where depends on the number alone. */
function repeated(order: readonly number[], seed: number): number[] {
  const result = [...order];
  for (let n = 0; n < 3; n++) {
    const event = order[(seed * 7 + n * 5) % order.length] ?? 0;
    const after = result.indexOf(event) + 1;
    result.splice(after + ((seed * 11 + n * 3) % (result.length - after + 1)), 0, event);
  }
  return result;
}

const LANES = 4;

async function playAll(orders: readonly number[][], own = false): Promise<Set<string>> {
  const lanes = await Promise.all(Array.from({ length: LANES }, (_, at) => newLane(at + 10 * deliveries)));
  const states = new Set<string>();
  const left = [...orders];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let order = left.pop(); order; order = left.pop()) states.add(await play(lane, order, own));
    }),
  );
  return states;
}

describe("a recorded subscription's life", () => {
  it("has six events or more, some of the same second, and each leads to another state", () => {
    expect(recorded.length).toBeGreaterThanOrEqual(6);
    expect(new Set(recorded.map(({ created }) => created)).size).toBeLessThan(recorded.length);
    expect(
      new Set(snapshots.map(({ subscriptions: [one] }) => `${one?.status} ${one?.priceIds}`)).size,
    ).toBeGreaterThanOrEqual(4);
  });

  it("ends the same in all orders of its events, and however they are repeated", async () => {
    const all = permutations(recorded.map((_, at) => at));
    expect(all.length).toBeGreaterThanOrEqual(720);
    const orders = all.map((order, at) => (at % 6 === 0 ? repeated(order, at) : order));
    const states = await playAll(orders);
    expect(states.size).toBe(1);
    expect([...states][0]).toContain('"cancelled"');
  }, 180_000);

  it("would end in several states if events were taken at their word", async () => {
    const all = permutations(recorded.map((_, at) => at)).filter((_, at) => at % 40 === 0);
    expect((await playAll(all, true)).size).toBeGreaterThan(1);
  }, 60_000);
});

describe("a slow look at Stripe", () => {
  /** Looks at the first moment, and writes only after another has looked at the last. */
  async function overtaken(lane: Lane, meanwhile: () => Promise<void>) {
    await lane.reset();
    const looked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = playback(() => 0);
    const billing: BillingProvider = {
      ...slow,
      subscriptions: slow.subscriptions,
      invoices: slow.invoices,
      async customer(id) {
        looked.resolve();
        await goOn.promise;
        return slow.customer(id);
      },
    };
    const first = syncBilling({ db: database.db.worker, log, billing }, lane.tenantId);
    await looked.promise;
    const last = playback(() => snapshots.length - 1);
    expect(await syncBilling({ db: database.db.worker, log, billing: last }, lane.tenantId)).toBe("written");
    const state = await stateOf(lane);
    await meanwhile();
    goOn.resolve();
    return { outcome: await first, same: (await stateOf(lane)) === state };
  }

  it("doesn't write over what a later one has written", async () => {
    const lane = await newLane(9001);
    expect(await overtaken(lane, async () => {})).toEqual({ outcome: "overtaken", same: true });
  });

  it("would write over it without the ticket", async () => {
    const lane = await newLane(9002);
    const { tenantId } = lane;
    const forget = async () => {
      await database.sql`update billing_accounts set synced_ticket = 0 where tenant_id = ${tenantId}`;
    };
    expect(await overtaken(lane, forget)).toEqual({ outcome: "written", same: false });
  });
});
