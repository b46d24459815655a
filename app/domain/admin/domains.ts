// Tenants' hosts as staff sees them: whether each is live, how its certificate stands and why, and another look at it.
import type { StaffActor } from "#app/platform/actor.ts";
import type { StaffTx } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordStaffAudit } from "../audit/audit.ts";
import { CheckCertificate } from "../provisioning/provisioning.jobs.ts";
import { type KnownHost, type TlsTrouble, whyWithoutCertificate } from "../provisioning/tls.ts";
import { pageOf, patternOf, readCursor } from "./cursor.ts";
import type { DomainFilter, LookAgain } from "./domains.schema.ts";

export interface DomainRow {
  id: string;
  tenantId: string;
  tenantName: string;
  host: string;
  kind: "subdomain" | "custom";
  status: "pending" | "live" | "failed";
  /** Whether the owner of a domain of their own is proved; an address of ours needs no proof. */
  verified: boolean;
  createdAt: Date;
  tlsStatus: "unknown" | "pending" | "ready" | "failed";
  /** In words for people; null where all is well. */
  tlsReason: string | null;
  tlsExpiresAt: Date | null;
  tlsCheckedAt: Date | null;
  tlsTrouble: TlsTrouble | null;
  /** Whether another look makes sense: there may be a certificate. */
  certifiable: boolean;
}

type Stored = Omit<DomainRow, "certifiable"> & KnownHost;
const PAGE = 25;
/** Of one tenant. */
const MOST = 50;

const columns = (tx: StaffTx) => tx`
  d.id, d.tenant_id, t.name as tenant_name, t.status as tenant_status, d.host, d.kind, d.status,
  d.kind = 'subdomain' or d.verified_at is not null as verified, d.created_at, d.tls_status, d.tls_reason, d.tls_expires_at,
  d.tls_checked_at, d.tls_trouble`;

/** The hosts that fit, newest first. */
export async function listDomains(
  tx: StaffTx,
  filter: DomainFilter,
): Promise<{ domains: DomainRow[]; nextCursor: string | null }> {
  const cursor = readCursor(filter.cursor);
  const words = patternOf(filter.q);
  const { kind, certificate } = filter;
  const found = await tx<(Stored & { at: string })[]>`
    select ${columns(tx)}, d.created_at::text as at from domains d join tenants t on t.id = d.tenant_id
    where true
    ${kind ? tx`and d.kind = ${kind}` : tx``}
    ${certificate === "trouble" ? tx`and d.tls_trouble is not null` : tx``}
    ${certificate && certificate !== "trouble" ? tx`and d.tls_status = ${certificate}` : tx``}
    ${words ? tx`and (d.host ilike ${words} or t.name ilike ${words})` : tx``}
    ${cursor ? tx`and (d.created_at, d.id) < (${cursor.at}::text::timestamptz, ${cursor.id}::uuid)` : tx``}
    order by d.created_at desc, d.id desc limit ${PAGE + 1}`;
  const { rows, nextCursor } = pageOf(found, PAGE);
  return { domains: rows.map(shown), nextCursor };
}

/** A tenant's hosts: its own address first, then those in trouble, then the newest. */
export async function domainsOfTenant(tx: StaffTx, tenantId: string): Promise<DomainRow[]> {
  const rows = await tx<Stored[]>`
    select ${columns(tx)} from domains d join tenants t on t.id = d.tenant_id
    where d.tenant_id = ${tenantId} order by d.kind desc, d.tls_trouble is null, d.created_at desc limit ${MOST}`;
  return rows.map(shown);
}

/** How many hosts have trouble with their certificates. */
export async function countTroubles(tx: StaffTx): Promise<number> {
  const [row] = await tx<{ count: number }[]>`select count(*)::int from domains where tls_trouble is not null`;
  return row?.count ?? 0;
}

function shown({ tenantStatus, ...domain }: Omit<Stored, "at">): DomainRow {
  const why = whyWithoutCertificate({ kind: domain.kind, verified: domain.verified, tenantStatus });
  return { ...domain, tlsReason: why ?? domain.tlsReason, certifiable: why === null };
}

/**
 * Has a host's certificate looked at within moments.
 * @throws AppError not_found; conflict where there is no certificate to look at
 */
export async function lookAgainAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  env: Pick<Env, "appUrl">,
  { tenantId, domainId }: LookAgain,
): Promise<void> {
  const [row] = await tx<(KnownHost & { host: string })[]>`
    select d.host, d.kind, d.verified_at is not null as verified, t.status as tenant_status
    from domains d join tenants t on t.id = d.tenant_id where d.tenant_id = ${tenantId} and d.id = ${domainId}`;
  if (!row) throw new AppError("not_found", "There is no such domain.");
  if (!speaksHttps(env))
    throw new AppError("conflict", "This installation speaks plain http: there is no certificate.");
  const why = whyWithoutCertificate(row);
  if (why) throw new AppError("conflict", why);
  await recordStaffAudit(tx, actor, tenantId, "tls.checked_again", domainId, { host: row.host });
  await enqueue(tx, CheckCertificate, { tenantId, domainId }, { key: domainId });
}

/** Whether there are certificates at all. */
export const speaksHttps = ({ appUrl }: Pick<Env, "appUrl">): boolean => appUrl.startsWith("https:");
