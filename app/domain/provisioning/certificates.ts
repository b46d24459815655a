// Tenants' certificates, looked at from time to time by a real handshake with each host: what was seen is written down, and
// staff hears of what is wrong, once. Only where the installation speaks https.
import type { Db, SystemTx } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { emit } from "../events/events.ts";
import type { CertificateCheck } from "./ports.ts";
import { CertificateFailed } from "./provisioning.events.ts";
import { CheckCertificate } from "./provisioning.jobs.ts";
import { type KnownHost, mayHaveCertificate, nextStanding, type TlsStanding, type TlsState } from "./tls.ts";

export interface CertificateServices {
  db: Db;
  env: Pick<Env, "appUrl">;
  /** Null: nobody looks at certificates. */
  certificates: CertificateCheck | null;
  now(): Date;
}

/** Hosts that one sweep sets going. */
const BATCH = 500;
/** For so long a host that was set going isn't set going again, unless a look has said when. */
const LEASE = "5 minutes";
/** So often it is asked whether a host may have a certificate by now. */
const WITHOUT = "6 hours";

/** Where https is spoken, as the app's own address says. */
export const httpsPort = ({ appUrl }: Pick<Env, "appUrl">): number => Number(new URL(appUrl).port || 443);

/** Sets going the hosts whose certificates are due. @returns how many are looked at */
export async function sweepCertificates({ db, certificates, now }: CertificateServices): Promise<number> {
  if (!certificates) return 0;
  return db.asSystem({ reason: "tls.sweep" }, async (tx) => {
    const due = await tx<(KnownHost & { tenantId: string; id: string })[]>`
      update domains d set tls_next_check_at = ${now()}::timestamptz + ${LEASE}::text::interval
      from (
        select tenant_id, id from domains where tls_next_check_at <= ${now()}
        order by tls_next_check_at limit ${BATCH} for update skip locked
      ) as chosen join tenants t on t.id = chosen.tenant_id
      where d.tenant_id = chosen.tenant_id and d.id = chosen.id
      returning d.tenant_id, d.id, d.kind, d.verified_at is not null as verified, t.status as tenant_status`;
    const looked = due.filter(mayHaveCertificate);
    for (const { tenantId, id } of looked) await enqueue(tx, CheckCertificate, { tenantId, domainId: id }, { key: id });
    await tx`
      update domains set tls_next_check_at = ${now()}::timestamptz + ${WITHOUT}::text::interval
      where id = any(${due.filter((host) => !looked.includes(host)).map(({ id }) => id)}::uuid[])`;
    return looked.length;
  });
}

/** Looks at one host's certificate. */
export async function checkCertificate(services: CertificateServices, tenantId: string, id: string): Promise<void> {
  const { db, env, certificates, now } = services;
  const inTenant = <T>(fn: (tx: SystemTx) => Promise<T>) => db.asSystem({ reason: "tls.check", tenantId }, fn);
  if (!certificates) return;
  const [known] = await inTenant(
    (tx) => tx<(KnownHost & { host: string })[]>`
      select d.host, d.kind, d.verified_at is not null as verified, t.status as tenant_status
      from domains d join tenants t on t.id = d.tenant_id where d.tenant_id = ${tenantId} and d.id = ${id}`,
  );
  if (!known || !mayHaveCertificate(known)) return;
  const seen = await certificates(known.host, httpsPort(env));
  await inTenant((tx) => noteCertificate(tx, tenantId, id, seen, now()));
}

/** Writes down what a look has seen. */
export async function noteCertificate(
  tx: SystemTx,
  tenantId: string,
  id: string,
  seen: TlsState,
  now: Date,
): Promise<void> {
  const [before] = await tx<(TlsStanding & { inUse: boolean })[]>`
    select tls_ready_at as ready_at, tls_bad_since as bad_since, tls_trouble as trouble, status = 'live' as in_use
    from domains where tenant_id = ${tenantId} and id = ${id} for update`;
  if (!before) return;
  const after = nextStanding(before, before.inUse, seen, now);
  await tx`
    update domains set tls_status = ${after.status}, tls_reason = ${after.reason}, tls_expires_at = ${after.expiresAt},
      tls_checked_at = ${now}, tls_next_check_at = ${after.nextLookAt}, tls_ready_at = ${after.readyAt},
      tls_bad_since = ${after.badSince}, tls_trouble = ${after.trouble}
    where tenant_id = ${tenantId} and id = ${id}`;
  if (after.alarm) await emit(tx, tenantId, CertificateFailed, { domainId: id, trouble: after.alarm });
  await tx`select app.announce('dns', ${id})`;
}
