-- The priorities that wait, lowest first: hops from one to the next along the index, however many jobs each has.
create view jobs_levels as
  with recursive levels as (
    (select priority from jobs where state = 'ready' order by priority limit 1)
    union all
    select (select j.priority from jobs j where j.state = 'ready' and j.priority > l.priority order by j.priority limit 1)
    from levels l where l.priority is not null
  )
  select priority from levels where priority is not null;
