// Which site a host name stands for: the app itself, a tenant's, or nobody's.
import type { Db } from "#app/platform/db.ts";

export type Site =
  | { kind: "app" }
  | { kind: "tenant"; tenantId: string; slug: string; name: string; status: string; live: boolean; sandbox: boolean }
  | { kind: "unknown" };

interface HostRow {
  tenantId: string;
  slug: string;
  name: string;
  status: string;
  hostStatus: string;
  sandbox: boolean;
}

const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Resolves a host name (without port, any case).
 * @param appHosts names under which the app itself answers
 */
export async function resolveSite(db: Db, host: string, appHosts: readonly string[]): Promise<Site> {
  const name = host.toLowerCase();
  if (appHosts.includes(name)) return { kind: "app" };
  if (!HOST.test(name)) return { kind: "unknown" };
  const [row] = await db.gate<HostRow[]>`select * from app.resolve_host(${name})`;
  if (!row) return { kind: "unknown" };
  return {
    kind: "tenant",
    tenantId: row.tenantId,
    slug: row.slug,
    name: row.name,
    status: row.status,
    live: row.hostStatus === "live",
    sandbox: row.sandbox,
  };
}
