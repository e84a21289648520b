-- By which events a run was woken: their kinds, and the stretch of time in which they were heard. So the list of events can say whom each woke.
alter table agent_runs
  add column heard_kinds text[] not null default '{}',
  add column heard_from timestamptz,
  add column heard_to timestamptz;
create index agent_runs_heard on agent_runs (company_id, heard_to) where heard_to is not null;

-- How many answers a person had from a model lately.
create index chat_messages_answered on chat_messages (company_id, user_id, created_at) where model <> '';
