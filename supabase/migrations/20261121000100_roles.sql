-- Roles, schemas and the rules that every later migration leans on.
-- Names of roles and claims are Supabase's, so that the same files run on a hosted project.

do $$
declare
  wanted text;
begin
  -- Taken inside a transaction, never logged in with.
  foreach wanted in array array['anon', 'authenticated', 'service_role', 'staff', 'foyer_gate', 'supabase_auth_admin'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
      execute format('create role %I nologin noinherit', wanted);
    end if;
  end loop;
  -- Log in; get a password from the operator. Without one they can't.
  foreach wanted in array array['foyer_web', 'foyer_worker', 'foyer_functions', 'foyer_staff'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
      execute format('create role %I nologin noinherit', wanted);
    end if;
    execute format('alter role %I set statement_timeout = ''15s''', wanted);
    execute format('alter role %I set idle_in_transaction_session_timeout = ''20s''', wanted);
    execute format('alter role %I set lock_timeout = ''5s''', wanted);
    execute format('alter role %I set search_path = public, extensions', wanted);
    execute format('grant connect on database %I to %I', current_database(), wanted);
  end loop;
  -- foyer_gate owns the definer functions; the migrating role hands them over.
  execute format('grant foyer_gate to %I', current_user);
end $$;

grant anon, authenticated to foyer_web;
grant anon to foyer_functions;
grant service_role to foyer_worker;
grant staff, anon to foyer_staff;

-- The worker's jobs run longer than a request.
alter role foyer_worker set statement_timeout = '120s';
alter role foyer_worker set idle_in_transaction_session_timeout = '120s';

create schema if not exists extensions;
create schema if not exists app;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists fuzzystrmatch with schema extensions;
create extension if not exists btree_gin with schema extensions;
create extension if not exists unaccent with schema extensions;

do $$
begin
  execute format('revoke temporary, create on database %I from public', current_database());
end $$;
revoke create on schema public from public;
alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;
-- A hosted project grants everything in `public` to its API roles by default, TRUNCATE too, which no policy stops.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

grant usage on schema public, app, extensions to anon, authenticated, service_role, staff, foyer_gate;
grant usage on schema app to foyer_web, foyer_worker, foyer_functions, foyer_staff;
