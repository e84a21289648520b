-- Search in texts by an index: every three characters that stand together in a text, in lower case, as numbers that hold
-- only within one company. No extension is needed, and every script can be searched (what pg_trgm finds depends on the
-- locale that the database was made with).
create function search_keys(company uuid, words text) returns bigint[]
language sql immutable strict parallel safe as $$
  select coalesce(array_agg(distinct pg_catalog.hashtextextended(three, pg_catalog.hashtextextended(company::text, 0))), '{}')
  from (select c || lead(c) over w || lead(c, 2) over w as three
        from pg_catalog.string_to_table(pg_catalog.lower(words), null) with ordinality as characters (c, n)
        window w as (order by n)) threes
  where three is not null
$$;

create index posts_search on posts using gin (search_keys(company_id, text))
  with (gin_pending_list_limit = 256) where deleted_at is null;

-- The texts that an account gets instead of the post's own, and the further parts of posts. A table of its own: deliveries
-- change with every step of publishing, and these words do not.
create table delivery_texts (
  company_id uuid not null,
  id uuid not null,
  post_id uuid not null,
  text text not null,
  primary key (company_id, id),
  foreign key (company_id, id) references deliveries (company_id, id) on delete cascade
);
create index delivery_texts_post on delivery_texts (company_id, post_id);
insert into delivery_texts (company_id, id, post_id, text)
  select company_id, id, post_id, text from deliveries where text is not null;
create index delivery_texts_search on delivery_texts using gin (search_keys(company_id, text))
  with (gin_pending_list_limit = 256);

create function keep_delivery_text() returns trigger language plpgsql as $$
begin
  if new.text is null then
    delete from delivery_texts where company_id = new.company_id and id = new.id;
  else
    insert into delivery_texts (company_id, id, post_id, text) values (new.company_id, new.id, new.post_id, new.text)
    on conflict (company_id, id) do update set text = excluded.text;
  end if;
  return null;
end $$;
create trigger deliveries_text_new after insert on deliveries
  for each row when (new.text is not null) execute function keep_delivery_text();
create trigger deliveries_text after update of text on deliveries
  for each row when (old.text is distinct from new.text) execute function keep_delivery_text();
