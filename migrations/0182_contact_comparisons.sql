-- When the contacts of a company were compared last (features/contacts/server/duplicates/find.rs), so that the page can say that it was
-- done and that nothing was found.
create table contact_comparisons (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  ended_at timestamptz not null,
  -- Contacts that were compared, and pairs that were new.
  compared bigint not null,
  found bigint not null,
  constraint contact_comparisons_pkey primary key (company_id, id),
  constraint contact_comparisons_once unique (company_id)
);
