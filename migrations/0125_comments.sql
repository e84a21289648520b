-- Comments that people write under published posts, as they were last read at the platforms, and what the company answers.
--
-- What was taken back at the platform after it was published. The delivery stays live: its history, and what counts it, stay
-- as they were.
alter table deliveries
  add column removed_at timestamptz,
  add column removed_by uuid references users (id) on delete set null;

create table comments (
  company_id uuid not null,
  id uuid not null,
  -- Under which post of which account.
  delivery_id uuid not null,
  post_id uuid not null,
  connection_id uuid not null,
  remote_id text not null,
  -- The comment that it answers, as the platform names it.
  parent_remote_id text,
  author text not null,
  text text not null,
  at timestamptz not null,
  url text,
  -- The account itself has written it.
  ours boolean not null,
  -- Nobody but its author sees it at the platform.
  hidden boolean not null default false,
  -- It is not there any more.
  removed_at timestamptz,
  read_at timestamptz,
  unread boolean not null generated always as (read_at is null and removed_at is null and not ours) stored,
  constraint comments_pkey primary key (company_id, id),
  constraint comments_once unique (company_id, connection_id, remote_id),
  foreign key (company_id, delivery_id) references deliveries (company_id, id) on delete cascade,
  foreign key (company_id, post_id) references posts (company_id, id) on delete cascade,
  foreign key (company_id, connection_id) references connections (company_id, id)
);
-- Each list of the page is read account by account from one end of an index; that of one post by its own.
create index comments_listed on comments (company_id, connection_id, at, id) where not ours;
create index comments_unread on comments (company_id, connection_id, at, id) where unread;
create index comments_hidden on comments (company_id, connection_id, at, id) where hidden and not ours;
create index comments_of_post on comments (company_id, post_id, at, id) where not ours;
create index comments_of_delivery on comments (company_id, delivery_id);
create index comments_answers on comments (company_id, connection_id, parent_remote_id) where ours;

-- What the company answers. States: queued (to be sent), armed (about to be sent, or sent with the answer unknown), sent,
-- unconfirmed (a person must look), failed (refused), dropped (a person gave it up).
create table comment_replies (
  company_id uuid not null,
  id uuid not null,
  comment_id uuid not null,
  -- The number of this answer among those to the comment: a form that is sent twice, and two people at once, answer once.
  place integer not null,
  text text not null,
  state text not null default 'queued'
    constraint comment_replies_state check (state in ('queued', 'armed', 'sent', 'unconfirmed', 'failed', 'dropped')),
  -- The claim that may write: one with a lower fence changes nothing.
  fence bigint not null default 0,
  -- Of the attempt that is armed: the answer to its call is bound to it.
  attempt_key uuid,
  armed_at timestamptz,
  first_armed_at timestamptz,
  -- The connector's memory.
  checkpoint jsonb,
  probes integer not null default 0,
  absences integer not null default 0,
  remote_id text,
  -- Why it is not out, for a person.
  fault text,
  written_by uuid references users (id) on delete set null,
  written_at timestamptz not null default now(),
  constraint comment_replies_pkey primary key (company_id, id),
  constraint comment_replies_place unique (company_id, comment_id, place),
  foreign key (company_id, comment_id) references comments (company_id, id) on delete cascade
);

-- When the comments of a published post are read next.
create table comment_watches (
  company_id uuid not null,
  -- The delivery's.
  id uuid not null,
  connection_id uuid not null,
  -- Null: not any more.
  next_at timestamptz default now(),
  read_at timestamptz,
  failures integer not null default 0,
  -- Where the platform's list goes on when a post has more comments than one read asks for.
  rest text,
  -- Why they could not be read the last time, for a person.
  fault text,
  constraint comment_watches_pkey primary key (company_id, id),
  foreign key (company_id, id) references deliveries (company_id, id) on delete cascade
);
create index comment_watches_next on comment_watches (next_at) where next_at is not null;
create index comment_watches_account on comment_watches (company_id, connection_id, next_at) where next_at is not null;
create index comment_watches_faults on comment_watches (company_id, connection_id) where fault is not null;
