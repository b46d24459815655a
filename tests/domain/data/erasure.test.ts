// Erasing a tenant: nothing of it stays in any table, nothing of anybody else's is touched, whoever is killed on the way.
import { beforeAll, describe, expect, test } from "vitest";
import { type Erasure, eraseTenant, sweepDeleted } from "#app/domain/data/erasure.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { readCatalogue, type Table } from "../../support/catalogue.ts";
import { ownerColumnOf, ownershipOf } from "../../support/ownership.ts";
import { type Seeded, seed } from "../../support/seed.ts";

const database = await testDatabase();
const { sql } = database;
const services = {
  db: database.db.worker,
  log: createLogger("test", "silent"),
  billing: null,
  dns: { provider: null },
};
let tables: Table[];
let seeded: Seeded;
let leaving = "";

const owned = () => tables.filter((table) => ownershipOf(table)?.by === "tenant" && table.kind === "table");
/** Rows of the tenant by table, those without any left out. */
async function rowsOf(tenantId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of owned()) {
    const [row] = await sql.unsafe(
      `select count(*)::int as n from ${table.name} where ${ownerColumnOf(table)} = '${tenantId}'`,
    );
    if (row?.n > 0) counts[table.name] = row?.n;
  }
  return counts;
}
/** A digest of everything in the database that isn't the tenant's, by table. */
async function othersOf(tenantId: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const table of tables) {
    if (table.kind !== "table" || table.name === "public.erasures" || !table.name.startsWith("public.")) continue;
    const column = ownershipOf(table)?.by === "tenant" ? ownerColumnOf(table) : undefined;
    const others = column ? `where t.${column} is distinct from '${tenantId}'` : "";
    // Sign-ins forget it; that is all that changes of them.
    const own = table.name === "public.sessions" ? "(to_jsonb(t) - 'tenant_id')" : "t";
    const [row] = await sql.unsafe(
      `select md5(coalesce(string_agg(${own}::text, '|' order by ${own}::text), '')) as digest from ${table.name} t ${others}`,
    );
    digests[table.name] = row?.digest;
  }
  return digests;
}
const erase = (): Promise<Erasure> => eraseTenant(services, { tenantId: leaving });

beforeAll(async () => {
  tables = (await readCatalogue(sql)).filter(({ kind }) => kind === "table");
  seeded = await seed(sql, tables);
  leaving = seeded.parties.a.tenantId ?? "";
  await sql`update tenants set status = 'deleted' where id = ${leaving}`;
  await sql`delete from tenant_holds where tenant_id = ${leaving}`;
  await sql`
    insert into tenant_holds (tenant_id, kind, placed_by_kind, placed_by, erase_at)
    values (${leaving}, 'deleted', 'member', ${seeded.parties.a.userId}, now() + interval '1 minute')`;
  await sql`update billing_accounts set clock_at = null where tenant_id = ${leaving}`;
  await sql`update sessions set tenant_id = ${leaving} where user_id = ${seeded.parties.a.userId}`;
  await sql`update subscriptions set status = 'canceled' where tenant_id = ${leaving}`;
  await sql`update provisioning_runs set status = 'running' where tenant_id = ${leaving}`;
});

describe("erasing", () => {
  test("the tenant has rows in every table", async () => {
    const counts = await rowsOf(leaving);
    expect(owned().filter(({ name }) => !(name in counts))).toEqual([]);
  });

  test("waits for its time, and for what stands outside to be taken back", async () => {
    expect(await erase()).toBe("not_due");
    await sql`update tenant_holds set erase_at = now() - interval '1 second' where tenant_id = ${leaving}`;
    expect(await erase()).toBe("presence");
    await sql`update provisioning_runs set status = 'cancelled' where tenant_id = ${leaving}`;
    await sql`update dns_records set record_id = 'somewhere' where tenant_id = ${leaving}`;
    const withDns = { ...services, dns: { provider: {} } };
    expect(await eraseTenant(withDns, { tenantId: leaving })).toBe("presence");
    await sql`update dns_records set record_id = null where tenant_id = ${leaving}`;
    expect(await sql`select erasing_at from tenant_holds where tenant_id = ${leaving}`).toEqual([{ erasing_at: null }]);
  });

  test("is set going by the sweep, once", async () => {
    await sql`delete from pgboss.job where name = 'data.erase'`;
    await sweepDeleted(services);
    await sweepDeleted(services);
    const jobs = await sql`select data from pgboss.job where name = 'data.erase'`;
    expect(jobs).toEqual([{ data: { tenantId: leaving } }]);
  });

  test("tells the owners, closes the way back, and goes on once they are told", async () => {
    await sql`
      insert into memberships (tenant_id, user_id, role) values (${leaving}, ${seeded.parties.b.userId}, 'owner')
      on conflict (tenant_id, user_id) do update set role = 'owner'`;
    await sql`update memberships set role = 'owner' where tenant_id = ${leaving}`;
    expect(await erase()).toBe("mails");
    expect(await erase()).toBe("mails");
    const mails = await sql`select recipient from outbox_mails where tenant_id = ${leaving} and template = 'erased'`;
    expect(mails.length).toBe(new Set(mails.map(({ recipient }) => recipient)).size);
    expect(mails.length).toBeGreaterThan(0);
    const [{ restored } = { restored: null }] = await database.db.web.asUser(
      { kind: "user", userId: seeded.parties.b.userId, sessionId: seeded.parties.b.signInId },
      (tx) => tx<{ restored: boolean }[]>`select app.restore_tenant(${leaving}) as restored`,
    );
    expect(restored).toBe(false);
    await sql`update outbox_mails set status = 'sent' where tenant_id = ${leaving} and template = 'erased'`;
  });

  test("leaves nothing of it in any table, nobody else's row changed, and a line without personal data", async () => {
    const before = await rowsOf(leaving);
    const others = await othersOf(leaving);
    // Killed half-way: what it had written down by then stands, and counts what there was at first.
    const failing = {
      ...services,
      db: {
        ...database.db.worker,
        asSystem: ((actor, fn, options) =>
          database.db.worker.asSystem(
            actor,
            async (tx) => {
              const result = await fn(tx);
              const [gone] = await tx`select count(*)::int as n from messages where tenant_id = ${leaving}`;
              if (gone?.n === 0 && actor.reason === "data.erase") throw new Error("killed");
              return result;
            },
            options,
          )) as typeof database.db.worker.asSystem,
      },
    };
    await expect(eraseTenant(failing, { tenantId: leaving })).rejects.toThrow("killed");
    expect(Object.keys(await rowsOf(leaving)).length).toBeGreaterThan(10);
    expect((await Promise.all([erase(), erase()])).sort()).toContain("erased");
    expect(await rowsOf(leaving)).toEqual({});
    expect(await sql`select from sessions where tenant_id = ${leaving}`).toHaveLength(0);
    expect(await othersOf(leaving)).toEqual(others);
    const [line] = await sql`select * from erasures where erased = ${leaving}`;
    expect(line).toMatchObject({ requested_by_kind: "member", requested_by: seeded.parties.a.userId });
    expect(line?.erased_at).toBeInstanceOf(Date);
    const { "public.tenants": _, ...rest } = before;
    expect(line?.counts).toEqual(
      Object.fromEntries(Object.entries(rest).map(([name, rows]) => [name.replace("public.", ""), rows])),
    );
    expect(JSON.stringify(line)).not.toContain("canary");
    expect(await erase()).toBe("not_due");
  });
});
