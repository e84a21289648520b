-- How a company sounds: part of every request to a model that writes for it.
create table brand_voices (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null constraint brand_voices_one check (id = company_id),
  -- What it does, how it sounds, whom it speaks to.
  about text not null default '' constraint brand_voices_about check (length(about) <= 600),
  tone text not null default '' constraint brand_voices_tone check (length(tone) <= 600),
  audience text not null default '' constraint brand_voices_audience check (length(audience) <= 600),
  -- Words and names that it likes to use.
  words text[] not null default '{}' constraint brand_voices_words check (cardinality(words) <= 40),
  -- Texts of its own, as it wants to be written.
  examples text[] not null default '{}' constraint brand_voices_examples check (cardinality(examples) <= 5),
  changed_by uuid references users (id) on delete set null,
  changed_at timestamptz,
  -- What was read out of a text or page and nobody kept yet, in the same fields.
  learnt jsonb,
  learnt_at timestamptz,
  constraint brand_voices_pkey primary key (company_id, id)
);
create index brand_voices_by on brand_voices (changed_by) where changed_by is not null;
