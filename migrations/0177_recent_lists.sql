-- What an account's network said last of its newest posts, a row for each page of the list. It is read only when a person opens
-- it, and kept for a moment, because some networks take money for each post that is read.
create table recent_lists (
  company_id uuid not null,
  -- Where in the list: as the network names the place; empty for its beginning.
  place text not null,
  -- The connection's.
  id uuid not null,
  posts jsonb not null,
  -- The place at which older ones begin.
  older text,
  read_at timestamptz not null default now(),
  constraint recent_lists_pkey primary key (company_id, place, id),
  constraint recent_lists_connection foreign key (company_id, id)
    references connections (company_id, id) on delete cascade
);
create index recent_lists_old on recent_lists (read_at);
