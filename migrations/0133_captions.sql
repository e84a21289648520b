-- Every text that was written for a post by a model, and every text of a person that gave way to one.
create table caption_versions (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  -- Without a reference: captions are written before a new post is saved for the first time, under the id that it will get.
  -- What never was saved is removed after a week.
  post_id uuid not null,
  -- Null: the text for all accounts.
  connection_id uuid,
  text text not null constraint caption_versions_text check (length(text) between 1 and 20000),
  -- What led to it: 'own' for a person's, else what the model was asked for.
  origin text not null constraint caption_versions_origin check (length(origin) between 1 and 40),
  model text not null default '',
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (company_id, id)
);
create index caption_versions_of_post on caption_versions (company_id, post_id, id desc);
create index caption_versions_old on caption_versions (created_at);
create index caption_versions_by on caption_versions (created_by) where created_by is not null;
