// Owns payment intents and the charging of cards: paid, declined, or waiting for the holder.
// https://docs.stripe.com/payments/paymentintents/lifecycle
import type { Decline } from "./errors.ts";
import { newId, randomLetters } from "./ids.ts";
import { DAY } from "./months.ts";
import type { Charge, Dispute, Invoice, PaymentIntent } from "./objects.ts";
import { ruleOf } from "./payment-methods.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

export type ChargeOutcome =
  | { kind: "paid"; charge: string }
  | { kind: "declined"; decline: Decline; charge: string }
  | { kind: "requires_action" };

/** What the card's bank would say, before anything is done. @param passed the holder has just answered a challenge */
export function foresee(world: World, paymentMethod: string, passed: boolean): "paid" | "requires_action" | Decline {
  const rule = ruleOf(world, paymentMethod);
  const asks = rule.challenge === "always" || (rule.challenge === "once" && !rule.authenticated);
  if (asks && !passed) return "requires_action";
  return rule.onCharge ?? "paid";
}

export function createIntent(world: World, invoice: Invoice, at: number): PaymentIntent {
  const id = newId("pi");
  const row: PaymentIntent = {
    id,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount: invoice.amount_due,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic",
    client_secret: `${id}_secret_${randomLetters(25)}`,
    confirmation_method: "automatic",
    created: at,
    currency: invoice.currency,
    customer: invoice.customer,
    customer_account: null,
    description: invoice.billing_reason === "subscription_create" ? "Subscription creation" : "Subscription update",
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: "off_session",
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: "requires_payment_method",
    transfer_group: null,
  };
  world.store.put("payment_intent", row);
  announce(world, "payment_intent.created", row, at);
  return row;
}

/** Takes the intent's amount from a card. @param passed the holder has just answered a challenge */
export function charge(world: World, intentId: string, paymentMethod: string, passed: boolean): ChargeOutcome {
  const intent = find(world, "payment_intent", intentId);
  const at = nowFor(world, intent.customer);
  const verdict = foresee(world, paymentMethod, passed);
  if (verdict === "requires_action") {
    const waiting = change(world, "payment_intent", intent, {
      status: "requires_action",
      payment_method: paymentMethod,
      next_action: {
        type: "redirect_to_url",
        redirect_to_url: { return_url: null, url: challengeUrl(world, intent.id) },
      },
    });
    announce(world, "payment_intent.requires_action", waiting, at);
    return { kind: "requires_action" };
  }
  if (verdict === "paid") return succeed(world, intent, paymentMethod, at);
  return fail(world, intent, paymentMethod, verdict, at);
}

/** The invoice's page asks the holder. */
function challengeUrl(world: World, intent: string): string {
  const payment = world.store.all("invoice_payment").find((row) => row.payment.payment_intent === intent);
  return `${world.settings.publicUrl}/i/${payment?.invoice ?? intent}/confirm`;
}

function succeed(world: World, intent: PaymentIntent, paymentMethod: string, at: number): ChargeOutcome {
  const made = createCharge(world, intent, paymentMethod, null, at);
  const paid = change(world, "payment_intent", intent, {
    status: "succeeded",
    amount_received: intent.amount,
    latest_charge: made.id,
    payment_method: paymentMethod,
    next_action: null,
    last_payment_error: null,
  });
  announce(world, "charge.succeeded", made, at);
  announce(world, "payment_intent.succeeded", paid, at);
  if (ruleOf(world, paymentMethod).dispute) openDispute(world, made.id, "fraudulent");
  return { kind: "paid", charge: made.id };
}

/** The holder gave up or failed the challenge, or the bank said no. */
export function fail(
  world: World,
  intent: PaymentIntent,
  paymentMethod: string,
  decline: Decline,
  at: number,
): ChargeOutcome {
  const made = createCharge(world, intent, paymentMethod, decline, at);
  const card = find(world, "payment_method", paymentMethod);
  const failed = change(world, "payment_intent", intent, {
    status: "requires_payment_method",
    latest_charge: made.id,
    payment_method: null,
    next_action: null,
    // The SDK's type nests a whole payment method here; the wire carries the same object.
    last_payment_error: {
      type: "card_error",
      ...decline,
      charge: made.id,
      payment_method: card,
    } as PaymentIntent["last_payment_error"],
  });
  announce(world, "charge.failed", made, at);
  announce(world, "payment_intent.payment_failed", failed, at);
  return { kind: "declined", decline, charge: made.id };
}

function createCharge(
  world: World,
  intent: PaymentIntent,
  paymentMethod: string,
  decline: Decline | null,
  at: number,
): Charge {
  const method = find(world, "payment_method", paymentMethod);
  const { billing_details, card } = method;
  const row: Charge = {
    id: newId("ch"),
    object: "charge",
    amount: intent.amount,
    amount_captured: decline ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: decline ? null : newId("txn"),
    billing_details,
    calculated_statement_descriptor: null,
    captured: decline === null,
    created: at,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: decline ? "declined_by_network" : "approved_by_network",
      reason: decline?.decline_code ?? decline?.code ?? null,
      risk_level: "normal",
      seller_message: decline ? "The bank did not return any further details with this decline." : "Payment complete.",
      type: decline ? "issuer_declined" : "authorized",
    },
    paid: decline === null,
    payment_intent: intent.id,
    payment_method: paymentMethod,
    // Only the part of the card's details that receipts show.
    payment_method_details: { type: "card", card: cardDetails(card) } as Charge["payment_method_details"],
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: decline ? "failed" : "succeeded",
    transfer_data: null,
    transfer_group: null,
  };
  world.store.put("charge", row);
  return row;
}

function cardDetails(
  card: { brand: string; last4: string; exp_month: number; exp_year: number; funding: string } | undefined,
) {
  if (!card) return null;
  const { brand, last4, exp_month, exp_year, funding } = card;
  return {
    brand,
    last4,
    exp_month,
    exp_year,
    funding,
    country: "US",
    checks: null,
    three_d_secure: null,
    wallet: null,
  };
}

export function cancelIntent(world: World, id: string, reason: PaymentIntent["cancellation_reason"]): void {
  const intent = world.store.get("payment_intent", id);
  if (!intent || intent.status === "succeeded" || intent.status === "canceled") return;
  const at = nowFor(world, intent.customer);
  const patch = { status: "canceled", canceled_at: at, cancellation_reason: reason, next_action: null };
  announce(world, "payment_intent.canceled", change(world, "payment_intent", intent, patch), at);
}

/** The holder asks the bank for the money back. */
export function openDispute(world: World, chargeId: string, reason: string): Dispute {
  const disputed = find(world, "charge", chargeId);
  const at = nowFor(world, disputed.customer);
  const row: Dispute = {
    id: newId("dp"),
    object: "dispute",
    amount: disputed.amount,
    balance_transactions: [],
    charge: disputed.id,
    created: at,
    currency: disputed.currency,
    enhanced_eligibility_types: [],
    // Nothing has been handed in: the SDK's type lists every field of it.
    evidence: {} as Dispute["evidence"],
    evidence_details: {
      due_by: at + 7 * DAY,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "not_submitted",
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    network_reason_code: null,
    payment_intent: disputed.payment_intent,
    reason,
    status: "needs_response",
  };
  world.store.put("dispute", row);
  change(world, "charge", disputed, { disputed: true }, { type: "charge.updated", at });
  announce(world, "charge.dispute.created", row, at);
  announce(world, "charge.dispute.funds_withdrawn", row, at);
  return row;
}
