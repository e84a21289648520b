-- Short links of the program's own (`/s/…`), and how often each was followed on a day. Nothing is kept of who followed one.
create table short_links (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  code text not null,
  target text not null constraint short_links_target check (length(target) between 1 and 2000),
  -- By which the company finds it again; may be empty.
  name text not null default '' constraint short_links_name check (length(name) <= 100),
  -- It leads nowhere while this is set.
  stopped_at timestamptz,
  changed_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint short_links_pkey primary key (company_id, id),
  -- Also those that are deleted: a code that was out once never leads elsewhere by chance.
  constraint short_links_code unique (code)
);
create index short_links_listed on short_links (company_id, created_at, id) where deleted_at is null;
-- The same address is shortened once.
create index short_links_of_target on short_links (company_id, md5(target)) where deleted_at is null and stopped_at is null;
create index short_links_search on short_links using gin (search_keys(company_id, name || ' ' || target))
  with (gin_pending_list_limit = 256) where deleted_at is null;
create index short_links_deleted on short_links (deleted_at) where deleted_at is not null;

create table short_link_days (
  company_id uuid not null,
  -- In UTC.
  day date not null,
  -- The link's.
  id uuid not null,
  clicks bigint not null default 0,
  -- Programs that look at links: previews, crawlers, prefetching.
  bots bigint not null default 0,
  constraint short_link_days_pkey primary key (company_id, day, id),
  foreign key (company_id, id) references short_links (company_id, id) on delete cascade
);
create index short_link_days_of on short_link_days (company_id, id, day);

-- What the campaign parameters of a company's links begin with.
create table link_defaults (
  company_id uuid not null references companies (id) on delete cascade,
  -- The company's.
  id uuid not null,
  medium text not null constraint link_defaults_medium check (length(medium) <= 60),
  campaign text not null constraint link_defaults_campaign check (length(campaign) <= 100),
  constraint link_defaults_pkey primary key (company_id, id)
);
