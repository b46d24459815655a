// What every door of the API asks before it does anything for a program: has the tenant the API, is there room left?
import type { ApiKeyActor } from "#app/platform/actor.ts";
import type { Db } from "#app/platform/db.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { requireFeature } from "./entitlements.ts";
import type { LinkBase } from "./refusals.ts";
import { consume } from "./usage.ts";

/** Stands for a visitor who has no session. Too short for a real one, so it never meets anybody's messages. */
const NOBODY = "-";

/**
 * Lets a request by API key in and counts it; it counts even where what it asks for fails. Counted under an id of our
 * own: one that the client may choose could make many requests one.
 * @param base makes links in refusals whole addresses
 * @throws AppError payment_required (`feature_not_in_plan`, `limit_reached`, `trial_ended`), forbidden (`tenant_suspended`)
 */
export async function admitApiRequest(db: Db, actor: ApiKeyActor, base?: LinkBase): Promise<void> {
  // By the visitor's door, since the functions' login has no other. It asks and counts, and reads nothing of the tenant's.
  const { tenantId, sandbox = false } = actor;
  await db.asVisitor({ kind: "visitor", tenantId, sandbox, sessionId: NOBODY }, async (tx) => {
    await requireFeature(tx, "api", base);
    await consume(tx, { metric: "api_requests", key: uuidv7() }, base);
  });
}
