// Sign-in sessions: random tokens in a cookie, digests in the database, listed and revocable.
import type { MemberActor, StaffRole, TenantRole, UserActor } from "#app/platform/actor.ts";
import type { Db, TenantTx, UserTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";

/** How long a session lasts, in seconds. */
export const SESSION_SECONDS = 30 * 86_400;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Where a sign-in comes from, as its owner will see it in the list of sessions. */
export interface Origin {
  userAgent: string | null;
  ip: string | null;
}

/** A signed-in person and, where the session has one, their tenant. */
export interface SignedIn {
  sessionId: string;
  userId: string;
  email: string;
  emailConfirmed: boolean;
  displayName: string;
  staffRole: StaffRole | null;
  tenantId: string | null;
  tenantRole: TenantRole | null;
  tenantName: string | null;
  tenantSlug: string | null;
  /** As it counts now: a trial that has run out is suspended, whatever any job has come to. */
  tenantStatus: string | null;
  onboardingStep: string | null;
  trialEndsAt: Date | null;
  timeZone: string | null;
  /** Whether the tenant is in sandbox. */
  sandbox: boolean;
  tenantCount: string;
  /** The session's tenant, where that is deleted and not erased yet; then it has no other. */
  deletedTenantId: string | null;
}

/** A fresh token and the row that will stand for it. */
export async function makeSession(origin: Origin): Promise<{ token: string; row: Record<string, string | null> }> {
  const token = randomToken(32);
  const expiresAt = new Date(Date.now() + SESSION_SECONDS * 1000).toISOString();
  return { token, row: { tokenHash: await sha256Hex(token), ...origin, expiresAt } };
}

/** Whether a text has the form of a session's token; what hasn't costs no query. */
export function isSessionToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Who holds this token; null where it is malformed, unknown, expired or revoked. */
export async function resolveSession(db: Db, token: string | null): Promise<SignedIn | null> {
  if (!token || !TOKEN.test(token)) return null;
  const [row] = await db.gate<SignedIn[]>`select * from app.resolve_session(${await sha256Hex(token)})`;
  return row ?? null;
}

/** Opens a session and ends the one whose token came with the request. Returns the new token. */
export async function openSession(db: Db, userId: string, origin: Origin, replaces: string | null): Promise<string> {
  const { token, row } = await makeSession(origin);
  const replaced = replaces ? await sha256Hex(replaces) : null;
  await db.gate`select app.open_session(${userId}, ${JSON.stringify(row)}::text::jsonb, ${replaced})`;
  return token;
}

export async function closeSession(db: Db, token: string): Promise<void> {
  await db.gate`select app.close_session(${await sha256Hex(token)})`;
}

export interface SessionRow {
  id: string;
  userAgent: string | null;
  ip: string | null;
  createdAt: Date;
  lastSeenAt: Date;
}

/** One's own open sessions, latest first, at most 100. */
export async function listSessions(tx: UserTx): Promise<SessionRow[]> {
  return tx<SessionRow[]>`
    select id, user_agent, ip, created_at, last_seen_at from sessions
    where revoked_at is null and expires_at > now() order by last_seen_at desc, id desc limit 100`;
}

/** Ends one of one's own sessions; its next request is refused. */
export async function revokeSession(tx: UserTx, id: string): Promise<void> {
  const rows = await tx`update sessions set revoked_at = now() where id = ${id} and revoked_at is null returning id`;
  if (rows.length === 0) throw new AppError("not_found", "This session has already ended.");
}

/** Ends all of one's sessions but the current one. Returns how many. */
export async function revokeOtherSessions(tx: UserTx, actor: UserActor | MemberActor): Promise<number> {
  const rows =
    await tx`update sessions set revoked_at = now() where id <> ${actor.sessionId} and revoked_at is null returning id`;
  return rows.length;
}

export interface MyTenant {
  tenantId: string;
  name: string;
  slug: string | null;
  status: string;
  role: TenantRole;
}

/** The tenants that one belongs to. */
export async function listMyTenants(tx: UserTx | TenantTx): Promise<MyTenant[]> {
  return tx<MyTenant[]>`select * from app.my_tenants()`;
}

/** Makes another of one's tenants the session's current one. */
export async function switchTenant(tx: UserTx, tenantId: string): Promise<void> {
  const [row] = await tx<{ switched: boolean }[]>`select app.switch_tenant(${tenantId}) as switched`;
  if (!row?.switched) throw new AppError("not_found", "You don't belong to this organisation.");
}
