// Owns the life of an invoice: final, paid, retried, void.
// https://docs.stripe.com/invoicing/integration/workflow-transitions
import { invalid } from "./errors.ts";
import { newId } from "./ids.ts";
import { recountUsage } from "./invoice-usage.ts";
import { DAY } from "./months.ts";
import type { Invoice, InvoicePayment } from "./objects.ts";
import { type ChargeOutcome, cancelIntent, charge, createIntent } from "./payment-intents.ts";
import { afterFailed, afterSettled, subscriptionOf } from "./subscription-status.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

/** After each failed attempt, in days. */
const RETRIES = [3, 5, 7];

export const timeOf = (world: World, invoice: Invoice): number => nowFor(world, invoice.customer);

export const paymentOf = (world: World, invoice: string): InvoicePayment | undefined =>
  world.store.all("invoice_payment").findLast((row) => row.invoice === invoice && row.status !== "canceled");

/** Gives the invoice its number, uses the customer's balance, and asks for what is left. */
export function finalize(world: World, id: string): Invoice {
  const draft = find(world, "invoice", id);
  if (draft.status !== "draft")
    throw invalid(
      "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
      undefined,
      "invoice_not_editable",
    );
  const row = recountUsage(world, draft);
  const at = timeOf(world, row);
  const customer = find(world, "customer", row.customer ?? "");
  const balance = balanceAfter(customer.balance, row.total);
  const sequence = customer.next_invoice_sequence ?? 1;
  const due = Math.max(0, row.total + customer.balance);
  change(
    world,
    "customer",
    customer,
    { balance, next_invoice_sequence: sequence + 1 },
    balance === customer.balance ? undefined : { type: "customer.updated", at },
  );
  const url = `${world.settings.publicUrl}/i/${row.id}`;
  const open = change(world, "invoice", row, {
    status: "open",
    number: `${customer.invoice_prefix}-${String(sequence).padStart(4, "0")}`,
    starting_balance: customer.balance,
    ending_balance: balance,
    amount_due: due,
    amount_remaining: due,
    effective_at: at,
    automatically_finalizes_at: null,
    next_payment_attempt: row.auto_advance && due > 0 ? at : null,
    hosted_invoice_url: url,
    invoice_pdf: `${url}/pdf`,
    status_transitions: { ...row.status_transitions, finalized_at: at },
  });
  if (due > 0) requestPayment(world, open, at);
  announce(world, "invoice.finalized", open, at);
  return due > 0 ? open : settle(world, id, "paid");
}

/** A credit (negative) pays; a credit that an invoice makes is kept. */
function balanceAfter(balance: number, total: number): number {
  if (total < 0) return balance + total;
  return balance < 0 ? Math.min(0, balance + total) : 0;
}

function requestPayment(world: World, invoice: Invoice, at: number): void {
  const intent = createIntent(world, invoice, at);
  world.store.put("invoice_payment", {
    id: newId("inpay"),
    object: "invoice_payment",
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: at,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { type: "payment_intent", payment_intent: intent.id },
    status: "open",
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

function settle(world: World, id: string, status: "paid" | "void" | "uncollectible", outOfBand = false): Invoice {
  const row = find(world, "invoice", id);
  const at = timeOf(world, row);
  const paid =
    status === "paid" ? { amount_paid: outOfBand ? 0 : row.amount_due, amount_remaining: 0, attempted: true } : {};
  const key = { paid: "paid_at", void: "voided_at", uncollectible: "marked_uncollectible_at" }[status];
  const next = change(world, "invoice", row, {
    ...paid,
    status,
    auto_advance: false,
    next_payment_attempt: null,
    automatically_finalizes_at: null,
    status_transitions: { ...row.status_transitions, [key]: at },
  });
  const payment = paymentOf(world, id);
  if (payment && status !== "uncollectible") {
    const done = status === "paid" && !outOfBand;
    const transitions = { canceled_at: done ? null : at, paid_at: done ? at : null };
    change(world, "invoice_payment", payment, {
      status: done ? "paid" : "canceled",
      amount_paid: done ? row.amount_due : null,
      status_transitions: transitions,
    });
    if (done) announce(world, "invoice_payment.paid", find(world, "invoice_payment", payment.id), at);
    else cancelIntent(world, payment.payment.payment_intent ?? "", "void_invoice");
  }
  announceSettled(world, next, at);
  afterSettled(world, next);
  return find(world, "invoice", id);
}

function announceSettled(world: World, invoice: Invoice, at: number): void {
  if (invoice.status === "paid") {
    announce(world, "invoice.paid", invoice, at);
    announce(world, "invoice.payment_succeeded", invoice, at);
  } else announce(world, invoice.status === "void" ? "invoice.voided" : "invoice.marked_uncollectible", invoice, at);
}

export interface PayOptions {
  /** The card to charge; default the subscription's, then the customer's. */
  paymentMethod?: string | undefined;
  /** The holder has just answered a challenge. */
  passed?: boolean;
  /** Says what the attempt was: by itself, or because somebody asked. */
  by: "schedule" | "call";
}
export type PayOutcome = ChargeOutcome | { kind: "no_card" };

/** The card that an invoice would be paid with. */
export function cardFor(world: World, invoice: Invoice): string | null {
  const subscription = subscriptionOf(world, invoice);
  const customer = world.store.get("customer", invoice.customer ?? "");
  const found = [
    invoice.default_payment_method,
    subscription?.default_payment_method,
    customer?.invoice_settings.default_payment_method,
  ].find((id) => id && world.store.get("payment_method", id)?.customer);
  return found ?? null;
}

/** Tries to collect an open invoice. */
export function collect(world: World, id: string, options: PayOptions): PayOutcome {
  const row = find(world, "invoice", id);
  const payment = paymentOf(world, id);
  const intent = payment?.payment.payment_intent;
  const card = options.paymentMethod ?? cardFor(world, row);
  if (!card || !intent) {
    if (options.by === "schedule") recordFailure(world, row, options.by);
    return { kind: "no_card" };
  }
  const outcome = charge(world, intent, card, options.passed ?? false);
  if (outcome.kind === "paid") {
    change(world, "invoice", row, { attempt_count: row.attempt_count + 1 });
    settle(world, id, "paid");
  } else recordFailure(world, row, options.by, outcome.kind === "requires_action");
  return outcome;
}

/** Counts the attempt and plans the next; only scheduled attempts use up a retry. */
function recordFailure(world: World, row: Invoice, by: PayOptions["by"], action = false): void {
  const at = timeOf(world, row);
  const first = subscriptionOf(world, row)?.status === "incomplete";
  const attempt_count = by === "schedule" || row.attempt_count === 0 ? row.attempt_count + 1 : row.attempt_count;
  const wait = row.auto_advance && !first ? RETRIES[attempt_count - 1] : undefined;
  const planned =
    by === "call" && row.attempted ? row.next_payment_attempt : wait === undefined ? null : at + wait * DAY;
  const next = change(world, "invoice", row, { attempted: true, attempt_count, next_payment_attempt: planned });
  if (action) announce(world, "invoice.payment_action_required", next, at);
  if (!action || !first) announce(world, "invoice.payment_failed", next, at);
  announce(world, "invoice.updated", next, at, { attempted: row.attempted, attempt_count: row.attempt_count });
  afterFailed(world, next, by === "schedule" && planned === null);
}

function needOpen(row: Invoice, doing: string): void {
  if (row.status === "paid") throw invalid("Invoice is already paid");
  if (row.status !== "open" && row.status !== "uncollectible") throw invalid(`Only open invoices can be ${doing}.`);
}

export function voidInvoice(world: World, id: string): Invoice {
  const row = find(world, "invoice", id);
  needOpen(row, "voided");
  return settle(world, id, "void");
}

export function giveUp(world: World, id: string): Invoice {
  const row = find(world, "invoice", id);
  needOpen(row, "marked as uncollectible");
  return settle(world, id, "uncollectible");
}

/** Somebody paid by other means. */
export function payOutOfBand(world: World, id: string): Invoice {
  needOpen(find(world, "invoice", id), "paid");
  return settle(world, id, "paid", true);
}

/** Due work: a draft whose hour is over, or a retry. */
export function advanceInvoice(world: World, id: string): void {
  const row = find(world, "invoice", id);
  const open = row.status === "draft" ? finalize(world, id) : row;
  if (open.status === "open") collect(world, id, { by: "schedule" });
}
