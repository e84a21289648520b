//! What is claimed before it is due: only first runs, only by who has room, and nothing is done before its time.

use crate::support::{TestApp, until};
use chrono::{DateTime, TimeDelta, Utc};
use lux::domain::delivery::DeliveryState::Live;
use lux::domain::platform::Platform::X;
use lux::domain::post::{Plan, SavePost};
use lux::infra::queue::claim::{self, End, Held, Room};
use lux::infra::queue::{AHEAD, Claim, Job, JobOptions, Outcome, Registry, Tick, Worker, enqueue};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const HOUR: Duration = Duration::from_secs(3600);

async fn put<J: Job<Payload = Tick>>(t: &TestApp, run_at: DateTime<Utc>) {
    let mut db = t.app.db.acquire().await.expect("connection");
    enqueue::<J>(&mut db, &Tick::default(), JobOptions::at(run_at)).await.expect("enqueued");
}

/// It is claimed here, and never run.
struct Tea;

impl Job for Tea {
    type Payload = Tick;
    const KIND: &'static str = "tea";
    const TITLE: &'static str = "Make tea";
    const ATTEMPTS: i32 = 3;
    async fn run(&self, _: &Claim, _: Tick) -> Outcome {
        Outcome::Done
    }
}

#[test]
fn a_quarter_of_the_slots_is_kept_for_what_is_due() {
    let room = |slots, running| {
        let room = Room::of(slots, running, HashMap::new());
        (room.free, room.ahead)
    };
    assert_eq!(room(100, 0), (75, AHEAD));
    assert_eq!(room(100, 74), (1, AHEAD));
    assert_eq!(room(100, 75), (25, Duration::ZERO));
    assert_eq!(room(100, 100), (0, Duration::ZERO));
    // The only slot there is waits for nothing.
    assert_eq!(room(1, 0), (1, Duration::ZERO));
    assert_eq!(room(2, 0), (1, AHEAD));
}

#[tokio::test]
async fn only_a_first_run_is_claimed_ahead_and_the_pause_knows_it() {
    let t = TestApp::start().await;
    let db = &t.app.db;
    let (worker, kinds) = (Arc::from("one"), ["tea".to_owned()]);
    claim::sign_on(db, &worker).await.expect("signed on");
    let take = async |ahead| {
        let room = Room { ahead, ..Room::any(8) };
        claim::take(db, &worker, &kinds, &room, None).await.expect("claimed").jobs
    };
    let pause = async |ahead| claim::next_due(db, ahead).await.expect("asked").map(|p| p.as_secs() / 60);
    let now: DateTime<Utc> = t.value("select now()").await;
    put::<Tea>(&t, now + TimeDelta::minutes(30)).await;
    assert_eq!(pause(Duration::ZERO).await, Some(29));
    assert_eq!(pause(HOUR / 6).await, Some(19));
    assert!(take(Duration::ZERO).await.is_empty() && take(HOUR / 6).await.is_empty());
    let taken = take(HOUR).await.pop().expect("due within the hour");
    assert!(taken.run_at > taken.at);

    // It asks to be left alone until then: nobody takes it before.
    let end = End {
        held: Held { job: taken.job, fence: taken.fence },
        attempt: taken.attempt,
        outcome: Outcome::Wait { why: "not yet".into(), until: now + TimeDelta::minutes(20) },
        now: taken.at,
    };
    assert_eq!(claim::finish(db, &[end]).await.expect("finished"), [true]);
    assert!(take(HOUR).await.is_empty());
    assert_eq!(pause(HOUR).await, Some(19));
    t.sql("update jobs set run_at = now()").await;
    assert_eq!(take(Duration::ZERO).await.len(), 1);
}

/// Remembers by how much it began too early.
#[derive(Default)]
struct Punctual(Mutex<Vec<TimeDelta>>);

impl Job for Punctual {
    type Payload = Tick;
    const KIND: &'static str = "punctual";
    const TITLE: &'static str = "Be on time";
    const ATTEMPTS: i32 = 3;
    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        self.0.lock().unwrap().push(claim.run_at - claim.now());
        Outcome::Done
    }
}

#[tokio::test]
async fn what_does_not_prepare_itself_begins_when_it_is_due() {
    let t = TestApp::start().await;
    let (punctual, stop) = (Arc::new(Punctual::default()), CancellationToken::new());
    let now: DateTime<Utc> = t.value("select now()").await;
    for ms in [100, 300, 300, 700] {
        put::<Punctual>(&t, now + TimeDelta::milliseconds(ms)).await;
    }
    let worker = Worker::start_with(t.app.clone(), Registry::default().with_shared(punctual.clone()), 8, stop.clone());
    until!(punctual.0.lock().unwrap().len() == 4);
    stop.cancel();
    worker.await.expect("stopped");
    assert!(punctual.0.lock().unwrap().iter().all(|early| *early <= TimeDelta::zero()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_is_prepared_ahead_of_its_time_and_armed_at_it() {
    let t = TestApp::start().await;
    let firm = t.firm("Early").await;
    let plan = Plan::Schedule { local: firm.clock(60).await, second: false };
    let id = firm.publish(SavePost { plan, ..firm.post("On the minute", &[X]) }).await;
    // The hour passes.
    t.sql("update deliveries set due_at = now() + interval '900 milliseconds'").await;
    t.sql("update jobs set run_at = d.due_at from deliveries d where jobs.job_key = 'deliver:' || d.id").await;
    let stop = CancellationToken::new();
    let worker = Worker::start_with(t.app.clone(), lux::features::jobs(), 8, stop.clone());
    until!(firm.state(id, X).await == Live);
    stop.cancel();
    worker.await.expect("stopped");
    assert_eq!(t.sandbox.posts(X).len(), 1);
    assert!(t.value::<bool>("select bool_and(armed_at >= due_at) from deliveries").await, "armed before it was due");
}
