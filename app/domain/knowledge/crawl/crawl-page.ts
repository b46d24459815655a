// One page of a crawl: fetch it, decide what it is, read it, compare it with what is known.
import { createHash } from "node:crypto";
import { AppError } from "#app/platform/errors.ts";
import type { SafeFetch, SafeResponse } from "#app/platform/http.ts";
import type { ReadDocument } from "../read/document.ts";
import { decodeHtml, kindOfFile, languageOf, MAX_FILE_BYTES, readDocument } from "../read/read.ts";
import { readHtml } from "../read/read-html.ts";
import { normaliseUrl } from "./crawl-url.ts";

/** What is known of a page from the crawl before. */
export interface KnownPage {
  etag: string | null;
  lastModified: string | null;
  contentHash: string | null;
  /** The page's links then. Where they are kept, an unchanged page isn't even transferred. */
  links?: string[] | null;
}

export interface CrawlPage {
  /** The address that answered, after redirects, in its one spelling. */
  url: string;
  canonicalUrl: string | null;
  status: "changed" | "unchanged" | "failed" | "skipped";
  /** Why it failed or was skipped, in words for people. */
  reason?: string;
  /** HTTP status, null where there was no answer. */
  statusCode: number | null;
  /** Only of a changed page. */
  document?: ReadDocument;
  etag: string | null;
  lastModified: string | null;
  contentHash: string | null;
}

export interface Visit {
  page: CrawlPage;
  links: string[];
  /** A page, as opposed to a linked file. */
  html: boolean;
  /** The site asked to come back later: after so many ms. */
  retryAfterMs: number | null;
}

const ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.8,text/markdown;q=0.8,text/plain;q=0.7,*/*;q=0.1";
const READABLE =
  /^(?:text\/(?:html|plain|markdown|x-markdown)|application\/(?:xhtml\+xml|pdf|vnd\.openxmlformats-officedocument\.wordprocessingml\.document))$/;
const FILE_ENDING = /\.(?:pdf|docx|md|markdown|txt)$/i;

/** Fetches and reads one address. Never throws, but for an abort. */
export async function visitPage(
  url: string,
  {
    fetch,
    known,
    needLinks,
    signal,
  }: { fetch: SafeFetch; known: KnownPage | null; needLinks: boolean; signal: AbortSignal },
): Promise<Visit> {
  try {
    const conditional = known?.contentHash && (known.links || !needLinks || FILE_ENDING.test(new URL(url).pathname));
    const response = await fetch(url, {
      signal,
      accept: ACCEPT,
      headers: conditional ? conditions(known) : {},
      maxBytes: MAX_FILE_BYTES,
      wantsBody: ({ status, headers, url: at }) => status < 400 && isReadable(headers.get("content-type"), at),
    });
    return await readAnswer(response, known);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof AppError ? error.message : "This page can't be read.";
    return { page: { ...blank(url), status: "failed", reason }, links: [], html: false, retryAfterMs: null };
  }
}

/** Whether a media type, or for a vague one the name, is something that the readers take. */
function isReadable(contentType: string | null, url: string): boolean {
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (READABLE.test(type)) return true;
  return (type === "" || type === "application/octet-stream") && FILE_ENDING.test(new URL(url).pathname);
}

async function readAnswer(response: SafeResponse, known: KnownPage | null): Promise<Visit> {
  const { status, headers } = response;
  const page = { ...blank(normaliseUrl(response.url)), statusCode: status };
  page.etag = headers.get("etag");
  page.lastModified = headers.get("last-modified");
  const stop = (state: "failed" | "skipped", reason: string): Visit => ({
    page: { ...page, status: state, reason },
    links: [],
    html: false,
    retryAfterMs: status === 429 || status === 503 ? retryAfterOf(headers) : null,
  });
  if (status === 304 && known) {
    const same = { etag: page.etag ?? known.etag, lastModified: page.lastModified ?? known.lastModified };
    const unchanged: CrawlPage = { ...page, ...same, status: "unchanged", contentHash: known.contentHash };
    return { page: unchanged, links: known.links ?? [], html: true, retryAfterMs: null };
  }
  if (status < 200 || status >= 300) return stop("failed", statusReason(status));
  const type = headers.get("content-type");
  if (!isReadable(type, response.url))
    return stop("skipped", `This is ${type?.split(";")[0] || "a file"}, not a page.`);
  const asked = (headers.get("x-robots-tag") ?? "").toLowerCase();
  const facts = { mediaType: type ?? "", url: response.url };
  if (kindOfFile(response.bytes, facts) !== "html") {
    if (/\b(?:noindex|none)\b/.test(asked)) return stop("skipped", "This file asks not to be indexed.");
    const document = await readDocument(response.bytes, { ...facts, filename: filenameOf(response.url) });
    return { page: compared(page, document, known), links: [], html: false, retryAfterMs: null };
  }
  const { noindex, refresh, ...document } = readHtml(decodeHtml(response.bytes, type), { url: response.url });
  const links = /\b(?:nofollow|none)\b/.test(asked) ? [] : document.links;
  if (refresh) links.unshift(refresh);
  const visit = (result: CrawlPage): Visit => ({ page: result, links, html: true, retryAfterMs: null });
  page.canonicalUrl = document.canonicalUrl;
  if (noindex || /\b(?:noindex|none)\b/.test(asked)) {
    return visit({ ...page, status: "skipped", reason: "This page asks not to be indexed." });
  }
  if (document.blocks.length === 0) {
    return visit({ ...page, status: "skipped", reason: "There is no readable text on this page." });
  }
  const title = document.title || new URL(response.url).hostname;
  return visit(compared(page, { ...document, title, language: document.language ?? languageOf(document) }, known));
}

function compared(page: CrawlPage, document: ReadDocument, known: KnownPage | null): CrawlPage {
  const contentHash = hashOf(document);
  if (contentHash === known?.contentHash) return { ...page, status: "unchanged", contentHash };
  return { ...page, status: "changed", contentHash, document };
}

/** SHA-256 hex over what is read of a document, so that clocks, tokens and styling in its source don't count. */
export function hashOf(document: Pick<ReadDocument, "title" | "language" | "blocks">): string {
  const parts = document.blocks.map((block) => [...block.headings, block.text, block.anchor]);
  return createHash("sha256")
    .update(JSON.stringify([document.title, document.language, parts]))
    .digest("hex");
}

/** Retry-After in ms (RFC 9110 §10.2.3), one second where there is none. */
function retryAfterOf(headers: Headers): number {
  const value = headers.get("retry-after") ?? "1";
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : 1_000;
}

function conditions(known: KnownPage | null): Record<string, string> {
  return {
    ...(known?.etag && { "if-none-match": known.etag }),
    ...(known?.lastModified && { "if-modified-since": known.lastModified }),
  };
}

/** What a status means, in words for people. */
export function statusReason(status: number): string {
  if (status === 404 || status === 410) return `This page doesn't exist (${status}).`;
  if (status === 401 || status === 403) return `The website doesn't let us read this page (${status}).`;
  if (status === 429) return "The website asks us to slow down (429).";
  if (status >= 500) return `The website has trouble answering right now (${status}).`;
  return `The website answered with ${status}.`;
}

function blank(url: string): CrawlPage {
  return {
    url,
    canonicalUrl: null,
    status: "failed",
    statusCode: null,
    etag: null,
    lastModified: null,
    contentHash: null,
  };
}

function filenameOf(url: string): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
