-- In which store a file lies: `folder` is the server's own, an object store is named by host and bucket. Keys can change; the files
-- stay where they are.
alter table assets add column store text not null default 'folder' constraint assets_store check (length(store) between 1 and 500);
alter table media_uploads
  add column store text not null default 'folder' constraint media_uploads_store check (length(store) between 1 and 500);
