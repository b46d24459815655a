-- The gate's claims: what stands in a token beside who one is, for tenants' members and the operator's staff.

-- Supabase Auth's custom access token hook: the same claims that the embedded sign-in makes.
-- https://supabase.com/docs/guides/auth/auth-hooks/custom-access-token-hook
create function app.custom_access_token_hook(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  place record;
  claims jsonb := event -> 'claims';
  ours jsonb;
begin
  select m.tenant_id, m.role, extract(epoch from m.created_at)::bigint as epoch into place
  from public.memberships m
  join public.tenants t on t.id = m.tenant_id and t.status <> 'deleted'
  left join public.sessions s on s.user_id = m.user_id and s.tenant_id = m.tenant_id and s.revoked_at is null
  where m.user_id = (event ->> 'user_id')::uuid
  order by s.last_seen_at desc nulls last, m.created_at, m.tenant_id limit 1;
  ours := coalesce(claims -> 'app_metadata', '{}'::jsonb) - 'tenant_id' - 'tenant_role' - 'epoch';
  if found then
    ours := ours || jsonb_build_object('tenant_id', place.tenant_id, 'tenant_role', place.role, 'epoch', place.epoch);
  end if;
  return jsonb_build_object('claims', jsonb_set(claims, '{app_metadata}', ours));
end $$;
select app.guard_function('app.custom_access_token_hook(jsonb)', 'supabase_auth_admin');
grant usage on schema app to supabase_auth_admin;

-- Makes somebody a member of the operator's staff. Only whoever may migrate the database appoints staff.
create function app.appoint_staff(p_user uuid, p_role text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if p_role not in ('support', 'billing', 'superadmin') then
    raise exception 'There is no staff role %', p_role using errcode = 'check_violation';
  end if;
  update public.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('staff_role', p_role)
  where id = p_user;
end $$;
do $$
begin
  perform app.guard_function('app.appoint_staff(uuid, text)', current_user::text);
end $$;
