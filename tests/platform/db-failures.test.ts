// The doors when backends die and handles are kept too long: nothing runs on another's connection.
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createDb, type TenantTx } from "#app/platform/db.ts";
import { testDatabase } from "../setup/database.ts";
import { namesOf, pidOf, twoMembers, withOneConnection } from "../support/doors.ts";

const database = await testDatabase();
const { sql } = database;
const [a, b] = await twoMembers(database);

const kill = (pid: number) => sql`select pg_terminate_backend(${pid})`;

/** Resolves when the backend is gone. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    const [row] = await sql`select from pg_stat_activity where pid = ${pid}`;
    if (!row) return;
    await pause(5);
  }
}

const unavailable = { name: "AppError", code: "unavailable", retryAfter: expect.any(Number) };

describe("a backend that dies", () => {
  test("idle in a transaction: the handle throws from then on, and reads nothing of the next tenant", async () => {
    await withOneConnection(database, async (db) => {
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
    await withOneConnection(database, async (db) => {
      const gateKey = `queued-${a.tenantId}`;
      const outcome = await db
        .asTenant(a, async (tx) => {
          const pid = await pidOf(tx);
          const flying = tx`select pg_sleep(30), ${"parameter"}::text`.execute();
          const queued = [1, 2, 3].map((n) => tx`select app.take_rate(${gateKey}, ${n + 5}, 60)`.execute());
          // Heard before the kill: the refusals may arrive while it is still on its way.
          const settled = Promise.allSettled([flying, ...queued]);
          await pause(20);
          await kill(pid);
          return settled;
        })
        .catch((error: unknown) => error);
      expect(outcome).toMatchObject(unavailable);
      const counted = await sql`select used from rate_limits where key = ${gateKey}`;
      expect(counted).toEqual([]);
      expect(await db.asTenant(b, namesOf)).toEqual([{ name: `name of ${b.tenantId}` }]);
    });
  });

  test("each queued statement is refused, not left hanging", async () => {
    await withOneConnection(database, async (db) => {
      let settled: PromiseSettledResult<unknown>[] = [];
      await db
        .asTenant(a, async (tx) => {
          const pid = await pidOf(tx);
          const statements = [0, 1, 2, 3].map((n) =>
            tx`select pg_sleep(${n === 0 ? 30 : 0}::int), ${n}::int as n`.execute(),
          );
          const all = Promise.allSettled(statements);
          await pause(20);
          await kill(pid);
          settled = await all;
        })
        .catch(() => {});
      expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
    });
  });

  test("while idle in the pool: the next transactions work again at once or after one refusal", async () => {
    await withOneConnection(database, async (db) => {
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
    await withOneConnection(database, async (db) => {
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
    await withOneConnection(database, async (db) => {
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
