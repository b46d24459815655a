// The stream of a tenant's news that keeps pages live.
import { resolveSession } from "#app/domain/team/sessions.ts";
import { changeStream } from "#app/web/change-stream.ts";
import { isSecure, isWelcome, publicRoute, requireMember } from "#app/web/guards.ts";
import { readSessionToken } from "#app/web/session-cookie.ts";

export const loader = publicRoute(async ({ context, params, request, services }) => {
  const { actor } = await requireMember({ context, params, request }, "dashboard:read");
  const token = readSessionToken(request, isSecure(services));
  return changeStream({
    userId: actor.userId,
    signal: request.signal,
    subscribe: (listener) => services.changes.subscribe(actor.tenantId, listener),
    stillAllowed: async () => {
      const viewer = await resolveSession(services.db, token);
      return viewer?.tenantId === actor.tenantId && isWelcome(viewer.tenantStatus);
    },
  });
});
