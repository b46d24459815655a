// The port behind which a model stands. A model never touches data or wording freely: it asks for tools and hands back
// parts, and the loop runs the tools as the visitor and admits only parts that the knowledge found this turn supports.
import type { Intent } from "./intents.ts";
import type { PhraseKey } from "./phrases.ts";
import type { Redaction } from "./redact.ts";
import type { ToolCall, ToolResult, ToolSpec } from "./tools.ts";

/** What an agent is told about itself; from the tenant's configuration. */
export interface AgentProfile {
  tenantName: string;
  agentName: string;
  greeting: string;
  /** The tenant's own words for "we don't know". */
  fallback: string;
  instructions: string;
  suggestions: string[];
  handoffEnabled: boolean;
  /** BCP 47 primary tag. */
  language: string;
  /** Name of the tenant's chosen model; null for the operator's default. */
  model: string | null;
}

/** One earlier message of the conversation. */
export interface PastMessage {
  role: "visitor" | "agent" | "member";
  body: string;
  intent: string | null;
  answered: boolean | null;
}

export interface ModelInput {
  profile: AgentProfile;
  /** What may not leave for a model's provider. */
  redaction: Redaction;
  /** Earlier messages, oldest first; the present one is not among them. */
  history: PastMessage[];
  message: string;
  /** The visitor's language, BCP 47 primary tag. */
  language: string;
}

/** A piece of an answer. */
export type Part =
  /** The exact text of a found chunk between two UTF-16 offsets. */
  | { kind: "quote"; chunkId: string; start: number; end: number }
  /** The model's own words with the chunks that it says bear them out. Dropped where they don't. */
  | { kind: "claim"; text: string; chunkIds: string[] }
  /** One of the product's or the tenant's set phrases. */
  | { kind: "phrase"; key: PhraseKey };

export interface Verdict {
  intent: Intent;
  /** 0 to 1. */
  confidence: number;
  /** False: a question that the knowledge doesn't answer. Null: nothing was asked. */
  answered: boolean | null;
  suggestions: string[];
}

export type Step = { kind: "calls"; calls: ToolCall[] } | { kind: "done"; verdict: Verdict };

export interface StepOptions {
  /** Takes each part as it is ready. */
  say(part: Part): void;
  /** Takes the tokens that a step cost at the model's provider. */
  spent(tokens: number): void;
  signal: AbortSignal;
}

/** One answer in the making. `next` is called with the results of the calls that it asked for last, first with none. */
export interface Turn {
  next(results: ToolResult[], options: StepOptions): Promise<Step>;
}

export interface Model {
  readonly name: string;
  /** Milliseconds after which a turn of this model is taken for lost. */
  readonly limitMs: number;
  /** Answers within milliseconds without leaving the process: the exchange may then be one transaction. */
  readonly local: boolean;
  begin(input: ModelInput, tools: readonly ToolSpec[]): Turn;
}
