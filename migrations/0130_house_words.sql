-- A company's own words: which are never to be written, and which are never marked when the studio says how a text reads.
create table house_words (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  word text not null constraint house_words_word check (length(word) between 1 and 80),
  rule text not null constraint house_words_rule check (rule in ('avoid', 'allow')),
  added_at timestamptz not null default now(),
  primary key (company_id, id),
  constraint house_words_once unique (company_id, word)
);
