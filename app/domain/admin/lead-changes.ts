// What staff does with a lead: has it synchronised, says what the platform can't know, says what is done. Each stands in
// the tenant's trail; the worker does the rest (crm/sync.ts).
import type { StaffActor } from "#app/platform/actor.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { recordStaffAudit } from "../audit/audit.ts";
import { HOUSE } from "../crm/connection.ts";
import { requestLeadSync } from "../crm/sync.ts";
import type { BeginNegotiation, ScheduleDemo } from "./leads.schema.ts";
import { noTenant } from "./tenants.ts";

/** Has the lead brought up to date at once. @throws AppError not_found */
export async function syncLeadAsStaff(tx: StaffTx, actor: StaffActor, tenantId: string): Promise<void> {
  await mustExist(tx, tenantId);
  await requestLeadSync(tx, tenantId);
  await recordStaffAudit(tx, actor, tenantId, "crm.lead_sync_asked", tenantId);
}

/** A demonstration is agreed on, or is on another day. @throws AppError not_found */
export async function scheduleDemo(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  { plannedAt, note }: ScheduleDemo,
): Promise<void> {
  await mark(tx, actor, tenantId, { kind: "demo", plannedAt, note });
  const detail = { plannedAt: plannedAt.toISOString() };
  await recordStaffAudit(tx, actor, tenantId, "crm.demo_scheduled", tenantId, detail);
}

/** A contract is talked over. @throws AppError not_found */
export async function beginNegotiation(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  { note }: BeginNegotiation,
): Promise<void> {
  await mark(tx, actor, tenantId, { kind: "negotiation", plannedAt: null, note });
  await recordStaffAudit(tx, actor, tenantId, "crm.negotiation_begun", tenantId);
}

async function mark(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  { kind, plannedAt, note }: { kind: "demo" | "negotiation"; plannedAt: Date | null; note: string },
): Promise<void> {
  await mustExist(tx, tenantId);
  await tx`
    insert into crm_marks (tenant_id, kind, planned_at, note, created_by)
    values (${tenantId}, ${kind}, ${plannedAt}, ${note}, ${actor.userId})
    on conflict (tenant_id, kind) do update set planned_at = excluded.planned_at, note = excluded.note,
      created_by = excluded.created_by, created_at = now()`;
  await requestLeadSync(tx, tenantId);
}

/** It isn't so any more. @throws AppError not_found */
export async function dropMark(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  kind: "demo" | "negotiation",
): Promise<void> {
  await mustExist(tx, tenantId);
  const gone = await tx`delete from crm_marks where tenant_id = ${tenantId} and kind = ${kind} returning id`;
  if (gone.length === 0) throw new AppError("not_found", "Somebody else has taken this back already.");
  await requestLeadSync(tx, tenantId);
  const action = kind === "demo" ? "crm.demo_dropped" : "crm.negotiation_ended";
  await recordStaffAudit(tx, actor, tenantId, action, tenantId);
}

/** What was asked is done. Where there is a CRM, people say so there. @throws AppError not_found */
export async function finishFollowUp(tx: StaffTx, actor: StaffActor, tenantId: string, id: string): Promise<void> {
  if (!isUuid(tenantId)) throw noTenant();
  const [done] = await tx<{ key: string }[]>`
    update crm_follow_ups f set done_at = now(), done_by = ${actor.userId}
    from crm_leads l
    where f.tenant_id = ${tenantId} and f.id = ${id} and f.done_at is null
      and l.tenant_id = f.tenant_id and l.id = f.lead_id and l.provider = ${HOUSE}
    returning f.key`;
  if (!done) throw new AppError("not_found", "This is done already, or it is done in your CRM.");
  await recordStaffAudit(tx, actor, tenantId, "crm.follow_up_done", id, { rule: done.key });
}

async function mustExist(tx: StaffTx, tenantId: string): Promise<void> {
  if (!isUuid(tenantId)) throw noTenant();
  const [row] = await tx`select id from tenants where id = ${tenantId} and status <> 'deleted'`;
  if (!row) throw noTenant();
}
