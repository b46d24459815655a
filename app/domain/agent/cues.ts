// What kind of fact a question asks for, and which texts hold that kind: times, prices, places, contacts, steps.
import { fold } from "./words.ts";

export type Cue = "time" | "price" | "place" | "phone" | "email" | "person" | "steps" | "duration" | "count";

interface CueRule {
  cue: Cue;
  /** On the folded question. */
  asks: RegExp;
}

const RULES: readonly CueRule[] = [
  {
    cue: "email",
    asks: /\be ?-?mails?\b|\bmail address|\bcorreo|\bcourriel|\bmailadresse/,
  },
  {
    cue: "phone",
    asks: /\b(?:phone|telephone|telefon\w*|numero de tel\w*|telefono|call you|ring you|reach you|contact you|fax|hotline|anrufen|erreich\w*|appeler|joindre|llamar\w*)\b/,
  },
  {
    cue: "duration",
    asks: /\bhow long\b|\bhow many (?:minutes|hours|days|weeks|months)\b|\bwie ?lange?\b|\bcombien de temps\b|\bcuanto (?:tiempo|dura|tarda)/,
  },
  {
    cue: "price",
    asks: /\bhow much (?:is|are|does|do|did|for|will|would|to|s|it)\b|\bhow much\W*$|\bprice|\bcosts?\b|\bfees?\b|\brates?\b|\bcharge|\bexpensive|\bcheap|\bpricing|\bkostet|\bkosten|\bpreis|\bgebuhr|\bcombien (?:coute|ca|est)|\bprix\b|\btarif|\bcuanto (?:cuesta|vale|es)|\bprecio|\bfor free\b|\bfree of charge\b/,
  },
  {
    cue: "time",
    asks: /\bwhen\b|\bwhat time|\bopen(?:ing|ed)?\b|\bclos(?:e|ed|es|ing)\b|\bhours\b|\bwann\b|\boffnungszeit|\bgeoffnet|\boffen\b|\bauf\?|\bquand\b|\bhoraire|\bouvert|\bferme|\bquelle heure|\bcuando\b|\bhorario|\babiert|\babren\b|\bcierr|\ba que hora/,
  },
  {
    cue: "place",
    asks: /\bwhere\b|\baddress\b|\blocat(?:ed|ion)|\bdirections\b|\bget (?:there|to you)|\bfind you\b|\bwo\b|\badresse\b|\banfahrt|\bstandort|\bou\b(?! bien)|\bdonde\b|\bdireccion|\bubicacion/,
  },
  { cue: "person", asks: /\bwho\b|\bwhose\b|\bwer\b|\bqui\b|\bquien(?:es)?\b/ },
  { cue: "count", asks: /\bhow many\b|\bwie ?viele\b|\bcombien de\b|\bcuant[oa]s\b/ },
  {
    cue: "steps",
    asks: /\bhow (?:do|can|to|should|would|could|does)\b|\bsteps?\b|\bwie (?:kann|geht|mache|funktioniert)|\bcomment\b|\bcomo\b/,
  },
];

/** The kinds of fact that a question asks for, the most telling first. */
export function cuesOf(question: string): Cue[] {
  const text = fold(question);
  return RULES.filter(({ asks }) => asks.test(text)).map(({ cue }) => cue);
}

/** Whether the question is about the organisation's own whereabouts: "where are you?", "how do I find you?". */
export function asksWhereWeAre(question: string): boolean {
  return /\bwhere (?:are|r) (?:you|u|your)\b|\bwhere (?:is|s) (?:your|the) (?:office|practice|hotel|shop|store|clinic|restaurant|salon|studio|place|building)\b|\bwhere can i find you|\bhow (?:do|can) (?:i|we) (?:find|get to) you|\byour (?:address|location)|(?<!e ?-?mail |web |ip |mail )\baddress\b|\bwhere (?:exactly )?(?:are|is) .* located|\bwo (?:sind|seid|liegt|befind)\w*|\badresse\b|\bou (?:etes|se trouve|vous)|\bdonde (?:estan|esta|se encuentra)|\bdireccion/.test(
    fold(question),
  );
}

/** Whether the question is about opening hours as a whole or on a day. */
export function asksOpening(question: string): boolean {
  return /\b(?:open|opening|close|closed|closing|closes|opens|business hours|office hours|hours|offnungszeit\w*|geoffnet|offen|geschlossen|horaires?|ouverts?|ouvre\w*|fermes?|fermez|horarios?|abierto|abren|cierran|cerrado)\b/.test(
    fold(question),
  );
}

const MONEY =
  /(?:[$€£¥]|\b(?:usd|eur|gbp|chf|sfr|fr\.|euros?|dollars?|pounds?|cents?))\s?\d|\d(?:[\d.,' ]*\d)?\s?(?:[$€£¥%]|(?:usd|eur|gbp|chf|euros?|dollars?|pounds?|cents?|francs?|franken)\b)|\bfree\b(?! of (?!charge))|\bno (?:extra )?(?:charge|cost|fee)|\bincluded\b|\bkostenlos|\bgratuit|\bgratis/i;
const CLOCK =
  /\b\d{1,2}\s?[:.h]\s?\d{2}\b|\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|uhr|h|o'clock)\b|\b(?:noon|midnight|24\s?\/\s?7|24 hours|around the clock)\b|\b\d{1,2}\s?[-–—]\s?\d{1,2}\b/i;
const CLOSED = /\b(?:closed|geschlossen|ferm[eé]e?|cerrado)\b/i;
const DATEISH =
  /\b(?:\d{1,2}\.? )?(?:january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|f[eé]vrier|mars|avril|juin|juillet|ao[uû]t|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b|\b(?:19|20)\d{2}\b|\b(?:daily|weekly|monthly|every|weekdays?|weekends?|season|täglich)\b/i;
const ADDRESS =
  /\b\d{1,5}[a-z]? (?:\p{Lu}[\p{L}.'’]+ ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Square|Way|Court|Place|Quay|Terrace)\b|\p{L}(?:straße|strasse|str\.|weg|platz|allee|gasse) \d|\b(?:rue|avenue|place|quai) (?:de |du |des |d')?\p{Lu}\p{L}+|\b\d{4,5} \p{Lu}\p{L}+|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b[A-Z]{2} \d{5}\b|\b(?:calle|avenida|plaza) \p{L}+/u;
const SOMEWHERE =
  /\b(?:street|road|avenue|highway|address|located|floor|building|opposite|next to|near|behind|above|corner|walk from|station|lobby|ground|basement|terrace|in the|at the|on the)\b/i;
const PHONE = /(?<!\d[.,])(?:\+|\(|\b0(?!\.)|\b[1-9])(?:[\s()./-]*\d){6,14}/;
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;
const PERSON = /\b(?:dr|mr|mrs|ms|prof)\.? \p{Lu}|\p{Lu}\p{L}+ \p{Lu}\p{L}+/u;
const DURATION =
  /\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|half|several|a few|eine?|un|une)(?:\s?[-–to]+\s?\d+)?[ -]?(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|heures?|jours?|semaines?|mois|ans?|minutos?|horas?|d[ií]as?|meses|años?)\b/i;
const STEPS =
  /\b(?:to \w+|you can|you may|please|click|call|select|choose|open|use|run|enter|type|visit|go to|first|then|simply|by \w+ing|kann|können|sie|pouvez|puede)\b/i;

/** How well a sentence holds the kind of fact: 0 to 1. */
export function holds(cue: Cue, sentence: string): number {
  switch (cue) {
    case "price":
      return MONEY.test(sentence) ? 1 : 0;
    case "time":
      return CLOCK.test(sentence) || CLOSED.test(sentence) ? 1 : DATEISH.test(sentence) ? 0.6 : 0;
    case "place":
      return ADDRESS.test(sentence) ? 1 : SOMEWHERE.test(sentence) ? 0.5 : 0;
    case "phone":
      return PHONE.test(sentence) ? 1 : 0;
    case "email":
      return EMAIL.test(sentence) ? 1 : 0;
    case "person":
      return PERSON.test(sentence) ? 1 : 0;
    case "duration":
      return DURATION.test(sentence) ? 1 : 0;
    case "count":
      return /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|dozen|hundred)\b/i.test(sentence)
        ? 1
        : 0;
    case "steps":
      return STEPS.test(sentence) ? 0.5 : 0;
  }
}
