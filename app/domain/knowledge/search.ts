// Finds what the knowledge says about a question: BM25 over the base's own index, misspelt words corrected by its own
// vocabulary, all in one statement. Runs in Deno too.
import type { InTenantTx } from "#app/platform/db.ts";
import { cleanText } from "./clean-text.ts";
import { withoutFiller } from "./filler-words.ts";
import { QUESTION_ADDRESS, QUESTION_MARK } from "./typed-terms.ts";

export interface SearchRequest {
  /** The question in the visitor's words. */
  query: string;
  /** BCP 47 tag of the question; default the tenant's language. */
  language?: string;
  /** Hits at the most; default 8. */
  limit?: number;
  /** The visitor's message itself, where it isn't the query: typed questions with words of it are returned besides. */
  message?: string;
  /** Chunks to return besides, with score 0 where no word leads to them. */
  also?: readonly string[];
}

export interface Retrieval {
  /** The question's words as the index knows them, in the order asked, stop words left out. */
  terms: RetrievedTerm[];
  /** Best first; equal ones by chunk id. */
  hits: Hit[];
  /** Grows with each change of the index: equal versions give equal answers. */
  version: number;
}

export interface RetrievedTerm {
  /** The asked word, stemmed and without accents. */
  term: string;
  /** Inverse document frequency; of a word that the knowledge lacks, the highest there can be. */
  idf: number;
  /** False where neither the word nor anything spelt like it is known. */
  known: boolean;
  /** The word as the index and its sentences carry it: by another language's stemmer, or respelt. Null where unknown. */
  indexed?: string | null;
  /** The indexed term that stood in for a word that isn't known; this is what sentences carry. */
  corrected?: string;
}

export interface Hit {
  chunkId: string;
  documentId: string;
  sourceId: string;
  title: string;
  /** Null for files and typed answers, which have no public address. */
  url: string | null;
  headings: string[];
  anchor: string | null;
  content: string;
  /** A typed answer; its title is the question. */
  typed: boolean;
  /** UTF-16 offsets into content, with the sentence's terms in reading order. */
  sentences: { start: number; end: number; terms: string[] }[];
  /** BM25 of the chunk and a share of its document's best chunks', four decimals. Comparable within one answer. */
  score: number;
}

interface Row {
  version: string;
  terms: RetrievedTerm[] | null;
  hits: Hit[] | null;
}

/**
 * A chunk of a document that answers in several places is likelier right than a lone one: of the best chunks in all, a
 * document's first few lend it this share of what they are worth. Measured on two manuals (82 questions with the page
 * that answers): the right page comes first for 82 % instead of 61 %.
 */
const POOL = 30;
const DOCUMENT_CHUNKS = 3;
const DOCUMENT_SHARE = 0.3;

/*
 * What counts as the same word misspelt: much the same trigrams, a beginning in common (compounds, endings), or slips
 * of the finger, two from seven letters on. A shorter word with one letter replaced is too often another word (beach,
 * bench), so there only a letter too many or too few counts. The first letter is taken for right: that keeps the
 * comparison to a small part of the vocabulary, as policies let no trigram index be used.
 */

/** Typed questions that are returned besides at the most, those with most of the message's words. */
const MAX_TYPED = 4;

/** Words of a question that count; the rest of a long message is ignored. */
const MAX_TERMS = 40;

/**
 * Searches the tenant's knowledge. The same question to the same version gives the same answer.
 * Empty lists where nothing matches or all of the question is stop words.
 */
export async function searchKnowledge(tx: InTenantTx, request: SearchRequest): Promise<Retrieval> {
  const limit = Math.min(Math.max(request.limit ?? 8, 1), 50);
  const query = withoutFiller(cleanText(request.query.slice(0, 4000)));
  const message = cleanText((request.message ?? request.query).slice(0, 1000));
  const [row] = await tx<Row[]>`
    with base as materialized (
      select b.tenant_id, b.id, b.version, b.chunk_count, app.search_config(t.language) as home,
        app.search_config(coalesce(${request.language ?? null}, t.language)) as config,
        app.searchable(${query}) as query, app.searchable(${message}) as message
      from knowledge_bases b join tenants t on t.id = b.tenant_id
      where b.tenant_id = (select app.tenant_id())
      order by b.id limit 1
    ),
    words as materialized (
      select extensions.unaccent(w.lexeme) as lexeme, w.positions, w.preference
      from base, lateral (
        select lexeme, positions, 1 as preference from unnest(to_tsvector(base.config, base.query))
        union all
        select lexeme, positions, 2 from unnest(to_tsvector(base.home, base.query)) where base.home <> base.config
        union all
        select lexeme, positions, 3 from unnest(to_tsvector('simple', base.query))
      ) w
    ),
    asked as materialized (
      select w.lexeme as term, min(w.positions[1]) as place, array_agg(f.lexeme order by f.preference) as forms
      from words w join words f on f.positions && w.positions
      where w.preference = 1
      group by w.lexeme order by 2 limit ${MAX_TERMS}
    ),
    known as materialized (
      select a.place, t.term, t.idf, 1::float8 as closeness, t.chunk_ids, t.impacts
      from asked a cross join base b cross join lateral (
        select * from knowledge_terms k
        where k.tenant_id = b.tenant_id and k.base_id = b.id and k.term = any(a.forms)
        order by array_position(a.forms, k.term) limit 1
      ) t
    ),
    missing as materialized (
      select place, term from asked
      where place not in (select place from known) and term ~ '^[[:alpha:]]{4,}$'
    ),
    respelt as materialized (
      select a.place, t.term, t.idf, s.closeness, t.chunk_ids, t.impacts
      from missing a cross join base b cross join lateral (
        select c.term, c.closeness from (
          select k.term, greatest(
            extensions.similarity(k.term, a.term),
            case when starts_with(k.term, a.term) then 0.5 + 0.5 * length(a.term) / length(k.term)
              when starts_with(a.term, k.term) and length(k.term) >= 4 then 0.4 + 0.5 * length(k.term) / length(a.term)
            end,
            case when octet_length(a.term) between 5 and 60 and octet_length(k.term) <= 60
                and abs(length(k.term) - length(a.term)) <= 2
              then (select 1 - slips::float8 / length(a.term)
                from extensions.levenshtein_less_equal(k.term, a.term, 2) slips
                where slips <= 2 and length(a.term) >= 7
                  or slips = 1 and length(k.term) <> length(a.term)) end) as closeness
          from knowledge_terms k
          where k.tenant_id = b.tenant_id and k.base_id = b.id
            and k.term >= left(a.term, 1) and k.term < left(a.term, 1) || chr(1114109)
        ) c
        where c.closeness >= 0.45
        order by c.closeness desc, c.term limit 4
      ) s
      join knowledge_terms t on t.tenant_id = b.tenant_id and t.base_id = b.id and t.term = s.term
    ),
    chosen as materialized (
      select * from known
      union all
      (select distinct on (place) * from respelt
       order by place, closeness + 0.04 * ln(cardinality(chunk_ids)) desc, term)
    ),
    scored as materialized (
      select p.chunk_id, round(sum(p.impact * c.closeness) * 10000) / 10000 as score
      from chosen c, unnest(c.chunk_ids, c.impacts) as p(chunk_id, impact)
      group by p.chunk_id
      order by 2 desc, 1 limit ${Math.max(POOL, limit)}
    ),
    pooled as (
      select s.*, c.document_id, row_number() over (partition by c.document_id order by s.score desc, s.chunk_id) as place
      from base b cross join scored s
      join knowledge_chunks c on c.tenant_id = b.tenant_id and c.id = s.chunk_id
    ),
    ranked as materialized (
      select chunk_id, round((score + ${DOCUMENT_SHARE}::float8
        * sum(score) filter (where place <= ${DOCUMENT_CHUNKS}) over (partition by document_id))::numeric, 4)::float8 as score
      from pooled order by 2 desc, 1 limit ${limit}
    ),
    -- As an array, so that each word is looked up: joined, all the terms of the base would be read.
    typing as materialized (
      select b.tenant_id, b.id, array(
        select distinct ${QUESTION_MARK} || extensions.unaccent(w)
        from unnest(tsvector_to_array(to_tsvector(b.config, b.message)) || tsvector_to_array(to_tsvector(b.home, b.message))
          || tsvector_to_array(to_tsvector('simple', b.message))) w) as terms
      from base b
    ),
    typed as (
      select t.id from typing b
      join knowledge_terms k on k.tenant_id = b.tenant_id and k.base_id = b.id and k.term = any(b.terms)
      cross join lateral unnest(k.chunk_ids) t(id)
      group by t.id order by sum(k.idf) desc, t.id limit ${MAX_TYPED}
    ),
    wanted as (
      select * from ranked
      union all
      select a.id, 0 from (select id from unnest(${request.also ?? []}::uuid[]) as a(id) union select id from typed) a
      where a.id not in (select chunk_id from ranked)
    ),
    best as (
      select r.score, c.*, d.title, d.url, d.source_id
      from base b cross join wanted r
      join knowledge_chunks c on c.tenant_id = b.tenant_id and c.id = r.chunk_id
      join knowledge_documents d on d.tenant_id = b.tenant_id and d.id = c.document_id
    )
    select b.version,
      (select json_agg(json_build_object('term', a.term, 'known', c.term is not null,
          'idf', coalesce(c.idf, ln(1 + (b.chunk_count + 0.5) / 0.5)),
          'indexed', c.term, 'corrected', case when c.closeness < 1 then c.term end) order by a.place)
        from asked a left join chosen c on c.place = a.place) as terms,
      (select json_agg(json_build_object('chunkId', h.id, 'documentId', h.document_id, 'sourceId', h.source_id,
          'title', h.title, 'url', h.url, 'headings', h.headings, 'anchor', h.anchor, 'content', h.content,
          'sentences', h.sentences, 'score', h.score) order by h.score desc, h.id)
        from best h) as hits
    from base b`;
  if (!row) return { terms: [], hits: [], version: 0 };
  return {
    version: Number(row.version),
    terms: (row.terms ?? []).map(({ corrected, ...term }) => (corrected ? { ...term, corrected } : term)),
    hits: (row.hits ?? []).map((hit) => ({
      ...hit,
      typed: hit.url?.startsWith(QUESTION_ADDRESS) ?? false,
      url: hit.url?.startsWith("http") ? hit.url : null,
    })),
  };
}
