// Leads: the contact details that visitors leave with the agent. One a conversation, filled over its turns.
import type { InTenantTx, VisitorTx } from "#app/platform/db.ts";
import type { CaptureLead } from "./leads.schema.ts";

export interface Lead {
  id: string;
  conversationId: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  note: string | null;
  stage: "new" | "contacted" | "qualified" | "won" | "lost";
  createdAt: Date;
}

/** Stores what the visitor gave. What is new replaces, what is missing stays: safe to run twice. */
export async function captureLead(tx: VisitorTx, conversationId: string, lead: CaptureLead): Promise<void> {
  await tx`
    insert into leads as l (tenant_id, conversation_id, visitor_session, name, email, phone, note)
    values (app.tenant_id(), ${conversationId}, app.visitor_session(),
      ${lead.name || null}, ${lead.email ?? null}, ${lead.phone ?? null}, ${lead.note || null})
    on conflict (tenant_id, conversation_id) do update set
      name = coalesce(excluded.name, l.name), email = coalesce(excluded.email, l.email),
      phone = coalesce(excluded.phone, l.phone), note = coalesce(l.note, excluded.note)`;
}

/** The lead of a conversation, or null. */
export async function leadOf(tx: InTenantTx, conversationId: string): Promise<Lead | null> {
  const [lead] = await tx<Lead[]>`
    select id, conversation_id, name, email, phone, note, stage, created_at
    from leads where tenant_id = app.tenant_id() and conversation_id = ${conversationId}`;
  return lead ?? null;
}
