// Owns what the hosted pages do with the simulator: typed operations, each written down when it is done.
import {
  answerCheckoutChallenge,
  attemptPayment,
  type CheckoutInput,
  completeCheckout,
  declineOf,
  type PaymentOutcome,
  quotePromotionCode,
  successUrlOf,
} from "./checkout-complete.ts";
import { expireCheckout, lineItemsOf } from "./checkout-state.ts";
import { invalid, StripeFailure } from "./errors.ts";
import { collect } from "./invoice-lifecycle.ts";
import { productName } from "./invoice-lines.ts";
import type {
  CheckoutSession,
  Customer,
  Invoice,
  PaymentMethod,
  PortalSession,
  Price,
  SetupIntent,
  Subscription,
  TaxId,
} from "./objects.ts";
import { answerChallenge, NOT_AUTHENTICATED } from "./payment-endpoints.ts";
import { attach, type CardInput, createCard, ruleOf } from "./payment-methods.ts";
import { confirmSetup, createSetupIntent } from "./setup-intents.ts";
import { periodOf } from "./subscription-change.ts";
import { isOver, updateSubscription } from "./subscription-status.ts";
import { change, find, nowFor, type World } from "./world.ts";

export interface CheckoutView {
  session: CheckoutSession;
  lineItems: ReturnType<typeof lineItemsOf>;
  customer: Customer | null;
  /** When a trial ends, if this begins one; Unix seconds. */
  trialEnd: number | null;
  /** A card holder's answer is awaited. */
  challenged: boolean;
  successUrl: string;
}
export interface CustomerView {
  customer: Customer;
  /** Those that are not over, newest first. */
  subscriptions: Subscription[];
  cards: PaymentMethod[];
  defaultCard: PaymentMethod | null;
  /** Final ones, newest first. */
  invoices: Invoice[];
  taxIds: TaxId[];
}
export interface InvoiceView {
  invoice: Invoice;
  customer: Customer | null;
  /** The card that would be charged. */
  card: PaymentMethod | null;
}
export type CardOutcome =
  | { status: "saved"; card: PaymentMethod }
  | Extract<PaymentOutcome, { status: "declined" }>
  | { status: "challenge"; setupIntent: string };

export interface Engine {
  findCheckout(id: string): CheckoutView | null;
  /** Throws StripeFailure when the code can't be used. Amounts in the smallest unit. */
  quotePromotionCode(id: string, code: string): { off: number; total: number; coupon: string };
  /** Throws StripeFailure when the session is over. */
  completeCheckout(id: string, input: CheckoutInput): PaymentOutcome;
  answerCheckoutChallenge(id: string, passed: boolean): PaymentOutcome;
  expireCheckout(id: string): CheckoutSession;
  findPortal(id: string): (CustomerView & { session: PortalSession }) | null;
  findCustomer(id: string): CustomerView | null;
  /** Saves a card and charges it from now on. */
  replaceDefaultCard(customer: string, card: CardInput): CardOutcome;
  answerCardChallenge(setupIntent: string, passed: boolean): CardOutcome;
  /** Ends the subscription when its period does; false takes that back. */
  cancelAtPeriodEnd(subscription: string, cancel: boolean): Subscription;
  findInvoice(id: string): InvoiceView | null;
  /** By a new card, or by the one on file. */
  payInvoice(id: string, card?: CardInput): PaymentOutcome;
  answerInvoiceChallenge(id: string, passed: boolean): PaymentOutcome;
  findSetupIntent(id: string): SetupIntent | null;
  /** The invoice that a payment intent pays. */
  invoiceOfIntent(paymentIntent: string): string | null;
  /** What a price is for, as people read it. */
  productName(price: Price): string;
  /** Unix seconds, by the customer's test clock. */
  now(customer: string | null): number;
}

/** @param done writes down what an operation changed and sends what it announced */
export function createEngine(world: World, done: () => void): Engine {
  const { store } = world;
  /** Changes outlive a refusal only where Stripe keeps them, too. */
  function write<T>(work: () => T): T {
    try {
      return work();
    } finally {
      done();
    }
  }
  const customerView = (id: string): CustomerView | null => {
    const customer = store.get("customer", id);
    if (!customer) return null;
    const own = <T extends { customer: string | null }>(rows: T[]): T[] =>
      rows.filter((row) => row.customer === id).reverse();
    const cards = own(store.all("payment_method"));
    return {
      customer,
      subscriptions: own(store.all("subscription")).filter((row) => !isOver(row)),
      cards,
      defaultCard: cards.find((card) => card.id === defaultCard(world, customer)) ?? null,
      invoices: own(store.all("invoice")).filter(({ status }) => status !== "draft"),
      taxIds: own(store.all("tax_id")),
    };
  };

  return {
    findCheckout(id) {
      const session = store.get("checkout.session", id);
      const memory = store.get("checkout_memory", id);
      if (!session || !memory) return null;
      const customer = session.customer ? (store.get("customer", session.customer) ?? null) : null;
      const days = memory.data.trialDays;
      return {
        session,
        lineItems: lineItemsOf(world, id),
        customer,
        trialEnd: memory.data.trialEnd ?? (days ? nowFor(world, session.customer) + days * 86_400 : null),
        challenged: memory.challenge !== null,
        successUrl: successUrlOf(session),
      };
    },
    quotePromotionCode: (id, code) => quotePromotionCode(world, id, code),
    completeCheckout: (id, input) => write(() => completeCheckout(world, id, input, false)),
    answerCheckoutChallenge: (id, passed) => write(() => answerCheckoutChallenge(world, id, passed)),
    expireCheckout: (id) => write(() => expireCheckout(world, id)),
    findPortal(id) {
      const session = store.get("billing_portal.session", id);
      const view = session ? customerView(session.customer) : null;
      return session && view ? { ...view, session } : null;
    },
    findCustomer: customerView,
    replaceDefaultCard: (customer, card) => write(() => replaceCard(world, customer, card)),
    answerCardChallenge: (id, passed) => write(() => answerCard(world, id, passed)),
    cancelAtPeriodEnd: (id, cancel) => write(() => setCancel(world, id, cancel)),
    findInvoice(id) {
      const invoice = store.get("invoice", id);
      if (!invoice || invoice.status === "draft") return null;
      const customer = store.get("customer", invoice.customer ?? "") ?? null;
      const card = customer ? (store.get("payment_method", defaultCard(world, customer) ?? "") ?? null) : null;
      return { invoice, customer, card };
    },
    payInvoice: (id, card) => write(() => payInvoice(world, id, card)),
    answerInvoiceChallenge: (id, passed) => write(() => answerInvoice(world, id, passed)),
    findSetupIntent: (id) => store.get("setup_intent", id) ?? null,
    invoiceOfIntent: (id) =>
      store.all("invoice_payment").find(({ payment }) => payment.payment_intent === id)?.invoice ?? null,
    productName: (price) => productName(world, price),
    now: (customer) => nowFor(world, customer),
  };
}

function defaultCard(world: World, customer: Customer): string | null {
  const live = world.store.all("subscription").filter((row) => row.customer === customer.id && !isOver(row));
  return (
    live.find((row) => row.default_payment_method)?.default_payment_method ??
    customer.invoice_settings.default_payment_method
  );
}

function refused(error: unknown): Extract<PaymentOutcome, { status: "declined" }> {
  if (!(error instanceof StripeFailure)) throw error;
  const outcome = declineOf(error);
  if (outcome.status !== "declined") throw error;
  return outcome;
}

function replaceCard(world: World, customer: string, input: CardInput): CardOutcome {
  try {
    const card = createCard(world, input);
    const intent = createSetupIntent(world, find(world, "customer", customer).id, { metadata: {} });
    const confirmed = confirmSetup(world, intent.id, card.id, false);
    if (confirmed.status === "requires_action") return { status: "challenge", setupIntent: intent.id };
    return { status: "saved", card: makeDefault(world, customer, card.id) };
  } catch (error) {
    return refused(error);
  }
}

function answerCard(world: World, id: string, passed: boolean): CardOutcome {
  const intent = find(world, "setup_intent", id);
  const { payment_method: card, customer } = intent;
  if (intent.status !== "requires_action" || !card || !customer) throw invalid("Nothing waits for an answer here.");
  if (passed) {
    confirmSetup(world, id, card, true);
    return { status: "saved", card: makeDefault(world, customer, card) };
  }
  change(world, "setup_intent", intent, { status: "requires_payment_method", payment_method: null, next_action: null });
  return {
    status: "declined",
    message: NOT_AUTHENTICATED.message,
    code: "setup_intent_authentication_failure",
    declineCode: null,
    param: null,
  };
}

/** For the customer, and for its subscriptions that have a card of their own. */
function makeDefault(world: World, id: string, card: string): PaymentMethod {
  const customer = find(world, "customer", id);
  const invoice_settings = { ...customer.invoice_settings, default_payment_method: card };
  change(world, "customer", customer, { invoice_settings }, { type: "customer.updated", at: nowFor(world, id) });
  for (const row of world.store.all("subscription"))
    if (row.customer === id && !isOver(row) && row.default_payment_method)
      updateSubscription(world, row.id, { default_payment_method: card });
  return find(world, "payment_method", card);
}

function setCancel(world: World, id: string, cancel: boolean): Subscription {
  const row = find(world, "subscription", id);
  if (isOver(row)) throw invalid("This subscription has ended.");
  const at = nowFor(world, row.customer);
  const details = { comment: null, feedback: null, feedback_option: null };
  // Since flexible billing, the portal says it by the time alone.
  return updateSubscription(world, id, {
    cancel_at_period_end: false,
    cancel_at: cancel ? periodOf(row).end : null,
    canceled_at: cancel ? at : null,
    cancellation_details: { ...details, reason: cancel ? "cancellation_requested" : null },
  });
}

function payInvoice(world: World, id: string, input: CardInput | undefined): PaymentOutcome {
  const invoice = find(world, "invoice", id);
  if (invoice.status === "paid") return { status: "paid" };
  if (invoice.status !== "open") throw invalid("This invoice can no longer be paid.");
  let card: string | undefined;
  if (input) {
    const made = attemptCard(world, invoice, input);
    if (typeof made !== "string") return made;
    card = made;
  }
  const outcome = collect(world, id, { by: "call", paymentMethod: card });
  if (outcome.kind === "paid") return { status: "paid" };
  if (outcome.kind === "requires_action") return { status: "challenge" };
  if (outcome.kind === "no_card")
    return {
      status: "declined",
      message: "There is no card on file.",
      code: "resource_missing",
      declineCode: null,
      param: "card",
    };
  const { code, decline_code, message } = outcome.decline;
  return { status: "declined", message, code, declineCode: decline_code ?? null, param: null };
}

/** A new card for one invoice: it is saved to the customer unless its bank asks first. */
function attemptCard(world: World, invoice: Invoice, input: CardInput): string | PaymentOutcome {
  const made: { id: string | null } = { id: null };
  const outcome = attemptPayment(world, () => {
    const card = createCard(world, input);
    if (!ruleOf(world, card.id).challenge && invoice.customer) attach(world, card, invoice.customer);
    made.id = card.id;
    return { status: "paid" };
  });
  return outcome.status === "paid" && made.id ? made.id : outcome;
}

function answerInvoice(world: World, id: string, passed: boolean): PaymentOutcome {
  const payment = world.store.all("invoice_payment").findLast((row) => row.invoice === id);
  const intent = find(world, "payment_intent", payment?.payment.payment_intent ?? "");
  const card = intent.payment_method;
  const latest = answerChallenge(world, intent.id, passed);
  if (latest.status === "succeeded") {
    const row = card ? find(world, "payment_method", card) : null;
    if (row && row.customer === null && intent.customer) attach(world, row, intent.customer);
    return { status: "paid" };
  }
  const error = latest.last_payment_error;
  return {
    status: "declined",
    message: error?.message ?? "Your card was declined.",
    code: error?.code ?? null,
    declineCode: error?.decline_code ?? null,
    param: null,
  };
}
