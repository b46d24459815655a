// The gate that every table passes: row-level security, keys, indexes, grants. Returns what is wrong in words.
import { primaryKey, type Table, VERBS } from "./catalogue.ts";
import { EITHER_MODE, ownershipOf, STAFF_WRITES, TENANT_OPTIONAL } from "./ownership.ts";

const LOGINS = ["foyer_web", "foyer_worker", "foyer_functions", "foyer_staff"];
/** Roles taken inside a transaction, to whom tables may be granted. */
const AUDIENCES = ["anon", "authenticated", "service_role", "staff", "foyer_gate"];
const INTEGERS = /^(smallint|integer|bigint|numeric)/;

/** Who writes what everybody reads. A version that somebody has bought is never deleted. */
const PUBLISHERS: Record<string, string[]> = { staff: ["insert", "update"], service_role: ["insert", "update"] };

/** Unique keys across tenants, and why nobody learns from them what another tenant has. */
const GLOBAL_UNIQUES: Record<string, string> = {
  domains_host_key: "a host leads to one tenant; members can't write the table, app.claim_slug answers alike",
  tenants_slug_key: "a subdomain leads to one tenant; members can't write the column",
  api_keys_hash: "a digest of 192 random bits: nobody can try one that isn't their own",
  widget_keys_public: "a key of 128 random bits that stands in public pages",
  invitations_token: "a digest of a random token",
  billing_accounts_customer: "a Stripe customer leads to one tenant; only jobs write the table",
  sequence_enrolments_token: "122 random bits; only jobs make enrolments",
  webhook_inbox_provider_event_id_key: "stored before the tenant is known; the app roles can't write it",
};

/** Foreign keys that don't carry the tenant, and why. */
const GLOBAL_REFERENCES: Record<string, string> = {
  memberships_user_id_fkey: "a person may belong to several tenants; members can't write the column",
};

/** What is wrong with these tables; empty where nothing is. */
export function tableFindings(tables: readonly Table[]): string[] {
  return tables.flatMap((table) => findingsOf(table, tables).map((finding) => `${table.name}: ${finding}`));
}

function findingsOf(table: Table, tables: readonly Table[]): string[] {
  if (table.kind === "view") return table.securityInvoker ? [] : ["is a view without security_invoker"];
  if (table.kind === "materialised view")
    return table.grants.length > 0 ? ["is a materialised view that is granted to a role"] : [];
  const ownership = ownershipOf(table);
  return [
    ...protection(table),
    ...grants(table),
    ...(ownership === undefined ? ["has no tenant_id and stands in no list of tests/support/ownership.ts"] : []),
    ...(ownership?.by === "tenant" ? tenantKeys(table, ownership.column, tables) : []),
    ...modes(table),
    ...keyTypes(table),
  ];
}

function protection(table: Table): string[] {
  const found: string[] = [];
  if (!table.rls) found.push("row-level security is off");
  if (!table.force) found.push("row-level security isn't forced on the owner");
  if (table.policies.length === 0) found.push("has no policy");
  if ([...LOGINS, ...AUDIENCES].includes(table.owner)) found.push(`belongs to ${table.owner}`);
  for (const policy of table.policies) {
    if (policy.verb === "all") found.push(`policy ${policy.name} is for all verbs`);
    if (policy.roles.length !== 1 || !AUDIENCES.includes(policy.roles[0] ?? ""))
      found.push(`policy ${policy.name} is for ${policy.roles.join(", ")}`);
    if (policy.verb === "update" && policy.using !== policy.check)
      found.push(`policy ${policy.name} lets rows become what it doesn't let one see`);
    const asksTable = /\bselect\b[\s\S]*\bfrom\b/i;
    if (asksTable.test(`${policy.using} ${policy.check}`)) found.push(`policy ${policy.name} asks another table`);
  }
  return found;
}

/** A grant without a policy, or a policy without a grant, is a mistake in either. */
function grants(table: Table): string[] {
  const found: string[] = [];
  for (const { role, privilege } of table.grants) {
    if (!AUDIENCES.includes(role)) found.push(`is granted to ${role}`);
    if (!VERBS.some((verb) => verb === privilege)) found.push(`grants ${privilege} to ${role}`);
  }
  for (const role of AUDIENCES) {
    for (const verb of VERBS) {
      const granted = table.grants.some((grant) => grant.role === role && grant.privilege === verb);
      const allowed = table.policies.some(
        ({ roles, verb: of, permissive }) => permissive && roles.includes(role) && of === verb,
      );
      if (granted && !allowed) found.push(`grants ${verb} to ${role} without a policy`);
      if (allowed && !granted) found.push(`has a policy for ${role} to ${verb} without a grant`);
    }
  }
  const by = ownershipOf(table)?.by;
  for (const { role, privilege } of table.grants) {
    if (by === "nobody" && ["anon", "authenticated", "staff"].includes(role))
      found.push(`belongs to nobody and is granted to ${role}`);
    if (by === "operator" && !["staff", "service_role"].includes(role))
      found.push(`is the operator's own and granted to ${role}`);
    if (by === "everybody" && privilege !== "select" && !PUBLISHERS[role]?.includes(privilege))
      found.push(`is everybody's to read and grants ${privilege} to ${role}`);
    if (by !== "everybody" && role === "staff" && privilege !== "select" && !(table.name in STAFF_WRITES))
      found.push(`grants ${privilege} to staff and stands in no list of what staff writes`);
  }
  return found;
}

function tenantKeys(table: Table, column: string, tables: readonly Table[]): string[] {
  const found: string[] = [];
  const optional = table.name in TENANT_OPTIONAL;
  if (!optional && primaryKey(table)[0] !== column) found.push(`its primary key doesn't begin with ${column}`);
  if (!table.indexes.some((index) => index.columns[0] === column && !index.partial))
    found.push(`has no index that leads with ${column}`);
  const tenant = table.columns.find(({ name }) => name === column);
  if (tenant?.type !== "uuid" || !(tenant.notNull || optional)) found.push(`${column} isn't a uuid that is never null`);
  for (const index of table.indexes)
    if (index.unique && !index.primary && !index.columns.includes(column) && !(index.name in GLOBAL_UNIQUES))
      found.push(`unique index ${index.name} spans tenants`);
  for (const key of table.foreignKeys) {
    const target = tables.find(({ name }) => name === key.target);
    const owner = target && ownershipOf(target);
    // What everybody reads tells nobody anything by being referred to.
    if (owner?.by === "everybody") continue;
    const at = owner?.by === "tenant" ? key.targetColumns.indexOf(owner.column) : -1;
    if (key.columns[at] !== column && !(key.name in GLOBAL_REFERENCES))
      found.push(`foreign key ${key.name} leads across tenants`);
  }
  return found;
}

/** Where rows are real or test data, no policy of members or visitors lets one see or make those of the other mode. */
function modes({ name, columns, policies }: Table): string[] {
  const hasMode = columns.some((column) => column.name === "sandbox" && column.type === "boolean");
  if (!hasMode || name in EITHER_MODE) return [];
  const isTwin = (text: string | null) => text !== null && /^\(sandbox = .*app\.sandbox\(\)/.test(text);
  return policies.flatMap(({ name: of, verb, roles, permissive }) => {
    if (!permissive || !roles.some((role) => role === "authenticated" || role === "anon")) return [];
    const twin = policies.find((other) => !other.permissive && other.verb === verb && other.roles[0] === roles[0]);
    const held =
      (verb === "insert" || isTwin(twin?.using ?? null)) &&
      (!["insert", "update"].includes(verb) || isTwin(twin?.check ?? null));
    return held ? [] : [`policy ${of} has no twin that keeps it within the sandbox or out of it`];
  });
}

function keyTypes(table: Table): string[] {
  const keys = new Set([...primaryKey(table), ...table.foreignKeys.flatMap((key) => key.columns)]);
  return table.columns
    .filter(({ name, type }) => (keys.has(name) || name === "id" || name.endsWith("_id")) && INTEGERS.test(type))
    .map(({ name, type }) => `key column ${name} is ${type}`);
}
