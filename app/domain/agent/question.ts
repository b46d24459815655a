// Takes a question apart: the things it asks about, each with its synonyms, the days it names and the kind of fact it
// wants. A question that leans on the one before ("and on Sunday?") takes over what it leaves out.
import { daysAsked, likeWords, wordsFor } from "./concepts.ts";
import { asksOpening, asksWhereWeAre, type Cue, cuesOf } from "./cues.ts";
import { contentWords, fold, isStopWord, sameWord, wordsOf } from "./words.ts";

/** One thing that a question asks about. */
export interface Concept {
  /** The folded word that was typed, or the concept's name where it follows from the kind of question. */
  word: string;
  /** Words that mean the same. */
  like: string[];
  /** A fact of this kind satisfies the concept as well: "how much" by a price. */
  cue: Cue | null;
  /** Share of the word's weight that counts: small words of action weigh less than things. */
  share: number;
}

/** A number with the folded word that it stands behind. */
export interface NamingNumber {
  thing: string;
  number: string;
}

export interface Question {
  text: string;
  concepts: Concept[];
  cues: Cue[];
  /** 0 = Monday. */
  days: number[];
  /** Asks for opening hours. */
  opening: boolean;
  /** Asks where the organisation is. */
  whereabouts: boolean;
  /** Numbers that name something, as the 3 of "department 3": an answer about another one is none. */
  names: NamingNumber[];
  /** What to search for. */
  query: string;
}

const CONCEPT_CUES: readonly (readonly [string, Cue])[] = [
  ["open", "time"],
  ["price", "price"],
  ["address", "place"],
  ["phone", "phone"],
  ["email", "email"],
];

// The words by which a kind of fact is asked for; they needn't stand in the answer.
const CUE_WORD: Partial<Record<Cue, RegExp>> = {
  duration: /^(?:long|lange|temps|tiempo|dura|tarda|minute|hour|day|week)s?$/,
  time: /^(?:time|uhr|heure|hora)s?$/,
  price: /^(?:much|high|viel|combien|cuanto)$/,
  count: /^(?:many|viele)$/,
};
const NONE = /^$/;
const WEAK =
  /^(?:work|use|used|using|need|offer|offers|provide|accept|serve|allow|allowed|include|included|available|look|show|explain|describe|mean|difference|different|way|best|kind|type|sort|long|time|number|possible|learn|information|info|detail|details|detailed|specific|start|run|set|see|help|support|handle|deal|currently|today|usually|normally|always|exactly|actually|please|welcome|visit|buy|sell|stay|nearest|near|new|big|old|first|own|people|person|place|name|contact|required|necessary|recommend|free|company|business|somewhere|there|minute|hour|often|far|food|fit|policy|policie|rule|term|condition|night|women|woman|men|man|guest|customer|client|host|organise|organize|hold|cater|erlaubt|moglich|gestattet|autorise|permis|permitido|posible|happens|happen|try|keep|put|turn|change|changes|default|value)s?$/;
const FOLLOWS =
  /^(?:(?:ok|okay|and|also|so|then|but) )*(?:and|what about|how about|also|or|und|wie sieht|wie ist es|was ist mit|et|et pour|y|y para|e) |\b(?:instead|too|as well|auch|aussi|tambien)\s*\??$/;
const LEANS = /\b(?:it|its|that|this|those|these|they|them|one|ones|there|es|das|dies|sie|ca|cela|ceci|eso|esto|lo)\b/;

const MONTH =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|marz|mai|juni|juli|oktober|dezember|janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)$/;

/** Whether the message only makes sense after the one before it. */
function leansOnEarlier(text: string, concepts: number): boolean {
  const folded = fold(text).trim();
  if (FOLLOWS.test(folded) && concepts <= 4) return true;
  if (concepts === 0) return !asksWhereWeAre(text) && wordsOf(text).length <= 6;
  return concepts <= 1 && LEANS.test(folded.replace(/^(?:is|are|was|do|does) (?:there|it) /, ""));
}

/**
 * Reads a question.
 * @param earlier the visitor's earlier questions, newest last
 * @param languages the visitor's and the knowledge's language, BCP 47 primary tags
 */
export function readQuestion(text: string, earlier: readonly string[], languages: readonly string[]): Question {
  const own = readAlone(text, languages);
  const before = earlier.at(-1);
  if (!before || !leansOnEarlier(text, own.concepts.length + (own.days.length > 0 ? 1 : 0))) return own;
  const base = readQuestion(before, earlier.slice(0, -1), languages);
  const kept = base.concepts.filter(({ word }) => !own.concepts.some((other) => sameWord(other.word, word)));
  // What is asked now counts in full; what is taken over only sets the scene.
  const shift = own.concepts.length > 0 || own.days.length > 0 ? 0.6 : 1;
  const concepts = [...own.concepts, ...kept.map((concept) => ({ ...concept, share: concept.share * shift }))];
  return {
    text,
    concepts,
    cues: own.cues.length > 0 ? own.cues : base.cues,
    days: own.days.length > 0 ? own.days : base.days,
    opening: own.opening || base.opening,
    whereabouts: own.whereabouts,
    names: own.names,
    query: `${own.query} ${base.query}`.trim(),
  };
}

function readAlone(text: string, languages: readonly string[]): Question {
  const [language = "en"] = languages;
  const cues = cuesOf(text);
  const days = daysAsked(text);
  const dayWords = new Set(wordsOf(text).filter((word) => days.length > 0 && daysAsked(word).length > 0));
  const concepts: Concept[] = [];
  const add = (concept: Concept) => {
    if (!concepts.some(({ word, like }) => sameWord(word, concept.word) || like.includes(concept.word)))
      concepts.push(concept);
  };
  const opening = asksOpening(text) || (cues.includes("time") && days.length > 0);
  for (const word of contentWords(text, language)) {
    if (dayWords.has(word) || (CUE_WORD[cues[0] ?? "time"] ?? NONE).test(word)) continue;
    const like = likeWords(word, languages);
    const cue =
      CONCEPT_CUES.find(
        ([name]) => sameWord(name, word) || like.includes(name) || wordsFor(name, languages).includes(word),
      )?.[1] ?? null;
    // "when" and "how much" are asked by the kind of fact already.
    add({
      word,
      like,
      cue: cue && cues.includes(cue) ? cue : null,
      share: WEAK.test(word) || WEAK.test(word.replace(/(?:ing|ed)$/, "")) ? 0.3 : 1,
    });
  }
  const implied: [boolean, string, Cue][] = [
    [opening, "open", "time"],
    [asksWhereWeAre(text), "address", "place"],
    [cues.includes("phone") && concepts.length < 2, "phone", "phone"],
    [cues.includes("price"), "price", "price"],
  ];
  for (const [asked, word, cue] of implied) {
    if (asked)
      add({ word, like: likeWords(word, languages), cue, share: concepts.length === 0 || word !== "price" ? 1 : 0.5 });
  }
  const words = new Set(concepts.flatMap(({ word, like }) => [word, ...like]));
  for (const word of dayWords) words.add(word);
  return {
    text,
    concepts,
    cues,
    days,
    opening,
    whereabouts: asksWhereWeAre(text),
    names: namingNumbers(text, language),
    query: [...words].join(" "),
  };
}

/** Numbers right behind the thing that they name. One behind a small word or a day is a count or a time. */
function namingNumbers(text: string, language: string): NamingNumber[] {
  const words = wordsOf(text);
  return words.flatMap((number, i) => {
    const thing = words[i - 1] ?? "";
    const names =
      /^\d+$/.test(number) && /^\p{L}{2,}$/u.test(thing) && !isStopWord(thing, language) && !isMoment(thing);
    return names ? [{ thing, number }] : [];
  });
}

/** Whether the folded words of a text name that very thing: "department 3", "departments 2 and 3", "3: …". */
export function namesIt(words: readonly string[], { thing, number }: NamingNumber): boolean {
  return words.some((word, i) => {
    if (word !== number) return false;
    let before = i - 1;
    while (before >= 0 && (words[before]?.length ?? 0) <= 3 && words[before] !== thing) before -= 1;
    return before < 0 || sameWord(words[before] ?? "", thing);
  });
}

/** Whether a number behind the word tells when: a day, a month. */
function isMoment(word: string): boolean {
  return daysAsked(word).length > 0 || MONTH.test(word);
}
