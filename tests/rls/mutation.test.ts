// Proof that the other tests would notice: each policy dropped, each loosened, row-level security switched off or no
// longer forced, each search_path unpinned. Every such change must turn a check red; survivors are listed.
import type postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../setup/database.ts";
import { attacksOn, claimsOn, controlsOn, gateAttacksOn, type Role } from "../support/attacks.ts";
import { grantedColumns, type Policy, readCatalogue, type Table } from "../support/catalogue.ts";
import { functionFindings, readFunctions } from "../support/function-gate.ts";
import { ownerColumnOf, ownershipOf } from "../support/ownership.ts";
import { type Probe, run } from "../support/probe.ts";
import { type Seeded, seed } from "../support/seed.ts";
import { tableFindings } from "../support/table-gate.ts";

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

/** Kinds of claims that suffice to notice; the matrix tries more. */
const KINDS = new Set(["own", "test", "other", "none", "empty"]);

function probesFor(table: Table, role: Role): Probe[] {
  const attacks = claimsOn(table, role, seeded)
    .filter(({ label }) => KINDS.has(label))
    .flatMap((claims) => attacksOn(table, role, claims, seeded));
  return [...(role === "foyer_gate" ? gateAttacksOn(table) : attacks), ...controlsOn(table, role, seeded)];
}

/** Applies a change in a savepoint, runs a check, takes the change back. */
async function mutated(change: string, check: () => Promise<string[]>): Promise<string[]> {
  await session.unsafe(`savepoint mutation; ${change}`);
  const found = await check();
  await session.unsafe("rollback to savepoint mutation; release savepoint mutation");
  return found;
}

interface Mutation {
  label: string;
  change: string;
}

const opensAll = (policy: Policy) => (policy.using ?? "true") === "true" && (policy.check ?? "true") === "true";

function dropped(table: Table, policy: Policy): Mutation[] {
  return [{ label: `drop ${policy.name}`, change: `drop policy ${policy.name} on ${table.name}` }];
}

/** A policy that lets everything through by design can't be loosened further. */
function loosened(table: Table, policy: Policy): Mutation[] {
  if (opensAll(policy)) return [];
  const alter = (label: string, clauses: string) => ({
    ...{ label: `${label} of ${policy.name}`, change: `alter policy ${policy.name} on ${table.name} ${clauses}` },
  });
  if (policy.verb === "insert") return [alter("check", "with check (true)")];
  if (policy.verb !== "update") return [alter("using", "using (true)")];
  return [
    alter("using", "using (true)"),
    alter("check", "with check (true)"),
    alter("all", "using (true) with check (true)"),
  ];
}

/** A policy of two conditions is loosened to the tenant alone: another visitor's rows come into sight. */
function halved(table: Table, policy: Policy): Mutation[] {
  const condition = "(tenant_id = (select app.tenant_id()))";
  const halves = (expression: string | null) => expression?.includes(" AND ") ?? false;
  if (!halves(policy.using) && !halves(policy.check)) return [];
  const clauses = [policy.using && `using ${condition}`, policy.check && `with check ${condition}`]
    .filter(Boolean)
    .join(" ");
  return [{ label: `half of ${policy.name}`, change: `alter policy ${policy.name} on ${table.name} ${clauses}` }];
}

const gate = async ({ name }: Table) =>
  tableFindings(await readCatalogue(session, name)).filter((found) => found.startsWith(name));

/**
 * What a row may become can't be tried where there is no column that says whose it is, or the role may not write it; nor
 * which rows may be changed where what they become is refused all the same, whosever they are.
 */
function needsGate(table: Table, policy: Policy, label: string): boolean {
  const owner = ownerColumnOf(table);
  if (owner === undefined && policy.verb === "update" && label === `using of ${policy.name}`) return true;
  if (label !== `check of ${policy.name}`) return false;
  return owner === undefined || !grantedColumns(table, policy.roles[0] ?? "", "update").includes(owner);
}

async function survivors(
  mutationsOf: (table: Table, policy: Policy) => Mutation[],
): Promise<{ tried: number; alive: string[] }> {
  let tried = 0;
  const alive: string[] = [];
  for (const table of tables) {
    for (const policy of table.policies) {
      const probes = probesFor(table, policy.roles[0] as Role);
      for (const { label, change } of mutationsOf(table, policy)) {
        tried += 1;
        const found = await mutated(change, async () => {
          const behaviour = await run(session, probes);
          return behaviour.length > 0 || !needsGate(table, policy, label) ? behaviour : gate(table);
        });
        if (found.length === 0) alive.push(`${table.name}: ${label}`);
      }
    }
  }
  return { tried, alive };
}

test("without a mutation every check is green", { timeout: 120_000 }, async () => {
  const roles: Role[] = ["anon", "authenticated", "service_role", "staff", "foyer_gate"];
  const probes = tables.flatMap((table) => roles.flatMap((role) => probesFor(table, role)));
  expect(await run(session, probes)).toEqual([]);
});

test("dropping any policy is noticed", { timeout: 120_000 }, async () => {
  const { tried, alive } = await survivors(dropped);
  expect(tried).toBeGreaterThan(150);
  expect(alive).toEqual([]);
});

test("loosening any policy is noticed", { timeout: 120_000 }, async () => {
  const { tried, alive } = await survivors(loosened);
  expect(tried).toBeGreaterThan(150);
  expect(alive).toEqual([]);
});

test("letting visitors of one tenant see each other is noticed", { timeout: 120_000 }, async () => {
  const { tried, alive } = await survivors(halved);
  expect(tried).toBeGreaterThan(5);
  expect(alive).toEqual([]);
});

test.each([
  ["row-level security off", "disable row level security"],
  ["not forced on the owner", "no force row level security"],
])("%s is noticed on any table", async (_, change) => {
  const alive: string[] = [];
  for (const { name } of tables) {
    const found = await mutated(`alter table ${name} ${change}`, async () =>
      tableFindings(await readCatalogue(session)).filter((finding) => finding.startsWith(`${name}: `)),
    );
    if (found.length === 0) alive.push(name);
  }
  expect(alive).toEqual([]);
});

test("a further policy or grant that opens a table is noticed", { timeout: 120_000 }, async () => {
  const alive: string[] = [];
  for (const table of tables) {
    for (const role of ["anon", "authenticated"] as const) {
      // What everybody may read anyway is opened for writing.
      const published = ownershipOf(table)?.by === "everybody";
      const [verb, clause] = published ? ["insert", "with check (true)"] : ["select", "using (true)"];
      const change = `grant ${verb} on ${table.name} to ${role}; create policy open on ${table.name} for ${verb} to ${role} ${clause}`;
      const found = await mutated(change, () => run(session, probesFor(table, role)));
      if (found.length === 0) alive.push(`${table.name} to ${role}`);
    }
    const found = await mutated(`grant truncate on ${table.name} to authenticated`, () =>
      run(session, probesFor(table, "authenticated")),
    );
    if (found.length === 0) alive.push(`truncate of ${table.name}`);
  }
  expect(alive).toEqual([]);
});

test("unpinning the search_path of any function, or opening it to all, is noticed", async () => {
  const alive: string[] = [];
  const functions = await session<{ signature: string }[]>`
    select p.oid::regprocedure::text as signature from pg_proc p where p.pronamespace = 'app'::regnamespace`;
  for (const { signature } of functions) {
    for (const change of [
      `alter function ${signature} reset search_path`,
      `grant execute on function ${signature} to public`,
    ]) {
      const found = await mutated(change, async () => functionFindings(await readFunctions(session)));
      if (found.length === 0) alive.push(change);
    }
  }
  expect(alive).toEqual([]);
});

test("a view that loses security_invoker is noticed", async () => {
  const view = "create view public.probe_view with (security_invoker = true) as select * from public.leads";
  const look = async () => tableFindings(await readCatalogue(session));
  expect(await mutated(view, look)).toEqual([]);
  expect(await mutated(`${view}; alter view public.probe_view reset (security_invoker)`, look)).toEqual([
    "public.probe_view: is a view without security_invoker",
  ]);
  const views = (await readCatalogue(session)).filter(({ kind }) => kind === "view");
  for (const { name } of views)
    expect(await mutated(`alter view ${name} reset (security_invoker)`, look)).not.toEqual([]);
});
