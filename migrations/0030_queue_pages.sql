-- The queue as people see it: a company's own jobs, and schedules that can be stopped.

-- What waits, by company (and the house's own jobs, whose company is null): counted and listed without a look at others'.
create index jobs_ready_of on jobs (company_id, run_at) where state = 'ready';

-- What has ended, by company. It takes the place of the index without the company, so that finishing a job costs the same.
create index jobs_finished_of on jobs (company_id, finished_at) where state in ('done', 'dead', 'cancelled');
drop index if exists jobs_finished;

-- The few that were given up or cancelled, among millions that were done.
create index jobs_stopped_of on jobs (company_id, finished_at) where state in ('dead', 'cancelled');

-- A schedule with a row here does not fire, on any node. Schedules are code; only the exception is kept.
create table schedule_stops (
  schedule text primary key,
  stopped_at timestamptz not null default now(),
  stopped_by uuid references users (id) on delete set null
);

-- A run that somebody asked for by hand has a tick of its own, for that moment.
alter table schedule_ticks add column by_hand boolean not null default false;
