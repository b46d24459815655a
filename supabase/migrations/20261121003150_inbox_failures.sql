-- When a delivery was last tried in vain: `error` says what went wrong, until it works.
alter table public.webhook_inbox add column failed_at timestamptz;
