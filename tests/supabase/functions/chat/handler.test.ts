import { beforeAll, describe, expect, test } from "vitest";
import type { Model } from "#app/domain/agent/model.ts";
import { randomToken, uuidv7 } from "#app/platform/ids.ts";
import { chatHandler } from "../../../../supabase/functions/chat/handler.ts";
import { testDatabase } from "../../../setup/database.ts";
import { type AgentTenant, agentTenant, chatServices } from "../../../support/agent.ts";
import { SITES } from "../../../support/small-business.ts";

const database = await testDatabase();
const services = chatServices(database);
const handle = chatHandler(services);
const ADDRESS = "http://localhost:3001/functions/v1/chat";
let dental: AgentTenant;

beforeAll(async () => {
  dental = await agentTenant(database, "dental", SITES.dental);
});

type Headers = Record<string, string>;

const post = (body: BodyInit, headers: Headers = {}) =>
  handle(
    new Request(ADDRESS, {
      method: "POST",
      headers: { "content-type": "application/json", "x-widget-key": dental.widgetKey, ...headers },
      body,
    }),
  );
const message = (over: Record<string, unknown> = {}) =>
  JSON.stringify({ session_id: randomToken(12), message: "When are you open?", ...over });
const codeOf = async (response: Response) => `${response.status} ${(await response.json()).code}`;

describe("who may come in", () => {
  test("a widget on an allowed page, on the tenant's own host, in the app's preview, and without a page", async () => {
    for (const origin of [
      "https://shop.test",
      "https://www.example.com",
      "http://dental.localhost:3000",
      "http://localhost:3000",
    ]) {
      const response = await post(message(), { origin });
      expect([origin, response.status]).toEqual([origin, 200]);
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      expect(response.headers.get("vary")).toContain("origin");
    }
    expect((await post(message())).status).toBe(200);
  });

  test("no other page: it can read why, and nothing is stored", async () => {
    const session_id = randomToken(12);
    for (const origin of ["https://evil.test", "null", "https://shop.test.evil.test", "http://globex.localhost:3000"]) {
      const response = await post(message({ session_id }), { origin });
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      expect(await codeOf(response)).toBe("403 origin_not_allowed");
      const get = await handle(new Request(`${ADDRESS}?key=${dental.widgetKey}`, { headers: { origin } }));
      expect(await codeOf(get)).toBe("403 origin_not_allowed");
    }
    expect(await database.sql`select 1 from conversations where visitor_session = ${session_id}`).toHaveLength(0);
  });

  test("an API key by either header; not an unknown, a revoked or a mistyped one", async () => {
    const by = (headers: Headers) =>
      handle(
        new Request(ADDRESS, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: message(),
        }),
      );
    expect((await by({ "x-api-key": dental.apiKey })).status).toBe(200);
    expect((await by({ authorization: `Bearer ${dental.apiKey}` })).status).toBe(200);
    expect(await codeOf(await by({}))).toBe("401 unauthenticated");
    expect(await codeOf(await by({ "x-api-key": `${dental.apiKey.slice(0, -1)}_` }))).toBe("401 unauthenticated");
    expect(await codeOf(await by({ "x-widget-key": `wk_${"x".repeat(22)}` }))).toBe("401 unauthenticated");
    await database.sql`update api_keys set scopes = '{}' where tenant_id = ${dental.tenantId}`;
    expect(await codeOf(await by({ "x-api-key": dental.apiKey }))).toBe("403 scope_missing");
    await database.sql`update api_keys set scopes = '{chat}', revoked_at = now() where tenant_id = ${dental.tenantId}`;
    expect(await codeOf(await by({ "x-api-key": dental.apiKey }))).toBe("401 unauthenticated");
  });

  test("a preflight may come from anywhere", async () => {
    const response = await handle(
      new Request(ADDRESS, { method: "OPTIONS", headers: { origin: "https://evil.test" } }),
    );
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-headers")).toContain("x-widget-key");
  });
});

describe("answers", () => {
  test("are JSON of the agreed shape", async () => {
    const response = await post(message({ message_id: uuidv7() }), { "x-request-id": "request-0001" });
    expect(response.headers.get("x-request-id")).toBe("request-0001");
    expect(await response.json()).toEqual({
      conversation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      reply: expect.stringContaining("8:00"),
      intent: "question",
      confidence: expect.any(Number),
      citations: [
        {
          chunk_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          title: expect.any(String),
          url: "https://dental.test/",
          quote: expect.stringContaining("8:00"),
          start: expect.any(Number),
          end: expect.any(Number),
        },
      ],
      suggestions: [],
      handoff: false,
    });
  });

  test("stream as tokens and one done event that says the same", async () => {
    const response = await post(message(), { accept: "text/event-stream" });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const events = (await response.text())
      .trim()
      .split("\n\n")
      .map((event) => {
        const [name = "", data = ""] = event.split("\n").map((line) => line.replace(/^(?:event|data): /, ""));
        return { name, data: JSON.parse(data) };
      });
    expect(events.map(({ name }) => name)).toEqual([...events.slice(1).map(() => "token"), "done"]);
    const tokens = events.filter(({ name }) => name === "token").map(({ data }) => data.text);
    expect(tokens.join("")).toBe(events.at(-1)?.data.reply);
  });

  test("a refusal before the first token is a plain problem, streamed or not", async () => {
    await database.sql`update tenants set status = 'suspended' where id = ${dental.tenantId}`;
    const refused = await post(message(), { accept: "text/event-stream" });
    const page = await handle(new Request(`${ADDRESS}?key=${dental.widgetKey}`));
    await database.sql`update tenants set status = 'trialing' where id = ${dental.tenantId}`;
    expect(await codeOf(refused)).toBe("403 tenant_suspended");
    expect((await page.json()).agent.online).toBe(false);
  });

  test("a failure after the first token is an error event", async () => {
    const remote: Model = {
      name: "remote",
      limitMs: 1_000,
      local: false,
      begin: () => ({
        async next(_results, { say }) {
          say({ kind: "phrase", key: "ask_question" });
          return { kind: "done", verdict: { intent: "question", confidence: 1, answered: null, suggestions: [] } };
        },
      }),
    };
    const broken = chatServices(database, remote);
    const { db } = broken;
    let opened = 0;
    const failing = chatHandler({
      ...broken,
      db: {
        ...db,
        // The second transaction, which stores the answer, fails.
        asVisitor: ((...args: Parameters<typeof db.asVisitor>) => {
          opened += 1;
          return opened > 1 ? Promise.reject(new Error("secret detail")) : db.asVisitor(...args);
        }) as typeof db.asVisitor,
      },
    });
    const response = await failing(
      new Request(ADDRESS, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "text/event-stream", "x-widget-key": dental.widgetKey },
        body: message(),
      }),
    );
    const text = await response.text();
    expect(text).toMatch(/event: token[\s\S]+event: error\ndata: \{[^\n]*"status":500/);
    expect(text).not.toContain("secret detail");
  });

  test("GET shows names, looks and, to its own session alone, the messages", async () => {
    const session_id = randomToken(12);
    await post(message({ session_id, message: "Is there parking?" }));
    const bare = await (await handle(new Request(ADDRESS, { headers: { "x-widget-key": dental.widgetKey } }))).json();
    expect(bare).toEqual({
      tenant: { name: "Company dental" },
      agent: { name: expect.any(String), greeting: expect.any(String), online: true },
      theme: expect.objectContaining({ brand: expect.stringMatching(/^#/) }),
      suggestions: expect.any(Array),
      test_mode: false,
    });
    const get = async (session: string) =>
      (await handle(new Request(`${ADDRESS}?key=${dental.widgetKey}&session_id=${session}`))).json();
    const own = await get(session_id);
    expect(own.messages.map(({ role }: { role: string }) => role)).toEqual(["visitor", "agent"]);
    expect((await get(randomToken(12))).messages).toEqual([]);
    expect((await get("bad!")).code).toBe("unprocessable");
  });
});

describe("what isn't a message", () => {
  test.each([
    ["no JSON", "{", {}, "400 invalid"],
    ["no object", "[1]", {}, "400 invalid"],
    ["null", "null", {}, "400 invalid"],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), {}, "400 invalid"],
    [
      "another type",
      "session_id=x",
      { "content-type": "application/x-www-form-urlencoded" },
      "415 unsupported_media_type",
    ],
    ["no session", '{"message":"Hi"}', {}, "422 unprocessable"],
    ["a short session", '{"session_id":"x","message":"Hi"}', {}, "422 unprocessable"],
    ["an empty message", '{"session_id":"abcdefgh","message":"  "}', {}, "422 unprocessable"],
    ["only NUL", '{"session_id":"abcdefgh","message":"\\u0000"}', {}, "422 unprocessable"],
    ["a long message", JSON.stringify({ session_id: "abcdefgh", message: "x".repeat(4001) }), {}, "422 unprocessable"],
    [
      "a message id that is no UUID",
      '{"session_id":"abcdefgh","message":"Hi","message_id":"1"}',
      {},
      "422 unprocessable",
    ],
    ["a huge body", JSON.stringify({ session_id: "abcdefgh", message: "x".repeat(70_000) }), {}, "413 too_large"],
  ] as const)("%s", async (_, body, headers, expected) => {
    expect(await codeOf(await post(body, headers))).toBe(expected);
  });

  test("a huge body without a length is cut off as it comes", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const init: RequestInit & { duplex: "half" } = {
      method: "POST",
      headers: { "content-type": "application/json", "x-widget-key": dental.widgetKey },
      body: endless,
      duplex: "half",
    };
    expect(await codeOf(await handle(new Request(ADDRESS, init)))).toBe("413 too_large");
    expect(sent).toBeLessThan(20);
  });

  test("another method", async () => {
    const response = await handle(new Request(ADDRESS, { method: "DELETE" }));
    expect(response.headers.get("allow")).toBe("GET, POST, OPTIONS");
    expect(await codeOf(response)).toBe("405 method_not_allowed");
  });
});
