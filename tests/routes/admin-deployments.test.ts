// Deployments as staff sees them: the board over all tenants and one with its log and its use of resources.
import { describe, expect, test } from "vitest";
import { uuidv7 } from "#app/platform/ids.ts";
import * as board from "#app/routes/admin.deployments._index.tsx";
import * as logPart from "#app/routes/admin.deployments.$tenantId.$deploymentId._index.tsx";
import * as page from "#app/routes/admin.deployments.$tenantId.$deploymentId.tsx";
import * as logLines from "#app/routes/admin.deployments.$tenantId.$deploymentId_.log.ts";
import * as logFile from "#app/routes/admin.deployments.$tenantId.$deploymentId_.log[.]txt.ts";
import { testDatabase } from "../setup/database.ts";
import { cookieOf, makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { makeStaff } from "../support/staff.ts";

const database = await testDatabase();
const { sql } = database;
const services = { ...(await pageServices(database.db.web)), staff: database.db.staff };
const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);

function browse(token: string, through = services): Browser {
  const browser = new Browser(through);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}
const superadmin = await makeStaff(database);
const staff = browse(superadmin.token);
const support = await makeStaff(database, "support");
const helper = browse(support.token);
/** Where somebody else runs tenants' hosts. */
const byService = browse(support.token, {
  ...services,
  env: { ...services.env, deployments: { ...services.env.deployments, provider: "webhook", version: "v9" } },
});
const billing = browse((await makeStaff(database, "billing")).token);
const owner = browse(a.token);
const addressOf = (tenantId: string, deploymentId: string, rest = "") =>
  [`/admin/deployments/${tenantId}/${deploymentId}${rest}`, { tenantId, deploymentId }] as const;

interface Row {
  id: string;
  tenantId: string;
  status: string;
}
interface Board {
  deployments: Row[];
  nextCursor: string | null;
  counts: { live: number; open: number; failed: number };
}
const list = async (search = "") => (await staff.get<Board>(board, `/admin/deployments${search}`)).data;

interface Given {
  status?: string;
  version?: string;
  kind?: string;
  provider?: string;
  progress?: number;
  reason?: string | null;
  minutesAgo?: number;
}
/** Puts a deployment there as the worker leaves it behind. */
async function put(tenantId: string, given: Given = {}): Promise<string> {
  const { status = "live", version = "v1", kind = "deploy", provider = "webhook", progress = 100 } = given;
  const over = !["queued", "building", "deploying"].includes(status);
  const at = new Date(Date.now() - (given.minutesAgo ?? 0) * 60_000);
  const id = uuidv7();
  await sql`
    insert into deployments (tenant_id, id, kind, provider, external_id, version, status, progress, reason, created_at,
      started_at, finished_at, live_at)
    values (${tenantId}, ${id}, ${kind}, ${provider}, ${id}, ${version}, ${status}, ${progress}, ${given.reason ?? null}, ${at},
      ${at}, ${over ? at : null}, ${["live", "superseded"].includes(status) ? at : null})`;
  return id;
}

describe("the board", () => {
  test("is there for staff alone", async () => {
    const refused = await owner.get<{ code: string }>(board, "/admin/deployments");
    expect([refused.status, refused.data.code]).toEqual([404, "not_found"]);
    expect((await new Browser(services).get(board, "/admin/deployments")).location).toMatch(/^\/sign-in\?next=/);
  });

  test("shows every tenant's, newest first, found by tenant, address, version and state", async () => {
    const building = await put(a.tenantId, { status: "building", version: "2026.11-rc1", progress: 45 });
    const failed = await put(b.tenantId, { status: "failed", reason: "The build ran out of memory." });
    const old = await put(b.tenantId, { status: "failed", minutesAgo: 25 * 60 });
    const all = await list();
    expect(all.deployments.map(({ id }) => id)).toEqual([failed, building, ...ids(all, a, b), old]);
    expect(all.counts).toEqual({ live: 2, open: 1, failed: 1 });
    expect(all.deployments[0]).toMatchObject({
      tenantName: expect.stringContaining(b.canary),
      host: `${b.slug}.localhost`,
      reason: "The build ran out of memory.",
    });
    expect((await list("?state=open")).deployments.map(({ id }) => id)).toEqual([building]);
    expect((await list("?state=failed")).deployments.map(({ id }) => id)).toEqual([failed, old]);
    expect((await list("?q=11-RC")).deployments.map(({ id }) => id)).toEqual([building]);
    expect((await list(`?q=${b.slug}.localhost&state=live`)).deployments).toMatchObject([{ id: b.deploymentId }]);
    expect((await list("?q=%25")).deployments).toEqual([]);
  });

  test("goes on where the page before ended, missing none and naming none twice", async () => {
    await sql`insert into deployments (tenant_id, kind, provider, version, status)
      select ${a.tenantId}, 'deploy', 'webhook', 'many-' || n, 'superseded' from generate_series(1, 60) n`;
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const page = await list(`?q=many-&cursor=${encodeURIComponent(cursor)}`);
      seen.push(...page.deployments.map(({ id }) => id));
      if (!page.nextCursor) break;
      cursor = page.nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([60, 60]);
    await sql`delete from deployments where version like 'many-%'`;
  });

  test("takes a state or cursor that isn't ours for none", async () => {
    expect((await list("?state=%00&cursor=nothing~x")).deployments.length).toBeGreaterThan(1);
  });
});

/** The parties' own deployments, in the order in which they stand. */
const ids = ({ deployments }: Board, ...parties: { deploymentId: string }[]): string[] =>
  deployments.map(({ id }) => id).filter((id) => parties.some(({ deploymentId }) => deploymentId === id));

interface Page {
  deployment: {
    status: string;
    newest: boolean;
    openId: string | null;
    live: { id: string; version: string } | null;
    earlier: { id: string; version: string }[];
    wantedReplicas: number | null;
    requestedBy: string | null;
    cancelRequestedAt: Date | null;
  };
  usage: {
    points: { at: Date; cpuPercent: number; requestsPerMinute: number | null }[];
    latest: object;
    mean: object;
    peak: object;
  } | null;
  mend: boolean;
}
const look = async (tenantId: string, id: string, search = "") =>
  (await staff.get<Page>(page, ...withSearch(addressOf(tenantId, id), search))).data;
const withSearch = ([path, params]: ReturnType<typeof addressOf>, search: string) => [path + search, params] as const;

describe("one deployment", () => {
  test.each([
    ["page", page],
    ["log", logPart],
    ["lines", logLines],
    ["file", logFile],
  ])("%s: is there for staff alone, under its own tenant alone", async (_, route) => {
    const own = addressOf(a.tenantId, a.deploymentId);
    const refused = await owner.get<{ code: string }>(route, ...own);
    expect([refused.status, refused.data.code]).toEqual([404, "not_found"]);
    expect((await new Browser(services).get(route, ...own)).location).toMatch(/^\/sign-in\?next=/);
    expect((await billing.get(route, ...own)).status).toBe(200);
    for (const [tenantId, id] of [
      [b.tenantId, a.deploymentId],
      [uuidv7(), uuidv7()],
      ["nonsense", "nonsense"],
    ] as const)
      expect((await staff.get(route, ...addressOf(tenantId, id))).status).toBe(404);
  });

  test("tells what runs, what is under way and which versions were live before", async () => {
    const tenantId = (await makeParty(database, "c")).tenantId;
    await sql`delete from deployments where tenant_id = ${tenantId}`;
    const first = await put(tenantId, { status: "superseded", version: "v1", minutesAgo: 40 });
    await put(tenantId, { status: "superseded", version: "v2", minutesAgo: 30 });
    await put(tenantId, { status: "failed", version: "v3", minutesAgo: 20 });
    const again = await put(tenantId, { status: "superseded", version: "v2", kind: "rollback", minutesAgo: 15 });
    const live = await put(tenantId, { version: "v4", minutesAgo: 10 });
    const open = await put(tenantId, { status: "queued", version: "v5", progress: 0 });
    expect((await look(tenantId, live)).deployment).toMatchObject({
      status: "live",
      newest: false,
      openId: open,
      live: { id: live, version: "v4" },
      earlier: [
        { id: again, version: "v2" },
        { id: first, version: "v1" },
      ],
    });
    expect((await look(tenantId, open)).deployment).toMatchObject({ newest: true, openId: open });
  });

  test("shows what it uses as means of stretches, with the peak, and nothing where nobody measures", async () => {
    const id = await put(a.tenantId, { status: "superseded" });
    expect((await look(a.tenantId, id)).usage).toBeNull();
    await sql`
      insert into deployment_samples (tenant_id, deployment_id, sampled_at, cpu_percent, memory_bytes, requests_per_minute)
      select ${a.tenantId}, ${id}, timestamptz '2026-11-20 12:00:00Z' + n * interval '10 seconds', n % 4, 1000, null
      from generate_series(0, 8639) n`;
    const hour = (await look(a.tenantId, id)).usage;
    expect(hour).toMatchObject({
      latest: { cpuPercent: 3, memoryBytes: 1000, requestsPerMinute: null },
      mean: { cpuPercent: 1.5, requestsPerMinute: null },
      peak: { cpuPercent: 3, memoryBytes: 1000, requestsPerMinute: null },
    });
    expect(hour?.points).toHaveLength(90);
    const day = (await look(a.tenantId, id, "?span=24h")).usage;
    expect([day?.points.length, day?.points[1]?.cpuPercent]).toEqual([90, 1.5]);
    expect(day?.points[0]?.at).toEqual(new Date("2026-11-20T12:00:00Z"));
  });
});

interface Lines {
  lines: { line: number; level: string; message: string; at: string }[];
  older: boolean;
  through: number;
  more: boolean;
}

describe("the log", () => {
  const levels = ["debug", "info", "warn", "error"];
  const write = (id: string, from: number, to: number) => sql`
    insert into deployment_logs (tenant_id, deployment_id, line, level, message, logged_at)
    select ${a.tenantId}, ${id}, n, (${levels}::text[])[1 + n % 4], 'Line ' || n || ' of 100%',
      timestamptz '2026-11-20 12:00:00Z' + n * interval '1 second'
    from generate_series(${from}::int, ${to}::int) n`;
  const numbers = ({ lines }: Lines) => lines.map(({ line }) => line);
  /** The answer as it goes over the wire. */
  const fetched = (route: typeof logFile | typeof logLines, id: string, search: string): Promise<Response> => {
    const [, params] = addressOf(a.tenantId, id);
    const context = { services, requestId: "", nonce: "", site: { kind: "app" as const }, clientIp: "192.0.2.1" };
    const request = new Request(`http://localhost:3000/${search}`, { headers: cookieOf(superadmin.token) });
    return route.loader({ request, params, context });
  };
  const ask = async (id: string, search: string): Promise<Lines> => (await fetched(logLines, id, search)).json();

  test("begins with the newest lines, pages back to the first and goes on after the last", async () => {
    const id = await put(a.tenantId, { status: "superseded" });
    await write(id, 1, 1200);
    const { first } = (await staff.get<{ first: Lines }>(logPart, ...addressOf(a.tenantId, id))).data;
    expect([numbers(first)[0], numbers(first).length, first.older, first.through]).toEqual([701, 500, true, 1200]);
    const before = await ask(id, "?before=701");
    expect([numbers(before)[0], numbers(before).at(-1), before.older]).toEqual([201, 700, true]);
    const begin = await ask(id, "?before=201");
    expect([numbers(begin)[0], numbers(begin).at(-1), begin.older]).toEqual([1, 200, false]);

    expect(await ask(id, "?after=1200")).toMatchObject({ lines: [], through: 1200, more: false });
    await write(id, 1201, 1203);
    expect(numbers(await ask(id, "?after=1200"))).toEqual([1201, 1202, 1203]);
    const many = await ask(id, "?after=100");
    expect([numbers(many).at(-1), many.through, many.more]).toEqual([600, 600, true]);
  });

  test("is searched by level and words, and looks at no line twice that didn't fit", async () => {
    const id = await put(a.tenantId, { status: "superseded" });
    await write(id, 1, 40);
    expect(numbers(await ask(id, "?level=error"))).toEqual([3, 7, 11, 15, 19, 23, 27, 31, 35, 39]);
    expect(numbers(await ask(id, "?level=warn&q=line%201%20of"))).toEqual([]);
    expect(numbers(await ask(id, "?q=LINE%2039%20of"))).toEqual([39]);
    expect(numbers(await ask(id, "?q=100%25"))).toHaveLength(40);
    expect(numbers(await ask(id, "?q=100_"))).toEqual([]);
    expect(await ask(id, "?level=error&after=39")).toMatchObject({ lines: [], through: 40 });
    expect(await ask(id, "?level=nonsense&after=-3&before=x")).toMatchObject({ through: 40 });
  });

  test("is fetched as a file, however long it is", async () => {
    const id = await put(a.tenantId, { status: "superseded" });
    await write(id, 1, 4501);
    const file = async (search: string) => {
      const answer = await fetched(logFile, id, search);
      expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="deployment-${id}.log"`);
      return (await answer.text()).trimEnd().split("\n");
    };
    const all = await file("");
    expect([all.length, all[0], all.at(-1)]).toEqual([
      4501,
      "2026-11-20T12:00:01.000Z INFO  Line 1 of 100%",
      "2026-11-20T13:15:01.000Z INFO  Line 4501 of 100%",
    ]);
    expect(await file("?level=error&q=line%20451")).toEqual(["2026-11-20T12:07:31.000Z ERROR Line 451 of 100%"]);
  });
});

describe("what staff does about one", () => {
  const trail = (action: string, tenantId = a.tenantId) =>
    sql`select actor_kind, actor_id, subject_id, detail from audit_log where tenant_id = ${tenantId} and action = ${action}`;
  const waiting = async (id: string) =>
    (await sql`select from pgboss.job where name = 'deployment.advance' and data ->> 'deploymentId' = ${id}`).length;
  const act = (id: string, fields: Record<string, string>, who = helper) =>
    who.post(page, addressOf(a.tenantId, id)[0], fields, { tenantId: a.tenantId, deploymentId: id });
  const clear = () => sql`delete from deployments where tenant_id = ${a.tenantId}`;
  const idIn = (location: string | null) => location?.split("/").at(-1) ?? "";

  test("who may look but not mend, and who is no staff, changes nothing", async () => {
    await clear();
    const id = await put(a.tenantId, { status: "failed" });
    expect((await billing.get<Page>(page, ...addressOf(a.tenantId, id))).data.mend).toBe(false);
    expect((await act(id, { intent: "retry" }, billing)).status).toBe(403);
    expect((await act(id, { intent: "retry" }, owner)).status).toBe(404);
    expect((await list()).deployments.filter(({ tenantId }) => tenantId === a.tenantId)).toHaveLength(1);
  });

  test("what failed is tried again as a new one, once, unless something newer was ordered", async () => {
    await clear();
    const old = await put(a.tenantId, { status: "failed", version: "v7", minutesAgo: 9 });
    const failed = await put(a.tenantId, { status: "failed", version: "v8", minutesAgo: 3 });
    expect((await act(old, { intent: "retry" })).status).toBe(409);
    const answer = await act(failed, { intent: "retry" });
    const id = idIn(answer.location);
    expect((await look(a.tenantId, id)).deployment).toMatchObject({
      ...{ status: "queued", version: "v8", requestedBy: support.actor.userId, newest: true },
    });
    expect(await waiting(id)).toBe(1);
    expect(await trail("deployment.retried")).toEqual([
      {
        ...{ actor_kind: "staff", actor_id: support.actor.userId, subject_id: failed },
        detail: { version: "v8", order: id },
      },
    ]);
    const again = await act(failed, { intent: "retry" });
    expect([again.status, again.data.result.error?.[""]]).toEqual([409, [expect.stringMatching(/newer/)]]);
  });

  test("an earlier version that was live is ordered again, not while another is under way", async () => {
    await clear();
    const first = await put(a.tenantId, { status: "superseded", version: "v1", minutesAgo: 9 });
    const never = await put(a.tenantId, { status: "failed", version: "v0", minutesAgo: 8 });
    const live = await put(a.tenantId, { version: "v2", minutesAgo: 3 });
    const foreign = await act(live, { intent: "rollback", to: b.deploymentId });
    expect([foreign.status, Object.keys(foreign.data.result.error ?? {})]).toEqual([422, ["to"]]);
    expect((await act(live, { intent: "rollback", to: never })).status).toBe(422);
    expect((await act(live, { intent: "rollback", to: live })).status).toBe(409);
    const id = idIn((await act(live, { intent: "rollback", to: first })).location);
    expect((await look(a.tenantId, id)).deployment).toMatchObject({
      ...{ status: "queued", kind: "rollback", version: "v1", live: { id: live } },
    });
    expect(await trail("deployment.rolled_back")).toMatchObject([
      { subject_id: id, detail: { version: "v1", from: "v2" } },
    ]);
    const again = await act(live, { intent: "rollback", to: first });
    expect([again.status, again.data.result.error?.[""]]).toEqual([409, [expect.stringMatching(/still under way/)]]);

    expect((await act(id, { intent: "cancel" })).status).toBe(200);
    expect((await look(a.tenantId, id)).deployment.cancelRequestedAt).toBeInstanceOf(Date);
    expect(await trail("deployment.cancelled")).toMatchObject([{ subject_id: id, detail: { version: "v1" } }]);
    expect((await act(live, { intent: "cancel" })).status).toBe(409);
  });

  test("another version is deployed where a service runs tenants' hosts", async () => {
    await clear();
    const live = await put(a.tenantId, { version: "v2" });
    expect((await act(live, { intent: "deploy", version: "v3" })).status).toBe(409);
    expect((await act(live, { intent: "deploy", version: " " }, byService)).status).toBe(422);
    expect((await staff.get(page, ...addressOf(a.tenantId, live))).data).toMatchObject({ offered: null });
    expect((await byService.get(page, ...addressOf(a.tenantId, live))).data).toMatchObject({ offered: "v9" });
    const id = idIn((await act(live, { intent: "deploy", version: " v3 " }, byService)).location);
    expect((await look(a.tenantId, id)).deployment).toMatchObject({ ...{ kind: "deploy", version: "v3" }, openId: id });
    expect(await trail("deployment.ordered")).toMatchObject([
      { subject_id: id, detail: { version: "v3", from: "v2" } },
    ]);
    expect((await act(live, { intent: "deploy", version: "v4" }, byService)).status).toBe(409);
  });

  test("what is live gets another size", async () => {
    await clear();
    const live = await put(a.tenantId, { version: "v2" });
    for (const replicas of ["0", "101", "2.5", "many", ""]) {
      const refused = await act(live, { intent: "scale", replicas });
      expect([replicas, refused.status, Object.keys(refused.data.result.error ?? {})]).toEqual([
        ...[replicas, 422, ["replicas"]],
      ]);
    }
    expect((await act(live, { intent: "scale", replicas: "3" })).status).toBe(200);
    expect((await look(a.tenantId, live)).deployment.wantedReplicas).toBe(3);
    expect(await trail("deployment.scaled")).toMatchObject([{ subject_id: live, detail: { from: 1, to: 3 } }]);
  });

  test("where all share one app, no one's version or size is changed", async () => {
    await clear();
    const first = await put(a.tenantId, { status: "superseded", version: "v1", provider: "shared", minutesAgo: 9 });
    const live = await put(a.tenantId, { version: "v2", provider: "shared" });
    const wishes: Record<string, string>[] = [
      { intent: "scale", replicas: "2" },
      { intent: "rollback", to: first },
    ];
    for (const fields of wishes) {
      const refused = await act(live, fields);
      expect([refused.status, refused.data.result.error?.[""]]).toEqual([
        409,
        [expect.stringMatching(/share one app/)],
      ]);
    }
    const [row] = await sql`select count(*)::int as n from deployments where tenant_id = ${a.tenantId}`;
    expect(row?.n).toBe(2);
  });
});
