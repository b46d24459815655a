-- Test data as a whole: how much there is, and taking it away. The one way by which rows leave the usage ledger, and
-- the policies let no other than those of the sandbox go.

do $$
declare
  tbl text;
begin
  foreach tbl in array array['conversations', 'messages', 'leads'] loop
    execute format('grant select, delete on public.%I to foyer_gate', tbl);
    execute format('create policy gate_select on public.%I for select to foyer_gate using (sandbox)', tbl);
    execute format('create policy gate_delete on public.%I for delete to foyer_gate using (sandbox)', tbl);
  end loop;
  foreach tbl in array array['usage_events', 'usage_counters'] loop
    execute format('grant delete on public.%I to foyer_gate', tbl);
    execute format('create policy gate_delete on public.%I for delete to foyer_gate using (sandbox)', tbl);
  end loop;
end $$;
grant delete on public.outbox_mails to foyer_gate;
create policy gate_delete on public.outbox_mails for delete to foyer_gate using (status = 'held');

-- How much test data the tenant in the claims has, in whichever mode it is asked.
create function app.test_data()
returns table (conversations bigint, messages bigint, leads bigint, held_mails bigint, usage_events bigint)
language sql stable security definer set search_path = '' as $$
  select (select count(*) from public.conversations c where c.tenant_id = app.tenant_id() and c.sandbox),
    (select count(*) from public.messages m where m.tenant_id = app.tenant_id() and m.sandbox),
    (select count(*) from public.leads l where l.tenant_id = app.tenant_id() and l.sandbox),
    (select count(*) from public.outbox_mails o where o.tenant_id = app.tenant_id() and o.status = 'held'),
    (select count(*) from public.usage_events e where e.tenant_id = app.tenant_id() and e.sandbox)
$$;
select app.guard_function('app.test_data()', 'authenticated');

-- Deletes the test data of the tenant in the claims; what there was. Owners and admins only.
create function app.wipe_sandbox()
returns table (conversations bigint, messages bigint, leads bigint, held_mails bigint, usage_events bigint)
language plpgsql volatile security definer set search_path = '' as $$
begin
  if coalesce(app.claims() #>> '{app_metadata,tenant_role}', '') not in ('owner', 'admin') then
    raise exception 'only owners and admins wipe the sandbox' using errcode = 'insufficient_privilege';
  end if;
  return query select * from app.test_data();
  delete from public.conversations c where c.tenant_id = app.tenant_id() and c.sandbox;
  delete from public.outbox_mails o where o.tenant_id = app.tenant_id() and o.status = 'held';
  -- The counters first: who is counting meanwhile is waited for, and their event goes too.
  delete from public.usage_counters u where u.tenant_id = app.tenant_id() and u.sandbox;
  delete from public.usage_events e where e.tenant_id = app.tenant_id() and e.sandbox;
end $$;
select app.guard_function('app.wipe_sandbox()', 'authenticated');
