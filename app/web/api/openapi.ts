// The OpenAPI 3.1 document, made from the endpoints' declarations and the Zod schemas in them: the two can't drift.
import { z } from "zod";
import { API_SCOPE_NAMES } from "#app/domain/team/keys.schema.ts";
import { AppError, type ErrorCode, statusOf } from "#app/platform/errors.ts";
import { changes, type Endpoint, type Refusal, type Reply } from "./declare.ts";
import { RATE_LIMITS } from "./rates.ts";
import { Problem } from "./wire.ts";

type Json = Record<string, unknown>;

const INTRODUCTION = `Foyer's API for your own programs.

**Who you are.** Send an API key (\`X-API-Key\`, or \`Authorization: Bearer\`). Make one under Settings, API keys; it opens
what its scopes name, and your plan must have the API. A signed-in person's program may send the session's token instead
(\`Authorization: Bearer\`): the value of the session's cookie; it opens what the person's role allows. Cookies open
nothing here. Every request by key counts one \`api_requests\`.

**Problems.** Every answer from 400 on is a problem (RFC 9457, \`application/problem+json\`): \`code\` is for programs,
\`detail\` for people, \`errors\` names the fields. An organisation that isn't yours is 404, like one that nobody has.

**Repeating safely.** POST and PUT take an \`Idempotency-Key\`. The same key with the same request gives the first
answer again for a day (\`Idempotent-Replayed: true\`); with another request 422; while the first is under way 409.

**How often.** \`RateLimit-Policy\` and \`RateLimit\` say what is allowed and what is left
(draft-ietf-httpapi-ratelimit-headers): ${RATE_LIMITS.map(({ name, limit }) => `${limit} a minute per ${name}`).join(", ")}.
Beyond it: 429 with \`Retry-After\`.

**Lists** come newest first, in pages: hand \`next_cursor\` back as \`cursor\` until it is null. **Money** is in whole cents
beside its currency. **Times** are ISO 8601 in UTC.`;

/** The document. @param server origin at which the API is reached */
export function describeApi(endpoints: readonly Endpoint[], server: string): Json {
  const paths: Record<string, Json> = {};
  const named: Named = {};
  schemaOf(Problem, "output", named);
  for (const endpoint of endpoints) {
    const path = paths[endpoint.path] ?? {};
    paths[endpoint.path] = { ...path, [endpoint.method.toLowerCase()]: operationOf(endpoint, named) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Foyer API", version: "1", description: INTRODUCTION },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    servers: [{ url: server }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: named,
      headers: HEADERS,
      securitySchemes: {
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: scopeWords() },
        bearer: { type: "http", scheme: "bearer", description: "An API key, or a signed-in person's session token." },
      },
    },
  };
}

const scopeWords = (): string =>
  `An API key. Scopes: ${Object.entries(API_SCOPE_NAMES)
    .map(([scope, words]) => `\`${scope}\` (${words.toLowerCase()})`)
    .join(", ")}.`;

const text = (description: string) => ({ description, schema: { type: "string" } });
const HEADERS = {
  RequestId: text("Names this request; tell it to support."),
  RateLimitPolicy: text('What is allowed, e.g. `"caller";q=300;w=60`: 300 requests within 60 seconds.'),
  RateLimit: text('What is left, e.g. `"caller";r=299;t=60`: 299 requests until 60 seconds from now.'),
  RetryAfter: { description: "Seconds after which to try again.", schema: { type: "integer" } },
  IdempotentReplayed: text("`true`: the answer was kept from the first time."),
};

function operationOf(endpoint: Endpoint, named: Named): Json {
  const { id, tag, summary, description, auth, body, replies } = endpoint;
  const rights =
    auth.by === "tenant"
      ? `Keys need the scope \`${auth.scope}\`; people the right \`${auth.permission}\`.`
      : auth.by === "key"
        ? `Keys need the scope \`${auth.scope}\`.`
        : null;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, rights].filter(Boolean).join("\n\n") || undefined,
    security: securityOf(endpoint),
    parameters: parametersOf(endpoint, named),
    requestBody: body && {
      required: !body.optional,
      content: { "application/json": { schema: schemaOf(body.schema, "input", named), example: body.example } },
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, reply]) => [status, replyOf(endpoint, reply, named)]),
      ),
      ...problemsOf(endpoint),
    },
  };
}

function securityOf({ auth }: Endpoint): Json[] {
  if (auth.by === "anybody") return [];
  return auth.by === "staff" ? [{ bearer: [] }] : [{ apiKey: [] }, { bearer: [] }];
}

function parametersOf(endpoint: Endpoint, named: Named): Json[] {
  const found: Json[] = [];
  if (endpoint.path.includes("{id}")) {
    const description = "Your organisation, as `/api/v1/tenant/current` names it.";
    found.push({ name: "id", in: "path", required: true, description, schema: { type: "string", format: "uuid" } });
  }
  if (endpoint.query) {
    const { properties = {}, required = [] } = schemaOf(endpoint.query, "input", named) as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    for (const [name, { description, ...schema }] of Object.entries(properties)) {
      found.push({ name, in: "query", required: required.includes(name), description, schema });
    }
  }
  if (takesKeys(endpoint)) {
    const description = "Chosen by you, new for each request, the same when you send that request again.";
    const schema = { type: "string", minLength: 1, maxLength: 255 };
    found.push({ name: "Idempotency-Key", in: "header", required: false, description, schema });
  }
  return found;
}

/** The chat has a key of its own: `message_id`. */
const takesKeys = (endpoint: Endpoint): boolean => changes(endpoint) && endpoint.auth.by === "tenant";

function replyOf(endpoint: Endpoint, { description, schema, example, also = {} }: Reply, named: Named): Json {
  const others = Object.entries(also).map(([type, words]) => [
    type,
    { schema: { type: "string", description: words } },
  ]);
  const content = {
    "application/json": { schema: schemaOf(schema, "output", named), example },
    ...Object.fromEntries(others),
  };
  return { description, headers: headersOf(endpoint), content };
}

function headersOf(endpoint: Endpoint, status = 200): Json {
  const ref = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` });
  return {
    "X-Request-Id": ref("RequestId"),
    ...(isLimited(endpoint) &&
      status !== 401 && { "RateLimit-Policy": ref("RateLimitPolicy"), RateLimit: ref("RateLimit") }),
    ...((status === 429 || status === 503) && { "Retry-After": ref("RetryAfter") }),
    ...(takesKeys(endpoint) && status < 400 && { "Idempotent-Replayed": ref("IdempotentReplayed") }),
  };
}

const isLimited = ({ auth }: Endpoint): boolean => auth.by === "tenant" || auth.by === "staff";

/** What every endpoint of a kind may refuse with, before what it declares itself. */
function refusalsOf(endpoint: Endpoint): Refusal[] {
  const { auth, path, query, body, refusals = [] } = endpoint;
  const common: Refusal[] = [];
  const add = (code: ErrorCode, description: string) => common.push({ code, description });
  if (auth.by === "anybody") return [...refusals];
  add("unauthenticated", "No key or session, or one that is unknown, revoked or expired.");
  if (auth.by === "staff") add("forbidden", "For the operator's staff.");
  else {
    add(
      "payment_required",
      "The plan hasn't the API, or no request is left: `feature_not_in_plan`, `limit_reached`, `trial_ended`.",
    );
    add("forbidden", "`scope_missing`; the role doesn't allow it; `tenant_suspended`.");
  }
  if (path.includes("{id}")) add("not_found", "Not your organisation.");
  if (body) {
    add("invalid", "The body isn't JSON.");
    add("too_large", "The body is larger than 64 KiB.");
    add("unsupported_media_type", "The body isn't `application/json`.");
  }
  if (takesKeys(endpoint)) {
    add("invalid", "`idempotency_key_invalid`.");
    add("conflict", "`idempotency_in_flight`: the first request under this key is under way.");
    add("unprocessable", "`idempotency_key_reused`: this key was used for another request.");
  }
  if (query || body) add("unprocessable", "A value doesn't fit; `errors` names it.");
  add("rate_limited", "Too many requests.");
  add("unavailable", "For the moment; try again after `Retry-After`.");
  return [...common, ...refusals];
}

function problemsOf(endpoint: Endpoint): Record<string, Json> {
  const byStatus = new Map<number, Refusal[]>();
  for (const refusal of refusalsOf(endpoint)) {
    const status = statusOf(new AppError(refusal.code, ""));
    byStatus.set(status, [...(byStatus.get(status) ?? []), refusal]);
  }
  const answers = [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, all]) => {
      const schema = { $ref: "#/components/schemas/Problem" };
      const description = all.map((refusal) => refusal.description).join(" ");
      return [
        status,
        { description, headers: headersOf(endpoint, status), content: { "application/problem+json": { schema } } },
      ];
    });
  return Object.fromEntries(answers);
}

/** Schemas that have a name (`.meta({ id })`), as each conversion meets them. */
type Named = Record<string, unknown>;

/** A schema as JSON Schema 2020-12, the dialect of OpenAPI 3.1; what has a name is referred to and goes to `named`. */
function schemaOf(schema: z.ZodType, io: "input" | "output", named: Named): Json {
  const { properties, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), {
    ...({ io, target: "draft-2020-12", unrepresentable: "any" } as const),
  });
  const whole = (json: unknown): unknown =>
    JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
  for (const [name, { id: _, ...json }] of Object.entries($defs)) named[name] = whole(json);
  return whole(properties?.it ?? {}) as Json;
}
