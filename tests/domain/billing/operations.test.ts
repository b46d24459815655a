// Changes of what is bought: carried out once, whatever is killed, repeated or out of reach.
import { describe, expect, it } from "vitest";
import { findInvoice } from "#app/domain/billing/invoices.ts";
import { awaitOperation, requestCancel, requestChange, requestPayment } from "#app/domain/billing/operations.ts";
import { performOperation } from "#app/domain/billing/perform.ts";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, type ClockTenant, clockTenant, DAY } from "../../support/billing.ts";

const database = await testDatabase();
const world = await billingWorld(database);

const ask = (tenant: ClockTenant) =>
  database.db.web.asTenant(tenant.actor, (tx) => requestChange(tx, tenant.actor, { plan: "premium" }));
const ended = (tenant: ClockTenant, id: string) => awaitOperation(database.db.web, tenant.actor, id, 0);
const invoicesOf = async ({ customerId }: ClockTenant): Promise<number> =>
  (await world.stripe.invoices.list({ customer: customerId })).data.length;

async function customer(slug: string): Promise<ClockTenant> {
  const tenant = await clockTenant(database, world, slug);
  await tenant.buy("basic");
  await tenant.pass(5 * DAY);
  return tenant;
}

describe("an operation", () => {
  it("is carried out once, though its job runs twice at the same time and again later", async () => {
    const tenant = await customer("twice");
    const { id } = await ask(tenant);
    const job = { tenantId: tenant.tenantId, operationId: id };
    await Promise.all([performOperation(world.services, job), performOperation(world.services, job)]);
    await performOperation(world.services, job);
    await world.settle();
    expect(await ended(tenant, id)).toMatchObject({ status: "done" });
    expect(await tenant.standing()).toMatchObject({ plan: "premium" });
    // The first payment's and the upgrade's.
    expect(await invoicesOf(tenant)).toBe(2);
  });

  it("goes on after a kill between Stripe's answer and ours", async () => {
    const tenant = await customer("killed");
    const { id } = await ask(tenant);
    const job = { tenantId: tenant.tenantId, operationId: id };
    const dies = async (): Promise<never> => {
      throw new Error("killed");
    };
    const billing: BillingProvider = {
      ...world.billing,
      changeNow: async (...args) => {
        await world.billing.changeNow(...args);
        return dies();
      },
    };
    await expect(performOperation({ ...world.services, billing }, job)).rejects.toThrow("killed");
    expect(await ended(tenant, id)).toMatchObject({ status: "pending" });
    await performOperation(world.services, job);
    expect(await ended(tenant, id)).toMatchObject({ status: "done" });
    expect(await tenant.standing()).toMatchObject({ plan: "premium" });
    expect(await invoicesOf(tenant)).toBe(2);
  });

  it("waits while Stripe is out of reach, and says so to nobody: its job tries again", async () => {
    const tenant = await customer("outage");
    const { id } = await ask(tenant);
    const job = { tenantId: tenant.tenantId, operationId: id };
    const away = async (): Promise<never> => {
      throw new AppError("unavailable", "Stripe can't be reached.");
    };
    const billing: BillingProvider = { ...world.billing, changeNow: away };
    await expect(performOperation({ ...world.services, billing }, job)).rejects.toMatchObject({ code: "unavailable" });
    expect(await ended(tenant, id)).toMatchObject({ status: "pending" });
    await world.settle();
    expect(await ended(tenant, id)).toMatchObject({ status: "done" });
  });

  it("is one at a time, with words for who asks for a second", async () => {
    const tenant = await customer("impatient");
    const { id } = await ask(tenant);
    const second = database.db.web.asTenant(tenant.actor, (tx) => requestCancel(tx, tenant.actor));
    await expect(second).rejects.toMatchObject({ code: "conflict", message: /still under way/ });
    await world.settle();
    expect(await ended(tenant, id)).toMatchObject({ status: "done" });
  });

  it("is refused with words where there is nothing to change or to pay, and for what isn't sold", async () => {
    const tenant = await clockTenant(database, world, "nothing");
    const door = database.db.web;
    const change = door.asTenant(tenant.actor, (tx) => requestChange(tx, tenant.actor, { plan: "basic" }));
    await expect(change).rejects.toMatchObject({ code: "conflict", reason: "no_subscription" });
    const pay = door.asTenant(tenant.actor, (tx) => requestPayment(tx, tenant.actor));
    await expect(pay).rejects.toMatchObject({ code: "conflict", reason: "nothing_due" });
    const enterprise = door.asTenant(tenant.actor, (tx) => requestChange(tx, tenant.actor, { plan: "enterprise" }));
    await expect(enterprise).rejects.toMatchObject({ code: "conflict", reason: "not_sold" });
  });

  it("fails with the bank's words where the card is declined, and the plan stays", async () => {
    const tenant = await customer("declined");
    await tenant.card("pm_card_chargeCustomerFail");
    const { id } = await ask(tenant);
    await world.settle();
    expect(await ended(tenant, id)).toMatchObject({ status: "failed", errorCode: "payment_failed" });
    expect((await ended(tenant, id))?.error).toMatch(/declined/);
    expect(await tenant.standing()).toMatchObject({ status: "active", plan: "basic" });
  });

  it("says when the bank wants a payment confirmed, and where", async () => {
    const tenant = await clockTenant(database, world, "threed");
    await tenant.buy("basic");
    await tenant.card("pm_card_authenticationRequired");
    await tenant.pass(32 * DAY);
    const { id, invoiceId } = await database.db.web.asTenant(tenant.actor, (tx) => requestPayment(tx, tenant.actor));
    await world.settle();
    expect(await ended(tenant, id)).toMatchObject({ status: "failed", errorCode: "payment_action_needed" });
    const invoice = await database.db.web.asTenant(tenant.actor, (tx) => findInvoice(tx, invoiceId));
    expect(invoice).toMatchObject({ needsAction: true, hostedUrl: expect.stringContaining("http") });
  });
});
