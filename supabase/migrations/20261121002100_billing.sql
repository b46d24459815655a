-- What a tenant has bought and owes. Stripe holds the truth; the worker copies it here, members read it.

create table public.billing_accounts (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  stripe_customer_id text,
  plan_version_id uuid not null references public.plan_versions (id),
  -- The billing period in which usage counts: of the subscription, or of the trial. From the anchor on it rolls by
  -- itself, month by month, should nobody tell us of the next one; without an anchor it doesn't.
  period_anchor timestamptz,
  period_start timestamptz,
  period_end timestamptz,
  -- A customer on one of Stripe's test clocks lives in that clock's time; null: in real time.
  test_clock_id text,
  clock_at timestamptz,
  past_due_since timestamptz,
  -- Why nothing works, where nothing does.
  suspension text check (suspension in ('trial_ended', 'payment', 'staff')),
  -- Agreed with the operator: nothing of it is sold by Stripe.
  contract boolean not null default false,
  payment_method jsonb,
  tax_ids jsonb not null default '[]',
  billing_email text,
  -- Orders copies of Stripe's state: one takes a ticket before it looks, and writes only if no later one has written.
  sync_ticket bigint not null default 0,
  synced_ticket bigint not null default 0,
  synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id)
);
-- One customer leads to one tenant.
create unique index billing_accounts_customer on public.billing_accounts (stripe_customer_id);
create trigger touch before update on public.billing_accounts for each row execute function app.touch();
select app.isolate('public.billing_accounts', members => 'select', gate => 'select insert update');

create table public.subscriptions (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  stripe_subscription_id text not null,
  plan_version_id uuid not null references public.plan_versions (id),
  status text not null check (status in ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused')),
  period_anchor timestamptz not null,
  current_period_start timestamptz not null,
  current_period_end timestamptz not null,
  trial_end timestamptz,
  cancel_at_period_end boolean not null default false,
  cancel_at timestamptz,
  canceled_at timestamptz,
  ended_at timestamptz,
  -- A smaller plan that begins later.
  stripe_schedule_id text,
  next_plan_version_id uuid references public.plan_versions (id),
  next_plan_at timestamptz,
  -- Stripe waits for the customer before it makes a change.
  pending_update boolean not null default false,
  coupon text,
  started_at timestamptz not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, stripe_subscription_id)
);
create index subscriptions_recent on public.subscriptions (tenant_id, started_at desc);
create trigger touch before update on public.subscriptions for each row execute function app.touch();
select app.isolate('public.subscriptions', members => 'select', gate => 'select');

create table public.invoices (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  stripe_invoice_id text not null,
  stripe_subscription_id text,
  number text,
  status text not null check (status in ('draft', 'open', 'paid', 'uncollectible', 'void')),
  reason text,
  currency text not null,
  subtotal_cents bigint not null,
  discount_cents bigint not null default 0,
  tax_cents bigint not null default 0,
  total_cents bigint not null,
  paid_cents bigint not null default 0,
  remaining_cents bigint not null default 0,
  refunded_cents bigint not null default 0,
  disputed boolean not null default false,
  -- [{description, metric, quantity, amountCents, proration, periodStart, periodEnd}]
  lines jsonb not null default '[]',
  period_start timestamptz,
  period_end timestamptz,
  attempt_count integer not null default 0,
  next_attempt_at timestamptz,
  failure text,
  -- The bank wants the customer to confirm the payment (3-D Secure).
  needs_action boolean not null default false,
  hosted_url text,
  pdf_url text,
  issued_at timestamptz not null,
  paid_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, stripe_invoice_id)
);
create index invoices_recent on public.invoices (tenant_id, issued_at desc, id desc);
create trigger touch before update on public.invoices for each row execute function app.touch();
select app.isolate('public.invoices', members => 'select', gate => 'select');

-- One try to pay on Stripe's page. Its id is the idempotency key of the call that opens it.
create table public.checkouts (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  plan_version_id uuid not null references public.plan_versions (id),
  stripe_session_id text,
  url text,
  status text not null default 'pending' check (status in ('pending', 'open', 'complete', 'expired')),
  -- The first payment waits for the end of the free trial.
  keep_trial boolean not null default false,
  -- Where the person came from, to get back there.
  origin text not null default 'billing' check (origin in ('billing', 'onboarding')),
  requested_by uuid,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index checkouts_recent on public.checkouts (tenant_id, created_at desc);
create trigger touch before update on public.checkouts for each row execute function app.touch();
select app.isolate('public.checkouts', members => 'select insert update');

-- A change of what is bought, recorded before Stripe is asked for it. Its id is the call's idempotency key.
create table public.billing_operations (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  kind text not null check (kind in ('change_plan', 'cancel', 'reactivate', 'pay_invoice', 'refund')),
  input jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'done', 'failed')),
  -- In words for whoever asked.
  error text,
  error_code text,
  requested_by uuid,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id)
);
-- One change at a time.
create unique index billing_operations_open on public.billing_operations (tenant_id) where status = 'pending';
create index billing_operations_recent on public.billing_operations (tenant_id, created_at desc);
select app.isolate('public.billing_operations', members => 'select insert', staff => 'select insert');

-- What happened to a tenant, for whichever topic wants to hear of it.
create table public.tenant_events (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  type text not null check (type ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)+$'),
  data jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
create index tenant_events_recent on public.tenant_events (tenant_id, created_at desc);
select app.isolate('public.tenant_events', members => 'select insert');

-- An event that names a customer nobody has yet waits for them.
alter table public.webhook_inbox add column subject text, add column parked_at timestamptz;
create index webhook_inbox_parked on public.webhook_inbox (provider, subject) where processed_at is null and parked_at is not null;

-- Every tenant has an account from its first moment.
alter table public.tenants no force row level security;
alter table public.plan_versions no force row level security;
alter table public.billing_accounts no force row level security;
insert into public.billing_accounts (tenant_id, plan_version_id, period_start, period_end)
select t.id, v.id, date_trunc('second', t.trial_ends_at - interval '14 days'), date_trunc('second', t.trial_ends_at)
from public.tenants t join public.plan_versions v on v.plan = t.plan and v.retired_at is null;
alter table public.tenants force row level security;
alter table public.plan_versions force row level security;
alter table public.billing_accounts force row level security;

create or replace function app.create_tenant_for(p_user uuid, p_company jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  created uuid := app.uuid_v7();
begin
  insert into public.tenants (id, name, business_type, industry, region, expected_users, contact_name, contact_email,
    contact_phone, website_url, time_zone, language)
  values (created, p_company ->> 'name', coalesce(p_company ->> 'businessType', 'other'), p_company ->> 'industry',
    p_company ->> 'region', (p_company ->> 'expectedUsers')::integer, p_company ->> 'contactName',
    p_company ->> 'contactEmail', p_company ->> 'contactPhone', p_company ->> 'websiteUrl',
    coalesce(p_company ->> 'timeZone', 'UTC'), coalesce(p_company ->> 'language', 'en'));
  insert into public.billing_accounts (tenant_id, plan_version_id)
  select created, id from public.plan_versions where plan = 'trial' and retired_at is null;
  insert into public.memberships (tenant_id, user_id, role) values (created, p_user, 'owner');
  insert into public.tenant_configurations (tenant_id, suggestions)
  values (created, coalesce((select array_agg(value) from jsonb_array_elements_text(p_company -> 'suggestions')), '{}'));
  insert into public.themes (tenant_id, tokens) values (created, p_company -> 'theme');
  insert into public.knowledge_bases (tenant_id) values (created);
  insert into public.widget_keys (tenant_id, public_key, allowed_origins)
  values (created, p_company ->> 'widgetKey', '{}');
  insert into public.audit_log (tenant_id, actor_kind, actor_id, action, subject_id)
  values (created, 'user', p_user, 'tenant.created', created);
  return created;
end $$;

-- Starts the free trial of the tenant in the claims, once, for as long as its plan says. False: it isn't pending any
-- more or has no address yet.
drop function app.start_trial(integer);
create function app.start_trial() returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  trial public.plan_versions;
  -- In whole seconds, as Stripe counts: programs know no finer moments, and counters are found by the period's start.
  began timestamptz := date_trunc('second', now());
begin
  select v.* into trial from public.plan_versions v where v.plan = 'trial' and v.retired_at is null;
  update public.tenants set status = 'trialing', plan = 'trial', trial_ends_at = began + make_interval(days => trial.trial_days),
    onboarding_step = 'knowledge'
  where id = app.tenant_id() and status = 'pending' and slug is not null;
  if not found then
    return false;
  end if;
  update public.billing_accounts set plan_version_id = trial.id, period_anchor = null, period_start = began,
    period_end = began + make_interval(days => trial.trial_days)
  where tenant_id = app.tenant_id();
  return true;
end $$;
select app.guard_function('app.start_trial()', 'authenticated');

-- Notes which of Stripe's customers the tenant in the claims is, where that isn't known yet; who it is.
create function app.link_customer(p_customer text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  known text;
begin
  update public.billing_accounts set stripe_customer_id = coalesce(stripe_customer_id, p_customer)
  where tenant_id = app.tenant_id() returning stripe_customer_id into known;
  return known;
end $$;
select app.guard_function('app.link_customer(text)', 'authenticated service_role');

-- Puts a tenant on a plan that was agreed by contract, in months from now on; without one, back to what it pays for.
create function app.set_contract(p_tenant uuid, p_plan_version uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.billing_accounts b set contract = p_plan_version is not null,
    plan_version_id = coalesce(p_plan_version, b.plan_version_id),
    period_anchor = case when p_plan_version is null then b.period_anchor else n.at end,
    period_start = case when p_plan_version is null then b.period_start else n.at end,
    period_end = case when p_plan_version is null then b.period_end else n.at + interval '1 month' end
  from (select tenant_id, coalesce(clock_at, now()) as at from public.billing_accounts) n
  where b.tenant_id = p_tenant and n.tenant_id = b.tenant_id;
  return found;
end $$;
select app.guard_function('app.set_contract(uuid, uuid)', 'staff service_role');

-- The plans that can be had now, for anybody: [{id, plan, version, name, monthlyCents, currency, trialDays, features,
-- limits: [{metric, included, overage, overageUnitCents, hard}]}], cheapest first, by contract last.
create function app.current_plans() returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'plan', v.plan, 'version', v.version, 'name', v.name,
    'monthlyCents', v.monthly_cents, 'currency', v.currency, 'trialDays', v.trial_days, 'graceDays', v.grace_days,
    'features', v.features, 'limits', (
      select coalesce(jsonb_agg(jsonb_build_object('metric', l.metric, 'included', l.included, 'overage', l.overage,
        'overageUnitCents', l.overage_unit_cents, 'hard', l.hard) order by l.id), '[]')
      from public.plan_limits l where l.plan_version_id = v.id)
  ) order by v.monthly_cents nulls last), '[]')
  from public.plan_versions v where v.retired_at is null
$$;
select app.guard_function('app.current_plans()', 'foyer_web foyer_functions authenticated anon service_role');
