-- What a post gets on one account beside its text: the format it appears in, and the platform's own options.
alter table deliveries
  add column format text not null default 'feed' constraint deliveries_format_is_short check (length(format) <= 40),
  add column options jsonb not null default '{}' constraint deliveries_options_are_an_object check (jsonb_typeof(options) = 'object'),
  -- Of the platform's schema, by which the options were chosen.
  add column options_version smallint not null default 1;
