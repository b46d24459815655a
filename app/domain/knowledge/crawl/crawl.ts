// Crawls a website: breadth first from its start page and sitemap, politely, within caps, changed pages only.
import { setTimeout } from "node:timers/promises";
import { AppError } from "#app/platform/errors.ts";
import type { SafeFetch } from "#app/platform/http.ts";
import { type CrawlPage, type KnownPage, type Visit, visitPage } from "./crawl-page.ts";
import { atOrigin, createTrapGuard, looksReadable, normaliseUrl, sameSite } from "./crawl-url.ts";
import { loadRobots, type Robots } from "./robots.ts";
import { loadSitemaps } from "./sitemap.ts";

export type { CrawlPage, KnownPage } from "./crawl-page.ts";

export interface CrawlProgress {
  /** Addresses found so far that will be or were visited, at most the page cap. */
  found: number;
  done: number;
  failed: number;
  currentUrl: string;
}

export interface CrawlOptions {
  startUrl: string;
  /** Cap on the pages read (changed or unchanged). */
  maxPages: number;
  /** Cap on the clicks from the start page; 0 reads it alone. Sitemap pages count as one click away. */
  maxDepth: number;
  fetch: SafeFetch;
  signal?: AbortSignal;
  /** What an earlier crawl kept of an address. */
  known?: (url: string) => Promise<KnownPage | null>;
  /** Awaited, so a slow consumer slows the crawl; if it throws, the crawl stops with its error. */
  onPage: (page: CrawlPage) => void | Promise<void>;
  onProgress?: (progress: CrawlProgress) => void;
  /** Requests at once; default 4. One where the site asks for a delay. */
  concurrency?: number;
  /** The name that robots.txt rules are looked up by; default FoyerBot. */
  agent?: string;
  /** The longest pause between two requests that a site's crawl-delay can ask for, in ms; default 3 s. */
  maxDelayMs?: number;
  /** Waits so many ms, or rejects with the signal's reason; default the clock. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface CrawlSummary {
  /** The start page's address after redirects. */
  startUrl: string;
  changed: number;
  unchanged: number;
  failed: number;
  skipped: number;
  /** The page cap left addresses unread. */
  truncated: boolean;
}

interface Target {
  url: string;
  depth: number;
}

/** Pages that fail or are skipped cost requests too: this many times the page cap are made at most. */
const REQUESTS_PER_PAGE = 4;
const QUEUED_PER_PAGE = 10;
/** A canonical address that more pages than this claim is a template's mistake. */
const CANONICAL_TRUST = 20;

/**
 * Crawls one site. A page that fails is reported and passed over. Throws AppError when the start page can't be read:
 * unknown host, refused connection, HTTP error, no HTML, forbidden by robots.txt. Rejects with the signal's reason when
 * aborted.
 */
export async function crawl(options: CrawlOptions): Promise<CrawlSummary> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  signal.throwIfAborted();
  const { fetch, agent = "FoyerBot", known = async () => null } = options;
  let given = parseStart(options.startUrl);
  let robots = await loadRobots(fetch, given, agent, signal).catch((error: unknown) => {
    // Nobody said https: an old site may have only http.
    if (/:\/\//.test(options.startUrl) || !(error instanceof AppError) || error.code !== "bad_gateway") throw error;
    given = given.replace(/^https:/, "http:");
    return loadRobots(fetch, given, agent, signal);
  });
  if (!robots.allows(given)) throw forbidden(given);

  const first = await visitPage(given, { fetch, known: await known(given), needLinks: options.maxDepth > 0, signal });
  const start = first.page.url;
  if (new URL(start).origin !== new URL(given).origin) {
    robots = await loadRobots(fetch, start, agent, signal);
    if (!robots.allows(start)) throw forbidden(start);
  }
  checkStart(first);

  const frontier = createFrontier(start, robots, options);
  frontier.visited(given);
  frontier.visited(start);
  const summary: CrawlSummary = { startUrl: start, changed: 0, unchanged: 0, failed: 0, skipped: 0, truncated: false };
  const settle = createSettler(frontier, summary, options);
  await settle({ url: start, depth: 0 }, first);
  if (options.maxDepth > 0 && options.maxPages > 1) {
    const sitemaps = robots.sitemaps.length > 0 ? robots.sitemaps : [new URL("/sitemap.xml", start).href];
    const accepts = (url: string) => sameSite(url, start);
    for (const url of await loadSitemaps(fetch, sitemaps, { maxUrls: options.maxPages * 5, accepts, signal })) {
      frontier.add(url, 1);
    }
  }

  const { maxDelayMs = 3_000, wait = sleep } = options;
  const pause = createPause(Math.min(robots.delayMs, maxDelayMs), (ms) => wait(ms, signal));
  const width = robots.delayMs > 0 ? 1 : (options.concurrency ?? 4);
  const active = new Set<Promise<void>>();
  const visit = async (target: Target) => {
    await pause();
    const needLinks = target.depth < options.maxDepth;
    const how = { fetch, known: await known(target.url), needLinks, signal };
    let result = await visitPage(target.url, how);
    if (result.retryAfterMs !== null) {
      await wait(Math.min(result.retryAfterMs, maxDelayMs), signal);
      result = await visitPage(target.url, how);
    }
    await settle(target, result);
  };
  try {
    for (;;) {
      while (active.size < width && roomFor(summary, active.size, options.maxPages)) {
        const target = frontier.next();
        if (!target) break;
        const task: Promise<void> = visit(target).finally(() => active.delete(task));
        active.add(task);
      }
      if (active.size === 0) break;
      await Promise.race(active);
    }
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(active);
    throw error;
  }
  summary.truncated = frontier.next() !== undefined;
  return summary;
}

function roomFor(summary: CrawlSummary, active: number, maxPages: number): boolean {
  const read = summary.changed + summary.unchanged;
  const asked = read + summary.failed + summary.skipped;
  return read + active < maxPages && asked + active < maxPages * REQUESTS_PER_PAGE;
}

function parseStart(input: string): string {
  const text = input.trim();
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (text === "" || !URL.canParse(address)) throw new AppError("invalid", "This isn't a web address.");
  return normaliseUrl(address);
}

function forbidden(url: string): AppError {
  return new AppError("forbidden", `${new URL(url).host} asks robots not to read this page (robots.txt).`, {
    reason: "robots_forbid",
  });
}

/** Turns a start page that can't be read into the error of the whole crawl. */
function checkStart({ page, html, links }: Visit): void {
  const reason = page.reason ?? "";
  if (page.status === "failed") throw new AppError("unprocessable", reason, { reason: "start_failed" });
  if (!html)
    throw new AppError("unprocessable", reason || "This address leads to a file, not to a website.", {
      reason: "start_not_html",
    });
  if (page.status === "skipped" && links.length === 0) {
    const message =
      page.canonicalUrl === null && reason.startsWith("There is no")
        ? "There is no readable text on this page. It may be built by scripts in the browser; upload files or type answers instead."
        : reason;
    throw new AppError("unprocessable", message, { reason: "start_empty" });
  }
}

interface Frontier {
  /** Queues an address unless it is known, off site, forbidden, too deep, a trap or no page. */
  add(url: string, depth: number): void;
  /** Marks an address; false when it was marked before. */
  visited(url: string): boolean;
  next(): Target | undefined;
  found(): number;
}

function createFrontier(start: string, robots: Robots, { maxDepth, maxPages }: CrawlOptions): Frontier {
  const { origin } = new URL(start);
  const seen = new Set<string>();
  const levels: string[][] = [];
  const isTrap = createTrapGuard();
  const mark = (url: string) => {
    if (seen.has(url)) return false;
    seen.add(url);
    return true;
  };
  let found = 0;
  return {
    add(link, depth) {
      if (depth > maxDepth || !sameSite(link, origin)) return;
      const url = normaliseUrl(atOrigin(link, origin));
      if (
        found >= maxPages * QUEUED_PER_PAGE ||
        seen.has(url) ||
        !looksReadable(url) ||
        !mark(url) ||
        !robots.allows(url) ||
        isTrap(url)
      )
        return;
      found += 1;
      levels[depth] ??= [];
      levels[depth].push(url);
    },
    visited: mark,
    next() {
      for (const [depth, urls] of levels.entries()) {
        const url = urls?.shift();
        if (url !== undefined) return { url, depth };
      }
      return undefined;
    },
    found: () => found,
  };
}

/** What becomes of a visited page: duplicates are set aside, links queued, the page handed over, progress told. */
function createSettler(frontier: Frontier, summary: CrawlSummary, options: CrawlOptions) {
  const contents = new Map<string, string>();
  const claims = new Map<string, number>();
  const isCopy = (page: CrawlPage): string | null => {
    const canonical = trustedCanonical(page, summary.startUrl, claims);
    if (canonical) return `The same page as ${canonical}.`;
    const twin = page.contentHash ? contents.get(page.contentHash) : undefined;
    if (page.contentHash && twin === undefined) contents.set(page.contentHash, page.url);
    return twin === undefined ? null : `The same content as ${twin}.`;
  };
  return async (target: Target, { page, links }: Visit) => {
    let result = page;
    const moved = page.url !== target.url && page.statusCode !== null;
    if (moved && !sameSite(page.url, summary.startUrl)) {
      result = set(page, "This address leads to another website.");
    } else if (moved && !frontier.visited(page.url)) {
      result = set(page, "This address leads to a page that was read already.");
    } else {
      const copy = page.status === "changed" || page.status === "unchanged" ? isCopy(page) : null;
      if (copy) result = set(page, copy);
      if (copy && page.canonicalUrl) frontier.add(page.canonicalUrl, target.depth);
      for (const link of links) frontier.add(link, target.depth + 1);
    }
    summary[result.status] += 1;
    await options.onPage(result);
    const done = summary.changed + summary.unchanged;
    const found = Math.min(frontier.found() + 1, options.maxPages);
    options.onProgress?.({ found: Math.max(found, done), done, failed: summary.failed, currentUrl: result.url });
  };
}

function set(page: CrawlPage, reason: string): CrawlPage {
  const { document: _, ...rest } = page;
  return { ...rest, status: "skipped", reason };
}

/** The address that a page names as its original, unless that is itself or can't be believed. */
function trustedCanonical(page: CrawlPage, start: string, claims: Map<string, number>): string | null {
  if (!page.canonicalUrl || !sameSite(page.canonicalUrl, page.url)) return null;
  const canonical = normaliseUrl(atOrigin(page.canonicalUrl, new URL(start).origin));
  if (canonical === page.url || page.url === start || canonical === start || new URL(canonical).pathname === "/")
    return null;
  const count = (claims.get(canonical) ?? 0) + 1;
  claims.set(canonical, count);
  return count > CANONICAL_TRUST ? null : canonical;
}

/** A gate that lets one caller through every `delay` ms. */
function createPause(delay: number, wait: (ms: number) => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    if (delay > 0) last = last.then(() => wait(delay));
    return last;
  };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
