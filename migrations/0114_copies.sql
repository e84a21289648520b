-- A picture that was made of another one, to fit where that one is refused: of which, and how (`CopyWish` and the limits, in one
-- line), so that the same wish finds the same copy.
alter table assets add column copy_of uuid;
alter table assets add column copy_recipe text not null default '' constraint assets_copy_recipe check (length(copy_recipe) <= 200);
alter table assets add constraint assets_copy_of foreign key (company_id, copy_of) references assets (company_id, id);
create index assets_copies on assets (company_id, copy_of, copy_recipe) where copy_of is not null;

-- Whether it may still say where it was taken and with which camera: it came in before that was removed, or while the company kept it.
alter table assets add column may_have_details boolean not null default true;
