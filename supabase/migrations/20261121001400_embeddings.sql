-- Vectors of chunks, where the server has pgvector and lets us use it. Everywhere else the table isn't there, and
-- search goes by words alone. Exact search inside one tenant: its few thousand rows need no approximate index.
do $$
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'vector') then
    if not exists (select from pg_catalog.pg_available_extensions where name = 'vector') then
      return;
    end if;
    begin
      create extension vector with schema extensions;
    exception when insufficient_privilege then
      raise notice 'pgvector is there, but only a superuser may create it: search goes by words alone';
      return;
    end;
  end if;
  perform set_config('search_path', 'public, extensions', true);
  create table public.knowledge_embeddings (
    tenant_id uuid not null,
    id uuid not null default app.uuid_v7(),
    chunk_id uuid not null,
    -- Name and dimensions of the model: vectors of different ones are never compared.
    model text not null,
    embedding vector not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, chunk_id, model),
    foreign key (tenant_id, chunk_id) references public.knowledge_chunks (tenant_id, id) on delete cascade
  );
  perform app.isolate('public.knowledge_embeddings', visitors => 'select');
end $$;
