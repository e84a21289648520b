-- People who may be one: pairs that a job found, those that somebody said are two, and what was merged, with the way back.

-- What two addresses of one mailbox have in common, the domain first: without a plus tag, and at Google without dots.
create function contact_mailbox(email_key text) returns text
language sql immutable strict parallel safe as $$
  select case when domain in ('gmail.com', 'googlemail.com') then 'gmail.com ' || replace(mailbox, '.', '')
              else domain || ' ' || mailbox end
  from (select substring(email_key from '[^@]*$') as domain,
               regexp_replace(substring(email_key from '^(.*)@'), '(.)\+.*$', '\1') as mailbox) parts
$$;
-- By their bytes, so that all of one domain stand together.
create index contacts_mailboxes on contacts (company_id, (contact_mailbox(email_key) collate "C"), id) where deleted_at is null;
create index contacts_phones on contacts (company_id, phone_e164, id) where deleted_at is null and phone_e164 is not null;
create index contacts_employers on contacts (company_id, lower(company_name), lower(full_name), id)
  where deleted_at is null and company_name <> '' and full_name <> '';

create table contact_pairs (
  company_id uuid not null,
  id uuid not null,
  -- The smaller id first.
  one_id uuid not null,
  other_id uuid not null,
  why text not null constraint contact_pairs_why check (why in ('phone', 'email', 'name')),
  found_at timestamptz not null default now(),
  -- Somebody said that they are two.
  dismissed_at timestamptz,
  constraint contact_pairs_pkey primary key (company_id, id),
  constraint contact_pairs_once unique (company_id, one_id, other_id),
  constraint contact_pairs_order check (one_id < other_id),
  foreign key (company_id, one_id) references contacts (company_id, id) on delete cascade,
  foreign key (company_id, other_id) references contacts (company_id, id) on delete cascade
);
create index contact_pairs_open on contact_pairs (company_id, found_at, id) where dismissed_at is null;
create index contact_pairs_other on contact_pairs (company_id, other_id);

create table contact_merges (
  company_id uuid not null,
  id uuid not null,
  kept_id uuid not null,
  gone_id uuid not null,
  -- The fields of both, as they were, and of the kept one as they became.
  kept_before jsonb not null,
  kept_after jsonb not null,
  gone_before jsonb not null,
  -- What came from the other: rows that were moved, and rows that were added.
  events uuid[] not null,
  consents uuid[] not null,
  tags uuid[] not null,
  members uuid[] not null,
  -- Memberships that ended, as {"segment_id", "why", "at"}.
  left_segments jsonb not null default '[]',
  by_user uuid references users (id) on delete set null,
  at timestamptz not null default now(),
  undone_at timestamptz,
  constraint contact_merges_pkey primary key (company_id, id),
  foreign key (company_id, kept_id) references contacts (company_id, id) on delete cascade,
  foreign key (company_id, gone_id) references contacts (company_id, id) on delete cascade
);
create index contact_merges_listed on contact_merges (company_id, at desc, id) where undone_at is null;
create index contact_merges_kept on contact_merges (company_id, kept_id);
create index contact_merges_gone on contact_merges (company_id, gone_id);
