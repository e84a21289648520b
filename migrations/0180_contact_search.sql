-- Contacts are found by any part of their words, as before (migrations 0107, 0140), by an index that costs a third: what is looked up is
-- kept with each contact, as numbers of four bytes, where it was worked out again for each write. Whoever brings many contacts works
-- the numbers out itself (contacts::server::words does the same as this function) and hands them over; else a trigger does.

-- Every three characters that stand together, in lower case, as a number that holds within one company only: their code points as digits,
-- divided by the largest prime below 2 ^ 32. Not in SQL alone: the list of code points would be made anew for each of them.
create function contact_keys(company uuid, words text) returns integer[]
language plpgsql immutable strict parallel safe as $$
declare
  codes bigint[] := array(select pg_catalog.ascii(c)::bigint from pg_catalog.string_to_table(pg_catalog.lower(words), null) c);
  seed bigint := ('x' || pg_catalog.right(company::text, 8))::bit(32)::bigint;
begin
  return array(
    select distinct (((((codes[n] * 1000003 + codes[n + 1]) * 1000003 + codes[n + 2]) % 4294967291) # seed) - 2147483648)::integer as key
    from pg_catalog.generate_series(1, pg_catalog.cardinality(codes) - 2) n
    order by key);
end $$;

alter table contacts add column search integer[];
update contacts set search = contact_keys(company_id, contact_words(full_name, email, phone, phone_e164, company_name));
alter table contacts alter column search set not null;
-- Nobody plans by how frequent each number is; counting them would take most of the time of an analysis.
alter table contacts alter column search set statistics 0;

create function keep_contact_keys() returns trigger language plpgsql as $$
begin
  new.search := contact_keys(new.company_id, contact_words(new.full_name, new.email, new.phone, new.phone_e164, new.company_name));
  return new;
end $$;
create trigger contacts_search_new before insert on contacts
  for each row when (new.search is null) execute function keep_contact_keys();
create trigger contacts_search_changed before update on contacts
  for each row when ((new.full_name, new.email, new.phone, new.phone_e164, new.company_name)
                     is distinct from (old.full_name, old.email, old.phone, old.phone_e164, old.company_name))
  execute function keep_contact_keys();

drop index contacts_search;
create index contacts_search on contacts using gin (search) with (gin_pending_list_limit = 4096) where deleted_at is null;

-- The same answers as in migration 0155, without a regular expression for most addresses, and in one expression, which the index works
-- out where it stands (a function with a FROM is a query for each row).
create or replace function contact_mailbox(email_key text) returns text
language sql immutable parallel safe as $$
  select case when split_part(email_key, '@', -1) in ('gmail.com', 'googlemail.com') then 'gmail.com '
                else split_part(email_key, '@', -1) || ' ' end
      || case when split_part(email_key, '@', -1) in ('gmail.com', 'googlemail.com')
                then replace(case when position('+' in email_key) = 0 then left(email_key, - length(split_part(email_key, '@', -1)) - 1)
                                  else regexp_replace(left(email_key, - length(split_part(email_key, '@', -1)) - 1), '(.)\+.*$', '\1') end, '.', '')
              when position('+' in email_key) = 0 then left(email_key, - length(split_part(email_key, '@', -1)) - 1)
              else regexp_replace(left(email_key, - length(split_part(email_key, '@', -1)) - 1), '(.)\+.*$', '\1') end
$$;
