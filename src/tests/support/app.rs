//! The whole program for one test: its own database, data folder, sandbox and port.

use super::{ALL, Client, Database, Firm, PASSWORD};
use lux::app::server::{boot, listen, router};
use lux::domain::platform::Platform;
use lux::infra::crypto::KeyRing;
use lux::infra::queue::{self, Registry};
use lux::infra::settings::Settings;
use lux::infra::state::App;
use lux::sandbox::{self, Running, Sandbox};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub struct TestApp {
    pub app: App,
    pub base: String,
    pub sandbox: Sandbox,
    /// Its encryption keys.
    pub key_line: String,
    jobs: Registry,
    _sandbox: Running,
    _data: TempDir,
    _database: Database,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With other settings than the tests' usual ones.
    pub async fn with(other: &[(&'static str, &str)]) -> Self {
        Self::changed(other, |_| ()).await
    }

    /// And with settings that the sandbox does not go with.
    pub async fn changed(other: &[(&'static str, &str)], change: impl FnOnce(&mut Settings)) -> Self {
        Self::assembled(other, change, Duration::ZERO).await
    }

    /// One whose stand-ins work on each file for so long.
    pub async fn working(processing: Duration) -> Self {
        Self::assembled(&[], |_| (), processing).await
    }

    async fn assembled(
        other: &[(&'static str, &str)],
        change: impl FnOnce(&mut Settings),
        processing: Duration,
    ) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let database = Database::new().await;
        let data = tempfile::tempdir().expect("temporary folder");
        let options = sandbox::Options { processing, limit_factor: 1000, ..Default::default() };
        let running = sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("sandbox");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let addr = listener.local_addr().expect("address");
        let mut variables = BTreeMap::from([
            ("LUX_ADDR", addr.to_string()),
            ("LUX_DATA_DIR", data.path().to_string_lossy().into_owned()),
            ("LUX_SANDBOX", "1".into()),
            ("LUX_SANDBOX_ADDR", running.addr.to_string()),
            ("LUX_THROTTLE_FACTOR", "1000".into()),
            ("LUX_WORKER_CONCURRENCY", "4".into()),
        ]);
        variables.extend(other.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let settings = Settings::from(&move |name| variables.get(name).cloned(), &boot::key_variables());
        let mut settings = settings.unwrap_or_else(|problems| panic!("{problems:?}"));
        // The tests are another program.
        settings.program = env!("CARGO_BIN_EXE_lux").into();
        change(&mut settings);
        let key_line = KeyRing::generate_line();
        let keys = KeyRing::parse(&key_line).expect("key ring");
        let app = boot::assemble(settings, &SecretString::from(database.url.clone()), keys).await.expect("state");
        let (service, web) = (router::build(app.clone()), app.settings.web.clone());
        tokio::spawn(async move { listen::serve(listener, service, &web, CancellationToken::new()).await });
        Self {
            app,
            base: format!("http://{addr}"),
            sandbox: running.sandbox.clone(),
            key_line,
            jobs: lux::features::jobs(),
            _sandbox: running,
            _data: data,
            _database: database,
        }
    }

    /// Where a permalink of the platform leads while the stand-in answers for it.
    pub fn at_stand_in(&self, platform: Platform, url: &str) -> String {
        self.app.outbound.resolve(platform, url).expect("an address").into()
    }

    /// A file that was sent to a platform, as the stand-in shows it.
    pub async fn sent_file(&self, key: &str) -> bytes::Bytes {
        let answer = reqwest::get(format!("http://{}/pictures/{key}", self._sandbox.addr)).await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await.expect("all of it")
    }

    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// A company in UTC with an account on every platform.
    pub async fn firm(&self, name: &str) -> Firm {
        let mut firm = Firm::found(&self.app, name, "UTC").await;
        for platform in ALL {
            firm.connect(&self.sandbox, platform).await;
        }
        firm
    }

    /// A browser in which this person is signed in.
    pub async fn signed_in(&self, email: &str) -> Client {
        let client = self.client();
        let answer = client.call("identity/accounts/sign_in", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        client
    }

    /// Runs a statement on the test's database, past all rules: time travel and looks behind the scenes.
    pub async fn sql(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.app.db).await.expect(statement);
    }

    /// The one value that a query answers.
    pub async fn value<T>(&self, query: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        sqlx::query_scalar(query).fetch_one(&self.app.db).await.expect(query)
    }

    /// Runs everything that is due until `now + ahead`, by hand; nothing sleeps.
    pub async fn drive(&self, ahead: chrono::TimeDelta) -> Vec<queue::drive::Ran> {
        let until = chrono::Utc::now() + ahead;
        queue::run_until_idle(&self.app, &self.jobs, until).await.expect("the queue runs")
    }

    /// The same, so many seconds ahead.
    pub async fn drive_to(&self, seconds: i64) -> Vec<queue::drive::Ran> {
        self.drive(chrono::TimeDelta::seconds(seconds)).await
    }
}
