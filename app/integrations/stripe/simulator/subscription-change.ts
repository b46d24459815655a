// Owns a change of plan in the middle of a period: what is credited, what is charged, and who waits for the payment.
// https://docs.stripe.com/billing/subscriptions/prorations

import { share } from "./amounts.ts";
import { declined, invalid } from "./errors.ts";
import { draftInvoice, keepForLater, pendingItems } from "./invoice-draft.ts";
import { cardFor, collect, finalize, type PayOutcome, voidInvoice } from "./invoice-lifecycle.ts";
import {
  fullAmount,
  isMetered,
  type LineDraft,
  licenceLines,
  remainingLine,
  unusedLine,
  usageLines,
} from "./invoice-lines.ts";
import { usage } from "./meters.ts";
import { boundary, HOUR } from "./months.ts";
import type { Invoice, Subscription, SubscriptionItem } from "./objects.ts";
import type { PaymentBehavior } from "./subscription-create.ts";
import { checkTogether, type ItemChanges, type ItemInput, mergeItems, rhythm } from "./subscription-items.ts";
import { memoryOf } from "./subscription-memory.ts";
import { applyItems, settlePending, updateSubscription } from "./subscription-status.ts";
import { announce, find, nowFor, type World } from "./world.ts";

export type ProrationBehavior = "always_invoice" | "create_prorations" | "none";
export interface PlanChange {
  items: ItemInput[];
  proration: ProrationBehavior;
  /** Unix seconds within the current period; the moment from which shares are counted. */
  prorationDate: number | null;
  behavior: PaymentBehavior;
  /** Begins a new period now: a trial ends early, or the anchor moves. */
  restart: boolean;
  /** Other fields, set together with the items. */
  patch: Partial<Subscription>;
}

export const periodOf = (subscription: Subscription): { start: number; end: number } => ({
  start: subscription.items.data[0]?.current_period_start ?? subscription.start_date,
  end: subscription.items.data[0]?.current_period_end ?? subscription.start_date,
});

/** Changes the items now. Answers with the invoice that this made, if any. */
export function changePlan(
  world: World,
  id: string,
  wanted: PlanChange,
): { subscription: Subscription; invoice: Invoice | null } {
  forgetPending(world, id);
  const before = find(world, "subscription", id);
  const now = nowFor(world, before.customer);
  const period = periodOf(before);
  const at = wanted.prorationDate ?? now;
  if (at < period.start || at > period.end)
    throw invalid("The proration date must lie within the current billing period.", "proration_date");
  const merged = mergeItems(world, before, wanted.items, period, now);
  checkTogether(merged.items);
  const price = merged.items[0]?.price;
  const old = before.items.data[0]?.price;
  const trialGoesOn = before.status === "trialing" && !wanted.restart;
  const restart =
    wanted.restart || (price !== undefined && old !== undefined && rhythm(price) !== rhythm(old) && !trialGoesOn);
  const cycle =
    restart && price?.recurring
      ? { start: now, end: boundary(now, price.recurring.interval, price.recurring.interval_count, 1) }
      : period;
  const items = merged.items.map((item) => ({
    ...item,
    current_period_start: cycle.start,
    current_period_end: cycle.end,
  }));
  const patch = restart
    ? {
        ...wanted.patch,
        billing_cycle_anchor: now,
        ...(before.status === "trialing" && { status: "active", trial_end: now }),
      }
    : wanted.patch;
  const usageBefore = memoryOf(world, id).usageFrom;
  const lines = linesOf(world, before, { items, changed: merged.changed }, { at, now, restart, wanted, cycle });
  const bill = lines.length > 0 && (wanted.proration === "always_invoice" || restart);
  if (!bill) {
    keepForLater(world, lines, before, now);
    return { subscription: applyItems(world, before, items, patch, now), invoice: null };
  }
  return billChange(world, before, { items, patch, lines, now, cycle, usageBefore, behavior: wanted.behavior });
}

/** A new change takes the place of one that still waits for its payment. */
function forgetPending(world: World, id: string): void {
  const waiting = memoryOf(world, id).pending;
  if (!waiting) return;
  if (world.store.get("invoice", waiting.invoice)?.status === "open") voidInvoice(world, waiting.invoice);
  else settlePending(world, find(world, "subscription", id), false);
}

interface Moment {
  at: number;
  now: number;
  restart: boolean;
  wanted: PlanChange;
  cycle: { start: number; end: number };
}

function linesOf(
  world: World,
  before: Subscription,
  next: ItemChanges,
  { at, now, restart, wanted, cycle }: Moment,
): LineDraft[] {
  if (before.status === "trialing" && !restart) return [];
  const credits = wanted.proration !== "none" && before.status !== "trialing";
  const lines: LineDraft[] = [];
  const changed = restart ? before.items.data.map((one) => ({ before: one, after: null })) : next.changed;
  for (const { before: old } of changed) {
    if (!old || before.status === "trialing") continue;
    if (isMetered(old)) lines.push(...unbilledUsage(world, before, old, now, now));
    else if (credits) lines.push(...creditLines(world, old, at));
  }
  const fresh = restart ? next.items.map((after) => ({ before: null, after })) : next.changed;
  for (const { after } of fresh) {
    if (!after || isMetered(after)) continue;
    if (restart) lines.push(...licenceLines(world, after, cycle));
    else if (credits) lines.push(remainingLine(world, after, periodOf(before), at));
  }
  return lines;
}

/** Usage of a metered item that no invoice has yet; none when there was none. @param upTo excluded */
export function unbilledUsage(
  world: World,
  subscription: Subscription,
  item: SubscriptionItem,
  upTo: number,
  keepFrom: number,
): LineDraft[] {
  const memory = memoryOf(world, subscription.id);
  const from = memory.usageFrom[item.id] ?? item.current_period_start;
  const meter = item.price.recurring?.meter;
  world.store.put("subscription_memory", { ...memory, usageFrom: { ...memory.usageFrom, [item.id]: keepFrom } });
  const used = meter ? usage(world, meter, subscription.customer, from, upTo) : 0n;
  return used > 0n ? usageLines(world, item, used, { start: from, end: upTo }) : [];
}

/** Gives back the share of what was charged last for this item; its own price when no invoice shows it. */
export function creditLines(world: World, item: SubscriptionItem, at: number): LineDraft[] {
  const charged = lastCharge(world, item, at);
  const span = charged?.period ?? { start: item.current_period_start, end: item.current_period_end };
  const amount = share(
    charged?.amount ?? fullAmount(item.price, item.quantity ?? 1),
    span.end - at,
    span.end - span.start,
  );
  if (charged && charged.amount === 0) return [];
  return [
    unusedLine(
      world,
      item,
      { start: at, end: span.end },
      amount,
      charged && { invoice: charged.invoice, lines: charged.lines },
    ),
  ];
}

function lastCharge(world: World, item: SubscriptionItem, at: number) {
  const fits = (period: { start: number; end: number }) => period.start <= at && period.end > at;
  for (const row of pendingItems(world, item.subscription).reverse())
    if (row.parent?.subscription_details?.subscription_item === item.id && row.amount > 0 && fits(row.period))
      return { amount: row.amount, period: row.period, invoice: "", lines: [row.id] };
  for (const invoice of world.store.all("invoice").reverse()) {
    if (invoice.parent?.subscription_details?.subscription !== item.subscription || invoice.status === "void") continue;
    const lines = invoice.lines.data.filter(
      (line) =>
        line.parent?.subscription_item_details?.subscription_item === item.id &&
        line.pricing?.price_details?.price === item.price.id &&
        line.amount >= 0 &&
        fits(line.period),
    );
    const [first] = lines;
    if (!first) continue;
    const amount = lines.reduce(
      (sum, line) => sum + line.amount - (line.discount_amounts ?? []).reduce((off, one) => off + one.amount, 0),
      0,
    );
    return { amount, period: first.period, invoice: invoice.id, lines: lines.map(({ id }) => id) };
  }
  return null;
}

interface Bill {
  items: SubscriptionItem[];
  patch: Partial<Subscription>;
  lines: LineDraft[];
  now: number;
  cycle: { start: number; end: number };
  usageBefore: Record<string, number>;
  behavior: PaymentBehavior;
}

function billChange(
  world: World,
  before: Subscription,
  { items, patch, lines, now, cycle, usageBefore, behavior }: Bill,
) {
  const draft = draftInvoice(world, {
    subscription: before,
    lines,
    reason: "subscription_update",
    at: now,
    period: { start: cycle.start, end: cycle.end },
    finalizesAt: null,
    withPending: true,
  });
  world.store.put("invoice", { ...draft, auto_advance: true });
  const id = draft.id;
  const pending = behavior === "pending_if_incomplete";
  if (pending) {
    const memory = memoryOf(world, before.id);
    world.store.put("subscription_memory", { ...memory, pending: { invoice: id, items, patch, usageBefore } });
    world.store.put("subscription", { ...find(world, "subscription", before.id), latest_invoice: id });
  } else applyItems(world, find(world, "subscription", before.id), items, { ...patch, latest_invoice: id }, now);
  const open = finalize(world, id);
  const outcome = open.status === "open" && behavior !== "default_incomplete" ? pay(world, open) : null;
  const failed = outcome !== null && outcome.kind !== "paid";
  if (failed && behavior === "error_if_incomplete") throw refusalOf(outcome);
  if (failed && pending) waitForPayment(world, before.id, items, patch, now);
  return { subscription: find(world, "subscription", before.id), invoice: find(world, "invoice", id) };
}

function pay(world: World, invoice: Invoice): PayOutcome {
  if (!cardFor(world, invoice))
    throw invalid(
      "This customer has no attached payment source or default payment method.",
      undefined,
      "resource_missing",
    );
  return collect(world, invoice.id, { by: "call" });
}

function refusalOf(outcome: PayOutcome): Error {
  if (outcome.kind === "declined") return declined(outcome.decline, { charge: outcome.charge }, true);
  return declined({
    code: "subscription_payment_intent_requires_action",
    message: "Payment for this subscription requires additional user action before it can be completed successfully.",
  });
}

function waitForPayment(
  world: World,
  id: string,
  items: SubscriptionItem[],
  patch: Partial<Subscription>,
  now: number,
): void {
  updateSubscription(world, id, {
    pending_update: {
      billing_cycle_anchor: patch.billing_cycle_anchor ?? null,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: now + 23 * HOUR,
      metadata: null,
      subscription_items: items,
      trial_end: patch.trial_end ?? null,
      trial_from_plan: null,
    },
  });
}

/** Ends a subscription's claim on lines that wait for an invoice that will never come. */
export function dropPending(world: World, subscription: string): void {
  for (const row of pendingItems(world, subscription)) {
    world.store.drop("invoiceitem", row.id);
    announce(world, "invoiceitem.deleted", row, nowFor(world, row.customer));
  }
}
