//! Takes people in, many with one statement: the contact, its tags, what it agreed to, what happened, and the newsletter.

use super::capture::Capture;
use super::words;
use crate::domain::error::Result;
use crate::domain::ids::ContactId;
use crate::features::contacts::segments::server::members;
use crate::infra::database::Tenant;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};

/// What became of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Put {
    pub id: ContactId,
    /// The person was not known before.
    pub created: bool,
    /// False: the same came in before, and nothing was changed.
    pub changed: bool,
    pub in_newsletter: bool,
}

/// So often it is tried again when somebody else takes in the same person at the same moment.
const ATTEMPTS: usize = 3;

/// Takes them in, in the order in which they came; answers by the address's key. `via` says through what they came: it is their
/// source when they name none, and stands in their history. The same person twice is one, with what was said last.
pub async fn put(
    tx: &mut PgConnection,
    tenant: &Tenant,
    captures: Vec<Capture>,
    via: &str,
) -> Result<HashMap<String, Put>> {
    let mut people: BTreeMap<String, Capture> = BTreeMap::new();
    for capture in captures {
        match people.get_mut(&capture.email.key) {
            Some(known) => known.and_then(capture),
            None => {
                people.insert(capture.email.key.clone(), capture);
            }
        }
    }
    // In the order of their keys, so that two requests wait for each other and never in a circle.
    let mut waiting: Vec<Capture> = people.into_values().collect();
    let mut done = HashMap::new();
    for _ in 0..ATTEMPTS {
        if waiting.is_empty() {
            break;
        }
        let (put, rules) = put_once(tx, tenant, &waiting, via).await?;
        if rules {
            let changed: Vec<_> = put.values().filter(|put| put.changed).map(|put| put.id).collect();
            members::follow(tx, tenant, &changed).await?;
        }
        done.extend(put);
        waiting.retain(|capture| !done.contains_key(&capture.email.key));
    }
    if !waiting.is_empty() {
        return Err(crate::domain::error::AppError::unavailable("The contacts are changing right now. Send it again."));
    }
    Ok(done)
}

/// Those that somebody else was just taking in are not among the answers: they were not there yet when the statement began, and
/// nothing of theirs was left to change. Also whether the company has segments with rules, which must follow.
async fn put_once(
    tx: &mut PgConnection,
    tenant: &Tenant,
    people: &[Capture],
    via: &str,
) -> Result<(HashMap<String, Put>, bool)> {
    let texts = |of: fn(&Capture) -> String| people.iter().map(of).collect::<Vec<String>>();
    let ids: Vec<_> = people.iter().map(|_| ContactId::new()).collect();
    let consents: Vec<_> = people
        .iter()
        .map(|one| one.consent.as_ref().map_or("none", |consent| if consent.given { "given" } else { "withdrawn" }))
        .map(str::to_owned)
        .collect();
    let custom: Vec<Value> = people.iter().map(|one| json!(one.custom)).collect();
    let hashes: Vec<Vec<u8>> = people.iter().map(Capture::sha256).collect();
    let phones: Vec<Option<String>> = people.iter().map(Capture::phone_e164).collect();
    let names = texts(Capture::name);
    let words =
        people.iter().zip(&names).zip(&phones).map(|((one, name), phone)| words::of(one, name, phone.as_deref()));
    let search = words::plain_keys(tx, tenant.company.0, &words.collect::<Vec<_>>()).await?;
    let tags = people.iter().flat_map(|one| one.tags.iter().map(|tag| (one.email.key.clone(), tag.clone())));
    let (tagged, tags): (Vec<String>, Vec<String>) = tags.unzip();
    let rows = sqlx::query!(
        r#"with input as materialized (
             select * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                                  $10::text[], $11::text[], $12::text[], $13::text[], $14::jsonb[], $15::bytea[], $19::text[])
               as i (id, email, email_key, first_name, last_name, full_name, phone, phone_e164, company_name, source, consent,
                     consent_words, custom, sha256, search)
           ), tagged as materialized (
             select * from unnest($16::text[], $17::text[]) as t (email_key, tag)
           ), put as (
             insert into contacts as c (company_id, id, email, email_key, first_name, last_name, full_name, phone, phone_e164,
                                        company_name, source, consent, custom, captured_sha256, search)
             select $1, i.id, i.email, i.email_key, i.first_name, i.last_name, i.full_name, i.phone, i.phone_e164, i.company_name,
                    coalesce(nullif(i.source, ''), $18), i.consent, i.custom, i.sha256, nullif(i.search, '')::integer[]
             from input i order by i.email_key
             on conflict on constraint contacts_once do update set
               email = excluded.email,
               first_name = coalesce(nullif(excluded.first_name, ''), c.first_name),
               last_name = coalesce(nullif(excluded.last_name, ''), c.last_name),
               -- A first or last name alone does not take the place of a whole one.
               full_name = case when excluded.full_name = '' then c.full_name
                                when c.full_name <> '' and excluded.full_name in (excluded.first_name, excluded.last_name)
                                then c.full_name else excluded.full_name end,
               phone = coalesce(nullif(excluded.phone, ''), c.phone),
               phone_e164 = case when excluded.phone = '' then c.phone_e164 else excluded.phone_e164 end,
               company_name = coalesce(nullif(excluded.company_name, ''), c.company_name),
               source = case when excluded.source = $18 and c.source <> '' then c.source else excluded.source end,
               consent = case when excluded.consent = 'none' then c.consent else excluded.consent end,
               custom = case when (select count(*) from jsonb_object_keys(c.custom || excluded.custom)) > 400
                             then c.custom else c.custom || excluded.custom end,
               captured_sha256 = excluded.captured_sha256,
               updated_at = now(),
               deleted_at = null
             where c.captured_sha256 is distinct from excluded.captured_sha256 or c.deleted_at is not null
             returning c.id, c.email_key, c.created_at, c.consent, c.xmax = 0 as created
           ), newsletter as (
             select s.id, s.sources, s.tags from segments s where s.company_id = $1 and s.kind = 'newsletter'
           ), joins as (
             select p.id, p.created_at, n.id as segment_id,
                    case when lower(i.source) = any(n.sources) then 'Came from ' || i.source
                         else 'Tagged ' || (select min(t.tag) from tagged t
                                            where t.email_key = p.email_key and lower(t.tag) = any(n.tags)) end as why
             from put p join input i using (email_key) cross join newsletter n
             where p.consent <> 'withdrawn'
           ), tags as (
             insert into contact_tags (company_id, id, contact_id, tag, listed_at)
             select $1, gen_random_uuid(), p.id, t.tag, p.created_at from put p join tagged t using (email_key)
             on conflict on constraint contact_tags_once do nothing
           ), said as (
             insert into contact_consents (company_id, id, contact_id, given, source, words)
             select $1, gen_random_uuid(), p.id, i.consent = 'given', $18, i.consent_words
             from put p join input i using (email_key) where i.consent <> 'none'
           ), happened as (
             insert into contact_events (company_id, id, contact_id, kind, words)
             select $1, gen_random_uuid(), p.id, case when p.created then 'captured' else 'captured_again' end,
                    coalesce(nullif(i.source, ''), $18)
             from put p join input i using (email_key)
           ), joined as (
             insert into segment_members (company_id, id, segment_id, contact_id, why, listed_at)
             select $1, gen_random_uuid(), j.segment_id, j.id, j.why, j.created_at from joins j where j.why is not null
             on conflict on constraint segment_members_once do nothing
           ), left_it as (
             delete from segment_members m using put p, newsletter n
             where m.company_id = $1 and m.segment_id = n.id and m.contact_id = p.id and p.consent = 'withdrawn'
             returning m.contact_id, m.segment_id
           ), told as (
             insert into contact_events (company_id, id, contact_id, kind, words, segment_id)
             select $1, gen_random_uuid(), l.contact_id, 'left', 'Newsletter', l.segment_id from left_it l
           )
           select i.email_key as "email_key!", coalesce(p.id, c.id) as "id?: ContactId", coalesce(p.created, false) as "created!",
                  p.id is not null as "changed!",
                  coalesce(p.consent, c.consent) <> 'withdrawn'
                    and (exists (select from joins j where j.id = p.id and j.why is not null)
                      or exists (select from segment_members m, newsletter n
                                 where m.company_id = $1 and m.segment_id = n.id and m.contact_id = coalesce(p.id, c.id)))
                    as "in_newsletter?",
                  exists (select from segments s where s.company_id = $1 and s.kind = 'rule' and s.deleted_at is null) as "rules!"
           from input i
           left join put p using (email_key)
           -- `offset 0`: each is looked up by its key; a join would read all of a company whose people nobody has counted yet.
           left join lateral (
             select x.id, x.consent from contacts x where x.company_id = $1 and x.email_key = i.email_key offset 0) c on true"#,
        tenant.company.0,
        &ids as _,
        &texts(|one| one.email.typed.clone()),
        &texts(|one| one.email.key.clone()),
        &texts(|one| one.first_name.clone()),
        &texts(|one| one.last_name.clone()),
        &names,
        &texts(|one| one.phone.clone()),
        &phones as _,
        &texts(|one| one.company_name.clone()),
        &texts(|one| one.source.clone()),
        &consents,
        &texts(|one| one.consent.as_ref().map_or_else(String::new, |consent| consent.words.clone())),
        &custom,
        &hashes,
        &tagged,
        &tags,
        via,
        &search
    )
    .fetch_all(&mut *tx)
    .await?;
    let rules = rows.iter().any(|row| row.rules);
    let put = rows.into_iter().filter_map(|row| {
        let put = Put {
            id: row.id?,
            created: row.created,
            changed: row.changed,
            in_newsletter: row.in_newsletter.unwrap_or_default(),
        };
        Some((row.email_key, put))
    });
    Ok((put.collect(), rules))
}
