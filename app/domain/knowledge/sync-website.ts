// Reads a website into a source: pages are stored as they come, each in a transaction of its own, and can be asked
// about before the crawl is over.
import type { Db } from "#app/platform/db.ts";
import type { SafeFetch } from "#app/platform/http.ts";
import { chunkDocument } from "./chunk.ts";
import { shorten } from "./clean-text.ts";
import { type CrawlPage, crawl, type KnownPage } from "./crawl/crawl.ts";
import { storeDocument } from "./documents.ts";
import { rebuildIndex } from "./index-terms.ts";
import { holdKnowledge } from "./limits.ts";
import { endReading, type Progress, type Reading, throttleProgress, whileOwned, writeProgress } from "./reading.ts";
import { dropRepeatedLines } from "./repeated-lines.ts";

const PROGRESS_EVERY_MS = 250;
/** The index is rebuilt after this many stored pages, then each time there are four times as many. */
const FIRST_INDEX = 10;
const INDEX_GROWTH = 4;

/** Crawls the source's website, stores what changed, removes what is gone, and rebuilds the index. */
export async function readWebsite(
  services: { db: Db; fetch: SafeFetch },
  reading: Reading,
  context: { signal: AbortSignal },
): Promise<void> {
  const { db } = services;
  const { source } = reading;
  const maxPages = Math.min(source.maxPages, reading.room);
  const lost = new AbortController();
  const signal = AbortSignal.any([context.signal, lost.signal]);
  const kept = new Set<string>();
  let stored = 0;
  let indexAt = FIRST_INDEX;
  let progress: Progress = {
    found: 1,
    done: 0,
    failed: 0,
    current: source.url,
  };
  const ticker = throttleProgress(
    (latest) => writeProgress(db, reading, latest).catch((error: unknown) => lost.abort(error)),
    PROGRESS_EVERY_MS,
  );

  const onPage = async (page: CrawlPage): Promise<void> => {
    // A page that can't be had right now keeps what was read of it before; one that says it is gone doesn't.
    const gone = page.statusCode === 404 || page.statusCode === 410;
    if (page.status === "changed" || page.status === "unchanged" || (page.status === "failed" && !gone))
      kept.add(page.url);
    if (page.status === "unchanged") await refreshPage(db, reading, page);
    if (page.status !== "changed" || !page.document) return;
    await storePage(db, reading, page);
    stored += 1;
    if (stored < indexAt) return;
    indexAt *= INDEX_GROWTH;
    await db.asSystem({ reason: "knowledge.sync", tenantId: reading.tenantId }, (tx) =>
      rebuildIndex(tx, source.baseId),
    );
  };

  try {
    const summary = await crawl({
      startUrl: source.url ?? "",
      maxPages,
      maxDepth: source.maxDepth,
      fetch: services.fetch,
      signal,
      known: (url) => knownPage(db, reading, url),
      onPage,
      onProgress: ({ found, done, failed, currentUrl }) => {
        progress = { found, done, failed, current: currentUrl };
        ticker.note(progress);
      },
    });
    await ticker.stop();
    await whileOwned(db, reading, async (tx) => {
      await holdKnowledge(tx);
      const removed = await tx`
        delete from knowledge_documents where tenant_id = (select app.tenant_id()) and source_id = ${source.id}
          and not (url = any(${[...kept]}::text[])) returning id`;
      const changed = stored > 0 || removed.length > 0 || !reading.settled;
      if (changed) await dropRepeatedLines(tx, source.id);
      if (changed) await rebuildIndex(tx, source.baseId);
      const full = summary.truncated && maxPages < source.maxPages;
      await endReading(tx, reading, {
        status: "ready",
        message: full ? `Your plan has room for ${maxPages} pages of this website; the others were left out.` : null,
        progress: { ...progress, found: progress.done },
      });
    });
  } finally {
    await ticker.stop();
  }
}

function knownPage(db: Db, reading: Reading, url: string): Promise<KnownPage | null> {
  return db.asSystem(
    { reason: "knowledge.sync", tenantId: reading.tenantId },
    async (tx) => {
      const [row] = await tx<
        {
          etag: string | null;
          lastModified: string | null;
          contentHash: string;
          links: string[];
        }[]
      >`
        select etag, last_modified, content_hash, links from knowledge_documents
        where tenant_id = (select app.tenant_id()) and source_id = ${reading.source.id} and url = ${url}`;
      return row ?? null;
    },
    { readOnly: true },
  );
}

async function storePage(db: Db, reading: Reading, page: CrawlPage): Promise<void> {
  const { document } = page;
  if (!document) return;
  const chunks = chunkDocument(document);
  await whileOwned(
    db,
    reading,
    (tx) =>
      storeDocument(tx, reading.source, {
        url: page.url,
        title: shorten(document.title, 300),
        language: document.language,
        contentHash: page.contentHash ?? "",
        etag: page.etag,
        lastModified: page.lastModified,
        links: document.links,
        chunks,
      }),
    { repeatable: true },
  );
}

async function refreshPage(db: Db, reading: Reading, page: CrawlPage): Promise<void> {
  await whileOwned(
    db,
    reading,
    (tx) => tx`
      update knowledge_documents set etag = ${page.etag}, last_modified = ${page.lastModified}
      where tenant_id = (select app.tenant_id()) and source_id = ${reading.source.id} and url = ${page.url}
        and (etag, last_modified) is distinct from (${page.etag}::text, ${page.lastModified}::text)`,
    { repeatable: true },
  );
}
