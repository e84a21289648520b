-- The job queue and the schedule's ticks. These belong to the instance; a job may act for a company.

create table jobs (
  id uuid primary key,
  kind text not null,
  company_id uuid,
  payload jsonb not null,
  -- Lower runs first among those that are due.
  priority smallint not null default 100,
  run_at timestamptz not null default now(),
  -- At most one unfinished job per key.
  job_key text,
  -- Jobs with the same queue key run one at a time.
  queue_key text,
  state text not null default 'ready' constraint jobs_state check (state in ('ready', 'running', 'done', 'dead', 'cancelled')),
  attempts integer not null default 0,
  max_attempts integer not null default 5,
  -- Grows with every claim; a worker whose fence is not the row's has lost the job.
  fence bigint not null default 0,
  leased_by text,
  lease_until timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index jobs_key on jobs (job_key) where job_key is not null and state in ('ready', 'running');
create index jobs_due on jobs (run_at, priority) where state = 'ready';
create index jobs_leases on jobs (lease_until) where state = 'running';
create index jobs_busy_queues on jobs (queue_key) where state = 'running' and queue_key is not null;

create table job_log (
  id bigint generated always as identity primary key,
  job_id uuid not null references jobs (id) on delete cascade,
  at timestamptz not null default now(),
  attempt integer not null,
  -- claimed, done, retry, wait, dead, cancelled, lease_lost
  what text not null,
  detail text not null default ''
);
create index job_log_of on job_log (job_id, id);

-- One row per firing: the unique key lets many nodes fire once.
create table schedule_ticks (
  schedule text not null,
  scheduled_for timestamptz not null,
  job_id uuid,
  fired_at timestamptz not null default now(),
  primary key (schedule, scheduled_for)
);

-- A worker's sign of life; readiness looks at it.
create table workers (
  id text primary key,
  started_at timestamptz not null default now(),
  beat_at timestamptz not null default now()
);
