// Owns the endpoints of payments: intents, charges, refunds and disputes.
// https://docs.stripe.com/api/refunds
import { declined, invalid, missing } from "./errors.ts";
import { newId } from "./ids.ts";
import { collect } from "./invoice-lifecycle.ts";
import type { Charge, Invoice, PaymentIntent, Refund } from "./objects.ts";
import { amount, choice, metadata, type Params, text } from "./params.ts";
import { fail, openDispute } from "./payment-intents.ts";
import { markAuthenticated, resolveCard } from "./payment-methods.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { afterFailed } from "./subscription-status.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

export function invoiceOf(world: World, intent: string): Invoice | undefined {
  const payment = world.store.all("invoice_payment").find((row) => row.payment.payment_intent === intent);
  return payment && world.store.get("invoice", payment.invoice);
}

/** The holder answered the bank's question about a payment. */
export function answerChallenge(world: World, intentId: string, passed: boolean): PaymentIntent {
  const intent = find(world, "payment_intent", intentId);
  const card = intent.payment_method;
  if (intent.status !== "requires_action" || !card) throw invalid("Nothing waits for an answer here.");
  const invoice = invoiceOf(world, intentId);
  if (passed && invoice) {
    markAuthenticated(world, card);
    collect(world, invoice.id, { by: "call", paymentMethod: card, passed: true });
  } else if (!passed) {
    fail(world, intent, card, NOT_AUTHENTICATED, nowFor(world, intent.customer));
    if (invoice) {
      announce(world, "invoice.payment_failed", invoice, nowFor(world, intent.customer));
      afterFailed(world, invoice, false);
    }
  }
  return find(world, "payment_intent", intentId);
}

export const NOT_AUTHENTICATED = {
  code: "payment_intent_authentication_failure",
  message: "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
};

function confirm({ world, id, params }: Call): object {
  const intent = find(world, "payment_intent", id, "payment_intent");
  if (intent.status === "succeeded" || intent.status === "canceled")
    throw invalid(
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
      undefined,
      "payment_intent_unexpected_state",
    );
  const given = text(params, "payment_method") ?? intent.payment_method;
  if (!given) throw missing("payment_method");
  const invoice = invoiceOf(world, id);
  if (!invoice) throw invalid("This PaymentIntent belongs to no invoice.");
  const outcome = collect(world, invoice.id, { by: "call", paymentMethod: resolveCard(world, given).id });
  const latest = find(world, "payment_intent", id);
  if (outcome.kind === "declined") throw declined(outcome.decline, { charge: outcome.charge, payment_intent: latest });
  return latest;
}

function refund({ world, params }: Call): object {
  const charged = chargeToRefund(world, params);
  const at = nowFor(world, charged.customer);
  const left = charged.amount_captured - charged.amount_refunded;
  if (!charged.paid || left <= 0)
    throw invalid(`Charge ${charged.id} has already been refunded.`, undefined, "charge_already_refunded");
  if (charged.disputed)
    throw invalid(`Charge ${charged.id} has been charged back; cannot issue a refund.`, undefined, "charge_disputed");
  const wanted = amount(params, "amount") ?? left;
  if (wanted <= 0 || wanted > left)
    throw invalid(`Refund amount (${wanted}) is greater than unrefunded amount on charge (${left})`, "amount");
  const row: Refund = {
    id: newId("re"),
    object: "refund",
    amount: wanted,
    balance_transaction: newId("txn"),
    charge: charged.id,
    created: at,
    currency: charged.currency,
    customer: charged.customer,
    customer_account: null,
    metadata: metadata(params),
    payment_intent: charged.payment_intent,
    payment_method: charged.payment_method,
    reason: choice(params, "reason", ["duplicate", "fraudulent", "requested_by_customer"]) ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: "succeeded",
    transfer_reversal: null,
  };
  world.store.put("refund", row);
  const amount_refunded = charged.amount_refunded + wanted;
  const before = { amount_refunded: charged.amount_refunded, refunded: charged.refunded };
  const next = change(world, "charge", charged, {
    amount_refunded,
    refunded: amount_refunded === charged.amount_captured,
  });
  announce(world, "refund.created", row, at);
  announce(world, "charge.refunded", next, at, before);
  return row;
}

function chargeToRefund(world: World, params: Params): Charge {
  const id = text(params, "charge");
  if (id) return find(world, "charge", id, "charge", "charge");
  const intent = text(params, "payment_intent");
  if (!intent) throw missing("charge");
  const charged = find(world, "payment_intent", intent, "payment_intent", "payment_intent").latest_charge;
  if (!charged) throw invalid("This PaymentIntent does not have a successful charge to refund.", "payment_intent");
  return find(world, "charge", charged);
}

function closeDispute({ world, id }: Call): object {
  return settleDispute(world, id, "lost");
}

export function settleDispute(world: World, id: string, status: "lost" | "won"): object {
  const row = find(world, "dispute", id);
  const at = nowFor(world, world.store.get("charge", row.charge)?.customer ?? null);
  const closed = change(world, "dispute", row, { status });
  announce(world, "charge.dispute.closed", closed, at);
  return closed;
}

function listCharges(call: Call): object {
  const [customer, intent] = [text(call.params, "customer"), text(call.params, "payment_intent")];
  const fits = (row: Charge) => (!customer || row.customer === customer) && (!intent || row.payment_intent === intent);
  return page(call, "charge", "/v1/charges", fits);
}

function listBy(kind: "refund" | "dispute", url: string): Endpoint["run"] {
  return (call) => {
    const [charged, intent] = [text(call.params, "charge"), text(call.params, "payment_intent")];
    return page(
      call,
      kind,
      url,
      (row) => (!charged || row.charge === charged) && (!intent || row.payment_intent === intent),
    );
  };
}

export const paymentEndpoints: Endpoint[] = [
  {
    method: "GET",
    path: "/v1/payment_intents",
    accepts: `customer ${PAGE}`,
    run: (call) => {
      const customer = text(call.params, "customer");
      return page(call, "payment_intent", "/v1/payment_intents", (row) => !customer || row.customer === customer);
    },
  },
  {
    method: "GET",
    path: "/v1/payment_intents/{id}",
    accepts: "client_secret",
    run: ({ world, id }) => find(world, "payment_intent", id, "payment_intent"),
  },
  {
    method: "POST",
    path: "/v1/payment_intents/{id}/confirm",
    accepts: "payment_method return_url off_session payment_method_options",
    run: confirm,
  },
  { method: "GET", path: "/v1/charges", accepts: `customer payment_intent ${PAGE}`, run: listCharges },
  { method: "GET", path: "/v1/charges/{id}", accepts: "", run: ({ world, id }) => find(world, "charge", id) },
  { method: "POST", path: "/v1/refunds", accepts: "amount charge payment_intent reason metadata", run: refund },
  {
    method: "GET",
    path: "/v1/refunds",
    accepts: `charge payment_intent ${PAGE}`,
    run: listBy("refund", "/v1/refunds"),
  },
  { method: "GET", path: "/v1/refunds/{id}", accepts: "", run: ({ world, id }) => find(world, "refund", id) },
  {
    method: "GET",
    path: "/v1/disputes",
    accepts: `charge payment_intent ${PAGE}`,
    run: listBy("dispute", "/v1/disputes"),
  },
  { method: "GET", path: "/v1/disputes/{id}", accepts: "", run: ({ world, id }) => find(world, "dispute", id) },
  { method: "POST", path: "/v1/disputes/{id}/close", accepts: "", run: closeDispute },
  {
    method: "POST",
    path: "/_simulator/disputes",
    accepts: "charge reason",
    run: ({ world, params }) =>
      openDispute(world, text(params, "charge") ?? "", text(params, "reason") ?? "fraudulent"),
  },
  {
    method: "POST",
    path: "/_simulator/disputes/{id}/close",
    accepts: "status",
    run: ({ world, id, params }) => settleDispute(world, id, choice(params, "status", ["lost", "won"]) ?? "lost"),
  },
  {
    method: "POST",
    path: "/_simulator/payment_intents/{id}/challenge",
    accepts: "passed",
    run: ({ world, id, params }) => answerChallenge(world, id, text(params, "passed") === "true"),
  },
];
