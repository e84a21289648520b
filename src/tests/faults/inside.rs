//! Faults of the server itself that the program mends.

use super::{ITSELF, Stage};
use chrono::Utc;
use lux::features::diagnostics::server::repair;
use lux::infra::crypto::KeyRing;
use lux::infra::queue;
use lux::infra::state::App;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub async fn run(s: &mut Stage) {
    clock(s).await;
    hanging(s).await;
    older_key(s).await;
}

/// The state of another process over the same database, whose pages share so many connections.
pub async fn another_process(s: &Stage, connections: u32) -> App {
    let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_millis(200));
    let db = pool.connect_with((*s.t.app.db.connect_options()).clone()).await.expect("connected");
    App { db, vitals: Arc::default(), ..s.t.app.clone() }
}

/// A process all of whose connections run a statement that does not end.
pub struct Hung {
    app: App,
    statements: Vec<JoinHandle<bool>>,
    since: Instant,
}

impl Hung {
    pub async fn begin(s: &Stage) -> Self {
        let app = another_process(s, 2).await;
        let endless = |db: PgPool| async move { sqlx::query("select pg_sleep(600)").execute(&db).await.is_err() };
        let statements = (0..2).map(|_| tokio::spawn(endless(app.db.clone()))).collect();
        Self { app, statements, since: Instant::now() }
    }

    /// They have run for long enough that they can be told from a page that is slow.
    pub async fn end(self, s: &mut Stage) {
        tokio::time::sleep_until(self.since + Duration::from_secs(11)).await;
        assert!(self.app.db.acquire().await.is_err(), "nobody gets a connection");
        repair::sweep(&self.app).await.expect("it looks with connections of its own");
        let error = s.error("pool").await;
        assert!(error["is_resolved"] == true && error["acts"] == 1, "{error}");
        for statement in self.statements {
            assert!(statement.await.expect("ended"), "broken off");
        }
        assert!(self.app.db.acquire().await.is_ok());
        s.line("statements that do not end hold every connection", &error, ITSELF);
    }
}

/// The clock was three days ahead for a while: what ran then counts as done until then.
async fn clock(s: &mut Stage) {
    s.t.sql("insert into schedule_ticks (schedule, scheduled_for) values ('clean_up', now() + interval '3 days')")
        .await;
    s.by_itself("the clock of a server was three days ahead, and was set back", "clock").await;
    let ahead = "select count(*) from schedule_ticks where scheduled_for > now() + interval '1 hour'";
    assert_eq!(s.t.value::<i64>(ahead).await, 0);
    s.run_jobs().await;
}

/// A worker that lives runs something that does not end.
async fn hanging(s: &mut Stage) {
    s.t.sql(
        "insert into jobs (id, kind, payload, state, run_at, claimed_at, leased_by, attempts, fence)
         values (gen_random_uuid(), 'clean_up', '{}', 'running', now() - interval '5 hours', now() - interval '5 hours', 'awake', 1, 1)",
    )
    .await;
    s.by_itself("a job hangs in a worker that lives", "hanging work").await;
    s.run_jobs().await;
    assert_eq!(
        s.t.value::<i64>("select count(*) from jobs where state in ('ready', 'running') and kind = 'clean_up'").await,
        0
    );
}

/// A new key is in front, and the older one seals what was entered before.
async fn older_key(s: &mut Stage) {
    let (older, newer) = (s.t.key_line.clone(), KeyRing::generate_line());
    let app = s.t.app.clone();
    let with = |line: String| App { keys: Arc::new(KeyRing::parse(&line).expect("a ring")), ..app.clone() };
    let program = queue::Registry::default().with(lux::features::reencrypt_all());
    let seal = async |app: &App| {
        queue::run_until_idle(app, &program, Utc::now()).await.expect("the queue runs");
    };
    let after = with(format!("{newer},{older}"));
    repair::sweep(&after).await.expect("a sweep");
    let error = s.error("encryption").await;
    assert!(error["is_resolved"] == false && error["acts"] == 1, "asked for, and not done yet: {error}");
    seal(&after).await;
    repair::sweep(&after).await.expect("a sweep");
    let error = s.error("encryption").await;
    assert_eq!(error["is_resolved"], true, "{error}");
    s.line("keys are still under an older encryption key", &error, ITSELF);
    // As it was.
    let before = with(format!("{older},{newer}"));
    lux::features::secrets::server::reencrypt::enqueue(&before.db).await.expect("asked for");
    seal(&before).await;
}
