-- Videos and documents beside pictures. What is known of them stands beside the size.
alter table assets
  -- Of a video: its length, its codecs (audio: null without sound), frames in 1,000 seconds, bits a second.
  add column millis bigint,
  add column codec text,
  add column audio text,
  add column frames integer,
  add column bit_rate bigint,
  -- Of a document.
  add column pages integer,
  -- Whether the store has a small picture of it.
  add column has_thumb boolean not null default true;

-- A file on its way in, as many parts as it takes, each an object in the store. When all are there a job puts them together,
-- reads what the file is, and makes the asset.
create table media_uploads (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  file_name text not null,
  bytes bigint not null,
  -- Bytes of each part but the last.
  part_bytes integer not null,
  -- The numbers of the parts that are there, from 0, in order.
  parts integer[] not null default '{}',
  state text not null default 'receiving'
    constraint media_uploads_state check (state in ('receiving', 'checking', 'ready', 'refused')),
  -- Why it was refused, for people.
  refused text,
  asset_id uuid,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null default now(),
  -- When something last happened to it; what stands still for a day is given up.
  touched_at timestamptz not null default now(),
  primary key (company_id, id),
  constraint media_uploads_asset check ((state = 'ready') = (asset_id is not null)),
  constraint media_uploads_refused check ((state = 'refused') = (refused is not null))
);
create index media_uploads_idle on media_uploads (touched_at);
