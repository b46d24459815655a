// The chat's public door, for the widget (widget key, allowed origins) and for programs (API key).
// GET: what the widget shows; POST: one message; OPTIONS: CORS.
import { admitApiKey, admitWidget, apiKeyOf, clientAddress, countAddress } from "#app/domain/agent/admission.ts";
import { SessionId } from "#app/domain/agent/chat.schema.ts";
import { type ChatCaller, type ChatServices, chat } from "#app/domain/agent/chat.ts";
import { chatPage } from "#app/domain/agent/chat-page.ts";
import { answerChat, readChatRequest } from "#app/domain/agent/door.ts";
import { admitApiRequest } from "#app/domain/billing/api-access.ts";
import type { Env } from "#app/platform/env.ts";
import { AppError, problem } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";

export interface ChatDoorServices extends ChatServices {
  env: Pick<Env, "appUrl" | "appDomain" | "trustProxy">;
}

const METHODS = "GET, POST, OPTIONS";
const REQUEST_ID = /^[A-Za-z0-9._-]{8,128}$/;

/** Makes the handler. Every failure is a problem (RFC 9457) that the page may read. */
export function chatHandler(services: ChatDoorServices): (request: Request) => Promise<Response> {
  return async (request) => {
    const given = request.headers.get("x-request-id") ?? "";
    const requestId = REQUEST_ID.test(given) ? given : uuidv7();
    let response: Response;
    try {
      response = await answer(services, request);
    } catch (error) {
      if (!(error instanceof AppError)) services.log.error("chat.failed", { request_id: requestId, error });
      response = problem(error);
    }
    for (const [name, value] of corsOf(request)) response.headers.set(name, value);
    response.headers.set("x-request-id", requestId);
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
}

async function answer(services: ChatDoorServices, request: Request): Promise<Response> {
  switch (request.method) {
    case "OPTIONS":
      return new Response(null, { status: 204 });
    case "GET":
      return showPage(services, request);
    case "POST":
      return takeMessage(services, request);
    default: {
      const refused = problem(new AppError("method_not_allowed", `This address takes ${METHODS}.`));
      refused.headers.set("allow", METHODS);
      return refused;
    }
  }
}

/** Whether a page may go on is decided by its key, so any page may ask and read why it may not. No cookies are involved. */
function corsOf(request: Request): [string, string][] {
  const origin = request.headers.get("origin");
  if (origin === null) return [];
  const headers: [string, string][] = [
    ["access-control-allow-origin", origin],
    ["access-control-expose-headers", "retry-after, x-request-id"],
    ["vary", "origin"],
  ];
  if (request.method !== "OPTIONS") return headers;
  return [
    ...headers,
    ["access-control-allow-methods", METHODS],
    ["access-control-allow-headers", "content-type, accept, x-widget-key, x-request-id"],
    ["access-control-max-age", "86400"],
  ];
}

async function admit({ db, env }: ChatDoorServices, request: Request): Promise<ChatCaller> {
  const { headers } = request;
  const origin = headers.get("origin");
  const widgetKey = headers.get("x-widget-key") ?? new URL(request.url).searchParams.get("key");
  if (widgetKey !== null) {
    const { tenantId, sandbox } = await admitWidget(db, env, widgetKey, origin);
    return { tenantId, channel: "web", origin, sandbox };
  }
  const apiKey = apiKeyOf(headers);
  if (apiKey === null)
    throw new AppError("unauthenticated", "Send a widget key (X-Widget-Key) or an API key (X-API-Key).");
  const { tenantId, sandbox, actor } = await admitApiKey(db, apiKey);
  await admitApiRequest(db, actor, env);
  return { tenantId, channel: "api", sandbox, links: env };
}

async function takeMessage(services: ChatDoorServices, request: Request): Promise<Response> {
  const caller = await admit(services, request);
  await countAddress(services.db, caller.tenantId, clientAddress(services.env, request.headers));
  const input = await readChatRequest(request);
  return answerChat(request, (options) => chat(services, caller, input, options), services.log);
}

async function showPage(services: ChatDoorServices, request: Request): Promise<Response> {
  const caller = await admit(services, request);
  const session = new URL(request.url).searchParams.get("session_id");
  const sessionId = session === null ? null : SessionId.safeParse(session);
  if (sessionId && !sessionId.success) {
    const messages = sessionId.error.issues.map(({ message }) => message);
    throw new AppError("unprocessable", messages[0] ?? "session_id doesn't fit.", { fields: { session_id: messages } });
  }
  await countAddress(services.db, caller.tenantId, clientAddress(services.env, request.headers));
  const page = await chatPage(services.db, caller.tenantId, sessionId?.data ?? null, caller.sandbox);
  return new Response(JSON.stringify(page), {
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}
