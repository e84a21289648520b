//! The job that looks at what is planned. It comes after everything else in the queue, there is one of it at a time, and
//! a run is bounded: it never stands in the way of publishing. A schedule of its own asks for it, so that the checks can be
//! stopped by themselves and go on when something else is stopped.

use super::address::Address;
use super::{check, store};
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, DeliveryId};
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome, Schedule, Tick};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Deliveries that are looked at together.
const BATCH: i64 = 200;
/// After this long the rest is left to the next minute.
const RUN: Duration = Duration::from_secs(30);
/// A company whose posts could not be looked at is tried again after this long.
const PUT_OFF: TimeDelta = TimeDelta::minutes(10);

/// Asks for a run if there is anything to look at.
pub async fn wake(db: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    if !store::any_due(db, now).await? {
        return Ok(());
    }
    let options = JobOptions { job_key: Some(Check::KIND.into()), ..JobOptions::at(now) };
    queue::enqueue::<Check>(db, &Tick::default(), options).await?;
    Ok(())
}

/// What the schedule fires. Not the check itself: this has the rank of publishing, so that it is seen at once that there is
/// something to look at, and in most minutes there is nothing.
pub struct Wake;

impl Job for Wake {
    type Payload = Tick;
    const KIND: &'static str = "checks";
    const TITLE: &'static str = "See whether checks are due";
    const ATTEMPTS: i32 = 1;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "checks",
        cron: "0 * * * * *",
        title: "Checks before publishing",
        does: "Looks at planned posts a day and ten minutes before they go out, and again while something stands in their \
               way.",
        when_stopped: "While this is stopped, posts go out all the same, but their signs on the calendar change only when \
                       they are saved or somebody presses “Check now”.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        wake_now(claim).await.into()
    }
}

async fn wake_now(claim: &Claim) -> Result<()> {
    let mut db = claim.app.db.acquire().await?;
    wake(&mut db, claim.now()).await
}

/// Looks at what is due.
pub struct Check;

impl Job for Check {
    type Payload = Tick;
    const KIND: &'static str = "check";
    const TITLE: &'static str = "Check what is planned";
    /// After everything else.
    const PRIORITY: i16 = 200;
    const ATTEMPTS: i32 = 1;

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        run(claim).await.into()
    }
}

async fn run(claim: &Claim) -> Result<()> {
    let begun = Instant::now();
    let mut looked = 0;
    let address = Address::default();
    while begun.elapsed() < RUN {
        let now = claim.now();
        let due = store::due(&claim.app.db, now, BATCH).await?;
        let mut companies: BTreeMap<CompanyId, Vec<DeliveryId>> = BTreeMap::new();
        let all = (due.len() as i64) < BATCH;
        for (company, delivery) in due {
            companies.entry(company).or_default().push(delivery);
        }
        for (company, ids) in companies {
            looked += one_company(claim, company, &ids, now, &address).await?;
        }
        if all {
            break;
        }
    }
    if looked > 0 {
        tracing::info!(looked, "planned posts checked");
    }
    Ok(())
}

/// Whatever comes of it, none of these is due again right afterwards.
async fn one_company(
    claim: &Claim,
    company: CompanyId,
    ids: &[DeliveryId],
    now: DateTime<Utc>,
    address: &Address,
) -> Result<usize> {
    let tenant = claim.app.tenant(company);
    match check::check(&claim.app, &tenant, ids, now, check::Which::ByTime, address).await {
        Ok(looks) => {
            let rest: Vec<_> = ids.iter().copied().filter(|id| looks.iter().all(|l| l.delivery != *id)).collect();
            store::end(&tenant, &rest, now).await?;
            Ok(looks.len())
        }
        Err(error) => {
            tracing::error!(%error, %company, "planned posts could not be checked");
            store::put_off(&tenant, ids, now + PUT_OFF).await?;
            Ok(0)
        }
    }
}
