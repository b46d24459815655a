// Home: figures, next steps and open questions come from rows, and go when the rows say so.
import { expect, test } from "vitest";
import { chat } from "#app/domain/agent/chat.ts";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import * as home from "#app/routes/_app.home.tsx";
import { testDatabase } from "../setup/database.ts";
import { cookieOf } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { newTrialTenant, type TestTenant } from "../support/tenants.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);

interface Home {
  days: number;
  site: string;
  current: { conversations: number; messages: number; answered: number; unanswered: number; leads: number };
  previous: { conversations: number };
  conversations: { id: string }[];
  questions: { question: string; asked: number; conversationId: string }[];
  steps: { live: boolean; knowledge: boolean; tried: boolean; installed: boolean };
}

async function member(slug: string): Promise<{ tenant: TestTenant; see: (path?: string) => Promise<Home> }> {
  const tenant = await newTrialTenant(database.db.web, slug);
  const browser = new Browser(services);
  browser.setCookie(cookieOf(tenant.token).cookie ?? "");
  return { tenant, see: async (path = "/home") => (await browser.get<Home>(home, path)).data };
}

function ask(tenant: TestTenant, message: string, origin: string, session = "visitor-one"): Promise<unknown> {
  const caller = { tenantId: tenant.tenantId, channel: "web" as const, origin };
  return chat(services, caller, { session_id: session, message });
}

test("a new tenant has nothing, and each step is done by the row that doing it leaves", async () => {
  const { tenant, see } = await member("first-steps");
  const start = await see();
  expect(start.steps).toEqual({ live: false, knowledge: false, tried: false, installed: false });
  expect(start.current).toMatchObject({ conversations: 0, messages: 0, leads: 0 });
  expect([start.conversations, start.questions]).toEqual([[], []]);

  const add = { question: "When are you open?", answer: "From nine to five." };
  await database.db.web.asTenant(tenant.actor, (tx) => addQuestion(tx, tenant.actor, add));
  expect((await see()).steps).toMatchObject({ knowledge: true, tried: false });

  await ask(tenant, "When are you open?", start.site);
  expect((await see()).steps).toMatchObject({ tried: true, installed: false });

  await ask(tenant, "When are you open?", "https://shop.example", "visitor-two");
  expect((await see()).steps.installed).toBe(true);

  await database.sql`update domains set status = 'live' where tenant_id = ${tenant.tenantId}`;
  expect((await see()).steps.live).toBe(true);
});

test("an unanswered question is collected, counted, and gone once it has a typed answer", async () => {
  const { tenant, see } = await member("open-questions");
  await ask(tenant, "Do you repair accordions?", "https://shop.example");
  await ask(tenant, "do you repair accordions?", "https://shop.example", "visitor-two");
  const before = await see();
  expect(before.questions).toMatchObject([
    { asked: 2, question: expect.stringMatching(/^do you repair accordions\?$/i) },
  ]);
  expect(before.conversations.map(({ id }) => id)).toContain(before.questions[0]?.conversationId);
  expect(before.current).toMatchObject({ conversations: 2, messages: 2, unanswered: 2 });

  const answer = { question: "Do you repair accordions?", answer: "Yes, all makes." };
  await database.db.web.asTenant(tenant.actor, (tx) => addQuestion(tx, tenant.actor, answer));
  expect((await see()).questions).toEqual([]);
});

test("the period stands in the address, and older talks count in the period before", async () => {
  const { tenant, see } = await member("periods");
  await ask(tenant, "Hello", "https://shop.example");
  await database.sql`
    update conversations set created_at = now() - interval '10 days' where tenant_id = ${tenant.tenantId}`;
  expect(await see("/home?days=7")).toMatchObject({
    days: 7,
    current: { conversations: 0 },
    previous: { conversations: 1 },
  });
  expect(await see("/home?days=30")).toMatchObject({ days: 30, current: { conversations: 1 } });
  expect(await see("/home?days=nonsense")).toMatchObject({ days: 30 });
});
