// Vectors of chunks: made by a job, compared by search. Without pgvector or a model nothing of this happens.
import type { Db, InTenantTx, SystemTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { type Embedder, fuseRankings } from "./embeddings.ts";
import { EmbedBase } from "./knowledge.jobs.ts";
import { type Retrieval, type SearchRequest, searchKnowledge } from "./search.ts";

const BATCH = 100;
/** How far down each of the two rankings the fusion looks. */
const DEPTH = 30;

/** A question as a vector, made before the transaction: the model is a vendor's. */
export interface QuestionVector {
  model: string;
  vector: readonly number[];
}

/**
 * Searches by words and by meaning, the two rankings fused by reciprocal rank. Without a vector, or where the database
 * keeps none, this is `searchKnowledge`.
 */
export async function searchHybrid(
  tx: InTenantTx,
  request: SearchRequest,
  question: QuestionVector | null,
): Promise<Retrieval> {
  const near = question && (await hasVectors(tx)) ? await nearestChunks(tx, question) : [];
  if (near.length === 0) return searchKnowledge(tx, request);
  const found = await searchKnowledge(tx, { ...request, limit: DEPTH, also: near });
  const byWords = found.hits.filter((hit) => hit.score > 0).map((hit) => hit.chunkId);
  const fused = fuseRankings([byWords, near]).slice(0, request.limit ?? 8);
  const hits = fused.flatMap(({ id, score }) => {
    const hit = found.hits.find((one) => one.chunkId === id);
    return hit ? [{ ...hit, score }] : [];
  });
  // Typed questions come along whatever their rank: whether one was asked is for the answer to say.
  const typed = found.hits.filter((hit) => hit.typed && !hits.some((one) => one.chunkId === hit.chunkId));
  return { ...found, hits: [...hits, ...typed] };
}

/** Whether the tenant's knowledge has vectors of the model, so that a question's vector is of use. */
export async function holdsVectors(tx: InTenantTx, model: string): Promise<boolean> {
  if (!(await hasVectors(tx))) return false;
  const [row] = await tx`
    select 1 from knowledge_embeddings where tenant_id = (select app.tenant_id()) and model = ${model} limit 1`;
  return row !== undefined;
}

async function hasVectors(tx: InTenantTx): Promise<boolean> {
  const [row] = await tx<{ there: boolean }[]>`select to_regclass('public.knowledge_embeddings') is not null as there`;
  return row?.there ?? false;
}

/** Chunks by cosine distance to the question, nearest first. */
async function nearestChunks(tx: InTenantTx, { model, vector }: QuestionVector): Promise<string[]> {
  const rows = await tx<{ chunkId: string }[]>`
    select chunk_id from knowledge_embeddings
    where tenant_id = (select app.tenant_id()) and model = ${model}
    order by embedding <=> ${JSON.stringify(vector)}::vector, chunk_id limit ${DEPTH}`;
  return rows.map((row) => row.chunkId);
}

/** Enqueues the making of vectors where there is a model. */
export async function enqueueVectors(
  tx: SystemTx,
  embedder: Embedder | null,
  job: { tenantId: string; baseId: string },
): Promise<void> {
  if (embedder) await enqueue(tx, EmbedBase, job, { key: job.baseId });
}

/** Gives every chunk of a base that lacks one its vector. Safe to run twice; what was made stays made. */
export async function embedBase(
  services: { db: Db; embedder: Embedder | null },
  { tenantId, baseId }: { tenantId: string; baseId: string },
  signal: AbortSignal,
): Promise<void> {
  const { db, embedder } = services;
  if (!embedder) return;
  const door = { reason: "knowledge.embed", tenantId };
  for (;;) {
    signal.throwIfAborted();
    const chunks = await db.asSystem(door, async (tx) => {
      if (!(await hasVectors(tx))) return [];
      return tx<{ id: string; title: string; headings: string[]; content: string }[]>`
        select c.id, d.title, c.headings, c.content
        from knowledge_chunks c join knowledge_documents d on d.tenant_id = c.tenant_id and d.id = c.document_id
        where c.tenant_id = (select app.tenant_id()) and c.base_id = ${baseId} and c.word_count > 0
          and not exists (select from knowledge_embeddings e
            where e.tenant_id = c.tenant_id and e.chunk_id = c.id and e.model = ${embedder.model})
        order by c.id limit ${BATCH}`;
    });
    if (chunks.length === 0) return;
    const texts = chunks.map((chunk) => [chunk.title, ...chunk.headings, chunk.content].join("\n"));
    const vectors = await embedder.embed(texts, signal);
    const rows = chunks.map(({ id }, i) => ({ chunk: id, vector: JSON.stringify(vectors[i]) }));
    // A chunk may be gone by now; its vector is then left out.
    await db.asSystem(
      door,
      (tx) => tx`
        insert into knowledge_embeddings (tenant_id, chunk_id, model, embedding)
        select c.tenant_id, c.id, ${embedder.model}, r.vector::vector
        from jsonb_to_recordset(${tx.json(rows)}) as r(chunk uuid, vector text)
        join knowledge_chunks c on c.tenant_id = (select app.tenant_id()) and c.id = r.chunk
        on conflict (tenant_id, chunk_id, model) do nothing`,
    );
  }
}
