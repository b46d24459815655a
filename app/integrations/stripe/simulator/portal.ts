// Owns customer portal sessions and their configuration.
// https://docs.stripe.com/api/customer_portal/sessions
import { invalid, missing } from "./errors.ts";
import { newId, randomLetters } from "./ids.ts";
import type { PortalConfiguration, PortalSession } from "./objects.ts";
import { child, choice, flag, metadata, need, type Params, text } from "./params.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { change, find, nowFor, realSeconds, type World } from "./world.ts";

const FLOWS = [
  "payment_method_update",
  "subscription_cancel",
  "subscription_update",
  "subscription_update_confirm",
] as const;

function create({ world, params }: Call): object {
  const customer = find(world, "customer", need(params, "customer"), "customer", "customer");
  const returnUrl = text(params, "return_url") ?? null;
  const given = text(params, "configuration");
  const configuration = given
    ? find(world, "billing_portal.configuration", given, "portal configuration", "configuration")
    : standardConfiguration(world);
  const id = newId("bps");
  const row: PortalSession = {
    id,
    object: "billing_portal.session",
    configuration: configuration.id,
    created: nowFor(world, customer.id),
    customer: customer.id,
    customer_account: null,
    flow: flowOf(world, child(params, "flow_data"), customer.id),
    livemode: false,
    locale: text(params, "locale") ?? null,
    on_behalf_of: null,
    return_url: returnUrl,
    url: `${world.settings.publicUrl}/p/session/${id}`,
  };
  world.store.put("billing_portal.session", row);
  return row;
}

type ConfirmFlow = NonNullable<PortalSession["flow"]>["subscription_update_confirm"];

function flowOf(world: World, params: Params | undefined, customer: string): PortalSession["flow"] {
  if (!params) return null;
  const type = choice(params, "type", FLOWS);
  if (!type) throw missing("flow_data[type]");
  const after = child(params, "after_completion") ?? {};
  const redirect = text(child(after, "redirect") ?? {}, "return_url");
  const details = child(params, type) ?? {};
  const subscription = type === "payment_method_update" ? null : need(details, "subscription");
  if (subscription) {
    const row = find(world, "subscription", subscription, "subscription", `flow_data[${type}][subscription]`);
    if (row.customer !== customer)
      throw invalid("The subscription belongs to another customer.", `flow_data[${type}][subscription]`);
  }
  const named = subscription ? { subscription } : null;
  return {
    after_completion: {
      hosted_confirmation: null,
      redirect: redirect ? { return_url: redirect } : null,
      type: choice(after, "type", ["hosted_confirmation", "portal_homepage", "redirect"]) ?? "portal_homepage",
    },
    customer_update: null,
    subscription_cancel: type === "subscription_cancel" && named ? { ...named, retention: null } : null,
    subscription_pause: null,
    subscription_update: type === "subscription_update" && named ? named : null,
    // Items come back in the form in which they were sent.
    subscription_update_confirm: (type === "subscription_update_confirm" && named
      ? { ...named, discounts: null, items: details.items }
      : null) as ConfirmFlow,
    type,
  };
}

function standardConfiguration(world: World): PortalConfiguration {
  const known = world.store.all("billing_portal.configuration").find((row) => row.is_default);
  return known ?? createConfiguration(world, {}, true);
}

function createConfiguration(world: World, params: Params, standard: boolean): PortalConfiguration {
  const at = realSeconds(world);
  const features = child(params, "features") ?? {};
  const on = (key: string): boolean => flag(child(features, key) ?? {}, "enabled") ?? standard;
  const profile = child(params, "business_profile") ?? {};
  const row = {
    id: `bpc_${randomLetters(24)}`,
    object: "billing_portal.configuration",
    active: true,
    application: null,
    business_profile: {
      headline: text(profile, "headline") ?? null,
      privacy_policy_url: text(profile, "privacy_policy_url") ?? null,
      terms_of_service_url: text(profile, "terms_of_service_url") ?? null,
    },
    created: at,
    default_return_url: text(params, "default_return_url") ?? null,
    features: {
      customer_update: { allowed_updates: ["email", "tax_id"], enabled: on("customer_update") },
      invoice_history: { enabled: on("invoice_history") },
      payment_method_update: { enabled: on("payment_method_update"), payment_method_configuration: null },
      subscription_cancel: {
        cancellation_reason: { enabled: false, options: [] },
        enabled: on("subscription_cancel"),
        mode: text(child(features, "subscription_cancel") ?? {}, "mode") ?? "at_period_end",
        proration_behavior: "none",
      },
      subscription_update: { default_allowed_updates: [], enabled: false, proration_behavior: "none", products: null },
    },
    is_default: standard,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: metadata(params),
    name: text(params, "name") ?? null,
    updated: at,
    // Features that the page does not offer are left out.
  } as unknown as PortalConfiguration;
  world.store.put("billing_portal.configuration", row);
  return row;
}

function updateConfiguration({ world, id, params }: Call): object {
  const row = find(world, "billing_portal.configuration", id, "portal configuration");
  const returns = text(params, "default_return_url");
  const active = flag(params, "active") ?? row.active;
  const patch = {
    active,
    updated: realSeconds(world),
    metadata: metadata(params, row.metadata ?? {}),
    ...(returns && { default_return_url: returns }),
  };
  return change(world, "billing_portal.configuration", row, patch);
}

const CONFIGURATIONS = "/v1/billing_portal/configurations";
const FIELDS = "business_profile default_return_url features login_page metadata name active";
export const portalEndpoints: Endpoint[] = [
  {
    method: "POST",
    path: "/v1/billing_portal/sessions",
    accepts: "customer configuration flow_data locale return_url",
    run: create,
  },
  {
    method: "POST",
    path: CONFIGURATIONS,
    accepts: FIELDS,
    run: ({ world, params }) => createConfiguration(world, params, false),
  },
  {
    method: "GET",
    path: CONFIGURATIONS,
    accepts: `active is_default ${PAGE}`,
    run: (call) => page(call, "billing_portal.configuration", CONFIGURATIONS, () => true),
  },
  {
    method: "GET",
    path: `${CONFIGURATIONS}/{id}`,
    accepts: "",
    run: ({ world, id }) => find(world, "billing_portal.configuration", id, "portal configuration"),
  },
  { method: "POST", path: `${CONFIGURATIONS}/{id}`, accepts: FIELDS, run: updateConfiguration },
];
