-- Which model makes pictures for a company; empty: the usual one of its service.
alter table model_settings
  add column picture_model text not null default '' constraint model_settings_picture_model check (length(picture_model) <= 120);
