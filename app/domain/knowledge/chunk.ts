// Cuts a document into chunks for the index: by headings, near a target size, at block, line or sentence bounds.
import { createHash } from "node:crypto";
import type { Block, Chunk, ReadDocument } from "./read/document.ts";
import { splitSentences } from "./sentences.ts";

export interface ChunkOptions {
  /** Size in characters at which a chunk is full. */
  targetChars?: number;
  /** Size in characters that no chunk passes. */
  maxChars?: number;
}

/** Neighbouring sections below this size, under the same parent heading, share a chunk. */
const TINY = 100;

interface Section {
  headings: string[];
  pieces: Piece[];
}

/** Text that stays together; `glue` stands between it and the piece before it. */
interface Piece {
  text: string;
  glue: "\n\n" | "\n" | " ";
  anchor: string | null;
}

/**
 * The chunks of a document, in order, the same ones every time. None crosses a heading (tiny neighbours excepted,
 * their headings then stand as lines in the content) and none repeats another's content.
 */
export function chunkDocument(
  document: Pick<ReadDocument, "blocks" | "language">,
  options: ChunkOptions = {},
): Chunk[] {
  const target = options.targetChars ?? 900;
  const max = Math.max(options.maxChars ?? 1400, 1);
  const chunks: Chunk[] = [];
  const seen = new Set<string>();
  for (const section of mergeTiny(sectionsOf(document.blocks), target)) {
    const pieces = section.pieces.flatMap((piece) => fitPiece(piece, max, document.language));
    for (const group of pack(pieces, Math.min(target, max), max)) {
      const content = join(group);
      const contentHash = createHash("sha256").update(content.replace(/\s+/g, " ").trim()).digest("hex");
      if (seen.has(contentHash)) continue;
      seen.add(contentHash);
      chunks.push({
        position: chunks.length,
        headings: section.headings,
        content,
        contentHash,
        sentences: splitSentences(content, document.language),
        anchor: group.find((piece) => piece.anchor !== null)?.anchor ?? null,
      });
    }
  }
  return chunks;
}

function sectionsOf(blocks: Block[]): Section[] {
  const sections: Section[] = [];
  for (const block of blocks) {
    const text = block.text.trim();
    if (!text) continue;
    const piece: Piece = { text, glue: "\n\n", anchor: block.anchor };
    const open = sections.at(-1);
    if (open && samePath(open.headings, block.headings)) open.pieces.push(piece);
    else sections.push({ headings: block.headings, pieces: [piece] });
  }
  return sections;
}

/** Joins runs of tiny sibling sections; a question keeps a chunk of its own. */
function mergeTiny(sections: Section[], target: number): Section[] {
  const merged: Section[] = [];
  let run: Section[] = [];
  let size = 0;
  const close = () => {
    const [only] = run;
    if (only && run.length === 1) merged.push(only);
    else if (only) merged.push({ headings: only.headings.slice(0, -1), pieces: run.flatMap(labelled) });
    run = [];
    size = 0;
  };
  for (const section of sections) {
    const length = sizeOf(section.pieces) + (section.headings.at(-1)?.length ?? 0);
    const tiny = section.headings.length >= 2 && length < TINY && !section.headings.at(-1)?.trimEnd().endsWith("?");
    const [first] = run;
    const fits =
      !first || (samePath(first.headings.slice(0, -1), section.headings.slice(0, -1)) && size + length <= target);
    if (!tiny || !fits) close();
    if (!tiny) {
      merged.push(section);
      continue;
    }
    run.push(section);
    size += length + 2;
  }
  close();
  return merged;
}

/** A section's pieces with its heading as label of the first one. */
function labelled(section: Section): Piece[] {
  const heading = section.headings.at(-1) ?? "";
  return section.pieces.map((piece, i) => {
    if (i > 0) return piece;
    const oneLine = !piece.text.includes("\n");
    const label = /[:.!?]$/.test(heading) ? heading : `${heading}:`;
    return { ...piece, text: oneLine ? `${label} ${piece.text}` : `${label}\n${piece.text}` };
  });
}

/** Cuts a piece that is longer than a chunk may be: at lines, else at sentences, else at words, else anywhere. */
function fitPiece(piece: Piece, max: number, language: string | null): Piece[] {
  if (piece.text.length <= max) return [piece];
  const lines = piece.text.split("\n");
  const parts: { text: string; glue: Piece["glue"] }[] = [];
  for (const line of lines) {
    if (line.length <= max) {
      parts.push({ text: line, glue: "\n" });
      continue;
    }
    const sentences = splitSentences(line, language);
    sentences.forEach(({ start, end }, i) => {
      for (const text of cutAtWords(line.slice(start, end), max)) parts.push({ text, glue: i === 0 ? "\n" : " " });
    });
  }
  return parts
    .filter((part) => part.text.trim() !== "")
    .map((part, i) => ({ text: part.text, glue: i === 0 ? piece.glue : part.glue, anchor: piece.anchor }));
}

function cutAtWords(text: string, max: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const space = rest.lastIndexOf(" ", max);
    let at = space > max / 2 ? space : max;
    if (at > 1 && /[\ud800-\udbff]/.test(rest.charAt(at - 1))) at -= 1;
    parts.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  if (rest) parts.push(rest);
  return parts;
}

function pack(pieces: Piece[], target: number, max: number): Piece[][] {
  const groups: Piece[][] = [];
  let open: Piece[] = [];
  for (const piece of pieces) {
    const size = sizeOf(open);
    const together = size + piece.glue.length + piece.text.length;
    // A chunk that is still small takes a piece that carries it past the target, as long as it fits.
    if (open.length === 0 || together <= target || (size < target * 0.4 && together <= max)) {
      open.push(piece);
      continue;
    }
    const lead = leadIn(open, piece);
    groups.push(open.slice(0, open.length - lead.length));
    open = sizeOf(lead) + piece.glue.length + piece.text.length <= max ? [...lead, piece] : [piece];
    if (open.length === 1 && lead.length > 0) groups.push(lead);
  }
  if (open.length > 0) groups.push(open);
  return joinTail(groups, target, max);
}

/** The last piece, when it announces the next one: "Opening hours:", the title of a table, the words before a list. */
function leadIn(open: Piece[], next: Piece): Piece[] {
  const last = open.at(-1);
  if (!last || open.length < 2 || last.text.length > 200 || last.text.includes("\n")) return [];
  return /[^.!?…]$/.test(last.text) || next.text.includes("\n") ? [last] : [];
}

/** A short remainder goes to the chunk before it. */
function joinTail(groups: Piece[][], target: number, max: number): Piece[][] {
  const last = groups.at(-1);
  const before = groups.at(-2);
  if (!last || !before || sizeOf(last) >= target / 4) return groups;
  const both = [...before, ...last];
  return sizeOf(both) <= max ? [...groups.slice(0, -2), both] : groups;
}

function join(pieces: Piece[]): string {
  return pieces.map((piece, i) => (i === 0 ? piece.text : piece.glue + piece.text)).join("");
}

function sizeOf(pieces: Piece[]): number {
  return pieces.reduce((sum, piece, i) => sum + piece.text.length + (i === 0 ? 0 : piece.glue.length), 0);
}

function samePath(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((heading, i) => heading === b[i]);
}
