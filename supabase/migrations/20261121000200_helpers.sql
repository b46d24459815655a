-- What policies, defaults and definer functions are made of.

-- UUID version 7: time-ordered, so that (tenant_id, id) keys stay local. Built in from PostgreSQL 18 on.
do $$
begin
  if exists (select from pg_catalog.pg_proc where proname = 'uuidv7' and pronamespace = 'pg_catalog'::regnamespace and pronargs = 0) then
    execute $f$create function app.uuid_v7() returns uuid language sql volatile parallel safe set search_path = '' as 'select pg_catalog.uuidv7()'$f$;
  else
    execute $f$
      create function app.uuid_v7() returns uuid language sql volatile parallel safe set search_path = '' as $b$
        select encode(
          set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
              placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
            52, 1), 53, 1), 'hex')::uuid
      $b$
    $f$;
  end if;
end $$;

-- The claims of the current transaction; null where there are none.
create function app.claims() returns jsonb language sql stable parallel safe set search_path = '' as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;
create function app.tenant_id() returns uuid language sql stable parallel safe set search_path = '' as $$
  select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{app_metadata,tenant_id}', '')::uuid
$$;
create function app.user_id() returns uuid language sql stable parallel safe set search_path = '' as $$
  select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid
$$;
-- The random session of a visitor on a tenant's website: not a sign-in.
create function app.visitor_session() returns text language sql stable parallel safe set search_path = '' as $$
  select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'visitor_session', '')
$$;
-- Whether a job works across tenants. It must say so: a claim that is missing or empty opens nothing.
create function app.across_tenants() returns boolean language sql stable parallel safe set search_path = '' as $$
  select coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{app_metadata,across_tenants}', '') = 'true'
$$;
grant execute on function app.uuid_v7(), app.claims(), app.tenant_id(), app.user_id(), app.visitor_session(), app.across_tenants()
  to anon, authenticated, service_role, staff, foyer_gate, foyer_web, foyer_worker, foyer_functions, foyer_staff;

create function app.touch() returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end $$;

-- The one place that emits policies. For each verb named per audience: a grant and a policy, USING and equal
-- WITH CHECK. `visitors_also` narrows what a visitor reaches inside the tenant. The predicate is a plain
-- comparison with a claim, so that it can be emitted for a distributed Postgres as it stands.
create function app.isolate(
  tbl regclass,
  members text default 'select insert update delete',
  visitors text default '',
  visitors_also text default null,
  staff text default 'select',
  gate text default '',
  tenant_column text default 'tenant_id'
) returns void language plpgsql set search_path = '' as $$
declare
  audience record;
  verb text;
  own text := format('%I = (select app.tenant_id())', tenant_column);
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('revoke all on %s from public, anon, authenticated, service_role, staff', tbl);
  for audience in
    select * from (values
      ('members', 'authenticated', members, own),
      ('visitors', 'anon', visitors, own || coalesce(' and ' || visitors_also, '')),
      ('system', 'service_role', 'select insert update delete', format('((select app.across_tenants()) or %s)', own)),
      ('staff', 'staff', staff, 'true'),
      ('gate', 'foyer_gate', gate, 'true')
    ) as a(label, role_name, verbs, predicate)
  loop
    foreach verb in array string_to_array(audience.verbs, ' ') loop
      execute format('grant %s on %s to %I', verb, tbl, audience.role_name);
      execute format('create policy %I on %s for %s to %I %s %s',
        audience.label || '_' || verb, tbl, verb, audience.role_name,
        case when verb <> 'insert' then format('using (%s)', audience.predicate) end,
        case when verb in ('insert', 'update') then format('with check (%s)', audience.predicate) end);
    end loop;
  end loop;
end $$;

-- Hands a definer function to its narrow owner and lets only the named roles call it.
create function app.guard_function(fn regprocedure, callers text) returns void language plpgsql set search_path = '' as $$
declare
  caller text;
begin
  execute format('grant create on schema app to foyer_gate');
  execute format('alter function %s owner to foyer_gate', fn);
  execute format('revoke create on schema app from foyer_gate');
  execute format('revoke all on function %s from public', fn);
  foreach caller in array string_to_array(callers, ' ') loop
    execute format('grant execute on function %s to %I', fn, caller);
  end loop;
end $$;

-- Tells listeners that something of the tenant's changed. Ids only: a listener reads the rows through its own door.
create function app.announce(topic text, subject uuid) returns void language plpgsql volatile set search_path = '' as $$
begin
  if topic !~ '^[a-z][a-z_.]{0,39}$' then
    raise exception 'a topic is one word' using errcode = 'invalid_parameter_value';
  end if;
  perform pg_catalog.pg_notify('foyer_changes',
    json_build_object('tenant_id', app.tenant_id(), 'topic', topic, 'id', subject)::text);
end $$;
grant execute on function app.announce(text, uuid) to anon, authenticated, service_role, staff, foyer_gate;
