//! Contacts from Zapier: who may send, what is understood, what is refused and how it is mended, and that what was answered is
//! kept whatever happens to the program.

use crate::support::{Answer, Client, Database, Firm, TestApp};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::StreamExt;
use lux::app::server::demo::{EMAIL, PASSWORD};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, header};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const ADDRESS: &str = "/api/webhook/zapier-contact";

/// A company with credentials, and a program that sends with them.
struct Stage {
    t: TestApp,
    firm: Firm,
    owner: Client,
    zap: Zap,
}

/// What sends: without a cookie, as programs do.
struct Zap {
    client: Client,
    user_name: String,
    password: String,
}

impl Zap {
    async fn new(base: &str, owner: &Client) -> Self {
        let made = owner.call("intake/make_intake_key", &[("user_name", "zapier")]).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let text = |name: &str| made.json()[name].as_str().expect("text").to_owned();
        Self { client: Client::new(base), user_name: text("user_name"), password: text("password") }
    }

    fn request(&self) -> reqwest::RequestBuilder {
        self.client.request(Method::POST, ADDRESS).basic_auth(&self.user_name, Some(&self.password))
    }

    async fn json(&self, body: &Value) -> Answer {
        self.client.send(self.request().json(body)).await
    }

    async fn raw(&self, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
        self.client.send(self.request().header(header::CONTENT_TYPE, kind).body(body)).await
    }

    async fn test(&self) -> u16 {
        let request = self.client.request(Method::GET, ADDRESS).basic_auth(&self.user_name, Some(&self.password));
        self.client.send(request).await.status
    }
}

impl Stage {
    async fn set() -> Self {
        let t = TestApp::start().await;
        let firm = Firm::found(&t.app, "Northwind", "UTC").await;
        let owner = t.signed_in(&firm.email).await;
        let zap = Zap::new(&t.base, &owner).await;
        Self { t, firm, owner, zap }
    }

    async fn contact(&self, email: &str) -> Value {
        let row = "select to_jsonb(c) from contacts c where company_id = $1 and email_key = $2";
        let row = sqlx::query_scalar(row).bind(self.firm.who.company.0).bind(email);
        row.fetch_one(&self.t.app.db).await.expect("a contact")
    }

    async fn page(&self, query: &str) -> Value {
        self.owner.call_json("intake/load_intake", &json!({ "query": { "refused": query == "refused" } })).await.json()
    }
}

#[tokio::test]
async fn whatever_the_body_is_the_same_person_comes_out() {
    let stage = Stage::set().await;
    let zap = &stage.zap;
    let ada = json!({ "Email": "Ada@Example.com", "name": "Ada O'Brien", "phone": "+49 1512 3456789", "source": "Newsletter",
                      "tags": "vip", "consent": "yes", "Score": 7 });
    let answer = zap.json(&ada).await;
    let first = answer.json();
    assert_eq!(answer.status, 201, "{first}");
    let id = first["contact_id"].as_str().expect("id").to_owned();
    let expected = json!({ "success": true, "contact_id": id, "created": true, "segment": "Newsletter", "id": id,
                           "status": "created", "email": "Ada@Example.com" });
    assert_eq!(first, expected);
    // What Zapier repeats changes nothing, and answers the same person.
    for body in [ada.clone(), json!([ada.clone()])] {
        let again = zap.json(&body).await;
        assert_eq!((again.status, again.json()["status"].as_str()), (200, Some("unchanged")));
        assert_eq!(
            (again.json()["contact_id"].as_str(), again.json()["segment"].as_str()),
            (Some(id.as_str()), Some("Newsletter"))
        );
    }
    let events = "select count(*) from contact_events";
    let consents = "select count(*) from contact_consents where given and words = 'consent: yes' and source = 'Zapier'";
    assert_eq!((stage.t.value::<i64>(events).await, stage.t.value::<i64>(consents).await), (1, 1));
    // By other ways, with something more each time; what is not said stays.
    let form = zap
        .raw("application/x-www-form-urlencoded", "EMAIL=ada%40example.com&city=London&city=Paris&first+name=")
        .await;
    assert_eq!((form.status, form.json()["status"].as_str()), (200, Some("updated")), "{}", form.body);
    let parts = Form::new()
        .text("contact__email", "ada@example.com")
        .text("Company", "Engines")
        .part("cv", Part::bytes(vec![0; 99]).file_name("cv.pdf"));
    assert_eq!(zap.client.send(zap.request().multipart(parts)).await.status, 200);
    let mut packed = GzEncoder::new(vec![], Compression::fast());
    packed.write_all(br#"{"data": {"emails": [{"value": "ada@EXAMPLE.com"}], "last_name": "Byron"}}"#).expect("packed");
    let packed = zap.request().header(header::CONTENT_ENCODING, "gzip").body(packed.finish().expect("packed"));
    assert_eq!(zap.client.send(packed).await.status, 200);
    let row = stage.contact("ada@example.com").await;
    for (field, value) in [
        ("email", "ada@EXAMPLE.com"),
        ("full_name", "Ada O'Brien"),
        ("last_name", "Byron"),
        ("phone", "+49 1512 3456789"),
        ("phone_e164", "+4915123456789"),
        ("company_name", "Engines"),
        ("source", "Newsletter"),
        ("consent", "given"),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    assert_eq!(row["custom"], json!({ "Score": "7", "city": "London, Paris", "cv": "cv.pdf" }));
    // A no takes them out of the newsletter, and a source does not put them in again.
    let no = zap.json(&json!({ "email": "ada@example.com", "unsubscribed": true })).await.json();
    assert_eq!((no["segment"].as_str(), no["status"].as_str()), (None, Some("updated")));
    let back = zap.json(&json!({ "email": "ada@example.com", "source": "newsletter" })).await.json();
    assert_eq!((back["segment"].as_str(), back["status"].as_str()), (None, Some("updated")));
    assert_eq!(stage.t.value::<i64>("select count(*) from segment_members").await, 0);
    // The same address elsewhere is another person.
    let other = Firm::found(&stage.t.app, "Southwind", "UTC").await;
    let other = Zap::new(&stage.t.base, &stage.t.signed_in(&other.email).await).await;
    let theirs = other.json(&ada).await;
    assert_eq!(theirs.status, 201);
    assert_ne!(theirs.json()["id"], first["id"]);
    let shown = stage.page("").await;
    assert_eq!(shown["part"]["items"].as_array().map(Vec::len), Some(8), "{shown}");
    assert!(!shown.to_string().contains(theirs.json()["id"].as_str().expect("id")));
}

#[tokio::test]
async fn only_whoever_has_the_password_sends() {
    let stage = Stage::set().await;
    let zap = &stage.zap;
    let plain = Client::new(&stage.t.base);
    for (user, password) in [("zapier", "wrong"), ("", ""), ("other", zap.password.as_str()), ("ZAPIER\u{e9}", "x")] {
        let request = plain
            .request(Method::POST, ADDRESS)
            .basic_auth(user, Some(password))
            .json(&json!({ "email": "a@b.example" }));
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 401, "{user}");
        let realm = response.headers().get(header::WWW_AUTHENTICATE).and_then(|v| v.to_str().ok()).map(str::to_owned);
        assert_eq!(realm.as_deref(), Some("Basic realm=\"LUX contacts\", charset=\"UTF-8\""));
    }
    assert_eq!(plain.json(ADDRESS, &json!({ "email": "a@b.example" })).await.status, 401);
    assert_eq!(
        stage.owner.json(ADDRESS, &json!({ "email": "a@b.example" })).await.status,
        401,
        "a session is not enough"
    );
    assert_eq!(stage.t.value::<i64>("select count(*) from contacts").await, 0);
    // The test address says whose credentials they are; the key alone is enough in its own header.
    let request = plain.request(Method::GET, ADDRESS).header("x-api-key", &zap.password);
    let who = plain.send(request).await;
    assert_eq!(
        (who.status, who.json()["company"].as_str(), who.json()["user"].as_str()),
        (200, Some("Northwind"), Some("zapier"))
    );
    // Nothing that is kept is the password.
    let kept = "select string_agg(to_jsonb(k)::text, '') from intake_keys k";
    assert!(!stage.t.value::<String>(kept).await.contains(&zap.password));
    assert!(stage.t.value::<bool>("select bool_and(used_at is not null) from intake_keys").await);
    // A new password: both work for a day, then only the new one.
    let newer = Zap::new(&stage.t.base, &stage.owner).await;
    assert_eq!((zap.test().await, newer.test().await), (200, 200));
    stage.t.sql("update intake_keys set ends_at = ends_at - interval '25 hours'").await;
    assert_eq!((zap.test().await, newer.test().await), (401, 200));
    // Revoked at once.
    let page = stage.page("").await;
    let keys = page["keys"].as_array().expect("keys");
    let key = keys.iter().find(|key| key["over"] == false).expect("a key")["id"].as_str().expect("id");
    assert_eq!(stage.owner.call("intake/revoke_intake_key", &[("key", key)]).await.status, 200);
    assert_eq!(newer.test().await, 401);
    // Only admins make them.
    stage.t.sql("update members set role = 'editor'").await;
    for (call, field, value) in
        [("make_intake_key", "user_name", "eve"), ("revoke_intake_key", "key", key), ("send_test_contact", "x", "")]
    {
        assert_eq!(stage.owner.call(&format!("intake/{call}"), &[(field, value)]).await.status, 403, "{call}");
    }
}

#[tokio::test]
async fn guessing_is_slowed_and_keeps_nobody_out() {
    let t = TestApp::with(&[("LUX_THROTTLE_FACTOR", "1")]).await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let zap = Zap::new(&t.base, &t.signed_in(&firm.email).await).await;
    let wrong = Zap { password: "wrong".into(), user_name: zap.user_name.clone(), client: t.client() };
    let mut last = (0, None);
    for _ in 0..40 {
        let response = wrong.request().body("{}").send().await.expect("an answer");
        let wait = response.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        last = (response.status().as_u16(), wait);
    }
    assert!(last.0 == 429 && last.1.is_some_and(|wait| wait > 0), "{last:?}");
    assert_eq!(zap.json(&json!({ "email": "ada@example.com" })).await.status, 201);
}

#[tokio::test]
async fn what_is_refused_says_why_and_can_be_mended() {
    let stage = Stage::set().await;
    let zap = &stage.zap;
    let big = format!("{{\"email\":\"a@b.example\",\"notes\":\"{}\"}}", "x".repeat(1 << 20));
    let deep = format!("{{\"email\":{}1{}}}", "[".repeat(60_000), "]".repeat(60_000));
    let long = format!("{{\"email\":\"a@b.example\",\"notes\":\"{}\"}}", "x".repeat(20_000));
    for (what, kind, body, status) in [
        ("no e-mail", "application/json", &b"{\"name\":\"Ada\"}"[..], 422),
        ("a broken one", "application/json", b"{\"Email Address\":\"ada\"}", 422),
        ("nothing", "application/json", b"", 400),
        ("no body at all", "application/x-www-form-urlencoded", b"", 422),
        ("a number", "application/json", b"7", 422),
        ("an empty list", "application/json", b"[]", 422),
        ("broken JSON", "application/json", b"{\"email\":", 400),
        ("twice the same field", "application/json", b"{\"email\":\"a@b.example\",\"email\":\"c@d.example\"}", 422),
        ("NUL", "application/json", b"{\"email\":\"a@b.example\",\"x\":\"\\u0000\"}", 422),
        ("half a character", "application/json", b"{\"email\":\"a@b.example\",\"x\":\"\\ud800\"}", 400),
        ("no UTF-8", "application/json", b"{\"email\":\"a@b.example\",\"x\":\"\xff\"}", 400),
        ("no UTF-8 in a form", "application/x-www-form-urlencoded", b"email=a@b.example&x=%ff", 400),
        ("NUL in a form", "application/x-www-form-urlencoded", b"email=a@b.example&x=%00", 422),
        (
            "a head of a mail",
            "application/json",
            b"{\"email\":\"a@b.example\",\"name\":\"A\\r\\nBcc: c@d.example\"}",
            422,
        ),
        ("too deep", "application/json", deep.as_bytes(), 422),
        ("too long a field", "application/json", long.as_bytes(), 422),
        ("too big", "application/json", big.as_bytes(), 413),
        ("XML", "text/xml", b"<email>a@b.example</email>", 415),
        ("parts without a boundary", "multipart/form-data", b"email", 400),
        (
            "parts that end early",
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na",
            400,
        ),
    ] {
        let answer = zap.raw(kind, body.to_vec()).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        let said = answer.json();
        assert!(said["success"] == false && said["message"].as_str().is_some_and(|m| m.len() > 10), "{what}: {said}");
        assert!(said["field"].as_str().is_some_and(|field| !field.is_empty()), "{what}: {said}");
    }
    // A small body that becomes a large one, and one that is none.
    let mut bomb = GzEncoder::new(vec![], Compression::best());
    bomb.write_all(&vec![b' '; 50 << 20]).expect("packed");
    for (packing, body, status) in
        [("gzip", bomb.finish().expect("packed"), 413), ("gzip", b"{}".to_vec(), 400), ("br", vec![], 415)]
    {
        let request = zap.request().header(header::CONTENT_ENCODING, packing).body(body);
        assert_eq!(zap.client.send(request).await.status, status, "{packing}");
    }
    assert_eq!(stage.t.value::<i64>("select count(*) from contacts").await, 0);
    // It is shown with its reason and its body, and taken in once it is mended.
    let page = stage.page("refused").await;
    let items = page["part"]["items"].as_array().expect("items");
    let item = items.iter().find(|item| item["field"] == "Email Address").expect("the broken one");
    assert_eq!(item["reason"], "“ada” is not an e-mail address.");
    let (id, body) = (item["id"].as_str().expect("id"), item["body"].as_str().expect("body"));
    let html = stage.owner.page("/settings/zapier?show=refused").await.body;
    assert!(html.contains("Fix and take in") && html.contains("“ada” is not an e-mail address."));
    let owner = &stage.owner;
    let again = |body: String| async move { owner.call("intake/send_again", &[("item", id), ("body", &body)]).await };
    let still = again(body.to_owned()).await;
    assert_eq!((still.status, still.json()["problems"][0]["field"].as_str()), (422, Some("body")), "{}", still.body);
    let mended = body.replace("\"ada\"", "\"ada@example.com\"");
    assert_eq!(again(mended.clone()).await.status, 200);
    assert_eq!(again(mended).await.status, 409, "once");
    assert_eq!(stage.contact("ada@example.com").await["source"], "Zapier");
    let state = "select state || coalesce(body, '') from intake_items where field = 'Email Address'";
    assert_eq!(stage.t.value::<String>(state).await, "fixed");
    // The test button goes the same way.
    assert_eq!(stage.owner.call("intake/send_test_contact", &[]).await.status, 200);
    assert_eq!(stage.contact("zapier-test@example.com").await["full_name"], "Test from LUX");
}

#[tokio::test]
async fn a_list_is_answered_one_by_one_and_a_key_counts_once() {
    let stage = Stage::set().await;
    let zap = &stage.zap;
    let one = |n: usize| match n % 100 {
        7 => json!({ "name": format!("Nobody {n}") }),
        8 => json!("no object"),
        _ => json!({ "email": format!("p{}@example.com", n % 900), "name": format!("Person {n}"), "source": "Fair" }),
    };
    let list: Vec<Value> = (0..1_000).map(one).collect();
    let send = |key: &'static str, body: Value| async move {
        zap.client.send(zap.request().header("Idempotency-Key", key).json(&body)).await
    };
    let answer = send("batch-1", json!(list)).await;
    let said = answer.json();
    assert_eq!((answer.status, said["received"].as_i64(), said["refused"].as_i64()), (200, Some(1_000), Some(20)));
    assert_eq!((said["accepted"].as_i64(), said["created"].as_i64()), (Some(980), Some(882)));
    assert_eq!(
        (said["results"][7]["field"].as_str(), said["results"][8]["success"].as_bool()),
        (Some("email"), Some(false))
    );
    assert_eq!(stage.contact("p0@example.com").await["full_name"], "Person 900", "what came last counts");
    let count = "select count(*) from contacts";
    assert_eq!(stage.t.value::<i64>(count).await, 882);
    assert_eq!(
        stage.t.value::<i64>("select count(*) from intake_items where state = 'refused' and body is not null").await,
        20
    );
    // The same key: the same answer, and nothing happens. Another request with it is told so.
    let again = send("batch-1", json!(list)).await;
    assert_eq!((again.status, again.json()), (200, said));
    let other = send("batch-1", json!({ "email": "ada@example.com" })).await;
    assert_eq!((other.status, other.json()["field"].as_str()), (422, Some("Idempotency-Key")));
    let created = send("one-1", json!({ "email": "ada@example.com" })).await;
    let replayed = send("one-1", json!({ "email": "ada@example.com" })).await;
    assert_eq!((created.status, replayed.status, replayed.json()), (201, 201, created.json()));
    assert_eq!(zap.json(&json!((0..1_001).map(one).collect::<Vec<_>>())).await.status, 413);
    assert_eq!(zap.json(&json!([{ "x": 1 }, { "y": 2 }])).await.status, 422);
    // Many at the same moment are one person, created once.
    let all = futures::future::join_all(
        (0..20).map(|n| async move { zap.json(&json!({ "email": "Grace@example.com", "visit": n })).await }),
    );
    let all = all.await;
    assert!(all.iter().all(|answer| matches!(answer.status, 200 | 201)));
    assert_eq!(all.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(stage.t.value::<i64>(count).await, 884);
    // What comes together goes to the database together, and each is answered with its own.
    let all = futures::future::join_all(
        (0..40).map(|n| async move { (n, zap.json(&json!({ "email": format!("m{n}@example.com") })).await) }),
    );
    for (n, answer) in all.await {
        let (said, email) = (answer.json(), format!("m{n}@example.com"));
        assert_eq!(
            (answer.status, said["email"].as_str(), said["created"].as_bool()),
            (201, Some(&*email), Some(true))
        );
        let id = "select id::text from contacts where email_key = $1";
        let id: String = sqlx::query_scalar(id).bind(&email).fetch_one(&stage.t.app.db).await.expect("an id");
        assert_eq!(said["contact_id"], id.as_str());
    }
    let lines = "select count(*) from intake_items i join contacts c on c.id = i.contact_id
                 where c.email_key like 'm%@example.com' and i.state = 'accepted' and i.status = 201 and i.created = 1";
    assert_eq!(stage.t.value::<i64>(lines).await, 40);
}

/// The real program, alone on its database.
struct Node {
    child: Child,
    base: String,
}

impl Node {
    async fn start(database: &Database, data: &std::path::Path) -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").expect("port").local_addr().expect("address").to_string();
        let (web, sandbox) = (free(), free());
        let base = format!("http://{web}");
        let variables = [
            ("LUX_ADDR", web.as_str()),
            ("LUX_PUBLIC_URL", &base),
            ("LUX_DATA_DIR", data.to_str().expect("a path")),
            ("LUX_SANDBOX", "1"),
            ("LUX_SANDBOX_ADDR", &sandbox),
            ("DATABASE_URL", &database.url),
            ("LUX_THROTTLE_FACTOR", "1000"),
            ("LUX_LOG", "error"),
        ];
        let mut command = Command::new(env!("CARGO_BIN_EXE_lux"));
        command.arg("serve").envs(variables).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("the program starts");
        let node = Self { child, base };
        let (client, start) = (reqwest::Client::new(), Instant::now());
        while !client.get(format!("{}/readyz", node.base)).send().await.is_ok_and(|answer| answer.status().is_success())
        {
            assert!(start.elapsed() < Duration::from_secs(120), "no start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        node
    }

    /// As the machine's power cord would.
    fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_kept_through_a_kill() {
    // So many of a stream; `LUX_STREAM=10000` for a longer one.
    let all: usize = std::env::var("LUX_STREAM").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    rustls::crypto::ring::default_provider().install_default().ok();
    let (database, data) = (Database::new().await, tempfile::tempdir().expect("folder"));
    let mut node = Node::start(&database, data.path()).await;
    let owner = Client::new(&node.base);
    let signed_in = owner.call("identity/accounts/sign_in", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
    let zap = Zap::new(&node.base, &owner).await;
    let before: i64 =
        sqlx::query_scalar("select count(*) from contacts").fetch_one(&database.pool).await.expect("a count");
    let (http, kept) = (reqwest::Client::new(), Mutex::new(BTreeSet::new()));
    let send = async |base: &str, n: usize| {
        let body = json!({ "email": format!("stream{n}@example.com"), "name": format!("Person {n}") });
        let request = http.post(format!("{base}{ADDRESS}")).basic_auth(&zap.user_name, Some(&zap.password)).json(&body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => {
                kept.lock().expect("set").insert(n);
                true
            }
            _ => false,
        }
    };
    let base = node.base.clone();
    {
        let (send, base) = (&send, base.as_str());
        let stream = futures::stream::iter(0..all).map(|n| send(base, n)).buffer_unordered(16).collect::<Vec<_>>();
        let killer = async {
            while kept.lock().expect("set").len() < all / 3 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            node.kill();
        };
        futures::future::join(stream, killer).await;
    }
    let answered = kept.lock().expect("set").clone();
    assert!((all / 3..all).contains(&answered.len()), "{} were answered before the end", answered.len());
    let there = async || -> BTreeSet<usize> {
        let rows = "select email_key from contacts where email_key like 'stream%'";
        let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&database.pool).await.expect("rows");
        let numbers: BTreeSet<usize> = rows
            .iter()
            .filter_map(|key| key.strip_prefix("stream")?.strip_suffix("@example.com")?.parse().ok())
            .collect();
        assert_eq!(numbers.len(), rows.len(), "nobody is there twice");
        numbers
    };
    let lost: Vec<_> = answered.difference(&there().await).copied().collect();
    assert!(lost.is_empty(), "answered and not there: {lost:?}");
    // Zapier sends everything again: nothing is lost, and nothing is there twice.
    let node = Node::start(&database, data.path()).await;
    let sent =
        futures::stream::iter(0..all).map(|n| send(&node.base, n)).buffer_unordered(16).collect::<Vec<_>>().await;
    assert!(sent.iter().all(|sent| *sent));
    assert_eq!(there().await.len(), all);
    let rows: i64 =
        sqlx::query_scalar("select count(*) from contacts").fetch_one(&database.pool).await.expect("a count");
    let events = "select count(*) from contact_events where kind = 'captured' and contact_id in (select id from contacts where email_key like 'stream%')";
    let events: i64 = sqlx::query_scalar(events).fetch_one(&database.pool).await.expect("a count");
    assert_eq!((rows - before, events), (all as i64, all as i64));
}
