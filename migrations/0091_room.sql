-- A delivery's row changes three times on its way, and its neighbours go out with it: with this much room on the page all
-- of that stays there, and no index has to be told.
alter table deliveries set (fillfactor = 40);
