// What a site's robots.txt allows (RFC 9309).
import robotsParser from "robots-parser";
import { AppError } from "#app/platform/errors.ts";
import type { SafeFetch } from "#app/platform/http.ts";
import { decodeText } from "../read/decode.ts";

export interface Robots {
  allows(url: string): boolean;
  /** Wanted pause between two requests in ms, 0 where none is asked for. */
  delayMs: number;
  sitemaps: string[];
}

const MAX_BYTES = 500 * 1024;
const OPEN: Robots = { allows: () => true, delayMs: 0, sitemaps: [] };

/**
 * Loads the rules for an origin. No file (4xx, or a page in its place) allows everything. Throws unavailable on a 5xx,
 * as the RFC wants such a site left alone, and passes on the fetch's errors.
 */
export async function loadRobots(
  fetch: SafeFetch,
  origin: string,
  agent: string,
  signal: AbortSignal,
): Promise<Robots> {
  const url = new URL("/robots.txt", origin).href;
  const response = await fetch(url, { maxBytes: MAX_BYTES, signal, accept: "text/plain" }).catch((error: unknown) => {
    // A file too large to be one, or one that redirects for ever, says nothing.
    if (error instanceof AppError && (error.code === "too_large" || error.reason === "redirect_loop")) return null;
    throw error;
  });
  if (response && response.status >= 500) {
    const { host } = new URL(origin);
    throw new AppError(
      "unavailable",
      `${host} has trouble answering right now (${response.status}). Try again later.`,
      {
        reason: "site_unavailable",
      },
    );
  }
  if (!response || response.status < 200 || response.status >= 300) return OPEN;
  const text = decodeText(response.bytes, "utf-8");
  if (/html/i.test(response.headers.get("content-type") ?? "") || /^\s*</.test(text)) return OPEN;
  const rules = robotsParser(url, text);
  return {
    allows: (address) => rules.isAllowed(address, agent) ?? true,
    delayMs: Math.max(0, (rules.getCrawlDelay(agent) ?? 0) * 1000),
    sitemaps: rules
      .getSitemaps()
      .flatMap((address) => (URL.canParse(address, url) ? [new URL(address, url).href] : [])),
  };
}
