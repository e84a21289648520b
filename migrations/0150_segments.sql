-- Segments beside the newsletter: by a rule, which the program keeps up, and lists that people fill by hand.

alter table segments drop constraint segments_kind;
alter table segments
  -- Only for kind rule: groups of conditions (features/contacts/segments/rule.rs).
  add column rule jsonb,
  -- Whether time alone changes who fits: conditions such as "in the last 30 days".
  add column moves boolean not null default false,
  -- Grows with every change of the rule: who works it out by an older one stops.
  add column version integer not null default 0,
  -- Contacts that were looked at since the rule changed; null: all of them were.
  add column looked_at integer,
  add column changed_by uuid references users (id) on delete set null,
  add column changed_at timestamptz not null default now(),
  add constraint segments_kind check (kind in ('newsletter', 'rule', 'list')),
  add constraint segments_rule check ((kind = 'rule') = (rule is not null));
create index segments_deleted on segments (deleted_at) where deleted_at is not null;
create index segments_moving on segments (company_id, id) where moves;

-- Which segment somebody joined or left, for conditions about it; the name stands in the entry's words.
alter table contact_events add column segment_id uuid;

-- A rule while somebody builds it: kept from one press to the next, so that it works without JavaScript and survives a reload.
create table segment_drafts (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  by_user uuid not null references users (id) on delete cascade,
  -- The segment that is changed; null: a new one.
  segment_id uuid,
  name text not null default '',
  -- The rows of the form.
  rows jsonb not null,
  at timestamptz not null default now(),
  constraint segment_drafts_pkey primary key (company_id, id),
  foreign key (company_id, segment_id) references segments (company_id, id) on delete cascade
);
create index segment_drafts_of on segment_drafts (company_id, by_user, at, id);
create index segment_drafts_old on segment_drafts (at);
