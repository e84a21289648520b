-- Delivery in batches: leases belong to workers, histories are one index each, and a delivery's states change in place.

-- A worker that gives no sign of life loses all that it runs: one row to keep alive instead of one per job.
drop index jobs_leases;
alter table jobs drop column lease_until;
-- One index of what runs: for the law of one per queue, and for finding what a lost worker had.
drop index jobs_one_running_per_queue;
create unique index jobs_one_running_per_queue on jobs (coalesce(queue_key, id::text)) where state = 'running';
-- When the last claim was made; for the log and for figures of lateness.
alter table jobs add column claimed_at timestamptz;

-- What is due is found without sorting: each priority is a range of its own.
drop index jobs_due;
create index jobs_due on jobs (priority, run_at) where state = 'ready';

-- One line per attempt, written when it ends.
alter table job_log add column began_at timestamptz;
alter table job_log add column worker text;
alter table job_log drop constraint job_log_pkey;
drop index job_log_of;
alter table job_log add primary key (job_id, id);

alter table delivery_events drop constraint delivery_events_pkey;
drop index delivery_events_of;
alter table delivery_events add primary key (company_id, delivery_id, id);

-- Both histories are written by the very statements that change what they are about, so a reference cannot go astray;
-- checking each line cost a third of a delivery's time. What a reference would delete with its row, a trigger does.
alter table job_log drop constraint job_log_job_id_fkey;
create function delete_job_log() returns trigger language plpgsql as $$
begin
  delete from job_log where job_id in (select id from gone);
  return null;
end $$;
create trigger jobs_log after delete on jobs referencing old table as gone
  for each statement execute function delete_job_log();
alter table delivery_events drop constraint delivery_events_company_id_delivery_id_fkey;
create function delete_delivery_events() returns trigger language plpgsql as $$
begin
  delete from delivery_events e using gone where e.company_id = gone.company_id and e.delivery_id = gone.id;
  return null;
end $$;
create trigger deliveries_events after delete on deliveries referencing old table as gone
  for each statement execute function delete_delivery_events();

-- No index names the state itself, so that a delivery on its way (preparing, ready, armed, live) is updated in place.
alter table deliveries
  add column driving boolean not null generated always as
    (state in ('queued', 'preparing', 'waiting', 'ready', 'armed', 'processing')) stored,
  add column attention boolean not null generated always as
    (state in ('needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'failed')) stored;
drop index deliveries_driving;
drop index deliveries_attention;
create index deliveries_attention on deliveries (company_id, due_at) where attention;
drop index deliveries_connection;
create index deliveries_connection on deliveries (company_id, connection_id, due_at);
alter table deliveries set (fillfactor = 60);

-- Both are written all day long; waiting for a fifth of a large table to be dead would be too long.
alter table jobs set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
alter table deliveries set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
