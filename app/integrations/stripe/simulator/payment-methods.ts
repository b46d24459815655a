// Owns payment methods: cards from numbers and test tokens, saved to customers, and what charging them would do.
// https://docs.stripe.com/api/payment_methods
import { createHash } from "node:crypto";
import { type CardRule, cardRule, testToken } from "./cards.ts";
import { declined, invalid, missing, noSuch } from "./errors.ts";
import { newId } from "./ids.ts";
import type { PaymentMethod } from "./objects.ts";
import { child, integer, metadata, need, type Params, text } from "./params.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { announce, change, find, nowFor, realSeconds, type World } from "./world.ts";

export interface CardInput {
  /** Digits; blanks are ignored. */
  number: string;
  /** 1 to 12. */
  expMonth: number;
  /** Four digits. */
  expYear: number;
  cvc: string;
  name?: string;
  email?: string;
  country?: string;
  postalCode?: string;
}

const NOT_A_TEST_CARD = {
  code: "incorrect_number",
  message: "Your card number is incorrect. Only test cards are accepted here, such as 4242 4242 4242 4242.",
};

/** A card that belongs to nobody yet. Throws a card_error when the card can't be a card. */
export function createCard(
  world: World,
  card: CardInput,
  details: Partial<PaymentMethod["billing_details"]> = {},
): PaymentMethod {
  const number = card.number.replace(/\D/g, "");
  const rule = cardRule(number);
  if (!rule) throw declined(NOT_A_TEST_CARD, { param: "number" });
  const today = world.realNow();
  const expires = Date.UTC(card.expYear, card.expMonth, 1);
  if (card.expMonth < 1 || card.expMonth > 12)
    throw declined(
      { code: "invalid_expiry_month", message: "Your card's expiration month is invalid." },
      { param: "exp_month" },
    );
  if (expires <= today.getTime())
    throw declined(
      { code: "invalid_expiry_year", message: "Your card's expiration year is in the past." },
      { param: "exp_year" },
    );
  if (!/^\d{3,4}$/.test(card.cvc))
    throw declined({ code: "invalid_cvc", message: "Your card's security code is invalid." }, { param: "cvc" });
  const address = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  const row: PaymentMethod = {
    id: newId("pm"),
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: {
      address: { ...address, country: card.country ?? null, postal_code: card.postalCode ?? null },
      email: card.email ?? null,
      name: card.name ?? null,
      phone: null,
      tax_id: null,
      ...details,
    },
    card: {
      brand: rule.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
      country: "US",
      display_brand: rule.brand,
      exp_month: card.expMonth,
      exp_year: card.expYear,
      fingerprint: createHash("sha256").update(number).digest("base64url").replace(/\W/g, "").slice(0, 16),
      funding: "credit",
      generated_from: null,
      last4: number.slice(-4),
      networks: { available: [rule.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: realSeconds(world),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: "card",
  };
  world.store.put("payment_method", row);
  world.store.put("card_secret", { id: row.id, number, authenticated: false });
  return row;
}

/** An id or a test token, which makes a new card. */
export function resolveCard(world: World, id: string, param = "payment_method"): PaymentMethod {
  const number = testToken(id);
  if (!number) return find(world, "payment_method", id, "PaymentMethod", param);
  return createCard(world, { number, expMonth: 12, expYear: world.realNow().getUTCFullYear() + 2, cvc: "314" });
}

export function ruleOf(world: World, paymentMethod: string): CardRule & { authenticated: boolean } {
  const secret = world.store.get("card_secret", paymentMethod);
  return { brand: "visa", ...(secret && cardRule(secret.number)), authenticated: secret?.authenticated ?? false };
}

/** Remembers that the holder passed a challenge. */
export function markAuthenticated(world: World, paymentMethod: string): void {
  const secret = world.store.get("card_secret", paymentMethod);
  if (secret) world.store.put("card_secret", { ...secret, authenticated: true });
}

/** Saves a card to a customer; the card may refuse. */
export function attach(world: World, card: PaymentMethod, customer: string): PaymentMethod {
  if (card.customer === customer) return card;
  if (card.customer !== null)
    throw invalid("The payment method you provided has already been attached to a customer.", "payment_method");
  const { onSave } = ruleOf(world, card.id);
  if (onSave) throw declined(onSave);
  const saved = change(world, "payment_method", card, { customer });
  announce(world, "payment_method.attached", saved, nowFor(world, customer));
  return saved;
}

function create({ world, params }: Call): object {
  if (need(params, "type") !== "card") throw invalid("Only the type card is simulated.", "type");
  const details = billingDetails(params);
  const card = child(params, "card") ?? {};
  const token = text(card, "token");
  if (token) {
    const number = testToken(token);
    if (!number) throw noSuch("token", token, "card[token]", 400);
    const made = createCard(
      world,
      { number, expMonth: 12, expYear: world.realNow().getUTCFullYear() + 2, cvc: "314" },
      details,
    );
    return change(world, "payment_method", made, { metadata: metadata(params) });
  }
  const [expMonth, expYear] = [integer(card, "exp_month"), integer(card, "exp_year")];
  if (expMonth === undefined || expYear === undefined) throw missing("card[exp_month]");
  const made = createCard(
    world,
    { number: need(card, "number"), expMonth, expYear, cvc: text(card, "cvc") ?? "314" },
    details,
  );
  return change(world, "payment_method", made, { metadata: metadata(params) });
}

function billingDetails(params: Params): Partial<PaymentMethod["billing_details"]> {
  const given = child(params, "billing_details");
  if (!given) return {};
  return {
    email: text(given, "email") ?? null,
    name: text(given, "name") ?? null,
    phone: text(given, "phone") ?? null,
  };
}

function update({ world, id, params }: Call): object {
  const row = find(world, "payment_method", id, "PaymentMethod");
  const billing = child(params, "billing_details")
    ? { ...row.billing_details, ...billingDetails(params) }
    : row.billing_details;
  const patch = { metadata: metadata(params, row.metadata ?? {}), billing_details: billing };
  return change(world, "payment_method", row, patch, {
    type: "payment_method.updated",
    at: nowFor(world, row.customer),
  });
}

function attachCall({ world, id, params }: Call): object {
  const customer = find(world, "customer", need(params, "customer"), "customer", "customer");
  return attach(world, resolveCard(world, id), customer.id);
}

function detach({ world, id }: Call): object {
  const row = find(world, "payment_method", id, "PaymentMethod");
  if (row.customer === null)
    throw invalid("The payment method you provided is not attached to a customer so detachment is impossible.");
  const at = nowFor(world, row.customer);
  const owner = world.store.get("customer", row.customer);
  if (owner?.invoice_settings.default_payment_method === id)
    change(
      world,
      "customer",
      owner,
      { invoice_settings: { ...owner.invoice_settings, default_payment_method: null } },
      { type: "customer.updated", at },
    );
  for (const subscription of world.store.all("subscription"))
    if (subscription.default_payment_method === id)
      change(
        world,
        "subscription",
        subscription,
        { default_payment_method: null },
        { type: "customer.subscription.updated", at },
      );
  const free = change(world, "payment_method", row, { customer: null });
  announce(world, "payment_method.detached", free, at, { customer: row.customer });
  return free;
}

function list(call: Call, customer: string | undefined): object {
  const type = text(call.params, "type");
  const url = "/v1/payment_methods";
  return page(
    call,
    "payment_method",
    url,
    (row) => row.customer === (customer ?? null) && (!type || row.type === type),
  );
}

export const paymentMethodEndpoints: Endpoint[] = [
  {
    method: "POST",
    path: "/v1/payment_methods",
    accepts: "type card billing_details metadata allow_redisplay",
    run: create,
  },
  {
    method: "GET",
    path: "/v1/payment_methods",
    accepts: `customer type ${PAGE}`,
    run: (call) => list(call, need(call.params, "customer")),
  },
  {
    method: "GET",
    path: "/v1/payment_methods/{id}",
    accepts: "",
    run: ({ world, id }) => find(world, "payment_method", id, "PaymentMethod"),
  },
  {
    method: "POST",
    path: "/v1/payment_methods/{id}",
    accepts: "billing_details metadata allow_redisplay card",
    run: update,
  },
  { method: "POST", path: "/v1/payment_methods/{id}/attach", accepts: "customer", run: attachCall },
  { method: "POST", path: "/v1/payment_methods/{id}/detach", accepts: "", run: detach },
  {
    method: "GET",
    path: "/v1/customers/{id}/payment_methods",
    accepts: `type ${PAGE}`,
    run: (call) => list(call, find(call.world, "customer", call.id).id),
  },
  {
    method: "GET",
    path: "/v1/customers/{id}/payment_methods/{sub}",
    accepts: "",
    run: ({ world, id, sub }) => {
      const row = find(world, "payment_method", sub, "PaymentMethod");
      if (row.customer !== id) throw noSuch("PaymentMethod", sub);
      return row;
    },
  },
];
