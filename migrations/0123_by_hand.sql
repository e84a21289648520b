-- Accounts that people publish to themselves: when the time of a delivery comes, it is theirs (`by_hand`). Nothing was sent.
alter table deliveries drop constraint deliveries_state;
alter table deliveries add constraint deliveries_state check (state in (
    'draft', 'queued', 'preparing', 'waiting', 'ready', 'armed', 'processing', 'live',
    'needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'by_hand', 'failed', 'cancelled'));

-- When it became theirs: what is live then is so by their word, and goes back to `by_hand` when they take that back.
alter table deliveries add column handed_at timestamptz;

alter table deliveries drop column attention;
alter table deliveries add column attention boolean not null generated always as
  (state in ('needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'by_hand', 'failed')) stored;
create index deliveries_attention on deliveries (company_id, connection_id, listed_at, post_id)
  where attention and listed_at is not null;
