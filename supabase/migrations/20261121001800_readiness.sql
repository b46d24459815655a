-- What readiness checks ask: up to which migration this database has come.
grant usage on schema supabase_migrations to foyer_gate;
grant select on supabase_migrations.schema_migrations to foyer_gate;

create function app.schema_version() returns text
language sql stable security definer set search_path = '' as $$
  select max(version) from supabase_migrations.schema_migrations
$$;
select app.guard_function('app.schema_version()', 'foyer_web foyer_worker foyer_functions foyer_staff');
