// When Postgres dies under load, when its connections run out, and when the process is asked to end: nobody is lost.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareDatabase } from "#app/local/database.ts";
import { ensurePostgres, type LocalPostgres } from "#app/local/postgres.ts";
import { isAlive } from "#app/local/processes.ts";
import { createDb } from "#app/platform/db.ts";
import { testDatabase } from "../setup/database.ts";
import type { Answer } from "../setup/web.ts";
import { browser } from "../support/http-browser.ts";
import { type HttpServer, startFunctions, startWeb } from "../support/http-server.ts";
import { cookieOf } from "../support/http-world.ts";
import { newPaidTenant, newTrialTenant } from "../support/tenants.ts";

const shared = await testDatabase();
const dataDir = mkdtempSync(join(tmpdir(), "foyer-outage-"));
// Durable: what was committed before the kill must be there after it.
const options = { dataDir, port: 0 };
let server: LocalPostgres;

beforeAll(async () => {
  server = await ensurePostgres(options);
  await prepareDatabase(server);
});
afterAll(async () => {
  await server.destroy();
  rmSync(dataDir, { recursive: true, force: true });
});

interface News {
  /** Events so far. */
  seen: string[];
  ended: Promise<void>;
}

async function listen(web: HttpServer, token: string): Promise<News> {
  const response = await fetch(`http://127.0.0.1:${web.port}/events`, {
    headers: { ...cookieOf(token), host: web.host },
  });
  expect(response.status).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const news: News = { seen: [], ended: Promise.resolve() };
  news.ended = (async () => {
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) news.seen.push(step.value);
  })().catch(() => {});
  return news;
}

const page = (web: HttpServer, token: string): Promise<Answer> =>
  web.send("/settings/company", { headers: cookieOf(token) });
const lives = ({ process }: HttpServer): boolean => process.exitCode === null && process.signalCode === null;

/** Fails with the last words of a process that has ended. */
function assertLives(...servers: HttpServer[]): void {
  for (const server of servers) {
    if (!lives(server))
      throw new Error(`It ended with ${server.process.exitCode}:\n${server.lines.slice(-15).join("\n")}`);
  }
}

test("Postgres killed under load: processes live, pages and chat come back, news flows again", {
  timeout: 60_000,
}, async () => {
  const urls = { web: server.url("web"), functions: server.url("functions") };
  const functions = await startFunctions({ urls });
  const web = await startWeb({ urls }, { FUNCTIONS_URL: `http://127.0.0.1:${functions.port}/functions/v1` });
  const db = createDb({ url: urls.web, size: 2 });
  const admin = postgres(server.adminUrl(), { max: 1 });
  const tenant = await newPaidTenant(db, admin, "outage");
  await admin.end();
  await db.close();
  const owner = browser(web);
  owner.token = tenant.token;
  const key =
    /fk_[A-Za-z0-9_-]{38}/.exec(
      (await owner.submit("/settings/api-keys", { name: "A key", scopes: "chat" })).body,
    )?.[0] ?? "";
  const say = (at: HttpServer, path: string): Promise<Answer> =>
    at.send(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: JSON.stringify({ session_id: `visitor-${crypto.randomUUID()}`, message: "Hello" }),
    });
  const news = await listen(web, tenant.token);

  const answers: Answer[] = [];
  let underLoad = true;
  const ask = [
    () => page(web, tenant.token),
    () => say(functions, "/functions/v1/chat"),
    () => say(web, "/api/v1/chat"),
  ];
  const load = ask
    .flatMap((one) => [one, one])
    .map(async (one) => {
      while (underLoad && lives(web) && lives(functions)) answers.push(await one());
    });
  const good = (): number => {
    assertLives(web, functions);
    return answers.filter(({ status }) => status === 200).length;
  };
  await expect.poll(good, { timeout: 10_000 }).toBeGreaterThan(20);

  for (let time = 0; time < 2; time++) {
    process.kill(server.pid, "SIGKILL");
    await expect.poll(() => isAlive(server.pid), { timeout: 5_000 }).toBe(false);
    await expect.poll(() => answers.some(({ status }) => status === 503), { timeout: 10_000 }).toBe(true);
    server = await ensurePostgres({ ...options, port: server.port });
    const before = good();
    await expect.poll(good, { timeout: 10_000 }).toBeGreaterThan(before + 10);
    for (const one of ask) await expect.poll(async () => (await one()).status, { timeout: 10_000 }).toBe(200);
  }
  underLoad = false;
  await Promise.all(load);

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  for (const { status, headers } of answers)
    if (status === 503) expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  assertLives(web, functions);

  // The stream that was open all along delivers what happens now, and so does a new one.
  const fresh = await listen(web, tenant.token);
  const sql = postgres(server.adminUrl(), { max: 1 });
  const payload = JSON.stringify({ tenant_id: tenant.tenantId, topic: "provisioning", id: tenant.userId });
  await expect
    .poll(
      async () => {
        await sql`select pg_notify('foyer_changes', ${payload})`;
        return [news, fresh].map(({ seen }) => seen.join("").includes(tenant.userId));
      },
      { timeout: 10_000 },
    )
    .toEqual([true, true]);
  await sql.end();
});

test("more requests than connections: who waits too long is told when to come back, and nobody after that", {
  timeout: 60_000,
}, async () => {
  const tenant = await newTrialTenant(shared.db.web, "crowded");
  const web = await startWeb(shared, { DATABASE_POOL_SIZE: "2" });
  const lock = await shared.sql.reserve();
  await lock`begin`;
  await lock`lock table tenants in access exclusive mode`;
  const held = Array.from({ length: 12 }, () => page(web, tenant.token));
  const refused = await Promise.race(
    held.map(async (one) => ((await one).status === 503 ? one : new Promise<never>(() => {}))),
  );
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  // Who needs no database is served meanwhile.
  expect((await web.send("/healthz")).status).toBe(200);
  await lock`rollback`;
  lock.release();
  const statuses = (await Promise.all(held)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  expect((await page(web, tenant.token)).status).toBe(200);
});

test("asked to end, the web finishes what is under way, ends the news, takes nothing new, and exits cleanly", {
  timeout: 60_000,
}, async () => {
  const tenant = await newTrialTenant(shared.db.web, "ending");
  const web = await startWeb(shared);
  const owner = browser(web);
  owner.token = tenant.token;
  const news = await listen(web, tenant.token);
  const lock = await shared.sql.reserve();
  await lock`begin`;
  await lock`select from tenants where id = ${tenant.tenantId} for update`;
  const slow = owner.submit("/settings/company", { companyName: "Renamed at the end", businessType: "other" });
  await expect
    .poll(async () => {
      const [row] = await shared.sql`
        select count(*)::int as waiting from pg_stat_activity where datname = ${shared.name} and wait_event_type = 'Lock'`;
      return row?.waiting;
    })
    .toBe(1);
  const ended = web.stop("SIGTERM");
  await news.ended;
  await expect
    .poll(() =>
      web.send("/healthz").then(
        () => "answered",
        () => "refused",
      ),
    )
    .toBe("refused");
  await lock`rollback`;
  lock.release();
  expect((await slow).status).toBe(200);
  expect(await ended).toBe(0);
  const [row] = await shared.sql`select name from tenants where id = ${tenant.tenantId}`;
  expect(row?.name).toBe("Renamed at the end");
});

test("asked to end, the functions finish what is under way and exit cleanly", { timeout: 60_000 }, async () => {
  const functions = await startFunctions(shared);
  expect((await functions.send("/healthz")).status).toBe(200);
  expect(await functions.stop("SIGTERM")).toBe(0);
});
