-- Contacts: people whom a company knows, where they came from, what they agreed to, and what happened.

create table contacts (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  -- As it was written, and as one address is told from another (domain::person); the same in two companies is two people.
  email text not null,
  email_key text not null constraint contacts_email_key check (length(email_key) between 3 and 400),
  first_name text not null default '',
  last_name text not null default '',
  full_name text not null default '',
  -- As it was written, and by E.164 where it says its country.
  phone text not null default '',
  phone_e164 text,
  company_name text not null default '',
  -- Where the person came from last.
  source text not null default '',
  -- Names and values, all texts.
  custom jsonb not null default '{}' constraint contacts_custom check (jsonb_typeof(custom) = 'object'),
  -- What was said last: nothing, yes or no. How and when is in contact_consents.
  consent text not null default 'none' constraint contacts_consent check (consent in ('none', 'given', 'withdrawn')),
  -- Of what came in last: the same again changes nothing.
  captured_sha256 bytea,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint contacts_pkey primary key (company_id, id),
  constraint contacts_once unique (company_id, email_key)
);
-- Each list of the page reads an index from one end and stops.
create index contacts_listed on contacts (company_id, created_at, id) where deleted_at is null;
create index contacts_sources on contacts (company_id, source, created_at, id) where deleted_at is null;
create index contacts_consents on contacts (company_id, consent, created_at, id) where deleted_at is null;
create index contacts_deleted on contacts (deleted_at) where deleted_at is not null;
-- What is searched: as functions of columns that are kept, so that the index and the question cannot differ.
create function contact_words(full_name text, email text, phone text, phone_e164 text, company_name text) returns text
language sql immutable parallel safe as $$
  select full_name || ' ' || email || ' ' || phone || ' ' || coalesce(phone_e164, '') || ' ' || company_name
$$;
create index contacts_search on contacts
  using gin (search_keys(company_id, contact_words(full_name, email, phone, phone_e164, company_name)))
  with (gin_pending_list_limit = 256) where deleted_at is null;

create table contact_tags (
  company_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  tag text not null constraint contact_tags_tag check (length(tag) between 1 and 60),
  -- The contact's, so that the list of a tag is one stretch of an index.
  listed_at timestamptz not null,
  constraint contact_tags_pkey primary key (company_id, id),
  constraint contact_tags_once unique (company_id, contact_id, tag),
  foreign key (company_id, contact_id) references contacts (company_id, id) on delete cascade
);
create index contact_tags_listed on contact_tags (company_id, tag, listed_at, contact_id);

-- What a person agreed to or took back; never changed.
create table contact_consents (
  company_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  given boolean not null,
  -- Through what it came.
  source text not null,
  -- The field and its value as they were sent, or what somebody wrote.
  words text not null,
  by_user uuid references users (id) on delete set null,
  at timestamptz not null default now(),
  constraint contact_consents_pkey primary key (company_id, id),
  foreign key (company_id, contact_id) references contacts (company_id, id) on delete cascade
);
create index contact_consents_of on contact_consents (company_id, contact_id, at);

-- What happened with a person, in order: captured, added, changed, note, tagged, deleted, restored, joined and left a segment.
create table contact_events (
  company_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  kind text not null,
  words text not null default '',
  by_user uuid references users (id) on delete set null,
  at timestamptz not null default now(),
  constraint contact_events_pkey primary key (company_id, id),
  foreign key (company_id, contact_id) references contacts (company_id, id) on delete cascade
);
create index contact_events_of on contact_events (company_id, contact_id, at, id);

-- Groups of people. The newsletter is there from the start, for every company: whoever comes with one of its sources or tags is
-- put into it, unless that person said no.
create table segments (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  kind text not null constraint segments_kind check (kind in ('newsletter')),
  name text not null constraint segments_name check (length(name) between 1 and 60),
  -- In lower case, as they are compared.
  sources text[] not null default '{}',
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint segments_pkey primary key (company_id, id)
);
create unique index segments_newsletter on segments (company_id) where kind = 'newsletter';
create unique index segments_once on segments (company_id, lower(name)) where deleted_at is null;

create table segment_members (
  company_id uuid not null,
  id uuid not null,
  segment_id uuid not null,
  contact_id uuid not null,
  -- Why: the source, the tag or the person who put them there.
  why text not null,
  at timestamptz not null default now(),
  -- The contact's, as in contact_tags.
  listed_at timestamptz not null,
  constraint segment_members_pkey primary key (company_id, id),
  constraint segment_members_once unique (company_id, segment_id, contact_id),
  foreign key (company_id, segment_id) references segments (company_id, id) on delete cascade,
  foreign key (company_id, contact_id) references contacts (company_id, id) on delete cascade
);
create index segment_members_listed on segment_members (company_id, segment_id, listed_at, contact_id);
create index segment_members_of on segment_members (company_id, contact_id);

create function found_newsletter() returns trigger language plpgsql as $$
begin
  insert into segments (company_id, id, kind, name, sources, tags)
  values (new.id, gen_random_uuid(), 'newsletter', 'Newsletter',
          '{newsletter,newsletter signup,newsletter sign-up,mailchimp}', '{newsletter}');
  return null;
end $$;
create trigger companies_newsletter after insert on companies for each row execute function found_newsletter();
insert into segments (company_id, id, kind, name, sources, tags)
  select id, gen_random_uuid(), 'newsletter', 'Newsletter', '{newsletter,newsletter signup,newsletter sign-up,mailchimp}', '{newsletter}'
  from companies;
