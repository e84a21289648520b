-- What agents hand to each other: found by a computed finding of one, taken up by the next run of another. People add and drop some, too.

create table agent_tasks (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  -- What is asked: a hand-over of the catalogue (features/agents/hand_overs.rs).
  kind text not null constraint agent_tasks_kind check (length(kind) between 1 and 40),
  from_agent text not null default '',
  -- Who added it, where no agent did; the name stays when the person leaves.
  by_user uuid references users (id) on delete set null,
  to_agent text not null,
  to_job text not null,
  -- For people: one sentence, and where its data stands (an address of this program, or nothing).
  what text not null constraint agent_tasks_what check (length(what) between 1 and 400),
  reference text not null default '' constraint agent_tasks_reference check (length(reference) <= 300),
  -- For the program: the hour, day, post or files that it is about.
  subject text not null default '' constraint agent_tasks_subject check (length(subject) <= 400),
  -- A finding is handed on once in its period; null for what people add.
  key text constraint agent_tasks_key check (length(key) <= 200),
  state text not null default 'waiting' constraint agent_tasks_state check (state in ('waiting', 'taken', 'done', 'dropped')),
  -- What came of it.
  result text not null default '' constraint agent_tasks_result check (length(result) <= 500),
  -- The run that found it, the one that took it up, and the document that tells of it.
  found_by uuid,
  run_id uuid,
  document_id uuid,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  constraint agent_tasks_pkey primary key (company_id, id),
  constraint agent_tasks_once unique (company_id, kind, key),
  foreign key (company_id, found_by) references agent_runs (company_id, id) on delete set null (found_by),
  foreign key (company_id, run_id) references agent_runs (company_id, id) on delete set null (run_id),
  foreign key (company_id, document_id) references agent_documents (company_id, id) on delete set null (document_id)
);
create index agent_tasks_open on agent_tasks (company_id, created_at, id) where state in ('waiting', 'taken');
create index agent_tasks_listed on agent_tasks (company_id, changed_at, id);
create index agent_tasks_old on agent_tasks (changed_at) where state in ('done', 'dropped');
create index agent_tasks_found on agent_tasks (company_id, found_by) where found_by is not null;
create index agent_tasks_run on agent_tasks (company_id, run_id) where run_id is not null;
create index agent_tasks_document on agent_tasks (company_id, document_id) where document_id is not null;
create index agent_tasks_by on agent_tasks (by_user) where by_user is not null;
