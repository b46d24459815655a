// Owns coupons, promotion codes, and the discounts that come of redeeming them.
// https://docs.stripe.com/billing/subscriptions/coupons
import { invalid, missing, noSuch } from "./errors.ts";
import { newId, randomLetters } from "./ids.ts";
import { addMonths } from "./months.ts";
import type { Coupon, Discount, PromotionCode } from "./objects.ts";
import { amount, child, children, choice, flag, given, integer, metadata, need, type Params, text } from "./params.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { announce, change, find, realSeconds, type World } from "./world.ts";

function createCoupon({ world, params }: Call): object {
  const percent = text(params, "percent_off");
  const off = amount(params, "amount_off");
  if ((percent === undefined) === (off === undefined))
    throw invalid("Must provide exactly one of percent_off or amount_off.");
  if (percent !== undefined && !(Number(percent) > 0 && Number(percent) <= 100))
    throw invalid("percent_off must be greater than 0 and at most 100.", "percent_off");
  if (off !== undefined && !text(params, "currency")) throw missing("currency");
  const id = text(params, "id") ?? randomLetters(8);
  if (world.store.get("coupon", id)) throw invalid("Coupon already exists.", "id", "resource_already_exists");
  const duration = choice(params, "duration", ["forever", "once", "repeating"]) ?? "once";
  const months = integer(params, "duration_in_months");
  if ((duration === "repeating") !== (months !== undefined))
    throw invalid("duration_in_months goes with the duration repeating.", "duration_in_months");
  const row: Coupon = {
    id,
    object: "coupon",
    amount_off: off ?? null,
    created: realSeconds(world),
    currency: text(params, "currency")?.toLowerCase() ?? null,
    duration,
    duration_in_months: months ?? null,
    livemode: false,
    max_redemptions: integer(params, "max_redemptions") ?? null,
    metadata: metadata(params),
    name: text(params, "name") ?? null,
    percent_off: percent === undefined ? null : Number(percent),
    redeem_by: integer(params, "redeem_by") ?? null,
    times_redeemed: 0,
    valid: true,
  };
  world.store.put("coupon", row);
  announce(world, "coupon.created", row, row.created);
  return row;
}

function createPromotionCode({ world, params }: Call): object {
  const promotion = child(params, "promotion") ?? {};
  const coupon = find(world, "coupon", need(promotion, "coupon"), "coupon", "promotion[coupon]");
  const code = text(params, "code") ?? randomLetters(8).toUpperCase();
  const same = (row: PromotionCode) => row.active && row.code.toLowerCase() === code.toLowerCase();
  if (world.store.all("promotion_code").some(same))
    throw invalid("An active promotion code with this code already exists.", "code", "resource_already_exists");
  const restrictions = child(params, "restrictions") ?? {};
  const row: PromotionCode = {
    id: newId("promo"),
    object: "promotion_code",
    active: flag(params, "active") ?? true,
    code,
    created: realSeconds(world),
    customer: text(params, "customer") ?? null,
    customer_account: null,
    expires_at: integer(params, "expires_at") ?? null,
    livemode: false,
    max_redemptions: integer(params, "max_redemptions") ?? null,
    metadata: metadata(params),
    promotion: { coupon: coupon.id, type: "coupon" },
    restrictions: {
      first_time_transaction: flag(restrictions, "first_time_transaction") ?? false,
      minimum_amount: amount(restrictions, "minimum_amount") ?? null,
      minimum_amount_currency: text(restrictions, "minimum_amount_currency") ?? null,
    },
    times_redeemed: 0,
  };
  world.store.put("promotion_code", row);
  announce(world, "promotion_code.created", row, row.created);
  return row;
}

/** What a customer types; throws when the code can't be redeemed by it now. @param subtotal in the smallest unit */
export function findPromotionCode(
  world: World,
  code: string,
  customer: string | null,
  subtotal: number,
  at: number,
): PromotionCode {
  const row = world.store
    .all("promotion_code")
    .find((one) => one.active && one.code.toLowerCase() === code.trim().toLowerCase());
  if (!row) throw invalid(`This code is invalid: ${code}`, "promotion_code", "promotion_code_invalid");
  checkPromotionCode(world, row, customer, subtotal, at);
  return row;
}

function checkPromotionCode(
  world: World,
  row: PromotionCode,
  customer: string | null,
  subtotal: number,
  at: number,
): void {
  const refuse = (why: string) => invalid(why, "promotion_code", "promotion_code_invalid");
  if (!row.active) throw refuse("This promotion code is not active.");
  if (row.expires_at !== null && row.expires_at <= at) throw refuse("This promotion code has expired.");
  if (row.max_redemptions !== null && row.times_redeemed >= row.max_redemptions)
    throw refuse("This promotion code has been redeemed as often as it may.");
  if (row.customer !== null && row.customer !== customer)
    throw refuse("This promotion code belongs to another customer.");
  const { first_time_transaction, minimum_amount } = row.restrictions;
  if (minimum_amount !== null && subtotal < minimum_amount)
    throw refuse("The amount is too small for this promotion code.");
  const paidBefore = world.store
    .all("invoice")
    .some((one) => one.customer === customer && one.status === "paid" && one.total > 0);
  if (first_time_transaction && paidBefore) throw refuse("This promotion code is for first-time customers only.");
  checkCoupon(find(world, "coupon", row.promotion.coupon ?? "", "coupon"), at);
}

function checkCoupon(coupon: Coupon, at: number): void {
  const spent = coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions;
  if (!coupon.valid || spent || (coupon.redeem_by !== null && coupon.redeem_by <= at))
    throw invalid(`Coupon ${coupon.id} is used up or expired and cannot be applied.`, "coupon", "coupon_expired");
}

export interface Redemption {
  coupon: string;
  promotionCode: string | null;
  customer: string;
  subscription: string | null;
  checkoutSession: string | null;
  at: number;
}

export function redeem(world: World, to: Redemption): Discount {
  const coupon = find(world, "coupon", to.coupon, "coupon", "coupon");
  checkCoupon(coupon, to.at);
  const row: Discount = {
    id: newId("di"),
    object: "discount",
    checkout_session: to.checkoutSession,
    customer: to.customer,
    customer_account: null,
    end: coupon.duration === "repeating" ? addMonths(to.at, coupon.duration_in_months ?? 1) : null,
    invoice: null,
    invoice_item: null,
    promotion_code: to.promotionCode,
    source: { coupon: coupon.id, type: "coupon" },
    start: to.at,
    subscription: to.subscription,
    subscription_item: null,
  };
  world.store.put("discount", row);
  change(world, "coupon", coupon, { times_redeemed: coupon.times_redeemed + 1 });
  const code = to.promotionCode ? world.store.get("promotion_code", to.promotionCode) : undefined;
  if (code) change(world, "promotion_code", code, { times_redeemed: code.times_redeemed + 1 });
  announce(world, "customer.discount.created", row, to.at);
  return row;
}

/** Reads `discounts[]`: coupons and promotion codes are redeemed, discounts that are there already stay. */
export function redeemAll(world: World, params: Params, to: Omit<Redemption, "coupon" | "promotionCode">): string[] {
  return (children(params, "discounts") ?? []).map((one) => {
    const [kept, code] = [text(one, "discount"), text(one, "promotion_code")];
    if (kept) return find(world, "discount", kept, "discount", "discounts").id;
    if (!code) return redeem(world, { ...to, coupon: need(one, "coupon"), promotionCode: null }).id;
    const row = find(world, "promotion_code", code, "promotion code", "discounts");
    checkPromotionCode(world, row, to.customer, Number.MAX_SAFE_INTEGER, to.at);
    return redeem(world, { ...to, coupon: row.promotion.coupon ?? "", promotionCode: row.id }).id;
  });
}

function deleteCoupon({ world, id }: Call): object {
  const row = find(world, "coupon", id);
  change(world, "coupon", row, { valid: false });
  world.store.drop("coupon", id);
  announce(world, "coupon.deleted", row, realSeconds(world));
  return { id, object: "coupon", deleted: true };
}

function updatePromotionCode({ world, id, params }: Call): object {
  const row = find(world, "promotion_code", id, "promotion code");
  const active = given(params, "active") ? (flag(params, "active") ?? true) : row.active;
  const patch = { active, metadata: metadata(params, row.metadata ?? {}) };
  return change(world, "promotion_code", row, patch, { type: "promotion_code.updated", at: realSeconds(world) });
}

function updateCoupon({ world, id, params }: Call): object {
  const row = find(world, "coupon", id);
  const name = given(params, "name") ? (text(params, "name") ?? null) : row.name;
  const patch = { name, metadata: metadata(params, row.metadata ?? {}) };
  return change(world, "coupon", row, patch, { type: "coupon.updated", at: realSeconds(world) });
}

function listPromotionCodes(call: Call): object {
  const [code, active] = [text(call.params, "code"), flag(call.params, "active")];
  const [coupon, customer] = [text(call.params, "coupon"), text(call.params, "customer")];
  return page(
    call,
    "promotion_code",
    "/v1/promotion_codes",
    (row) =>
      (!code || row.code.toLowerCase() === code.toLowerCase()) &&
      (active === undefined || row.active === active) &&
      (!coupon || row.promotion.coupon === coupon) &&
      (!customer || row.customer === customer),
  );
}

const COUPON_FIELDS =
  "amount_off currency duration duration_in_months id max_redemptions metadata name percent_off redeem_by";

export const couponEndpoints: Endpoint[] = [
  { method: "POST", path: "/v1/coupons", accepts: COUPON_FIELDS, run: createCoupon },
  { method: "GET", path: "/v1/coupons", accepts: PAGE, run: (call) => page(call, "coupon", "/v1/coupons", () => true) },
  { method: "GET", path: "/v1/coupons/{id}", accepts: "", run: ({ world, id }) => find(world, "coupon", id) },
  { method: "POST", path: "/v1/coupons/{id}", accepts: "metadata name", run: updateCoupon },
  { method: "DELETE", path: "/v1/coupons/{id}", accepts: "", run: deleteCoupon },
  {
    method: "POST",
    path: "/v1/promotion_codes",
    accepts: "promotion active code customer expires_at max_redemptions metadata restrictions",
    run: createPromotionCode,
  },
  {
    method: "GET",
    path: "/v1/promotion_codes",
    accepts: `active code coupon customer ${PAGE}`,
    run: listPromotionCodes,
  },
  {
    method: "GET",
    path: "/v1/promotion_codes/{id}",
    accepts: "",
    run: ({ world, id }) => {
      const row = world.store.get("promotion_code", id);
      if (!row) throw noSuch("promotion code", id);
      return row;
    },
  },
  {
    method: "POST",
    path: "/v1/promotion_codes/{id}",
    accepts: "active metadata restrictions",
    run: updatePromotionCode,
  },
];
