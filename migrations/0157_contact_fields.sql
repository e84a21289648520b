-- The fields that a company keeps of its contacts besides the usual ones, each with a kind. The values stay where they were, as texts
-- under the field's key in contacts.custom: a value that is none of its kind is kept as it is.
create table contact_fields (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  -- The name under which contacts.custom has the values; it stays when the field is called something else.
  key text not null constraint contact_fields_key check (length(key) between 1 and 100),
  label text not null constraint contact_fields_label check (length(label) between 1 and 100),
  kind text not null constraint contact_fields_kind check (kind in ('text', 'number', 'date', 'yes_no', 'choice')),
  -- Of kind choice: what there is to choose from.
  choices text[] not null default '{}' constraint contact_fields_choices check (cardinality(choices) <= 100),
  changed_by uuid references users (id) on delete set null,
  changed_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint contact_fields_pkey primary key (company_id, id)
);
create unique index contact_fields_keys on contact_fields (company_id, key) where deleted_at is null;
create unique index contact_fields_labels on contact_fields (company_id, lower(label)) where deleted_at is null;
create index contact_fields_deleted on contact_fields (deleted_at) where deleted_at is not null;
