import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ChatCaller, chat } from "#app/domain/agent/chat.ts";
import { chatPage } from "#app/domain/agent/chat-page.ts";
import { replyAsMember, resolveConversation } from "#app/domain/agent/conversations.ts";
import type { Model } from "#app/domain/agent/model.ts";
import { randomToken, uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { type AgentTenant, agentTenant, chatServices } from "../../support/agent.ts";
import { SITES } from "../../support/small-business.ts";

const database = await testDatabase();
const services = chatServices(database);
let dental: AgentTenant;
let hotel: AgentTenant;
let caller: ChatCaller;
let session_id: string;

beforeAll(async () => {
  dental = await agentTenant(database, "dental", SITES.dental);
  hotel = await agentTenant(database, "hotel", SITES.hotel);
  caller = { tenantId: dental.tenantId, channel: "web" };
});

beforeEach(() => {
  session_id = randomToken(12);
});

const say = (message: string, extra: { message_id?: string } = {}) =>
  chat(services, caller, { session_id, message, ...extra });
const messagesOf = (conversationId: string) =>
  database.sql`select id, role, body, handoff, answered from messages where conversation_id = ${conversationId} order by created_at, id`;

/** A model that calls a vendor, so that message and answer are two transactions. */
function remoteModel(answer: () => Promise<void> = async () => {}): Model & { turns: number } {
  return {
    name: "remote",
    limitMs: 200,
    local: false,
    turns: 0,
    begin() {
      this.turns += 1;
      return {
        async next(_results, { say: speak }) {
          await answer();
          speak({ kind: "phrase", key: "ask_question" });
          return { kind: "done", verdict: { intent: "question", confidence: 1, answered: null, suggestions: [] } };
        },
      };
    },
  };
}

describe("a repeated message id", () => {
  test.each(["local", "remote"])("gives the same answer to a hundred at once, stored once (%s model)", async (kind) => {
    const model = kind === "local" ? services.model : remoteModel();
    const message_id = uuidv7();
    // Two sets of services stand for two processes, which share nothing but the database.
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        chat({ ...services, model, db: i % 2 ? database.db.functions : database.db.web }, caller, {
          session_id,
          message: "How much is a filling?",
          message_id,
        }),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const stored = await messagesOf(answers[0]?.conversation_id ?? "");
    expect(stored.map(({ role }) => role)).toEqual(["visitor", "agent"]);
    const [counted] =
      await database.sql`select message_count from conversations where id = ${answers[0]?.conversation_id ?? ""}`;
    expect(counted?.message_count).toBe(2);
  });

  test("gives the same answer after the process has forgotten it, and doesn't count against the limit", async () => {
    const message_id = uuidv7();
    const first = await say("Is there parking?", { message_id });
    for (let i = 0; i < 40; i += 1) expect(await say("Is there parking?", { message_id })).toEqual(first);
  });

  test("is answered anew where whoever began it died", async () => {
    const message_id = uuidv7();
    const dead = remoteModel(() => Promise.reject(new DOMException("gone", "AbortError")));
    const broken = {
      ...services,
      model: { ...dead, begin: () => ({ next: () => Promise.reject(new TypeError("gone")) }) },
    };
    // The built-in model steps in; what remains of a process that died is its message without an answer.
    const first = await chat(broken, caller, { session_id, message: "Is there parking?", message_id });
    await database.sql`delete from messages where id = ${first.message_id}`;
    await database.sql`update messages set created_at = created_at - interval '1 minute' where client_message_id = ${message_id}`;
    const again = await chat({ ...services, model: remoteModel() }, caller, {
      session_id,
      message: "Is there parking?",
      message_id,
    });
    const stored = await messagesOf(again.conversation_id);
    expect(stored.map(({ role }) => role)).toEqual(["visitor", "agent"]);
  });
});

describe("isolation between visitors", () => {
  test("a message id of another visitor is not theirs: a message and an answer of its own", async () => {
    const message_id = uuidv7();
    const first = await say("my secret is 7731, is there parking?", { message_id });
    const other = await chat(services, caller, {
      session_id: randomToken(12),
      message: "Is there parking?",
      message_id,
    });
    expect(other.conversation_id).not.toBe(first.conversation_id);
    expect(other.message_id).not.toBe(first.message_id);
  });

  test("no visitor reads another's conversation, by session or by id", async () => {
    const mine = await say("my secret is 7731");
    const stranger = { kind: "visitor", tenantId: dental.tenantId, sessionId: randomToken(12) } as const;
    const seen = await database.db.functions.asVisitor(
      stranger,
      (tx) => tx`select 1 from messages where conversation_id = ${mine.conversation_id}`,
    );
    expect(seen).toHaveLength(0);
    const page = await chatPage(database.db.functions, dental.tenantId, stranger.sessionId);
    expect(page.messages).toEqual([]);
    const elsewhere = await chatPage(database.db.functions, hotel.tenantId, session_id);
    expect(JSON.stringify(elsewhere)).not.toContain("7731");
    const own = await chatPage(database.db.functions, dental.tenantId, session_id);
    expect(JSON.stringify(own)).toContain("7731");
  });

  test("an agent answers from its own tenant's knowledge alone", async () => {
    expect((await say("Do you have a pool?")).citations).toEqual([]);
    const there = await chat(
      services,
      { tenantId: hotel.tenantId, channel: "web" },
      { session_id, message: "Do you have a pool?" },
    );
    expect(there.citations[0]?.url).toContain("https://hotel.test/");
  });
});

describe("contact details", () => {
  test("become a lead, filled over several messages", async () => {
    await say("I'd like to book an appointment");
    await say("My name is Anna Berg");
    const { conversation_id, intent } = await say("you can call me at +41 44 123 45 67");
    await say("and my email is Anna@Example.com");
    expect(intent).toBe("lead");
    const [lead] =
      await database.sql`select name, email, phone, note from leads where conversation_id = ${conversation_id}`;
    expect(lead).toEqual({
      name: "Anna Berg",
      email: "anna@example.com",
      phone: "+41 44 123 45 67",
      note: expect.stringContaining("appointment"),
    });
  });

  test("cards and bank accounts are not stored, e-mail and phone only where the tenant says so", async () => {
    const text = "4242 4242 4242 4242 and DE89 3704 0044 0532 0130 00, reach me at anna@example.com";
    const { conversation_id } = await say(text);
    const [stored] = await messagesOf(conversation_id);
    expect(stored?.body).toBe("[card number] and [bank account], reach me at anna@example.com");
    const [talk] = await database.sql`select subject from conversations where id = ${conversation_id}`;
    expect(talk?.subject).not.toContain("4242");
    // Ids may hold the same four digits; not twice in a row.
    expect(services.lines.join("\n")).not.toMatch(/4242\W?4242|anna@example/i);

    await database.sql`update tenant_configurations set redaction = '{"emails": true}' where tenant_id = ${dental.tenantId}`;
    session_id = randomToken(12);
    const hidden = await say("my email is berta@example.com");
    await database.sql`update tenant_configurations set redaction = default where tenant_id = ${dental.tenantId}`;
    expect((await messagesOf(hidden.conversation_id))[0]?.body).toBe("my email is [e-mail]");
    const [lead] = await database.sql`select email from leads where conversation_id = ${hidden.conversation_id}`;
    expect(lead?.email).toBe("berta@example.com");
  });
});

describe("people", () => {
  const stateOf = async (id: string) =>
    (await database.sql`select state from conversations where id = ${id}`)[0]?.state;

  test("are called on request; until they come the agent says so, once they are there it is silent", async () => {
    const asked = await say("I want to talk to a human");
    expect(asked).toMatchObject({ intent: "human", handoff: true });
    expect(await stateOf(asked.conversation_id)).toBe("waiting");
    expect(await say("hello?")).toMatchObject({ handoff: true, reply: expect.stringContaining("colleague") });

    await database.db.web.asTenant(dental.actor, (tx) =>
      replyAsMember(tx, dental.actor, asked.conversation_id, { body: "Hi, Sam here." }),
    );
    const message_id = uuidv7();
    const silent = await say("When are you open?", { message_id });
    expect(silent).toMatchObject({ reply: "", handoff: true });
    expect(await say("When are you open?", { message_id })).toEqual(silent);
    const roles = (await messagesOf(asked.conversation_id)).map(({ role }) => role);
    expect(roles).toEqual(["visitor", "agent", "visitor", "agent", "member", "visitor"]);

    await database.db.web.asTenant(dental.actor, (tx) => resolveConversation(tx, dental.actor, asked.conversation_id));
    expect((await say("When are you open?")).reply).toContain("8:00");
    expect(await stateOf(asked.conversation_id)).toBe("bot");
  });

  test("aren't promised where the tenant has nobody", async () => {
    await database.sql`update tenant_configurations set handoff_enabled = false where tenant_id = ${dental.tenantId}`;
    const answer = await say("I want to talk to a human");
    await database.sql`update tenant_configurations set handoff_enabled = true where tenant_id = ${dental.tenantId}`;
    expect(answer.handoff).toBe(false);
    expect(answer.reply).toContain("e-mail address or phone number");
    expect(await stateOf(answer.conversation_id)).toBe("bot");
  });
});

describe("limits", () => {
  test("a session says thirty things a minute, exactly, whatever comes at once", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () =>
        chat({ ...services, db: database.db.web }, caller, { session_id, message: "Hi" }),
      ),
    );
    const refused = results.filter((result) => result.status === "rejected").map(({ reason }) => reason);
    expect(results.length - refused.length).toBe(30);
    expect(refused.every((error) => error.code === "rate_limited" && error.retryAfter > 0)).toBe(true);
    const [counted] = await database.sql`
      select count(*)::int as n from messages where visitor_session = ${session_id} and role = 'visitor'`;
    expect(counted?.n).toBe(30);
  });

  test.each(["pending", "suspended", "cancelled"])(
    "a tenant that is %s stays silent, politely, and stores nothing",
    async (status) => {
      await database.sql`update tenants set status = ${status} where id = ${dental.tenantId}`;
      const refused = await say("Hi").catch((error: unknown) => error);
      await database.sql`update tenants set status = 'trialing' where id = ${dental.tenantId}`;
      expect(refused).toMatchObject({
        code: "forbidden",
        reason: "tenant_suspended",
        message: expect.stringContaining("paused"),
      });
      const rows = await database.sql`select 1 from conversations where visitor_session = ${session_id}`;
      expect(rows).toHaveLength(0);
    },
  );
});

test("what comes in tokens is what is stored", async () => {
  const tokens: string[] = [];
  const answer = await chat(
    services,
    caller,
    { session_id, message: "When are you open?" },
    { onToken: (text) => tokens.push(text) },
  );
  expect(tokens.join("")).toBe(answer.reply);
  expect((await messagesOf(answer.conversation_id))[1]?.body).toBe(answer.reply);
});
