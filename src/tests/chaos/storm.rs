//! The storm: over a thousand deliveries to nine platforms, mixed, on three nodes, while nodes are killed, stopped past their leases and cut off
//! from the database, and the platforms answer late, lose answers, fail before and after accepting, and ask to wait.
//! Everything is drawn by a seed, which is printed; `LUX_CHAOS_SEED` draws it again. `LUX_CHAOS_DELIVERIES` and
//! `LUX_CHAOS_SECONDS` make it longer (`make chaos`).

use super::cluster::{CALLS_END, Cluster, LONGEST_STOP, Node};
use super::{number, say};
use lux::domain::platform::Platform::{
    self, Bluesky, Facebook, Instagram, LinkedIn, Pinterest, Reddit, TikTok, X, YouTube,
};
use lux::infra::queue::LEASE;
use lux::sandbox::{self, Fault, FaultKind, Operation};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::fmt::Write;
use std::time::{Duration, Instant};

const NODES: usize = 3;
/// All that a program publishes to; to Snapchat people do.
const PLATFORMS: [Platform; 9] = [X, LinkedIn, Instagram, Facebook, TikTok, YouTube, Pinterest, Reddit, Bluesky];

/// What was done to the nodes.
#[derive(Clone, Copy, Debug, Default)]
struct Disturbances {
    kills: u64,
    /// Stopped and continued within the lease, and past it.
    short_stops: u64,
    long_stops: u64,
    /// Database connections that were cut.
    cuts: i64,
    /// Ended by themselves (they lost the database while they were starting).
    died: u64,
}

impl Disturbances {
    fn add(&mut self, o: Disturbances) {
        self.kills += o.kills;
        self.short_stops += o.short_stops;
        self.long_stops += o.long_stops;
        self.cuts += o.cuts;
        self.died += o.died;
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Disturbance {
    Kill,
    LongStop,
    ShortStop,
    CutAll,
    CutSome,
}

fn draw(dice: &mut StdRng) -> Disturbance {
    match dice.random_range(0..100) {
        0..30 => Disturbance::Kill,
        30..45 => Disturbance::LongStop,
        45..65 => Disturbance::ShortStop,
        65..80 => Disturbance::CutAll,
        _ => Disturbance::CutSome,
    }
}

/// One node's lot until the time is over. In the end it runs.
async fn disturb(cluster: &Cluster, node: &mut Node, first: Disturbance, seed: u64, until: Instant) -> Disturbances {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut disturbances = Disturbances::default();
    let mut next = Some(first);
    let between = |dice: &mut StdRng, from, to| Duration::from_millis(dice.random_range(from..to));
    tokio::time::sleep(between(&mut dice, 2_500, 4_000)).await;
    while Instant::now() < until {
        let left = until.saturating_duration_since(Instant::now());
        if node.is_gone() {
            disturbances.died += 1;
            node.kill();
            node.start();
        }
        match next.take().unwrap_or_else(|| draw(&mut dice)) {
            Disturbance::Kill => {
                node.kill();
                disturbances.kills += 1;
                tokio::time::sleep(between(&mut dice, 0, 1_500)).await;
                node.start();
            }
            Disturbance::LongStop if left > LONGEST_STOP / 2 => {
                node.stop();
                disturbances.long_stops += 1;
                let past = between(&mut dice, 500, (LONGEST_STOP - LEASE).as_millis() as u64);
                tokio::time::sleep(LEASE + past).await;
                node.go_on();
            }
            Disturbance::ShortStop | Disturbance::LongStop => {
                node.stop();
                disturbances.short_stops += 1;
                tokio::time::sleep(between(&mut dice, 100, 2_500)).await;
                node.go_on();
            }
            Disturbance::CutAll => disturbances.cuts += cluster.cut(&node.name, true).await,
            Disturbance::CutSome => disturbances.cuts += cluster.cut(&node.name, false).await,
        }
        tokio::time::sleep(between(&mut dice, 800, 3_500)).await;
    }
    if node.is_gone() {
        disturbances.died += 1;
        node.kill();
        node.start();
    }
    disturbances
}

/// So many of a hundred irreversible calls go wrong in each of these ways, and some of the other ones.
fn random_faults(cluster: &Cluster, dice: &mut StdRng) {
    use FaultKind::*;
    let commits = [
        (TimeoutAfterAccept, 3, Some(0), None),
        (TimeoutAfterAccept, 2, Some(4_000), None),
        (ServerErrorAfterAccept, 3, None, None),
        (ServerError, 3, None, None),
        (DropBeforeAccept, 2, None, None),
        (LateAnswer, 10, Some(1_500), None),
        (Slow, 10, Some(1_500), None),
        (RateLimit, 3, None, Some(2)),
        (ExpiredToken, 1, None, None),
    ];
    let others = [
        (Operation::Read, ServerError, 5),
        (Operation::Prepare, ServerError, 3),
        (Operation::Prepare, DropBeforeAccept, 2),
    ];
    for platform in sandbox::platforms() {
        let mut fault = |operation, kind, percent, ms, seconds| {
            let salt = dice.random_range(0..u64::MAX / 2);
            let times = u32::MAX;
            cluster.stand.sandbox.inject(Fault {
                platform,
                operation,
                kind,
                account: None,
                times,
                ms,
                seconds,
                percent: Some(percent),
                salt,
            });
        };
        for (kind, percent, ms, seconds) in commits {
            fault(Operation::Commit, kind, percent, ms, seconds);
        }
        for (operation, kind, percent) in others {
            fault(operation, kind, percent, None, None);
        }
    }
}

/// A table of names and numbers.
#[derive(Default)]
struct Report(String);

impl Report {
    fn row(&mut self, name: &str, number: u64) {
        let _ = writeln!(self.0, "  {name:<36}{number:>8}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_is_sent_twice() {
    let seed = number("LUX_CHAOS_SEED", rand::random_range(1..1_000_000));
    let many = number("LUX_CHAOS_DELIVERIES", 1_002) as usize;
    // Long enough for somebody who is stopped past his lease to come back to work.
    let storm = Duration::from_secs(number("LUX_CHAOS_SECONDS", LEASE.as_secs() + 18));
    say(format!("chaos: {many} deliveries, {} s of storm, LUX_CHAOS_SEED={seed}", storm.as_secs()));
    let began = Instant::now();
    let cluster = Cluster::of(&PLATFORMS, (many / 60).clamp(12, 150)).await;
    let mut dice = StdRng::seed_from_u64(seed);
    // No pause before the storm is over: there is work all the time.
    cluster.plan("Storm", many, &PLATFORMS, storm.mul_f64(0.8)).await;
    random_faults(&cluster, &mut dice);
    let set_up = began.elapsed();

    // The zone of a node's own clock must not matter either.
    let zones = ["UTC", "Pacific/Auckland", "America/Santiago"];
    let node = |n: usize| cluster.worker(&format!("chaos-{n}"), &[("TZ", zones[n % 3].into())], &[]);
    let mut nodes: Vec<_> = (1..=NODES).map(node).collect();
    let until = Instant::now() + storm;
    let firsts = [Disturbance::LongStop, Disturbance::Kill, Disturbance::CutAll];
    let seeds: Vec<u64> = nodes.iter().map(|_| dice.random()).collect();
    let lots = nodes.iter_mut().zip(firsts).zip(seeds);
    let lots = lots.map(|((node, first), seed)| disturb(&cluster, node, first, seed, until));
    let hurry = async {
        loop {
            // Somebody may be stopped between arming and calling; only what is older than that is over.
            cluster.time_goes_by(CALLS_END + LONGEST_STOP).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let mut disturbances = Disturbances::default();
    tokio::select! {
        all = futures::future::join_all(lots) => all.into_iter().for_each(|b| disturbances.add(b)),
        () = hurry => {}
    }
    let hits = cluster.stand.sandbox.faults_hit();
    cluster.stand.sandbox.clear_faults();
    let after_storm = cluster.unrested().await;
    let rested = cluster.rest(Duration::from_secs(180)).await;
    let logs = || nodes.iter().map(|n| format!("--- {}\n{}", n.name, n.log())).collect::<Vec<_>>().join("\n");
    let rested = rested.unwrap_or_else(|stuck| panic!("{stuck}\n{}", logs()));
    let audit = cluster.audit().await;
    let (calls, armed) = cluster.calls().await;
    let taken_over = cluster.count("select count(*) from job_log where what = 'lease_lost'").await;

    let mut report = Report::default();
    report.row("deliveries", many as u64);
    report.row("nodes", NODES as u64);
    report.row("killed (-9)", disturbances.kills);
    report.row("stopped past the lease", disturbances.long_stops);
    report.row("stopped for a moment", disturbances.short_stops);
    report.row("database connections cut", disturbances.cuts.unsigned_abs());
    report.row("died while starting", disturbances.died);
    report.row("faults at the platforms", hits.values().sum());
    for ((operation, kind), n) in &hits {
        report.row(&format!("  {operation:?} {kind:?}"), *n);
    }
    report.row("states in the end", audit.entries.len() as u64);
    for (state, n) in &audit.states {
        report.row(&format!("  {state}"), *n as u64);
    }
    report.row("calls armed", armed.unsigned_abs());
    report.row("calls made", calls);
    report.row("lost answers: found there", audit.found.unsigned_abs());
    report.row("lost answers: sent again", audit.armed_again.unsigned_abs());
    report.row("jobs taken over", taken_over.unsigned_abs());
    report.row("unconfirmed (questions)", audit.states.get("unconfirmed").map_or(0, |n| *n as u64));
    report.row("TWICE", audit.twice as u64);
    report.row("LOST", audit.lost as u64);
    report.row("THERE AND NOT KNOWN", audit.unknown as u64);
    say(format!(
        "chaos report, LUX_CHAOS_SEED={seed}\n{}  set up {:.1} s, storm {:.1} s ({after_storm} open after it), rest {:.1} s",
        report.0,
        set_up.as_secs_f64(),
        storm.as_secs_f64(),
        rested.as_secs_f64()
    ));
    audit.must_be_right();
    assert!(calls <= armed as u64, "{calls} calls, only {armed} were announced");
    assert!(
        disturbances.kills > 0 && disturbances.long_stops > 0 && disturbances.cuts > 0,
        "a storm that did nothing proves nothing: {disturbances:?}"
    );
    use FaultKind::*;
    for kind in [TimeoutAfterAccept, ServerErrorAfterAccept, ServerError, LateAnswer, Slow, RateLimit] {
        assert!(hits.get(&(Operation::Commit, kind)).is_some_and(|n| *n > 0), "{kind:?} never happened");
    }

    // A person answers every question by what the platform shows; then everything is there, once.
    let mut questions = 0;
    for _ in 0..4 {
        let asked = cluster.answer_questions().await;
        if asked == 0 {
            break;
        }
        questions += asked;
        cluster.rest(Duration::from_secs(120)).await.unwrap_or_else(|stuck| panic!("{stuck}\n{}", logs()));
    }
    let audit = cluster.audit().await;
    audit.must_be_right();
    assert_eq!(audit.states.get("live"), Some(&many), "everything is published in the end: {:?}", audit.states);
    assert_eq!(PLATFORMS.iter().map(|p| cluster.stand.sandbox.posts(*p).len()).sum::<usize>(), many);
    say(format!(
        "chaos: {questions} questions were answered; all {many} are live, each once. {:.0} s in all.",
        began.elapsed().as_secs_f64()
    ));
}
