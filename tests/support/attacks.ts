// What an attacker with SQL in one tenant's transaction tries on a table, and what must still work for its owner:
// both made from the catalogue. Each statement runs in a savepoint that is taken back.
import { grantedColumns, holds, primaryKey, type Table, type Verb } from "./catalogue.ts";
import { ownerColumnOf, ownershipOf, STAFF_WRITES } from "./ownership.ts";
import type { Outcome, Probe } from "./probe.ts";
import {
  hidesFromMembers,
  insertOf,
  isOneOf,
  knowsVisitors,
  literal,
  type Party,
  type PartyName,
  quote,
  type Row,
  type Seeded,
  staysInMode,
} from "./seed.ts";

export type Role = "anon" | "authenticated" | "service_role" | "staff" | "foyer_gate";
/** Roles that an attacker may hold; the gate's is held by definer functions only. */
export const ATTACKERS: readonly Role[] = ["anon", "authenticated", "service_role", "staff"];

export interface Claims {
  label: string;
  /** Null: never set in this session. */
  text: string | null;
  /** Whose rows these claims open. */
  own: readonly PartyName[];
  /** Whom an insert for somebody else names. */
  victim: PartyName;
}

/** Claims as the doors make them, with the given tenant and person. */
export function claimsFor(role: Role, party: Party): string {
  const app_metadata = { tenant_id: party.tenantId, ...(party.name === "test" && { sandbox: true }) };
  const person = { sub: party.userId, session_id: party.signInId };
  switch (role) {
    case "anon":
      return JSON.stringify({ role, visitor_session: party.visitorSession, app_metadata });
    case "authenticated":
      return JSON.stringify({ role, ...person, app_metadata: { ...app_metadata, tenant_role: "owner" } });
    case "staff":
      return JSON.stringify({ role, ...person, app_metadata: { staff_role: "support" } });
    default:
      return JSON.stringify({ role, sub: null, app_metadata });
  }
}

/** Claims of a job that works across tenants. */
export const ACROSS = JSON.stringify({ role: "service_role", sub: null, app_metadata: { across_tenants: true } });

const MALFORMED = [
  ...[
    "not json",
    "{}",
    "[]",
    '"text"',
    '{"app_metadata":null}',
    '{"app_metadata":"x"}',
    '{"app_metadata":{"tenant_id":""}}',
  ],
  ...[
    '{"app_metadata":{"tenant_id":"not-a-uuid"}}',
    '{"app_metadata":{"tenant_id":["*"]}}',
    '{"sub":"%","visitor_session":""}',
  ],
  ...['{"app_metadata":{"across_tenants":"yes"}}', '{"app_metadata":{"tenant_id":null}}'],
];

/** Own, another's, none, empty and malformed claims. */
export function claimsOn(table: Table, role: Role, seeded: Seeded): Claims[] {
  const ownership = ownershipOf(table);
  const unreachable =
    (ownership && ["nobody", "operator", "everybody"].includes(ownership.by)) ||
    (ownership?.by === "person" && role !== "authenticated");
  const alone = (role === "anon" && knowsVisitors(table)) || (role === "authenticated" && hidesFromMembers(table));
  const real: PartyName[] = alone ? ["a"] : ["a", "guest"];
  const modes = staysInMode(table, role);
  const a: PartyName[] = modes ? real : [...real, "test"];
  const closed = (label: string, text: string | null): Claims => ({ label, text, own: [], victim: "b" });
  return [
    { label: "own", text: claimsFor(role, seeded.parties.a), own: unreachable ? [] : a, victim: "b" },
    ...(modes
      ? [{ label: "test", text: claimsFor(role, seeded.parties.test), own: ["test" as const], victim: "b" as const }]
      : []),
    { label: "other", text: claimsFor(role, seeded.parties.b), own: unreachable ? [] : ["b"], victim: "a" },
    closed("none", null),
    closed("empty", ""),
    ...MALFORMED.map((text) => closed(`malformed ${text}`, text)),
  ];
}

/** What the role tries with these claims on rows that aren't its own. */
export function attacksOn(table: Table, role: Role, claims: Claims, seeded: Seeded): Probe[] {
  const own = rowsOf(table, seeded, claims.own);
  const foreign = `not (${isOneOf(table, own)})`;
  const victim = seeded.rows.get(table.name)?.[claims.victim] ?? {};
  const stranger = seeded.fresh(table, claims.victim);
  const column = harmless(table, role);
  const value = literal(table, seeded.fresh(table, claims.own[0] ?? "a"), column);
  const ownership = ownershipOf(table);
  const name = (what: string) => `${table.name} as ${role} with ${claims.label} claims: ${what}`;
  const probe = (what: string, verbs: Verb[], statement: string, judge: Probe["judge"]): Probe[] =>
    verbs.length > 0 && verbs.every((verb) => byDesign(table, role, verb))
      ? []
      : [{ name: name(what), role, claims: claims.text, statement, foreign, table: table.name, judge }];
  const insertable = grantedColumns(table, role, "insert");
  const into = (row: Row) => insertOf(table, row, insertable.length > 0 ? insertable : Object.keys(row));
  const key = primaryKey(table)
    .map((part) => `"${part}"`)
    .join(", ");
  const from = `from ${table.name} where ${foreign}`;
  const set = `update ${table.name} set "${column}" = `;

  const probes = [
    probe("select foreign rows", ["select"], `select count(*) as n ${from}`, noneSeen),
    probe("select for update", ["update"], `select count(*) as n from (select 1 ${from} for update) s`, noneSeen),
    probe("update blindly", ["update"], `${set}${value}`, atMost(own.length)),
    probe("update foreign rows", ["update"], `${set}${value} where ${foreign}`, atMost(0)),
    probe("delete blindly", ["delete"], `delete from ${table.name}`, atMost(own.length)),
    probe("delete foreign rows", ["delete"], `delete ${from}`, atMost(0)),
    probe("truncate", [], `truncate ${table.name}`, refused),
    probe("truncate with all that hangs on it", [], `truncate ${table.name} cascade`, refused),
    probe("insert for somebody else", ["insert"], into(stranger), refused),
    probe("insert for somebody else unless there", ["insert"], `${into(stranger)} on conflict do nothing`, refused),
    probe(
      "take over a foreign row by upsert",
      ["insert", "update"],
      `${into(victim)} on conflict (${key}) do update set "${column}" = excluded."${column}"`,
      refused,
    ),
  ].flat();
  if (role === "anon" && knowsVisitors(table) && claims.label === "own")
    probes.push(...probe("insert for another visitor", ["insert"], into(seeded.fresh(table, "guest")), refused));
  if (staysInMode(table, role) && ["own", "test"].includes(claims.label)) {
    const other = claims.label === "own" ? "test" : "a";
    probes.push(
      ...probe("insert into the other mode", ["insert"], into(seeded.fresh(table, other)), refused),
      ...probe(
        "take rows into the other mode",
        ["update"],
        `update ${table.name} set sandbox = ${other === "test"}`,
        refused,
      ),
    );
  }
  const owner = ownerColumnOf(table);
  if (owner) {
    const target = seeded.parties[claims.victim];
    const id = ownership?.by === "tenant" ? target.tenantId : target.userId;
    const give = (outcome: Outcome) => (outcome.error === null && outcome.count === 0 ? null : refused(outcome));
    probes.push(
      ...probe("give rows away", ["update"], `update ${table.name} set "${owner}" = ${quote(String(id))}`, give),
    );
  }
  return probes;
}

/** Where the gate's functions reach some rows only, test data or mails held back: the others must stay out of reach. */
export function gateAttacksOn(table: Table): Probe[] {
  return table.policies.flatMap(({ roles, verb, using }) => {
    if (!roles.includes("foyer_gate") || using === null || using === "true") return [];
    const foreign = `not (${using})`;
    const base = { role: "foyer_gate", claims: null, table: table.name, foreign };
    const name = `${table.name} as foyer_gate: ${verb} what isn't ${using}`;
    if (verb === "select")
      return [
        { ...base, name, statement: `select count(*) as n from ${table.name} where ${foreign}`, judge: noneSeen },
      ];
    // Blindly: with a condition, what may be seen would narrow what is deleted.
    return verb === "delete" ? [{ ...base, name, statement: `delete from ${table.name}`, judge: () => null }] : [];
  });
}

/** What must work: each verb that the role is granted, on a row of its own. */
export function controlsOn(table: Table, role: Role, seeded: Seeded): Probe[] {
  const party: PartyName = "a";
  const claims = controlClaims(table, role, seeded.parties[party]);
  const column = harmless(table, role);
  const value = literal(table, seeded.fresh(table, party), column);
  const insertable = grantedColumns(table, role, "insert");
  const statements: Record<Verb, string> = {
    select: `select count(*) as n from ${table.name}`,
    insert: `${insertOf(table, seeded.fresh(table, party), insertable)} on conflict do nothing`,
    update: `update ${table.name} set "${column}" = ${value}`,
    delete: `delete from ${table.name}`,
  };
  const verbs = (Object.keys(statements) as Verb[]).filter((verb) => holds(table, role, verb));
  return verbs.map((verb) => ({
    ...{ name: `${table.name} as ${role}: ${verb} an own row`, role, claims, statement: statements[verb] },
    ...{ foreign: null, table: table.name },
    judge: ({ error, count, n }: Outcome) => {
      if (error) return `failed with ${error}`;
      return verb !== "insert" && (verb === "select" ? n : count) === 0 ? "found no row" : null;
    },
  }));
}

function controlClaims(table: Table, role: Role, party: Party): string | null {
  if (role === "foyer_gate") return null;
  return role === "service_role" && !ownerColumnOf(table) ? ACROSS : claimsFor(role, party);
}

/** Whether the verb is open on every row to the role, as reading is to staff and, of what is published, to all. */
function byDesign(table: Table, role: Role, verb: Verb): boolean {
  const published = ownershipOf(table)?.by === "everybody";
  const open = table.policies.some(
    (policy) => policy.roles.includes(role) && policy.verb === verb && (policy.using ?? policy.check) === "true",
  );
  if (verb === "select") return open && (published || role === "staff");
  return open && role === "staff" && (published ? verb !== "delete" : table.name in STAFF_WRITES);
}

function rowsOf(table: Table, seeded: Seeded, names: readonly PartyName[]): Row[] {
  const stored = seeded.rows.get(table.name) ?? {};
  return names.map((name) => stored[name]).filter((row) => row !== undefined);
}

/** A column that the role may update and that no key or unique index holds; else any. */
function harmless(table: Table, role: Role): string {
  const keys = new Set([
    ...table.indexes.filter((index) => index.unique).flatMap((index) => index.columns),
    ...table.foreignKeys.flatMap((foreignKey) => foreignKey.columns),
  ]);
  const granted = grantedColumns(table, role, "update");
  const columns = granted.length > 0 ? granted : table.columns.map(({ name }) => name);
  return columns.find((name) => !keys.has(name)) ?? columns[0] ?? "id";
}

const noneSeen = ({ n }: Outcome) => (n ? `saw ${n} foreign rows` : null);
/** Refused for lack of rights, or (22P02) because the claims can't even be read. */
const refused = ({ error, count }: Outcome) =>
  error === "42501" || error === "22P02" ? null : `${error ?? `${count} rows`} instead of refused`;
const atMost = (limit: number) => (outcome: Outcome) =>
  outcome.count > limit ? `touched ${outcome.count} rows, of which ${limit} are its own` : null;
