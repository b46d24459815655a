-- Erasing a tenant: what stays of it, and how the rest is counted and removed.

-- What is left of an erased tenant: that there was one, who wanted it gone, and how many rows went. No personal data.
create table public.erasures (
  id uuid primary key default app.uuid_v7(),
  erased uuid not null unique,
  requested_by_kind text not null check (requested_by_kind in ('member', 'staff', 'system')),
  requested_by uuid,
  requested_at timestamptz not null,
  -- {table: rows}
  counts jsonb not null default '{}',
  begun_at timestamptz not null default now(),
  erased_at timestamptz
);
select app.operate_table('public.erasures', staff => 'select', system => 'select insert update');

-- How many rows a tenant has, {table: rows}; of every table that says whose its rows are, so that none is forgotten.
create function app.tenant_rows(p_tenant uuid) returns jsonb language plpgsql stable set search_path = '' as $$
declare
  tbl record;
  found bigint;
  counts jsonb := '{}';
begin
  for tbl in
    select c.oid::regclass as name, c.relname from pg_catalog.pg_class c
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      -- Sign-ins are their persons'.
      and has_table_privilege(c.oid, 'select')
  loop
    execute format('select count(*) from %s where tenant_id = $1', tbl.name) into found using p_tenant;
    if found > 0 then
      counts := counts || jsonb_build_object(tbl.relname, found);
    end if;
  end loop;
  return counts;
end $$;

-- Deletes some of a tenant's rows of a table, as the caller may; how many.
create function app.remove_some(p_table text, p_tenant uuid, p_most integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  removed integer;
begin
  execute format('delete from public.%1$I where ctid = any(array(select ctid from public.%1$I where tenant_id = $1 limit $2))', p_table)
  using p_tenant, p_most;
  get diagnostics removed = row_count;
  return removed;
end $$;
grant execute on function app.tenant_rows(uuid), app.remove_some(text, uuid, integer) to service_role;

-- Sign-ins forget an erased tenant.
create function app.forget_tenant(p_tenant uuid) returns void
language sql volatile security definer set search_path = '' as $$
  update public.sessions set tenant_id = null where tenant_id = p_tenant
$$;
select app.guard_function('app.forget_tenant(uuid)', 'service_role');
