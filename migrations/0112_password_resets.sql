-- Links with which a person sets a new password: made by an admin, or by the server's owner on the command line, because
-- there is no mail. They belong to the person, who may be in several companies, and so to the instance.
create table password_resets (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  -- Of the link only the fingerprint is kept.
  token_sha256 bytea not null,
  -- Null: the server's owner, on the command line. The right to make it is looked at again when the link is used.
  made_by uuid references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create unique index password_resets_token on password_resets (token_sha256);
-- One link of a person works at a time: a newer one takes its place.
create unique index password_resets_open on password_resets (user_id) where used_at is null and revoked_at is null;

-- What happened to the ways in which a person signs in, for that person to read.
create table account_events (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  at timestamptz not null default now(),
  kind text not null constraint account_events_kind
    check (kind in ('reset_link', 'password_reset', 'password_changed', 'email_changed')),
  -- Who did it; null: the server's owner, on the command line.
  by_user uuid references users (id) on delete set null,
  -- By name, for when that person is gone.
  by_name text not null,
  -- Where from; empty on the command line.
  ip text not null default ''
);
create index account_events_user on account_events (user_id, at desc);
