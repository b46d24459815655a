-- News of a membership that went or changed: the live pages of that person look at once whether they may go on.
create function app.tell_membership() returns trigger language plpgsql set search_path = '' as $$
begin
  perform pg_catalog.pg_notify('foyer_changes',
    json_build_object('tenant_id', old.tenant_id, 'topic', 'members', 'id', old.user_id)::text);
  return null;
end $$;
create trigger tell_membership after delete or update of role on public.memberships
  for each row execute function app.tell_membership();
