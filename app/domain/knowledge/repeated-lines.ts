// Lines that stand on many pages of one website (a footer's phone number, "Book now"): one page keeps such a line, the
// others leave it out of the index. The stored text stays as it was read, so the judgement can be made anew each time.
import type { SystemTx } from "#app/platform/db.ts";
import { insertChunks, type StoredChunk } from "./documents.ts";
import { splitSentences } from "./sentences.ts";

/** Fewer pages than this say nothing about what repeats. */
const MIN_PAGES = 10;
/** Share of a site's pages from which on a line counts as repeated. */
const SHARE = 0.3;
const BATCH = 200;

interface Row extends Omit<StoredChunk, "sentences"> {
  language: string | null;
  droppedLines: number[];
}

/** Sets, for each chunk of the source, which of its lines are left out. Only chunks for which that changes are touched. */
export async function dropRepeatedLines(tx: SystemTx, sourceId: string): Promise<void> {
  const rows = await tx<Row[]>`
    with pages as materialized (
      select id, url, language from knowledge_documents
      where tenant_id = (select app.tenant_id()) and source_id = ${sourceId}
    ),
    lines as materialized (
      select c.id, c.document_id, p.url, c.position, l.line, l.number - 1 as place
      from pages p
      join knowledge_chunks c on c.tenant_id = (select app.tenant_id()) and c.document_id = p.id,
        string_to_table(c.content, E'\n') with ordinality l(line, number)
      where l.line <> ''
    ),
    repeated as materialized (
      select line, (array_agg(document_id order by length(url), url))[1] as keeper
      from lines
      where (select count(*) from pages) >= ${MIN_PAGES}
      group by line having count(distinct document_id) > ${SHARE}::float8 * (select count(*) from pages)
    ),
    wanted as (
      select l.id, array_agg(l.place::smallint order by l.place) as places
      from lines l join repeated r on r.line = l.line and r.keeper <> l.document_id
      group by l.id
    )
    select c.id, c.document_id, c.position, c.headings, c.anchor, c.content, c.content_hash, p.language,
      coalesce(w.places, '{}') as dropped_lines
    from pages p
    join knowledge_chunks c on c.tenant_id = (select app.tenant_id()) and c.document_id = p.id
    left join wanted w on w.id = c.id
    where c.dropped_lines is distinct from coalesce(w.places, '{}')
    order by c.id`;
  for (let i = 0; i < rows.length; i += BATCH) {
    const batch = rows.slice(i, i + BATCH);
    await tx`
      delete from knowledge_chunks
      where tenant_id = (select app.tenant_id()) and id = any(${batch.map((row) => row.id ?? "")}::uuid[])`;
    await insertChunks(
      tx,
      batch.map(({ language, ...row }) => ({
        ...row,
        sentences: splitSentences(row.content, language),
      })),
    );
  }
}
