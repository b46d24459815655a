// Who acts: every door to the database takes one of these and turns it into JWT claims.
import { AppError } from "./errors.ts";
import { isUuid } from "./ids.ts";

export type TenantRole = "owner" | "admin" | "agent" | "viewer";
export type StaffRole = "support" | "billing" | "superadmin";

/** A signed-in person in one tenant. */
export interface MemberActor {
  kind: "member";
  userId: string;
  sessionId: string;
  tenantId: string;
  role: TenantRole;
  /** The tenant is in sandbox: what is done is test data, and test data is all that is seen. */
  sandbox?: boolean;
}
/** A program of the tenant's, by API key. */
export interface ApiKeyActor {
  kind: "api_key";
  tenantId: string;
  keyId: string;
  scopes: string[];
  sandbox?: boolean;
}
/** Somebody on the tenant's website. `sessionId` is the visitor's own random session, not a sign-in. */
export interface VisitorActor {
  kind: "visitor";
  tenantId: string;
  sessionId: string;
  sandbox?: boolean;
}
/** A signed-in person outside of any tenant: sees their own account, sessions and memberships. */
export interface UserActor {
  kind: "user";
  userId: string;
  sessionId: string;
}
/** A member of the operator's staff. */
export interface StaffActor {
  kind: "staff";
  userId: string;
  sessionId: string;
  role: StaffRole;
}
/** A job. With a tenant it sees that tenant alone; it works across tenants only where the field is left out. */
export interface SystemActor {
  kind: "system";
  reason: string;
  tenantId?: string;
  /** What comes of test data is test data. A job sees either. */
  sandbox?: boolean;
}

export type Actor = MemberActor | ApiKeyActor | VisitorActor | UserActor | StaffActor | SystemActor;
export type TenantActor = MemberActor | ApiKeyActor;

/**
 * JWT claims in the shape that Supabase Auth issues (`role`, `sub`, `app_metadata`).
 * @throws AppError internal for a tenant that is no id: an empty one must not pass for none
 */
export function claimsOf(actor: Actor): Record<string, unknown> {
  switch (actor.kind) {
    case "member":
      return {
        role: "authenticated",
        sub: actor.userId,
        session_id: actor.sessionId,
        app_metadata: { ...placeOf(actor), tenant_role: actor.role },
      };
    case "api_key":
      return {
        role: "authenticated",
        sub: actor.keyId,
        app_metadata: { ...placeOf(actor), tenant_role: "api_key" },
      };
    case "visitor":
      return { role: "anon", visitor_session: actor.sessionId, app_metadata: placeOf(actor) };
    case "user":
      return { role: "authenticated", sub: actor.userId, session_id: actor.sessionId, app_metadata: {} };
    case "staff":
      return {
        role: "staff",
        sub: actor.userId,
        session_id: actor.sessionId,
        app_metadata: { staff_role: actor.role },
      };
    case "system":
      return {
        role: "service_role",
        sub: null,
        app_metadata: "tenantId" in actor ? placeOf(actor) : { across_tenants: true },
      };
  }
}

/** The tenant of the work, and its mode where that is the sandbox. */
function placeOf({ tenantId, sandbox }: { tenantId?: string; sandbox?: boolean }): Record<string, unknown> {
  if (tenantId === undefined || !isUuid(tenantId)) throw new AppError("internal", "This work belongs to no tenant.");
  return { tenant_id: tenantId, ...(sandbox && { sandbox: true }) };
}

/** How the audit log names the actor. */
export function actorLabel(actor: Actor): { kind: Actor["kind"]; id: string | null } {
  switch (actor.kind) {
    case "member":
    case "user":
    case "staff":
      return { kind: actor.kind, id: actor.userId };
    case "api_key":
      return { kind: actor.kind, id: actor.keyId };
    case "visitor":
    case "system":
      return { kind: actor.kind, id: null };
  }
}
