// What the whole database holds, as a count and a checksum a table: two of them tell whether anything was written.
import type postgres from "postgres";

/** Changes with every request by design: when a session was last seen. */
const RESTLESS: Record<string, string[]> = { "public.sessions": ["last_seen_at"] };
/** Counters of the throttle, keyed by digests: counting a look isn't a change to anybody's data. */
const COUNTERS = new Set(["public.rate_limits"]);

export type Fingerprint = Record<string, string>;

/**
 * Count and checksum of each table of the product and of the waiting jobs.
 * @param where restricts the rows, by table; a table for which it gives null is left out
 */
export async function fingerprint(
  sql: postgres.ISql,
  where: (table: string, columns: string[]) => string | null = () => "true",
): Promise<Fingerprint> {
  const tables = await sql<{ name: string; columns: string[] }[]>`
    select n.nspname || '.' || c.relname as name,
      array(select attname::text from pg_attribute a where a.attrelid = c.oid and attnum > 0 and not attisdropped) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and (n.nspname = 'public' or (n.nspname = 'pgboss' and c.relname = 'job_common')) order by 1`;
  const found: Fingerprint = {};
  await Promise.all(
    tables.map(async ({ name, columns }) => {
      const condition = COUNTERS.has(name) ? null : where(name, columns);
      if (condition === null) return;
      const left = (RESTLESS[name] ?? []).map((column) => ` - '${column}'`).join("");
      const [row] = await sql.unsafe<{ print: string }[]>(
        `select count(*) || ' rows ' || coalesce(md5(string_agg(r, ' ' order by r)), '') as print
         from (select (to_jsonb(t)${left})::text as r from ${name} t where ${condition}) all_rows`,
      );
      found[name] = row?.print ?? "";
    }),
  );
  return found;
}

/** Only a tenant's rows, and those of its owner. */
export function rowsOf(party: { tenantId: string; userId: string }) {
  return (table: string, columns: string[]): string | null => {
    if (table === "public.tenants") return `id = '${party.tenantId}'`;
    if (columns.includes("tenant_id") && table !== "public.sessions") return `tenant_id = '${party.tenantId}'`;
    if (columns.includes("user_id")) return `user_id = '${party.userId}'`;
    return table === "public.users" ? `id = '${party.userId}'` : null;
  };
}
