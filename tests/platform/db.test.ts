// The doors when things break: dead backends, handles kept too long, swallowed errors, a full pool, a lost listener.
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { MemberActor } from "#app/platform/actor.ts";
import { createDb, type Db, type TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";

const database = await testDatabase();
const { sql } = database;

function memberOf(tenantId: string): MemberActor {
  return { kind: "member", userId: uuidv7(), sessionId: uuidv7(), tenantId, role: "owner" };
}
const a = memberOf(uuidv7());
const b = memberOf(uuidv7());

beforeAll(async () => {
  for (const { tenantId } of [a, b]) {
    await sql`insert into tenants (id, name) values (${tenantId}, ${`name of ${tenantId}`})`;
  }
});

const pidOf = async (tx: TenantTx) => (await tx<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid ?? 0;
const namesOf = (tx: TenantTx) => tx<{ name: string }[]>`select name from tenants`;
const kill = (pid: number) => sql`select pg_terminate_backend(${pid})`;

/** Resolves when the backend is gone. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    const [row] = await sql`select from pg_stat_activity where pid = ${pid}`;
    if (!row) return;
    await pause(5);
  }
}

/** A Db of one connection, so that whatever comes next takes the very connection that a stale handle had. */
async function withOneConnection<T>(
  fn: (db: Db) => Promise<T>,
  options: { waitMs?: number; maxWaiting?: number } = {},
) {
  const db = createDb({ url: database.urls.web, size: 1, ...options });
  try {
    return await fn(db);
  } finally {
    await db.close();
  }
}

const unavailable = { name: "AppError", code: "unavailable", retryAfter: expect.any(Number) };

describe("a backend that dies", () => {
  test("idle in a transaction: the handle throws from then on, and reads nothing of the next tenant", async () => {
    await withOneConnection(async (db) => {
      let stale: TenantTx | undefined;
      const seen: unknown[] = [];
      await expect(
        db.asTenant(a, async (tx) => {
          stale = tx;
          const pid = await pidOf(tx);
          await kill(pid);
          await gone(pid);
          // The next tenant's transaction runs while the dead one's callback is still going.
          await db.asTenant(b, async (other) => {
            seen.push(await namesOf(other));
            await expect(namesOf(tx)).rejects.toMatchObject(unavailable);
          });
          return namesOf(tx);
        }),
      ).rejects.toMatchObject(unavailable);
      expect(seen).toEqual([[{ name: `name of ${b.tenantId}` }]]);
      const late = stale as TenantTx;
      await expect(db.asTenant(b, () => namesOf(late))).rejects.toMatchObject(unavailable);
      expect(await db.asTenant(a, namesOf)).toEqual([{ name: `name of ${a.tenantId}` }]);
    });
  });

  test("with a statement in flight and others queued behind it: none of them runs anywhere else", async () => {
    await withOneConnection(async (db) => {
      const gateKey = `queued-${a.tenantId}`;
      const outcome = await db
        .asTenant(a, async (tx) => {
          const pid = await pidOf(tx);
          const flying = tx`select pg_sleep(30), ${"parameter"}::text`.execute();
          const queued = [1, 2, 3].map((n) => tx`select app.take_rate(${gateKey}, ${n + 5}, 60)`.execute());
          await pause(20);
          await kill(pid);
          return Promise.allSettled([flying, ...queued]);
        })
        .catch((error: unknown) => error);
      expect(outcome).toMatchObject(unavailable);
      const counted = await sql`select used from rate_limits where key = ${gateKey}`;
      expect(counted).toEqual([]);
      expect(await db.asTenant(b, namesOf)).toEqual([{ name: `name of ${b.tenantId}` }]);
    });
  });

  test("each queued statement is refused, not left hanging", async () => {
    await withOneConnection(async (db) => {
      let settled: PromiseSettledResult<unknown>[] = [];
      await db
        .asTenant(a, async (tx) => {
          const pid = await pidOf(tx);
          const statements = [0, 1, 2, 3].map((n) =>
            tx`select pg_sleep(${n === 0 ? 30 : 0}::int), ${n}::int as n`.execute(),
          );
          await pause(20);
          await kill(pid);
          settled = await Promise.allSettled(statements);
        })
        .catch(() => {});
      expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
    });
  });

  test("while idle in the pool: the next transactions work again at once or after one refusal", async () => {
    await withOneConnection(async (db) => {
      const pid = await db.asTenant(a, pidOf);
      await kill(pid);
      await gone(pid);
      const first = await db.asTenant(a, namesOf).catch((error: unknown) => error);
      if (first instanceof Error) expect(first).toMatchObject(unavailable);
      expect(await db.asTenant(a, namesOf)).toHaveLength(1);
    });
  });

  test("all backends at once, as when Postgres restarts: the pool recovers", async () => {
    const db = createDb({ url: database.urls.web, size: 4 });
    const busy = () =>
      Promise.all(
        [1, 2, 3, 4, 5, 6, 7, 8].map(() =>
          db.asTenant(a, namesOf).then(
            (rows) => rows.length,
            () => 0,
          ),
        ),
      );
    expect(await busy()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'foyer_web' and datname = ${database.name}`;
    await busy();
    expect(await busy()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    await db.close();
  });
});

describe("a handle that outlives its transaction", () => {
  test("throws after a commit and after a rollback, also for statements written before and sent after", async () => {
    await withOneConnection(async (db) => {
      const kept: { tx?: TenantTx; unsent?: ReturnType<typeof namesOf> } = {};
      await db.asTenant(a, async (tx) => {
        kept.tx = tx;
        kept.unsent = namesOf(tx);
        // A statement is a promise, and awaiting it would send it: it leaves inside an object.
      });
      await expect(namesOf(kept.tx as TenantTx)).rejects.toMatchObject(unavailable);
      await expect(kept.unsent).rejects.toMatchObject(unavailable);
      await db.asTenant(b, async (tx) => {
        await pidOf(tx);
        await expect(namesOf(kept.tx as TenantTx)).rejects.toMatchObject(unavailable);
      });
      await db
        .asTenant(a, async (tx) => {
          kept.tx = tx;
          throw new Error("no");
        })
        .catch(() => {});
      await expect(namesOf(kept.tx as TenantTx)).rejects.toMatchObject(unavailable);
    });
  });

  test.each([
    ["committed", 1],
    ["rolled back", 0],
  ])("sends nothing more from a branch that is still running while it is being %s", async (_, divisor) => {
    await withOneConnection(async (db) => {
      const key = `branch ${divisor} ${a.tenantId}`;
      let branch: Promise<unknown> = Promise.resolve();
      await db
        .asTenant(a, async (tx) => {
          const statement = tx`select 1 / ${divisor}::int`;
          branch = (async () => {
            await statement.catch(() => {});
            // Long enough for the end of the transaction to be on its way, too short for its answer.
            for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
            await tx`select app.take_rate(${key}, 1000, 60)`;
          })().catch((error: unknown) => error);
          await statement;
        })
        .catch(() => {});
      expect(await branch).toMatchObject(unavailable);
      expect(await sql`select from rate_limits where key = ${key}`).toEqual([]);
    });
  });
});

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
    await withOneConnection(async (db) => {
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
