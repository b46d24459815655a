// The staff's pages: who comes in, what they see over all tenants, and what they do to a set-up.
import { beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "#app/platform/ids.ts";
import * as home from "#app/routes/_app.home.tsx";
import * as index from "#app/routes/admin._index.ts";
import * as events from "#app/routes/admin.events.ts";
import * as provisioning from "#app/routes/admin.provisioning.tsx";
import * as sessions from "#app/routes/admin.sessions.tsx";
import * as tenants from "#app/routes/admin.tenants._index.tsx";
import * as tenantPage from "#app/routes/admin.tenants.$tenantId.tsx";
import * as frame from "#app/routes/admin.tsx";
import * as signIn from "#app/routes/sign-in.tsx";
import { testDatabase } from "../setup/database.ts";
import { cookieOf, makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { makeStaff } from "../support/staff.ts";
import { newTenant } from "../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const services = { ...(await pageServices(database.db.web)), staff: database.db.staff };
const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);

async function browse(token: string, through = services): Promise<Browser> {
  const browser = new Browser(through);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}
const superadmin = await makeStaff(database);
const staff = await browse(superadmin.token);
const support = await browse((await makeStaff(database, "support")).token);
const billing = await browse((await makeStaff(database, "billing")).token);
const owner = await browse(a.token);

const PAGES = [
  [frame, "/admin"],
  [index, "/admin"],
  [tenants, "/admin/tenants"],
  [tenantPage, "/admin/tenants/x"],
  [provisioning, "/admin/provisioning"],
  [sessions, "/admin/sessions"],
  [events, "/admin/events"],
] as const;

describe("who comes in", () => {
  test.each(PAGES)("%#: nobody but staff finds anything, and who isn't signed in is led there", async (route, path) => {
    const params = { tenantId: b.tenantId };
    const refused = await owner.get<{ code: string }>(route, path, params);
    expect([refused.status, refused.data.code]).toEqual([404, "not_found"]);
    expect((await new Browser(services).get(route, path, params)).location).toMatch(/^\/sign-in\?next=/);
  });

  test("staff without any tenant does, and signing in leads there", async () => {
    expect((await staff.get(frame, "/admin")).data).toMatchObject({ role: "superadmin", hasTenant: false });
    expect((await staff.get(index, "/admin")).location).toBe("/admin/tenants");
    expect((await staff.get(signIn, "/sign-in")).location).toBe("/admin");
    expect((await staff.get(home, "/home")).location).toBe("/switch-tenant");
    expect((await owner.get(signIn, "/sign-in")).location).toBe("/home");
    expect((await staff.get(sessions, "/admin/sessions")).data).toMatchObject({ sessions: [{ current: true }] });
  });

  test("a role that was taken away opens nothing from the next request on", async () => {
    const { token, actor } = await makeStaff(database);
    const former = await browse(token);
    expect((await former.get(tenants, "/admin/tenants")).status).toBe(200);
    await sql`update users set raw_app_meta_data = '{}' where id = ${actor.userId}`;
    expect((await former.get(tenants, "/admin/tenants")).status).toBe(404);
  });

  test("a process without the staff's login serves none of it", async () => {
    const without = await browse(superadmin.token, { ...services, staff: null as never });
    expect((await without.get(tenants, "/admin/tenants")).status).toBe(404);
  });

  test("who may look but not mend is told so", async () => {
    const path = `/admin/tenants/${b.tenantId}`;
    const params = { tenantId: b.tenantId };
    expect((await billing.get(tenantPage, path, params)).data).toMatchObject({ may: { mend: false, dns: false } });
    const refused = await billing.post<{ code: string }>(tenantPage, path, { intent: "retry" }, params);
    expect([refused.status, refused.data.code]).toEqual([403, "forbidden"]);
    const member = await owner.post<{ code: string }>(tenantPage, path, { intent: "retry" }, params);
    expect([member.status, member.data.code]).toEqual([404, "not_found"]);
  });
});

interface List {
  tenants: { id: string; name: string; host: string | null; status: string; plan: string }[];
  nextCursor: string | null;
}
const list = async (search = ""): Promise<List> => (await staff.get<List>(tenants, `/admin/tenants${search}`)).data;

describe("the list of tenants", () => {
  test("finds by name, address and contact, and by status", async () => {
    const found = await list(`?q=${b.canary.toUpperCase()}`);
    expect(found.tenants).toEqual([
      expect.objectContaining({ id: b.tenantId, host: `${b.slug}.localhost`, status: "active", plan: "premium" }),
    ]);
    expect((await list(`?q=${b.email}`)).tenants.map(({ id }) => id)).toEqual([b.tenantId]);
    expect((await list("?status=suspended")).tenants).toEqual([]);
    expect((await list("?q=%25")).tenants).toEqual([]);
    await newTenant(database.db.web, "Lapsed");
    await sql`update tenants set status = 'trialing', slug = 'lapsed', trial_ends_at = now() - interval '1 minute' where name = 'Lapsed'`;
    expect((await list("?status=suspended")).tenants).toMatchObject([{ name: "Lapsed" }]);
  });

  test("goes on where the page before ended, missing nobody and naming nobody twice", async () => {
    await sql`insert into tenants (name) select 'Many ' || n from generate_series(1, 60) n`;
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const page = await list(`?q=Many&cursor=${encodeURIComponent(cursor)}`);
      seen.push(...page.tenants.map(({ name }) => name));
      if (!page.nextCursor) break;
      cursor = page.nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([60, 60]);
  });

  test("takes a cursor or filter that isn't ours for none", async () => {
    expect((await list("?status=%00&cursor=nothing~x")).tenants.length).toBe(25);
  });
});

describe("one tenant's set-up", () => {
  const path = `/admin/tenants/${b.tenantId}`;
  const params = { tenantId: b.tenantId };
  interface Page {
    run: {
      status: string;
      steps: { id: string; label: string; status: string; reason: string | null; skippable: boolean }[];
    };
    tenant: { domains: { host: string; status: string }[] };
  }
  const look = async () => (await staff.get<Page>(tenantPage, path, params)).data;
  const trail = (action: string) =>
    sql`select actor_kind, actor_id, detail from audit_log where tenant_id = ${b.tenantId} and action = ${action}`;
  const waiting = async () =>
    (await sql`select from pgboss.job where name = 'provisioning.reconcile' and data ->> 'runId' = ${b.runId}`).length;

  beforeAll(async () => {
    await sql`update provisioning_steps set status = 'failed', reason = 'No luck.', attempts = 8
      where run_id = ${b.runId} and name = 'theme'`;
    await sql`update provisioning_steps set status = 'done' where run_id = ${b.runId} and position < (
      select position from provisioning_steps where run_id = ${b.runId} and name = 'theme')`;
    await sql`update provisioning_runs set status = 'failed' where id = ${b.runId}`;
  });

  test("is shown with what failed and why, and stands first among all", async () => {
    const { run, tenant } = await look();
    expect(run.steps).toContainEqual(
      expect.objectContaining({ status: "failed", reason: "No luck.", skippable: true }),
    );
    expect(tenant.domains).toMatchObject([{ host: `${b.slug}.localhost`, status: "live" }]);
    const { data } = await staff.get<{ runs: { tenantId: string; reason: string }[]; counts: object }>(
      provisioning,
      "/admin/provisioning",
    );
    expect(data.runs[0]).toMatchObject({ tenantId: b.tenantId, reason: "No luck.", step: "Publish your look" });
    expect(data.counts).toMatchObject({ failed: 1 });
  });

  test("is tried again by staff, which stands in the tenant's trail", async () => {
    const before = await waiting();
    expect((await support.post(tenantPage, path, { intent: "retry" }, params)).status).toBe(200);
    expect((await look()).run.status).toBe("running");
    expect(await waiting()).toBe(before + 1);
    expect(await trail("provisioning.retried")).toMatchObject([{ actor_kind: "staff" }]);
  });

  test("loses a step only with a reason, and goes on", async () => {
    const step = (await look()).run.steps.find(({ label }) => label === "Publish your look");
    const silent = await staff.post(tenantPage, path, { intent: "skip", stepId: step?.id ?? "", reason: " " }, params);
    expect([silent.status, Object.keys(silent.data.result.error ?? {})]).toEqual([422, ["reason"]]);
    const reason = "Their own proxy stands in front.";
    const skip = () => staff.post(tenantPage, path, { intent: "skip", stepId: step?.id ?? "", reason }, params);
    expect((await skip()).status).toBe(200);
    expect((await look()).run.steps).toContainEqual(
      expect.objectContaining({ id: step?.id, status: "skipped", reason: `Skipped by our staff: ${reason}` }),
    );
    expect((await skip()).status).toBe(409);
    expect(await trail("provisioning.step_skipped")).toMatchObject([
      { actor_kind: "staff", actor_id: superadmin.actor.userId, detail: { step: "theme", reason } },
    ]);
  });

  test("keeps the step that everything stands on", async () => {
    await sql`update provisioning_steps set status = 'failed' where run_id = ${b.runId} and name = 'subdomain'`;
    const step = (await look()).run.steps[0];
    expect(step?.skippable).toBe(false);
    const fields = { intent: "skip", stepId: step?.id ?? "", reason: "Because." };
    expect((await staff.post(tenantPage, path, fields, params)).status).toBe(409);
  });

  test("has no step of another tenant's", async () => {
    const [step] = await sql`select id from provisioning_steps where run_id = ${a.runId} and name = 'theme'`;
    const fields = { intent: "skip", stepId: String(step?.id), reason: "Because." };
    expect((await staff.post(tenantPage, path, fields, params)).status).toBe(404);
  });

  test("is ended once, by the worker's hands", async () => {
    const cancel = () => staff.post(tenantPage, path, { intent: "cancel" }, params);
    expect((await cancel()).status).toBe(200);
    expect((await look()).run.status).toBe("cancelling");
    expect((await cancel()).status).toBe(409);
    expect((await staff.post(tenantPage, path, { intent: "retry" }, params)).status).toBe(409);
    expect(await trail("provisioning.cancelled")).toHaveLength(1);
  });

  test("isn't there for an organisation that nobody has", async () => {
    for (const tenantId of [uuidv7(), "nonsense"])
      expect((await staff.get(tenantPage, `/admin/tenants/${tenantId}`, { tenantId })).status).toBe(404);
  });
});

test("the staff's news are every tenant's, and end with the role", async () => {
  const answer = await staff.get<ReadableStream<Uint8Array>>(events, "/admin/events");
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const reader = answer.data.getReader();
  for (const { tenantId, runId } of [a, b]) {
    await database.db.worker.asSystem({ reason: "test", tenantId }, (tx) => tx`select app.announce('usage', ${runId})`);
    await database.db.worker.asSystem(
      { reason: "test", tenantId },
      (tx) => tx`select app.announce('provisioning', ${runId})`,
    );
  }
  let text = "";
  while (!(text.includes(a.runId) && text.includes(b.runId)))
    text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  expect(text).not.toContain("usage");
});
