// Handing a conversation to people: the visitor's side.
import type { VisitorTx } from "#app/platform/db.ts";

/** Puts the visitor's conversation in the queue for people, unless it is there already. */
export async function requestPerson(tx: VisitorTx, conversationId: string): Promise<void> {
  await tx`
    update conversations set state = 'waiting'
    where tenant_id = app.tenant_id() and id = ${conversationId} and state in ('bot', 'resolved')`;
}
