// POST /api/v1/chat: the chat for programs, by API key with the scope `chat`.
import { admitApiKey, apiKeyOf, countAddress } from "#app/domain/agent/admission.ts";
import { chat } from "#app/domain/agent/chat.ts";
import { answerChat, readChatRequest } from "#app/domain/agent/door.ts";
import { admitApiRequest } from "#app/domain/billing/api-access.ts";
import { AppError } from "#app/platform/errors.ts";
import { apiRoute } from "#app/web/api-route.ts";

export const action = apiRoute(async ({ request, services, clientIp }) => {
  if (request.method !== "POST") throw new AppError("method_not_allowed", "This address takes POST.");
  const key = apiKeyOf(request.headers);
  if (key === null) throw new AppError("unauthenticated", "Send an API key (X-API-Key, or Authorization: Bearer).");
  const { tenantId, sandbox, actor } = await admitApiKey(services.db, key);
  await admitApiRequest(services.db, actor, services.env);
  await countAddress(services.db, tenantId, clientIp);
  const input = await readChatRequest(request);
  const caller = { tenantId, channel: "api", sandbox, links: services.env } as const;
  return answerChat(request, (options) => chat(services, caller, input, options), services.log);
});

export const loader = apiRoute(async () => {
  throw new AppError("method_not_allowed", "This address takes POST.");
});
