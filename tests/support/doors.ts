// Actors and doors for the tests of the doors themselves.
import type { MemberActor } from "#app/platform/actor.ts";
import { createDb, type Db, type TenantTx } from "#app/platform/db.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import type { TestDatabase } from "../setup/database.ts";

/** A member of a tenant that needn't exist. */
export function memberOf(tenantId: string): MemberActor {
  return { kind: "member", userId: uuidv7(), sessionId: uuidv7(), tenantId, role: "owner" };
}

/** Members of two fresh tenants, each named after its id. */
export async function twoMembers({ sql }: TestDatabase): Promise<[MemberActor, MemberActor]> {
  const members: [MemberActor, MemberActor] = [memberOf(uuidv7()), memberOf(uuidv7())];
  for (const { tenantId } of members)
    await sql`insert into tenants (id, name) values (${tenantId}, ${`name of ${tenantId}`})`;
  return members;
}

/** A Db of one connection, so that whatever comes next takes the very connection that a stale handle had. */
export async function withOneConnection<T>(
  database: TestDatabase,
  fn: (db: Db) => Promise<T>,
  options: { waitMs?: number; maxWaiting?: number } = {},
): Promise<T> {
  const db = createDb({ url: database.urls.web, size: 1, ...options });
  try {
    return await fn(db);
  } finally {
    await db.close();
  }
}

export const namesOf = (tx: TenantTx) => tx<{ name: string }[]>`select name from tenants`;

export const pidOf = async (tx: TenantTx) => (await tx<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid ?? 0;
