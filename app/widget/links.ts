// Which addresses become links: only http(s), and inside an answer only those that stand in its citations.

import type { Citation } from "./wire.ts";

export interface TextPart {
  text: string;
  href: string | null;
}

/** The address to link to, or null when it isn't a plain http(s) address (scripts, data, credentials, relative). */
export function safeHref(url: string | null): string | null {
  if (!url) return null;
  try {
    const parsed = new URL(url);
    return /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password ? parsed.href : null;
  } catch {
    return null;
  }
}

function withoutHash(href: string): string {
  const hash = href.indexOf("#");
  return hash < 0 ? href : href.slice(0, hash);
}

/** Cuts the punctuation that belongs to the sentence off an address, keeping closing brackets that it opened itself. */
function trimUrl(url: string): string {
  let end = url.length;
  for (; end > 0; end--) {
    const last = url.charAt(end - 1);
    if (/[.,;:!?'"»”’*_]/.test(last)) continue;
    const open = { ")": "(", "]": "[" }[last];
    const kept = url.slice(0, end);
    if (open && kept.split(last).length > kept.split(open).length) continue;
    break;
  }
  return url.slice(0, end);
}

/** Splits an answer into plain and linked parts; joined together the parts are the answer, to the character. */
export function linkParts(text: string, citations: readonly Citation[]): TextPart[] {
  const allowed = new Set<string>();
  for (const citation of citations) {
    const href = safeHref(citation.url);
    if (href) allowed.add(withoutHash(href));
  }
  const parts: TextPart[] = [];
  let plainFrom = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"`]+/gi)) {
    const url = trimUrl(match[0]);
    const href = safeHref(url);
    if (!href || !allowed.has(withoutHash(href))) continue;
    if (match.index > plainFrom) parts.push({ text: text.slice(plainFrom, match.index), href: null });
    parts.push({ text: url, href });
    plainFrom = match.index + url.length;
  }
  if (plainFrom < text.length) parts.push({ text: text.slice(plainFrom), href: null });
  return parts;
}

/** The sources to show under an answer: each once, in order; `href` is null for a source without a public address. */
export function sourcesOf(citations: readonly Citation[]): TextPart[] {
  const seen = new Set<string>();
  const sources: TextPart[] = [];
  for (const citation of citations) {
    const href = safeHref(citation.url);
    const text = citation.title.trim() || (href ? new URL(href).hostname : "");
    const key = href ? withoutHash(href) : text;
    if (!text || seen.has(key)) continue;
    seen.add(key);
    sources.push({ text, href });
  }
  return sources;
}
