-- The gate's tenants: names that are unique across all of them, and changes of status that members can't write themselves.

create function app.slug_available(p_slug text) returns boolean
language sql stable security definer set search_path = '' as $$
  select not exists (select from public.tenants t where t.slug = p_slug and t.id is distinct from app.tenant_id())
$$;
select app.guard_function('app.slug_available(text)', 'authenticated');

-- Takes a subdomain for the tenant in the claims, replacing an earlier choice. False: somebody has it.
-- Only before going live: a live address moves through provisioning.
create function app.claim_slug(p_slug text, p_host text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if lower(p_host) not like p_slug || '.%' then
    return false;
  end if;
  update public.tenants set slug = p_slug where id = app.tenant_id() and (status = 'pending' or slug = p_slug);
  if not found then
    return false;
  end if;
  delete from public.domains where tenant_id = app.tenant_id() and kind = 'subdomain' and host <> lower(p_host);
  insert into public.domains (tenant_id, host, kind) values (app.tenant_id(), lower(p_host), 'subdomain')
  on conflict (host) do update set host = excluded.host where domains.tenant_id = excluded.tenant_id;
  if not found then
    -- Undoes the change of the slug as well.
    raise unique_violation;
  end if;
  return true;
exception when unique_violation then
  return false;
end $$;
select app.guard_function('app.claim_slug(text, text)', 'authenticated');

-- Starts the free trial of the tenant in the claims: once. False: it isn't pending any more or has no address yet.
create function app.start_trial(p_days integer) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.tenants set status = 'trialing', trial_ends_at = now() + make_interval(days => p_days),
    onboarding_step = 'knowledge'
  where id = app.tenant_id() and status = 'pending' and slug is not null;
  return found;
end $$;
select app.guard_function('app.start_trial(integer)', 'authenticated');
