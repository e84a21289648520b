-- Files of people that somebody brings in: what the file is, what to do with it, how far it is, what was refused and what was
-- changed, so that all of it can be taken back.

create table contact_imports (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  -- The media store in which the file lies until it is read; empty once it is removed.
  store text not null,
  file_name text not null,
  bytes bigint not null constraint contact_imports_bytes check (bytes >= 0),
  encoding text not null constraint contact_imports_encoding check (encoding in ('utf-8', 'utf-16le', 'utf-16be', 'windows-1252')),
  -- One of comma, semicolon, tab and bar.
  delimiter text not null constraint contact_imports_delimiter check (length(delimiter) = 1),
  has_header boolean not null,
  header text[] not null constraint contact_imports_header check (cardinality(header) between 1 and 200),
  -- The same set of names has the same key: what was chosen for it last is offered again.
  header_key bytea not null,
  state text not null default 'choosing' constraint contact_imports_state
    check (state in ('choosing', 'running', 'done', 'stopped', 'failed', 'undoing', 'undone')),
  -- What each column is, in the order of the header.
  mapping text[] not null,
  known text not null default 'fill' constraint contact_imports_known check (known in ('fill', 'overwrite', 'skip')),
  tags text[] not null default '{}',
  source text not null default '',
  -- How one knows that these people agreed to mail; empty: nothing is kept of that.
  consent_words text not null default '',
  -- Somebody wants it to end.
  stop_asked boolean not null default false,
  -- What is taken in for good, with the rows of the file up to here.
  read_bytes bigint not null default 0,
  read_rows bigint not null default 0,
  made bigint not null default 0,
  changed bigint not null default 0,
  same bigint not null default 0,
  refused bigint not null default 0,
  -- Of an undo: what was taken back, and what was kept because it was changed afterwards.
  undone bigint not null default 0,
  kept bigint not null default 0,
  why text,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  began_at timestamptz,
  ended_at timestamptz,
  constraint contact_imports_pkey primary key (company_id, id)
);
create index contact_imports_listed on contact_imports (company_id, created_at desc, id);
create index contact_imports_header on contact_imports (company_id, header_key, created_at desc) where state <> 'choosing';
create index contact_imports_old on contact_imports (created_at) where store <> '';

-- Rows on their way into `contacts`: written and removed within one transaction, so nothing is lost with a crash.
create unlogged table contact_import_rows (
  company_id uuid not null,
  -- Each transaction has its own, so that nobody reads what others left to be vacuumed.
  batch uuid not null,
  -- Of the contact, if it is a new one; and of what is remembered of this row.
  id uuid not null,
  email text not null,
  email_key text not null,
  first_name text not null,
  last_name text not null,
  full_name text not null,
  phone text not null,
  phone_e164 text,
  company_name text not null,
  source text not null,
  consent text not null,
  consent_words text not null,
  custom jsonb not null,
  tags text[] not null,
  constraint contact_import_rows_pkey primary key (company_id, batch, id)
);

-- Rows that were not taken in, as they stood in the file.
create table contact_import_refusals (
  company_id uuid not null,
  import_id uuid not null,
  id uuid not null,
  -- As a spreadsheet counts: the header is row 1.
  row_number bigint not null,
  reason text not null,
  -- A list of texts.
  cells jsonb not null,
  constraint contact_import_refusals_pkey primary key (company_id, import_id, id),
  foreign key (company_id, import_id) references contact_imports (company_id, id) on delete cascade
);

-- What an import did to one person. Goes with the person when that one is erased.
create table contact_import_changes (
  company_id uuid not null,
  import_id uuid not null,
  -- Also that of the entry in the history and of the record of consent.
  id uuid not null,
  contact_id uuid not null,
  made boolean not null,
  -- The fields that were changed, as they were and as they became.
  before jsonb,
  after jsonb,
  -- The tags that were new.
  tags text[] not null default '{}',
  -- Also that of the memberships which were new.
  at timestamptz not null default now(),
  constraint contact_import_changes_pkey primary key (company_id, import_id, id),
  foreign key (company_id, import_id) references contact_imports (company_id, id) on delete cascade,
  foreign key (company_id, contact_id) references contacts (company_id, id) on delete cascade
);
create index contact_import_changes_of on contact_import_changes (company_id, contact_id);
