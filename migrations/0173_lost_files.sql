-- Files that the store has no more: where each came from, so that it can be fetched again, and which of them are missing.
alter table assets
  -- The address that it was taken from, and what the bytes were that came from there. Only a file with these same bytes takes its place.
  add column source_url text constraint assets_source_url check (length(source_url) between 1 and 2000),
  add column source_sha256 bytea,
  -- Somebody asked for it and the store did not have it, or not whole.
  add column missing_at timestamptz,
  add constraint assets_source check ((source_url is null) = (source_sha256 is null));
create index assets_missing on assets (missing_at) where missing_at is not null;
