-- What the health score asks and a job by itself doesn't see.

-- When one of the people of the tenant in the claims was last here; null: never.
create function app.members_seen_at() returns timestamptz
language sql stable security definer set search_path = '' as $$
  select max(greatest(s.last_seen_at, u.last_sign_in_at))
  from public.memberships m
  join public.users u on u.id = m.user_id
  left join public.sessions s on s.user_id = m.user_id
  where m.tenant_id = app.tenant_id()
$$;
select app.guard_function('app.members_seen_at()', 'service_role');
