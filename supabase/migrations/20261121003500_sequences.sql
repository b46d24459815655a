-- E-mail sequences: the operator's to the people of tenants, and a tenant's own to its leads. A change of a sequence is a
-- new row: the latest of each sequence counts, the others are its history.

create table public.operator_sequences (
  id uuid primary key default app.uuid_v7(),
  sequence_id uuid not null,
  name text not null check (length(name) between 1 and 80),
  audience text not null check (audience in ('trial', 'unfinished', 'past_trial')),
  state text not null check (state in ('on', 'off', 'removed')),
  -- [{key, delayHours, condition, subject, body, button, link}]
  steps jsonb not null,
  -- Mails go out between these hours of the tenant's day.
  from_hour integer not null check (from_hour between 0 and 23),
  to_hour integer not null check (to_hour between 1 and 24),
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  check (from_hour < to_hour)
);
create index operator_sequences_latest on public.operator_sequences (sequence_id, created_at desc, id desc);
select app.operate_table('public.operator_sequences', staff => 'select insert', system => 'select');

create table public.tenant_sequences (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  sequence_id uuid not null,
  name text not null check (length(name) between 1 and 80),
  audience text not null check (audience in ('quiet_lead')),
  state text not null check (state in ('on', 'off')),
  steps jsonb not null,
  from_hour integer not null check (from_hour between 0 and 23),
  to_hour integer not null check (to_hour between 1 and 24),
  -- Mails of it in any 24 hours.
  daily_cap integer not null check (daily_cap between 1 and 500),
  -- Whoever of the tenant's gets the replies. Null: not chosen yet, and nothing goes out.
  reply_to text check (length(reply_to) between 3 and 320),
  created_by uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  check (from_hour < to_hour)
);
create index tenant_sequences_latest on public.tenant_sequences (tenant_id, sequence_id, created_at desc, id desc);
select app.isolate('public.tenant_sequences', members => 'select insert');

-- Somebody's way through a sequence: one for each sequence, address and occasion.
create table public.sequence_enrolments (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  -- Who writes: the tenant to its lead, or the operator to the tenant's people.
  sender text not null check (sender in ('tenant', 'operator')),
  sequence_id uuid not null,
  lead_id uuid,
  user_id uuid,
  -- A digest of sender and address, so that the same person is known again without the address.
  address_hash text not null,
  occasion text not null,
  -- Stands in the mails' links and reply addresses. It only ever stops mails, so it is kept as it is: a mail that is sent
  -- a second time, because nobody knows whether the first arrived, carries the same link.
  token text not null default replace(gen_random_uuid()::text, '-', ''),
  -- Keys of the steps that were sent or left out, in order, and when the last of them was.
  passed text[] not null default '{}',
  moved_at timestamptz not null,
  -- When to look at it next, worked out by this version of the sequence. Null: never again.
  due_at timestamptz,
  version_id uuid,
  sent_count integer not null default 0,
  state text not null default 'active' check (state in ('active', 'finished', 'stopped')),
  stop_reason text check (stop_reason in ('converted', 'replied', 'unsubscribed', 'undeliverable', 'taken_over',
    'no_longer_fits', 'switched_off', 'by_hand')),
  enrolled_at timestamptz not null,
  ended_at timestamptz,
  converted_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, sequence_id, address_hash, occasion),
  foreign key (tenant_id, lead_id) references public.leads (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references public.memberships (tenant_id, user_id) on delete cascade,
  check (sender <> 'tenant' or lead_id is not null),
  check (sender <> 'operator' or user_id is not null),
  check ((state = 'stopped') = (stop_reason is not null)),
  check ((state = 'active') = (due_at is not null))
);
create unique index sequence_enrolments_token on public.sequence_enrolments (token);
create index sequence_enrolments_lead on public.sequence_enrolments (tenant_id, lead_id);
create index sequence_enrolments_user on public.sequence_enrolments (tenant_id, user_id);
create index sequence_enrolments_recent on public.sequence_enrolments (tenant_id, sequence_id, enrolled_at desc, id desc);
create index sequence_enrolments_due on public.sequence_enrolments (due_at) where state = 'active';
create index sequence_enrolments_operator on public.sequence_enrolments (sequence_id, enrolled_at desc, id desc)
  where sender = 'operator';
select app.isolate('public.sequence_enrolments', members => 'select update', staff => 'select update', gate => 'select update');
select app.split_by_mode('public.sequence_enrolments');
-- Members know nothing of the operator's sequences to them, may end one of their own, and don't see the links.
alter policy members_select on public.sequence_enrolments
  using (tenant_id = (select app.tenant_id()) and sender = 'tenant');
alter policy members_update on public.sequence_enrolments
  using (tenant_id = (select app.tenant_id()) and sender = 'tenant')
  with check (tenant_id = (select app.tenant_id()) and sender = 'tenant');
revoke select, update on public.sequence_enrolments from authenticated;
grant select (tenant_id, id, sender, sequence_id, lead_id, user_id, address_hash, occasion, passed, moved_at, due_at, version_id,
  sent_count, state, stop_reason, enrolled_at, ended_at, converted_at, sandbox) on public.sequence_enrolments to authenticated;
grant update (state, stop_reason, due_at, ended_at) on public.sequence_enrolments to authenticated;

-- Who wants no more of it, by sender: holds for later sequences, too. No tenant: from the operator.
create table public.sequence_unsubscribes (
  id uuid primary key default app.uuid_v7(),
  tenant_id uuid references public.tenants (id) on delete cascade,
  address_hash text not null,
  source text not null check (source in ('page', 'one_click')),
  created_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, address_hash)
);
select app.isolate('public.sequence_unsubscribes', members => 'select', gate => 'select insert');

create index outbox_mails_failed on public.outbox_mails (tenant_id) where status = 'failed';
create index outbox_mails_follow_ups on public.outbox_mails (tenant_id, created_at desc) where template = 'follow_up';

-- A digest of an address for one sender. Digests of different senders can't be put side by side.
create function app.address_digest(p_tenant uuid, p_email text) returns text
language sql stable parallel safe set search_path = '' as $$
  select encode(sha256(convert_to(coalesce(p_tenant::text, 'operator') || ' ' || lower(btrim(p_email)), 'UTF8')), 'hex')
$$;
grant execute on function app.address_digest(uuid, text) to anon, authenticated, service_role, staff, foyer_gate;

-- Owners of the tenant in the claims whose address is proved: nobody else is written to unasked.
create function app.confirmed_owners() returns table (user_id uuid, email text, display_name text)
language sql stable security definer set search_path = '' as $$
  select u.id, u.email, coalesce(u.raw_user_meta_data ->> 'display_name', '')
  from public.memberships m join public.users u on u.id = m.user_id
  where m.tenant_id = app.tenant_id() and m.role = 'owner' and u.email_confirmed_at is not null and u.deleted_at is null
  order by m.created_at, m.id
$$;
select app.guard_function('app.confirmed_owners()', 'service_role');

-- Whose mails the link of a mail ends, and whether they have ended.
create function app.mail_subscription(p_token text)
returns table (tenant_id uuid, tenant_name text, sender text, unsubscribed boolean)
language sql stable security definer set search_path = '' as $$
  select t.id, t.name, e.sender, exists (
    select from public.sequence_unsubscribes u
    where u.address_hash = e.address_hash and u.tenant_id is not distinct from case when e.sender = 'tenant' then e.tenant_id end)
  from public.sequence_enrolments e join public.tenants t on t.id = e.tenant_id
  where e.token = p_token
$$;
select app.guard_function('app.mail_subscription(text)', 'foyer_web');

-- Ends the sender's mails to the address behind the link of a mail, those of later sequences as well. False: no such link.
create function app.unsubscribe(p_token text, p_source text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  it record;
begin
  select e.tenant_id, e.sender, e.address_hash into it from public.sequence_enrolments e where e.token = p_token;
  if not found then
    return false;
  end if;
  insert into public.sequence_unsubscribes (tenant_id, address_hash, source)
  values (case when it.sender = 'tenant' then it.tenant_id end, it.address_hash, p_source)
  on conflict (tenant_id, address_hash) do nothing;
  update public.sequence_enrolments e
  set state = 'stopped', stop_reason = 'unsubscribed', ended_at = now(), due_at = null
  where e.address_hash = it.address_hash and e.sender = it.sender and e.state = 'active'
    and (it.sender = 'operator' or e.tenant_id = it.tenant_id);
  return true;
end $$;
select app.guard_function('app.unsubscribe(text, text)', 'foyer_web');
create index sequence_enrolments_address on public.sequence_enrolments (address_hash) where state = 'active';

-- Puts a mail to the member of staff in the claims, and nobody else, into the outbox.
create function app.queue_staff_mail(p_template text, p_data jsonb, p_key text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  mail uuid;
  address text;
begin
  select u.email into address from public.users u where u.id = app.user_id() and u.raw_app_meta_data ->> 'staff_role' is not null;
  if address is null then
    raise exception 'only staff writes to itself' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox_mails (tenant_id, recipient, template, data, dedupe_key)
  values (null, address, p_template, p_data, p_key)
  on conflict (tenant_id, dedupe_key) do nothing returning id into mail;
  if mail is not null then
    perform app.enqueue_job('mail.send', jsonb_build_object('mailId', mail), '{}');
  end if;
end $$;
select app.guard_function('app.queue_staff_mail(text, jsonb, text)', 'staff');
