// Who calls the API, and whether they may: an API key or a signed-in person's session token, never a cookie.
import { apiKeyOf } from "#app/domain/agent/admission.ts";
import { resolveApiKey } from "#app/domain/team/keys.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { isSessionToken, resolveSession, type SignedIn } from "#app/domain/team/sessions.ts";
import type { ApiKeyActor, StaffActor, TenantActor } from "#app/platform/actor.ts";
import type { Db } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { admitMember, isMember } from "../guards.ts";
import type { Auth } from "./declare.ts";

/** Whose credentials came with a request. Nothing is said yet of what they may. */
export type Holder = { kind: "key"; actor: ApiKeyActor } | { kind: "person"; viewer: SignedIn };

/**
 * Whose credentials these are: `X-API-Key`, or `Authorization: Bearer` with a key or a session's token. What hasn't the
 * form of either costs no query.
 * @throws AppError unauthenticated
 */
export async function identify(db: Db, headers: Headers): Promise<Holder> {
  const given = apiKeyOf(headers);
  if (given === null) {
    throw new AppError("unauthenticated", "Send an API key (X-API-Key, or Authorization: Bearer).");
  }
  if (!isSessionToken(given)) return { kind: "key", actor: (await resolveApiKey(db, given)).actor };
  const viewer = await resolveSession(db, given);
  if (!viewer) throw new AppError("unauthenticated", "This session has ended. Please sign in again.");
  return { kind: "person", viewer };
}

/** What tells a caller from others: the key's id or the person's. */
export function callerId(holder: Holder): string {
  return holder.kind === "key" ? holder.actor.keyId : holder.viewer.userId;
}

/** The tenant for which the caller speaks; null for a person outside of any. */
export function tenantOf(holder: Holder): string | null {
  return holder.kind === "key" ? holder.actor.tenantId : holder.viewer.tenantId;
}

/**
 * The caller as who acts for their tenant.
 * @param asked the tenant that the path names, where it names one: another's and nobody's are the same
 * @throws AppError not_found, forbidden (`scope_missing`, `tenant_suspended`)
 */
export function actForTenant(
  holder: Holder,
  auth: Extract<Auth, { by: "tenant" }>,
  asked: string | undefined,
): TenantActor {
  if (asked !== undefined && asked.toLowerCase() !== tenantOf(holder)) {
    throw new AppError("not_found", "There is no such organisation.");
  }
  if (holder.kind === "person") {
    if (!isMember(holder.viewer)) throw new AppError("forbidden", "You don't belong to an organisation.");
    return admitMember(holder.viewer, auth.permission, { whileSuspended: auth.whileSuspended ?? false });
  }
  const { actor } = holder;
  if (!actor.scopes.includes(auth.scope)) {
    throw new AppError("forbidden", `This API key doesn't carry the scope ${auth.scope}.`, { reason: "scope_missing" });
  }
  return actor;
}

/**
 * The caller as one of the operator's staff. API keys belong to tenants and never are.
 * @throws AppError forbidden
 */
export function actAsStaff(holder: Holder, auth: Extract<Auth, { by: "staff" }>): StaffActor {
  const role = holder.kind === "person" ? holder.viewer.staffRole : null;
  if (holder.kind !== "person" || role === null || !staffMay(role, auth.permission)) {
    throw new AppError("forbidden", "This is for the operator's staff.");
  }
  const { userId, sessionId } = holder.viewer;
  return { kind: "staff", userId, sessionId, role };
}
