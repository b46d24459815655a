// The live stream: news of one's own tenant alone, and its end with the session.
import { expect, test } from "vitest";
import * as events from "#app/routes/events.ts";
import * as address from "#app/routes/onboarding.address.tsx";
import * as knowledge from "#app/routes/onboarding.knowledge.tsx";
import * as plan from "#app/routes/onboarding.plan.tsx";
import * as signUp from "#app/routes/sign-up.tsx";
import * as switcher from "#app/routes/switch-tenant.tsx";
import { changeStream } from "#app/web/change-stream.ts";
import { testDatabase } from "../setup/database.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);

async function live(slug: string): Promise<Browser> {
  const browser = new Browser(services);
  const fields = { displayName: "Ada", email: `${slug}@example.test`, password: "correct horse battery" };
  await browser.post(signUp, "/sign-up", { ...fields, companyName: slug, businessType: "other" });
  await browser.post(address, "/onboarding/address", { slug, preset: "clinic", brand: "#0e6680" });
  await browser.post(plan, "/onboarding/plan", { plan: "trial" });
  return browser;
}

async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string): Promise<string> {
  let text = "";
  while (!text.includes(wanted)) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += new TextDecoder().decode(value);
  }
  return text;
}

test("a change in the tenant arrives, another tenant's doesn't", async () => {
  const [mine, theirs] = [await live("stream-mine"), await live("stream-theirs")];
  const answer = await mine.get<ReadableStream<Uint8Array>>(events, "/events");
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const reader = answer.data.getReader();
  const add = (browser: Browser, question: string) =>
    browser.post(knowledge, "/onboarding/knowledge", { intent: "question", question, answer: "An answer." });
  await add(theirs, "What is theirs?");
  await add(mine, "What is mine?");
  const text = await readUntil(reader, '"topic":"knowledge"');
  await reader.cancel();
  const own = await database.sql`
    select o.id from tenants t, lateral (
      select id from knowledge_sources where tenant_id = t.id union select id from knowledge_bases where tenant_id = t.id
    ) o where t.slug = 'stream-mine'`;
  const ids = [...text.matchAll(/"topic":"knowledge","id":"([^"]+)"/g)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThan(0);
  expect(own.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
});

test("strangers get no stream", async () => {
  expect((await new Browser(services).get(events, "/events")).location).toMatch(/^\/sign-in/);
});

test("the stream ends soon after the session does", async () => {
  let allowed = true;
  let unsubscribed = false;
  const stream = changeStream({
    userId: "ends",
    signal: new AbortController().signal,
    subscribe: () => () => {
      unsubscribed = true;
    },
    stillAllowed: async () => allowed,
    checkMs: 5,
  });
  const reader = stream.body?.getReader();
  allowed = false;
  expect(reader && (await readUntil(reader, "never"))).toBe("retry: 2000\n\n");
  expect(unsubscribed).toBe(true);
});

// In less time than the look that comes anyway.
test("the stream of a removed member ends at once; another member's goes on", { timeout: 10_000 }, async () => {
  const [leaving, staying] = [await live("stream-leaving"), await live("stream-staying")];
  const [tenant] = await database.sql<{ id: string }[]>`
    insert into memberships (tenant_id, user_id, role)
    select l.id, m.user_id, 'admin' from tenants l, tenants s join memberships m on m.tenant_id = s.id
    where l.slug = 'stream-leaving' and s.slug = 'stream-staying' returning tenant_id as id`;
  const tenantId = tenant?.id ?? "";
  await staying.post(switcher, "/switch-tenant", { tenantId });
  const open = async (browser: Browser) =>
    (await browser.get<ReadableStream<Uint8Array>>(events, "/events")).data.getReader();
  const [gone, other] = [await open(leaving), await open(staying)];
  await database.sql`delete from memberships where tenant_id = ${tenantId} and role = 'owner'`;
  expect(await readUntil(gone, "never")).not.toContain("never");
  await staying.post(knowledge, "/onboarding/knowledge", { intent: "question", question: "Here?", answer: "Yes." });
  expect(await readUntil(other, '"topic":"knowledge"')).toContain('"topic":"knowledge"');
  await other.cancel();
});

test("one person has a handful of streams at most, and a closed one makes room", async () => {
  const open = () =>
    changeStream({
      userId: "many",
      signal: new AbortController().signal,
      subscribe: () => () => {},
      stillAllowed: async () => true,
    });
  const streams = Array.from({ length: 8 }, open);
  expect(open).toThrow(/Too many live pages/);
  await streams[0]?.body?.cancel();
  await Promise.all([...streams.slice(1), open()].map((stream) => stream.body?.cancel()));
});
