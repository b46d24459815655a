// Owns products and prices: flat, tiered, and metered by a billing meter.
// https://docs.stripe.com/api/prices
import { decimal, divideRounded } from "./amounts.ts";
import { invalid, missing } from "./errors.ts";
import { newId } from "./ids.ts";
import type { Price, Product } from "./objects.ts";
import {
  amount,
  child,
  children,
  choice,
  decimalParam,
  flag,
  given,
  integer,
  metadata,
  need,
  type Params,
  text,
  texts,
} from "./params.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { announce, change, find, realSeconds, type World } from "./world.ts";

const PRODUCT_FIELDS =
  "active default_price description images marketing_features metadata name shippable statement_descriptor tax_code unit_label url";

function createProduct(world: World, params: Params): Product {
  const id = text(params, "id") ?? newId("prod", 14);
  if (world.store.get("product", id)) throw invalid("Product already exists.", "id", "resource_already_exists");
  const now = realSeconds(world);
  const row: Product = {
    id,
    object: "product",
    active: flag(params, "active") ?? true,
    created: now,
    default_price: null,
    description: text(params, "description") ?? null,
    images: texts(params, "images") ?? [],
    livemode: false,
    marketing_features: (children(params, "marketing_features") ?? []).map((one) => ({ name: need(one, "name") })),
    metadata: metadata(params),
    name: need(params, "name"),
    package_dimensions: null,
    shippable: null,
    statement_descriptor: text(params, "statement_descriptor") ?? null,
    tax_code: text(params, "tax_code") ?? null,
    tax_details: null,
    type: "service",
    unit_label: text(params, "unit_label") ?? null,
    updated: now,
    url: text(params, "url") ?? null,
  };
  world.store.put("product", row);
  announce(world, "product.created", row, now);
  const standard = child(params, "default_price_data");
  if (!standard) return row;
  return change(world, "product", row, { default_price: createPrice(world, { ...standard, product: id }).id });
}

function updateProduct({ world, id, params }: Call): object {
  const row = find(world, "product", id);
  const patch: Partial<Product> = { metadata: metadata(params, row.metadata), updated: realSeconds(world) };
  if (given(params, "name")) patch.name = need(params, "name");
  if (given(params, "active")) patch.active = flag(params, "active") ?? true;
  for (const key of ["description", "unit_label", "url", "statement_descriptor", "tax_code", "default_price"] as const)
    if (given(params, key)) patch[key] = text(params, key) ?? null;
  return change(world, "product", row, patch, { type: "product.updated", at: realSeconds(world) });
}

function deleteProduct({ world, id }: Call): object {
  const row = find(world, "product", id);
  if (world.store.all("price").some((price) => price.product === id))
    throw invalid("This product cannot be deleted because it has one or more user-created prices.");
  world.store.drop("product", id);
  announce(world, "product.deleted", row, realSeconds(world));
  return { id, object: "product", deleted: true };
}

export function createPrice(world: World, params: Params): Price {
  const recurring = recurringOf(world, params);
  const scheme = choice(params, "billing_scheme", ["per_unit", "tiered"]) ?? "per_unit";
  const unit = scheme === "tiered" ? null : unitAmount(params);
  if (scheme === "per_unit" && unit === null) throw missing("unit_amount");
  const tiers = scheme === "tiered" ? tiersOf(params) : undefined;
  const product = text(params, "product") ?? productOf(world, params);
  find(world, "product", product, "product", "product");
  const row: Price = {
    id: newId("price"),
    object: "price",
    active: flag(params, "active") ?? true,
    billing_scheme: scheme,
    created: realSeconds(world),
    currency: need(params, "currency").toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: metadata(params),
    nickname: text(params, "nickname") ?? null,
    product,
    recurring,
    tax_behavior: choice(params, "tax_behavior", ["exclusive", "inclusive", "unspecified"]) ?? "unspecified",
    ...(tiers && { tiers }),
    tiers_mode: tiers ? (choice(params, "tiers_mode", ["graduated", "volume"]) ?? null) : null,
    transform_quantity: null,
    type: recurring ? "recurring" : "one_time",
    unit_amount: wholeUnits(unit),
    unit_amount_decimal: unit,
  };
  if (tiers && !row.tiers_mode) throw missing("tiers_mode");
  const keyed = { ...row, lookup_key: takeLookupKey(world, params, row.id) };
  world.store.put("price", keyed);
  announce(world, "price.created", keyed, row.created);
  return keyed;
}

function productOf(world: World, params: Params): string {
  const data = child(params, "product_data");
  if (!data) throw missing("product");
  return createProduct(world, data).id;
}

function recurringOf(world: World, params: Params): Price["recurring"] {
  const given = child(params, "recurring");
  if (!given) return null;
  const usage = choice(given, "usage_type", ["licensed", "metered"]) ?? "licensed";
  const meter = text(given, "meter") ?? null;
  if (usage === "metered" && !meter)
    throw invalid(
      "Metered prices need a meter since version 2025-03-31.basil.",
      "recurring[meter]",
      "parameter_missing",
    );
  if (meter && find(world, "billing.meter", meter, "meter", "recurring[meter]").status !== "active")
    throw invalid("The meter is not active.", "recurring[meter]");
  if (meter && usage === "licensed") throw invalid("Only metered prices can have a meter.", "recurring[meter]");
  const interval = choice(given, "interval", ["day", "week", "month", "year"]);
  if (!interval) throw missing("recurring[interval]");
  const interval_count = integer(given, "interval_count") ?? 1;
  if (interval_count < 1) throw invalid("Invalid interval_count.", "recurring[interval_count]");
  return {
    interval,
    interval_count,
    meter,
    trial_period_days: integer(given, "trial_period_days") ?? null,
    usage_type: usage,
  };
}

function unitAmount(params: Params): string | null {
  const given = amount(params, "unit_amount");
  return given === undefined ? (decimalParam(params, "unit_amount_decimal") ?? null) : String(given);
}

/** Null when the amount is finer than the smallest unit. */
function wholeUnits(text: string | null): number | null {
  return text !== null && /^\d+(\.0+)?$/.test(text) ? Number(divideRounded(decimal(text) ?? 0n, 10n ** 12n)) : null;
}

function tiersOf(params: Params): NonNullable<Price["tiers"]> {
  const given = children(params, "tiers");
  if (!given || given.length === 0) throw missing("tiers");
  const tiers = given.map((tier, index) => {
    const last = index === given.length - 1;
    const top = need(tier, "up_to");
    if ((top === "inf") !== last) throw invalid("Only the last tier's up_to must be 'inf'.", `tiers[${index}][up_to]`);
    const flat = integer(tier, "flat_amount");
    const flatDecimal = flat === undefined ? (decimalParam(tier, "flat_amount_decimal") ?? null) : String(flat);
    const unit = unitAmount(tier);
    if (unit === null && flatDecimal === null) throw missing(`tiers[${index}][unit_amount]`);
    return {
      flat_amount: wholeUnits(flatDecimal),
      flat_amount_decimal: flatDecimal,
      unit_amount: wholeUnits(unit),
      unit_amount_decimal: unit,
      up_to: top === "inf" ? null : (integer(tier, "up_to") ?? null),
    };
  });
  tiers.forEach(({ up_to }, index) => {
    if (up_to !== null && up_to <= (tiers[index - 1]?.up_to ?? 0))
      throw invalid("Tiers must be in ascending order of up_to.", `tiers[${index}][up_to]`);
  });
  return tiers;
}

function takeLookupKey(world: World, params: Params, price: string): string | null {
  const key = text(params, "lookup_key");
  if (!key) return null;
  const holder = world.store.all("price").find((row) => row.lookup_key === key && row.id !== price);
  if (!holder) return key;
  if (!flag(params, "transfer_lookup_key"))
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, "lookup_key", "resource_already_exists");
  change(world, "price", holder, { lookup_key: null }, { type: "price.updated", at: realSeconds(world) });
  return key;
}

function updatePrice({ world, id, params }: Call): object {
  const row = find(world, "price", id);
  const patch: Partial<Price> = { metadata: metadata(params, row.metadata) };
  if (given(params, "active")) patch.active = flag(params, "active") ?? true;
  if (given(params, "nickname")) patch.nickname = text(params, "nickname") ?? null;
  if (given(params, "lookup_key")) patch.lookup_key = takeLookupKey(world, params, id);
  return change(world, "price", row, patch, { type: "price.updated", at: realSeconds(world) });
}

function listPrices(call: Call): object {
  const { params } = call;
  const [active, product, type] = [flag(params, "active"), text(params, "product"), text(params, "type")];
  const [keys, recurring] = [texts(params, "lookup_keys"), child(params, "recurring") ?? {}];
  const [meter, interval, usage] = [
    text(recurring, "meter"),
    text(recurring, "interval"),
    text(recurring, "usage_type"),
  ];
  return page(
    call,
    "price",
    "/v1/prices",
    (row) =>
      (active === undefined || row.active === active) &&
      (!product || row.product === product) &&
      (!type || row.type === type) &&
      (!keys || (row.lookup_key !== null && keys.includes(row.lookup_key))) &&
      (!meter || row.recurring?.meter === meter) &&
      (!interval || row.recurring?.interval === interval) &&
      (!usage || row.recurring?.usage_type === usage),
  );
}

function listProducts(call: Call): object {
  const [active, ids] = [flag(call.params, "active"), texts(call.params, "ids")];
  const fits = (row: Product) => (active === undefined || row.active === active) && (!ids || ids.includes(row.id));
  return page(call, "product", "/v1/products", fits);
}

const PRICE_FIELDS =
  "currency active billing_scheme lookup_key metadata nickname product product_data recurring tax_behavior tiers tiers_mode " +
  "transfer_lookup_key unit_amount unit_amount_decimal";

export const productEndpoints: Endpoint[] = [
  {
    method: "POST",
    path: "/v1/products",
    accepts: `${PRODUCT_FIELDS} id default_price_data`,
    run: ({ world, params }) => createProduct(world, params),
  },
  { method: "GET", path: "/v1/products", accepts: `active ids ${PAGE}`, run: listProducts },
  { method: "GET", path: "/v1/products/{id}", accepts: "", run: ({ world, id }) => find(world, "product", id) },
  { method: "POST", path: "/v1/products/{id}", accepts: PRODUCT_FIELDS, run: updateProduct },
  { method: "DELETE", path: "/v1/products/{id}", accepts: "", run: deleteProduct },
  { method: "POST", path: "/v1/prices", accepts: PRICE_FIELDS, run: ({ world, params }) => createPrice(world, params) },
  {
    method: "GET",
    path: "/v1/prices",
    accepts: `active currency lookup_keys product recurring type ${PAGE}`,
    run: listPrices,
  },
  { method: "GET", path: "/v1/prices/{id}", accepts: "", run: ({ world, id }) => find(world, "price", id) },
  {
    method: "POST",
    path: "/v1/prices/{id}",
    accepts: "active lookup_key metadata nickname tax_behavior transfer_lookup_key",
    run: updatePrice,
  },
];
