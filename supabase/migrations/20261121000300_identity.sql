-- People and their sign-ins. The columns of `users` are those of Supabase's auth.users, so that either can stand behind it.

create table public.users (
  id uuid primary key default app.uuid_v7(),
  aud text not null default 'authenticated',
  role text not null default 'authenticated',
  email text not null check (email = lower(email) and length(email) between 3 and 320),
  encrypted_password text,
  email_confirmed_at timestamptz,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb not null default '{}',
  raw_user_meta_data jsonb not null default '{}',
  banned_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
-- An address belongs to whoever proved it. Until then several sign-ups may carry it, so that signing up
-- never tells a stranger whether an account exists.
create unique index users_confirmed_email on public.users (email) where email_confirmed_at is not null;
create index users_email on public.users (email, created_at desc);
create trigger touch before update on public.users for each row execute function app.touch();

create table public.sessions (
  id uuid primary key default app.uuid_v7(),
  user_id uuid not null references public.users (id) on delete cascade,
  token_hash text not null unique,
  tenant_id uuid,
  user_agent text,
  ip text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index sessions_user on public.sessions (user_id, created_at desc);

create table public.one_time_tokens (
  id uuid primary key default app.uuid_v7(),
  user_id uuid not null references public.users (id) on delete cascade,
  kind text not null check (kind in ('verify_email', 'reset_password')),
  token_hash text not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index one_time_tokens_user on public.one_time_tokens (user_id, kind);

-- These three belong to a person, not to a tenant: one sees one's own.
create function app.isolate_person(tbl regclass, person_column text, own_verbs text) returns void
language plpgsql set search_path = '' as $$
declare
  verb text;
  own text := format('%I = (select app.user_id())', person_column);
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('revoke all on %s from public, anon, authenticated, service_role, staff', tbl);
  foreach verb in array string_to_array(own_verbs, ' ') loop
    execute format('grant %s on %s to authenticated', verb, tbl);
    execute format('create policy %I on %s for %s to authenticated %s %s', 'own_' || verb, tbl, verb,
      case when verb <> 'insert' then format('using (%s)', own) end,
      case when verb in ('insert', 'update') then format('with check (%s)', own) end);
  end loop;
  foreach verb in array array['select', 'insert', 'update', 'delete'] loop
    execute format('grant %s on %s to foyer_gate', verb, tbl);
    execute format('create policy %I on %s for %s to foyer_gate %s %s', 'gate_' || verb, tbl, verb,
      case when verb <> 'insert' then 'using (true)' end, case when verb in ('insert', 'update') then 'with check (true)' end);
  end loop;
end $$;
select app.isolate_person('public.users', 'id', 'select update');
select app.isolate_person('public.sessions', 'user_id', 'select update');
select app.isolate_person('public.one_time_tokens', 'user_id', '');
-- Nobody reads hashes or changes an address, a password or a role by themselves.
revoke select, update on public.users from authenticated;
grant select (id, email, email_confirmed_at, raw_user_meta_data, raw_app_meta_data, last_sign_in_at, created_at) on public.users to authenticated;
grant update (raw_user_meta_data) on public.users to authenticated;
revoke select, update on public.sessions from authenticated;
grant select (id, user_id, user_agent, ip, created_at, last_seen_at, expires_at, revoked_at, tenant_id) on public.sessions to authenticated;
grant update (revoked_at) on public.sessions to authenticated;
