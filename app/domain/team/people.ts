// People as our database knows them, whoever keeps their passwords: proving an address, mirroring an outside account.
import type { UserActor } from "#app/platform/actor.ts";
import type { Db } from "#app/platform/db.ts";
import { sha256Hex, uuidv7 } from "#app/platform/ids.ts";
import { revokeOtherSessions } from "./sessions.ts";

/** Proves an address by the token of our own mail. `joined`: it belongs to an earlier account now. */
export async function proveAddress(db: Db, token: string): Promise<"verified" | "joined" | "invalid"> {
  const [row] = await db.gate<{ outcome: "verified" | "joined" | "invalid" }[]>`
    select app.verify_email(${await sha256Hex(token)}) as outcome`;
  return row?.outcome ?? "invalid";
}

/** Queues our own verification mail for somebody who hasn't proved their address; at most one a minute. */
export async function queueVerification(db: Db, actor: UserActor): Promise<void> {
  await db.asUser(actor, (tx) => tx`select app.request_verification()`);
}

/** Mirrors an account of an outside provider. Ours that had proved the same address joins it. */
export async function adoptPerson(
  db: Db,
  person: { userId: string; email: string; confirmed: boolean; displayName: string },
): Promise<void> {
  await db.gate`select app.adopt_user(${person.userId}, ${person.email}, ${person.confirmed}, ${person.displayName})`;
}

/** Ends every session of a person. */
export async function endSessions(db: Db, userId: string): Promise<void> {
  const actor = nobodysSession(userId);
  await db.asUser(actor, (tx) => revokeOtherSessions(tx, actor));
}

/** Acts for a person outside of any of their sessions. */
function nobodysSession(userId: string): UserActor {
  return { kind: "user", userId, sessionId: uuidv7() };
}
