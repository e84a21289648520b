//! What the nodes share of the ledger: rows of `rate_limits`, written behind and in one statement for all that is new, read
//! every few seconds. A node that cannot reach the database goes by what it knows itself.

use super::{Budget, Ledger, Limits, Period};
use crate::domain::platform::Platform;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How far nodes are behind each other at most.
const EVERY: Duration = Duration::from_secs(5);
/// Rows in one statement.
const AT_ONCE: usize = 1000;
/// A transaction that was slow to commit is found by the next reads.
const OVERLAP: TimeDelta = TimeDelta::seconds(15);

/// Keeps this node's ledger in step with the others' until `stop`; what is new then is still written.
pub fn keep(db: PgPool, limits: Arc<Limits>, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut read_to = None;
        let mut stopping = false;
        while !stopping {
            if let Err(error) = exchange(&db, &limits.ledger, &mut read_to).await {
                tracing::warn!(%error, "limits are not shared with other nodes at the moment");
            }
            limits.ledger.forget(Utc::now());
            tokio::select! {
                () = stop.cancelled() => stopping = true,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        if let Err(error) = write(&db, &limits.ledger).await {
            tracing::warn!(%error, "the last limits were not written down");
        }
    })
}

/// One round: writes what is new here, reads what is new elsewhere. `read_to` is where the last read ended.
pub async fn exchange(db: &PgPool, ledger: &Ledger, read_to: &mut Option<DateTime<Utc>>) -> Result<(), sqlx::Error> {
    write(db, ledger).await?;
    let since = read_to.map_or(DateTime::UNIX_EPOCH, |at| at - OVERLAP);
    let rows = sqlx::query!(
        "select who, endpoint, period, platform, quota, remaining, resets_at, seen_at, changed_at
         from rate_limits where changed_at > $1 and resets_at > now() order by changed_at",
        since
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        *read_to = (*read_to).max(Some(row.changed_at));
        // Words that this program does not know come from a newer one.
        let (Ok(platform), Some(period)) = (row.platform.parse::<Platform>(), Period::parse(&row.period)) else {
            continue;
        };
        ledger.merge(Budget {
            bucket: row.who.into(),
            platform,
            endpoint: row.endpoint.into(),
            period,
            quota: row.quota,
            remaining: row.remaining,
            resets_at: row.resets_at,
            seen_at: row.seen_at,
        });
    }
    Ok(())
}

/// Nothing new, no statement.
async fn write(db: &PgPool, ledger: &Ledger) -> Result<(), sqlx::Error> {
    let mut news = ledger.unsaved();
    // In one order on all nodes, so that two of them cannot wait for each other.
    news.sort_by(|a, b| (&a.bucket, &a.endpoint, a.period.id()).cmp(&(&b.bucket, &b.endpoint, b.period.id())));
    for part in news.chunks(AT_ONCE) {
        let text = |f: fn(&Budget) -> &str| part.iter().map(|b| f(b).to_owned()).collect::<Vec<String>>();
        sqlx::query!(
            "insert into rate_limits (who, endpoint, period, platform, quota, remaining, resets_at, seen_at)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int4[], $6::int4[],
                                  $7::timestamptz[], $8::timestamptz[])
             on conflict (who, endpoint, period) do update
             set quota = excluded.quota, remaining = excluded.remaining, resets_at = excluded.resets_at,
                 seen_at = excluded.seen_at, changed_at = clock_timestamp()
             where rate_limits.seen_at < excluded.seen_at",
            &text(|b| &b.bucket),
            &text(|b| &b.endpoint),
            &text(|b| b.period.id()),
            &text(|b| b.platform.id()),
            &part.iter().map(|b| b.quota).collect::<Vec<Option<i32>>>() as &[Option<i32>],
            &part.iter().map(|b| b.remaining).collect::<Vec<i32>>(),
            &part.iter().map(|b| b.resets_at).collect::<Vec<DateTime<Utc>>>(),
            &part.iter().map(|b| b.seen_at).collect::<Vec<DateTime<Utc>>>()
        )
        .execute(db)
        .await?;
        ledger.mark_saved(part);
    }
    Ok(())
}

/// What is known of the budgets in these buckets that have not ended, for pages (which may run on a node that calls nobody).
pub async fn budgets(db: &PgPool, buckets: &[String]) -> Result<Vec<Budget>, sqlx::Error> {
    let rows = sqlx::query!(
        "select who, endpoint, period, platform, quota, remaining, resets_at, seen_at
         from rate_limits where who = any($1) and resets_at > now()",
        buckets
    )
    .fetch_all(db)
    .await?;
    let read = rows.into_iter().filter_map(|row| {
        Some(Budget {
            platform: row.platform.parse().ok()?,
            period: Period::parse(&row.period)?,
            bucket: row.who.into(),
            endpoint: row.endpoint.into(),
            quota: row.quota,
            remaining: row.remaining,
            resets_at: row.resets_at,
            seen_at: row.seen_at,
        })
    });
    Ok(read.collect())
}

/// Deletes limits that have ended.
pub fn delete_ended(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done =
            sqlx::query!("delete from rate_limits where resets_at < now() - interval '2 days'").execute(&db).await?;
        Ok(done.rows_affected())
    })
}
