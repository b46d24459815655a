// The demo's paying customer: a plan bought ten weeks ago, paid each month since, and used day by day. Made at the Stripe
// simulator on a test clock, by the same code that a customer's months run through.
import Stripe from "stripe";
import { ensureCustomer, setContract } from "#app/domain/billing/accounts.ts";
import { syncCatalogue } from "#app/domain/billing/catalogue.ts";
import { deliverUsage } from "#app/domain/billing/metering.ts";
import { currentPlan, type PlanId, pricesOf } from "#app/domain/billing/plans.ts";
import { type BillingServices, syncBilling } from "#app/domain/billing/sync.ts";
import { recordUsage, type Use } from "#app/domain/billing/usage.ts";
import { createStripeBilling } from "#app/integrations/stripe/client.ts";
import type { MemberActor } from "#app/platform/actor.ts";
import type { Db } from "#app/platform/db.ts";
import { createLogger } from "#app/platform/log.ts";
import type { StripeKeys } from "./stripe-keys.ts";

const DAY = 86_400;
/** How long ago the plan was bought: two months are over, the third is under way. */
const BOUGHT_DAYS_AGO = 73;
/** The days, counted from the purchase, on which something was used. */
const USED_ON = [14, 42, 62, 64, 66, 68, 69, 70, 71, 72];

/** What the demo's seed works with. */
export interface SeedBilling {
  /** The worker's door. */
  system: Db;
  /** The web's door. */
  db: Db;
  /** Null: nothing is sold here. */
  stripe: StripeKeys | null;
}

/**
 * Gives a tenant its plan: bought and paid at the simulator; where there is a real Stripe account or none, which no demo
 * may touch, by contract.
 */
export async function seedPlan(target: SeedBilling, actor: MemberActor, plan: PlanId): Promise<void> {
  const { system, stripe } = target;
  const { tenantId } = actor;
  if (!stripe?.simulated) {
    const door = { reason: "demo", tenantId };
    await system.asSystem(door, async (tx) => setContract(tx, tenantId, (await currentPlan(tx, plan)).id));
    await syncBilling({ db: system, log: silent, billing: null }, tenantId);
    return;
  }
  const billing = createStripeBilling(stripe);
  const services: BillingServices = { db: system, log: silent, billing };
  await syncCatalogue(services);
  const past = await buyInThePast(target, stripe, actor, plan);
  await syncBilling(services, tenantId);
  for (const day of USED_ON) {
    await past.advance(day);
    await syncBilling(services, tenantId);
    await countSome(system, tenantId, day);
    // While the period lasts, so that its invoice has it.
    await deliverUsage(services, tenantId);
  }
  await past.comeToPresent();
  await syncBilling(services, tenantId);
}

const silent = createLogger("demo", "silent");

/** A customer on a test clock who buys the plan by card. */
async function buyInThePast({ db }: SeedBilling, { apiKey, apiBase }: StripeKeys, actor: MemberActor, plan: PlanId) {
  const { hostname, port } = new URL(apiBase ?? "");
  const sdk = new Stripe(apiKey, { host: hostname, port, protocol: "http", telemetry: false });
  const now = Math.floor(Date.now() / 1000);
  const begin = now - BOUGHT_DAYS_AGO * DAY;
  const clock = await sdk.testHelpers.testClocks.create({ frozen_time: begin, name: "The demo's past" });
  const customer = await customerOn(sdk, clock.id, db, actor);
  const prices = await db.asTenant(actor, async (tx) => pricesOf(tx, (await currentPlan(tx, plan)).id));
  await sdk.subscriptions.create({
    customer,
    items: (prices ?? []).map(({ priceId }) => ({ price: priceId })),
    metadata: { tenant_id: actor.tenantId },
  });
  const advanceTo = async (to: number) => {
    await sdk.testHelpers.testClocks.advance(clock.id, { frozen_time: to });
  };
  return {
    advance: (day: number) => advanceTo(begin + day * DAY),
    async comeToPresent() {
      await advanceTo(Math.floor(Date.now() / 1000));
      const answer = await fetch(`${apiBase}/_simulator/customers/${customer}/real_time`, { method: "POST" });
      if (!answer.ok) throw new Error(`The demo's customer stays in the past: ${await answer.text()}`);
    },
  };
}

async function customerOn(sdk: Stripe, clock: string, db: Db, actor: MemberActor): Promise<string> {
  const [tenant] = await db.asTenant(
    actor,
    (tx) =>
      tx<
        { name: string; email: string }[]
      >`select name, contact_email as email from tenants where id = app.tenant_id()`,
  );
  const method = await sdk.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  const { id } = await sdk.customers.create({
    ...{ name: tenant?.name ?? "", email: tenant?.email ?? "", test_clock: clock },
    metadata: { tenant_id: actor.tenantId },
    payment_method: method.id,
    invoice_settings: { default_payment_method: method.id },
  });
  await db.asTenant(actor, (tx) => tx`select app.link_customer(${id})`);
  // From here on it is found, not made.
  return ensureCustomer({ db, billing: null }, actor);
}

/** A busy practice's day: the same figures for the same day. */
async function countSome(system: Db, tenantId: string, day: number): Promise<void> {
  const calls = 88 + ((day * 17) % 61);
  const uses: Use[] = [
    { metric: "calls", quantity: calls, key: `demo:${day}:calls` },
    { metric: "call_minutes", quantity: calls * 3, key: `demo:${day}:minutes` },
    { metric: "messages", quantity: 940 + ((day * 131) % 680), key: `demo:${day}:messages` },
    { metric: "ai_tokens", quantity: 41_000 + ((day * 977) % 9_000), key: `demo:${day}:tokens` },
    { metric: "api_requests", quantity: 900 + ((day * 331) % 700), key: `demo:${day}:api` },
  ];
  await system.asSystem({ reason: "demo", tenantId }, async (tx) => {
    for (const use of uses) await recordUsage(tx, use);
  });
}
