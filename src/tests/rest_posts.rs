//! Posts over REST: now, planned, many at once; once per Idempotency-Key; what is planned, and taking it back.

mod parts;

use crate::support::{Answer, Client, Firm, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use image::ImageFormat;
use lux::domain::platform::Platform::{Instagram, LinkedIn, X};
use lux::infra::zone;
use reqwest::{Method, header};
use serde_json::{Value, json};

const NOW: &str = "/api/social/post";
const SCHEDULE: &str = "/api/social/post/schedule";
const MULTIPLE: &str = "/api/social/post/multiple";
const V1_SCHEDULE: &str = "/api/v1/social/schedule";
const CROSS_POST: &str = "/api/v1/social/cross-post";
const POSTS: &str = "select count(*) from posts";

async fn setup() -> (TestApp, Firm, Client) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    (t, firm, client)
}

async fn made(client: &Client, path: &str, body: Value) -> Value {
    let answer = client.json(path, &body).await;
    assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    answer.json()
}

fn fields(answer: &Answer) -> Vec<String> {
    let problems = answer.json()["error"]["problems"].clone();
    problems.as_array().into_iter().flatten().map(|p| p["field"].as_str().unwrap_or_default().to_owned()).collect()
}

fn in_minutes(minutes: i64) -> DateTime<Utc> {
    let at = Utc::now() + TimeDelta::minutes(minutes);
    DateTime::from_timestamp(at.timestamp().div_euclid(60) * 60, 0).expect("a time")
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("no time: {value}"))
}

fn id(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no id: {value}")).to_owned()
}

fn rows(list: &Value) -> Vec<Value> {
    list.as_array().cloned().unwrap_or_else(|| panic!("no list: {list}"))
}

async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.send(client.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
}

#[tokio::test]
async fn a_post_goes_out_at_once() {
    let (t, firm, client) = setup().await;
    let picture = firm.picture(ImageFormat::Jpeg).await;
    let body = json!({
        "text": "Beans are in", "media": [picture],
        "accounts": [firm.account(X), { "account": "linkedin", "text": "Our beans have arrived" }, "instagram"],
    });
    let answer = made(&client, NOW, body).await;
    let posts = rows(&answer["posts"]);
    assert_eq!((posts.len(), rows(&posts[0]["deliveries"]).len()), (1, 3), "{answer}");
    assert!(id(&posts[0]["url"]).ends_with(&format!("/posts/{}", id(&posts[0]["id"]))));
    assert!(rows(&answer["warnings"]).iter().any(|w| w["field"] == "media"), "no description: {answer}");
    for seconds in [0, 5, 10, 60] {
        t.drive_to(seconds).await;
    }
    for platform in [X, LinkedIn, Instagram] {
        assert_eq!(t.sandbox.posts(platform).len(), 1, "{platform}");
    }
    assert_eq!(t.sandbox.posts(X)[0].text, "Beans are in");
    assert_eq!(t.sandbox.posts(LinkedIn)[0].text, "Our beans have arrived");
    let list = client.get(&format!("/api/v1/social/scheduled/{}?status=published", firm.who.company)).await.json();
    assert_eq!(list["total"], 3, "{list}");
    assert!(rows(&list["items"]).iter().all(|i| i["url"].is_string() && i["published_at"].is_string()), "{list}");
}

#[tokio::test]
async fn a_post_is_planned_for_an_instant_or_a_wall_clock_time() {
    let (t, firm, client) = setup().await;
    t.sql("update companies set zone = 'Europe/Lisbon'").await;
    let due = in_minutes(180);
    for path in [SCHEDULE, V1_SCHEDULE] {
        let answer = made(&client, path, json!({ "text": path, "accounts": ["x"], "at": due })).await;
        let post = &answer["posts"][0];
        assert_eq!((time(&post["due_at"]), &post["state"]), (due, &json!("queued")), "{post}");
        let local = zone::local(zone::of("Europe/Lisbon"), due).to_string();
        assert_eq!((&post["local_time"], &post["zone"]), (&json!(local), &json!("Europe/Lisbon")));
        assert_eq!(time(&post["deliveries"][0]["due_at"]), due);
    }
    // Seconds are rounded up, never down.
    let odd = due + TimeDelta::milliseconds(1500);
    let body = json!({ "text": "Odd", "accounts": ["x"], "at": odd.to_rfc3339() });
    assert_eq!(time(&made(&client, SCHEDULE, body).await["posts"][0]["due_at"]), due + TimeDelta::minutes(1));
    // Somebody else's clock.
    let tokyo = zone::local(zone::of("Asia/Tokyo"), due).to_string();
    let body = json!({ "text": "Tokyo", "accounts": ["x"], "local_time": tokyo, "zone": "Asia/Tokyo" });
    assert_eq!(time(&made(&client, SCHEDULE, body).await["posts"][0]["due_at"]), due);
    // The company's own.
    let lisbon = zone::local(zone::of("Europe/Lisbon"), due).to_string();
    let body = json!({ "text": "Lisbon", "accounts": ["x"], "local_time": lisbon, "org": firm.who.company });
    assert_eq!(time(&made(&client, SCHEDULE, body).await["posts"][0]["due_at"]), due);
    t.drive_to(1).await;
    assert_eq!(t.sandbox.posts(X).len(), 0, "nothing is early");
    t.drive_to(60 * 182).await;
    assert_eq!(t.sandbox.posts(X).len(), 5);
}

#[tokio::test]
async fn times_that_cannot_be_are_refused_with_a_proposal() {
    let (t, _, client) = setup().await;
    t.sql("update companies set zone = 'Europe/Lisbon'").await;
    let year = 2031;
    // The last Sundays of March and October 2031.
    for (what, body, named, words) in [
        ("skipped", json!({ "local_time": format!("{year}-03-30T01:30") }), "local_time", "Choose 02:30?"),
        (
            "skipped elsewhere",
            json!({ "local_time": format!("{year}-03-09T02:30"), "zone": "America/New_York" }),
            "local_time",
            "Choose 03:30?",
        ),
        ("past", json!({ "at": "2020-01-01T00:00:00Z" }), "at", "is in the past"),
        ("past", json!({ "local_time": "2020-01-01T00:00" }), "local_time", "is in the past"),
        ("far", json!({ "at": "2999-01-01T00:00:00Z" }), "at", "Check the year"),
    ] {
        let mut body = body;
        body["text"] = json!("Hello");
        body["accounts"] = json!(["x", "linkedin"]);
        let answer = client.json(SCHEDULE, &body).await;
        assert_eq!((answer.status, fields(&answer)), (422, vec![named.to_owned()]), "{what}: {}", answer.body);
        assert!(answer.body.contains(words), "{what}: {}", answer.body);
    }
    assert_eq!(t.value::<i64>(POSTS).await, 0);
    let twice = |second: bool| json!({ "text": format!("{second}"), "accounts": ["x"], "local_time": "2031-10-26T01:30", "second": second });
    let first = made(&client, SCHEDULE, twice(false)).await;
    assert_eq!(time(&first["posts"][0]["due_at"]), "2031-10-26T00:30:00Z".parse::<DateTime<Utc>>().expect("time"));
    assert_eq!(first["warnings"][0]["field"], "local_time", "{first}");
    let second = made(&client, SCHEDULE, twice(true)).await;
    assert_eq!(time(&second["posts"][0]["due_at"]), "2031-10-26T01:30:00Z".parse::<DateTime<Utc>>().expect("time"));
    assert_eq!(rows(&second["warnings"]).len(), 0, "{second}");
    let instant = json!({ "text": "Instant", "accounts": ["x"], "at": "2031-10-26T01:30:00Z" });
    let instant = made(&client, SCHEDULE, instant).await;
    assert_eq!(instant["posts"][0]["due_at"], second["posts"][0]["due_at"]);
    assert_eq!(rows(&instant["warnings"]).len(), 0, "an instant is never ambiguous: {instant}");
}

#[tokio::test]
async fn many_posts_are_made_together_or_not_at_all() {
    let (t, firm, client) = setup().await;
    let (one, two) = (in_minutes(60), in_minutes(120));
    for path in [MULTIPLE, CROSS_POST] {
        let answer = made(&client, path, json!({
            "text": format!("News by {path}"), "at": one,
            "posts": [
                { "account": firm.account(X) },
                { "account": "linkedin", "text": format!("Long news by {path}") },
                { "account": "x", "text": format!("Later by {path}"), "at": two },
                { "account": "linkedin", "text": format!("Read by {path}"), "link": "https://example.com/a", "at": two },
            ],
        }))
        .await;
        let posts = rows(&answer["posts"]);
        let sizes: Vec<_> = posts.iter().map(|p| rows(&p["deliveries"]).len()).collect();
        assert_eq!(sizes, [2, 1, 1], "{answer}");
        assert_eq!((time(&posts[0]["due_at"]), time(&posts[1]["due_at"])), (one, two));
    }
    let kept = t.value::<i64>(POSTS).await;
    let bad = json!({
        "text": "Fine",
        "posts": [
            { "account": "x" },
            { "account": "x", "text": "x".repeat(281) },
            { "account": "instagram", "at": two },
            { "account": "linkedin", "link": "no address", "at": two },
        ],
    });
    let answer = client.json(MULTIPLE, &bad).await;
    assert_eq!(
        (answer.status, fields(&answer)),
        (422, vec!["posts[1].text".into(), "media".into(), "posts[3].link".into()])
    );
    assert_eq!(t.value::<i64>(POSTS).await, kept, "all or none");
    // Step by step: what is an hour late is held.
    for minutes in [60, 120] {
        t.drive_to(60 * minutes).await;
    }
    assert_eq!((t.sandbox.posts(X).len(), t.sandbox.posts(LinkedIn).len()), (4, 4));
}

#[tokio::test]
async fn a_key_makes_a_request_count_once() {
    let (t, _firm, client) = setup().await;
    let other = t.firm("Southwind").await;
    let eve = t.signed_in(&other.email).await;
    let body = json!({ "text": "Once", "accounts": ["x"], "at": in_minutes(60) });
    // As Zapier does after a lost answer, only all at the same time.
    let answers = futures::future::join_all((0..6).map(|_| keyed(&client, SCHEDULE, "order-1", &body))).await;
    assert!(answers.iter().all(|a| a.status == 201 && a.json() == answers[0].json()), "{answers:?}");
    assert_eq!(t.value::<i64>(POSTS).await, 1);
    // Another layout is the same request; the answer says that it was given before.
    let cookie = client.cookie().expect("signed in");
    let text = serde_json::to_string_pretty(&body).expect("JSON");
    let again = client.request(Method::POST, SCHEDULE).header("Idempotency-Key", "order-1");
    let again = again.header(header::COOKIE, cookie).header(header::CONTENT_TYPE, "application/json").body(text);
    let again = again.send().await.expect("answered");
    assert_eq!(again.headers().get("idempotent-replayed").and_then(|v| v.to_str().ok()), Some("true"));
    assert_eq!(again.json::<Value>().await.expect("JSON"), answers[0].json());
    // It is the answer of then, whatever became of the post since.
    let post = id(&answers[0].json()["posts"][0]["id"]);
    assert_eq!(
        client.send(client.request(Method::DELETE, &format!("/api/v1/social/scheduled/{post}"))).await.status,
        200
    );
    assert_eq!(keyed(&client, SCHEDULE, "order-1", &body).await.json(), answers[0].json());
    // Another request under the same key is a mistake.
    let changed = json!({ "text": "Twice", "accounts": ["x"], "at": in_minutes(60) });
    for (path, body) in [(SCHEDULE, &changed), (V1_SCHEDULE, &body)] {
        let refused = keyed(&client, path, "order-1", body).await;
        assert_eq!((refused.status, fields(&refused)), (422, vec!["Idempotency-Key".to_owned()]), "{}", refused.body);
    }
    assert_eq!(keyed(&client, SCHEDULE, &"k".repeat(256), &body).await.status, 422);
    assert_eq!(t.value::<i64>(POSTS).await, 1);
    // A request that fails leaves its key free.
    let wrong = json!({ "text": "", "accounts": ["x"], "at": in_minutes(60) });
    assert_eq!(keyed(&client, SCHEDULE, "order-2", &wrong).await.status, 422);
    assert_eq!(keyed(&client, SCHEDULE, "order-2", &changed).await.status, 201);
    // Keys are a company's own.
    let theirs = keyed(&eve, SCHEDULE, "order-1", &body).await;
    assert_eq!(theirs.status, 201, "{}", theirs.body);
    assert_ne!(theirs.json(), answers[0].json());
    // After a week the nightly clean-up forgets.
    t.sql("update idempotency_keys set created_at = now() - interval '8 days' where key = 'order-1'").await;
    t.sql("insert into jobs (id, kind, payload) values (gen_random_uuid(), 'clean_up', '{}')").await;
    t.drive_to(1).await;
    assert_eq!(t.value::<i64>("select count(*) from idempotency_keys").await, 1);
}

#[tokio::test]
async fn what_is_planned_is_listed_and_taken_back() {
    let (t, firm, client) = setup().await;
    let list = |query: &str| {
        let path = format!("/api/v1/social/scheduled/{}{query}", firm.who.company);
        let client = &client;
        async move { client.get(&path).await.json() }
    };
    let end = |id: String| client.send(client.request(Method::DELETE, &format!("/api/v1/social/scheduled/{id}")));
    let mut posts = vec![];
    for n in 1..=3 {
        let body = json!({ "text": format!("Number {n}"), "accounts": ["x", "linkedin"], "at": in_minutes(60 * n) });
        posts.push(made(&client, SCHEDULE, body).await["posts"][0].clone());
    }
    made(&client, NOW, json!({ "text": "Out", "accounts": ["x"] })).await;
    t.drive_to(5).await;
    let all = list("").await;
    assert_eq!((&all["total"], &all["limit"], &all["offset"]), (&json!(6), &json!(25), &json!(0)), "{all}");
    let items = rows(&all["items"]);
    assert!(items.windows(2).all(|pair| time(&pair[0]["due_at"]) <= time(&pair[1]["due_at"])), "earliest first");
    assert_eq!(
        (&items[0]["text"], &items[0]["state"], &items[0]["post"]),
        (&json!("Number 1"), &json!("queued"), &posts[0]["id"])
    );
    for (query, total, shown) in [
        ("?platform=x", 3, 3),
        ("?platform=X&limit=2", 3, 2),
        ("?platform=x&limit=2&offset=2", 3, 1),
        ("?offset=50", 6, 0),
        ("?status=scheduled", 6, 6),
        ("?status=publishing", 0, 0),
        ("?status=published", 1, 1),
        ("?status=published&platform=linkedin", 0, 0),
        ("?status=attention", 0, 0),
        ("?status=live", 1, 1),
        ("?status=all", 7, 7),
    ] {
        let found = list(query).await;
        assert_eq!((&found["total"], rows(&found["items"]).len()), (&json!(total), shown), "{query}: {found}");
    }
    let wrong = client
        .get(&format!("/api/v1/social/scheduled/{}?status=soon&limit=1000&offset=-1&platform=y", firm.who.company))
        .await;
    assert_eq!(
        (wrong.status, fields(&wrong)),
        (422, ["status", "platform", "limit", "offset"].map(String::from).to_vec())
    );

    // One account of a post; twice is as good as once.
    let delivery = id(&posts[0]["deliveries"][0]["id"]);
    for _ in 0..2 {
        let gone = end(delivery.clone()).await;
        assert_eq!((gone.status, gone.json()), (200, json!({ "cancelled": delivery, "kind": "delivery" })));
    }
    assert_eq!((&list("").await["total"], &list("?status=cancelled").await["total"]), (&json!(5), &json!(1)));
    // The whole post.
    let post = id(&posts[1]["id"]);
    let gone = end(post.clone()).await;
    assert_eq!((gone.status, gone.json()), (200, json!({ "cancelled": post, "kind": "post" })));
    assert_eq!(list("").await["total"], json!(3));
    assert_eq!(end(post).await.status, 404, "it is in the bin");
    // What is out cannot be taken back.
    let out = list("?status=published").await["items"][0].clone();
    for field in ["id", "post"] {
        let late = end(id(&out[field])).await;
        assert_eq!(
            (late.status, late.json()["error"]["kind"].as_str()),
            (409, Some("conflict")),
            "{field}: {}",
            late.body
        );
    }
    for minutes in [60, 120, 180] {
        t.drive_to(60 * minutes).await;
    }
    let sent = (t.sandbox.posts(X).len(), t.sandbox.posts(LinkedIn).len());
    let of_the_first = if posts[0]["deliveries"][0]["platform"] == "x" { (0, 1) } else { (1, 0) };
    assert_eq!(sent, (1 + of_the_first.0 + 1, of_the_first.1 + 1), "the one that was out, the rest of 1, and 3");
}

#[tokio::test]
async fn another_company_is_not_reached() {
    let (t, firm, owner) = setup().await;
    let other = t.firm("Southwind").await;
    let eve = t.signed_in(&other.email).await;
    let picture = firm.picture(ImageFormat::Jpeg).await;
    let body = json!({ "text": "Northwind only", "accounts": ["x"], "at": in_minutes(60) });
    let answer = keyed(&owner, SCHEDULE, "mine", &body).await.json();
    let (post, delivery) = (id(&answer["posts"][0]["id"]), id(&answer["posts"][0]["deliveries"][0]["id"]));
    let org = firm.who.company;
    let everything = "select jsonb_agg(to_jsonb(d) order by d.id)::text from deliveries d";
    let before: String = t.value(everything).await;

    assert_eq!(eve.get(&format!("/api/v1/social/scheduled/{org}")).await.status, 404);
    assert_eq!(eve.get("/api/v1/social/scheduled/me").await.status, 404);
    let own = eve.get(&format!("/api/v1/social/scheduled/{}?status=all", other.who.company)).await;
    assert_eq!((own.status, &own.json()["total"]), (200, &json!(0)));
    for id in [&post, &delivery] {
        let path = format!("/api/v1/social/scheduled/{id}");
        assert_eq!(eve.send(eve.request(Method::DELETE, &path)).await.status, 404);
    }
    for path in [NOW, SCHEDULE, V1_SCHEDULE, MULTIPLE, CROSS_POST] {
        for body in [json!({ "org": org }), json!({ "org": "nonsense", "text": 5 })] {
            assert_eq!(eve.json(path, &body).await.status, 404, "{path}");
        }
    }
    // What a body names of another company is not there: the same words as for what never was.
    let of =
        |account: String, media: String| json!({ "text": "Eve was here", "accounts": [account], "media": [media] });
    let borrowed = eve.json(NOW, &of(firm.account(X).to_string(), picture.to_string())).await;
    let invented = eve.json(NOW, &of(uuid::Uuid::nil().to_string(), uuid::Uuid::nil().to_string())).await;
    assert_eq!((borrowed.status, fields(&borrowed)), (422, vec!["accounts[0]".into(), "media[0]".into()]));
    assert_eq!(borrowed.body, invented.body);
    assert_eq!(t.value::<String>(everything).await, before);

    // Who belongs to both may name either; the role there counts.
    t.sql(
        "insert into members (company_id, id, role) select c.id, u.id, 'editor' from companies c, users u
           where c.name = 'Northwind' and u.email = 'owner@southwind.example'",
    )
    .await;
    let body = json!({ "org": org, "text": "By a guest", "accounts": ["x"], "at": in_minutes(90) });
    made(&eve, SCHEDULE, body.clone()).await;
    assert_eq!(eve.get(&format!("/api/v1/social/scheduled/{org}")).await.json()["total"], json!(2));
    t.sql("update members set role = 'viewer' where role = 'editor'").await;
    assert_eq!(eve.json(SCHEDULE, &body).await.status, 403);
}

#[tokio::test]
async fn every_bad_body_is_told_in_the_one_form() {
    let (t, firm, client) = setup().await;
    let (x, soon) = (firm.account(X), in_minutes(60));
    for path in [NOW, SCHEDULE, V1_SCHEDULE, MULTIPLE, CROSS_POST] {
        let raw = |kind: &'static str, body: String| {
            client.send(client.request(Method::POST, path).header(header::CONTENT_TYPE, kind).body(body))
        };
        let json = "application/json";
        for (kind, body) in [
            (json, "{"),
            (json, "[]"),
            (json, "\"x\""),
            ("text/plain", "{}"),
            ("application/x-www-form-urlencoded", "text=Hi"),
        ] {
            let answer = raw(kind, body.into()).await;
            assert_eq!((answer.status, fields(&answer)), (400, vec!["body".to_owned()]), "{path} {body}");
            assert_eq!(answer.json()["error"]["kind"], "invalid");
        }
        let big = raw(json, format!("{{\"text\":\"{}\"}}", "x".repeat(2 << 20))).await;
        assert_eq!((big.status, fields(&big)), (413, vec!["body".to_owned()]), "{path}");
    }
    for (path, body, named) in [
        (NOW, json!({}), vec!["accounts"]),
        (NOW, json!({ "accounts": [] }), vec!["accounts"]),
        (NOW, json!({ "accounts": "x" }), vec!["accounts"]),
        (
            NOW,
            json!({ "text": 1, "link": [], "media": "a", "accounts": [x], "org": 7, "userId": 2 }),
            vec!["org", "text", "link", "media", "userId"],
        ),
        (NOW, json!({ "text": "Hi", "accounts": [x, x] }), vec!["accounts[1]"]),
        (NOW, json!({ "text": "Hi", "accounts": [x, "x"] }), vec!["accounts[1]"]),
        (NOW, json!({ "text": "Hi", "accounts": ["tiktok", "somebody"] }), vec!["accounts[1]"]),
        (
            NOW,
            json!({ "text": "Hi", "accounts": ["tiktok", { "account": "reddit" }] }),
            vec!["accounts[0]", "accounts[1].account"],
        ),
        (NOW, json!({ "text": "", "accounts": [x] }), vec!["text"]),
        (NOW, json!({ "text": "x".repeat(20_001), "accounts": [x] }), vec!["text"]),
        (
            NOW,
            json!({ "text": "x".repeat(300), "accounts": [{ "account": x, "text": "y".repeat(281) }, "linkedin"] }),
            vec!["accounts[0].text"],
        ),
        (NOW, json!({ "text": "Hi", "accounts": ["instagram"] }), vec!["media"]),
        (NOW, json!({ "text": "Hi", "accounts": [x], "media": ["7"] }), vec!["media[0]"]),
        (NOW, json!({ "text": "Hi", "accounts": [x], "at": soon }), vec!["at"]),
        (SCHEDULE, json!({ "text": "Hi", "accounts": [x] }), vec!["at"]),
        (SCHEDULE, json!({ "text": "Hi", "accounts": [x, "nobody"], "at": "soon" }), vec!["at", "accounts[1]"]),
        (V1_SCHEDULE, json!({ "text": "Hi", "accounts": [x], "at": soon, "second": true }), vec!["at"]),
        (V1_SCHEDULE, json!({ "text": "Hi", "accounts": [x], "local_time": "2031-01-01T25:00" }), vec!["local_time"]),
        (MULTIPLE, json!({ "text": "Hi", "accounts": [x] }), vec!["posts", "accounts"]),
        (
            MULTIPLE,
            json!({ "posts": [{ "account": x }, 5, { "account": "x", "text": "Hi", "when": "now" }] }),
            vec!["posts[0].text", "posts[1]", "posts[2].when"],
        ),
        (
            CROSS_POST,
            json!({ "text": "Hi", "posts": [{ "account": x, "zone": "Europe/Lisbon" }] }),
            vec!["posts[0].local_time"],
        ),
        (
            CROSS_POST,
            json!({ "text": "Hi", "posts": [{ "account": uuid::Uuid::nil(), "at": "2020-01-01T00:00:00Z" }] }),
            vec!["posts[0].account", "posts[0].at"],
        ),
    ] {
        let answer = client.json(path, &body).await;
        assert_eq!(
            (answer.status, fields(&answer)),
            (422, named.iter().map(|f| (*f).into()).collect()),
            "{path} {body}"
        );
        let error = &answer.json()["error"];
        assert_eq!((&error["kind"], &error["message"]), (&json!("invalid"), &error["problems"][0]["message"]));
    }
    assert_eq!((t.value::<i64>(POSTS).await, t.value::<i64>("select count(*) from jobs").await), (0, 0));

    // Who may not.
    let good = json!({ "text": "Hi", "accounts": [x] });
    assert_eq!(t.client().json(NOW, &good).await.status, 401);
    let cross = client.request(Method::POST, NOW).header("sec-fetch-site", "cross-site").json(&good);
    assert_eq!(client.send(cross).await.status, 403);
    t.sql("update members set role = 'viewer'").await;
    assert_eq!(client.json(NOW, &good).await.status, 403);
    let path = format!("/api/v1/social/scheduled/{}", firm.who.company);
    assert_eq!((client.get(&path).await.status, t.client().get(&path).await.status), (200, 401));
    assert_eq!(client.send(client.request(Method::DELETE, &path)).await.status, 403);
}
