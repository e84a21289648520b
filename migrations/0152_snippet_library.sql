-- The library of kept texts: full-text search, tags to choose from, and acts on several texts that can be taken back.

-- What a text can be found by: its words (and those of its addresses) as they are, and their stems by the rules of four languages
-- ("roasting" finds "roasted"). Each begins with the end of the company's id, so that one index serves all companies and a question
-- reads only its own part of it.
create function word_keys(company uuid, words text) returns tsvector
language sql immutable strict parallel safe as $$
  select coalesce(pg_catalog.array_to_tsvector(pg_catalog.array_agg(distinct
           pg_catalog.right(company::text, 12) || ':' || pg_catalog.left(w.lexeme, 200))), ''::pg_catalog.tsvector)
  from (values ('pg_catalog.simple'::pg_catalog.regconfig), ('pg_catalog.english'), ('pg_catalog.german'), ('pg_catalog.french'),
               ('pg_catalog.spanish')) languages (language)
  cross join lateral pg_catalog.unnest(pg_catalog.to_tsvector(language, pg_catalog.translate(words, '/', ' '))) w
$$;

-- The question for what somebody typed: every word must be there, as the beginning of a word or by its stem. Null where nothing of it
-- is a word.
create function word_query(company uuid, typed text) returns tsquery
language sql immutable strict parallel safe as $$
  select pg_catalog.string_agg('(' || one.keys || ')', ' & ' order by n)::pg_catalog.tsquery
  from (
    select word.n, pg_catalog.string_agg('(' || way.keys || ')', ' | ') as keys
    from pg_catalog.regexp_split_to_table(typed, '\s+') with ordinality as word (text, n)
    cross join (values ('pg_catalog.simple'::pg_catalog.regconfig, ':*'), ('pg_catalog.english', ''), ('pg_catalog.german', ''),
                       ('pg_catalog.french', ''), ('pg_catalog.spanish', '')) languages (language, ending)
    cross join lateral (
      select pg_catalog.string_agg('''' || pg_catalog.right(company::text, 12) || ':' || pg_catalog.replace(pg_catalog.replace(
               pg_catalog.left(w.lexeme, 200), '\', '\\'), '''', '''''') || '''' || ending, ' & ') as keys
      from pg_catalog.unnest(pg_catalog.to_tsvector(language, pg_catalog.translate(word.text, '/', ' '))) w) way
    where way.keys is not null
    group by word.n) one
$$;

alter table snippets add column found_by tsvector not null
  generated always as (word_keys(company_id, name || ' ' || folder || ' ' || tags || ' ' || text)) stored;
create index snippets_found_by on snippets using gin (found_by) with (gin_pending_list_limit = 256) where deleted_at is null;
create index snippets_tags on snippets (company_id, tags) where deleted_at is null and tags <> '';

-- What was done with several snippets at once, with what is needed to take it back.
create table snippet_acts (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  act text not null constraint snippet_acts_act check (act in ('move', 'tag', 'untag', 'delete')),
  by_user uuid references users (id) on delete set null,
  at timestamptz not null default now(),
  undone_at timestamptz,
  constraint snippet_acts_pkey primary key (company_id, id)
);
create index snippet_acts_by on snippet_acts (by_user) where by_user is not null;
create index snippet_acts_old on snippet_acts (at);

-- Each snippet as it was before, and its version since: a later change of it is not taken back.
create table snippet_act_items (
  company_id uuid not null,
  id uuid not null,
  act_id uuid not null,
  snippet_id uuid not null,
  folder text not null,
  tags text not null,
  version integer not null,
  constraint snippet_act_items_pkey primary key (company_id, id),
  foreign key (company_id, act_id) references snippet_acts (company_id, id) on delete cascade,
  foreign key (company_id, snippet_id) references snippets (company_id, id) on delete cascade
);
create index snippet_act_items_act on snippet_act_items (company_id, act_id);
create index snippet_act_items_snippet on snippet_act_items (company_id, snippet_id);
