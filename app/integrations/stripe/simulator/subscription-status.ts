// Owns how a subscription's status follows from its invoices, and how it ends.
// https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
import { isMetered } from "./invoice-lines.ts";
import type { Invoice, Subscription, SubscriptionItem } from "./objects.ts";
import { itemList } from "./subscription-items.ts";
import { memoryOf } from "./subscription-memory.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

export const isOver = ({ status }: Subscription): boolean => status === "canceled" || status === "incomplete_expired";

export const subscriptionOf = (world: World, invoice: Invoice): Subscription | undefined =>
  world.store.get("subscription", invoice.parent?.subscription_details?.subscription ?? "");

export function updateSubscription(world: World, id: string, patch: Partial<Subscription>): Subscription {
  const row = find(world, "subscription", id);
  const at = nowFor(world, row.customer);
  return change(world, "subscription", row, patch, { type: "customer.subscription.updated", at });
}

/** An invoice needs nothing more: it was paid, voided or given up. */
export function afterSettled(world: World, invoice: Invoice): void {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription || isOver(subscription)) return;
  const { pending } = memoryOf(world, subscription.id);
  if (pending?.invoice === invoice.id) settlePending(world, subscription, invoice.status === "paid");
  const latest = find(world, "subscription", subscription.id);
  if (latest.latest_invoice !== invoice.id) return;
  if (latest.status === "incomplete" && invoice.status === "void") {
    expireIncomplete(world, latest);
    return;
  }
  if (["incomplete", "past_due", "unpaid"].includes(latest.status))
    updateSubscription(world, latest.id, { status: "active" });
  const customer = world.store.get("customer", latest.customer);
  if (customer?.delinquent)
    change(
      world,
      "customer",
      customer,
      { delinquent: false },
      { type: "customer.updated", at: nowFor(world, customer.id) },
    );
}

/** Applies or forgets an update that waited for its invoice. */
export function settlePending(world: World, subscription: Subscription, apply: boolean): void {
  const memory = memoryOf(world, subscription.id);
  const { pending } = memory;
  if (!pending) return;
  const at = nowFor(world, subscription.customer);
  const usageFrom = apply ? memory.usageFrom : pending.usageBefore;
  world.store.put("subscription_memory", { ...memory, usageFrom, pending: null });
  const waited = subscription.pending_update !== null;
  if (!apply) {
    const next = change(world, "subscription", subscription, { pending_update: null });
    if (waited) announce(world, "customer.subscription.pending_update_expired", next, at);
    return;
  }
  const next = applyItems(world, subscription, pending.items, { ...pending.patch, pending_update: null }, at);
  if (waited) announce(world, "customer.subscription.pending_update_applied", next, at);
}

/** Sets the items; metered ones that are new count usage from now on. */
export function applyItems(
  world: World,
  before: Subscription,
  items: SubscriptionItem[],
  patch: Partial<Subscription>,
  now: number,
): Subscription {
  const memory = memoryOf(world, before.id);
  const known = new Map(before.items.data.map((one) => [one.id, one.price.id]));
  const fresh = items.filter((one) => isMetered(one) && known.get(one.id) !== one.price.id).map(({ id }) => [id, now]);
  world.store.put("subscription_memory", {
    ...memory,
    usageFrom: { ...memory.usageFrom, ...Object.fromEntries(fresh) },
  });
  return updateSubscription(world, before.id, { ...patch, items: itemList(before.id, items) });
}

/** A payment was refused. @param last no retry will follow */
export function afterFailed(world: World, invoice: Invoice, last: boolean): void {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription || isOver(subscription) || subscription.status === "incomplete") return;
  if (memoryOf(world, subscription.id).pending?.invoice === invoice.id) return;
  const customer = world.store.get("customer", subscription.customer);
  if (customer && !customer.delinquent)
    change(
      world,
      "customer",
      customer,
      { delinquent: true },
      { type: "customer.updated", at: nowFor(world, customer.id) },
    );
  if (!last) {
    if (subscription.status === "active") updateSubscription(world, subscription.id, { status: "past_due" });
    return;
  }
  if (world.settings.afterDunning === "unpaid") updateSubscription(world, subscription.id, { status: "unpaid" });
  else end(world, subscription.id, "payment_failed");
}

export function expireIncomplete(world: World, subscription: Subscription): void {
  const at = nowFor(world, subscription.customer);
  updateSubscription(world, subscription.id, { status: "incomplete_expired", ended_at: at });
}

/** Ends a subscription now. Its open invoices stay, but are no longer collected by themselves. */
export function end(
  world: World,
  id: string,
  reason: "cancellation_requested" | "payment_failed" | "payment_disputed",
): Subscription {
  const row = find(world, "subscription", id);
  const at = nowFor(world, row.customer);
  const details = { comment: null, feedback: null, feedback_option: null, ...row.cancellation_details, reason };
  const ended = change(world, "subscription", row, {
    status: "canceled",
    canceled_at: row.canceled_at ?? at,
    ended_at: at,
    cancellation_details: details,
    pending_update: null,
    schedule: null,
  });
  announce(world, "customer.subscription.deleted", ended, at);
  for (const invoice of world.store.all("invoice"))
    if (
      invoice.parent?.subscription_details?.subscription === id &&
      (invoice.status === "open" || invoice.status === "draft")
    )
      change(
        world,
        "invoice",
        invoice,
        { auto_advance: false, next_payment_attempt: null, automatically_finalizes_at: null },
        { type: "invoice.updated", at },
      );
  const schedule = row.schedule ? world.store.get("subscription_schedule", row.schedule) : undefined;
  if (schedule) {
    const patch = { status: "canceled", canceled_at: at, current_phase: null };
    announce(world, "subscription_schedule.canceled", change(world, "subscription_schedule", schedule, patch), at);
  }
  return ended;
}
