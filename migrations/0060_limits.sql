-- The first arming since the content was last planned: a post of that attempt may be seen late, so looks search from here.
-- Set by arming while it is null; cleared when a person plans the delivery anew.
alter table deliveries add column first_armed_at timestamptz;
update deliveries set first_armed_at = armed_at where state in ('armed', 'processing', 'unconfirmed');

-- What platforms have told us of their limits, so that nodes share it. It belongs to the instance: one app credential can
-- serve several companies. Nodes keep the ledger in memory; rows are written behind, and only when something has changed
-- that matters.
create table rate_limits (
  -- "x:app:<fingerprint>" or "x:account:<fingerprint>:<account at the platform>".
  who text not null,
  -- "POST /2/tweets"; "*" for every call.
  endpoint text not null,
  -- window, day (a budget that starts anew at resets_at), usage (in per cent), hold (we were told to wait).
  period text not null,
  platform text not null,
  -- The whole budget, where the platform says it.
  quota integer,
  remaining integer not null,
  resets_at timestamptz not null,
  -- When the platform said so.
  seen_at timestamptz not null,
  -- By the database's clock: nodes read what is newer than their last look.
  changed_at timestamptz not null default clock_timestamp(),
  primary key (who, endpoint, period)
);
create index rate_limits_changed on rate_limits (changed_at);
