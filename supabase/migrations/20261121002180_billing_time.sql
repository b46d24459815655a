-- The time of an account: now, its periods, what a status amounts to; and limits that the operator agreed to.

-- The operator's word on one tenant's limit, before its plan's.
create table public.limit_overrides (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  metric text not null check (metric in ('calls', 'call_minutes', 'messages', 'ai_tokens', 'api_requests', 'documents', 'storage_bytes', 'seats', 'languages')),
  included bigint check (included >= 0),
  hard bigint,
  reason text not null check (length(reason) between 1 and 300),
  created_by uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, metric)
);
select app.isolate('public.limit_overrides', members => 'select', gate => 'select', staff => 'select insert update delete');

-- The time in which a tenant's account lives: real, or that of its Stripe test clock.
create function app.billing_now() returns timestamptz
language sql stable security definer set search_path = '' as $$
  select coalesce((select clock_at from public.billing_accounts where tenant_id = app.tenant_id()), now())
$$;
select app.guard_function('app.billing_now()', 'authenticated anon service_role');

-- The period that holds `p_at`: the known one, or the one that must have followed it. Months are counted from the
-- anchor in UTC and end early in short months, as Stripe counts them.
create function app.period_at(p_anchor timestamptz, p_start timestamptz, p_end timestamptz, p_at timestamptz,
  out period_start timestamptz, out period_end timestamptz)
language plpgsql immutable set search_path = '' as $$
declare
  a timestamp := p_anchor at time zone 'UTC';
  t timestamp := p_at at time zone 'UTC';
  n integer;
begin
  period_start := p_start;
  period_end := p_end;
  if p_anchor is null or p_end is null or p_at < p_end then
    return;
  end if;
  n := (extract(year from t) - extract(year from a)) * 12 + extract(month from t) - extract(month from a);
  if a + make_interval(months => n) > t then
    n := n - 1;
  end if;
  period_start := (a + make_interval(months => n)) at time zone 'UTC';
  period_end := (a + make_interval(months => n + 1)) at time zone 'UTC';
end $$;
grant execute on function app.period_at(timestamptz, timestamptz, timestamptz, timestamptz)
  to anon, authenticated, service_role, staff, foyer_gate;

-- What a status amounts to at a moment, even where no job has come round to say so.
create function app.effective_status(p_status text, p_trial_ends_at timestamptz, p_past_due_since timestamptz, p_grace_days integer, p_at timestamptz)
returns text language sql immutable set search_path = '' as $$
  select case
    when p_status = 'trialing' and p_trial_ends_at <= p_at then 'suspended'
    when p_status = 'past_due' and p_past_due_since + make_interval(days => p_grace_days) <= p_at then 'suspended'
    else p_status
  end
$$;
grant execute on function app.effective_status(text, timestamptz, timestamptz, integer, timestamptz)
  to anon, authenticated, service_role, staff, foyer_gate;
