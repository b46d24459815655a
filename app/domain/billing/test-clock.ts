// Moving a tenant's time on, so that trials end and periods renew while one watches. In Stripe's test mode only.
import type { SystemActor } from "#app/platform/actor.ts";
import { AppError } from "#app/platform/errors.ts";
import { ensureCustomer, requireBilling } from "./accounts.ts";
import { type BillingServices, syncBilling } from "./sync.ts";

/**
 * Advances the test clock of a tenant's customer, making the customer where there is none yet.
 * @param span an interval as Postgres reads it: `3 days`, `1 month`
 * @returns the time in which the account lives now
 * @throws AppError not_found; conflict where the customer doesn't live on a clock
 */
export async function advanceTime(services: BillingServices, slug: string, span: string): Promise<Date> {
  const { db } = services;
  const billing = requireBilling(services.billing);
  const [tenant] = await db.asSystem(
    { reason: "billing.clock" },
    (tx) => tx<{ id: string }[]>`select id from tenants where slug = ${slug}`,
  );
  if (!tenant) throw new AppError("not_found", `There is no organisation at ${slug}.`);
  const system: SystemActor & { tenantId: string } = { kind: "system", reason: "billing.clock", tenantId: tenant.id };
  const customer = await billing.customer(await ensureCustomer(services, system));
  if (!customer?.clock) {
    throw new AppError(
      "conflict",
      "This customer lives in real time. Start with STRIPE_TEST_CLOCKS=1 before it is made.",
    );
  }
  const { clock } = customer;
  const [target] = await db.asSystem(
    system,
    (tx) => tx<{ at: Date }[]>`select ${clock.at}::timestamptz + ${span}::text::interval as at`,
  );
  if (!target || target.at <= clock.at) throw new AppError("invalid", "A clock moves forwards only.");
  await billing.advanceClock(clock.id, target.at);
  await syncBilling(services, tenant.id);
  return target.at;
}
