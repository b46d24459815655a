// The audit trail: who did what to which row, written by the transaction that did it.
import { type Actor, actorLabel, type StaffActor } from "#app/platform/actor.ts";
import type { InTenantTx, StaffTx } from "#app/platform/db.ts";

/**
 * Records an action in the tenant of the transaction.
 * @param action dotted, past tense: `lead.qualified`
 * @param detail figures and names of fields, never personal data
 */
export async function recordAudit(
  tx: InTenantTx,
  actor: Actor & { tenantId?: string },
  action: string,
  subjectId: string | null,
  detail: Record<string, string | number | boolean | null> = {},
): Promise<void> {
  const { kind, id } = actorLabel(actor);
  await tx`
    insert into audit_log (tenant_id, actor_kind, actor_id, action, subject_id, detail)
    values (app.tenant_id(), ${kind}, ${id}, ${action}, ${subjectId}, ${tx.json(detail)})`;
}

/** Records what staff did in a tenant, in that tenant's trail. */
export async function recordStaffAudit(
  tx: StaffTx,
  actor: StaffActor,
  tenantId: string,
  action: string,
  subjectId: string | null,
  detail: Record<string, string | number | boolean | null> = {},
): Promise<void> {
  await tx`
    insert into audit_log (tenant_id, actor_kind, actor_id, action, subject_id, detail)
    values (${tenantId}, 'staff', ${actor.userId}, ${action}, ${subjectId}, ${tx.json(detail)})`;
}
