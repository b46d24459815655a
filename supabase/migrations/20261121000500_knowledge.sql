-- What an agent knows: sources, the documents read from them, their chunks, and the ranked index of terms.

create table public.knowledge_bases (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  name text not null default 'Knowledge',
  version bigint not null default 0,
  chunk_count integer not null default 0,
  indexed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
select app.isolate('public.knowledge_bases', visitors => 'select', gate => 'insert');

create table public.knowledge_sources (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  base_id uuid not null,
  kind text not null check (kind in ('website', 'file', 'qa')),
  name text not null check (length(name) between 1 and 300),
  url text,
  max_pages integer not null default 500 check (max_pages between 1 and 5000),
  max_depth integer not null default 8 check (max_depth between 0 and 20),
  status text not null default 'pending' check (status in ('pending', 'reading', 'ready', 'failed', 'removing')),
  found_count integer not null default 0,
  done_count integer not null default 0,
  failed_count integer not null default 0,
  current_item text,
  error text,
  sync_every_hours integer check (sync_every_hours between 1 and 8760),
  next_sync_at timestamptz,
  last_synced_at timestamptz,
  -- The reading that owns the source at this moment: an older one that comes back to life finds itself replaced.
  sync_run uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, base_id) references public.knowledge_bases (tenant_id, id) on delete cascade
);
create index knowledge_sources_list on public.knowledge_sources (tenant_id, created_at desc);
create index knowledge_sources_due on public.knowledge_sources (next_sync_at) where next_sync_at is not null;
create unique index knowledge_sources_url on public.knowledge_sources (tenant_id, base_id, url) where kind = 'website';
create trigger touch before update on public.knowledge_sources for each row execute function app.touch();
select app.isolate('public.knowledge_sources');

create table public.knowledge_files (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  source_id uuid not null,
  filename text not null check (length(filename) between 1 and 255),
  media_type text not null,
  byte_size integer not null check (byte_size >= 0),
  content bytea not null,
  content_hash text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, source_id),
  foreign key (tenant_id, source_id) references public.knowledge_sources (tenant_id, id) on delete cascade
);
select app.isolate('public.knowledge_files');

create table public.knowledge_documents (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  base_id uuid not null,
  source_id uuid not null,
  url text not null,
  title text not null,
  language text,
  content_hash text not null,
  etag text,
  last_modified text,
  -- Where a page leads, so that an unchanged one needn't be transferred to go on from it.
  links text[] not null default '{}',
  fetched_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, source_id, url),
  foreign key (tenant_id, source_id) references public.knowledge_sources (tenant_id, id) on delete cascade,
  foreign key (tenant_id, base_id) references public.knowledge_bases (tenant_id, id) on delete cascade
);
create index knowledge_documents_list on public.knowledge_documents (tenant_id, source_id, title, id);
select app.isolate('public.knowledge_documents', visitors => 'select');

create table public.knowledge_chunks (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  base_id uuid not null,
  document_id uuid not null,
  position integer not null,
  headings text[] not null default '{}',
  anchor text,
  content text not null,
  content_hash text not null,
  -- [{start, end, terms}]: UTF-16 offsets into content, and the sentence's stemmed words.
  sentences jsonb not null default '[]',
  -- Lines of the content that repeat over the site and are indexed elsewhere: quoted and searched there alone.
  dropped_lines smallint[] not null default '{}',
  -- Weights: A the heading above, B the title, C the outer headings, D the content.
  search tsvector not null,
  word_count integer not null,
  created_at timestamptz not null default now(),
  -- With the document: a search ranks by it before it reads any passage.
  primary key (tenant_id, id) include (document_id),
  unique (tenant_id, document_id, position),
  foreign key (tenant_id, document_id) references public.knowledge_documents (tenant_id, id) on delete cascade,
  foreign key (tenant_id, base_id) references public.knowledge_bases (tenant_id, id) on delete cascade
);
create index knowledge_chunks_base on public.knowledge_chunks (tenant_id, base_id, content_hash);
select app.isolate('public.knowledge_chunks', visitors => 'select');

-- The ranked index: per term the chunks that hold it with their BM25 impact under the base's own statistics.
-- Rebuilt as a whole for a base, so a query only sums.
create table public.knowledge_terms (
  tenant_id uuid not null,
  base_id uuid not null,
  -- Bytewise order: spelling is looked up among the terms of one first letter, whatever the database's collation.
  term text collate "C" not null,
  idf real not null,
  chunk_ids uuid[] not null,
  impacts real[] not null,
  primary key (tenant_id, base_id, term),
  foreign key (tenant_id, base_id) references public.knowledge_bases (tenant_id, id) on delete cascade
);
select app.isolate('public.knowledge_terms', visitors => 'select');

-- The text search configuration for a language tag; plain words where Postgres has no stemmer for it.
create function app.search_config(language text) returns regconfig language sql immutable parallel safe set search_path = '' as $$
  select case lower(split_part(coalesce(language, ''), '-', 1))
    when 'ar' then 'pg_catalog.arabic' when 'da' then 'pg_catalog.danish' when 'nl' then 'pg_catalog.dutch'
    when 'en' then 'pg_catalog.english' when 'fi' then 'pg_catalog.finnish' when 'fr' then 'pg_catalog.french'
    when 'de' then 'pg_catalog.german' when 'el' then 'pg_catalog.greek' when 'hu' then 'pg_catalog.hungarian'
    when 'id' then 'pg_catalog.indonesian' when 'ga' then 'pg_catalog.irish' when 'it' then 'pg_catalog.italian'
    when 'lt' then 'pg_catalog.lithuanian' when 'no' then 'pg_catalog.norwegian' when 'nb' then 'pg_catalog.norwegian'
    when 'pt' then 'pg_catalog.portuguese' when 'ro' then 'pg_catalog.romanian' when 'ru' then 'pg_catalog.russian'
    when 'es' then 'pg_catalog.spanish' when 'sv' then 'pg_catalog.swedish' when 'tr' then 'pg_catalog.turkish'
    else 'pg_catalog.simple'
  end::regconfig
$$;
grant execute on function app.search_config(text) to anon, authenticated, service_role, staff;

-- Text as it is cut into words. The parser takes "tea/coffee" for a file and the 17 of "9-17" for a negative number.
create function app.searchable(content text) returns text language sql immutable parallel safe set search_path = '' as $$
  select regexp_replace(translate(content, '/\_|–—', '      '), '(?<=[[:digit:]])-(?=[[:digit:]])', ' ', 'g')
$$;
grant execute on function app.searchable(text) to anon, authenticated, service_role, staff;
