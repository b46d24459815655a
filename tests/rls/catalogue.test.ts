// Every table and every function passes the gates, whatever migration brought it.
import { beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import { readCatalogue, type Table } from "../support/catalogue.ts";
import { CALLERS, functionFindings, readFunctions } from "../support/function-gate.ts";
import { tableFindings } from "../support/table-gate.ts";

const database = await testDatabase();
const { sql } = database;
let tables: Table[];
let before: { tables: string[]; functions: string[] };
beforeAll(async () => {
  tables = await readCatalogue(sql);
  before = { tables: tableFindings(tables), functions: functionFindings(await readFunctions(sql)) };
});

test("every table has forced row-level security, policies, tenant-led keys and no stray grant", () => {
  expect(tables.length).toBeGreaterThan(20);
  expect(tableFindings(tables)).toEqual([]);
});

test("every function has a pinned search_path and exactly the expected callers", async () => {
  const functions = await readFunctions(sql);
  expect(functionFindings(functions)).toEqual([]);
  const definers = functions.filter((fn) => fn.definer).map((fn) => fn.name);
  expect(Object.keys(CALLERS).filter((name) => !definers.includes(name))).toEqual([]);
});

test("no login owns anything in the database", async () => {
  const owned = await sql`
    select r.rolname, c.relname as name from pg_class c join pg_roles r on r.oid = c.relowner where r.rolcanlogin and r.rolname like 'foyer_%' and r.rolname <> 'foyer_migrator'
    union all select r.rolname, n.nspname from pg_namespace n join pg_roles r on r.oid = n.nspowner where r.rolcanlogin and r.rolname like 'foyer_%' and r.rolname <> 'foyer_migrator'
    union all select r.rolname, p.proname from pg_proc p join pg_roles r on r.oid = p.proowner where r.rolcanlogin and r.rolname like 'foyer_%' and r.rolname <> 'foyer_migrator'`;
  expect(owned).toEqual([]);
});

test("nobody but the migrating role may create anything in a schema", async () => {
  const rows = await sql`
    select n.nspname as schema, r.rolname as role from pg_namespace n, pg_roles r
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not r.rolsuper and r.rolname !~ '^pg_'
      and r.rolname <> 'foyer_migrator' and has_schema_privilege(r.oid, n.oid, 'create')
    union all select 'database', r.rolname from pg_roles r
    where not r.rolsuper and r.rolname !~ '^pg_' and r.rolname <> 'foyer_migrator'
      and (has_database_privilege(r.oid, current_database(), 'create') or has_database_privilege(r.oid, current_database(), 'temporary'))`;
  expect(rows).toEqual([]);
});

describe("what a careless migration adds", () => {
  /** Runs statements as the migrating role, looks, and takes everything back. */
  async function afterMigration(statements: string, look: () => Promise<string[]>): Promise<string[]> {
    await sql.unsafe(`set role foyer_migrator; ${statements}; reset role`);
    return look();
  }
  const findTables = async () => tableFindings(await readCatalogue(sql));
  const findFunctions = async () => functionFindings(await readFunctions(sql));
  const roles = ["anon", "authenticated", "service_role", "staff", "foyer_web", "foyer_functions"];

  test("a function without grants can be called by none of the app's roles", async () => {
    await afterMigration("create function public.careless() returns int language sql return 1", async () => []);
    for (const role of roles) {
      const [row] = await sql`select has_function_privilege(${role}, 'public.careless()', 'execute') as may`;
      expect([role, row?.may]).toEqual([role, false]);
    }
    expect(await findFunctions()).toContain("public.careless: its search_path isn't pinned to nothing");
    await sql`drop function public.careless()`;
  });

  test.each([
    [
      "create table public.careless (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id))",
      "row-level security is off",
    ],
    ["create table public.careless (id uuid primary key)", "has no tenant_id and stands in no list"],
    [
      "create table public.careless (id uuid primary key, tenant_id uuid not null)",
      "its primary key doesn't begin with tenant_id",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id bigint, primary key (tenant_id, id))",
      "key column id is bigint",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, email text unique, primary key (tenant_id, id))",
      "spans tenants",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, lead_id uuid, primary key (tenant_id, id), foreign key (id, lead_id) references public.leads (tenant_id, id))",
      "leads across tenants",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, primary key (tenant_id, id)); grant truncate on public.careless to authenticated",
      "grants truncate to authenticated",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, primary key (tenant_id, id)); grant select on public.careless to foyer_web",
      "is granted to foyer_web",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, primary key (tenant_id, id)); grant select on public.careless to anon",
      "grants select to anon without a policy",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, primary key (tenant_id, id)); create policy open on public.careless using (true)",
      "policy open is for all verbs",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, primary key (tenant_id, id)); create policy open on public.careless for select to public using (true)",
      "policy open is for public",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, primary key (tenant_id, id)) partition by list (tenant_id); create table public.leaf partition of public.careless default",
      "row-level security is off",
    ],
    [
      "create table public.careless (tenant_id uuid not null, id uuid, sandbox boolean not null default false, primary key (tenant_id, id)); select app.isolate('public.careless')",
      "policy members_select has no twin that keeps it within the sandbox",
    ],
    ["create view public.careless as select * from public.leads", "is a view without security_invoker"],
    [
      "create materialized view public.careless as select 1 as one; grant select on public.careless to anon",
      "is a materialised view that is granted",
    ],
  ])("%s → the gate says: %s", async (statement, finding) => {
    const found = await afterMigration(statement, findTables);
    const kind = statement.match(/create (materialized view|view|table)/)?.[1] ?? "table";
    await sql.unsafe(`drop ${kind} public.careless`);
    expect(found.join("\n")).toContain(finding);
    expect(await findTables()).toEqual(before.tables);
  });

  test.each([
    [
      "grant execute on function app.register(uuid, text, text, text, jsonb, jsonb) to authenticated",
      "is granted to authenticated, foyer_web instead of foyer_web",
    ],
    ["grant execute on function app.resolve_host(text) to public", "may be called by anybody"],
    ["alter function app.my_tenants() reset search_path", "its search_path isn't pinned"],
    ["alter function app.my_tenants() set search_path = public", "its search_path isn't pinned"],
    ["alter function app.my_tenants() owner to foyer_migrator", "runs as foyer_migrator"],
    ["alter function app.touch() reset search_path", "its search_path isn't pinned"],
    [
      "create function app.careless() returns int language sql security definer set search_path = '' as 'select 1'",
      "stands in no list of callers",
    ],
  ])("%s → the gate says: %s", async (statement, finding) => {
    const found = await sql
      .begin(async (tx) => {
        await tx.unsafe(statement);
        throw functionFindings(await readFunctions(tx)).join("\n");
      })
      .catch((thrown: unknown) => String(thrown));
    expect(found).toContain(finding);
    expect(before.functions.join("\n")).not.toContain(finding);
    expect(await findFunctions()).toEqual(before.functions);
  });
});
