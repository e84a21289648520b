-- What other programs send: the credentials that they send it with, and what came in.

create table intake_keys (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  user_name text not null constraint intake_keys_user_name check (length(user_name) between 3 and 60),
  -- Of 256 random bits, so that no slow hash is needed.
  password_sha256 bytea not null constraint intake_keys_once unique,
  last_four text not null,
  made_by uuid references users (id) on delete set null,
  made_at timestamptz not null default now(),
  -- It was replaced: it works until then. Null: no end.
  ends_at timestamptz,
  revoked_at timestamptz,
  used_at timestamptz,
  constraint intake_keys_pkey primary key (company_id, id)
);
create index intake_keys_listed on intake_keys (company_id, made_at, id);

-- One row for each request that was answered, and one for each refused part of a batch.
create table intake_items (
  company_id uuid not null references companies (id) on delete cascade,
  id uuid not null,
  at timestamptz not null default now(),
  -- accepted, repeated (nothing changed by it), refused, fixed (refused, and carried out after a change)
  state text not null constraint intake_items_state check (state in ('accepted', 'repeated', 'refused', 'fixed')),
  user_name text not null,
  -- Contacts in it.
  number integer not null default 1,
  created integer not null default 0,
  contact_id uuid,
  -- Of what was refused: which field as it was sent, why, and the body to be mended.
  field text,
  reason text,
  body text constraint intake_items_body check (length(body) <= 70000),
  -- Of a request with an Idempotency-Key: what it was and how it was answered.
  key text,
  request_sha256 bytea,
  status smallint,
  answer jsonb,
  constraint intake_items_pkey primary key (company_id, id),
  constraint intake_items_key unique (company_id, key),
  foreign key (company_id, contact_id) references contacts (company_id, id) on delete set null (contact_id)
);
create index intake_items_listed on intake_items (company_id, at, id);
create index intake_items_refused on intake_items (company_id, at, id) where state = 'refused';
create index intake_items_contact on intake_items (company_id, contact_id) where contact_id is not null;

create index intake_items_kept on intake_items (company_id) where body is not null or answer is not null;

-- Whoever is erased is nowhere in what is kept of requests either, on whatever way the person is erased. Inside of JSON a
-- quotation mark of an address stands behind a backslash.
create function forget_in_intake() returns trigger language plpgsql as $$
declare
  needles text[] := array[lower(old.email), old.email_key, btrim(to_json(lower(old.email))::text, '"')];
begin
  delete from intake_items i where i.company_id = old.company_id and i.contact_id = old.id;
  delete from intake_items i
  where i.company_id = old.company_id and (i.body is not null or i.answer is not null)
    and exists (select from unnest(needles) needle
                where position(needle in lower(coalesce(i.body, '') || coalesce(i.answer::text, ''))) > 0);
  return old;
end $$;
create trigger contacts_forgotten before delete on contacts for each row execute function forget_in_intake();
