-- What people are told about the renewal of sign-ins, and creating requests that may arrive twice.

alter table connections
  -- The last try to renew the grant: when, what came of it, and one sentence about it.
  add column renewal_tried_at timestamptz,
  add column renewal_result text not null default ''
    constraint connections_renewal check (renewal_result in ('', 'renewed', 'unchanged', 'failed', 'reconnect')),
  add column renewal_note text not null default '',
  -- Tries in a row that failed for the moment, and when the next one may be made by itself.
  add column renewal_failures integer not null default 0,
  add column renewal_not_before timestamptz;

-- The answer to a creating request that named an Idempotency-Key: the same request under the same key gets it again.
create table idempotency_keys (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  key text not null,
  -- Of method, address and body: another request under the same key is a mistake of the caller's.
  request_sha256 bytea not null,
  -- Null only inside the transaction that carries the request out.
  status smallint,
  answer jsonb,
  user_id uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (company_id, id),
  constraint idempotency_keys_once unique (company_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
