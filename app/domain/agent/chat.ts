// The chat's core, the same behind every door: takes a visitor's message once, lets the agent answer it, keeps the answer. A
// model that calls a vendor runs outside of any transaction. Repeating a message id repeats the answer, however many repeat it at once.
import type { VisitorActor } from "#app/platform/actor.ts";
import type { Db, VisitorTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Logger } from "#app/platform/log.ts";
import type { LinkBase } from "../billing/refusals.ts";
import type { Embedder } from "../knowledge/embeddings.ts";
import { type AgentSettings, agentSettings } from "./agent-profile.ts";
import { AGENT_TOOLS } from "./agent-tools.ts";
import type { Citation } from "./answer-gate.ts";
import type { ChatRequest } from "./chat.schema.ts";
import {
  type Channel,
  leaveToPeople,
  type Received,
  receiveMessage,
  type StoredReply,
  storedReply,
  storeReply,
} from "./exchange.ts";
import type { Intent } from "./intents.ts";
import { type Reply, runAgent } from "./loop.ts";
import type { Model } from "./model.ts";
import { phrase } from "./phrases.ts";
import { questionMeaning } from "./question-meaning.ts";
import { findPii, redact } from "./redact.ts";
import { createToolRunner, type ToolContext } from "./tools.ts";
import { detectLanguage } from "./words.ts";

export interface ChatServices {
  db: Db;
  log: Logger;
  model: Model;
  /** Finds by meaning besides; none: by words alone. */
  embedder?: Embedder | null;
}

/** Whose visitor speaks, and through which door. */
export interface ChatCaller {
  tenantId: string;
  channel: Channel;
  /** The page's origin, where a browser named one. */
  origin?: string | null;
  /** Makes links in refusals whole addresses, for programs. */
  links?: LinkBase;
  /** The tenant is in sandbox: what is said is test data. */
  sandbox?: boolean;
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

/** Exchanges under way in this process, by tenant, session and message id. */
const underWay = new Map<string, Promise<ChatResponse>>();

/**
 * Answers a visitor's message.
 * @throws AppError forbidden (`tenant_suspended`, `limit_reached`), payment_required (`limit_reached`, to programs),
 * rate_limited, conflict (`message_in_progress`)
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

/** What the steps of one exchange share. */
interface Exchange {
  services: ChatServices;
  caller: ChatCaller;
  visitor: VisitorActor;
  input: ChatRequest;
  options: ChatOptions;
  language: string;
  meaning: ToolContext["meaning"];
}

type Answer = Reply & { handoff: boolean };
type AsVisitor = ToolContext["asVisitor"];

async function exchange(
  services: ChatServices,
  caller: ChatCaller,
  input: ChatRequest,
  options: ChatOptions,
): Promise<ChatResponse> {
  const { tenantId, sandbox = false } = caller;
  const visitor: VisitorActor = { kind: "visitor", tenantId, sessionId: input.session_id, sandbox };
  const asVisitor: AsVisitor = (work) => services.db.asVisitor(visitor, work);
  const meaning = questionMeaning(services, input.message, asVisitor);
  const it: Exchange = { services, caller, visitor, input, options, language: "", meaning };
  if (services.model.local) {
    // Asked before the transaction that searches.
    if (services.embedder) await meaning();
    // A local model takes milliseconds: message and answer are one transaction, all or nothing.
    return asVisitor((tx) => inOne(it, tx));
  }
  const received = await asVisitor((tx) => open(it, tx));
  if (received.repeated) {
    const stored = await awaitReply(it, received, asVisitor);
    if (stored) return replay(stored, options);
  }
  if (received.state === "human") return leftToPeople(received);
  const answered = await answer(it, received, asVisitor);
  return asVisitor((tx) => keep(it, tx, received, answered));
}

async function inOne(it: Exchange, tx: VisitorTx): Promise<ChatResponse> {
  const received = await open(it, tx);
  if (received.repeated) {
    const { reply } = await storedReply(tx, received.messageId);
    if (reply) return replay(respond(received, reply), it.options);
  }
  if (received.state === "human") return leftToPeople(received);
  return keep(it, tx, received, await answer(it, received, (work) => work(tx)));
}

/** Message in, context out. */
async function open(it: Exchange, tx: VisitorTx): Promise<Received> {
  const { services, caller, input, visitor } = it;
  // Hardly a message holds such data; the others don't wait for the settings.
  const delicate = findPii(input.message).length > 0;
  const received = await receiveMessage(tx, {
    channel: caller.channel,
    sessionId: visitor.sessionId,
    body: delicate ? redact(input.message, (await agentSettings(tx)).redaction) : input.message,
    origin: caller.origin?.slice(0, 300) ?? null,
    clientMessageId: input.message_id ?? null,
    // An answer made outside of any transaction costs, whatever becomes of it.
    counted: !services.model.local,
    links: caller.links,
  });
  const { profile, languages } = received.settings;
  it.language = detectLanguage(input.message, profile.language, languages);
  if (received.state === "human" && !received.repeated) await leaveToPeople(tx, received.conversationId);
  return received;
}

async function answer(it: Exchange, received: Received, asVisitor: AsVisitor): Promise<Answer> {
  const { services, caller, input, language, options } = it;
  const { settings, history, conversationId } = received;
  if (received.state === "waiting") return stillWaiting(it, settings);
  const { profile, redaction } = settings;
  const said = history.filter(({ role }) => role === "visitor").map(({ body }) => body);
  let handoff = false;
  const context: ToolContext = {
    asVisitor,
    conversationId,
    meaning: it.meaning,
    message: input.message,
    language,
    handoffEnabled: profile.handoffEnabled,
    visitorWords: [...said, input.message].join("\n"),
  };
  const tools = createToolRunner(AGENT_TOOLS, context, (name) => {
    handoff ||= name === "hand_off" && profile.handoffEnabled;
  });
  const started = performance.now();
  const question = { profile, redaction, history, message: input.message, language };
  const { onToken, signal } = options;
  const reply = await runAgent(services.model, question, tools, { log: services.log, onToken, signal });
  services.log.info("chat.answered", {
    tenant_id: caller.tenantId,
    conversation_id: conversationId,
    channel: caller.channel,
    intent: reply.intent,
    answered: reply.answered,
    model: reply.model,
    ms: Math.round(performance.now() - started),
  });
  return { ...reply, handoff };
}

/** Answer in. Where another process was faster, its answer is the answer. */
async function keep(it: Exchange, tx: VisitorTx, received: Received, reply: Answer): Promise<ChatResponse> {
  const { caller, visitor, language } = it;
  const counted = it.services.model.local && received.state === "bot";
  const { channel, links } = caller;
  const id = await storeReply(tx, { received, channel, sessionId: visitor.sessionId, language, reply, counted, links });
  if (id) return respond(received, { ...reply, id, body: reply.text });
  const { reply: stored } = await storedReply(tx, received.messageId);
  if (!stored) throw new AppError("internal", "The answer could not be stored.");
  return respond(received, stored);
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

function stillWaiting({ language, options }: Exchange, { profile }: AgentSettings): Answer {
  const text = phrase("still_waiting", language, profile);
  options.onToken?.(text);
  const nothing = { answered: null, citations: [], suggestions: [], model: "built-in", tokens: 0 };
  return { text, intent: "human", confidence: 1, handoff: true, ...nothing };
}

/**
 * The answer to a repeated message, waited for while it is being made elsewhere. Null where whoever began it must have
 * died, or nobody but people will answer: then it is this call's turn.
 */
async function awaitReply(it: Exchange, received: Received, asVisitor: AsVisitor): Promise<ChatResponse | null> {
  const until = performance.now() + PATIENCE_MS;
  for (let pause = 20; ; pause = Math.min(pause * 1.6, 400)) {
    const { reply, age } = await asVisitor((tx) => storedReply(tx, received.messageId));
    if (reply) return respond(received, reply);
    if (received.state === "human" || age * 1000 > it.services.model.limitMs + 1_000) return null;
    if (performance.now() > until) {
      throw new AppError("conflict", "This message is being answered right now. Please ask again in a moment.", {
        reason: "message_in_progress",
        retryAfter: 2,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
