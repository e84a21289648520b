-- The library of files: folders, lists by key, search, where a file is used, deleting with a way back.

-- A folder is a name. A deleted one keeps its files, which then are in none, and can be taken back until it is removed.
create table media_folders (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  name text not null constraint media_folders_name check (length(name) between 1 and 60),
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (company_id, id)
);
create unique index media_folders_once on media_folders (company_id, lower(name)) where deleted_at is null;
create index media_folders_deleted on media_folders (deleted_at) where deleted_at is not null;

alter table assets
  add column folder_id uuid,
  -- Where it was before it was last moved: the way back.
  add column folder_before uuid,
  add column kind text not null generated always as (
    case when mime like 'video/%' then 'video' when mime like 'application/%' then 'document' else 'picture' end) stored,
  -- Whether any post shows it; `follow_asset_use` keeps it.
  add column used boolean not null default false,
  -- The bytes are removed; the row stays for the posts that showed it.
  add column dropped_at timestamptz,
  -- A poster was tried to be made of this video.
  add column poster_tried boolean not null default false,
  add constraint assets_folder foreign key (company_id, folder_id)
    references media_folders (company_id, id) on delete set null (folder_id);

create index post_media_asset on post_media (company_id, asset_id, post_id);
update assets a set used = true
where exists (select from post_media m where m.company_id = a.company_id and m.asset_id = a.id);

-- At the end of the transaction, as a save takes all pictures out of a post and puts them in again. The row is locked before
-- anybody looks, so that of two posts that come and go together the later one sees the other.
create function follow_asset_use() returns trigger language plpgsql as $$
declare
  company uuid;
  asset uuid;
begin
  if tg_op = 'DELETE' then
    company := old.company_id;
    asset := old.asset_id;
  else
    company := new.company_id;
    asset := new.asset_id;
  end if;
  perform from assets a where a.company_id = company and a.id = asset for no key update;
  update assets a set used = not a.used
  where a.company_id = company and a.id = asset
    and a.used is distinct from exists (select from post_media m where m.company_id = company and m.asset_id = asset);
  return null;
end $$;
create constraint trigger post_media_use after insert or delete on post_media
  deferrable initially deferred for each row execute function follow_asset_use();

-- Lists, newest first. Copies stand with the file that they were made of. Each choice (kind, used or not, folder) is one stretch of
-- an index; a list without a choice puts their first rows together.
drop index assets_recent;
create index assets_listed on assets (company_id, kind, used, created_at, id) where deleted_at is null and copy_of is null;
create index assets_in_folder on assets (company_id, folder_id, kind, used, created_at, id)
  where deleted_at is null and copy_of is null and folder_id is not null;
create index assets_folder_of on assets (company_id, folder_id) where folder_id is not null;
create index assets_search on assets using gin (search_keys(company_id, file_name || ' ' || alt))
  with (gin_pending_list_limit = 256) where deleted_at is null and copy_of is null;
create index assets_deleted on assets (deleted_at) where deleted_at is not null and dropped_at is null;
create index assets_posterless on assets (created_at) where kind = 'video' and not has_thumb and not poster_tried and deleted_at is null;
