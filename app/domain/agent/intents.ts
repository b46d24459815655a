// What a visitor wants: weighted phrases over the folded message, in English, German, French and Spanish.
// Phrases are patterns over words; each that matches adds its weight's share of what is still open: 1 − ∏(1 − w).
import { INTENT_PHRASES } from "./intent-phrases.ts";
import { fold } from "./words.ts";

export const INTENTS = [
  "greeting",
  "question",
  "pricing",
  "booking",
  "reschedule",
  "cancel",
  "complaint",
  "human",
  "lead",
  "goodbye",
  "out_of_scope",
] as const;
export type Intent = (typeof INTENTS)[number];

export interface Detected {
  intent: Intent;
  /** 0 to 1. */
  confidence: number;
  /** Begins with or is a salutation, whatever else it asks. */
  greets: boolean;
  /** Agrees ("yes please") or declines ("no thanks") and says nothing else. */
  answer: "yes" | "no" | null;
}

const RULES = INTENT_PHRASES.map(({ intent, weight, patterns }) => ({
  intent,
  weight,
  // A pattern is words between spaces; `*` ends a word anyhow, `~` stands for up to three words between, `~~` for up to eight.
  expression: new RegExp(
    ` (?:${patterns
      .map((pattern) =>
        pattern.replaceAll(" ~~ ", "(?: \\S+){0,8} ").replaceAll(" ~ ", "(?: \\S+){0,3} ").replaceAll("*", "\\S*"),
      )
      .join("|")})(?= )`,
  ),
}));

const YES =
  /^(?:yes|yeah|yep|yup|sure|ok|okay|please|yes please|please do|go ahead|sounds good|that would be (?:great|nice|good)|ja|ja bitte|gerne|ja gerne|bitte|oui|oui merci|volontiers|d accord|oui s il vous plait|si|si por favor|claro|vale)(?: (?:please|thanks|thank you|bitte|merci|gracias))?$/;
const NO = /^(?:no|nope|nah|not now|no thanks|no thank you|nein|nein danke|non|non merci|no gracias)$/;
const SALUTATION =
  /^(?:hi|hey|hello|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)|gruezi|servus|moin|bonjour|bonsoir|salut|hola|buen(?:os|as) (?:dias|tardes|noches))\b/;
const QUESTION =
  /\?|^(?:(?:and|so|but|ok|hi|hello|hey|und|et|y) )*(?:who|what|when|where|why|how|which|whose|do|does|did|is|are|was|can|could|will|would|should|may|have|has|any|wer|was|wann|wo|woher|wohin|warum|wie|welche[rsmn]?|kann|konnen|gibt|haben|hat|ist|sind|darf|qui|que|quoi|quand|ou|pourquoi|comment|combien|quel(?:le)?s?|est ce|avez|peut|y a t il|quien|cuando|donde|por que|como|cual(?:es)?|cuanto|puedo|hay|tienen|es|aceptan) /;

const PRIORITY: readonly Intent[] = [
  "human",
  "complaint",
  "reschedule",
  "cancel",
  "booking",
  "lead",
  "out_of_scope",
  "pricing",
];

/** Detects the intent of one message. Deterministic. */
export function detectIntent(message: string): Detected {
  const raw = fold(message).trim();
  const plain = raw.replace(/[^\p{L}\p{N}@+]+/gu, " ").trim();
  const padded = ` ${plain} `;
  const answer = YES.test(plain) ? "yes" : NO.test(plain) ? "no" : null;
  const greets = SALUTATION.test(plain);
  const open = new Map<Intent, number>();
  for (const { intent, weight, expression } of RULES) {
    if (expression.test(padded)) open.set(intent, (open.get(intent) ?? 1) * (1 - weight));
  }
  const scores = [...open].map(([intent, rest]) => ({ intent, score: 1 - rest }));
  scores.sort((a, b) => b.score - a.score || PRIORITY.indexOf(a.intent) - PRIORITY.indexOf(b.intent));
  const asks = QUESTION.test(`${raw.replace(/[^\p{L}\p{N}?]+/gu, " ").trim()} `);
  const [best, second] = scores.filter(({ intent }) => intent !== "greeting" && intent !== "goodbye");
  if (best && best.score >= 0.5) {
    const margin = best.score - (second?.score ?? 0);
    return {
      intent: best.intent,
      confidence: round(best.score * (0.75 + 0.25 * Math.min(1, margin * 2))),
      greets,
      answer,
    };
  }
  const words = plain === "" ? 0 : plain.split(" ").length;
  const farewell = scores.find(({ intent }) => intent === "goodbye");
  if (farewell && !raw.includes("?") && words <= 12)
    return { intent: "goodbye", confidence: round(farewell.score), greets, answer };
  if (greets && words <= 5 && !asks) return { intent: "greeting", confidence: 0.95, greets, answer };
  return { intent: "question", confidence: asks ? 0.8 : words >= 2 ? 0.6 : 0.5, greets, answer };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
