// Reads an HTML page: title, language, canonical address, links, and its content as blocks.
import { oneLine, shorten } from "../clean-text.ts";
import { contactFacts } from "./contact-facts.ts";
import type { Block, ReadDocument } from "./document.ts";
import { labelsFor } from "./fact-labels.ts";
import { writeBlocks } from "./html-blocks.ts";
import { contentRoot, measure } from "./html-boilerplate.ts";
import { attr, childrenOf, eachElement, findElement, flowText, type HtmlNode, parseHtml } from "./html-node.ts";
import { structuredBlocks } from "./html-structured.ts";

export interface HtmlPage extends ReadDocument {
  /** The page asks not to be indexed (robots meta). */
  noindex: boolean;
  /** Where a `meta refresh` leads. */
  refresh: string | null;
}

const MAX_LINKS = 5_000;

interface Head {
  title: string;
  ogTitle: string;
  siteName: string;
  language: string | null;
  canonical: string | null;
  base: string | null;
  robots: string;
  refresh: string | null;
  scripts: string[];
}

/**
 * Reads a page. `url` is the address it came from, for links and the canonical address. `links` leaves out those that
 * ask not to be followed. A page without content has no blocks.
 */
export function readHtml(html: string, { url = null }: { url?: string | null } = {}): HtmlPage {
  const page = parseHtml(html);
  const head = readHead(page);
  const base = resolve(head.base ?? "", url) ?? url;
  const of = measure(page);
  const { blocks, furniture } = writeBlocks(page, contentRoot(page, of), of);
  const structured = unsaid(structuredBlocks(head.scripts, head.language), blocks);
  const facts = contactFacts(furniture);
  const contact: Block[] =
    facts.length > 0 ? [{ headings: [labelsFor(head.language).contact], text: facts.join("\n"), anchor: null }] : [];
  const nofollow = /\b(?:nofollow|none)\b/.test(head.robots);
  return {
    title: titleOf(head, page),
    language: head.language,
    canonicalUrl: resolve(head.canonical, base),
    blocks: [...blocks, ...structured, ...contact],
    links: nofollow ? [] : linksOf(page, base),
    noindex: /\b(?:noindex|none)\b/.test(head.robots),
    refresh: resolve(head.refresh, base),
  };
}

function readHead(page: HtmlNode): Head {
  const head: Head = {
    ...{ title: "", ogTitle: "", siteName: "", language: null, canonical: null, base: null, robots: "", refresh: null },
    scripts: [],
  };
  let locale: string | null = null;
  eachElement(page, (node) => {
    switch (node.name) {
      case "html":
        head.language ??= primaryTag(attr(node, "lang") ?? attr(node, "xml:lang"));
        break;
      case "title":
        head.title ||= oneLine(
          childrenOf(node)
            .map((child) => child.data ?? "")
            .join(""),
        );
        break;
      case "base":
        head.base ??= attr(node, "href");
        break;
      case "link":
        if (/\bcanonical\b/i.test(attr(node, "rel") ?? "")) head.canonical ??= attr(node, "href");
        break;
      case "script":
        if (/^application\/ld\+json/i.test(attr(node, "type") ?? "") && head.scripts.length < 50) {
          head.scripts.push(
            childrenOf(node)
              .map((child) => child.data ?? "")
              .join(""),
          );
        }
        break;
      case "meta": {
        const content = attr(node, "content") ?? "";
        const name = (attr(node, "property") ?? attr(node, "name") ?? attr(node, "http-equiv") ?? "").toLowerCase();
        if (name === "og:title") head.ogTitle ||= oneLine(content);
        else if (name === "og:site_name") head.siteName ||= oneLine(content);
        else if (name === "og:locale" || name === "content-language") locale ??= primaryTag(content);
        else if (name === "robots" || name === "foyerbot") head.robots += ` ${content.toLowerCase()}`;
        else if (name === "refresh") head.refresh ??= /url\s*=\s*["']?([^"']+)/i.exec(content)?.[1]?.trim() ?? null;
        break;
      }
    }
    return undefined;
  });
  head.language ??= locale;
  return head;
}

function titleOf(head: Head, page: HtmlNode): string {
  const h1 = findElement(page, (node) => node.name === "h1");
  const heading = h1 ? oneLine(flowText(h1)) : "";
  const title = withoutSite(head.title, head.siteName, heading);
  return shorten(withoutSite(head.ogTitle, head.siteName, heading) || heading || title, 200);
}

/** "Opening hours | Acme" is "Opening hours" where the site is named Acme or the page's heading says so. */
function withoutSite(title: string, siteName: string, heading: string): string {
  const parts = title.split(/\s+[|–—·•»:-]\s+/);
  if (parts.length < 2) return title;
  const rest = parts.filter((part) => part.toLowerCase() !== siteName.toLowerCase());
  if (rest.length === 1 && rest[0]) return rest[0];
  const same = parts.find((part) => part.toLowerCase() === heading.toLowerCase());
  return same ?? title;
}

/** Structured facts that the visible text doesn't already hold. */
function unsaid(structured: Block[], blocks: Block[]): Block[] {
  if (structured.length === 0) return [];
  const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  const said = letters(blocks.map((block) => block.text).join(" "));
  return structured.filter((block) => !said.includes(letters(block.text)));
}

function linksOf(page: HtmlNode, base: string | null): string[] {
  const links = new Set<string>();
  eachElement(page, (node) => {
    const href = node.name === "frame" ? attr(node, "src") : attr(node, "href");
    if (!href || !/^(?:a|area|frame)$/.test(node.name)) return undefined;
    if (/\bnofollow\b/i.test(attr(node, "rel") ?? "") || attr(node, "download") !== null) return undefined;
    const link = resolve(href, base);
    if (link && links.size < MAX_LINKS) links.add(link);
    return undefined;
  });
  return [...links];
}

function resolve(href: string | null, base: string | null): string | null {
  if (href === null || !URL.canParse(href, base ?? undefined)) return null;
  const url = new URL(href, base ?? undefined);
  url.hash = "";
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
}

function primaryTag(tag: string | null): string | null {
  return /^\s*([a-z]{2,3})(?:[-_]|\s*$)/i.exec(tag ?? "")?.[1]?.toLowerCase() ?? null;
}
