-- How a tenant ends: paused by staff, cancelled with a time to come back, deleted with a time to restore, erased.

-- Days for which a cancelled tenant's address and a deleted tenant's data wait for them.
create function app.grace_days() returns integer language sql immutable parallel safe set search_path = '' as 'select 30';
grant execute on function app.grace_days() to authenticated, service_role, staff, foyer_gate;

-- Until when a cancelled tenant finds everything as it was; null for all others.
alter table public.tenants add column cancelled_until timestamptz,
  drop constraint tenants_check,
  -- Staff may pause or delete one that has no address yet.
  add constraint tenants_check check (status in ('pending', 'suspended', 'deleted') or slug is not null);
alter table public.tenants no force row level security;
update public.tenants set cancelled_until = now() + make_interval(days => app.grace_days()) where status = 'cancelled';
alter table public.tenants force row level security;
create index tenants_cancelled on public.tenants (cancelled_until) where status = 'cancelled';

-- What the tenant is beneath the holds on it, as plan, payment and time have it; null where there are none.
alter table public.billing_accounts
  add column under_status text check (under_status in ('pending', 'trialing', 'active', 'past_due', 'suspended', 'cancelled')),
  add column under_suspension text check (under_suspension in ('trial_ended', 'payment'));

-- What people, or the end of a grace, have laid on a tenant, whatever it has paid. A hold that is taken off is gone; the
-- trail tells of it.
create table public.tenant_holds (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  kind text not null check (kind in ('suspended', 'deleted')),
  reason text not null default '' check (length(reason) <= 300),
  placed_by_kind text not null check (placed_by_kind in ('member', 'staff', 'system')),
  placed_by uuid,
  placed_at timestamptz not null default now(),
  -- In the account's own time; set for what is deleted.
  erase_at timestamptz,
  -- From here on it can't be restored.
  erasing_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, kind)
);
create index tenant_holds_due on public.tenant_holds (erase_at) where kind = 'deleted';
select app.isolate('public.tenant_holds', members => 'select', gate => 'select insert delete');

grant insert on public.tenant_events to foyer_gate;
create policy gate_insert on public.tenant_events for insert to foyer_gate with check (true);

-- A subscription may end at once, too.
alter table public.billing_operations drop constraint billing_operations_kind_check,
  add constraint billing_operations_kind_check
    check (kind in ('change_plan', 'cancel', 'cancel_now', 'reactivate', 'pay_invoice', 'refund'));

-- A set-up that is being taken back begins anew once that is done.
alter table public.provisioning_runs add column begin_anew boolean not null default false;

-- Tells who listens what happened to a tenant, from within the change itself. Internal.
create function app.tell_event(p_tenant uuid, p_type text, p_data jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  event uuid := app.uuid_v7();
begin
  insert into public.tenant_events (tenant_id, id, type, data) values (p_tenant, event, p_type, p_data);
  perform app.enqueue_job('event.dispatch', jsonb_build_object('tenantId', p_tenant, 'eventId', event));
  perform pg_notify('foyer_changes', json_build_object('tenant_id', p_tenant, 'topic', 'billing', 'id', p_tenant)::text);
end $$;
select app.guard_function('app.tell_event(uuid, text, jsonb)', 'foyer_gate');

-- Lays a hold on a tenant, at once for every door. When it will be erased, or now for a pause; null: nothing changed.
create function app.place_hold(p_tenant uuid, p_kind text, p_reason text, p_by_kind text, p_by uuid) returns timestamptz
language plpgsql volatile security definer set search_path = '' as $$
declare
  was public.tenants;
  account public.billing_accounts;
  at timestamptz;
  erased timestamptz;
begin
  -- Tenant before account, as everybody locks them.
  select * into was from public.tenants where id = p_tenant for no key update;
  select * into account from public.billing_accounts where tenant_id = p_tenant for no key update;
  if was.id is null or was.status = 'deleted' or exists (
    select from public.tenant_holds h where h.tenant_id = p_tenant and h.kind = p_kind) then
    return null;
  end if;
  at := coalesce(account.clock_at, now());
  erased := case when p_kind = 'deleted' then at + make_interval(days => app.grace_days()) end;
  insert into public.tenant_holds (tenant_id, kind, reason, placed_by_kind, placed_by, erase_at)
  values (p_tenant, p_kind, p_reason, p_by_kind, p_by, erased);
  update public.billing_accounts set
    under_status = coalesce(account.under_status, was.status),
    under_suspension = case when account.under_status is null then nullif(account.suspension, 'staff') else account.under_suspension end,
    suspension = case when p_kind = 'suspended' then 'staff' end
  where tenant_id = p_tenant;
  update public.tenants set status = p_kind where id = p_tenant;
  insert into public.audit_log (tenant_id, actor_kind, actor_id, action, subject_id, detail)
  values (p_tenant, p_by_kind, p_by, 'tenant.' || p_kind, p_tenant, jsonb_build_object('from', was.status, 'reason', p_reason));
  perform app.tell_event(p_tenant, 'tenant.' || p_kind, case p_kind
    when 'deleted' then jsonb_build_object('by', p_by_kind, 'eraseAt', erased) else '{"why": "staff"}' end);
  return coalesce(erased, at);
end $$;
select app.guard_function('app.place_hold(uuid, text, text, text, uuid)', 'service_role');

-- Takes a hold off again: what lay beneath it counts. False: there is none, or the erasure has begun. Internal.
create function app.lift_hold(p_tenant uuid, p_kind text, p_reason text, p_by_kind text, p_by uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  account public.billing_accounts;
  under text;
  rest text;
begin
  perform from public.tenants where id = p_tenant for no key update;
  select * into account from public.billing_accounts where tenant_id = p_tenant for no key update;
  delete from public.tenant_holds where tenant_id = p_tenant and kind = p_kind and erasing_at is null;
  if not found then
    return false;
  end if;
  under := coalesce(account.under_status, 'pending');
  select kind into rest from public.tenant_holds where tenant_id = p_tenant order by kind limit 1;
  update public.tenants set status = coalesce(rest, under),
    -- Who comes back to a plan that has ended has the whole time again to choose one.
    cancelled_until = case when under = 'cancelled'
      then coalesce(account.clock_at, now()) + make_interval(days => app.grace_days()) end
  where id = p_tenant;
  update public.billing_accounts set
    suspension = case when rest = 'suspended' then 'staff' when rest is null then account.under_suspension end,
    under_status = case when rest is not null then account.under_status end,
    under_suspension = case when rest is not null then account.under_suspension end
  where tenant_id = p_tenant;
  insert into public.audit_log (tenant_id, actor_kind, actor_id, action, subject_id, detail)
  values (p_tenant, p_by_kind, p_by, case p_kind when 'deleted' then 'tenant.restored' else 'tenant.resumed' end, p_tenant,
    jsonb_build_object('to', coalesce(rest, under), 'reason', p_reason));
  perform app.tell_event(p_tenant, case p_kind when 'deleted' then 'tenant.restored' else 'tenant.resumed' end, '{}');
  return true;
end $$;
select app.guard_function('app.lift_hold(uuid, text, text, text, uuid)', 'foyer_gate');

-- Deletes the tenant in the claims. When it will be erased; null: it is deleted already. Owners only.
create function app.delete_tenant() returns timestamptz
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(app.claims() #>> '{app_metadata,tenant_role}', '') <> 'owner' then
    raise exception 'only owners delete an organisation' using errcode = 'insufficient_privilege';
  end if;
  return app.place_hold(app.tenant_id(), 'deleted', '', 'member', app.user_id());
end $$;
select app.guard_function('app.delete_tenant()', 'authenticated');

-- Brings a deleted tenant of the person in the claims back. False: there is none that they may restore. What staff has
-- deleted, staff restores.
create function app.restore_tenant(p_tenant uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (
    select from public.memberships m join public.tenant_holds h on h.tenant_id = m.tenant_id and h.kind = 'deleted'
    where m.tenant_id = p_tenant and m.user_id = app.user_id() and m.role = 'owner' and h.placed_by_kind <> 'staff') then
    return false;
  end if;
  return app.lift_hold(p_tenant, 'deleted', '', 'member', app.user_id());
end $$;
select app.guard_function('app.restore_tenant(uuid)', 'authenticated');

-- The deleted tenants of the person in the claims that aren't erased yet.
create function app.my_deleted_tenants()
returns table (tenant_id uuid, name text, slug text, role text, time_zone text, erase_at timestamptz, erasing boolean, deleted_by text,
  placed_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select t.id, t.name, t.slug, m.role, t.time_zone, h.erase_at, h.erasing_at is not null, h.placed_by_kind, h.placed_at
  from public.memberships m
  join public.tenants t on t.id = m.tenant_id
  join public.tenant_holds h on h.tenant_id = t.id and h.kind = 'deleted'
  where m.user_id = app.user_id()
  order by t.name, t.id
  limit 200
$$;
select app.guard_function('app.my_deleted_tenants()', 'authenticated');

-- Staff's holds.
create function app.hold_tenant(p_tenant uuid, p_kind text, p_reason text) returns timestamptz
language sql volatile security definer set search_path = '' as $$
  select app.place_hold(p_tenant, p_kind, p_reason, 'staff', app.user_id())
$$;
select app.guard_function('app.hold_tenant(uuid, text, text)', 'staff');
create function app.release_tenant(p_tenant uuid, p_kind text, p_reason text) returns boolean
language sql volatile security definer set search_path = '' as $$
  select app.lift_hold(p_tenant, p_kind, p_reason, 'staff', app.user_id())
$$;
select app.guard_function('app.release_tenant(uuid, text, text)', 'staff');

-- The doors say what counts now, even where no job has come round; and a deleted tenant's keys are nobody's.
create or replace function app.resolve_host(p_host text)
returns table (tenant_id uuid, slug text, name text, status text, host_status text, sandbox boolean)
language sql stable security definer set search_path = '' as $$
  select t.id, t.slug, t.name,
    app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())), d.status, t.sandbox
  from public.domains d
  join public.tenants t on t.id = d.tenant_id
  left join public.billing_accounts b on b.tenant_id = t.id
  left join public.plan_versions v on v.id = b.plan_version_id
  where d.host = lower(p_host)
$$;

create or replace function app.resolve_widget_key(p_key text)
returns table (tenant_id uuid, key_id uuid, allowed_origins text[], slug text, status text, sandbox boolean)
language sql stable security definer set search_path = '' as $$
  select t.id, k.id, k.allowed_origins, t.slug, t.status, t.sandbox
  from public.widget_keys k join public.tenants t on t.id = k.tenant_id
  where k.public_key = p_key and k.revoked_at is null and t.status <> 'deleted'
$$;

create or replace function app.resolve_api_key(p_hash text)
returns table (tenant_id uuid, key_id uuid, scopes text[], slug text, status text, sandbox boolean)
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.api_keys k set last_used_at = now()
  where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
  return query
    select t.id, k.id, k.scopes, t.slug, t.status, t.sandbox
    from public.api_keys k join public.tenants t on t.id = k.tenant_id
    where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and t.status <> 'deleted';
end $$;

create or replace function app.my_tenants()
returns table (tenant_id uuid, name text, slug text, status text, role text)
language sql stable security definer set search_path = '' as $$
  select t.id, t.name, t.slug,
    app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())), m.role
  from public.memberships m
  join public.tenants t on t.id = m.tenant_id
  left join public.billing_accounts b on b.tenant_id = t.id
  left join public.plan_versions v on v.id = b.plan_version_id
  where m.user_id = app.user_id() and t.status <> 'deleted'
  order by t.name, t.id
  limit 200
$$;

-- Who holds a session of a deleted tenant learns which it is.
drop function app.resolve_session(text);
create function app.resolve_session(p_hash text)
returns table (
  session_id uuid, user_id uuid, email text, email_confirmed boolean, display_name text, staff_role text,
  tenant_id uuid, tenant_role text, tenant_name text, tenant_slug text, tenant_status text,
  onboarding_step text, trial_ends_at timestamptz, time_zone text, tenant_count bigint, sandbox boolean, deleted_tenant_id uuid)
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.sessions s set last_seen_at = now()
  where s.token_hash = p_hash and s.revoked_at is null and s.last_seen_at < now() - interval '5 minutes';
  return query
    select s.id, u.id, u.email, u.email_confirmed_at is not null, coalesce(u.raw_user_meta_data ->> 'display_name', ''),
      u.raw_app_meta_data ->> 'staff_role',
      t.id, case when t.id is not null then m.role end, t.name, t.slug,
      app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())),
      t.onboarding_step, t.trial_ends_at, t.time_zone,
      (select count(*) from public.memberships own where own.user_id = u.id), coalesce(t.sandbox, false),
      case when t.id is null then m.tenant_id end
    from public.sessions s
    join public.users u on u.id = s.user_id
    left join public.memberships m on m.user_id = u.id and m.tenant_id = s.tenant_id
    left join public.tenants t on t.id = m.tenant_id and t.status <> 'deleted'
    left join public.billing_accounts b on b.tenant_id = t.id
    left join public.plan_versions v on v.id = b.plan_version_id
    where s.token_hash = p_hash and s.revoked_at is null and s.expires_at > now()
      and u.deleted_at is null and (u.banned_until is null or u.banned_until < now());
end $$;
select app.guard_function('app.resolve_session(text)', 'foyer_web foyer_staff');
