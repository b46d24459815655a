// A tenant on Trial can't use what Basic has, by any door: chat, function, API. Pages and jobs: usage-pages.test.ts; the
// API's other endpoints: tests/routes/api-doors.test.ts. Each door opens once the plan is paid for: so the refusals are the plan's.
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { ChatCaller } from "#app/domain/agent/chat.ts";
import { chat } from "#app/domain/agent/chat.ts";
import { chatPage } from "#app/domain/agent/chat-page.ts";
import type { Model } from "#app/domain/agent/model.ts";
import { createApiKey, currentWidgetKey } from "#app/domain/team/keys.ts";
import * as chatRoute from "#app/routes/api.v1.chat.ts";
import { chatHandler } from "../../../supabase/functions/chat/handler.ts";
import { testDatabase } from "../../setup/database.ts";
import { chatServices } from "../../support/agent.ts";
import { pageServices } from "../../support/pages.ts";
import { refusal } from "../../support/refusal.ts";
import { newTrialTenant, overrideLimit, payPlan, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const services = chatServices(database);
const pages = await pageServices(web);
const fresh = () => newTrialTenant(web, `doors-${randomUUID().slice(0, 8)}`);
let tenant: TestTenant;
beforeEach(async () => {
  tenant = await fresh();
});

const used = async (metric: string) => {
  const [row] = await sql`
    select coalesce(sum(used), 0)::int as used from usage_counters where tenant_id = ${tenant.tenantId} and metric = ${metric}`;
  return row?.used;
};
const stored = async () => {
  const [row] = await sql`select count(*)::int as n from messages where tenant_id = ${tenant.tenantId}`;
  return row?.n;
};

/** Models as they differ for counting: one within the transaction, one that calls a vendor and tells its cost. */
function remoteModel(): Model {
  return {
    ...{ name: "remote", limitMs: 2_000, local: false },
    begin: () => ({
      async next(_results, { say, spent }) {
        spent(120);
        say({ kind: "phrase", key: "ask_question" });
        return { kind: "done", verdict: { intent: "question", confidence: 1, answered: null, suggestions: [] } };
      },
    }),
  };
}
const MODELS: [string, Model][] = [
  ["the built-in model", services.model],
  ["a vendor's model", remoteModel()],
];

describe.each(MODELS)("messages, by %s", (_name, model) => {
  const say = (
    extra: { message_id?: string; session_id?: string; message?: string } = {},
    caller: Partial<ChatCaller> = {},
  ) =>
    chat(
      { ...services, model },
      { tenantId: tenant.tenantId, channel: "web", ...caller },
      { session_id: "visitor-0001", message: "When are you open?", ...extra },
    );

  test("one counts for each that the agent answers, and a repeated one once", async () => {
    const message_id = randomUUID();
    await Promise.all(Array.from({ length: 20 }, () => say({ message_id })));
    expect(await used("messages")).toBe(1);
    await say();
    expect(await used("messages")).toBe(2);
    expect(await used("ai_tokens")).toBe(model.local ? 0 : 240);
  });

  test("at the limit a visitor reads polite words and nothing is stored; the answer is still there for who repeats", async () => {
    await overrideLimit(sql, tenant.tenantId, "messages", 2);
    const message_id = randomUUID();
    const first = await say({ message_id });
    await say();
    const before = await stored();
    const refused = await refusal(say());
    expect(refused).toMatchObject({ code: "forbidden", reason: "limit_reached" });
    expect(refused.message).toContain("paused");
    expect([await stored(), await used("messages")]).toEqual([before, 2]);
    expect(await say({ message_id })).toEqual(first);
    const page = await chatPage(database.db.functions, tenant.tenantId, null);
    expect(page.agent.online).toBe(false);
    await overrideLimit(sql, tenant.tenantId, "messages", 3);
    await say();
    expect(await used("messages")).toBe(3);
  });

  test("a program is told what to do and when it passes", async () => {
    await overrideLimit(sql, tenant.tenantId, "messages", 0);
    const refused = await refusal(say({}, { channel: "api" }));
    expect(refused).toMatchObject({ code: "payment_required", reason: "limit_reached" });
    expect(refused.help).toMatchObject({ upgrade_url: "/billing/plans?plan=basic" });
  });

  test("of many at once no more are answered than there is room for", async () => {
    await overrideLimit(sql, tenant.tenantId, "messages", 5);
    const settled = await Promise.allSettled(
      Array.from({ length: 25 }, (_, i) => say({ session_id: `visitor-${1000 + i}` })),
    );
    expect(settled.filter(({ status }) => status === "fulfilled").length).toBe(5);
    expect([await used("messages"), await stored()]).toEqual([5, 10]);
  });

  test("what people answer costs nothing and needs no room", async () => {
    await say();
    await sql`update conversations set state = 'human' where tenant_id = ${tenant.tenantId}`;
    await overrideLimit(sql, tenant.tenantId, "messages", 1);
    expect(await say()).toMatchObject({ handoff: true, reply: "" });
    await sql`update conversations set state = 'waiting' where tenant_id = ${tenant.tenantId}`;
    expect((await say()).handoff).toBe(true);
    expect(await used("messages")).toBe(1);
  });

  test("a trial that has ended and a grace that is over stop the agent without any job", async () => {
    await say();
    await sql`update tenants set trial_ends_at = now() - interval '1 minute' where id = ${tenant.tenantId}`;
    expect(await refusal(say())).toMatchObject({ code: "forbidden", reason: "tenant_suspended" });
    await payPlan(sql, tenant.tenantId);
    await say();
    await sql`update tenants set status = 'past_due' where id = ${tenant.tenantId}`;
    await sql`update billing_accounts set past_due_since = now() - interval '8 days' where tenant_id = ${tenant.tenantId}`;
    expect(await refusal(say())).toMatchObject({ code: "forbidden", reason: "tenant_suspended" });
  });

  test("in sandbox test messages have an allowance of their own", async () => {
    await overrideLimit(sql, tenant.tenantId, "messages", 0);
    await say({}, { sandbox: true });
    await expect(say()).rejects.toMatchObject({ reason: "limit_reached" });
    const rows =
      await sql`select sandbox, used::int from usage_counters where tenant_id = ${tenant.tenantId} and metric = 'messages'`;
    expect(rows.filter(({ used }) => used > 0)).toEqual([{ sandbox: true, used: 1 }]);
  });
});

describe("the API", () => {
  const MESSAGE = JSON.stringify({ session_id: "visitor-0001", message: "When are you open?" });
  const doors = async () => {
    const { key } = await web.asTenant(tenant.actor, (tx) =>
      createApiKey(tx, tenant.actor, { name: "Key", scopes: ["chat"] }),
    );
    const { publicKey } = await web.asTenant(tenant.actor, (tx) => currentWidgetKey(tx));
    const request = (headers: Record<string, string>) =>
      new Request("http://localhost:3000/api/v1/chat", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: MESSAGE,
      });
    const context = { services: pages, requestId: "the-same", nonce: "", site: { kind: "app" }, clientIp: "192.0.2.1" };
    const handle = chatHandler(services);
    return {
      function: () => handle(request({ "x-api-key": key, "x-request-id": "the-same-again" })),
      route: () =>
        chatRoute.action({ request: request({ "x-api-key": key }), params: {}, context } as never) as Promise<Response>,
      widget: () => handle(request({ "x-widget-key": publicKey })),
    };
  };

  test("a key on Trial opens neither the function nor the route; the widget works", async () => {
    const { function: call, route, widget } = await doors();
    for (const open of [call, route]) {
      const refused = await open();
      expect(refused.status).toBe(402);
      expect(await refused.json()).toMatchObject({
        code: "feature_not_in_plan",
        feature: "api",
        detail: "REST API isn't part of your plan. It comes with Basic.",
        upgrade_url: "http://localhost:3000/billing/plans?plan=basic",
      });
    }
    expect((await widget()).status).toBe(200);
    expect([await used("api_requests"), await used("messages")]).toEqual([0, 1]);
    await payPlan(sql, tenant.tenantId);
    for (const open of [call, route]) expect((await open()).status).toBe(200);
  });

  test("each request counts, whatever its id says, and at the limit no more come in", async () => {
    await payPlan(sql, tenant.tenantId);
    await overrideLimit(sql, tenant.tenantId, "api_requests", 3);
    const { function: call, route, widget } = await doors();
    for (const open of [call, call, route]) expect((await open()).status).toBe(200);
    const refused = await call();
    expect(refused.status).toBe(402);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(1000);
    expect(await refused.json()).toMatchObject({ code: "limit_reached", metric: "api_requests", limit: 3 });
    expect((await widget()).status).toBe(200);
    expect(await used("api_requests")).toBe(3);
  });

  test("where messages are used up, a program gets a whole address to follow", async () => {
    await payPlan(sql, tenant.tenantId);
    await overrideLimit(sql, tenant.tenantId, "messages", 0);
    const { function: call, route } = await doors();
    for (const open of [call, route]) {
      const refused = await open();
      expect(refused.status).toBe(402);
      expect(await refused.json()).toMatchObject({
        code: "limit_reached",
        metric: "messages",
        upgrade_url: "http://localhost:3000/billing/plans?plan=basic",
      });
    }
  });

  test("a suspended tenant's key is refused", async () => {
    await payPlan(sql, tenant.tenantId);
    const { function: call } = await doors();
    await sql`update tenants set status = 'suspended' where id = ${tenant.tenantId}`;
    const refused = await call();
    expect([refused.status, (await refused.json()).code]).toEqual([403, "tenant_suspended"]);
  });
});
