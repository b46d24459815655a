// Conversations as the tenant's people see them: the list, one with its messages and lead, replies, states, deletion.
import type { MemberActor, TenantActor } from "#app/platform/actor.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { recordAudit } from "../audit/audit.ts";
import type { Citation } from "./answer-gate.ts";
import type { ConversationFilter, MemberReply } from "./conversations.schema.ts";
import type { Channel, ConversationState } from "./exchange.ts";
import { type Lead, leadOf } from "./leads.ts";

export interface ConversationRow {
  id: string;
  channel: Channel;
  state: ConversationState;
  language: string | null;
  /** The visitor's first message, shortened. */
  subject: string | null;
  messageCount: number;
  unansweredCount: number;
  createdAt: Date;
  lastMessageAt: Date;
  /** Name, e-mail or phone of the lead; null where there is none. */
  lead: string | null;
}

export interface ConversationPage {
  conversations: ConversationRow[];
  /** For the next, older page; null on the last. */
  nextCursor: string | null;
}

const PAGE = 25;
/** Messages of one conversation that are shown, the newest. */
const THREAD = 500;

/**
 * The conversations that fit the filter, newest message first.
 * @param timeZone in which the filter's days are meant
 */
export async function listConversations(
  tx: TenantTx,
  filter: ConversationFilter,
  timeZone: string,
): Promise<ConversationPage> {
  const cursor = readCursor(filter.cursor);
  const words = filter.q && filter.q.length >= 2 ? `%${filter.q.replace(/[\\%_]/g, "\\$&")}%` : null;
  const found = await tx<ConversationRow[]>`
    select c.id, c.channel, c.state, c.language, c.subject, c.message_count, c.unanswered_count, c.created_at,
      c.last_message_at, coalesce(l.name, l.email, l.phone) as lead
    from conversations c
    left join leads l on l.tenant_id = c.tenant_id and l.conversation_id = c.id
    where c.tenant_id = (select app.tenant_id())
    ${filter.state ? tx`and c.state = ${filter.state}` : tx``}
    ${filter.unanswered ? tx`and c.unanswered_count > 0` : tx``}
    ${filter.from ? tx`and c.last_message_at >= (${filter.from}::date)::timestamp at time zone ${timeZone}` : tx``}
    ${filter.to ? tx`and c.last_message_at < (${filter.to}::date + 1)::timestamp at time zone ${timeZone}` : tx``}
    ${
      words
        ? tx`and c.id in (
          select m.conversation_id from messages m where m.tenant_id = (select app.tenant_id()) and m.body ilike ${words})`
        : tx``
    }
    ${cursor ? tx`and (c.last_message_at, c.id) < (${cursor.at}::text::timestamptz, ${cursor.id}::uuid)` : tx``}
    order by c.last_message_at desc, c.id desc
    limit ${PAGE + 1}`;
  const conversations = found.slice(0, PAGE);
  const last = conversations.at(-1);
  if (found.length <= PAGE || !last) return { conversations, nextCursor: null };
  const [exact] = await tx<{ at: string }[]>`
    select last_message_at::text as at from conversations where tenant_id = (select app.tenant_id()) and id = ${last.id}`;
  return { conversations, nextCursor: `${exact?.at ?? last.lastMessageAt.toISOString()}~${last.id}` };
}

/** A cursor is the last row's moment, to the microsecond, and id. One that isn't ours starts from the beginning. */
function readCursor(cursor: string | undefined): { at: string; id: string } | null {
  const [at = "", id = ""] = cursor?.split("~") ?? [];
  return isUuid(id) &&
    /^\d{4}-\d{2}-\d{2}[ T][\d:.]{8,15}(?:Z|[+-]\d{2}(?::?\d{2})?)$/.test(at) &&
    !Number.isNaN(Date.parse(at.replace(" ", "T").replace(/([+-]\d{2})$/, "$1:00")))
    ? { at, id }
    : null;
}

export interface ThreadMessage {
  id: string;
  role: "visitor" | "agent" | "member";
  body: string;
  intent: string | null;
  confidence: number | null;
  answered: boolean | null;
  handoff: boolean;
  citations: Citation[];
  createdAt: Date;
}

export interface ConversationDetail extends ConversationRow {
  origin: string | null;
  messages: ThreadMessage[];
  contact: Lead | null;
}

/**
 * One conversation with its messages, oldest first, and its lead.
 * @throws AppError not_found
 */
export async function getConversation(tx: TenantTx, id: string): Promise<ConversationDetail> {
  if (!isUuid(id)) throw notFound();
  const [[row], messages, contact] = await Promise.all([
    tx<(ConversationRow & { origin: string | null })[]>`
      select id, channel, state, language, subject, message_count, unanswered_count, created_at, last_message_at, origin
      from conversations where tenant_id = (select app.tenant_id()) and id = ${id}`,
    tx<ThreadMessage[]>`
      select id, role, body, intent, confidence, answered, handoff, citations, created_at from messages
      where tenant_id = (select app.tenant_id()) and conversation_id = ${id}
      order by created_at desc, id desc limit ${THREAD}`,
    leadOf(tx, id),
  ]);
  if (!row) throw notFound();
  const lead = contact ? (contact.name ?? contact.email ?? contact.phone) : null;
  return { ...row, lead, messages: [...messages].reverse(), contact };
}

const notFound = () => new AppError("not_found", "There is no such conversation.");

/** A member answers the visitor: the conversation is theirs from now on and the agent stays silent. */
export async function replyAsMember(
  tx: TenantTx,
  actor: MemberActor,
  id: string,
  { body }: MemberReply,
): Promise<void> {
  if (!isUuid(id)) throw notFound();
  const [row] = await tx<{ id: string; took: boolean }[]>`
    with before as (
      select id, state, visitor_session from conversations
      where tenant_id = (select app.tenant_id()) and id = ${id} for update
    ),
    said as (
      insert into messages (tenant_id, conversation_id, visitor_session, role, body)
      select app.tenant_id(), id, visitor_session, 'member', ${body} from before
    )
    update conversations c set state = 'human', message_count = c.message_count + 1, last_message_at = clock_timestamp()
    from before where c.tenant_id = (select app.tenant_id()) and c.id = before.id
    returning c.id, before.state <> 'human' as took`;
  if (!row) throw notFound();
  if (row.took) await recordAudit(tx, actor, "conversation.taken_over", id);
  await tx`select app.announce('conversations', ${id})`;
}

/** Closes a conversation. The visitor's next message opens it again, with the agent. */
export async function resolveConversation(tx: TenantTx, actor: TenantActor, id: string): Promise<void> {
  await changeState(tx, actor, id, "resolved", "conversation.resolved");
}

/** Gives a conversation back to the agent. */
export async function reopenConversation(tx: TenantTx, actor: TenantActor, id: string): Promise<void> {
  await changeState(tx, actor, id, "bot", "conversation.reopened");
}

async function changeState(
  tx: TenantTx,
  actor: TenantActor,
  id: string,
  state: ConversationState,
  action: string,
): Promise<void> {
  if (!isUuid(id)) throw notFound();
  const [row] = await tx<{ before: ConversationState }[]>`
    with before as (
      select id, state from conversations where tenant_id = (select app.tenant_id()) and id = ${id} for update
    )
    update conversations c set state = ${state} from before
    where c.tenant_id = (select app.tenant_id()) and c.id = before.id
    returning before.state as before`;
  if (!row) throw notFound();
  if (row.before === state) return;
  await recordAudit(tx, actor, action, id);
  await tx`select app.announce('conversations', ${id})`;
}

/** Deletes a conversation with its messages and its lead, for good. */
export async function deleteConversation(tx: TenantTx, actor: TenantActor, id: string): Promise<void> {
  const [row] = isUuid(id)
    ? await tx<{ messageCount: number }[]>`
        delete from conversations where tenant_id = (select app.tenant_id()) and id = ${id} returning message_count`
    : [];
  if (!row) throw notFound();
  await recordAudit(tx, actor, "conversation.deleted", id, { messages: row.messageCount });
  await tx`select app.announce('conversations', ${id})`;
}
