// What the page of one's own sessions asks and does, within an organisation or outside of any.
import { z } from "zod";
import { deviceOf } from "#app/domain/team/devices.ts";
import { listSessions, revokeOtherSessions, revokeSession, type SignedIn } from "#app/domain/team/sessions.ts";
import type { UserTx } from "#app/platform/db.ts";
import { readForm, submitForm } from "./forms.ts";
import type { UserContext } from "./guards.ts";

const EndSession = z.object({ id: z.union([z.uuid(), z.literal("others")]) });

/** The sessions as their owner sees them. */
export async function sessionsOf(tx: UserTx, viewer: SignedIn, now: Date) {
  return {
    now,
    timeZone: viewer.timeZone ?? "UTC",
    sessions: (await listSessions(tx)).map(({ id, userAgent, createdAt, lastSeenAt }) => ({
      id,
      device: deviceOf(userAgent),
      createdAt,
      lastSeenAt,
      current: id === viewer.sessionId,
    })),
  };
}

/** Ends the session that the form names, or all others. */
export async function endSession({ actor, request, services }: UserContext) {
  const form = await readForm(request);
  return submitForm(form, EndSession, ({ id }) =>
    services.db.asUser(actor, async (tx) => {
      if (id === "others") await revokeOtherSessions(tx, actor);
      else await revokeSession(tx, id);
    }),
  );
}
