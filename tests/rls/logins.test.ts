// What the logins may do by themselves: take the roles of their door and call the gate, and nothing else.
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import { readCatalogue, type Table } from "../support/catalogue.ts";
import { CALLERS } from "../support/function-gate.ts";

const database = await testDatabase();
const LOGINS = ["web", "worker", "functions", "staff"] as const;
type LoginName = (typeof LOGINS)[number];

/** Roles that a login may take inside a transaction. */
const DOORS: Record<LoginName, string[]> = {
  web: ["anon", "authenticated"],
  worker: ["service_role"],
  functions: ["anon"],
  staff: ["anon", "staff"],
};
const ROLES = [
  ...[
    "anon",
    "authenticated",
    "service_role",
    "staff",
    "foyer_gate",
    "foyer_migrator",
    "postgres",
    "supabase_auth_admin",
  ],
  ...["foyer_web", "foyer_worker", "foyer_functions", "foyer_staff", "pg_read_all_data", "pg_write_all_data"],
];

const raw = {} as Record<LoginName, postgres.Sql>;
let tables: Table[];
beforeAll(async () => {
  for (const login of LOGINS) raw[login] = postgres(database.urls[login], { max: 1, onnotice: () => {} });
  tables = await readCatalogue(database.sql);
});
afterAll(() => Promise.all(LOGINS.map((login) => raw[login].end({ timeout: 1 }))));

test.each(LOGINS)("%s is no superuser, bypasses nothing, inherits nothing and makes nothing", async (login) => {
  const [row] = await database.sql`select * from pg_roles where rolname = ${`foyer_${login}`}`;
  expect(row).toMatchObject({
    ...{ rolsuper: false, rolbypassrls: false, rolinherit: false, rolcreaterole: false, rolcreatedb: false },
    ...{ rolreplication: false, rolcanlogin: true },
  });
});

test("no role of the product is a superuser or bypasses policies, and only logins log in", async () => {
  const rows = await database.sql`
    select rolname from pg_roles where (rolname like 'foyer_%' or rolname in ('anon', 'authenticated', 'service_role', 'staff'))
      and (rolsuper or rolbypassrls)`;
  expect(rows).toEqual([]);
  const logins = await database.sql<{ rolname: string }[]>`
    select rolname from pg_roles where rolcanlogin and rolname in ('anon', 'authenticated', 'service_role', 'staff', 'foyer_gate')`;
  expect(logins).toEqual([]);
});

test.each(LOGINS)("%s takes exactly the roles of its door, by any of the ways to take one", async (login) => {
  const sql = raw[login];
  const taken: string[] = [];
  for (const role of ROLES.filter((name) => name !== `foyer_${login}`)) {
    const ways = [
      `begin; set local role ${role}`,
      `begin; select set_config('role', '${role}', true)`,
      `begin; reset role; set role ${role}`,
      `begin; set session authorization ${role}`,
      `begin; set local role ${DOORS[login][0]}; reset role; set local role ${role}`,
    ];
    const outcomes: boolean[] = [];
    for (const way of ways) {
      const error = await sql.unsafe(way).then(
        () => null,
        (thrown: { code: string }) => thrown.code,
      );
      await sql.unsafe("rollback");
      if (error) expect([role, way, error]).toEqual([role, way, expect.stringMatching(/^(42501|22023)$/)]);
      outcomes.push(error === null);
    }
    expect(outcomes[3], `${login} must not become ${role} altogether`).toBe(false);
    if (outcomes[0]) taken.push(role);
    expect(new Set([outcomes[0], outcomes[1], outcomes[2], outcomes[4]]).size, role).toBe(1);
  }
  expect(taken.sort()).toEqual([...DOORS[login]].sort());
});

test.each(LOGINS)("%s by itself touches no table, with or without claims", async (login) => {
  const claims = JSON.stringify({ role: "service_role", app_metadata: { across_tenants: true } });
  for (const text of ["", claims]) {
    await raw[login]`select set_config('request.jwt.claims', ${text}, false)`;
    const outcomes = await Promise.all(
      tables
        .flatMap(({ name }) => [
          `select count(*) from ${name}`,
          `delete from ${name}`,
          `truncate ${name}`,
          `copy ${name} to stdout`,
        ])
        .map((statement) =>
          raw[login].unsafe(statement).then(
            () => `${statement} worked`,
            (error: { code: string }) => (error.code === "42501" ? [] : `${statement}: ${error.code}`),
          ),
        ),
    );
    expect(outcomes.flat()).toEqual([]);
  }
  await raw[login]`select set_config('request.jwt.claims', '', false)`;
});

test.each(["web", "functions", "staff"] as const)("%s reaches nothing of the queue", async (login) => {
  for (const role of [null, ...DOORS[login]]) {
    const rows = await database.sql`
      select c.relname from pg_class c where c.relnamespace = 'pgboss'::regnamespace and c.relkind in ('r', 'p')
        and has_table_privilege(${role ?? `foyer_${login}`}, c.oid, 'select, insert, update, delete, truncate')`;
    expect([role, rows]).toEqual([role, []]);
  }
  await expect(raw[login]`select * from pgboss.job`).rejects.toMatchObject({ code: "42501" });
});

test.each(LOGINS)(
  "%s can't write to the history of migrations, make temporary tables or create anything",
  async (login) => {
    for (const statement of [
      "insert into supabase_migrations.schema_migrations (version) values ('99999999999999')",
      "create temporary table t (id int)",
      "create table public.t (id int)",
      "create function app.f() returns int language sql return 1",
      "create schema s",
      "alter role foyer_web superuser",
      "grant service_role to foyer_web",
      "create extension dblink",
      "copy (select 1) to program 'true'",
      "select pg_read_file('/etc/passwd')",
      "alter system set log_statement = 'all'",
    ]) {
      await expect(raw[login].unsafe(statement), statement).rejects.toMatchObject({ code: "42501" });
    }
  },
);

describe("the gate's functions", () => {
  test("each is callable by exactly those that the list names, as roles and as logins", async () => {
    const everyone = [...ROLES.filter((role) => !/^(postgres|pg_|foyer_gate|foyer_migrator)/.test(role))];
    const rows = await database.sql<{ name: string; caller: string }[]>`
      select 'app.' || p.proname as name, r as caller from pg_proc p, unnest(${everyone}::text[]) r
      where p.pronamespace = 'app'::regnamespace and p.prosecdef and has_function_privilege(r, p.oid, 'execute')`;
    const actual: Record<string, string[]> = Object.fromEntries(Object.keys(CALLERS).map((name) => [name, []]));
    for (const { name, caller } of rows) actual[name] = [...(actual[name] ?? []), caller];
    const expected = Object.entries(CALLERS).map(([name, callers]) => [
      name,
      callers
        .split(" ")
        .filter((caller) => caller !== "" && caller !== "foyer_migrator")
        .sort(),
    ]);
    expect(Object.fromEntries(Object.entries(actual).map(([name, callers]) => [name, callers.sort()]))).toEqual(
      Object.fromEntries(expected),
    );
  });

  test("what a tenant's role may not call stays shut inside its transaction", async () => {
    const closed = [
      "select app.sign_in_candidates('a@b.c')",
      "select app.resolve_session('x')",
      "select app.create_tenant_for(null, '{}')",
    ];
    for (const statement of [
      ...closed,
      "select app.insert_session(null, '{}', null)",
      "select app.issue_token(null, 'reset_password', 'h', '1 hour')",
    ]) {
      await raw.web.unsafe("begin; set local role authenticated");
      await expect(raw.web.unsafe(statement), statement).rejects.toMatchObject({ code: "42501" });
      await raw.web.unsafe("rollback");
    }
  });

  test("a definer function isn't led astray by a search_path of the caller's", async () => {
    const [row] = await raw.web`
      select set_config('search_path', 'pg_temp, public', false), (select count(*)::int from app.resolve_host('nowhere.test')) as n`;
    expect(row?.n).toBe(0);
  });

  test("the narrow owner logs in nowhere and belongs to the migrating role alone", async () => {
    const rows = await database.sql`
      select pg_get_userbyid(member) as member from pg_auth_members where roleid = 'foyer_gate'::regrole
        and (inherit_option or set_option)`;
    expect(rows).toEqual([{ member: "foyer_migrator" }]);
  });
});
