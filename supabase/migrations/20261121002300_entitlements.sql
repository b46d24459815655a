-- Who has which feature, how it is used, and how well a tenant does.

-- The tenant's own switch of a beta feature.
create table public.feature_toggles (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  key text not null references public.feature_flags (key),
  enabled boolean not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, key)
);
create trigger touch before update on public.feature_toggles for each row execute function app.touch();
select app.isolate('public.feature_toggles', visitors => 'select', gate => 'select');

-- The operator's word on one tenant's feature, before its plan's.
create table public.feature_overrides (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  key text not null references public.feature_flags (key),
  enabled boolean not null,
  reason text not null check (length(reason) between 1 and 300),
  created_by uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, key)
);
select app.isolate('public.feature_overrides', members => 'select', visitors => 'select', gate => 'select', staff => 'select insert update delete');

-- What staff does to a tenant stands in that tenant's trail.
grant insert on public.audit_log to staff;
create policy staff_insert on public.audit_log for insert to staff with check (true);

-- How often a feature was used, a row a day.
create table public.feature_usage (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  feature text not null check (feature ~ '^[a-z][a-z0-9_.]{0,59}$'),
  day date not null,
  uses bigint not null default 0 check (uses >= 0),
  primary key (tenant_id, id),
  unique (tenant_id, feature, day)
);
select app.isolate('public.feature_usage', members => 'select insert update');

create table public.health_scores (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  score integer not null check (score between 0 and 100),
  -- [{key, weight, score, words}]
  parts jsonb not null,
  -- The one thing that would raise it most.
  advice text,
  computed_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index health_scores_recent on public.health_scores (tenant_id, computed_at desc);
select app.isolate('public.health_scores', members => 'select');

-- Languages in which the agent answers beside the tenant's own, in the order in which a plan's limit lets them count.
alter table public.tenant_configurations add column languages text[] not null default '{}'
  check (cardinality(languages) <= 50 and array_position(languages, null) is null);
grant select on public.tenant_configurations to foyer_gate;
create policy gate_select on public.tenant_configurations for select to foyer_gate using (true);

-- All that is asked of a tenant before anything is allowed, in one row: status, plan, features with who says so.
-- Flags are [{key, name, description, beta, enabled, percentage, inPlan, toggle, toggleable, defaultOn, override}]; limits
-- are [{metric, included, hard, overage, overageUnitCents, used}].
create function app.entitlement_facts()
returns table (tenant_id uuid, status text, effective_status text, suspension text, time_zone text, plan text, plan_version_id uuid, plan_name text, sandbox boolean,
  now_at timestamptz, trial_ends_at timestamptz, past_due_since timestamptz, grace_days integer,
  period_start timestamptz, period_end timestamptz, flags jsonb, limits jsonb)
language sql stable security definer set search_path = '' as $$
  select t.id, t.status, app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, n.at), b.suspension, t.time_zone, v.plan, v.id, v.name,
    app.sandbox(), n.at, t.trial_ends_at, b.past_due_since, v.grace_days, p.period_start, p.period_end,
    (select coalesce(jsonb_agg(jsonb_build_object('key', f.key, 'name', f.name, 'description', f.description, 'beta', f.beta, 'enabled', f.enabled, 'percentage', f.percentage,
        'inPlan', f.key = any(v.features) or v.plan = any(f.plans), 'toggleable', f.tenant_toggle, 'defaultOn', f.default_on,
        'toggle', g.enabled, 'override', o.enabled) order by f.key), '[]')
      from public.feature_flags f
      left join public.feature_toggles g on g.tenant_id = t.id and g.key = f.key
      left join public.feature_overrides o on o.tenant_id = t.id and o.key = f.key),
    (select coalesce(jsonb_agg(jsonb_build_object('metric', m.metric, 'included', m.included, 'hard', m.hard, 'overage', m.overage,
        'overageUnitCents', trim_scale(m.overage_unit_cents)::text,
        'used', case m.metric when 'languages' then 1 + coalesce(cardinality(a.languages), 0) else m.used end)), '[]')
      from app.metric_state(t.id, app.sandbox()) m)
  from public.tenants t
  join public.billing_accounts b on b.tenant_id = t.id
  left join public.tenant_configurations a on a.tenant_id = t.id
  cross join lateral (select coalesce(b.clock_at, now()) as at) n
  join public.plan_versions v on v.id = b.plan_version_id
  cross join lateral app.period_at(b.period_anchor, b.period_start, b.period_end, n.at) p
  where t.id = app.tenant_id()
$$;
select app.guard_function('app.entitlement_facts()', 'authenticated anon service_role');
