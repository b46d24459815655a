import { beforeAll, describe, expect, test } from "vitest";
import { type Embedder, fuseRankings } from "#app/domain/knowledge/embeddings.ts";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import { rebuildBase } from "#app/domain/knowledge/sync.ts";
import { embedBase, type QuestionVector, searchHybrid } from "#app/domain/knowledge/vectors.ts";
import { testDatabase } from "../../setup/database.ts";
import { type KnowledgeTenant, knowledgeTenant } from "../../support/knowledge.ts";

const database = await testDatabase();
const [vectors] = await database.sql`select to_regclass('public.knowledge_embeddings') is not null as there`;
let mine: KnowledgeTenant;
let other: KnowledgeTenant;
let embedded = 0;

/** Meaning in three dimensions: animals, money, the rest. */
const embedder: Embedder = {
  model: "toy/3",
  dimensions: 3,
  async embed(texts) {
    embedded += texts.length;
    return texts.map((text) => [
      /dog|cat|pet|animal/i.test(text) ? 1 : 0.01,
      /euro|price|cost|fee/i.test(text) ? 1 : 0.01,
      0.1,
    ]);
  },
};

const hybrid = async (tenant: KnowledgeTenant, query: string, question?: QuestionVector | null) => {
  const [vector = []] = await embedder.embed([query]);
  const asked = question === undefined ? { model: embedder.model, vector } : question;
  return database.db.functions.asVisitor(
    { kind: "visitor", tenantId: tenant.tenantId, sessionId: "visitor-session-1" },
    (tx) => searchHybrid(tx, { query }, asked),
    { readOnly: true },
  );
};

const baseOf = async (tenant: KnowledgeTenant) => {
  const [base] = await database.sql`select id from knowledge_bases where tenant_id = ${tenant.tenantId}`;
  return { tenantId: tenant.tenantId, baseId: String(base?.id) };
};

beforeAll(async () => {
  mine = await knowledgeTenant(database, "vectored");
  other = await knowledgeTenant(database, "neighbour");
  const texts = [
    ["May I bring a dog?", "Dogs stay with us gladly."],
    ["What is the tourist tax?", "It amounts to three euros a night."],
    ["Is there a lift?", "Yes, next to the entrance."],
  ];
  for (const tenant of [mine, other])
    for (const [question = "", answer = ""] of texts)
      await database.db.web.asTenant(tenant.actor, (tx) => addQuestion(tx, tenant.actor, { question, answer }));
  for (const tenant of [mine, other])
    await embedBase({ db: database.db.worker, embedder }, await baseOf(tenant), new AbortController().signal);
});

test("fusion praises what both rankings praise; equal ones go by id", () => {
  const fused = fuseRankings([
    ["a", "b", "c"],
    ["b", "d"],
  ]);
  expect(fused.map((one) => one.id)).toEqual(["b", "a", "d", "c"]);
  expect(fused[0]?.score).toBeCloseTo(1 / 62 + 1 / 61, 12);
  expect(fuseRankings([["y"], ["x"]]).map((one) => one.id)).toEqual(["x", "y"]);
  expect(fuseRankings([[], []])).toEqual([]);
});

test("without a vector the answer is the words' own", async () => {
  expect(await hybrid(mine, "dogs", null)).toEqual(await mine.ask("dogs"));
});

test("the making of vectors is enqueued where there is a model, and only there", async () => {
  const waiting = () => database.sql`select id from pgboss.job where name = 'knowledge.embed'`;
  const base = await baseOf(mine);
  await rebuildBase({ db: database.db.worker, embedder: null }, base);
  expect((await waiting()).length).toBe(0);
  await rebuildBase({ db: database.db.worker, embedder }, base);
  expect((await waiting()).length).toBe(1);
});

describe.runIf(vectors?.there)("with pgvector", () => {
  test("what no word leads to is found by meaning, in one's own knowledge alone", async () => {
    expect((await mine.ask("are animals allowed")).hits).toEqual([]);
    const { hits } = await hybrid(mine, "are animals allowed");
    expect(hits[0]?.content).toBe("Dogs stay with us gladly.");
    const foreign = await database.sql`select id from knowledge_chunks where tenant_id = ${other.tenantId}`;
    expect(hits.filter((hit) => foreign.some((row) => row.id === hit.chunkId))).toEqual([]);
  });

  test("vectors of another model are never compared", async () => {
    const question = { model: "other/2", vector: [1, 0] };
    expect(await hybrid(mine, "lift", question)).toEqual(await mine.ask("lift"));
  });

  test("a second run makes nothing again", async () => {
    const before = embedded;
    await embedBase({ db: database.db.worker, embedder }, await baseOf(mine), new AbortController().signal);
    expect(embedded).toBe(before);
  });
});

describe.runIf(!vectors?.there)("without pgvector", () => {
  test("a vector changes nothing and the job ends at once", async () => {
    expect(await hybrid(mine, "dogs")).toEqual(await mine.ask("dogs"));
    const before = embedded;
    await embedBase({ db: database.db.worker, embedder }, await baseOf(mine), new AbortController().signal);
    expect(embedded).toBe(before);
  });
});
