// Owns the beginning of a subscription: trial or first invoice, and what a failed first payment means.
// https://docs.stripe.com/billing/subscriptions/overview
import { redeemAll } from "./coupons.ts";
import { declined, invalid } from "./errors.ts";
import type { FormObject } from "./form.ts";
import { newId } from "./ids.ts";
import { draftInvoice } from "./invoice-draft.ts";
import { cardFor, collect, finalize, type PayOutcome } from "./invoice-lifecycle.ts";
import { isMetered, licenceLines, trialLine } from "./invoice-lines.ts";
import { boundary, DAY, nextBoundary } from "./months.ts";
import type { Subscription } from "./objects.ts";
import { checkTogether, type ItemInput, itemList, newItem } from "./subscription-items.ts";
import { updateSubscription } from "./subscription-status.ts";
import { announce, change, find, nowFor, type World } from "./world.ts";

export type PaymentBehavior =
  | "allow_incomplete"
  | "default_incomplete"
  | "error_if_incomplete"
  | "pending_if_incomplete";

export interface NewSubscription {
  customer: string;
  items: ItemInput[];
  /** Unix seconds; null is no trial. */
  trialEnd: number | null;
  /** The first full period begins then. */
  anchor: number | null;
  behavior: PaymentBehavior;
  card: string | null;
  /** `discounts[]` as in the request. */
  discounts: FormObject;
  checkoutSession: string | null;
  /** The holder is there and has answered a challenge. */
  passed: boolean;
  fields: Partial<Subscription>;
}

export function createSubscription(world: World, wanted: NewSubscription): Subscription {
  const customer = find(world, "customer", wanted.customer, "customer", "customer");
  const at = nowFor(world, customer.id);
  if (wanted.trialEnd !== null && wanted.trialEnd <= at)
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end");
  const id = newId("sub");
  const preliminary = { start: at, end: at };
  const drafts = wanted.items.map((input, index) => newItem(world, id, input, preliminary, at, `items[${index}]`));
  checkTogether(drafts);
  const recurring = drafts[0]?.price.recurring;
  if (!recurring) throw invalid("A subscription must have at least one active item.", "items");
  const anchor = wanted.trialEnd ?? wanted.anchor ?? at;
  const later =
    wanted.trialEnd ??
    (wanted.anchor !== null && wanted.anchor > at
      ? nextBoundary(wanted.anchor, recurring.interval, recurring.interval_count, at)
      : null);
  const end = later ?? boundary(anchor, recurring.interval, recurring.interval_count, 1);
  const items = drafts.map((item) => ({ ...item, current_period_end: end }));
  const discounts = redeemAll(world, wanted.discounts, {
    customer: customer.id,
    subscription: id,
    checkoutSession: wanted.checkoutSession,
    at,
  });
  const row: Subscription = {
    ...emptySubscription(id, customer.id, at),
    billing_cycle_anchor: anchor,
    currency: drafts[0]?.price.currency ?? "usd",
    default_payment_method: wanted.card,
    discounts,
    items: itemList(id, items),
    status: wanted.trialEnd === null ? "incomplete" : "trialing",
    test_clock: customer.test_clock ?? null,
    trial_start: wanted.trialEnd === null ? null : at,
    trial_end: wanted.trialEnd,
    ...wanted.fields,
  };
  world.store.put("subscription", row);
  announce(world, "customer.subscription.created", row, at);
  const outcome = firstInvoice(world, row, wanted, at);
  const made = find(world, "subscription", id);
  if (wanted.behavior === "error_if_incomplete" && outcome?.kind === "declined")
    throw declined(outcome.decline, { charge: outcome.charge }, true);
  if (wanted.behavior === "error_if_incomplete" && outcome?.kind === "requires_action")
    throw declined({
      code: "subscription_payment_intent_requires_action",
      message: "Payment for this subscription requires additional user action before it can be completed successfully.",
    });
  return made;
}

function firstInvoice(world: World, row: Subscription, wanted: NewSubscription, at: number): PayOutcome | null {
  const period = { start: at, end: row.items.data[0]?.current_period_end ?? at };
  const licences = row.items.data.filter((item) => !isMetered(item));
  const whole = wanted.trialEnd === null && wanted.anchor === null;
  const lines =
    wanted.trialEnd !== null
      ? licences.map((item) => trialLine(world, item, period))
      : whole
        ? licences.flatMap((item) => licenceLines(world, item, period))
        : [];
  if (lines.length === 0) {
    return becomeActive(world, row.id);
  }
  const draft = draftInvoice(world, {
    subscription: row,
    lines,
    reason: "subscription_create",
    at,
    period,
    finalizesAt: null,
    withPending: false,
  });
  const latest = updateSubscription(world, row.id, { latest_invoice: draft.id });
  change(world, "invoice", draft, { auto_advance: true });
  const invoice = finalize(world, draft.id);
  if (invoice.status === "paid") return becomeActive(world, latest.id);
  if (wanted.behavior === "default_incomplete") return null;
  if (!cardFor(world, invoice))
    throw invalid(
      "This customer has no attached payment source or default payment method. Please consider adding a default payment method.",
      undefined,
      "resource_missing",
    );
  return collect(world, invoice.id, { by: "call", passed: wanted.passed });
}

/** The first invoice needed no payment. */
function becomeActive(world: World, id: string): null {
  const row = find(world, "subscription", id);
  if (row.status === "incomplete") updateSubscription(world, id, { status: "active" });
  return null;
}

export function emptySubscription(id: string, customer: string, at: number): Subscription {
  return {
    id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: at,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: "included" }, type: "flexible" },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: "charge_automatically",
    created: at,
    currency: "usd",
    customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: "self" },
    },
    items: itemList(id, []),
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: "off" },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: at,
    status: "incomplete",
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: "create_invoice" } },
    trial_start: null,
  };
}

/** @param days from the request's trial_period_days */
export const trialEndIn = (at: number, days: number): number => at + days * DAY;
