-- What stands between a planned delivery and its platform, looked at when it is planned, a day before and ten minutes
-- before it is due. One row per planned delivery; the id is the delivery's.
create table delivery_checks (
  company_id uuid not null,
  id uuid not null,
  -- When the delivery was planned last: the result of a check that began before that is not kept.
  planned_at timestamptz not null default clock_timestamp(),
  -- When it is to be looked at; null: never again.
  next_at timestamptz,
  -- save, day, soon: by the time that was left. asked: a person wanted it.
  stage text constraint delivery_checks_stage check (stage in ('save', 'day', 'soon', 'asked')),
  -- Null: not looked at yet.
  verdict text constraint delivery_checks_verdict check (verdict in ('ok', 'warning', 'problem')),
  -- What was found (features/publishing/checks/model.rs).
  findings jsonb not null default '[]',
  checked_at timestamptz,
  primary key (company_id, id),
  foreign key (company_id, id) references deliveries (company_id, id) on delete cascade
);
create index delivery_checks_next on delivery_checks (next_at) where next_at is not null;

insert into delivery_checks (company_id, id, next_at) select company_id, id, now() from deliveries where state = 'queued';

-- A post that could not be sent in time goes out when it is at most so late, and is held and asked about otherwise.
alter table companies add column late_minutes integer not null default 15
  constraint companies_late check (late_minutes between 0 and 1440);
