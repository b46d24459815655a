// Documents and their chunks as the database keeps them: storing, listing, removing.
import type { Actor } from "#app/platform/actor.ts";
import type { SystemTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordAudit } from "../audit/audit.ts";
import { RebuildIndex } from "./knowledge.jobs.ts";
import type { Chunk } from "./read/document.ts";

export type WriteTx = TenantTx | SystemTx;

/** A document to store. `url` is its key within the source. */
export interface NewDocument {
  url: string;
  title: string;
  /** BCP 47 tag; null for the tenant's own language. */
  language: string | null;
  contentHash: string;
  etag: string | null;
  lastModified: string | null;
  /** Addresses that a page leads to; default none. */
  links?: string[];
  chunks: Chunk[];
}

/** A chunk that the database already knows, or is to get: with the places of lines that are left out of the index. */
export interface StoredChunk extends Chunk {
  documentId: string;
  id?: string;
  droppedLines?: number[];
}

const MAX_LINKS = 1_000;

/**
 * Stores a document in place of what its address held before. Chunks whose text and headings stayed keep their ids, so
 * that older citations go on leading there. The index is not touched.
 */
export async function storeDocument(
  tx: WriteTx,
  source: { id: string; baseId: string },
  document: NewDocument,
): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    insert into knowledge_documents as d
      (tenant_id, base_id, source_id, url, title, language, content_hash, etag, last_modified, links)
    values (app.tenant_id(), ${source.baseId}, ${source.id}, ${document.url}, ${document.title}, ${document.language},
      ${document.contentHash}, ${document.etag}, ${document.lastModified}, ${(document.links ?? []).slice(0, MAX_LINKS)})
    on conflict (tenant_id, source_id, url) do update set title = excluded.title, language = excluded.language,
      content_hash = excluded.content_hash, etag = excluded.etag, last_modified = excluded.last_modified,
      links = excluded.links, fetched_at = now()
    returning id`;
  if (!row) throw new AppError("internal", "The document could not be stored.");
  const old = await tx<{ id: string; contentHash: string; headings: string[] }[]>`
    delete from knowledge_chunks where tenant_id = (select app.tenant_id()) and document_id = ${row.id}
    returning id, content_hash, headings`;
  const ids = new Map(old.map((chunk) => [identityOf(chunk), chunk.id]));
  const chunks = document.chunks.map((chunk) => {
    const id = ids.get(identityOf(chunk));
    ids.delete(identityOf(chunk));
    return { ...chunk, documentId: row.id, ...(id && { id }) };
  });
  await insertChunks(tx, chunks);
  return row.id;
}

const identityOf = (chunk: Pick<Chunk, "contentHash" | "headings">): string =>
  JSON.stringify([chunk.contentHash, chunk.headings]);

/** Inserts chunks, their words found by Postgres under their document's language, in one statement. */
export async function insertChunks(tx: WriteTx, chunks: readonly StoredChunk[]): Promise<void> {
  if (chunks.length === 0) return;
  await tx`
    insert into knowledge_chunks (tenant_id, id, base_id, document_id, position, headings, anchor, content,
      content_hash, dropped_lines, sentences, search, word_count)
    select d.tenant_id, coalesce(c.id, app.uuid_v7()), d.base_id, d.id, c.position, c.headings, c.anchor, c.content,
      c."contentHash", c."droppedLines", coalesce(s.sentences, '[]'),
      case when s.words is null then '' else
        setweight(to_tsvector(l.config, app.searchable(coalesce(c.headings[cardinality(c.headings)], ''))), 'A')
        || setweight(to_tsvector(l.config, app.searchable(d.title)), 'B')
        || setweight(to_tsvector(l.config, app.searchable(array_to_string(c.headings[:cardinality(c.headings) - 1], ' . '))), 'C')
        || s.words end,
      c.words
    from jsonb_to_recordset(${tx.json(chunks.map(toRecord))}) as c("documentId" uuid, id uuid, position int,
      headings text[], anchor text, content text, "contentHash" text, "droppedLines" smallint[], words int, sentences jsonb)
    join knowledge_documents d on d.tenant_id = (select app.tenant_id()) and d.id = c."documentId"
    join tenants t on t.id = d.tenant_id
    cross join lateral (select app.search_config(coalesce(d.language, t.language)) as config) l
    cross join lateral (
      select to_tsvector(l.config, string_agg(e.plain, ' . ' order by e.start)) as words,
        jsonb_agg(jsonb_build_object('start', e.start, 'end', e."end", 'terms', to_jsonb(array(
          select extensions.unaccent(w.lexeme) from unnest(to_tsvector(l.config, e.plain)) w order by w.positions[1]
        ))) order by e.start) as sentences
      from (
        select start, "end", app.searchable(text) as plain
        from jsonb_to_recordset(c.sentences) as x(start int, "end" int, text text)
      ) e
    ) s`;
}

/** What the statement above reads: the sentences that count, with their text. */
function toRecord(chunk: StoredChunk): Record<string, unknown> {
  const droppedLines = chunk.droppedLines ?? [];
  const dropped = droppedLines.length > 0 ? spansOf(chunk.content, new Set(droppedLines)) : [];
  const sentences = chunk.sentences
    .filter(({ start, end }) => !dropped.some((span) => start >= span.start && end <= span.end))
    .map(({ start, end }) => ({
      start,
      end,
      text: chunk.content.slice(start, end),
    }));
  const words = sentences.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0), 0);
  return { ...chunk, droppedLines, sentences, words };
}

function spansOf(content: string, lines: Set<number>): { start: number; end: number }[] {
  const spans = [];
  let start = 0;
  for (const [i, line] of content.split("\n").entries()) {
    if (lines.has(i)) spans.push({ start, end: start + line.length });
    start += line.length + 1;
  }
  return spans;
}

export interface DocumentRow {
  id: string;
  title: string;
  url: string;
  language: string | null;
  chunkCount: number;
  fetchedAt: Date;
}

/** A source's documents by title, at most `limit`, after the cursor of the page before. */
export async function listDocuments(
  tx: WriteTx,
  sourceId: string,
  page: { cursor?: string; limit?: number; search?: string } = {},
): Promise<{ documents: DocumentRow[]; nextCursor: string | null }> {
  const limit = Math.min(page.limit ?? 50, 200);
  const after = page.cursor && isUuid(page.cursor) ? page.cursor : null;
  const search = page.search?.trim().toLowerCase() ?? "";
  const rows = await tx<DocumentRow[]>`
    select d.id, d.title, d.url, d.language, d.fetched_at,
      (select count(*)::int from knowledge_chunks c where c.tenant_id = d.tenant_id and c.document_id = d.id) as chunk_count
    from knowledge_documents d
    where d.tenant_id = (select app.tenant_id()) and d.source_id = ${sourceId}
      and (${after}::uuid is null or (d.title, d.id) > (
        select a.title, a.id from knowledge_documents a where a.tenant_id = (select app.tenant_id()) and a.id = ${after}))
      and (${search} = '' or position(${search} in lower(d.title || ' ' || d.url)) > 0)
    order by d.title, d.id limit ${limit + 1}`;
  const documents = rows.slice(0, limit);
  return {
    documents,
    nextCursor: rows.length > limit ? (documents.at(-1)?.id ?? null) : null,
  };
}

export interface DocumentView {
  id: string;
  sourceId: string;
  sourceName: string;
  title: string;
  url: string;
  fetchedAt: Date;
  /** The parts that answers are made of, at most 200, in the document's order. */
  chunks: { id: string; headings: string[]; content: string }[];
}

/** A document with its parts. @throws AppError not_found */
export async function getDocument(tx: WriteTx, documentId: string): Promise<DocumentView> {
  const [[document], chunks] = await Promise.all([
    tx<Omit<DocumentView, "chunks">[]>`
      select d.id, d.source_id, s.name as source_name, d.title, d.url, d.fetched_at
      from knowledge_documents d join knowledge_sources s on s.tenant_id = d.tenant_id and s.id = d.source_id
      where d.tenant_id = (select app.tenant_id()) and d.id = ${documentId}`,
    tx<DocumentView["chunks"]>`
      select id, headings, content from knowledge_chunks
      where tenant_id = (select app.tenant_id()) and document_id = ${documentId} order by position limit 200`,
  ]);
  if (!document) throw new AppError("not_found", "There is no such document.");
  return { ...document, chunks };
}

/** Removes one document. It is out of the answers with the commit. */
export async function removeDocument(tx: TenantTx, actor: Actor, documentId: string): Promise<void> {
  const [gone] = await tx<{ baseId: string; sourceId: string; tenantId: string }[]>`
    delete from knowledge_documents where tenant_id = (select app.tenant_id()) and id = ${documentId}
    returning base_id, source_id, tenant_id`;
  if (!gone) throw new AppError("not_found", "There is no such document.");
  await enqueue(tx, RebuildIndex, { tenantId: gone.tenantId, baseId: gone.baseId }, { key: gone.baseId });
  await recordAudit(tx, actor, "knowledge_document.removed", documentId);
  await tx`select app.announce('knowledge', ${gone.sourceId})`;
}
