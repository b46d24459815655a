-- The gate's people: registering, signing in, proving an address, resetting a password. Only the web login calls these.

-- A tenant with all that belongs to one from the first moment. Internal: callers below decide for whom.
create function app.create_tenant_for(p_user uuid, p_company jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  created uuid := app.uuid_v7();
begin
  insert into public.tenants (id, name, business_type, industry, region, expected_users, contact_name, contact_email,
    contact_phone, website_url, time_zone, language)
  values (created, p_company ->> 'name', coalesce(p_company ->> 'businessType', 'other'), p_company ->> 'industry',
    p_company ->> 'region', (p_company ->> 'expectedUsers')::integer, p_company ->> 'contactName',
    p_company ->> 'contactEmail', p_company ->> 'contactPhone', p_company ->> 'websiteUrl',
    coalesce(p_company ->> 'timeZone', 'UTC'), coalesce(p_company ->> 'language', 'en'));
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
grant insert on public.tenant_configurations, public.themes, public.widget_keys to foyer_gate;
create policy gate_insert on public.tenant_configurations for insert to foyer_gate with check (true);
create policy gate_insert on public.themes for insert to foyer_gate with check (true);
create policy gate_insert on public.widget_keys for insert to foyer_gate with check (true);
select app.guard_function('app.create_tenant_for(uuid, jsonb)', 'foyer_gate');

create function app.insert_session(p_user uuid, p_session jsonb, p_tenant uuid) returns uuid
language sql volatile security definer set search_path = '' as $$
  insert into public.sessions (user_id, token_hash, tenant_id, user_agent, ip, expires_at)
  values (p_user, p_session ->> 'tokenHash', p_tenant, left(p_session ->> 'userAgent', 300), p_session ->> 'ip',
    (p_session ->> 'expiresAt')::timestamptz)
  returning id
$$;
select app.guard_function('app.insert_session(uuid, jsonb, uuid)', 'foyer_gate');

-- Signs a person up together with their first tenant and session. Always succeeds alike: an address that somebody
-- has already proved gives a provisional account, and the mail tells its owner so.
-- p_session: {tokenHash, userAgent, ip, expiresAt, attempt}; p_company: see create_tenant_for.
create function app.register(p_user uuid, p_email text, p_password_hash text, p_display_name text, p_session jsonb, p_company jsonb)
returns table (user_id uuid, tenant_id uuid, session_id uuid)
language plpgsql volatile security definer set search_path = '' as $$
declare
  person uuid := coalesce(p_user, app.uuid_v7());
  tenant uuid;
  attempt uuid := (p_session ->> 'attempt')::uuid;
begin
  -- The same form once more, because its answer was lost: what the first one made is the answer. The id is a digest of
  -- a secret of the browser's with address and password, so nobody else can name it; after a while it counts no more.
  if attempt is not null and p_user is null then
    perform pg_advisory_xact_lock(hashtextextended('register:' || attempt, 0));
    select m.user_id, m.tenant_id into person, tenant
    from public.users u join public.memberships m on m.user_id = u.id
    where u.id = attempt and u.email_confirmed_at is null and u.created_at > now() - interval '15 minutes'
    order by m.created_at limit 1;
    if found then
      return query select person, tenant, app.insert_session(person, p_session, tenant);
      return;
    end if;
    person := attempt;
  end if;
  insert into public.users as u (id, email, encrypted_password, raw_user_meta_data, last_sign_in_at)
  values (person, lower(p_email), p_password_hash, jsonb_build_object('display_name', p_display_name), now())
  on conflict (id) do nothing;
  if not found then
    -- An account that somebody has already, named by an outside provider or by an old attempt: nobody enters it by
    -- signing up again.
    person := app.uuid_v7();
    insert into public.users (id, email, encrypted_password, raw_user_meta_data, last_sign_in_at)
    values (person, lower(p_email), case when p_user is null then p_password_hash end, jsonb_build_object('display_name', p_display_name), now());
  end if;
  tenant := app.create_tenant_for(person, p_company);
  -- An outside provider that has just made the account sends its own mail.
  if person is distinct from p_user then
    perform app.queue_mail(lower(p_email), 'verify_email', jsonb_build_object('userId', person), 'verify:' || person);
  end if;
  return query select person, tenant, app.insert_session(person, p_session, tenant);
end $$;
select app.guard_function('app.register(uuid, text, text, text, jsonb, jsonb)', 'foyer_web');

-- A further tenant for somebody who is signed in.
create function app.create_tenant(p_company jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  tenant uuid;
begin
  if app.user_id() is null or not exists (select from public.users where id = app.user_id()) then
    raise exception 'sign in first' using errcode = 'insufficient_privilege';
  end if;
  tenant := app.create_tenant_for(app.user_id(), p_company);
  perform app.switch_tenant(tenant);
  return tenant;
end $$;
grant execute on function app.switch_tenant(uuid) to foyer_gate;
select app.guard_function('app.create_tenant(jsonb)', 'authenticated');

-- Whose password to try for an address: the account that proved it, else the newest provisional ones.
create function app.sign_in_candidates(p_email text)
returns table (user_id uuid, encrypted_password text)
language sql stable security definer set search_path = '' as $$
  select u.id, u.encrypted_password from public.users u
  where u.email = lower(p_email) and u.deleted_at is null and u.encrypted_password is not null
    and (u.banned_until is null or u.banned_until < now())
    and (u.email_confirmed_at is not null
      or not exists (select from public.users c where c.email = lower(p_email) and c.email_confirmed_at is not null))
  order by u.created_at desc
  limit 3
$$;
select app.guard_function('app.sign_in_candidates(text)', 'foyer_web foyer_staff');

-- Opens a session and ends the one it replaces, so that a token never survives a sign-in.
create function app.open_session(p_user uuid, p_session jsonb, p_replaces text) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  tenant uuid;
begin
  select coalesce(
    (select s.tenant_id from public.sessions s
      join public.memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id
      join public.tenants t on t.id = m.tenant_id and t.status <> 'deleted'
      where s.user_id = p_user order by s.last_seen_at desc limit 1),
    (select m.tenant_id from public.memberships m join public.tenants t on t.id = m.tenant_id and t.status <> 'deleted'
      where m.user_id = p_user order by m.created_at, m.tenant_id limit 1)) into tenant;
  update public.sessions set revoked_at = now() where token_hash = p_replaces and revoked_at is null;
  update public.users set last_sign_in_at = now() where id = p_user;
  return app.insert_session(p_user, p_session, tenant);
end $$;
select app.guard_function('app.open_session(uuid, jsonb, text)', 'foyer_web foyer_staff');

create function app.close_session(p_hash text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.sessions set revoked_at = now() where token_hash = p_hash and revoked_at is null
$$;
select app.guard_function('app.close_session(text)', 'foyer_web foyer_staff');

-- Queues a reset mail where the address has an account; says nothing either way. At most one in five minutes.
create function app.request_password_reset(p_email text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  person uuid;
begin
  select u.id into person from public.users u
  where u.email = lower(p_email) and u.deleted_at is null
  order by (u.email_confirmed_at is not null) desc, u.created_at desc limit 1;
  if person is not null then
    perform app.queue_mail(lower(p_email), 'reset_password', jsonb_build_object('userId', person),
      'reset:' || person || ':' || floor(extract(epoch from now()) / 300));
  end if;
end $$;
select app.guard_function('app.request_password_reset(text)', 'foyer_web');

-- Queues the verification mail again for the person in the claims, at most once a minute.
create function app.request_verification() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  person public.users;
begin
  select * into person from public.users where id = app.user_id() and email_confirmed_at is null;
  if found then
    perform app.queue_mail(person.email, 'verify_email', jsonb_build_object('userId', person.id),
      'verify:' || person.id || ':' || floor(extract(epoch from now()) / 60));
  end if;
end $$;
select app.guard_function('app.request_verification()', 'authenticated');

-- Stores a fresh one-time token's digest for the mail that is being sent; returns what the mail must say.
-- already_member: somebody has proved this address before, so the mail offers to join the two.
create function app.issue_token(p_user uuid, p_kind text, p_hash text, p_lifetime interval)
returns table (display_name text, already_member boolean)
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Somebody who has gone since gets no mail.
  insert into public.one_time_tokens (user_id, kind, token_hash, expires_at)
  select u.id, p_kind, p_hash, now() + p_lifetime from public.users u where u.id = p_user;
  return query
    select coalesce(u.raw_user_meta_data ->> 'display_name', ''),
      exists (select from public.users o where o.email = u.email and o.email_confirmed_at is not null and o.id <> u.id)
    from public.users u where u.id = p_user;
end $$;
select app.guard_function('app.issue_token(uuid, text, text, interval)', 'service_role');

-- Proves an address. An account that had proved it before takes over the new one's tenants and sessions end.
create function app.verify_email(p_hash text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  person public.users;
  holder uuid;
begin
  update public.one_time_tokens t set used_at = coalesce(used_at, now())
  from public.users u
  where t.token_hash = p_hash and t.kind = 'verify_email' and t.expires_at > now() and u.id = t.user_id
  returning u.* into person;
  if not found then
    return 'invalid';
  end if;
  if person.email_confirmed_at is not null then
    return 'verified';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('email:' || person.email, 0));
  select u.id into holder from public.users u where u.email = person.email and u.email_confirmed_at is not null;
  if holder = person.id then
    -- Another of this person's links came first.
    return 'verified';
  end if;
  if holder is null then
    update public.users set email_confirmed_at = now() where id = person.id;
    return 'verified';
  end if;
  update public.memberships m set user_id = holder where m.user_id = person.id
    and not exists (select from public.memberships h where h.tenant_id = m.tenant_id and h.user_id = holder);
  delete from public.users where id = person.id;
  return 'joined';
end $$;
select app.guard_function('app.verify_email(text)', 'foyer_web');

-- Sets a new password by a mailed token. That proves the address as well, and ends every session.
create function app.reset_password(p_hash text, p_password_hash text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  person uuid;
begin
  update public.one_time_tokens t set used_at = now()
  where t.token_hash = p_hash and t.kind = 'reset_password' and t.used_at is null and t.expires_at > now()
  returning t.user_id into person;
  if person is null then
    return 'invalid';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('email:' || u.email, 0)) from public.users u where u.id = person;
  update public.users u set encrypted_password = p_password_hash,
    email_confirmed_at = case
      when u.email_confirmed_at is not null then u.email_confirmed_at
      when exists (select from public.users o where o.email = u.email and o.email_confirmed_at is not null) then null
      else now() end
  where u.id = person;
  update public.sessions set revoked_at = now() where user_id = person and revoked_at is null;
  return 'done';
end $$;
select app.guard_function('app.reset_password(text, text)', 'foyer_web');

-- Mirrors somebody whom an outside identity provider has signed in. An account of ours that had proved the same
-- address joins theirs.
create function app.adopt_user(p_user uuid, p_email text, p_confirmed boolean, p_display_name text) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  holder uuid;
begin
  if p_confirmed then
    perform pg_advisory_xact_lock(hashtextextended('email:' || lower(p_email), 0));
    select u.id into holder from public.users u
    where u.email = lower(p_email) and u.email_confirmed_at is not null and u.id <> p_user;
  end if;
  if holder is not null then
    insert into public.users (id, email) values (p_user, lower(p_email)) on conflict (id) do nothing;
    update public.memberships m set user_id = p_user where m.user_id = holder
      and not exists (select from public.memberships own where own.tenant_id = m.tenant_id and own.user_id = p_user);
    delete from public.users where id = holder;
  end if;
  insert into public.users as u (id, email, email_confirmed_at, raw_user_meta_data)
  values (p_user, lower(p_email), case when p_confirmed then now() end, jsonb_build_object('display_name', p_display_name))
  on conflict (id) do update set email = excluded.email,
    email_confirmed_at = coalesce(u.email_confirmed_at, excluded.email_confirmed_at);
  return p_user;
end $$;
select app.guard_function('app.adopt_user(uuid, text, boolean, text)', 'foyer_web');
