// Owns checkout sessions as they are made and as they end unpaid.
// https://docs.stripe.com/api/checkout/sessions

import { whole } from "./amounts.ts";
import { invalid, missing } from "./errors.ts";
import { newId } from "./ids.ts";
import { moneyText, partsOf } from "./invoice-lines.ts";
import { DAY, HOUR, MINUTE } from "./months.ts";
import type { CheckoutMemory, CheckoutSession, Price } from "./objects.ts";
import { child, children, choice, flag, integer, metadata, need, type Params, text } from "./params.ts";
import { type Call, type Endpoint, PAGE, page, pageOf } from "./routes.ts";
import { recurringPrice } from "./subscription-items.ts";
import { announce, change, find, nowFor, realSeconds, type World } from "./world.ts";

function create({ world, params }: Call): object {
  const mode = choice(params, "mode", ["subscription", "setup", "payment"]);
  if (!mode) throw missing("mode");
  if (mode === "payment") throw invalid("Only the modes subscription and setup are simulated.", "mode");
  const customer = text(params, "customer") ?? null;
  if (customer) find(world, "customer", customer, "customer", "customer");
  const email = text(params, "customer_email") ?? null;
  if (customer && email)
    throw invalid("You may only specify one of these parameters: customer, customer_email.", "customer_email");
  // Sessions live in real time; what they begin lives in the customer's.
  const now = realSeconds(world);
  const items = mode === "subscription" ? readLineItems(world, params) : [];
  const data = readSubscriptionData(child(params, "subscription_data") ?? {}, nowFor(world, customer));
  const trial = data.trialEnd !== null || data.trialDays !== null;
  const subtotal = items.reduce(
    (sum, { price, quantity }) => sum + (quantity === null ? 0 : licence(price, quantity)),
    0,
  );
  const [discounts, off] = readDiscounts(world, params, trial ? 0 : subtotal);
  const promo = flag(params, "allow_promotion_codes") ?? null;
  if (promo && discounts)
    throw invalid("You may only specify one of these parameters: allow_promotion_codes, discounts.", "discounts");
  const taxIds = child(params, "tax_id_collection");
  const id = newId("cs_test", 58);
  const success = text(params, "success_url");
  if (!success) throw missing("success_url");
  const row: CheckoutSession = {
    ...emptySession(id, now),
    allow_promotion_codes: promo,
    amount_subtotal: mode === "setup" ? null : trial ? 0 : subtotal,
    amount_total: mode === "setup" ? null : trial ? 0 : subtotal - off,
    billing_address_collection: text(params, "billing_address_collection") ?? null,
    cancel_url: text(params, "cancel_url") ?? null,
    client_reference_id: text(params, "client_reference_id") ?? null,
    currency: items[0]?.price.currency ?? text(params, "currency") ?? null,
    customer,
    customer_creation: customer || mode === "subscription" ? (customer ? null : "always") : "if_required",
    customer_details: null,
    customer_email: email,
    discounts,
    expires_at: expiryOf(params, now),
    locale: text(params, "locale") ?? null,
    metadata: metadata(params),
    mode,
    payment_method_collection:
      mode === "setup" ? null : (choice(params, "payment_method_collection", ["always", "if_required"]) ?? "always"),
    submit_type: null,
    success_url: success,
    tax_id_collection: { enabled: (taxIds && flag(taxIds, "enabled")) ?? false, required: "never" },
    total_details: mode === "setup" ? null : { amount_discount: trial ? 0 : off, amount_shipping: 0, amount_tax: 0 },
    url: `${world.settings.publicUrl}/c/pay/${id}`,
  };
  world.store.put("checkout.session", row);
  const kept = items.map(({ price, quantity }) => ({ price: price.id, quantity }));
  world.store.put("checkout_memory", { id, items: kept, data, challenge: null });
  return row;
}

function expiryOf(params: Params, now: number): number {
  const wanted = integer(params, "expires_at");
  if (wanted === undefined) return now + DAY;
  if (wanted < now + 30 * MINUTE || wanted > now + 24 * HOUR + MINUTE)
    throw invalid(
      "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.",
      "expires_at",
    );
  return wanted;
}

/** The price of a quantity for one period. */
export const licence = (price: Price, quantity: number): number =>
  partsOf(price, whole(quantity)).reduce((sum, { amount, flat }) => sum + amount + flat, 0);

function readLineItems(world: World, params: Params): { price: Price; quantity: number | null }[] {
  const given = children(params, "line_items") ?? [];
  if (given.length === 0) throw missing("line_items");
  return given.map((one, index) => {
    const param = `line_items[${index}]`;
    const price = recurringPrice(world, need(one, "price"), `${param}[price]`);
    const quantity = integer(one, "quantity");
    if (price.recurring?.usage_type === "metered") {
      if (quantity !== undefined)
        throw invalid("Quantity should not be specified where usage_type is `metered`.", `${param}[quantity]`);
      return { price, quantity: null };
    }
    if (quantity === undefined)
      throw invalid(
        "Quantity is required. Add `quantity` to the line item.",
        `${param}[quantity]`,
        "parameter_missing",
      );
    return { price, quantity };
  });
}

function readSubscriptionData(params: Params, now: number): CheckoutMemory["data"] {
  const end = integer(params, "trial_end") ?? null;
  if (end !== null && end < now + 2 * DAY)
    throw invalid("The `trial_end` date has to be at least 2 days in the future.", "subscription_data[trial_end]");
  const settings = child(child(params, "trial_settings") ?? {}, "end_behavior") ?? {};
  return {
    metadata: metadata(params),
    trialEnd: end,
    trialDays: integer(params, "trial_period_days") ?? null,
    description: text(params, "description") ?? null,
    missingPaymentMethod:
      choice(settings, "missing_payment_method", ["cancel", "create_invoice", "pause"]) ?? "create_invoice",
  };
}

function readDiscounts(world: World, params: Params, subtotal: number): [CheckoutSession["discounts"], number] {
  const given = children(params, "discounts");
  if (!given || given.length === 0) return [null, 0];
  let left = subtotal;
  const rows = given.map((one) => {
    const code = text(one, "promotion_code");
    const promo = code ? find(world, "promotion_code", code, "promotion code", "discounts") : null;
    const coupon = promo?.promotion.coupon ?? need(one, "coupon");
    left -= couponOff(world, coupon, left);
    return { coupon, promotion_code: promo?.id ?? null };
  });
  return [rows, subtotal - left];
}

/** What a coupon takes off an amount. */
export function couponOff(world: World, id: string, amount: number): number {
  const coupon = find(world, "coupon", id, "coupon", "discounts");
  if (coupon.percent_off !== null) return Math.round((amount * coupon.percent_off) / 100);
  return Math.min(amount, coupon.amount_off ?? 0);
}

/** A session that nobody paid in time, or that was called off. */
export function expireCheckout(world: World, id: string): CheckoutSession {
  const row = find(world, "checkout.session", id, "checkout.session");
  if (row.status !== "open")
    throw invalid(
      'Only Checkout Sessions with a status in ["open"] can be expired.',
      undefined,
      "checkout_session_not_open",
    );
  const next = change(world, "checkout.session", row, { status: "expired", url: null });
  announce(world, "checkout.session.expired", next, realSeconds(world));
  return next;
}

/** What is bought, as the page and the API show it. */
export function lineItemsOf(world: World, id: string) {
  const memory = find(world, "checkout_memory", id, "checkout.session");
  return memory.items.map(({ price: priceId, quantity }, index) => {
    const price = find(world, "price", priceId, "price");
    const amount = quantity === null ? 0 : licence(price, quantity);
    return {
      id: `li_${id.slice(8, 20)}${index}`,
      object: "item" as const,
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency: price.currency,
      description: world.store.get("product", price.product)?.name ?? moneyText(String(amount), price.currency),
      price,
      quantity,
    };
  });
}

function list(call: Call): object {
  const [customer, subscription, status] = ["customer", "subscription", "status"].map((key) => text(call.params, key));
  const fits = (row: CheckoutSession) =>
    (!customer || row.customer === customer) &&
    (!subscription || row.subscription === subscription) &&
    (!status || row.status === status);
  return page(call, "checkout.session", "/v1/checkout/sessions", fits);
}

function emptySession(id: string, now: number): CheckoutSession {
  return {
    id,
    object: "checkout.session",
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: null,
    client_reference_id: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: now,
    currency: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: null,
    customer_account: null,
    customer_creation: null,
    customer_details: null,
    customer_email: null,
    discounts: null,
    expires_at: now + DAY,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: null,
    managed_payments: null,
    metadata: {},
    mode: "subscription",
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    payment_method_types: ["card"],
    payment_status: "unpaid",
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: null,
    subscription: null,
    success_url: null,
    total_details: null,
    ui_mode: "hosted_page",
    url: null,
    wallet_options: null,
  };
}

const FIELDS =
  "mode customer customer_email customer_creation customer_update client_reference_id line_items subscription_data setup_intent_data " +
  "allow_promotion_codes discounts tax_id_collection billing_address_collection success_url cancel_url metadata expires_at locale currency " +
  "payment_method_types payment_method_collection automatic_tax ui_mode";

export const checkoutEndpoints: Endpoint[] = [
  { method: "POST", path: "/v1/checkout/sessions", accepts: FIELDS, run: create },
  { method: "GET", path: "/v1/checkout/sessions", accepts: `customer subscription status ${PAGE}`, run: list },
  {
    method: "GET",
    path: "/v1/checkout/sessions/{id}",
    accepts: "",
    run: ({ world, id }) => find(world, "checkout.session", id, "checkout.session"),
  },
  {
    method: "POST",
    path: "/v1/checkout/sessions/{id}/expire",
    accepts: "",
    run: ({ world, id }) => expireCheckout(world, id),
  },
  {
    method: "GET",
    path: "/v1/checkout/sessions/{id}/line_items",
    accepts: PAGE,
    run: ({ world, id, params }) => pageOf(lineItemsOf(world, id), params, `/v1/checkout/sessions/${id}/line_items`),
  },
];
