-- What the operator's figures are counted from beyond the tables that staff may read.

create index feature_usage_days on public.feature_usage (tenant_id, day);

-- How many jobs of each queue wait, run, wait for another try or are dead, and how long the oldest has been due.
create function app.job_backlog()
returns table (queue text, waiting bigint, active bigint, retrying bigint, oldest_seconds double precision)
language sql stable security definer set search_path = '' as $$
  select j.name, count(*) filter (where j.state = 'created'), count(*) filter (where j.state = 'active'),
    count(*) filter (where j.state = 'retry'),
    extract(epoch from pgboss.job_now() - min(j.start_after) filter (where j.state in ('created', 'retry') and j.start_after <= pgboss.job_now()))::double precision
  from pgboss.job j where j.state in ('created', 'active', 'retry')
  group by j.name order by j.name
$$;
select app.guard_function('app.job_backlog()', 'staff');
