-- Files of contacts are taken in by two transactions at a time, each with the people of its own half (told by their addresses, so that
-- the same person is always in the same one, in the order of the file). How far each half is, so that a run that was cut off goes on
-- behind what is there.
create table contact_import_halves (
  company_id uuid not null,
  import_id uuid not null,
  id uuid not null,
  half smallint not null constraint contact_import_halves_half check (half in (0, 1)),
  -- Rows of the file up to here are taken in, as far as they are of this half.
  read_rows bigint not null default 0,
  constraint contact_import_halves_pkey primary key (company_id, id),
  constraint contact_import_halves_once unique (company_id, import_id, half),
  foreign key (company_id, import_id) references contact_imports (company_id, id) on delete cascade
);
insert into contact_import_halves (company_id, import_id, id, half, read_rows)
  select company_id, id, gen_random_uuid(), half, read_rows from contact_imports cross join generate_series(0, 1) half;

alter table contact_import_rows add column search integer[];

-- A reference is looked up for each row that is written, which costs more than the row (11 of 16 microseconds). What happened with somebody and
-- what an import did go with that person all the same: the trigger looks for them. Whoever writes an entry holds the contact.
alter table contact_import_changes
  drop constraint contact_import_changes_company_id_import_id_fkey,
  drop constraint contact_import_changes_company_id_contact_id_fkey;
alter table contact_events
  drop constraint contact_events_company_id_contact_id_fkey,
  drop constraint contact_events_by_user_fkey;
create function forget_history() returns trigger language plpgsql as $$
begin
  delete from contact_events e where e.company_id = old.company_id and e.contact_id = old.id;
  delete from contact_import_changes c where c.company_id = old.company_id and c.contact_id = old.id;
  return null;
end $$;
create trigger contacts_history after delete on contacts for each row execute function forget_history();

-- Home counts where the newest people came from: with the source beside it, the index is all that is read.
drop index contacts_listed;
create index contacts_listed on contacts (company_id, created_at, id) include (source) where deleted_at is null;
