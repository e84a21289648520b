//! Encrypting again what an older encryption key encrypted, so that the older key can be retired. Runs once at every start and
//! nightly. Safe beside everything else: a row is changed only if it still is what was read (compare and set).
//!
//! Consents in flight are left alone: they are gone in ten minutes.

use super::{service, store};
use crate::domain::error::Result;
use crate::infra::crypto::KeyRing;
use crate::infra::database::Tenant;
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome, Schedule, Tick};
use crate::infra::state::App;
use async_trait::async_trait;
use chrono::Utc;
use sqlx::PgPool;
use std::ops::AddAssign;

/// Rows that are read at a time.
pub const PORTION: i64 = 100;

/// What holds encrypted values: each feature that keeps some implements it, and the job goes through all of them.
#[async_trait]
pub trait Reencrypt: Send + Sync {
    /// Encrypts with the current key whatever an older one encrypted.
    async fn reencrypt(&self, app: &App) -> Result<Reencrypted>;
}

/// The job.
pub struct ReencryptAll {
    /// What it goes through.
    pub holders: Vec<Box<dyn Reencrypt>>,
}

/// The saved keys of all companies.
pub struct Keys;

#[async_trait]
impl Reencrypt for Keys {
    async fn reencrypt(&self, app: &App) -> Result<Reencrypted> {
        secrets(app).await
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reencrypted {
    pub done: usize,
    /// Could not be opened (the key is missing, or the value was damaged); reported where the value is used.
    pub closed: usize,
}

impl AddAssign for Reencrypted {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.closed += other.closed;
    }
}

impl Job for ReencryptAll {
    type Payload = Tick;
    const KIND: &'static str = "reencrypt";
    const TITLE: &'static str = "Encrypt keys and sign-ins with the new key";
    /// After publishing.
    const PRIORITY: i16 = 200;
    const ATTEMPTS: i32 = 5;
    /// 02:30 UTC, after the clean-up.
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "reencrypt",
        cron: "0 30 2 * * *",
        title: "Re-encryption",
        does: "Encrypts keys and sign-ins with the current key that an older one had encrypted.",
        when_stopped: "While this is stopped, an older encryption key must be kept.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        match self.everything(&claim.app).await {
            Ok(Reencrypted { done, closed }) => {
                if done + closed > 0 {
                    tracing::info!(done, closed, "values of older encryption keys encrypted with the current one");
                }
                Outcome::Done
            }
            Err(error) => Err(error).into(),
        }
    }
}

/// Asks for a run now; nodes that start together share one.
pub async fn enqueue(db: &PgPool) -> Result<()> {
    let options = JobOptions { job_key: Some(ReencryptAll::KIND.into()), ..JobOptions::at(Utc::now()) };
    queue::enqueue::<ReencryptAll>(&mut *db.acquire().await?, &Tick::default(), options).await?;
    Ok(())
}

impl ReencryptAll {
    async fn everything(&self, app: &App) -> Result<Reencrypted> {
        let mut all = Reencrypted::default();
        for holder in &self.holders {
            all += holder.reencrypt(app).await?;
        }
        Ok(all)
    }
}

async fn secrets(app: &App) -> Result<Reencrypted> {
    let (mut all, mut after) = (Reencrypted::default(), None);
    loop {
        let rows = store::under_older_keys(&app.db, app.keys.current(), after, PORTION).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        after = Some((last.company, last.id));
        for row in rows {
            match service::reencrypted(&app.keys, &row) {
                Ok(fresh) => all.done += usize::from(store::swap_seal(&app.db, &row, &fresh).await?),
                Err(_) => all.closed += 1,
            }
        }
    }
}

/// How many saved values wait for this, and how many can never be opened because their key is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    pub older: i64,
    pub missing: i64,
}

fn left(keys: &KeyRing, key_ids: Vec<(String, i64)>) -> Left {
    key_ids.into_iter().filter(|(kid, _)| kid != keys.current()).fold(Left::default(), |mut left, (kid, n)| {
        *(if keys.knows(&kid) { &mut left.older } else { &mut left.missing }) += n;
        left
    })
}

/// Of the whole instance, for the person who runs the server.
pub async fn left_everywhere(db: &PgPool, keys: &KeyRing) -> Result<Left> {
    let mut key_ids = store::key_ids(db, None).await?;
    key_ids.extend(store::key_ids_of_connections(db, None).await?);
    Ok(left(keys, key_ids))
}

/// Of one company.
pub async fn left_of(tenant: &Tenant, keys: &KeyRing) -> Result<Left> {
    let mut key_ids = store::key_ids(&tenant.db, Some(tenant.company)).await?;
    key_ids.extend(store::key_ids_of_connections(&tenant.db, Some(tenant.company)).await?);
    Ok(left(keys, key_ids))
}
