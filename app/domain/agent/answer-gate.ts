// What a model may say. Every part of an answer passes here before a visitor sees it: quotes are cut from chunks that
// this turn's searches found (rows of tables put into words), a model's own sentences must be borne out by the chunks they cite, links must lead to a
// source. What doesn't pass is dropped.
import type { Hit, Retrieval } from "../knowledge/search.ts";
import { keepKnownLinks } from "./links.ts";
import type { AgentProfile, Part } from "./model.ts";
import { phrase } from "./phrases.ts";
import { bestSentence, isCourtesy, supportsClaim } from "./support.ts";
import { wordingOf } from "./wording.ts";

/** Where a sentence of an answer comes from. The shape on the wire and in the database. */
export interface Citation {
  chunk_id: string;
  title: string;
  /** With the fragment that leads to the place; null for files and typed answers. */
  url: string | null;
  quote: string;
  /** UTF-16 offsets of the quote in the chunk. */
  start: number;
  end: number;
}

export interface AnswerGate {
  /** Makes what a search found quotable. */
  learn(retrieval: Retrieval): void;
  offer(part: Part): void;
  readonly text: string;
  readonly citations: Citation[];
  /** Parts that were turned away. */
  readonly dropped: number;
}

/**
 * @param spoken everything said in the conversation so far; small talk may take up its words
 * @param onToken takes each piece of the answer as it is admitted
 */
export function createAnswerGate(
  profile: AgentProfile,
  language: string,
  spoken: string,
  onToken: (text: string) => void = () => {},
): AnswerGate {
  const hits = new Map<string, Hit>();
  const citations: Citation[] = [];
  let text = "";
  let dropped = 0;

  function say(piece: string, ownLine: boolean): boolean {
    if (piece.trim() === "") return false;
    const glue = text === "" ? "" : ownLine || text.includes("\n", text.length - 1) ? "\n" : " ";
    text += glue + piece;
    onToken(glue + piece);
    return true;
  }

  function cite(hit: Hit, start: number, end: number): void {
    const same = citations.some(
      (other) => other.chunk_id === hit.chunkId && other.start === start && other.end === end,
    );
    if (same) return;
    const url = hit.url && hit.anchor ? `${hit.url}#${hit.anchor}` : hit.url;
    citations.push({ chunk_id: hit.chunkId, title: hit.title, url, quote: hit.content.slice(start, end), start, end });
  }

  function quote({ chunkId, start, end }: Part & { kind: "quote" }): boolean {
    const hit = hits.get(chunkId);
    if (!hit || !(start >= 0 && start < end && end <= hit.content.length)) return false;
    const words = hit.content.slice(start, end);
    const clean = keepKnownLinks(wordingOf(words, hit), { sources: hit.url ? [hit.url] : [], sameHost: true });
    if (!say(clean, /\n/.test(clean) || text.includes("\n"))) return false;
    cite(hit, start, end);
    return true;
  }

  function claim({ text: words, chunkIds }: Part & { kind: "claim" }): boolean {
    const sources = chunkIds.map((id) => hits.get(id)).filter((hit) => hit !== undefined);
    const addresses = sources.map(({ url }) => url).filter((url) => url !== null);
    const clean = keepKnownLinks(words, { sources: addresses, sameHost: false });
    if (sources.length === 0)
      return isCourtesy(clean, language, `${spoken} ${profile.tenantName} ${profile.agentName}`) && say(clean, false);
    if (!supportsClaim(clean, sources, language) || !say(clean, /^\s*[-*•]/.test(clean))) return false;
    for (const hit of sources) {
      const sentence = bestSentence(clean, hit, language);
      if (sentence) cite(hit, sentence.start, sentence.end);
    }
    return true;
  }

  return {
    learn(retrieval) {
      for (const hit of retrieval.hits) hits.set(hit.chunkId, hit);
    },
    offer(part) {
      const admitted =
        part.kind === "quote"
          ? quote(part)
          : part.kind === "claim"
            ? claim(part)
            : say(phrase(part.key, language, profile), text.includes("\n") || citations.length > 0);
      if (!admitted) dropped += 1;
    },
    get text() {
      return text;
    },
    citations,
    get dropped() {
      return dropped;
    },
  };
}
