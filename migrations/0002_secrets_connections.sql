-- A company's own API keys (write-only towards people) and the accounts that it has authorised.
-- A sealed value is AES-256-GCM: key id, then nonce || ciphertext || tag; the AAD is company + kind + name.

create table secrets (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  platform text not null,
  field text not null,
  kid text not null,
  sealed bytea not null,
  last_four text not null,
  changed_by uuid references users (id) on delete set null,
  changed_at timestamptz not null default now(),
  primary key (company_id, id),
  constraint secrets_one_per_field unique (company_id, platform, field)
);

-- The last test of a platform's keys: the provider's answer in words.
create table secret_tests (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  platform text not null,
  passed boolean not null,
  detail text not null,
  tested_by uuid references users (id) on delete set null,
  tested_at timestamptz not null default now(),
  primary key (company_id, id),
  constraint secret_tests_one_per_platform unique (company_id, platform)
);

create table connections (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  platform text not null,
  -- The account's id at the platform.
  remote_id text not null,
  handle text not null,
  display_name text not null,
  picture_url text,
  profile_url text,
  scopes text[] not null default '{}',
  -- active: usable. reconnect: a person must consent again (reason in state_reason). disconnected: kept for history only.
  state text not null default 'active' constraint connections_state check (state in ('active', 'reconnect', 'disconnected')),
  state_reason text not null default '',
  kid text not null,
  sealed_access bytea not null,
  sealed_refresh bytea,
  access_expires_at timestamptz,
  refresh_expires_at timestamptz,
  refreshed_at timestamptz not null default now(),
  -- What the connector needs to know of the account (X subscription type, ...). Never secrets.
  facts jsonb not null default '{}',
  connected_by uuid references users (id) on delete set null,
  connected_at timestamptz not null default now(),
  primary key (company_id, id),
  constraint connections_one_per_account unique (company_id, platform, remote_id)
);

-- One consent in flight: ten minutes, used once, bound to the session that began it.
create table oauth_states (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  state_sha256 bytea not null,
  platform text not null,
  session_id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  kid text not null,
  sealed_verifier bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (company_id, id)
);
create unique index oauth_states_state on oauth_states (state_sha256);
