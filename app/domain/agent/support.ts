// Whether a model's own sentence is borne out by the chunks that it cites. Lexical: it can't be talked into anything.
import type { Hit } from "../knowledge/search.ts";
import { contentWords, detectLanguage, fold, isStopWord, wordsOf } from "./words.ts";

/** Share of a sentence's content words that its sources must hold. */
const NEEDED = 0.6;
/** Sentences without a source may at most be this long. */
const COURTESY_WORDS = 24;

const NUMBER = /\d+(?:[.,:]\d+)*/g;
const EXACT = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?:\/\/\S+|www\.\S+/gi;
const NEGATION =
  /\b(?:not|no|never|cannot|can't|don't|doesn't|isn't|aren't|won't|without|neither|nor|closed|nicht|kein\w*|nie|ohne|geschlossen|pas|jamais|sans|aucun\w*|ferm[eé]\w*|nunca|sin|ningun\w*|cerrad\w*)\b|n't\b/i;

/** Small talk that needs no source: folded stems of the words that it is made of. */
const COURTESY = new Set(
  `hello hi welcome thank thanks please sorry apolog glad happy help assist question questions know knowledge information ask answer answers
  find found unfortunately colleague team person human contact details email phone number leave pass forward
  anything else something today day great nice pleasure good moment further more let look looking like would could
  understand sure course team member connect reach back soon touch chat message name address provide share
  hallo willkommen danke bitte leider hilfe helfen frage fragen kollegin kollegen weiterhelfen gerne kontaktdaten hinterlassen
  weitergeben information informationen finden sonst noch mochten wissen tag
  bonjour bienvenue merci desole aider question questions malheureusement collegue coordonnees laisser informations trouver autre chose savoir journee
  hola bienvenido gracias siento ayudar pregunta preguntas lamentablemente companero datos contacto dejar informacion encontrar algo mas saber dia`.split(
    /\s+/,
  ),
);

function keyOf(word: string): string {
  return word.length <= 4 ? word : word.slice(0, Math.max(4, Math.ceil(word.length * 0.7)));
}

function keysOf(text: string): Set<string> {
  const keys = new Set<string>();
  for (const word of wordsOf(text)) {
    keys.add(word);
    for (let length = 4; length <= word.length; length += 1) keys.add(word.slice(0, length));
  }
  return keys;
}

/**
 * Whether the chunks bear the sentence out: most of its content words, and every number, e-mail and web address, stand
 * in them, and it doesn't deny what they affirm. Where it is written in another language than they are, words can't
 * be compared: then numbers, addresses and names decide.
 */
export function supportsClaim(claim: string, sources: readonly Hit[], language: string): boolean {
  const evidence = sources
    .map(({ title, headings, content }) => `${title} ${headings.join(" ")} ${content}`)
    .join("\n");
  const numbers = new Set(evidence.match(NUMBER) ?? []);
  if ((claim.match(NUMBER) ?? []).some((number) => !numbers.has(number))) return false;
  const folded = fold(evidence);
  if (
    (claim.match(EXACT) ?? []).some(
      (exact) => !sources.some(({ url }) => url && exact.startsWith(url)) && !folded.includes(fold(exact)),
    )
  ) {
    return false;
  }
  const spoken = detectLanguage(claim, language);
  const keys = keysOf(evidence);
  if (detectLanguage(evidence, spoken) !== spoken) {
    const names = claim.match(/(?<=[\p{L},;] )\p{Lu}\p{L}{2,}/gu) ?? [];
    return spoken === "de" || names.every((name) => keys.has(keyOf(fold(name))));
  }
  const words = contentWords(claim, spoken);
  if (words.length === 0) return false;
  const held = words.filter((word) => keys.has(keyOf(word))).length;
  if (held / words.length < NEEDED) return false;
  const best = sources.map((hit) => sentenceText(hit, bestSentence(claim, hit, language))).join(" ");
  return NEGATION.test(claim) === NEGATION.test(best) || NEGATION.test(evidence) === NEGATION.test(claim);
}

/** The sentence of a chunk that shares most with the text; null for a chunk without sentences. */
export function bestSentence(text: string, hit: Hit, language: string): { start: number; end: number } | null {
  const words = contentWords(text, language).map(keyOf);
  const numbers = text.match(NUMBER) ?? [];
  let best: { start: number; end: number } | null = null;
  let most = -1;
  for (const { start, end } of hit.sentences) {
    const sentence = hit.content.slice(start, end);
    const keys = keysOf(sentence);
    const shared =
      words.filter((word) => keys.has(word)).length + numbers.filter((number) => sentence.includes(number)).length * 2;
    if (shared > most) {
      most = shared;
      best = { start, end };
    }
  }
  return best;
}

function sentenceText(hit: Hit, range: { start: number; end: number } | null): string {
  return range ? hit.content.slice(range.start, range.end) : "";
}

/** Whether a sentence without a source states nothing: small talk, or the visitor's own words taken up. */
export function isCourtesy(text: string, language: string, spoken: string): boolean {
  if (/\d|@|https?:|www\./.test(text)) return false;
  const words = wordsOf(text);
  if (words.length === 0 || words.length > COURTESY_WORDS) return false;
  const said = keysOf(spoken);
  const spokenLanguage = detectLanguage(text, language);
  const strange = words.filter(
    (word) =>
      !isStopWord(word, spokenLanguage) &&
      !isStopWord(word, "en") &&
      !COURTESY.has(word) &&
      !(text.trim().endsWith("?") && said.has(word)),
  );
  // A statement may hold no strange word at all; a question back may hold one.
  return strange.length <= (text.trim().endsWith("?") ? 1 : 0);
}
