-- Talks between a tenant's visitors and its agent, and what comes of them.

create table public.conversations (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  id uuid not null default app.uuid_v7(),
  channel text not null default 'web' check (channel in ('web', 'api')),
  visitor_session text not null check (length(visitor_session) between 8 and 128),
  state text not null default 'bot' check (state in ('bot', 'waiting', 'human', 'resolved')),
  language text,
  origin text,
  subject text,
  message_count integer not null default 0,
  unanswered_count integer not null default 0,
  created_at timestamptz not null default now(),
  last_message_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, channel, visitor_session),
  unique (tenant_id, id, visitor_session)
);
create index conversations_recent on public.conversations (tenant_id, last_message_at desc, id desc);
create index conversations_state on public.conversations (tenant_id, state, last_message_at desc);
select app.isolate('public.conversations', visitors => 'select insert update',
  visitors_also => 'visitor_session = (select app.visitor_session())');

create table public.messages (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  conversation_id uuid not null,
  visitor_session text not null,
  role text not null check (role in ('visitor', 'agent', 'member')),
  body text not null check (length(body) <= 16000),
  -- A visitor's message carries the client's id and, once answered, the answer's.
  client_message_id uuid,
  reply_to uuid,
  intent text,
  confidence real,
  answered boolean,
  handoff boolean not null default false,
  citations jsonb not null default '[]',
  suggestions text[] not null default '{}',
  model text,
  -- Of the agent: milliseconds from the visitor's message to this answer.
  response_ms real,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  unique (tenant_id, conversation_id, client_message_id),
  unique (tenant_id, reply_to),
  -- With the session, so that one visitor can't write into another's conversation.
  foreign key (tenant_id, conversation_id, visitor_session)
    references public.conversations (tenant_id, id, visitor_session) on delete cascade
);
create index messages_thread on public.messages (tenant_id, conversation_id, created_at, id);
create index messages_recent on public.messages (tenant_id, created_at desc);
create index messages_search on public.messages using gin (tenant_id extensions.uuid_ops, body extensions.gin_trgm_ops);
select app.isolate('public.messages', visitors => 'select insert',
  visitors_also => 'visitor_session = (select app.visitor_session())');

create table public.leads (
  tenant_id uuid not null,
  id uuid not null default app.uuid_v7(),
  conversation_id uuid not null,
  visitor_session text not null,
  name text,
  email text,
  phone text,
  note text,
  stage text not null default 'new' check (stage in ('new', 'contacted', 'qualified', 'won', 'lost')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, conversation_id),
  -- With the session, so that one visitor can't write into another's conversation.
  foreign key (tenant_id, conversation_id, visitor_session)
    references public.conversations (tenant_id, id, visitor_session) on delete cascade,
  check (email is not null or phone is not null)
);
create index leads_recent on public.leads (tenant_id, created_at desc);
create trigger touch before update on public.leads for each row execute function app.touch();
select app.isolate('public.leads', visitors => 'select insert update',
  visitors_also => 'visitor_session = (select app.visitor_session())');
