//! Three nodes, one Postgres; one of them is cut off from it, not from the platforms. It stops publishing before its
//! leases end, the others take over what it had, and when it comes back nothing happens twice, although what it was
//! sending to the database arrives then.

use super::cluster::{Cluster, Node};
use super::proxy::Proxy;
use super::say;
use crate::support::{ALL, Database};
use lux::domain::platform::Platform::{self, Instagram, X};
use lux::infra::queue::LEASE;
use lux::sandbox::{Fault, FaultKind, Operation};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);
const MANY: usize = 300;
/// Platforms that can be asked whether a post is there, so that no question to a person remains.
const PLATFORMS: [Platform; 2] = [X, Instagram];

/// A node and its wires: one to Postgres, one to the platforms.
pub struct Wired {
    pub node: Node,
    pub database: Proxy,
    pub platforms: Proxy,
}

/// What cuts a node off from Postgres only.
pub trait Cut {
    fn cut(&self, wired: &Wired);
    fn heal(&self, wired: &Wired);
}

struct Wires;

impl Cut for Wires {
    fn cut(&self, wired: &Wired) {
        wired.database.cut();
    }
    fn heal(&self, wired: &Wired) {
        wired.database.heal();
    }
}

/// A node that reaches Postgres and the platforms through wires that begin at these addresses of ours.
pub async fn wire(cluster: &Cluster, name: &str, at: [[u8; 4]; 2], inside: &[String]) -> Wired {
    let words = PLATFORMS.map(Cluster::commit_path).to_vec();
    let database = Proxy::start(at[0], cluster.database_addr(), vec![]).await;
    let platforms = Proxy::start(at[1], cluster.stand.addr, words).await;
    let through = |url: &str, addr: SocketAddr| {
        let mut url = url::Url::parse(url).expect("address");
        url.set_host(Some(&addr.ip().to_string())).expect("host");
        url.set_port(Some(addr.port())).expect("port");
        url.to_string()
    };
    let mut other =
        vec![("DATABASE_URL", format!("{}?application_name={name}", through(&cluster.database.url, database.addr)))];
    for (variable, platform) in
        [("LUX_X_BASE_URL", "x"), ("LUX_LINKEDIN_BASE_URL", "linkedin"), ("LUX_INSTAGRAM_BASE_URL", "instagram")]
    {
        other.push((variable, format!("http://{}/{platform}", platforms.addr)));
    }
    Wired { node: cluster.worker(name, &other, inside), database, platforms }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_its_database_stops_and_others_take_over() {
    let cluster = Cluster::build(40).await;
    prepare(&cluster).await;
    let mut nodes = vec![];
    for n in 1..=3 {
        nodes.push(wire(&cluster, &format!("wired-{n}"), [[127, 0, 0, 1]; 2], &[]).await);
    }
    cut_one_off(&cluster, &nodes, &Wires, "proxies").await;
}

/// Work for all of them, and slow platforms, so that there are calls under way at any time. Before the nodes are started.
pub async fn prepare(cluster: &Cluster) {
    for platform in [X, Instagram] {
        let slow = Fault {
            times: u32::MAX,
            ms: Some(1_200),
            percent: Some(75),
            ..Fault::once(platform, Operation::Commit, FaultKind::Slow)
        };
        cluster.stand.sandbox.inject(slow);
    }
    cluster.plan("Partition", MANY, &PLATFORMS, LEASE.mul_f64(1.5) + Duration::from_secs(4)).await;
}

/// The test itself, whatever the wires are made of.
pub async fn cut_one_off(cluster: &Cluster, nodes: &[Wired], cut_by: &dyn Cut, made_of: &str) {
    let [isolated, others @ ..] = nodes else { panic!("nodes") };
    let logs = || nodes.iter().map(|w| format!("--- {}\n{}", w.node.name, w.node.log())).collect::<Vec<_>>().join("\n");
    let start = Instant::now();
    while nodes.iter().any(|w| w.platforms.seen().len() < 5) {
        assert!(start.elapsed() < PATIENCE, "not all nodes are publishing\n{}", logs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Right after a call, whose answer is then lost to it.
    let calls = isolated.platforms.seen().len();
    while isolated.platforms.seen().len() == calls {
        assert!(start.elapsed() < PATIENCE, "{} does not publish any more\n{}", isolated.node.name, logs());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    cut_by.cut(isolated);
    let cut = Instant::now();
    // Every lease that it holds ends before this.
    let leases_end = cut + LEASE;
    let had = isolated.platforms.seen().len();
    let held = cluster.count("select count(*) from jobs where kind = 'deliver' and state = 'running'").await;
    while cluster.unrested().await > 0 {
        assert!(cut.elapsed() < PATIENCE, "{} deliveries are stuck\n{}", cluster.unrested().await, logs());
        // The one that is cut off may still call for some seconds; after that only the grace periods have to pass.
        if cut.elapsed() > LEASE {
            cluster.time_goes_by(super::cluster::CALLS_END).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let taken_over = cut.elapsed();
    let shown: usize = ALL.iter().map(|p| cluster.stand.sandbox.posts(*p).len()).sum();
    assert_eq!(shown, MANY, "the others have published the rest");
    // It has had the time to do something wrong.
    tokio::time::sleep(leases_end.saturating_duration_since(Instant::now()) + Duration::from_secs(3)).await;
    let last_call = isolated.platforms.seen().into_iter().max().expect("it has published");
    let after = last_call.saturating_duration_since(cut);
    let isolated_calls = isolated.platforms.seen().len();
    assert!(
        last_call < leases_end,
        "a call {:.1} s after the cut, leases end after {LEASE:?}\n{}",
        after.as_secs_f64(),
        logs()
    );
    let by_others: usize = others.iter().map(|w| w.platforms.seen().iter().filter(|at| **at > cut).count()).sum();
    assert!(by_others > 0, "nobody took over");

    cut_by.heal(isolated);
    tokio::time::sleep(Duration::from_secs(6)).await;
    let audit = cluster.audit().await;
    audit.must_be_right();
    assert_eq!(audit.states.get("live"), Some(&MANY), "{:?}", audit.states);
    assert_eq!(isolated.platforms.seen().len(), isolated_calls, "nothing old is called for when it comes back");

    // And it works again.
    let back = Instant::now();
    cluster.stand.sandbox.clear_faults();
    cluster.plan("Afterwards", 90, &PLATFORMS, Duration::ZERO).await;
    let mut more = 0;
    while cluster.unrested().await > 0 || isolated.platforms.seen().len() == isolated_calls {
        assert!(back.elapsed() < PATIENCE, "it does not come back to work\n{}", logs());
        if back.elapsed() > Duration::from_secs(10) && cluster.unrested().await == 0 {
            more += 1;
            cluster.plan(&format!("More {more}"), 30, &PLATFORMS, Duration::ZERO).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let audit = cluster.audit().await;
    audit.must_be_right();
    let (calls, armed) = cluster.calls().await;
    say(format!(
        "partition ({made_of}): cut off with {had} calls made and {held} jobs running anywhere; its last call came {:.2} s \
         after the cut (leases end after {} s); the others made {by_others} calls and had everything at rest after {:.1} s; \
         {} answers that were lost were found at the platforms; it worked again after it healed; {calls} calls of {armed} \
         armed, {} twice, {} lost",
        after.as_secs_f64(),
        LEASE.as_secs(),
        taken_over.as_secs_f64(),
        audit.found,
        audit.twice,
        audit.lost
    ));
}

/// Found by the test above: a node that is cut off in the middle of a transaction must not keep others from its job.
#[tokio::test]
async fn a_transaction_that_stands_still_lets_go_before_its_lease_ends() {
    let database = Database::new().await;
    let job = "insert into jobs (id, kind, payload) values (gen_random_uuid(), 'deliver', '{}')";
    sqlx::query(job).execute(&database.pool).await.expect("a job");
    let mut tx = database.pool.begin().await.expect("transaction");
    sqlx::query("select id from jobs for update").fetch_one(&mut *tx).await.expect("locked");
    let start = Instant::now();
    let free = "with free as (select id from jobs for update skip locked) select count(*) from free";
    while sqlx::query_scalar::<_, i64>(free).fetch_one(&database.pool).await.expect("a count") == 0 {
        assert!(start.elapsed() < LEASE, "still locked after {:?}", start.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(tx.commit().await.is_err(), "and it cannot go on as if nothing had been");
}
