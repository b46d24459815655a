// What nobody tells: trials and graces that end, changes that were left lying, plans that are published anew.
import { describe, expect, it } from "vitest";
import { setContract } from "#app/domain/billing/accounts.ts";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { requestChange, requestRefund } from "#app/domain/billing/operations.ts";
import { currentPlans, planVersion, publishPlanVersion } from "#app/domain/billing/plans.ts";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { sweepBilling } from "#app/domain/billing/sweep.ts";
import { syncBilling } from "#app/domain/billing/sync.ts";
import type { StaffActor } from "#app/platform/actor.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, clockTenant, DAY } from "../../support/billing.ts";
import { newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const world = await billingWorld(database);
const staff: StaffActor = { kind: "staff", userId: uuidv7(), sessionId: uuidv7(), role: "billing" };

const entitled = (tenant: TestTenant) =>
  database.db.web.asTenant(tenant.actor, (tx) => entitlements(tx), { readOnly: true });
const standing = async ({ tenantId }: TestTenant) => {
  const [row] = await database.sql`
    select t.status, b.suspension from tenants t join billing_accounts b on b.tenant_id = t.id where t.id = ${tenantId}`;
  return row;
};
const mailsTo = (tenant: TestTenant) =>
  world.mails.filter(({ to }) => to === tenant.email).map(({ subject }) => subject);
const endsIn = (tenant: TestTenant, span: string) =>
  database.sql`update tenants set trial_ends_at = now() + ${span}::text::interval where id = ${tenant.tenantId}`;

describe("a trial", () => {
  it("is over at its end without any job; the sweep then says so everywhere, once", async () => {
    const tenant = await newTrialTenant(database.db.web, "overdue");
    await endsIn(tenant, "-1 second");
    expect(await entitled(tenant)).toMatchObject({ status: "trialing", effectiveStatus: "suspended" });
    await sweepBilling(world.services);
    await world.settle();
    await sweepBilling(world.services);
    await world.settle();
    expect(await standing(tenant)).toEqual({ status: "suspended", suspension: "trial_ended" });
    expect(mailsTo(tenant).filter((subject) => subject.startsWith("The free trial"))).toEqual([
      "The free trial of Company overdue has ended",
    ]);
  });

  it("is announced to end three days and one day before, each once", async () => {
    const tenant = await newTrialTenant(database.db.web, "warned");
    const warnings = async (): Promise<number> => {
      await sweepBilling(world.services);
      await sweepBilling(world.services);
      await world.settle();
      return mailsTo(tenant).filter((subject) => subject.endsWith("ends soon")).length;
    };
    expect(await warnings()).toBe(0);
    await endsIn(tenant, "71 hours");
    expect(await warnings()).toBe(1);
    await endsIn(tenant, "23 hours");
    expect(await warnings()).toBe(2);
  });

  it("ends in its test clock's time", async () => {
    const tenant = await clockTenant(database, world, "timetraveller");
    await world.settle();
    await sweepBilling(world.services);
    await world.settle();
    await tenant.pass(13 * DAY);
    expect((await entitled(tenant)).effectiveStatus).toBe("trialing");
    await tenant.pass(2 * DAY);
    expect((await entitled(tenant)).effectiveStatus).toBe("suspended");
    await sweepBilling(world.services);
    expect(await tenant.standing()).toMatchObject({ status: "suspended", suspension: "trial_ended" });
  });
});

describe("a grace", () => {
  it("is over at its end without any word of Stripe's", async () => {
    const tenant = await clockTenant(database, world, "grace");
    await tenant.buy("basic");
    await tenant.card("pm_card_chargeCustomerFail");
    await tenant.pass(32 * DAY);
    expect(await tenant.standing()).toMatchObject({ status: "past_due" });
    await database.sql`update billing_accounts set clock_at = clock_at + interval '7 days' where tenant_id = ${tenant.tenantId}`;
    expect((await entitled(tenant)).effectiveStatus).toBe("suspended");
    await sweepBilling(world.services);
    expect(await tenant.standing()).toMatchObject({ status: "suspended", suspension: "payment" });
  });
});

describe("what was left lying", () => {
  it("is taken up again, and given up with words after half an hour", async () => {
    const tenant = await clockTenant(database, world, "stuck");
    await tenant.buy("basic");
    const ask = () =>
      database.db.web.asTenant(tenant.actor, (tx) => requestChange(tx, tenant.actor, { plan: "premium" }));
    const { id } = await ask();
    await database.sql`delete from pgboss.job where name = 'billing.perform'`;
    await database.sql`update billing_operations set created_at = now() - interval '3 minutes' where id = ${id}`;
    await sweepBilling(world.services);
    await world.settle();
    expect(await tenant.standing()).toMatchObject({ plan: "premium" });

    const again = await database.db.web.asTenant(tenant.actor, (tx) =>
      requestChange(tx, tenant.actor, { plan: "basic" }),
    );
    await database.sql`delete from pgboss.job where name = 'billing.perform'`;
    await database.sql`update billing_operations set created_at = now() - interval '31 minutes' where id = ${again.id}`;
    await sweepBilling(world.services);
    const [given] = await database.sql`select status, error_code from billing_operations where id = ${again.id}`;
    expect(given).toEqual({ status: "failed", error_code: "unavailable" });
  });

  it("asks Stripe about whom it hasn't heard of for a day", async () => {
    const tenant = await clockTenant(database, world, "silent");
    await tenant.buy("basic");
    // The webhooks are lost.
    await world.stripe.subscriptions.list({ customer: tenant.customerId }).then(async ({ data: [one] }) => {
      await world.stripe.subscriptions.cancel(one?.id ?? "");
    });
    await world.events();
    await database.sql`update billing_accounts set synced_at = now() - interval '25 hours' where tenant_id = ${tenant.tenantId}`;
    await sweepBilling(world.services);
    await world.settle();
    expect(await tenant.standing()).toMatchObject({ status: "cancelled" });
  });
});

describe("plans", () => {
  it("are sold in their newest version, and who has an older one keeps it", async () => {
    const tenant = await clockTenant(database, world, "loyal");
    await tenant.buy("basic");
    const before = (await currentPlans(database.db.web)).find(({ plan }) => plan === "basic");
    if (!before) throw new Error("There is no Basic.");
    const id = await database.db.staff.asStaff(staff, (tx) =>
      publishPlanVersion(tx, {
        ...before,
        monthlyCents: 159_700,
        limits: before.limits.map((limit) => ({
          ...limit,
          sandbox: 10,
          ...(limit.metric === "calls" && { included: 1_600 }),
        })),
      }),
    );
    await world.settle();
    const after = (await currentPlans(database.db.web)).find(({ plan }) => plan === "basic");
    expect(after).toMatchObject({ id, version: 2, monthlyCents: 159_700 });
    expect(after?.limits.find(({ metric }) => metric === "calls")?.included).toBe(1_600);
    expect((await entitled(tenant)).limits.calls.included).toBe(1_500);
    await tenant.pass(32 * DAY);
    expect(await database.db.web.asTenant(tenant.actor, (tx) => planVersion(tx, before.id))).toMatchObject({
      version: 1,
    });
    const [invoice] = await database.sql`
      select total_cents::int as total from invoices where tenant_id = ${tenant.tenantId} order by issued_at desc limit 1`;
    expect(invoice?.total).toBe(149_700);
  });

  it("by contract are had without Stripe, in months of their own", async () => {
    const tenant = await newTrialTenant(database.db.web, "contracted");
    const enterprise = (await currentPlans(database.db.web)).find(({ plan }) => plan === "enterprise");
    await database.db.staff.asStaff(staff, (tx) => setContract(tx, tenant.tenantId, enterprise?.id ?? ""));
    await world.settle();
    const it = await entitled(tenant);
    expect(it).toMatchObject({ status: "active", plan: "enterprise" });
    expect(it.period?.end.getTime()).toBeGreaterThan(Date.now());
    expect(it.features.sso?.allowed).toBe(true);
  });
});

describe("a refund", () => {
  it("of an invoice that is pages back is copied as well", async () => {
    const tenant = await clockTenant(database, world, "refunded-late");
    await tenant.buy("basic");
    for (let month = 0; month < 3; month++) await tenant.pass(31 * DAY);
    const { billing } = world;
    const onePerPage: BillingProvider = {
      ...billing,
      invoices: (customerId, { after }) => billing.invoices(customerId, { limit: 1, ...(after && { after }) }),
    };
    const look = () => syncBilling({ ...world.services, billing: onePerPage }, tenant.tenantId);
    await look();
    const oldest = async () => {
      const [row] = await database.sql<{ id: string; refunded: number }[]>`
        select stripe_invoice_id as id, refunded_cents::int as refunded from invoices
        where tenant_id = ${tenant.tenantId} order by issued_at limit 1`;
      return row;
    };
    const { data } = await world.stripe.invoicePayments.list({ invoice: (await oldest())?.id ?? "" });
    const intent = data[0]?.payment.payment_intent;
    await world.stripe.refunds.create({ payment_intent: String(intent), amount: 700 });
    await look();
    expect(await oldest()).toMatchObject({ refunded: 700 });
  });

  it("is staff's to make, never more than was paid, and shows on the invoice", async () => {
    const tenant = await clockTenant(database, world, "refunded");
    await tenant.buy("basic");
    const [invoice] = await database.sql<
      { id: string }[]
    >`select id from invoices where tenant_id = ${tenant.tenantId}`;
    const refund = (amountCents: number) =>
      database.db.staff.asStaff(staff, (tx) =>
        requestRefund(tx, staff, { tenantId: tenant.tenantId, invoiceId: invoice?.id ?? "", amountCents }),
      );
    await expect(refund(200_000)).rejects.toMatchObject({ code: "invalid" });
    await refund(9_700);
    await world.settle();
    const [after] = await database.sql`
      select refunded_cents::int as refunded, status from invoices where id = ${invoice?.id ?? ""}`;
    expect(after).toEqual({ refunded: 9_700, status: "paid" });
    expect(await tenant.standing()).toMatchObject({ status: "active" });
  });
});
