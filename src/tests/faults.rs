//! Real faults, one after the other: each is noticed, said in words, looked at by a check that does not believe it mended while it is
//! broken, and mended by the program, or by a person who was told how. The table of what was seen is docs/FAULTS.md
//! (LUX_WRITE_DOCS=1 writes it).

mod disk;
mod encrypted;
mod inside;
mod lost;
mod platforms;

use crate::support::{Client, Firm, TestApp, client_secret};
use chrono::TimeDelta;
use lux::domain::platform::Platform::X;
use lux::features::connections::server::service as connections;
use lux::features::diagnostics::server::{collect, repair};
use lux::features::secrets::server::service as secrets;
use lux::infra::incidents::Gather;
use lux::infra::telemetry::{self, Work};
use lux::sandbox::{Fault, FaultKind, Operation};
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, SystemTime};
use tracing_subscriber::prelude::*;

const FILE: &str = "docs/FAULTS.md";

struct Stage {
    t: TestApp,
    firm: Firm,
    owner: Client,
    /// A worker gives signs of life.
    awake: bool,
    table: String,
    counts: BTreeMap<&'static str, usize>,
}

/// How a fault came to its end.
const ITSELF: &str = "mended by the program";
const AGREED: &str = "mended when a person agreed";
const PERSON: &str = "a person was told what to do";
const WAITED: &str = "the program waited until it was over";

impl Stage {
    async fn set() -> Self {
        let t = TestApp::start().await;
        let firm = t.firm("Northwind").await;
        t.sql("update users set is_instance_owner = true").await;
        let owner = t.signed_in(&firm.email).await;
        Self { t, firm, owner, awake: true, table: String::new(), counts: BTreeMap::new() }
    }

    /// What the program does by itself: a look at everything, as if the last one were hours ago.
    async fn sweep(&self) {
        self.t.sql("update repairs set at = at - interval '3 hours'").await;
        if self.awake {
            self.t
                .sql("insert into workers (id) values ('awake') on conflict (id) do update set beat_at = now()")
                .await;
        }
        collect::write(&self.t.app).await;
        repair::sweep(&self.t.app).await.expect("a sweep");
    }

    /// The latest row of this kind.
    async fn error(&self, kind: &str) -> Value {
        let row: Option<Value> = sqlx::query_scalar(
            "select to_jsonb(e) || jsonb_build_object('acts', (select count(*) from repairs r where r.error_id = e.id))
             from error_log e where error_type = $1 order by is_resolved, created_at desc, last_seen_at desc limit 1",
        )
        .bind(kind)
        .fetch_optional(&self.t.app.db)
        .await
        .expect("a row");
        row.unwrap_or_else(|| panic!("{kind} was not noticed"))
    }

    /// It is noticed, and not taken for mended.
    async fn broken(&self, kind: &str) -> Value {
        self.sweep().await;
        let error = self.error(kind).await;
        assert_eq!(error["is_resolved"], false, "taken for mended while it is broken: {error}");
        let notes = &error["resolution_notes"];
        assert!(notes["next"].as_str().is_some_and(|next| next.len() > 20), "{error}");
        error
    }

    /// A look finds it mended.
    async fn mended(&self, kind: &str) -> Value {
        self.sweep().await;
        let error = self.error(kind).await;
        assert_eq!(error["is_resolved"], true, "{error}");
        error
    }

    /// A line of the table: what broke, and the row at its end.
    fn line(&mut self, fault: &str, error: &Value, how: &'static str) {
        let notes = &error["resolution_notes"];
        let text = |value: &Value| value.as_str().unwrap_or_default().replace('|', "/");
        let acts = error["acts"].as_i64().unwrap_or_default();
        let book = if acts > 0 { text(&notes["playbook"]) } else { "looked only".into() };
        let _ = writeln!(
            self.table,
            "| {fault} | `{}` · {} | {} | {book} | {} | {how} |",
            text(&error["error_type"]),
            text(&error["severity"]),
            text(&notes["meaning"]),
            text(&notes["check"]["name"]),
        );
        *self.counts.entry(how).or_default() += 1;
    }

    /// Broken, then mended in one sweep by what the program does.
    async fn by_itself(&mut self, fault: &str, kind: &str) {
        self.sweep().await;
        let error = self.error(kind).await;
        assert_eq!((&error["is_resolved"], &error["resolved_by"]), (&json!(true), &Value::Null), "{fault}: {error}");
        assert!(error["acts"].as_i64() >= Some(1), "{fault}: {error}");
        self.line(fault, &error, ITSELF);
    }

    async fn run_jobs(&self) {
        self.t.drive(TimeDelta::zero()).await;
    }

    async fn agree(&self, error: &Value) -> Value {
        let answer =
            self.owner.json("/api/auto-repair/start", &json!({ "error_id": error["id"], "agreed": true })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["repairs"][0].clone()
    }
}

#[tokio::test]
async fn faults_are_noticed_explained_and_mended_only_when_they_are() {
    let mut s = Stage::set().await;
    let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(Gather(s.t.app.incidents.clone())));
    parts(&mut s).await;
    let hung = database(&mut s).await;
    addresses(&mut s).await;
    work(&mut s).await;
    clocks(&mut s).await;
    files(&mut s).await;
    taken_port(&mut s);
    accounts(&mut s).await;
    keys(&mut s).await;
    models(&mut s).await;
    inside::run(&mut s).await;
    lost::run(&mut s).await;
    platforms::run(&mut s).await;
    hung.end(&mut s).await;
    let faults: usize = s.counts.values().sum();
    let itself = s.counts[ITSELF] + s.counts[WAITED];
    let counts = format!(
        "{itself} ended with nobody's help: {} were {ITSELF}, and with {} {WAITED}, which a look proved. {} were {AGREED}. With {} {PERSON}",
        s.counts[ITSELF], s.counts[WAITED], s.counts[AGREED], s.counts[PERSON]
    );
    let head = "What goes wrong, and what the program makes of it. `src/tests/faults.rs` breaks each of these for real, sees that it is \
                noticed and not taken for mended while it is broken, and writes this table. What is logged is noticed within two \
                seconds, what stands (a sign-in, a schedule, an account) within a minute.\n";
    let page = format!(
        "# Faults\n\n{head}\n{faults} faults. {counts}.\n\n| what broke | noticed as | in words | what was done | what proved it | how it ended |\n\
         |---|---|---|---|---|---|\n{}",
        s.table
    );
    println!("{page}");
    assert!(faults >= 30 && itself >= 18 && s.counts[ITSELF] > s.counts[PERSON], "{counts}");
    if std::env::var_os("LUX_WRITE_DOCS").is_some() {
        std::fs::write(FILE, &page).expect("written");
    }
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(kept == page, "{FILE} shows another table; LUX_WRITE_DOCS=1 writes this one");
}

async fn parts(s: &mut Stage) {
    // The worker stands still. (Nothing is late yet.)
    s.awake = false;
    s.t.sql("insert into workers (id, beat_at) values ('frozen', now() - interval '5 minutes')").await;
    let error = s.broken("part").await;
    assert!(error["error_message"].as_str().is_some_and(|m| m.starts_with("Worker: no sign of life")), "{error}");
    s.awake = true;
    let error = s.mended("part").await;
    s.line("no worker gives signs of life", &error, PERSON);
    // It held a job, which a live worker takes over; here nobody does.
    s.t.sql(
        "insert into jobs (id, kind, payload, state, run_at, claimed_at, leased_by, attempts)
         values (gen_random_uuid(), 'clean_up', '{}', 'running', now(), now() - interval '5 minutes', 'frozen', 1)",
    )
    .await;
    s.by_itself("a worker froze in the middle of a job", "frozen worker").await;
    s.run_jobs().await;
    // Work is late.
    s.t.sql("insert into jobs (id, kind, payload, run_at) values (gen_random_uuid(), 'clean_up', '{}', now() - interval '10 minutes')")
        .await;
    let error = s.broken("part").await;
    assert!(error["error_message"].as_str().is_some_and(|m| m.starts_with("Queue: ")), "{error}");
    s.run_jobs().await;
    let error = s.mended("part").await;
    s.line("the oldest job is ten minutes late", &error, WAITED);
    // A newer program than its database.
    s.t.sql("create table kept as select * from _sqlx_migrations; delete from _sqlx_migrations where version = 158")
        .await;
    let error = s.broken("part").await;
    assert!(error["error_message"].as_str().is_some_and(|m| m.starts_with("Database schema: ")), "{error}");
    s.t.sql("insert into _sqlx_migrations select * from kept where version = 158; drop table kept").await;
    let error = s.mended("part").await;
    s.line("the schema of the database is older than the program", &error, PERSON);
}

async fn database(s: &mut Stage) -> inside::Hung {
    let mut away = s.t.app.clone();
    away.db = PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(300))
        .connect_lazy("postgres://lux@127.0.0.1:1/lux")
        .expect("an address");
    assert!(repair::sweep(&away).await.is_err());
    collect::write(&away).await;
    assert!(s.t.app.settings.data_dir.join("errors.json").exists(), "kept for a start after a crash");
    let error = s.mended("database").await;
    s.line("the database is away, and back", &error, WAITED);
    // All connections are taken, and nothing is done with them: there is nothing to break off.
    let busy = inside::another_process(s, 1).await;
    let held = busy.db.acquire().await.expect("the only one");
    repair::sweep(&busy).await.expect("it looks with connections of its own");
    let error = s.error("pool").await;
    assert!(error["is_resolved"] == false && error["acts"] == 0 && error["severity"] == "critical", "{error}");
    assert_eq!(error["resolution_notes"]["needs_person"], true, "{error}");
    drop(held);
    repair::sweep(&busy).await.expect("a sweep");
    let error = s.error("pool").await;
    assert_eq!(error["is_resolved"], true, "{error}");
    s.line("every connection of the pool is taken", &error, WAITED);
    inside::Hung::begin(s).await
}

async fn addresses(s: &mut Stage) {
    let request = async |method: &str, path: &str, fault: &dyn Fn()| {
        telemetry::scope(Work::request("r-12345678".into(), method, path), async { fault() }).await;
    };
    // As `incidents::log_panics` logs it, and the layer around the router.
    request("GET", "/posts", &|| {
        tracing::error!(
            incident = "panic",
            level = "critical",
            at = "src/a.rs:1",
            stack = "0: lux::a",
            "index out of bounds"
        );
        tracing::error!(echo = true, "a request panicked");
    })
    .await;
    s.broken("panic").await;
    assert!(s.owner.page("/").await.body.contains("critical error open"), "a dot in the frame");
    assert_eq!(s.owner.page("/posts").await.status, 200);
    assert_eq!(s.broken("panic").await["answers"], 1, "once is no proof");
    assert_eq!(s.owner.page("/posts").await.status, 200);
    let error = s.mended("panic").await;
    s.line("a page panics", &error, WAITED);
    // A machine that is very busy has others, as a worker that is silent for a while.
    let others =
        s.t.value::<i64>("select count(*) from error_log where not is_resolved and severity = 'critical'").await;
    assert_eq!(s.owner.page("/").await.body.contains("critical error open"), others > 0);
    // What another process answered counts, from after the last failure.
    request("GET", "/calendar", &|| tracing::error!(incident = "calendar", "database query failed")).await;
    s.broken("calendar").await;
    let other = lux::infra::state::App { incidents: std::sync::Arc::default(), ..s.t.app.clone() };
    collect::learn(&other).await;
    for _ in 0..2 {
        other.incidents.answered("GET", "/calendar");
    }
    collect::answers(&other).await;
    let error = s.mended("calendar").await;
    s.line("a query fails at one node, and its address answers at another", &error, WAITED);
    // A page in somebody's browser.
    let report = json!({ "message": "panicked at src/a.rs", "stack": "wasm-function[7]", "page": "/studio" });
    assert_eq!(s.owner.json("/api/browser-errors", &report).await.status, 204);
    s.broken("browser").await;
    s.t.sql("update error_log set last_seen_at = now() - interval '25 hours' where error_type = 'browser'").await;
    let error = s.mended("browser").await;
    s.line("the program in a browser panics", &error, WAITED);
    // A storm of it, by somebody who is not signed in.
    for round in 0..8 {
        for n in 0..200 {
            let name: String = format!("{}", 1_000 * round + n).bytes().map(|b| char::from(b - b'0' + b'a')).collect();
            let stranger = json!({ "message": format!("a fault called {name}") });
            if n < 25 {
                assert_eq!(s.t.client().json("/api/browser-errors", &stranger).await.status, 204);
            }
        }
        collect::write(&s.t.app).await;
    }
    let rows = "select count(*) from error_log where error_type = 'browser' and company_id is null";
    let rows: i64 = s.t.value(rows).await;
    assert!((20..=120).contains(&rows), "{rows}");
    s.t.sql("delete from error_log where error_type = 'browser'").await;
}

async fn work(s: &mut Stage) {
    let app = s.t.app.clone();
    s.t.sql(
        "insert into jobs (id, kind, payload, state, finished_at, attempts, last_error)
         values (gen_random_uuid(), 'clean_up', '{}', 'dead', now(), 5, 'The database does not answer right now.')",
    )
    .await;
    // It is put back, and is not mended by that.
    let error = s.broken("work").await;
    assert_eq!((&error["acts"], &error["subject"]), (&json!(1), &json!("work:clean_up")), "{error}");
    s.run_jobs().await;
    let error = s.mended("work").await;
    s.line("a nightly job was given up while the database was away", &error, ITSELF);
    // Poison: whatever is done, it is given up again. Three times a day, and no more.
    s.t.sql("insert into jobs (id, kind, payload) values (gen_random_uuid(), 'make_poster', '{\"asset\": 7}')").await;
    s.run_jobs().await;
    for _ in 0..3 {
        s.broken("work").await;
        s.run_jobs().await;
    }
    let error = s.broken("work").await;
    assert_eq!((&error["acts"], &error["resolution_notes"]["needs_person"]), (&json!(3), &json!(true)), "{error}");
    let page = s.owner.page(&format!("/diagnostics/{}", error["id"].as_str().expect("an id"))).await.body;
    for words in ["Needs a person", "Not mended by it", "Take a picture from a video"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    s.t.sql("delete from jobs where kind = 'make_poster'").await;
    let error = s.mended("work").await;
    s.line("a job that cannot be read fails whenever it runs", &error, PERSON);
    // By itself the program waits longer and longer between two acts.
    s.t.sql(
        "insert into jobs (id, kind, payload, state, finished_at, attempts)
         values (gen_random_uuid(), 'reencrypt', '{}', 'dead', now(), 5)",
    )
    .await;
    for _ in 0..3 {
        repair::watch::round(&app).await.expect("a round");
        s.t.sql("update jobs set state = 'dead', finished_at = now() where kind = 'reencrypt'").await;
    }
    assert_eq!(s.broken("work").await["acts"], 2, "one in the rounds, one by the sweep hours later");
    s.run_jobs().await;
    let error = s.mended("work").await;
    s.line("a job fails again and again, and then not", &error, ITSELF);
}

async fn clocks(s: &mut Stage) {
    s.t.sql("insert into schedule_ticks (schedule, scheduled_for) values ('clean_up', now() - interval '3 days')")
        .await;
    s.by_itself("a schedule did not fire", "schedule").await;
    assert_eq!(
        s.t.value::<i64>("select count(*) from jobs where job_key = 'schedule:clean_up' and state = 'ready'").await,
        1
    );
    s.run_jobs().await;
    s.t.sql("insert into schedule_stops (schedule, stopped_at) values ('refresh_tokens', now() - interval '8 days')")
        .await;
    let error = s.broken("stopped schedule").await;
    assert_eq!(
        (&error["acts"], &error["resolution_notes"]["needs_person"]),
        (&json!(0), &json!(true)),
        "it asks: {error}"
    );
    let dry = s.owner.json("/api/auto-repair/start", &json!({ "error_id": error["id"], "dry_run": true })).await.json();
    let dry = &dry["repairs"][0];
    assert!(dry["would"].is_string() && dry["asks"] == "Start it again" && dry["steps"] == json!([]), "{dry}");
    let repaired = s.agree(&error).await;
    assert_eq!(repaired["resolved"], true, "{repaired}");
    assert_eq!(s.t.value::<i64>("select count(*) from schedule_stops").await, 0);
    // And back again.
    let receipt = s.t.value::<uuid::Uuid>("select id from repairs where undo is not null").await;
    let undo = json!({ "receipt_id": receipt });
    for _ in 0..2 {
        assert_eq!(s.owner.json("/api/auto-repair/undo", &undo).await.status, 200);
    }
    assert_eq!(s.t.value::<i64>("select count(*) from schedule_stops").await, 1);
    let page = s.owner.page(&format!("/diagnostics/{}", error["id"].as_str().expect("an id"))).await.body;
    assert!(page.contains("Undone by Owner of Northwind") && page.contains("Start it again"), "{page}");
    assert_eq!(s.agree(&error).await["resolved"], true);
    let error = s.error("stopped schedule").await;
    s.line("somebody stopped a schedule and forgot it", &error, AGREED);
}

async fn files(s: &mut Stage) {
    let folder = s.t.app.settings.data_dir.join("media");
    std::fs::rename(&folder, s.t.app.settings.data_dir.join("elsewhere")).expect("moved");
    std::fs::write(&folder, "a file where the folder was").expect("written");
    let error = s.broken("file folder").await;
    assert!(error["severity"] == "critical" && error["acts"] == 1, "tried, and it did not work: {error}");
    std::fs::remove_file(&folder).expect("removed");
    std::fs::rename(s.t.app.settings.data_dir.join("elsewhere"), &folder).expect("back");
    let error = s.mended("file folder").await;
    s.line("the disk with the pictures is gone, and back", &error, PERSON);
    let tmp = s.t.app.settings.data_dir.join("tmp");
    std::fs::create_dir_all(&tmp).expect("a folder");
    for (name, days) in [("poster-1.mp4", 3), ("poster-2.mp4", 0)] {
        let file = std::fs::File::create(tmp.join(name)).expect("a file");
        file.set_modified(SystemTime::now() - Duration::from_secs(days * 86_400)).expect("its time");
    }
    s.by_itself("work that was cut off left files behind", "temporary files").await;
    assert!(!tmp.join("poster-1.mp4").exists() && tmp.join("poster-2.mp4").exists(), "what is in use stays");
}

/// A port of the program belongs to another one: nothing is started, and what to do is said at once.
fn taken_port(s: &mut Stage) {
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port");
    let (taken, folder) = (other.local_addr().expect("an address"), tempfile::tempdir().expect("a folder"));
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_lux"));
    program.arg("serve").env("LUX_ADDR", free.to_string()).env("LUX_SANDBOX_ADDR", taken.to_string());
    let ended = program.env("LUX_SANDBOX", "1").env("LUX_DATA_DIR", folder.path()).output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stderr);
    let words = format!(
        "Port {} is taken by another program. Stop that one, or choose another with LUX_SANDBOX_ADDR=",
        taken.port()
    );
    assert!(!ended.status.success() && said.contains(&words), "{said}");
    let meaning = "A port of the program is taken by another program, so it does not start.";
    let notes = json!({ "meaning": meaning, "check": { "name": "the program starts" } });
    let row = json!({ "error_type": "start", "severity": "critical", "acts": 0, "resolution_notes": notes });
    s.line("the port of the sandbox is taken", &row, PERSON);
}

async fn accounts(s: &mut Stage) {
    let failed = "update connections set renewal_result = 'failed', renewal_failures = 3, renewal_note = 'The platform is busy.',
                  refreshed_at = now() - interval '2 hours' where platform = 'x'";
    let at_token = |kind| Fault::once(X, Operation::Token, kind);
    // The platform is slow to get well: the first try fails, and that is no proof.
    s.t.sql(failed).await;
    s.t.sandbox.inject(at_token(FaultKind::ServerError));
    let error = s.broken("sign-in").await;
    assert_eq!((&error["acts"], &error["severity"]), (&json!(1), &json!("warning")), "{error}");
    s.t.sandbox.clear_faults();
    let error = s.mended("sign-in").await;
    assert_eq!(error["acts"], 2);
    s.line("a platform answers the renewal of a sign-in with errors", &error, ITSELF);
    // The refresh token was used elsewhere: it counts once, and a person must sign in.
    s.t.sql(failed).await;
    s.t.sql("update connections set access_expires_at = now() - interval '1 minute' where platform = 'x'").await;
    s.t.sandbox.inject(at_token(FaultKind::ExpiredToken));
    s.sweep().await;
    assert_eq!(s.t.value::<String>("select state from connections where platform = 'x'").await, "reconnect");
    let error = s.broken("sign-in").await;
    assert!(error["resolution_notes"]["next"].as_str().is_some_and(|next| next.contains("Reconnect")), "{error}");
    s.firm.connect(&s.t.sandbox, X).await;
    let error = s.mended("sign-in").await;
    s.line("a refresh token was used elsewhere", &error, PERSON);
    // Access was taken back at the platform; noticed by whatever asks there next.
    s.t.sql(failed).await;
    s.t.sandbox.revoke_account(X, &s.t.sandbox.accounts(X)[0].id);
    let refused = connections::refresh_refused(&s.t.app, s.firm.who.company, s.firm.account(X)).await;
    assert!(refused.is_err());
    s.broken("sign-in").await;
    s.firm.connect(&s.t.sandbox, X).await;
    let error = s.mended("sign-in").await;
    s.line("a person took the access back at the platform", &error, PERSON);
    // An account whose owner disconnects it needs nothing any more.
    s.t.sql("update connections set state = 'reconnect', state_reason = 'The password was changed.' where platform = 'linkedin'").await;
    s.broken("sign-in").await;
    s.t.sql("update connections set state = 'disconnected' where platform = 'linkedin'").await;
    let error = s.mended("sign-in").await;
    s.line("an account needs a new sign-in, and is disconnected instead", &error, PERSON);
}

async fn keys(s: &mut Stage) {
    let (app, tenant) = (s.t.app.clone(), s.firm.who.tenant.clone());
    let of_x = |secret: &str| BTreeMap::from([("client_secret".to_owned(), secret.to_owned())]);
    let user = s.firm.who.user;
    let save = async |values| secrets::save(&app, &tenant, Some(user), X, values).await.expect("saved");
    // The service was down when the keys were tried.
    s.t.sql(
        "insert into secret_tests (company_id, id, platform, passed, detail)
         select id, gen_random_uuid(), 'x', false, 'The service did not answer.' from companies",
    )
    .await;
    s.by_itself("a service was down when keys were tried", "keys").await;
    // It refuses them, whoever asks; then other keys are entered, which count as not tried.
    s.t.sandbox.inject(Fault { times: 100, ..Fault::once(X, Operation::Token, FaultKind::ServerError) });
    secrets::test_again(&app, &tenant, X).await.expect("tested");
    let error = s.broken("keys").await;
    assert_eq!(error["acts"], 1, "tried again, and refused again: {error}");
    s.t.sandbox.clear_faults();
    save(of_x(&client_secret(X))).await;
    assert_eq!(s.t.value::<i64>("select count(*) from secret_tests").await, 0);
    let error = s.mended("keys").await;
    assert_eq!(error["acts"], 2, "not mended before they were tried: {error}");
    s.line("keys are refused by the service, until others are entered", &error, PERSON);
    // The encryption key is not the one that sealed.
    s.t.sql("create table kept as select id, kid from secrets; update secrets set kid = 'lost'").await;
    let error = s.broken("encryption").await;
    assert_eq!((&error["severity"], &error["acts"]), (&json!("critical"), &json!(0)), "{error}");
    s.t.sql("update secrets s set kid = k.kid from kept k where k.id = s.id; drop table kept").await;
    let error = s.mended("encryption").await;
    s.line("an encryption key is missing after a change", &error, PERSON);
}

async fn models(s: &mut Stage) {
    s.t.sql(
        "insert into model_calls (company_id, id, feature, service, model, outcome, detail, ended_at, started_at)
         select c.id, gen_random_uuid(), 'captions', 'openai', 'gpt-4o', 'failed', '500', now(), now() - interval '1 second' * n
         from companies c, generate_series(1, 3) n;
         insert into model_settings (company_id, id, model, fallback) select id, id, 'gpt-4o', 'gpt-4o-mini' from companies;
         insert into model_months (company_id, id, month, calls)
         select id, gen_random_uuid(), date_trunc('month', now() at time zone 'utc')::date, 3 from companies",
    )
    .await;
    let error = s.broken("model").await;
    assert_eq!(error["acts"], 0, "it asks: {error}");
    let repaired = s.agree(&error).await;
    assert_eq!(
        (&repaired["resolved"], repaired["steps"].as_array().map(Vec::len)),
        (&json!(false), Some(1)),
        "{repaired}"
    );
    assert_eq!(s.t.value::<String>("select model from model_settings").await, "gpt-4o-mini");
    s.broken("model").await;
    s.t.sql(
        "insert into model_calls (company_id, id, feature, service, model, outcome, ended_at)
         select c.id, gen_random_uuid(), 'captions', 'openai', 'gpt-4o-mini', 'answered', now() from companies c;
         update model_months set calls = 4",
    )
    .await;
    let error = s.mended("model").await;
    s.line("the model's service answers with 500", &error, AGREED);
    s.t.sql("update model_months set calls = 40, cost_micros = 7000000").await;
    s.by_itself("a month's costs are counted wrongly", "count").await;
    assert_eq!(s.t.value::<i64>("select calls + cost_micros from model_months").await, 4);
}
