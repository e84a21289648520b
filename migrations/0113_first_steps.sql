-- A member does not want to see the first steps on Home any more; in this company, for nobody else.
alter table members add column first_steps_hidden boolean not null default false;
