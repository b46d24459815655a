// Whether a word that the index put in the place of an unknown one is what the visitor meant.
import type { RetrievedTerm } from "../knowledge/search.ts";

const SUFFIX = /^(?:s|es|e|en|n|ed|ing|ment|al|ly|ion|ation|ance|i|t)$/;

/** Whether a corrected spelling is close enough to be what was meant: one slip, two in long words. */
export function isSameSpelling({ term, corrected }: RetrievedTerm): boolean {
  if (corrected === undefined) return true;
  const [short, long] = term.length < corrected.length ? [term, corrected] : [corrected, term];
  if (long.startsWith(short)) return SUFFIX.test(long.slice(short.length));
  return slips(term, corrected) <= (term.length >= 7 ? 2 : 1);
}

/** Edit distance with neighbouring letters swapped counting once (optimal string alignment). */
function slips(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
