// Parsing HTML into a tree, and reading text out of it without ever recursing deeper than the stack allows.
import { load } from "cheerio/slim";

/** The part of htmlparser2's nodes that the readers use. */
export interface HtmlNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly HtmlNode[];
}

/** Below this depth a tree is read as plain text. */
export const MAX_DEPTH = 250;

/** Elements that never hold text for readers. */
export const NEVER_TEXT: ReadonlySet<string> = new Set([
  ...["script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "audio", "video"],
  ...[
    "map",
    "head",
    "select",
    "textarea",
    "input",
    "datalist",
    "meter",
    "progress",
    "title",
    "link",
    "meta",
    "frameset",
  ],
]);

export const BLOCKS: ReadonlySet<string> = new Set([
  ...["address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt"],
  ...[
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
  ],
  ...["html", "li", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td"],
  ...["tfoot", "th", "thead", "tr", "ul", "caption", "legend", "option"],
]);

const MAX_CHARS = 5_000_000;
const MAX_OPEN = 10_000;
const NO_NESTING =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|tr|td|th|dt|dd|option|path|circle|rect|use)$/i;

/** Cuts a page where more elements stand open than any real page has: the parser's time grows with their square. */
function withinReason(html: string): string {
  const page = html.length > MAX_CHARS ? html.slice(0, MAX_CHARS) : html;
  let open = 0;
  for (const { 1: slash, 2: name = "", index } of page.matchAll(/<(\/?)([a-z][a-z\d]*)/gi)) {
    if (NO_NESTING.test(name)) continue;
    open = slash ? Math.max(0, open - 1) : open + 1;
    if (open > MAX_OPEN) return page.slice(0, index);
  }
  return page;
}

/** Parses a page as browsers roughly do. Self-closing tags count only in XHTML, where generated manuals use them. */
export function parseHtml(html: string): HtmlNode {
  const xhtml = /^\s*<\?xml|<!doctype[^>]+xhtml|<html[^>]+xmlns=/i.test(html.slice(0, 1000));
  const root: HtmlNode | undefined = load(withinReason(html), {
    xml: { xmlMode: false, recognizeSelfClosing: xhtml },
  }).root()[0];
  return root ?? { type: "root", children: [] };
}

export function attr(node: HtmlNode, name: string): string | null {
  return node.attribs?.[name] ?? null;
}

export function childrenOf(node: HtmlNode): readonly HtmlNode[] {
  return node.children ?? [];
}

export function isElement(node: HtmlNode): node is HtmlNode & { name: string } {
  return node.name !== undefined && node.attribs !== undefined;
}

export function elementsOf(node: HtmlNode): (HtmlNode & { name: string })[] {
  return childrenOf(node).filter(isElement);
}

/** Visits every element in document order; `enter` returning false leaves out what is below. */
export function eachElement(root: HtmlNode, enter: (node: HtmlNode & { name: string }) => boolean | undefined): void {
  const stack: HtmlNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (isElement(node) && enter(node) === false) continue;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i -= 1) {
      const child = children[i];
      if (child?.children) stack.push(child);
    }
  }
}

/** The first element that passes, in document order. */
export function findElement(root: HtmlNode, pass: (node: HtmlNode & { name: string }) => boolean): HtmlNode | null {
  let found: HtmlNode | null = null;
  eachElement(root, (node) => {
    if (!found && pass(node)) found = node;
    return found === null;
  });
  return found;
}

/** Whether a link is the "¶" or "#" that manuals put beside headings. */
export function isPermalink(node: HtmlNode): boolean {
  if (node.name !== "a") return false;
  if (/\b(headerlink|anchor-link|heading-anchor|hash-link|permalink)\b/.test(attr(node, "class") ?? "")) return true;
  return attr(node, "href")?.startsWith("#") === true && /^[¶#§🔗\s]*$/u.test(rawText(node));
}

/** All text below a node, as it stands in the source. */
export function rawText(root: HtmlNode): string {
  let text = "";
  const stack: HtmlNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "text") text += node.data ?? "";
    if (node.name && NEVER_TEXT.has(node.name)) continue;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i -= 1) {
      const child = children[i];
      if (child) stack.push(child);
    }
  }
  return text;
}

/**
 * The text below a node as one run: a space where a block begins or ends, `\n` for a line break, addresses behind
 * `mailto:` and `tel:` links that don't show them. Leaves out permalinks and what `skip` names.
 */
export function flowText(root: HtmlNode, skip?: (node: HtmlNode) => boolean): string {
  const out: string[] = [];
  const walk = (node: HtmlNode, depth: number, verbatim: boolean): void => {
    if (node.type === "text") {
      out.push(node.data ?? "");
      return;
    }
    if (!isElement(node)) {
      if (depth === 0) for (const child of childrenOf(node)) walk(child, depth + 1, verbatim);
      return;
    }
    if (NEVER_TEXT.has(node.name) || isPermalink(node) || (depth > 0 && skip?.(node))) return;
    if (node.name === "br") {
      out.push("\n");
      return;
    }
    if (depth > MAX_DEPTH) {
      out.push(rawText(node));
      return;
    }
    const block = depth > 0 && BLOCKS.has(node.name);
    if (block) out.push(" ");
    const code = verbatim || node.name === "pre" || node.name === "code";
    let afterElement = false;
    for (const child of childrenOf(node)) {
      if (afterElement && !code && needsSpace(child, out.at(-1))) out.push(" ");
      walk(child, depth + 1, code);
      afterElement = isElement(child);
    }
    const hidden = node.name === "a" ? hiddenAddress(node) : "";
    if (hidden) out.push(hidden);
    if (block) out.push(" ");
  };
  walk(root, 0, false);
  return out.join("");
}

// "<span>Mon</span><span>9–17</span>" is laid out by style sheets; without a space the words would run together.
const APART: ReadonlySet<string> = new Set(["span", "time", "strong", "b", "data", "small", "label"]);

/** Whether a space belongs between two inline elements that touch. */
export function needsSpace(node: HtmlNode, before: string | undefined): boolean {
  if (!isElement(node) || !APART.has(node.name) || !before || !/[\p{L}\p{N}]$/u.test(before)) return false;
  return /^[\p{L}\p{N}]/u.test(rawText(node));
}

/** ` (address)` for a mail or phone link whose text doesn't hold the address. */
export function hiddenAddress(link: HtmlNode): string {
  const href = attr(link, "href") ?? "";
  const found = /^(mailto|tel):([^?]+)/i.exec(href);
  if (!found?.[2]) return "";
  const address = safeDecode(found[2]).trim();
  const text = rawText(link);
  const shown =
    found[1]?.toLowerCase() === "tel"
      ? /\d{3}/.test(text.replace(/\D/g, ""))
      : text.toLowerCase().includes(address.toLowerCase());
  return shown || !address || address.length > 100 ? "" : ` (${address})`;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
