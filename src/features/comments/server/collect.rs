//! The job that reads comments from the platforms: those under posts of the last 30 days, young posts often and old ones
//! seldom. Each run makes a bounded number of calls, fair to every account; a limit of a platform is waited for without a call.

use super::store::found;
use super::store::watches::{self, Watch};
use super::there::{self, Account};
use crate::connectors::converse::RemoteComment;
use crate::connectors::{Converse, Fault, registry};
use crate::domain::error::Result;
use crate::domain::ids::ConnectionId;
use crate::domain::platform::Platform;
use crate::features::connections::server::service as connections;
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, Job, Outcome, Schedule};
use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

/// So long after it went out a post's comments are read.
const READ_FOR: TimeDelta = TimeDelta::days(30);
/// Between two reads of a post: at least, and at most.
const SOONEST: TimeDelta = TimeDelta::minutes(5);
const LATEST: TimeDelta = TimeDelta::hours(12);
/// Posts that one run reads, and those of one account among them.
const POSTS: i64 = 300;
const POSTS_OF_ACCOUNT: i64 = 25;
/// Parts of a post's list that one read asks for.
const PAGES: usize = 5;
/// Accounts that are asked at once.
const AT_ONCE: usize = 4;
/// Bytes of what leads to the next part of a list; the platforms' are some hundreds.
const MAX_CURSOR: usize = 2_000;
/// The longest that reading one post may take.
const DEADLINE: Duration = Duration::from_secs(60);
/// After so many failures in a row a post is given up: it was deleted there, or its comments cannot be read.
const FAILURES: i32 = 4;
/// When an account is asked again that does not let us read comments; connecting it again is sooner.
const NOT_ALLOWED: TimeDelta = TimeDelta::hours(12);

/// Which posts are taken up.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Payload {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<DateTime<Utc>>,
    /// All of the last 30 days, and not only those of the last day: what was missed while the program stood still, or
    /// published later than planned.
    #[serde(default)]
    pub wide: bool,
}

impl Payload {
    fn young(at: DateTime<Utc>) -> Self {
        Self { scheduled_for: Some(at), wide: false }
    }

    fn all(at: DateTime<Utc>) -> Self {
        Self { scheduled_for: Some(at), wide: true }
    }
}

/// Reads comments, of all companies or of the job's own.
pub struct Collect;

impl Job for Collect {
    type Payload = Payload;
    const KIND: &'static str = "collect_comments";
    const TITLE: &'static str = "Read comments";
    /// After publishing.
    const PRIORITY: i16 = 150;
    /// What fails is made up for by the next tick.
    const ATTEMPTS: i32 = 1;
    const SCHEDULES: &'static [Schedule<Payload>] = &[
        Schedule {
            name: "collect_comments",
            cron: "15 */5 * * * *",
            title: "Read comments",
            does: "Reads new comments under posts of the last 30 days: young posts often, old ones twice a day.",
            when_stopped: "While this is stopped, new comments are not shown on the Comments page.",
            payload: Payload::young,
        },
        Schedule {
            name: "take_up_comments",
            cron: "45 50 1 * * *",
            title: "Look for posts whose comments are not read yet",
            does: "Takes up posts of the last 30 days that went out while the server stood still.",
            when_stopped: "While this is stopped, comments under posts that went out late may not be read.",
            payload: Payload::all,
        },
    ];

    async fn run(&self, claim: &Claim, payload: Payload) -> Outcome {
        collect(claim, payload).await.into()
    }
}

async fn collect(claim: &Claim, payload: Payload) -> Result<()> {
    let (app, now) = (&claim.app, claim.now());
    let platforms: Vec<_> =
        registry::all().filter(|c| c.converse.is_some()).map(|c| c.platform.id().to_owned()).collect();
    // Whoever asks by hand wants all that there is.
    let wide = payload.wide || claim.company.is_some();
    watches::take_up(&app.db, claim.company, &platforms, if wide { 30 } else { 1 }, now).await?;
    let due = watches::due(&app.db, claim.company, now, POSTS_OF_ACCOUNT, POSTS).await?;
    let mut accounts: BTreeMap<ConnectionId, Vec<Watch>> = BTreeMap::new();
    for watch in due {
        accounts.entry(watch.under.connection).or_default().push(watch);
    }
    let read = futures::stream::iter(accounts.into_values()).map(|posts| read_account(claim, posts));
    let mut read = std::pin::pin!(read.buffer_unordered(AT_ONCE));
    while let Some(done) = read.next().await {
        // The others are read all the same.
        if let Err(error) = done {
            tracing::warn!(%error, "comments of an account were not read");
        }
    }
    Ok(())
}

/// Reads the posts of one account, one after the other, until something stops all of them.
async fn read_account(claim: &Claim, posts: Vec<Watch>) -> Result<()> {
    let Some(first) = posts.first() else { return Ok(()) };
    let (tenant, connection, platform) = (claim.app.tenant(first.company), first.under.connection, first.platform);
    let Some(converse) = there::converse(platform) else { return Ok(()) };
    let mut refreshed = false;
    let mut account = match Account::open(&claim.app, tenant.company, connection).await {
        Ok(account) => account,
        Err(fault) => return held(&tenant, connection, &fault, platform, claim.now()).await,
    };
    let mut posts = posts.iter();
    let mut next = posts.next();
    while let Some(watch) = next {
        let now = claim.now();
        if watch.removed {
            watches::was_read(&tenant, watch.under.delivery, None, None).await?;
            next = posts.next();
            continue;
        }
        if let Some(until) = account.wire.blocked_until(&[], now) {
            return watches::postpone(&tenant, connection, until, None).await;
        }
        let read = tokio::time::timeout(DEADLINE, read_post(&tenant, converse, &account, watch, now)).await;
        match read.unwrap_or_else(|_| Ok(Err(Fault::transient("no answer within a minute"))))? {
            Ok(rest) => {
                let next = next_read(watch.live_at, now).map(|next| if rest.is_some() { now + SOONEST } else { next });
                watches::was_read(&tenant, watch.under.delivery, next, rest.as_deref()).await?;
            }
            Err(Fault::AuthExpired { .. }) if !refreshed => {
                refreshed = true;
                let fresh = connections::refresh_refused(&claim.app, tenant.company, connection).await;
                let opened = match fresh {
                    Ok(()) => Account::open(&claim.app, tenant.company, connection).await,
                    Err(fault) => Err(fault),
                };
                match opened {
                    Ok(opened) => account = opened,
                    Err(fault) => return held(&tenant, connection, &fault, platform, now).await,
                }
                // The same post once more.
                continue;
            }
            Err(fault) if is_of_account(&fault) => return held(&tenant, connection, &fault, platform, now).await,
            Err(fault) => {
                tracing::info!(delivery = %watch.under.delivery, %fault, "comments were not read");
                // Only what the platform refuses is given up; troubles on the way pass.
                let passes = matches!(fault, Fault::Transient { .. } | Fault::UnknownOutcome { .. });
                let pause = (SOONEST * 2_i32.pow(2 * watch.failures.clamp(0, 5) as u32)).min(LATEST);
                let again = (passes || watch.failures + 1 < FAILURES).then(|| now + pause);
                watches::failed(&tenant, watch.under.delivery, again, None).await?;
            }
        }
        next = posts.next();
    }
    Ok(())
}

/// Whether a fault is about the account, and not about one post.
fn is_of_account(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::RateLimited { .. }
            | Fault::AuthExpired { .. }
            | Fault::PermissionMissing { .. }
            | Fault::NotAllowed { .. }
            | Fault::Disconnected { .. }
            | Fault::NotConfigured { .. }
    )
}

/// Nothing of the account is read for a while; what a person can help with is shown.
async fn held(
    tenant: &Tenant,
    connection: ConnectionId,
    fault: &Fault,
    platform: Platform,
    now: DateTime<Utc>,
) -> Result<()> {
    let (until, shown) = match fault {
        Fault::RateLimited { until, .. } => (*until, false),
        Fault::Transient { .. } => (now + SOONEST, false),
        _ => (now + NOT_ALLOWED, true),
    };
    let words = shown.then(|| there::said(fault, platform));
    watches::postpone(tenant, connection, until, words.as_deref()).await
}

/// When a post is read next: after a twelfth of its age; `None`: it is too old.
fn next_read(live_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let age = now - live_at;
    (age < READ_FOR).then(|| now + (age / 12).clamp(SOONEST, LATEST))
}

/// Reads what is new under a post: parts of its list, newest first, until one holds only what is known; then, where an earlier
/// read left off, towards the end. Answers with the part at which the next read goes on. The inner error is a platform's.
async fn read_post(
    tenant: &Tenant,
    converse: &'static dyn Converse,
    account: &Account,
    watch: &Watch,
    now: DateTime<Utc>,
) -> Result<Result<Option<String>, Fault>> {
    let known = found::known(tenant, watch.under.delivery).await?;
    let mut all: Vec<RemoteComment> = vec![];
    let (mut page, mut rest) = (None::<String>, watch.rest.clone());
    // What comes next while nothing known was met yet.
    let mut unread = None;
    // Reading on where an earlier read left off: there, what is known says nothing about what comes behind.
    let mut further = false;
    let (mut whole, mut complete) = (true, false);
    for _ in 0..PAGES {
        let part = match converse.comments(&account.call(), &watch.post, page.as_deref()).await {
            Ok(part) => part,
            Err(fault) => return Ok(Err(fault)),
        };
        let news = part.comments.iter().any(|comment| !known.contains(&comment.id));
        all.extend(part.comments.into_iter().filter_map(RemoteComment::bounded).map(|comment| {
            // Where a browser finds it: at the stand-in, where one answers for the platform.
            let there = |url: String| account.wire.public_url(watch.platform, &url).map_or(url, String::from);
            RemoteComment { url: comment.url.map(there), ..comment }
        }));
        whole &= part.whole;
        page = part.next.filter(|next| next.len() <= MAX_CURSOR);
        if page.is_none() {
            // The end of the list.
            (complete, unread, rest) = (whole && !further, None, None);
            break;
        }
        if further {
            rest = page.clone();
        } else if news {
            unread = page.clone();
        } else {
            // Newest first: what comes behind is known, too, up to where an earlier read left off.
            unread = None;
            match rest.clone() {
                Some(earlier) => (page, further) = (Some(earlier), true),
                None => break,
            }
        }
    }
    // Once each: they may have moved on to the next part while it was asked for.
    let mut seen = HashSet::new();
    all.retain(|comment| seen.insert(comment.id.clone()));
    // Those of one second stand in the order in which they are kept.
    all.reverse();
    found::keep(tenant, watch.under, &all, complete, converse.lists_hidden(), now).await?;
    // From the newer of the two places on, the other is met as well.
    Ok(Ok(unread.or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_posts_are_read_less_often_and_then_no_more() {
        let now = Utc::now();
        let after = |age: TimeDelta| next_read(now - age, now).map(|next| next - now);
        assert_eq!(after(TimeDelta::minutes(1)), Some(SOONEST));
        assert_eq!(after(TimeDelta::hours(12)), Some(TimeDelta::hours(1)));
        assert_eq!(after(TimeDelta::days(3)), Some(TimeDelta::hours(6)));
        assert_eq!(after(TimeDelta::days(29)), Some(LATEST));
        assert_eq!(after(TimeDelta::days(30)), None);
        assert_eq!(after(-TimeDelta::minutes(5)), Some(SOONEST), "a clock that is ahead");
    }
}
