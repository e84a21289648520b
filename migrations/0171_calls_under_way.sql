-- What a call that is under way may cost at most is reserved in its row, so that many at once do not go beyond the month's limit
-- together; and the newest runs of each agent and the newest errors are found without reading all of them.
create index model_calls_open on model_calls (company_id, started_at) where ended_at is null;
create index agent_runs_latest on agent_runs (company_id, agent, created_at desc, id desc);
create index error_log_newest on error_log (is_resolved, last_seen_at desc, id desc);
