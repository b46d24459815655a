// Owns paying at checkout: all of it happens, or nothing does.
// https://docs.stripe.com/payments/checkout/how-checkout-works
import { couponOff } from "./checkout-state.ts";
import { findPromotionCode } from "./coupons.ts";
import { addressOf, createCustomer, createTaxId } from "./customers.ts";
import { invalid, StripeFailure } from "./errors.ts";
import type { FormObject } from "./form.ts";
import type { CheckoutSession, Customer } from "./objects.ts";
import { foresee } from "./payment-intents.ts";
import { attach, type CardInput, createCard, markAuthenticated, ruleOf } from "./payment-methods.ts";
import { confirmSetup, createSetupIntent } from "./setup-intents.ts";
import { createSubscription, trialEndIn } from "./subscription-create.ts";
import { announce, change, find, nowFor, realSeconds, type World } from "./world.ts";

export interface CheckoutInput {
  /** null where nothing is due and none is asked for. */
  card: CardInput | null;
  promotionCode?: string;
  taxId?: { type: string; value: string };
  name?: string;
  email?: string;
  address?: Record<string, string>;
}
export type PaymentOutcome =
  | { status: "paid" }
  /** What to tell the payer; `param` names the field at fault. */
  | { status: "declined"; message: string; code: string | null; declineCode: string | null; param: string | null }
  /** The card's bank wants its holder to answer first. */
  | { status: "challenge" };

export const declineOf = ({ body }: StripeFailure): PaymentOutcome => ({
  status: "declined",
  message: body.message,
  code: body.code ?? null,
  declineCode: body.decline_code ?? null,
  param: body.param ?? null,
});

/** Runs a payment; a refusal undoes it and becomes an outcome. */
export function attemptPayment(world: World, pay: () => PaymentOutcome): PaymentOutcome {
  try {
    return world.store.attempt(pay, ({ status }) => status === "paid");
  } catch (error) {
    if (error instanceof StripeFailure) return declineOf(error);
    throw error;
  }
}

export function completeCheckout(world: World, id: string, input: CheckoutInput, passed: boolean): PaymentOutcome {
  const session = needOpen(world, id);
  const outcome = attemptPayment(world, () => pay(world, session, input, passed));
  const memory = find(world, "checkout_memory", id);
  world.store.put("checkout_memory", { ...memory, challenge: outcome.status === "challenge" ? input : null });
  return outcome;
}

/** The holder answered the bank's question. */
export function answerCheckoutChallenge(world: World, id: string, passed: boolean): PaymentOutcome {
  const session = needOpen(world, id);
  const memory = find(world, "checkout_memory", id);
  // Written by completeCheckout only.
  const input = memory.challenge as CheckoutInput | null;
  if (!input) throw invalid("Nothing waits for an answer here.");
  if (passed) return completeCheckout(world, id, input, true);
  world.store.put("checkout_memory", { ...memory, challenge: null });
  const code =
    session.mode === "setup" ? "setup_intent_authentication_failure" : "payment_intent_authentication_failure";
  const message =
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
  return { status: "declined", message, code, declineCode: null, param: null };
}

function needOpen(world: World, id: string): CheckoutSession {
  const session = find(world, "checkout.session", id, "checkout.session");
  if (session.status === "complete")
    throw invalid("This checkout session has been completed.", undefined, "checkout_session_completed");
  const over = session.expires_at <= realSeconds(world);
  if (session.status !== "open" || over)
    throw invalid("This checkout session has expired.", undefined, "checkout_session_expired");
  return session;
}

/** Where the payer goes after it. */
export const successUrlOf = (session: CheckoutSession): string =>
  (session.success_url ?? "").replaceAll("{CHECKOUT_SESSION_ID}", session.id);

function pay(world: World, session: CheckoutSession, input: CheckoutInput, passed: boolean): PaymentOutcome {
  const memory = find(world, "checkout_memory", session.id);
  const customer = customerOf(world, session, input);
  const now = nowFor(world, customer.id);
  const card = input.card ? createCard(world, { ...input.card, ...(input.email && { email: input.email }) }) : null;
  if (card) {
    const { onSave, challenge } = ruleOf(world, card.id);
    if (!onSave && challenge && !passed) return { status: "challenge" };
    attach(world, card, customer.id);
    if (passed) markAuthenticated(world, card.id);
  } else if (session.payment_method_collection !== "if_required") throw invalid("A card is needed.", "card");
  if (input.taxId) createTaxId(world, customer.id, input.taxId.type, input.taxId.value);
  if (session.mode === "setup") return saveCard(world, session, customer, card?.id ?? "", passed);
  const trialEnd = memory.data.trialEnd ?? (memory.data.trialDays ? trialEndIn(now, memory.data.trialDays) : null);
  if (card && trialEnd === null && foresee(world, card.id, true) !== "paid") refuse(world, card.id);
  const made = createSubscription(world, {
    customer: customer.id,
    items: memory.items.map(({ price, quantity }) => ({
      id: null,
      price,
      quantity: quantity ?? undefined,
      deleted: false,
      metadata: undefined,
    })),
    trialEnd,
    anchor: null,
    behavior: "error_if_incomplete",
    card: card?.id ?? null,
    discounts: discountsOf(world, session, input, customer.id, now),
    checkoutSession: session.id,
    passed,
    fields: {
      metadata: memory.data.metadata,
      description: memory.data.description,
      trial_settings: {
        end_behavior: { billing_cycle_anchor: null, missing_payment_method: memory.data.missingPaymentMethod },
      },
    },
  });
  const invoice = made.latest_invoice ? find(world, "invoice", made.latest_invoice) : null;
  const off = (invoice?.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  finish(world, session, customer, input, {
    amount_subtotal: invoice?.subtotal ?? 0,
    amount_total: invoice?.total ?? 0,
    invoice: invoice?.id ?? null,
    payment_status: (invoice?.amount_due ?? 0) > 0 ? "paid" : "no_payment_required",
    subscription: made.id,
    total_details: { amount_discount: off, amount_shipping: 0, amount_tax: 0 },
  });
  return { status: "paid" };
}

function refuse(world: World, card: string): never {
  const { onCharge } = ruleOf(world, card);
  throw new StripeFailure(402, {
    type: "card_error",
    message: "Your card was declined.",
    code: "card_declined",
    ...onCharge,
  });
}

function saveCard(
  world: World,
  session: CheckoutSession,
  customer: Customer,
  card: string,
  passed: boolean,
): PaymentOutcome {
  const intent = createSetupIntent(world, customer.id, { metadata: {} });
  confirmSetup(world, intent.id, card, passed);
  finish(world, session, customer, { card: null }, { payment_status: "no_payment_required", setup_intent: intent.id });
  return { status: "paid" };
}

function customerOf(world: World, session: CheckoutSession, input: CheckoutInput): Customer {
  const address = input.address ? addressOf(input.address) : null;
  if (!session.customer) {
    const email = input.email ?? session.customer_email;
    if (!email) throw invalid("An e-mail address is needed.", "email");
    return createCustomer(world, { email, name: input.name ?? null, address });
  }
  const known = find(world, "customer", session.customer);
  const patch = {
    ...(!known.name && input.name && { name: input.name }),
    ...(!known.address && address && { address }),
  };
  if (Object.keys(patch).length === 0) return known;
  return change(world, "customer", known, patch, { type: "customer.updated", at: nowFor(world, known.id) });
}

function discountsOf(
  world: World,
  session: CheckoutSession,
  input: CheckoutInput,
  customer: string,
  at: number,
): FormObject {
  if (input.promotionCode) {
    if (!session.allow_promotion_codes) throw invalid("Promotion codes are not taken here.", "promotionCode");
    const code = findPromotionCode(world, input.promotionCode, customer, session.amount_subtotal ?? 0, at);
    return { discounts: [{ promotion_code: code.id }] };
  }
  const given = session.discounts ?? [];
  const rows = given.map(
    ({ coupon, promotion_code }): FormObject => (promotion_code ? { promotion_code } : { coupon: coupon ?? "" }),
  );
  return rows.length > 0 ? { discounts: rows } : {};
}

/** What a code would change, for the page. Throws Stripe's error when it can't be used. */
export function quotePromotionCode(
  world: World,
  id: string,
  code: string,
): { off: number; total: number; coupon: string } {
  const session = needOpen(world, id);
  const subtotal = session.amount_subtotal ?? 0;
  const promo = findPromotionCode(world, code, session.customer, subtotal, nowFor(world, session.customer));
  const coupon = promo.promotion.coupon ?? "";
  const off = couponOff(world, coupon, subtotal);
  return { off, total: subtotal - off, coupon };
}

function finish(
  world: World,
  session: CheckoutSession,
  customer: Customer,
  input: CheckoutInput,
  patch: Partial<CheckoutSession>,
): void {
  const taxIds = world.store.all("tax_id").filter((row) => row.customer === customer.id);
  const latest = find(world, "customer", customer.id);
  const next = change(world, "checkout.session", session, {
    ...patch,
    customer: customer.id,
    customer_details: {
      address: latest.address ?? null,
      business_name: null,
      email: input.email ?? latest.email,
      individual_name: null,
      name: input.name ?? latest.name ?? null,
      phone: latest.phone ?? null,
      tax_exempt: "none",
      tax_ids: taxIds.map(({ type, value }) => ({ type, value })),
    },
    status: "complete",
    url: null,
  });
  announce(world, "checkout.session.completed", next, nowFor(world, customer.id));
}
