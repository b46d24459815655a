// Deployments as staff sees them: the board over all tenants and one with its log and its use of resources.
import { describe, expect, test } from "vitest";
import { uuidv7 } from "#app/platform/ids.ts";
import * as board from "#app/routes/admin.deployments._index.tsx";
import * as logPart from "#app/routes/admin.deployments.$tenantId.$deploymentId._index.tsx";
import * as page from "#app/routes/admin.deployments.$tenantId.$deploymentId.tsx";
import * as logLines from "#app/routes/admin.deployments.$tenantId.$deploymentId_.log.ts";
import * as logFile from "#app/routes/admin.deployments.$tenantId.$deploymentId_.log[.]txt.ts";
import { testDatabase } from "../setup/database.ts";
import { addressOf, deploymentDesk } from "../support/deployment-desk.ts";
import { cookieOf, makeParty } from "../support/http-world.ts";
import { Browser } from "../support/pages.ts";

const database = await testDatabase();
const { sql } = database;
const { a, b, services, staff, superadmin, billing, owner, look, put } = await deploymentDesk(database);

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
