// What Stripe's webhooks do: they only say of whom something changed. What it is now is asked of Stripe by a job.
import { z } from "zod";
import type { Db, SystemTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { type Delivery, type Outcome, unpark } from "../webhooks/inbox.ts";
import { SyncBilling, TraceEvent } from "./billing.jobs.ts";
import type { BillingProvider } from "./ports.ts";

/** What is kept of an event: no personal data. */
export const StripeNotice = z.object({
  id: z.string(),
  type: z.string(),
  /** Unix seconds, by Stripe's clock or the customer's test clock. */
  created: z.number(),
  livemode: z.boolean(),
  customerId: z.string().nullable(),
  /** As our own calls left it with Stripe. */
  tenantId: z.uuid().nullable(),
  objectId: z.string().nullable(),
  objectType: z.string().nullable(),
});
export type StripeNotice = z.infer<typeof StripeNotice>;

/** Objects that name no customer, and lead to one by their charge. */
const TRACEABLE = ["dispute", "refund"];

/**
 * Asks for a fresh copy of the tenant's billing. An event of a customer who is nobody's yet waits for the one who links
 * it; one that concerns no customer at all (a product, say) is done with.
 */
export async function applyStripeEvent(tx: SystemTx, delivery: Delivery): Promise<Outcome> {
  const notice = StripeNotice.parse(delivery.payload);
  const { customerId, tenantId } = notice;
  const accounts = await tx<{ tenantId: string; stripeCustomerId: string | null }[]>`
    select tenant_id, stripe_customer_id from billing_accounts
    where stripe_customer_id = ${customerId} or tenant_id = ${tenantId}`;
  // A tenant without a customer has nothing to copy: it is named here before our own call's answer was stored.
  const account =
    accounts.find((one) => one.stripeCustomerId === customerId) ??
    accounts.find((one) => one.stripeCustomerId !== null);
  if (account) {
    delivery.tenantId = account.tenantId;
    await enqueue(tx, SyncBilling, { tenantId: account.tenantId }, { key: account.tenantId });
    return "done";
  }
  if (customerId !== null) return { parked: customerId };
  if (notice.objectType === "test_helpers.test_clock") await askOnClock(tx, notice.objectId);
  if (notice.objectId === null || !TRACEABLE.includes(notice.objectType ?? "")) return "done";
  await enqueue(tx, TraceEvent, { inboxId: delivery.id }, { key: delivery.id });
  return { parked: notice.objectId };
}

/** Time has passed for all who live by this test clock. */
async function askOnClock(tx: SystemTx, clockId: string | null): Promise<void> {
  const accounts = await tx<{ tenantId: string }[]>`
    select tenant_id from billing_accounts where test_clock_id = ${clockId}`;
  for (const { tenantId } of accounts) await enqueue(tx, SyncBilling, { tenantId }, { key: tenantId });
}

/** Asks Stripe whose object an event is about, and lets the event go on from there. */
export async function traceStripeEvent(db: Db, billing: BillingProvider, inboxId: string): Promise<void> {
  const door = { reason: "billing.trace" };
  const payload = await db.asSystem(door, async (tx) => {
    const [row] = await tx<{ payload: unknown }[]>`
      select payload from webhook_inbox where id = ${inboxId} and processed_at is null`;
    return row?.payload;
  });
  if (payload === undefined) return;
  const notice = StripeNotice.parse(payload);
  const { objectId, objectType } = notice;
  if (objectId === null || (objectType !== "dispute" && objectType !== "refund")) return;
  const customerId = await billing.customerBehind({ type: objectType, id: objectId });
  await db.asSystem(door, async (tx) => {
    // Nobody's payment: an object without a type is done with.
    const found = customerId === null ? { ...notice, objectType: null } : { ...notice, customerId };
    await tx`update webhook_inbox set payload = ${tx.json(found)} where id = ${inboxId} and processed_at is null`;
    await unpark(tx, "stripe", objectId);
  });
}
