-- The gate: definer functions that answer "who is this?" before there are claims. Callable by the logins
-- themselves, outside of any role, and by nobody else. Answers are uniform: absent, revoked and foreign look alike.

-- Counts one use in a fixed window. reset_seconds: until the window ends.
create function app.take_rate(p_key text, p_limit integer, p_window_seconds integer)
returns table (allowed boolean, remaining integer, reset_seconds double precision)
language sql volatile security definer set search_path = '' as $$
  insert into public.rate_limits as r (key, window_start, used)
  values (p_key, clock_timestamp(), 1)
  on conflict (key) do update set
    window_start = case when r.window_start + make_interval(secs => p_window_seconds) <= clock_timestamp()
      then clock_timestamp() else r.window_start end,
    used = case when r.window_start + make_interval(secs => p_window_seconds) <= clock_timestamp()
      then 1 else least(r.used, p_limit) + 1 end
  returning used <= p_limit, greatest(p_limit - used, 0),
    extract(epoch from window_start + make_interval(secs => p_window_seconds) - clock_timestamp())::double precision
$$;
select app.guard_function('app.take_rate(text, integer, integer)', 'foyer_web foyer_functions anon authenticated service_role');

create function app.resolve_host(p_host text)
returns table (tenant_id uuid, slug text, name text, status text, host_status text)
language sql stable security definer set search_path = '' as $$
  select t.id, t.slug, t.name, t.status, d.status
  from public.domains d join public.tenants t on t.id = d.tenant_id
  where d.host = lower(p_host)
$$;
select app.guard_function('app.resolve_host(text)', 'foyer_web foyer_functions foyer_worker');

create function app.resolve_widget_key(p_key text)
returns table (tenant_id uuid, key_id uuid, allowed_origins text[], slug text, status text)
language sql stable security definer set search_path = '' as $$
  select t.id, k.id, k.allowed_origins, t.slug, t.status
  from public.widget_keys k join public.tenants t on t.id = k.tenant_id
  where k.public_key = p_key and k.revoked_at is null
$$;
select app.guard_function('app.resolve_widget_key(text)', 'foyer_web foyer_functions');

create function app.resolve_api_key(p_hash text)
returns table (tenant_id uuid, key_id uuid, scopes text[], slug text, status text)
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.api_keys k set last_used_at = now()
  where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
  return query
    select t.id, k.id, k.scopes, t.slug, t.status
    from public.api_keys k join public.tenants t on t.id = k.tenant_id
    where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
end $$;
select app.guard_function('app.resolve_api_key(text)', 'foyer_web foyer_functions');

-- The signed-in person behind a session token's digest, with their place in the session's tenant.
create function app.resolve_session(p_hash text)
returns table (
  session_id uuid, user_id uuid, email text, email_confirmed boolean, display_name text, staff_role text,
  tenant_id uuid, tenant_role text, tenant_name text, tenant_slug text, tenant_status text,
  onboarding_step text, trial_ends_at timestamptz, time_zone text, tenant_count bigint)
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.sessions s set last_seen_at = now()
  where s.token_hash = p_hash and s.revoked_at is null and s.last_seen_at < now() - interval '5 minutes';
  return query
    select s.id, u.id, u.email, u.email_confirmed_at is not null, coalesce(u.raw_user_meta_data ->> 'display_name', ''),
      u.raw_app_meta_data ->> 'staff_role',
      t.id, case when t.id is not null then m.role end, t.name, t.slug, t.status, t.onboarding_step, t.trial_ends_at, t.time_zone,
      (select count(*) from public.memberships own where own.user_id = u.id)
    from public.sessions s
    join public.users u on u.id = s.user_id
    left join public.memberships m on m.user_id = u.id and m.tenant_id = s.tenant_id
    left join public.tenants t on t.id = m.tenant_id and t.status <> 'deleted'
    where s.token_hash = p_hash and s.revoked_at is null and s.expires_at > now()
      and u.deleted_at is null and (u.banned_until is null or u.banned_until < now());
end $$;
select app.guard_function('app.resolve_session(text)', 'foyer_web foyer_staff');

-- The tenants of the person in the claims, for the switcher.
create function app.my_tenants()
returns table (tenant_id uuid, name text, slug text, status text, role text)
language sql stable security definer set search_path = '' as $$
  select t.id, t.name, t.slug, t.status, m.role
  from public.memberships m join public.tenants t on t.id = m.tenant_id
  where m.user_id = app.user_id() and t.status <> 'deleted'
  order by t.name, t.id
  limit 200
$$;
select app.guard_function('app.my_tenants()', 'authenticated');

create function app.switch_tenant(p_tenant uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.sessions s set tenant_id = p_tenant
  where s.id = (app.claims() ->> 'session_id')::uuid and s.user_id = app.user_id()
    and exists (select from public.memberships m join public.tenants t on t.id = m.tenant_id
      where m.tenant_id = p_tenant and m.user_id = app.user_id() and t.status <> 'deleted');
  return found;
end $$;
select app.guard_function('app.switch_tenant(uuid)', 'authenticated');

-- The people of the current tenant, with the addresses that `users` doesn't show across persons.
create function app.members()
returns table (id uuid, user_id uuid, email text, display_name text, role text, created_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select m.id, m.user_id, u.email, coalesce(u.raw_user_meta_data ->> 'display_name', ''), m.role, m.created_at
  from public.memberships m join public.users u on u.id = m.user_id
  where m.tenant_id = app.tenant_id()
  order by m.created_at, m.id
$$;
select app.guard_function('app.members()', 'authenticated service_role');
