//! A platform that says what a test tells it to, for the corners that no stand-in can be brought into.

use super::start;
use crate::support::{Firm, TestApp};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use lux::connectors::{
    Address, Call, Checkpoint, Committed, Connector, Content, Fault, Lookup, Prepared, ProbeOutcome, Publish,
    RateLimitHeaders, RemotePost,
};
use lux::domain::delivery::DeliveryState;
use lux::domain::ids::{DeliveryId, PostId};
use lux::domain::platform::Platform;
use lux::features::deliveries::server::deliver::Deliver;
use lux::infra::queue::{Registry, drive::Ran, run_until_idle};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// What it will answer, call by call; afterwards it is well-behaved and has never seen the post.
#[derive(Default)]
pub struct Script {
    pub prepare: Mutex<VecDeque<Result<Prepared, Fault>>>,
    pub commit: Mutex<VecDeque<Result<Committed, Fault>>>,
    pub probe: Mutex<VecDeque<Result<ProbeOutcome, Fault>>>,
    pub checkpoints: Mutex<Vec<Option<Checkpoint>>>,
    pub commits: AtomicUsize,
    pub probes: AtomicUsize,
    /// From when on each look searched.
    pub since: Mutex<Vec<DateTime<Utc>>>,
    /// Runs on the database in the middle of the next preparation.
    pub meanwhile: Mutex<Option<(sqlx::PgPool, &'static str)>>,
    /// The irreversible call answers only when it is told to.
    pub hold: Mutex<Option<Arc<Notify>>>,
}

pub fn remote() -> RemotePost {
    RemotePost { id: "7".into(), url: Some("https://x.com/a/status/7".into()) }
}

fn next<T>(list: &Mutex<VecDeque<T>>) -> Option<T> {
    list.lock().expect("script").pop_front()
}

#[async_trait]
impl Publish for Script {
    async fn prepare(&self, _: &Call<'_>, _: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        self.checkpoints.lock().expect("script").push(had.cloned());
        let meanwhile = self.meanwhile.lock().expect("script").take();
        if let Some((db, statement)) = meanwhile {
            sqlx::raw_sql(statement).execute(&db).await.expect(statement);
        }
        next(&self.prepare).unwrap_or(Ok(Prepared::Ready(json!({ "v": 1 }))))
    }
    async fn commit(&self, _: &Call<'_>, _: &Content, _: &Checkpoint) -> Result<Committed, Fault> {
        self.commits.fetch_add(1, SeqCst);
        let hold = self.hold.lock().expect("script").clone();
        if let Some(hold) = hold {
            hold.notified().await;
        }
        next(&self.commit).unwrap_or_else(|| Ok(Committed::Live(remote())))
    }
    async fn probe(
        &self,
        _: &Call<'_>,
        _: &Content,
        _: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        self.since.lock().expect("script").push(since);
        self.probes.fetch_add(1, SeqCst);
        next(&self.probe).unwrap_or(Ok(ProbeOutcome::Absent))
    }
    fn address(&self, _: &str) -> Address {
        Address::Post { account: None }
    }
    async fn look_up(&self, _: &Call<'_>, _: &str) -> Result<Lookup, Fault> {
        Ok(Lookup::Unavailable("it keeps to its script"))
    }
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &[]
    }
    fn grace(&self) -> Duration {
        Duration::from_secs(60)
    }
}

/// One post to the scripted platform, due now, and the clock in the test's hand.
pub struct Bench {
    pub t: TestApp,
    pub firm: Firm,
    pub post: PostId,
    pub delivery: DeliveryId,
    pub script: &'static Script,
    pub now: DateTime<Utc>,
}

impl Bench {
    pub async fn new() -> Self {
        let (t, firm) = start().await;
        let post = firm.publish(firm.post("hello", &[Platform::X])).await;
        let delivery = firm.delivery(post, Platform::X).await.id;
        let script: &'static Script = Box::leak(Box::default());
        Self { t, firm, post, delivery, script, now: Utc::now() }
    }

    pub fn jobs(&self) -> Registry {
        let scripted = Connector {
            platform: Platform::X,
            rate_limits: RateLimitHeaders::None,
            test: None,
            sign_in: None,
            publish: Some(self.script),
            choices: None,
            converse: None,
            recent: None,
        };
        let scripted: &'static Connector = Box::leak(Box::new(scripted));
        Registry::default().with(Deliver::with_connectors(move |_| Some(scripted)))
    }

    /// So many seconds later, everything that is due runs.
    pub async fn run(&mut self, later: i64) -> Vec<Ran> {
        self.now += TimeDelta::seconds(later);
        run_until_idle(&self.t.app, &self.jobs(), self.now).await.expect("the queue runs")
    }

    pub async fn state(&self) -> DeliveryState {
        self.firm.state(self.post, Platform::X).await
    }

    pub fn commits(&self) -> usize {
        self.script.commits.load(SeqCst)
    }
}
