// Tables as lines of "Header: value; Header: value", so that a figure never loses the label it stands under.
import { oneLine } from "../clean-text.ts";
import { attr, eachElement, elementsOf, flowText, type HtmlNode } from "./html-node.ts";

const MAX_CELLS = 20_000;
const MAX_SPAN = 100;

interface Cell {
  text: string;
  header: boolean;
}

/**
 * The lines of a data table: caption, then one per row. Null for a table that lays out a page rather than tells data
 * (nested tables, headings, or cells of prose).
 */
export function tableLines(table: HtmlNode): string[] | null {
  const role = attr(table, "role");
  if (role === "presentation" || role === "none" || holdsLayout(table)) return null;
  const { rows, caption } = gridOf(table);
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width < 2) return null;
  const cells = rows.flat().filter((cell) => cell.text !== "");
  if (cells.reduce((sum, cell) => sum + cell.text.length, 0) > 350 * Math.max(cells.length, 1)) return null;
  const headerRows = countHeaderRows(rows);
  const headers = Array.from({ length: width }, (_, i) => headerOf(rows.slice(0, headerRows), i));
  const lines = caption ? [caption] : [];
  const body = rows.slice(headerRows);
  // A table of headers alone still says something.
  if (body.length === 0) return [...lines, headers.filter(Boolean).join("; ")].filter(Boolean);
  for (const row of body) {
    const line = headerRows > 0 ? labelled(row, headers) : plain(row);
    if (line) lines.push(line);
  }
  return lines;
}

function labelled(row: Cell[], headers: string[]): string {
  const full = row.filter((cell) => cell.text !== "");
  const [only] = full;
  // A cell across the whole row is a subheading.
  if (only && row.length > 1 && new Set(full).size === 1 && row.every((cell) => cell === only)) return only.text;
  const parts: string[] = [];
  row.forEach((cell, i) => {
    if (!cell.text || (i > 0 && row[i - 1] === cell)) return;
    const header = headers[i] ?? "";
    parts.push(header && header !== cell.text ? `${withoutColon(header)}: ${cell.text}` : cell.text);
  });
  return parts.join("; ");
}

function plain(row: Cell[]): string {
  const full = row.filter((cell, i) => cell.text !== "" && row[i - 1] !== cell);
  const [first, ...rest] = full;
  if (!first) return "";
  if (rest.length === 0) return first.text;
  const values = rest.map((cell) => cell.text).join("; ");
  return first.header || first.text.length <= 60
    ? `${withoutColon(first.text)}: ${values}`
    : `${first.text}; ${values}`;
}

function withoutColon(label: string): string {
  return label.replace(/\s*:$/, "");
}

/** Rows of nothing but header cells at the top; or one whose cells are all set in bold. */
function countHeaderRows(rows: Cell[][]): number {
  let count = 0;
  while (count < Math.min(rows.length, 3) && isHeaderRow(rows[count])) count += 1;
  return count;
}

function isHeaderRow(row: Cell[] | undefined): boolean {
  const full = row?.filter((cell) => cell.text !== "") ?? [];
  return full.length > 0 && row?.every((cell) => cell === row[0]) === false && full.every((cell) => cell.header);
}

function headerOf(rows: Cell[][], column: number): string {
  const texts: string[] = [];
  for (const row of rows) {
    const text = row[column]?.text ?? "";
    if (text && texts.at(-1) !== text) texts.push(text);
  }
  return texts.join(" ");
}

/** Rows with spans filled in: a spanning cell is the same object in every place it covers. */
function gridOf(table: HtmlNode): { rows: Cell[][]; caption: string } {
  const rows: Cell[][] = [];
  const carried: { cell: Cell; left: number }[] = [];
  let caption = "";
  let cells = 0;
  const addRow = (tr: HtmlNode, inHead: boolean) => {
    const row: Cell[] = [];
    const take = () => {
      for (let over = carried[row.length]; over && over.left > 0; over = carried[row.length]) {
        over.left -= 1;
        row.push(over.cell);
      }
    };
    for (const node of elementsOf(tr)) {
      if (node.name !== "td" && node.name !== "th") continue;
      take();
      const cell = { text: oneLine(flowText(node)), header: inHead || node.name === "th" || isBold(node) };
      const rowspan = spanOf(node, "rowspan");
      for (let i = spanOf(node, "colspan"); i > 0 && cells < MAX_CELLS; i -= 1) {
        carried[row.length] = { cell, left: rowspan - 1 };
        row.push(cell);
        cells += 1;
      }
    }
    take();
    if (row.some((cell) => cell.text !== "")) rows.push(row);
  };
  const visit = (node: HtmlNode, inHead: boolean) => {
    for (const child of elementsOf(node)) {
      if (cells >= MAX_CELLS) return;
      if (child.name === "tr") addRow(child, inHead);
      else if (child.name === "caption") caption = oneLine(flowText(child));
      else if (/^(thead|tbody|tfoot)$/.test(child.name)) visit(child, child.name === "thead");
    }
  };
  visit(table, false);
  return { rows, caption };
}

function spanOf(node: HtmlNode, name: string): number {
  const span = Number.parseInt(attr(node, name) ?? "1", 10);
  return Number.isFinite(span) ? Math.min(Math.max(span, 1), MAX_SPAN) : 1;
}

function isBold(cell: HtmlNode): boolean {
  const [only, ...more] = elementsOf(cell);
  if (!only || more.length > 0 || oneLine(flowText(only)) !== oneLine(flowText(cell))) return false;
  return /^(b|strong)$/.test(only.name) || (/^(p|span|div)$/.test(only.name) && isBold(only));
}

function holdsLayout(table: HtmlNode): boolean {
  let layout = false;
  eachElement(table, (node) => {
    if (node !== table && /^(table|h[1-6]|form|article|section|pre)$/.test(node.name)) layout = true;
    return !layout;
  });
  return layout;
}
