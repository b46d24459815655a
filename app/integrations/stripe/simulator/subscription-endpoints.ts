// Owns the subscription endpoints: reading what is wanted, and which rules apply to it.
// https://docs.stripe.com/api/subscriptions
import { redeemAll } from "./coupons.ts";
import { declined, invalid, missing } from "./errors.ts";
import { collect } from "./invoice-lifecycle.ts";
import type { Subscription } from "./objects.ts";
import { child, choice, flag, given, integer, metadata, need, type Params, text } from "./params.ts";
import { type Call, type Endpoint, PAGE, page, pageOf } from "./routes.ts";
import { cancelNow } from "./subscription-cancel.ts";
import { changePlan, type PlanChange, periodOf } from "./subscription-change.ts";
import { createSubscription, type PaymentBehavior, trialEndIn } from "./subscription-create.ts";
import { readItems } from "./subscription-items.ts";
import { memoryOf } from "./subscription-memory.ts";
import { resume } from "./subscription-renewal.ts";
import { isOver, updateSubscription } from "./subscription-status.ts";
import { find, nowFor, type World } from "./world.ts";

const BEHAVIORS = ["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"] as const;
const PRORATIONS = ["always_invoice", "create_prorations", "none"] as const;

function trialEndOf(params: Params, at: number): number | null {
  const end = text(params, "trial_end");
  if (end === "now") return null;
  const days = integer(params, "trial_period_days");
  if (end !== undefined) return integer(params, "trial_end") ?? null;
  return days ? trialEndIn(at, days) : null;
}

/** A card that belongs to the customer. */
export function cardOf(world: World, params: Params, customer: string): string | null | undefined {
  if (!given(params, "default_payment_method")) return undefined;
  const id = text(params, "default_payment_method");
  if (!id) return null;
  const card = find(world, "payment_method", id, "PaymentMethod", "default_payment_method");
  if (card.customer !== customer)
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
      "default_payment_method",
      "resource_missing",
    );
  return id;
}

function fieldsOf(params: Params, before?: Subscription): Partial<Subscription> {
  const fields: Partial<Subscription> = { metadata: metadata(params, before?.metadata) };
  if (given(params, "description")) fields.description = text(params, "description") ?? null;
  const settings = child(params, "trial_settings");
  if (settings) {
    const end = child(settings, "end_behavior") ?? {};
    const behavior = choice(end, "missing_payment_method", ["cancel", "create_invoice", "pause"]) ?? "create_invoice";
    fields.trial_settings = { end_behavior: { billing_cycle_anchor: null, missing_payment_method: behavior } };
  }
  const payment = child(params, "payment_settings");
  if (payment)
    fields.payment_settings = {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: choice(payment, "save_default_payment_method", ["off", "on_subscription"]) ?? "off",
    };
  return fields;
}

function create({ world, params }: Call): object {
  const customer = find(world, "customer", need(params, "customer"), "customer", "customer").id;
  const items = readItems(params);
  if (!items || items.length === 0) throw missing("items");
  const at = nowFor(world, customer);
  const behavior: PaymentBehavior = choice(params, "payment_behavior", BEHAVIORS) ?? "allow_incomplete";
  const made = createSubscription(world, {
    customer,
    items,
    trialEnd: trialEndOf(params, at),
    anchor: integer(params, "billing_cycle_anchor") ?? null,
    behavior,
    card: cardOf(world, params, customer) ?? null,
    discounts: params,
    checkoutSession: null,
    passed: false,
    fields: { ...fieldsOf(params), ...cancelFields(params, at) },
  });
  if (!flag(params, "cancel_at_period_end")) return made;
  return updateSubscription(world, made.id, {
    cancel_at_period_end: true,
    cancel_at: periodOf(made).end,
    canceled_at: at,
  });
}

function cancelTime(params: Params, row: Subscription | undefined): number | null {
  const word = text(params, "cancel_at");
  if (row && (word === "min_period_end" || word === "max_period_end")) return periodOf(row).end;
  return integer(params, "cancel_at") ?? null;
}

function cancelFields(params: Params, at: number, row?: Subscription): Partial<Subscription> {
  const fields: Partial<Subscription> = {};
  const atEnd = flag(params, "cancel_at_period_end");
  if (row && atEnd === true)
    Object.assign(fields, { cancel_at_period_end: true, cancel_at: periodOf(row).end, canceled_at: at });
  if (row && atEnd === false)
    Object.assign(fields, { cancel_at_period_end: false, cancel_at: null, canceled_at: null });
  const date = given(params, "cancel_at") ? cancelTime(params, row) : undefined;
  if (date === null) Object.assign(fields, { cancel_at: null, canceled_at: null, cancel_at_period_end: false });
  else if (date !== undefined) Object.assign(fields, { cancel_at: date, canceled_at: at, cancel_at_period_end: false });
  const details = child(params, "cancellation_details");
  if (details || atEnd === true || date)
    fields.cancellation_details = {
      comment: (details && text(details, "comment")) ?? null,
      feedback: (details && text(details, "feedback")) ?? null,
      feedback_option: null,
      reason: "cancellation_requested",
    };
  if (atEnd === false && row)
    fields.cancellation_details = { comment: null, feedback: null, feedback_option: null, reason: null };
  return fields;
}

/** Stripe takes nothing else together with pending_if_incomplete. */
const PENDING_MAY = [
  "payment_behavior",
  "proration_behavior",
  "proration_date",
  "items",
  "trial_end",
  "billing_cycle_anchor",
  "expand",
  "cancel_at_period_end",
];

/** An object since version 2026-09-30.endive; a plain word before. */
function anchorOf(params: Params): "now" | "unchanged" | undefined {
  const given = params.billing_cycle_anchor;
  const inside = typeof given === "object" && !Array.isArray(given) ? given : { type: given ?? "" };
  return choice(inside, "type", ["now", "unchanged"]);
}

/** What a request changes about a plan; null when it leaves items, trial and anchor alone. */
export function readPlanChange(world: World, row: Subscription, params: Params): PlanChange | null {
  const items = readItems(params);
  const trial = text(params, "trial_end");
  const anchor = anchorOf(params);
  const later = trial !== undefined && trial !== "now" ? integer(params, "trial_end") : undefined;
  if (items === undefined && trial === undefined && anchor !== "now") return null;
  const now = nowFor(world, row.customer);
  if (later !== undefined && later <= now) throw invalid("Invalid timestamp: must be in the future.", "trial_end");
  const behavior = choice(params, "payment_behavior", BEHAVIORS) ?? "allow_incomplete";
  const forbidden = Object.keys(params).find((key) => !PENDING_MAY.includes(key));
  if (behavior === "pending_if_incomplete" && forbidden)
    throw invalid(`You cannot set ${forbidden} when payment_behavior is pending_if_incomplete.`, forbidden);
  return {
    items: items ?? [],
    proration: choice(params, "proration_behavior", PRORATIONS) ?? "create_prorations",
    prorationDate: integer(params, "proration_date") ?? null,
    behavior,
    restart: anchor === "now" || (trial === "now" && row.status === "trialing"),
    patch: {},
  };
}

function update({ world, id, params }: Call): object {
  const row = find(world, "subscription", id);
  const keys = Object.keys(params).filter((key) => key !== "expand");
  if (isOver(row)) {
    if (keys.some((key) => key !== "metadata" && key !== "cancellation_details"))
      throw invalid("A canceled subscription can only update its cancellation_details and metadata.");
    return updateSubscription(world, id, { metadata: metadata(params, row.metadata) });
  }
  const now = nowFor(world, row.customer);
  const card = cardOf(world, params, row.customer);
  const fields = {
    ...fieldsOf(params, row),
    ...cancelFields(params, now, row),
    ...(card !== undefined && { default_payment_method: card }),
  };
  const plan = readPlanChange(world, row, params);
  if (plan && row.schedule)
    throw invalid(
      `The subscription is managed by the subscription schedule \`${row.schedule}\`, and updating any of its items directly is not allowed. Release the schedule first, or update it.`,
    );
  if (given(params, "discounts")) {
    const to = { customer: row.customer, subscription: id, checkoutSession: null, at: now };
    fields.discounts = redeemAll(world, params, to);
  }
  const later = text(params, "trial_end") === "now" ? undefined : integer(params, "trial_end");
  if (later !== undefined) Object.assign(fields, prolongTrial(row, later));
  if (Object.keys(fields).length > 0) updateSubscription(world, id, fields);
  if (plan && later === undefined) changePlan(world, id, plan);
  return find(world, "subscription", id);
}

/** A trial that ends later moves the period's end and the anchor with it. */
function prolongTrial(row: Subscription, end: number): Partial<Subscription> {
  const data = row.items.data.map((item) => ({ ...item, current_period_end: end }));
  return {
    trial_end: end,
    status: "trialing",
    billing_cycle_anchor: end,
    trial_start: row.trial_start ?? row.start_date,
    items: { ...row.items, data },
  };
}

function list(call: Call): object {
  const { params } = call;
  const [customer, status, price, clock] = ["customer", "status", "price", "test_clock"].map((key) =>
    text(params, key),
  );
  const fits = (row: Subscription) =>
    (!customer || row.customer === customer) &&
    (!price || row.items.data.some((item) => item.price.id === price)) &&
    (!clock || row.test_clock === clock) &&
    (status === "all" ||
      (status === "ended" ? isOver(row) : status ? row.status === status : row.status !== "canceled"));
  return page(call, "subscription", "/v1/subscriptions", fits);
}

function resumeCall({ world, id, params }: Call): object {
  const row = find(world, "subscription", id);
  if (row.status !== "paused") throw invalid("Only paused subscriptions can be resumed.");
  const { invoice, payable } = resume(world, row);
  const outcome = payable ? collect(world, invoice.id, { by: "call" }) : null;
  if (outcome?.kind === "declined" && text(params, "payment_behavior") === "error_if_incomplete")
    throw declined(outcome.decline);
  return find(world, "subscription", id);
}

function listItems({ world, params }: Call): object {
  const row = find(world, "subscription", need(params, "subscription"), "subscription", "subscription");
  return pageOf(row.items.data, params, "/v1/subscription_items");
}

const FIELDS =
  "items default_payment_method metadata description discounts cancel_at_period_end cancel_at cancellation_details collection_method " +
  "proration_behavior payment_behavior payment_settings trial_end trial_settings billing_cycle_anchor off_session automatic_tax";

export const subscriptionEndpoints: Endpoint[] = [
  {
    method: "POST",
    path: "/v1/subscriptions",
    accepts: `${FIELDS} customer currency trial_period_days billing_mode`,
    run: create,
  },
  {
    method: "GET",
    path: "/v1/subscriptions",
    accepts: `customer status price test_clock collection_method ${PAGE}`,
    run: list,
  },
  {
    method: "GET",
    path: "/v1/subscriptions/{id}",
    accepts: "",
    run: ({ world, id }) => find(world, "subscription", id),
  },
  { method: "POST", path: "/v1/subscriptions/{id}", accepts: `${FIELDS} proration_date`, run: update },
  {
    method: "DELETE",
    path: "/v1/subscriptions/{id}",
    accepts: "cancellation_details invoice_now prorate",
    run: ({ world, id, params }) => cancelNow(world, id, params),
  },
  {
    method: "POST",
    path: "/v1/subscriptions/{id}/resume",
    accepts: "billing_cycle_anchor payment_behavior proration_behavior proration_date",
    run: resumeCall,
  },
  { method: "GET", path: "/v1/subscription_items", accepts: `subscription ${PAGE}`, run: listItems },
  {
    method: "GET",
    path: "/_simulator/subscriptions/{id}/memory",
    accepts: "",
    run: ({ world, id }) => memoryOf(world, id),
  },
];
