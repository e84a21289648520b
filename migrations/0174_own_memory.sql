-- What people want the program to know of themselves: each belongs to one member of one company, and goes when they leave it. Nobody
-- else of the company sees it.
create table own_memory (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  user_id uuid not null,
  words text not null constraint own_memory_words check (length(words) between 1 and 500),
  -- Where the person said it.
  source text not null constraint own_memory_source check (length(source) <= 200),
  at timestamptz not null default now(),
  constraint own_memory_pkey primary key (company_id, id),
  foreign key (company_id, user_id) references members (company_id, id) on delete cascade
);
create index own_memory_listed on own_memory (company_id, user_id, at, id);

-- As before (migration 0156), and here, too: whoever is erased is not named any more.
create or replace function forget_person(company uuid, email text, full_name text) returns integer language plpgsql as $$
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
      ('agent_document_versions', 'markdown'), ('agent_memory', 'words'), ('own_memory', 'words'), ('agent_tasks', 'what'), ('agent_tasks', 'subject'),
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
