// How an endpoint of the API answers: who asks, may they, how often, what do they send; then the one call that does it,
// through the right door; then only what the declaration says is sent.
import type { z } from "zod";
import { admitApiRequest } from "#app/domain/billing/api-access.ts";
import type { StaffActor, TenantActor } from "#app/platform/actor.ts";
import type { StaffTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { readJson, validated } from "#app/platform/json-body.ts";
import type { WebServices } from "#app/wiring.ts";
import { type ApiContext, apiRoute } from "../api-route.ts";
import { actAsStaff, actForTenant, callerId, type Holder, identify, tenantOf } from "./caller.ts";
import { type BodyOf, changes, type Endpoint, type QueryOf, type ReplyOf } from "./declare.ts";
import { once, onceWithin } from "./once.ts";
import { takeApiRates } from "./rates.ts";

/** Bytes of a request's body at the most. */
const MAX_BYTES = 64 * 1024;

export interface Asked<E extends Endpoint> {
  services: WebServices;
  actor: TenantActor;
  query: QueryOf<E>;
  body: BodyOf<E>;
}

/** What a handler comes to. 202: it is under way. */
export type Outcome<E extends Endpoint> =
  | { status: 200; body: ReplyOf<E, 200> }
  | { status: 202; body: ReplyOf<E, 202> };

/** An endpoint with what it does. */
export interface Served {
  endpoint: Endpoint;
  answer(context: ApiContext): Promise<Response>;
}

/** An endpoint that reads, in one read-only transaction of the caller's tenant. */
export function reads<E extends Endpoint>(
  endpoint: E,
  handler: (asked: Asked<E> & { tx: TenantTx }) => Promise<ReplyOf<E, 200>>,
): Served {
  return served(endpoint, async (context, holder) => {
    const { asked } = await admitTenant(endpoint, context, holder);
    const { db } = context.services;
    const body = await db.asTenant(asked.actor, (tx) => handler({ ...asked, tx }), { readOnly: true });
    return { status: 200, body: strict(endpoint, 200, body) };
  });
}

/** An endpoint that writes, in one transaction of the caller's tenant, together with the answer kept for repetitions. */
export function writes<E extends Endpoint>(
  endpoint: E,
  handler: (asked: Asked<E> & { tx: TenantTx }) => Promise<ReplyOf<E, 200>>,
): Served {
  return served(endpoint, async (context, holder) => {
    const { asked, sent } = await admitTenant(endpoint, context, holder);
    return context.services.db.asTenant(asked.actor, (tx) =>
      onceWithin(tx, sent, async () => ({ status: 200, body: strict(endpoint, 200, await handler({ ...asked, tx })) })),
    );
  });
}

/** An endpoint that has something done that takes more than one transaction. It opens its own. */
export function performs<E extends Endpoint>(endpoint: E, handler: (asked: Asked<E>) => Promise<Outcome<E>>): Served {
  return served(endpoint, async (context, holder) => {
    const { asked, sent } = await admitTenant(endpoint, context, holder);
    const door = <T>(fn: (tx: TenantTx) => Promise<T>) => context.services.db.asTenant(asked.actor, fn);
    return once(door, sent, async () => {
      const { status, body } = await handler(asked);
      return { status, body: strict(endpoint, status, body) };
    });
  });
}

/** An endpoint for the operator's staff that reads, through their own door. */
export function readsAsStaff<E extends Endpoint>(
  endpoint: E,
  handler: (asked: {
    tx: StaffTx;
    actor: StaffActor;
    query: QueryOf<E>;
    services: WebServices;
  }) => Promise<ReplyOf<E, 200>>,
): Served {
  return served(endpoint, async ({ request, services }, holder) => {
    if (endpoint.auth.by !== "staff") throw new Error("This endpoint isn't for staff.");
    const actor = actAsStaff(holder, endpoint.auth);
    const query = queryOf(endpoint, request);
    if (!services.staff) throw new AppError("not_found", "The operator's figures aren't served here.");
    const read = (tx: StaffTx) => handler({ tx, actor, query, services });
    const body = await services.staff.asStaff(actor, read, { readOnly: true });
    return { status: 200, body: strict(endpoint, 200, body) };
  });
}

/** The loader and action of a route: each request goes to the endpoint of its method. */
export function apiResource(...all: readonly Served[]) {
  const methods = all.map(({ endpoint }) => endpoint.method).join(", ");
  return apiRoute((context) => {
    const method = context.request.method === "HEAD" ? "GET" : context.request.method;
    const found = all.find(({ endpoint }) => endpoint.method === method);
    if (found) return found.answer(context);
    context.headers.set("allow", methods);
    throw new AppError("method_not_allowed", `This address takes ${methods}.`);
  });
}

interface Result {
  status: number;
  body: unknown;
  /** It is the answer that was kept from the first time. */
  repeated?: boolean;
}

function served(endpoint: Endpoint, run: (context: ApiContext, holder: Holder) => Promise<Result>): Served {
  return {
    endpoint,
    async answer(context) {
      const { request, services, clientIp, headers } = context;
      headers.set("cache-control", "no-store");
      const holder = await identify(services.db, request.headers);
      const asking = { callerId: callerId(holder), tenantId: tenantOf(holder), address: clientIp };
      await takeApiRates(services.db, asking, headers);
      const { status, body, repeated } = await run(context, holder);
      if (repeated) headers.set("idempotent-replayed", "true");
      const type = status >= 400 ? "application/problem+json" : "application/json";
      return new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
    },
  };
}

/** Lets the caller in as their tenant's, and reads what they send. */
async function admitTenant<E extends Endpoint>(endpoint: E, context: ApiContext, holder: Holder) {
  const { request, services, params } = context;
  if (endpoint.auth.by !== "tenant") throw new Error("This endpoint isn't a tenant's.");
  const actor = actForTenant(holder, endpoint.auth, endpoint.path.includes("{id}") ? (params.id ?? "") : undefined);
  if (actor.kind === "api_key") await admitApiRequest(services.db, actor, services.env);
  const query = queryOf(endpoint, request);
  const body = await bodyOf(endpoint, request);
  const path = new URL(request.url).pathname;
  const sent = {
    caller: actor.kind === "api_key" ? `key:${actor.keyId}` : `user:${actor.userId}`,
    path,
    request,
    body,
  };
  const asked: Asked<E> = { services, actor, query, body };
  return { asked, sent };
}

function queryOf<E extends Endpoint>(endpoint: E, request: Request): QueryOf<E> {
  const given = Object.fromEntries(new URL(request.url).searchParams);
  // The declaration's own schema: its output is the type that the endpoint states.
  return (endpoint.query ? validated(endpoint.query, given) : {}) as QueryOf<E>;
}

async function bodyOf<E extends Endpoint>(endpoint: E, request: Request): Promise<BodyOf<E>> {
  if (!endpoint.body || !changes(endpoint)) return undefined as BodyOf<E>;
  const { schema, optional } = endpoint.body;
  const empty = request.body === null || request.headers.get("content-length") === "0";
  const given = optional && empty ? {} : await readJson(request, MAX_BYTES);
  return validated(schema, given) as BodyOf<E>;
}

/** What the declaration names of a reply; one that doesn't fit is our fault, not the caller's. */
function strict(endpoint: Endpoint, status: number, body: unknown): unknown {
  const reply: { schema: z.ZodType } | undefined = status === 202 ? endpoint.replies[202] : endpoint.replies[200];
  if (!reply) throw new Error(`${endpoint.id} doesn't declare the answer ${status}.`);
  return reply.schema.parse(body);
}
