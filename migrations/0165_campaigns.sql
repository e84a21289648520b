-- Campaigns: a brief, the plan that was made of it (strategy, messages, planned posts), and what became of the planned posts. A company
-- has a few hundred at most (`features::campaigns::model::MOST`).

create table campaigns (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  name text not null constraint campaigns_name check (length(name) between 1 and 100),
  goal text not null constraint campaigns_goal check (length(goal) between 1 and 500),
  -- What is sold or shown: words, or the address of a page.
  product text not null default '' constraint campaigns_product check (length(product) <= 500),
  audience text not null default '' constraint campaigns_audience check (length(audience) <= 200),
  tone text not null default 'friendly',
  -- In words: nothing is paid from it.
  budget text not null default '' constraint campaigns_budget check (length(budget) <= 100),
  from_day date not null,
  to_day date not null,
  -- Accounts that were chosen; they may be gone by now.
  account_ids uuid[] not null,
  -- writing: its job is at work. stopped: it ended early, for the reason in why. ready: the plan is there.
  state text not null default 'writing' constraint campaigns_state check (state in ('writing', 'stopped', 'ready')),
  why text not null default '',
  -- The planned posts and their times are worked out; from here on the job only writes texts.
  planned boolean not null default false,
  -- How many texts the job has been through, and of how many.
  done integer not null default 0,
  strategy text not null default '' constraint campaigns_strategy check (length(strategy) <= 3000),
  messages text[] not null default '{}',
  -- What a person should know of how the plan came about.
  note text not null default '' constraint campaigns_note check (length(note) <= 2000),
  -- A person changed strategy or messages: no model writes over them.
  edited boolean not null default false,
  -- No model is asked, although there may be a key.
  without_model boolean not null default false,
  version integer not null default 1,
  -- Whose rights the job has: who began it, or let it go on.
  asked_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint campaigns_pkey primary key (company_id, id),
  constraint campaigns_days check (to_day >= from_day)
);
create index campaigns_listed on campaigns (company_id, created_at, id) where deleted_at is null;
create index campaigns_deleted on campaigns (deleted_at) where deleted_at is not null;

-- What a model answered, by the name of the question: a job that goes on after a crash takes it from here, so that nothing is paid twice.
create table campaign_steps (
  company_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  name text not null,
  answer text not null,
  at timestamptz not null default now(),
  constraint campaign_steps_pkey primary key (company_id, id),
  constraint campaign_steps_once unique (company_id, campaign_id, name),
  foreign key (company_id, campaign_id) references campaigns (company_id, id) on delete cascade
);

create table campaign_posts (
  company_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  -- Its number in the campaign, from 1.
  place integer not null,
  connection_id uuid not null,
  -- In the company's zone.
  local_time timestamp not null,
  -- Empty: it waits to be written.
  text text not null default '' constraint campaign_posts_text check (length(text) <= 5000),
  -- What it could say, for whoever writes it.
  hint text not null default '' constraint campaign_posts_hint check (length(hint) <= 1000),
  asset_id uuid,
  -- accepting: a post is being made of it; where that was cut off, it can be done again.
  state text not null default 'proposed'
    constraint campaign_posts_state check (state in ('proposed', 'accepting', 'draft', 'scheduled', 'refused')),
  -- Why it could not be accepted, or why a model's text was not taken.
  reason text not null default '' constraint campaign_posts_reason check (length(reason) <= 500),
  -- A model is asked for another text of it.
  rewriting boolean not null default false,
  edited boolean not null default false,
  version integer not null default 1,
  decided_by uuid references users (id) on delete set null,
  decided_at timestamptz,
  -- The id that its post gets: however often it is accepted, it becomes one post. A new one after Undo.
  post_key uuid not null,
  -- The post that it became.
  post_id uuid,
  constraint campaign_posts_pkey primary key (company_id, id),
  constraint campaign_posts_place unique (company_id, campaign_id, place),
  foreign key (company_id, campaign_id) references campaigns (company_id, id) on delete cascade,
  foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade,
  foreign key (company_id, asset_id) references assets (company_id, id) on delete set null (asset_id),
  foreign key (company_id, post_id) references posts (company_id, id) on delete set null (post_id)
);
create index campaign_posts_listed on campaign_posts (company_id, campaign_id, local_time, id);
create index campaign_posts_post on campaign_posts (company_id, post_id) where post_id is not null;
create index campaign_posts_asset on campaign_posts (company_id, asset_id) where asset_id is not null;
create index campaign_posts_connection on campaign_posts (company_id, connection_id);
