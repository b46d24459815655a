// How often the API may be asked, per caller, tenant and address, and the headers that say how it stands.
import { type RateLimit, rateLimited, takeRates } from "#app/domain/tenants/limits.ts";
import type { Db } from "#app/platform/db.ts";
import { sha256Hex } from "#app/platform/ids.ts";

const CALLER: RateLimit = { name: "caller", limit: 300, windowSeconds: 60 };
const TENANT: RateLimit = { name: "tenant", limit: 1200, windowSeconds: 60 };
const ADDRESS: RateLimit = { name: "address", limit: 600, windowSeconds: 60 };
export const RATE_LIMITS = [CALLER, TENANT, ADDRESS] as const;

export interface Asking {
  callerId: string;
  tenantId: string | null;
  /** Kept as a digest. */
  address: string;
}

/**
 * Counts a request and says in `headers` how the limits stand: RateLimit-Policy and RateLimit of
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (version 10).
 * @throws AppError rate_limited
 */
export async function takeApiRates(db: Db, asking: Asking, headers: Headers): Promise<void> {
  const { callerId, tenantId, address } = asking;
  // Per caller's tenant: whoever shares an address with others isn't slowed by them.
  const place = (await sha256Hex(`${tenantId ?? callerId} ${address}`)).slice(0, 32);
  const uses = [
    { ...CALLER, subject: callerId },
    ...(tenantId === null ? [] : [{ ...TENANT, subject: tenantId }]),
    { ...ADDRESS, subject: place },
  ];
  const taken = await takeRates(
    db,
    uses.map((use) => ({ ...use, name: `api:${use.name}` })),
  );
  const standing = taken.map((rate) => ({ ...rate, name: rate.name.slice("api:".length) }));
  headers.set("ratelimit-policy", standing.map((r) => `"${r.name}";q=${r.limit};w=${r.windowSeconds}`).join(", "));
  headers.set("ratelimit", standing.map((r) => `"${r.name}";r=${r.remaining};t=${r.resetSeconds}`).join(", "));
  const over = standing.filter(({ allowed }) => !allowed);
  if (over.length > 0) throw rateLimited(Math.max(...over.map(({ resetSeconds }) => resetSeconds)));
}
