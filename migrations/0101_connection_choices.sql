-- What an account has at its platform for options to choose from (boards, lists, flairs), as it was last fetched.
create table connection_choices (
  company_id uuid not null,
  -- Which list: the name that the platform's schema gives it.
  source text not null,
  -- The connection's.
  id uuid not null,
  choices jsonb not null,
  fetched_at timestamptz not null default now(),
  constraint connection_choices_pkey primary key (company_id, source, id),
  constraint connection_choices_connection foreign key (company_id, id)
    references connections (company_id, id) on delete cascade
);
