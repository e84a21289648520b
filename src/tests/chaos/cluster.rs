//! A company with many accounts, posts for them, and nodes: real processes that publish.

use crate::support::{ALL, Client, Database, Firm, PASSWORD};
use futures::{FutureExt, StreamExt};
use image::ImageFormat;
use lux::app::server::{boot, router};
use lux::domain::ids::{AssetId, ConnectionId};
use lux::domain::options::{OptionValue, Options};
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, Pinterest, TikTok, X, YouTube};
use lux::domain::post::{Plan, PostContent, SavePost, Target};
use lux::infra::crypto::KeyRing;
use lux::infra::queue::{self, LEASE};
use lux::infra::settings::Settings;
use lux::infra::state::App;
use lux::sandbox::{self, Running};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Longer than this after arming no call reaches a platform, if nobody stops the process meanwhile: five seconds may lie
/// between arming and calling, a stand-in's slowness is two at most, and a busy machine gets the rest.
pub const CALLS_END: Duration = Duration::from_secs(15);
/// The longest that a node is stopped: past its lease, so that others have taken over what it did.
pub const LONGEST_STOP: Duration = LEASE.saturating_add(Duration::from_secs(3));

pub struct Cluster {
    pub stand: Running,
    pub firm: Firm,
    pub database: Database,
    pub platforms: &'static [Platform],
    /// With what a post there needs to be told.
    accounts: Vec<(Platform, ConnectionId, Options)>,
    picture: AssetId,
    /// Only where there are posts that need one.
    video: Option<AssetId>,
    variables: BTreeMap<String, String>,
    data: TempDir,
}

impl Cluster {
    /// With so many accounts on each platform. LinkedIn lets nobody look at a member's posts, so that what is uncertain
    /// there becomes a question to a person.
    pub async fn build(accounts: usize) -> Self {
        Self::of(&ALL, accounts).await
    }

    /// The same on these platforms.
    pub async fn of(platforms: &'static [Platform], accounts: usize) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let database = Database::new().await;
        let data = tempfile::tempdir().expect("temporary folder");
        let options = sandbox::Options {
            processing: Duration::ZERO,
            limit_factor: 1000,
            takes_repeats: true,
            ..Default::default()
        };
        let stand = sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("stand-in");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let web = listener.local_addr().expect("address");
        let keys = KeyRing::generate_line();
        let variables = BTreeMap::from([
            ("LUX_ADDR".to_owned(), web.to_string()),
            ("LUX_PUBLIC_URL".into(), format!("http://{web}")),
            ("LUX_DATA_DIR".into(), data.path().join("web").to_string_lossy().into_owned()),
            ("ENCRYPTION_KEYS".into(), keys.clone()),
            ("LUX_SANDBOX".into(), "1".into()),
            ("LUX_SANDBOX_ADDR".into(), stand.addr.to_string()),
            ("LUX_WORKER_CONCURRENCY".into(), "8".into()),
            ("LUX_LOG".into(), "info,sqlx=warn,hyper=warn,tower_http=warn".into()),
        ]);
        let known = variables.clone();
        let settings = Settings::from(&move |name| known.get(name).cloned(), &boot::key_variables());
        let settings = settings.unwrap_or_else(|problems| panic!("{problems:?}"));
        let ring = KeyRing::parse(&keys).expect("key ring");
        let app = boot::assemble(settings, &SecretString::from(database.url.clone()), ring).await.expect("state");
        // Platforms fetch pictures from here.
        let service = router::build(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });

        let firm = Firm::found(&app, "Northwind", "UTC").await;
        let mut connected = vec![];
        for platform in platforms.iter().copied() {
            firm.keys(platform).await;
            for account in stand.sandbox.add_accounts(platform, accounts) {
                let (id, _) = firm.connect_account(&stand.sandbox, platform, &account.id).await;
                connected.push((platform, id, firm.needed(platform, id).await));
            }
        }
        let picture = firm.picture(ImageFormat::Jpeg).await;
        let films = platforms.iter().any(|p| matches!(p, TikTok | YouTube));
        let video = if films { Some(film(&app, &firm, &format!("http://{web}")).await) } else { None };
        Self { stand, firm, database, platforms, accounts: connected, picture, video, variables, data }
    }

    /// One of the accounts on that platform, with what a post there needs.
    pub fn target(&self, platform: Platform) -> Target {
        let (_, id, options) = self.accounts.iter().find(|(p, ..)| *p == platform).expect("an account");
        Target { options: options.clone(), ..Target::to(*id) }
    }

    /// One of the accounts on that platform.
    pub fn account(&self, platform: Platform) -> ConnectionId {
        self.accounts.iter().find(|(p, ..)| *p == platform).expect("an account").1
    }

    pub fn database_addr(&self) -> SocketAddr {
        let url = url::Url::parse(&self.database.url).expect("address");
        let host = url.host_str().expect("host").to_owned();
        let port = url.port().unwrap_or(5432);
        std::net::ToSocketAddrs::to_socket_addrs(&(host, port)).expect("known").next().expect("an address")
    }

    /// So many deliveries on these platforms in turn, no two with the same text, due at once, or evenly over
    /// the given time from now (then no node may be running yet).
    pub async fn plan(&self, word: &str, many: usize, platforms: &[Platform], over: Duration) {
        let post = |n: usize| {
            let platform = platforms[n % platforms.len()];
            let of_platform: Vec<_> = self.accounts.iter().filter(|(p, ..)| *p == platform).collect();
            let (_, connection, needed) = of_platform[n / platforms.len() % of_platform.len()];
            let text = format!("{word} number {n}: what is said once is said once.");
            let mut options = needed.clone();
            if options.has("title") {
                options.set("title", OptionValue::Text(text.clone()));
            }
            let media = match platform {
                Instagram | Pinterest => Some(self.picture),
                TikTok | YouTube => self.video,
                _ => None,
            };
            SavePost {
                id: None,
                version: None,
                targets: vec![Target { options, ..Target::to(*connection) }],
                plan: Plan::Now,
                alts: vec![],
                content: PostContent {
                    text,
                    media: media.into_iter().collect(),
                    parts: Default::default(),
                    ..PostContent::default()
                },
            }
        };
        futures::stream::iter(0..many).for_each_concurrent(6, |n| self.firm.publish(post(n)).map(drop)).await;
        if !over.is_zero() {
            self.spread(word, over).await;
        }
    }

    /// Due times by SQL: a plan made by hand knows minutes only.
    async fn spread(&self, word: &str, over: Duration) {
        let db = &self.firm.who.app.db;
        let mut tx = db.begin().await.expect("transaction");
        sqlx::query(
            "with planned as (
               select d.id, now() + make_interval(secs => $2 * (row_number() over (order by p.id) - 1) / count(*) over ()) as at
               from deliveries d join posts p on p.company_id = d.company_id and p.id = d.post_id
               where p.text like $1 || ' number %' and d.state = 'queued')
             update deliveries set due_at = at from planned where planned.id = deliveries.id",
        )
        .bind(word)
        .bind(over.as_secs_f64())
        .execute(&mut *tx)
        .await
        .expect("due times");
        sqlx::query(
            "update jobs set run_at = d.due_at from deliveries d
             where jobs.kind = 'deliver' and jobs.state = 'ready' and d.state = 'queued'
               and (jobs.payload ->> 'delivery')::uuid = d.id",
        )
        .execute(&mut *tx)
        .await
        .expect("run times");
        tx.commit().await.expect("committed");
        self.sql("select pg_notify('lux_jobs', '')").await;
    }

    pub async fn sql(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.firm.who.app.db).await.expect(statement);
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.firm.who.app.db).await.expect(query)
    }

    /// What waiting would do. No call can be under way any more for what was armed longer than `calls_end` ago; its grace
    /// period is over at once, and pauses (between looks, after failures) are skipped.
    pub async fn time_goes_by(&self, calls_end: Duration) {
        let db = &self.firm.who.app.db;
        let old = calls_end.as_secs_f64();
        sqlx::query(
            "with old as (
               select id from deliveries where state in ('armed', 'processing')
                 and armed_at between now() - interval '5 minutes' and now() - make_interval(secs => $1)
               for update skip locked)
             update deliveries set armed_at = armed_at - interval '10 minutes' from old where old.id = deliveries.id",
        )
        .bind(old)
        .execute(db)
        .await
        .expect("armed");
        sqlx::query(
            "with waiting as (
               select j.id from jobs j join deliveries d on d.id = (j.payload ->> 'delivery')::uuid
               where j.kind = 'deliver' and j.state = 'ready' and j.run_at > now() + interval '3 seconds'
                 and d.state <> 'queued'
                 and (d.state not in ('armed', 'processing') or d.armed_at < now() - make_interval(secs => $1))
               for update of j skip locked)
             update jobs set run_at = now() from waiting where waiting.id = jobs.id",
        )
        .bind(old)
        .execute(db)
        .await
        .expect("jobs");
        self.sql("select pg_notify('lux_jobs', '')").await;
    }

    /// A node that publishes. `other` settings win; `inside` is a command that the program is started through.
    pub fn worker(&self, name: &str, other: &[(&str, String)], inside: &[String]) -> Node {
        self.node(name, &["worker"], other, inside)
    }

    /// A node that does everything; `LUX_ADDR` must be among the settings.
    pub fn whole(&self, name: &str, other: &[(&str, String)]) -> Node {
        self.node(name, &["serve"], other, &[])
    }

    /// A node that shows pages only; `LUX_ADDR` must be among the settings.
    pub fn pages(&self, name: &str, other: &[(&str, String)]) -> Node {
        self.node(name, &["serve", "--web-only"], other, &[])
    }

    fn node(&self, name: &str, arguments: &[&'static str], other: &[(&str, String)], inside: &[String]) -> Node {
        let folder = self.data.path().join(name);
        fs::create_dir_all(&folder).expect("folder");
        // Nodes share nothing but Postgres and the media.
        std::os::unix::fs::symlink(self.data.path().join("web/media"), folder.join("media")).expect("media");
        let mut variables = self.variables.clone();
        let platforms = self.platforms.iter().map(|p| (p.id(), format!("http://{}/{}", self.stand.addr, p.id())));
        variables.extend(platforms.map(|(id, url)| (format!("LUX_{}_BASE_URL", id.to_uppercase()), url)));
        variables.insert("DATABASE_URL".into(), format!("{}?application_name={name}", self.database.url));
        variables.insert("LUX_DATA_DIR".into(), folder.to_string_lossy().into_owned());
        variables.extend(other.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let arguments = arguments.iter().map(|a| (*a).to_owned()).collect();
        let mut node = Node { child: None, name: name.into(), folder, arguments, variables, inside: inside.to_vec() };
        node.start();
        node
    }

    /// Cuts database connections of a node (all of them, or about every third); how many.
    pub async fn cut(&self, node: &str, all: bool) -> i64 {
        sqlx::query_scalar(
            "select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and application_name = $1 and ($2 or random() < 0.34)",
        )
        .bind(node)
        .bind(all)
        .fetch_one(&self.firm.who.app.db)
        .await
        .expect("cut")
    }

    /// The texts on a platform, as often as they are there.
    pub fn shown(&self, platform: Platform) -> BTreeMap<String, Vec<String>> {
        let mut shown = BTreeMap::<String, Vec<String>>::new();
        for post in self.stand.sandbox.posts(platform) {
            shown.entry(post.text).or_default().push(post.id);
        }
        shown
    }

    /// Where the calls of `platform` end that cannot be taken back.
    pub fn commit_path(platform: Platform) -> &'static str {
        match platform {
            X => "POST /x/api.x.com/2/tweets",
            LinkedIn => "POST /linkedin/api.linkedin.com/rest/posts",
            _ => "/media_publish",
        }
    }
}

/// Five seconds that every platform takes, uploaded as people do it.
async fn film(app: &App, firm: &Firm, web: &str) -> AssetId {
    let client = Client::new(web);
    let signed_in = client.call("identity/accounts/sign_in", &[("email", &firm.email), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
    let drive = async || {
        queue::run_until_idle(app, &lux::features::jobs(), chrono::Utc::now() + chrono::TimeDelta::seconds(5)).await
    };
    crate::one_table::upload(&client, "roast.mp4", &crate::one_table::film(0), async || {
        drive().await.expect("the queue runs");
    })
    .await
}

/// A process of the real program; killed when the test ends, whatever comes of it.
pub struct Node {
    child: Option<Child>,
    pub name: String,
    folder: PathBuf,
    arguments: Vec<String>,
    variables: BTreeMap<String, String>,
    inside: Vec<String>,
}

impl Node {
    pub fn start(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_file()).expect("log");
        let program = env!("CARGO_BIN_EXE_lux").to_owned();
        let line: Vec<_> = self.inside.iter().chain([&program]).chain(&self.arguments).collect();
        let mut command = Command::new(line[0]);
        command.args(&line[1..]).envs(&self.variables).env_remove("LUX_FAIL_POINT").stdin(Stdio::null());
        command.stdout(log.try_clone().expect("log")).stderr(log);
        self.child = Some(command.spawn().expect("the program starts"));
    }

    /// SIGKILL: no handler, no clean-up.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().map(Child::id).unwrap_or_default()
    }

    /// Stands still, and knows nothing of it.
    pub fn stop(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub fn go_on(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(child) = &self.child {
            kill(Pid::from_raw(child.id() as i32), signal).expect("signal");
        }
    }

    /// Ended without being asked to.
    pub fn is_gone(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().expect("status").is_some())
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The last lines that it wrote.
    pub fn log(&self) -> String {
        tail(&self.log_file())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn tail(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
