//! REST hooks: who subscribes is told of each thing once, whatever happens on the way; and the Zapier app that subscribes.

use crate::support::{Client, Firm, TestApp};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use chrono::TimeDelta;
use lux::domain::platform::Platform::X;
use lux::features::intake::hooks::server::send::SendHook;
use lux::infra::queue::Job;
use reqwest::Method;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Arc, Mutex};

/// The other side: keeps what arrives and answers as it is told.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) url: String,
    got: Arc<Mutex<Vec<Value>>>,
    status: Arc<Mutex<u16>>,
}

impl Listener {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!("http://{}/hooks/catch", listener.local_addr().expect("address"));
        let this = Self { url, got: Arc::default(), status: Arc::new(Mutex::new(200)) };
        async fn take(State(this): State<Listener>, Json(body): Json<Value>) -> StatusCode {
            let status = StatusCode::from_u16(*this.status.lock().expect("status")).expect("a status");
            if status.is_success() {
                this.got.lock().expect("bodies").push(body);
            }
            status
        }
        let service = Router::new().route("/hooks/catch", post(take)).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        this
    }

    pub(crate) fn answer(&self, status: u16) {
        *self.status.lock().expect("status") = status;
    }

    pub(crate) fn take(&self) -> Vec<Value> {
        std::mem::take(&mut self.got.lock().expect("bodies"))
    }
}

/// A program that has the credentials.
pub(crate) struct Zap {
    client: Client,
    password: String,
}

impl Zap {
    pub(crate) async fn new(t: &TestApp, owner: &Client) -> Self {
        let made = owner.call("intake/make_intake_key", &[("user_name", "zapier")]).await.json();
        Self { client: t.client(), password: made["password"].as_str().expect("a password").to_owned() }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.client.request(method, path).basic_auth("zapier", Some(&self.password));
        let answer = self.client.send(match body {
            Some(body) => request.json(&body),
            None => request,
        });
        let answer = answer.await;
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
    }

    pub(crate) async fn subscribe(&self, event: &str, url: &str) -> String {
        let (status, answer) =
            self.call(Method::POST, "/api/zapier/hooks", Some(json!({ "target_url": url, "event": event }))).await;
        assert!(status == 201 || status == 200, "{answer}");
        answer["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn send(&self, email: &str) {
        let body = json!({ "email": email, "name": "Ada", "source": "Fair", "tags": ["b", "a"], "City": "Rome" });
        assert!(self.call(Method::POST, "/api/webhook/zapier-contact", Some(body)).await.0 < 300);
    }
}

#[tokio::test]
async fn each_thing_is_told_once() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    let (zap, there) = (Zap::new(&t, &owner).await, Listener::start().await);
    let (status, me) = zap.call(Method::GET, "/api/zapier/me", None).await;
    assert_eq!((status, me["company"].as_str(), me["user"].as_str()), (200, Some("Northwind"), Some("zapier")));
    for (method, path) in [
        (Method::GET, "/api/zapier/me"),
        (Method::POST, "/api/zapier/hooks"),
        (Method::DELETE, "/api/zapier/hooks/00000000-0000-7000-8000-000000000001"),
        (Method::GET, "/api/zapier/hooks/post_published/sample"),
    ] {
        let stranger = t.client();
        let answer = stranger.send(stranger.request(method, path).basic_auth("zapier", Some("wrong"))).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    // A sample that says so, before anything happened.
    for event in ["contact_captured", "post_published", "post_needs_you"] {
        let (status, sample) = zap.call(Method::GET, &format!("/api/zapier/hooks/{event}/sample"), None).await;
        assert!(status == 200 && sample[0].to_string().contains("ample, not"), "{sample}");
    }
    assert_eq!(zap.call(Method::GET, "/api/zapier/hooks/nothing/sample", None).await.0, 404);
    // Nobody listens: nothing is kept.
    zap.send("before@example.com").await;
    assert_eq!(t.value::<i64>("select count(*) from hook_items").await, 0);
    for body in [
        json!({ "event": "nothing", "target_url": there.url }),
        json!({ "event": "post_published" }),
        json!({ "event": "post_published", "target_url": "nonsense" }),
        json!({ "event": "post_published", "target_url": "http://10.0.0.5/x" }),
        json!({ "event": "post_published", "target_url": "ftp://127.0.0.1/x" }),
        json!({ "event": "post_published", "target_url": format!("{}?{}", there.url, "x".repeat(2_000)) }),
        json!({ "event": 7, "target_url": [] }),
        json!([1, 2]),
    ] {
        let (status, answer) = zap.call(Method::POST, "/api/zapier/hooks", Some(body.clone())).await;
        assert_eq!(status, 422, "{body}: {answer}");
    }
    let contacts = zap.subscribe("contact_captured", &there.url).await;
    assert_eq!(zap.subscribe("contact_captured", &there.url).await, contacts, "twice is once");
    let (status, answer) = zap
        .call(
            Method::POST,
            "/api/zapier/hooks",
            Some(json!({ "hookUrl": format!("{}?posts", there.url), "event": "post_published" })),
        )
        .await;
    assert_eq!(status, 201, "{answer}");
    zap.subscribe("post_needs_you", &format!("{}?needs", there.url)).await;
    // What the trigger puts into the queue is what the job says of itself.
    zap.send("ada@example.com").await;
    let job = t.value::<Value>("select to_jsonb(j) from jobs j where kind = 'send_hook'").await;
    assert_eq!((&job["priority"], &job["max_attempts"]), (&SendHook::PRIORITY.into(), &SendHook::ATTEMPTS.into()));
    t.drive_to(1).await;
    let got = there.take();
    assert_eq!(got.len(), 1, "{got:?}");
    assert_eq!(
        (&got[0]["email"], &got[0]["created"], &got[0]["tags"]),
        (&"ada@example.com".into(), &true.into(), &"a, b".into())
    );
    assert_eq!(
        (&got[0]["event"], &got[0]["custom"]["City"]),
        (&"contact_captured".into(), &"Rome".into()),
        "{}",
        got[0]
    );
    let sample = zap.call(Method::GET, "/api/zapier/hooks/contact_captured/sample", None).await.1;
    let keys = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
    assert!(keys(&sample[0]) == keys(&got[0]) && sample.as_array().map(Vec::len) == Some(2), "{sample}");
    // What Zapier repeats changes nothing and tells nothing; a job that is run again sends nothing.
    zap.send("ada@example.com").await;
    t.sql("update jobs set state = 'ready', attempts = 0 where kind = 'send_hook'").await;
    t.drive_to(2).await;
    assert_eq!(there.take().len(), 0);
    // A post goes live, another waits for a person.
    let post = firm.publish(firm.post("Beans are back", &[X])).await;
    t.drive_to(10).await;
    let got = there.take();
    assert_eq!(got.len(), 1, "{got:?}");
    assert_eq!(
        (&got[0]["event"], &got[0]["text"], &got[0]["post_id"]),
        (&"post_published".into(), &"Beans are back".into(), &post.to_string().into())
    );
    assert!(got[0]["url"].is_string() && got[0]["platform"] == X.name(), "{}", got[0]);
    let stuck = firm.publish(firm.post("Stuck", &[X])).await;
    t.sql("update connections set state = 'reconnect' where platform = 'x'").await;
    t.drive_to(20).await;
    let got = there.take();
    assert_eq!(got.len(), 1, "{got:?}");
    assert_eq!((&got[0]["event"], &got[0]["post_id"]), (&"post_needs_you".into(), &stuck.to_string().into()));
    assert!(got[0]["state"].as_str().is_some_and(|state| state.starts_with("Needs")), "{}", got[0]);
    let page = owner.page("/settings/zapier").await.body;
    assert!(page.contains("A post was published") && page.contains("1 sent"), "{page}");
    assert!(!page.contains("/hooks/catch"), "the whole address is a secret of the other program");
    // Whoever is erased meanwhile is told to nobody.
    zap.send("gone@example.com").await;
    t.sql("delete from contacts where email = 'gone@example.com'").await;
    t.drive_to(21).await;
    assert_eq!(there.take().len(), 0);
    // Unsubscribed, and once more.
    let path = format!("/api/zapier/hooks/{contacts}");
    assert_eq!(zap.call(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(zap.call(Method::DELETE, &path, None).await.0, 404);
    zap.send("later@example.com").await;
    t.drive_to(22).await;
    assert_eq!(there.take().len(), 0);
}

#[tokio::test]
async fn what_does_not_arrive_is_tried_again_and_then_said() {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let owner = t.signed_in(&firm.email).await;
    let (zap, there) = (Zap::new(&t, &owner).await, Listener::start().await);
    let hook = zap.subscribe("contact_captured", &there.url).await;
    there.answer(500);
    zap.send("one@example.com").await;
    t.drive_to(5).await;
    assert!(owner.page("/settings/zapier").await.body.contains("It answered with status 500."));
    there.answer(200);
    t.drive(TimeDelta::minutes(3)).await;
    assert_eq!(there.take().len(), 1);
    assert!(!owner.page("/settings/zapier").await.body.contains("status 500"));
    // 429 is waited out.
    there.answer(429);
    zap.send("two@example.com").await;
    t.drive(TimeDelta::minutes(4)).await;
    there.answer(200);
    t.drive(TimeDelta::minutes(7)).await;
    assert_eq!(there.take().len(), 1);
    // For days nothing arrives: paused, said, and sent on a press.
    there.answer(503);
    zap.send("three@example.com").await;
    t.sql("update jobs set attempts = 15 where kind = 'send_hook' and state = 'ready'").await;
    t.drive(TimeDelta::hours(10)).await;
    assert_eq!(t.value::<String>("select state from hook_items order by at desc limit 1").await, "failed");
    t.sql("update hooks set failing_since = failing_since - interval '3 days'").await;
    zap.send("four@example.com").await;
    t.drive(TimeDelta::hours(11)).await;
    assert!(t.value::<bool>("select paused_at is not null from hooks").await);
    zap.send("five@example.com").await;
    let page = owner.page("/settings/zapier").await.body;
    assert!(page.contains("Paused") && page.contains("Not sent yet: 2."), "{page}");
    there.answer(200);
    assert_eq!(owner.call("intake/hooks/resume_hook", &[("hook", &hook)]).await.status, 200);
    t.drive(TimeDelta::hours(12)).await;
    let mut got: Vec<_> = there.take().iter().map(|one| one["email"].as_str().unwrap_or_default().to_owned()).collect();
    got.sort();
    assert_eq!(got, ["four@example.com", "three@example.com"]);
    // A password that is revoked takes its subscriptions along, until there is another one of that name.
    t.sql("update intake_keys set revoked_at = now()").await;
    t.sql(
        "insert into contact_events (company_id, id, contact_id, kind, words)
           select company_id, gen_random_uuid(), id, 'captured_again', 'Zapier' from contacts where email like 'one@%'",
    )
    .await;
    t.drive(TimeDelta::hours(13)).await;
    assert_eq!(there.take().len(), 0);
    let zap = Zap::new(&t, &owner).await;
    t.drive(TimeDelta::hours(14)).await;
    assert_eq!(there.take().len(), 1);
    // Nobody listens any more.
    there.answer(410);
    zap.send("six@example.com").await;
    t.drive(TimeDelta::hours(15)).await;
    assert_eq!(t.value::<i64>("select count(*) from hooks").await, 0);
    let hook = zap.subscribe("contact_captured", &there.url).await;
    assert_eq!(owner.call("intake/hooks/remove_hook", &[("hook", &hook)]).await.status, 200);
    assert_eq!(owner.call("intake/hooks/remove_hook", &[("hook", &hook)]).await.status, 404);
}

/// `scripts/setup.sh zapier` installs the schema; `LUX_ZAPIER_SCHEMA_DIR` (from `scripts/env.sh`) says where.
#[test]
fn the_zapier_app_fits_zapiers_schema() {
    let folder = std::env::var("LUX_ZAPIER_SCHEMA_DIR")
        .expect("LUX_ZAPIER_SCHEMA_DIR: run scripts/setup.sh zapier, then eval \"$(scripts/env.sh)\"");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/zapier/check.js");
    let done = Command::new("node").args([script, &folder]).output().expect("node runs");
    let (out, wrong) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{wrong}");
    let found: Value = serde_json::from_str(&out).expect("what is in it");
    let expected = json!({ "triggers": ["contact_captured", "post_needs_you", "post_published"], "creates": ["contact"], "errors": 0 });
    assert_eq!(found, expected);
}
