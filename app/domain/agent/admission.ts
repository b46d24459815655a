// Who may knock at the chat's doors: keys, origins, and how often.
import type { ApiKeyActor } from "#app/platform/actor.ts";
import type { Db } from "#app/platform/db.ts";
import { type Env, tenantOrigin } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { sha256Hex } from "#app/platform/ids.ts";
import { isWidgetKey, type KeyHolder, resolveApiKey } from "../team/keys.ts";
import { type RateLimit, rateLimited, takeRate } from "../tenants/limits.ts";
import { isOriginAllowed } from "./origins.ts";

/** Fuses, far above what a business's visitors do: each session has a limit of its own. */
const PER_TENANT: RateLimit = { name: "chat:tenant", limit: 12_000, windowSeconds: 60 };
const PER_ADDRESS: RateLimit = { name: "chat:ip", limit: 300, windowSeconds: 60 };

type Surroundings = Pick<Env, "appUrl" | "appDomain" | "trustProxy">;

interface WidgetRow extends KeyHolder {
  allowedOrigins: string[];
  allowed: boolean;
  resetSeconds: number;
}

/**
 * Whose widget this is, if its page may speak; counts the request. One statement, since every message pays for it.
 * @throws AppError unauthenticated, forbidden (`origin_not_allowed`), rate_limited
 */
export async function admitWidget(db: Db, env: Surroundings, key: string, origin: string | null): Promise<KeyHolder> {
  const [holder] = isWidgetKey(key)
    ? await db.gate<WidgetRow[]>`
        select k.*, r.allowed, r.reset_seconds from app.resolve_widget_key(${key}) k
        cross join lateral app.take_rate(
          ${`${PER_TENANT.name}:`} || k.tenant_id, ${PER_TENANT.limit}, ${PER_TENANT.windowSeconds}) r`
    : [];
  if (!holder) throw new AppError("unauthenticated", "This widget key is not valid.");
  const own = [new URL(env.appUrl).origin, ...(holder.slug ? [tenantOrigin(env, holder.slug)] : [])];
  if (!isOriginAllowed(origin, holder.allowedOrigins, own)) {
    throw new AppError("forbidden", "This page is not among the pages on which this chat may appear.", {
      reason: "origin_not_allowed",
    });
  }
  if (!holder.allowed) throw rateLimited(holder.resetSeconds);
  return holder;
}

/**
 * Whose API key this is, if it may chat; counts the request.
 * @throws AppError unauthenticated, forbidden (`scope_missing`), rate_limited
 */
export async function admitApiKey(db: Db, key: string): Promise<KeyHolder & { actor: ApiKeyActor }> {
  const holder = await resolveApiKey(db, key);
  if (!holder.actor.scopes.includes("chat")) {
    throw new AppError("forbidden", "This API key doesn't carry the scope chat.", { reason: "scope_missing" });
  }
  return holder;
}

/** The API key of a request: `X-API-Key`, or `Authorization: Bearer`. */
export function apiKeyOf(headers: Headers): string | null {
  return headers.get("x-api-key") ?? /^Bearer ([^\s]+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? null;
}

/**
 * Counts one request of a client.
 * @param address where it is known for sure; kept as a digest
 * @throws AppError rate_limited
 */
export async function countAddress(db: Db, tenantId: string, address: string | null): Promise<void> {
  if (address) await takeRate(db, PER_ADDRESS, await sha256Hex(`${tenantId} ${address}`));
}

/** The client's address as the trusted proxy in front states it; null where nobody can be trusted to. */
export function clientAddress(env: Surroundings, headers: Headers): string | null {
  if (!env.trustProxy) return null;
  return headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() || null;
}
