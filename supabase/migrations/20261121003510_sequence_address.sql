-- The postal address under a tenant's mails to its leads: laws on such mails ask for one. Null: not given yet, and the
-- sequence can't be switched on.
alter table public.tenant_sequences
  add column postal_address text check (length(postal_address) between 1 and 200);
