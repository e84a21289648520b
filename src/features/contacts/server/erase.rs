//! Erasing one person: whatever is kept of them goes, at once and for good. What is kept of requests goes with the row, by the
//! database itself (migration 0141).

use super::profile::gone;
use crate::domain::error::Result;
use crate::domain::ids::ContactId;
use crate::features::contacts::model::Erased;
use crate::infra::session::Granted;

/// Also whoever is deleted already. The receipt says what went.
pub async fn erase(who: &Granted, id: ContactId) -> Result<Erased> {
    let mut tx = who.tenant.db.begin().await?;
    let held = sqlx::query!(
        "select email, email_key, full_name from contacts where company_id = $1 and id = $2 for update",
        who.company.0,
        id.0
    );
    let person = held.fetch_optional(&mut *tx).await?.ok_or_else(gone)?;
    let counts = sqlx::query!(
        r#"select (select count(*) from contact_events where company_id = $1 and contact_id = $2) as "events!",
                  (select count(*) from contact_consents where company_id = $1 and contact_id = $2) as "consents!",
                  (select count(*) from intake_items where company_id = $1) as "requests!""#,
        who.company.0,
        id.0
    );
    let before = counts.fetch_one(&mut *tx).await?;
    // Whoever was merged with this person has the address in the history.
    sqlx::query!(
        "update contact_events e set words = '…' from contact_merges m
         where m.company_id = $1 and m.gone_id = $2 and e.company_id = $1 and e.contact_id = m.kept_id and e.kind = 'merged'
           and lower(e.words) = lower($3)",
        who.company.0,
        id.0,
        person.email
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from contacts where company_id = $1 and id = $2", who.company.0, id.0)
        .execute(&mut *tx)
        .await?;
    // Rows of files that were refused, whoever wrote the address there in whatever way.
    sqlx::query!(
        "delete from contact_import_refusals where company_id = $1 and position($2 in lower(cells::text)) > 0",
        who.company.0,
        person.email_key
    )
    .execute(&mut *tx)
    .await?;
    // Where agents, conversations and logs have written about this person (migration 0156).
    let texts = sqlx::query_scalar!(
        r#"select forget_person($1, $2, $3) as "n!""#,
        who.company.0,
        person.email,
        person.full_name
    );
    let mut texts = i64::from(texts.fetch_one(&mut *tx).await?);
    if person.email.to_lowercase() != person.email_key {
        let again = sqlx::query_scalar!(r#"select forget_person($1, $2, '') as "n!""#, who.company.0, person.email_key);
        texts += i64::from(again.fetch_one(&mut *tx).await?);
    }
    let left = sqlx::query_scalar!(r#"select count(*) as "n!" from intake_items where company_id = $1"#, who.company.0);
    let left = left.fetch_one(&mut *tx).await?;
    tx.commit().await?;
    tracing::info!(by = %who.user, company = %who.company, contact = %id, "a contact was erased");
    Ok(Erased { events: before.events, consents: before.consents, requests: before.requests - left, texts })
}
