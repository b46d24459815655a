// Every table × every way in × every role × every kind of claims: no row of somebody else is read or changed, and
// everything that a role is granted works on its own rows.
import { once } from "node:events";
import type { Readable } from "node:stream";
import type postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import {
  ACROSS,
  ATTACKERS,
  attacksOn,
  claimsFor,
  claimsOn,
  controlsOn,
  gateAttacksOn,
  type Role,
} from "../support/attacks.ts";
import { grantedColumns, readCatalogue, type Table } from "../support/catalogue.ts";
import { disguise, run } from "../support/probe.ts";
import { type Seeded, seed, staysInMode } from "../support/seed.ts";

const database = await testDatabase();
let tables: Table[];
let seeded: Seeded;
let session: postgres.ReservedSql;

beforeAll(async () => {
  tables = (await readCatalogue(database.sql)).filter((table) => table.kind === "table");
  seeded = await seed(database.sql, tables);
  session = await database.sql.reserve();
  await session.unsafe("begin");
});
afterAll(async () => {
  await session.unsafe("rollback");
  session.release();
});

test("every table holds a row of both tenants, with its canaries", async () => {
  const lacking = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await database.sql.unsafe(`select count(*)::int as n from ${name}`);
      return row?.n >= 2 ? [] : [name];
    }),
  );
  expect(lacking.flat()).toEqual([]);
});

test.each(ATTACKERS)(
  "as %s nobody reads or changes a foreign row, whatever the claims",
  { timeout: 120_000 },
  async (role) => {
    const probes = tables.flatMap((table) =>
      claimsOn(table, role, seeded).flatMap((claims) => attacksOn(table, role, claims, seeded)),
    );
    expect(probes.length).toBeGreaterThan(2000);
    expect(await run(session, probes)).toEqual([]);
  },
);

test("everything that is granted works on one's own rows", async () => {
  const roles: Role[] = [...ATTACKERS, "foyer_gate"];
  const probes = tables.flatMap((table) => roles.flatMap((role) => controlsOn(table, role, seeded)));
  expect(probes.length).toBeGreaterThan(200);
  expect(await run(session, probes)).toEqual([]);
});

test("the gate's functions reach test data and mails held back, where that is all they should", async () => {
  const probes = tables.flatMap(gateAttacksOn);
  expect(probes.length).toBeGreaterThan(6);
  expect(await run(session, probes)).toEqual([]);
});

test("a job that says so sees every tenant", async () => {
  const system = tables.filter(({ policies }) => policies.some(({ name }) => name === "system_select"));
  expect(system.length).toBeGreaterThan(20);
  const probes = system.map(({ name }) => ({
    ...{ name, role: "service_role", claims: ACROSS, table: name, foreign: null },
    statement: `select count(*) as n from ${name}`,
    judge: ({ n }: { n: number }) => (n < 2 ? `saw ${n} rows` : null),
  }));
  expect(await run(session, probes)).toEqual([]);
});

test.each(ATTACKERS.filter((role) => role !== "staff"))(
  "as %s COPY gives out own canaries only, and takes nothing in",
  async (role) => {
    for (const table of tables) {
      const columns = grantedColumns(table, role, "select");
      await session.unsafe(`savepoint copying; ${disguise(role, claimsFor(role, seeded.parties.a))}`);
      if (columns.length > 0) {
        const list = columns.map((column) => `"${column}"`).join(", ");
        const out = await textOf(await session.unsafe(`copy ${table.name} (${list}) to stdout`).readable());
        expect(out, `${table.name} as ${role}`).not.toMatch(/canary-b|canary-nobody/);
        if (staysInMode(table, role)) expect(out, `${table.name} as ${role}`).not.toContain("canary-test");
        if (role === "anon") expect(out, `${table.name} as ${role}`).not.toContain(seeded.parties.guest.visitorSession);
      } else {
        await expect(session.unsafe(`copy ${table.name} to stdout`)).rejects.toMatchObject({ code: "42501" });
      }
      await session.unsafe(`rollback to savepoint copying; ${disguise(role, claimsFor(role, seeded.parties.a))}`);
      // 0A000: Postgres refuses COPY FROM wherever row-level security applies.
      await expect(session.unsafe(`copy ${table.name} from stdin`)).rejects.toMatchObject({ code: /^(42501|0A000)$/ });
      await session.unsafe("rollback to savepoint copying; release savepoint copying");
    }
  },
);

async function textOf(stream: Readable): Promise<string> {
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(stream, "end");
  return text;
}

test("erasing a tenant touches no row of another, in any table", async () => {
  const traces = () =>
    Promise.all(
      tables.map(async (table) => {
        const foreign = seeded.rows.get(table.name)?.b;
        const [row] = await session.unsafe(
          `select string_agg(t::text, ' ' order by t::text) as rows from ${table.name} t where t::text like '%canary-b-%' or t::text like '%${seeded.parties.b.tenantId}%'`,
        );
        return [table.name, foreign ? row?.rows : null];
      }),
    );
  const before = await traces();
  await session.unsafe(`savepoint erase; delete from public.tenants where id = '${seeded.parties.a.tenantId}'`);
  const [left] = await session.unsafe(`select count(*)::int as n from public.messages where body like 'canary-a-%'`);
  expect(left?.n).toBe(0);
  expect(await traces()).toEqual(before);
  await session.unsafe("rollback to savepoint erase");
});
