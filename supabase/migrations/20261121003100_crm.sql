-- The operator's own CRM: each tenant as a lead there, what goes back and forth, and the rules by which leads are worked.

create table public.crm_leads (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  provider text not null,
  -- What the CRM calls it; null: not made yet.
  external_id text,
  -- What is known of both sides' writes since the last synchronisation; null: none has begun.
  memory jsonb,
  -- {industry, businessType, plan} as they were told last: what of the lead's tags is ours to take away.
  told jsonb,
  sent_at timestamptz,
  -- As the CRM shows them.
  stage text,
  stage_by_person boolean not null default false,
  owner_id text,
  owner_name text,
  -- When stage or owner last changed there.
  received_at timestamptz,
  score integer check (score between 0 and 100),
  -- [{key, weight, score}]
  score_parts jsonb not null default '[]',
  synced_at timestamptz,
  -- Why the last try failed, in words for staff, and since when none has gone well.
  error text,
  failing_since timestamptz,
  -- One job at a time works on the lead: who, and until when it is taken for alive.
  held_by uuid,
  held_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, provider)
);
create trigger touch before update on public.crm_leads for each row execute function app.touch();
-- Members see nothing of the operator's CRM.
select app.isolate('public.crm_leads', members => '');

-- What people in the CRM are asked to do for a lead, once for each rule.
create table public.crm_follow_ups (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  lead_id uuid not null,
  -- The rule's.
  key text not null check (key ~ '^[a-z][a-z0-9_]{0,39}$'),
  kind text not null check (kind in ('todo', 'call', 'email', 'meeting')),
  summary text not null check (length(summary) between 1 and 200),
  note text not null default '',
  due date not null,
  -- Whoever is to do it, as the CRM calls them; null: whoever owns the lead.
  assignee text,
  escalation boolean not null default false,
  created_at timestamptz not null default now(),
  -- When the CRM took it; null: not yet.
  sent_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, lead_id, key),
  foreign key (tenant_id, lead_id) references public.crm_leads (tenant_id, id) on delete cascade
);
select app.isolate('public.crm_follow_ups', members => '');

-- Rows that are the operator's own: staff reads them, a job that works across tenants too; nobody else knows of them.
create function app.operate_table(tbl regclass, staff text, system text) returns void language plpgsql set search_path = '' as $$
declare
  audience record;
  verb text;
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('revoke all on %s from public, anon, authenticated, service_role, staff', tbl);
  for audience in
    select * from (values ('staff', 'staff', staff, 'true'), ('system', 'service_role', system, '(select app.across_tenants())'))
      as a(label, role_name, verbs, predicate)
  loop
    foreach verb in array string_to_array(audience.verbs, ' ') loop
      execute format('grant %s on %s to %I', verb, tbl, audience.role_name);
      execute format('create policy %I on %s for %s to %I %s %s', audience.label || '_' || verb, tbl, verb, audience.role_name,
        case when verb <> 'insert' then format('using (%s)', audience.predicate) end,
        case when verb in ('insert', 'update') then format('with check (%s)', audience.predicate) end);
    end loop;
  end loop;
end $$;

-- How leads are scored, assigned and followed up. A change is a new row: the latest counts, the others are its history.
create table public.crm_rules (
  id uuid primary key default app.uuid_v7(),
  rules jsonb not null,
  created_by uuid,
  created_at timestamptz not null default clock_timestamp()
);
create index crm_rules_recent on public.crm_rules (created_at desc, id desc);
select app.operate_table('public.crm_rules', staff => 'select insert', system => 'select');

-- How far changes in the CRM have been read: the furthest counts. Never changed, so that two readers can't step back.
create table public.crm_cursors (
  id uuid primary key default app.uuid_v7(),
  provider text not null,
  at timestamptz not null,
  last_id text not null,
  read_at timestamptz not null default now()
);
create index crm_cursors_furthest on public.crm_cursors (provider, at desc);
select app.operate_table('public.crm_cursors', staff => 'select', system => 'select insert delete');
