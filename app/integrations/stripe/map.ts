// Stripe's objects in our own terms. Times become Dates, references become ids; nothing else is worked out.
import type Stripe from "stripe";
import type { BilledMetric } from "#app/domain/billing/metrics.ts";
import type {
  ProviderCheckout,
  ProviderCustomer,
  ProviderInvoice,
  ProviderInvoiceLine,
  ProviderSubscription,
  SubscriptionStatus,
} from "#app/domain/billing/ports.ts";

export type MetricOf = (priceId: string) => Promise<BilledMetric | null>;

const STATUSES: readonly SubscriptionStatus[] = [
  ...(["incomplete", "incomplete_expired", "trialing", "active"] as const),
  ...(["past_due", "canceled", "unpaid", "paused"] as const),
];
const CHECKOUT_STATUSES = ["open", "complete", "expired"] as const;
const INVOICE_STATUSES = ["draft", "open", "paid", "uncollectible", "void"] as const;

export const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);
const dateOf = (unix: number): Date => new Date(unix * 1000);
const dateOrNull = (unix: number | null | undefined): Date | null =>
  unix === null || unix === undefined ? null : dateOf(unix);

/** The id of something that may stand there in full. */
export function idOf(reference: string | { id: string }): string;
export function idOf(reference: string | { id: string } | null | undefined): string | null;
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  return typeof reference === "string" ? reference : (reference?.id ?? null);
}

export function customerFrom(
  customer: Stripe.Customer,
  subscriptions: readonly Stripe.Subscription[],
  taxIds: readonly Stripe.TaxId[],
): ProviderCustomer {
  const { test_clock: clock, invoice_settings: settings } = customer;
  // A subscription's own card is charged before the customer's.
  const paying = subscriptions.find(({ default_payment_method: card }) => card !== null)?.default_payment_method;
  return {
    id: customer.id,
    email: customer.email,
    paymentMethod: cardFrom(paying ?? settings?.default_payment_method ?? null),
    taxIds: taxIds.map(({ type, value, verification }) => ({
      type,
      value,
      verified: verification?.status === "verified",
    })),
    clock: typeof clock === "object" && clock ? { id: clock.id, at: dateOf(clock.frozen_time) } : null,
  };
}

function cardFrom(method: string | Stripe.PaymentMethod | null): ProviderCustomer["paymentMethod"] {
  if (typeof method === "string" || !method?.card) return null;
  const { brand, last4, exp_month, exp_year } = method.card;
  return { brand, last4, expMonth: exp_month, expYear: exp_year };
}

export function checkoutFrom(session: Stripe.Checkout.Session): ProviderCheckout {
  return {
    id: session.id,
    url: session.url,
    status: CHECKOUT_STATUSES.find((one) => one === session.status) ?? "open",
    customerId: idOf(session.customer),
    subscriptionId: idOf(session.subscription),
    expiresAt: dateOf(session.expires_at),
  };
}

/** The item with the plan's own price. */
export function planItem(items: readonly Stripe.SubscriptionItem[]): Stripe.SubscriptionItem | undefined {
  return items.find(({ price }) => price.recurring?.usage_type !== "metered") ?? items[0];
}

export function subscriptionFrom(subscription: Stripe.Subscription): ProviderSubscription {
  const item = planItem(subscription.items.data);
  const periodStart = dateOf(item?.current_period_start ?? subscription.start_date);
  const periodEnd = dateOf(item?.current_period_end ?? subscription.start_date);
  const { cancel_at: cancelAt, schedule } = subscription;
  const atEnd = cancelAt !== null && dateOf(cancelAt).getTime() === periodEnd.getTime();
  return {
    id: subscription.id,
    customerId: idOf(subscription.customer),
    status: STATUSES.find((one) => one === subscription.status) ?? "incomplete",
    priceIds: subscription.items.data.map(({ price }) => price.id),
    anchor: dateOf(subscription.billing_cycle_anchor),
    periodStart,
    periodEnd,
    trialEnd: dateOrNull(subscription.trial_end),
    // Stripe's newer billing mode says it by the time alone.
    cancelAtPeriodEnd: subscription.cancel_at_period_end || atEnd,
    cancelAt: dateOrNull(cancelAt),
    canceledAt: dateOrNull(subscription.canceled_at),
    endedAt: dateOrNull(subscription.ended_at),
    startedAt: dateOf(subscription.start_date),
    scheduleId: idOf(schedule),
    next: typeof schedule === "object" && schedule ? nextPhase(schedule) : null,
    pendingUpdate: subscription.pending_update !== null,
    coupon: couponOf(subscription.discounts),
  };
}

function nextPhase(schedule: Stripe.SubscriptionSchedule): ProviderSubscription["next"] {
  const { current_phase: current } = schedule;
  const phase = current && schedule.phases.find(({ start_date }) => start_date >= current.end_date);
  if (!phase) return null;
  return { priceIds: phase.items.map(({ price }) => idOf(price)), at: dateOf(phase.start_date) };
}

function couponOf(discounts: Stripe.Subscription["discounts"]): string | null {
  const [discount] = discounts;
  if (!discount || typeof discount === "string") return null;
  const { coupon } = discount.source;
  return typeof coupon === "string" ? coupon : (coupon?.name ?? coupon?.id ?? null);
}

/** What is known of an invoice's payment beside the invoice. */
export interface PaymentFacts {
  refundedCents: number;
  disputed: boolean;
  failure: string | null;
  needsAction: boolean;
}

/** @param isPreview previews carry ids of their own that lead nowhere */
export async function invoiceFrom(
  invoice: Stripe.Invoice,
  lines: readonly Stripe.InvoiceLineItem[],
  metricOf: MetricOf,
  facts: PaymentFacts,
  isPreview = false,
): Promise<ProviderInvoice> {
  const { status_transitions: moved } = invoice;
  return {
    id: isPreview ? null : invoice.id,
    subscriptionId: idOf(invoice.parent?.subscription_details?.subscription),
    number: invoice.number,
    status: INVOICE_STATUSES.find((one) => one === invoice.status) ?? "draft",
    reason: invoice.billing_reason,
    currency: invoice.currency,
    subtotalCents: invoice.subtotal,
    discountCents: sum(invoice.total_discount_amounts),
    taxCents: sum(invoice.total_taxes),
    totalCents: invoice.total,
    paidCents: invoice.amount_paid,
    remainingCents: invoice.amount_remaining,
    ...facts,
    lines: await Promise.all(lines.map((line) => lineFrom(line, metricOf))),
    periodStart: dateOrNull(invoice.period_start),
    periodEnd: dateOrNull(invoice.period_end),
    attemptCount: invoice.attempt_count,
    nextAttemptAt: dateOrNull(invoice.next_payment_attempt),
    hostedUrl: invoice.hosted_invoice_url ?? null,
    pdfUrl: invoice.invoice_pdf ?? null,
    issuedAt: dateOf(moved.finalized_at ?? invoice.created),
    paidAt: dateOrNull(moved.paid_at),
  };
}

async function lineFrom(line: Stripe.InvoiceLineItem, metricOf: MetricOf): Promise<ProviderInvoiceLine> {
  const price = idOf(line.pricing?.price_details?.price);
  const { parent } = line;
  return {
    description: line.description ?? "",
    metric: price === null ? null : await metricOf(price),
    quantity: line.quantity ?? 0,
    amountCents: line.amount,
    proration: parent?.subscription_item_details?.proration ?? parent?.invoice_item_details?.proration ?? false,
    periodStart: dateOf(line.period.start),
    periodEnd: dateOf(line.period.end),
  };
}

const sum = (amounts: readonly { amount: number }[] | null): number =>
  (amounts ?? []).reduce((total, { amount }) => total + amount, 0);
