-- Faults that the program noticed in itself. Equal ones (`fingerprint`) are one row while they are open, with a count; one that
-- comes back after it was resolved is a new row.
create table error_log (
  id uuid primary key,
  -- Null: it is about the server as a whole, and for its owner only.
  company_id uuid references companies (id) on delete cascade,
  fingerprint text not null,
  -- The part of the program, or `panic`, `browser`.
  error_type text not null,
  error_message text not null,
  error_stack text,
  -- The address that was asked for, or the kind of the job.
  endpoint text,
  method text,
  user_id uuid references users (id) on delete set null,
  severity text not null constraint error_log_severity check (severity in ('warning', 'error', 'critical')),
  count bigint not null default 1 constraint error_log_count check (count > 0),
  -- Of the last one.
  request_id text,
  version text not null,
  is_resolved boolean not null default false,
  resolved_at timestamptz,
  resolved_by uuid references users (id) on delete set null,
  resolution_notes jsonb,
  created_at timestamptz not null,
  last_seen_at timestamptz not null
);
create unique index error_log_open on error_log (coalesce(company_id, '00000000-0000-0000-0000-000000000000'::uuid), fingerprint)
  where not is_resolved;
create index error_log_listed on error_log (company_id, is_resolved, last_seen_at, id);
create index error_log_resolved on error_log (resolved_at) where is_resolved;
