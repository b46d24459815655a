// The stream of a tenant's news that keeps pages live. While the tenant is suspended it tells of the bill alone.
import { resolveSession } from "#app/domain/team/sessions.ts";
import { changeStream } from "#app/web/change-stream.ts";
import { isSecure, isWelcome, publicRoute, requireMember } from "#app/web/guards.ts";
import { readSessionToken } from "#app/web/session-cookie.ts";

export const loader = publicRoute(async ({ context, params, request, services }) => {
  const args = { context, params, request };
  const { actor, viewer } = await requireMember(args, "dashboard:read", { whileSuspended: true });
  const token = readSessionToken(request, isSecure(services));
  const welcome = isWelcome(viewer.tenantStatus);
  return changeStream({
    userId: actor.userId,
    signal: request.signal,
    subscribe: (listener) =>
      services.changes.subscribe(actor.tenantId, (change) => (welcome || isForAll(change)) && listener(change)),
    // Whoever is let in again, or no longer, comes back by a new stream.
    stillAllowed: async () => {
      const now = await resolveSession(services.db, token);
      return now?.tenantId === actor.tenantId && isWelcome(now.tenantStatus) === welcome;
    },
  });
});

/** Of the bill, and of who belongs to the tenant. */
function isForAll({ topic }: { topic: string }): boolean {
  return topic === "billing" || topic === "members" || topic === "*";
}
