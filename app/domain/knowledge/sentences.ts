// Where sentences begin and end. Lines bound them; abbreviations, initials, dates and table rows don't.
import type { Sentence } from "./read/document.ts";

/** A list line or table row up to this length is one sentence, whatever full stops it holds. */
const LINE_MAX = 240;
const ROW_MAX = 600;

const TERMINATOR = /[.!?…。！？]["'”’)\]]*\s|[。！？]/;
const ROW_PART = /^[^:;]{1,80}: \S/;

// Never the end of a sentence when more text follows.
const ABBREVIATION =
  /(?:^|[\s("'“„/-])(?:Dr|Mr|Mrs|Ms|Mx|Prof|St|Ste|Hr|Fr|Frau|Sr|Sra|Mme|Mlle|Dipl|Ing|med|dent|e\.g|i\.e|eg|ie|cf|vs|viz|approx|ca|incl|excl|inkl|exkl|evtl|ggf|bzw|bspw|usf|sog|vgl|z\. ?B|d\. ?h|u\. ?a|i\. ?d\. ?R|o\. ?ä|p\. ?ex|Str|Tel|Mt|Ft|Gen|Rep|Sen|Gov)\.$|(?:^|[\s(])[A-Za-zäöü]\.$/;
// The same, when a digit follows: "No. 5", "Nr. 12", "Jan. 3", "max. 4".
const BEFORE_NUMBER =
  /(?:^|[\s("'“„])(?:No|Nr|Nos|Fig|Figs|Abb|Art|Abs|Sec|Sect|Ch|Kap|Vol|pp?|S|Tel|Ext|max|min|Jan|Feb|Mar|Mär|Apr|Jun|Jul|Aug|Sept?|Oct|Okt|Nov|Dec|Dez|Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun|Mo|Di|Mi|Do|Fr|Sa|So)\.$/i;
const CLOCK = /\b[ap]\.m\.$/i;
const AFTER_CLOCK = /^(?:mon|tue|wed|thu|fri|sat|sun|[a-z]|\d|[-–—(,;&])/;
const DAY_OF_MONTH = /(?:^|[\s(])(?:[12]?\d|3[01])\.$/;
const MONTH =
  /^(?:Jan|Jän|Feb|Mär|Mar|Apr|Mai|May|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec|jan|fev|fév|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)/;
const ONLY_NUMBER = /^\(?\d{1,3}[.)]$/;

const segmenters = new Map<string, Intl.Segmenter>();

/**
 * Splits text into sentences: ordered, disjoint, trimmed, and together all of the text but white space. A lone line is
 * prose; lines that stand directly under one another are list items or table rows and stay whole up to 240 characters.
 */
export function splitSentences(text: string, language: string | null = null): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  let previousFilled = false;
  while (start <= text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = trimmed(text, start, end);
    if (line) {
      const listed = previousFilled || filledLineAfter(text, end);
      addLine(sentences, text, line, listed, language);
    }
    previousFilled = line !== null;
    if (newline === -1) break;
    start = newline + 1;
  }
  return sentences;
}

function filledLineAfter(text: string, end: number): boolean {
  if (end >= text.length) return false;
  const next = text.indexOf("\n", end + 1);
  return trimmed(text, end + 1, next === -1 ? text.length : next) !== null;
}

function addLine(into: Sentence[], text: string, line: Sentence, listed: boolean, language: string | null): void {
  const content = text.slice(line.start, line.end);
  const length = line.end - line.start;
  if ((listed && length <= LINE_MAX) || !TERMINATOR.test(content) || (length <= ROW_MAX && isRow(content))) {
    into.push(line);
    return;
  }
  let open: Sentence | null = null;
  for (const { segment, index } of segmenterFor(language).segment(content)) {
    const piece = trimmed(content, index, index + segment.length);
    if (!piece) continue;
    if (open && belongTogether(content.slice(open.start, open.end), content.slice(piece.start, piece.end))) {
      open = { start: open.start, end: piece.end };
      continue;
    }
    if (open) into.push({ start: line.start + open.start, end: line.start + open.end });
    open = piece;
  }
  if (open) into.push({ start: line.start + open.start, end: line.start + open.end });
}

function belongTogether(before: string, after: string): boolean {
  if (!/[\p{L}\p{N}]/u.test(after) || !/[\p{L}\p{N}]/u.test(before)) return true;
  if (!before.endsWith(".")) return /^[\p{Ll}]/u.test(after) && !/[!?…]["'”’)\]]*$/.test(before);
  const tail = before.slice(-24);
  if (CLOCK.test(tail)) return AFTER_CLOCK.test(after) || /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(after);
  if (ABBREVIATION.test(tail)) return true;
  if (BEFORE_NUMBER.test(tail) && /^\d/.test(after)) return true;
  if (DAY_OF_MONTH.test(tail) && MONTH.test(after)) return true;
  return ONLY_NUMBER.test(before);
}

/** `Label: value; Label: value`, as tables and CSV rows are written. */
function isRow(line: string): boolean {
  const [, ...rest] = line.split("; ");
  return rest.length > 0 && rest.every((part) => ROW_PART.test(part));
}

function trimmed(text: string, from: number, to: number): Sentence | null {
  let start = from;
  let end = to;
  while (start < end && isSpace(text, start)) start += 1;
  while (end > start && isSpace(text, end - 1)) end -= 1;
  return start < end ? { start, end } : null;
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13) || (code >= 0xa0 && /\s/.test(text.charAt(at)));
}

function segmenterFor(language: string | null): Intl.Segmenter {
  const tag = language && /^[a-z]{2,3}$/.test(language) ? language : "en";
  let segmenter = segmenters.get(tag);
  if (!segmenter) {
    segmenter = new Intl.Segmenter(tag, { granularity: "sentence" });
    segmenters.set(tag, segmenter);
  }
  return segmenter;
}
