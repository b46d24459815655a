// A tenant's life with Stripe, month by month: each step through the simulated Stripe, its events and the jobs.
import { describe, expect, it } from "vitest";
import { previewChange } from "#app/domain/billing/changes.ts";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import {
  awaitOperation,
  type Operation,
  requestCancel,
  requestChange,
  requestPayment,
  requestReactivate,
} from "#app/domain/billing/operations.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, type ClockTenant, clockTenant, DAY } from "../../support/billing.ts";

const database = await testDatabase();
const world = await billingWorld(database);
const web = { db: database.db.web, billing: world.billing };

const entitled = (tenant: ClockTenant) =>
  database.db.web.asTenant(tenant.actor, (tx) => entitlements(tx), { readOnly: true });
const eventsOf = async ({ tenantId }: ClockTenant): Promise<string[]> =>
  (await database.sql`select type from tenant_events where tenant_id = ${tenantId} order by created_at, id`).map(
    ({ type }) => type,
  );
const subjects = (tenant: ClockTenant) =>
  world.mails.filter(({ to }) => to === tenant.email).map(({ subject }) => subject);

/** Asks for a change, lets the worker carry it out, and says how it ended. */
async function change(tenant: ClockTenant, ask: (tx: TenantTx) => Promise<{ id: string }>): Promise<Operation | null> {
  const { id } = await database.db.web.asTenant(tenant.actor, ask);
  await world.settle();
  return awaitOperation(database.db.web, tenant.actor, id, 0);
}

describe("a tenant's life as a customer", () => {
  it("becomes active by paying: trial usage doesn't count any more, the address goes live, the owner is told", async () => {
    const tenant = await clockTenant(database, world, "beginner");
    await database.db.web.asTenant(tenant.actor, (tx) => tx`select app.consume('messages', 40, 'before', true)`);
    expect((await entitled(tenant)).limits.messages.used).toBe(40);
    await tenant.buy("basic");
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "basic", suspension: null });
    const now = await entitled(tenant);
    expect(now.limits.messages).toMatchObject({ used: 0, included: 10_000 });
    expect(now.features.api?.allowed).toBe(true);
    const runs = await database.sql`select from provisioning_runs where tenant_id = ${tenant.tenantId}`;
    expect(runs).toHaveLength(1);
    expect(await eventsOf(tenant)).toEqual(["invoice.paid", "tenant.activated"]);
    expect(subjects(tenant)).toContain("Basic is active for Company beginner");
    expect(subjects(tenant).filter((subject) => subject.startsWith("Payment received"))).toEqual([]);
  });

  it("goes past due when the card fails, is suspended after the grace, and is back the moment it pays", async () => {
    const tenant = await clockTenant(database, world, "forgetful");
    await tenant.buy("basic");
    await tenant.card("pm_card_chargeCustomerFail");
    await tenant.pass(32 * DAY);
    const late = await tenant.standing();
    expect(late).toMatchObject({ status: "past_due", suspension: null });
    expect((await entitled(tenant)).effectiveStatus).toBe("past_due");
    await tenant.pass(8 * DAY);
    expect(await tenant.standing()).toMatchObject({ status: "suspended", suspension: "payment" });
    const failed = await change(tenant, (tx) => requestPayment(tx, tenant.actor));
    expect(failed).toMatchObject({ status: "failed", errorCode: "payment_failed" });
    expect(failed?.error).toMatch(/declined/);
    await tenant.card("pm_card_visa");
    expect(await change(tenant, (tx) => requestPayment(tx, tenant.actor))).toMatchObject({ status: "done" });
    expect(await tenant.standing()).toMatchObject({ status: "active", suspension: null, pastDueSince: null });
    const said = await eventsOf(tenant);
    expect(said.filter((type) => type.startsWith("tenant."))).toEqual([
      ...["tenant.activated", "tenant.past_due", "tenant.suspended", "tenant.activated"],
    ]);
    // One for each attempt, ours by hand included.
    const [invoice] = await database.sql`
      select max(attempt_count)::int as attempts from invoices where tenant_id = ${tenant.tenantId}`;
    const failures = said.filter((type) => type === "payment.failed").length;
    expect(failures).toBeGreaterThanOrEqual(2);
    expect(failures).toBeLessThanOrEqual(invoice?.attempts ?? 0);
    expect(subjects(tenant)).toContain("A payment for Company forgetful didn't go through");
    expect(subjects(tenant)).toContain("Company forgetful is paused");
  });

  it("upgrades at once for what the preview said, downgrades at the end of the period", async () => {
    const tenant = await clockTenant(database, world, "climber");
    await tenant.buy("basic");
    await tenant.pass(10 * DAY);
    const preview = await previewChange(web, tenant.actor, "premium");
    expect(preview).toMatchObject({ when: "now", from: { plan: "basic" }, to: { plan: "premium" } });
    expect(preview.dueNowCents).toBeGreaterThan(0);
    expect(preview.dueNowCents).toBeLessThan(100_000);
    const done = await change(tenant, (tx) =>
      requestChange(tx, tenant.actor, { plan: "premium", prorationDate: preview.at }),
    );
    expect(done).toMatchObject({ status: "done" });
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "premium" });
    const [paid] = await database.sql`
      select total_cents::int as total from invoices
      where tenant_id = ${tenant.tenantId} and reason = 'subscription_update' and status = 'paid'`;
    expect(paid?.total).toBe(preview.dueNowCents);

    const smaller = await previewChange(web, tenant.actor, "basic");
    expect(smaller).toMatchObject({ when: "period_end", dueNowCents: 0, thenCents: 149_700 });
    await change(tenant, (tx) => requestChange(tx, tenant.actor, { plan: "basic" }));
    expect(await tenant.standing()).toMatchObject({ plan: "premium" });
    await tenant.pass(22 * DAY);
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "basic" });
    expect((await eventsOf(tenant)).filter((type) => type.startsWith("plan."))).toEqual([
      ...["plan.changed", "plan.change_scheduled", "plan.changed"],
    ]);
  });

  it("takes a planned downgrade back", async () => {
    const tenant = await clockTenant(database, world, "undecided");
    await tenant.buy("premium");
    await change(tenant, (tx) => requestChange(tx, tenant.actor, { plan: "basic" }));
    expect(await change(tenant, (tx) => requestReactivate(tx, tenant.actor))).toMatchObject({ status: "done" });
    await tenant.pass(32 * DAY);
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "premium" });
    expect(await eventsOf(tenant)).toContain("subscription.resumed");
  });

  it("cancels at the end of the period, can take that back until then, and buys again after it", async () => {
    const tenant = await clockTenant(database, world, "leaver");
    await tenant.buy("basic");
    await change(tenant, (tx) => requestCancel(tx, tenant.actor));
    expect(await tenant.standing()).toMatchObject({ status: "active" });
    await change(tenant, (tx) => requestReactivate(tx, tenant.actor));
    await tenant.pass(32 * DAY);
    expect(await tenant.standing()).toMatchObject({ status: "active" });
    await change(tenant, (tx) => requestCancel(tx, tenant.actor));
    await tenant.pass(32 * DAY);
    expect(await tenant.standing()).toMatchObject({ status: "cancelled" });
    expect((await entitled(tenant)).effectiveStatus).toBe("cancelled");
    await expect(
      database.db.web.asTenant(tenant.actor, (tx) => requestReactivate(tx, tenant.actor)),
    ).rejects.toMatchObject({ code: "conflict", reason: "ended" });
    await tenant.buy("premium");
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "premium" });
    expect((await eventsOf(tenant)).filter((type) => type.startsWith("tenant."))).toEqual([
      ...["tenant.activated", "tenant.cancelled", "tenant.activated"],
    ]);
  });

  it("keeps the free trial to its end where the plan was bought to follow it", async () => {
    const tenant = await clockTenant(database, world, "patient");
    const [trial] = await database.sql<{ endsAt: Date }[]>`
      select trial_ends_at as "endsAt" from tenants where id = ${tenant.tenantId}`;
    await tenant.buy("premium", { trialEnd: trial?.endsAt ?? new Date() });
    expect(await tenant.standing()).toMatchObject({ status: "trialing", plan: "trial" });
    expect((await entitled(tenant)).limits.messages.included).toBe(500);
    await tenant.pass(15 * DAY);
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "premium" });
    expect(await eventsOf(tenant)).toContain("tenant.activated");
  });

  it("doesn't change the plan while an upgrade's payment waits for the bank", async () => {
    const tenant = await clockTenant(database, world, "careful");
    await tenant.buy("basic");
    await tenant.card("pm_card_authenticationRequired");
    const asked = await change(tenant, (tx) => requestChange(tx, tenant.actor, { plan: "premium" }));
    expect(asked).toMatchObject({ status: "failed", errorCode: "payment_action_needed" });
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "basic" });
    expect(subjects(tenant).some((subject) => subject.startsWith("Please confirm a payment"))).toBe(true);
  });
});
