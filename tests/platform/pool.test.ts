// Many tenants over few connections while callbacks throw, time out, are abandoned and use savepoints: no call ever
// sees another's rows or claims.
import { beforeAll, expect, test } from "vitest";
import type { MemberActor } from "#app/platform/actor.ts";
import { createDb, type Db, type TenantTx } from "#app/platform/db.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";

const CALLS = 20_000;
const TENANTS = 200;
const AT_ONCE = 60;
const POOL = 5;

const database = await testDatabase();
const actors: MemberActor[] = Array.from({ length: TENANTS }, () => ({
  ...{ kind: "member" as const, userId: uuidv7(), sessionId: uuidv7(), tenantId: uuidv7(), role: "owner" as const },
}));

beforeAll(async () => {
  await database.sql`insert into tenants ${database.sql(actors.map(({ tenantId }) => ({ id: tenantId, name: tenantId })))}`;
  await database.sql`insert into knowledge_bases ${database.sql(actors.map(({ tenantId }) => ({ tenant_id: tenantId, name: tenantId })))}`;
});

interface Marker {
  id: string;
  claimed: string;
  sub: string;
  who: string;
}

/** Throws unless everything that the transaction sees is the actor's. */
async function look(tx: TenantTx, actor: MemberActor, wrong: string[]): Promise<void> {
  const rows = await tx<Marker[]>`
    select t.id, app.tenant_id() as claimed, app.user_id() as sub, current_user as who
    from tenants t join knowledge_bases b on b.tenant_id = t.id`;
  const [row] = rows;
  const right =
    rows.length === 1 && row?.id === actor.tenantId && row.claimed === actor.tenantId && row.sub === actor.userId;
  if (!right || row.who !== "authenticated") wrong.push(`${actor.tenantId} saw ${JSON.stringify(rows)}`);
}

class Expected extends Error {}
type Way = "plain" | "read only" | "throw" | "timeout" | "abandon" | "savepoint" | "error";

/** 10 % throw, 5 % run into a statement timeout, 5 % each: abandoned with a statement in flight, savepoint, SQL error. */
function wayOf(call: number): Way {
  const step = (call * 7919) % 100;
  if (step < 10) return "throw";
  if (step < 15) return "timeout";
  if (step < 20) return "abandon";
  if (step < 25) return "savepoint";
  if (step < 30) return "error";
  return step < 60 ? "read only" : "plain";
}

async function call(db: Db, actor: MemberActor, way: Way, wrong: string[]): Promise<void> {
  await db
    .asTenant(
      actor,
      async (tx) => {
        if (way === "plain") await Promise.all([look(tx, actor, wrong), look(tx, actor, wrong)]);
        else await look(tx, actor, wrong);
        switch (way) {
          case "throw":
            throw new Expected();
          case "timeout":
            await tx`set local statement_timeout = 2`;
            await tx`select pg_sleep(1)`;
            break;
          case "abandon":
            // The client has gone: nobody waits for the statement any more.
            tx`select pg_sleep(0.002)`.execute().catch(() => {});
            throw new Expected();
          case "error":
            await tx`select 1 / (random() * 0)::int`;
            break;
          case "savepoint":
            await tx`savepoint s`;
            await tx`select set_config('request.jwt.claims', '{}', true)`;
            await tx`insert into tenants (name) values ('x')`.catch(() => {});
            await tx`rollback to savepoint s`;
            await look(tx, actor, wrong);
            break;
          case "plain":
            await tx`update knowledge_bases set chunk_count = chunk_count + 1`;
            break;
        }
      },
      { readOnly: way === "read only" },
    )
    .then(
      () => {
        if (way === "throw" || way === "timeout" || way === "abandon" || way === "error")
          wrong.push(`${way} succeeded`);
      },
      (error: unknown) => {
        const code = (error as { code?: string }).code;
        const right =
          error instanceof Expected ||
          (way === "timeout" && code === "timeout") ||
          (way === "error" && code === "22012");
        if (!right) wrong.push(`${way}: ${error}`);
      },
    );
}

test(`${CALLS} calls of ${TENANTS} tenants over ${POOL} connections never see a wrong marker`, {
  timeout: 180_000,
}, async () => {
  const db = createDb({ url: database.urls.web, size: POOL, maxWaiting: AT_ONCE, waitMs: 20_000 });
  const wrong: string[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < CALLS) {
      const turn = next++;
      await call(db, actors[(turn * 31) % TENANTS] as MemberActor, wayOf(turn), wrong);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(wrong).toEqual([]);

  // Each tenant's own updates, and nobody else's, have arrived.
  const expected = new Map<string, number>();
  for (let turn = 0; turn < CALLS; turn += 1) {
    const { tenantId } = actors[(turn * 31) % TENANTS] as MemberActor;
    if (wayOf(turn) === "plain") expected.set(tenantId, (expected.get(tenantId) ?? 0) + 1);
  }
  const counts = await database.sql<
    { tenant_id: string; chunk_count: number }[]
  >`select tenant_id, chunk_count from knowledge_bases`;
  for (const { tenant_id, chunk_count } of counts)
    expect([tenant_id, chunk_count]).toEqual([tenant_id, expected.get(tenant_id) ?? 0]);

  // All connections at once: idle again, they are nobody.
  const idle = await Promise.all(
    Array.from(
      { length: POOL },
      () => db.gate<{ pid: number; who: string; claims: string | null }[]>`
      select pg_backend_pid() as pid, current_user as who, nullif(current_setting('request.jwt.claims', true), '') as claims, pg_sleep(0.2)`,
    ),
  );
  expect(new Set(idle.map(([row]) => row?.pid)).size).toBe(POOL);
  for (const [row] of idle) expect(row).toMatchObject({ who: "foyer_web", claims: null });
  const open =
    await database.sql`select state, count(*)::int as n from pg_stat_activity where usename = 'foyer_web' and datname = ${database.name} group by 1`;
  expect(open).toEqual([{ state: "idle", n: POOL }]);
  await db.close();
});

test("the check notices a wrong marker", async () => {
  const wrong: string[] = [];
  const [first, second] = actors as [MemberActor, MemberActor];
  await database.db.web.asTenant(first, (tx) => look(tx, second, wrong));
  expect(wrong).toHaveLength(1);
});
