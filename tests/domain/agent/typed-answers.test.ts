// What people typed themselves beats whatever else the base holds; numbers are whole numbers.
import { beforeAll, describe, expect, test } from "vitest";
import { chat } from "#app/domain/agent/chat.ts";
import { rebuildIndex } from "#app/domain/knowledge/index-terms.ts";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import { randomToken } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { type AgentTenant, agentTenant, chatServices } from "../../support/agent.ts";
import { htmlPage } from "../../support/knowledge.ts";

const database = await testDatabase();
const services = chatServices(database);
let town: AgentTenant;

const LONG = `We open in three steps. ${"The first hour belongs to people with an appointment. ".repeat(9)}The doors close at 7 pm.`;
const TYPED: readonly (readonly [question: string, answer: string])[] = [
  ["When are you open?", "We are open from 9 am to 5 pm on workdays. At other times ring the bell."],
  ["Is there parking?", "Yes, behind the house."],
  ["Wann ist die Kasse besetzt?", "Die Kasse ist von 10 bis 12 Uhr besetzt."],
  ["Who are you?", "We are the town hall of Lakeside, run by eleven people."],
  ["How do I cancel an appointment?", "Write to us a day ahead."],
  ["How does the opening of the big gate work?", LONG],
];

const PAGES = Object.fromEntries(
  Array.from({ length: 60 }, (_, i) => [
    `/department-${i}.html`,
    htmlPage(`Department ${i}`, [
      `Opening hours: department ${i} opens its doors at ${7 + (i % 3)} am and closes at ${4 + (i % 3)} pm, open daily.`,
      `When department ${i} is closed, its opening hours are printed on the door. Parking near department ${i} costs $${i + 2}.`,
      `Visitors of department ${i} book an appointment, cancel an appointment or move it at the desk.`,
    ]),
  ]),
);

beforeAll(async () => {
  town = await agentTenant(database, "town", PAGES);
  for (const [question, answer] of TYPED)
    await database.db.web.asTenant(town.actor, (tx) => addQuestion(tx, town.actor, { question, answer }));
});

const ask = (message: string) =>
  chat(services, { tenantId: town.tenantId, channel: "web" }, { session_id: randomToken(12), message });

async function rebuild(): Promise<void> {
  await database.db.worker.asSystem({ reason: "test", tenantId: town.tenantId }, async (tx) => {
    const [base] = await tx<{ id: string }[]>`select id from knowledge_bases`;
    await rebuildIndex(tx, base?.id ?? "");
  });
}

describe.each(["as soon as it is typed", "after the index was rebuilt"])("a typed answer, %s", (when) => {
  beforeAll(() => (when.includes("rebuilt") ? rebuild() : undefined));

  test.each([
    ["When are you open?", "9 am to 5 pm"],
    ["when are you open", "9 am to 5 pm"],
    ["WHEN are you OPEN?!", "9 am to 5 pm"],
    ["Hi, so when are you guys open please?", "9 am to 5 pm"],
    ["What are your opening hours?", "9 am to 5 pm"],
    ["Is there parking?", "behind the house"],
    ["where can I find parking", "behind the house"],
    ["wann ist die kasse besetzt", "von 10 bis 12 Uhr"],
    ["Who are you?", "eleven people"],
    ["how do i cancel an appointment?", "a day ahead"],
    ["how do i cancel my appointment", "a day ahead"],
  ])("%s", async (question, expected) => {
    const { reply, citations } = await ask(question);
    expect(reply).toContain(expected);
    expect(citations).toHaveLength(1);
    expect(citations[0]?.url).toBeNull();
  });

  test("is given whole, up to the cap", async () => {
    expect((await ask("When are you open?")).reply).toBe(TYPED[0]?.[1]);
    expect((await ask("How does the opening of the big gate work?")).reply).toBe(LONG);
  });
});

test.each([
  ["When are you open on Sunday?", "9 am to 5 pm"],
  ["How much does parking cost?", "behind the house"],
  ["When does department 7 open?", "9 am to 5 pm"],
])("a question for something else isn't answered by a typed answer: %s", async (question, typed) => {
  expect((await ask(question)).reply).not.toContain(typed);
});

describe("a number in a question", () => {
  test.each([3, 5, 38, 59])("is looked for as a whole: department %i", async (number) => {
    const { reply, citations } = await ask(`When does department ${number} open?`);
    expect(citations[0]?.title).toBe(`Department ${number}`);
    expect(reply).toMatch(new RegExp(`department ${number}\\b`));
  });

  test("that stands nowhere gets no answer about another", async () => {
    expect((await ask("When does department 61 open?")).citations).toEqual([]);
    expect((await ask("How much is parking near department 380?")).citations).toEqual([]);
  });
});
