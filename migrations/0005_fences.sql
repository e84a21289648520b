-- What exactly-once publishing asks of the queue.

-- Fences come from one sequence, so that the claims of different jobs for the same delivery can be compared too:
-- a later claim always has the higher fence, and a person's action takes one as well.
create sequence job_fences;

-- One running job per queue key is a law, not a habit: the index refuses what a race would let through.
create unique index jobs_one_running_per_queue on jobs (queue_key) where state = 'running' and queue_key is not null;
drop index jobs_busy_queues;

-- Asked for again while it was running: it becomes ready once more, for this time, when the run ends.
alter table jobs add column again_at timestamptz;

create index jobs_finished on jobs (finished_at) where state in ('done', 'dead', 'cancelled');

-- How often a look at the platform proved that an armed attempt had come to nothing.
alter table deliveries add column absences integer not null default 0;

-- The sweep asks for the deliveries that a job must be driving.
create index deliveries_driving on deliveries (id)
  where state in ('queued', 'preparing', 'waiting', 'ready', 'armed', 'processing');
