// Finds personal data in free text and replaces it: payment cards (Luhn), IBANs (mod 97), US social security numbers,
// e-mail addresses and phone numbers. Used before text is stored and before it leaves for a model's provider.

export type PiiKind = "cards" | "iban" | "ssn" | "emails" | "phones";
export type Redaction = Record<PiiKind, boolean>;

export interface Finding {
  kind: PiiKind;
  /** UTF-16 offsets, end exclusive. */
  start: number;
  end: number;
  value: string;
}

export const REDACT_ALL: Redaction = { cards: true, iban: true, ssn: true, emails: true, phones: true };
export const REDACT_DEFAULT: Redaction = { cards: true, iban: true, ssn: true, emails: false, phones: false };

const LABEL: Record<PiiKind, string> = {
  cards: "[card number]",
  iban: "[bank account]",
  ssn: "[social security number]",
  emails: "[e-mail]",
  phones: "[phone]",
};

// Digits in groups; separators are what people type: space, hyphen, dot, also no-break space and dashes.
const CARD = /(?<![\p{L}\d])\d(?:[ \u00a0\u202f\-\u2010-\u2013.]?\d){11,18}(?![\p{L}\d])/gu;
const IBAN = /(?<![\p{L}\d])[A-Za-z]{2}[ \u00a0-]?\d{2}(?:[ \u00a0-]?[A-Za-z\d]){11,30}(?![\p{L}\d])/gu;
const SSN = /(?<![\p{L}\d-])(?!000|666|9)\d{3}([ \u00a0\-\u2010-\u2013.])(?!00)\d{2}\1(?!0000)\d{4}(?![\p{L}\d]|-\d)/gu;
const SSN_BARE = /(?:\bssn|social security)[^\d\n]{0,24}((?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4})(?!\d)/giu;
const EMAIL =
  /[\p{L}\p{N}!#$%&'*+/=?^_`{|}~](?:[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]{0,63})@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}{2,24}/gu;
const PHONE =
  /(?<![\p{L}\d@#$€£]|\d[/.,:\-\u2010-\u2013]|-)(?:\+|00)?\(?\d{1,5}\)?(?:[ \u00a0\u202f.\-\u2010-\u2013/]{0,2}\(?\d{1,5}\)?){1,7}(?![\p{L}\d@%€$£]|[.,:]\d)/gu;
// What people write before a number that is theirs to be called on, in four languages.
const PHONE_CUE =
  /(?:phone|mobile|cell|call|ring|text|whats ?app|number|reach|tel|fax|handy|telefon\w*|nummer|mobil|anrufen|ruf\w*|portable|num[eé]ro|appel\w*|t[eé]l[eé]phone|tel[eé]fono|m[oó]vil|n[uú]mero|llam\w*)\W{0,3}(?:\w+\W+){0,4}$/iu;

/** Finds the personal data of the wanted kinds: disjoint, in order. */
export function findPii(text: string, wanted: Redaction = REDACT_ALL): Finding[] {
  if (!/[@\d]/.test(text)) return [];
  const found: Finding[] = [];
  const taken = (start: number, end: number) => found.some((other) => start < other.end && other.start < end);
  const add = (kind: PiiKind, start: number, value: string) => {
    if (!taken(start, start + value.length)) found.push({ kind, start, end: start + value.length, value });
  };
  // The most certain come first; what they take can't be taken for anything else, wanted or not.
  for (const match of text.matchAll(EMAIL)) add("emails", match.index, match[0]);
  for (const match of text.matchAll(IBAN)) {
    const value = ibanIn(match[0]);
    if (value) add("iban", match.index, value);
  }
  for (const match of text.matchAll(CARD)) {
    const value = cardIn(match[0]);
    if (value) add("cards", match.index + value.offset, value.text);
  }
  for (const match of text.matchAll(SSN)) add("ssn", match.index, match[0]);
  for (const match of text.matchAll(SSN_BARE)) {
    const digits = match[1] ?? "";
    add("ssn", match.index + match[0].length - digits.length, digits);
  }
  for (const match of text.matchAll(PHONE)) {
    const trimmed = match[0].replace(/[ \u00a0\u202f.\-\u2010-\u2013/(]+$/u, "");
    // A bracket around the whole is not the number's.
    const around = /^\([^)]*\)?$/.test(trimmed);
    const start = match.index + (around ? 1 : 0);
    const value = around ? trimmed.slice(1).replace(/\)$/, "") : trimmed;
    if (isPhone(value, text.slice(Math.max(0, start - 60), start))) add("phones", start, value);
  }
  return found.filter(({ kind }) => wanted[kind]).sort((a, b) => a.start - b.start);
}

/** The text with the findings replaced by labels such as `[card number]`. */
export function redact(text: string, wanted: Redaction): string {
  return conceal(text, findPii(text, wanted)).text;
}

export interface Concealed {
  text: string;
  /** Puts the values back where the labels stand. */
  reveal(text: string): string;
}

/** Replaces findings by labels; numbered from the second of a kind on, so that each can be put back. */
export function conceal(text: string, findings: readonly Finding[]): Concealed {
  const values = new Map<string, string>();
  const counts = new Map<PiiKind, number>();
  let out = "";
  let at = 0;
  for (const { kind, start, end, value } of findings) {
    const n = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, n);
    const label = n === 1 ? LABEL[kind] : LABEL[kind].replace("]", ` ${n}]`);
    values.set(label, value);
    out += text.slice(at, start) + label;
    at = end;
  }
  return {
    text: out + text.slice(at),
    reveal: (concealed) => {
      let revealed = concealed;
      for (const [label, value] of values) revealed = revealed.replaceAll(label, () => value);
      return revealed;
    },
  };
}

/** The card number in a run of digits; a run may carry a stray group before or after it. */
function cardIn(run: string): { text: string; offset: number } | null {
  const starts = [...run.matchAll(/(?:^|[^\d])(?=\d)/g)].map((match) => match.index + match[0].length);
  const ends = [...run.matchAll(/\d(?=[^\d]|$)/g)].map((match) => match.index + 1).reverse();
  for (const start of starts) {
    for (const end of ends) {
      const text = run.slice(start, end);
      const digits = text.replace(/\D/g, "");
      if (digits.length >= 12 && digits.length <= 19 && looksLikeCard(digits) && luhn(digits))
        return { text, offset: start };
    }
  }
  return null;
}

/** Major industry identifiers of payment cards: 2 to 6 (ISO/IEC 7812), of a length that networks issue. */
function looksLikeCard(digits: string): boolean {
  return /^[2-6]/.test(digits) && !/^(\d)\1+$/.test(digits) && (digits.length >= 13 || /^(?:5[06-9]|6)/.test(digits));
}

/** The check digit of ISO/IEC 7812-1, annex B. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** The IBAN at the start of a run of letters and digits; words may follow it. */
function ibanIn(run: string): string | null {
  for (let end = run.length; end >= 15; end -= 1) {
    const text = run.slice(0, end);
    if (/[ \u00a0-]$/.test(text)) continue;
    const bare = text.replace(/[ \u00a0-]/g, "").toUpperCase();
    if (bare.length < 15) return null;
    if (bare.length <= 34 && ibanChecks(bare)) return text;
  }
  return null;
}

/** ISO 13616: the number with its first four characters moved to the end, letters as 10 to 35, is 1 modulo 97. */
function ibanChecks(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) return false;
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

const DATE =
  /^(?:(?:19|20)\d{2}[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|[12]\d|3[01])[-./ ](?:19|20)?\d{2})(?:[ ,]+\d{1,2}(?:[.:]?\d{2})?)?$/;
// Grouped like a social security number, but none.
const NO_SSN = /^\d{3}([- ])\d{2}\1\d{4}$/;
const YEARS = /^(?:19|20)\d{2}[ \-\u2010-\u2013/.]+(?:19|20)\d{2}$/u;

/** Whether a run of digit groups is a telephone number rather than a date, a year span, an amount or an order number. */
function isPhone(run: string, before: string): boolean {
  const digits = run.replace(/\D/g, "");
  if (digits.length < 7 || digits.length > 15 || DATE.test(run) || YEARS.test(run) || NO_SSN.test(run)) return false;
  if (/^(?:\+|00)[ (]?\d/.test(run)) return digits.length >= 8;
  const cue =
    PHONE_CUE.test(before) &&
    !/(?:order|booking|reservation|invoice|reference|ref|policy|account|room|model|serial|case|ticket|bestell\w*|rechnung\w*|kunden\w*|commande|facture|pedido|factura)\W+(?:\w+\W+){0,3}$/iu.test(
      before,
    );
  if (cue) return true;
  const groups = run.split(/\D+/).filter(Boolean);
  if (groups.length === 1) return /^0[1-9]\d{7,10}$/.test(digits);
  // Thousands in groups of three: 1 250 000 or 1.250.000.
  if (/^\d{1,3}(?:[ .]\d{3})+$/.test(run) && !run.startsWith("0") && digits.length < 9) return false;
  if (/^0/.test(digits) || run.startsWith("(")) return digits.length >= 8;
  // North American 3-3-4, 3-4 written with a hyphen or dot, and European groups.
  if (/^(?:1[ .-])?[2-9]\d{2}[ .\-\u2010-\u2013]\d{3}[ .\-\u2010-\u2013]\d{4}$/u.test(run)) return true;
  if (/^[2-9]\d{2}-\d{4}$/.test(run)) return true;
  return groups.length >= 3 && digits.length >= 9 && digits.length <= 12 && groups.every((group) => group.length <= 4);
}
