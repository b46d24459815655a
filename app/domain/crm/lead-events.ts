// What became of a lead: made, moved and by whom, out of reach and back. Only what changed is written down.
import type { SystemTx } from "#app/platform/db.ts";

export type LeadEvent =
  | { kind: "made" | "recovered" }
  | { kind: "stage" | "owner"; from: string | null; to: string | null; byPerson: boolean }
  | { kind: "failing"; reason: string };

/** Writes down what happened to a lead. */
export async function noteLead(tx: SystemTx, tenantId: string, leadId: string, event: LeadEvent): Promise<void> {
  const { kind, ...detail } = event;
  await tx`
    insert into crm_lead_events (tenant_id, lead_id, kind, detail) values (${tenantId}, ${leadId}, ${kind}, ${tx.json(detail)})`;
}
