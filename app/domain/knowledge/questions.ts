// Typed questions and answers: one source of a base, a document each, indexed by the transaction that writes them.
import { createHash } from "node:crypto";
import type { Actor } from "#app/platform/actor.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid, uuidv7 } from "#app/platform/ids.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordAudit } from "../audit/audit.ts";
import { cleanText, oneLine } from "./clean-text.ts";
import { storeDocument, type WriteTx } from "./documents.ts";
import { extendIndex } from "./index-terms.ts";
import { RebuildIndex } from "./knowledge.jobs.ts";
import type { AddQuestion, UpdateQuestion } from "./knowledge.schema.ts";
import { guessLanguage } from "./language.ts";
import { assertRoom } from "./limits.ts";
import { splitSentences } from "./sentences.ts";
import { currentBase } from "./sources.ts";
import { QUESTION_ADDRESS } from "./typed-terms.ts";

export interface QuestionRow {
  id: string;
  question: string;
  answer: string;
  updatedAt: Date;
}

interface Place {
  sourceId: string;
  baseId: string;
  tenantId: string;
}

/**
 * Adds an answer; it can be asked for as soon as this commits.
 * @throws AppError conflict where the question is there already; payment_required (`limit_reached`)
 */
export async function addQuestion(tx: WriteTx, actor: Actor, input: AddQuestion): Promise<{ questionId: string }> {
  // Holds the base, so that neither the source nor a question can be added twice.
  await assertRoom(tx);
  const place = await questionSource(tx);
  const question = oneLine(input.question);
  await assertNew(tx, place, question, null);
  const questionId = await store(tx, place, `${QUESTION_ADDRESS}${uuidv7()}`, question, input.answer);
  await recordAudit(tx, actor, "knowledge_question.added", questionId);
  return { questionId };
}

/** Changes a question or its answer. */
export async function updateQuestion(tx: WriteTx, actor: Actor, input: UpdateQuestion): Promise<void> {
  await tx`select id from knowledge_bases where tenant_id = (select app.tenant_id()) order by id for no key update`;
  const [known] = await tx<(Place & { url: string; contentHash: string })[]>`
    select d.source_id, d.base_id, d.tenant_id, d.url, d.content_hash
    from knowledge_documents d join knowledge_sources s on s.tenant_id = d.tenant_id and s.id = d.source_id
    where d.tenant_id = (select app.tenant_id()) and d.id = ${input.questionId} and s.kind = 'qa'`;
  if (!known) throw new AppError("not_found", "There is no such question.");
  const question = oneLine(input.question);
  if (known.contentHash === hashOf(question, input.answer)) return;
  await assertNew(tx, known, question, input.questionId);
  await store(tx, known, known.url, question, input.answer);
  await recordAudit(tx, actor, "knowledge_question.changed", input.questionId);
}

/** One typed answer. @throws AppError not_found */
export async function getQuestion(tx: WriteTx, questionId: string): Promise<QuestionRow> {
  const [question] = await tx<QuestionRow[]>`
    select d.id, d.title as question, c.content as answer, d.fetched_at as updated_at
    from knowledge_documents d
    join knowledge_sources s on s.tenant_id = d.tenant_id and s.id = d.source_id and s.kind = 'qa'
    join knowledge_chunks c on c.tenant_id = d.tenant_id and c.document_id = d.id and c.position = 0
    where d.tenant_id = (select app.tenant_id()) and d.id = ${questionId}`;
  if (!question) throw new AppError("not_found", "There is no such question.");
  return question;
}

/** The typed answers by question, at most `limit`, after the cursor of the page before. */
export async function listQuestions(
  tx: WriteTx,
  page: { search?: string; cursor?: string; limit?: number } = {},
): Promise<{ questions: QuestionRow[]; nextCursor: string | null }> {
  const limit = Math.min(page.limit ?? 50, 200);
  const after = page.cursor && isUuid(page.cursor) ? page.cursor : null;
  const search = page.search?.trim().toLowerCase() ?? "";
  const rows = await tx<QuestionRow[]>`
    select d.id, d.title as question, c.content as answer, d.fetched_at as updated_at
    from knowledge_documents d
    join knowledge_sources s on s.tenant_id = d.tenant_id and s.id = d.source_id and s.kind = 'qa'
    join knowledge_chunks c on c.tenant_id = d.tenant_id and c.document_id = d.id and c.position = 0
    where d.tenant_id = (select app.tenant_id())
      and (${after}::uuid is null or d.id < ${after})
      and (${search} = '' or position(${search} in lower(d.title || ' ' || c.content)) > 0)
    order by d.id desc limit ${limit + 1}`;
  const questions = rows.slice(0, limit);
  return {
    questions,
    nextCursor: rows.length > limit ? (questions.at(-1)?.id ?? null) : null,
  };
}

async function questionSource(tx: WriteTx): Promise<Place> {
  const baseId = await currentBase(tx);
  const [found] = await tx<Place[]>`
    select id as source_id, base_id, tenant_id from knowledge_sources
    where tenant_id = (select app.tenant_id()) and base_id = ${baseId} and kind = 'qa' order by id limit 1`;
  if (found) return found;
  const [made] = await tx<Place[]>`
    insert into knowledge_sources (tenant_id, base_id, kind, name, status, last_synced_at)
    values (app.tenant_id(), ${baseId}, 'qa', 'Questions and answers', 'ready', now())
    returning id as source_id, base_id, tenant_id`;
  if (!made) throw new AppError("internal", "The answer could not be stored.");
  return made;
}

async function assertNew(tx: WriteTx, place: Place, question: string, except: string | null): Promise<void> {
  const [twin] = await tx`
    select id from knowledge_documents
    where tenant_id = (select app.tenant_id()) and source_id = ${place.sourceId} and lower(title) = lower(${question})
      and id is distinct from ${except}::uuid limit 1`;
  if (!twin) return;
  const message = "This question has an answer already. Change that one.";
  throw new AppError("conflict", message, { fields: { question: [message] } });
}

async function store(tx: WriteTx, place: Place, url: string, question: string, answer: string): Promise<string> {
  const content = cleanText(answer).trim();
  const language = guessLanguage(`${question} ${content}`);
  const documentId = await storeDocument(
    tx,
    { id: place.sourceId, baseId: place.baseId },
    {
      url,
      title: question,
      language,
      contentHash: hashOf(question, answer),
      etag: null,
      lastModified: null,
      chunks: [
        {
          position: 0,
          headings: [question],
          content,
          contentHash: createHash("sha256").update(content.replace(/\s+/g, " ")).digest("hex"),
          sentences: splitSentences(content, language),
          anchor: null,
        },
      ],
    },
  );
  await extendIndex(tx, place.baseId, documentId);
  await enqueue(tx, RebuildIndex, { tenantId: place.tenantId, baseId: place.baseId }, { key: place.baseId });
  await tx`select app.announce('knowledge', ${place.sourceId})`;
  return documentId;
}

function hashOf(question: string, answer: string): string {
  return createHash("sha256")
    .update(JSON.stringify([question, cleanText(answer).trim()]))
    .digest("hex");
}
