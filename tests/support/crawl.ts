// Crawls of small loopback sites for tests.
import { afterEach } from "vitest";
import { type CrawlOptions, type CrawlPage, type CrawlProgress, crawl } from "#app/domain/knowledge/crawl/crawl.ts";
import { createSafeFetch } from "#app/platform/http.ts";
import { type Site, type SitePages, startSite } from "./site.ts";

export const fetch = createSafeFetch({ allowLoopback: true, userAgent: "FoyerBot/test" });
const sites: Site[] = [];

afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.stop()));
});

/** A site that stops after the test. */
export async function site(pages: SitePages): Promise<Site> {
  const started = await startSite(pages);
  sites.push(started);
  return started;
}

/** A page with a text of its own and these links. */
export const page = (text: string, ...links: string[]) =>
  `<html lang="en"><body><h1>${text}</h1><p>${text} has a text of its own.</p>${links.map((link) => `<a href="${link}">${link}</a> `).join("")}</body></html>`;

/** Crawls it and tells what was handed over. */
export async function run(at: Site, options: Partial<CrawlOptions> = {}) {
  const pages: CrawlPage[] = [];
  const progress: CrawlProgress[] = [];
  const summary = await crawl({
    startUrl: `${at.origin}/`,
    maxPages: 50,
    maxDepth: 5,
    fetch,
    onPage: (one) => void pages.push(one),
    onProgress: (one) => void progress.push(one),
    ...options,
  });
  const of = (status: CrawlPage["status"]) =>
    pages.filter((one) => one.status === status).map((one) => one.url.slice(at.origin.length));
  return { pages, progress, summary, of };
}
