-- Agents: what each company has set for them, when their jobs are due, what they did, and what they propose.

-- All agents of the company are stopped while there is a row. The id is the company's.
create table agent_stops (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  by_user uuid references users (id) on delete set null,
  at timestamptz not null default now(),
  constraint agent_stops_pkey primary key (company_id, id)
);

create table agent_settings (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  agent text not null constraint agent_settings_agent check (length(agent) between 1 and 40),
  is_on boolean not null default false,
  -- Whose permissions a run by the clock has: who switched the agent on.
  owner_id uuid references users (id) on delete set null,
  -- What it may spend on models in a month, in millionths of a dollar; null: as much as the company.
  cap_micros bigint constraint agent_settings_cap check (cap_micros between 0 and 1000000000),
  changed_at timestamptz not null default now(),
  constraint agent_settings_pkey primary key (company_id, id),
  constraint agent_settings_once unique (company_id, agent)
);

-- When the jobs of agents that are on are due. The time is in words ("weekly sun 18:00") in the company's zone.
create table agent_jobs (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  agent text not null,
  job text not null,
  timing text not null constraint agent_jobs_timing check (length(timing) between 1 and 100),
  is_on boolean not null default true,
  -- The zone that next_at was worked out in.
  zone text not null,
  -- Null: not by the clock.
  next_at timestamptz,
  constraint agent_jobs_pkey primary key (company_id, id),
  constraint agent_jobs_once unique (company_id, agent, job)
);
create index agent_jobs_due on agent_jobs (next_at) where next_at is not null;

create table agent_runs (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  agent text not null,
  job text not null,
  state text not null default 'queued'
    constraint agent_runs_state check (state in ('queued', 'running', 'done', 'failed', 'cancelled', 'stopped')),
  -- The tick of the clock that it is for, or the moment at which somebody asked for it.
  scheduled_for timestamptz not null,
  -- Who asked for it; null: the clock.
  started_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  -- What came of it in one line, and why it ended where it should not have.
  headline text not null default '',
  error text not null default '',
  cost_micros bigint not null default 0,
  constraint agent_runs_pkey primary key (company_id, id),
  constraint agent_runs_once unique (company_id, agent, job, scheduled_for)
);
create index agent_runs_listed on agent_runs (company_id, agent, created_at, id);
create index agent_runs_old on agent_runs (created_at);

-- What a run has done, step by step. A run that goes on after a crash takes what stands here and does not do it again.
create table agent_run_steps (
  company_id uuid not null,
  id uuid not null,
  run_id uuid not null,
  name text not null,
  note text not null,
  data jsonb not null default 'null',
  at timestamptz not null default now(),
  constraint agent_run_steps_pkey primary key (company_id, id),
  constraint agent_run_steps_once unique (company_id, run_id, name),
  foreign key (company_id, run_id) references agent_runs (company_id, id) on delete cascade
);

create table agent_proposals (
  company_id uuid not null,
  id uuid not null,
  agent text not null,
  run_id uuid not null,
  -- One of a run is made once, however often the run goes on.
  key text not null,
  -- What is to be done, with everything that it needs (features/agents/action.rs).
  action jsonb not null,
  why text not null,
  edited boolean not null default false,
  state text not null default 'proposed'
    constraint agent_proposals_state check (state in ('proposed', 'approved', 'done', 'refused', 'failed', 'undone')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  decided_by uuid references users (id) on delete set null,
  decided_at timestamptz,
  -- Why it could not be done.
  reason text not null default '',
  -- What it made.
  post_id uuid,
  constraint agent_proposals_pkey primary key (company_id, id),
  constraint agent_proposals_once unique (company_id, run_id, key),
  foreign key (company_id, run_id) references agent_runs (company_id, id) on delete cascade,
  foreign key (company_id, post_id) references posts (company_id, id) on delete set null (post_id)
);
create index agent_proposals_listed on agent_proposals (company_id, state, created_at, id);
create index agent_proposals_of on agent_proposals (company_id, agent, created_at, id);
create index agent_proposals_approved on agent_proposals (decided_at) where state = 'approved';

-- What agents deliver. A period (a day, a week, a month) of a job is one document; a later run writes its next version.
create table agent_documents (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  agent text not null,
  job text not null,
  period text not null,
  title text not null constraint agent_documents_title check (length(title) between 1 and 200),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint agent_documents_pkey primary key (company_id, id),
  constraint agent_documents_once unique (company_id, agent, job, period)
);
create index agent_documents_listed on agent_documents (company_id, agent, changed_at, id) where deleted_at is null;

create table agent_document_versions (
  company_id uuid not null,
  id uuid not null,
  document_id uuid not null,
  version integer not null,
  run_id uuid not null,
  markdown text not null constraint agent_document_versions_markdown check (length(markdown) <= 200000),
  at timestamptz not null default now(),
  constraint agent_document_versions_pkey primary key (company_id, id),
  constraint agent_document_versions_once unique (company_id, document_id, version),
  constraint agent_document_versions_run unique (company_id, document_id, run_id),
  foreign key (company_id, document_id) references agent_documents (company_id, id) on delete cascade
);

-- What agents are to know and what they found: facts with source and date.
create table agent_memory (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  -- Null: for all agents.
  agent text,
  -- By which an agent finds its own fact again; null for what people wrote.
  key text,
  words text not null constraint agent_memory_words check (length(words) between 1 and 500),
  source text not null constraint agent_memory_source check (length(source) <= 200),
  by_user uuid references users (id) on delete set null,
  at timestamptz not null default now(),
  constraint agent_memory_pkey primary key (company_id, id),
  constraint agent_memory_once unique (company_id, agent, key)
);
create index agent_memory_listed on agent_memory (company_id, at, id);

-- Deleting a person looks these up.
create index agent_stops_by on agent_stops (by_user) where by_user is not null;
create index agent_settings_owner on agent_settings (owner_id) where owner_id is not null;
create index agent_runs_by on agent_runs (started_by) where started_by is not null;
create index agent_proposals_by on agent_proposals (decided_by) where decided_by is not null;
create index agent_proposals_post on agent_proposals (company_id, post_id) where post_id is not null;
create index agent_memory_by on agent_memory (by_user) where by_user is not null;
