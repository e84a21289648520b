-- What a picture says about the place and the camera is removed when it is uploaded, unless the company wants to keep it.
alter table companies add column keeps_picture_details boolean not null default false;
alter table assets add column details_removed boolean not null default false;

-- A picture is described for the post that shows it. The picture keeps the last description: a new use starts with it.
alter table post_media add column alt text not null default '' constraint post_media_alt check (length(alt) <= 2000);
update post_media m set alt = left(a.alt, 2000) from assets a where a.company_id = m.company_id and a.id = m.asset_id;
