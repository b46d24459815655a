import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { listDocuments, removeDocument } from "#app/domain/knowledge/documents.ts";
import { AddWebsite } from "#app/domain/knowledge/knowledge.schema.ts";
import { addQuestion, listQuestions, updateQuestion } from "#app/domain/knowledge/questions.ts";
import { searchKnowledge } from "#app/domain/knowledge/search.ts";
import { addWebsite, getSource, listSources, removeSource, resyncSource } from "#app/domain/knowledge/sources.ts";
import { rebuildBase } from "#app/domain/knowledge/sync.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { htmlPage, type KnowledgeTenant, knowledgeTenant } from "../../support/knowledge.ts";
import { startSite } from "../../support/site.ts";

const database = await testDatabase();
const { sql } = database;
let mine: KnowledgeTenant;
let other: KnowledgeTenant;

beforeAll(async () => {
  mine = await knowledgeTenant(database, "mine");
  other = await knowledgeTenant(database, "other");
});

afterEach(async () => {
  await sql`delete from knowledge_sources`;
  await sql`delete from knowledge_terms`;
  await sql`delete from pgboss.job`;
  await sql`update knowledge_bases set chunk_count = 0`;
});

const as = <T>(tenant: KnowledgeTenant, fn: (tx: TenantTx) => Promise<T>) => database.db.web.asTenant(tenant.actor, fn);

async function refusal(work: Promise<unknown>): Promise<Pick<AppError, "code" | "message" | "reason" | "fields">> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  const { code, message, reason, fields } = error;
  return { code, message, reason, fields };
}

const ask = (tenant: KnowledgeTenant, question: string, answer: string) =>
  as(tenant, (tx) => addQuestion(tx, tenant.actor, { question, answer }));
const audited = async (subject: string) =>
  (await sql`select action from audit_log where subject_id = ${subject} order by created_at`).map((row) => row.action);
const jobs = (name: string) => sql`select data, singleton_key from pgboss.job where name = ${name}`;

describe("websites", () => {
  test("adding one enqueues its reading, audits and lists it, all in one transaction", async () => {
    const id = await mine.website("https://www.example.test/start");
    expect(await jobs("knowledge.sync")).toMatchObject([{ data: { tenantId: mine.tenantId, sourceId: id } }]);
    expect(await audited(id)).toEqual(["knowledge_source.added"]);
    const { sources } = await as(mine, (tx) => listSources(tx));
    expect(sources).toMatchObject([{ id, kind: "website", name: "example.test", status: "pending", documentCount: 0 }]);
    expect((await as(other, (tx) => listSources(tx))).sources).toEqual([]);
  });

  test("nothing is left of one whose transaction fails", async () => {
    const input = { url: "https://www.example.test/", maxPages: 5, maxDepth: 1 };
    await expect(
      as(mine, async (tx) => {
        await addWebsite(tx, mine.actor, input);
        throw new Error("later");
      }),
    ).rejects.toThrow("later");
    expect(await jobs("knowledge.sync")).toEqual([]);
    expect((await as(mine, (tx) => listSources(tx))).sources).toEqual([]);
  });

  test("the same address again is a conflict in plain words; another tenant may have it too", async () => {
    await mine.website("https://www.example.test/");
    const refused = await refusal(mine.website("https://www.example.test/"));
    expect(refused).toMatchObject({ code: "conflict", message: "This website is already among your sources." });
    await other.website("https://www.example.test/");
  });

  test("reading again enqueues once, however often it is asked for", async () => {
    const id = await mine.website("https://www.example.test/");
    await as(mine, (tx) => resyncSource(tx, mine.actor, id));
    await as(mine, (tx) => resyncSource(tx, mine.actor, id));
    expect((await jobs("knowledge.sync")).length).toBe(1);
  });

  test.each([
    ["example.com", "https://example.com/"],
    ["HTTP://Example.com/a#b", "http://example.com/a"],
    ["localhost:8080/docs", "https://localhost:8080/docs"],
  ])("an address as people type it: %s", (typed, url) => {
    expect(AddWebsite.parse({ url: typed })).toMatchObject({ url, maxPages: 500, maxDepth: 8 });
  });

  test.each(["", "just words", "ftp://example.com", "https://me:secret@example.com", "javascript:alert(1)", "com"])(
    "what is no web address is refused: %s",
    (typed) => {
      expect(AddWebsite.safeParse({ url: typed }).success).toBe(false);
    },
  );
});

describe("lists", () => {
  test("sources come newest first, page by page, and can be narrowed", async () => {
    const ids = [];
    for (const name of ["one", "two", "three", "four", "five"])
      ids.push(await mine.website(`https://${name}.example.test/`));
    await ask(mine, "Do you deliver?", "Yes, on Mondays.");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await as(mine, (tx) => listSources(tx, { kind: "website", limit: 2, ...(cursor && { cursor }) }));
      expect(page.sources.length).toBeLessThanOrEqual(2);
      seen.push(...page.sources.map((one) => one.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(ids.toReversed());
    const searched = await as(mine, (tx) => listSources(tx, { search: "THREE%" }));
    expect(searched.sources).toEqual([]);
    const found = await as(mine, (tx) => listSources(tx, { search: "THREE" }));
    expect(found.sources.map((one) => one.name)).toEqual(["three.example.test"]);
  });

  test("documents of a source come by title, page by page", async () => {
    const id = await mine.website("https://www.example.test/");
    await sql`insert into knowledge_documents (tenant_id, base_id, source_id, url, title, content_hash)
      select tenant_id, base_id, id, 'https://www.example.test/' || n, 'Title ' || (n % 3), 'h'
      from knowledge_sources, generate_series(1, 7) n where id = ${id}`;
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await as(mine, (tx) => getSource(tx, id, { limit: 3, ...(cursor && { cursor }) }));
      seen.push(...page.documents.map((one) => one.url));
      cursor = page.nextCursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(7);
    const narrowed = await as(mine, (tx) => listDocuments(tx, id, { search: "/7" }));
    expect(narrowed.documents.length).toBe(1);
  });
});

describe("typed answers", () => {
  test("one can be asked for at once, in the very transaction and after it, without any job", async () => {
    await as(mine, async (tx) => {
      await addQuestion(tx, mine.actor, { question: "Do you allow ferrets?", answer: "Ferrets may stay for free." });
      const { hits } = await searchKnowledge(tx, { query: "ferrets" });
      expect(hits[0]).toMatchObject({
        title: "Do you allow ferrets?",
        content: "Ferrets may stay for free.",
        url: null,
      });
    });
    expect((await mine.ask("is a ferret allowed")).hits.length).toBe(1);
    expect((await other.ask("is a ferret allowed")).hits).toEqual([]);
  });

  test("the rebuilt index finds the same as the extended one", async () => {
    for (const [i, animal] of ["ferret", "parrot", "tortoise", "hamster"].entries())
      await ask(mine, `Do you allow a ${animal}?`, `A ${animal} costs ${i + 1} euros a night.`);
    const extended = await mine.ask("what does a parrot cost a night");
    const [job] = await jobs("knowledge.index");
    await rebuildBase({ db: database.db.worker, embedder: null }, job?.data as { tenantId: string; baseId: string });
    const rebuilt = await mine.ask("what does a parrot cost a night");
    expect(rebuilt.hits[0]).toMatchObject({
      chunkId: extended.hits[0]?.chunkId,
      content: "A parrot costs 2 euros a night.",
    });
    expect(rebuilt.hits.map((hit) => hit.chunkId).sort()).toEqual(extended.hits.map((hit) => hit.chunkId).sort());
    expect(rebuilt.terms.map(({ term }) => term)).toEqual(extended.terms.map(({ term }) => term));
  });

  test("a changed answer replaces the old one at once; the same again changes nothing", async () => {
    const { questionId } = await ask(mine, "When is breakfast?", "Breakfast is served from seven.");
    const change = {
      questionId,
      question: "When is breakfast?",
      answer: "Breakfast is served from eight. Bring appetite.",
    };
    await as(mine, (tx) => updateQuestion(tx, mine.actor, change));
    const found = await mine.ask("breakfast");
    expect(found.hits.map((hit) => hit.content)).toEqual([change.answer]);
    await as(mine, (tx) => updateQuestion(tx, mine.actor, change));
    expect(await mine.ask("breakfast")).toEqual(found);
    expect(await audited(questionId)).toEqual(["knowledge_question.added", "knowledge_question.changed"]);
    const { questions } = await as(mine, (tx) => listQuestions(tx, { search: "APPETITE" }));
    expect(questions).toMatchObject([{ id: questionId, question: change.question, answer: change.answer }]);
  });

  test("the same question twice is a conflict, whatever its case, also when asked at the same moment", async () => {
    const settled = await Promise.allSettled(
      ["Is there parking?", "is there PARKING?", "Is there  parking?"].map((question) => ask(mine, question, "Yes.")),
    );
    expect(settled.filter((one) => one.status === "fulfilled").length).toBe(1);
    const { sources } = await as(mine, (tx) => listSources(tx, { kind: "qa" }));
    expect(sources).toMatchObject([{ documentCount: 1 }]);
    expect(await refusal(ask(mine, "Is there parking?", "No."))).toMatchObject({
      code: "conflict",
      fields: { question: [expect.any(String)] },
    });
  });

  test("NUL and lone surrogates in an answer do no harm", async () => {
    await ask(mine, "Is there a s\u0000auna?", "Yes,\u0000 a sauna \ud800 with a view.");
    expect((await mine.ask("sauna")).hits[0]?.content).toBe("Yes, a sauna  with a view.");
  });
});

describe("removing", () => {
  test("a source is out of the answers with the commit, and its index follows", async () => {
    const site = await startSite({ "/": htmlPage("Home", ["The aquarium holds nine sharks."]) });
    const id = await mine.website(`${site.origin}/`);
    await mine.sync(id);
    await site.stop();
    expect((await mine.ask("sharks")).hits.length).toBe(1);
    await as(mine, (tx) => removeSource(tx, mine.actor, id));
    expect((await mine.ask("sharks")).hits).toEqual([]);
    expect(await audited(id)).toEqual(["knowledge_source.added", "knowledge_source.removed"]);
    const [job] = await jobs("knowledge.index");
    await rebuildBase({ db: database.db.worker, embedder: null }, job?.data as { tenantId: string; baseId: string });
    expect((await mine.ask("sharks")).terms).toMatchObject([{ known: false }]);
  });

  test("one document can go while its neighbours stay", async () => {
    const { questionId } = await ask(mine, "Is there a lift?", "Yes, next to the elephants.");
    await ask(mine, "Is there a pool?", "Yes, on the roof.");
    await as(mine, (tx) => removeDocument(tx, mine.actor, questionId));
    expect((await mine.ask("elephants lift")).hits).toEqual([]);
    expect((await mine.ask("pool")).hits.length).toBe(1);
  });

  test("another tenant's ids and random ids look the same, and change nothing", async () => {
    const { questionId } = await ask(other, "Is there a lift?", "Yes.");
    const id = await other.website("https://www.example.test/");
    const attempts = (target: string, document: string) => [
      as(mine, (tx) => getSource(tx, target)),
      as(mine, (tx) => resyncSource(tx, mine.actor, target)),
      as(mine, (tx) => removeSource(tx, mine.actor, target)),
      as(mine, (tx) => removeDocument(tx, mine.actor, document)),
      as(mine, (tx) => updateQuestion(tx, mine.actor, { questionId: document, question: "Hacked?", answer: "Yes." })),
    ];
    const foreign = await Promise.all(attempts(id, questionId).map(refusal));
    const random = await Promise.all(attempts(uuidv7(), uuidv7()).map(refusal));
    expect(foreign).toEqual(random);
    expect(foreign.every((one) => one.code === "not_found")).toBe(true);
    expect((await as(other, (tx) => listSources(tx))).sources.length).toBe(2);
    expect((await other.ask("lift")).hits[0]?.content).toBe("Yes.");
  });
});
