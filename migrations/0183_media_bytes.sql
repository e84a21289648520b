-- How many bytes of files a company keeps in each store, counted as files come and go: nobody has to add up a library to know.
create table media_bytes (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  store text not null,
  bytes bigint not null default 0,
  primary key (company_id, id),
  constraint media_bytes_store unique (company_id, store)
);

create function add_media_bytes() returns trigger language plpgsql as $$
begin
  insert into media_bytes as m (company_id, store, bytes)
  select company_id, store, sum(bytes) from came where dropped_at is null group by company_id, store order by company_id, store
  on conflict on constraint media_bytes_store do update set bytes = m.bytes + excluded.bytes;
  return null;
end $$;
create trigger assets_bytes_came after insert on assets
  referencing new table as came for each statement execute function add_media_bytes();

-- Only what is there is counted down: with a company its counts go too.
create function take_media_bytes() returns trigger language plpgsql as $$
begin
  update media_bytes m set bytes = m.bytes - w.bytes
  from (select company_id, store, sum(bytes) as bytes from went where dropped_at is null group by company_id, store) w
  where m.company_id = w.company_id and m.store = w.store;
  return null;
end $$;
create trigger assets_bytes_went after delete on assets
  referencing old table as went for each statement execute function take_media_bytes();

-- A name or a description changes no count, and locks none.
create function change_media_bytes() returns trigger language plpgsql as $$
begin
  insert into media_bytes as m (company_id, store, bytes)
  select company_id, store, sum(bytes) from (
    select company_id, store, bytes from came where dropped_at is null
    union all
    select company_id, store, -bytes from went where dropped_at is null) c
  group by company_id, store having sum(bytes) <> 0 order by company_id, store
  on conflict on constraint media_bytes_store do update set bytes = m.bytes + excluded.bytes;
  return null;
end $$;
create trigger assets_bytes_changed after update on assets
  referencing old table as went new table as came for each statement execute function change_media_bytes();

insert into media_bytes (company_id, store, bytes)
select company_id, store, sum(bytes) from assets where dropped_at is null group by company_id, store;

-- What was sent by other programs and refused is kept to be mended: so many bytes of it for a company.
alter table intake_items add column body_bytes integer not null generated always as (coalesce(octet_length(body), 0)) stored;
create index intake_items_bodies on intake_items (company_id) include (body_bytes) where body is not null;
