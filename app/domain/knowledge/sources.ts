// Sources of knowledge: adding websites, listing, reading again, removing.
import type { Actor } from "#app/platform/actor.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordAudit } from "../audit/audit.ts";
import { type DocumentRow, listDocuments, type WriteTx } from "./documents.ts";
import { RebuildIndex, SyncSource } from "./knowledge.jobs.ts";
import type { AddWebsite, ListSources, ScheduleSource, SourceKind } from "./knowledge.schema.ts";
import { assertRoom } from "./limits.ts";

export interface SourceRow {
  id: string;
  baseId: string;
  kind: SourceKind;
  name: string;
  url: string | null;
  maxPages: number;
  maxDepth: number;
  status: "pending" | "reading" | "ready" | "failed" | "removing";
  /** Pages that will be or were read in this or the last reading. */
  foundCount: number;
  doneCount: number;
  failedCount: number;
  /** What is being read right now. */
  currentItem: string | null;
  /** Why it failed; of a source that is ready, what was left out. In words for people. */
  error: string | null;
  syncEveryHours: number | null;
  nextSyncAt: Date | null;
  lastSyncedAt: Date | null;
  createdAt: Date;
  documentCount: number;
}

/** The base that a tenant's agent knows: its oldest. */
export async function currentBase(tx: WriteTx): Promise<string> {
  const [base] = await tx<{ id: string }[]>`
    select id from knowledge_bases where tenant_id = (select app.tenant_id()) order by id limit 1`;
  if (!base) throw new AppError("not_found", "This organisation has no knowledge base.");
  return base.id;
}

/**
 * Adds a website and has it read.
 * @throws AppError conflict where it is among the sources already; payment_required (`limit_reached`) where nothing fits
 */
export async function addWebsite(tx: WriteTx, actor: Actor, input: AddWebsite): Promise<{ sourceId: string }> {
  const baseId = await currentBase(tx);
  await assertRoom(tx);
  const name = new URL(input.url).host.replace(/^www\./, "").slice(0, 300);
  const [source] = await tx<{ id: string; tenantId: string }[]>`
    insert into knowledge_sources (tenant_id, base_id, kind, name, url, max_pages, max_depth, sync_every_hours)
    values (app.tenant_id(), ${baseId}, 'website', ${name}, ${input.url}, ${input.maxPages}, ${input.maxDepth},
      ${input.syncEveryHours ?? null})
    returning id, tenant_id`;
  if (!source) throw new AppError("internal", "The website could not be added.");
  await enqueue(tx, SyncSource, { tenantId: source.tenantId, sourceId: source.id }, { key: source.id });
  await recordAudit(tx, actor, "knowledge_source.added", source.id, {
    kind: "website",
  });
  await tx`select app.announce('knowledge', ${source.id})`;
  return { sourceId: source.id };
}

/** The tenant's sources, newest first, `limit` at a time. */
export async function listSources(
  tx: WriteTx,
  filter: Partial<ListSources> = {},
): Promise<{ sources: SourceRow[]; nextCursor: string | null }> {
  const limit = filter.limit ?? 25;
  const search = filter.search?.toLowerCase() ?? "";
  const rows = await tx<SourceRow[]>`
    select ${sourceColumns(tx)} from knowledge_sources s
    where s.tenant_id = (select app.tenant_id())
      and (${filter.cursor ?? null}::uuid is null or s.id < ${filter.cursor ?? null})
      and (${filter.kind ?? null}::text is null or s.kind = ${filter.kind ?? null})
      and (${search} = '' or position(${search} in lower(s.name || ' ' || coalesce(s.url, ''))) > 0)
    order by s.id desc limit ${limit + 1}`;
  const sources = rows.slice(0, limit);
  return {
    sources,
    nextCursor: rows.length > limit ? (sources.at(-1)?.id ?? null) : null,
  };
}

/**
 * A source with a page of its documents.
 * @throws AppError not_found
 */
export async function getSource(
  tx: WriteTx,
  sourceId: string,
  page: { cursor?: string; limit?: number; search?: string } = {},
): Promise<{
  source: SourceRow;
  documents: DocumentRow[];
  nextCursor: string | null;
}> {
  const [[source], documents] = await Promise.all([
    tx<SourceRow[]>`
      select ${sourceColumns(tx)} from knowledge_sources s
      where s.tenant_id = (select app.tenant_id()) and s.id = ${sourceId}`,
    listDocuments(tx, sourceId, page),
  ]);
  if (!source) throw new AppError("not_found", "There is no such source.");
  return { source, ...documents };
}

function sourceColumns(tx: WriteTx) {
  return tx`s.id, s.base_id, s.kind, s.name, s.url, s.max_pages, s.max_depth, s.status, s.found_count, s.done_count,
    s.failed_count, s.current_item, s.error, s.sync_every_hours, s.next_sync_at, s.last_synced_at, s.created_at,
    (select count(*)::int from knowledge_documents d where d.tenant_id = s.tenant_id and d.source_id = s.id) as document_count`;
}

/** Has a website or file read again. Where it is waiting already, nothing changes. */
export async function resyncSource(tx: WriteTx, actor: Actor, sourceId: string): Promise<void> {
  const [source] = await tx<{ tenantId: string }[]>`
    update knowledge_sources set status = case when status = 'reading' then status else 'pending' end, error = null
    where tenant_id = (select app.tenant_id()) and id = ${sourceId} and kind <> 'qa' returning tenant_id`;
  if (!source) throw new AppError("not_found", "There is no such website or file.");
  await enqueue(tx, SyncSource, { tenantId: source.tenantId, sourceId }, { key: sourceId });
  await recordAudit(tx, actor, "knowledge_source.resynced", sourceId);
  await tx`select app.announce('knowledge', ${sourceId})`;
}

/** Sets how often a website is read by itself; null: only when asked. @throws AppError not_found */
export async function scheduleSource(
  tx: WriteTx,
  actor: Actor,
  { sourceId, syncEveryHours }: ScheduleSource,
): Promise<void> {
  const hours = syncEveryHours ?? null;
  const [source] = await tx`
    update knowledge_sources set sync_every_hours = ${hours}::int,
      next_sync_at = case when ${hours}::int is not null
        then greatest(now(), coalesce(last_synced_at, now()) + make_interval(hours => ${hours}::int)) end
    where tenant_id = (select app.tenant_id()) and id = ${sourceId} and kind = 'website' returning id`;
  if (!source) throw new AppError("not_found", "There is no such website.");
  await recordAudit(tx, actor, "knowledge_source.scheduled", sourceId, { hours });
}

/** Removes a source with all that was read from it. It is out of the answers with the commit. */
export async function removeSource(tx: TenantTx, actor: Actor, sourceId: string): Promise<void> {
  const [source] = await tx<{ tenantId: string; baseId: string; kind: string }[]>`
    delete from knowledge_sources where tenant_id = (select app.tenant_id()) and id = ${sourceId}
    returning tenant_id, base_id, kind`;
  if (!source) throw new AppError("not_found", "There is no such source.");
  await enqueue(tx, RebuildIndex, { tenantId: source.tenantId, baseId: source.baseId }, { key: source.baseId });
  await recordAudit(tx, actor, "knowledge_source.removed", sourceId, {
    kind: source.kind,
  });
  await tx`select app.announce('knowledge', ${sourceId})`;
}
