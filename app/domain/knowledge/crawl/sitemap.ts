// Reads sitemaps: XML, indexes of them, plain lists, gzipped or not (sitemaps.org protocol).
import { gunzipSync } from "node:zlib";
import type { SafeFetch } from "#app/platform/http.ts";
import { decodeText } from "../read/decode.ts";

const MAX_BYTES = 50 * 2 ** 20;
const MAX_FILES = 50;
const LOC = /<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,2048}?)\s*(?:\]\]>)?\s*<\/loc>/gi;
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", "#38": "&", "#x26": "&" };

/**
 * The page addresses in the given sitemaps and those that they name, at most `maxUrls`, in order. What can't be read
 * counts as empty; only the signal's abort is thrown. `accepts` decides which addresses, pages and sitemaps, count.
 */
export async function loadSitemaps(
  fetch: SafeFetch,
  start: string[],
  { maxUrls, accepts, signal }: { maxUrls: number; accepts: (url: string) => boolean; signal: AbortSignal },
): Promise<string[]> {
  const pages = new Set<string>();
  const seen = new Set<string>();
  const queue = start.filter(accepts);
  while (queue.length > 0 && seen.size < MAX_FILES && pages.size < maxUrls) {
    const url = queue.shift() ?? "";
    if (seen.has(url)) continue;
    seen.add(url);
    const text = await loadOne(fetch, url, signal);
    const index = /<sitemapindex\b/i.test(text.slice(0, 2_000));
    for (const address of addressesIn(text, url)) {
      if (!accepts(address)) continue;
      if (index) queue.push(address);
      else if (pages.size < maxUrls) pages.add(address);
    }
  }
  return [...pages];
}

async function loadOne(fetch: SafeFetch, url: string, signal: AbortSignal): Promise<string> {
  try {
    const { status, bytes } = await fetch(url, {
      maxBytes: MAX_BYTES,
      signal,
      accept: "application/xml, text/xml, */*",
    });
    if (status !== 200) return "";
    const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return decodeText(zipped ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes, "utf-8");
  } catch {
    signal.throwIfAborted();
    return "";
  }
}

function* addressesIn(text: string, base: string): Generator<string> {
  const xml = /<(?:urlset|sitemapindex)\b/i.test(text.slice(0, 2_000));
  if (xml) {
    for (const [, found = ""] of text.matchAll(LOC)) {
      const address = found.replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name.toLowerCase()] ?? whole);
      if (URL.canParse(address, base)) yield new URL(address, base).href;
    }
  } else if (!/^\s*</.test(text)) {
    for (const line of text.split(/\s+/))
      if (/^https?:\/\//i.test(line) && URL.canParse(line)) yield new URL(line).href;
  }
}
