-- The job and the schedule that encrypt values of older keys again are called so. What waits, what ran and whether the
-- schedule is stopped keep their meaning. Where both names have the same row, the new name's stays.

update jobs set kind = 'reencrypt' where kind = 'reseal';

-- The keys of unfinished jobs are unique.
update jobs j set job_key = regexp_replace(j.job_key, 'reseal$', 'reencrypt')
where j.job_key in ('reseal', 'schedule:reseal')
  and not (j.state in ('ready', 'running')
           and exists (select from jobs o where o.job_key = regexp_replace(j.job_key, 'reseal$', 'reencrypt')
                                            and o.state in ('ready', 'running')));

insert into schedule_ticks (schedule, scheduled_for, job_id, fired_at, by_hand)
select 'reencrypt', scheduled_for, job_id, fired_at, by_hand from schedule_ticks where schedule = 'reseal'
on conflict do nothing;
delete from schedule_ticks where schedule = 'reseal';

insert into schedule_stops (schedule, stopped_at, stopped_by)
select 'reencrypt', stopped_at, stopped_by from schedule_stops where schedule = 'reseal'
on conflict do nothing;
delete from schedule_stops where schedule = 'reseal';
