// Lists as lines, one per item, and definition lists as "Term: definition".
import { oneLine } from "../clean-text.ts";
import type { Measure } from "./html-boilerplate.ts";
import { attr, eachElement, elementsOf, flowText, type HtmlNode, MAX_DEPTH } from "./html-node.ts";

const ITEM_MAX = 600;
const LIST: ReadonlySet<string> = new Set(["ul", "ol", "menu"]);

/**
 * The lines of a list, nested lists after their item, numbers kept where the list is numbered. Null when an item is a
 * small page of its own (headings, tables, code, long text).
 */
export function listLines(list: HtmlNode, of: (node: HtmlNode) => Measure): string[] | null {
  const lines: string[] = [];
  return addList(list, of, lines, 0) ? lines : null;
}

function addList(list: HtmlNode, of: (node: HtmlNode) => Measure, lines: string[], depth: number): boolean {
  if (depth > MAX_DEPTH / 10) return false;
  let number = Number.parseInt(attr(list, "start") ?? "1", 10) || 1;
  for (const item of elementsOf(list)) {
    if (LIST.has(item.name)) {
      if (!addList(item, of, lines, depth + 1)) return false;
      continue;
    }
    const inner: HtmlNode[] = [];
    let rich = false;
    eachElement(item, (node) => {
      if (LIST.has(node.name)) inner.push(node);
      else if (/^(?:h[1-6]|table|pre|dl|details|blockquote|form)$/.test(node.name)) rich = true;
      return !LIST.has(node.name);
    });
    const nested = inner.reduce((sum, node) => sum + of(node).chars, 0);
    if (rich || of(item).chars - nested > ITEM_MAX) return false;
    const text = oneLine(flowText(item, (node) => LIST.has(node.name ?? "")));
    if (text) lines.push(list.name === "ol" ? `${number}. ${text}` : text);
    number += 1;
    for (const node of inner) if (!addList(node, of, lines, depth + 1)) return false;
  }
  return true;
}

export interface Definition {
  term: string;
  /** The element that defines; null for a term without one. */
  node: HtmlNode | null;
  /** "Term: definition" when that is short and plain, else null. */
  line: string | null;
  anchor: string | null;
}

/** The entries of a definition list, terms that share a definition joined. `div` wrappers are seen through. */
export function definitionsOf(list: HtmlNode): Definition[] {
  const entries: Definition[] = [];
  let terms: string[] = [];
  let anchor: string | null = null;
  const read = (parent: HtmlNode) => {
    for (const node of elementsOf(parent)) {
      if (node.name === "dt") {
        const term = oneLine(flowText(node));
        if (term) terms.push(term);
        anchor ??= attr(node, "id") ?? idBelow(node);
      } else if (node.name === "dd") {
        const term = terms.join(", ");
        entries.push({ term, node, line: lineOf(term, node), anchor });
        terms = [];
        anchor = null;
      } else if (node.name === "div") read(node);
    }
  };
  read(list);
  for (const term of terms) entries.push({ term: "", node: null, line: term, anchor });
  return entries;
}

function lineOf(term: string, definition: HtmlNode): string | null {
  let rich = false;
  let paragraphs = 0;
  eachElement(definition, (node) => {
    if (node.name === "p") paragraphs += 1;
    if (/^(?:h[1-6]|table|pre|dl|ul|ol|details|blockquote)$/.test(node.name)) rich = true;
    return !rich;
  });
  if (rich || paragraphs > 1) return null;
  const text = oneLine(flowText(definition));
  if (text.length > ITEM_MAX) return null;
  if (!term || !text) return term || text;
  return `${term.replace(/\s*:$/, "")}: ${text}`;
}

function idBelow(node: HtmlNode): string | null {
  let id: string | null = null;
  eachElement(node, (below) => {
    id ??= attr(below, "id");
    return id === null;
  });
  return id;
}
