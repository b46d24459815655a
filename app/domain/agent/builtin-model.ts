// The model that needs no key: deterministic. Detects the intent, fills the slots of a lead, searches the knowledge and
// answers by quoting it. It has no words of its own, so it can't invent.
import type { Retrieval } from "../knowledge/search.ts";
import { pickAnswer } from "./answer.ts";
import { bareName, type Contacts, contactsIn } from "./contacts.ts";
import { type Detected, detectIntent, type Intent } from "./intents.ts";
import type { Model, ModelInput, Step, StepOptions, Turn } from "./model.ts";
import { helpSuggestions, type PhraseKey } from "./phrases.ts";
import { type Question, readQuestion } from "./question.ts";
import type { ToolCall, ToolResult } from "./tools.ts";
import { typedAnswer, wholeAnswer } from "./typed-answers.ts";

/** What the built-in model does next; every path ends in a verdict. */
interface Plan {
  intent: Intent;
  confidence: number;
  calls: ToolCall[];
  question: Question | null;
  /** What is said where the knowledge has no answer, or nothing was asked. */
  otherwise: PhraseKey | null;
  /** Said before the answer. */
  first: PhraseKey | null;
  /** Only a typed answer to this very message may be given. */
  typedOnly: boolean;
}

export function createBuiltinModel(): Model {
  return {
    name: "built-in",
    limitMs: 2_000,
    local: true,
    begin(input): Turn {
      const plan = makePlan(input);
      return {
        async next(results, options) {
          return results.length === 0 && plan.calls.length > 0
            ? { kind: "calls", calls: plan.calls }
            : finish(input, plan, results, options);
        },
      };
    },
  };
}

const KNOWLEDGE_INTENTS: ReadonlySet<string> = new Set<Intent>([
  "question",
  "pricing",
  "booking",
  "reschedule",
  "cancel",
  "complaint",
]);

function makePlan(input: ModelInput): Plan {
  const { message, history, profile } = input;
  const detected = detectIntent(message);
  const lastAgent = history.findLast(({ role }) => role === "agent");
  const contacts = contactsIn(message);
  const given = contacts.email !== undefined || contacts.phone !== undefined;
  const asked = lastAgent !== undefined && asksForContact(lastAgent);
  const base = { confidence: detected.confidence, calls: [], question: null, first: null, typedOnly: false };

  if (detected.answer === "yes" && lastAgent && offersPerson(lastAgent)) {
    return profile.handoffEnabled ? handOff(base, 0.9) : { ...base, intent: "lead", otherwise: "ask_contact" };
  }
  if (detected.answer === "no") return { ...base, intent: "goodbye", otherwise: "anything_else" };
  const wantsContact =
    detected.intent === "lead" || asked || detected.intent === "booking" || detected.intent === "complaint";
  if (given && (wantsContact || !message.includes("?"))) {
    const lead = { ...contacts, name: contacts.name ?? nameFrom(history), note: noteFrom(history) };
    const call = { id: "lead", name: "capture_lead", arguments: lead };
    return {
      ...base,
      intent: "lead",
      confidence: Math.max(detected.confidence, 0.9),
      calls: [call],
      otherwise: "lead_stored",
    };
  }
  if (asked && (contacts.name ?? bareName(message))) {
    return { ...base, intent: "lead", confidence: 0.8, otherwise: "lead_thanks_name" };
  }
  switch (detected.intent) {
    case "human":
      return profile.handoffEnabled
        ? handOff(base, detected.confidence)
        : { ...base, intent: "human", otherwise: "no_people" };
    case "lead":
      return { ...base, intent: "lead", otherwise: "ask_contact" };
    case "greeting":
      return { ...base, intent: "greeting", otherwise: history.length === 0 ? "greeting" : "ask_question" };
    case "goodbye":
      return { ...base, intent: "goodbye", otherwise: "goodbye" };
    case "out_of_scope":
      return askKnowledge(input, detected, "out_of_scope");
    case "booking":
    case "reschedule":
    case "cancel":
      // A wish is passed on; only a question about booking is looked up.
      return askKnowledge(
        input,
        detected,
        message.includes("?") ? null : profile.handoffEnabled ? "request" : "request_no_people",
      );
    default:
      return askKnowledge(input, detected);
  }
}

function handOff(base: Omit<Plan, "intent" | "otherwise">, confidence: number): Plan {
  return {
    ...base,
    intent: "human",
    confidence,
    calls: [{ id: "person", name: "hand_off", arguments: {} }],
    otherwise: "waiting",
  };
}

/** @param instead what is said unless the very question has a typed answer; null: whatever the knowledge bears out counts */
function askKnowledge(
  { message, history, profile, language }: ModelInput,
  detected: Detected,
  instead: PhraseKey | null = null,
): Plan {
  const earlier = history
    .filter(({ role, intent }) => role === "visitor" && (intent === null || KNOWLEDGE_INTENTS.has(intent)))
    .map(({ body }) => body);
  const question = readQuestion(message, earlier.slice(-3), [...new Set([language, profile.language])]);
  const { intent, confidence } = detected;
  const people = profile.handoffEnabled;
  const request: PhraseKey = people ? "request" : "request_no_people";
  const notKnown: PhraseKey = people ? "not_known" : "not_known_no_people";
  const unknown =
    intent === "complaint" ? "complaint" : intent === "question" || intent === "pricing" ? notKnown : request;
  // Nothing in it can be looked up: a nod, an emoji, a lone "why?".
  const vague = question.query === "";
  const query = (question.query || message).slice(0, 600);
  return {
    intent,
    confidence: vague ? Math.min(confidence, 0.5) : confidence,
    calls: [{ id: "search", name: "search_knowledge", arguments: { query } }],
    question,
    first: intent === "complaint" ? "complaint" : null,
    otherwise: instead ?? (vague ? "ask_question" : unknown),
    typedOnly: instead !== null || vague,
  };
}

function finish(input: ModelInput, plan: Plan, results: readonly ToolResult[], { say }: StepOptions): Step {
  const { profile, language } = input;
  const help = helpSuggestions(language, profile.handoffEnabled);
  const failed = results.find(({ ok, call }) => !ok && call.name !== "search_knowledge");
  if (failed) {
    say({ kind: "phrase", key: "ask_contact" });
    return done(plan.intent, plan.confidence, null, help);
  }
  const retrieval = results.find((result) => result.retrieval)?.retrieval;
  if (!plan.question || !retrieval) {
    if (plan.otherwise) say({ kind: "phrase", key: plan.otherwise });
    const answered = plan.intent === "out_of_scope" ? false : null;
    return done(plan.intent, plan.confidence, answered, suggestionsAfter(plan.otherwise, profile.suggestions, help));
  }
  const typed = typedAnswer(input.message, retrieval.hits, [language]);
  if (!typed && plan.typedOnly) {
    if (plan.otherwise) say({ kind: "phrase", key: plan.otherwise });
    const answered = plan.intent === "out_of_scope" ? false : null;
    return done(plan.intent, plan.confidence, answered, suggestionsAfter(plan.otherwise, profile.suggestions, help));
  }
  const answer = typed ? { quotes: [wholeAnswer(typed)], support: 1 } : pickAnswer(plan.question, retrieval);
  const request = KNOWLEDGE_INTENTS.has(plan.intent) && plan.intent !== "question" && plan.intent !== "pricing";
  if (!answer) {
    if (plan.otherwise) say({ kind: "phrase", key: plan.otherwise });
    const strange = !request && isStrange(retrieval);
    return done(strange ? "out_of_scope" : plan.intent, plan.confidence, request ? null : false, help);
  }
  if (plan.first) say({ kind: "phrase", key: plan.first });
  for (const quote of answer.quotes) say({ kind: "quote", ...quote });
  // A wish to book isn't fulfilled by an answer about booking.
  if (request && plan.intent !== "complaint" && plan.otherwise) say({ kind: "phrase", key: plan.otherwise });
  const confidence = Math.min(0.99, plan.confidence * 0.4 + answer.support * 0.6);
  const intent = plan.intent === "out_of_scope" ? "question" : plan.intent;
  return done(intent, Math.round(confidence * 100) / 100, true, request ? help : []);
}

function suggestionsAfter(key: PhraseKey | null, own: string[], help: string[]): string[] {
  if (key === "greeting" || key === "out_of_scope" || key === "ask_question") return own.slice(0, 4);
  return key === "request" || key === "request_no_people" || key === "no_people" ? help : [];
}

function done(intent: Intent, confidence: number, answered: boolean | null, suggestions: string[]): Step {
  return { kind: "done", verdict: { intent, confidence, answered, suggestions } };
}

/** Most of what was asked is unknown to the knowledge. */
function isStrange({ terms }: Retrieval): boolean {
  const total = terms.reduce((sum, { idf }) => sum + idf, 0);
  const known = terms.reduce((sum, { idf, known: is, corrected }) => sum + (is && !corrected ? idf : 0), 0);
  return total > 0 && known < total * 0.35;
}

function offersPerson({ answered, intent }: ModelInput["history"][number]): boolean {
  return (
    answered === false ||
    intent === "complaint" ||
    intent === "booking" ||
    intent === "reschedule" ||
    intent === "cancel"
  );
}

function asksForContact(last: ModelInput["history"][number]): boolean {
  return last.intent === "lead" || offersPerson(last);
}

/** A name given earlier in the conversation. */
function nameFrom(history: ModelInput["history"]): string | undefined {
  let asked = false;
  let name: Contacts["name"];
  for (const message of history) {
    if (message.role === "agent") asked = message.intent === "lead" || message.answered === false;
    else if (message.role === "visitor")
      name = contactsIn(message.body).name ?? (asked ? bareName(message.body) : undefined) ?? name;
  }
  return name;
}

/** What the visitor was after, for the people who will get in touch. */
function noteFrom(history: ModelInput["history"]): string | undefined {
  const wish = history.findLast(({ role, intent }) => role === "visitor" && intent !== "greeting" && intent !== "lead");
  return wish?.body.slice(0, 500);
}
