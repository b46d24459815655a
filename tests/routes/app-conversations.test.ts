// The conversation pages: finding one, taking it over, giving it back, deleting it.
import { expect, test } from "vitest";
import { chat } from "#app/domain/agent/chat.ts";
import * as list from "#app/routes/_app.conversations._index.tsx";
import * as one from "#app/routes/_app.conversations.$conversationId.tsx";
import { testDatabase } from "../setup/database.ts";
import { addMember, cookieOf, makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);
const party = await makeParty(database, "a");

function browserOf(token: string): Browser {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}
const owner = browserOf(party.token);
const agent = browserOf((await addMember(database, party, "agent")).token);
const viewer = browserOf((await addMember(database, party, "viewer")).token);

interface Listed {
  conversations: { id: string; state: string; lead: string | null }[];
}
interface Shown {
  conversation: { state: string; contact: { name: string } | null; messages: { role: string; body: string }[] };
  may: { write: boolean; delete: boolean; teach: boolean };
}

async function begin(
  session: string,
  message: string,
): Promise<{ id: string; path: string; at: Record<string, string> }> {
  const caller = { tenantId: party.tenantId, channel: "web" as const, origin: null };
  const { conversation_id: id } = await chat(services, caller, { session_id: session, message });
  return { id, path: `/conversations/${id}`, at: { conversationId: id } };
}
const found = async (search: string) =>
  (await owner.get<Listed>(list, `/conversations?${search}`)).data.conversations.map(({ id }) => id);

test("conversations are found by words, state and days", async () => {
  const { id } = await begin("visitor-filters", "Do you sell zithers?");
  expect(await found("q=zithers")).toEqual([id]);
  expect(await found("state=resolved")).toEqual([]);
  expect(await found("unanswered=1")).toContain(id);
  expect(await found("to=2001-01-01")).toEqual([]);
  expect(await found("state=pie&from=yesterday&cursor=x")).toContain(id);
});

test("a person replies and takes over, gives it back, resolves it", async () => {
  const { path, at } = await begin("visitor-takeover", "Hello");
  const see = async () => (await owner.get<Shown>(one, path, at)).data.conversation;
  expect((await agent.post(one, path, { intent: "reply", body: " " }, at)).status).toBe(422);
  await agent.post(one, path, { intent: "reply", body: "Ada here." }, at);
  expect(await see()).toMatchObject({ state: "human" });
  expect((await see()).messages.at(-1)).toMatchObject({ role: "member", body: "Ada here." });
  await agent.post(one, path, { intent: "reopen" }, at);
  expect(await see()).toMatchObject({ state: "bot" });
  await agent.post(one, path, { intent: "resolve" }, at);
  expect(await see()).toMatchObject({ state: "resolved" });
});

test("only owners and admins delete, and it is gone with its lead", async () => {
  const { conversationId } = party;
  const path = `/conversations/${conversationId}`;
  const at = { conversationId };
  expect((await owner.get<Shown>(one, path, at)).data.conversation.contact).toMatchObject({ name: party.canary });
  expect((await agent.post(one, path, { intent: "delete" }, at)).status).toBe(403);
  expect((await owner.post(one, path, { intent: "delete" }, at)).location).toBe("/conversations");
  expect((await owner.get(one, path, at)).status).toBe(404);
  expect(await database.sql`select 1 from leads where conversation_id = ${conversationId}`).toHaveLength(0);
});

test("a viewer reads and writes nothing", async () => {
  const { path, at } = await begin("visitor-viewer", "Hello");
  const { data } = await viewer.get<Shown>(one, path, at);
  expect(data.may).toEqual({ write: false, delete: false, teach: false });
  for (const intent of ["reply", "resolve", "reopen", "delete"]) {
    expect((await viewer.post(one, path, { intent, body: "Hi" }, at)).status).toBe(403);
  }
});
