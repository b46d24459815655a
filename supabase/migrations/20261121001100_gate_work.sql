-- The gate's writing side for jobs, mails and inbound webhooks: each one statement of the caller's transaction.

-- Inserts a job as pg-boss's own send would, inside the caller's transaction, so that job and change commit together.
-- p_options: singletonKey, startAfter (seconds), priority. Returns null where an equal job is already waiting.
create function app.enqueue_job(p_queue text, p_data jsonb, p_options jsonb default '{}') returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  q pgboss.queue;
  starts timestamptz := pgboss.job_now() + make_interval(secs => coalesce((p_options ->> 'startAfter')::double precision, 0));
  created uuid;
begin
  if app.tenant_id() is not null and p_data ->> 'tenantId' <> app.tenant_id()::text then
    raise exception 'a tenant enqueues work for itself only' using errcode = 'insufficient_privilege';
  end if;
  select * into q from pgboss.queue where name = p_queue;
  if not found then
    raise exception 'There is no queue %', p_queue using errcode = 'undefined_object';
  end if;
  insert into pgboss.job (
    id, name, data, priority, start_after, created_on, singleton_key, expire_seconds, deletion_seconds, keep_until,
    retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds)
  values (
    gen_random_uuid(), p_queue, p_data, coalesce((p_options ->> 'priority')::integer, 0), starts, pgboss.job_now(),
    p_options ->> 'singletonKey', q.expire_seconds, q.deletion_seconds, starts + q.retention_seconds * interval '1s',
    q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max, q.policy, q.dead_letter, q.heartbeat_seconds)
  on conflict do nothing
  returning id into created;
  if q.notify and created is not null and starts <= pgboss.job_now() and not coalesce((p_options ->> 'quiet')::boolean, false) then
    -- The channel that pg-boss listens on for the schema `pgboss`.
    perform pg_notify('pgboss_' || left(encode(sha224('pgboss'::bytea), 'hex'), 24), p_queue);
  end if;
  return created;
end $$;
select app.guard_function('app.enqueue_job(text, jsonb, jsonb)', 'authenticated anon service_role staff foyer_gate');

-- Puts a mail into the outbox once per dedupe key and wakes the sender.
create function app.queue_mail(p_recipient text, p_template text, p_data jsonb, p_key text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  mail uuid;
begin
  insert into public.outbox_mails (tenant_id, recipient, template, data, dedupe_key)
  values (app.tenant_id(), p_recipient, p_template, p_data, p_key)
  on conflict (tenant_id, dedupe_key) do nothing returning id into mail;
  if mail is not null then
    perform app.enqueue_job('mail.send', jsonb_build_object('mailId', mail), '{}');
  end if;
end $$;
select app.guard_function('app.queue_mail(text, text, jsonb, text)', 'authenticated service_role foyer_gate');

-- Stores a verified delivery once and enqueues its processing. False: it was there already.
-- Quietly: transactions that notify commit one after another, a provider's burst would queue up. Call wake_webhooks next.
create function app.receive_webhook(p_provider text, p_event_id text, p_payload jsonb) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  received uuid;
begin
  insert into public.webhook_inbox (provider, event_id, payload) values (p_provider, p_event_id, p_payload)
  on conflict (provider, event_id) do nothing returning id into received;
  if received is null then
    return false;
  end if;
  perform app.enqueue_job('webhook.process', jsonb_build_object('inboxId', received), '{"quiet": true}');
  return true;
end $$;
select app.guard_function('app.receive_webhook(text, text, jsonb)', 'foyer_functions foyer_web');

-- Wakes the workers for deliveries that were stored quietly. Should it never be called, they look by themselves in seconds.
create function app.wake_webhooks() returns void language sql volatile security definer set search_path = '' as $$
  select pg_notify('pgboss_' || left(encode(sha224('pgboss'::bytea), 'hex'), 24), 'webhook.process')
$$;
select app.guard_function('app.wake_webhooks()', 'foyer_functions foyer_web');
