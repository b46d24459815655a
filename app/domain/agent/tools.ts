// The agent's tools. Each runs as the visitor of this very conversation, through the visitor's door: a model names no
// tenant, no session and no conversation, and arguments that don't fit the schema never reach the database.
import { z } from "zod";
import type { VisitorTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Retrieval } from "../knowledge/search.ts";
import type { QuestionVector } from "../knowledge/vectors.ts";

/** On whose behalf a tool runs. Set by the chat, never by a model. */
export interface ToolContext {
  /** Opens the visitor's door. */
  asVisitor: <T>(work: (tx: VisitorTx) => Promise<T>) => Promise<T>;
  conversationId: string;
  /** The message as a vector; null where nothing can be compared with it. */
  meaning: () => Promise<QuestionVector | null>;
  /** What the visitor says now. */
  message: string;
  language: string;
  handoffEnabled: boolean;
  /** What the visitor wrote in this conversation: contact details are taken from nowhere else. */
  visitorWords: string;
}

export interface ToolCall {
  id: string;
  name: string;
  arguments: unknown;
}

export interface ToolResult {
  call: ToolCall;
  ok: boolean;
  /** What a language model reads: data, no instructions. */
  text: string;
  /** What a search found. */
  retrieval?: Retrieval;
}

export interface ToolOutput {
  text: string;
  retrieval?: Retrieval;
}

/** What a model is told about a tool. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
}

export interface Tool {
  spec: ToolSpec;
  run(context: ToolContext, input: unknown): Promise<ToolOutput>;
}

/** Declares a tool. Arguments are checked against the schema before `run` sees them. */
export function defineTool<T>(tool: {
  name: string;
  description: string;
  schema: z.ZodType<T>;
  run(context: ToolContext, input: T): Promise<ToolOutput>;
}): Tool {
  return {
    spec: { name: tool.name, description: tool.description, parameters: z.toJSONSchema(tool.schema) },
    async run(context, input) {
      const parsed = tool.schema.safeParse(input);
      if (!parsed.success) throw new AppError("invalid", "The arguments don't fit this tool.");
      return tool.run(context, parsed.data);
    },
  };
}

export interface ToolRunner {
  specs: readonly ToolSpec[];
  /** Never throws for what a model can get wrong: an unknown tool or bad arguments give `ok: false`. */
  run(call: ToolCall): Promise<ToolResult>;
}

/** Binds tools to a visitor. `onRun` is called before each run. */
export function createToolRunner(
  tools: readonly Tool[],
  context: ToolContext,
  onRun: (name: string) => void = () => {},
): ToolRunner {
  const byName = new Map(tools.map((tool) => [tool.spec.name, tool]));
  return {
    specs: tools.map((tool) => tool.spec),
    async run(call) {
      const tool = byName.get(call.name);
      if (!tool) return { call, ok: false, text: "There is no such tool." };
      onRun(call.name);
      try {
        return { call, ok: true, ...(await tool.run(context, call.arguments)) };
      } catch (error) {
        if (error instanceof AppError && error.code !== "unavailable" && error.code !== "timeout") {
          return { call, ok: false, text: error.message };
        }
        throw error;
      }
    },
  };
}
