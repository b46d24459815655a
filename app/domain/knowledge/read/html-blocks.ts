// Walks a page's content and writes it down as blocks under headings: paragraphs, lists, tables, definitions, code.
import { cleanLines, cleanText, oneLine, shorten } from "../clean-text.ts";
import type { Block } from "./document.ts";
import { judge, type Measure, type Surroundings } from "./html-boilerplate.ts";
import { definitionsOf, listLines } from "./html-lists.ts";
import {
  attr,
  BLOCKS,
  childrenOf,
  elementsOf,
  flowText,
  type HtmlNode,
  hiddenAddress,
  isElement,
  isPermalink,
  MAX_DEPTH,
  needsSpace,
  rawText,
} from "./html-node.ts";
import { tableLines } from "./html-table.ts";

interface Heading {
  level: number;
  text: string;
  anchor: string | null;
}

export interface WrittenBlocks {
  blocks: Block[];
  /** Lines of headers, footers and sidebars, from which contact facts may be rescued. */
  furniture: string[];
}

/** Accordion questions (`summary`, toggling buttons) rank below every heading of the page. */
const TOGGLE_LEVEL = 7;

/** Writes down the blocks of a page. `root` is where its content lies; the rest counts as furniture. */
export function writeBlocks(page: HtmlNode, root: HtmlNode, of: (node: HtmlNode) => Measure): WrittenBlocks {
  const blocks: Block[] = [];
  const furniture: string[] = [];
  let headings: Heading[] = [];
  let run: string[] = [];
  let prefix = "";
  let nearId: string | null = null;
  const around: Surroundings = {
    inContent: false,
    inArticle: false,
    afterHeading: false,
    pageChars: of(page).chars - of(page).linkChars,
  };

  const emit = (text: string, anchor: string | null = null) => {
    if (!text.trim()) return;
    const content = prefix + text;
    prefix = "";
    if (!around.inContent) {
      furniture.push(...content.split("\n"));
      return;
    }
    const place = anchor ?? headings.at(-1)?.anchor ?? null;
    blocks.push({ headings: headings.map((heading) => heading.text), text: content, anchor: place });
    nearId = null;
  };
  const flush = () => {
    if (run.length === 0) return;
    const text = cleanLines(run.join(""));
    run = [];
    emit(text);
  };
  const open = (level: number, node: HtmlNode) => {
    flush();
    const text = shorten(oneLine(flowText(node)), 200);
    if (!text) return;
    if (!around.inContent) {
      furniture.push(text);
      return;
    }
    headings = headings.filter((heading) => heading.level < level);
    headings.push({ level, text, anchor: idIn(node) ?? nearId });
    around.afterHeading = true;
    nearId = null;
  };

  const walkChildren = (node: HtmlNode, depth: number) => {
    let afterElement = false;
    for (const child of childrenOf(node)) {
      if (afterElement && needsSpace(child, run.findLast(Boolean))) run.push(" ");
      walk(child, depth + 1);
      afterElement = isElement(child);
    }
  };
  const walkBlock = (node: HtmlNode, depth: number) => {
    flush();
    walkChildren(node, depth);
    flush();
  };
  const within = (change: Partial<Surroundings>, visit: () => void) => {
    const before = { inContent: around.inContent, inArticle: around.inArticle };
    Object.assign(around, change);
    visit();
    Object.assign(around, before);
  };

  const walk = (node: HtmlNode, depth: number): void => {
    if (node.type === "text") {
      run.push(cleanText(node.data ?? "").replace(/\s+/g, " "));
      return;
    }
    if (node === root) {
      flush();
      within({ inContent: true, inArticle: root.name !== "body" }, () => walkChildren(node, depth));
      flush();
      return;
    }
    if (!isElement(node)) {
      if (node.type === "root") walkChildren(node, depth);
      return;
    }
    if (isPermalink(node)) return;
    if (node.name === "button" && isToggle(node, depth)) {
      open(TOGGLE_LEVEL, node);
      return;
    }
    const verdict = judge(node, of(node), around);
    if (verdict === "skip") return;
    if (verdict === "facts" && around.inContent) {
      flush();
      within({ inContent: false }, () => enter(node, depth));
      flush();
      return;
    }
    enter(node, depth);
  };

  const enter = (node: HtmlNode & { name: string }, depth: number): void => {
    const { name } = node;
    if (depth > MAX_DEPTH) {
      run.push(cleanText(rawText(node)));
      return;
    }
    const level = headingLevel(node);
    if (level !== null && of(node).chars <= 300) {
      open(level, node);
      return;
    }
    const id = attr(node, "id") ?? (name === "a" ? attr(node, "name") : null);
    if (id && around.inContent) nearId = id;
    const lines = linesOf(node, of);
    if (lines !== null) {
      flush();
      emit(lines.join("\n"), name === "pre" ? id : null);
      return;
    }
    switch (name) {
      case "br":
        run.push("\n");
        break;
      case "dl":
        definitions(node, depth);
        break;
      case "summary":
        open(TOGGLE_LEVEL, node);
        break;
      case "details": {
        const outer = headings;
        walkBlock(node, depth);
        headings = outer;
        break;
      }
      case "article":
        within({ inArticle: around.inContent || around.inArticle }, () => walkBlock(node, depth));
        break;
      case "a": {
        const apart = around.inContent || /^(?:tel|mailto):/i.test(attr(node, "href") ?? "") ? "" : "\n";
        run.push(apart);
        walkChildren(node, depth);
        run.push(hiddenAddress(node), apart);
        break;
      }
      default:
        if (BLOCKS.has(name)) walkBlock(node, depth);
        else walkChildren(node, depth);
    }
  };

  const definitions = (list: HtmlNode, depth: number) => {
    flush();
    const entries = definitionsOf(list);
    const lines = entries.map((entry) => entry.line);
    if (lines.every((line) => line !== null)) {
      emit(lines.filter(Boolean).join("\n"));
      return;
    }
    for (const { term, node, line, anchor } of entries) {
      if (line !== null) {
        emit(line, anchor);
        continue;
      }
      prefix = term ? `${term.replace(/\s*:$/, "")}: ` : "";
      if (anchor) nearId = anchor;
      const first = blocks.length;
      if (node) walkBlock(node, depth + 2);
      prefix = "";
      const written = blocks[first];
      if (anchor && written) written.anchor = anchor;
    }
  };

  walk(page, 0);
  flush();
  return { blocks, furniture };
}

/** The lines of an element that is written down as a whole; null for one to walk into. */
function linesOf(node: HtmlNode & { name: string }, of: (node: HtmlNode) => Measure): string[] | null {
  if (node.name === "pre") return codeLines(node);
  if (node.name === "table") return tableLines(node);
  if (/^(?:ul|ol|menu)$/.test(node.name)) return listLines(node, of);
  const pair = BLOCKS.has(node.name) ? factPair(node) : null;
  return pair === null ? null : [pair];
}

function headingLevel(node: HtmlNode & { name: string }): number | null {
  if (/^h[1-6]$/.test(node.name)) return Number(node.name[1]);
  if (attr(node, "role") !== "heading") return null;
  const level = Number(attr(node, "aria-level") ?? "2");
  return Number.isInteger(level) && level >= 1 && level <= 6 ? level : 2;
}

/** A button that opens a part of the page and is worded like a heading. */
function isToggle(node: HtmlNode, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  const toggles = attr(node, "aria-expanded") !== null || attr(node, "aria-controls") !== null;
  if (!toggles && !/accordion|faq|collapse|toggle/i.test(attr(node, "class") ?? "")) return false;
  const text = oneLine(rawText(node));
  return text.length >= 8 && /\s/.test(text) && !/^(?:toggle|open|close|show|menu)\b/i.test(text);
}

function idIn(heading: HtmlNode): string | null {
  const own = attr(heading, "id");
  if (own) return own;
  for (const child of elementsOf(heading)) {
    const id = attr(child, "id") ?? (child.name === "a" ? attr(child, "name") : null);
    if (id) return id;
  }
  return null;
}

/** Code and tables of characters keep their lines and indentation. */
function codeLines(node: HtmlNode): string[] {
  const lines = cleanText(flowText(node)).split("\n");
  return lines.map((line) => line.trimEnd()).filter(Boolean);
}

/** Two short boxes side by side that read as label and figure, like "Monday" and "9–17". */
function factPair(node: HtmlNode): string | null {
  const [label, value, ...more] = elementsOf(node);
  if (!label || !value || more.length > 0 || !isLeaf(label) || !isLeaf(value)) return null;
  if (childrenOf(node).some((child) => child.type === "text" && child.data?.trim())) return null;
  const name = oneLine(flowText(label));
  const text = oneLine(flowText(value));
  if (!name || !text || name.length > 40 || text.length > 80 || /[.!?]$/.test(name)) return null;
  if (!/\d|@|€|\$|£|closed|geschlossen|fermé|cerrado|chiuso|gesloten/i.test(text)) return null;
  return name.endsWith(":") ? `${name} ${text}` : `${name}: ${text}`;
}

function isLeaf(node: HtmlNode & { name: string }): boolean {
  if (!/^(?:div|p|span|time|strong|b|dt|dd|li|small|a)$/.test(node.name)) return false;
  return elementsOf(node).every((child) => !BLOCKS.has(child.name) && child.name !== "br");
}
