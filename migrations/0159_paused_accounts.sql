-- An account to which nothing is sent for a while, as its platform keeps failing: its posts wait, and none is given up.
alter table connections
  add column paused_at timestamptz,
  add column pause_note text not null default '',
  -- When a person let it go on: for a day it is not paused again without asking.
  add column resumed_at timestamptz;
create index connections_paused on connections (company_id, id) where paused_at is not null;
-- What fails for the moment; few rows at any time, and none of a post that goes out at once.
create index deliveries_failing on deliveries (company_id, connection_id)
  where driving and fault_kind in ('transient', 'unknown_outcome', 'paused');
