-- REST hooks: other programs, Zapier above all, are told what happens here. A subscription names an event and an address; each thing
-- that happens is one item for it.

create table hooks (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  event text not null constraint hooks_event check (event in ('contact_captured', 'post_published', 'post_needs_you')),
  target_url text not null constraint hooks_target_url check (octet_length(target_url) <= 2000),
  -- With whose password it was made: without a password of that name that works, nothing is sent.
  user_name text not null,
  made_at timestamptz not null default now(),
  sent integer not null default 0,
  last_sent_at timestamptz,
  -- Since when nothing arrived, and what was said last.
  failing_since timestamptz,
  last_error text,
  -- Nothing arrived for days: nothing is sent any more until somebody says so.
  paused_at timestamptz,
  constraint hooks_pkey primary key (company_id, id),
  constraint hooks_once unique (company_id, event, target_url)
);

create table hook_items (
  company_id uuid not null,
  id uuid not null,
  hook_id uuid not null,
  -- The line of the history that it tells of: told once to each subscription.
  source_id uuid not null,
  contact_id uuid,
  delivery_id uuid,
  -- What happened: the kind of the contact's entry, or the delivery's new state.
  kind text not null,
  at timestamptz not null default now(),
  state text not null default 'waiting' constraint hook_items_state check (state in ('waiting', 'sent', 'gone', 'failed')),
  sent_at timestamptz,
  constraint hook_items_pkey primary key (company_id, id),
  constraint hook_items_once unique (company_id, hook_id, source_id),
  foreign key (company_id, hook_id) references hooks (company_id, id) on delete cascade,
  foreign key (company_id, contact_id) references contacts (company_id, id) on delete cascade
);
create index hook_items_unsent on hook_items (company_id, hook_id, at) where state in ('waiting', 'failed');
create index hook_items_contact on hook_items (company_id, contact_id) where contact_id is not null;
create index hook_items_old on hook_items (at);

-- The features that write these histories know nothing of hooks: the database writes the items and puts their jobs in, in the
-- transaction of what happened, with one statement that finds nothing where nobody subscribed. `priority` and `max_attempts` are
-- those of features/intake/hooks/server/send.rs; a test compares them.
create function queue_hook_items(items uuid[], companies uuid[], hooks uuid[]) returns void language plpgsql as $$
begin
  if cardinality(items) > 0 then
    insert into jobs (id, kind, company_id, payload, priority, max_attempts, queue_key)
      select gen_random_uuid(), 'send_hook', i.company_id, jsonb_build_object('item', i.id), 120, 16, 'hook:' || i.hook_id
      from unnest(items, companies, hooks) as i (id, company_id, hook_id);
    perform pg_notify('lux_jobs', '');
  end if;
end $$;

create function tell_hooks_of_deliveries() returns trigger language plpgsql as $$
declare
  items uuid[];
  companies uuid[];
  hooks uuid[];
begin
  with told as (
    insert into hook_items (company_id, id, hook_id, source_id, delivery_id, kind, at)
      select e.company_id, gen_random_uuid(), h.id, e.id, e.delivery_id, e.to_state, e.at
      from new_events e
      join hooks h on h.company_id = e.company_id and h.paused_at is null
        and h.event = case when e.to_state = 'live' then 'post_published' else 'post_needs_you' end
      join deliveries d on d.company_id = e.company_id and d.id = e.delivery_id and d.part = 0
      where e.to_state <> e.from_state
        and e.to_state in ('live', 'needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'by_hand', 'failed')
      on conflict on constraint hook_items_once do nothing
      returning id, company_id, hook_id
  )
  select array_agg(t.id), array_agg(t.company_id), array_agg(t.hook_id) into items, companies, hooks from told t;
  perform queue_hook_items(items, companies, hooks);
  return null;
end $$;
create trigger delivery_events_hooks after insert on delivery_events
  referencing new table as new_events for each statement execute function tell_hooks_of_deliveries();

-- So many with one statement came in with a file: hooks tell of people who come one by one, or some hundreds at a time.
create function tell_hooks_of_contacts() returns trigger language plpgsql as $$
declare
  items uuid[];
  companies uuid[];
  hooks uuid[];
begin
  with told as (
    insert into hook_items (company_id, id, hook_id, source_id, contact_id, kind, at)
      select e.company_id, gen_random_uuid(), h.id, e.id, e.contact_id, e.kind, e.at
      from new_events e
      join hooks h on h.company_id = e.company_id and h.paused_at is null and h.event = 'contact_captured'
      where e.kind in ('captured', 'captured_again') and (select count(*) from new_events) <= 4000
      on conflict on constraint hook_items_once do nothing
      returning id, company_id, hook_id
  )
  select array_agg(t.id), array_agg(t.company_id), array_agg(t.hook_id) into items, companies, hooks from told t;
  perform queue_hook_items(items, companies, hooks);
  return null;
end $$;
create trigger contact_events_hooks after insert on contact_events
  referencing new table as new_events for each statement execute function tell_hooks_of_contacts();
