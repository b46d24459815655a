// The agent's one loop: asks the model for steps, runs the tools it calls as the visitor, admits what it says. Both
// models run here. Caps on steps, calls and time; where a model fails, the built-in one answers.
import { AppError } from "#app/platform/errors.ts";
import type { Logger } from "#app/platform/log.ts";
import { type AnswerGate, type Citation, createAnswerGate } from "./answer-gate.ts";
import { createBuiltinModel } from "./builtin-model.ts";
import type { Model, ModelInput, Verdict } from "./model.ts";
import { helpSuggestions } from "./phrases.ts";
import type { ToolResult, ToolRunner } from "./tools.ts";

const MAX_STEPS = 6;
const MAX_CALLS = 8;

export interface Reply extends Verdict {
  text: string;
  citations: Citation[];
  /** Name of the model that answered. */
  model: string;
  /** What it cost at the model's provider, in tokens, failed tries included. */
  tokens: number;
}

/** A reply before its costs are known. */
type Said = Omit<Reply, "tokens">;

export interface LoopOptions {
  log: Logger;
  onToken?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const builtin = createBuiltinModel();

/** Answers one message. */
export async function runAgent(
  model: Model,
  input: ModelInput,
  tools: ToolRunner,
  { log, onToken, signal }: LoopOptions,
): Promise<Reply> {
  const spoken = [...input.history.map(({ body }) => body), input.message].join("\n");
  const gate = createAnswerGate(input.profile, input.language, spoken, onToken);
  let tokens = 0;
  const spent = (more: number) => {
    tokens += more;
  };
  const priced = (said: Said): Reply => ({ ...said, tokens });
  try {
    return priced(await drive(model, input, tools, gate, spent, signal));
  } catch (error) {
    // A failing database fails the request; a failing model doesn't.
    if (error instanceof AppError || model.name === builtin.name) throw error;
    log.warn("model.failed", { model: model.name, error });
    if (gate.text !== "")
      return priced(
        settle(
          gate,
          { intent: "question", confidence: 0.5, answered: gate.citations.length > 0, suggestions: [] },
          model.name,
        ),
      );
    return priced(await drive(builtin, input, tools, gate, spent, undefined));
  }
}

async function drive(
  model: Model,
  input: ModelInput,
  tools: ToolRunner,
  gate: AnswerGate,
  spent: (tokens: number) => void,
  aborted: AbortSignal | undefined,
): Promise<Said> {
  const limit = AbortSignal.timeout(model.limitMs);
  const signal = aborted ? AbortSignal.any([aborted, limit]) : limit;
  const turn = model.begin(input, tools.specs);
  let results: ToolResult[] = [];
  let calls = 0;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const next = await turn.next(results, { say: gate.offer, spent, signal });
    if (next.kind === "done") return conclude(gate, input, next.verdict, model.name);
    results = [];
    for (const call of next.calls) {
      calls += 1;
      if (calls > MAX_CALLS) throw new Error("The model asked for too many tools.");
      const result = await tools.run(call);
      if (result.retrieval) gate.learn(result.retrieval);
      results.push(result);
    }
  }
  throw new Error("The model came to no end.");
}

/** Where nothing that was said could be admitted, the honest answer is that we don't know. */
function conclude(gate: AnswerGate, input: ModelInput, verdict: Verdict, model: string): Said {
  const { handoffEnabled } = input.profile;
  if (gate.text === "") {
    gate.offer({ kind: "phrase", key: handoffEnabled ? "not_known" : "not_known_no_people" });
    return settle(
      gate,
      { ...verdict, answered: false, suggestions: helpSuggestions(input.language, handoffEnabled) },
      model,
    );
  }
  // Citations are the measure of an answer, not what a model says of itself.
  const answered = verdict.answered === null ? null : gate.citations.length > 0;
  return settle(gate, { ...verdict, answered }, model);
}

function settle(gate: AnswerGate, verdict: Verdict, model: string): Said {
  return { ...verdict, text: gate.text, citations: gate.citations, model };
}
