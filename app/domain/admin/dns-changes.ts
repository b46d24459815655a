// What staff changes of DNS: only what ought to stand, together with the tenant's audit trail. The worker makes the
// provider follow and looks whether the world knows (provisioning/record-upkeep.ts).
import type { StaffActor } from "#app/platform/actor.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordStaffAudit } from "../audit/audit.ts";
import { checkedDraft } from "../provisioning/dns-records.ts";
import type { RecordType } from "../provisioning/ports.ts";
import { CheckRecord } from "../provisioning/provisioning.jobs.ts";
import type { AddRecord, ChangeRecord } from "./dns.schema.ts";
import { noRecord } from "./dns.ts";

/**
 * Wants a further record for a tenant. One that was taken away comes back.
 * @throws AppError unprocessable with messages by field, conflict where the tenant has it
 */
export async function addRecordAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  input: AddRecord,
): Promise<{ tenantId: string; id: string }> {
  const tenantId = await tenantNamed(tx, input.tenant);
  const { name, type, content, ttl } = checkedDraft(input);
  const [row] = await tx<{ id: string }[]>`
    insert into dns_records as r (tenant_id, purpose, name, type, content, ttl, next_check_at)
    values (${tenantId}, 'manual', ${name}, ${type}, ${content}, ${ttl}, now())
    on conflict (tenant_id, name, type, content) do update set wanted = true, purpose = 'manual', ttl = excluded.ttl,
      status = 'pending', reason = null, published_at = null, verified_at = null, looks = 0, next_check_at = now()
    where not r.wanted
    returning id`;
  if (!row) throw new AppError("conflict", "This organisation has that record already.");
  await recordStaffAudit(tx, actor, tenantId, "dns.record_added", row.id, { name, type });
  await lookNow(tx, tenantId, row.id);
  return { tenantId, id: row.id };
}

/** The tenant with this address or id. */
async function tenantNamed(tx: StaffTx, named: string): Promise<string> {
  const [row] = isUuid(named)
    ? await tx<{ id: string }[]>`select id from tenants where id = ${named}`
    : await tx<{ id: string }[]>`select id from tenants where slug = ${named}`;
  if (row) return row.id;
  const fields = { tenant: ["No organisation has this address or id."] };
  throw new AppError("unprocessable", "There is no such organisation.", { fields });
}

/**
 * Wants another content or TTL for a record.
 * @throws AppError not_found, unprocessable with messages by field, conflict where another record says so already
 */
export async function changeRecordAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  id: string,
  input: ChangeRecord,
): Promise<void> {
  const { name, type, content, ttl } = await lockRecord(tx, tenantId, id);
  const wanted = checkedDraft({ name, type, ...input });
  if (wanted.content === content && wanted.ttl === ttl) return;
  await tx`
    update dns_records set content = ${wanted.content}, ttl = ${wanted.ttl}, status = 'pending', reason = null,
      published_at = null, verified_at = null, looks = 0, next_check_at = now()
    where tenant_id = ${tenantId} and id = ${id}`;
  await recordStaffAudit(tx, actor, tenantId, "dns.record_changed", id, { name, type });
  await lookNow(tx, tenantId, id);
}

/** Wants a record gone. @throws AppError not_found, conflict where it is going already */
export async function removeRecordAsStaff(tx: StaffTx, actor: StaffActor, tenantId: string, id: string): Promise<void> {
  const { name, type } = await lockRecord(tx, tenantId, id);
  await tx`
    update dns_records set wanted = false, status = 'removing', reason = null, next_check_at = now()
    where tenant_id = ${tenantId} and id = ${id}`;
  await recordStaffAudit(tx, actor, tenantId, "dns.record_removed", id, { name, type });
  await lookNow(tx, tenantId, id);
}

/** Has a record looked at again, at the provider and in the world. @throws AppError as removeRecordAsStaff */
export async function verifyRecordAsStaff(tx: StaffTx, actor: StaffActor, tenantId: string, id: string): Promise<void> {
  const { name, type } = await lockRecord(tx, tenantId, id);
  await tx`
    update dns_records set next_check_at = now(), reason = null, looks = 0,
      published_at = case when status = 'failed' then null else published_at end,
      status = case when status in ('verified', 'drifted') then 'propagating' else 'pending' end
    where tenant_id = ${tenantId} and id = ${id}`;
  await recordStaffAudit(tx, actor, tenantId, "dns.record_verified_again", id, { name, type });
  await lookNow(tx, tenantId, id);
}

/** The worker looks within moments; had the job no luck, its sweep finds what is due. */
async function lookNow(tx: StaffTx, tenantId: string, id: string): Promise<void> {
  await enqueue(tx, CheckRecord, { tenantId, recordId: id }, { key: id });
}

interface Locked {
  name: string;
  type: RecordType;
  content: string;
  ttl: number;
}

/** A record that is wanted. */
async function lockRecord(tx: StaffTx, tenantId: string, id: string): Promise<Locked> {
  if (!isUuid(tenantId) || !isUuid(id)) throw noRecord();
  const [row] = await tx<(Locked & { wanted: boolean })[]>`
    select name, type, content, ttl, wanted from dns_records where tenant_id = ${tenantId} and id = ${id} for update`;
  if (!row) throw noRecord();
  if (!row.wanted) throw new AppError("conflict", "This record is being taken away. Add it again if you need it.");
  return row;
}
