-- What happens in a company and wakes agents that listen for it: one line for each statement that made something happen, with how
-- often. Nothing is written where no agent is on.

create table agent_events (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  kind text not null
    constraint agent_events_kind check (kind in ('post_live', 'contact_captured', 'incident_opened', 'milestone')),
  n integer not null default 1 constraint agent_events_n check (n > 0),
  -- Of a milestone: what was reached ("100 contacts"), once for ever.
  key text constraint agent_events_key check (length(key) <= 100),
  -- Whether milestones were looked for behind it.
  counted boolean not null default false,
  at timestamptz not null default clock_timestamp(),
  constraint agent_events_pkey primary key (company_id, id),
  constraint agent_events_once unique (company_id, kind, key)
);
create index agent_events_listed on agent_events (company_id, at, id);
create index agent_events_uncounted on agent_events (at) where not counted and kind in ('post_live', 'contact_captured');
create index agent_events_old on agent_events (at);

-- What an agent does not listen for although it could, when it was woken last, and up to where it has heard.
alter table agent_settings
  add column deaf_to text[] not null default '{}' constraint agent_settings_deaf_to check (cardinality(deaf_to) <= 10),
  add column woken_at timestamptz,
  add column heard_until timestamptz not null default now();
create index agent_settings_on on agent_settings (company_id) where is_on;

-- Why a run began that nobody asked for and no clock.
alter table agent_runs add column woken_by text not null default '' constraint agent_runs_woken_by check (length(woken_by) <= 200);

-- The features that write these histories know nothing of agents (as with hooks, migration 0151). Whether an agent is on is looked up in
-- an index for each line, before anything else.
create function tell_agents_of_deliveries() returns trigger language plpgsql as $$
begin
  insert into agent_events (company_id, id, kind, n)
    select e.company_id, gen_random_uuid(), 'post_live', count(*)
    from new_events e
    join deliveries d on d.company_id = e.company_id and d.id = e.delivery_id and d.part = 0
    where e.to_state = 'live' and e.from_state <> 'live'
      and (select true from agent_settings s where s.company_id = e.company_id and s.is_on limit 1)
    group by e.company_id;
  return null;
end $$;
create trigger delivery_events_agents after insert on delivery_events
  referencing new table as new_events for each statement execute function tell_agents_of_deliveries();

create function tell_agents_of_contacts() returns trigger language plpgsql as $$
begin
  insert into agent_events (company_id, id, kind, n)
    select e.company_id, gen_random_uuid(), 'contact_captured', count(*)
    from new_events e
    where e.kind = 'captured' and (select true from agent_settings s where s.company_id = e.company_id and s.is_on limit 1)
    group by e.company_id;
  return null;
end $$;
create trigger contact_events_agents after insert on contact_events
  referencing new table as new_events for each statement execute function tell_agents_of_contacts();

create function tell_agents_of_incidents() returns trigger language plpgsql as $$
begin
  insert into agent_events (company_id, id, kind, n)
    select e.company_id, gen_random_uuid(), 'incident_opened', count(*)
    from new_errors e
    where e.company_id is not null and not e.is_resolved and e.severity in ('error', 'critical')
      and (select true from agent_settings s where s.company_id = e.company_id and s.is_on limit 1)
    group by e.company_id;
  return null;
end $$;
create trigger error_log_agents after insert on error_log
  referencing new table as new_errors for each statement execute function tell_agents_of_incidents();
