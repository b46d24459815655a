// The stream of all tenants' news that keeps the staff's pages live: which topic, and the id of what changed.
import { resolveSession } from "#app/domain/team/sessions.ts";
import { changeStream } from "#app/web/change-stream.ts";
import { isSecure, publicRoute } from "#app/web/guards.ts";
import { readSessionToken } from "#app/web/session-cookie.ts";
import { isStaff, requireStaff } from "#app/web/staff-guards.ts";

/** What the staff's pages show; conversations and usage of all tenants together would be a flood. */
const SHOWN = new Set(["provisioning", "dns", "deployments", "crm", "*"]);

export const loader = publicRoute(async ({ context, params, request, services }) => {
  const { actor } = await requireStaff({ context, params, request }, "tenants:read");
  const token = readSessionToken(request, isSecure(services));
  return changeStream({
    userId: actor.userId,
    signal: request.signal,
    subscribe: (listener) => services.changes.subscribeAll((change) => SHOWN.has(change.topic) && listener(change)),
    stillAllowed: async () => {
      const now = await resolveSession(services.db, token);
      return now !== null && isStaff(now);
    },
  });
});
