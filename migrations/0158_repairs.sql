-- What an error is about, so that the same fault of two accounts is two rows; and what was done about it.
alter table error_log
  -- An address ("GET /posts/#"), or what a standing fault is about ("account:…", "schedule:…").
  add column subject text,
  -- How often that address has answered since it failed the last time, on all nodes.
  add column answers integer not null default 0 constraint error_log_answers check (answers >= 0),
  -- When the program looked at it last, and when something was done about it.
  add column looked_at timestamptz,
  add column acted_at timestamptz;
create index error_log_subject on error_log (subject) where not is_resolved and subject is not null;
create index error_log_critical on error_log (company_id) where not is_resolved and severity = 'critical';
create index error_log_strangers on error_log (last_seen_at) where company_id is null and error_type = 'browser';

-- Receipts: before, what was done, after, and who did it. Who may see the error may see them.
create table repairs (
  id uuid primary key,
  error_id uuid not null references error_log (id) on delete cascade,
  playbook text not null,
  at timestamptz not null default now(),
  -- Null: the program.
  by_user uuid references users (id) on delete set null,
  before text not null,
  done text not null,
  after text not null,
  -- What was broken was proved to work right after.
  mended boolean not null,
  -- What the way back needs to know; null: there is none.
  undo jsonb,
  undone_at timestamptz,
  undone_by uuid references users (id) on delete set null
);
create index repairs_error on repairs (error_id, at);
create index repairs_by_user on repairs (by_user) where by_user is not null;
create index repairs_undone_by on repairs (undone_by) where undone_by is not null;
