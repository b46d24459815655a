// Owns the phases of subscription schedules: which one holds, and what its beginning changes.
// https://docs.stripe.com/billing/subscriptions/subscription-schedules

import { redeem } from "./coupons.ts";
import type { Schedule, SchedulePhase, Subscription, SubscriptionItem } from "./objects.ts";
import { newItem, planFor } from "./subscription-items.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

const phaseStarting = (schedule: Schedule, at: number): SchedulePhase | undefined =>
  schedule.phases.find(({ start_date }) => start_date === at);

/** The phase that begins at a moment, for a subscription that a schedule leads. */
export function nextPhaseAt(world: World, subscription: Subscription, at: number): SchedulePhase | undefined {
  const schedule = subscription.schedule ? world.store.get("subscription_schedule", subscription.schedule) : undefined;
  return schedule?.status === "active" ? phaseStarting(schedule, at) : undefined;
}

/** The items that a phase beginning now brings; those with the same price or kind keep their identity. */
export function itemsOfPhase(world: World, subscription: Subscription, at: number): SubscriptionItem[] | null {
  const phase = nextPhaseAt(world, subscription, at);
  return phase ? phaseItems(world, subscription, phase, at) : null;
}

export function phaseItems(
  world: World,
  subscription: Subscription,
  phase: SchedulePhase,
  at: number,
): SubscriptionItem[] {
  const left = [...subscription.items.data];
  const take = (fits: (item: SubscriptionItem) => boolean): SubscriptionItem | undefined => {
    const index = left.findIndex(fits);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  const kept = phase.items.map(({ price }) => take((item) => item.price.id === price));
  return phase.items.map(({ price: id, quantity }, index) => {
    const price = find(world, "price", id, "price");
    const meter = price.recurring?.meter ?? null;
    const old = kept[index] ?? take((item) => (item.price.recurring?.meter ?? null) === meter);
    const cycle = {
      start: subscription.items.data[0]?.current_period_start ?? at,
      end: subscription.items.data[0]?.current_period_end ?? at,
    };
    if (!old) {
      const input = { id: null, price: id, quantity, deleted: false, metadata: undefined };
      return newItem(world, subscription.id, input, cycle, at, "items");
    }
    const { quantity: _, ...rest } = old;
    return { ...rest, price, plan: planFor(price), ...(meter === null && { quantity: quantity ?? 1 }) };
  });
}

/** Marks the phase that begins now as the current one. */
export function startPhase(world: World, id: string, at: number): void {
  const schedule = find(world, "subscription_schedule", id);
  const phase = phaseStarting(schedule, at);
  if (!phase) return;
  const current_phase = { start_date: phase.start_date, end_date: phase.end_date };
  const when = nowFor(world, schedule.customer);
  const subscription = schedule.subscription ? world.store.get("subscription", schedule.subscription) : undefined;
  if (subscription)
    change(world, "subscription", subscription, { discounts: phaseDiscounts(world, phase, subscription, when) });
  change(
    world,
    "subscription_schedule",
    schedule,
    { current_phase },
    { type: "subscription_schedule.updated", at: when },
  );
}

/** A phase that names no discounts ends them. */
function phaseDiscounts(world: World, phase: SchedulePhase, subscription: Subscription, at: number): string[] {
  const to = { customer: subscription.customer, subscription: subscription.id, checkoutSession: null, at };
  return phase.discounts.flatMap(({ coupon, discount, promotion_code }) => {
    if (discount) return [discount];
    const code = promotion_code ? world.store.get("promotion_code", promotion_code) : undefined;
    const named = coupon ?? code?.promotion.coupon;
    return named ? [redeem(world, { ...to, coupon: named, promotionCode: code?.id ?? null }).id] : [];
  });
}

/** The schedule lets go of its subscription, which goes on as it is. */
export function release(world: World, id: string, completed: boolean): Schedule {
  const schedule = find(world, "subscription_schedule", id);
  const at = nowFor(world, schedule.customer);
  const subscription = schedule.subscription ? world.store.get("subscription", schedule.subscription) : undefined;
  const released = change(world, "subscription_schedule", schedule, {
    status: "released",
    released_at: at,
    ...(completed && { completed_at: at }),
    released_subscription: schedule.subscription,
    subscription: null,
    current_phase: null,
  });
  if (subscription)
    change(world, "subscription", subscription, { schedule: null }, { type: "customer.subscription.updated", at });
  announce(world, "subscription_schedule.released", released, at);
  return released;
}

/** What a subscription is now, as a phase. */
export function phaseOf(row: Subscription, start: number, stop: number): SchedulePhase {
  const items = row.items.data.map(({ price, quantity }) => phaseItem(price.id, quantity));
  return {
    ...emptyPhase(row.currency, start, stop),
    items,
    discounts: row.discounts.map((discount) => ({ coupon: null, discount, promotion_code: null, settings: null })),
    trial_end: row.status === "trialing" ? row.trial_end : null,
  };
}

export const phaseItem = (price: string, quantity: number | undefined): SchedulePhase["items"][number] => ({
  billing_thresholds: null,
  discounts: [],
  metadata: {},
  plan: price,
  price,
  ...(quantity !== undefined && { quantity }),
  tax_rates: [],
});

export const emptyPhase = (currency: string, start_date: number, end_date: number): SchedulePhase => ({
  add_invoice_items: [],
  application_fee_percent: null,
  billing_cycle_anchor: null,
  billing_thresholds: null,
  collection_method: null,
  currency,
  default_payment_method: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  end_date,
  invoice_settings: null,
  items: [],
  metadata: {},
  on_behalf_of: null,
  proration_behavior: "create_prorations",
  start_date,
  transfer_data: null,
  trial_end: null,
});
