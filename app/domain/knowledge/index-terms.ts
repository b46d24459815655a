// The ranked index of a base: per term the chunks that hold it and what each occurrence is worth (BM25 under the base's
// own statistics), so that a search only sums.
import type { SystemTx, TenantTx } from "#app/platform/db.ts";
import { QUESTION_ADDRESS, QUESTION_MARK } from "./typed-terms.ts";

type WriteTx = TenantTx | SystemTx;

/** Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), §3.4 and §3.6. */
const K1 = 1.2;
const B = 0.75;
/** What one occurrence in a heading, in the title, in an outer heading counts against one in the text. */
const HEADING = 2;
const TITLE = 2;
const OUTER = 1;
/** From this many words on, equal text is equal whatever stands above it. Shorter text means what its headings say. */
const SELF_SUFFICIENT_WORDS = 40;

/**
 * Rebuilds the index of a base from its chunks; of equal ones the one with the shortest address counts. One rebuild of
 * a base at a time. Raises the base's version and announces it.
 */
export async function rebuildIndex(tx: WriteTx, baseId: string): Promise<void> {
  const [base] =
    await tx`select id from knowledge_bases where tenant_id = (select app.tenant_id()) and id = ${baseId} for no key update`;
  if (!base) return;
  await tx`delete from knowledge_terms where tenant_id = (select app.tenant_id()) and base_id = ${baseId}`;
  await tx`
    with framed as (
      select c.id, c.search, c.word_count as words, c.content_hash, c.position, d.url,
        c.headings, ${isTyped(tx)} as typed,
        case when c.word_count < ${SELF_SUFFICIENT_WORDS} then (c.headings, d.title)::text end as frame
      from knowledge_chunks c join knowledge_documents d on d.tenant_id = c.tenant_id and d.id = c.document_id
      where c.tenant_id = (select app.tenant_id()) and c.base_id = ${baseId} and c.word_count > 0
    ),
    kept as materialized (
      select distinct on (content_hash, frame) id, search, words, typed, headings from framed
      order by content_hash, frame, not typed, length(url), url, position
    ),
    stats as materialized (select count(*)::float8 as n, coalesce(avg(words), 1)::float8 as words from kept),
    postings as (
      select k.id, extensions.unaccent(l.lexeme) as term, ${weightedCount(tx)} as tf,
        ${K1}::float8 * (1 - ${B}::float8 + ${B}::float8 * k.words / (select words from stats)) as norm
      from kept k, unnest(k.search) l
    ),
    merged as (select id, term, sum(tf) as tf, min(norm) as norm from postings group by id, term),
    questions as materialized (
      select k.id, q.term from kept k cross join lateral ${questionTerms(tx)} q where k.typed
    ),
    terms as (
      select term, ln(1 + ((select n from stats) - count(*) + 0.5) / (count(*) + 0.5)) as idf,
        array_agg(id order by id) as ids,
        array_agg(tf * (${K1}::float8 + 1) / (tf + norm) order by id) as parts
      from merged group by term
      union all
      select term, ln(1 + (select n from stats) / count(*)), array_agg(id order by id), array_agg(0::float8)
      from questions group by term
    )
    insert into knowledge_terms (tenant_id, base_id, term, idf, chunk_ids, impacts)
    select app.tenant_id(), ${baseId}, term, idf, ids, array(select (part * idf)::real from unnest(parts) part)
    from terms`;
  await tx`
    update knowledge_bases set version = version + 1, indexed_at = now(), chunk_count = (
      select count(distinct chunk) from knowledge_terms t, unnest(t.chunk_ids) chunk
      where t.tenant_id = (select app.tenant_id()) and t.base_id = ${baseId})
    where tenant_id = (select app.tenant_id()) and id = ${baseId}`;
  await tx`select app.announce('knowledge', ${baseId})`;
}

/**
 * Adds one document's chunks to the index at once, under the statistics as they are; what other chunks are worth is
 * put right by the next rebuild. Chunks that are gone need no such care: a search doesn't find them any more.
 */
export async function extendIndex(tx: WriteTx, baseId: string, documentId: string): Promise<void> {
  const [base] =
    await tx`select id from knowledge_bases where tenant_id = (select app.tenant_id()) and id = ${baseId} for no key update`;
  if (!base) return;
  await tx`
    with stats as materialized (
      select count(*)::float8 as n, coalesce(avg(greatest(word_count, 1)), 1)::float8 as words
      from knowledge_chunks where tenant_id = (select app.tenant_id()) and base_id = ${baseId} and word_count > 0
    ),
    postings as (
      select c.id, extensions.unaccent(l.lexeme) as term, ${weightedCount(tx)} as tf,
        ${K1}::float8 * (1 - ${B}::float8 + ${B}::float8 * greatest(c.word_count, 1) / (select words from stats)) as norm
      from knowledge_chunks c, unnest(c.search) l
      where c.tenant_id = (select app.tenant_id()) and c.document_id = ${documentId} and c.word_count > 0
    ),
    merged as (
      select id, term, sum(tf) as tf, min(norm) as norm from postings group by id, term
      union all
      select k.id, q.term, 0, 1
      from (
        select c.id, c.search, c.headings
        from knowledge_chunks c join knowledge_documents d on d.tenant_id = c.tenant_id and d.id = c.document_id
        where c.tenant_id = (select app.tenant_id()) and c.document_id = ${documentId} and ${isTyped(tx)}
      ) k cross join lateral ${questionTerms(tx)} q
    ),
    counted as (
      select m.*, coalesce(cardinality(k.chunk_ids), 0) + count(*) over (partition by m.term) as df
      from merged m left join knowledge_terms k on k.tenant_id = (select app.tenant_id()) and k.base_id = ${baseId} and k.term = m.term
    ),
    worth as (
      select *, ln(1 + greatest((select n from stats) - df + 0.5, 0.5) / (df + 0.5)) as idf from counted
    )
    insert into knowledge_terms as k (tenant_id, base_id, term, idf, chunk_ids, impacts)
    select app.tenant_id(), ${baseId}, term, min(idf), array_agg(id order by id),
      array_agg((idf * tf * (${K1}::float8 + 1) / (tf + norm))::real order by id)
    from worth group by term
    on conflict (tenant_id, base_id, term) do update
      set idf = excluded.idf, chunk_ids = k.chunk_ids || excluded.chunk_ids, impacts = k.impacts || excluded.impacts`;
  await tx`
    update knowledge_bases set version = version + 1, chunk_count = chunk_count + (
      select count(*) from knowledge_chunks
      where tenant_id = (select app.tenant_id()) and document_id = ${documentId} and word_count > 0)
    where tenant_id = (select app.tenant_id()) and id = ${baseId}`;
  await tx`select app.announce('knowledge', ${baseId})`;
}

/** Occurrences in the text, plus the heading, the title and the outer headings once each by their worth. */
function weightedCount(tx: WriteTx) {
  return tx`(
    cardinality(array_positions(l.weights, 'D'))
    + case when 'A' = any(l.weights) then ${HEADING}::float8 else 0 end
    + case when 'B' = any(l.weights) then ${TITLE}::float8 else 0 end
    + case when 'C' = any(l.weights) then ${OUTER}::float8 else 0 end)`;
}

/** Whether a document `d` is a typed answer. */
function isTyped(tx: WriteTx) {
  return tx`starts_with(d.url, ${QUESTION_ADDRESS})`;
}

/** The marked words of a typed question, from its chunk `k`; its small words where it has no others. */
function questionTerms(tx: WriteTx) {
  return tx`(
    select distinct ${QUESTION_MARK}::text || extensions.unaccent(w.lexeme) as term from (
      select l.lexeme from unnest(k.search) l where 'A' = any(l.weights)
      union all
      select lexeme from unnest(to_tsvector('simple', app.searchable(k.headings[1])))
      where not exists (select from unnest(k.search) l where 'A' = any(l.weights))
    ) w
  )`;
}
