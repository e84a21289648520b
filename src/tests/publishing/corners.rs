//! The corners of the driver: what is saved between steps, who may stop it, answers that come late or twice.

use super::script::{Bench, remote};
use chrono::{DateTime, TimeDelta, Utc};
use lux::connectors::{Committed, Fault, Prepared, ProbeOutcome};
use lux::domain::delivery::DeliveryState::{Armed, Cancelled, Live, Preparing, Processing, Unconfirmed, Waiting};
use lux::domain::ids::new_id;
use lux::features::deliveries::server::machine::Event;
use lux::features::deliveries::server::{service, store};
use lux::infra::queue::run_until_idle;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

#[tokio::test]
async fn each_step_begins_where_the_last_one_ended() {
    let mut b = Bench::new().await;
    let waiting = Prepared::Waiting { checkpoint: json!(2), recheck_after: Duration::from_secs(10) };
    b.script.prepare.lock().unwrap().extend([Ok(Prepared::More(json!(1))), Ok(waiting)]);
    b.run(0).await;
    assert_eq!(b.state().await, Waiting);
    assert_eq!(b.t.value::<i32>("select attempts from jobs").await, 0, "waiting burns no attempt");
    assert!(b.run(5).await.is_empty());
    b.run(6).await;
    assert_eq!((b.state().await, b.commits()), (Live, 1));
    assert_eq!(*b.script.checkpoints.lock().unwrap(), [None, Some(json!(1)), Some(json!(2))]);
    // All of it is told, and nothing moves it any more.
    let history = service::history(&b.firm.who.tenant, b.delivery).await.expect("history");
    let way: Vec<_> = history.iter().map(|e| e.to.id()).collect();
    assert_eq!(way, ["queued", "preparing", "waiting", "armed", "live"], "{history:#?}");
    assert!(service::cancel_delivery(&b.firm.who.tenant, b.delivery).await.is_err());
    assert!(service::retry_delivery(&b.firm.who.tenant, b.delivery).await.is_err());
}

#[tokio::test]
async fn what_is_accepted_and_worked_on_is_looked_at_until_it_is_seen() {
    let mut b = Bench::new().await;
    let look_again = Duration::from_secs(10);
    b.script
        .commit
        .lock()
        .unwrap()
        .push_back(Ok(Committed::Processing { checkpoint: json!(3), recheck_after: look_again }));
    let sights = [Ok(ProbeOutcome::Processing { recheck_after: look_again }), Ok(ProbeOutcome::Live(remote()))];
    b.script.probe.lock().unwrap().extend(sights);
    b.run(0).await;
    assert_eq!(b.state().await, Processing);
    b.run(11).await;
    assert_eq!(b.state().await, Processing);
    b.run(11).await;
    assert_eq!((b.state().await, b.commits()), (Live, 1));
}

#[tokio::test]
async fn an_absence_is_believed_only_after_the_grace_period() {
    let mut b = Bench::new().await;
    b.script.commit.lock().unwrap().push_back(Err(Fault::unknown("reset")));
    b.script.probe.lock().unwrap().extend([Ok(ProbeOutcome::Absent), Ok(ProbeOutcome::Live(remote()))]);
    b.run(0).await;
    assert_eq!(b.state().await, Armed);
    b.run(16).await;
    assert_eq!((b.state().await, b.script.probes.load(SeqCst)), (Armed, 1));
    assert!(b.run(20).await.is_empty());
    b.run(30).await;
    assert_eq!((b.state().await, b.commits()), (Live, 1));
}

#[tokio::test]
async fn a_look_searches_from_the_first_attempt_and_the_grace_counts_from_the_latest() {
    let mut b = Bench::new().await;
    let duplicate = Fault::Duplicate { message: "duplicate content".into(), remote_id: None };
    b.script.commit.lock().unwrap().extend([Err(Fault::unknown("reset")), Err(duplicate)]);
    let sights = [Ok(ProbeOutcome::Absent), Ok(ProbeOutcome::Absent), Ok(ProbeOutcome::Live(remote()))];
    b.script.probe.lock().unwrap().extend(sights);
    b.run(0).await;
    let first = b.t.value::<DateTime<Utc>>("select armed_at from deliveries").await;
    // The grace period is over and it is not there: sent again, and the first one turns up late.
    b.run(61).await;
    let second = b.t.value::<DateTime<Utc>>("select armed_at from deliveries").await;
    assert!((b.commits(), b.state().await) == (2, Armed) && second > first);
    assert_eq!(b.t.value::<DateTime<Utc>>("select first_armed_at from deliveries").await, first);
    b.run(16).await;
    assert_eq!(b.state().await, Armed, "not seen 16 s after the second attempt proves nothing");
    b.run(45).await;
    assert_eq!((b.state().await, b.commits()), (Live, 2));
    assert_eq!(*b.script.since.lock().unwrap(), [first; 3]);
}

#[tokio::test]
async fn a_new_plan_forgets_the_first_attempt_and_sending_again_does_not() {
    let b = Bench::new().await;
    let tenant = &b.firm.who.tenant;
    let armed = |state: &str| match state {
        "unconfirmed" => "update deliveries set state = 'unconfirmed', armed_at = now(), first_armed_at = now()",
        _ => "update deliveries set state = 'failed', armed_at = now(), first_armed_at = now()",
    };
    let known = "select first_armed_at is not null from deliveries";
    b.t.sql(armed("unconfirmed")).await;
    service::send_again(tenant, b.delivery).await.expect("sent again");
    assert!(b.t.value::<bool>(known).await);
    b.t.sql(armed("failed")).await;
    service::retry_delivery(tenant, b.delivery).await.expect("tried again, as it is");
    assert!(b.t.value::<bool>(known).await);
    let mut db = b.t.app.db.acquire().await.expect("connection");
    service::schedule_post(&mut db, tenant.company, b.post, Utc::now()).await.expect("planned anew");
    assert!(!b.t.value::<bool>(known).await);
}

#[tokio::test]
async fn an_expired_token_while_looking_says_nothing_about_the_call() {
    let mut b = Bench::new().await;
    b.script.commit.lock().unwrap().push_back(Err(Fault::unknown("reset")));
    let expired = || Err(Fault::AuthExpired { message: "token expired".into() });
    b.script.probe.lock().unwrap().extend((0..8).map(|_| expired()));
    b.run(0).await;
    for later in [16, 31, 121, 200] {
        b.run(later).await;
    }
    assert_eq!((b.state().await, b.commits()), (Unconfirmed, 1));
    assert_eq!(b.t.value::<String>("select state from connections where platform = 'x'").await, "reconnect");
}

#[tokio::test]
async fn a_person_stops_a_run_that_is_under_way() {
    let mut b = Bench::new().await;
    b.script.prepare.lock().unwrap().push_back(Ok(Prepared::More(json!(1))));
    let cancel = "update deliveries set state = 'cancelled', fence = nextval('job_fences')";
    *b.script.meanwhile.lock().unwrap() = Some((b.t.app.db.clone(), cancel));
    b.run(0).await;
    b.run(5).await;
    assert_eq!((b.state().await, b.commits()), (Cancelled, 0));
}

#[tokio::test]
async fn nothing_is_armed_under_a_lease_that_is_about_to_end() {
    let mut b = Bench::new().await;
    let ends = "update workers set beat_at = now() - interval '6 seconds'";
    *b.script.meanwhile.lock().unwrap() = Some((b.t.app.db.clone(), ends));
    b.run(0).await;
    assert_eq!((b.state().await, b.commits()), (Preparing, 0));
    b.run(5).await;
    assert_eq!((b.state().await, b.commits()), (Live, 1));
}

#[tokio::test]
async fn a_new_time_that_comes_during_a_run_counts() {
    let mut b = Bench::new().await;
    b.script.prepare.lock().unwrap().push_back(Err(Fault::transient("connection refused")));
    let anew =
        "update deliveries set state = 'queued', due_at = now() + interval '5 hours', fence = nextval('job_fences');
                update jobs set again_at = now() + interval '5 hours'";
    *b.script.meanwhile.lock().unwrap() = Some((b.t.app.db.clone(), anew));
    b.run(0).await;
    let next = b.t.value::<DateTime<Utc>>("select run_at from jobs where state = 'ready'").await - Utc::now();
    assert!(next > TimeDelta::hours(4), "{next}");
    assert!(b.run(4 * 3600).await.is_empty());
    b.run(3700).await;
    assert_eq!((b.state().await, b.commits()), (Live, 1));
}

#[tokio::test]
async fn a_late_answer_counts_only_for_its_own_attempt() {
    let mut b = Bench::new().await;
    b.script.commit.lock().unwrap().push_back(Err(Fault::unknown("reset")));
    b.run(0).await;
    let key = b.t.value("select attempt_key from deliveries").await;
    b.t.sql("update deliveries set state = 'unconfirmed', fence = nextval('job_fences')").await;
    let patch = store::Patch { live: Some((remote(), b.now)), ..Default::default() };
    let (tenant, id) = (&b.firm.who.tenant, b.delivery);
    let answer = |key, event| store::Answer {
        company: tenant.company,
        id,
        key,
        attempt: 1,
        event,
        patch: patch.clone(),
        note: String::new(),
    };
    let (refusal, stale, live) =
        (answer(key, Event::NotSent), answer(new_id(), Event::CommitLive), answer(key, Event::CommitLive));
    let at_once = [refusal.clone(), stale.clone(), live.clone()];
    assert_eq!(store::settle(&tenant.db, &at_once).await.expect("settled"), [false; 3], "none of them is armed");
    // A refusal comes too late to mean anything, another attempt's answer is told and not believed.
    assert_eq!(store::settle_late(tenant, &refusal).await.expect("settled"), None);
    assert_eq!(store::settle_late(tenant, &stale).await.expect("settled"), None);
    assert_eq!(b.state().await, Unconfirmed);
    let history = service::history(tenant, id).await.expect("history");
    assert!(history.iter().any(|e| e.note.starts_with("A late answer")), "{history:#?}");
    assert_eq!(store::settle_late(tenant, &live).await.expect("settled"), Some(Live));
    assert_eq!(b.state().await, Live);
}

#[tokio::test]
async fn an_answer_is_kept_when_the_run_that_asked_is_dropped() {
    let b = Bench::new().await;
    let hold = Arc::new(Notify::new());
    *b.script.hold.lock().unwrap() = Some(hold.clone());
    let (app, jobs, now) = (b.t.app.clone(), b.jobs(), Utc::now());
    let run = tokio::spawn(async move { run_until_idle(&app, &jobs, now).await });
    let patience = Instant::now();
    while b.commits() == 0 {
        assert!(patience.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(b.state().await, Armed);
    run.abort();
    run.await.expect_err("aborted");
    hold.notify_one();
    while b.state().await != Live {
        assert!(patience.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(b.commits(), 1);
}
