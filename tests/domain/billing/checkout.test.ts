// Buying on Stripe's page: one page for one purchase, come back to it, and nothing believed of the browser.
import { describe, expect, it } from "vitest";
import {
  canKeepTrial,
  checkoutState,
  confirmCheckout,
  openCheckout,
  openPortal,
  resumableCheckout,
} from "#app/domain/billing/checkout.ts";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { syncBilling } from "#app/domain/billing/sync.ts";
import { claimAddress } from "#app/domain/tenants/tenants.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld } from "../../support/billing.ts";
import { newTenant, newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const world = await billingWorld(database);
const CARD = { number: "4242 4242 4242 4242", expMonth: 12, expYear: 2040, cvc: "123" };

const services = (billing: BillingProvider | null = world.billing) => ({
  db: database.db.web,
  env: { appUrl: "http://localhost:3000" },
  billing,
});
const buy = (tenant: TestTenant, plan: "basic" | "premium" = "basic", keepTrial = false) =>
  openCheckout(services(), tenant.actor, { plan, keepTrial, origin: "billing" });
const sessionOf = async (checkoutId: string): Promise<string> => {
  const [row] = await database.sql<{ session: string }[]>`
    select stripe_session_id as session from checkouts where id = ${checkoutId}`;
  return row?.session ?? "";
};
const statusOf = async ({ tenantId }: TestTenant): Promise<string> => {
  const [row] = await database.sql<{ status: string }[]>`select status from tenants where id = ${tenantId}`;
  return row?.status ?? "";
};
const resumable = (tenant: TestTenant) =>
  database.db.web.asTenant(tenant.actor, (tx) => resumableCheckout(tx), { readOnly: true });

describe("buying a plan", () => {
  it("opens one page for a purchase, however often and at once it is asked for", async () => {
    const tenant = await newTrialTenant(database.db.web, "doubleclick");
    const opened = await Promise.all([buy(tenant), buy(tenant), buy(tenant)]);
    const again = await buy(tenant);
    expect(new Set([...opened, again].map(({ url }) => url)).size).toBe(1);
    const customers = await world.stripe.customers.list({ email: tenant.email });
    expect(customers.data).toHaveLength(1);
    expect(await resumable(tenant)).toMatchObject({ plan: "basic", url: again.url });
  });

  it("makes the tenant active once Stripe says so, not because the browser comes back", async () => {
    const tenant = await newTrialTenant(database.db.web, "buyer");
    const { checkoutId } = await buy(tenant);
    const session = await sessionOf(checkoutId);
    expect(await confirmCheckout(services(), tenant.actor, session)).toBe(true);
    await world.settle();
    expect(await statusOf(tenant)).toBe("trialing");
    world.server.engine.completeCheckout(session, { card: CARD });
    await world.settle();
    expect(await statusOf(tenant)).toBe("active");
    const state = await database.db.web.asTenant(tenant.actor, (tx) => checkoutState(tx, session));
    expect(state).toMatchObject({ status: "complete", plan: "basic", origin: "billing" });
    expect(await resumable(tenant)).toBeNull();
    await expect(buy(tenant, "premium")).rejects.toMatchObject({ code: "conflict", reason: "subscribed" });
    const { url } = await openPortal(services(), tenant.actor, { flow: "payment_method" });
    expect(url).toMatch(/^http:\/\/pay\.test\//);
  });

  it("takes a tenant from its address straight to its paid plan, without a trial", async () => {
    const tenant = await newTenant(database.db.web, "Straight");
    await database.db.web.asTenant(tenant.actor, (tx) =>
      claimAddress(tx, tenant.actor, { appDomain: "localhost" }, "straight"),
    );
    const { checkoutId } = await openCheckout(services(), tenant.actor, { plan: "basic", origin: "onboarding" });
    world.server.engine.completeCheckout(await sessionOf(checkoutId), { card: CARD });
    await world.settle();
    const [row] = await database.sql`
      select t.status, t.plan, t.onboarding_step as step, (select count(*)::int from provisioning_runs r where r.tenant_id = t.id) as runs
      from tenants t where t.id = ${tenant.tenantId}`;
    expect(row).toEqual({ status: "active", plan: "basic", step: "knowledge", runs: 1 });
  });

  it("confirms nobody else's session", async () => {
    const [owner, stranger] = [
      await newTrialTenant(database.db.web, "sessionowner"),
      await newTrialTenant(database.db.web, "stranger"),
    ];
    const { checkoutId } = await buy(owner);
    expect(await confirmCheckout(services(), stranger.actor, await sessionOf(checkoutId))).toBe(false);
  });

  it("ends the page of another purchase, so that nobody pays twice", async () => {
    const tenant = await newTrialTenant(database.db.web, "changedmind");
    const first = await buy(tenant, "basic");
    const second = await buy(tenant, "premium");
    expect(second.url).not.toBe(first.url);
    const session = await world.stripe.checkout.sessions.retrieve(await sessionOf(first.checkoutId));
    expect(session.status).toBe("expired");
    expect(await resumable(tenant)).toMatchObject({ plan: "premium" });
  });

  it("finds the session again that a killed process had opened", async () => {
    const tenant = await newTrialTenant(database.db.web, "interrupted");
    const dies: BillingProvider = {
      ...world.billing,
      openCheckout: async (...args) => {
        await world.billing.openCheckout(...args);
        throw new Error("killed");
      },
    };
    const input = { plan: "basic", origin: "billing" } as const;
    await expect(openCheckout(services(dies), tenant.actor, input)).rejects.toThrow("killed");
    await openCheckout(services(), tenant.actor, input);
    const [customer] = (await world.stripe.customers.list({ email: tenant.email })).data;
    const sessions = await world.stripe.checkout.sessions.list({ customer: customer?.id ?? "" });
    expect(sessions.data).toHaveLength(1);
  });

  it("opens a new page where the old one has run out", async () => {
    const tenant = await newTrialTenant(database.db.web, "tardy");
    const first = await buy(tenant);
    world.server.engine.expireCheckout(await sessionOf(first.checkoutId));
    await world.settle();
    expect(await resumable(tenant)).toBeNull();
    expect((await buy(tenant)).url).not.toBe(first.url);
  });

  it("lets the trial run out first where two days of it are left, else says that it can't", async () => {
    const tenant = await newTrialTenant(database.db.web, "thrifty");
    const { checkoutId } = await buy(tenant, "premium", true);
    world.server.engine.completeCheckout(await sessionOf(checkoutId), { card: CARD });
    await world.settle();
    expect(await statusOf(tenant)).toBe("trialing");

    const late = await newTrialTenant(database.db.web, "latecomer");
    await database.sql`update tenants set trial_ends_at = now() + interval '1 day' where id = ${late.tenantId}`;
    await expect(buy(late, "premium", true)).rejects.toMatchObject({ reason: "trial_too_short" });
    const now = new Date();
    expect(canKeepTrial(new Date(+now + 50 * 3_600_000), now)).toBe(true);
    expect(canKeepTrial(new Date(+now + 48 * 3_600_000), now)).toBe(false);
  });

  it("asks for an address first, and says where payments aren't set up", async () => {
    const fresh = await newTenant(database.db.web);
    await expect(buy(fresh)).rejects.toMatchObject({ code: "conflict", reason: "no_address" });
    const tenant = await newTrialTenant(database.db.web, "unsold");
    const asked = openCheckout(services(null), tenant.actor, { plan: "basic", origin: "billing" });
    await expect(asked).rejects.toMatchObject({ code: "unavailable", reason: "billing_not_set_up" });
  });
});

describe("an event of a customer whom nobody has yet", () => {
  it("waits, and is applied when the customer is linked (acceptance 17)", async () => {
    const tenant = await newTrialTenant(database.db.web, "early");
    const { id: customer } = await world.stripe.customers.create({ name: "Early", email: tenant.email });
    const method = await world.stripe.paymentMethods.attach("pm_card_visa", { customer });
    await world.stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
    const [price] = await database.sql<{ id: string }[]>`
      select stripe_price_id as id from plan_versions where plan = 'basic' and retired_at is null`;
    await world.stripe.subscriptions.create({ customer, items: [{ price: price?.id ?? "" }] });
    await world.settle();
    const parked = () => database.sql`
      select from webhook_inbox where subject = ${customer} and parked_at is not null and processed_at is null`;
    expect((await parked()).length).toBeGreaterThan(0);
    expect(await statusOf(tenant)).toBe("trialing");

    await database.db.web.asTenant(tenant.actor, (tx) => tx`select app.link_customer(${customer})`);
    await syncBilling(world.services, tenant.tenantId);
    await world.settle();
    expect(await parked()).toHaveLength(0);
    expect(await statusOf(tenant)).toBe("active");
  });
});
