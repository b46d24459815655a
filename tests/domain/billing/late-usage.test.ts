// Usage that is told after its period: Stripe keeps an invoice open for an hour, for just that.
import { expect, test } from "vitest";
import { deliverUsage, sweepUsage } from "#app/domain/billing/metering.ts";
import { reconcile } from "#app/domain/billing/reconciliation.ts";
import { recordUsage } from "#app/domain/billing/usage.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, type ClockTenant, clockTenant } from "../../support/billing.ts";

const database = await testDatabase();
const { sql } = database;
const world = await billingWorld(database);
const { services } = world;

const use = ({ actor }: ClockTenant, quantity: number, key: string) =>
  database.db.web.asTenant(actor, (tx) => recordUsage(tx, { metric: "calls", quantity, key }));
const callsOf = async (slug: string) =>
  (await reconcile(services, slug)).filter(({ metric, sent }) => metric === "calls" && sent > 0);

/** To ten minutes after the period's end. */
async function passPeriod(tenant: ClockTenant): Promise<void> {
  const [account] = await sql<{ end: Date }[]>`
    select period_end as "end" from billing_accounts where tenant_id = ${tenant.tenantId}`;
  await tenant.pass(Math.ceil(Number(account?.end) / 1000 - Date.now() / 1000) + 600);
}

test("leftovers of a period that is over are told as its own, and stand on its invoice", async () => {
  const tenant = await clockTenant(database, world, "leftover");
  await tenant.buy("basic");
  await use(tenant, 1_600, "old");
  await passPeriod(tenant);
  await use(tenant, 2, "new");
  await deliverUsage(services, tenant.tenantId);
  await tenant.pass(3 * 3600);
  const rows = await callsOf("leftover");
  expect(rows.flatMap(({ differences }) => differences)).toEqual([]);
  expect(rows.map(({ ledger, meter, invoiced }) => ({ ledger, meter, invoiced }))).toEqual([
    { ledger: 1_600, meter: 1_600, invoiced: 1_600 },
    { ledger: 2, meter: 2, invoiced: null },
  ]);
});

test("the last minutes before a subscription ends stand on its last invoice", async () => {
  const tenant = await clockTenant(database, world, "last-minutes");
  const subscription = await tenant.buy("basic");
  await world.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  await use(tenant, 1_600, "told");
  await deliverUsage(services, tenant.tenantId);
  await use(tenant, 7, "last");
  await passPeriod(tenant);
  expect(await tenant.standing()).toMatchObject({ status: "cancelled" });
  await sweepUsage(database.db.worker);
  await world.settle();
  await tenant.pass(3 * 3600);
  const rows = await callsOf("last-minutes");
  expect(rows.map(({ ledger, meter, invoiced }) => ({ ledger, meter, invoiced }))).toEqual([
    { ledger: 1_607, meter: 1_607, invoiced: 1_607 },
  ]);
  // Stripe's last invoice is closed by now: nothing is left to tell it.
  expect(await deliverUsage(services, tenant.tenantId)).toBe(0);
});
