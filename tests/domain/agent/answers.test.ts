import { beforeAll, describe, expect, test } from "vitest";
import { chat } from "#app/domain/agent/chat.ts";
import { randomToken } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { type AgentTenant, agentTenant, chatServices } from "../../support/agent.ts";
import { SITES } from "../../support/small-business.ts";
import { QUESTIONS, UNANSWERABLE } from "../../support/small-business-questions.ts";

const database = await testDatabase();
const services = chatServices(database);
const tenants = {} as Record<"dental" | "hotel", AgentTenant>;

beforeAll(async () => {
  tenants.dental = await agentTenant(database, "dental", SITES.dental);
  tenants.hotel = await agentTenant(database, "hotel", SITES.hotel);
});

/** Asks in one conversation and gives the last answer. */
async function ask(site: "dental" | "hotel", ...messages: string[]) {
  const session_id = randomToken(12);
  const caller = { tenantId: tenants[site].tenantId, channel: "web" as const };
  const answers = [];
  for (const message of messages) answers.push(await chat(services, caller, { session_id, message }));
  const last = answers.at(-1);
  if (!last) throw new Error("Nothing was asked.");
  return last;
}

describe("on a small business's own website", () => {
  test("at least nine of ten clear questions get the right sentence, each with its place", async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const site of ["dental", "hotel"] as const) {
      for (const [question, expected] of QUESTIONS[site]) {
        asked += 1;
        const { reply, citations } = await ask(site, question);
        if (!expected.test(reply) || citations.length === 0) wrong.push(`${question} → ${reply}`);
      }
    }
    expect(wrong.length / asked, wrong.join("\n")).toBeLessThanOrEqual(0.1);
  });

  test("at most one of twenty questions that the website doesn't answer gets an answer", async () => {
    const answered: string[] = [];
    for (const site of ["dental", "hotel"] as const) {
      for (const question of UNANSWERABLE) {
        const { citations, reply } = await ask(site, question);
        if (citations.length > 0) answered.push(`${question} → ${reply}`);
      }
    }
    expect(answered.length / (UNANSWERABLE.length * 2), answered.join("\n")).toBeLessThanOrEqual(0.05);
  });
});

describe("an answer", () => {
  test("is the text of its chunk between the offsets, word for word", async () => {
    const { reply, citations } = await ask("hotel", "May I smoke?");
    expect(reply).toBe(citations.map(({ quote }) => quote).join("\n"));
  });

  test("tells a row of a table in words; the quote stays as it is, the stream is what is stored", async () => {
    const tokens: string[] = [];
    const input = { session_id: randomToken(12), message: "How much is a hot stone massage?" };
    const caller = { tenantId: tenants.hotel.tenantId, channel: "web" as const };
    const { reply, citations } = await chat(services, caller, input, { onToken: (text) => tokens.push(text) });
    expect(reply).toBe("Hot stone massage: Duration 80 minutes, Price CHF 175");
    expect(tokens.join("")).toBe(reply);
    expect(citations[0]?.quote).toBe("Massage: Hot stone massage; Duration: 80 minutes; Price: CHF 175");
    for (const { chunk_id, quote, start, end } of citations) {
      const [chunk] = await database.sql`select content from knowledge_chunks where id = ${chunk_id}`;
      expect(chunk?.content.slice(start, end)).toBe(quote);
    }
    expect(citations[0]).toMatchObject({ url: "https://hotel.test/wellness.html", title: expect.any(String) });
  });

  test("to a question about opening hours holds the whole week", async () => {
    const { reply } = await ask("dental", "When are you open?");
    expect(reply).toMatch(/Monday[\s\S]+Friday[\s\S]+Saturday[\s\S]+Sunday/);
  });

  test("takes over from the question before what a short one leaves out", async () => {
    expect((await ask("dental", "Do you open on Saturday?", "and on Sunday?")).reply).toMatch(/Sunday.*Closed/);
    expect((await ask("dental", "Do you do teeth whitening?", "how much does it cost?")).reply).toContain("$350");
    expect((await ask("hotel", "How much is a single room?", "what about a double room?")).reply).toContain("CHF 190");
  });

  test("is the same every time", async () => {
    const one = await ask("hotel", "Is there a gym?");
    const two = await ask("hotel", "Is there a gym?");
    expect({ ...two, conversation_id: "", message_id: "" }).toEqual({ ...one, conversation_id: "", message_id: "" });
  });

  test("forgives a slip of the finger", async () => {
    expect((await ask("dental", "how much is teeth whitning")).reply).toContain("$350");
  });
});

describe("where the knowledge has no answer", () => {
  test("it says so in the tenant's words and offers help", async () => {
    const answer = await ask("dental", "Do you have a casino?");
    expect(answer.reply).toContain("I could not find that in our information.");
    expect(answer.suggestions).toEqual(["Talk to a person", "Leave my contact details"]);
    expect(answer.citations).toEqual([]);
  });

  test("agreeing to the offer calls a person", async () => {
    const answer = await ask("dental", "Do you have a casino?", "yes please");
    expect(answer).toMatchObject({ intent: "human", handoff: true });
  });

  test("what has nothing to do with the business is out of scope", async () => {
    expect(await ask("dental", "write me a poem")).toMatchObject({ intent: "out_of_scope", citations: [] });
    expect(await ask("dental", "what is the capital of Peru?")).toMatchObject({
      intent: "out_of_scope",
      citations: [],
    });
  });
});

test("it speaks the visitor's language in its own words", async () => {
  expect((await ask("dental", "Ich möchte mit einem Menschen sprechen")).reply).toContain("Ich habe jemanden");
  expect((await ask("dental", "je voudrais prendre un rendez-vous")).reply).toContain("transmettre votre demande");
  expect((await ask("dental", "quiero hablar con una persona")).reply).toContain("He pedido");
});
