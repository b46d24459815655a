// What the database says about its own tables: columns, keys, policies and grants, read from the system catalogue
// so that tests cover a table from the migration on that creates it.
import type postgres from "postgres";

export type Verb = "select" | "insert" | "update" | "delete";
export const VERBS: readonly Verb[] = ["select", "insert", "update", "delete"];

export interface Column {
  name: string;
  /** As format_type prints it: `text`, `uuid[]`, `timestamp with time zone`. */
  type: string;
  notNull: boolean;
  generated: boolean;
  enumLabels: string[] | null;
}

export interface Policy {
  name: string;
  verb: Verb | "all";
  roles: string[];
  permissive: boolean;
  using: string | null;
  check: string | null;
}

export interface Index {
  name: string;
  unique: boolean;
  primary: boolean;
  partial: boolean;
  /** Key columns in order; null for an expression. */
  columns: (string | null)[];
}

export interface ForeignKey {
  name: string;
  columns: string[];
  target: string;
  targetColumns: string[];
}

export interface Grant {
  role: string;
  /** Lower case: `select`, `truncate`. */
  privilege: string;
  /** Null for the whole table. */
  column: string | null;
}

export interface Table {
  /** Schema and name: `public.leads`. */
  name: string;
  owner: string;
  /** A partitioned parent holds no rows itself. */
  kind: "table" | "partitioned" | "view" | "materialised view";
  rls: boolean;
  force: boolean;
  securityInvoker: boolean;
  columns: Column[];
  policies: Policy[];
  indexes: Index[];
  foreignKeys: ForeignKey[];
  grants: Grant[];
  /** Definitions of check constraints that name the column, by column. */
  checks: { columns: string[]; definition: string }[];
}

/** Schemas that hold no product data, and why. */
export const FOREIGN_SCHEMAS: Record<string, string> = {
  pgboss: "pg-boss's own tables; only the worker login reaches them, and payloads carry ids only",
  supabase_migrations: "the Supabase CLI's history of migrations",
};

/** Every table, view and partition of the product, by name. */
export async function readCatalogue(sql: postgres.ISql, only?: string): Promise<Table[]> {
  const rows = await sql<Table[]>`
    select n.nspname || '.' || c.relname as name, pg_get_userbyid(c.relowner) as owner,
      case c.relkind when 'p' then 'partitioned' when 'v' then 'view' when 'm' then 'materialised view' else 'table' end as kind,
      c.relrowsecurity as rls, c.relforcerowsecurity as force,
      coalesce('security_invoker=true' = any (c.reloptions) or 'security_invoker=on' = any (c.reloptions), false) as "securityInvoker",
      coalesce((select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'notNull', a.attnotnull, 'generated', a.attgenerated <> '' or a.attidentity <> '',
          'enumLabels', (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = a.atttypid))
          order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns,
      coalesce((select jsonb_agg(jsonb_build_object('name', p.polname,
          'verb', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
          'roles', (select coalesce(jsonb_agg(case r when 0 then 'public' else pg_get_userbyid(r)::text end), '[]') from unnest(p.polroles) r),
          'permissive', p.polpermissive,
          'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)) order by p.polname)
        from pg_policy p where p.polrelid = c.oid), '[]') as policies,
      coalesce((select jsonb_agg(jsonb_build_object('name', ic.relname, 'unique', i.indisunique, 'primary', i.indisprimary,
          'partial', i.indpred is not null,
          'columns', (select jsonb_agg(a.attname order by k.position)
            from unnest(i.indkey[0:i.indnkeyatts - 1]) with ordinality as k(attnum, position)
            left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum and k.attnum > 0)))
        from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = c.oid), '[]') as indexes,
      coalesce((select jsonb_agg(jsonb_build_object('name', f.conname,
          'columns', (select jsonb_agg(a.attname order by k.position) from unnest(f.conkey) with ordinality as k(attnum, position)
            join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum),
          'target', (select tn.nspname || '.' || t.relname from pg_class t join pg_namespace tn on tn.oid = t.relnamespace where t.oid = f.confrelid),
          'targetColumns', (select jsonb_agg(a.attname order by k.position) from unnest(f.confkey) with ordinality as k(attnum, position)
            join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum)))
        from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), '[]') as "foreignKeys",
      coalesce((select jsonb_agg(jsonb_build_object('role', case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee)::text end,
          'privilege', lower(g.privilege_type), 'column', g.attname))
        from (select x.grantee, x.privilege_type, null::name as attname from aclexplode(c.relacl) x
          union all select x.grantee, x.privilege_type, a.attname from pg_attribute a, aclexplode(a.attacl) x
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) g
        where g.grantee <> c.relowner), '[]') as grants,
      coalesce((select jsonb_agg(jsonb_build_object('definition', pg_get_constraintdef(k.oid),
          'columns', (select coalesce(jsonb_agg(a.attname), '[]') from pg_attribute a where a.attrelid = c.oid and a.attnum = any (k.conkey))))
        from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'), '[]') as checks
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and n.nspname <> all (${Object.keys(FOREIGN_SCHEMAS)})
      and (${only ?? null}::text is null or n.nspname || '.' || c.relname = ${only ?? null})
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    order by 1`;
  return [...rows];
}

/** Columns on which the role holds the privilege: all of them where it holds it on the table. */
export function grantedColumns(table: Table, role: string, privilege: string): string[] {
  const own = table.grants.filter((grant) => grant.role === role && grant.privilege === privilege);
  const all = table.columns.filter((column) => !column.generated).map((column) => column.name);
  return own.some((grant) => grant.column === null)
    ? all
    : all.filter((name) => own.some((grant) => grant.column === name));
}

export function holds(table: Table, role: string, privilege: string): boolean {
  return table.grants.some((grant) => grant.role === role && grant.privilege === privilege);
}

export function primaryKey(table: Table): string[] {
  const key = table.indexes.find((index) => index.primary);
  return key ? key.columns.filter((column) => column !== null) : [];
}
