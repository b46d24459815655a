// Owns one request to the API: the key, the parameters, the idempotency of repeats, and the answer's form.
// https://docs.stripe.com/api/idempotent_requests
import { createHash } from "node:crypto";
import { z } from "zod";
import { endpoints } from "./endpoints.ts";
import { type ErrorBody, invalid, StripeFailure } from "./errors.ts";
import { present } from "./expand.ts";
import { type FormObject, parseForm } from "./form.ts";
import { newId } from "./ids.ts";
import type { StoredAnswer } from "./objects.ts";
import { onlyKnown, texts } from "./params.ts";
import { createRouter, type Match } from "./routes.ts";
import { API_VERSION, realSeconds, type World } from "./world.ts";

export interface Incoming {
  method: string;
  path: string;
  /** Without the question mark. */
  query: string;
  body: string;
  headers: Headers;
}

/** Control calls may also send JSON. */
const Control = z.record(z.string(), z.coerce.string());

const route = createRouter(endpoints);
const KEPT_FOR = 24 * 3600;

/** Whether the path is one of ours that Stripe lacks. */
export const isControl = (path: string): boolean => path.startsWith("/_simulator/");

/** @param inFlight idempotency keys of requests that are being worked on */
export function answer(world: World, incoming: Incoming, inFlight: Set<string>): Response {
  const requestId = newId("req", 14);
  const version = incoming.headers.get("stripe-version") ?? API_VERSION;
  const key = incoming.method === "POST" ? incoming.headers.get("idempotency-key") : null;
  const head: Record<string, string> = {
    "content-type": "application/json",
    "request-id": requestId,
    "stripe-version": version,
    ...(key && { "idempotency-key": key, "original-request": requestId }),
  };
  try {
    if (!isControl(incoming.path)) checkKey(world, incoming.headers);
    if (key && key.length > 255) throw invalid("Idempotency keys must be at most 255 characters.");
    const match = route(incoming.method, incoming.path);
    if (!match)
      throw new StripeFailure(404, {
        type: "invalid_request_error",
        message: `Unrecognized request URL (${incoming.method}: ${incoming.path}).`,
      });
    if (!key) return reply(200, head, run(world, match, incoming, { id: requestId, idempotency_key: null }));
    return once(world, match, incoming, { key, head, requestId, inFlight });
  } catch (error) {
    return failure(error, head);
  }
}

interface Keyed {
  key: string;
  head: Record<string, string>;
  requestId: string;
  inFlight: Set<string>;
}

/** Works once per key: repeats get the first answer, if they ask the same. */
function once(world: World, match: Match, incoming: Incoming, { key, head, requestId, inFlight }: Keyed): Response {
  const hash = hashOf(incoming);
  const known = world.store.get("answer", key);
  if (known && realSeconds(world) - known.at < KEPT_FOR) {
    if (known.hash !== hash)
      throw new StripeFailure(400, {
        type: "idempotency_error",
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    return replay(known, head);
  }
  if (inFlight.has(key))
    throw new StripeFailure(409, {
      type: "idempotency_error",
      code: "idempotency_key_in_use",
      message: "There is currently another in-progress request using this Idempotent Key.",
    });
  const keep = (status: number, body: object): void => {
    const row: StoredAnswer = { id: key, hash, status, body: JSON.stringify(body), requestId, at: realSeconds(world) };
    world.store.put("answer", row);
  };
  try {
    const body = run(world, match, incoming, { id: requestId, idempotency_key: key });
    keep(200, body);
    return reply(200, head, body);
  } catch (error) {
    // Refused parameters leave the key free; a refused card does not.
    if (error instanceof StripeFailure && error.status === 402) keep(402, { error: error.body });
    throw error;
  }
}

/** Keys are free again after a day. */
export function forgetAnswers(world: World): void {
  const oldest = realSeconds(world) - KEPT_FOR;
  for (const { id, at } of world.store.all("answer")) if (at < oldest) world.store.drop("answer", id);
}

/** A failure of Stripe's own is kept under the key like any other answer. @param instead of the answer that is kept */
export function keepFailure(world: World, incoming: Incoming, body: object, instead = false): void {
  const key = incoming.method === "POST" ? incoming.headers.get("idempotency-key") : null;
  if (!key || (!instead && world.store.get("answer", key))) return;
  const row = {
    id: key,
    hash: hashOf(incoming),
    status: 500,
    body: JSON.stringify(body),
    requestId: newId("req", 14),
    at: realSeconds(world),
  };
  world.store.put("answer", row);
}

function hashOf({ method, path, query, body }: Incoming): string {
  return createHash("sha256").update(`${method} ${path} ${query} ${body}`).digest("hex");
}

function replay(known: StoredAnswer, head: Record<string, string>): Response {
  const headers = { ...head, "original-request": known.requestId, "idempotent-replayed": "true" };
  return new Response(known.body, { status: known.status, headers });
}

function checkKey(world: World, headers: Headers): void {
  const given = headers.get("authorization") ?? "";
  const basic = /^Basic (.+)$/i.exec(given)?.[1];
  const key = basic ? Buffer.from(basic, "base64").toString("utf8").split(":")[0] : /^Bearer (.+)$/i.exec(given)?.[1];
  if (key === world.settings.apiKey) return;
  const message = key
    ? `Invalid API Key provided: ${key.slice(0, 8)}${"*".repeat(8)}`
    : "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
  throw new StripeFailure(401, { type: "invalid_request_error", message });
}

function run(world: World, match: Match, incoming: Incoming, request: World["request"]): object {
  const params = read(incoming);
  onlyKnown(params, match.endpoint.accepts);
  const expand = texts(params, "expand") ?? [];
  const deep = expand.find((path) => path.split(".").length > 4);
  if (deep) throw invalid(`You cannot expand more than 4 levels of a property. Property: ${deep}`, "expand");
  world.request = request;
  try {
    const work = () => match.endpoint.run({ world, id: match.id, sub: match.sub, params });
    // What Stripe refuses for its form leaves nothing behind; what a bank refuses does.
    const made = attempt(world, work);
    return present(world, made, expand);
  } finally {
    world.request = { id: null, idempotency_key: null };
  }
}

const KEEPS = new Set([
  "card_declined",
  "expired_card",
  "incorrect_cvc",
  "processing_error",
  "invoice_payment_intent_requires_action",
]);

function attempt(world: World, work: () => object): object {
  const kept: { failure: StripeFailure | null } = { failure: null };
  const made = world.store.attempt(() => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof StripeFailure) || !KEEPS.has(error.body.code ?? "") || error.undo) throw error;
      kept.failure = error;
      return {};
    }
  });
  if (kept.failure) throw kept.failure;
  return made;
}

function read({ path, query, body }: Incoming): FormObject {
  try {
    if (isControl(path) && body.startsWith("{")) return Control.parse(JSON.parse(body));
    return parseForm([query, body].filter(Boolean).join("&"));
  } catch (error) {
    throw invalid(error instanceof RangeError ? error.message : "Invalid request.");
  }
}

function reply(status: number, headers: Record<string, string>, body: object): Response {
  return new Response(JSON.stringify(body, null, 2), { status, headers });
}

function failure(error: unknown, head: Record<string, string>): Response {
  if (error instanceof StripeFailure) {
    const body: ErrorBody & { request_log_url: null } = { ...error.body, request_log_url: null };
    const retry = error.status === 409 ? "true" : "false";
    return reply(error.status, { ...head, "stripe-should-retry": retry }, { error: body });
  }
  const message = error instanceof Error ? `${error.message}\n${error.stack}` : "Unknown";
  return reply(500, head, { error: { type: "api_error", message } });
}
