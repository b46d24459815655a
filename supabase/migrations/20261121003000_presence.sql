-- Where a tenant is reached: DNS records at the operator's provider, certificates, deployments with what they tell.

alter table public.domains
  add column tls_status text not null default 'unknown' check (tls_status in ('unknown', 'pending', 'ready', 'failed')),
  add column tls_reason text,
  add column tls_expires_at timestamptz,
  add column tls_checked_at timestamptz;

-- What ought to stand at the DNS provider, and how far it has come. Desired state: `wanted` false is taken away again.
create table public.dns_records (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  domain_id uuid,
  purpose text not null check (purpose in ('address', 'verification', 'manual')),
  -- Full name in lower case without a trailing dot.
  name text not null check (name = lower(name) and length(name) between 1 and 253),
  type text not null check (type in ('A', 'AAAA', 'CNAME', 'TXT', 'CAA')),
  content text not null check (length(content) between 1 and 2000),
  ttl integer not null default 300 check (ttl between 30 and 86400),
  wanted boolean not null default true,
  -- What the provider calls it; null: not made yet, or taken away.
  provider text,
  zone_id text,
  record_id text,
  status text not null default 'pending'
    check (status in ('pending', 'propagating', 'verified', 'drifted', 'failed', 'removing', 'removed')),
  -- In words for people.
  reason text,
  published_at timestamptz,
  verified_at timestamptz,
  checked_at timestamptz,
  -- Rounds of looks since it was published.
  looks integer not null default 0,
  next_check_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name, type, content),
  -- The row outlives its address: what stands at the provider has to be taken away there.
  foreign key (tenant_id, domain_id) references public.domains (tenant_id, id) on delete set null (domain_id)
);
create function app.unwant_dns_record() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.domain_id is not null and new.domain_id is null and new.wanted then
    new.wanted := false;
    new.status := 'removing';
    new.next_check_at := now();
  end if;
  return new;
end $$;
create trigger unwant before update of domain_id on public.dns_records
  for each row execute function app.unwant_dns_record();
create index dns_records_recent on public.dns_records (tenant_id, created_at desc);
create index dns_records_due on public.dns_records (next_check_at) where next_check_at is not null;
create trigger touch before update on public.dns_records for each row execute function app.touch();
select app.isolate('public.dns_records', members => 'select', staff => 'select insert update delete');

-- Each time that an address had to become known to the world: whether it did, and in what time.
create table public.dns_propagations (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  record_id uuid not null,
  outcome text not null check (outcome in ('verified', 'given_up')),
  milliseconds integer not null check (milliseconds >= 0),
  looks integer not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, record_id) references public.dns_records (tenant_id, id) on delete cascade
);
create index dns_propagations_recent on public.dns_propagations (tenant_id, created_at desc);
select app.isolate('public.dns_propagations', members => 'select');

create table public.deployments (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  kind text not null check (kind in ('deploy', 'rollback', 'remove')),
  provider text not null,
  -- What the provider calls it.
  external_id text,
  -- What is deployed; a rollback names an earlier one.
  version text not null,
  status text not null default 'queued'
    check (status in ('queued', 'building', 'deploying', 'live', 'failed', 'cancelled', 'superseded', 'removed')),
  progress integer not null default 0 check (progress between 0 and 100),
  reason text,
  replicas integer not null default 1 check (replicas between 0 and 100),
  -- Orders what the provider tells: an older word never replaces a newer one.
  told_at timestamptz,
  requested_by uuid,
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index deployments_recent on public.deployments (tenant_id, created_at desc);
create index deployments_open on public.deployments (updated_at) where status in ('queued', 'building', 'deploying');
create unique index deployments_external on public.deployments (tenant_id, provider, external_id);
create trigger touch before update on public.deployments for each row execute function app.touch();
select app.isolate('public.deployments', members => 'select', staff => 'select insert update');

create table public.deployment_logs (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  deployment_id uuid not null,
  -- The provider's count of lines.
  line integer not null,
  level text not null default 'info' check (level in ('debug', 'info', 'warn', 'error')),
  message text not null check (length(message) <= 4000),
  logged_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, deployment_id, line),
  foreign key (tenant_id, deployment_id) references public.deployments (tenant_id, id) on delete cascade
);
select app.isolate('public.deployment_logs', members => 'select');

create table public.deployment_samples (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  deployment_id uuid not null,
  sampled_at timestamptz not null,
  cpu_percent real not null,
  memory_bytes bigint not null,
  requests_per_minute real not null,
  primary key (tenant_id, id),
  unique (tenant_id, deployment_id, sampled_at),
  foreign key (tenant_id, deployment_id) references public.deployments (tenant_id, id) on delete cascade
);
select app.isolate('public.deployment_samples', members => 'select');

-- A run that is being taken back, step by step in reverse.
alter table public.provisioning_runs drop constraint provisioning_runs_status_check,
  add constraint provisioning_runs_status_check check (status in ('running', 'done', 'failed', 'cancelling', 'cancelled'));
drop index public.provisioning_runs_open;
create unique index provisioning_runs_open on public.provisioning_runs (tenant_id, kind)
  where status in ('running', 'failed', 'cancelling');
-- Staff tries again, skips with a reason and takes back.
grant update on public.provisioning_runs, public.provisioning_steps to staff;
create policy staff_update on public.provisioning_runs for update to staff using (true) with check (true);
create policy staff_update on public.provisioning_steps for update to staff using (true) with check (true);

-- Whom the operator's own alarms reach.
create function app.staff_addresses() returns table (email text)
language sql stable security definer set search_path = '' as $$
  select u.email from public.users u where u.raw_app_meta_data ->> 'staff_role' in ('support', 'superadmin')
$$;
select app.guard_function('app.staff_addresses()', 'service_role');

-- The operator's list of tenants, newest first.
create index tenants_newest on public.tenants (created_at desc, id desc);

-- What the operator's own people get about a tenant is no mail of the tenant's: its sandbox holds none of it back.
create or replace function app.account_mail(p_template text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select p_template in ('verify_email', 'reset_password', 'welcome', 'provisioning_failed')
$$;
