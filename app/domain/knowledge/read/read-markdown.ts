// Reads Markdown: rendered to HTML by marked, then read like any page. Front matter gives the title.
import { marked } from "marked";
import { oneLine, shorten } from "../clean-text.ts";
import type { ReadDocument } from "./document.ts";
import { readHtml } from "./read-html.ts";

const FRONT_MATTER = /^\ufeff?---[ \t]*\r?\n([\s\S]{0,20000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/;

/** Reads Markdown that has been decoded (CommonMark with GitHub's tables). */
export function readMarkdown(text: string, { url = null }: { url?: string | null } = {}): ReadDocument {
  const matter = FRONT_MATTER.exec(text);
  const body = matter ? text.slice(matter[0].length) : text;
  const page = readHtml(marked.parse(body, { async: false, gfm: true }), { url });
  const field = (name: string) =>
    oneLine(new RegExp(`^${name}\\s*:\\s*(.+)$`, "im").exec(matter?.[1] ?? "")?.[1] ?? "").replace(
      /^(["'])(.*)\1$/,
      "$2",
    );
  const language = /^[a-z]{2,3}/i.exec(field("lang") || field("language"))?.[0].toLowerCase() ?? null;
  return {
    title: shorten(field("title"), 200) || page.title,
    language,
    canonicalUrl: null,
    blocks: page.blocks,
    links: page.links,
  };
}
