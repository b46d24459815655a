// Brings what is stored of a source up to date: the job behind "read this website" and "read this file".
import type { Db } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { SafeFetch } from "#app/platform/http.ts";
import { enqueue } from "#app/platform/jobs.ts";
import type { Logger } from "#app/platform/log.ts";
import { statesWhere } from "../tenants/presence.ts";
import { chunkDocument } from "./chunk.ts";
import { hashOf } from "./crawl/crawl-page.ts";
import { storeDocument } from "./documents.ts";
import type { Embedder } from "./embeddings.ts";
import { rebuildIndex } from "./index-terms.ts";
import { SyncSource } from "./knowledge.jobs.ts";
import { holdKnowledge } from "./limits.ts";
import { readDocument } from "./read/read.ts";
import { beginReading, endReading, type Reading, Superseded, whileOwned } from "./reading.ts";
import { readWebsite } from "./sync-website.ts";
import { enqueueVectors } from "./vectors.ts";

export interface SyncServices {
  db: Db;
  fetch: SafeFetch;
  embedder: Embedder | null;
}

/** Faults that may pass: the job is tried again. */
const PASSING = new Set(["timeout", "bad_gateway", "unavailable"]);
/** Chunks of one file at the most: about five million characters. */
const MAX_FILE_CHUNKS = 5_000;

/**
 * Reads a source and stores what changed. Safe to run twice, even at once: the later one takes over. What people can
 * mend ends on the source in plain words; what may pass is thrown besides, so that the job is tried again.
 */
export async function syncSource(
  services: SyncServices,
  job: { tenantId: string; sourceId: string },
  context: { signal: AbortSignal; log: Logger },
): Promise<void> {
  const reading = await beginReading(services.db, job.tenantId, job.sourceId);
  if (!reading) return;
  try {
    if (reading.paused) {
      throw new AppError("unprocessable", "Your organisation is paused. Start the reading again when it runs.");
    }
    if (reading.room < 1) {
      throw new AppError("unprocessable", "Your plan's knowledge is full. Remove something or choose a larger plan.");
    }
    if (reading.source.kind === "website") await readWebsite(services, reading, context);
    else await readFile(services.db, reading);
    const { baseId } = reading.source;
    await services.db.asSystem({ reason: "knowledge.sync", tenantId: job.tenantId }, (tx) =>
      enqueueVectors(tx, services.embedder, { tenantId: job.tenantId, baseId }),
    );
  } catch (error) {
    if (error instanceof Superseded)
      return context.log.info("knowledge.superseded", {
        source_id: job.sourceId,
      });
    context.signal.throwIfAborted();
    const message = error instanceof AppError ? error.message : "Something went wrong on our side. We will try again.";
    await whileOwned(services.db, reading, (tx) => endReading(tx, reading, { status: "failed", message })).catch(
      ignoreSuperseded,
    );
    if (!(error instanceof AppError) || PASSING.has(error.code)) throw error;
    context.log.info("knowledge.failed", {
      source_id: job.sourceId,
      code: error.code,
      reason: error.reason,
    });
  }
}

function ignoreSuperseded(error: unknown): void {
  if (!(error instanceof Superseded)) throw error;
}

async function readFile(db: Db, reading: Reading): Promise<void> {
  const { source } = reading;
  const [file] = await whileOwned(
    db,
    reading,
    (tx) => tx<{ filename: string; mediaType: string; content: Uint8Array }[]>`
      select filename, media_type, content from knowledge_files
      where tenant_id = (select app.tenant_id()) and source_id = ${source.id}`,
  );
  if (!file) throw new AppError("not_found", "The file is no longer there. Upload it again.");
  const { filename } = file;
  const document = await readDocument(new Uint8Array(file.content), {
    mediaType: file.mediaType,
    filename,
  });
  const chunks = chunkDocument(document);
  const message =
    chunks.length > MAX_FILE_CHUNKS
      ? "This file is very long; its beginning was read. Split it into several files."
      : null;
  await whileOwned(db, reading, async (tx) => {
    await holdKnowledge(tx);
    await storeDocument(tx, source, {
      url: `file:${filename}`,
      title: document.title,
      language: document.language,
      contentHash: hashOf(document),
      etag: null,
      lastModified: null,
      chunks: chunks.slice(0, MAX_FILE_CHUNKS),
    });
    await rebuildIndex(tx, source.baseId);
    await endReading(tx, reading, {
      status: "ready",
      message,
      progress: { found: 1, done: 1, failed: 0, current: null },
    });
  });
}

/** Rebuilds a base's index; the job after small changes. */
export async function rebuildBase(
  services: Pick<SyncServices, "db" | "embedder">,
  job: { tenantId: string; baseId: string },
): Promise<void> {
  await services.db.asSystem({ reason: "knowledge.index", tenantId: job.tenantId }, async (tx) => {
    await rebuildIndex(tx, job.baseId);
    await enqueueVectors(tx, services.embedder, job);
  });
}

/** Minutes without a sign of life after which a reading is taken for lost. */
const LOST_AFTER_MINUTES = 30;
const BATCH = 200;

/**
 * Enqueues the sources that are due, and gives up on readings that were lost with their worker.
 * @returns how many were enqueued
 */
export async function scheduleSyncs(db: Db): Promise<number> {
  return db.asSystem({ reason: "knowledge.schedule" }, async (tx) => {
    const due = await tx<{ tenantId: string; id: string }[]>`
      with due as (
        select s.tenant_id, s.id from knowledge_sources s
        join tenants t on t.id = s.tenant_id
        join billing_accounts b on b.tenant_id = t.id
        join plan_versions v on v.id = b.plan_version_id
        where s.next_sync_at <= now() and s.kind = 'website'
          and app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now()))
            = any(${statesWhere(({ crawls }) => crawls === "run")})
        order by s.next_sync_at limit ${BATCH} for update of s skip locked
      )
      update knowledge_sources s set next_sync_at = now() + make_interval(hours => s.sync_every_hours)
      from due where s.tenant_id = due.tenant_id and s.id = due.id returning s.tenant_id, s.id`;
    for (const { tenantId, id } of due) await enqueue(tx, SyncSource, { tenantId, sourceId: id }, { key: id });
    await tx`
      update knowledge_sources set status = 'failed', current_item = null,
        error = 'The reading was interrupted. Please start it again.'
      where status = 'reading' and updated_at < now() - make_interval(mins => ${LOST_AFTER_MINUTES})`;
    return due.length;
  });
}
