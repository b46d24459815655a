// DNS records as staff sees them: the list over all tenants, one tenant's, one with how it spread.
import type { StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import type { RecordType } from "../provisioning/ports.ts";
import { pageOf, patternOf, readCursor } from "./cursor.ts";
import type { RecordFilter, RecordStatus } from "./dns.schema.ts";
import { noTenant } from "./tenants.ts";

export interface RecordRow {
  id: string;
  tenantId: string;
  tenantName: string;
  purpose: "address" | "verification" | "manual";
  name: string;
  type: RecordType;
  content: string;
  /** Seconds. */
  ttl: number;
  status: RecordStatus;
  reason: string | null;
  verifiedAt: Date | null;
  checkedAt: Date | null;
  createdAt: Date;
  /** How long the world took to learn of it the last time; null where it never had to. */
  propagationMs: number | null;
}

const PAGE = 25;
/** Of one tenant. */
const MOST = 100;

const columns = (tx: StaffTx) => tx`
  r.id, r.tenant_id, t.name as tenant_name, r.purpose, r.name, r.type, r.content, r.ttl, r.status, r.reason, r.verified_at,
  r.checked_at, r.created_at, p.milliseconds as propagation_ms`;
const sources = (tx: StaffTx) => tx`
  dns_records r join tenants t on t.id = r.tenant_id
  left join lateral (
    select milliseconds from dns_propagations
    where tenant_id = r.tenant_id and record_id = r.id and outcome = 'verified' order by created_at desc limit 1
  ) p on true`;

/** The records that fit, newest first. Those that were removed are shown only where they are asked for. */
export async function listRecords(
  tx: StaffTx,
  filter: RecordFilter,
): Promise<{ records: RecordRow[]; nextCursor: string | null }> {
  const cursor = readCursor(filter.cursor);
  const words = patternOf(filter.q);
  const found = await tx<(RecordRow & { at: string })[]>`
    select ${columns(tx)}, r.created_at::text as at from ${sources(tx)}
    where ${filter.status ? tx`r.status = ${filter.status}` : tx`r.status <> 'removed'`}
    ${filter.type ? tx`and r.type = ${filter.type}` : tx``}
    ${words ? tx`and (r.name ilike ${words} or r.content ilike ${words} or t.name ilike ${words})` : tx``}
    ${cursor ? tx`and (r.created_at, r.id) < (${cursor.at}::text::timestamptz, ${cursor.id}::uuid)` : tx``}
    order by r.created_at desc, r.id desc limit ${PAGE + 1}`;
  const { rows, nextCursor } = pageOf(found, PAGE);
  return { records: rows, nextCursor };
}

/** A tenant's records, newest first, without those that were removed. */
export async function recordsOfTenant(tx: StaffTx, tenantId: string): Promise<RecordRow[]> {
  if (!isUuid(tenantId)) throw noTenant();
  return tx<RecordRow[]>`
    select ${columns(tx)} from ${sources(tx)}
    where r.tenant_id = ${tenantId} and r.status <> 'removed' order by r.created_at desc, r.id desc limit ${MOST}`;
}

export interface RecordDetail extends RecordRow {
  provider: string | null;
  publishedAt: Date | null;
  nextCheckAt: Date | null;
  /** Newest first. */
  propagations: {
    id: string;
    outcome: "verified" | "given_up";
    milliseconds: number;
    looks: number;
    createdAt: Date;
  }[];
}

/** One record. @throws AppError not_found */
export async function getRecord(tx: StaffTx, tenantId: string, id: string): Promise<RecordDetail> {
  if (!isUuid(tenantId) || !isUuid(id)) throw noRecord();
  const [[row], propagations] = await Promise.all([
    tx<Omit<RecordDetail, "propagations">[]>`
      select ${columns(tx)}, r.provider, r.published_at, r.next_check_at from ${sources(tx)}
      where r.tenant_id = ${tenantId} and r.id = ${id}`,
    tx<RecordDetail["propagations"]>`
      select id, outcome, milliseconds, looks, created_at from dns_propagations
      where tenant_id = ${tenantId} and record_id = ${id} order by created_at desc limit 20`,
  ]);
  if (!row) throw noRecord();
  return { ...row, propagations };
}

export const noRecord = (): AppError => new AppError("not_found", "There is no such record.");
