-- A picture that was made of another one for a platform: a JPEG, cropped, smaller. The original stays.
alter table assets
  add column copy_of uuid,
  add constraint assets_copy_of foreign key (company_id, copy_of) references assets (company_id, id);
create index assets_copies on assets (company_id, copy_of) where copy_of is not null;
