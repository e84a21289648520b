-- People, their sessions, companies (the tenants) and who belongs to them.
-- Times are timestamptz. Ids are UUIDv7, made by the program. Named constraints map to typed errors.

create table users (
  id uuid primary key,
  email text not null,
  name text not null,
  password_hash text not null,
  -- The instance's first user looks after the server itself.
  is_instance_owner boolean not null default false,
  created_at timestamptz not null default now(),
  constraint users_email_form check (email = lower(email) and email like '%@%')
);
create unique index users_email_key on users (email);

create table companies (
  id uuid primary key,
  name text not null,
  -- IANA zone; wall-clock times of this company are meant in it.
  zone text not null default 'UTC',
  language text not null default 'en',
  is_demo boolean not null default false,
  created_at timestamptz not null default now()
);

-- Server-side sessions: the cookie holds 256 random bits, the table only their SHA-256.
create table sessions (
  token_sha256 bytea primary key,
  id uuid not null unique,
  user_id uuid not null references users (id) on delete cascade,
  -- The company that is being looked at; switching changes it here.
  current_company uuid references companies (id) on delete set null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ip text not null,
  user_agent text not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table members (
  company_id uuid not null references companies (id) on delete cascade,
  -- The member's user id: a member row is that user in that company.
  id uuid not null references users (id) on delete cascade,
  role text not null constraint members_role check (role in ('owner', 'admin', 'editor', 'viewer')),
  joined_at timestamptz not null default now(),
  primary key (company_id, id)
);
create index members_user on members (id);

create table invitations (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  token_sha256 bytea not null,
  role text not null constraint invitations_role check (role in ('admin', 'editor', 'viewer')),
  -- A note for whom it is meant; the link itself is the authorisation.
  note text not null default '',
  invited_by uuid not null references users (id),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references users (id),
  revoked_at timestamptz,
  primary key (company_id, id)
);
create unique index invitations_token on invitations (token_sha256);
