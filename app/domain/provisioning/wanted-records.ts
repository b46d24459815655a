// The DNS records that ought to stand at the operator's provider (table dns_records), and how far each has come. What is
// written here is only wished; record-upkeep.ts makes it so.
import type { SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { checkedDraft, plainContent } from "./dns-records.ts";
import type { RecordDraft } from "./ports.ts";

export type RecordStatus = "pending" | "propagating" | "verified" | "drifted" | "failed" | "removing" | "removed";
export type RecordPurpose = "address" | "verification" | "manual";

export interface WantedRecord extends RecordDraft {
  id: string;
  tenantId: string;
  purpose: RecordPurpose;
  /** False: it is to be taken away. */
  wanted: boolean;
  /** Name of the provider that has it, and what that calls zone and record. Null: not made yet, or taken away. */
  provider: string | null;
  zoneId: string | null;
  recordId: string | null;
  status: RecordStatus;
  /** Why it is where it is, in words for people. */
  reason: string | null;
  publishedAt: Date | null;
  verifiedAt: Date | null;
  /** Rounds in which name servers were asked since it was published. */
  looks: number;
  nextCheckAt: Date | null;
}

/** Seconds for which the world may remember a tenant's address. */
const ADDRESS_TTL = 300;

/**
 * What a tenant's host has to say to lead to the edge.
 * @param target an IPv4 or IPv6 address, or a name
 * @throws AppError unprocessable where it is neither
 */
export function addressRecord(host: string, target: string): RecordDraft {
  const type = (["A", "AAAA", "CNAME"] as const).find((one) => plainContent(one, target) !== null) ?? "CNAME";
  return checkedDraft({ name: host, type, content: target, ttl: ADDRESS_TTL });
}

interface Wish {
  tenantId: string;
  domainId: string | null;
  purpose: RecordPurpose;
  draft: RecordDraft;
}

/**
 * Wishes for a record; where it is wished for already, finds it. An address leads to one place: what else was wished for
 * under its name is taken away.
 */
export async function wantRecord(tx: SystemTx, { tenantId, domainId, purpose, draft }: Wish) {
  const { name, type, content, ttl } = checkedDraft(draft);
  if (purpose === "address")
    await tx`
      update dns_records set wanted = false, status = 'removing', reason = null, next_check_at = now()
      where tenant_id = ${tenantId} and purpose = 'address' and name = ${name} and wanted
        and (type, content) is distinct from (${type}, ${content})`;
  const [row] = await tx<WantedRecord[]>`
    insert into dns_records (tenant_id, domain_id, purpose, name, type, content, ttl)
    values (${tenantId}, ${domainId}, ${purpose}, ${name}, ${type}, ${content}, ${ttl})
    on conflict (tenant_id, name, type, content) do update set
      wanted = true, domain_id = excluded.domain_id, ttl = excluded.ttl,
      status = case when dns_records.wanted then dns_records.status else 'pending' end
    returning *`;
  if (!row) throw new AppError("internal", "The record could not be noted.");
  return row;
}

/** Has a record taken away, by the next look. What is taken away already stays so. */
export async function unwantRecord(tx: SystemTx, tenantId: string, id: string): Promise<void> {
  await tx`
    update dns_records set wanted = false, status = 'removing', reason = null, next_check_at = now()
    where tenant_id = ${tenantId} and id = ${id} and wanted`;
}

/** One record; null where there is none. */
export async function findRecord(tx: SystemTx, tenantId: string, id: string): Promise<WantedRecord | null> {
  const [row] = await tx<WantedRecord[]>`select * from dns_records where tenant_id = ${tenantId} and id = ${id}`;
  return row ?? null;
}

/** The record by which a host leads here; null where none is wished for. */
export async function recordOfHost(tx: SystemTx, host: string): Promise<WantedRecord | null> {
  const [row] = await tx<WantedRecord[]>`
    select * from dns_records where name = ${host} and purpose = 'address' and wanted order by created_at desc limit 1`;
  return row ?? null;
}
