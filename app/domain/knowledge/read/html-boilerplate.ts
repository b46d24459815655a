// Which parts of a page are its content, and which are navigation, banners and other furniture.
import { attr, childrenOf, findElement, type HtmlNode, isElement, NEVER_TEXT } from "./html-node.ts";

/** Text measures of an element: characters without white space, how many of them stand in links, number of links. */
export interface Measure {
  chars: number;
  linkChars: number;
  links: number;
}

/** `keep` is content, `skip` is dropped, `facts` is furniture that may hold a phone number or opening hours. */
export type Verdict = "keep" | "skip" | "facts";

const NONE: Measure = { chars: 0, linkChars: 0, links: 0 };

/** Measures every element of a page in one pass. */
export function measure(root: HtmlNode): (node: HtmlNode) => Measure {
  const measures = new Map<HtmlNode, Measure>();
  const stack: { node: HtmlNode; linked: boolean; next: number; own: Measure }[] = [];
  const push = (node: HtmlNode, linked: boolean) => stack.push({ node, linked, next: 0, own: { ...NONE } });
  push(root, false);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const child = childrenOf(top.node)[top.next];
    top.next += 1;
    if (child?.type === "text") {
      const chars = (child.data ?? "").replace(/\s+/g, "").length;
      top.own.chars += chars;
      if (top.linked) top.own.linkChars += chars;
    } else if (child) {
      if (!isElement(child) || NEVER_TEXT.has(child.name)) continue;
      push(child, top.linked || (child.name === "a" && attr(child, "href") !== null));
    } else {
      const { node, own } = top;
      if (node.name === "a" && attr(node, "href") !== null) own.links += 1;
      measures.set(node, own);
      stack.pop();
      const parent = stack.at(-1);
      if (!parent) continue;
      parent.own.chars += own.chars;
      parent.own.linkChars += own.linkChars;
      parent.own.links += own.links;
    }
  }
  return (node) => measures.get(node) ?? NONE;
}

/** The element that holds the page's content: its `main` where that is believable, else the body. */
export function contentRoot(document: HtmlNode, of: (node: HtmlNode) => Measure): HtmlNode {
  const body = findElement(document, (node) => node.name === "body") ?? document;
  const plain = (node: HtmlNode) => of(node).chars - of(node).linkChars;
  let best: HtmlNode | null = null;
  findElement(body, (node) => {
    const main =
      node.name === "main" || attr(node, "role") === "main" || attr(node, "itemprop") === "mainContentOfPage";
    if (main && (!best || plain(node) > plain(best))) best = node;
    return false;
  });
  return best && (plain(best) >= 250 || plain(best) >= plain(body) / 2) ? best : body;
}

const FURNITURE_ROLES: ReadonlySet<string> = new Set([
  ...["navigation", "search", "menu", "menubar", "dialog", "alertdialog", "toolbar", "tablist", "status"],
]);
const FURNITURE =
  /^(?:cookies?|cookiebanner|cookiebar|consent|gdpr|ccpa|onetrust|cookiebot|usercentrics|cky|breadcrumbs?|nav|navbar|navheader|navfooter|navigation|pagination|toc|tableofcontents|sphinxsidebar|skiplink|skipnav)$/;
// These name furniture on one site and content on the next ("menu" of a restaurant): the share of links decides.
const MAYBE_FURNITURE =
  /^(?:menu|submenu|contents|sidebar|sidenav|related|share|sharing|social|socials|tags|widget|header|footer|banner|topbar|bottombar|promo|newsletter|subscribe|popup|modal|overlay|pager|index|login|search|languages?|langs?|lang)$/;
const LISTS: ReadonlySet<string> = new Set(["ul", "ol", "dl", "table", "menu"]);

export interface Surroundings {
  /** Inside the content root. */
  inContent: boolean;
  /** Inside an article or main element, whose header and footer are its own. */
  inArticle: boolean;
  /** A heading came before, inside the content. */
  afterHeading: boolean;
  /** Text of the whole page outside of links. */
  pageChars: number;
}

/** Judges an element by its tag, role, class and share of links. */
export function judge(node: HtmlNode & { name: string }, own: Measure, around: Surroundings): Verdict {
  const { name } = node;
  if (NEVER_TEXT.has(name)) return "skip";
  const plain = own.chars - own.linkChars;
  const density = own.chars === 0 ? 0 : own.linkChars / own.chars;
  const bulk = plain > around.pageChars * 0.4 && plain > 200;
  const role = attr(node, "role")?.toLowerCase() ?? "";
  if (name === "nav" || name === "dialog" || FURNITURE_ROLES.has(role)) return bulk ? "keep" : "skip";
  if (name === "button") return "skip";
  if (isHidden(node) && (plain < 40 || density > 0.4)) return "skip";
  if (name === "form") return plain > 600 ? "keep" : "facts";
  const region = regionOf(name, role);
  if (region === "aside") {
    if (around.inArticle && density < 0.4) return "keep";
    return bulk ? "keep" : "facts";
  }
  if (region && !around.inArticle && !bulk) return "facts";
  if (name !== "body" && name !== "html" && name !== "main") {
    const furniture = furnitureByName(node, plain, density);
    if (furniture && !bulk) return furniture;
  }
  return isLinkList(node, own, density, around) ? "skip" : "keep";
}

function regionOf(name: string, role: string): "header" | "footer" | "aside" | null {
  if (name === "header" || role === "banner") return "header";
  if (name === "footer" || role === "contentinfo") return "footer";
  if (name === "aside" || role === "complementary") return "aside";
  return null;
}

function furnitureByName(node: HtmlNode, plain: number, density: number): Verdict | null {
  const names = `${attr(node, "class") ?? ""} ${attr(node, "id") ?? ""}`;
  if (names.length < 3) return null;
  let maybe = false;
  for (const name of names
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^a-z]+/)) {
    if (FURNITURE.test(name)) return plain < 1500 || density > 0.5 ? "skip" : null;
    if (MAYBE_FURNITURE.test(name)) maybe = true;
  }
  if (!maybe) return null;
  if (density >= 0.5) return "facts";
  return /\b(?:site-?footer|page-?footer|footer|newsletter|subscribe)\b/i.test(names) && plain < 1000 ? "facts" : null;
}

/** Lists that hold little but links. Short ones under a heading stay: they may name the services of a business. */
function isLinkList(node: HtmlNode, own: Measure, density: number, around: Surroundings): boolean {
  if (own.links < 3 || density < 0.75) return false;
  if (!LISTS.has(node.name ?? "")) return own.links >= 8 && density > 0.9 && !around.afterHeading;
  if (!around.inContent || !around.afterHeading) return true;
  return own.links > 15 || linksOnlyWithin(node);
}

/** A table of contents of this very page. */
function linksOnlyWithin(list: HtmlNode): boolean {
  return findElement(list, (node) => node.name === "a" && !(attr(node, "href") ?? "#").startsWith("#")) === null;
}

/** Hidden by the markup itself; closed accordions are hidden too, so this alone doesn't drop an element. */
function isHidden(node: HtmlNode): boolean {
  const hidden = attr(node, "hidden");
  if (hidden !== null && hidden !== "until-found") return true;
  return (
    attr(node, "aria-hidden") === "true" ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attr(node, "style") ?? "")
  );
}
