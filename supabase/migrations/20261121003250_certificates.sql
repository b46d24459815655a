-- Certificates: for which hosts there may be one, when each is looked at next, and since when something is wrong with it.

alter table public.domains
  -- When its owner has proved a domain of their own; an address under ours needs no proof.
  add column verified_at timestamptz,
  -- When somebody looks at its certificate next.
  add column tls_next_check_at timestamptz not null default now(),
  -- When it was last seen to be good, and since when it hasn't been; null: it is good, or nobody has looked.
  add column tls_ready_at timestamptz,
  add column tls_bad_since timestamptz,
  -- What staff was told of that is wrong; null where all is well.
  add column tls_trouble text check (tls_trouble in ('late', 'lost', 'wrong_host', 'expired'));
create index domains_tls_due on public.domains (tls_next_check_at);
-- The operator's list of addresses, newest first.
create index domains_newest on public.domains (created_at desc, id desc);

alter table public.domains no force row level security;
update public.domains set verified_at = coalesce(activated_at, created_at) where kind = 'custom' and status = 'live';
update public.domains set tls_ready_at = tls_checked_at where tls_status = 'ready';
alter table public.domains force row level security;

-- What the edge has to know before it has a certificate made: no row where the host is nobody's.
create function app.certificate_facts(p_host text) returns table (kind text, verified boolean, tenant_status text)
language sql stable security definer set search_path = '' as $$
  select d.kind, d.verified_at is not null, t.status
  from public.domains d join public.tenants t on t.id = d.tenant_id where d.host = p_host
$$;
select app.guard_function('app.certificate_facts(text)', 'foyer_web');

-- What the operator's own people get about a tenant is no mail of the tenant's: its sandbox holds none of it back.
create or replace function app.account_mail(p_template text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select p_template in ('verify_email', 'reset_password', 'welcome', 'provisioning_failed', 'deployment_failed',
    'certificate_failed')
$$;
