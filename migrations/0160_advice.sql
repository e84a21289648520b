-- What a language model said about an error, where somebody asked one: advice, and never more.
alter table error_log add column advice jsonb;
