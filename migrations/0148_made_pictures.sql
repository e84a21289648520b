-- Pictures that a model made: the mark on the file, and the requests to have some made.

alter table assets
  -- Which model made it, and from which words; null: no model did.
  add column ai_model text constraint assets_ai_model check (length(ai_model) between 1 and 120),
  add column ai_prompt text constraint assets_ai_prompt check (length(ai_prompt) <= 4000),
  add constraint assets_ai check ((ai_model is null) = (ai_prompt is null));

-- One request: so many pictures from one description.
create table media_makings (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  prompt text not null constraint media_makings_prompt check (length(prompt) between 1 and 4000),
  shape text not null constraint media_makings_shape check (length(shape) <= 20),
  wanted integer not null constraint media_makings_wanted check (wanted between 1 and 4),
  -- How many were asked for so far. Counted before each question: where one has no answer after a crash, it may have been paid for, and
  -- is not asked again.
  asked integer not null default 0 constraint media_makings_asked check (asked between 0 and wanted),
  -- The files that came of it; they may be gone by now.
  made uuid[] not null default '{}',
  -- making: its job is at work. ended: all are there, or it ended early for the reason in why.
  state text not null default 'making' constraint media_makings_state check (state in ('making', 'ended', 'cancelled')),
  why text not null default '' constraint media_makings_why check (length(why) <= 500),
  asked_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (company_id, id)
);
create index media_makings_recent on media_makings (company_id, created_at, id);
create index media_makings_under_way on media_makings (company_id) where state = 'making';
create index media_makings_old on media_makings (created_at);
create index media_makings_asked_by on media_makings (asked_by) where asked_by is not null;
