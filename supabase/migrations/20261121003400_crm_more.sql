-- The operator's leads, seen and steered: where registrations came from, what staff knows of them, how each lead fared,
-- whether the CRM answers, what the rules were and why.

-- Where a registration came from, as the link said that led to it. Nothing of a person, and not the tenant's to see.
create table public.tenant_origins (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  channel text not null default 'website' check (channel in ('website', 'api', 'staff')),
  source text check (length(source) between 1 and 64),
  medium text check (length(medium) between 1 and 64),
  campaign text check (length(campaign) between 1 and 64),
  -- Host of the page with the link.
  referrer text check (length(referrer) between 1 and 253),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id)
);
select app.isolate('public.tenant_origins', members => '', gate => 'insert');

-- As before, with where it came from.
create or replace function app.create_tenant_for(p_user uuid, p_company jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  created uuid := app.uuid_v7();
  origin jsonb := coalesce(p_company -> 'origin', '{}');
begin
  insert into public.tenants (id, name, business_type, industry, region, expected_users, contact_name, contact_email,
    contact_phone, website_url, time_zone, language)
  values (created, p_company ->> 'name', coalesce(p_company ->> 'businessType', 'other'), p_company ->> 'industry',
    p_company ->> 'region', (p_company ->> 'expectedUsers')::integer, p_company ->> 'contactName',
    p_company ->> 'contactEmail', p_company ->> 'contactPhone', p_company ->> 'websiteUrl',
    coalesce(p_company ->> 'timeZone', 'UTC'), coalesce(p_company ->> 'language', 'en'));
  insert into public.tenant_origins (tenant_id, channel, source, medium, campaign, referrer)
  values (created, coalesce(origin ->> 'channel', 'website'), left(origin ->> 'source', 64), left(origin ->> 'medium', 64),
    left(origin ->> 'campaign', 64), left(origin ->> 'referrer', 253));
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

-- What staff knows of a registration and the platform can't: a demonstration is agreed on, a contract is talked over.
create table public.crm_marks (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  kind text not null check (kind in ('demo', 'negotiation')),
  -- When the demonstration is.
  planned_at timestamptz,
  note text not null default '' check (length(note) <= 300),
  created_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, kind),
  check ((kind = 'demo') = (planned_at is not null))
);
select app.isolate('public.crm_marks', members => '', staff => 'select insert update delete');

-- What the rules look at, as it was when the lead was last rated.
alter table public.crm_leads add column facts jsonb, add column rated_at timestamptz;
create index crm_leads_by_score on public.crm_leads (provider, score desc nulls last, tenant_id);

-- What became of a lead: made, moved and by whom, out of reach and back.
create table public.crm_lead_events (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  lead_id uuid not null,
  kind text not null check (kind in ('made', 'stage', 'owner', 'failing', 'recovered')),
  -- stage, owner: {from, to, byPerson}; failing: {reason}
  detail jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, lead_id) references public.crm_leads (tenant_id, id) on delete cascade
);
create index crm_lead_events_recent on public.crm_lead_events (tenant_id, lead_id, created_at desc);
select app.isolate('public.crm_lead_events', members => '');

-- Without a CRM staff works the leads here.
alter table public.crm_follow_ups add column done_at timestamptz, add column done_by uuid;
grant update (done_at, done_by) on public.crm_follow_ups to staff;
create policy staff_update on public.crm_follow_ups for update to staff using (true) with check (true);

-- The CRM as the worker last found it. No row: there is none.
create table public.crm_connections (
  id uuid primary key default app.uuid_v7(),
  provider text not null unique,
  -- What people call it.
  name text not null,
  -- Where people see a lead there, `{id}` standing for the CRM's own id.
  lead_url text,
  -- [{name, email}] of those who may own leads.
  people jsonb not null default '[]',
  people_at timestamptz,
  answered_at timestamptz,
  failing_since timestamptz,
  error text,
  seen_at timestamptz not null default now()
);
select app.operate_table('public.crm_connections', staff => 'select', system => 'select insert update delete');

-- Why the rules were changed, and which earlier ones were taken up again.
alter table public.crm_rules add column note text not null default '' check (length(note) <= 300), add column restored_from uuid;

-- Names of the operator's own people, for whoever of them reads what another did.
create function app.staff_names() returns table (user_id uuid, name text)
language sql stable security definer set search_path = '' as $$
  select u.id, coalesce(nullif(u.raw_user_meta_data ->> 'display_name', ''), u.email) from public.users u
  where u.raw_app_meta_data ->> 'staff_role' is not null
$$;
select app.guard_function('app.staff_names()', 'staff');

-- What the operator's own people get about a tenant is no mail of the tenant's: its sandbox holds none of it back.
create or replace function app.account_mail(p_template text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select p_template in ('verify_email', 'reset_password', 'welcome', 'provisioning_failed', 'deployment_failed',
    'certificate_failed', 'lead_escalated')
$$;
