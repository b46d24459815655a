// One exchange as the database keeps it: the visitor's message, once per client id, and the one answer to it.
import type { VisitorTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { LinkBase } from "../billing/refusals.ts";
import { isAdmitted, refusalOf, usageRoom, type Verdict } from "../billing/usage.ts";
import { rateLimited } from "../tenants/limits.ts";
import { type AgentSettings, chatPaused, readSettings, type SettingsRow, settingsColumns } from "./agent-profile.ts";
import type { Citation } from "./answer-gate.ts";
import type { Intent } from "./intents.ts";
import type { Reply } from "./loop.ts";
import type { PastMessage } from "./model.ts";

export type Channel = "web" | "api";
export type ConversationState = "bot" | "waiting" | "human" | "resolved";

/** Messages of one visitor session within a minute. */
const SESSION_LIMIT = 30;
const WINDOW_SECONDS = 60;
/** Earlier messages that a model is shown. */
const CONTEXT_MESSAGES = 12;

export interface Incoming {
  channel: Channel;
  sessionId: string;
  body: string;
  origin: string | null;
  clientMessageId: string | null;
  /** Counts the message at once, as the answer to it isn't part of this transaction. */
  counted: boolean;
  /** Makes links in refusals whole addresses. */
  links: LinkBase | undefined;
}

export interface Received {
  conversationId: string;
  state: ConversationState;
  /** Id of the visitor's message. */
  messageId: string;
  /** True: this message id has been received before. */
  repeated: boolean;
  settings: AgentSettings;
  /** Oldest first, without the message itself. */
  history: PastMessage[];
}

interface HistoryRow {
  id: string;
  role: PastMessage["role"];
  body: string;
  intent: string | null;
  answered: boolean | null;
  replyTo: string | null;
}

interface ReceivedRow extends SettingsRow {
  id: string;
  state: ConversationState;
  messageId: string | null;
  allowed: boolean | null;
  resetSeconds: number | null;
  counted: Verdict | null;
  history: HistoryRow[] | null;
}

/**
 * Stores a visitor's message, opening or reopening the conversation, and reads what an answer needs, in one statement.
 * A message id that is there already is left as it is and doesn't count against the limit of the session.
 * @throws AppError rate_limited, forbidden (`tenant_suspended`, `limit_reached`)
 */
export async function receiveMessage(
  tx: VisitorTx,
  { channel, sessionId, body, origin, clientMessageId, counted, links }: Incoming,
): Promise<Received> {
  const subject = body.length > 160 ? `${body.slice(0, 159).toWellFormed()}…` : body;
  const [row] = await tx<ReceivedRow[]>`
    with talk as (
      insert into conversations as c (tenant_id, channel, visitor_session, origin, subject)
      values (app.tenant_id(), ${channel}, ${sessionId}, ${origin}, ${subject})
      on conflict (tenant_id, channel, visitor_session, sandbox) do update
        set state = case when c.state = 'resolved' then 'bot' else c.state end
      returning id, state
    ),
    received as (
      insert into messages (tenant_id, conversation_id, visitor_session, role, body, client_message_id)
      select app.tenant_id(), id, ${sessionId}, 'visitor', ${body}, ${clientMessageId}::uuid from talk
      on conflict (tenant_id, conversation_id, client_message_id) do nothing
      returning id
    ),
    -- The limit is made to hang on the row, so that nothing is counted where none was inserted.
    rate as (
      select r.allowed, r.reset_seconds
      from received cross join lateral app.take_rate(
        'chat:session:' || app.tenant_id() || ':' || ${channel} || ':' || ${sessionId},
        case when received.id is null then 0 else ${SESSION_LIMIT} end, ${WINDOW_SECONDS}) r
    )
    select talk.id, talk.state, received.id as message_id, rate.allowed, rate.reset_seconds, ${settingsColumns(tx)},
      case when ${counted} and received.id is not null and talk.state = 'bot'
        then (select verdict from app.consume('messages', 1, received.id::text)) end as counted,
      (select json_agg(json_build_object('id', h.id, 'role', h.role, 'body', h.body, 'intent', h.intent,
          'answered', h.answered, 'replyTo', h.reply_to) order by h.created_at, h.id)
        from (
          select * from messages m
          where m.tenant_id = (select app.tenant_id()) and m.conversation_id = talk.id
          order by m.created_at desc, m.id desc limit ${CONTEXT_MESSAGES}
        ) h) as history
    from talk left join received on true left join rate on true
    join tenants t on t.id = (select app.tenant_id())
    left join tenant_configurations a on a.tenant_id = t.id`;
  if (!row) throw new AppError("not_found", "This organisation doesn't exist any more.");
  const settings = readSettings(row);
  const { id: conversationId, state } = row;
  if (row.allowed === false) throw rateLimited(row.resetSeconds ?? WINDOW_SECONDS);
  if (row.messageId !== null) {
    if (state === "bot" && !hasRoomFor(row, settings)) throw await noRoom(tx, channel, settings, links);
    const history = contextOf(row.history ?? []);
    return { conversationId, state, messageId: row.messageId, repeated: false, settings, history };
  }
  // In a statement of its own: what a simultaneous transaction stored is visible only from here on.
  const [earlier] = await tx<{ id: string; state: ConversationState }[]>`
    select m.id, c.state from messages m join conversations c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
    where m.tenant_id = (select app.tenant_id()) and m.conversation_id = ${conversationId}
      and m.client_message_id = ${clientMessageId}::uuid`;
  if (!earlier) throw new AppError("internal", "The message could not be found.");
  const before = (row.history ?? []).findIndex(({ id }) => id === earlier.id);
  const history = contextOf((row.history ?? []).slice(0, Math.max(before, 0)));
  return { conversationId, state: earlier.state, messageId: earlier.id, repeated: true, settings, history };
}

/** What a model is shown of the earlier messages. A visitor's message carries the intent that its answer found. */
/** Where the message was counted, the count decides. */
function hasRoomFor({ counted }: ReceivedRow, { hasRoom }: AgentSettings): boolean {
  return counted === null ? hasRoom : isAdmitted({ verdict: counted });
}

/** That the plan's messages are used up: in full to a program of the tenant's, in polite words to a visitor. */
async function noRoom(
  tx: VisitorTx,
  channel: Channel,
  { profile }: AgentSettings,
  links: LinkBase | undefined,
): Promise<AppError> {
  if (channel === "web") return chatPaused(profile.language, "limit_reached");
  return refusalOf(tx, "messages", { ...(await usageRoom(tx, "messages")), verdict: "limit" }, links);
}

function contextOf(rows: readonly HistoryRow[]): PastMessage[] {
  const intents = new Map(rows.map(({ replyTo, intent }) => [replyTo, intent]));
  return rows.map(({ id, role, body, intent, answered }) => ({
    role,
    body,
    intent: role === "visitor" ? (intents.get(id) ?? null) : intent,
    answered,
  }));
}

export interface StoredReply {
  id: string;
  body: string;
  intent: Intent | null;
  confidence: number | null;
  citations: Citation[];
  suggestions: string[];
  handoff: boolean;
}

/** The answer to a message, or null while there is none; with the seconds since the message came. */
export async function storedReply(
  tx: VisitorTx,
  messageId: string,
): Promise<{ reply: StoredReply | null; age: number }> {
  const [row] = await tx<(Partial<StoredReply> & { age: number })[]>`
    select r.id, r.body, r.intent, r.confidence, r.citations, r.suggestions, r.handoff,
      extract(epoch from clock_timestamp() - m.created_at)::float8 as age
    from messages m left join messages r on r.tenant_id = m.tenant_id and r.reply_to = m.id
    where m.tenant_id = (select app.tenant_id()) and m.id = ${messageId}`;
  if (!row) throw new AppError("not_found", "There is no such message.");
  return { reply: row.id ? (row as StoredReply) : null, age: row.age };
}

export interface Answered {
  received: Received;
  channel: Channel;
  sessionId: string;
  language: string;
  reply: Reply & { handoff: boolean };
  /** Counts the message, where that hasn't been done when it came. */
  counted: boolean;
  links: LinkBase | undefined;
}

/**
 * Stores the answer to a message and counts both; null where the message has been answered by somebody else meanwhile.
 * The tenant's counters come last: from there to the commit all of its visitors wait for each other.
 * @throws AppError forbidden (`limit_reached`)
 */
export async function storeReply(
  tx: VisitorTx,
  { received, channel, sessionId, language, reply, counted, links }: Answered,
): Promise<string | null> {
  const { conversationId, messageId } = received;
  const [row] = await tx<{ id: string; counted: Verdict | null }[]>`
    with said as (
      insert into messages (tenant_id, conversation_id, visitor_session, role, body, reply_to, intent, confidence,
        answered, handoff, citations, suggestions, model, response_ms)
      values (app.tenant_id(), ${conversationId}, ${sessionId}, 'agent', ${reply.text}, ${messageId}, ${reply.intent},
        ${reply.confidence}, ${reply.answered}, ${reply.handoff}, ${tx.json(reply.citations)}, ${reply.suggestions}, ${reply.model},
        (select extract(epoch from clock_timestamp() - v.created_at) * 1000 from messages v
          where v.tenant_id = (select app.tenant_id()) and v.id = ${messageId}))
      on conflict (tenant_id, reply_to) do nothing
      returning id
    ),
    counted as (
      update conversations set message_count = message_count + 2, last_message_at = clock_timestamp(),
        unanswered_count = unanswered_count + ${reply.answered === false ? 1 : 0}, language = ${language}
      where tenant_id = (select app.tenant_id()) and id = ${conversationId} and exists (select from said)
    )
    select id, app.announce('conversations', ${conversationId}),
      case when ${counted} then (select verdict from app.consume('messages', 1, ${messageId}::text)) end as counted,
      case when ${reply.tokens}::bigint > 0
        then (select verdict from app.consume('ai_tokens', ${reply.tokens}, ${messageId}::text, false)) end as tokens_counted
    from said`;
  if (row && row.counted !== null && !isAdmitted({ verdict: row.counted }))
    throw await noRoom(tx, channel, received.settings, links);
  return row?.id ?? null;
}

/** Counts a message that people will answer. */
export async function leaveToPeople(tx: VisitorTx, conversationId: string): Promise<void> {
  await tx`
    with counted as (
      update conversations set message_count = message_count + 1, last_message_at = clock_timestamp()
      where tenant_id = (select app.tenant_id()) and id = ${conversationId} returning id
    )
    select app.announce('conversations', id) from counted`;
}
