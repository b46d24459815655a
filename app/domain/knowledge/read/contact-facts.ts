// Finds the lines of a header or footer that a visitor asks for: phone, e-mail, address, opening hours.

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;
const PHONE = /(?:\+|\(|\b0|\b[1-9])(?:[\s()./-]*\d){6,14}/;
const DAY =
  /\b(?:mon|tues?|wed|thur?s?|fri|sat|sun)(?:day|nesday|urday)?s?\b|\b(?:mo|di|mi|do|fr|sa|so)\b\.?|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|daily|weekdays|täglich)\b/i;
const TIME =
  /\b\d{1,2}(?:[:.h]\d{2})?\s*(?:am|pm|a\.m\.|p\.m\.|uhr|h)\b|\b\d{1,2}[:.]\d{2}\b|\b\d{1,2}\s*[-–—]\s*\d{1,2}\b/i;
const CLOSED = /\b(?:closed|geschlossen|fermé|cerrado|chiuso|gesloten|24\s?\/\s?7)\b/i;
const POSTCODE = /\b\d{4,5} \p{Lu}\p{L}+|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b[A-Z]{2} \d{5}\b/u;
const STREET =
  /\b\d{1,5}[a-z]? (?:\p{Lu}[\p{L}.]+ ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Square|Way|Court|Place)\b|\p{L}(?:straße|strasse|str\.|weg|platz|allee|gasse) \d{1,4}\b|\brue (?:de |du |des )?\p{L}+/u;

const MAX_LINES = 25;

/** The lines that state contacts or hours, each once, with the short label right above them. */
export function contactFacts(lines: string[]): string[] {
  const kept: string[] = [];
  const keep = (line: string) => {
    if (!kept.includes(line) && kept.length < MAX_LINES) kept.push(line);
  };
  lines.forEach((line, i) => {
    if (line.length > 300 || !statesContact(line)) return;
    const above = lines[i - 1];
    if (
      above &&
      above.length <= 40 &&
      /:$|\b(?:hours|zeiten|horaires|contact|kontakt|address|adresse|visit|call|tel)/i.test(above)
    ) {
      keep(above);
    }
    keep(line);
  });
  return kept;
}

function statesContact(line: string): boolean {
  if (EMAIL.test(line)) return true;
  if (/©|\(c\) (?:19|20)\d\d|copyright/i.test(line)) return false;
  if (POSTCODE.test(line) || STREET.test(line)) return true;
  if (DAY.test(line) && (TIME.test(line) || CLOSED.test(line))) return true;
  const phone = PHONE.exec(line)?.[0].replace(/\D/g, "") ?? "";
  return phone.length >= 7 && !/^(?:19|20)\d{2}(?:19|20)\d{2}$/.test(phone);
}
