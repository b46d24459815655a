// Makes paragraphs, lists and headings of the lines of a PDF; drops running headers, footers and page numbers.
import { shorten } from "../clean-text.ts";
import type { Block } from "./document.ts";
import { unhyphenated } from "./read-text.ts";

export interface PdfLine {
  page: number;
  text: string;
  /** Left edge and baseline in points from the lower left corner. */
  x: number;
  y: number;
  /** Font size in points. */
  size: number;
  /** Right edge in points. */
  right: number;
}

const BULLET = /^(?:[•▪◦●‣·∙]|[-–—*](?=\s)|\(?\d{1,3}[.)](?=\s)|[a-z]\)(?=\s))\s*/;
/** A line of a table of contents. */
const LEADERS = /(?:\s?\.){5,}\s*[\divxlc]*$/i;
const PAGE_NUMBER =
  /^(?:[-–—\s]*(?:\d{1,4}|[ivxlc]{1,7})[-–—\s]*|(?:page|seite|página|pagina)\s+\d+(?:\s*(?:of|von|de|di|sur|\/)\s*\d+)?|\d+\s*\/\s*\d+)$/i;

/** The blocks of a document, and its largest heading (else empty). */
export function layOut(all: PdfLine[]): { blocks: Block[]; heading: string } {
  const lines = withoutRunning(all);
  const body = commonestSize(lines);
  const sizes = headingSizes(lines, body);
  const blocks: Block[] = [];
  const headings: { level: number; text: string; last: PdfLine }[] = [];
  let open: { lines: string[]; last: PdfLine; first: PdfLine } | null = null;
  let fresh = false;

  const close = () => {
    if (open) {
      const path = headings.map((heading) => shorten(heading.text, 200));
      blocks.push({ headings: path, text: open.lines.join("\n"), anchor: `page=${open.first.page}` });
    }
    open = null;
  };
  for (const line of lines) {
    const level = sizes.indexOf(line.size);
    if (level >= 0 && isHeading(line)) {
      close();
      const before = headings.at(-1);
      if (before && fresh && before.level === level && near(before.last, line)) {
        before.text = unhyphenated(before.text, line.text);
        before.last = line;
        continue;
      }
      while ((headings.at(-1)?.level ?? -1) >= level) headings.pop();
      headings.push({ level, text: line.text, last: line });
      fresh = true;
      continue;
    }
    fresh = false;
    const bullet = BULLET.test(line.text);
    if (open && bullet && (open.lines.length > 1 || BULLET.test(open.lines[0] ?? "")) && follows(open.last, line)) {
      open.lines.push(line.text);
    } else if (open && !bullet && continues(open.last, line, open.lines.at(-1) ?? "")) {
      open.lines[open.lines.length - 1] = unhyphenated(open.lines.at(-1) ?? "", line.text);
    } else {
      close();
      open = { lines: [line.text], last: line, first: line };
    }
    open.last = line;
  }
  close();
  const unmarked = blocks.map((block) => ({ ...block, text: block.text.replace(/^[•▪◦●‣·∙]\s*/gm, "") }));
  return { blocks: unmarked, heading: largest(lines, sizes) };
}

function near(above: PdfLine, line: PdfLine): boolean {
  return above.page === line.page && Math.abs(above.y - line.y) < line.size * 1.8;
}

/** Whether a line comes right after another in reading order: just below it, or on top of the next page or column. */
function follows(above: PdfLine, line: PdfLine): boolean {
  return near(above, line) || line.page === above.page + 1 || (line.page === above.page && line.y > above.y);
}

function continues(above: PdfLine, line: PdfLine, paragraph: string): boolean {
  if (Math.abs(above.size - line.size) > 1) return false;
  const finished = /[.!?:;]["'”’)]?$/.test(paragraph);
  if (near(above, line) && line.y < above.y) {
    // A line that stops well before its neighbour's end, after a full stop or before a capital, closed its paragraph.
    const short = above.right < line.right - line.size * 6;
    return !(short && (finished || /^[\p{Lu}\d]/u.test(line.text)));
  }
  return follows(above, line) && !finished && /^\p{Ll}/u.test(line.text);
}

function isHeading(line: PdfLine): boolean {
  return (
    line.text.length <= 160 &&
    /\p{L}/u.test(line.text) &&
    !/[,;]$/.test(line.text) &&
    !BULLET.test(line.text.replace(/^\d+[.)]\s/, ""))
  );
}

function commonestSize(lines: PdfLine[]): number {
  const chars = new Map<number, number>();
  for (const line of lines) chars.set(line.size, (chars.get(line.size) ?? 0) + line.text.length);
  return [...chars].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

/** Sizes clearly above the body's, largest first, at most four. Text set large throughout has no headings. */
function headingSizes(lines: PdfLine[], body: number): number[] {
  const sizes = new Set(lines.filter((line) => line.size >= body * 1.12 && isHeading(line)).map((line) => line.size));
  const sorted = [...sizes].sort((a, b) => b - a);
  return sorted.length > 4 ? [...sorted.slice(0, 3), ...sorted.slice(-1)] : sorted;
}

function largest(lines: PdfLine[], sizes: number[]): string {
  const first = lines.findIndex((line) => line.size === sizes[0] && isHeading(line));
  const parts: string[] = [];
  for (let i = first; i >= 0 && i < lines.length && parts.length < 4; i += 1) {
    const line = lines[i];
    const above = lines[i - 1];
    if (!line || line.size !== sizes[0] || (i > first && above && !near(above, line))) break;
    parts.push(line.text);
  }
  return shorten(parts.join(" "), 200);
}

/** Without page numbers and what stands at the top or bottom of most pages, figures aside. */
function withoutRunning(lines: PdfLine[]): PdfLine[] {
  const pages = new Map<number, PdfLine[]>();
  for (const line of lines) {
    const page = pages.get(line.page);
    if (page) page.push(line);
    else pages.set(line.page, [line]);
  }
  const edges = new Set<PdfLine>();
  const counts = new Map<string, number>();
  const shape = (line: PdfLine) => line.text.toLowerCase().replace(/\d+/g, "#");
  for (const page of pages.values()) {
    const sorted = [...page].sort((a, b) => b.y - a.y);
    const ends = new Set([...sorted.slice(0, 2), ...sorted.slice(-2)]);
    for (const line of ends) edges.add(line);
    for (const key of new Set([...ends].map(shape))) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const running = (line: PdfLine) => pages.size >= 3 && (counts.get(shape(line)) ?? 0) >= Math.max(3, pages.size * 0.5);
  return lines.filter(
    (line) => !LEADERS.test(line.text) && (!edges.has(line) || !(PAGE_NUMBER.test(line.text) || running(line))),
  );
}
