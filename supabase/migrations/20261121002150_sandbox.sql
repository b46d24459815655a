-- Sandbox: while a tenant's switch is on, what happens is test data, kept apart from the real by the policies themselves.

alter table public.tenants add column sandbox boolean not null default false;

-- Whether the claims say sandbox.
create function app.sandbox() returns boolean language sql stable parallel safe set search_path = '' as $$
  select coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{app_metadata,sandbox}', '') = 'true'
$$;
grant execute on function app.sandbox() to anon, authenticated, service_role, staff, foyer_gate, foyer_web, foyer_worker, foyer_functions, foyer_staff;
