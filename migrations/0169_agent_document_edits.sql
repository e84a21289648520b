-- People edit documents: a version by a person beside those of runs. The name stays when the person leaves.
alter table agent_document_versions
  alter column run_id drop not null,
  add column by_person boolean not null default false,
  add column by_user uuid references users (id) on delete set null,
  add constraint agent_document_versions_by check (by_person or run_id is not null);
create index agent_document_versions_by_user on agent_document_versions (by_user) where by_user is not null;
