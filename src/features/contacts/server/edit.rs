//! What people change about one contact: the fields, notes, and what somebody said about mail.

use super::capture::Capture;
use super::email::Email;
use super::profile::gone;
use super::put::put;
use super::{fields, phone};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{ContactId, new_id};
use crate::features::contacts::fields::kind::FieldKind;
use crate::features::contacts::fields::model::{FieldCard, MAX_VALUE};
use crate::features::contacts::model::{ContactFields, TypedField};
use crate::features::contacts::segments::server::members;
use crate::infra::database::OnConstraint;
use crate::infra::session::Granted;
use serde_json::{Map, Value};
use sqlx::PgConnection;

const NAME: usize = 200;
const TAG: usize = 60;
const TAGS: usize = 30;
const NOTE: usize = 10_000;
/// Fields beyond the usual ones.
const CUSTOM: usize = 400;
/// The source of whoever is added by hand.
pub const BY_HAND: &str = "Added by hand";

/// Checked fields.
struct Fields {
    email: Email,
    first_name: String,
    last_name: String,
    phone: String,
    company_name: String,
    tags: Vec<String>,
}

fn read(fields: &ContactFields) -> Result<Fields> {
    let mut problems = vec![];
    let mut line = |name: &str, text: &str| {
        let text = text.trim().to_owned();
        if text.chars().count() > NAME || text.chars().any(char::is_control) {
            problems.push(Problem::error(name, format!("Write one line of at most {NAME} characters.")));
        }
        text
    };
    let (first_name, last_name) =
        (line("fields[first_name]", &fields.first_name), line("fields[last_name]", &fields.last_name));
    let (phone, company_name) =
        (line("fields[phone]", &fields.phone), line("fields[company_name]", &fields.company_name));
    let email = Email::parse(&fields.email);
    if email.is_none() {
        problems.push(Problem::error("fields[email]", "This is not an e-mail address."));
    }
    let tags = tags(&fields.tags).map_err(|message| problems.push(Problem::error("fields[tags]", message)));
    match (email, tags) {
        (Some(email), Ok(tags)) if problems.is_empty() => {
            Ok(Fields { email, first_name, last_name, phone, company_name, tags })
        }
        _ => Err(AppError::problems(problems)),
    }
}

/// Tags divided by commas.
fn tags(typed: &str) -> Result<Vec<String>, String> {
    let mut tags: Vec<String> = vec![];
    for tag in typed.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        let tag = one_tag(tag).ok_or_else(|| format!("A tag has at most {TAG} characters, in one line."))?;
        if tags.contains(&tag) {
            continue;
        }
        if tags.len() == TAGS {
            return Err(format!("There are at most {TAGS} tags."));
        }
        tags.push(tag);
    }
    Ok(tags)
}

/// A tag as it was typed, if it is one.
pub fn one_tag(typed: &str) -> Option<String> {
    let tag = typed.trim();
    let fits = (1..=TAG).contains(&tag.chars().count()) && !tag.chars().any(|c| c.is_control() || c == ',');
    fits.then(|| tag.to_owned())
}

/// Adds somebody. An address that is there already is not taken over: the one who has it is named.
pub async fn add(who: &Granted, fields: &ContactFields) -> Result<ContactId> {
    let new = read(fields)?;
    let mut tx = who.tenant.db.begin().await?;
    let known = sqlx::query_scalar!(
        "select id from contacts where company_id = $1 and email_key = $2 and deleted_at is null",
        who.company.0,
        new.email.key
    );
    if known.fetch_optional(&mut *tx).await?.is_some() {
        return Err(AppError::invalid("fields[email]", "There is a contact with this address already."));
    }
    let key = new.email.key.clone();
    let capture = Capture {
        first_name: new.first_name,
        last_name: new.last_name,
        phone: new.phone,
        company_name: new.company_name,
        tags: new.tags,
        ..Capture::of(new.email)
    };
    let done = put(&mut tx, &who.tenant, vec![capture], BY_HAND).await?;
    let id = done.get(&key).ok_or_else(|| AppError::bug(None))?.id;
    event(&mut tx, who, &[id], "added", "").await?;
    tx.commit().await?;
    Ok(id)
}

/// What was typed into one field; empty: nothing. What stands there already may stay, also where it does not fit.
fn own(at: usize, field: &FieldCard, typed: &TypedField, now: Option<&str>) -> Result<String, Problem> {
    let value = typed.value.trim();
    let wrong = |message: String| Problem::error(format!("fields[own][{at}][value]"), message);
    if now == Some(typed.value.as_str()) || now == Some(value) || value.is_empty() {
        return Ok(value.to_owned());
    }
    let breaks = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if value.chars().count() > MAX_VALUE || value.chars().any(breaks) {
        return Err(wrong(format!("Write a text of at most {MAX_VALUE} characters.")));
    }
    match field.kind {
        FieldKind::Text => Ok(value.to_owned()),
        kind => kind.read(value, &field.choices).ok_or_else(|| wrong(kind.asks().to_owned())),
    }
}

/// Changes what stands in fields of the company's own. The contact is held by the caller.
async fn change_own(tx: &mut PgConnection, who: &Granted, id: ContactId, typed: &[TypedField]) -> Result<()> {
    if typed.is_empty() {
        return Ok(());
    }
    let fields = fields::all(&who.tenant).await?;
    let row = sqlx::query_scalar!("select custom from contacts where company_id = $1 and id = $2", who.company.0, id.0);
    let mut custom = match row.fetch_one(&mut *tx).await? {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let mut problems = vec![];
    for (at, one) in typed.iter().enumerate() {
        // Somebody may have deleted the field meanwhile.
        let Some(field) = fields.iter().find(|field| field.id == one.field) else { continue };
        match own(at, field, one, custom.get(&field.key).and_then(Value::as_str)) {
            Err(problem) => problems.push(problem),
            Ok(value) if value.is_empty() => drop(custom.remove(&field.key)),
            Ok(value) => drop(custom.insert(field.key.clone(), Value::String(value))),
        }
    }
    if custom.len() > CUSTOM {
        problems.push(Problem::error("fields[own]", format!("A contact has at most {CUSTOM} further fields.")));
    }
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    sqlx::query!(
        "update contacts set custom = $3 where company_id = $1 and id = $2",
        who.company.0,
        id.0,
        Value::Object(custom)
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes the fields and the tags.
pub async fn change(who: &Granted, id: ContactId, fields: &ContactFields) -> Result<()> {
    let new = read(fields)?;
    let name = format!("{} {}", new.first_name, new.last_name).trim().to_owned();
    let mut tx = who.tenant.db.begin().await?;
    let changed = sqlx::query!(
        "update contacts set email = $3, email_key = $4, first_name = $5, last_name = $6,
           full_name = case when $5 = first_name and $6 = last_name then full_name else $7 end,
           phone = $8, phone_e164 = $9, company_name = $10, updated_at = now()
         where company_id = $1 and id = $2 and deleted_at is null",
        who.company.0,
        id.0,
        new.email.typed,
        new.email.key,
        new.first_name,
        new.last_name,
        name,
        new.phone,
        phone::e164(&new.phone),
        new.company_name
    );
    let taken = || AppError::invalid("fields[email]", "Another contact has this address.");
    if changed.execute(&mut *tx).await.on_constraint("contacts_once", taken)?.rows_affected() == 0 {
        return Err(gone());
    }
    change_own(&mut tx, who, id, &fields.own).await?;
    sqlx::query!(
        "delete from contact_tags where company_id = $1 and contact_id = $2 and tag <> all($3)",
        who.company.0,
        id.0,
        &new.tags
    )
    .execute(&mut *tx)
    .await?;
    tag_them(&mut tx, who, &[id], &new.tags).await?;
    event(&mut tx, who, &[id], "changed", "").await?;
    members::follow(&mut tx, &who.tenant, &[id]).await?;
    Ok(tx.commit().await?)
}

/// Tags contacts that are there, and puts whom a tag puts there into the newsletter.
pub async fn tag_them(tx: &mut PgConnection, who: &Granted, ids: &[ContactId], tags: &[String]) -> Result<()> {
    sqlx::query!(
        "with tagged as (
           insert into contact_tags (company_id, id, contact_id, tag, listed_at)
           select $1, gen_random_uuid(), c.id, t.tag, c.created_at from contacts c cross join unnest($3::text[]) as t (tag)
           where c.company_id = $1 and c.id = any($2)
           on conflict on constraint contact_tags_once do nothing
         )
         insert into segment_members (company_id, id, segment_id, contact_id, why, listed_at)
         select distinct on (c.id) $1, gen_random_uuid(), s.id, c.id, 'Tagged ' || t.tag, c.created_at
         from segments s join contacts c on c.company_id = $1 and c.id = any($2) and c.consent <> 'withdrawn'
         join unnest($3::text[]) as t (tag) on lower(t.tag) = any(s.tags)
         where s.company_id = $1 and s.kind = 'newsletter'
         on conflict on constraint segment_members_once do nothing",
        who.company.0,
        ids as _,
        tags
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts an entry into the history of each.
pub async fn event(tx: &mut PgConnection, who: &Granted, ids: &[ContactId], kind: &str, words: &str) -> Result<()> {
    sqlx::query!(
        "insert into contact_events (company_id, id, contact_id, kind, words, by_user)
         select $1, gen_random_uuid(), c.id, $3, $4, $5 from unnest($2::uuid[]) as c (id)",
        who.company.0,
        ids as _,
        kind,
        words,
        who.user.0
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn must_exist(tx: &mut PgConnection, who: &Granted, id: ContactId) -> Result<()> {
    let found = sqlx::query_scalar!(
        "select id from contacts where company_id = $1 and id = $2 and deleted_at is null for update",
        who.company.0,
        id.0
    );
    found.fetch_optional(tx).await?.map(drop).ok_or_else(gone)
}

pub async fn note(who: &Granted, id: ContactId, text: &str) -> Result<()> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NOTE {
        return Err(AppError::invalid("text", format!("Write a note of at most {NOTE} characters.")));
    }
    let mut tx = who.tenant.db.begin().await?;
    must_exist(&mut tx, who, id).await?;
    event(&mut tx, who, &[id], "note", text).await?;
    members::follow(&mut tx, &who.tenant, &[id]).await?;
    Ok(tx.commit().await?)
}

/// Keeps what somebody said about mail. A no takes them out of the newsletter at once.
pub async fn consent(who: &Granted, id: ContactId, given: bool, words: &str) -> Result<()> {
    let words = words.trim();
    if words.is_empty() || words.chars().count() > 300 {
        let message = "Write how you know it, in at most 300 characters: “by phone on Monday”.";
        return Err(AppError::invalid("words", message));
    }
    let mut tx = who.tenant.db.begin().await?;
    must_exist(&mut tx, who, id).await?;
    sqlx::query!(
        "update contacts set consent = $3, updated_at = now() where company_id = $1 and id = $2",
        who.company.0,
        id.0,
        if given { "given" } else { "withdrawn" }
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into contact_consents (company_id, id, contact_id, given, source, words, by_user)
         values ($1, $2, $3, $4, 'Entered by hand', $5, $6)",
        who.company.0,
        new_id(),
        id.0,
        given,
        words,
        who.user.0
    )
    .execute(&mut *tx)
    .await?;
    if !given {
        sqlx::query!(
            "with gone as (
               delete from segment_members m using segments s
               where m.company_id = $1 and m.contact_id = $2 and s.company_id = $1 and s.id = m.segment_id and s.kind = 'newsletter'
               returning m.segment_id, s.name)
             insert into contact_events (company_id, id, contact_id, kind, words, segment_id)
             select $1, gen_random_uuid(), $2, 'left', g.name, g.segment_id from gone g",
            who.company.0,
            id.0
        )
        .execute(&mut *tx)
        .await?;
    }
    event(&mut tx, who, &[id], if given { "consent" } else { "no_consent" }, words).await?;
    members::follow(&mut tx, &who.tenant, &[id]).await?;
    Ok(tx.commit().await?)
}
