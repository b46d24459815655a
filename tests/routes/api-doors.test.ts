// Who gets in at the API's doors, with what, and what each refusal says. Made from the endpoints' declarations.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { API_SCOPES, type ApiScope } from "#app/domain/team/keys.schema.ts";
import { makeApiKey } from "#app/domain/team/keys.ts";
import { may } from "#app/domain/team/permissions.ts";
import { openSession } from "#app/domain/team/sessions.ts";
import type { TenantRole } from "#app/platform/actor.ts";
import { randomToken, sha256Hex, uuidv7 } from "#app/platform/ids.ts";
import { ENDPOINTS } from "#app/web/api/catalogue.ts";
import type { Endpoint } from "#app/web/api/declare.ts";
import { testDatabase } from "../setup/database.ts";
import { addressOf, apiClient, keyFor, tenantEndpoints } from "../support/api.ts";
import { pageServices } from "../support/pages.ts";
import { newPaidTenant, newTrialTenant, overrideLimit, type TestTenant } from "../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const services = await pageServices(web);
const api = apiClient(services);
let a: TestTenant;
let b: TestTenant;
let trial: TestTenant;
let keys: { all: string; none: string; trial: string };

beforeAll(async () => {
  a = await newPaidTenant(web, sql, "company-a");
  b = await newPaidTenant(web, sql, "company-b");
  trial = await newTrialTenant(web, "company-t");
  await overrideLimit(sql, a.tenantId, "seats", null);
  const none = await keyFor(web, a, "chat");
  await sql`update api_keys set scopes = '{}' where key_hash = ${await sha256Hex(none)}`;
  keys = { all: await keyFor(web, a, ...API_SCOPES), none, trial: await keyFor(web, trial, ...API_SCOPES) };
});
beforeEach(async () => {
  await sql`delete from rate_limits`;
});

const scopeOf = ({ auth }: Endpoint): ApiScope => (auth.by === "tenant" ? auth.scope : "chat");
/** What the endpoint is asked with when only the door is in question. */
const bodyOf = ({ body }: Endpoint) => (body ? { body: body.example } : {});
const usedBy = async (tenant: TestTenant): Promise<number> => {
  const [row] = await sql<{ n: number }[]>`
    select coalesce(sum(quantity), 0)::int as n from usage_events where tenant_id = ${tenant.tenantId} and metric = 'api_requests'`;
  return row?.n ?? 0;
};
async function memberOf(tenant: TestTenant, role: TenantRole): Promise<string> {
  const [person] = await sql<{ id: string }[]>`
    insert into users (email, encrypted_password, email_confirmed_at)
    values (${`${randomToken(6).toLowerCase()}@example.test`}, 'none', now()) returning id`;
  const userId = person?.id ?? "";
  await sql`insert into memberships (tenant_id, user_id, role) values (${tenant.tenantId}, ${userId}, ${role})`;
  return openSession(web, userId, { userAgent: "test", ip: null }, null);
}

describe.each(tenantEndpoints)("$method $path", (endpoint) => {
  const ask = (sent: Parameters<typeof api.ask>[2], tenantId = a.tenantId) =>
    api.ask(endpoint.method, addressOf(endpoint, tenantId), { ...bodyOf(endpoint), ...sent });

  test("nobody gets in, nor does a session's cookie", async () => {
    const cookie = { cookie: `foyer_session=${a.token}` };
    for (const answer of [await ask({}), await ask({ headers: cookie })]) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
      expect(answer.body).toMatchObject({ status: 401, code: "unauthenticated" });
    }
  });

  test("unknown, revoked and expired keys and sessions are refused alike", async () => {
    const [revoked, expired] = [await keyFor(web, a, scopeOf(endpoint)), await keyFor(web, a, scopeOf(endpoint))];
    expect((await ask({ key: revoked })).status).not.toBe(401);
    await sql`update api_keys set revoked_at = now() where key_hash = ${await sha256Hex(revoked)}`;
    await sql`update api_keys set expires_at = now() - interval '1 second' where key_hash = ${await sha256Hex(expired)}`;
    const seen = [await ask({ key: await makeApiKey() }), await ask({ key: revoked }), await ask({ key: expired })];
    for (const answer of seen) expect([answer.status, answer.body]).toEqual([401, seen[0]?.body]);
    const session = await openSession(web, a.userId, { userAgent: "test", ip: null }, null);
    await sql`update sessions set revoked_at = now() where token_hash = ${await sha256Hex(session)}`;
    const ended = [await ask({ token: randomToken(32) }), await ask({ token: session })];
    for (const answer of ended) expect([answer.status, answer.body]).toEqual([401, ended[0]?.body]);
  });

  test("a key needs the scope, and each other scope is not it", async () => {
    const others = await keyFor(web, a, ...API_SCOPES.filter((scope) => scope !== scopeOf(endpoint)));
    for (const key of [keys.none, others]) {
      const answer = await ask({ key });
      expect([answer.status, answer.body.code]).toEqual([403, "scope_missing"]);
    }
    const answer = await ask({ key: await keyFor(web, a, scopeOf(endpoint)) });
    expect(answer.body.code).not.toBe("scope_missing");
    expect([401, 403]).not.toContain(answer.status);
  });

  test.each(["owner", "admin", "agent", "viewer"] as const)("%s: as the table of permissions says", async (role) => {
    if (endpoint.auth.by !== "tenant") return;
    const answer = await ask({ token: await memberOf(a, role) });
    const allowed = may(role, endpoint.auth.permission);
    expect([role, answer.status === 403]).toEqual([role, !allowed]);
    expect(answer.status).not.toBe(401);
  });

  test("without the plan's API a key opens nothing; its owner's session does", async () => {
    const answer = await ask({ key: keys.trial }, trial.tenantId);
    expect([answer.status, answer.body.code]).toEqual([402, "feature_not_in_plan"]);
    expect(answer.body.upgrade_url).toMatch(/^http:\/\/localhost:3000\/billing\/plans/);
    expect([401, 402, 403]).not.toContain((await ask({ token: trial.token }, trial.tenantId)).status);
  });

  test("each request by key counts once, a person's not at all, a refused one neither", async () => {
    const before = await usedBy(a);
    await ask({ key: keys.none });
    await ask({ token: a.token });
    await ask({});
    expect((await usedBy(a)) - before).toBe(0);
    await ask({ key: keys.all });
    await ask({ key: keys.all, headers: { "x-request-id": "the-same-again" } });
    expect((await usedBy(a)) - before).toBe(2);
  });

  test.runIf(endpoint.path.includes("{id}"))("another's id looks like nobody's, and nothing is done", async () => {
    const operations = () => sql`select count(*) from billing_operations`;
    const before = await operations();
    for (const who of [{ key: keys.all }, { token: a.token }]) {
      const seen = await Promise.all(
        [b.tenantId, uuidv7(), "x", "%00", b.tenantId.toUpperCase(), `${a.tenantId}0`].map((id) => ask(who, id)),
      );
      for (const { status, body } of seen) {
        expect([status, { ...body, instance: "" }]).toEqual([404, { ...seen[1]?.body, instance: "" }]);
      }
      expect((await ask(who, a.tenantId.toUpperCase())).status).not.toBe(404);
    }
    expect(await operations()).toEqual(before);
  });

  test("a suspended organisation's keys are refused; its people get to what a payment needs", async () => {
    const paused = await newPaidTenant(
      web,
      sql,
      `paused-${randomToken(6)
        .toLowerCase()
        .replaceAll(/[^a-z0-9]/g, "x")}`,
    );
    const key = await keyFor(web, paused, ...API_SCOPES);
    await sql`update tenants set status = 'suspended' where id = ${paused.tenantId}`;
    const byKey = await ask({ key }, paused.tenantId);
    expect([byKey.status, byKey.body.code]).toEqual([403, "tenant_suspended"]);
    const byOwner = await ask({ token: paused.token }, paused.tenantId);
    const open = endpoint.auth.by === "tenant" && endpoint.auth.whileSuspended === true;
    expect([byOwner.status === 403, byOwner.status]).toEqual([!open, open ? byOwner.status : 403]);
    if (!open)
      expect(byOwner.body).toMatchObject({ code: "tenant_suspended", billing_url: "http://localhost:3000/billing" });
  });

  test("other methods are refused, with those that are taken", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const taken = ENDPOINTS.filter(({ path }) => path === endpoint.path).map((one) => one.method as string);
      if (taken.includes(method)) continue;
      const answer = await api.ask(method, addressOf(endpoint, a.tenantId), { key: keys.all });
      expect([method, answer.status, answer.headers.get("allow")]).toEqual([method, 405, taken.join(", ")]);
    }
  });
});

test("the operator's figures are for staff alone", async () => {
  const path = "/api/v1/platform/metrics";
  const staffed = apiClient({ ...services, staff: database.db.staff });
  const owner = await staffed.ask("GET", path, { token: a.token });
  const program = await staffed.ask("GET", path, { key: keys.all });
  expect([owner.status, program.status, owner.body.code]).toEqual([403, 403, "forbidden"]);
  expect(program.body).toEqual(owner.body);
  expect((await staffed.ask("GET", path)).status).toBe(401);
  for (const role of ["support", "billing", "superadmin"]) {
    await sql`update users set raw_app_meta_data = ${sql.json({ staff_role: role })} where id = ${b.userId}`;
    expect((await staffed.ask("GET", path, { token: b.token })).status).toBe(200);
  }
  await sql`update users set raw_app_meta_data = '{}' where id = ${b.userId}`;
  expect((await staffed.ask("GET", path, { token: b.token })).status).toBe(403);
});

test("a member can't give a key more than they may themselves", async () => {
  const admin = { ...a.actor, role: "admin" as const };
  const made = (scopes: ApiScope[], actor = admin) => keyFor(web, { ...a, actor }, ...scopes);
  await expect(made(["billing:write"])).rejects.toMatchObject({ code: "forbidden" });
  await expect(made(["chat", "billing:read"])).resolves.toMatch(/^fk_/);
  await expect(made(["billing:write"], a.actor as never)).resolves.toMatch(/^fk_/);
});
