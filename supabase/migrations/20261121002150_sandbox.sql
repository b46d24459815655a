-- Sandbox: while a tenant's switch is on, what happens is test data, kept apart from the real by the policies themselves.

alter table public.tenants add column sandbox boolean not null default false;

-- Whether the claims say sandbox.
create function app.sandbox() returns boolean language sql stable parallel safe set search_path = '' as $$
  select coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{app_metadata,sandbox}', '') = 'true'
$$;
grant execute on function app.sandbox() to anon, authenticated, service_role, staff, foyer_gate, foyer_web, foyer_worker, foyer_functions, foyer_staff;

-- Gives each row a mode, and each policy of members and visitors a restrictive twin: one mode never reaches the other.
-- Jobs and staff see both. Comes after app.isolate.
create function app.split_by_mode(tbl regclass) returns void language plpgsql set search_path = '' as $$
declare
  policy record;
begin
  execute format('alter table %s add column sandbox boolean not null default app.sandbox()', tbl);
  for policy in
    select p.polname as name, r.rolname as reader,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' end as verb
    from pg_catalog.pg_policy p join pg_catalog.pg_roles r on r.oid = any (p.polroles)
    where p.polrelid = tbl and p.polpermissive and r.rolname in ('authenticated', 'anon')
  loop
    execute format('create policy %I on %s as restrictive for %s to %I %s %s', policy.name || '_mode', tbl, policy.verb, policy.reader,
      case when policy.verb <> 'insert' then 'using (sandbox = (select app.sandbox()))' end,
      case when policy.verb in ('insert', 'update') then 'with check (sandbox = (select app.sandbox()))' end);
  end loop;
end $$;
select app.split_by_mode('public.conversations');
select app.split_by_mode('public.messages');
select app.split_by_mode('public.leads');

-- The same visitor goes on separately in either mode, and what hangs on a conversation is of its mode.
alter table public.messages drop constraint messages_tenant_id_conversation_id_visitor_session_fkey;
alter table public.leads drop constraint leads_tenant_id_conversation_id_visitor_session_fkey;
alter table public.conversations
  drop constraint conversations_tenant_id_channel_visitor_session_key,
  drop constraint conversations_tenant_id_id_visitor_session_key,
  add unique (tenant_id, channel, visitor_session, sandbox),
  add unique (tenant_id, id, visitor_session, sandbox);
alter table public.messages add foreign key (tenant_id, conversation_id, visitor_session, sandbox)
  references public.conversations (tenant_id, id, visitor_session, sandbox) on delete cascade;
alter table public.leads add foreign key (tenant_id, conversation_id, visitor_session, sandbox)
  references public.conversations (tenant_id, id, visitor_session, sandbox) on delete cascade;

-- Lists are of one mode: the few rows of one are found among the many of the other.
drop index public.conversations_recent, public.conversations_state, public.messages_recent, public.leads_recent;
create index conversations_recent on public.conversations (tenant_id, sandbox, last_message_at desc, id desc);
create index conversations_state on public.conversations (tenant_id, sandbox, state, last_message_at desc);
create index messages_recent on public.messages (tenant_id, sandbox, created_at desc);
create index leads_recent on public.leads (tenant_id, sandbox, created_at desc);

-- A person's own account mails go out whatever the mode.
alter table public.outbox_mails drop constraint outbox_mails_status_check,
  add check (status in ('queued', 'sent', 'failed', 'held'));
create function app.account_mail(p_template text) returns boolean language sql immutable parallel safe set search_path = '' as $$
  select p_template in ('verify_email', 'reset_password', 'welcome')
$$;
grant execute on function app.account_mail(text) to foyer_gate;

-- Puts a mail into the outbox once per dedupe key and wakes the sender. In sandbox only the tenant's own people get
-- mail, its members and whoever gets its bills; one to anybody else is kept and not sent.
create or replace function app.queue_mail(p_recipient text, p_template text, p_data jsonb, p_key text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  mail uuid;
  hold boolean := false;
begin
  if not app.account_mail(p_template)
    and (app.sandbox() or exists (select from public.tenants t where t.id = app.tenant_id() and t.sandbox)) then
    hold := not exists (
        select from public.memberships m join public.users u on u.id = m.user_id
        where m.tenant_id = app.tenant_id() and u.email = lower(p_recipient))
      and not exists (
        select from public.billing_accounts b where b.tenant_id = app.tenant_id() and lower(b.billing_email) = lower(p_recipient));
  end if;
  insert into public.outbox_mails (tenant_id, recipient, template, data, dedupe_key, status)
  values (app.tenant_id(), p_recipient, p_template, p_data, p_key, case when hold then 'held' else 'queued' end)
  on conflict (tenant_id, dedupe_key) do nothing returning id into mail;
  if mail is not null and not hold then
    perform app.enqueue_job('mail.send', jsonb_build_object('mailId', mail), '{}');
  end if;
end $$;

-- Turns the sandbox of the tenant in the claims on or off. True: that was a change. Owners and admins only.
create function app.set_sandbox(p_on boolean) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(app.claims() #>> '{app_metadata,tenant_role}', '') not in ('owner', 'admin') then
    raise exception 'only owners and admins switch the sandbox' using errcode = 'insufficient_privilege';
  end if;
  update public.tenants set sandbox = p_on where id = app.tenant_id() and sandbox <> p_on;
  return found;
end $$;
select app.guard_function('app.set_sandbox(boolean)', 'authenticated');

-- Who resolves a door learns the mode with it.
drop function app.resolve_host(text);
create function app.resolve_host(p_host text)
returns table (tenant_id uuid, slug text, name text, status text, host_status text, sandbox boolean)
language sql stable security definer set search_path = '' as $$
  select t.id, t.slug, t.name, t.status, d.status, t.sandbox
  from public.domains d join public.tenants t on t.id = d.tenant_id
  where d.host = lower(p_host)
$$;
select app.guard_function('app.resolve_host(text)', 'foyer_web foyer_functions foyer_worker');

drop function app.resolve_widget_key(text);
create function app.resolve_widget_key(p_key text)
returns table (tenant_id uuid, key_id uuid, allowed_origins text[], slug text, status text, sandbox boolean)
language sql stable security definer set search_path = '' as $$
  select t.id, k.id, k.allowed_origins, t.slug, t.status, t.sandbox
  from public.widget_keys k join public.tenants t on t.id = k.tenant_id
  where k.public_key = p_key and k.revoked_at is null
$$;
select app.guard_function('app.resolve_widget_key(text)', 'foyer_web foyer_functions');

drop function app.resolve_api_key(text);
create function app.resolve_api_key(p_hash text)
returns table (tenant_id uuid, key_id uuid, scopes text[], slug text, status text, sandbox boolean)
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.api_keys k set last_used_at = now()
  where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
  return query
    select t.id, k.id, k.scopes, t.slug, t.status, t.sandbox
    from public.api_keys k join public.tenants t on t.id = k.tenant_id
    where k.key_hash = p_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
end $$;
select app.guard_function('app.resolve_api_key(text)', 'foyer_web foyer_functions');

-- The status as it counts now, even where no job has come round to say so.
drop function app.resolve_session(text);
create function app.resolve_session(p_hash text)
returns table (
  session_id uuid, user_id uuid, email text, email_confirmed boolean, display_name text, staff_role text,
  tenant_id uuid, tenant_role text, tenant_name text, tenant_slug text, tenant_status text,
  onboarding_step text, trial_ends_at timestamptz, time_zone text, tenant_count bigint, sandbox boolean)
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.sessions s set last_seen_at = now()
  where s.token_hash = p_hash and s.revoked_at is null and s.last_seen_at < now() - interval '5 minutes';
  return query
    select s.id, u.id, u.email, u.email_confirmed_at is not null, coalesce(u.raw_user_meta_data ->> 'display_name', ''),
      u.raw_app_meta_data ->> 'staff_role',
      t.id, case when t.id is not null then m.role end, t.name, t.slug,
      app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())),
      t.onboarding_step, t.trial_ends_at, t.time_zone,
      (select count(*) from public.memberships own where own.user_id = u.id), coalesce(t.sandbox, false)
    from public.sessions s
    join public.users u on u.id = s.user_id
    left join public.memberships m on m.user_id = u.id and m.tenant_id = s.tenant_id
    left join public.tenants t on t.id = m.tenant_id and t.status <> 'deleted'
    left join public.billing_accounts b on b.tenant_id = t.id
    left join public.plan_versions v on v.id = b.plan_version_id
    where s.token_hash = p_hash and s.revoked_at is null and s.expires_at > now()
      and u.deleted_at is null and (u.banned_until is null or u.banned_until < now());
end $$;
select app.guard_function('app.resolve_session(text)', 'foyer_web foyer_staff');

create or replace function app.custom_access_token_hook(event jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  place record;
  claims jsonb := event -> 'claims';
  ours jsonb;
begin
  select m.tenant_id, m.role, extract(epoch from m.created_at)::bigint as epoch, t.sandbox into place
  from public.memberships m
  join public.tenants t on t.id = m.tenant_id and t.status <> 'deleted'
  left join public.sessions s on s.user_id = m.user_id and s.tenant_id = m.tenant_id and s.revoked_at is null
  where m.user_id = (event ->> 'user_id')::uuid
  order by s.last_seen_at desc nulls last, m.created_at, m.tenant_id limit 1;
  ours := coalesce(claims -> 'app_metadata', '{}'::jsonb) - 'tenant_id' - 'tenant_role' - 'epoch' - 'sandbox';
  if found then
    ours := ours || jsonb_build_object('tenant_id', place.tenant_id, 'tenant_role', place.role, 'epoch', place.epoch)
      || case when place.sandbox then '{"sandbox": true}' else '{}' end::jsonb;
  end if;
  return jsonb_build_object('claims', jsonb_set(claims, '{app_metadata}', ours));
end $$;
