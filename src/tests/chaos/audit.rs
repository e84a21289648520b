//! The audit: what the database says, what the platforms show, and what must be true of both together.

use super::cluster::Cluster;
use chrono::{DateTime, Utc};
use lux::domain::delivery::DeliveryState;
use lux::domain::delivery::DeliveryState::*;
use lux::domain::ids::DeliveryId;
use lux::domain::platform::Platform;
use lux::features::deliveries::server::{linked, service};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A delivery at rest waits for a person or for nothing.
const RESTING: [DeliveryState; 7] = [Live, Unconfirmed, Failed, NeedsEdit, NeedsReconnect, Held, Cancelled];

#[derive(Clone, Debug)]
pub struct Entry {
    pub id: DeliveryId,
    pub platform: Platform,
    pub text: String,
    pub state: DeliveryState,
    pub attempt: i32,
    pub due_at: DateTime<Utc>,
    pub remote_id: Option<String>,
    pub reason: String,
    /// How often the platform shows it.
    pub shown: usize,
}

/// What came out, in numbers.
#[derive(Default)]
pub struct Audit {
    pub entries: Vec<Entry>,
    pub states: BTreeMap<&'static str, usize>,
    /// More than once at the platform.
    pub twice: usize,
    /// Live in the database, and not there.
    pub lost: usize,
    /// There, and the database does not say so.
    pub unknown: usize,
    /// Calls whose answer was lost: the platform was looked at, and the post was not there, or was.
    pub armed_again: i64,
    pub found: i64,
    pub problems: Vec<String>,
}

impl Cluster {
    pub async fn entries(&self) -> Vec<Entry> {
        type Row = (DeliveryId, String, String, String, i32, DateTime<Utc>, Option<String>, Option<String>);
        let rows: Vec<Row> = sqlx::query_as(
            "select d.id, c.platform, p.text, d.state, d.attempt, d.due_at, d.remote_id, d.fault_message
             from deliveries d
             join posts p on p.company_id = d.company_id and p.id = d.post_id
             join connections c on c.company_id = d.company_id and c.id = d.connection_id
             order by d.id",
        )
        .fetch_all(&self.firm.who.app.db)
        .await
        .expect("deliveries");
        let shown: BTreeMap<_, _> = self.platforms.iter().map(|platform| (*platform, self.shown(*platform))).collect();
        let entry = |(id, platform, text, state, attempt, due_at, remote_id, reason): Row| {
            let platform = platform.parse().expect("platform");
            Entry {
                shown: shown[&platform].get(&text).map_or(0, Vec::len),
                id,
                platform,
                text,
                state: DeliveryState::parse(&state).expect("state"),
                attempt,
                due_at,
                remote_id,
                reason: reason.unwrap_or_default(),
            }
        };
        rows.into_iter().map(entry).collect()
    }

    pub async fn unrested(&self) -> i64 {
        self.count(
            "select count(*) from deliveries where state not in
               ('live', 'unconfirmed', 'failed', 'needs_edit', 'needs_reconnect', 'held', 'cancelled')",
        )
        .await
    }

    /// Lets the nodes work until nothing moves any more; what would only be waiting is skipped. Nobody may be stopped,
    /// and the last fault must be over. Every delivery rests then.
    pub async fn rest(&self, patience: Duration) -> Result<Duration, String> {
        let start = Instant::now();
        loop {
            let open = self.unrested().await;
            if open == 0 {
                return Ok(start.elapsed());
            }
            if start.elapsed() > patience {
                let stuck = self.entries().await.into_iter().filter(|e| !RESTING.contains(&e.state)).take(5);
                return Err(format!("{open} deliveries do not come to rest: {:#?}", stuck.collect::<Vec<_>>()));
            }
            if start.elapsed() > super::cluster::CALLS_END {
                self.time_goes_by(super::cluster::CALLS_END).await;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// A person goes through "Needs your eyes", looks at the platform, says what is true, and connects accounts again
    /// (a node that is killed while it renews a sign-in takes the new tokens with it). How many questions.
    pub async fn answer_questions(&self) -> usize {
        let tenant = &self.firm.who.tenant;
        let parked: Vec<(String, String)> = sqlx::query_as(
            "select distinct c.platform, c.remote_id from deliveries d
             join connections c on c.company_id = d.company_id and c.id = d.connection_id
             where d.state = 'needs_reconnect'",
        )
        .fetch_all(&self.firm.who.app.db)
        .await
        .expect("accounts");
        for (platform, account) in &parked {
            let platform = platform.parse().expect("platform");
            // LinkedIn names an account by a URN, the stand-in by its last part.
            let account =
                if platform == Platform::LinkedIn { account.rsplit(':').next() } else { Some(account.as_str()) };
            let account = account.expect("an account");
            self.firm.connect_account(&self.stand.sandbox, platform, account).await;
        }
        let mut answered = parked.len();
        for entry in self.entries().await {
            let done = match (entry.state, entry.shown) {
                (Unconfirmed, 0) => service::send_again(tenant, entry.id).await,
                (Unconfirmed, _) => linked::confirm_live(&self.firm.who, entry.id, "").await,
                (Failed | Held | NeedsEdit, 0) => service::retry_delivery(tenant, entry.id).await,
                _ => continue,
            };
            done.expect("answered");
            answered += 1;
        }
        answered
    }

    pub async fn audit(&self) -> Audit {
        let mut audit = Audit { entries: self.entries().await, ..Default::default() };
        let mut problems = vec![];
        for e in &audit.entries {
            *audit.states.entry(e.state.id()).or_default() += 1;
            let what = || format!("{} {:?} “{}”: {}", e.platform, e.state, e.text, e.reason);
            if e.shown > 1 {
                audit.twice += 1;
                problems.push(format!("there {} times: {}", e.shown, what()));
            }
            if e.state == Live && e.shown == 0 {
                audit.lost += 1;
                problems.push(format!("live and not there: {}", what()));
            }
            if e.shown > 0 && !matches!(e.state, Live | Unconfirmed) {
                audit.unknown += 1;
                problems.push(format!("there, and we do not know: {}", what()));
            }
            if !RESTING.contains(&e.state) {
                problems.push(format!("not at rest: {}", what()));
            }
            if e.state != Live && e.reason.trim().is_empty() {
                problems.push(format!("no reason is given: {}", what()));
            }
        }
        for platform in self.platforms.iter().copied() {
            let shown = self.shown(platform);
            let ours: BTreeMap<_, _> =
                audit.entries.iter().filter(|e| e.platform == platform).map(|e| (e.text.as_str(), e)).collect();
            for (text, ids) in &shown {
                match ours.get(text.as_str()) {
                    None => problems.push(format!("nobody wrote this: {platform} “{text}”")),
                    // Confirmed by hand it has no id; TikTok does not always tell it, and then the upload's stands for it.
                    Some(e)
                        if e.state == Live
                            && e.remote_id.as_ref().is_some_and(|id| !ids.contains(id) && !id.contains("_pub_")) =>
                    {
                        problems.push(format!("linked to another post ({:?}): {platform} “{text}”", e.remote_id));
                    }
                    Some(_) => {}
                }
            }
        }
        self.check_history(&audit.entries, &mut problems).await;
        audit.armed_again = self.notes("Checked").await;
        audit.found = self.notes("Found at").await;
        audit.problems = problems;
        audit
    }

    async fn notes(&self, beginning: &str) -> i64 {
        sqlx::query_scalar("select count(*) from delivery_events where note like $1 || '%'")
            .bind(beginning)
            .fetch_one(&self.firm.who.app.db)
            .await
            .expect("events")
    }

    /// The history tells one story: every state is left as often as it is entered, but for the first and the last one;
    /// live is entered once, by evidence; armed as often as there were attempts, never before the time.
    async fn check_history(&self, entries: &[Entry], problems: &mut Vec<String>) {
        type Row = (DeliveryId, String, String, DateTime<Utc>);
        let rows: Vec<Row> = sqlx::query_as(
            "select delivery_id, from_state, to_state, at from delivery_events where from_state <> to_state",
        )
        .fetch_all(&self.firm.who.app.db)
        .await
        .expect("events");
        let mut of = BTreeMap::<DeliveryId, Vec<(String, String, DateTime<Utc>)>>::new();
        for (id, from, to, at) in rows {
            of.entry(id).or_default().push((from, to, at));
        }
        for e in entries {
            let events = of.remove(&e.id).unwrap_or_default();
            let mut wrong = |what: String| problems.push(format!("{what}: {} {:?} “{}”", e.platform, e.state, e.text));
            let mut balance = BTreeMap::<&str, i32>::new();
            for (from, to, _) in &events {
                *balance.entry(from).or_default() -= 1;
                *balance.entry(to).or_default() += 1;
            }
            *balance.entry("draft").or_default() += 1;
            *balance.entry(e.state.id()).or_default() -= 1;
            if balance.values().any(|n| *n != 0) {
                wrong(format!("the history does not add up {balance:?}"));
            }
            let count = |state: &str| events.iter().filter(|(_, to, _)| to == state).count();
            if count("live") != usize::from(e.state == Live) {
                wrong(format!("went live {} times", count("live")));
            }
            if count("armed") != usize::try_from(e.attempt).expect("attempts") {
                wrong(format!("armed {} times in {} attempts", count("armed"), e.attempt));
            }
            if e.state == Live && count("armed") == 0 {
                wrong("live without a call".into());
            }
            let early =
                events.iter().find(|(_, to, at)| to == "armed" && *at < e.due_at - chrono::TimeDelta::seconds(1));
            // Sent again by hand it is due anew.
            if early.is_some() && count("queued") == 1 {
                wrong("sent before its time".into());
            }
        }
    }

    /// As many calls as were armed, at most: never one that the database did not announce.
    pub async fn calls(&self) -> (u64, i64) {
        let made =
            self.platforms.iter().map(|p| self.stand.sandbox.requests(*p, lux::sandbox::Operation::Commit)).sum();
        (made, self.count("select coalesce(sum(attempt), 0)::bigint from deliveries").await)
    }
}

impl Audit {
    /// The claim of this program.
    pub fn must_be_right(&self) {
        let shown = self.problems.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n  ");
        assert!(self.problems.is_empty(), "{} problems:\n  {shown}", self.problems.len());
        assert_eq!((self.twice, self.lost, self.unknown), (0, 0, 0));
    }
}
