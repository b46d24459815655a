// Words of a message: folding, splitting, comparing, and the words that carry no topic (English, German, French,
// Spanish). Only for what the visitor typed; the knowledge index brings its own stems.

const MARKS = /\p{M}+/gu;
const WORD = /[\p{L}\p{N}]+(?:[.,:][\p{N}]+)*/gu;

/** Lower case without accents; `ß` becomes `ss`. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll("ß", "ss").normalize("NFKD").replace(MARKS, "");
}

/** The folded words of a text. Apostrophes split off endings of a word: "what's" is what, s. */
export function wordsOf(text: string): string[] {
  return fold(text).match(WORD) ?? [];
}

const INFLECTION = /(?:'s|en|es|s|e|n)$/;

/** A folded word without the ending of a plural or case, for comparing typed words with listed ones. */
export function singular(word: string): string {
  const cut = word.length > 4 ? word.replace(INFLECTION, "") : word.length > 3 ? word.replace(/s$/, "") : word;
  return cut.length >= 3 ? cut : word;
}

/** Whether two folded words are the same but for a plural's or case's ending. */
export function sameWord(a: string, b: string): boolean {
  return a === b || singular(a) === singular(b);
}

// What may follow a stem of up to three letters, so that "wed" is found in weddings, but "car" not in career.
const SHORT_ENDING = /^(?:s|es|[a-z]?(?:ed|ings?))$/;

/** Whether a folded word is a form of a term of the index (a Snowball stem). */
export function isFormOf(word: string, term: string): boolean {
  if (word === term) return true;
  if (term.length <= 3) return word.startsWith(term) && SHORT_ENDING.test(word.slice(term.length));
  const stemEnd = /[iy]$/.test(term) ? term.length - 1 : term.length;
  return word.startsWith(term.slice(0, stemEnd)) && word.length - term.length <= 6;
}

const STOP: Record<string, string> = {
  en: `a about after again all also am an and any are aren as at be because been before being both but by can cannot could
    couldn d did didn do does doesn doing don done during each else ever few for from further get gets getting go going got had has hasn have haven having he hello her
    here hers hi him his how i if in into is isn it its itself just know let like ll m many may maybe me might more most much must my need no nor
    not now of off ok okay on once one only or other our ours out over own please re really s same shall she should shouldn so some
    such t tell than thank thanks that the their theirs them then there these they thing things this those through to too under until up us
    use ve very want was wasn way we well were weren what whats when where which while who whom whose why will with won would wouldn
    yes yet you your yours good wondering wonder question ask asking guys anything something someone somebody anyone
    possible able happen hey sure say says would give gives given come take takes bring make makes find im ive id`,
  de: `aber alle als also am an auch auf aus bei beim bin bis bitte da dann das dass dem den denn der des dich die dies diese dir doch
    du ein eine einem einen einer eines er es etwas euch euer eure fur gibt gern gerne gut hab habe haben habt hallo hat ich ihm ihn ihnen ihr ihre
    im in ist ja jetzt kann kannst konnen konnte konnten man mehr mein meine meinen mich mir mit mochte nach nein nicht noch nun nur ob oder
    schon sehr sein sich sie sind so soll uber um und uns unser unsere vom von vor wann war warum was welche welchen welcher wenn wer werden
    wie wieso will wir wird wo wollen wurde zu zum zur man viel viele eigentlich guten tag danke`,
  fr: `a ai au aux avec avez avons bonjour c ce ceci cela ces cet cette combien comme comment d dans de des du elle elles en es est et
    etes eu il ils j je l la le les leur lui m ma mais me mes moi mon n ne nos notre nous on ou par pas peut peux pour pouvez qu quand que quel quelle quelles
    quels qui quoi s sa sans se ses si son sont sur t ta te tes toi ton tu un une vais veux vos votre voudrais vous y merci oui non
    est-ce plait svp y-a`,
  es: `a al algo como con cual cuales cuando cuanto cuanta cuantos de del donde e el ella ellos en es esa ese eso esta estan este
    esto estoy gracias ha hacen hacer hay hola la las le les lo los mas me mi mis muy no nos nosotros o para pero por porque puede pueden puedo
    que quien quiero se si sin sobre son su sus tambien te tengo tiene tienen tu tus un una uno usted ustedes y ya yo buenos buenas dias favor`,
};

const STOP_SETS: Record<string, ReadonlySet<string>> = Object.fromEntries(
  Object.entries(STOP).map(([language, list]) => [language, new Set(list.split(/\s+/))]),
);
const NO_WORDS: ReadonlySet<string> = new Set();

/** Whether the folded word carries no topic in the language. */
export function isStopWord(word: string, language: string): boolean {
  return word.length < 2 || (STOP_SETS[language] ?? NO_WORDS).has(word);
}

/** The folded words of a text that carry its topic. */
export function contentWords(text: string, language: string): string[] {
  return wordsOf(text).filter((word) => !isStopWord(word, language));
}

/** Languages whose small words we know: those that can be told apart. */
export const KNOWN_LANGUAGES: readonly string[] = Object.keys(STOP_SETS);

/**
 * The language that a text is most likely written in, among those whose small words we know; `fallback` where it shows
 * too little. BCP 47 primary tags.
 * @param among the languages in question; all that we know where left out
 */
export function detectLanguage(text: string, fallback: string, among: readonly string[] = KNOWN_LANGUAGES): string {
  const words = wordsOf(text);
  let best = fallback;
  let bestScore = scoreOf(words, fallback) + (fallback in STOP_SETS ? 0.5 : 1);
  for (const language of among) {
    if (!Object.hasOwn(STOP_SETS, language)) continue;
    const score = scoreOf(words, language);
    if (score > bestScore) {
      best = language;
      bestScore = score;
    }
  }
  return best;
}

function scoreOf(words: string[], language: string): number {
  const set = STOP_SETS[language] ?? NO_WORDS;
  let score = 0;
  for (const word of words) {
    if (!set.has(word)) continue;
    // A word that several languages share says less.
    let shared = 0;
    for (const other of Object.values(STOP_SETS)) if (other.has(word)) shared += 1;
    score += 1 / shared;
  }
  return score;
}
