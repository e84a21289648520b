-- Language models: what a company chose, every call with what it cost, and the sum of each month.

-- One row for a company that chose anything; its id is the company's.
create table model_settings (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null constraint model_settings_one check (id = company_id),
  -- A platform; null: the first one with keys.
  service text constraint model_settings_service check (length(service) <= 40),
  model text not null default '' constraint model_settings_model check (length(model) <= 120),
  -- Answers when the first does not exist any more or is overloaded.
  fallback text not null default '' constraint model_settings_fallback check (length(fallback) <= 120),
  -- Most that may be spent in a month, in millionths of a dollar; null: no cap.
  cap_micros bigint constraint model_settings_cap check (cap_micros >= 0),
  changed_by uuid references users (id) on delete set null,
  changed_at timestamptz not null default now(),
  primary key (company_id, id)
);

-- One row for each call, also for one that failed. What was asked and answered does not stand here.
create table model_calls (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  user_id uuid references users (id) on delete set null,
  feature text not null constraint model_calls_feature check (length(feature) between 1 and 40),
  service text not null,
  model text not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text not null default 'running' constraint model_calls_outcome
    check (outcome in ('running', 'answered', 'cut', 'filtered', 'declined', 'failed', 'stopped')),
  -- The service's code for what went wrong.
  detail text not null default '' constraint model_calls_detail check (length(detail) <= 200),
  input_tokens int not null default 0 constraint model_calls_input check (input_tokens >= 0),
  output_tokens int not null default 0 constraint model_calls_output check (output_tokens >= 0),
  -- The service did not count: it is ours, by the number of characters.
  estimated boolean not null default false,
  -- Millionths of a dollar.
  cost_micros bigint not null default 0 constraint model_calls_cost check (cost_micros >= 0),
  primary key (company_id, id)
);
create index model_calls_recent on model_calls (company_id, started_at desc, id desc);
create index model_calls_old on model_calls (started_at);
create index model_calls_user on model_calls (user_id) where user_id is not null;
create index model_settings_changed_by on model_settings (changed_by) where changed_by is not null;

-- What a company spent in a month (in UTC), so that a cap is looked up and never summed.
create table model_months (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  month date not null,
  calls int not null default 0,
  cost_micros bigint not null default 0,
  primary key (company_id, id),
  constraint model_months_once unique (company_id, month)
);
