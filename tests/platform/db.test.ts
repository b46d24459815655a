// The doors: what a transaction promises, a full pool, a lost listener.
import { describe, expect, test } from "vitest";
import { createDb } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import { namesOf, pidOf, twoMembers, withOneConnection } from "../support/doors.ts";

const database = await testDatabase();
const { sql } = database;
const [a, b] = await twoMembers(database);

const kill = (pid: number) => sql`select pg_terminate_backend(${pid})`;

const unavailable = { name: "AppError", code: "unavailable", retryAfter: expect.any(Number) };

describe("a transaction", () => {
  test("whose statement failed and whose error was swallowed doesn't pass for committed", async () => {
    const name = `swallowed ${uuidv7()}`;
    const outcome = database.db.web.asTenant(a, async (tx) => {
      await tx`update tenants set name = ${name}`;
      await tx`select 1/0`.catch(() => {});
    });
    await expect(outcome).rejects.toMatchObject({ code: "internal" });
    expect(await sql`select from tenants where name = ${name}`).toEqual([]);
  });

  test("that only reads refuses to write", async () => {
    const write = database.db.web.asTenant(a, (tx) => tx`update tenants set name = 'x'`, { readOnly: true });
    await expect(write).rejects.toMatchObject({ code: "25006" });
  });

  test("of a door that isn't the login's own fails as a whole", async () => {
    const actor = { kind: "staff" as const, userId: uuidv7(), sessionId: uuidv7(), role: "superadmin" as const };
    await expect(database.db.web.asStaff(actor, (tx) => tx`select 1`)).rejects.toMatchObject({ code: "42501" });
    await expect(database.db.web.asSystem({ reason: "test" }, (tx) => tx`select 1`)).rejects.toMatchObject({
      code: "42501",
    });
    await expect(database.db.functions.asTenant(a, namesOf)).rejects.toMatchObject({ code: "42501" });
  });

  test("of a job with an empty or missing tenant id is refused, not opened to all", async () => {
    for (const tenantId of ["", "null", undefined]) {
      const attempt = database.db.worker.asSystem({ reason: "test", tenantId }, (tx) => tx`select * from tenants`);
      await expect(attempt).rejects.toBeInstanceOf(AppError);
    }
    const all = await database.db.worker.asSystem({ reason: "test" }, (tx) => tx`select * from tenants`);
    expect(all.length).toBeGreaterThanOrEqual(2);
    expect(
      await database.db.worker.asSystem({ reason: "test", tenantId: a.tenantId }, (tx) => tx`select * from tenants`),
    ).toHaveLength(1);
  });

  test("names columns in camelCase, leaves JSON alone and gives back dates, big numbers and arrays as promised", async () => {
    const [row] = await database.db.web.asTenant(
      a,
      (tx) => tx`
      select 1 as some_number, ${tx.json({ snake_key: [1] })}::jsonb as some_json, 9007199254740993::bigint as big_one,
        now() as some_time, array['x']::text[] as some_list`,
    );
    expect(row).toEqual({
      ...{ someNumber: 1, someJson: { snake_key: [1] }, bigOne: "9007199254740993" },
      ...{ someTime: expect.any(Date), someList: ["x"] },
    });
  });
});

describe("a full pool", () => {
  test("refuses with a time to come back, and serves those who wait in order", async () => {
    await withOneConnection(
      database,
      async (db) => {
        const order: number[] = [];
        await db.asTenant(a, async (tx) => {
          await expect(db.asTenant(b, namesOf)).rejects.toMatchObject(unavailable);
          await namesOf(tx);
        });
        await Promise.all(
          [1, 2, 3].map((n) =>
            db.asTenant(b, async (tx) => {
              await namesOf(tx);
              order.push(n);
            }),
          ),
        );
        expect(order).toEqual([1, 2, 3]);
      },
      { waitMs: 100 },
    );
  });

  test("refuses at once when too many wait already", async () => {
    await withOneConnection(
      database,
      async (db) => {
        const attempts = [1, 2, 3, 4, 5].map(() =>
          db.asTenant(a, namesOf).then(
            () => "served",
            (error: AppError) => error.code,
          ),
        );
        expect(await Promise.all(attempts)).toEqual(["served", "served", "served", "unavailable", "unavailable"]);
      },
      { maxWaiting: 2 },
    );
  });

  test("gives the place of a lost connection to whoever waits, before the loser has finished", async () => {
    await withOneConnection(database, async (db) => {
      let served = false;
      await db
        .asTenant(a, async (tx) => {
          const pid = await pidOf(tx);
          const waiting = db.asTenant(b, namesOf);
          await kill(pid);
          served = (await waiting).length === 1;
        })
        .catch(() => {});
      expect(served).toBe(true);
    });
  });
});

test("a listener hears again after its backend was killed, and not after it has stopped listening", async () => {
  const db = createDb({ url: database.urls.web, size: 2 });
  const heard: string[] = [];
  let connected = 0;
  let wake = () => {};
  const next = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const stop = await db.listen(
    "foyer_changes",
    (payload) => {
      heard.push(JSON.parse(payload).topic);
      wake();
    },
    () => {
      connected += 1;
      wake();
    },
  );
  const announce = (topic: string) => db.asTenant(a, (tx) => tx`select app.announce(${topic}, ${a.tenantId})`);
  let news = next();
  await announce("first");
  await news;
  news = next();
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = ${database.name} and usename = 'foyer_web' and query ilike 'listen%'`;
  await news;
  expect(connected).toBe(2);
  news = next();
  await announce("second");
  await news;
  await stop();
  // Another listener on the same connection tells when the last one has come through.
  const rest: string[] = [];
  const through = next();
  await db.listen("foyer_changes", (payload) => {
    rest.push(JSON.parse(payload).topic);
    if (rest.includes("fourth")) wake();
  });
  await announce("third");
  await announce("fourth");
  await through;
  expect(rest).toEqual(["third", "fourth"]);
  expect(heard).toEqual(["first", "second"]);
  await db.close();
});

test("of statements that travel together the first that failed says why", async () => {
  const failed = database.db.web.asTenant(
    a,
    async (tx) => {
      const late = (async () => {
        const [row] = await tx`select 'no id'::text::uuid as id`;
        return Promise.resolve(row);
      })().then((row) => row);
      return Promise.all([late, tx`select 1 as one`]);
    },
    { readOnly: true },
  );
  await expect(failed).rejects.toMatchObject({ code: "invalid" });
});
