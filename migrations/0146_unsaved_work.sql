-- What stands in somebody's composer and is not saved as a post yet: kept every few seconds, offered when the composer is opened
-- again. One row for each opening of the composer, so that two tabs do not overwrite each other.
create table unsaved_work (
  company_id uuid not null references companies (id) on delete cascade,
  -- Of this opening of the composer; the id that a new post gets with its first save.
  id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  -- Null: a post that was never saved.
  post_id uuid,
  -- What a save would have sent (`domain::post::SavePost`), and the time as it stood in its field.
  work jsonb not null constraint unsaved_work_size check (length(work::text) <= 400000),
  typed_time text not null constraint unsaved_work_time check (length(typed_time) <= 40),
  kept_at timestamptz not null default now(),
  constraint unsaved_work_pkey primary key (company_id, id)
);
create index unsaved_work_of on unsaved_work (company_id, user_id, kept_at);
create index unsaved_work_old on unsaved_work (kept_at);
create index unsaved_work_by on unsaved_work (user_id);
