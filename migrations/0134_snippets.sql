-- Words that a company keeps to use again: templates, texts, signatures, hashtag groups, saved replies. A company has a few
-- thousand at most (`features::snippets::model::MOST`).
create table snippets (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  kind text not null constraint snippets_kind check (kind in ('template', 'text', 'signature', 'hashtags', 'reply')),
  name text not null constraint snippets_name check (length(name) between 1 and 100),
  -- A folder is a name: it is there while something is in it. Empty: in none.
  folder text not null default '' constraint snippets_folder check (length(folder) <= 60),
  -- With commas between them.
  tags text not null default '',
  text text not null constraint snippets_text check (length(text) between 1 and 10000),
  -- What is searched.
  words text not null generated always as (name || ' ' || folder || ' ' || tags || ' ' || text) stored,
  -- Grows with each change: of two people who change it at once, the later one is told.
  version integer not null default 1,
  changed_by uuid references users (id) on delete set null,
  changed_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint snippets_pkey primary key (company_id, id)
);
create index snippets_listed on snippets (company_id, changed_at, id) where deleted_at is null;
create index snippets_folders on snippets (company_id, folder) where deleted_at is null and folder <> '';
create index snippets_search on snippets using gin (search_keys(company_id, words))
  with (gin_pending_list_limit = 256) where deleted_at is null;
create index snippets_deleted on snippets (deleted_at) where deleted_at is not null;
