// How a quote is put into words: rows of tables are stored as "Day: Saturday; Hours: 9 am to 1 pm", which the quote keeps
// and a reply tells as "Saturday: 9 am to 1 pm". Adds no word and no figure; what doesn't look like a row stays as it is.
import type { Hit } from "../knowledge/search.ts";
import { wordsOf } from "./words.ts";

interface Cell {
  label: string;
  value: string;
}

const LABEL = /^(\p{L}[^:;?!\n]{0,59}): (?=\S)/u;
const WORDY = /,\s/;

/**
 * The words of a range of a chunk.
 * @param words the range's text
 */
export function wordingOf(words: string, { content }: Pick<Hit, "content">): string {
  if (!words.includes("; ")) return words;
  const shapes = shapesOf(content);
  const told = words
    .split("\n")
    .map((line) => tellRow(line, shapes))
    .join("\n");
  const quoted = new Set(wordsOf(words));
  return wordsOf(told).every((word) => quoted.has(word)) ? told : words;
}

/** How often each order of labels stands in the chunk: what stands once may be prose, or a lone row. */
function shapesOf(content: string): ReadonlyMap<string, number> {
  const shapes = new Map<string, number>();
  for (const line of content.split("\n")) {
    const [first] = cellsOf(line) ?? [];
    if (first) shapes.set(first.label, (shapes.get(first.label) ?? 0) + 1);
  }
  return shapes;
}

function tellRow(line: string, shapes: ReadonlyMap<string, number>): string {
  const cells = cellsOf(line);
  const [key, ...rest] = cells ?? [];
  if (!cells || !key || rest.length === 0) return line;
  if ((shapes.get(key.label) ?? 0) < 2) return cells.map(({ label, value }) => `${label}: ${value}`).join("\n");
  const [only] = rest;
  if (rest.length === 1 && only) return `${key.value}: ${only.value}`;
  const glue = rest.some(({ value }) => WORDY.test(value)) ? "; " : ", ";
  return `${key.value}: ${rest.map(({ label, value }) => `${label} ${value}`).join(glue)}`;
}

/** The cells of a line whose every part has a label; null for any other line. */
function cellsOf(line: string): Cell[] | null {
  if (!line.includes("; ")) return null;
  const cells: Cell[] = [];
  for (const part of line.split("; ")) {
    const label = LABEL.exec(part)?.[1];
    if (label) cells.push({ label, value: part.slice(label.length + 2).trim() });
    // A semicolon within a cell.
    else if (cells.length > 0) cells[cells.length - 1] = joined(cells.at(-1), part);
    else return null;
  }
  return cells.length > 1 ? cells : null;
}

function joined(cell: Cell | undefined, part: string): Cell {
  return { label: cell?.label ?? "", value: `${cell?.value ?? ""}; ${part}` };
}
