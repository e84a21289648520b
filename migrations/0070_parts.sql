-- Threads and first comments: each further part of a post is a delivery of its own that comes after another one.

-- What the person wrote, in order: the posts of a thread, then the first comment. They hold for every account whose
-- platform takes such parts (domain::limits).
create table post_parts (
  company_id uuid not null,
  id uuid not null,
  post_id uuid not null,
  -- From 1; the post itself is part 0.
  position integer not null constraint post_parts_position check (position > 0),
  kind text not null constraint post_parts_kind check (kind in ('reply', 'comment')),
  text text not null,
  primary key (company_id, id),
  foreign key (company_id, post_id) references posts (company_id, id) on delete cascade,
  constraint post_parts_in_order unique (company_id, post_id, position)
);

alter table deliveries
  -- The delivery that must be live first, of the same post and account: the part that is answered or commented on.
  add column after_id uuid,
  -- 0: the post itself. Further parts carry their position, and their text.
  add column part integer not null default 0,
  -- reply: the next post of a thread. comment: the first comment.
  add column kind text not null default 'post' constraint deliveries_kind check (kind in ('post', 'reply', 'comment')),
  add constraint deliveries_after foreign key (company_id, after_id) references deliveries (company_id, id) on delete cascade,
  add constraint deliveries_parts check (
    (part = 0) = (kind = 'post') and (part = 0) = (after_id is null) and (part = 0 or text is not null)),
  drop constraint deliveries_once_per_account,
  add constraint deliveries_once_per_account unique (company_id, post_id, connection_id, part);
create index deliveries_after on deliveries (company_id, after_id) where after_id is not null;
