//! Subscriptions, and what is to be sent to them.

use super::send::SendHook;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ContactId, DeliveryId, HookId, HookItemId, Uuid};
use crate::features::identity::companies::server::service as companies;
use crate::features::intake::hooks::model::{HookCard, HookEvent};
use crate::features::posts::server::cards::when;
use crate::infra::database::Tenant;
use crate::infra::queue::{self, JobOptions};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::PgPool;
use url::Url;

/// Subscriptions of one company.
pub const MOST: i64 = 100;
/// Things that are sent again at once.
const AGAIN: i64 = 1_000;
/// Days for which is kept what was sent.
const DAYS: i32 = 30;

/// Subscribes; whoever subscribes twice gets the same subscription. Also whether it is new.
pub async fn subscribe(tenant: &Tenant, event: HookEvent, target: &Url, user_name: &str) -> Result<(HookId, bool)> {
    let mut tx = tenant.db.begin().await?;
    let there = sqlx::query_scalar!(
        r#"select count(*) as "n!" from hooks where company_id = $1 and not (event = $2 and target_url = $3)"#,
        tenant.company.0,
        event.id(),
        target.as_str()
    );
    if there.fetch_one(&mut *tx).await? >= MOST {
        let message = format!("There are {MOST} subscriptions already. End one that is not needed any more.");
        return Err(AppError::invalid("target_url", message));
    }
    let made = sqlx::query!(
        r#"insert into hooks as h (company_id, id, event, target_url, user_name) values ($1, $2, $3, $4, $5)
           on conflict on constraint hooks_once do update set user_name = excluded.user_name, paused_at = null, failing_since = null
           returning h.id, h.xmax = 0 as "created!""#,
        tenant.company.0,
        HookId::new().0,
        event.id(),
        target.as_str(),
        user_name
    );
    let made = made.fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok((made.id, made.created))
}

/// Ends a subscription with all that waits for it; whether there was one.
pub async fn remove(tenant: &Tenant, hook: HookId) -> Result<bool> {
    let gone = sqlx::query!("delete from hooks where company_id = $1 and id = $2", tenant.company.0, hook.0);
    Ok(gone.execute(&tenant.db).await?.rows_affected() > 0)
}

/// The newest first.
pub async fn list(tenant: &Tenant) -> Result<Vec<HookCard>> {
    let rows = sqlx::query!(
        r#"select h.id, h.event, h.target_url, h.user_name, h.made_at, h.sent, h.last_sent_at, h.failing_since, h.last_error,
                  h.paused_at is not null as "paused!",
                  (select count(*) from (select from hook_items i where i.company_id = $1 and i.hook_id = h.id
                                           and i.state in ('waiting', 'failed') limit 1001) k) as "unsent!"
           from hooks h where h.company_id = $1 order by h.made_at desc, h.id desc limit 100"#,
        tenant.company.0
    )
    .fetch_all(&tenant.db)
    .await?;
    let zone = companies::zone(tenant).await?;
    let cards = rows.into_iter().filter_map(|row| {
        Some(HookCard {
            id: row.id,
            event: HookEvent::parse(&row.event)?,
            host: Url::parse(&row.target_url)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_default(),
            user_name: row.user_name,
            made: when(zone, row.made_at),
            sent: row.sent,
            last_sent: row.last_sent_at.map(|at| when(zone, at)),
            failing: row.failing_since.map(|at| (when(zone, at), row.last_error.unwrap_or_default())),
            paused: row.paused,
            unsent: row.unsent,
        })
    });
    Ok(cards.collect())
}

/// One thing that is to be sent, with where to.
pub struct Waiting {
    pub item: Item,
    pub hook: HookId,
    pub event: HookEvent,
    pub target_url: String,
    pub paused: bool,
    /// A password of the user name that subscribed works.
    pub may: bool,
}

/// What happened.
pub struct Item {
    pub id: HookItemId,
    /// The same for every subscription.
    pub source: Uuid,
    pub kind: String,
    pub at: DateTime<Utc>,
    pub contact: Option<ContactId>,
    pub delivery: Option<DeliveryId>,
}

/// `None`: it was sent, or its subscription or what it is about is gone.
pub async fn waiting(tenant: &Tenant, item: HookItemId) -> Result<Option<Waiting>> {
    let row = sqlx::query!(
        r#"select i.id, i.source_id, i.kind, i.at, i.contact_id, i.delivery_id, h.id as hook, h.event, h.target_url,
                  h.paused_at is not null as "paused!",
                  exists (select from intake_keys k where k.company_id = $1 and lower(k.user_name) = lower(h.user_name)
                            and k.revoked_at is null and (k.ends_at is null or k.ends_at > now())) as "may!"
           from hook_items i join hooks h on h.company_id = $1 and h.id = i.hook_id
           where i.company_id = $1 and i.id = $2 and i.state = 'waiting'"#,
        tenant.company.0,
        item.0
    );
    let Some(row) = row.fetch_optional(&tenant.db).await? else { return Ok(None) };
    let Some(event) = HookEvent::parse(&row.event) else { return Ok(None) };
    Ok(Some(Waiting {
        item: Item {
            id: row.id,
            source: row.source_id,
            kind: row.kind,
            at: row.at,
            contact: row.contact_id,
            delivery: row.delivery_id,
        },
        hook: row.hook,
        event,
        target_url: row.target_url,
        paused: row.paused,
        may: row.may,
    }))
}

/// It arrived: it is never sent again.
pub async fn sent(tenant: &Tenant, item: HookItemId, hook: HookId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "with done as (
           update hook_items set state = 'sent', sent_at = $4 where company_id = $1 and id = $2 and state = 'waiting' returning id)
         update hooks h set sent = h.sent + 1, last_sent_at = $4, failing_since = null, last_error = null
         where h.company_id = $1 and h.id = $3 and exists (select from done)",
        tenant.company.0,
        item.0,
        hook.0,
        now
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// What it was about is gone, or it was tried too often.
pub async fn end(tenant: &Tenant, item: HookItemId, state: &'static str) -> Result<()> {
    sqlx::query!(
        "update hook_items set state = $3 where company_id = $1 and id = $2 and state = 'waiting'",
        tenant.company.0,
        item.0,
        state
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// It did not arrive. After so many days without one that did, the subscription is paused; whether it is now.
pub async fn failed(tenant: &Tenant, hook: HookId, why: &str, now: DateTime<Utc>, days: i32) -> Result<bool> {
    let paused = sqlx::query_scalar!(
        r#"update hooks set failing_since = coalesce(failing_since, $4), last_error = $3,
             paused_at = case when coalesce(failing_since, $4) <= $4 - make_interval(days => $5) then coalesce(paused_at, $4) end
           where company_id = $1 and id = $2 returning paused_at is not null as "paused!""#,
        tenant.company.0,
        hook.0,
        why,
        now,
        days
    );
    Ok(paused.fetch_optional(&tenant.db).await?.unwrap_or(true))
}

/// Sends to a subscription again, what did not arrive first.
pub async fn resume(tenant: &Tenant, hook: HookId) -> Result<()> {
    let mut tx = tenant.db.begin().await?;
    let known = sqlx::query_scalar!(
        "update hooks set paused_at = null, failing_since = null, last_error = null where company_id = $1 and id = $2 returning id",
        tenant.company.0,
        hook.0
    );
    known.fetch_optional(&mut *tx).await?.ok_or_else(|| AppError::not_found("subscription"))?;
    let items = sqlx::query_scalar!(
        "update hook_items set state = 'waiting' where company_id = $1 and id in (
           select i.id from hook_items i where i.company_id = $1 and i.hook_id = $2 and i.state in ('waiting', 'failed')
           order by i.at limit $3) returning id",
        tenant.company.0,
        hook.0,
        AGAIN
    );
    let items: Vec<HookItemId> = items.fetch_all(&mut *tx).await?;
    let jobs = items.into_iter().map(|item| {
        let options = JobOptions {
            company: Some(tenant.company),
            queue_key: Some(format!("hook:{hook}")),
            ..JobOptions::at(Utc::now())
        };
        (super::send::Payload { item }, options)
    });
    queue::enqueue_new::<SendHook>(&mut tx, jobs.collect()).await?;
    Ok(tx.commit().await?)
}

/// Removes what happened long ago.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from hook_items where at < now() - make_interval(days => $1)", DAYS);
        Ok(done.execute(&db).await?.rows_affected())
    })
}
