-- What a connector remembers between two calls is its checkpoint, in the table as in the program.
do $$
begin
  if exists (select from information_schema.columns
             where table_schema = current_schema() and table_name = 'deliveries' and column_name = 'anchor') then
    alter table deliveries rename column anchor to checkpoint;
  end if;
end
$$;
