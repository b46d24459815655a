-- Desired state of a tenant's presence, step by step.

create table public.provisioning_runs (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  kind text not null default 'registration' check (kind in ('registration')),
  status text not null default 'running' check (status in ('running', 'done', 'failed', 'cancelled')),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id)
);
-- A tenant has one open run of a kind: starting twice finds the first.
create unique index provisioning_runs_open on public.provisioning_runs (tenant_id, kind) where status in ('running', 'failed');
create index provisioning_runs_recent on public.provisioning_runs (tenant_id, created_at desc);
select app.isolate('public.provisioning_runs', members => 'select insert update');

create table public.provisioning_steps (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  run_id uuid not null,
  name text not null,
  position integer not null,
  status text not null default 'pending' check (status in ('pending', 'running', 'waiting', 'done', 'failed', 'skipped', 'cancelled')),
  attempts integer not null default 0,
  -- Why it is where it is, in words for the registrant.
  reason text,
  started_at timestamptz,
  finished_at timestamptz,
  next_attempt_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, run_id, name),
  foreign key (tenant_id, run_id) references public.provisioning_runs (tenant_id, id) on delete cascade
);
create index provisioning_steps_order on public.provisioning_steps (tenant_id, run_id, position);
select app.isolate('public.provisioning_steps', members => 'select insert update');
