// Search by meaning in chat: the vendor is asked before the transaction, without personal data, and only where it helps.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chat } from "#app/domain/agent/chat.ts";
import type { Embedder } from "#app/domain/knowledge/embeddings.ts";
import { embedBase } from "#app/domain/knowledge/vectors.ts";
import { createOpenAi } from "#app/integrations/openai/client.ts";
import { startOpenAiSimulator } from "#app/integrations/openai/simulator.ts";
import { randomToken } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { type AgentTenant, agentTenant, chatServices } from "../../support/agent.ts";
import { SITES } from "../../support/small-business.ts";

const database = await testDatabase();
const [vectors] = await database.sql`select to_regclass('public.knowledge_embeddings') is not null as there`;
const simulator = await startOpenAiSimulator({ apiKey: "sk-test" });
const openai = createOpenAi({ apiKey: "sk-test", baseUrl: simulator.baseUrl, model: "gpt-4o-mini" });
let embedded: string[] = [];
const embedder: Embedder = {
  ...openai.embedder,
  embed(texts, signal) {
    embedded.push(...texts);
    return openai.embedder.embed(texts, signal);
  },
};
const words = chatServices(database);
let hotel: AgentTenant;

beforeAll(async () => {
  hotel = await agentTenant(database, "hotel", SITES.hotel);
});
beforeEach(() => {
  embedded = [];
});
afterAll(() => simulator.close());

async function ask(services: Parameters<typeof chat>[0], message: string) {
  const caller = { tenantId: hotel.tenantId, channel: "web" as const };
  const answer = await chat(services, caller, { session_id: randomToken(12), message });
  return { ...answer, conversation_id: "", message_id: "" };
}

test("where the base has no vectors the vendor isn't asked and the answer is the words' own", async () => {
  for (const model of [words.model, openai.model]) {
    const answer = await ask({ ...words, model, embedder }, "Is there a gym?");
    expect(embedded).toEqual([]);
    expect(answer).toEqual(await ask({ ...words, model }, "Is there a gym?"));
  }
});

describe.runIf(vectors?.there)("with pgvector", () => {
  beforeAll(async () => {
    const [base] = await database.sql`select id from knowledge_bases where tenant_id = ${hotel.tenantId}`;
    const job = { tenantId: hotel.tenantId, baseId: String(base?.id) };
    await embedBase({ db: database.db.worker, embedder }, job, new AbortController().signal);
  });

  test.each(["local", "remote"])("a message is embedded once, without personal data (%s model)", async (kind) => {
    const model = kind === "local" ? words.model : openai.model;
    const answer = await ask({ ...words, model, embedder }, "Is there a gym? I am anna@example.com");
    expect(embedded).toHaveLength(kind === "local" ? 1 : embedded.length);
    expect(embedded.join(" ")).not.toContain("anna@example.com");
    expect(answer.reply).not.toBe("");
  });

  test("a failing vendor leaves the words", async () => {
    const failing = { ...embedder, embed: () => Promise.reject(new Error("down")) };
    const answer = await ask({ ...words, embedder: failing }, "Is there a gym?");
    expect(answer).toEqual(await ask(words, "Is there a gym?"));
  });
});

describe.runIf(!vectors?.there)("without pgvector", () => {
  test("the table that isn't there is no trouble, and a failing vendor isn't noticed", async () => {
    const failing = { ...embedder, embed: () => Promise.reject(new Error("down")) };
    expect(await ask({ ...words, embedder: failing }, "Is there a gym?")).toEqual(await ask(words, "Is there a gym?"));
  });
});
