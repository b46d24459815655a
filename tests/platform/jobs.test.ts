// Enqueueing inside a transaction: exactly what commits is enqueued, in the very form that pg-boss would give it.
import { readFile } from "node:fs/promises";
import { getConstructionPlans, PgBoss } from "pg-boss";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { MIGRATIONS } from "#app/local/database.ts";
import type { MemberActor } from "#app/platform/actor.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { deadLetterOf, defineJob, enqueue, type Job } from "#app/platform/jobs.ts";
import { syncQueues } from "#app/platform/migrate.ts";
import { testDatabase } from "../setup/database.ts";

const database = await testDatabase();
const { sql } = database;
const schema = z.object({ subjectId: z.uuid() });
const Plain = defineJob({ name: "test.plain", schema });
const Tuned = defineJob({
  ...{ name: "test.tuned", schema, expireSeconds: 77, policy: "short" as const },
  retry: { limit: 9, delaySeconds: 3, maxDelaySeconds: 44 },
});
const Exclusive = defineJob({ name: "test.exclusive", schema, policy: "exclusive" });
const jobs = [Plain, Tuned, Exclusive] as unknown as Job<never>[];

const actor: MemberActor = { kind: "member", userId: uuidv7(), sessionId: uuidv7(), tenantId: uuidv7(), role: "owner" };
const data = { subjectId: uuidv7() };
let boss: PgBoss;

beforeAll(async () => {
  await syncQueues(database.urls.migrator, jobs);
  boss = new PgBoss({
    connectionString: database.urls.worker,
    migrate: false,
    createSchema: false,
    supervise: false,
    schedule: false,
    max: 1,
    useListenNotify: true,
  });
  boss.on("error", () => {});
  await boss.start();
});
afterAll(() => boss.stop({ graceful: false }));

const jobRow = async (id: string | null) => {
  const [row] =
    await sql`select *, start_after - created_on as delay, keep_until - start_after as kept from pgboss.job where id = ${id}`;
  const { id: _id, created_on, start_after, keep_until, ...rest } = row ?? {};
  return rest;
};

test("over 1,000 random commits and rollbacks there are as many jobs as commits", async () => {
  const { web } = database.db;
  let committed = 0;
  const one = async (turn: number) => {
    const fails = (turn * 7919) % 10 < 5;
    await web
      .asTenant(actor, async (tx) => {
        await enqueue(tx, Plain, data);
        if (fails && turn % 2 === 0) throw new Error("no");
        if (fails) await tx`select 1/0`;
      })
      .then(
        () => {
          committed += 1;
        },
        () => {},
      );
  };
  for (let turn = 0; turn < 1000; turn += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, step) => one(turn + step)));
  }
  const [row] = await sql`select count(*)::int as n from pgboss.job where name = ${Plain.name}`;
  expect(committed).toBeGreaterThan(300);
  expect(committed).toBeLessThan(700);
  expect(row?.n).toBe(committed);
});

test.each([
  [Plain, {}, {}],
  [Plain, { startAfterSeconds: 90 }, { startAfter: 90 }],
  [Plain, { key: "same" }, { singletonKey: "same" }],
  [Tuned, {}, {}],
  [Tuned, { key: "some key", startAfterSeconds: 5 }, { singletonKey: "some key", startAfter: 5 }],
])("a job of $name with %o has the row that pg-boss's send makes", async (job, options, sendOptions) => {
  const ours = await database.db.web.asTenant(actor, (tx) => enqueue(tx, job, data, options));
  const ourRow = await jobRow(ours);
  await sql`delete from pgboss.job where id = ${ours}`;
  const theirs = await boss.send(job.name, data, sendOptions);
  expect(ours).toMatch(/^[0-9a-f-]{36}$/);
  expect(theirs).not.toBeNull();
  expect(ourRow).toEqual(await jobRow(theirs));
  await sql`delete from pgboss.job where id = ${theirs}`;
});

test("a queue has what its job declares", async () => {
  const [queue] = await sql`select * from pgboss.queue where name = ${Tuned.name}`;
  expect(queue).toMatchObject({
    ...{ policy: "short", retry_limit: 9, retry_delay: 3, retry_delay_max: 44, retry_backoff: true },
    ...{ expire_seconds: 77, dead_letter: deadLetterOf(Tuned), notify: true },
  });
});

test.each([Tuned, Exclusive])("of $name one job per key waits, and the second caller is told", async (job) => {
  const send = (key: string) => database.db.web.asTenant(actor, (tx) => enqueue(tx, job, data, { key }));
  expect(await send("k1")).not.toBeNull();
  expect(await send("k1")).toBeNull();
  expect(await send("k2")).not.toBeNull();
});

test("a worker is woken through the channel that pg-boss listens on, at commit and not for later jobs", async () => {
  const { channel } = (
    await sql<{ channel: string }[]>`
    select 'pgboss_' || left(encode(sha224('pgboss'::bytea), 'hex'), 24) as channel`
  )[0] ?? { channel: "" };
  const heard: string[] = [];
  let wake = () => {};
  const { unlisten } = await sql.listen(channel, (payload) => {
    heard.push(payload);
    if (payload === "test.end") wake();
  });
  const through = new Promise<void>((resolve) => {
    wake = resolve;
  });
  await database.db.web.asTenant(actor, (tx) => enqueue(tx, Plain, data));
  await database.db.web.asTenant(actor, (tx) => enqueue(tx, Plain, data, { startAfterSeconds: 60 }));
  await database.db.web
    .asTenant(actor, async (tx) => {
      await enqueue(tx, Plain, data);
      throw new Error("no");
    })
    .catch(() => {});
  await boss.send(Plain.name, data);
  await sql.notify(channel, "test.end");
  await through;
  await unlisten();
  expect(heard).toEqual([Plain.name, Plain.name, "test.end"]);
});

test("pg-boss fetches what we enqueued, with its data", async () => {
  await sql`delete from pgboss.job`;
  const id = await database.db.web.asTenant(actor, (tx) => enqueue(tx, Plain, data));
  const [job] = await boss.fetch(Plain.name);
  expect(job).toMatchObject({ id, data });
});

test("a tenant enqueues work for itself only, and only into queues that exist", async () => {
  const ForTenant = defineJob({ name: Plain.name, schema: z.object({ tenantId: z.uuid() }) });
  const own = await database.db.web.asTenant(actor, (tx) => enqueue(tx, ForTenant, { tenantId: actor.tenantId }));
  expect(own).not.toBeNull();
  const foreign = database.db.web.asTenant(actor, (tx) => enqueue(tx, ForTenant, { tenantId: uuidv7() }));
  await expect(foreign).rejects.toMatchObject({ code: "42501" });
  const Unknown = defineJob({ name: "test.unknown", schema });
  await expect(database.db.web.asTenant(actor, (tx) => enqueue(tx, Unknown, data))).rejects.toThrow(
    "There is no queue",
  );
});

test("jobs of several tenants never stand for one another for want of a key", async () => {
  const ForTenant = defineJob({ name: Tuned.name, schema: z.object({ tenantId: z.uuid() }), policy: "short" });
  const payload = { tenantId: actor.tenantId };
  await expect(database.db.web.asTenant(actor, (tx) => enqueue(tx, ForTenant, payload))).rejects.toMatchObject({
    code: "internal",
  });
});

test("a payload that doesn't fit its schema is never stored", async () => {
  const wrong = { subjectId: "Jane Doe" };
  await expect(database.db.web.asTenant(actor, (tx) => enqueue(tx, Plain, wrong))).rejects.toThrow();
});

test("the migration holds exactly the schema that the installed pg-boss prints", async () => {
  const squeeze = (text: string) => text.replaceAll(/\s+/g, " ").trim();
  const plans = squeeze(getConstructionPlans("pgboss"))
    .replace(/^BEGIN; (SET LOCAL \w+ = \d+; )*SELECT pg_advisory_xact_lock\(.*?::bigint\); /, "")
    .replace(/ COMMIT;$/, "");
  const file = squeeze((await readFile(`${MIGRATIONS}/20261121000900_jobs.sql`, "utf8")).replaceAll(/^--.*$/gm, ""));
  expect(file.slice(0, plans.length)).toBe(plans);
  expect(file.slice(plans.length)).not.toMatch(/create|alter|insert into/i);
});
