//! kill -9 of the only worker in the middle of many deliveries, and a new one at once.

use super::cluster::Cluster;
use super::say;
use crate::support::ALL;
use std::time::{Duration, Instant};

const MANY: usize = 501;
/// The time is a figure; that it happens is the claim.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_loses_nothing_and_its_successor_goes_on() {
    let cluster = Cluster::build(50).await;
    cluster.plan("Restart", MANY, &ALL, Duration::ZERO).await;
    let mut node = cluster.worker("restart-1", &[], &[]);
    let start = Instant::now();
    let third = MANY as i64 / 3;
    while cluster.count("select count(*) from deliveries where state = 'live'").await < third {
        assert!(start.elapsed() < PATIENCE, "{}", node.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    node.kill();
    let killed = Instant::now();
    let live = cluster.count("select count(*) from deliveries where state = 'live'").await;
    let running = cluster.count("select count(*) from jobs where kind = 'deliver' and state = 'running'").await;
    let open = "select count(*) from deliveries where state in ('armed', 'processing')";
    let armed = cluster.count(open).await;
    assert!(live < MANY as i64, "killed too late to matter");

    node.start();
    // Handed over: published, or (if the call was under way in the kill) waiting for a look at the platform.
    let waiting = "select count(*) from deliveries where state in ('queued', 'preparing', 'waiting', 'ready')";
    let mut first = None;
    loop {
        if first.is_none() && cluster.count("select count(*) from deliveries where state = 'live'").await > live {
            first = Some(killed.elapsed());
        }
        if cluster.count(waiting).await == 0 {
            break;
        }
        assert!(killed.elapsed() < PATIENCE, "{} are not handed over\n{}", cluster.count(waiting).await, node.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let handed_over = killed.elapsed();
    cluster.rest(PATIENCE).await.unwrap_or_else(|stuck| panic!("{stuck}\n{}", node.log()));
    let audit = cluster.audit().await;
    say(format!(
        "kill -9 in the middle of {MANY}: {live} were live, {running} running, {armed} with a call under way; the next was \
         live {:.1} s after the kill, the last one handed over {:.1} s after it; {} live, {} unconfirmed, {} twice, {} lost",
        first.unwrap_or(handed_over).as_secs_f64(),
        handed_over.as_secs_f64(),
        audit.states.get("live").unwrap_or(&0),
        audit.states.get("unconfirmed").unwrap_or(&0),
        audit.twice,
        audit.lost
    ));
    audit.must_be_right();
    let certain = audit.states.get("live").unwrap_or(&0) + audit.states.get("unconfirmed").unwrap_or(&0);
    assert_eq!(certain, MANY, "{:?}", audit.states);
    let questions = cluster.answer_questions().await;
    cluster.rest(PATIENCE).await.unwrap_or_else(|stuck| panic!("{stuck}\n{}", node.log()));
    assert!(questions as i64 <= armed, "only a call under way can be uncertain: {questions} of {armed}");
    let audit = cluster.audit().await;
    audit.must_be_right();
    assert_eq!(audit.states.get("live"), Some(&MANY), "{:?}", audit.states);
}
