// Owns the shapes that the simulator stores and sends: Stripe's own types as the SDK pins them, with references as ids
// and decimals as strings, the way they travel.
import type Stripe from "stripe";

type Reference<F> = string extends F ? Extract<F, string | number | boolean | null | undefined> : Wire<F>;
/** What JSON carries of one of the SDK's types. */
export type Wire<F> = F extends Stripe.Decimal
  ? string
  : F extends Stripe.ApiList<infer U>
    ? List<Wire<U>>
    : F extends (infer U)[]
      ? Reference<U>[]
      : F extends object
        ? { [K in keyof F as K extends "lastResponse" ? never : K]: Reference<F[K]> }
        : F;
export interface List<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  url: string;
}

export type Customer = Wire<Stripe.Customer>;
export type TaxId = Wire<Stripe.TaxId>;
export type Product = Wire<Stripe.Product>;
export type Price = Wire<Stripe.Price>;
export type Coupon = Wire<Stripe.Coupon>;
export type PromotionCode = Wire<Stripe.PromotionCode>;
export type Discount = Wire<Stripe.Discount>;
export type Meter = Wire<Stripe.Billing.Meter>;
export type MeterEvent = Wire<Stripe.Billing.MeterEvent>;
export type PaymentMethod = Wire<Stripe.PaymentMethod>;
export type SetupIntent = Wire<Stripe.SetupIntent>;
export type PaymentIntent = Wire<Stripe.PaymentIntent>;
export type Charge = Wire<Stripe.Charge>;
export type Refund = Wire<Stripe.Refund>;
export type Dispute = Wire<Stripe.Dispute>;
export type Subscription = Wire<Stripe.Subscription>;
export type SubscriptionItem = Wire<Stripe.SubscriptionItem>;
export type Schedule = Wire<Stripe.SubscriptionSchedule>;
export type SchedulePhase = Wire<Stripe.SubscriptionSchedule.Phase>;
export type Invoice = Wire<Stripe.Invoice>;
export type InvoiceLine = Wire<Stripe.InvoiceLineItem>;
export type InvoiceItem = Wire<Stripe.InvoiceItem>;
export type InvoicePayment = Wire<Stripe.InvoicePayment>;
export type CheckoutSession = Wire<Stripe.Checkout.Session>;
export type PortalSession = Wire<Stripe.BillingPortal.Session>;
export type PortalConfiguration = Wire<Stripe.BillingPortal.Configuration>;
export type TestClock = Wire<Stripe.TestHelpers.TestClock>;
export type WebhookEndpoint = Wire<Stripe.WebhookEndpoint>;
export type EventType = Stripe.Event["type"];
export interface StripeEvent {
  id: string;
  object: "event";
  api_version: string;
  created: number;
  data: { object: object; previous_attributes?: Record<string, unknown> };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: EventType;
}

/** What Stripe knows of a card and never tells. */
export interface CardSecret {
  id: string;
  number: string;
  /** The holder passed a challenge, for cards that ask only once. */
  authenticated: boolean;
}
/** What the engine remembers of a subscription beyond Stripe's object. */
export interface SubscriptionMemory {
  id: string;
  /** Trial's or period's end that was announced. */
  trialAnnounced: number | null;
  upcomingAnnounced: number | null;
  /** By item: from when usage is still unbilled. */
  usageFrom: Record<string, number>;
  /** The invoice whose payment applies the pending update, and what it then sets. */
  pending: {
    invoice: string;
    items: SubscriptionItem[];
    patch: Partial<Subscription>;
    /** `usageFrom` as it was, should the invoice never be paid. */
    usageBefore: Record<string, number>;
  } | null;
}
/** What the engine remembers of a checkout session. */
export interface CheckoutMemory {
  id: string;
  items: { price: string; quantity: number | null }[];
  data: {
    metadata: Record<string, string>;
    trialEnd: number | null;
    trialDays: number | null;
    description: string | null;
    missingPaymentMethod: "cancel" | "create_invoice" | "pause";
  };
  /** Waiting for the card holder's answer to a challenge. */
  challenge: unknown;
}
/** Metered usage on a draft, which still takes late reports while it is one. */
export interface InvoiceMemory {
  id: string;
  usage: { item: SubscriptionItem; from: number; to: number }[];
}
export interface Delivery {
  id: string;
  event: string;
  url: string;
  secret: string;
  attempts: number;
  /** Unix milliseconds. */
  due: number;
  since: number;
  lastError: string | null;
}
export interface StoredAnswer {
  id: string;
  hash: string;
  status: number;
  body: string;
  requestId: string;
  /** Unix seconds. */
  at: number;
}
/** Meter events carry no id on the wire; they are kept under their identifier. */
export type StoredMeterEvent = MeterEvent & { id: string; customer: string; meter: string; received: number };

export interface Tables {
  customer: Customer;
  /** Customers that went, by id. */
  gone: { id: string; object: "customer"; deleted: true };
  invoice_memory: InvoiceMemory;
  tax_id: TaxId;
  product: Product;
  price: Price;
  coupon: Coupon;
  promotion_code: PromotionCode;
  discount: Discount;
  "billing.meter": Meter;
  "billing.meter_event": StoredMeterEvent;
  payment_method: PaymentMethod;
  setup_intent: SetupIntent;
  payment_intent: PaymentIntent;
  charge: Charge;
  refund: Refund;
  dispute: Dispute;
  subscription: Subscription;
  subscription_schedule: Schedule;
  invoice: Invoice;
  invoiceitem: InvoiceItem;
  invoice_payment: InvoicePayment;
  "checkout.session": CheckoutSession;
  "billing_portal.session": PortalSession;
  "billing_portal.configuration": PortalConfiguration;
  "test_helpers.test_clock": TestClock;
  webhook_endpoint: WebhookEndpoint;
  event: StripeEvent;
  card_secret: CardSecret;
  subscription_memory: SubscriptionMemory;
  checkout_memory: CheckoutMemory;
  delivery: Delivery;
  answer: StoredAnswer;
}
export type Kind = keyof Tables;
