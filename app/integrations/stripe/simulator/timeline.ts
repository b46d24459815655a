// Owns time: what is due next among a clock's objects, or among those that live in real time, worked off in order.
// https://docs.stripe.com/billing/testing/test-clocks
import { expireCheckout } from "./checkout-state.ts";
import { advanceInvoice, voidInvoice } from "./invoice-lifecycle.ts";
import type { Subscription } from "./objects.ts";
import { advanceSchedule, scheduleDue } from "./schedules.ts";
import { memoryOf } from "./subscription-memory.ts";
import { type DueKind, endPeriod, nextDue, noticeRenewal, noticeTrialEnd } from "./subscription-renewal.ts";
import { end, expireIncomplete, isOver, settlePending, updateSubscription } from "./subscription-status.ts";
import { find, type World } from "./world.ts";

interface Due {
  at: number;
  /** Of two that are due at once, the lower goes first. */
  order: number;
  run(): void;
}

/** Ten years of a few customers; more means that something is due again and again. */
const MOST_STEPS = 50_000;

/** Works off everything due up to a moment, in order. @param clock null for real time */
export function runUntil(world: World, clock: string | null, until: number): void {
  let steps = 0;
  for (let due = firstDue(world, clock); due && due.at <= until; due = firstDue(world, clock)) {
    if (++steps > MOST_STEPS) throw new Error(`More than ${MOST_STEPS} things were due at once.`);
    world.at = due.at;
    try {
      due.run();
    } finally {
      world.at = null;
    }
  }
}

/** When something next happens by itself; Unix seconds. */
export function nextMoment(world: World, clock: string | null): number | null {
  return firstDue(world, clock)?.at ?? null;
}

function firstDue(world: World, clock: string | null): Due | null {
  let first: Due | null = null;
  for (const due of allDue(world, clock))
    if (!first || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due;
  return first;
}

function* allDue(world: World, clock: string | null): Generator<Due> {
  const { store } = world;
  for (const row of store.all("subscription_schedule")) {
    if (row.test_clock !== clock) continue;
    const at = scheduleDue(world, row);
    if (at !== null) yield { at, order: 0, run: () => advanceSchedule(world, row.id) };
  }
  for (const row of store.all("subscription")) {
    if (row.test_clock !== clock || isOver(row)) continue;
    const due = nextDue(world, row);
    if (due) yield { at: due.at, order: 1, run: () => WORK[due.kind](world, row) };
  }
  for (const row of store.all("invoice")) {
    if (row.test_clock !== clock) continue;
    const at =
      row.status === "draft" ? row.automatically_finalizes_at : row.status === "open" ? row.next_payment_attempt : null;
    if (at !== null) yield { at, order: 2, run: () => advanceInvoice(world, row.id) };
  }
  if (clock !== null) return;
  for (const row of store.all("checkout.session"))
    if (row.status === "open") yield { at: row.expires_at, order: 3, run: () => expireCheckout(world, row.id) };
}

const WORK: Record<DueKind, (world: World, row: Subscription) => void> = {
  trial_notice: noticeTrialEnd,
  renewal_notice: noticeRenewal,
  expire: (world, row) => {
    if (row.latest_invoice && find(world, "invoice", row.latest_invoice).status === "open")
      voidInvoice(world, row.latest_invoice);
    else expireIncomplete(world, row);
  },
  pending_expires: (world, row) => {
    const invoice = memoryOf(world, row.id).pending?.invoice;
    if (invoice && world.store.get("invoice", invoice)?.status === "open") voidInvoice(world, invoice);
    else settlePending(world, row, false);
    if (find(world, "subscription", row.id).pending_update) updateSubscription(world, row.id, { pending_update: null });
  },
  cancel: (world, row) => void end(world, row.id, "cancellation_requested"),
  period_end: (world, row) => endPeriod(world, row.id),
};
