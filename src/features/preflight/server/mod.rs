//! Checks and pacing on the server. Read `evaluate` (what stands against a delivery: pure), `check` (gathers the facts, with `budget`:
//! the platforms' limits, and `address`: our own), `store` (SQL), `job` (who looks when), then this file: what other rooms
//! may ask for.
//!
//! A planned delivery has a row in `delivery_checks`, written in the transaction that plans it; `next_at` says when it is
//! to be looked at. A check never changes the delivery, and none is needed for it to go out.

mod address;
mod budget;
pub mod changed;
mod check;
pub mod evaluate;
pub mod job;
pub mod pacing;
mod store;

use crate::connectors::registry;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId, ConnectionId, DeliveryId, PostId};
use crate::domain::moment::When;
use crate::domain::platform::Platform;
use crate::domain::post::{PartKind, PostContent, Target, TargetProblem, words_of};
use crate::features::identity::companies::server::service as companies;
use crate::features::preflight::model::{CheckStage, CheckSummary, DeliveryCheck, Finding, Verdict};
use crate::features::preflight::server::pacing::{PacingContext, Subject};
use crate::infra::database::Tenant;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};
use std::collections::HashMap;

/// Notes that the planned deliveries of a post are to be checked.
pub async fn plan(db: &mut PgConnection, company: CompanyId, post: PostId) -> Result<()> {
    store::plan(db, company, post).await
}

/// Forgets the checks of a post that is no longer planned.
pub async fn forget(db: &mut PgConnection, company: CompanyId, post: PostId) -> Result<()> {
    store::forget(db, company, post).await
}

/// Deletes the checks of posts that are out; for the weekly clean-up.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    store::delete_old(db)
}

/// After a post was planned (and that is committed): looks at it at once, so that its sign is there when the page is. What
/// goes wrong here is made up for by the job.
pub async fn after_planning(app: &App, tenant: &Tenant, post: PostId) {
    if let Err(error) = look_at_post(app, tenant, post, None).await {
        tracing::warn!(%error, %post, "a post could not be checked after it was planned");
    }
}

/// "Check now". Returns how many deliveries were looked at.
pub async fn check_post(app: &App, tenant: &Tenant, post: PostId) -> Result<usize> {
    if !store::has_post(tenant, post).await? {
        return Err(AppError::not_found("post"));
    }
    look_at_post(app, tenant, post, Some(CheckStage::Asked)).await
}

async fn look_at_post(app: &App, tenant: &Tenant, post: PostId, stage: Option<CheckStage>) -> Result<usize> {
    let ids = store::of_post(tenant, post).await?;
    let which = stage.unwrap_or(CheckStage::Save).into();
    let looks = check::check(app, tenant, &ids, Utc::now(), which, &address::Address::default()).await?;
    if stage.is_none() && !looks.is_empty() {
        // What this post got in the way of, and what it no longer does.
        let connections: Vec<_> = looks.iter().map(|l| l.connection).collect();
        let about: Vec<_> = looks.iter().flat_map(|l| &l.findings).filter_map(|f| f.about).collect();
        store::again(tenant, &connections, true, &about).await?;
    }
    Ok(looks.len())
}

/// A post was taken off these accounts or moved away: what had a note because of it is looked at anew. What goes wrong is
/// made up for by the next check.
pub async fn after_leaving(tenant: &Tenant, connections: &[ConnectionId]) {
    if let Err(error) = store::again(tenant, connections, true, &[]).await {
        tracing::warn!(%error, "checks could not be asked for");
    }
}

/// How these posts stand, for cards and rows; posts of which nothing is planned, or was looked at yet, are left out.
pub async fn summaries(tenant: &Tenant, posts: &[PostId]) -> Result<HashMap<PostId, CheckSummary>> {
    let mut all: HashMap<PostId, CheckSummary> = HashMap::new();
    for seen in store::seen(tenant, posts).await? {
        let Some(verdict) = seen.verdict else { continue };
        let name = seen.platform.parse().map_or("", Platform::name);
        let summary = all.entry(seen.post).or_insert_with(|| CheckSummary { verdict: Verdict::Ok, words: vec![] });
        summary.verdict = summary.verdict.max(verdict);
        summary.words.extend(seen.findings.into_iter().map(|f| format!("{name} {}: {}", seen.handle, f.message)));
    }
    Ok(all)
}

/// The checks of a post's planned deliveries, for its page; none when nothing of it is planned.
pub async fn of_post(tenant: &Tenant, post: PostId) -> Result<Vec<DeliveryCheck>> {
    if !store::has_post(tenant, post).await? {
        return Err(AppError::not_found("post"));
    }
    let zone = companies::zone(tenant).await?;
    let when = |at: DateTime<Utc>| When { at: at.into(), local: zone::local(zone, at) };
    let now = Utc::now();
    let card = |seen: store::Seen| {
        Some(DeliveryCheck {
            delivery: seen.id,
            platform: seen.platform.parse().ok()?,
            handle: seen.handle,
            verdict: seen.verdict,
            findings: seen.findings,
            checked: seen.checked_at.map(when),
            next: seen.next_at.filter(|at| *at > now).map(when),
        })
    };
    Ok(store::seen(tenant, &[post]).await?.into_iter().filter_map(card).collect())
}

/// What the guards say of a post for this time, and whether its first comment must wait, as problems of its targets:
/// warnings all. Accounts that are not the company's are left out.
pub async fn guard(
    db: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    (content, targets): (&PostContent<AssetId>, &[Target]),
    due: DateTime<Utc>,
    now: DateTime<Utc>,
    zone_name: &str,
) -> Result<Vec<TargetProblem>> {
    let ids: Vec<_> = targets.iter().map(|t| t.connection).collect();
    let accounts = store::accounts(db, company, &ids).await?;
    let place = PacingContext { company, zone: zone::of(zone_name), now };
    let known: Vec<_> = targets
        .iter()
        .filter_map(|t| accounts.iter().find(|a| a.id == t.connection).map(|a| (t, a)))
        .filter_map(|(t, a)| Some((t, a, a.platform.parse().ok()?)))
        .map(|(t, a, platform): (_, _, Platform)| (a, platform, content.on(t)))
        .collect();
    let subjects: Vec<_> = known
        .iter()
        .map(|(account, platform, content)| Subject {
            post,
            connection: account.id,
            platform: *platform,
            handle: &account.handle,
            due,
            content,
        })
        .collect();
    let mut found = pacing::findings(db, place, &subjects, pacing::Depth::Whole).await?;
    for ((account, platform, content), findings) in known.iter().zip(&mut found) {
        findings.extend(comment_waits(account, *platform, content));
    }
    let problems = |(subject, findings): (&Subject<'_>, Vec<Finding>)| -> Vec<TargetProblem> {
        let connection = Some(subject.connection);
        findings.into_iter().map(|f| TargetProblem { connection, problem: f.into_problem() }).collect()
    };
    Ok(subjects.iter().zip(found).flat_map(problems).collect())
}

/// The account was connected before it could allow comments, and one is to follow.
fn comment_waits(account: &store::Account, platform: Platform, content: &PostContent<AssetId>) -> Option<Finding> {
    let has_comment = content.parts.on(platform, content.format).iter().any(|part| part.kind == PartKind::Comment);
    let publish = registry::find(platform).and_then(|c| c.publish).filter(|_| has_comment)?;
    let missing = check::missing(publish.part_scopes(PartKind::Comment), &account.scopes);
    evaluate::no_comment(&account.handle, &missing)
}

/// What the guards say of deliveries that have stopped (on hold, failed), should a person send them now. Those of which
/// nothing is said, and those in other states, are left out.
pub async fn before_sending(tenant: &Tenant, ids: &[DeliveryId]) -> Result<HashMap<DeliveryId, Vec<String>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let now = Utc::now();
    let place = PacingContext { company: tenant.company, zone: companies::zone(tenant).await?, now };
    let stopped: Vec<_> = store::stopped(tenant, ids).await?;
    let known: Vec<_> = stopped.iter().filter_map(|s| Some((s, s.platform.parse().ok()?))).collect();
    let contents: Vec<_> = known.iter().map(|(s, _)| s.content()).collect();
    let subjects: Vec<_> = known
        .iter()
        .zip(&contents)
        .map(|((s, platform), content)| Subject {
            post: s.post,
            connection: s.connection,
            platform: *platform,
            handle: &s.handle,
            due: now,
            content,
        })
        .collect();
    let found = pacing::findings(&mut *tenant.db.acquire().await?, place, &subjects, pacing::Depth::Glance).await?;
    let words = |findings: Vec<Finding>| {
        words_of(findings.into_iter().map(|f| TargetProblem { connection: None, problem: f.into_problem() }))
    };
    let notes = known.iter().zip(found).map(|((s, _), findings)| (s.id, words(findings)));
    Ok(notes.filter(|(_, words)| !words.is_empty()).collect())
}
