// Rows for two tenants in every table, made from the catalogue: types, checks and foreign keys. Every text carries a
// canary that says whose it is. A column that can't be guessed gets a recipe here.
import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { type Column, primaryKey, type Table } from "./catalogue.ts";
import { ownershipOf, TENANT_OPTIONAL } from "./ownership.ts";

/**
 * `a` and `b` are tenants with a person and a visitor each; `guest` is another visitor of a's; `test` is a itself in
 * sandbox; `nobody` is for rows that have no tenant yet.
 */
export type PartyName = "a" | "b" | "guest" | "test" | "nobody";

export interface Party {
  name: PartyName;
  tenantId: string | null;
  userId: string;
  signInId: string;
  visitorSession: string;
}

export type Row = Record<string, unknown>;

const RECIPES: Record<string, (party: Party, canary: string, table: Table) => unknown> = {
  visitor_session: (party) => party.visitorSession,
  sandbox: (party, _, table) => (ownershipOf(table)?.by === "everybody" ? 1 : party.name === "test"),
  "public.idempotency_keys.scope": (party) => `visitor:${party.visitorSession}`,
  // The first version of each plan is there already, and the current one can't be doubled.
  "public.plan_versions.version": (_, canary) => 100 + serialOf(canary),
  "public.plan_versions.currency": () => "usd",
  hard: () => 100,
  "public.feature_flags.key": (_, canary) =>
    `flag_${[...String(serialOf(canary))].map((digit) => "abcdefghij"[Number(digit)]).join("")}`,
  "public.tenant_events.type": () => "test.seeded",
  "public.feature_usage.feature": (_, canary) => `feature.${serialOf(canary)}`,
  // Not every migration that tests stop at knows mails that are held.
  "public.outbox_mails.status": (party, _, table) =>
    party.tenantId && table.checks.some(({ definition }) => definition.includes("'held'")) ? "held" : "queued",
  "public.usage_alerts.threshold": () => 50,
  "public.crm_follow_ups.key": (_, canary) => `rule_${serialOf(canary)}`,
  "public.dns_records.ttl": () => 300,
  from_hour: () => 9,
  to_hour: () => 17,
  "public.tenant_sequences.daily_cap": () => 50,
  "public.sequence_enrolments.sender": (party) => (party.name === "guest" ? "operator" : "tenant"),
  "public.sequence_enrolments.state": () => "active",
  "public.sequence_enrolments.stop_reason": () => null,
  // One at a time may be under way.
  "public.deployments.status": () => "live",
};
const serialOf = (canary: string): number => Number(canary.split("-").at(-1));

export interface Seeded {
  parties: Record<PartyName, Party>;
  /** The row of each party, by table. */
  rows: Map<string, Partial<Record<PartyName, Row>>>;
  /** A row that isn't stored yet, consistent with the party's other rows. */
  fresh(table: Table, party: PartyName): Row;
}

/** Tables of which a second visitor of the same tenant has rows of their own. */
export function knowsVisitors(table: Table): boolean {
  return table.policies.some((policy) => policy.using?.includes("visitor_session()") ?? false);
}

/** Tables that hold rows about a tenant that its members don't see, the operator's: there they are the guest's. */
export function hidesFromMembers(table: Table): boolean {
  return table.policies.some(
    ({ roles, using }) => roles.includes("authenticated") && (using?.includes("sender = 'tenant'") ?? false),
  );
}

/** Tables whose rows are of one mode: real, or test data. */
function knowsModes(table: Table): boolean {
  return (
    table.name !== "public.tenants" && table.columns.some(({ name, type }) => name === "sandbox" && type === "boolean")
  );
}

/** Whether policies keep the role within the mode of its claims. */
export function staysInMode(table: Table, role: string): boolean {
  return table.policies.some(
    ({ roles, permissive, using, check }) =>
      !permissive && roles.includes(role) && `${using} ${check}`.includes("sandbox()"),
  );
}

function partiesOf(table: Table): PartyName[] {
  const names: PartyName[] = ["a", "b"];
  if (knowsModes(table)) names.push("test");
  if (knowsVisitors(table) || hidesFromMembers(table)) names.push("guest");
  if (table.name in TENANT_OPTIONAL) names.push("nobody");
  return names;
}

/** Stores a row of each party in each table, in the order of their foreign keys. `sql` must be a superuser's. */
export async function seed(sql: postgres.ISql, tables: readonly Table[]): Promise<Seeded> {
  const party = (name: PartyName, tenantId: string | null, userId: string): Party => ({
    ...{ name, tenantId, userId, signInId: randomUUID(), visitorSession: `visitor-${name}-${randomUUID()}` },
  });
  const a = party("a", randomUUID(), randomUUID());
  const parties = {
    a,
    b: party("b", randomUUID(), randomUUID()),
    guest: party("guest", a.tenantId, a.userId),
    // The same visitor, too: nothing but the mode keeps the two apart.
    test: { ...a, name: "test" as const },
    nobody: party("nobody", null, a.userId),
  };
  const rows: Seeded["rows"] = new Map();
  let serial = 0;

  function fresh(table: Table, name: PartyName, keep: Row = {}): Row {
    serial += 1;
    const owner = parties[name];
    const ownership = ownershipOf(table);
    const row: Row = {};
    for (const column of table.columns) if (!column.generated) row[column.name] = guess(table, column, owner, serial);
    if (ownership && "column" in ownership) {
      row[ownership.column] = ownership.by === "tenant" ? owner.tenantId : owner.userId;
    }
    for (const key of table.foreignKeys) {
      const parents = rows.get(key.target);
      const parent = parents?.[name] ?? (name === "b" ? undefined : parents?.a);
      key.columns.forEach((column, at) => {
        if (ownership?.by === "tenant" && column === ownership.column) return;
        row[column] = parent?.[key.targetColumns[at] ?? ""] ?? null;
      });
    }
    return { ...row, ...keep };
  }

  for (const table of inOrder(tables)) {
    const stored: Partial<Record<PartyName, Row>> = {};
    for (const name of partiesOf(table)) {
      const row = fresh(table, name, table.name === "public.sessions" ? { id: parties[name].signInId } : {});
      await sql.unsafe(insertOf(table, row)).catch((error: Error) => {
        throw new Error(`${table.name} lacks a recipe in tests/support/seed.ts: ${error.message}`, { cause: error });
      });
      stored[name] = row;
    }
    rows.set(table.name, stored);
  }
  return { parties, rows, fresh: (table, name) => fresh(table, name) };
}

/** `insert into` of the given columns of a row, as text: JSON carries every type. */
export function insertOf(table: Table, row: Row, columns: readonly string[] = Object.keys(row)): string {
  const list = columns.map((column) => `"${column}"`).join(", ");
  return `insert into ${table.name} (${list}) select ${list} from jsonb_populate_record(null::${table.name}, ${quote(JSON.stringify(row))}::jsonb)`;
}

/** One value of a row as an SQL expression of the column's type. */
export function literal(table: Table, row: Row, column: string): string {
  return `(jsonb_populate_record(null::${table.name}, ${quote(JSON.stringify({ [column]: row[column] }))}::jsonb))."${column}"`;
}

/** SQL that is true for exactly the given rows. */
export function isOneOf(table: Table, rows: readonly Row[]): string {
  const key = primaryKey(table);
  const tuple = (values: string[]) => `(${values.join(", ")})`;
  if (rows.length === 0) return "false";
  const list = rows.map((row) => tuple(key.map((column) => quote(String(row[column])))));
  return `${tuple(key.map((column) => `"${column}"`))} in (${list.join(", ")})`;
}

export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function inOrder(tables: readonly Table[]): Table[] {
  const left = new Set(tables.filter((table) => table.kind === "table" || table.kind === "partitioned"));
  const names = new Set([...left].map((table) => table.name));
  const done: Table[] = [];
  while (left.size > 0) {
    const waits = (table: Table) =>
      table.foreignKeys.some(
        (key) => key.target !== table.name && names.has(key.target) && !done.some(({ name }) => name === key.target),
      );
    const next = [...left].find((table) => !waits(table)) ?? [...left][0];
    if (!next) break;
    left.delete(next);
    done.push(next);
  }
  return done;
}

function guess(table: Table, column: Column, party: Party, serial: number): unknown {
  const label = `${table.name.slice(table.name.indexOf(".") + 1)}-${column.name}`.replaceAll("_", "-").slice(0, 24);
  const owner = ownershipOf(table)?.by === "everybody" ? "everybody" : party.name;
  const canary = `canary-${owner}-${label}-${serial}`;
  const recipe = RECIPES[`${table.name}.${column.name}`] ?? RECIPES[column.name];
  if (recipe) return recipe(party, canary, table);
  const allowed = table.checks
    .filter((check) => check.columns.length === 1 && check.columns[0] === column.name)
    .map((check) => /= (?:ANY \(ARRAY\[)?'([^']+)'/.exec(check.definition)?.[1])
    .find((value) => value !== undefined);
  if (allowed !== undefined) return allowed;
  if (column.enumLabels) return column.enumLabels[0];
  return guessByType(column.type, canary, serial, table, column);
}

function guessByType(type: string, canary: string, serial: number, table: Table, column: Column): unknown {
  if (type.endsWith("[]")) return [guessByType(type.slice(0, -2), canary, serial, table, column)];
  switch (type.replace(/\(.*\)/, "")) {
    case "text":
    case "character varying":
      return canary;
    case "uuid":
      return randomUUID();
    case "smallint":
    case "integer":
    case "bigint":
      return (serial % 20) + 1;
    case "real":
    case "double precision":
    case "numeric":
      return 0.5;
    case "boolean":
      return false;
    case "timestamp with time zone":
      return new Date(Date.UTC(2030, 0, 1) + serial * 1000).toISOString();
    case "date":
      return "2030-01-01";
    case "interval":
      return "1 day";
    case "jsonb":
    case "json":
      return { canary };
    case "bytea":
      return `\\x${Buffer.from(canary).toString("hex")}`;
    case "tsvector":
      return quote(canary);
    case "inet":
      return "127.0.0.1";
    default:
      throw new Error(`${table.name}.${column.name} lacks a recipe in tests/support/seed.ts: no value for ${type}`);
  }
}
