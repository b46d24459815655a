-- Tenants and what makes one reachable: settings, members, hosts, keys, looks.

create table public.tenants (
  id uuid primary key default app.uuid_v7(),
  name text not null check (length(name) between 1 and 120),
  slug text unique check (slug ~ '^[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])$'),
  status text not null default 'pending'
    check (status in ('pending', 'trialing', 'active', 'past_due', 'suspended', 'cancelled', 'deleted')),
  plan text not null default 'trial' check (plan in ('trial', 'basic', 'premium', 'enterprise')),
  trial_ends_at timestamptz,
  business_type text not null default 'other'
    check (business_type in ('healthcare', 'wellness', 'corporate', 'education', 'hospitality', 'home_services', 'other')),
  industry text,
  region text,
  expected_users integer check (expected_users between 1 and 1000000),
  contact_name text,
  contact_email text,
  contact_phone text,
  website_url text,
  time_zone text not null default 'UTC',
  language text not null default 'en',
  onboarding_step text not null default 'address' check (onboarding_step in ('address', 'plan', 'knowledge', 'try', 'done')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (status in ('pending', 'deleted') or slug is not null)
);
create trigger touch before update on public.tenants for each row execute function app.touch();
select app.isolate('public.tenants', members => 'select update', visitors => 'select', gate => 'select insert update', tenant_column => 'id');
-- Status, plan and slug change through what checks them.
revoke update on public.tenants from authenticated;
grant update (name, business_type, industry, region, expected_users, contact_name, contact_email, contact_phone,
  website_url, time_zone, language, onboarding_step) on public.tenants to authenticated;
revoke select on public.tenants from anon;
grant select (id, name, slug, status, language, time_zone) on public.tenants to anon;

create table public.tenant_configurations (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  agent_name text not null default 'Front desk' check (length(agent_name) between 1 and 60),
  greeting text not null default 'Hello. How can we help you today?' check (length(greeting) between 1 and 500),
  fallback text not null default 'I could not find that in our information.' check (length(fallback) between 1 and 500),
  instructions text not null default '' check (length(instructions) <= 4000),
  suggestions text[] not null default '{}',
  model text,
  handoff_enabled boolean not null default true,
  redaction jsonb not null default '{"cards": true, "iban": true, "ssn": true, "emails": false, "phones": false}',
  services jsonb not null default '[]',
  business_hours jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id)
);
create trigger touch before update on public.tenant_configurations for each row execute function app.touch();
select app.isolate('public.tenant_configurations', visitors => 'select');

create table public.memberships (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  user_id uuid not null references public.users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, user_id)
);
create index memberships_user on public.memberships (user_id);
select app.isolate('public.memberships', members => 'select update delete', gate => 'select insert update delete');
-- A membership never passes to another person: that would show their address to whoever guesses their id.
revoke update on public.memberships from authenticated;
grant update (role) on public.memberships to authenticated;

create table public.invitations (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  email text not null check (email = lower(email)),
  role text not null check (role in ('admin', 'agent', 'viewer')),
  token_hash text not null,
  invited_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, email)
);
create unique index invitations_token on public.invitations (token_hash);
select app.isolate('public.invitations', gate => 'select update');

create table public.api_keys (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  name text not null check (length(name) between 1 and 80),
  prefix text not null,
  key_hash text not null,
  scopes text[] not null default '{chat}',
  created_by uuid,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
-- One key leads to one tenant: nobody can put another's key beside their own.
create unique index api_keys_hash on public.api_keys (key_hash);
create index api_keys_list on public.api_keys (tenant_id, created_at desc);
select app.isolate('public.api_keys', members => 'select insert update', gate => 'select update');

create table public.widget_keys (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  name text not null default 'Website' check (length(name) between 1 and 80),
  public_key text not null,
  allowed_origins text[] not null default '{}',
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
-- Unique across tenants, as the key stands in public pages: a second tenant with it would take over the chat.
create unique index widget_keys_public on public.widget_keys (public_key);
select app.isolate('public.widget_keys', members => 'select insert update', visitors => 'select', gate => 'select');

create table public.domains (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  host text not null unique check (host = lower(host)),
  kind text not null check (kind in ('subdomain', 'custom')),
  status text not null default 'pending' check (status in ('pending', 'live', 'failed')),
  activated_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index domains_tenant on public.domains (tenant_id, kind);
select app.isolate('public.domains', members => 'select', gate => 'select insert update delete');

create table public.themes (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  tokens jsonb not null,
  published_tokens jsonb,
  published_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id)
);
create trigger touch before update on public.themes for each row execute function app.touch();
select app.isolate('public.themes', visitors => 'select');
