-- What Stripe's meters are told. The id is the event's identifier: Stripe forgets it after a day, we don't.
create table public.meter_deliveries (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  metric text not null,
  period_start timestamptz not null,
  value bigint not null check (value > 0),
  -- When it was used, as the meter is told: within the period.
  occurred_at timestamptz not null,
  status text not null default 'queued' check (status in ('queued', 'sent', 'failed')),
  error text,
  created_at timestamptz not null default now(),
  -- When it was first sent, however that ended.
  attempted_at timestamptz,
  sent_at timestamptz,
  primary key (tenant_id, id)
);
create index meter_deliveries_period on public.meter_deliveries (tenant_id, metric, period_start);
create index meter_deliveries_open on public.meter_deliveries (tenant_id) where status = 'queued';
select app.isolate('public.meter_deliveries', members => 'select');
