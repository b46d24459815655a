// Owns the invoice endpoints, and previews: the real change, made and undone.
// https://docs.stripe.com/api/invoices
import { declined, invalid, missing, StripeFailure } from "./errors.ts";
import { newId } from "./ids.ts";
import { draftInvoice, pendingItems } from "./invoice-draft.ts";
import { collect, finalize, giveUp, payOutOfBand, voidInvoice } from "./invoice-lifecycle.ts";
import type { Invoice, Subscription } from "./objects.ts";
import { child, flag, integer, metadata, need, type Params, text } from "./params.ts";
import { resolveCard } from "./payment-methods.ts";
import { type Call, type Endpoint, PAGE, page, pageOf } from "./routes.ts";
import { changePlan, periodOf } from "./subscription-change.ts";
import { createSubscription } from "./subscription-create.ts";
import { readPlanChange } from "./subscription-endpoints.ts";
import { readItems } from "./subscription-items.ts";
import { endsBy, renewalDraft } from "./subscription-renewal.ts";
import { change, find, nowFor, type World } from "./world.ts";

function list(call: Call): object {
  const { params } = call;
  const [customer, status, subscription] = ["customer", "status", "subscription"].map((key) => text(params, key));
  const fits = (row: Invoice) =>
    (!customer || row.customer === customer) &&
    (!status || row.status === status) &&
    (!subscription || row.parent?.subscription_details?.subscription === subscription);
  return page(call, "invoice", "/v1/invoices", fits);
}

function pay({ world, id, params }: Call): object {
  const row = find(world, "invoice", id);
  if (row.status === "draft") finalize(world, id);
  const ready = find(world, "invoice", id);
  if (ready.status === "paid") {
    if (row.status === "draft") return ready;
    throw invalid("Invoice is already paid", undefined, "invoice_already_paid");
  }
  if (ready.status !== "open" && ready.status !== "uncollectible") throw invalid("This invoice can no longer be paid.");
  if (flag(params, "paid_out_of_band")) return payOutOfBand(world, id);
  const given = text(params, "payment_method");
  const card = given ? resolveCard(world, given) : null;
  const outcome = collect(world, id, { by: "call", paymentMethod: card?.id });
  if (outcome.kind === "no_card")
    throw invalid("There is no default payment method set on this Customer or Invoice.", undefined, "resource_missing");
  if (outcome.kind === "declined") throw declined(outcome.decline, { charge: outcome.charge, ...intentOf(world, id) });
  if (outcome.kind === "requires_action")
    throw declined(
      {
        code: "invoice_payment_intent_requires_action",
        message: "This payment requires additional user action before it can be completed successfully.",
      },
      intentOf(world, id),
    );
  return find(world, "invoice", id);
}

function intentOf(world: World, invoice: string): { payment_intent?: object } {
  const payment = world.store.all("invoice_payment").findLast((row) => row.invoice === invoice);
  const intent = world.store.get("payment_intent", payment?.payment.payment_intent ?? "");
  return intent ? { payment_intent: intent } : {};
}

/** Runs the change for real, keeps what it would bill, and undoes everything. */
function preview({ world, params }: Call): object {
  const found: { invoice: Invoice | null } = { invoice: null };
  world.store.attempt(
    () => {
      found.invoice = previewed(world, params);
    },
    () => false,
  );
  if (!found.invoice)
    throw new StripeFailure(404, {
      type: "invalid_request_error",
      code: "invoice_upcoming_none",
      message: "No upcoming invoices for customer",
    });
  const id = newId("upcoming_in");
  const lines = found.invoice.lines.data.map((line) => ({ ...line, invoice: id }));
  return {
    ...found.invoice,
    id,
    status: "draft",
    number: null,
    auto_advance: false,
    attempted: false,
    attempt_count: 0,
    lines: { ...found.invoice.lines, data: lines, url: `/v1/invoices/upcoming/lines` },
  };
}

function previewed(world: World, params: Params): Invoice | null {
  const details = child(params, "subscription_details") ?? {};
  const id = text(params, "subscription");
  if (!id) return previewNew(world, params, details);
  const row = find(world, "subscription", id, "subscription", "subscription");
  if (row.status === "canceled" || row.status === "incomplete_expired") return null;
  if (flag(details, "cancel_at_period_end") || flag(details, "cancel_now") || endsBy(row, periodOf(row).end))
    return null;
  world.store.put("subscription", { ...row, schedule: readItems(details) ? null : row.schedule });
  const plan = readPlanChange(world, row, details);
  if (!plan) return renewalDraft(world, id, "upcoming");
  const result = changePlan(world, id, { ...plan, behavior: "default_incomplete" });
  if (result.invoice) return result.invoice;
  return renewalDraft(world, id, "upcoming");
}

function previewNew(world: World, params: Params, details: Params): Invoice | null {
  const customer = find(world, "customer", need(params, "customer"), "customer", "customer");
  const items = readItems(details);
  if (!items) return null;
  const trial = integer(details, "trial_end") ?? null;
  const made = createSubscription(world, {
    customer: customer.id,
    items,
    trialEnd: trial,
    anchor: null,
    behavior: "default_incomplete",
    card: null,
    discounts: params,
    checkoutSession: null,
    passed: false,
    fields: {},
  });
  return made.latest_invoice ? find(world, "invoice", made.latest_invoice) : null;
}

function create({ world, params }: Call): object {
  const customer = find(world, "customer", need(params, "customer"), "customer", "customer");
  const id = text(params, "subscription");
  if (!id) throw missing("subscription");
  const row: Subscription = find(world, "subscription", id, "subscription", "subscription");
  if (row.customer !== customer.id) throw invalid("The subscription belongs to another customer.", "subscription");
  if (pendingItems(world, id).length === 0)
    throw invalid("Nothing to invoice for subscription", undefined, "invoice_no_subscription_line_items");
  const at = nowFor(world, customer.id);
  const advance = flag(params, "auto_advance") ?? false;
  return draftInvoice(world, {
    subscription: row,
    lines: [],
    reason: "manual",
    at,
    period: { start: at, end: at },
    finalizesAt: advance ? at + 3600 : null,
    withPending: true,
  });
}

function update({ world, id, params }: Call): object {
  const row = find(world, "invoice", id);
  const patch: Partial<Invoice> = { metadata: metadata(params, row.metadata ?? {}) };
  const card = text(params, "default_payment_method");
  if (card)
    patch.default_payment_method = find(world, "payment_method", card, "PaymentMethod", "default_payment_method").id;
  const advance = flag(params, "auto_advance");
  if (advance !== undefined) {
    patch.auto_advance = advance;
    const at = nowFor(world, row.customer);
    if (row.status === "draft") patch.automatically_finalizes_at = advance ? at + 3600 : null;
    if (row.status === "open") patch.next_payment_attempt = advance ? at + 3600 : null;
  }
  return change(world, "invoice", row, patch, { type: "invoice.updated", at: nowFor(world, row.customer) });
}

function lines({ world, id, params }: Call): object {
  return pageOf(find(world, "invoice", id).lines.data, params, `/v1/invoices/${id}/lines`);
}

function drop({ world, id }: Call): object {
  const row = find(world, "invoice", id);
  if (row.status !== "draft") throw invalid("You can only delete draft invoices.");
  world.store.drop("invoice", id);
  return { id, object: "invoice", deleted: true };
}

function payments(call: Call): object {
  const [invoice, status] = [text(call.params, "invoice"), text(call.params, "status")];
  const fits = (row: { invoice: string; status: string }) =>
    (!invoice || row.invoice === invoice) && (!status || row.status === status);
  return page(call, "invoice_payment", "/v1/invoice_payments", fits);
}

function waiting(call: Call): object {
  const [customer, pending] = [text(call.params, "customer"), flag(call.params, "pending")];
  const fits = (row: { customer: string; invoice: string | null }) =>
    (!customer || row.customer === customer) && (pending === undefined || (row.invoice === null) === pending);
  return page(call, "invoiceitem", "/v1/invoiceitems", fits);
}

export const invoiceEndpoints: Endpoint[] = [
  {
    method: "POST",
    path: "/v1/invoices",
    accepts: "customer subscription auto_advance metadata pending_invoice_items_behavior",
    run: create,
  },
  {
    method: "GET",
    path: "/v1/invoices",
    accepts: `customer status subscription collection_method due_date ${PAGE}`,
    run: list,
  },
  {
    method: "POST",
    path: "/v1/invoices/create_preview",
    accepts: "customer subscription subscription_details discounts preview_mode currency",
    run: preview,
  },
  { method: "GET", path: "/v1/invoices/{id}", accepts: "", run: ({ world, id }) => find(world, "invoice", id) },
  {
    method: "POST",
    path: "/v1/invoices/{id}",
    accepts: "metadata default_payment_method auto_advance description",
    run: update,
  },
  { method: "DELETE", path: "/v1/invoices/{id}", accepts: "", run: drop },
  { method: "GET", path: "/v1/invoices/{id}/lines", accepts: PAGE, run: lines },
  {
    method: "POST",
    path: "/v1/invoices/{id}/finalize",
    accepts: "auto_advance",
    run: ({ world, id }) => finalize(world, id),
  },
  {
    method: "POST",
    path: "/v1/invoices/{id}/pay",
    accepts: "payment_method off_session paid_out_of_band forgive",
    run: pay,
  },
  { method: "POST", path: "/v1/invoices/{id}/void", accepts: "", run: ({ world, id }) => voidInvoice(world, id) },
  {
    method: "POST",
    path: "/v1/invoices/{id}/mark_uncollectible",
    accepts: "",
    run: ({ world, id }) => giveUp(world, id),
  },
  { method: "GET", path: "/v1/invoice_payments", accepts: `invoice status payment ${PAGE}`, run: payments },
  {
    method: "GET",
    path: "/v1/invoice_payments/{id}",
    accepts: "",
    run: ({ world, id }) => find(world, "invoice_payment", id),
  },
  { method: "GET", path: "/v1/invoiceitems", accepts: `customer pending invoice ${PAGE}`, run: waiting },
  { method: "GET", path: "/v1/invoiceitems/{id}", accepts: "", run: ({ world, id }) => find(world, "invoiceitem", id) },
];
