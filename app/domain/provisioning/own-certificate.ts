// How the certificate of a tenant's own address stands, for its own people.
import type { TenantTx } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";

export interface OwnCertificate {
  host: string;
  /** Whether the installation speaks https; where not, there is no certificate. */
  https: boolean;
  status: "unknown" | "pending" | "ready" | "failed";
  /** In words for people; null where all is well. */
  reason: string | null;
  expiresAt: Date | null;
  /** Whether our staff was told of something that is wrong. */
  known: boolean;
}

/** Null before an address is chosen. */
export async function ownCertificate(tx: TenantTx, { appUrl }: Pick<Env, "appUrl">): Promise<OwnCertificate | null> {
  const [row] = await tx<Omit<OwnCertificate, "https">[]>`
    select host, tls_status as status, tls_reason as reason, tls_expires_at as expires_at, tls_trouble is not null as known
    from domains where kind = 'subdomain' order by created_at desc limit 1`;
  return row ? { ...row, https: appUrl.startsWith("https:") } : null;
}
