// What happened lately, for the home page: the latest conversations and the questions that found no answer.
import type { TenantTx } from "#app/platform/db.ts";
import type { ConversationState } from "./exchange.ts";

export interface LatestConversation {
  id: string;
  state: ConversationState;
  subject: string | null;
  lastMessageAt: Date;
}

/** The conversations with the newest messages. */
export async function latestConversations(tx: TenantTx, limit = 6): Promise<LatestConversation[]> {
  return tx<LatestConversation[]>`
    select id, state, subject, last_message_at from conversations
    where tenant_id = (select app.tenant_id()) order by last_message_at desc, id desc limit ${limit}`;
}

export interface UnansweredQuestion {
  /** In the words of whoever asked it last. */
  question: string;
  /** How often it was asked. */
  asked: number;
  /** The latest conversation in which it was. */
  conversationId: string;
}

/**
 * Questions of the last 30 days that the knowledge didn't answer, most asked first. Those that have a typed answer by
 * now are left out. Looks at the latest 200.
 */
export async function unansweredQuestions(tx: TenantTx, limit = 5): Promise<UnansweredQuestion[]> {
  return tx<UnansweredQuestion[]>`
    with missed as (
      select reply_to, conversation_id, created_at from messages
      where tenant_id = (select app.tenant_id()) and created_at > now() - interval '30 days' and not answered
      order by created_at desc limit 200
    ),
    questions as (
      select lower(btrim(v.body)) as key, (array_agg(left(v.body, 300) order by m.created_at desc))[1] as question,
        (array_agg(m.conversation_id order by m.created_at desc))[1] as conversation_id,
        count(*)::int as asked, max(m.created_at) as last_asked_at
      from missed m join messages v on v.tenant_id = (select app.tenant_id()) and v.id = m.reply_to
      group by 1
    )
    select q.question, q.asked, q.conversation_id from questions q
    where not exists (
      select from knowledge_sources s join knowledge_documents d on d.tenant_id = s.tenant_id and d.source_id = s.id
      where s.tenant_id = (select app.tenant_id()) and s.kind = 'qa' and lower(btrim(d.title)) = q.key)
    order by q.asked desc, q.last_asked_at desc limit ${limit}`;
}
