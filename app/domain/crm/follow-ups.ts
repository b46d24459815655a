// What people in the CRM are asked to do for a lead: recorded before it is asked, so that each rule asks once.
import type { SystemTx } from "#app/platform/db.ts";
import { mailEscalation } from "./escalation.ts";
import type { CrmActivity, CrmProvider, CrmUser } from "./ports.ts";
import type { FollowUp } from "./scoring.ts";

interface Open {
  id: string;
  kind: CrmActivity["kind"];
  summary: string;
  note: string;
  due: string;
  assignee: string | null;
}

/** Keys of the rules that have asked something for this lead. */
export async function askedOf(tx: SystemTx, tenantId: string, leadId: string): Promise<Set<string>> {
  const rows = await tx<{ key: string }[]>`
    select key from crm_follow_ups where tenant_id = ${tenantId} and lead_id = ${leadId}`;
  return new Set(rows.map(({ key }) => key));
}

/** Records what is to be asked. Of an escalation people hear by mail at once. */
export async function recordFollowUps(
  tx: SystemTx,
  tenantId: string,
  leadId: string,
  followUps: readonly FollowUp[],
): Promise<void> {
  for (const { key, kind, summary, note, due, person, escalation } of followUps) {
    const [row] = await tx`
      insert into crm_follow_ups (tenant_id, lead_id, key, kind, summary, note, due, assignee, escalation)
      values (${tenantId}, ${leadId}, ${key}, ${kind}, ${summary}, ${note}, ${due}, ${person}, ${escalation})
      on conflict (tenant_id, lead_id, key) do nothing returning id`;
    if (row && escalation) await mailEscalation(tx, tenantId, leadId, { key, person });
  }
}

/**
 * Asks in the CRM what was recorded and isn't there yet. Safe to repeat: the CRM keeps each once.
 * @param externalId of the lead in the CRM
 */
export async function sendFollowUps(
  inTenant: <T>(fn: (tx: SystemTx) => Promise<T>) => Promise<T>,
  crm: CrmProvider,
  { tenantId, leadId, externalId, users }: { tenantId: string; leadId: string; externalId: string; users: CrmUser[] },
): Promise<void> {
  const open = await inTenant(
    (tx) => tx<Open[]>`
      select id, kind, summary, note, due::text as due, assignee from crm_follow_ups
      where tenant_id = ${tenantId} and lead_id = ${leadId} and sent_at is null order by created_at, id`,
  );
  for (const { id, kind, summary, note, due, assignee } of open) {
    const userId = users.find((user) => isPerson(user, assignee))?.id ?? null;
    await crm.scheduleActivity(externalId, { kind, summary, note: escapeHtml(note), due, userId });
    await inTenant((tx) => tx`update crm_follow_ups set sent_at = now() where tenant_id = ${tenantId} and id = ${id}`);
  }
}

/** Whether the user has this address. */
export function isPerson({ email }: CrmUser, person: string | null): boolean {
  return person !== null && email?.toLowerCase() === person.toLowerCase();
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escapeHtml = (text: string): string => text.replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);
