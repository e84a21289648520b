-- Media, posts and their deliveries. One delivery is one post on one connection: the state machine that publishing is about.

create table assets (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  file_name text not null,
  mime text not null,
  bytes bigint not null,
  width integer not null,
  height integer not null,
  sha256 bytea not null,
  storage_key text not null,
  -- Unguessable part of the address under which platforms fetch the file.
  public_token text not null,
  alt text not null default '',
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (company_id, id)
);
create unique index assets_public_token on assets (public_token);
create index assets_recent on assets (company_id, created_at desc);

create table posts (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  -- The text that applies where a delivery has none of its own.
  text text not null default '',
  link text,
  -- draft: nothing is promised. scheduled: its deliveries run by themselves.
  state text not null default 'draft' constraint posts_state check (state in ('draft', 'scheduled')),
  -- What the person meant: a wall-clock time in a zone. due_at is the instant it was resolved to.
  local_time timestamp,
  zone text,
  due_at timestamptz,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Optimistic lock: a save names the version that it saw.
  version integer not null default 1,
  deleted_at timestamptz,
  primary key (company_id, id),
  constraint posts_schedule check (state = 'draft' or due_at is not null)
);
create index posts_due on posts (company_id, due_at);
create index posts_recent on posts (company_id, updated_at desc);

create table post_media (
  company_id uuid not null,
  id uuid not null,
  post_id uuid not null,
  asset_id uuid not null,
  position integer not null,
  primary key (company_id, id),
  foreign key (company_id, post_id) references posts (company_id, id) on delete cascade,
  foreign key (company_id, asset_id) references assets (company_id, id),
  constraint post_media_once unique (company_id, post_id, asset_id)
);

create table deliveries (
  company_id uuid not null,
  id uuid not null,
  post_id uuid not null,
  connection_id uuid not null,
  -- Own text for this connection; null means the post's text.
  text text,
  -- draft: the post is a draft. The rest: features/publishing/machine.rs.
  state text not null default 'draft' constraint deliveries_state check (state in (
    'draft', 'queued', 'preparing', 'waiting', 'ready', 'armed', 'processing', 'live',
    'needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'failed', 'cancelled')),
  due_at timestamptz,
  -- The job that drives it, and the claim that may write: a claim with a lower fence changes nothing.
  job_id uuid,
  fence bigint not null default 0,
  -- How often the irreversible call was armed.
  attempt integer not null default 0,
  attempt_key uuid,
  armed_at timestamptz,
  -- The connector's memory (upload ids, containers): saved before the next call.
  anchor jsonb,
  probes integer not null default 0,
  remote_id text,
  remote_url text,
  live_at timestamptz,
  -- The last fault: kind (domain of connectors::Fault), words for a person, and the one thing to do.
  fault_kind text,
  fault_message text,
  updated_at timestamptz not null default now(),
  primary key (company_id, id),
  foreign key (company_id, post_id) references posts (company_id, id) on delete cascade,
  foreign key (company_id, connection_id) references connections (company_id, id),
  constraint deliveries_once_per_account unique (company_id, post_id, connection_id)
);
create index deliveries_due on deliveries (company_id, due_at);
create index deliveries_attention on deliveries (company_id, state) where state in ('needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'failed');
create index deliveries_connection on deliveries (company_id, connection_id, state);

-- What happened to a delivery, in order, for people and for proof.
create table delivery_events (
  company_id uuid not null,
  id uuid not null,
  delivery_id uuid not null,
  at timestamptz not null default now(),
  from_state text not null,
  to_state text not null,
  -- One plain sentence.
  note text not null default '',
  primary key (company_id, id),
  foreign key (company_id, delivery_id) references deliveries (company_id, id) on delete cascade
);
create index delivery_events_of on delivery_events (company_id, delivery_id, at);
