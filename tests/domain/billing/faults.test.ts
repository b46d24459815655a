// Stripe out of sorts: broken connections, refusals by rate, failures of its own. One change, one charge, one state.
import { describe, expect, it } from "vitest";
import { openCheckout } from "#app/domain/billing/checkout.ts";
import { awaitOperation, requestCancel, requestChange } from "#app/domain/billing/operations.ts";
import { performOperation } from "#app/domain/billing/perform.ts";
import { syncBilling } from "#app/domain/billing/sync.ts";
import type { Fault } from "#app/integrations/stripe/simulator/faults.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, clockTenant, DAY } from "../../support/billing.ts";
import { newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const world = await billingWorld(database);

async function faults(list: Partial<Fault>[]): Promise<void> {
  const body = JSON.stringify(list);
  const answer = await fetch(`${world.server.url}/_simulator/faults`, { method: "POST", body });
  expect(answer.status).toBe(200);
}

/** As the job's retries do: again until it ends. */
async function insist(work: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < 20; time++) {
    const failure = await work().then(
      () => null,
      (error: unknown) => error ?? new Error("failed"),
    );
    if (failure === null) return;
    expect(failure).toMatchObject({ code: "unavailable" });
  }
  throw new Error("It never went through.");
}

describe("while Stripe is out of sorts", () => {
  it("an upgrade whose answer is lost is made and charged once", async () => {
    const tenant = await clockTenant(database, world, "lostanswer");
    await tenant.buy("basic");
    await tenant.pass(5 * DAY);
    const { id } = await database.db.web.asTenant(tenant.actor, (tx) =>
      requestChange(tx, tenant.actor, { plan: "premium" }),
    );
    await faults([{ match: { method: "POST", path: "/v1/subscriptions" }, effect: "reset_after", times: 4 }]);
    await insist(() => performOperation(world.services, { tenantId: tenant.tenantId, operationId: id }));
    await faults([]);
    await world.settle();
    expect(await awaitOperation(database.db.web, tenant.actor, id, 0)).toMatchObject({ status: "done" });
    expect(await tenant.standing()).toMatchObject({ plan: "premium" });
    expect((await world.stripe.invoices.list({ customer: tenant.customerId })).data).toHaveLength(2);
  });

  it("every kind of fault at more than a quarter of all calls ends in the same state", async () => {
    const tenant = await clockTenant(database, world, "stormy");
    await tenant.buy("basic");
    await faults(
      (["reset_before", "reset_after", "error_500", "rate_limit"] as const).map((effect) => ({
        ...{ match: {}, effect, probability: 0.08 },
      })),
    );
    const { id } = await database.db.web.asTenant(tenant.actor, (tx) => requestCancel(tx, tenant.actor));
    await insist(() => performOperation(world.services, { tenantId: tenant.tenantId, operationId: id }));
    await insist(() => syncBilling(world.services, tenant.tenantId));
    await faults([]);
    expect(await awaitOperation(database.db.web, tenant.actor, id, 0)).toMatchObject({ status: "done" });
    await tenant.pass(32 * DAY);
    expect(await tenant.standing()).toMatchObject({ status: "cancelled" });
  }, 60_000);

  it("a checkout whose answers are lost leaves one customer and one page", async () => {
    const tenant = await newTrialTenant(database.db.web, "lostpage");
    const services = { db: database.db.web, env: { appUrl: "http://localhost:3000" }, billing: world.billing };
    await faults([
      { match: { method: "POST", path: "/v1/customers" }, effect: "reset_after", times: 3 },
      { match: { method: "POST", path: "/v1/checkout" }, effect: "reset_after", times: 4 },
    ]);
    await insist(() => openCheckout(services, tenant.actor, { plan: "basic", origin: "billing" }));
    await faults([]);
    const customers = (await world.stripe.customers.list({ email: tenant.email })).data;
    expect(customers).toHaveLength(1);
    const sessions = await world.stripe.checkout.sessions.list({ customer: customers[0]?.id ?? "" });
    expect(sessions.data).toHaveLength(1);
  });

  it("there would be two customers if each try had a key of its own", async () => {
    // The SDK tries a broken connection once more by itself, under the same key.
    await faults([{ match: { method: "POST", path: "/v1/customers" }, effect: "reset_after", times: 2 }]);
    const email = "twofold@example.test";
    const create = (idempotencyKey: string) => world.stripe.customers.create({ email }, { idempotencyKey });
    await expect(create("first")).rejects.toThrow();
    await create("second");
    expect((await world.stripe.customers.list({ email })).data).toHaveLength(2);
  });
});
