import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { chatHandler } from "../../../../supabase/functions/chat/handler.ts";
import { testDatabase } from "../../../setup/database.ts";
import { type AgentTenant, agentTenant, chatServices } from "../../../support/agent.ts";
import { SITES } from "../../../support/small-business.ts";

const database = await testDatabase();
const handle = chatHandler(chatServices(database));
const ADDRESS = "http://localhost:3001/functions/v1/chat";
let dental: AgentTenant;

beforeAll(async () => {
  dental = await agentTenant(database, "dental", SITES.dental);
});

const post = (body: string) =>
  handle(
    new Request(ADDRESS, {
      method: "POST",
      headers: { "content-type": "application/json", "x-widget-key": dental.widgetKey },
      body,
    }),
  );

describe("hostile input", () => {
  test("NUL, lone surrogates, __proto__, double keys and deep nesting are harmless", async () => {
    const bodies = [
      '{"session_id":"hostile-one","message":"a\\u0000b \\ud800 c"}',
      '{"session_id":"hostile-one","message":"Hi","__proto__":{"message":"x"},"constructor":{"prototype":{}}}',
      '{"session_id":"hostile-one","message":"first","message":"Hi"}',
      `{"session_id":"hostile-one","message":"Hi","extra":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
      '{"session_id":"hostile-one","message":"=cmd|\' /C calc\'!A0\\r\\nSet-Cookie: x=1"}',
    ];
    for (const body of bodies) expect((await post(body)).status).toBe(200);
    expect(({} as { message?: string }).message).toBeUndefined();
  });

  test("nothing that can be sent makes a 500", async () => {
    await database.sql`update widget_keys set allowed_origins = '{*}' where tenant_id = ${dental.tenantId}`;
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.string({ unit: "grapheme", maxLength: 100 }),
      fc.constantFrom(
        "\u0000",
        "\ud800",
        "%",
        "' or 1=1 --",
        "../../etc",
        "{{7*7}}",
        "😀".repeat(50),
        "a".repeat(4000),
        "when are you open?",
        "my card is 4242424242424242",
        "12 12 12 12 12 12 12",
        "\\",
        "%_%",
        "?".repeat(300),
      ),
    );
    const body = fc.oneof(
      fc
        .record({
          session_id: fc.oneof(fc.constantFrom("fuzz-session-1", "fuzz-session-2"), text),
          message: text,
          message_id: fc.oneof(fc.uuid(), text, fc.constant(undefined)),
        })
        .map((value) => JSON.stringify(value)),
      fc.json({ maxDepth: 6 }),
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
    );
    const header = fc
      .string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)), maxLength: 60 })
      .map((value) => value.trim());
    const headers = fc.record(
      {
        accept: fc.constantFrom("text/event-stream", "application/json", ""),
        origin: header,
        "x-api-key": header,
        authorization: header,
        "x-request-id": header,
        "content-type": fc.constantFrom("application/json", "application/json; charset=x", "text/plain"),
      },
      { requiredKeys: [] },
    );
    const key = fc.oneof(fc.constant(null), header);
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("POST", "POST", "POST", "GET", "PUT"),
        body,
        headers,
        key,
        text,
        async (method, sent, given, widgetKey, search) => {
          const response = await handle(
            new Request(`${ADDRESS}?session_id=${encodeURIComponent(search.toWellFormed())}`, {
              method,
              headers: { "content-type": "application/json", ...given, "x-widget-key": widgetKey ?? dental.widgetKey },
              ...(method !== "GET" && { body: typeof sent === "string" ? sent : new Uint8Array(sent) }),
            }),
          );
          const answer = await response.text();
          seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
          expect(response.status, answer).toBeLessThan(500);
          expect(answer).not.toMatch(/\bat .*\.ts:\d|PostgresError|node_modules/);
        },
      ),
      { numRuns: 600 },
    );
    // The fuzz reached every part: answers, refusals of each kind.
    for (const status of [200, 400, 401, 405, 422]) expect(seen.get(status), String(status)).toBeGreaterThan(0);
  });
});
