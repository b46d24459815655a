// API keys and widget keys: how they look, how they are made, and whose they are.
// An API key is `fk_` + 32 random characters + 6 characters of checksum; only its SHA-256 is stored.
import type { ApiKeyActor, MemberActor, TenantActor } from "#app/platform/actor.ts";
import type { Db, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";
import { recordAudit } from "../audit/audit.ts";
import { API_SCOPE_NAMES, type CreateApiKey, type SaveWidgetKey } from "./keys.schema.ts";
import { scopesFor } from "./permissions.ts";

const API_KEY = /^fk_([A-Za-z0-9_-]{32})([0-9a-f]{6})$/;
const WIDGET_KEY = /^wk_[A-Za-z0-9_-]{22}$/;

/** A fresh API key, shown once. */
export async function makeApiKey(): Promise<string> {
  const body = randomToken(24);
  return `fk_${body}${await checksum(body)}`;
}

/** A fresh widget key. It is public: allowed origins guard it, not secrecy. */
export function makeWidgetKey(): string {
  return `wk_${randomToken(16)}`;
}

/** Whether a text has the form of a widget key; what hasn't costs no query. */
export function isWidgetKey(text: string): boolean {
  return WIDGET_KEY.test(text);
}

async function checksum(body: string): Promise<string> {
  return (await sha256Hex(`foyer-api-key:${body}`)).slice(0, 6);
}

export interface KeyHolder {
  tenantId: string;
  keyId: string;
  slug: string | null;
  status: string;
  /** Whether the tenant is in sandbox. */
  sandbox: boolean;
}

/**
 * Whose API key this is. A key with a wrong checksum costs no query.
 * @throws AppError unauthenticated, alike for unknown, revoked and expired keys
 */
export async function resolveApiKey(db: Db, key: string): Promise<KeyHolder & { actor: ApiKeyActor }> {
  const [, body, sum] = API_KEY.exec(key) ?? [];
  if (body && sum === (await checksum(body))) {
    const [row] = await db.gate<(KeyHolder & { scopes: string[] })[]>`
      select * from app.resolve_api_key(${await sha256Hex(key)})`;
    if (row) {
      const { tenantId, keyId, scopes, sandbox } = row;
      const actor: ApiKeyActor = { kind: "api_key", tenantId, keyId, scopes, sandbox };
      return { ...row, actor };
    }
  }
  throw new AppError("unauthenticated", "This API key is not valid.");
}

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** The tenant's API keys, newest first, at most 100. */
export async function listApiKeys(tx: TenantTx): Promise<ApiKeyRow[]> {
  return tx<ApiKeyRow[]>`
    select id, name, prefix, scopes, created_at, last_used_at, expires_at, revoked_at
    from api_keys order by created_at desc, id desc limit 100`;
}

/**
 * Creates a key and returns it in clear: the only time that anybody sees it.
 * @throws AppError forbidden where a scope is beyond what the member may do
 */
export async function createApiKey(
  tx: TenantTx,
  actor: MemberActor,
  input: CreateApiKey,
): Promise<{ id: string; key: string }> {
  const beyond = input.scopes.find((scope) => !scopesFor(actor.role).includes(scope));
  if (beyond) {
    const message = `Your role can't give a key this right: ${API_SCOPE_NAMES[beyond].toLowerCase()}.`;
    throw new AppError("forbidden", message, { fields: { scopes: [message] } });
  }
  const key = await makeApiKey();
  const expires = input.expiresInDays ? new Date(Date.now() + input.expiresInDays * 86_400_000) : null;
  const [row] = await tx<{ id: string }[]>`
    insert into api_keys (tenant_id, name, prefix, key_hash, scopes, created_by, expires_at)
    values (app.tenant_id(), ${input.name}, ${key.slice(0, 9)}, ${await sha256Hex(key)}, ${input.scopes}, ${actor.userId}, ${expires})
    returning id`;
  if (!row) throw new AppError("internal", "The key could not be stored.");
  await recordAudit(tx, actor, "api_key.created", row.id, { name: input.name });
  return { id: row.id, key };
}

/** Revokes a key; the next request with it is refused. Revoking twice changes nothing. */
export async function revokeApiKey(tx: TenantTx, actor: TenantActor, id: string): Promise<void> {
  const rows = await tx`update api_keys set revoked_at = now() where id = ${id} and revoked_at is null returning id`;
  if (rows.length === 0) {
    const [known] = await tx`select id from api_keys where id = ${id}`;
    if (!known) throw new AppError("not_found", "There is no such key.");
    return;
  }
  await recordAudit(tx, actor, "api_key.revoked", id);
}

export interface WidgetKeyRow {
  id: string;
  name: string;
  publicKey: string;
  allowedOrigins: string[];
}

/** The widget key in use. Each tenant has one from its first moment. */
export async function currentWidgetKey(tx: TenantTx): Promise<WidgetKeyRow> {
  const [row] = await tx<WidgetKeyRow[]>`
    select id, name, public_key, allowed_origins from widget_keys where revoked_at is null order by created_at desc limit 1`;
  if (!row) throw new AppError("not_found", "This organisation has no widget key.");
  return row;
}

/** Sets the origins on which the widget may appear. */
export async function saveWidgetKey(tx: TenantTx, actor: TenantActor, input: SaveWidgetKey): Promise<void> {
  const key = await currentWidgetKey(tx);
  await tx`update widget_keys set allowed_origins = ${input.allowedOrigins} where id = ${key.id}`;
  await recordAudit(tx, actor, "widget_key.changed", key.id, { origins: input.allowedOrigins.length });
}

/** Replaces the widget key. Pages with the old snippet stop working at once. */
export async function rotateWidgetKey(tx: TenantTx, actor: TenantActor): Promise<void> {
  const old = await currentWidgetKey(tx);
  await tx`update widget_keys set revoked_at = now() where id = ${old.id}`;
  const [fresh] = await tx<{ id: string }[]>`
    insert into widget_keys (tenant_id, name, public_key, allowed_origins)
    values (app.tenant_id(), ${old.name}, ${makeWidgetKey()}, ${old.allowedOrigins}) returning id`;
  await recordAudit(tx, actor, "widget_key.rotated", fresh?.id ?? null);
}
