// Owns the passing of time for a subscription: notices, the end of a trial, renewals, phases of a schedule, the end.
// https://docs.stripe.com/billing/subscriptions/billing-cycle
import { draftInvoice, pendingItems } from "./invoice-draft.ts";
import { cardFor, finalize } from "./invoice-lifecycle.ts";
import { isMetered, type LineDraft, licenceLines } from "./invoice-lines.ts";
import { linesOfUsage, usageSpans } from "./invoice-usage.ts";
import { boundary, DAY, HOUR, nextBoundary } from "./months.ts";
import type { Invoice, InvoiceMemory, Subscription, SubscriptionItem } from "./objects.ts";
import { itemsOfPhase, nextPhaseAt, startPhase } from "./schedule-phases.ts";
import { periodOf } from "./subscription-change.ts";
import { itemList } from "./subscription-items.ts";
import { memoryOf } from "./subscription-memory.ts";
import { end, updateSubscription } from "./subscription-status.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

/** Customers hear of a trial's end three days ahead, of a renewal seven. */
const TRIAL_NOTICE = 3 * DAY;
const RENEWAL_NOTICE = 7 * DAY;

export type DueKind = "trial_notice" | "renewal_notice" | "expire" | "pending_expires" | "cancel" | "period_end";

/** What is next for a subscription, and when. */
export function nextDue(world: World, row: Subscription): { kind: DueKind; at: number } | null {
  if (row.status === "incomplete") return { kind: "expire", at: row.created + 23 * HOUR };
  if (row.status === "canceled" || row.status === "incomplete_expired" || row.status === "paused") return null;
  const memory = memoryOf(world, row.id);
  const { start, end: stop } = periodOf(row);
  const due: { kind: DueKind; at: number }[] = [{ kind: "period_end", at: stop }];
  if (row.status === "trialing" && row.trial_end !== null && memory.trialAnnounced !== row.trial_end)
    due.push({ kind: "trial_notice", at: Math.max(row.trial_end - TRIAL_NOTICE, row.trial_start ?? start) });
  const renews = !endsBy(row, stop) && row.status !== "unpaid" && stop - RENEWAL_NOTICE >= start;
  if (renews && memory.upcomingAnnounced !== stop) due.push({ kind: "renewal_notice", at: stop - RENEWAL_NOTICE });
  if (row.pending_update) due.push({ kind: "pending_expires", at: row.pending_update.expires_at });
  if (row.cancel_at !== null && row.cancel_at < stop) due.push({ kind: "cancel", at: row.cancel_at });
  return due.reduce((first, one) => (one.at < first.at ? one : first));
}

/** Whether the subscription ends with its period instead of renewing. */
export const endsBy = (row: Subscription, stop: number): boolean =>
  row.cancel_at_period_end || (row.cancel_at !== null && row.cancel_at <= stop);

export function noticeTrialEnd(world: World, row: Subscription): void {
  world.store.put("subscription_memory", { ...memoryOf(world, row.id), trialAnnounced: row.trial_end });
  announce(world, "customer.subscription.trial_will_end", row, nowFor(world, row.customer));
}

/** The announced invoice has no id: it does not exist yet. */
export function noticeRenewal(world: World, row: Subscription): void {
  world.store.put("subscription_memory", { ...memoryOf(world, row.id), upcomingAnnounced: periodOf(row).end });
  const upcoming: { invoice: Invoice | null } = { invoice: null };
  world.store.attempt(
    () => {
      upcoming.invoice = renewalDraft(world, row.id, "upcoming");
    },
    () => false,
  );
  if (!upcoming.invoice) return;
  const { id: _, ...shown } = upcoming.invoice;
  announce(world, "invoice.upcoming", shown, nowFor(world, row.customer));
}

/** The invoice that the end of the current period would make; to be undone by the caller. */
export function renewalDraft(world: World, id: string, reason: "upcoming" | "subscription_cycle"): Invoice {
  const row = find(world, "subscription", id);
  const now = world.at;
  world.at = periodOf(row).end;
  try {
    const { lines, next } = turnPeriod(world, row);
    return draftInvoice(world, {
      subscription: row,
      lines,
      reason,
      at: world.at,
      period: { start: periodOf(row).start, end: next.start },
      finalizesAt: world.at + HOUR,
      withPending: true,
    });
  } finally {
    world.at = now;
  }
}

interface Turn {
  lines: LineDraft[];
  usage: InvoiceMemory["usage"];
  items: SubscriptionItem[];
  next: { start: number; end: number };
  anchor: number;
}

/** Bills the usage of the period that ends and the licences of the one that begins. */
function turnPeriod(world: World, row: Subscription): Turn {
  const period = periodOf(row);
  const at = period.end;
  const trial = row.status === "trialing";
  const items = itemsOfPhase(world, row, at) ?? row.items.data;
  const recurring = items[0]?.price.recurring ?? row.items.data[0]?.price.recurring;
  const anchor = trial ? at : row.billing_cycle_anchor;
  const [interval, count] = [recurring?.interval ?? "month", recurring?.interval_count ?? 1];
  const next = { start: at, end: trial ? boundary(at, interval, count, 1) : nextBoundary(anchor, interval, count, at) };
  const usage = trial ? [] : usageSpans(world, row, at);
  const lines = linesOfUsage(world, row.customer, usage);
  const moved = items.map((item) => ({ ...item, current_period_start: next.start, current_period_end: next.end }));
  lines.push(...moved.filter((item) => !isMetered(item)).flatMap((item) => licenceLines(world, item, next)));
  return { lines, usage, items: moved, next, anchor };
}

/** A period is over: the subscription renews, its trial ends, or it does. */
export function endPeriod(world: World, id: string): void {
  const row = find(world, "subscription", id);
  const { end: at } = periodOf(row);
  if (endsBy(row, at)) endWithLastUsage(world, row, at);
  else if (row.status !== "trialing" || mayLeaveTrial(world, row)) renew(world, row, at);
}

/** Without a card, a trial may end otherwise than with an invoice. */
function mayLeaveTrial(world: World, row: Subscription): boolean {
  const customer = find(world, "customer", row.customer);
  const behavior = row.trial_settings?.end_behavior.missing_payment_method ?? "create_invoice";
  const hasCard = row.default_payment_method !== null || customer.invoice_settings.default_payment_method !== null;
  if (hasCard || behavior === "create_invoice") return true;
  if (behavior === "cancel") {
    end(world, row.id, "cancellation_requested");
    return false;
  }
  const paused = change(world, "subscription", row, { status: "paused" });
  announce(world, "customer.subscription.paused", paused, nowFor(world, row.customer));
  return false;
}

/** Begins the next period: its invoice stays a draft for an hour. */
export function renew(world: World, row: Subscription, at: number): Invoice {
  const { lines, usage, items, anchor } = turnPeriod(world, row);
  const memory = memoryOf(world, row.id);
  const usageFrom = Object.fromEntries(items.filter(isMetered).map(({ id }) => [id, at]));
  world.store.put("subscription_memory", { ...memory, usageFrom, trialAnnounced: null, upcomingAnnounced: null });
  const collectable = row.status !== "unpaid";
  if (row.schedule && nextPhaseAt(world, row, at)) startPhase(world, row.schedule, at);
  const draft = draftInvoice(world, {
    subscription: find(world, "subscription", row.id),
    lines,
    reason: "subscription_cycle",
    at,
    period: { start: periodOf(row).start, end: at },
    finalizesAt: collectable ? at + HOUR : null,
    withPending: true,
    usage,
  });
  updateSubscription(world, row.id, {
    items: itemList(row.id, items),
    billing_cycle_anchor: anchor,
    latest_invoice: draft.id,
    ...(row.status === "trialing" && { status: "active" }),
  });
  return draft;
}

/** Usage and pending items that are still unbilled make a last invoice; it stays a draft for an hour, too. */
function endWithLastUsage(world: World, row: Subscription, at: number): void {
  const usage = row.status === "trialing" ? [] : usageSpans(world, row, at);
  end(world, row.id, "cancellation_requested");
  if (usage.length > 0 || pendingItems(world, row.id).length > 0)
    lastInvoice(world, row, linesOfUsage(world, row.customer, usage), at, { finalizesAt: at + HOUR, usage });
}

/** @param last.finalizesAt null makes it final now */
export function lastInvoice(
  world: World,
  row: Subscription,
  lines: LineDraft[],
  at: number,
  last: { finalizesAt: number | null; usage: InvoiceMemory["usage"] },
): Invoice {
  const draft = draftInvoice(world, {
    subscription: row,
    lines,
    reason: last.finalizesAt === null ? "manual" : "subscription_cycle",
    at,
    period: { start: periodOf(row).start, end: at },
    finalizesAt: last.finalizesAt,
    withPending: true,
    usage: last.usage,
  });
  change(world, "subscription", find(world, "subscription", row.id), { latest_invoice: draft.id });
  if (last.finalizesAt !== null) return draft;
  world.store.put("invoice", { ...draft, auto_advance: true });
  return finalize(world, draft.id);
}

/** A paused subscription goes on: a new period begins and is billed now. */
export function resume(world: World, row: Subscription): { invoice: Invoice; payable: boolean } {
  const at = nowFor(world, row.customer);
  const ended = row.items.data.map((item) => ({ ...item, current_period_end: at }));
  const ready = change(world, "subscription", row, { status: "trialing", items: itemList(row.id, ended) });
  const draft = renew(world, ready, at);
  const invoice = finalize(world, draft.id);
  announce(world, "customer.subscription.resumed", find(world, "subscription", row.id), at);
  return { invoice, payable: invoice.status === "open" && cardFor(world, invoice) !== null };
}
