// Owns customers, their tax ids and their discount.
// https://docs.stripe.com/api/customers
import { invalid, noSuch } from "./errors.ts";
import { newId, randomLetters } from "./ids.ts";
import type { Customer, TaxId } from "./objects.ts";
import { child, children, choice, given, integer, metadata, need, type Params, text, texts } from "./params.ts";
import { attach, resolveCard } from "./payment-methods.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { announce, change, find, nowFor, realSeconds, type World } from "./world.ts";

const FIELDS =
  "address balance business_name description email individual_name invoice_prefix invoice_settings metadata name " +
  "next_invoice_sequence payment_method phone preferred_locales shipping source tax tax_exempt validate";

export function createCustomer(world: World, fields: Partial<Customer>): Customer {
  const clock = fields.test_clock
    ? find(world, "test_helpers.test_clock", fields.test_clock, "test clock", "test_clock")
    : null;
  const row: Customer = {
    id: newId("cus", 14),
    object: "customer",
    address: null,
    balance: 0,
    created: clock?.frozen_time ?? realSeconds(world),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomLetters(8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
    ...fields,
  };
  world.store.put("customer", row);
  announce(world, "customer.created", row, row.created);
  return row;
}

function fieldsOf(params: Params, before?: Customer): Partial<Customer> {
  const fields: Partial<Customer> = { metadata: metadata(params, before?.metadata) };
  for (const key of ["description", "email", "name", "phone"] as const)
    if (given(params, key)) fields[key] = text(params, key) ?? null;
  for (const key of ["business_name", "individual_name"] as const)
    if (text(params, key)) fields[key] = text(params, key);
  if (given(params, "balance")) fields.balance = integer(params, "balance") ?? 0;
  if (given(params, "preferred_locales")) fields.preferred_locales = texts(params, "preferred_locales") ?? [];
  if (given(params, "tax_exempt"))
    fields.tax_exempt = choice(params, "tax_exempt", ["none", "exempt", "reverse"]) ?? "none";
  if (given(params, "address")) fields.address = addressOf(child(params, "address"));
  if (fields.email && !/^[^@\s]+@[^@\s]+$/.test(fields.email))
    throw invalid(`Invalid email address: ${fields.email}`, "email", "email_invalid");
  return fields;
}

export function addressOf(params: Params | undefined): Customer["address"] {
  if (!params) return null;
  const [city, country, line1] = [text(params, "city"), text(params, "country"), text(params, "line1")];
  const [line2, postal, state] = [text(params, "line2"), text(params, "postal_code"), text(params, "state")];
  return {
    city: city ?? null,
    country: country ?? null,
    line1: line1 ?? null,
    line2: line2 ?? null,
    postal_code: postal ?? null,
    state: state ?? null,
  };
}

function defaultCard(world: World, params: Params, customer: Customer): Partial<Customer> {
  const settings = child(params, "invoice_settings");
  if (!settings || !given(settings, "default_payment_method")) return {};
  const id = text(settings, "default_payment_method");
  if (!id) return { invoice_settings: { ...customer.invoice_settings, default_payment_method: null } };
  const card = world.store.get("payment_method", id);
  if (!card || card.customer !== customer.id)
    throw noSuch("PaymentMethod", id, "invoice_settings[default_payment_method]", 400);
  return { invoice_settings: { ...customer.invoice_settings, default_payment_method: id } };
}

function create({ world, params }: Call): object {
  const clock = text(params, "test_clock");
  const made = createCustomer(world, { ...fieldsOf(params), ...(clock && { test_clock: clock }) });
  const card = text(params, "payment_method");
  if (card) attach(world, resolveCard(world, card), made.id);
  for (const tax of children(params, "tax_id_data") ?? [])
    createTaxId(world, made.id, need(tax, "type"), need(tax, "value"));
  const latest = find(world, "customer", made.id);
  return change(world, "customer", latest, defaultCard(world, params, latest));
}

function update({ world, id, params }: Call): object {
  const row = find(world, "customer", id);
  const patch = { ...fieldsOf(params, row), ...defaultCard(world, params, row) };
  return change(world, "customer", row, patch, { type: "customer.updated", at: nowFor(world, id) });
}

/** @param cancel ends a subscription of a customer who goes */
export function deleteCustomer(world: World, id: string, cancel: (subscription: string) => void): object {
  const row = find(world, "customer", id);
  const at = nowFor(world, id);
  for (const subscription of world.store.all("subscription"))
    if (subscription.customer === id && !["canceled", "incomplete_expired"].includes(subscription.status))
      cancel(subscription.id);
  for (const card of world.store.all("payment_method"))
    if (card.customer === id) change(world, "payment_method", card, { customer: null });
  world.store.drop("customer", id);
  announce(world, "customer.deleted", row, at);
  const gone = { id, object: "customer", deleted: true } as const;
  world.store.put("gone", gone);
  return gone;
}

const TAX_FORMS: Record<string, RegExp> = {
  eu_vat: /^[A-Z]{2}[0-9A-Z]{2,12}$/,
  gb_vat: /^GB\d{9}(\d{3})?$/,
  us_ein: /^\d{2}-\d{7}$/,
  ch_vat: /^CHE-\d{3}\.\d{3}\.\d{3} (MWST|TVA|IVA)$/,
};

export function createTaxId(world: World, customer: string, type: string, value: string): TaxId {
  const form = TAX_FORMS[type];
  if (!/^[a-z]{2}_[a-z_]+$/.test(type)) throw invalid(`Invalid type: ${type}`, "type");
  if (form && !form.test(value)) throw invalid(`Invalid value for ${type}.`, "value", "tax_id_invalid");
  const at = nowFor(world, customer);
  const row: TaxId = {
    id: newId("txi"),
    object: "tax_id",
    country: type.startsWith("eu_") ? value.slice(0, 2) : type.slice(0, 2).toUpperCase(),
    created: at,
    customer,
    customer_account: null,
    livemode: false,
    owner: { type: "customer", customer, customer_account: null },
    type,
    value,
    verification: { status: "pending", verified_address: null, verified_name: null },
  };
  world.store.put("tax_id", row);
  announce(world, "customer.tax_id.created", row, at);
  return row;
}

function taxIdOf({ world, id, sub }: Call): TaxId {
  const row = find(world, "tax_id", sub, "tax id");
  if (row.customer !== id) throw noSuch("tax id", sub);
  return row;
}

function dropTaxId(call: Call): object {
  const row = taxIdOf(call);
  call.world.store.drop("tax_id", row.id);
  announce(call.world, "customer.tax_id.deleted", row, nowFor(call.world, call.id));
  return { id: row.id, object: "tax_id", deleted: true };
}

function list(call: Call): object {
  const [email, clock] = [text(call.params, "email"), text(call.params, "test_clock")];
  const fits = (row: Customer) => (!email || row.email === email) && (clock ? row.test_clock === clock : true);
  return page(call, "customer", "/v1/customers", fits);
}

/** Of Stripe's query language what asks for one piece of metadata. https://docs.stripe.com/search#search-query-language */
function search(call: Call): object {
  const query = need(call.params, "query");
  const [, key, value] = /^metadata\['([^']+)'\]:'([^']*)'$/.exec(query.trim()) ?? [];
  if (key === undefined || value === undefined)
    throw invalid(`We were unable to parse your search query: ${query}`, "query");
  const data = call.world.store.all("customer").filter((row) => row.metadata[key] === value);
  const limit = integer(call.params, "limit") ?? 10;
  return {
    ...{ object: "search_result", url: "/v1/customers/search", has_more: data.length > limit, next_page: null },
    data: data.toReversed().slice(0, limit),
  };
}

export const customerEndpoints: Endpoint[] = [
  { method: "POST", path: "/v1/customers", accepts: `${FIELDS} tax_id_data test_clock`, run: create },
  { method: "GET", path: "/v1/customers", accepts: `email test_clock ${PAGE}`, run: list },
  { method: "GET", path: "/v1/customers/search", accepts: "query limit page", run: search },
  {
    method: "GET",
    path: "/v1/customers/{id}",
    accepts: "",
    run: ({ world, id }) => world.store.get("gone", id) ?? find(world, "customer", id),
  },
  { method: "POST", path: "/v1/customers/{id}", accepts: `${FIELDS} default_source`, run: update },
  {
    method: "POST",
    path: "/v1/customers/{id}/tax_ids",
    accepts: "type value",
    run: ({ world, id, params }) =>
      createTaxId(world, find(world, "customer", id).id, need(params, "type"), need(params, "value")),
  },
  {
    method: "GET",
    path: "/v1/customers/{id}/tax_ids",
    accepts: PAGE,
    run: (call) => page(call, "tax_id", `/v1/customers/${call.id}/tax_ids`, (row) => row.customer === call.id),
  },
  { method: "GET", path: "/v1/customers/{id}/tax_ids/{sub}", accepts: "", run: taxIdOf },
  { method: "DELETE", path: "/v1/customers/{id}/tax_ids/{sub}", accepts: "", run: dropTaxId },
];
