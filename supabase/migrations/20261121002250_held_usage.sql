-- Documents, storage and seats are held, not used up: rows that come and go are what is counted.

-- What is held is counted where it is stored, whichever door it came through.
create function app.count_documents() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  moved record;
begin
  for moved in select r.tenant_id, count(*) as n from changed r join public.tenants t on t.id = r.tenant_id group by 1 loop
    perform app.count_usage(moved.tenant_id, 'documents', case tg_op when 'INSERT' then moved.n else -moved.n end,
      'rows:' || app.uuid_v7(), false, false);
  end loop;
  return null;
end $$;
select app.guard_function('app.count_documents()', 'foyer_gate');
create trigger count_added after insert on public.knowledge_documents referencing new table as changed
  for each statement execute function app.count_documents();
create trigger count_removed after delete on public.knowledge_documents referencing old table as changed
  for each statement execute function app.count_documents();

create function app.count_storage() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  moved record;
begin
  for moved in select r.tenant_id, sum(r.byte_size)::bigint as n from changed r join public.tenants t on t.id = r.tenant_id group by 1 loop
    if moved.n > 0 then
      perform app.count_usage(moved.tenant_id, 'storage_bytes', case tg_op when 'INSERT' then moved.n else -moved.n end,
        'rows:' || app.uuid_v7(), false, false);
    end if;
  end loop;
  return null;
end $$;
select app.guard_function('app.count_storage()', 'foyer_gate');
create trigger count_added after insert on public.knowledge_files referencing new table as changed
  for each statement execute function app.count_storage();
create trigger count_removed after delete on public.knowledge_files referencing old table as changed
  for each statement execute function app.count_storage();

-- A seat more than the plan has is refused here, whoever tries to take it.
create function app.count_seat() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  counted record;
begin
  if tg_op = 'DELETE' then
    if exists (select from public.tenants t where t.id = old.tenant_id) then
      perform app.count_usage(old.tenant_id, 'seats', -1, 'left:' || old.id, false, false);
    end if;
    return null;
  end if;
  select * into counted from app.count_usage(new.tenant_id, 'seats', 1, 'joined:' || new.id, true, false);
  if counted.verdict = 'limit' then
    raise exception 'no seat is free' using errcode = 'check_violation', constraint = 'memberships_seats';
  end if;
  return null;
end $$;
select app.guard_function('app.count_seat()', 'foyer_gate');
create trigger count_seat after insert or delete on public.memberships for each row execute function app.count_seat();

-- What was there before anybody counted.
alter table public.knowledge_documents no force row level security;
alter table public.knowledge_files no force row level security;
alter table public.memberships no force row level security;
alter table public.usage_events no force row level security;
alter table public.usage_counters no force row level security;
insert into public.usage_events (tenant_id, metric, quantity, key, period_start, occurred_at)
select tenant_id, 'documents', count(*), 'opening', 'epoch'::timestamptz, now() from public.knowledge_documents group by 1
union all select tenant_id, 'storage_bytes', sum(byte_size), 'opening', 'epoch'::timestamptz, now() from public.knowledge_files group by 1 having sum(byte_size) > 0
union all select tenant_id, 'seats', count(*), 'opening', 'epoch'::timestamptz, now() from public.memberships group by 1;
insert into public.usage_counters (tenant_id, metric, period_start, used)
select tenant_id, metric, period_start, sum(quantity) from public.usage_events group by 1, 2, 3;
alter table public.knowledge_documents force row level security;
alter table public.knowledge_files force row level security;
alter table public.memberships force row level security;
alter table public.usage_events force row level security;
alter table public.usage_counters force row level security;
