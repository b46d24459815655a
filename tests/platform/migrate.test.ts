// Migrations: each runs on a database that two tenants already fill, leaves every table behind the gate, and runs once.
import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { MIGRATIONS } from "#app/local/database.ts";
import { type Migration, migrate, readMigrations } from "#app/platform/migrate.ts";
import { readCatalogue } from "../support/catalogue.ts";
import { functionFindings, readFunctions } from "../support/function-gate.ts";
import { ownershipOf } from "../support/ownership.ts";
import { type Seeded, seed } from "../support/seed.ts";
import { tableFindings } from "../support/table-gate.ts";

const { admin, port, passwords } = inject("postgres");
let migrations: Migration[];
beforeAll(async () => {
  migrations = await readMigrations(MIGRATIONS);
});

const made: { name: string; sql: postgres.Sql }[] = [];
afterAll(async () => {
  const server = postgres(admin, { max: 1, onnotice: () => {} });
  for (const { name, sql } of made) {
    await sql.end({ timeout: 5 });
    await server.unsafe(`drop database ${name} with (force)`);
  }
  await server.end();
});

/** An empty database of the migrating role's. */
async function emptyDatabase(): Promise<{ url: string; sql: postgres.Sql }> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const server = postgres(admin, { max: 1, onnotice: () => {} });
  await server.unsafe(`create database ${name} owner foyer_migrator`);
  await server.end();
  const own = new URL(admin);
  own.pathname = `/${name}`;
  const sql = postgres(own.href, { max: 4, onnotice: () => {} });
  made.push({ name, sql });
  return { url: `postgres://foyer_migrator:${passwords.migrator}@127.0.0.1:${port}/${name}`, sql };
}

const tablesOf = async (sql: postgres.Sql) => (await readCatalogue(sql)).filter(({ kind }) => kind === "table");

/** What a migration makes of the rows that were there before: each count is one for either tenant. */
const BACKFILLS: Record<string, string> = {
  billing: `select count(*)::int as n from billing_accounts b join tenants t on t.id = b.tenant_id
    join plan_versions v on v.id = b.plan_version_id where v.plan = t.plan and v.retired_at is null`,
  sandbox: `select count(distinct c.tenant_id)::int as n from conversations c
    join messages m on m.tenant_id = c.tenant_id and m.conversation_id = c.id
    join leads l on l.tenant_id = c.tenant_id and l.conversation_id = c.id
    where not c.sandbox and not m.sandbox and not l.sandbox`,
  usage: `select count(*)::int / 3 as n from usage_counters c
    where (select sum(quantity) from usage_events e where e.tenant_id = c.tenant_id and e.metric = c.metric) = c.used
      and used = case metric
        when 'documents' then (select count(*) from knowledge_documents d where d.tenant_id = c.tenant_id)
        when 'storage_bytes' then (select sum(byte_size) from knowledge_files f where f.tenant_id = c.tenant_id)
        when 'seats' then (select count(*) from memberships m where m.tenant_id = c.tenant_id) end`,
};

test("each migration runs on a database that two tenants fill, and the gate holds after each", {
  timeout: 120_000,
}, async () => {
  const { url, sql } = await emptyDatabase();
  let seeded: Seeded | undefined;
  let counted = new Map<string, number>();
  const count = async (name: string): Promise<number> =>
    (await sql.unsafe(`select count(*)::int as n from ${name}`))[0]?.n ?? 0;
  for (const [at, migration] of migrations.entries()) {
    expect(await migrate(url, migrations.slice(0, at + 1))).toEqual([migration.version]);
    const tables = await tablesOf(sql);
    expect([migration.name, tableFindings(tables)]).toEqual([migration.name, []]);
    expect([migration.name, functionFindings(await readFunctions(sql))]).toEqual([migration.name, []]);
    // The rows from before are all still there, and what follows from them is made for both tenants.
    for (const [name, rows] of counted)
      expect([migration.name, name, await count(name)]).toEqual([migration.name, name, rows]);
    const backfill = BACKFILLS[migration.name];
    if (backfill) expect([migration.name, (await sql.unsafe(backfill))[0]?.n]).toEqual([migration.name, 2]);
    if (tables.length > 0) {
      const published = tables.filter((table) => ownershipOf(table)?.by === "everybody");
      const owned = tables.filter((table) => !published.includes(table));
      await sql.unsafe(`truncate ${owned.map(({ name }) => name).join(", ")} cascade`);
      for (const { name } of published)
        for (const row of Object.values(seeded?.rows.get(name) ?? {}))
          await sql.unsafe(`delete from ${name} where id = '${row.id}'`);
      seeded = await seed(sql, tables);
      counted = new Map();
      for (const { name } of tables) counted.set(name, await count(name));
    }
  }
  expect(seeded?.rows.size).toBeGreaterThan(20);
  expect(Object.keys(BACKFILLS).filter((name) => !migrations.some((migration) => migration.name === name))).toEqual([]);
});

test("migrating again, or from several processes at once, changes nothing", async () => {
  const { url, sql } = await emptyDatabase();
  const applied = await Promise.all([migrate(url, migrations), migrate(url, migrations), migrate(url, migrations)]);
  expect(applied.map((versions) => versions.length).sort()).toEqual([0, 0, migrations.length].sort());
  const before = await sql`select * from supabase_migrations.schema_migrations order by version`;
  expect(await migrate(url, migrations)).toEqual([]);
  expect(await sql`select * from supabase_migrations.schema_migrations order by version`).toEqual(before);
});

test("the history is the Supabase CLI's: version, statements and name of each file", async () => {
  const { url, sql } = await emptyDatabase();
  await migrate(url, migrations);
  const columns = await sql`
    select column_name as name, data_type as type, is_nullable as nullable from information_schema.columns
    where table_schema = 'supabase_migrations' and table_name = 'schema_migrations' order by ordinal_position`;
  expect(columns).toEqual([
    { name: "version", type: "text", nullable: "NO" },
    { name: "statements", type: "ARRAY", nullable: "YES" },
    { name: "name", type: "text", nullable: "YES" },
  ]);
  const rows = await sql`select version, name, statements from supabase_migrations.schema_migrations order by version`;
  expect(rows).toEqual(
    migrations.map((migration) => ({ version: migration.version, name: migration.name, statements: [migration.sql] })),
  );
});

test("a migration that fails leaves nothing of itself behind, and the ones before it stay", async () => {
  const { url, sql } = await emptyDatabase();
  const good = { version: "20000101000000", name: "good", sql: "create table public.good (id int)" };
  const bad = { version: "20000101000001", name: "bad", sql: "create table public.bad (id int); select 1/0" };
  await expect(migrate(url, [good, bad])).rejects.toThrow("division by zero");
  const [row] =
    await sql`select to_regclass('public.good') is not null as good, to_regclass('public.bad') is not null as bad`;
  expect(row).toEqual({ good: true, bad: false });
  expect(await migrate(url, [good, { ...bad, sql: "create table public.bad (id int)" }])).toEqual([bad.version]);
});

test("on a hosted project, which grants its API roles everything by default, the gate holds as well", async () => {
  const { url, sql } = await emptyDatabase();
  // What a Supabase project sets up before the first migration, for the role that migrates.
  await sql.unsafe(`
    grant usage on schema public to anon, authenticated, service_role;
    alter default privileges for role foyer_migrator in schema public grant all on tables to anon, authenticated, service_role;
    alter default privileges for role foyer_migrator in schema public grant all on functions to anon, authenticated, service_role;
    alter default privileges for role foyer_migrator in schema public grant all on sequences to anon, authenticated, service_role`);
  await migrate(url, migrations);
  expect(tableFindings(await tablesOf(sql))).toEqual([]);
  expect(functionFindings(await readFunctions(sql))).toEqual([]);
  await sql.unsafe(
    "set role foyer_migrator; create table public.later (id int); create function public.later() returns int language sql return 1; reset role",
  );
  const [row] = await sql`
    select has_table_privilege('anon', 'public.later', 'select, insert, truncate') as tables,
      has_function_privilege('anon', 'public.later()', 'execute') as functions`;
  expect(row).toEqual({ tables: false, functions: false });
});
