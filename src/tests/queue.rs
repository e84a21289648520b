//! The queue by itself: several workers, lost leases, what becomes of a job whose worker died, panics, the clock.

use crate::support::{TestApp, until};
use chrono::{DateTime, TimeDelta, Utc};
use lux::domain::delivery::DeliveryState;
use lux::domain::error::AppError;
use lux::domain::ids::CompanyId;
use lux::domain::platform::Platform::X;
use lux::domain::post::{Plan, SavePost};
use lux::infra::queue::claim::{self, Begin, Held, Room};
use lux::infra::queue::clean_up::{CleanUp, WeeklyCleanUp};
use lux::infra::queue::{
    Claim, Job, JobOptions, Outcome, Recovery, Registry, Schedule, Tick, Worker, enqueue, enqueue_new, run_until_idle,
    ticker,
};
use lux::infra::state::App;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

async fn put<J: Job>(t: &TestApp, payload: J::Payload) {
    put_with::<J>(t, payload, JobOptions::at(Utc::now())).await;
}

async fn put_with<J: Job>(t: &TestApp, payload: J::Payload, options: JobOptions) {
    let mut db = t.app.db.acquire().await.expect("connection");
    enqueue::<J>(&mut db, &payload, options).await.expect("enqueued");
}

/// A program that knows this job alone.
fn only<J: Job>(job: &Arc<J>) -> Registry {
    Registry::default().with_shared(job.clone())
}

/// Counts runs, and how often two of one queue ran at once.
#[derive(Default)]
struct Count {
    busy: Mutex<BTreeMap<String, usize>>,
    seen: Mutex<BTreeMap<i64, usize>>,
    clashes: AtomicUsize,
}

#[derive(Serialize, Deserialize)]
struct Counted {
    n: i64,
    /// Empty: none.
    #[serde(default)]
    queue: String,
}

impl Counted {
    fn nth(n: i64) -> Self {
        Self { n, queue: String::new() }
    }
}

impl Job for Count {
    type Payload = Counted;
    const KIND: &'static str = "count";
    const TITLE: &'static str = "Count";
    const ATTEMPTS: i32 = 3;
    async fn run(&self, _: &Claim, Counted { n, queue }: Counted) -> Outcome {
        let at_once = {
            let mut busy = self.busy.lock().unwrap();
            let n = busy.entry(queue.clone()).or_default();
            *n += 1;
            *n
        };
        if at_once > 1 && !queue.is_empty() {
            self.clashes.fetch_add(1, SeqCst);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
        *self.busy.lock().unwrap().get_mut(&queue).unwrap() -= 1;
        *self.seen.lock().unwrap().entry(n).or_default() += 1;
        Outcome::Done
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_workers_run_every_job_once_and_one_at_a_time_per_queue() {
    let t = TestApp::start().await;
    let stop = CancellationToken::new();
    let count = Arc::new(Count::default());
    let start = || Worker::start_with(t.app.clone(), only(&count), 6, stop.clone());
    let workers: Vec<_> = (0..4).map(|_| start()).collect();
    let mut tx = t.app.db.begin().await.expect("transaction");
    for n in 0..300 {
        let queue_key = (n % 3 != 0).then(|| format!("q{}", n % 7));
        let payload = Counted { n, queue: queue_key.clone().unwrap_or_default() };
        let options = JobOptions { queue_key, ..JobOptions::at(Utc::now()) };
        enqueue::<Count>(&mut tx, &payload, options).await.expect("enqueued");
    }
    tx.commit().await.expect("committed");
    until!(count.seen.lock().unwrap().len() == 300);
    until!(t.value::<i64>("select count(*) from jobs where state <> 'done'").await == 0);
    // One that is put in later is heard of at once, not at the next poll.
    put::<Count>(&t, Counted::nth(300)).await;
    until!(count.seen.lock().unwrap().contains_key(&300));
    stop.cancel();
    for worker in workers {
        worker.await.expect("stopped");
    }
    assert!(count.seen.lock().unwrap().values().all(|n| *n == 1));
    assert_eq!(count.clashes.load(SeqCst), 0);
    assert_eq!(t.value::<i64>("select count(*) from workers").await, 0, "they sign off");
}

/// Takes a moment for each job, and remembers whose turn it was.
#[derive(Default)]
struct Turns(Mutex<Vec<Option<CompanyId>>>);

impl Job for Turns {
    type Payload = Tick;
    const KIND: &'static str = "turns";
    const TITLE: &'static str = "Take a turn";
    const ATTEMPTS: i32 = 3;
    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.0.lock().unwrap().push(claim.company);
        Outcome::Done
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_companys_burst_leaves_room_for_another_company() {
    let t = TestApp::start().await;
    let (burst, single) = (CompanyId::new(), CompanyId::new());
    let mut tx = t.app.db.begin().await.expect("transaction");
    let of = |company| JobOptions { company: Some(company), ..JobOptions::at(Utc::now()) };
    let many = (0..400).map(|_| (Tick::default(), of(burst))).collect();
    enqueue_new::<Turns>(&mut tx, many).await.expect("enqueued");
    tx.commit().await.expect("committed");
    let (turns, stop) = (Arc::new(Turns::default()), CancellationToken::new());
    let worker = Worker::start_with(t.app.clone(), only(&turns), 8, stop.clone());
    until!(turns.0.lock().unwrap().len() >= 8);
    put_with::<Turns>(&t, Tick::default(), of(single)).await;
    until!(turns.0.lock().unwrap().contains(&Some(single)));
    // First come, first served would have made it the last of 401.
    let before = turns.0.lock().unwrap().iter().position(|c| *c == Some(single)).expect("it ran");
    assert!(before < 200, "{before} jobs of the burst ran before it");
    until!(turns.0.lock().unwrap().len() == 401);
    stop.cancel();
    worker.await.expect("stopped");
}

/// The first run never ends by itself.
#[derive(Default)]
struct Hang {
    runs: AtomicUsize,
    ends: Arc<AtomicUsize>,
}

struct OnDrop(Arc<AtomicUsize>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl Job for Hang {
    type Payload = Tick;
    const KIND: &'static str = "hang";
    const TITLE: &'static str = "Hang";
    const ATTEMPTS: i32 = 3;
    async fn run(&self, _: &Claim, _: Tick) -> Outcome {
        let _ended = OnDrop(self.ends.clone());
        if self.runs.fetch_add(1, SeqCst) == 0 {
            std::future::pending::<()>().await;
        }
        Outcome::Done
    }
}

#[tokio::test]
async fn who_has_lost_the_lease_is_stopped_and_writes_nothing() {
    let t = TestApp::start().await;
    let hang = Arc::new(Hang::default());
    let stop = CancellationToken::new();
    let worker = Worker::start_with(t.app.clone(), only(&hang), 1, stop.clone());
    let options = JobOptions { queue_key: Some("one".into()), ..JobOptions::at(Utc::now()) };
    put_with::<Hang>(&t, Tick::default(), options).await;
    until!(hang.runs.load(SeqCst) == 1);
    // Again when the worker gives its next sign of life in between.
    until!({
        t.sql("update workers set beat_at = now() - interval '1 minute'").await;
        run_until_idle(&t.app, &only(&hang), Utc::now()).await.expect("the queue runs");
        hang.runs.load(SeqCst) == 2
    });
    until!(hang.ends.load(SeqCst) == 2);
    assert_eq!(t.value::<String>("select state || ' ' || attempts from jobs").await, "done 2");
    assert_eq!(t.value::<i64>("select count(*) from job_log where what = 'lease_lost'").await, 1);
    stop.cancel();
    worker.await.expect("stopped");
}

/// What a letter's first run does.
enum First {
    Hangs,
    Panics,
    Says(Outcome),
}

/// What may be repeated, and what may not.
const AGAIN: bool = false;
const BURY: bool = true;

/// A job that may be repeated or may not; only its first run is special.
struct Letter<const ONCE: bool> {
    first: First,
    runs: AtomicUsize,
    /// How many calls of `on_dead` fail.
    refusals: AtomicUsize,
    given_up: Mutex<Vec<String>>,
}

impl<const ONCE: bool> Letter<ONCE> {
    fn new(first: First) -> Arc<Self> {
        let (runs, refusals) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Self { first, runs, refusals, given_up: Mutex::default() })
    }
    fn runs(&self) -> usize {
        self.runs.load(SeqCst)
    }
    fn given_up(&self) -> Vec<String> {
        self.given_up.lock().unwrap().clone()
    }
}

impl<const ONCE: bool> Job for Letter<ONCE> {
    type Payload = Tick;
    const KIND: &'static str = "letter";
    const TITLE: &'static str = "Write a letter";
    const ATTEMPTS: i32 = 3;
    const RECOVERY: Recovery = if ONCE { Recovery::GiveUp } else { Recovery::Again };
    async fn run(&self, _: &Claim, _: Tick) -> Outcome {
        if self.runs.fetch_add(1, SeqCst) > 0 {
            return Outcome::Done;
        }
        match &self.first {
            First::Hangs => std::future::pending().await,
            First::Panics => panic!("on purpose"),
            First::Says(outcome) => outcome.clone(),
        }
    }
    async fn on_dead(&self, _: &Claim, _: Tick, why: &str) -> lux::domain::error::Result<()> {
        if self.refusals.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_ok() {
            return Err(AppError::unavailable("not now"));
        }
        self.given_up.lock().unwrap().push(why.to_owned());
        Ok(())
    }
}

/// A worker begins the job and is killed in the middle of it.
async fn killed_in_the_middle<const ONCE: bool>(t: &TestApp, letter: &Arc<Letter<ONCE>>) {
    put::<Letter<ONCE>>(t, Tick::default()).await;
    let worker = Worker::start_with(t.app.clone(), only(letter), 1, CancellationToken::new());
    until!(letter.runs() == 1);
    worker.abort();
    assert!(worker.await.is_err_and(|end| end.is_cancelled()));
    t.sql("delete from workers").await;
}

/// Everything that is due by then, by another worker.
async fn taken_over<const ONCE: bool>(t: &TestApp, letter: &Arc<Letter<ONCE>>, hours: i64) {
    let then = Utc::now() + TimeDelta::hours(hours);
    run_until_idle(&t.app, &only(letter), then).await.expect("the queue runs");
}

const LETTER: &str = "select state || ' ' || attempts || coalesce(': ' || last_error, '') from jobs";
const MAYBE_DONE: &str =
    "The program stopped while this was running, so it may have been done already. It is not repeated by itself.";

#[tokio::test]
async fn what_may_be_repeated_is_run_again_when_its_worker_died() {
    let t = TestApp::start().await;
    let letter = Letter::<AGAIN>::new(First::Hangs);
    killed_in_the_middle(&t, &letter).await;
    taken_over(&t, &letter, 0).await;
    assert_eq!(t.value::<String>(LETTER).await, "done 2");
    assert_eq!((letter.runs(), letter.given_up()), (2, vec![]));
}

#[tokio::test]
async fn what_must_not_be_repeated_is_given_up_when_its_worker_died() {
    let t = TestApp::start().await;
    let letter = Letter::<BURY>::new(First::Hangs);
    killed_in_the_middle(&t, &letter).await;
    // The first call of `on_dead` fails. It is tried again, and nothing else is.
    letter.refusals.store(1, SeqCst);
    taken_over(&t, &letter, 0).await;
    assert_eq!(t.value::<String>(LETTER).await, "running 2");
    assert_eq!(letter.given_up(), [""; 0]);
    taken_over(&t, &letter, 0).await;
    assert_eq!(t.value::<String>(LETTER).await, format!("dead 3: {MAYBE_DONE}"));
    taken_over(&t, &letter, 9).await;
    assert_eq!((letter.runs(), letter.given_up()), (1, vec![MAYBE_DONE.to_owned()]));
    // A person has looked, and wants it again.
    t.sql("update jobs set state = 'ready', finished_at = null, attempts = 0").await;
    taken_over(&t, &letter, 0).await;
    assert_eq!(t.value::<String>(LETTER).await, "done 1");
    assert_eq!(letter.runs(), 2);
}

#[tokio::test]
async fn what_must_not_be_repeated_is_tried_again_only_when_it_says_so() {
    let t = TestApp::start().await;
    let why = "nobody at home".to_owned();
    for first in [
        Outcome::Retry { why: why.clone(), after: None },
        Outcome::Wait { why, until: Utc::now() + TimeDelta::minutes(5) },
    ] {
        let letter = Letter::<BURY>::new(First::Says(first));
        put::<Letter<BURY>>(&t, Tick::default()).await;
        taken_over(&t, &letter, 0).await;
        assert_eq!(letter.runs(), 1);
        taken_over(&t, &letter, 2).await;
        assert_eq!((letter.runs(), letter.given_up()), (2, vec![]));
        assert!(t.value::<String>(LETTER).await.starts_with("done"));
        t.sql("delete from jobs").await;
    }
    let letter = Letter::<BURY>::new(First::Panics);
    put::<Letter<BURY>>(&t, Tick::default()).await;
    taken_over(&t, &letter, 0).await;
    taken_over(&t, &letter, 2).await;
    assert!(t.value::<String>(LETTER).await.starts_with("dead 1: Something went wrong on our side while"));
    assert_eq!((letter.runs(), letter.given_up().len()), (1, 1));
}

#[tokio::test]
async fn that_it_begins_is_decided_once_per_claim() {
    let t = TestApp::start().await;
    let (db, kinds) = (&t.app.db, ["letter".to_owned()]);
    put::<Letter<BURY>>(&t, Tick::default()).await;
    let taken_by = async |name: &'static str| {
        let worker: Arc<str> = name.into();
        claim::sign_on(db, &worker).await.expect("signed on");
        let taken = claim::take(db, &worker, &kinds, &Room::any(1), None).await.expect("claimed").jobs.pop();
        let taken = taken.expect("it is due");
        (Held { job: taken.job, fence: taken.fence }, taken.attempt)
    };
    let lose = async || {
        t.sql("update workers set beat_at = now() - interval '1 minute'").await;
        assert_eq!(claim::reap(db, "another", &[]).await.expect("reaped"), 1);
    };
    let begin = async |(held, attempt): (Held, i32)| claim::begin_once(db, held, attempt).await.expect("asked");
    // Lost before it began: nothing was done.
    let first = taken_by("one").await;
    lose().await;
    let second = taken_by("two").await;
    assert_eq!(begin(first).await, Begin::Lost);
    assert_eq!(begin(second).await, Begin::Now);
    assert_eq!(begin(second).await, Begin::Now, "its own answer was lost");
    lose().await;
    let third = taken_by("three").await;
    assert_eq!((begin(second).await, begin(third).await), (Begin::Lost, Begin::Before));
    lose().await;
    assert_eq!(begin(taken_by("four").await).await, Begin::Before, "it stays so until it has ended");
}

#[tokio::test]
async fn a_job_that_stops_its_worker_each_time_is_given_up() {
    let t = TestApp::start().await;
    let letter = Letter::<AGAIN>::new(First::Says(Outcome::Done));
    put::<Letter<AGAIN>>(&t, Tick::default()).await;
    for attempt in 1..=3 {
        let worker: Arc<str> = format!("worker {attempt}").into();
        claim::sign_on(&t.app.db, &worker).await.expect("signed on");
        let kinds = ["letter".to_owned()];
        let taken = claim::take(&t.app.db, &worker, &kinds, &Room::any(1), None).await.expect("claimed").jobs;
        assert_eq!(taken.iter().map(|t| t.attempt).collect::<Vec<_>>(), [attempt]);
        t.sql("update workers set beat_at = now() - interval '1 minute'").await;
        assert_eq!(claim::reap(&t.app.db, "another", &[]).await.expect("reaped"), 1);
    }
    taken_over(&t, &letter, 0).await;
    let why = "The program stopped each time while this was running.";
    assert_eq!(t.value::<String>(LETTER).await, format!("dead 4: {why}"));
    assert_eq!((letter.runs(), letter.given_up()), (0, vec![why.to_owned()]));
}

#[derive(Default)]
struct Panics(AtomicUsize);

impl Job for Panics {
    type Payload = Tick;
    const KIND: &'static str = "panics";
    const TITLE: &'static str = "Panic";
    const ATTEMPTS: i32 = 3;
    async fn run(&self, _: &Claim, _: Tick) -> Outcome {
        panic!("on purpose")
    }
    async fn on_dead(&self, _: &Claim, _: Tick, _: &str) -> lux::domain::error::Result<()> {
        self.0.fetch_add(1, SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn a_job_that_panics_is_given_up_once() {
    let t = TestApp::start().await;
    let panics = Arc::new(Panics::default());
    put::<Panics>(&t, Tick::default()).await;
    for hours in 0..5 {
        run_until_idle(&t.app, &only(&panics), Utc::now() + TimeDelta::hours(hours)).await.expect("the queue runs");
    }
    assert_eq!(t.value::<String>("select state || ' ' || attempts from jobs").await, "dead 3");
    assert_eq!(panics.0.load(SeqCst), 1);
}

/// One job on two schedules. It is never run here.
struct Hourly;

const fn every_hour(name: &'static str, cron: &'static str) -> Schedule<Tick> {
    Schedule { name, cron, title: "", does: "", when_stopped: "", payload: Tick::at }
}

impl Job for Hourly {
    type Payload = Tick;
    const KIND: &'static str = "count";
    const TITLE: &'static str = "Count";
    const ATTEMPTS: i32 = 1;
    const SCHEDULES: &'static [Schedule<Tick>] =
        &[every_hour("hourly", "0 0 * * * *"), every_hour("half past", "0 30 * * * *")];
    async fn run(&self, _: &Claim, _: Tick) -> Outcome {
        Outcome::Done
    }
}

#[tokio::test]
async fn of_several_tickers_one_rings_and_a_missed_tick_is_made_up_for() {
    let program = Registry::default().with(Hourly);
    let hourly = program.catalogue().schedule("hourly").expect("the schedule");
    let t = TestApp::start().await;
    let jobs = "select count(*) from jobs where kind = 'count'";
    // The first look only remembers where it stands.
    assert!(!ticker::catch_up(&t.app, hourly, Utc::now()).await.expect("ticker"));
    assert!(!ticker::catch_up(&t.app, hourly, Utc::now()).await.expect("ticker"));
    let later = Utc::now() + TimeDelta::hours(3);
    let (a, b) = tokio::join!(ticker::tick(&t.app, hourly, later), ticker::tick(&t.app, hourly, later));
    assert!(a.expect("ticker") ^ b.expect("ticker"));
    assert_eq!(t.value::<i64>(jobs).await, 1);
    t.sql("update jobs set state = 'done', finished_at = now()").await;
    assert!(ticker::catch_up(&t.app, hourly, later + TimeDelta::hours(9)).await.expect("ticker"));
    assert_eq!(t.value::<i64>(jobs).await, 2, "one job for all that was missed");
}

#[tokio::test]
async fn a_tick_that_the_database_was_away_for_is_made_up_for_when_it_is_back() {
    let program = Registry::default().with(Hourly);
    let both = program.catalogue().schedules();
    let t = TestApp::start().await;
    let (jobs, done) =
        ("select count(*) from jobs where state = 'ready'", "update jobs set state = 'done', finished_at = now()");
    let start = Utc::now();
    let look_back = async |hours| {
        ticker::look_back(&t.app, both, start + TimeDelta::hours(hours)).await.expect("the database is back")
    };
    assert_eq!(look_back(0).await, 0, "what was never seen has missed nothing");
    for schedule in both {
        ticker::catch_up(&t.app, schedule, start).await.expect("ticker");
    }
    let nowhere = sqlx::postgres::PgPoolOptions::new().acquire_timeout(Duration::from_millis(50));
    let away = App { db: nowhere.connect_lazy("postgres://nobody@127.0.0.1:1/none").expect("a pool"), ..t.app.clone() };
    assert!(ticker::tick(&away, &both[0], start + TimeDelta::hours(1)).await.is_err());
    assert!(ticker::look_back(&away, both, start + TimeDelta::hours(1)).await.is_err());

    // However many ticks were missed and however many nodes look: one job each, for the latest.
    let (a, b) = tokio::join!(look_back(5), look_back(5));
    assert_eq!((a + b, t.value::<i64>(jobs).await), (2, 2));
    assert_eq!(look_back(5).await, 0);
    assert!(!ticker::tick(&t.app, &both[0], start + TimeDelta::hours(5)).await.expect("ticker"));
    t.sql(done).await;
    t.sql("insert into schedule_stops (schedule) values ('hourly')").await;
    assert_eq!((look_back(7).await, t.value::<i64>(jobs).await), (1, 1), "what is stopped is left alone");
}

#[tokio::test]
async fn old_jobs_are_cleaned_up() {
    let t = TestApp::start().await;
    for _ in 0..3 {
        put::<Count>(&t, Counted::nth(1)).await;
    }
    let left = "select count(*) from jobs where kind = 'count'";
    t.sql("update jobs set state = 'done', finished_at = now() - interval '3 days'").await;
    t.sql("update jobs set state = 'dead' where id = (select id from jobs order by id desc limit 1)").await;
    put::<CleanUp>(&t, Tick::default()).await;
    t.drive_to(1).await;
    assert_eq!(t.value::<i64>(left).await, 1, "chores that were done go at night, what was given up stays for a month");
    put::<WeeklyCleanUp>(&t, Tick::default()).await;
    t.drive_to(1).await;
    assert_eq!(t.value::<i64>(left).await, 1);
    t.sql("update jobs set finished_at = now() - interval '31 days' where kind = 'count'").await;
    put::<WeeklyCleanUp>(&t, Tick::default()).await;
    t.drive_to(1).await;
    assert_eq!(t.value::<i64>(left).await, 0);
}

#[tokio::test]
async fn sundays_take_what_was_kept_for_a_month() {
    let t = TestApp::start().await;
    let weekly = t.app.jobs.schedule("clean_up_weekly").expect("the schedule");
    assert_eq!(ticker::in_words(weekly).expect("words"), "Every Sunday at 03:00 UTC");
    let saturday: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().expect("a time");
    let sunday = ticker::next(weekly, saturday).expect("next");
    assert_eq!(sunday.to_rfc3339(), "2026-11-22T03:00:00+00:00");
    // However many nodes there are, one of them puts the job.
    let (one, other) = tokio::join!(ticker::tick(&t.app, weekly, sunday), ticker::tick(&t.app, weekly, sunday));
    assert!(one.expect("ticker") != other.expect("ticker"));
    assert_eq!(t.value::<i64>("select count(*) from jobs where kind = 'clean_up_weekly'").await, 1);

    let firm = t.firm("Northwind").await;
    let out = firm.publish(firm.post("Out", &[X])).await;
    let plan = Plan::Schedule { local: firm.clock(600).await, second: false };
    firm.publish(SavePost { plan, ..firm.post("Planned", &[X]) }).await;
    t.drive_to(5).await;
    assert_eq!(firm.state(out, X).await, DeliveryState::Live);
    t.sql("update delivery_checks set planned_at = now() - interval '8 days'").await;
    t.sql("insert into invitations (company_id, id, token_sha256, role, invited_by, expires_at, accepted_at)
           select c.id, gen_random_uuid(), sha256(n::text::bytea), 'viewer', u.id, now() + days * interval '1 day', case n when 3 then now() - interval '31 days' end
           from (values (1, 1), (2, -31), (3, 1), (4, -3)) as i (n, days), companies c, users u").await;
    t.sql("insert into schedule_ticks (schedule, scheduled_for) values ('sweep', now() - interval '40 days'), ('sweep', now() - interval '35 days')")
        .await;
    put::<WeeklyCleanUp>(&t, Tick::default()).await;
    t.drive_to(6).await;
    assert_eq!(t.value::<i64>("select count(*) from delivery_checks").await, 1, "of the planned one");
    assert_eq!(t.value::<i64>("select count(*) from invitations").await, 2, "open, and lately expired");
    assert_eq!(
        t.value::<i64>("select count(*) from schedule_ticks where schedule = 'sweep'").await,
        1,
        "the latest stays"
    );
}
