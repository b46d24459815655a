// Questions that people typed together with their answers: which of them a visitor has asked. Such an answer stands above
// all that was read elsewhere, so only the same question counts: the same content words, whatever their order, endings,
// small words and punctuation, and the same kind of fact.
import type { Hit, Retrieval } from "../knowledge/search.ts";
import type { Quote } from "./answer.ts";
import { conceptName, daysAsked } from "./concepts.ts";
import { type Cue, cuesOf, holds } from "./cues.ts";
import { contentWords, sameWord, wordsOf } from "./words.ts";

/** Kinds of fact that a typed answer must hold where its own question doesn't ask for them. */
const FACTS: ReadonlySet<Cue> = new Set(["time", "price", "place", "phone", "email", "person", "duration", "count"]);
/** Concepts whose words ask for the same fact: "opening hours" and "open". Of others a typed word is meant as it is. */
const FACT_CONCEPTS = ["open", "price", "address", "phone", "email"];
/** Words that a visitor adds without asking for anything else. */
const ADDED =
  /^(?:today|now|currently|usually|normally|generally|exactly|actually|right|here|there|place|moment|heute|jetzt|derzeit|aktuell|normalerweise|genau|hier|aujourd|hui|actuellement|ici|hoy|ahora|actualmente|aqui)$/;
const ENDING = /^(?:|s|es|e|d|ed|ing|ings|en|n|er|y|ies|ied)$/;

/** The typed answer to the message among the hits, or null. Of several the one whose question is nearest. */
export function typedAnswer(message: string, hits: readonly Hit[], languages: readonly string[]): Hit | null {
  let best: { hit: Hit; distance: number } | null = null;
  for (const hit of hits) {
    const distance = hit.typed ? distanceOf(message, hit, languages) : null;
    if (distance !== null && (best === null || distance < best.distance)) best = { hit, distance };
  }
  return best?.hit ?? null;
}

/** The retrieval with the typed answer to the message, if there is one, before everything else. */
export function typedFirst(message: string, retrieval: Retrieval, languages: readonly string[]): Retrieval {
  const typed = typedAnswer(message, retrieval.hits, languages);
  return typed ? { ...retrieval, hits: [typed, ...retrieval.hits.filter((hit) => hit !== typed)] } : retrieval;
}

/** Characters of a typed answer at the most; a longer one ends with the last sentence that fits. */
const MAX_CHARS = 1_200;

/** A typed answer as a quote: all of it, up to the cap. */
export function wholeAnswer({ chunkId, content, sentences }: Hit): Quote {
  const end =
    content.length <= MAX_CHARS
      ? content.length
      : (sentences.findLast((sentence) => sentence.end <= MAX_CHARS)?.end ?? MAX_CHARS);
  return { chunkId, start: 0, end };
}

/** Words that differ between the two questions; null where they ask for different things. */
function distanceOf(message: string, { title, content }: Hit, languages: readonly string[]): number | null {
  const [asked, typed] = [wordsOf(message), wordsOf(title)];
  if (asked.join(" ") === typed.join(" ")) return 0;
  const [language = "en"] = languages;
  const [wanted, given] = [factsOf(contentWords(message, language)), factsOf(contentWords(title, language))];
  // Nothing but small words: only the very same question is the same.
  if (given.length === 0) return null;
  const missing = given.filter((word) => !wanted.some((other) => isSame(word, other)));
  const added = wanted.filter((word) => !given.some((other) => isSame(word, other)));
  if (missing.length > 0 || added.some((word) => !ADDED.test(word))) return null;
  const days = daysAsked(title);
  if (daysAsked(message).some((day) => !days.includes(day))) return null;
  const cues = cuesOf(title);
  if (cuesOf(message).some((cue) => FACTS.has(cue) && !cues.includes(cue) && holds(cue, content) === 0)) return null;
  return 1 + added.length + asked.filter((word) => !typed.includes(word)).length * 0.1;
}

function factsOf(words: readonly string[]): string[] {
  return [...new Set(words.map((word) => conceptName(word, FACT_CONCEPTS) ?? word))];
}

/** Whether two folded words are one but for what inflection adds, doubled letters included: cancel, cancelling. */
function isSame(a: string, b: string): boolean {
  if (sameWord(a, b)) return true;
  if (/\d/.test(a + b)) return false;
  let common = 0;
  while (common < Math.min(a.length, b.length) && a[common] === b[common]) common += 1;
  if (common < 3) return false;
  const rest = (word: string) => {
    const end = word.slice(common);
    return end[0] === word[common - 1] ? end.slice(1) : end;
  };
  return ENDING.test(rest(a)) && ENDING.test(rest(b));
}
