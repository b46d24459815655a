-- A further tenant for somebody who is signed in; with an attempt, the same one however often it is asked for.
create policy gate_select on public.idempotency_keys for select to foyer_gate using (true);
create policy gate_insert on public.idempotency_keys for insert to foyer_gate with check (true);
grant select, insert on public.idempotency_keys to foyer_gate;

create or replace function app.create_tenant(p_company jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  tenant uuid;
  attempt text := p_company ->> 'attempt';
begin
  if app.user_id() is null or not exists (select from public.users where id = app.user_id()) then
    raise exception 'sign in first' using errcode = 'insufficient_privilege';
  end if;
  if attempt is not null then
    perform pg_advisory_xact_lock(hashtextextended('found:' || app.user_id() || ':' || attempt, 0));
    -- Only among the tenants that the person belongs to: an attempt says nothing of anybody else's.
    select k.tenant_id into tenant
    from public.memberships m
    join public.idempotency_keys k on k.tenant_id = m.tenant_id and k.scope = 'tenant.create' and k.key = attempt
    join public.tenants t on t.id = m.tenant_id and t.status <> 'deleted'
    where m.user_id = app.user_id()
    limit 1;
  end if;
  if tenant is null then
    tenant := app.create_tenant_for(app.user_id(), p_company - 'attempt');
    if attempt is not null then
      insert into public.idempotency_keys (tenant_id, scope, key, request_hash)
      values (tenant, 'tenant.create', attempt, attempt);
    end if;
  end if;
  perform app.switch_tenant(tenant);
  return tenant;
end $$;
