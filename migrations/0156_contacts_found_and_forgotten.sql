-- The list of contacts by name: read from one end of an index, like the others. Whoever has no name stands under the address.
create function contact_sort_name(full_name text, email text) returns text language sql immutable parallel safe as $$
  select left(lower(case when full_name = '' then email else full_name end), 100)
$$;
create index contacts_named on contacts (company_id, contact_sort_name(full_name, email), id) where deleted_at is null;

-- The same keys as before (migration 0107), for short texts in half the time: an index of words is most of what taking in a file of
-- contacts costs. The same key may come twice now; an index keeps it once. In long texts each look at a place begins at the beginning,
-- so they are read as before.
create or replace function search_keys(company uuid, words text) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
  lowered text := pg_catalog.lower(words);
  seed bigint := pg_catalog.hashtextextended(company::text, 0);
begin
  if pg_catalog.length(lowered) <= 400 then
    return array(
      select pg_catalog.hashtextextended(pg_catalog.substr(lowered, n, 3), seed)
      from pg_catalog.generate_series(1, pg_catalog.length(lowered) - 2) n);
  end if;
  return array(
    select distinct pg_catalog.hashtextextended(three, seed)
    from (select c || lead(c) over w || lead(c, 2) over w as three
          from pg_catalog.string_to_table(lowered, null) with ordinality as characters (c, n)
          window w as (order by n)) threes
    where three is not null);
end $$;

-- Whoever is erased is not named any more where agents, conversations and the log of errors have written about contacts: an address, and a
-- name of two words or more, become "…". Answers in how many texts that was. Only for the erasure of one person: it reads those tables.
create function forget_person(company uuid, email text, full_name text) returns integer language plpgsql as $$
declare
  special constant text := '([].*+?^${}()|[\\])';
  pattern text := regexp_replace(email, special, '\\\1', 'g');
  place record;
  changed integer;
  total integer := 0;
begin
  if full_name ~ '\S \S' and length(full_name) >= 6 then
    pattern := pattern || '|' || regexp_replace(full_name, special, '\\\1', 'g');
  end if;
  for place in
    select c.table_name, c.column_name, c.data_type
    from (values
      ('agent_runs', 'headline'), ('agent_runs', 'error'), ('agent_run_steps', 'note'), ('agent_run_steps', 'data'),
      ('agent_proposals', 'action'), ('agent_proposals', 'why'), ('agent_proposals', 'reason'), ('agent_documents', 'title'),
      ('agent_document_versions', 'markdown'), ('agent_memory', 'words'), ('agent_tasks', 'what'), ('agent_tasks', 'subject'),
      ('agent_tasks', 'result'), ('chat_conversations', 'title'), ('chat_messages', 'text'), ('chat_messages', 'problem'),
      ('chat_messages', 'acts'), ('chat_messages', 'sources'), ('model_calls', 'detail'),
      ('error_log', 'error_message'), ('error_log', 'error_stack'), ('error_log', 'endpoint'), ('error_log', 'resolution_notes')
    ) p (table_name, column_name)
    join information_schema.columns c
      on c.table_schema = current_schema() and c.table_name = p.table_name and c.column_name = p.column_name
  loop
    execute format(
      'update %1$I set %2$I = regexp_replace(%2$I::text, $2, ''…'', ''gi'')::%3$s where company_id = $1 and %2$I::text ~* $2',
      place.table_name, place.column_name, place.data_type)
    using company, pattern;
    get diagnostics changed = row_count;
    total := total + changed;
  end loop;
  return total;
end $$;
