-- When a person said where the post is, of a delivery whose outcome nobody could find out: until then it is known to be live
-- only by that, and that can be taken back.
alter table deliveries add column linked_at timestamptz;
