//! Works out who is in a segment after its rule changed: all contacts, some hundreds at a time, each portion with its commit, so
//! that captures go on beside it and the page shows how far it is. And once a night for the rules that time alone changes.

use super::members::{self, Ruled};
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ContactId, SegmentId};
use crate::infra::database::Tenant;
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome, Schedule, Tick};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};

/// Contacts of one portion.
const PORTION: i64 = 1_000;

/// Which segment; the job's company is its company.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Payload {
    pub segment: SegmentId,
}

pub struct RefreshSegment;

impl Job for RefreshSegment {
    type Payload = Payload;
    const KIND: &'static str = "refresh_segment";
    const TITLE: &'static str = "Work out who is in a segment";
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 8;
    /// Its page would say for ever that it is being worked out.
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: Payload) -> Outcome {
        let Some(company) = claim.company else {
            return Outcome::Dead { why: "The job does not belong to a company.".into() };
        };
        refresh(&claim.app.tenant(company), payload.segment).await.into()
    }
}

/// Puts the job in.
pub async fn ask(tx: &mut PgConnection, company: CompanyId, segment: SegmentId) -> Result<()> {
    let options = JobOptions {
        company: Some(company),
        job_key: Some(format!("segment:{segment}")),
        ..JobOptions::at(Utc::now())
    };
    queue::enqueue::<RefreshSegment>(tx, &Payload { segment }, options).await?;
    Ok(())
}

/// The same for all rules of a company: after many contacts changed at once, as by a file that was taken in.
pub async fn ask_all(tx: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let all = sqlx::query_scalar!(
        "update segments set looked_at = 0 where company_id = $1 and kind = 'rule' and deleted_at is null returning id",
        tenant.company.0
    );
    for segment in all.fetch_all(&mut *tx).await? {
        ask(tx, tenant.company, segment).await?;
    }
    Ok(())
}

async fn refresh(tenant: &Tenant, segment: SegmentId) -> Result<()> {
    let begun = sqlx::query_scalar!(
        "update segments set looked_at = 0 where company_id = $1 and id = $2 and kind = 'rule' and deleted_at is null returning version",
        tenant.company.0,
        segment.0
    );
    let Some(version) = begun.fetch_optional(&tenant.db).await? else { return Ok(()) };
    let (mut from, mut looked_at, mut busy) = (ContactId::nil(), 0_i32, vec![]);
    loop {
        let ids = sqlx::query_scalar!(
            "select id from contacts where company_id = $1 and id > $2 order by id limit $3",
            tenant.company.0,
            from.0,
            PORTION
        );
        let ids: Vec<ContactId> = ids.fetch_all(&tenant.db).await?;
        let Some(last) = ids.last() else { break };
        from = *last;
        let Some(skipped) = portion(tenant, segment, version, &ids, Some(looked_at + ids.len() as i32)).await? else {
            // The rule changed meanwhile: the job runs once more for that.
            return Ok(());
        };
        looked_at += ids.len() as i32;
        busy.extend(skipped);
    }
    // Whoever was just being changed followed the rule by that change; unless it was taken back. One at a time, so that nobody
    // is waited for while somebody else is held.
    for id in busy {
        if portion(tenant, segment, version, &[id], None).await?.is_none() {
            return Ok(());
        }
    }
    sqlx::query!(
        "update segments set looked_at = null where company_id = $1 and id = $2 and version = $3",
        tenant.company.0,
        segment.0,
        version
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Some contacts with one commit; those that somebody else is just changing are left out and named. `None`: the rule is another
/// one by now, or gone. `looked_at`: how many that makes; without it nobody is left out, everybody is waited for.
async fn portion(
    tenant: &Tenant,
    segment: SegmentId,
    version: i32,
    ids: &[ContactId],
    looked_at: Option<i32>,
) -> Result<Option<Vec<ContactId>>> {
    let mut tx = tenant.db.begin().await?;
    let rule = sqlx::query_scalar!(
        "select rule from segments where company_id = $1 and id = $2 and version = $3 and deleted_at is null for share",
        tenant.company.0,
        segment.0,
        version
    );
    let Some(rule) = rule.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let Some(rule) = members::read(segment, rule) else { return Ok(None) };
    let held: Vec<ContactId> = if looked_at.is_some() {
        let held = sqlx::query_scalar!(
            "select id from contacts where company_id = $1 and id = any($2) order by id for no key update skip locked",
            tenant.company.0,
            ids as _
        );
        held.fetch_all(&mut *tx).await?
    } else {
        let held = sqlx::query_scalar!(
            "select id from contacts where company_id = $1 and id = any($2) order by id for no key update",
            tenant.company.0,
            ids as _
        );
        held.fetch_all(&mut *tx).await?
    };
    members::apply(&mut tx, tenant, &[Ruled { id: segment, rule }], &held).await?;
    tx.commit().await?;
    if let Some(looked_at) = looked_at {
        // After the commit: it needs the lock that the portion had shared.
        sqlx::query!(
            "update segments set looked_at = $4 where company_id = $1 and id = $2 and version = $3",
            tenant.company.0,
            segment.0,
            version,
            looked_at
        )
        .execute(&tenant.db)
        .await?;
    }
    let held: std::collections::HashSet<_> = held.into_iter().collect();
    Ok(Some(ids.iter().copied().filter(|id| !held.contains(id)).collect()))
}

/// Every night for the rules with "in the last … days" and "more than … days ago".
pub struct RefreshMoving;

impl Job for RefreshMoving {
    type Payload = Tick;
    const KIND: &'static str = "refresh_moving_segments";
    const TITLE: &'static str = "Follow the days in segments";
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 3;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "refresh_moving_segments",
        cron: "0 15 3 * * *",
        title: "Segments by days",
        does: "Works out again who is in the segments whose rules speak of the last days.",
        when_stopped: "While this is stopped, segments that speak of the last days change only for contacts that change.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        ask_moving(&claim.app.db).await.into()
    }
}

async fn ask_moving(db: &PgPool) -> Result<()> {
    let (mut company, mut segment) = (CompanyId::nil(), SegmentId::nil());
    loop {
        let rows = sqlx::query!(
            "select company_id, id from segments where moves and deleted_at is null and (company_id, id) > ($1, $2)
             order by company_id, id limit 500",
            company.0,
            segment.0
        );
        let rows = rows.fetch_all(db).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        (company, segment) = (last.company_id, last.id);
        let mut tx = db.begin().await?;
        for row in &rows {
            ask(&mut tx, row.company_id, row.id).await?;
        }
        tx.commit().await?;
    }
}
