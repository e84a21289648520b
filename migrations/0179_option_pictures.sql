-- Pictures of the library that a platform's option names (a video's thumbnail): where a file is used, and which files stay.
create index deliveries_option_pictures on deliveries (company_id, (options ->> 'thumbnail')) where options ? 'thumbnail';

-- A copy of a video in the form that networks take, while ffmpeg makes it and for a month afterwards.
create table media_conversions (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  asset_id uuid not null,
  -- waiting: its job has not begun. working: ffmpeg is at it. done: the copy is there. failed: for the reason in why.
  state text not null default 'waiting' constraint media_conversions_state
    check (state in ('waiting', 'working', 'done', 'failed', 'cancelled')),
  percent smallint not null default 0 constraint media_conversions_percent check (percent between 0 and 100),
  why text not null default '' constraint media_conversions_why check (length(why) <= 500),
  asked_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (company_id, id),
  constraint media_conversions_asset foreign key (company_id, asset_id) references assets (company_id, id) on delete cascade
);
-- One at a time of each video.
create unique index media_conversions_open on media_conversions (company_id, asset_id) where state in ('waiting', 'working');
create index media_conversions_recent on media_conversions (company_id, asset_id, created_at);
create index media_conversions_old on media_conversions (created_at);
create index media_conversions_asked_by on media_conversions (asked_by) where asked_by is not null;
