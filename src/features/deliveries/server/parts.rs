//! What hangs on a delivery: the next posts of a thread and the first comment, each a delivery that comes `after`
//! another one of the same post and account. Here stands what a person's action on one of them means for the others.

use super::machine::{Event, next};
use super::service::{database_time, drive, go_again, job_key};
use super::store::{self, ByPerson, Change, Locked};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result, Severity};
use crate::domain::ids::{CompanyId, DeliveryId};
use crate::domain::limits;
use crate::domain::post::PartKind;
use crate::infra::database::Tenant;
use crate::infra::queue;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Everything that comes after a delivery, directly or by way of others, in order; locked.
async fn followers(db: &mut PgConnection, company: CompanyId, of: DeliveryId) -> Result<Vec<Locked>> {
    let ids = sqlx::query_scalar!(
        r#"with recursive chain as (
             select id, part from deliveries where company_id = $1 and after_id = $2
             union all
             select d.id, d.part from deliveries d join chain c on d.after_id = c.id where d.company_id = $1)
           select id as "id!: DeliveryId" from chain order by part"#,
        company.0,
        of.0
    )
    .fetch_all(&mut *db)
    .await?;
    let mut rows = vec![];
    for id in ids {
        rows.push(store::lock(db, company, id).await?);
    }
    Ok(rows)
}

/// A part answers the one before it: without that it never goes out.
pub(super) async fn cancel_followers(db: &mut PgConnection, company: CompanyId, of: DeliveryId) -> Result<()> {
    for row in followers(db, company, of).await? {
        let Ok(to) = next(row.state, Event::Cancel) else { continue };
        let note = "Cancelled with what it follows.";
        store::move_by_person(db, company, &row, to, &ByPerson::default(), note).await?;
        queue::cancel(db, &job_key(row.id)).await?;
    }
    Ok(())
}

/// Whether anything that comes after a delivery has begun to go out, or is out.
pub(super) async fn have_begun(db: &mut PgConnection, company: CompanyId, of: DeliveryId) -> Result<bool> {
    let rows = followers(db, company, of).await?;
    Ok(rows.iter().any(|row| !row.state.is_editable()))
}

/// A person set a delivery going again, or told us that it is live: what waited for it, or was held because of it, is
/// planned anew for `at`.
pub(super) async fn resume_followers(
    db: &mut PgConnection,
    company: CompanyId,
    of: DeliveryId,
    at: DateTime<Utc>,
) -> Result<()> {
    for row in followers(db, company, of).await? {
        if !matches!(row.state, DeliveryState::Queued | DeliveryState::Held) {
            continue;
        }
        let Ok(to) = next(row.state, Event::Schedule) else { continue };
        let change = ByPerson { due_at: Change::Set(at), same_content: true, ..Default::default() };
        store::move_by_person(db, company, &row, to, &change, "Goes on after what it follows.").await?;
        drive(db, company, row.id, row.connection, at).await?;
    }
    Ok(())
}

/// The driver calls this in the transaction in which a delivery became live: what directly follows it need not wait any
/// longer than until it is due.
pub async fn wake_followers(db: &mut PgConnection, company: CompanyId, of: DeliveryId) -> Result<()> {
    let now = database_time(db).await?;
    let rows = sqlx::query!(
        "select id, connection_id, due_at from deliveries
         where company_id = $1 and after_id = $2 and state in ('queued', 'preparing', 'waiting', 'ready') order by part",
        company.0,
        of.0
    )
    .fetch_all(&mut *db)
    .await?;
    for row in rows {
        drive(db, company, row.id, row.connection_id, row.due_at.unwrap_or(now).max(now)).await?;
    }
    Ok(())
}

/// Sends a part that had stopped again, with another text: what was published before it can no longer be edited.
pub async fn resend(tenant: &Tenant, id: DeliveryId, text: &str) -> Result<()> {
    let text = text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    let mut tx = tenant.db.begin().await?;
    let part = sqlx::query!(
        "select d.kind, c.platform from deliveries d
         join connections c on c.company_id = d.company_id and c.id = d.connection_id
         where d.company_id = $1 and d.id = $2 and d.part > 0",
        tenant.company.0,
        id.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let part = part.and_then(|p| Some((p.platform.parse().ok()?, PartKind::parse(&p.kind)?)));
    let (platform, kind) = part.ok_or_else(|| AppError::not_found("delivery"))?;
    let mut problems = limits::check_part(platform, Default::default(), &Default::default(), kind, &text);
    problems.retain(|p| p.severity == Severity::Error);
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    go_again(&mut tx, tenant.company, id, Event::Retry, false, "Tried again by hand, with another text.").await?;
    sqlx::query!("update deliveries set text = $3 where company_id = $1 and id = $2", tenant.company.0, id.0, text)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// A part can be sent by itself only once what it answers is there.
pub(super) async fn may_go_now(db: &mut PgConnection, company: CompanyId, id: DeliveryId) -> Result<()> {
    let waits = sqlx::query_scalar!(
        r#"select true as "waits!" from deliveries d
           join deliveries a on a.company_id = d.company_id and a.id = d.after_id
           where d.company_id = $1 and d.id = $2 and a.state <> 'live'"#,
        company.0,
        id.0
    )
    .fetch_optional(db)
    .await?;
    match waits {
        None => Ok(()),
        Some(_) => Err(AppError::conflict(
            "This follows another part of the post that is not published yet. Publish that one first; this one then \
             goes out by itself.",
        )),
    }
}
