//! kill -9 of the real program: between arming and the irreversible call, and between the call and its answer. After a
//! restart there is one post at the stand-in, or one question to a person; never two posts.
//!
//! The stand-in runs in the test, so it outlives the program. What would only be waiting (the lease of a dead worker,
//! the grace before an absence is believed, the pauses between looks) is moved by SQL.

use crate::support::Content as _;
use crate::support::{ALL, Database, Firm};
use image::ImageFormat;
use lux::app::server::boot;
use lux::domain::delivery::DeliveryState::{Armed, Live, Ready, Unconfirmed};
use lux::domain::ids::PostId;
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::features::deliveries::server::service;
use lux::infra::crypto::KeyRing;
use lux::infra::settings::Settings;
use lux::sandbox::{self, Fault, FaultKind, Operation, Running};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that a started program needs, and a company seen from outside of it.
struct Scene {
    stand: Running,
    firm: Firm,
    variables: BTreeMap<String, String>,
    data: TempDir,
    _database: Database,
}

/// The program; killed when the test ends, whatever comes of it.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Program {
    /// SIGKILL: no handler, no clean-up.
    fn kill(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port")
}

/// Looks until it is so.
macro_rules! until {
    ($what:expr, $condition:expr) => {{
        let start = Instant::now();
        while !$condition {
            assert!(start.elapsed() < PATIENCE, "in vain: {}", $what);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }};
}

impl Scene {
    async fn set() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let database = Database::new().await;
        let data = tempfile::tempdir().expect("temporary folder");
        let options = sandbox::Options { processing: Duration::ZERO, ..Default::default() };
        let stand = sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("stand-in");
        let keys = KeyRing::generate_line();
        let mut variables = BTreeMap::from([
            ("LUX_ADDR".to_owned(), free_port().to_string()),
            ("LUX_DATA_DIR".into(), data.path().to_string_lossy().into_owned()),
            ("DATABASE_URL".into(), database.url.clone()),
            ("ENCRYPTION_KEYS".into(), keys.clone()),
            ("LUX_SANDBOX".into(), "1".into()),
            ("LUX_SANDBOX_ADDR".into(), free_port().to_string()),
            ("LUX_WORKER_CONCURRENCY".into(), "4".into()),
        ]);
        for platform in ALL {
            let id = platform.id();
            variables.insert(format!("LUX_{}_BASE_URL", id.to_uppercase()), format!("http://{}/{id}", stand.addr));
        }
        let known = variables.clone();
        let settings = Settings::from(&move |name| known.get(name).cloned(), &boot::key_variables());
        let settings = settings.unwrap_or_else(|problems| panic!("{problems:?}"));
        let keys = KeyRing::parse(&keys).expect("key ring");
        let app = boot::assemble(settings, &SecretString::from(database.url.clone()), keys).await.expect("state");
        let mut firm = Firm::found(&app, "Northwind", "UTC").await;
        for platform in ALL {
            firm.connect(&stand.sandbox, platform).await;
        }
        Self { stand, firm, variables, data, _database: database }
    }

    /// Starts the program; `fail_point` names the place where it aborts.
    fn start(&self, fail_point: Option<&str>) -> Program {
        self.start_in(self.data.path(), fail_point)
    }

    fn start_in(&self, data: &Path, fail_point: Option<&str>) -> Program {
        let log = std::fs::File::create(self.data.path().join("log")).expect("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_lux"));
        command
            .arg("serve")
            .envs(&self.variables)
            .env("LUX_DATA_DIR", data)
            .env("LUX_LOG", "info")
            .stdin(Stdio::null());
        command.env_remove("LUX_FAIL_POINT").envs(fail_point.map(|place| ("LUX_FAIL_POINT", place)));
        command.stdout(log.try_clone().expect("log")).stderr(log);
        Program(command.spawn().expect("the program starts"))
    }

    async fn publish(&self, text: &str, platforms: &[Platform]) -> PostId {
        let media = vec![self.firm.picture(ImageFormat::Jpeg).await];
        self.firm.publish(self.firm.post(text, platforms).showing(media)).await
    }

    fn posts(&self, platform: Platform) -> usize {
        self.stand.sandbox.posts(platform).len()
    }

    async fn sql(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.firm.who.app.db).await.expect(statement);
    }

    /// What patience would do: the dead worker's leases run out, its calls are long over.
    async fn time_goes_by(&self) {
        self.sql("update workers set beat_at = now() - interval '1 minute'").await;
        self.sql("update deliveries set armed_at = armed_at - interval '5 minutes' where state = 'armed'").await;
    }

    /// Lets the program run until the delivery is live or a question; pauses are skipped.
    async fn resolve(&self, id: PostId, platform: Platform) {
        let start = Instant::now();
        while !matches!(self.firm.state(id, platform).await, Live | Unconfirmed) {
            assert!(start.elapsed() < PATIENCE, "{:?}\n{}", self.firm.delivery(id, platform).await, self.log());
            self.sql("update jobs set run_at = now() where kind = 'deliver' and state = 'ready' and run_at > now()")
                .await;
            self.sql("select pg_notify('lux_jobs', '')").await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join("log")).unwrap_or_default()
    }
}

/// The program aborts right after it has committed "about to call": nothing was sent.
async fn killed_after_arming(platform: Platform) -> (Scene, PostId) {
    let scene = Scene::set().await;
    let id = scene.publish("Written before the crash", &[platform]).await;
    let mut program = scene.start(Some("after_arm"));
    until!("the fail point", program.0.try_wait().expect("status").is_some());
    let died = program.0.wait().expect("status");
    assert_eq!(died.signal(), Some(6), "aborted: {}", scene.log());
    assert_eq!((scene.firm.state(id, platform).await, scene.posts(platform)), (Armed, 0));
    (scene, id)
}

/// The next program over the same data folder knows that the call was not made: it waits neither for a lease nor for a
/// grace period, and asks nobody.
async fn its_successor_knows(platform: Platform) {
    let (scene, id) = killed_after_arming(platform).await;
    let program = scene.start(None);
    until!("the post", scene.firm.state(id, platform).await == Live);
    assert_eq!(scene.posts(platform), 1);
    let delivery = scene.firm.delivery(id, platform).await.id;
    let history = service::history(&scene.firm.who.tenant, delivery).await.expect("history");
    let knew = history.iter().find(|e| e.from == Armed && e.to == Ready).expect("a line of history");
    assert!(knew.note.contains("stopped before the call was made"), "{history:#?}");
    drop(program);
}

#[tokio::test]
async fn killed_between_arming_and_the_call_x() {
    its_successor_knows(X).await;
}

#[tokio::test]
async fn killed_between_arming_and_the_call_linkedin() {
    its_successor_knows(LinkedIn).await;
}

#[tokio::test]
async fn killed_between_arming_and_the_call_instagram() {
    its_successor_knows(Instagram).await;
}

/// Another node, with a data folder of its own, has to look, and to ask where it cannot.
#[tokio::test]
async fn killed_between_arming_and_the_call_and_taken_over_elsewhere() {
    for platform in [X, LinkedIn] {
        let (scene, id) = killed_after_arming(platform).await;
        scene.time_goes_by().await;
        let elsewhere = tempfile::tempdir().expect("temporary folder");
        // Nodes share the pictures.
        symlink(scene.data.path().join("media"), elsewhere.path().join("media")).expect("linked");
        let program = scene.start_in(elsewhere.path(), None);
        scene.resolve(id, platform).await;
        if platform == LinkedIn {
            // A member's posts cannot be looked at: a person is asked, and says that it is not there.
            assert_eq!((scene.firm.state(id, platform).await, scene.posts(platform)), (Unconfirmed, 0));
            let delivery = scene.firm.delivery(id, platform).await.id;
            service::send_again(&scene.firm.who.tenant, delivery).await.expect("sent again");
            scene.resolve(id, platform).await;
        }
        assert_eq!((scene.firm.state(id, platform).await, scene.posts(platform)), (Live, 1), "{platform}");
        drop(program);
    }
}

#[tokio::test]
async fn killed_between_the_call_and_its_answer() {
    let scene = Scene::set().await;
    for platform in ALL {
        let silence = Fault::once(platform, Operation::Commit, FaultKind::TimeoutAfterAccept);
        scene.stand.sandbox.inject(silence);
    }
    let id = scene.publish("Written before the crash", &ALL).await;
    let mut program = scene.start(None);
    until!("all three have the post", ALL.iter().all(|p| scene.posts(*p) == 1));
    program.kill();
    for platform in ALL {
        assert_eq!(scene.firm.state(id, platform).await, Armed, "{platform}");
    }

    scene.time_goes_by().await;
    let program = scene.start(None);
    for (platform, expected) in [(X, Live), (Instagram, Live), (LinkedIn, Unconfirmed)] {
        scene.resolve(id, platform).await;
        let delivery = scene.firm.delivery(id, platform).await;
        assert_eq!((delivery.state, scene.posts(platform)), (expected, 1), "{platform}: {:?}", delivery.fault);
        assert_eq!(scene.stand.sandbox.requests(platform, Operation::Commit), 1, "{platform}");
    }
    drop(program);
}
