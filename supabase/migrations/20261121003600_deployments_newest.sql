-- The operator's board of deployments, newest first.
create index deployments_newest on public.deployments (created_at desc, id desc);
