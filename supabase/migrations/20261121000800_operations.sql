-- Ledgers of the machinery: audit, idempotency, mail, inbound webhooks, rate limits.

create table public.audit_log (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  actor_kind text not null,
  actor_id uuid,
  action text not null,
  subject_id uuid,
  detail jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
create index audit_log_recent on public.audit_log (tenant_id, created_at desc);
select app.isolate('public.audit_log', members => 'select insert', visitors => 'insert', gate => 'insert');
-- Append-only for every role, the system's too.
drop policy system_update on public.audit_log;
drop policy system_delete on public.audit_log;
revoke update, delete on public.audit_log from service_role;

create table public.idempotency_keys (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  scope text not null,
  key text not null check (length(key) between 1 and 255),
  request_hash text not null,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, scope, key)
);
create index idempotency_keys_age on public.idempotency_keys (created_at);
-- A visitor reaches answers kept for their own session only.
select app.isolate('public.idempotency_keys', visitors => 'select insert update',
  visitors_also => 'scope = ''visitor:'' || (select app.visitor_session())');

-- Mails wait here until the worker has handed them over. A mail about an account has no tenant.
create table public.outbox_mails (
  id uuid primary key default app.uuid_v7(),
  tenant_id uuid references public.tenants (id) on delete cascade,
  recipient text not null,
  template text not null,
  data jsonb not null default '{}',
  dedupe_key text not null,
  status text not null default 'queued' check (status in ('queued', 'sent', 'failed')),
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  -- Within the tenant: nobody can use up another's key and so hold back their mail.
  unique nulls not distinct (tenant_id, dedupe_key)
);
create index outbox_mails_tenant on public.outbox_mails (tenant_id, created_at desc);
select app.isolate('public.outbox_mails', members => '', gate => 'select insert');

-- Verified deliveries from outside, stored once before any effect. The tenant is often known only later.
create table public.webhook_inbox (
  id uuid primary key default app.uuid_v7(),
  provider text not null,
  event_id text not null check (length(event_id) between 1 and 255),
  tenant_id uuid references public.tenants (id) on delete cascade,
  payload jsonb not null,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  attempts integer not null default 0,
  error text,
  unique (provider, event_id)
);
create index webhook_inbox_tenant on public.webhook_inbox (tenant_id, received_at desc);
create index webhook_inbox_open on public.webhook_inbox (received_at) where processed_at is null;
select app.isolate('public.webhook_inbox', members => 'select', gate => 'select insert');

-- Fixed windows, counted exactly by one upsert whatever the process. Keys are digests.
create unlogged table public.rate_limits (
  key text primary key,
  window_start timestamptz not null,
  used integer not null
);
alter table public.rate_limits enable row level security;
alter table public.rate_limits force row level security;
revoke all on public.rate_limits from public, anon, authenticated, service_role, staff;
create policy gate_select on public.rate_limits for select to foyer_gate using (true);
create policy gate_insert on public.rate_limits for insert to foyer_gate with check (true);
create policy gate_update on public.rate_limits for update to foyer_gate using (true) with check (true);
create policy system_select on public.rate_limits for select to service_role using ((select app.across_tenants()));
create policy system_delete on public.rate_limits for delete to service_role using ((select app.across_tenants()));
grant select, insert, update on public.rate_limits to foyer_gate;
grant select, delete on public.rate_limits to service_role;
create index rate_limits_age on public.rate_limits (window_start);
