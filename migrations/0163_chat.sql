-- Conversations of people with the program: what each person asked and what was answered. Each belongs to one person of one company.

create table chat_conversations (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  -- The first question, shortened.
  title text not null constraint chat_conversations_title check (length(title) between 1 and 120),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  -- Deleted by its person; removed for good 30 days later.
  deleted_at timestamptz,
  constraint chat_conversations_pkey primary key (company_id, id)
);
create index chat_conversations_listed on chat_conversations (company_id, user_id, changed_at, id) where deleted_at is null;
create index chat_conversations_person on chat_conversations (user_id);
create index chat_conversations_deleted on chat_conversations (deleted_at) where deleted_at is not null;

create table chat_messages (
  company_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  place integer not null,
  -- True: the person's; false: the answer to the one before.
  of_person boolean not null,
  text text not null constraint chat_messages_text check (length(text) <= 20000),
  state text not null default 'done'
    constraint chat_messages_state check (state in ('writing', 'done', 'stopped', 'cut', 'failed', 'limit', 'paused')),
  -- Why it is not done.
  problem text not null default '',
  -- The page on which it was asked.
  page text not null default '' constraint chat_messages_page check (length(page) <= 300),
  -- What was done, proposed or offered, and the help that was used (features/chat/model.rs).
  acts jsonb not null default '[]',
  sources jsonb not null default '[]',
  -- Which model answered; empty: none.
  model text not null default '',
  -- Of a request that may be repeated: its key, and what it asked for.
  request_key text constraint chat_messages_key check (length(request_key) <= 255),
  request_sha256 bytea,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint chat_messages_pkey primary key (company_id, id),
  constraint chat_messages_once unique (company_id, conversation_id, place),
  constraint chat_messages_request unique (company_id, user_id, request_key),
  foreign key (company_id, conversation_id) references chat_conversations (company_id, id) on delete cascade
);
create index chat_messages_person on chat_messages (user_id);
