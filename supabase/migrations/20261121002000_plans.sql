-- Plans, their limits and the feature flags as data: nobody's rows, read by everybody, written by the operator.
-- A plan is versioned: a change is a new version, and a tenant keeps the one that it bought.

create table public.plan_versions (
  id uuid primary key default app.uuid_v7(),
  plan text not null check (plan in ('trial', 'basic', 'premium', 'enterprise')),
  version integer not null check (version > 0),
  name text not null check (length(name) between 1 and 60),
  -- Null: agreed by contract.
  monthly_cents bigint check (monthly_cents >= 0),
  currency text not null default 'usd' check (currency ~ '^[a-z]{3}$'),
  -- How long it lasts; null: until it is cancelled.
  trial_days integer check (trial_days between 1 and 365),
  -- How long after a failed payment everything still works.
  grace_days integer not null default 7 check (grace_days between 0 and 60),
  features text[] not null default '{}',
  -- What the plan is called at Stripe; null until the catalogue was synchronised, or where Stripe doesn't sell it.
  stripe_product_id text,
  stripe_price_id text,
  published_at timestamptz not null default now(),
  -- Nobody can buy it any more; who has it keeps it.
  retired_at timestamptz,
  unique (plan, version)
);
create unique index plan_versions_current on public.plan_versions (plan) where retired_at is null;

create table public.plan_limits (
  id uuid primary key default app.uuid_v7(),
  plan_version_id uuid not null references public.plan_versions (id) on delete cascade,
  metric text not null check (metric in ('calls', 'call_minutes', 'messages', 'ai_tokens', 'api_requests', 'documents', 'storage_bytes', 'seats', 'languages')),
  -- Null: without a limit.
  included bigint check (included >= 0),
  -- What happens beyond: nothing more goes, or it is billed by unit up to `hard`.
  overage text not null default 'block' check (overage in ('block', 'bill')),
  overage_unit_cents numeric(12, 4) check (overage_unit_cents >= 0),
  hard bigint,
  -- Allowance of test data in a period.
  sandbox bigint not null default 0,
  stripe_price_id text,
  unique (plan_version_id, metric),
  check (overage = 'block' or (included is not null and overage_unit_cents is not null)),
  check (hard is null or hard >= included)
);

create table public.feature_flags (
  id uuid primary key default app.uuid_v7(),
  key text not null unique check (key ~ '^[a-z][a-z_]{1,40}$'),
  name text not null,
  description text not null default '',
  -- Off: nobody has it, whatever else says so.
  enabled boolean not null default true,
  -- Plans that have it beside those whose version names it.
  plans text[] not null default '{}',
  -- Share of those tenants that get it, by a stable hash of tenant and key.
  percentage integer not null default 100 check (percentage between 0 and 100),
  beta boolean not null default false,
  -- The tenant switches it itself; until then it is as `default_on` says.
  tenant_toggle boolean not null default false,
  default_on boolean not null default true,
  updated_at timestamptz not null default now()
);
create trigger touch before update on public.feature_flags for each row execute function app.touch();

-- Rows that are nobody's and everybody's to read: the second shape of policies beside app.isolate.
create function app.publish_table(tbl regclass) returns void language plpgsql set search_path = '' as $$
declare
  reader text;
  verb text;
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('revoke all on %s from public, anon, authenticated, service_role, staff', tbl);
  foreach reader in array array['authenticated', 'anon', 'service_role', 'staff', 'foyer_gate'] loop
    execute format('grant select on %s to %I', tbl, reader);
    execute format('create policy %I on %s for select to %I using (true)', 'read_' || reader, tbl, reader);
  end loop;
  foreach verb in array array['insert', 'update'] loop
    execute format('grant %s on %s to staff, service_role', verb, tbl);
    execute format('create policy %I on %s for %s to staff %s with check (true)', 'staff_' || verb, tbl, verb,
      case when verb = 'update' then 'using (true)' end);
    execute format('create policy %I on %s for %s to service_role %s with check ((select app.across_tenants()))', 'system_' || verb, tbl, verb,
      case when verb = 'update' then 'using ((select app.across_tenants()))' end);
  end loop;
end $$;
insert into public.plan_versions (plan, version, name, monthly_cents, trial_days, grace_days, features) values
  ('trial', 1, 'Trial', 0, 14, 0, '{}'),
  ('basic', 1, 'Basic', 149700, null, 7, '{api}'),
  ('premium', 1, 'Premium', 249700, null, 7, '{api,white_label,custom_domain,advanced_analytics,voice_cloning}'),
  ('enterprise', 1, 'Enterprise', null, null, 30, '{api,white_label,custom_domain,advanced_analytics,voice_cloning,sso,dedicated_database,sla}');

insert into public.plan_limits (plan_version_id, metric, included, overage, overage_unit_cents, hard, sandbox)
select v.id, l.metric, l.included, l.overage, l.unit_cents, l.hard, l.sandbox
from public.plan_versions v join (values
  ('trial', 'calls', 50, 'block', null::numeric, null::bigint, 20),
  ('trial', 'call_minutes', null::bigint, 'block', null, null, 60),
  ('trial', 'messages', 500, 'block', null, null, 100),
  ('trial', 'ai_tokens', null, 'block', null, null, 200000),
  ('trial', 'api_requests', 0, 'block', null, null, 0),
  ('trial', 'documents', 1000, 'block', null, null, 0),
  ('trial', 'storage_bytes', 100000000, 'block', null, null, 0),
  ('trial', 'seats', 2, 'block', null, null, 0),
  ('trial', 'languages', 1, 'block', null, null, 0),
  ('basic', 'calls', 1500, 'bill', 120, 15000, 50),
  ('basic', 'call_minutes', null, 'block', null, null, 150),
  ('basic', 'messages', 10000, 'bill', 3, 100000, 500),
  ('basic', 'ai_tokens', null, 'block', null, null, 1000000),
  ('basic', 'api_requests', 100000, 'block', null, null, 2000),
  ('basic', 'documents', 2000, 'block', null, null, 0),
  ('basic', 'storage_bytes', 2000000000, 'block', null, null, 0),
  ('basic', 'seats', 5, 'block', null, null, 0),
  ('basic', 'languages', 3, 'block', null, null, 0),
  ('premium', 'calls', 4000, 'bill', 80, 40000, 100),
  ('premium', 'call_minutes', null, 'block', null, null, 300),
  ('premium', 'messages', 40000, 'bill', 2, 400000, 1000),
  ('premium', 'ai_tokens', null, 'block', null, null, 2000000),
  ('premium', 'api_requests', 1000000, 'block', null, null, 10000),
  ('premium', 'documents', 10000, 'block', null, null, 0),
  ('premium', 'storage_bytes', 20000000000, 'block', null, null, 0),
  ('premium', 'seats', 20, 'block', null, null, 0),
  ('premium', 'languages', 10, 'block', null, null, 0),
  ('enterprise', 'calls', null, 'block', null, null, 100),
  ('enterprise', 'call_minutes', null, 'block', null, null, 300),
  ('enterprise', 'messages', null, 'block', null, null, 1000),
  ('enterprise', 'ai_tokens', null, 'block', null, null, 2000000),
  ('enterprise', 'api_requests', null, 'block', null, null, 10000),
  ('enterprise', 'documents', 50000, 'block', null, null, 0),
  ('enterprise', 'storage_bytes', 200000000000, 'block', null, null, 0),
  ('enterprise', 'seats', null, 'block', null, null, 0),
  ('enterprise', 'languages', null, 'block', null, null, 0)
) as l(plan, metric, included, overage, unit_cents, hard, sandbox) on l.plan = v.plan and v.version = 1;

insert into public.feature_flags (key, name, description, beta, tenant_toggle, default_on) values
  ('api', 'REST API', 'API keys with which your own programs talk to Foyer.', false, false, true),
  ('white_label', 'White label', 'Your brand alone, on every page, mail and widget.', true, true, true),
  ('custom_domain', 'Your own domain', 'Your front desk under an address of your own.', false, false, true),
  ('advanced_analytics', 'Advanced analytics', 'Intents, sentiment and conversion over any span of time.', true, true, true),
  ('voice_cloning', 'Voice cloning', 'Calls are answered in a voice that you recorded.', true, true, false),
  ('sso', 'Single sign-on', 'Your people sign in with your own identity provider.', false, false, true),
  ('dedicated_database', 'Dedicated database', 'Your data in a database of its own.', false, false, true),
  ('sla', 'Service level agreement', 'Agreed response times and availability.', false, false, true);

-- From here on they are guarded, from the migrating role too.
select app.publish_table('public.plan_versions');
select app.publish_table('public.plan_limits');
select app.publish_table('public.feature_flags');
