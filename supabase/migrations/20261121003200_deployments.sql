-- Deployments at work: orders and what is wished of them, how far the provider's word has been heard, what is followed.

alter table public.deployments
  -- Null: nobody has taken the order yet.
  alter column provider drop not null,
  add column host text check (host = lower(host) and length(host) between 1 and 253),
  -- What ran when it was ordered.
  add column previous_version text,
  -- Wishes that a job carries out.
  add column wanted_replicas integer check (wanted_replicas between 0 and 100),
  add column cancel_requested_at timestamptz,
  -- When its status or progress last became another.
  add column progressed_at timestamptz,
  -- From when until when it served.
  add column live_at timestamptz,
  add column ended_at timestamptz,
  -- When the set-up that waited for it heard that it had failed: another try is another order.
  add column noted_at timestamptz,
  -- Since when the provider says that it doesn't know it.
  add column vanished_at timestamptz,
  -- Looks since it last moved on, and when the next one is due.
  add column looks integer not null default 0,
  add column next_poll_at timestamptz,
  -- The provider's last line that is kept, its newest sample, and when it was last asked for either.
  add column last_line integer not null default 0,
  add column sampled_at timestamptz,
  add column followed_at timestamptz;

-- One change of what a tenant runs at a time.
create unique index deployments_one_open on public.deployments (tenant_id)
  where status in ('queued', 'building', 'deploying');
create index deployments_due on public.deployments (next_poll_at) where next_poll_at is not null;
create index deployments_followed on public.deployments (followed_at nulls first) where status = 'live';
drop index public.deployments_open;

-- Whoever writes it, a job that works across tenants or staff: the tenant's listeners hear of it. Ids only.
create function app.announce_deployment() returns trigger language plpgsql set search_path = '' as $$
begin
  perform pg_notify('foyer_changes',
    json_build_object('tenant_id', new.tenant_id, 'topic', 'deployments', 'id', new.id)::text);
  return null;
end $$;
create trigger announce_new after insert on public.deployments
  for each row execute function app.announce_deployment();
create trigger announce_change after update on public.deployments for each row when (
  (old.status, old.progress, old.reason, old.replicas, old.wanted_replicas, old.cancel_requested_at, old.last_line, old.sampled_at)
  is distinct from
  (new.status, new.progress, new.reason, new.replicas, new.wanted_replicas, new.cancel_requested_at, new.last_line, new.sampled_at)
) execute function app.announce_deployment();

-- Not every provider counts requests.
alter table public.deployment_samples alter column requests_per_minute drop not null;
-- What is too old is taken out by time, whose ever it is.
create index deployment_samples_age on public.deployment_samples using brin (sampled_at);
create index deployment_logs_age on public.deployment_logs using brin (logged_at);

-- What the operator's own people get about a tenant is no mail of the tenant's: its sandbox holds none of it back.
create or replace function app.account_mail(p_template text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select p_template in ('verify_email', 'reset_password', 'welcome', 'provisioning_failed', 'deployment_failed')
$$;
