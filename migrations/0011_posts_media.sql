-- The same file in a company is one asset; who changed a post last, for the words of a conflict.
create unique index assets_once on assets (company_id, sha256) where deleted_at is null;

alter table posts add column updated_by uuid references users (id) on delete set null;
