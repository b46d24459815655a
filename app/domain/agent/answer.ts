// Finds the sentences that answer a question among the chunks that a search found, and says how well they are borne out.
// Extractive: an answer is a range of a chunk's own text.
import type { Hit, Retrieval, RetrievedTerm } from "../knowledge/search.ts";
import { daysIn } from "./concepts.ts";
import { type Cue, holds } from "./cues.ts";
import { namesIt, type Question } from "./question.ts";
import { isSameSpelling } from "./spelling.ts";
import { isFormOf, wordsOf } from "./words.ts";

/** A range of a chunk's content, in UTF-16 offsets. */
export interface Quote {
  chunkId: string;
  start: number;
  end: number;
}

export interface Answer {
  quotes: Quote[];
  /** Share of what was asked that the best sentence and its surroundings cover, 0 to 1. */
  support: number;
}

const MAX_CHARS = 600;
const MAX_SENTENCES = 3;
const MAX_LINES = 8;
/** From this share of the asked-for weight on, a sentence counts as an answer. */
export const SUPPORT = 0.62;
/** What a matching word is worth by where it stands, seen from the sentence. */
const PLACE = { sentence: 1, heading: 0.9, title: 0.65, beside: 0.5, chunk: 0.3 };
/** Kinds of fact whose absence speaks against a sentence. */
const DEMANDING: ReadonlySet<Cue> = new Set(["price", "time", "place", "phone", "email", "duration"]);
/** Kinds without which there is no answer: who asks for a number isn't served by a sentence about numbers. */
const STRICT: ReadonlySet<Cue> = new Set(["phone", "email"]);
/** What code and configuration look like; prose answers better. */
const CODE = /=>|→|\w_\w+\(|::|\$\$|;\s*$|^\s*[#$]\s|[{}<>]\S/m;
const DEFINES = /^\s*(?:what(?:'s| is| are| does| do)|who is|explain|define|was (?:ist|sind)|qu'est|que es)\b/i;

/**
 * In a base of thousands of passages a rare word turns up in passing. Where it is all that was asked for and no heading
 * holds it, only a plain short sentence counts as an answer, and none beside code. Bases of up to some hundred passages know no word so rare.
 */
const RARE_IDF = 5.5;
const PLAIN_CHARS = 110;

interface Weighed {
  /** A thing, rather than a small word of action. */
  strong: boolean;
  idf: number;
  weight: number;
  terms: string[];
  cue: Cue | null;
}

interface Candidate {
  hit: Hit;
  index: number;
  score: number;
  coverage: number;
  covered: number[];
}

/** Picks the answer; null where nothing in the hits bears one out. */
export function pickAnswer(question: Question, retrieval: Retrieval): Answer | null {
  const concepts = weigh(question, retrieval.terms);
  const total = concepts.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0 || retrieval.hits.length === 0) return null;
  const candidates: Candidate[] = [];
  const bestHit = retrieval.hits[0]?.score || 1;
  retrieval.hits.forEach((hit, rank) => {
    scoreHit(question, concepts, total, hit, hit.score / bestHit - rank * 0.01, candidates);
  });
  candidates.sort((a, b) => b.score - a.score);
  const best = candidates.find(({ coverage }) => coverage >= SUPPORT);
  if (!best) return null;
  const quotes = extend(question, best);
  const missing = best.covered.map((strength, i) => (strength < 0.35 ? i : -1)).filter((i) => i >= 0);
  const gap = missing.reduce((sum, i) => sum + (concepts[i]?.weight ?? 0), 0);
  if (gap > total * 0.2) {
    const other = candidates.find(
      (candidate) =>
        candidate.hit !== best.hit &&
        missing.reduce((sum, i) => sum + (candidate.covered[i] === 1 ? (concepts[i]?.weight ?? 0) : 0), 0) >
          total * 0.2,
    );
    if (other && other.coverage >= 0.35) quotes.push(...extend(question, other).slice(0, 1));
  }
  return { quotes, support: Math.min(1, best.coverage) };
}

function weigh(question: Question, terms: readonly RetrievedTerm[]): Weighed[] {
  const find = (word: string) => longest(terms.filter(({ term }) => isFormOf(word, term)));
  const weighed: Weighed[] = [];
  for (const { word, like, cue, share } of question.concepts) {
    const own = find(word);
    const alike = like.map(find).filter((term) => term?.known && !term.corrected);
    const known = [own, ...alike].filter((term) => term !== undefined);
    // A word that the index takes for a stop word asks for nothing.
    if (known.length === 0 && !cue) continue;
    const matching = known.filter((term) => term.known && isSameSpelling(term));
    const weight =
      own?.known && isSameSpelling(own)
        ? own.idf
        : matching.length > 0
          ? mean(matching.map(({ idf }) => idf))
          : (own?.idf ?? 1);
    weighed.push({
      strong: share >= 0.5,
      idf: weight,
      weight: Math.max(weight, 0.4) * share,
      terms: matching.map(indexed),
      cue,
    });
  }
  if (question.days.length > 0) {
    const weight = Math.max(1.5, mean(weighed.map((one) => one.weight)));
    weighed.push({ strong: true, idf: 0, weight, terms: [], cue: null });
  }
  return weighed;
}

function longest(terms: RetrievedTerm[]): RetrievedTerm | undefined {
  return terms.reduce<RetrievedTerm | undefined>(
    (best, term) => (best && best.term.length >= term.term.length ? best : term),
    undefined,
  );
}

function indexed(term: RetrievedTerm): string {
  return term.indexed ?? term.corrected ?? term.term;
}

function scoreHit(
  question: Question,
  concepts: Weighed[],
  total: number,
  hit: Hit,
  closeness: number,
  into: Candidate[],
): void {
  const heading = wordsOf(hit.headings.at(-1) ?? "");
  const above = wordsOf(`${hit.headings.slice(0, -1).join(" ")} ${hit.title}`);
  const sentences = hit.sentences.map(({ start, end, terms }) => ({
    text: hit.content.slice(start, end),
    terms: new Set(terms),
  }));
  const inSentence = sentences.map(({ text, terms }) =>
    concepts.map((concept, i) => direct(question, concept, i === concepts.length - 1, text, terms)),
  );
  const around = concepts.map(({ terms }, i) => {
    if (terms.some((term) => heading.some((word) => isFormOf(word, term)))) return PLACE.heading;
    if (terms.some((term) => above.some((word) => isFormOf(word, term)))) return PLACE.title;
    return inSentence.some((found) => (found[i] ?? 0) >= 1) ? PLACE.chunk : 0;
  });
  const [cue] = question.cues;
  const strict = question.cues.filter((each) => STRICT.has(each) || (each === "place" && question.whereabouts));
  const specific = heading.length > 0 ? heading.filter((word) => says(concepts, word)).length / heading.length : 0;
  const defines = DEFINES.test(question.text);
  const things = concepts.flatMap(({ strong, idf }, i) => (strong ? [{ idf, at: around[i] ?? 0 }] : []));
  const [thing] = things;
  const inPassing = things.length === 1 && thing !== undefined && thing.idf >= RARE_IDF && thing.at < PLACE.title;
  // An example's subject is not what the page is about.
  if (inPassing && CODE.test(hit.content)) return;
  const unnamed = question.names.filter((name) => !namesIt(heading, name) && !namesIt(above, name));
  sentences.forEach(({ text }, index) => {
    if (!/\p{L}|\d/u.test(text)) return;
    if (unnamed.length > 0) {
      const words = wordsOf(text);
      if (unnamed.some((name) => !namesIt(words, name))) return;
    }
    if (inPassing && text.length > PLAIN_CHARS) return;
    const covered = concepts.map((_, i) =>
      Math.max(
        inSentence[index]?.[i] ?? 0,
        PLACE.beside * Math.max(inSentence[index - 1]?.[i] ?? 0, (inSentence[index + 1]?.[i] ?? 0) * 0.8),
        around[i] ?? 0,
      ),
    );
    const coverage = concepts.reduce((sum, { weight }, i) => sum + weight * (covered[i] ?? 0), 0) / total;
    const own = concepts.reduce((sum, { weight }, i) => sum + weight * (inSentence[index]?.[i] ?? 0), 0) / total;
    let score = coverage + own * 0.25 + closeness * 0.3 - index * 0.004;
    const bearing = isQuestion(text) ? (sentences[index + 1]?.text ?? "") : text;
    if (cue) {
      const fact = Math.max(...question.cues.map((each, i) => holds(each, bearing) * (i === 0 ? 1 : 0.7)));
      if (fact > 0) score += 0.25 * fact;
      else if (DEMANDING.has(cue)) score -= 0.2;
    }
    if (isQuestion(text) && index === sentences.length - 1) score -= 0.4;
    if (strict.length > 0 && !strict.some((each) => holds(each, bearing) === 1)) return;
    score += specific * 0.12;
    if (
      defines &&
      wordsOf(text.slice(0, 60))
        .slice(0, 4)
        .some((word) => says(concepts, word))
    )
      score += 0.12;
    if (CODE.test(text)) score -= 0.2;
    if (text.length > 320) score -= 0.08;
    if (text.length < 25 && !/\d/.test(text)) score -= 0.15;
    into.push({ hit, index, score, coverage, covered });
  });
}

function says(concepts: readonly Weighed[], word: string): boolean {
  return concepts.some(({ terms }) => terms.some((term) => isFormOf(word, term)));
}

/** What the sentence itself says to a concept, 0 to 1. The last concept is the day, where one was asked for. */
function direct(question: Question, concept: Weighed, last: boolean, text: string, terms: ReadonlySet<string>): number {
  if (last && question.days.length > 0) {
    const days = daysIn(text);
    if (question.days.some((day) => days.has(day))) return 1;
    // Hours that leave the day out tell as much.
    return days.size > 0 && question.opening ? 0.6 : 0;
  }
  if (concept.terms.some((term) => terms.has(term))) return 1;
  return concept.cue && holds(concept.cue, text) === 1 ? 0.8 : 0;
}

function isQuestion(text: string): boolean {
  return /\?["'”’)\]]*$/.test(text);
}

/** The sentence together with what belongs to it: the answer after a question, the list after its lead-in, the days of a week. */
function extend(question: Question, { hit, index }: Candidate): Quote[] {
  const text = (i: number) => {
    const sentence = hit.sentences[i];
    return sentence ? hit.content.slice(sentence.start, sentence.end) : "";
  };
  let first = index;
  let last = index;
  const size = () => (hit.sentences[last]?.end ?? 0) - (hit.sentences[first]?.start ?? 0);
  const fits = (i: number) => {
    const sentence = hit.sentences[i];
    const start = hit.sentences[first]?.start ?? 0;
    return sentence !== undefined && sentence.end - start <= MAX_CHARS;
  };
  if (isQuestion(text(index)) && index + 1 < hit.sentences.length) {
    first = index + 1;
    last = first;
  }
  if (/:$/.test(text(last))) {
    while (last - first < MAX_LINES && fits(last + 1) && sameBlock(hit, last)) last += 1;
  } else if (question.opening && daysIn(text(last)).size > 0 && question.days.length === 0) {
    const isRow = (i: number) => daysIn(text(i)).size > 0 && holds("time", text(i)) > 0;
    while (first > 0 && isRow(first - 1) && size() < MAX_CHARS - 80) first -= 1;
    while (last - first < MAX_LINES && isRow(last + 1) && fits(last + 1)) last += 1;
  } else if (text(last).length < 60 || /^(?:yes|no|ja|nein|oui|non|si|sí)\b/i.test(text(last))) {
    // A short sentence rarely says it all; the next one of its paragraph does.
    if (last - first + 1 < MAX_SENTENCES && fits(last + 1) && sameLine(hit, last) && !isQuestion(text(last + 1)))
      last += 1;
  }
  const start = hit.sentences[first]?.start;
  const end = hit.sentences[last]?.end;
  return start === undefined || end === undefined ? [] : [{ chunkId: hit.chunkId, start, end }];
}

function between(hit: Hit, i: number): string {
  return hit.content.slice(hit.sentences[i]?.end, hit.sentences[i + 1]?.start);
}

/** Whether the next sentence follows without an empty line. A lead-in may stand one off. */
function sameBlock(hit: Hit, i: number): boolean {
  return !between(hit, i).includes("\n\n") || /:$/.test(hit.content.slice(0, hit.sentences[i]?.end));
}

function sameLine(hit: Hit, i: number): boolean {
  return !between(hit, i).includes("\n");
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
