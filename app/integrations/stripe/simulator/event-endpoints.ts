// Owns the endpoints of events and of the addresses that receive them.
// https://docs.stripe.com/api/events

import { invalid, noSuch } from "./errors.ts";
import { newId, randomLetters } from "./ids.ts";
import type { EventType, Kind, StripeEvent, WebhookEndpoint } from "./objects.ts";
import { flag, given, metadata, need, text, texts } from "./params.ts";
import { type Call, type Endpoint, PAGE, page } from "./routes.ts";
import { API_VERSION, announce, change, find, realSeconds } from "./world.ts";

/** "invoice.*" and the like, as in Stripe's filter. */
export function typeFits(type: string, wanted: string): boolean {
  return wanted === "*" || type === wanted || (wanted.endsWith("*") && type.startsWith(wanted.slice(0, -1)));
}

export function listEvents(call: Call): object {
  const { params } = call;
  const type = text(params, "type");
  const types = texts(params, "types");
  const object = text(params, "related_object");
  const fits = (row: StripeEvent) =>
    (!type || typeFits(row.type, type)) &&
    (!types || types.some((one) => typeFits(row.type, one))) &&
    (!object || ("id" in row.data.object && row.data.object.id === object));
  return page(call, "event", "/v1/events", fits);
}

function createEndpoint({ world, params }: Call): object {
  const url = need(params, "url");
  if (!URL.canParse(url))
    throw invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid");
  const row: WebhookEndpoint = {
    id: newId("we"),
    object: "webhook_endpoint",
    api_version: text(params, "api_version") ?? API_VERSION,
    application: null,
    created: realSeconds(world),
    description: text(params, "description") ?? null,
    enabled_events: texts(params, "enabled_events") ?? ["*"],
    livemode: false,
    metadata: metadata(params),
    secret: `whsec_${randomLetters(32)}`,
    status: "enabled",
    url,
  };
  world.store.put("webhook_endpoint", row);
  return row;
}

function updateEndpoint({ world, id, params }: Call): object {
  const row = find(world, "webhook_endpoint", id, "webhook endpoint");
  const next = change(world, "webhook_endpoint", row, {
    ...(given(params, "url") && { url: need(params, "url") }),
    ...(given(params, "enabled_events") && { enabled_events: texts(params, "enabled_events") ?? ["*"] }),
    ...(given(params, "disabled") && { status: flag(params, "disabled") ? "disabled" : "enabled" }),
  });
  return withoutSecret(next);
}

function withoutSecret({ secret: _, ...row }: WebhookEndpoint): object {
  return row;
}

const EMITTED: readonly Kind[] = [
  "customer",
  "subscription",
  "invoice",
  "checkout.session",
  "charge",
  "payment_intent",
  "subscription_schedule",
];

/** Announces what the simulator never does by itself, like a payment that is told later, about an object as it is now. */
function emit({ world, params }: Call): object {
  const [type, id] = [need(params, "type"), need(params, "id")];
  const object = EMITTED.map((kind) => world.store.get(kind, id)).find((row) => row !== undefined);
  if (!object) throw noSuch("object", id);
  // A type that the SDK does not know is the caller's wish.
  announce(world, type as EventType, object, realSeconds(world));
  return world.store.all("event").at(-1) ?? {};
}

export const eventEndpoints: Endpoint[] = [
  { method: "POST", path: "/_simulator/events", accepts: "type id", run: emit },
  { method: "GET", path: "/v1/events", accepts: `type types related_object delivery_success ${PAGE}`, run: listEvents },
  { method: "GET", path: "/v1/events/{id}", accepts: "", run: ({ world, id }) => find(world, "event", id) },
  {
    method: "POST",
    path: "/v1/webhook_endpoints",
    accepts: "url enabled_events api_version description metadata connect",
    run: createEndpoint,
  },
  {
    method: "GET",
    path: "/v1/webhook_endpoints",
    accepts: PAGE,
    run: (call) => {
      const list = page(call, "webhook_endpoint", "/v1/webhook_endpoints", () => true);
      return { ...list, data: list.data.map(withoutSecret) };
    },
  },
  {
    method: "GET",
    path: "/v1/webhook_endpoints/{id}",
    accepts: "",
    run: ({ world, id }) => withoutSecret(find(world, "webhook_endpoint", id, "webhook endpoint")),
  },
  {
    method: "POST",
    path: "/v1/webhook_endpoints/{id}",
    accepts: "url enabled_events disabled description metadata",
    run: updateEndpoint,
  },
  {
    method: "DELETE",
    path: "/v1/webhook_endpoints/{id}",
    accepts: "",
    run: ({ world, id }) => {
      world.store.drop("webhook_endpoint", find(world, "webhook_endpoint", id, "webhook endpoint").id);
      return { id, object: "webhook_endpoint", deleted: true };
    },
  },
];
