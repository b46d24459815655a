// Owns what an answer shows: parts that Stripe sends only on request, and references put in as objects.
// https://docs.stripe.com/api/expanding_objects

import { lineItemsOf } from "./checkout-state.ts";
import { invalid } from "./errors.ts";
import type { Kind } from "./objects.ts";
import { listOf, type World } from "./world.ts";

/** By the start of an id; the longest first. */
const KINDS: [string, Kind][] = [
  ["sub_sched_", "subscription_schedule"],
  ["cs_test_", "checkout.session"],
  ["clock_", "test_helpers.test_clock"],
  ["price_", "price"],
  ["promo_", "promotion_code"],
  ["prod_", "product"],
  ["seti_", "setup_intent"],
  ["inpay_", "invoice_payment"],
  ["mtr_", "billing.meter"],
  ["cus_", "customer"],
  ["sub_", "subscription"],
  ["txi_", "tax_id"],
  ["bpc_", "billing_portal.configuration"],
  ["ch_", "charge"],
  ["di_", "discount"],
  ["dp_", "dispute"],
  ["ii_", "invoiceitem"],
  ["in_", "invoice"],
  ["pi_", "payment_intent"],
  ["pm_", "payment_method"],
  ["re_", "refund"],
];

type Shown = Record<string, unknown>;

/** Hides what is shown on request only, then puts in what was asked for. @param paths as in `expand[]` */
export function present(world: World, object: object, paths: readonly string[]): object {
  let shown: unknown = hide(object);
  for (const path of paths) shown = expandPath(world, shown, path.split("."), path);
  return shown as object;
}

function hide(object: object): object {
  if ("object" in object && object.object === "list" && "data" in object && Array.isArray(object.data))
    return { ...object, data: object.data.map((one) => hide(one)) };
  if ("object" in object && object.object === "event" && "data" in object) {
    const data = object.data as { object: object };
    return { ...object, data: { ...data, object: hide(data.object) } };
  }
  if ("object" in object && object.object === "price" && "tiers" in object) {
    const { tiers: _, ...rest } = object;
    return rest;
  }
  if ("object" in object && object.object === "subscription" && "items" in object) {
    const items = object.items as { data: { price: object }[] };
    return { ...object, items: { ...items, data: items.data.map((item) => ({ ...item, price: hide(item.price) })) } };
  }
  return object;
}

function expandPath(world: World, value: unknown, path: string[], whole: string): unknown {
  const [name, ...rest] = path;
  if (value === null || typeof value !== "object" || name === undefined) return value;
  if (Array.isArray(value)) return value.map((one) => expandPath(world, one, path, whole));
  const shown = value as Shown;
  const inside = name in shown && !isHiddenPrice(shown, name) ? shown[name] : onRequest(world, shown, name);
  if (inside === undefined) {
    if (shown.object === undefined || OPTIONAL.has(name)) return value;
    throw invalid(`This property cannot be expanded (${whole}).`, "expand[]");
  }
  const found = Array.isArray(inside) ? inside.map((one) => resolve(world, one)) : resolve(world, inside);
  return { ...shown, [name]: expandPath(world, found, rest, whole) };
}

const OPTIONAL = new Set(["discount", "payment_intent", "charge", "payment_record"]);
const isHiddenPrice = (shown: Shown, name: string): boolean => shown.object === "price" && name === "tiers";

function resolve(world: World, value: unknown): unknown {
  if (typeof value !== "string") return value;
  const kind = KINDS.find(([start]) => value.startsWith(start))?.[1];
  const row = kind && world.store.get(kind, value);
  if (row) return hide(row);
  return world.store.get("coupon", value) ?? value;
}

/** Parts that are absent unless asked for. */
function onRequest(world: World, shown: Shown, name: string): unknown {
  const id = String(shown.id);
  const { store } = world;
  if (shown.object === "price" && name === "tiers") return store.get("price", id)?.tiers ?? null;
  if (shown.object === "product" && name === "default_price") return shown.default_price;
  if (shown.object === "customer" && name === "tax_ids")
    return listOf(
      store.all("tax_id").filter((row) => row.customer === id),
      `/v1/customers/${id}/tax_ids`,
    );
  if (shown.object === "customer" && name === "subscriptions") {
    const rows = store.all("subscription").filter((row) => row.customer === id && row.status !== "canceled");
    return listOf(rows.map(hide), `/v1/customers/${id}/subscriptions`);
  }
  if (shown.object === "customer" && (name === "sources" || name === "tax")) return null;
  if (shown.object === "invoice" && name === "payments")
    return listOf(
      store.all("invoice_payment").filter((row) => row.invoice === id),
      "/v1/invoice_payments",
    );
  if (shown.object === "invoice" && name === "confirmation_secret") {
    const payment = store.all("invoice_payment").findLast((row) => row.invoice === id);
    const secret = store.get("payment_intent", payment?.payment.payment_intent ?? "")?.client_secret;
    return secret ? { client_secret: secret, type: "payment_intent" } : null;
  }
  if (shown.object === "charge" && name === "refunds")
    return listOf(
      store.all("refund").filter((row) => row.charge === id),
      `/v1/charges/${id}/refunds`,
    );
  if (shown.object === "checkout.session" && name === "line_items")
    return listOf(
      lineItemsOf(world, id).map((one) => ({ ...one, price: hide(one.price) })),
      `/v1/checkout/sessions/${id}/line_items`,
    );
  return undefined;
}
