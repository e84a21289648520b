-- What an agent may do by itself: nothing ('ask'), or what can be taken back ('reversible': tags, drafts). What goes out, is deleted or
-- costs money always asks.
alter table agent_settings
  add column autonomy text not null default 'ask' constraint agent_settings_autonomy check (autonomy in ('ask', 'reversible'));

-- Done by the agent itself, with the rights of whoever it works for.
alter table agent_proposals add column by_itself boolean not null default false;
create index agent_proposals_by_itself on agent_proposals (company_id, agent, created_at, id) where by_itself;
