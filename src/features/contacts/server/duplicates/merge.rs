//! Two people become one, field by field, and two again. The one who was known first is kept; the other is deleted, with what is
//! needed to bring it back.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ContactId, MergeId, PairId};
use crate::features::contacts::duplicates::model::{MergeChoices, MergeField, Side};
use crate::features::contacts::segments::server::members as ruled;
use crate::features::contacts::server::acts;
use crate::features::contacts::server::edit::event;
use crate::features::contacts::server::import::undo::restored;
use crate::infra::session::Granted;
use serde_json::{Map, Value};
use sqlx::PgConnection;

/// Days for which a merge can be undone: as long as whoever is deleted can come back.
pub const DAYS: i32 = acts::DAYS;

fn no_pair() -> AppError {
    AppError::not_found("pair")
}

/// They are not shown together again.
pub async fn tell_apart(who: &Granted, pair: PairId) -> Result<()> {
    let done = sqlx::query!(
        "update contact_pairs set dismissed_at = now() where company_id = $1 and id = $2 and dismissed_at is null",
        who.company.0,
        pair.0
    );
    match done.execute(&who.tenant.db).await?.rows_affected() {
        0 => Err(no_pair()),
        _ => Ok(()),
    }
}

/// The fields of a person that a merge looks at, by the names of their columns.
async fn fields(tx: &mut PgConnection, who: &Granted, id: ContactId) -> Result<Map<String, Value>> {
    let row = sqlx::query_scalar!(
        r#"select jsonb_build_object('email', email, 'email_key', email_key, 'first_name', first_name, 'last_name', last_name,
             'full_name', full_name, 'phone', phone, 'phone_e164', phone_e164, 'company_name', company_name, 'source', source,
             'consent', consent, 'custom', custom, 'deleted_at', deleted_at) as "fields!"
           from contacts where company_id = $1 and id = $2"#,
        who.company.0,
        id.0
    );
    match row.fetch_optional(tx).await? {
        Some(Value::Object(map)) => Ok(map),
        _ => Err(AppError::not_found("contact")),
    }
}

/// Writes those fields.
async fn write(tx: &mut PgConnection, who: &Granted, id: ContactId, fields: &Map<String, Value>) -> Result<()> {
    sqlx::query!(
        "update contacts c set email = $3::jsonb->>'email', email_key = $3->>'email_key', first_name = $3->>'first_name',
           last_name = $3->>'last_name', full_name = $3->>'full_name', phone = $3->>'phone', phone_e164 = $3->>'phone_e164',
           company_name = $3->>'company_name', source = $3->>'source', consent = $3->>'consent', custom = $3->'custom',
           deleted_at = ($3->>'deleted_at')::timestamptz, captured_sha256 = null, updated_at = now()
         where company_id = $1 and id = $2",
        who.company.0,
        id.0,
        Value::Object(fields.clone())
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Frees the address of somebody for the other one of the two.
async fn free_address(tx: &mut PgConnection, who: &Granted, id: ContactId) -> Result<()> {
    sqlx::query!(
        "update contacts set email_key = 'merge:' || id where company_id = $1 and id = $2",
        who.company.0,
        id.0
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What becomes of both: of each field the chosen value, of further fields both (the kept one's where they differ). A no to mail of
/// either counts; a yes counts with the address to which it was given, or where both gave it.
fn joined(
    left: &Map<String, Value>,
    right: &Map<String, Value>,
    keep: MergeChoices,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut kept, mut gone) = (left.clone(), right.clone());
    for field in MergeField::ALL {
        let names: &[&str] = match field {
            MergeField::Email => &["email", "email_key"],
            MergeField::Phone => &["phone", "phone_e164"],
            _ => &[field.id()],
        };
        if keep.of(field) == Side::Right {
            for name in names {
                kept.insert((*name).to_owned(), right.get(*name).cloned().unwrap_or_default());
            }
        }
    }
    if keep.email == Side::Right {
        // Two people never have one address.
        for name in ["email", "email_key"] {
            gone.insert(name.to_owned(), left.get(name).cloned().unwrap_or_default());
        }
    }
    let says = |of: &Map<String, Value>| of.get("consent").and_then(Value::as_str).unwrap_or("none").to_owned();
    let (one, other) = (says(left), says(right));
    let consent = match (one.as_str(), other.as_str()) {
        ("withdrawn", _) | (_, "withdrawn") => "withdrawn",
        _ if keep.email == Side::Right => &other,
        _ => &one,
    };
    kept.insert("consent".into(), consent.into());
    if let (Some(Value::Object(custom)), Some(Value::Object(more))) = (kept.get_mut("custom"), right.get("custom")) {
        for (name, value) in more {
            if custom.len() < 400 && !custom.contains_key(name) {
                custom.insert(name.clone(), value.clone());
            }
        }
    }
    (kept, gone)
}

/// Merges a pair; the one who was known first is the left one.
pub async fn merge(who: &Granted, pair: PairId, keep: MergeChoices) -> Result<()> {
    let company = who.company.0;
    let mut tx = who.tenant.db.begin().await?;
    let found = sqlx::query!(
        "select one_id, other_id from contact_pairs where company_id = $1 and id = $2 and dismissed_at is null for update",
        company,
        pair.0
    );
    let found = found.fetch_optional(&mut *tx).await?.ok_or_else(no_pair)?;
    let both = [found.one_id.0, found.other_id.0];
    let there = sqlx::query_scalar!(
        "select id from contacts where company_id = $1 and id = any($2) and deleted_at is null order by id for update",
        company,
        &both
    );
    if there.fetch_all(&mut *tx).await?.len() < 2 {
        return Err(AppError::conflict("One of the two is not there any more."));
    }
    let oldest = sqlx::query_scalar!(
        "select id from contacts where company_id = $1 and id = any($2) order by created_at, id limit 1",
        company,
        &both
    );
    let kept_id = oldest.fetch_one(&mut *tx).await?;
    let gone_id = if kept_id == found.one_id { found.other_id } else { found.one_id };
    let (left, right) = (fields(&mut tx, who, kept_id).await?, fields(&mut tx, who, gone_id).await?);
    let (kept, mut gone) = joined(&left, &right, keep);
    gone.insert("deleted_at".into(), chrono::Utc::now().to_rfc3339().into());
    free_address(&mut tx, who, gone_id).await?;
    write(&mut tx, who, kept_id, &kept).await?;
    write(&mut tx, who, gone_id, &gone).await?;
    let moved = sqlx::query!(
        r#"with events as (
             update contact_events set contact_id = $2 where company_id = $1 and contact_id = $3 returning id
           ), consents as (
             update contact_consents set contact_id = $2 where company_id = $1 and contact_id = $3 returning id
           ), tags as (
             insert into contact_tags (company_id, id, contact_id, tag, listed_at)
             select $1, gen_random_uuid(), $2, t.tag, c.created_at from contact_tags t
             join contacts c on c.company_id = $1 and c.id = $2
             where t.company_id = $1 and t.contact_id = $3
             on conflict on constraint contact_tags_once do nothing returning id
           ), members as (
             insert into segment_members (company_id, id, segment_id, contact_id, why, listed_at)
             select $1, gen_random_uuid(), m.segment_id, $2, m.why, c.created_at from segment_members m
             join contacts c on c.company_id = $1 and c.id = $2
             join segments s on s.company_id = $1 and s.id = m.segment_id
             where m.company_id = $1 and m.contact_id = $3 and not ($4 = 'withdrawn' and s.kind = 'newsletter')
             on conflict on constraint segment_members_once do nothing returning id
           ), left_it as (
             delete from segment_members m using segments s
             where m.company_id = $1 and m.contact_id = $2 and s.company_id = $1 and s.id = m.segment_id and s.kind = 'newsletter'
               and $4 = 'withdrawn'
             returning m.segment_id, m.why, m.at
           )
           select array(select id from events) as "events!", array(select id from consents) as "consents!",
                  array(select id from tags) as "tags!", array(select id from members) as "members!",
                  (select coalesce(jsonb_agg(to_jsonb(l)), '[]') from left_it l) as "left_segments!""#,
        company,
        kept_id.0,
        gone_id.0,
        kept.get("consent").and_then(Value::as_str).unwrap_or("none")
    );
    let moved = moved.fetch_one(&mut *tx).await?;
    let merge = MergeId::new();
    sqlx::query!(
        "insert into contact_merges (company_id, id, kept_id, gone_id, kept_before, kept_after, gone_before, events, consents, tags,
                                     members, left_segments, by_user)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        company,
        merge.0,
        kept_id.0,
        gone_id.0,
        Value::Object(left),
        Value::Object(kept),
        Value::Object(right.clone()),
        &moved.events,
        &moved.consents,
        &moved.tags,
        &moved.members,
        moved.left_segments,
        who.user.0
    )
    .execute(&mut *tx)
    .await?;
    let address = right.get("email").and_then(Value::as_str).unwrap_or_default();
    event(&mut tx, who, &[kept_id], "merged", address).await?;
    ruled::follow(&mut tx, &who.tenant, &[kept_id]).await?;
    Ok(tx.commit().await?)
}

/// Both are back. What people changed of the kept one since then is kept.
pub async fn undo(who: &Granted, merge: MergeId) -> Result<()> {
    let company = who.company.0;
    let mut tx = who.tenant.db.begin().await?;
    let row = sqlx::query!(
        "select kept_id, gone_id, kept_before, kept_after, gone_before, events, consents, tags, members, left_segments
         from contact_merges where company_id = $1 and id = $2 and undone_at is null for update",
        company,
        merge.0
    );
    let row = row.fetch_optional(&mut *tx).await?.ok_or_else(|| AppError::not_found("merge"))?;
    sqlx::query!(
        "select id from contacts where company_id = $1 and id = any($2) order by id for update",
        company,
        &[row.kept_id.0, row.gone_id.0]
    )
    .fetch_all(&mut *tx)
    .await?;
    let (now, other) = (fields(&mut tx, who, row.kept_id).await?, fields(&mut tx, who, row.gone_id).await?);
    if other.get("deleted_at").is_none_or(Value::is_null) {
        return Err(AppError::conflict("The other contact came in again meanwhile: both are there already."));
    }
    let map = |value: Value| match value {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let (before, after) = (map(row.kept_before), map(row.kept_after));
    let gone = map(row.gone_before);
    let (mut kept, _) = restored(now, &before, &after);
    // An address that was changed since then may not be the other one's.
    if kept.get("email_key") == gone.get("email_key") {
        for name in ["email", "email_key"] {
            kept.insert(name.to_owned(), before.get(name).cloned().unwrap_or_default());
        }
    }
    free_address(&mut tx, who, row.gone_id).await?;
    write(&mut tx, who, row.kept_id, &kept).await?;
    write(&mut tx, who, row.gone_id, &gone).await?;
    sqlx::query!(
        "with events as (
           update contact_events set contact_id = $3 where company_id = $1 and contact_id = $2 and id = any($4)
         ), consents as (
           update contact_consents set contact_id = $3 where company_id = $1 and contact_id = $2 and id = any($5)
         ), tags as (
           delete from contact_tags where company_id = $1 and contact_id = $2 and id = any($6)
         ), members as (
           delete from segment_members where company_id = $1 and contact_id = $2 and id = any($7)
         ), back as (
           insert into segment_members (company_id, id, segment_id, contact_id, why, at, listed_at)
           select $1, gen_random_uuid(), l.segment_id, $2, l.why, l.at, c.created_at
           from jsonb_to_recordset($8::jsonb) as l (segment_id uuid, why text, at timestamptz)
           join contacts c on c.company_id = $1 and c.id = $2 and c.consent <> 'withdrawn'
           on conflict on constraint segment_members_once do nothing
         )
         update contact_merges set undone_at = now() where company_id = $1 and id = $9",
        company,
        row.kept_id.0,
        row.gone_id.0,
        &row.events,
        &row.consents,
        &row.tags,
        &row.members,
        row.left_segments,
        merge.0
    )
    .execute(&mut *tx)
    .await?;
    event(&mut tx, who, &[row.kept_id, row.gone_id], "merge_undone", "").await?;
    ruled::follow(&mut tx, &who.tenant, &[row.kept_id, row.gone_id]).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_strictest_word_on_mail_wins() {
        let person = |consent: &str, email: &str| {
            json!({ "email": email, "email_key": email, "consent": consent, "custom": { email: "x" } })
                .as_object()
                .cloned()
                .unwrap_or_default()
        };
        for (one, other, side, expected) in [
            ("given", "withdrawn", Side::Left, "withdrawn"),
            ("withdrawn", "given", Side::Right, "withdrawn"),
            ("given", "given", Side::Right, "given"),
            ("none", "given", Side::Left, "none"),
            ("none", "given", Side::Right, "given"),
            ("given", "none", Side::Right, "none"),
        ] {
            let keep = MergeChoices { email: side, ..Default::default() };
            let (kept, gone) = joined(&person(one, "a@example.com"), &person(other, "b@example.com"), keep);
            assert_eq!(kept["consent"], expected, "{one} {other} {side:?}");
            assert_ne!(kept["email_key"], gone["email_key"]);
            assert_eq!(kept["custom"], json!({ "a@example.com": "x", "b@example.com": "x" }));
        }
    }
}
