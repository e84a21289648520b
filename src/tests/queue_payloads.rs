//! What jobs are given, as the table has it: what older versions wrote still runs, and what cannot be read is given up.

use crate::support::TestApp;
use chrono::{TimeDelta, Utc};
use lux::domain::delivery::DeliveryState;
use lux::domain::ids::{CompanyId, PostId};
use lux::domain::platform::Platform::X;
use lux::infra::queue::{Claim, Job, JobOptions, Outcome, Recovery, Registry, enqueue, run_until_idle};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

async fn put(t: &TestApp, kind: &str, company: Option<CompanyId>, payload: Value) {
    sqlx::query("insert into jobs (id, kind, company_id, payload) values (gen_random_uuid(), $1, $2, $3)")
        .bind(kind)
        .bind(company)
        .bind(payload)
        .execute(&t.app.db)
        .await
        .expect("inserted");
}

#[derive(Serialize, Deserialize)]
struct Given {
    post: PostId,
    #[serde(default)]
    note: String,
}

/// Remembers what it was given.
#[derive(Default)]
struct Reads<const ONCE: bool> {
    read: Mutex<Vec<String>>,
    given_up: AtomicUsize,
}

impl<const ONCE: bool> Job for Reads<ONCE> {
    type Payload = Given;
    const KIND: &'static str = if ONCE { "reads_once" } else { "reads" };
    const TITLE: &'static str = "Read";
    const ATTEMPTS: i32 = 5;
    const RECOVERY: Recovery = if ONCE { Recovery::GiveUp } else { Recovery::Again };
    async fn run(&self, _: &Claim, given: Given) -> Outcome {
        self.read.lock().unwrap().push(given.note);
        Outcome::Done
    }
    async fn on_dead(&self, _: &Claim, _: Given, _: &str) -> lux::domain::error::Result<()> {
        self.given_up.fetch_add(1, SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_given_up_at_once_and_says_why() {
    let t = TestApp::start().await;
    let (reads, once) = (Arc::new(Reads::<false>::default()), Arc::new(Reads::<true>::default()));
    let program = Registry::default().with_shared(reads.clone()).with_shared(once.clone());
    for kind in ["reads", "reads_once"] {
        for wrong in [json!({}), json!({ "post": "no id" }), json!(null), json!([]), json!({ "post": 1, "note": "a" })]
        {
            put(&t, kind, None, wrong).await;
        }
    }
    // Time does not help.
    for hours in [0, 9] {
        run_until_idle(&t.app, &program, Utc::now() + TimeDelta::hours(hours)).await.expect("the queue runs");
    }
    assert_eq!(t.value::<i64>("select count(*) from jobs where state = 'dead' and attempts = 1").await, 10);
    let told = "select count(*) from jobs
                where last_error like 'What this job was given cannot be read (%), so it is not tried again.'";
    assert_eq!(t.value::<i64>(told).await, 10);
    let field = "select count(*) from jobs where last_error like '%missing field `post`%' and payload = '{}'";
    assert_eq!(t.value::<i64>(field).await, 2);
    assert_eq!((reads.read.lock().unwrap().len(), once.read.lock().unwrap().len()), (0, 0));
    assert_eq!((reads.given_up.load(SeqCst), once.given_up.load(SeqCst)), (0, 0));

    // A version that knows more, and one that knew less.
    put(&t, "reads", None, json!({ "post": PostId::new(), "note": "newer", "more": [1] })).await;
    put(&t, "reads", None, json!({ "post": PostId::new() })).await;
    let given = Given { post: PostId::new(), note: "ours".into() };
    let mut db = t.app.db.acquire().await.expect("connection");
    enqueue::<Reads<false>>(&mut db, &given, JobOptions::at(Utc::now())).await.expect("enqueued");
    drop(db);
    run_until_idle(&t.app, &program, Utc::now() + TimeDelta::seconds(1)).await.expect("the queue runs");
    let read: BTreeSet<_> = reads.read.lock().unwrap().iter().cloned().collect();
    assert_eq!(read, BTreeSet::from(["".into(), "newer".into(), "ours".into()]));
}

/// Deeper than the parser goes, which Postgres takes all the same.
#[tokio::test]
async fn a_payload_that_no_parser_takes_stops_nothing_else() {
    let t = TestApp::start().await;
    let reads = Arc::new(Reads::<false>::default());
    let program = Registry::default().with_shared(reads.clone());
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    sqlx::query("insert into jobs (id, kind, payload) values (gen_random_uuid(), 'reads', $1::jsonb)")
        .bind(format!(r#"{{ "post": {deep} }}"#))
        .execute(&t.app.db)
        .await
        .expect("inserted");
    put(&t, "reads", None, json!({ "post": PostId::new(), "note": "innocent" })).await;
    run_until_idle(&t.app, &program, Utc::now()).await.expect("the queue runs");
    assert_eq!(*reads.read.lock().unwrap(), ["innocent"]);
    assert_eq!(t.value::<i64>("select count(*) from jobs where state = 'dead' and attempts = 1").await, 1);
}

/// The safety net for posts reads what dead jobs were given.
#[tokio::test]
async fn the_sweep_passes_over_what_names_no_delivery() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    for wrong in [json!({ "delivery": 1 }), json!({ "delivery": "-".repeat(36) }), json!([])] {
        put(&t, "deliver", Some(firm.who.company), wrong).await;
    }
    t.drive_to(1).await;
    put(&t, "sweep", None, json!({ "scheduled_for": Utc::now() })).await;
    t.drive_to(2).await;
    let done =
        "select string_agg(kind || ' ' || state, ', ' order by kind) from jobs where kind in ('deliver', 'sweep')";
    assert_eq!(t.value::<String>(done).await, "deliver dead, deliver dead, deliver dead, sweep done");
}

#[tokio::test]
async fn what_an_older_version_put_in_still_runs() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let post = firm.publish(firm.post("Hello", &[X])).await;
    let delivery = firm.delivery(post, X).await.id;
    t.sql("delete from jobs").await;
    let (company, tick) = (Some(firm.who.company), json!({ "scheduled_for": Utc::now() }));
    let old = [
        ("deliver", company, json!({ "delivery": delivery })),
        ("connection_changed", company, json!({ "connection": firm.account(X) })),
        ("check", None, json!({})),
        ("checks", None, tick.clone()),
        ("clean_up", None, tick.clone()),
        ("clean_up_weekly", None, tick.clone()),
        ("refresh_tokens", None, tick.clone()),
        ("refresh_ahead", None, tick.clone()),
        ("reencrypt", None, json!({})),
        ("reencrypt", None, tick.clone()),
        ("auto_repair", None, tick.clone()),
        ("assemble", company, json!({ "upload": "00000000-0000-7000-8000-000000000001" })),
        ("drop_idle_uploads", None, tick.clone()),
        ("find_duplicates", None, tick.clone()),
        ("find_duplicates", company, json!({})),
        ("import_contacts", company, json!({ "import": "00000000-0000-7000-8000-000000000001" })),
        ("undo_import", company, json!({ "import": "00000000-0000-7000-8000-000000000001" })),
        ("drop_old_imports", None, tick.clone()),
        ("make_pictures", company, json!({ "making": "00000000-0000-7000-8000-000000000005" })),
        ("convert_video", company, json!({ "conversion": "00000000-0000-7000-8000-000000000006" })),
        ("make_poster", company, json!({ "asset": "00000000-0000-7000-8000-000000000002" })),
        ("drop_deleted_files", None, tick.clone()),
        ("collect_comments", None, tick.clone()),
        ("collect_comments", company, json!({})),
        ("tidy_contact_field", company, json!({ "field": "00000000-0000-7000-8000-000000000003" })),
        ("refresh_segment", company, json!({ "segment": "00000000-0000-7000-8000-000000000003" })),
        ("refresh_moving_segments", None, tick.clone()),
        ("send_hook", company, json!({ "item": "00000000-0000-7000-8000-000000000004" })),
        ("send_reply", company, json!({ "reply": "00000000-0000-7000-8000-000000000001" })),
        ("wake_agents", None, tick.clone()),
        ("run_agent", company, json!({ "run": "00000000-0000-7000-8000-000000000003" })),
        ("write_campaign", company, json!({ "campaign": "00000000-0000-7000-8000-000000000003" })),
        ("sweep", None, tick),
    ];
    let kinds: BTreeSet<_> = old.iter().map(|(kind, ..)| *kind).collect();
    assert_eq!(kinds, t.app.jobs.kinds().collect(), "every kind is tried");
    for (kind, company, payload) in old {
        put(&t, kind, company, payload).await;
    }
    t.drive_to(2).await;
    let unfinished = "select coalesce(string_agg(kind || ' ' || coalesce(last_error, state), '; '), '') from jobs
                      where state <> 'done'";
    assert_eq!(t.value::<String>(unfinished).await, "");
    assert_eq!(firm.state(post, X).await, DeliveryState::Live);
}

#[tokio::test]
async fn what_is_written_has_the_shape_that_older_versions_read() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let post = firm.publish(firm.post("Hello", &[X])).await;
    let id = firm.delivery(post, X).await.id;
    let of = "select payload from jobs where kind = 'deliver'";
    assert_eq!(t.value::<Value>(of).await, json!({ "delivery": id.to_string() }));
    let schedule = t.app.jobs.schedule("clean_up").expect("the schedule");
    let at = "2026-11-20T02:00:00Z".parse().expect("a time");
    assert_eq!((schedule.payload)(at).expect("JSON"), json!({ "scheduled_for": "2026-11-20T02:00:00Z" }));
}

#[tokio::test]
async fn what_had_the_old_name_goes_on_under_the_new_one() {
    let t = TestApp::start().await;
    t.sql("delete from jobs").await;
    t.sql("insert into jobs (id, kind, payload, job_key, state) values
             (gen_random_uuid(), 'reseal', '{}', 'reseal', 'ready'),
             (gen_random_uuid(), 'reseal', '{\"scheduled_for\": \"2026-11-20T02:30:00Z\"}', 'schedule:reseal', 'ready'),
             (gen_random_uuid(), 'reencrypt', '{}', 'schedule:reencrypt', 'ready');
           insert into schedule_ticks (schedule, scheduled_for) values
             ('reseal', '2026-11-19T02:30:00Z'), ('reseal', '2026-11-20T02:30:00Z'), ('reencrypt', '2026-11-20T02:30:00Z');
           insert into schedule_stops (schedule) values ('reseal')")
        .await;
    // A restored backup may bring it back after the migration: running it again does no harm.
    for _ in 0..2 {
        t.sql(include_str!("../../migrations/0102_reencrypt.sql")).await;
        t.sql(include_str!("../../migrations/0103_checkpoint.sql")).await;
    }
    let left = "select (select count(*) from jobs where kind = 'reseal')
                     + (select count(*) from schedule_ticks where schedule = 'reseal')
                     + (select count(*) from schedule_stops where schedule = 'reseal')";
    assert_eq!(t.value::<i64>(left).await, 0);
    assert_eq!(t.value::<i64>("select count(*) from schedule_ticks where schedule = 'reencrypt'").await, 2);
    assert_eq!(t.value::<String>("select schedule from schedule_stops").await, "reencrypt");
    let keys = "select string_agg(job_key, ' ' order by job_key) from jobs";
    assert_eq!(t.value::<String>(keys).await, "reencrypt schedule:reencrypt schedule:reseal");
    t.drive_to(1).await;
    assert_eq!(t.value::<i64>("select count(*) from jobs where state = 'done'").await, 3);
}
