// The chat's core, the same behind every door: takes a visitor's message once, lets the agent answer it outside of any
// transaction, keeps the answer. Repeating a message id repeats the answer, however many repeat it at once.
import type { VisitorActor } from "#app/platform/actor.ts";
import type { Db } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Logger } from "#app/platform/log.ts";
import { type AgentSettings, agentSettings } from "./agent-profile.ts";
import { AGENT_TOOLS } from "./agent-tools.ts";
import type { Citation } from "./answer-gate.ts";
import type { ChatRequest } from "./chat.schema.ts";
import {
  type Channel,
  contextOf,
  leaveToPeople,
  type Received,
  receiveMessage,
  recentMessages,
  type StoredReply,
  storedReply,
  storeReply,
} from "./exchange.ts";
import type { Intent } from "./intents.ts";
import { type Reply, runAgent } from "./loop.ts";
import type { Model, PastMessage } from "./model.ts";
import { phrase } from "./phrases.ts";
import { findPii, redact } from "./redact.ts";
import { createToolRunner } from "./tools.ts";
import { detectLanguage } from "./words.ts";

export interface ChatServices {
  db: Db;
  log: Logger;
  model: Model;
}

/** Whose visitor speaks, and through which door. */
export interface ChatCaller {
  tenantId: string;
  channel: Channel;
  /** The page's origin, where a browser named one. */
  origin?: string | null;
}

export interface ChatResponse {
  conversation_id: string;
  /** Of the answer; of the visitor's own message where a person will answer. */
  message_id: string;
  reply: string;
  intent: Intent;
  confidence: number;
  citations: Citation[];
  suggestions: string[];
  /** True: people have been asked to answer, or are answering. */
  handoff: boolean;
}

export interface ChatOptions {
  /** Takes the answer in pieces as it is made; together they are the reply. */
  onToken?: (text: string) => void;
  signal?: AbortSignal;
}

/** How long a repeated message waits for the answer that is being made, in milliseconds. */
const PATIENCE_MS = 6_000;

interface Opened {
  received: Received;
  settings: AgentSettings;
  history: PastMessage[];
}

/** Exchanges under way in this process, by tenant, session and message id. */
const underWay = new Map<string, Promise<ChatResponse>>();

/**
 * Answers a visitor's message.
 * @throws AppError forbidden (`tenant_suspended`), rate_limited, conflict (`message_in_progress`)
 */
export async function chat(
  services: ChatServices,
  caller: ChatCaller,
  input: ChatRequest,
  options: ChatOptions = {},
): Promise<ChatResponse> {
  if (!input.message_id) return exchange(services, caller, input, options);
  const key = `${caller.tenantId} ${caller.channel} ${input.session_id} ${input.message_id}`;
  const same = underWay.get(key);
  if (same) return same.then((response) => replay(response, options));
  const mine = exchange(services, caller, input, options).finally(() => underWay.delete(key));
  underWay.set(key, mine);
  return mine;
}

function replay(response: ChatResponse, { onToken }: ChatOptions): ChatResponse {
  if (response.reply) onToken?.(response.reply);
  return response;
}

async function exchange(
  services: ChatServices,
  caller: ChatCaller,
  input: ChatRequest,
  options: ChatOptions,
): Promise<ChatResponse> {
  const visitor: VisitorActor = { kind: "visitor", tenantId: caller.tenantId, sessionId: input.session_id };
  const opened = await open(services, caller, visitor, input);
  const { received, settings } = opened;
  if (received.repeated) {
    const stored = await awaitReply(services, visitor, opened);
    if (stored) return replay(stored, options);
  }
  if (received.state === "human") return leftToPeople(received);
  const language = detectLanguage(input.message, settings.profile.language);
  const reply =
    received.state === "waiting"
      ? stillWaiting(settings, language, options)
      : await answer(services, caller, visitor, opened, input, language, options);
  return keep(services, visitor, received, language, reply);
}

/** The first transaction: message in, context out. */
async function open(
  { db }: ChatServices,
  caller: ChatCaller,
  visitor: VisitorActor,
  input: ChatRequest,
): Promise<Opened> {
  const { channel } = caller;
  return db.asVisitor(visitor, async (tx) => {
    const incoming = {
      channel,
      sessionId: visitor.sessionId,
      origin: caller.origin?.slice(0, 300) ?? null,
      clientMessageId: input.message_id ?? null,
    };
    // Hardly a message holds such data; the others don't wait for the settings.
    const delicate = findPii(input.message).length > 0;
    const early = agentSettings(tx);
    const body = delicate ? redact(input.message, (await early).redaction) : input.message;
    const [settings, received, rows] = await Promise.all([
      early,
      receiveMessage(tx, { ...incoming, body }),
      recentMessages(tx, channel, visitor.sessionId),
    ]);
    if (received.state === "human" && !received.repeated) await leaveToPeople(tx, received.conversationId);
    return { received, settings, history: contextOf(rows, received.messageId) };
  });
}

async function answer(
  services: ChatServices,
  caller: ChatCaller,
  visitor: VisitorActor,
  { received, settings, history }: Opened,
  input: ChatRequest,
  language: string,
  { onToken, signal }: ChatOptions,
): Promise<Reply & { handoff: boolean }> {
  const said = history.filter(({ role }) => role === "visitor").map(({ body }) => body);
  let handoff = false;
  const tools = createToolRunner(
    AGENT_TOOLS,
    {
      db: services.db,
      visitor,
      conversationId: received.conversationId,
      language,
      handoffEnabled: settings.profile.handoffEnabled,
      visitorWords: [...said, input.message].join("\n"),
    },
    (name) => {
      handoff ||= name === "hand_off" && settings.profile.handoffEnabled;
    },
  );
  const started = performance.now();
  const reply = await runAgent(
    services.model,
    { profile: settings.profile, redaction: settings.redaction, history, message: input.message, language },
    tools,
    { log: services.log, onToken, signal },
  );
  services.log.info("chat.answered", {
    tenant_id: caller.tenantId,
    conversation_id: received.conversationId,
    channel: caller.channel,
    intent: reply.intent,
    answered: reply.answered,
    model: reply.model,
    ms: Math.round(performance.now() - started),
  });
  return { ...reply, handoff };
}

/** The last transaction: answer in. Where another process was faster, its answer is the answer. */
async function keep(
  { db }: ChatServices,
  visitor: VisitorActor,
  received: Received,
  language: string,
  reply: Reply & { handoff: boolean },
): Promise<ChatResponse> {
  return db.asVisitor(visitor, async (tx) => {
    const id = await storeReply(tx, received, visitor.sessionId, language, reply);
    if (id) return respond(received, { ...reply, id, body: reply.text });
    const { reply: stored } = await storedReply(tx, received.messageId);
    if (!stored) throw new AppError("internal", "The answer could not be stored.");
    return respond(received, stored);
  });
}

function respond({ conversationId }: Received, reply: StoredReply): ChatResponse {
  return {
    conversation_id: conversationId,
    message_id: reply.id,
    reply: reply.body,
    intent: reply.intent ?? "question",
    confidence: Math.round((reply.confidence ?? 0) * 100) / 100,
    // In one order of keys, whether they come from the model or from jsonb.
    citations: reply.citations.map(({ chunk_id, title, url, quote, start, end }) => ({
      chunk_id,
      title,
      url,
      quote,
      start,
      end,
    })),
    suggestions: reply.suggestions,
    handoff: reply.handoff,
  };
}

/** A person has taken over: the agent stays silent. */
function leftToPeople({ conversationId, messageId }: Received): ChatResponse {
  const nothing = { reply: "", intent: "human", confidence: 1, citations: [], suggestions: [], handoff: true } as const;
  return { conversation_id: conversationId, message_id: messageId, ...nothing, citations: [], suggestions: [] };
}

function stillWaiting(
  { profile }: AgentSettings,
  language: string,
  { onToken }: ChatOptions,
): Reply & { handoff: boolean } {
  const text = phrase("still_waiting", language, profile);
  onToken?.(text);
  return {
    text,
    intent: "human",
    confidence: 1,
    answered: null,
    citations: [],
    suggestions: [],
    model: "built-in",
    handoff: true,
  };
}

/**
 * The answer to a repeated message, waited for while it is being made elsewhere. Null where whoever began it must have
 * died, or nobody but people will answer: then it is this call's turn.
 */
async function awaitReply(
  { db, model }: ChatServices,
  visitor: VisitorActor,
  { received }: Opened,
): Promise<ChatResponse | null> {
  const until = performance.now() + PATIENCE_MS;
  for (let pause = 20; ; pause = Math.min(pause * 1.6, 400)) {
    const { reply, age } = await db.asVisitor(visitor, (tx) => storedReply(tx, received.messageId), { readOnly: true });
    if (reply) return respond(received, reply);
    if (received.state === "human" || age * 1000 > model.limitMs + 1_000) return null;
    if (performance.now() > until) {
      throw new AppError("conflict", "This message is being answered right now. Please ask again in a moment.", {
        reason: "message_in_progress",
        retryAfter: 2,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
