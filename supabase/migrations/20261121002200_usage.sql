-- What is used: an append-only ledger, one row a unit of work and never two for the same; counters per period that the
-- ledger's writer keeps; and the one place that says whether there is room for more.

create table public.usage_events (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  metric text not null check (metric in ('calls', 'call_minutes', 'messages', 'ai_tokens', 'api_requests', 'documents', 'storage_bytes', 'seats')),
  quantity bigint not null check (quantity <> 0),
  -- What was done, so that it counts once: the id of the message, call or request.
  key text not null check (length(key) between 1 and 200),
  -- Start of the billing period in which it counts; the epoch for what is held rather than used up.
  period_start timestamptz not null,
  sandbox boolean not null default false,
  occurred_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, metric, key)
);
create index usage_events_recent on public.usage_events (tenant_id, metric, occurred_at desc);
select app.isolate('public.usage_events', members => 'select', gate => 'select insert');
-- Append-only for every role, the system's too.
drop policy system_update on public.usage_events;
drop policy system_delete on public.usage_events;
revoke update, delete on public.usage_events from service_role;

create table public.usage_counters (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  metric text not null check (metric in ('calls', 'call_minutes', 'messages', 'ai_tokens', 'api_requests', 'documents', 'storage_bytes', 'seats')),
  sandbox boolean not null default false,
  period_start timestamptz not null,
  -- Null for what is held: it has no period.
  period_end timestamptz,
  used bigint not null default 0,
  -- How much of it Stripe's meter has been told.
  metered bigint not null default 0,
  -- Counted on a plan that somebody pays for: what a free trial uses and test data never go to Stripe.
  billed boolean not null default false,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, metric, sandbox, period_start)
);
create index usage_counters_unmetered on public.usage_counters (tenant_id) where used <> metered and billed;
select app.isolate('public.usage_counters', members => 'select', gate => 'select insert update');

-- Each threshold of a limit is told once a period.
create table public.usage_alerts (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  metric text not null,
  period_start timestamptz not null,
  threshold integer not null check (threshold in (50, 80, 100)),
  used bigint not null,
  included bigint not null,
  created_at timestamptz not null default clock_timestamp(),
  -- When mail and event went out.
  told_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, metric, period_start, threshold)
);
create index usage_alerts_recent on public.usage_alerts (tenant_id, created_at desc);
select app.isolate('public.usage_alerts', members => 'select', gate => 'select insert');

-- What is used up in a period, or held for as long as it is there.
create function app.is_held(p_metric text) returns boolean language sql immutable parallel safe set search_path = '' as $$
  select p_metric in ('documents', 'storage_bytes', 'seats', 'languages')
$$;
grant execute on function app.is_held(text) to anon, authenticated, service_role, staff, foyer_gate;

-- Where a tenant stands: one row a metric of its plan, or one for `p_metric`. `hard`: where nothing more goes; null
-- has no end. Test data has an allowance of its own; what is held is the same in either mode. Internal.
create function app.metric_state(p_tenant uuid, p_sandbox boolean, p_metric text default null)
returns table (metric text, status text, effective text, at timestamptz, account_start timestamptz, period_start timestamptz,
  period_end timestamptz, included bigint, hard bigint, overage text, overage_unit_cents numeric, used bigint, test boolean, billed boolean)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
  select l.metric, t.status, app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, n.at), n.at,
    coalesce(p.period_start, 'epoch'::timestamptz), s.period_start, s.period_end,
    case when s.test then l.sandbox when o.id is not null then o.included else l.included end,
    case when s.test then l.sandbox when o.id is not null then coalesce(o.hard, o.included)
      when l.overage = 'bill' then l.hard else l.included end,
    case when s.test then 'block' when o.id is null then l.overage when o.hard is not null then 'bill' else 'block' end,
    l.overage_unit_cents, coalesce(c.used, 0), s.test, v.plan <> 'trial' and not s.test and s.period_end is not null
  from public.tenants t
  join public.billing_accounts b on b.tenant_id = t.id
  cross join lateral (select coalesce(b.clock_at, clock_timestamp()) as at) n
  join public.plan_versions v on v.id = b.plan_version_id
  cross join lateral app.period_at(b.period_anchor, b.period_start, b.period_end, n.at) p
  join public.plan_limits l on l.plan_version_id = v.id and (p_metric is null or l.metric = p_metric)
  cross join lateral (
    select app.is_held(l.metric) as held, p_sandbox and not app.is_held(l.metric) as test,
      case when app.is_held(l.metric) then 'epoch'::timestamptz else coalesce(p.period_start, 'epoch'::timestamptz) end as period_start,
      case when not app.is_held(l.metric) then p.period_end end as period_end
  ) s
  left join public.limit_overrides o on o.tenant_id = t.id and o.metric = l.metric
  left join public.usage_counters c on c.tenant_id = t.id and c.metric = l.metric and c.sandbox = s.test and c.period_start = s.period_start
  where t.id = p_tenant
  order by l.id;
end $$;
select app.guard_function('app.metric_state(uuid, boolean, text)', 'foyer_gate');

-- Counts a use, once per key, if there is room for it; `p_enforce` false counts it in any case. Internal: callers
-- below say for which tenant. The verdicts: ok; overage (billed by unit); repeated (counted before); limit (not
-- counted); suspended, trial_ended (nothing works); unknown (there is no account).
create function app.count_usage(p_tenant uuid, p_metric text, p_quantity bigint, p_key text, p_enforce boolean, p_sandbox boolean,
  out verdict text, out used bigint, out included bigint, out hard bigint, out resets_at timestamptz)
language plpgsql volatile security definer set search_path = '' as $$
declare
  it record;
  bar integer;
  alert uuid;
begin
  select * into it from app.metric_state(p_tenant, p_sandbox, p_metric);
  if not found then
    verdict := 'unknown';
    return;
  end if;
  included := it.included;
  hard := it.hard;
  resets_at := it.period_end;
  if p_enforce and not app.is_held(p_metric) and it.effective not in ('trialing', 'active', 'past_due') then
    used := it.used;
    verdict := case when it.status = 'trialing' then 'trial_ended' else 'suspended' end;
    return;
  end if;
  -- The row's lock orders everybody who counts the same thing: from here to the commit. The second look finds the row
  -- that this, or somebody else at the same moment, has just opened.
  for attempt in 1..2 loop
    update public.usage_counters c set used = c.used + p_quantity, billed = c.billed or it.billed, updated_at = now()
    where c.tenant_id = p_tenant and c.metric = p_metric and c.sandbox = it.test and c.period_start = it.period_start
      and (not p_enforce or p_quantity < 0 or it.hard is null or c.used + p_quantity <= it.hard)
    returning c.used into used;
    exit when found or attempt = 2;
    insert into public.usage_counters (tenant_id, metric, sandbox, period_start, period_end, billed)
    values (p_tenant, p_metric, it.test, it.period_start, it.period_end, it.billed)
    on conflict (tenant_id, metric, sandbox, period_start) do nothing;
  end loop;
  if used is null then
    -- No room, unless it was counted before.
    perform from public.usage_events e where e.tenant_id = p_tenant and e.metric = p_metric and e.key = p_key;
    verdict := case when found then 'repeated' else 'limit' end;
    used := it.used;
    return;
  end if;
  insert into public.usage_events (tenant_id, metric, quantity, key, period_start, sandbox, occurred_at)
  values (p_tenant, p_metric, p_quantity, p_key, it.period_start, it.test, it.at)
  on conflict (tenant_id, metric, key) do nothing;
  if not found then
    update public.usage_counters c set used = c.used - p_quantity
    where c.tenant_id = p_tenant and c.metric = p_metric and c.sandbox = it.test and c.period_start = it.period_start
    returning c.used into used;
    verdict := 'repeated';
    return;
  end if;
  verdict := case when used > it.included then 'overage' else 'ok' end;
  if app.tenant_id() = p_tenant then
    perform app.announce('usage', p_tenant);
  end if;
  -- The first seat is the owner's: half of a plan of two, and no news.
  if it.included > 0 and not it.test and p_quantity > 0 and (p_metric <> 'seats' or used > 1) then
    foreach bar in array array[50, 80, 100] loop
      if (used - p_quantity) * 100 < it.included * bar and used * 100 >= it.included * bar then
        insert into public.usage_alerts (tenant_id, metric, period_start, threshold, used, included)
        values (p_tenant, p_metric, it.account_start, bar, count_usage.used, it.included)
        on conflict (tenant_id, metric, period_start, threshold) do nothing returning id into alert;
        if found then
          perform app.enqueue_job('usage.alert', jsonb_build_object('tenantId', p_tenant, 'alertId', alert), '{}');
        end if;
      end if;
    end loop;
  end if;
end $$;
select app.guard_function('app.count_usage(uuid, text, bigint, text, boolean, boolean)', 'foyer_gate');

-- Counts a use of the tenant in the claims; see count_usage.
create function app.consume(p_metric text, p_quantity bigint, p_key text, p_enforce boolean default true)
returns table (verdict text, used bigint, included bigint, hard bigint, resets_at timestamptz)
language sql volatile security definer set search_path = '' as $$
  select * from app.count_usage(app.tenant_id(), p_metric, p_quantity, p_key, p_enforce, app.sandbox())
$$;
select app.guard_function('app.consume(text, bigint, text, boolean)', 'authenticated anon service_role');

-- Whether there is room for a use, without counting it: what a door asks before the work, and consume after it.
create function app.usage_room(p_metric text,
  out verdict text, out used bigint, out included bigint, out hard bigint, out resets_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
declare
  it record;
begin
  select * into it from app.metric_state(app.tenant_id(), app.sandbox(), p_metric);
  used := it.used;
  included := it.included;
  hard := it.hard;
  resets_at := it.period_end;
  verdict := case
    when it.effective is null then 'unknown'
    when it.effective not in ('trialing', 'active', 'past_due') then case when it.status = 'trialing' then 'trial_ended' else 'suspended' end
    when it.used >= it.hard then 'limit'
    when it.used >= it.included then 'overage'
    else 'ok' end;
end $$;
select app.guard_function('app.usage_room(text)', 'authenticated anon service_role');

-- Opens the counters of the period that holds the present moment, for the tenant in the claims. Whoever counts first
-- would do it as well.
create function app.open_period() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  opened integer;
begin
  insert into public.usage_counters (tenant_id, metric, sandbox, period_start, period_end, billed)
  select app.tenant_id(), s.metric, false, s.period_start, s.period_end, s.billed
  from app.metric_state(app.tenant_id(), false) s
  where not app.is_held(s.metric) and s.period_end is not null
  on conflict (tenant_id, metric, sandbox, period_start) do nothing;
  get diagnostics opened = row_count;
  return opened;
end $$;
select app.guard_function('app.open_period()', 'service_role');

-- What is held is counted where it is stored, whichever door it came through.
create function app.count_documents() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  moved record;
begin
  for moved in select r.tenant_id, count(*) as n from changed r join public.tenants t on t.id = r.tenant_id group by 1 loop
    perform app.count_usage(moved.tenant_id, 'documents', case tg_op when 'INSERT' then moved.n else -moved.n end,
      'rows:' || app.uuid_v7(), false, false);
  end loop;
  return null;
end $$;
select app.guard_function('app.count_documents()', 'foyer_gate');
create trigger count_added after insert on public.knowledge_documents referencing new table as changed
  for each statement execute function app.count_documents();
create trigger count_removed after delete on public.knowledge_documents referencing old table as changed
  for each statement execute function app.count_documents();

create function app.count_storage() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  moved record;
begin
  for moved in select r.tenant_id, sum(r.byte_size)::bigint as n from changed r join public.tenants t on t.id = r.tenant_id group by 1 loop
    if moved.n > 0 then
      perform app.count_usage(moved.tenant_id, 'storage_bytes', case tg_op when 'INSERT' then moved.n else -moved.n end,
        'rows:' || app.uuid_v7(), false, false);
    end if;
  end loop;
  return null;
end $$;
select app.guard_function('app.count_storage()', 'foyer_gate');
create trigger count_added after insert on public.knowledge_files referencing new table as changed
  for each statement execute function app.count_storage();
create trigger count_removed after delete on public.knowledge_files referencing old table as changed
  for each statement execute function app.count_storage();

-- A seat more than the plan has is refused here, whoever tries to take it.
create function app.count_seat() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  counted record;
begin
  if tg_op = 'DELETE' then
    if exists (select from public.tenants t where t.id = old.tenant_id) then
      perform app.count_usage(old.tenant_id, 'seats', -1, 'left:' || old.id, false, false);
    end if;
    return null;
  end if;
  select * into counted from app.count_usage(new.tenant_id, 'seats', 1, 'joined:' || new.id, true, false);
  if counted.verdict = 'limit' then
    raise exception 'no seat is free' using errcode = 'check_violation', constraint = 'memberships_seats';
  end if;
  return null;
end $$;
select app.guard_function('app.count_seat()', 'foyer_gate');
create trigger count_seat after insert or delete on public.memberships for each row execute function app.count_seat();

-- What was there before anybody counted.
alter table public.knowledge_documents no force row level security;
alter table public.knowledge_files no force row level security;
alter table public.memberships no force row level security;
alter table public.usage_events no force row level security;
alter table public.usage_counters no force row level security;
insert into public.usage_events (tenant_id, metric, quantity, key, period_start, occurred_at)
select tenant_id, 'documents', count(*), 'opening', 'epoch'::timestamptz, now() from public.knowledge_documents group by 1
union all select tenant_id, 'storage_bytes', sum(byte_size), 'opening', 'epoch'::timestamptz, now() from public.knowledge_files group by 1 having sum(byte_size) > 0
union all select tenant_id, 'seats', count(*), 'opening', 'epoch'::timestamptz, now() from public.memberships group by 1;
insert into public.usage_counters (tenant_id, metric, period_start, used)
select tenant_id, metric, period_start, sum(quantity) from public.usage_events group by 1, 2, 3;
alter table public.knowledge_documents force row level security;
alter table public.knowledge_files force row level security;
alter table public.memberships force row level security;
alter table public.usage_events force row level security;
alter table public.usage_counters force row level security;
