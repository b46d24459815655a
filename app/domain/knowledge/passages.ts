// What a search found, as people look at it: the passages with the sentences that speak of the question. Pure.
import type { Retrieval } from "./search.ts";

export interface Passage {
  chunkId: string;
  documentId: string;
  title: string;
  url: string | null;
  headings: string[];
  /** The passage in pieces, in order; together they are its text. */
  pieces: { text: string; matches: boolean }[];
  /** Against the best passage, 0 to 1. */
  strength: number;
}

/** The passages of a search, best first. */
export function passagesOf({ terms, hits }: Retrieval): Passage[] {
  const asked = new Set(terms.map(({ term, corrected }) => corrected ?? term));
  const best = hits[0]?.score ?? 0;
  return hits.map(({ chunkId, documentId, title, url, headings, content, sentences, score }) => {
    const matching = sentences.filter((sentence) => sentence.terms.some((term) => asked.has(term)));
    return { chunkId, documentId, title, url, headings, pieces: cut(content, matching), strength: score / best };
  });
}

function cut(content: string, spans: readonly { start: number; end: number }[]): Passage["pieces"] {
  const pieces: Passage["pieces"] = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (start > at) pieces.push({ text: content.slice(at, start), matches: false });
    pieces.push({ text: content.slice(Math.max(start, at), end), matches: true });
    at = Math.max(at, end);
  }
  if (at < content.length) pieces.push({ text: content.slice(at), matches: false });
  return pieces.filter(({ text }) => text !== "");
}
