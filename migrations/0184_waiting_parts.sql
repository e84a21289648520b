-- What a further part of a post follows stands in the indexes of what waits and of what needs a person: counts and lists that leave out
-- parts whose turn has not come look at no row for it.
drop index deliveries_driving;
create index deliveries_driving on deliveries (company_id, connection_id, listed_at, post_id) include (after_id)
  where driving and listed_at is not null;
drop index deliveries_attention;
create index deliveries_attention on deliveries (company_id, connection_id, listed_at, post_id) include (after_id)
  where attention and listed_at is not null;
