-- Lists by key: each list that a page shows reads an index from one end and stops, however much is kept.
--
-- Where a post stands in lists: at its time, or, while it has none, at its last change.
alter table posts
  add column listed_at timestamptz not null generated always as (coalesce(due_at, updated_at)) stored;

drop index posts_due;
drop index posts_recent;
create index posts_listed on posts (company_id, listed_at, id) where deleted_at is null;
create index posts_drafts on posts (company_id, listed_at, id) where state = 'draft' and deleted_at is null;
create index posts_due on posts (company_id, due_at, id) where deleted_at is null;
create index posts_written on posts (company_id, created_at) where deleted_at is null;

-- The same on each delivery, so that lists by state and account need not look at every post. Null: the post is in the bin.
-- `driving` and `attention` are there already; a change of state that changes none of the five touches no index.
alter table deliveries
  add column listed_at timestamptz,
  add column published boolean not null generated always as (state = 'live') stored,
  add column idle boolean not null generated always as (state in ('draft', 'cancelled')) stored,
  add column signed_out boolean not null generated always as (state = 'needs_reconnect') stored;

update deliveries d set listed_at = p.listed_at
from posts p where p.company_id = d.company_id and p.id = d.post_id and p.deleted_at is null;

create function set_delivery_listed() returns trigger language plpgsql as $$
begin
  -- By the primary key: as a condition, `deleted_at is null` would let a young table be read by any other index.
  select case when p.deleted_at is null then p.listed_at end into new.listed_at from posts p
  where p.company_id = new.company_id and p.id = new.post_id;
  return new;
end $$;
create trigger deliveries_listed before insert on deliveries
  for each row execute function set_delivery_listed();

-- Whoever changes a post holds its row; deliveries are locked in the order of their ids, as everywhere.
create function follow_post_listed() returns trigger language plpgsql as $$
begin
  perform from deliveries d where d.company_id = new.company_id and d.post_id = new.id order by d.id for no key update;
  update deliveries d set listed_at = case when new.deleted_at is null then new.listed_at end
  where d.company_id = new.company_id and d.post_id = new.id;
  return null;
end $$;
create trigger posts_listed after update of due_at, updated_at, deleted_at on posts
  for each row
  when (old.listed_at is distinct from new.listed_at or (old.deleted_at is null) <> (new.deleted_at is null))
  execute function follow_post_listed();

drop index deliveries_attention;
create index deliveries_listed on deliveries (company_id, connection_id, listed_at, post_id)
  where part = 0 and listed_at is not null;
create index deliveries_driving on deliveries (company_id, connection_id, listed_at, post_id)
  where driving and listed_at is not null;
create index deliveries_attention on deliveries (company_id, connection_id, listed_at, post_id)
  where attention and listed_at is not null;
create index deliveries_signed_out on deliveries (company_id, connection_id, listed_at, post_id)
  where signed_out and listed_at is not null;
create index deliveries_published on deliveries (company_id, connection_id, listed_at, post_id)
  where published and part = 0 and listed_at is not null;
create index deliveries_idle on deliveries (company_id, connection_id, listed_at, post_id)
  where idle and part = 0 and listed_at is not null;
-- What went out on a day.
create index deliveries_live on deliveries (company_id, live_at) where part = 0 and live_at is not null;
-- Whether a post of an account is another delivery's already.
create index deliveries_remote on deliveries (company_id, connection_id, remote_id) where remote_id is not null;

-- What went wrong on a day.
create index delivery_events_trouble on delivery_events (company_id, at)
  where to_state in ('failed', 'needs_edit', 'needs_reconnect', 'unconfirmed', 'held');
