-- A consent that came back: what the platform said when it failed, and the grant while a person chooses an account.

-- The connection that was to be renewed, if the consent was begun with "Reconnect".
alter table oauth_states add column for_connection uuid;
-- What went wrong, in the platform's own words. Shown once to the session that began it; the address carries only the id.
alter table oauth_states add column note text not null default '';

-- The consent covers several accounts: the sealed grant waits here, at most ten minutes, until one is chosen.
-- The id is that of the oauth_states row.
create table oauth_choices (
  company_id uuid not null,
  id uuid not null,
  kid text not null,
  sealed_access bytea not null,
  sealed_refresh bytea,
  access_expires_at timestamptz,
  refresh_expires_at timestamptz,
  scopes text[] not null default '{}',
  -- The accounts as the connector described them. Never secrets.
  accounts jsonb not null,
  expires_at timestamptz not null,
  primary key (company_id, id),
  foreign key (company_id, id) references oauth_states (company_id, id) on delete cascade
);
