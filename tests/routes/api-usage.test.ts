// The API's answers about the organisation and what it uses; reports of features; keys that make repeating safe; rates.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { recordUsage } from "#app/domain/billing/usage.ts";
import { API_SCOPES } from "#app/domain/team/keys.schema.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import { apiClient, keyFor } from "../support/api.ts";
import { pageServices } from "../support/pages.ts";
import { newPaidTenant, overrideLimit, type TestTenant } from "../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const NOW = new Date("2026-11-21T22:30:00Z");
const services = { ...(await pageServices(web)), now: () => NOW };
const api = apiClient(services);
let a: TestTenant;
let b: TestTenant;
let key: string;
let other: string;

beforeAll(async () => {
  [a, b] = [await newPaidTenant(web, sql, "usage-a"), await newPaidTenant(web, sql, "usage-b")];
  [key, other] = [await keyFor(web, a, ...API_SCOPES), await keyFor(web, b, ...API_SCOPES)];
});
beforeEach(async () => {
  await sql`delete from rate_limits`;
  await sql`delete from feature_usage`;
});

const REPORT = "/api/v1/analytics/feature-usage";
const report = (body: unknown, headers: Record<string, string> = {}, by = key) =>
  api.ask("POST", REPORT, { key: by, body, headers });
const counted = async (): Promise<string[]> => {
  const rows = await sql<{ line: string }[]>`
    select concat_ws(' ', case tenant_id when ${a.tenantId} then 'a' else 'b' end, feature, day, uses) as line
    from feature_usage order by 1`;
  return rows.map(({ line }) => line);
};

test("the organisation, as the key sees it", async () => {
  const answer = await api.ask("GET", "/api/v1/tenant/current", { key });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("x-request-id")).toBe("request-1");
  expect(answer.body).toMatchObject({
    ...{ id: a.tenantId, slug: "usage-a", status: "active", plan: { id: "basic", name: "Basic" }, sandbox: false },
  });
  expect(answer.body.features).toContainEqual({ key: "api", name: "REST API", beta: false, allowed: true });
  expect((await api.ask("GET", "/api/v1/tenant/current", { token: a.token })).body).toEqual(answer.body);
  const bearer = await api.ask("GET", "/api/v1/tenant/current", { headers: { authorization: `Bearer ${key}` } });
  expect(bearer.body).toEqual(answer.body);
});

test("a trial that has run out is suspended at once, whatever no job has said yet", async () => {
  await sql`update tenants set status = 'trialing', trial_ends_at = now() - interval '1 second' where id = ${b.tenantId}`;
  const subscription = await api.ask("GET", `/api/v1/tenant/${b.tenantId}/subscription`, { token: b.token });
  expect([subscription.status, subscription.body.status]).toEqual([200, "suspended"]);
  const tenant = await api.ask("GET", "/api/v1/tenant/current", { token: b.token });
  expect([tenant.status, tenant.body.code]).toEqual([403, "tenant_suspended"]);
  await sql`update tenants set status = 'active' where id = ${b.tenantId}`;
});

test("usage: each metric to the unit, with what goes beyond in cents", async () => {
  await overrideLimit(sql, a.tenantId, "messages", 100);
  await web.asTenant(a.actor, async (tx) => {
    await recordUsage(tx, { metric: "calls", quantity: 1520, key: "calls" });
    await recordUsage(tx, { metric: "messages", quantity: 7, key: "messages" });
  });
  const { status, body } = await api.ask("GET", `/api/v1/tenant/${a.tenantId}/usage/current`, { key });
  expect(status).toBe(200);
  expect(body).toMatchObject({ tenant_id: a.tenantId, plan: "basic", sandbox: false });
  const of = (metric: string) => body.metrics.find((one: { metric: string }) => one.metric === metric);
  expect(of("calls")).toEqual({
    ...{ metric: "calls", used: 1520, included: 1500, limit: 15_000 },
    ...{ overage: "bill", overage_units: 20, overage_cents: 2400 },
  });
  expect(of("messages")).toMatchObject({ used: 7, included: 100, overage_cents: 0 });
  expect(of("api_requests").used).toBeGreaterThan(0);
  expect(body.metrics).toHaveLength(9);
  expect(body.by_day.units.calls.reduce((sum: number, n: number) => sum + n, 0)).toBe(1520);
  expect(body.by_day.days).toHaveLength(body.by_day.units.calls.length);
  const { plan_cents, so_far_cents, currency } = body.forecast;
  expect([plan_cents, so_far_cents, currency]).toEqual([149_700, 152_100, "usd"]);
  await sql`delete from limit_overrides where tenant_id = ${a.tenantId}`;
});

test("one use, several, and those of yesterday, each on its day in the organisation's time zone", async () => {
  expect((await report({ feature: "booking_form" })).body).toEqual({ accepted: 1, uses: 1 });
  await sql`update tenants set time_zone = 'Asia/Tokyo' where id = ${a.tenantId}`;
  const events = [
    { feature: "booking_form", count: 3 },
    { feature: "booking_form", occurred_at: "2026-11-20T23:59:00+09:00" },
    { feature: "map.zoom", count: 2, occurred_at: "2026-11-21T14:00:00Z" },
  ];
  expect((await report({ events })).body).toEqual({ accepted: 3, uses: 6 });
  await report({ feature: "booking_form", count: 4 }, {}, other);
  expect(await counted()).toEqual([
    "a booking_form 2026-11-20 1",
    "a booking_form 2026-11-21 1",
    "a booking_form 2026-11-22 3",
    "a map.zoom 2026-11-21 2",
    "b booking_form 2026-11-21 4",
  ]);
  await sql`update tenants set time_zone = 'UTC' where id = ${a.tenantId}`;
});

test.each([
  ["no name", { count: 1 }, "feature"],
  ["a name of another alphabet", { feature: "Größe" }, "feature"],
  ["nothing at all", {}, "feature"],
  ["a count of none", { feature: "x", count: 0 }, "count"],
  ["half a count", { feature: "x", count: 0.5 }, "count"],
  ["a member that isn't known", { feature: "x", tenant_id: "y" }, "body"],
  ["no entries", { events: [] }, "events"],
  ["too many entries", { events: Array.from({ length: 101 }, () => ({ feature: "x" })) }, "events"],
  ["one bad entry among good ones", { events: [{ feature: "x" }, { feature: "X" }] }, "events.1.feature"],
  ["no time", { feature: "x", occurred_at: "yesterday" }, "occurred_at"],
  ["a time without its zone", { feature: "x", occurred_at: "2026-11-21T10:00:00" }, "occurred_at"],
  ["a day that there isn't", { feature: "x", occurred_at: "2026-02-30T10:00:00Z" }, "occurred_at"],
  ["what is to come", { feature: "x", occurred_at: "2026-11-21T22:36:00Z" }, "occurred_at"],
  ["what was long ago", { events: [{ feature: "x", occurred_at: "2026-10-17T22:29:00Z" }] }, "events.0.occurred_at"],
])("a report with %s is refused at its place, and nothing of it kept", async (_name, body, field) => {
  const answer = await report(body);
  expect([answer.status, Object.keys(answer.body.errors)]).toEqual([422, [field]]);
  expect(await counted()).toEqual([]);
});

test("more different features than anybody has are refused, and nothing of the report kept", async () => {
  const named = (from: number) => Array.from({ length: 100 }, (_, at) => ({ feature: `feature_${from + at}` }));
  for (const from of [0, 100, 200, 300, 400]) expect((await report({ events: named(from) })).status).toBe(200);
  expect((await report({ events: named(400) })).status).toBe(200);
  const answer = await report({ events: [{ feature: "feature_0" }, { feature: "one_more" }] });
  expect([answer.status, answer.body.code]).toEqual([422, "too_many_features"]);
  expect((await counted()).filter((line) => / feature_0 .* 1$/.test(line))).toHaveLength(1);
});

test("in sandbox a report is taken and nothing kept", async () => {
  await sql`update tenants set sandbox = true where id = ${a.tenantId}`;
  const answer = await report({ feature: "x" });
  await sql`update tenants set sandbox = false where id = ${a.tenantId}`;
  expect([answer.status, await counted()]).toEqual([200, []]);
});

describe("Idempotency-Key", () => {
  const once = (id: string) => ({ "idempotency-key": id });

  test("the same request again gets the first answer and counts once", async () => {
    const id = uuidv7();
    const first = await report({ feature: "x", count: 2 }, once(id));
    const again = await report({ count: 2, feature: "x" }, once(`"${id}"`));
    expect([first.status, first.body, first.headers.get("idempotent-replayed")]).toEqual([
      200,
      { accepted: 1, uses: 2 },
      null,
    ]);
    expect([again.status, again.body, again.headers.get("idempotent-replayed")]).toEqual([200, first.body, "true"]);
    expect(await counted()).toEqual(["a x 2026-11-21 2"]);
    await report({ feature: "x", count: 2 });
    expect(await counted()).toEqual(["a x 2026-11-21 4"]);
  });

  test("twenty at once count once", async () => {
    const id = uuidv7();
    const answers = await Promise.all(Array.from({ length: 20 }, () => report({ feature: "x" }, once(id))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ headers }) => headers.has("idempotent-replayed"))).toHaveLength(19);
    expect(await counted()).toEqual(["a x 2026-11-21 1"]);
  });

  test("another request under it is refused", async () => {
    const id = uuidv7();
    await report({ feature: "x" }, once(id));
    const answer = await report({ feature: "y" }, once(id));
    expect([answer.status, answer.body.code]).toEqual([422, "idempotency_key_reused"]);
    const elsewhere = await api.ask("POST", `/api/v1/tenant/${a.tenantId}/billing/payment`, {
      key,
      body: {},
      headers: once(id),
    });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([422, "idempotency_key_reused"]);
    expect(await counted()).toEqual(["a x 2026-11-21 1"]);
  });

  test("another caller's same key is another key, another organisation's too", async () => {
    const id = uuidv7();
    const second = await keyFor(web, a, "usage:write");
    for (const by of [key, second, other]) {
      expect((await report({ feature: "x" }, once(id), by)).headers.get("idempotent-replayed")).toBeNull();
    }
    expect((await api.ask("POST", REPORT, { token: a.token, body: { feature: "x" }, headers: once(id) })).status).toBe(
      200,
    );
    expect(await counted()).toEqual(["a x 2026-11-21 3", "b x 2026-11-21 1"]);
  });

  test("while the first is under way it is a conflict; what was given up may be tried again", async () => {
    const id = uuidv7();
    const path = `/api/v1/tenant/${a.tenantId}/subscription/cancel`;
    const cancel = () => api.ask("POST", path, { key, headers: once(id) });
    expect((await cancel()).body.code).toBe("no_subscription");
    // A refusal that depends on the moment isn't kept.
    expect(await sql`select 1 from idempotency_keys where key = ${id}`).toHaveLength(0);
    const [row] = await sql<{ id: string }[]>`
      insert into idempotency_keys (tenant_id, scope, key, request_hash, response)
      select tenant_id, 'api:key:' || id, ${id}, 'x', null from api_keys
      where key_hash = encode(sha256(${key}::bytea), 'hex') returning id`;
    expect((await cancel()).body.code).toBe("idempotency_key_reused");
    const hash = await hashOf("POST", path, undefined);
    await sql`update idempotency_keys set request_hash = ${hash} where id = ${row?.id ?? ""}`;
    const waiting = await cancel();
    expect([waiting.status, waiting.body.code]).toEqual([409, "idempotency_in_flight"]);
    expect(Number(waiting.headers.get("retry-after"))).toBeGreaterThan(0);
    await sql`update idempotency_keys set created_at = now() - interval '2 minutes' where id = ${row?.id ?? ""}`;
    expect((await cancel()).body.code).toBe("no_subscription");
  });

  test.each(["", " ", "a b", "x".repeat(256), "\u00e9"])("a key of a wrong form (%j) is refused", async (id) => {
    const answer = await report({ feature: "x" }, once(id));
    expect([answer.status, answer.body.code]).toEqual([400, "idempotency_key_invalid"]);
    expect(await counted()).toEqual([]);
  });
});

async function hashOf(method: string, path: string, body: unknown): Promise<string> {
  const { sha256Hex } = await import("#app/platform/ids.ts");
  return sha256Hex(`${method} ${path}\n${JSON.stringify(body ?? null)}`);
}

describe("rates", () => {
  test("every answer says how the limits stand", async () => {
    const ask = () => api.ask("GET", "/api/v1/tenant/current", { key });
    await ask();
    const { headers } = await ask();
    expect(headers.get("ratelimit-policy")).toBe('"caller";q=300;w=60, "tenant";q=1200;w=60, "address";q=600;w=60');
    expect(headers.get("ratelimit")).toMatch(/^"caller";r=298;t=\d+, "tenant";r=1198;t=\d+, "address";r=598;t=\d+$/);
    const refused = await report({});
    expect(refused.headers.get("ratelimit")).toMatch(/^"caller";r=297;/);
  });

  test("exactly as many as are allowed get through, then it says when; other callers go on", async () => {
    const ask = (by: string, ip: string) => api.ask("GET", "/api/v1/tenant/current", { key: by, ip });
    const second = await keyFor(web, a, "tenant:read");
    await ask(key, "192.0.2.9");
    await sql`update rate_limits set used = 290 where key like 'api:caller:%'`;
    const answers = await Promise.all(Array.from({ length: 25 }, () => ask(key, "192.0.2.9")));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    const [refused] = answers.filter(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ status: 429, code: "rate_limited" });
    expect(refused?.headers.get("ratelimit")).toMatch(/^"caller";r=0;/);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(second, "192.0.2.9")).status).toBe(200);
    expect((await ask(other, "192.0.2.9")).status).toBe(200);
  });
});
