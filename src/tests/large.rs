//! A large video, with the real program in a process of its own: sent in, killed at half and taken up again; then out to every
//! network that takes videos in parts, each time killed on the way. Nothing is sent twice or lost, and the program's memory
//! stays flat. Large is 40 MiB here, without a look at the memory, and 1 GiB with `make large-files` (`LUX_LARGE_MIB`).

use crate::chaos::cluster::{Cluster, Node};
use crate::support::{Client, Content as _, PASSWORD};
use lux::domain::delivery::DeliveryState::Live;
use lux::domain::ids::AssetId;
use lux::domain::platform::Platform::{self, Facebook, LinkedIn, TikTok, X, YouTube};
use lux::sandbox::{Fault, FaultKind, Operation};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const MIB: u64 = 1 << 20;
/// What X and LinkedIn take at most, rounded down (X: 25 megabits a second for 140 seconds).
const SMALLER: u64 = 400;
/// Seconds that the video says to last.
const LASTS: u32 = 130;
/// By so much the program may grow.
const GROWTH_KB: u64 = 60 * 1024;

/// An MP4 of so many bytes: an index, and behind it a box of media data that takes no room on the disk.
fn film(path: &Path, bytes: u64) {
    let mut head = crate::one_table::film(0);
    let at = head.windows(4).position(|w| w == b"mvhd").expect("a header") + 4;
    let scale = u32::from_be_bytes(head[at + 12..at + 16].try_into().expect("four bytes"));
    head[at + 16..at + 20].copy_from_slice(&(scale * LASTS).to_be_bytes());
    let rest = u32::try_from(bytes - head.len() as u64).expect("less than 4 GiB");
    head.extend(rest.to_be_bytes());
    head.extend(b"mdat");
    let mut file = File::create(path).expect("a file");
    file.write_all(&head).expect("written");
    file.set_len(bytes).expect("room");
}

/// Watches how much memory a process has.
struct Watch {
    pid: Arc<AtomicU32>,
    most: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

fn resident_kb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

impl Watch {
    fn start() -> Self {
        let watch = Self { pid: Arc::default(), most: Arc::default(), over: Arc::default() };
        let (pid, most, over) = (watch.pid.clone(), watch.most.clone(), watch.over.clone());
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                if let Some(kb) = resident_kb(pid.load(Ordering::Relaxed)) {
                    most.fetch_max(kb, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        watch
    }

    fn of(&self, node: &Node) {
        self.pid.store(node.pid(), Ordering::Relaxed);
    }

    /// The most since the last time that somebody asked.
    fn most(&self) -> u64 {
        self.most.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

struct Stage {
    cluster: Cluster,
    node: Node,
    base: String,
    client: Client,
    watch: Watch,
}

impl Stage {
    async fn set() -> Self {
        let cluster = Cluster::of(&[YouTube, TikTok, Facebook, X, LinkedIn], 1).await;
        let free = || {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.local_addr().expect("an address").to_string()
        };
        let (here, unused) = (free(), free());
        let base = format!("http://{here}");
        // It has stand-ins of its own, which nobody asks: the cluster's are asked, and keep what they get in another process.
        let settings = [("LUX_ADDR", here), ("LUX_SANDBOX_ADDR", unused), ("LUX_PUBLIC_URL", base.clone())];
        let node = cluster.whole("large", &settings);
        let watch = Watch::start();
        let stage = Self { cluster, node, client: Client::new(&base), base, watch };
        stage.up().await;
        let fields = [("email", stage.cluster.firm.email.as_str()), ("password", PASSWORD)];
        let signed_in = stage.client.call("identity/accounts/sign_in", &fields).await;
        assert_eq!(signed_in.status, 200, "{}", signed_in.body);
        stage
    }

    /// Waits until the program answers.
    async fn up(&self) {
        self.watch.of(&self.node);
        let began = Instant::now();
        loop {
            if reqwest::get(format!("{}/readyz", self.base)).await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "it does not start:\n{}", self.node.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// `kill -9`, and another start.
    async fn killed(&mut self) {
        self.node.kill();
        self.node.start();
        self.up().await;
    }

    async fn ask(&self, method: Method, path: &str) -> Value {
        self.client.send(self.client.request(method, path)).await.json()
    }

    /// Sends a file in parts, and kills the program at half.
    async fn upload(&mut self, path: &Path, bytes: u64) -> AssetId {
        let body = json!({ "file_name": "roast.mp4", "bytes": bytes });
        let begun =
            self.client.send(self.client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
        let address = format!("/api/v1/media/uploads/{}", begun["id"].as_str().expect("an id"));
        let (part, parts) = (begun["part_bytes"].as_u64().expect("a size"), begun["parts"].as_u64().expect("a number"));
        let mut file = File::open(path).expect("the file");
        let mut at = async |client: &Client, n: u64| {
            let mut bytes = vec![0; usize::try_from(part.min(bytes - n * part)).expect("a part")];
            file.seek(SeekFrom::Start(n * part)).expect("its place");
            file.read_exact(&mut bytes).expect("its bytes");
            client.status(client.request(Method::PUT, &format!("{address}/parts/{n}")).body(bytes)).await
        };
        for n in 0..parts / 2 {
            assert_eq!(at(&self.client, n).await.expect("an answer"), 204, "part {n}");
        }
        // In the middle of a part.
        let Self { client, node, .. } = self;
        let cut = tokio::join!(at(&*client, parts / 2), async {
            tokio::time::sleep(Duration::from_millis(3)).await;
            node.kill();
        });
        // It may have arrived all the same.
        drop(cut);
        self.node.start();
        self.up().await;
        let had = self.ask(Method::GET, &address).await;
        let had: Vec<u64> = had["have"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
        assert!((0..parts / 2).all(|n| had.contains(&n)) && had.len() as u64 <= parts / 2 + 1, "{had:?}");
        for n in (0..parts).filter(|n| !had.contains(n)) {
            assert_eq!(at(&self.client, n).await.expect("an answer"), 204, "part {n}");
        }
        self.client.send(self.client.request(Method::POST, &format!("{address}/finish"))).await;
        let began = Instant::now();
        loop {
            let card = self.ask(Method::GET, &address).await;
            match card["state"].as_str() {
                Some("ready") => return card["asset"].as_str().expect("an asset").parse().expect("an id"),
                Some("refused") => panic!("{card}"),
                _ => assert!(began.elapsed() < Duration::from_secs(300), "{card}\n{}", self.node.log()),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Publishes the video, and kills the program while it sends it.
    async fn publish(&mut self, platform: Platform, asset: AssetId, bytes: u64) {
        let sandbox = self.cluster.stand.sandbox.clone();
        let before = sandbox.requests(platform, Operation::Prepare);
        // No faster than that, so that there is a middle.
        let slow = Fault {
            ms: Some(150),
            times: u32::MAX,
            ..Fault::once(platform, Operation::Prepare, FaultKind::LateAnswer)
        };
        sandbox.inject(slow);
        let mut post = self.cluster.firm.post(&format!("How we roast, for {}", platform.name()), &[]);
        post.targets = vec![self.cluster.target(platform)];
        let id = self.cluster.firm.publish(post.showing(vec![asset])).await;
        let (began, parts) = (Instant::now(), 2 + bytes / (64 * MIB));
        while sandbox.requests(platform, Operation::Prepare) < before + parts {
            assert!(began.elapsed() < Duration::from_secs(120), "{platform}: nothing is sent\n{}", self.node.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.node.kill();
        sandbox.clear_faults();
        assert_ne!(self.cluster.firm.state(id, platform).await, Live, "{platform}: it was killed too late");
        self.killed().await;
        while self.cluster.firm.state(id, platform).await != Live {
            let delivery = self.cluster.firm.delivery(id, platform).await;
            let told = format!("{platform}: {:?} {:?}\n{}", delivery.state, delivery.fault, self.node.log());
            assert!(began.elapsed() < Duration::from_secs(400), "{told}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let posts = sandbox.posts(platform);
        assert_eq!((posts.len(), posts[0].pictures.len()), (1, 1), "{platform}: there once");
        let key = posts[0].pictures[0].key.as_deref().expect("kept");
        let address = format!("http://{}/pictures/{key}", self.cluster.stand.addr);
        let there = reqwest::Client::new().head(address).send().await.expect("an answer");
        let length = there.headers()["content-length"].to_str().expect("a number").to_owned();
        assert_eq!(length, bytes.to_string(), "{platform}: every byte");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_video_goes_in_and_out_through_kills_and_memory_stays_flat() {
    let mib: u64 = std::env::var("LUX_LARGE_MIB").ok().and_then(|mib| mib.parse().ok()).unwrap_or(40);
    let began = Instant::now();
    let mut stage = Stage::set().await;
    // Idle: what it needs when a page was shown and nothing is under way.
    stage.client.page("/").await;
    let idle = resident_kb(stage.node.pid()).expect("it runs");
    stage.watch.most();
    let folder = tempfile::tempdir().expect("a folder");
    let mut lines = vec![];
    let mut took = Instant::now();
    let mut note = |what: String, most: u64| {
        lines.push(format!("  {what:<40} {:>4} MB, {:.1} s", most / 1024, took.elapsed().as_secs_f64()));
        took = Instant::now();
        // Only a file that is larger than that shows whether it was held in memory.
        assert!(
            mib * 1024 < 2 * GROWTH_KB || most < idle + GROWTH_KB,
            "{what}: {} MB where {} MB are idle",
            most / 1024,
            idle / 1024
        );
    };
    let mut sizes = vec![(mib, &[YouTube, TikTok, Facebook][..]), (mib.min(SMALLER), &[X, LinkedIn][..])];
    if mib <= SMALLER {
        sizes = vec![(mib, &[YouTube, TikTok, Facebook, X, LinkedIn][..])];
    }
    for (mib, platforms) in sizes {
        let (path, bytes) = (folder.path().join("roast.mp4"), mib * MIB);
        film(&path, bytes);
        let asset = stage.upload(&path, bytes).await;
        note(format!("{mib} MiB in, killed at half"), stage.watch.most());
        for platform in platforms {
            stage.publish(*platform, asset, bytes).await;
            note(format!("{mib} MiB to {}, killed on the way", platform.name()), stage.watch.most());
        }
    }
    println!("idle {} MB\n{}\n{:.0} s in all", idle / 1024, lines.join("\n"), began.elapsed().as_secs_f64());
}
