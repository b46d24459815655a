// What billing needs of a payment provider, in our own terms. Stripe's client is app/integrations/stripe/client.ts.
import type { BilledMetric } from "./metrics.ts";

/** A price that a subscription carries: the plan's monthly one, or a metered one beside it. */
export interface ProviderPrice {
  priceId: string;
  /** Null: the plan's own. */
  metric: BilledMetric | null;
}

/** What the provider is to sell. Calling twice changes nothing; a plan version's prices never change once made. */
export interface CatalogueEntry {
  planVersionId: string;
  plan: string;
  version: number;
  name: string;
  monthlyCents: number;
  currency: string;
  metered: { metric: BilledMetric; included: number; unitCents: string /* decimal, in cents */ }[];
}

export type SubscriptionStatus =
  | "incomplete"
  | "incomplete_expired"
  | "trialing"
  | "active"
  | "past_due"
  | "canceled"
  | "unpaid"
  | "paused";

export interface ProviderSubscription {
  id: string;
  customerId: string;
  status: SubscriptionStatus;
  /** All price ids of its items. */
  priceIds: string[];
  anchor: Date;
  periodStart: Date;
  periodEnd: Date;
  trialEnd: Date | null;
  cancelAtPeriodEnd: boolean;
  cancelAt: Date | null;
  canceledAt: Date | null;
  endedAt: Date | null;
  startedAt: Date;
  scheduleId: string | null;
  /** Prices that a schedule's next phase brings, and when. */
  next: { priceIds: string[]; at: Date } | null;
  pendingUpdate: boolean;
  coupon: string | null;
}

export interface ProviderInvoiceLine {
  description: string;
  metric: BilledMetric | null;
  quantity: number;
  amountCents: number;
  proration: boolean;
  periodStart: Date;
  periodEnd: Date;
}

export interface ProviderInvoice {
  /** Null for a preview. */
  id: string | null;
  subscriptionId: string | null;
  number: string | null;
  status: "draft" | "open" | "paid" | "uncollectible" | "void";
  reason: string | null;
  currency: string;
  subtotalCents: number;
  discountCents: number;
  taxCents: number;
  totalCents: number;
  paidCents: number;
  remainingCents: number;
  refundedCents: number;
  disputed: boolean;
  lines: ProviderInvoiceLine[];
  periodStart: Date | null;
  periodEnd: Date | null;
  attemptCount: number;
  nextAttemptAt: Date | null;
  /** Why the last payment failed, in the provider's words for the customer. */
  failure: string | null;
  /** The bank wants the customer to confirm the payment (3-D Secure), on the page at `hostedUrl`. */
  needsAction: boolean;
  hostedUrl: string | null;
  pdfUrl: string | null;
  issuedAt: Date;
  paidAt: Date | null;
}

export interface ProviderCustomer {
  id: string;
  email: string | null;
  /** The default card. */
  paymentMethod: { brand: string; last4: string; expMonth: number; expYear: number } | null;
  taxIds: { type: string; value: string; verified: boolean }[];
  /** Set where the customer lives in a test clock's time. */
  clock: { id: string; at: Date } | null;
}

export interface ProviderCheckout {
  id: string;
  url: string | null;
  status: "open" | "complete" | "expired";
  customerId: string | null;
  subscriptionId: string | null;
  expiresAt: Date;
}

/** Every call has a timeout; calls that change something take an idempotency key. Failures are AppErrors: `payment_failed`
 * reasons carry words for the customer, an outage is `unavailable`. */
export interface BillingProvider {
  /** Makes product, prices and meters where they are missing. */
  syncCatalogue(
    entry: CatalogueEntry,
  ): Promise<{ productId: string; priceId: string; metered: { metric: BilledMetric; priceId: string }[] }>;
  createCustomer(
    input: { tenantId: string; name: string; email: string | null },
    idempotencyKey: string,
  ): Promise<ProviderCustomer>;
  customer(customerId: string): Promise<ProviderCustomer | null>;
  /** Moves a test clock on and returns once everything due has happened. */
  advanceClock(clockId: string, to: Date): Promise<void>;
  /** Who paid what a dispute or refund is about; null where nobody of ours did. */
  customerBehind(object: { type: "dispute" | "refund"; id: string }): Promise<string | null>;

  openCheckout(
    input: {
      tenantId: string;
      customerId: string;
      prices: ProviderPrice[];
      /** The first payment waits until then; at least 48 hours ahead. */
      trialEnd: Date | null;
      successUrl: string;
      cancelUrl: string;
    },
    idempotencyKey: string,
  ): Promise<ProviderCheckout>;
  checkout(checkoutId: string): Promise<ProviderCheckout>;
  expireCheckout(checkoutId: string): Promise<void>;
  /** @param flow what the portal opens with; the overview where left out */
  openPortal(input: { customerId: string; returnUrl: string; flow?: "payment_method" }): Promise<{ url: string }>;

  /** All of the customer's, newest first, ended ones too. */
  subscriptions(customerId: string): Promise<ProviderSubscription[]>;
  /** What changing to these prices at `at` would cost at once and then. */
  previewChange(input: { subscriptionId: string; prices: ProviderPrice[]; at: Date }): Promise<ProviderInvoice>;
  /** What the current period's invoice will be, as far as the provider knows the usage. */
  previewInvoice(subscriptionId: string): Promise<ProviderInvoice>;
  /** Now, prorated to the second of `at`, charged at once; pending where the charge needs the customer. */
  changeNow(
    input: { subscriptionId: string; prices: ProviderPrice[]; at: Date },
    idempotencyKey: string,
  ): Promise<void>;
  /** At the end of the period. */
  changeAtPeriodEnd(input: { subscriptionId: string; prices: ProviderPrice[] }, idempotencyKey: string): Promise<void>;
  /** Takes a planned change back. */
  dropPlannedChange(subscriptionId: string, idempotencyKey: string): Promise<void>;
  setCancelAtPeriodEnd(subscriptionId: string, cancel: boolean, idempotencyKey: string): Promise<void>;
  /** Ends it at once, without giving anything back; one that has ended stays so. */
  cancelNow(subscriptionId: string, idempotencyKey: string): Promise<void>;

  /** Newest first. */
  invoices(
    customerId: string,
    page: { limit: number; after?: string },
  ): Promise<{ invoices: ProviderInvoice[]; more: boolean }>;
  payInvoice(invoiceId: string, idempotencyKey: string): Promise<void>;
  refundInvoice(input: { invoiceId: string; amountCents: number | null }, idempotencyKey: string): Promise<void>;

  /** Counts usage once per identifier within the provider's memory of at least a day. */
  reportUsage(input: {
    metric: BilledMetric;
    customerId: string;
    value: number;
    at: Date;
    identifier: string;
  }): Promise<void>;
  /** What the provider's meter has counted for the customer within [from, to), both taken down to the whole minute. */
  reportedUsage(input: { metric: BilledMetric; customerId: string; from: Date; to: Date }): Promise<number>;
}
