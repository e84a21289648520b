//! The life of sign-ins over real HTTP: renewed once by many, never lost, never given up for a bad moment; what the
//! status tells, and the v1 addresses of connections.

use crate::support::{ALL, Answer, Client, Firm, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use lux::connectors::Fault as CallFault;
use lux::domain::delivery::DeliveryState;
use lux::domain::platform::Platform::{self, Instagram, LinkedIn, X};
use lux::domain::post::{Plan, SavePost};
use lux::features::connections::server::jobs::RefreshAhead;
use lux::features::connections::server::service as connections;
use lux::features::secrets::server::service as secrets;
use lux::infra::queue::{self, JobOptions, Tick};
use lux::sandbox::{Fault, FaultKind, Operation};
use reqwest::{Method, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const REFRESH: &str = "/api/tokens/refresh";
const STATUS: &str = "/api/tokens/status";
/// As if the accounts had been signed in an hour ago: what was renewed within a minute is left alone.
const AGE: &str = "update connections set refreshed_at = refreshed_at - interval '1 hour'";

async fn setup() -> (TestApp, Firm, Client) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    t.sql(AGE).await;
    (t, firm, client)
}

async fn refresh(client: &Client, firm: &Firm, platform: Platform) -> Value {
    let answer = client.json(REFRESH, &json!({ "account": firm.account(platform) })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let outcome = answer.json();
    assert_eq!(outcome["results"].as_array().map(Vec::len), Some(1), "{outcome}");
    outcome["results"][0].clone()
}

async fn status(client: &Client, platform: Platform) -> Value {
    let all = client.get(STATUS).await.json();
    let mut found = all["tokens"].as_array().expect("tokens").iter().filter(|t| t["platform"] == platform.id());
    found.next().unwrap_or_else(|| panic!("no {platform}: {all}")).clone()
}

async fn token(t: &TestApp, firm: &Firm, platform: Platform) -> String {
    let context = connections::call_context(&t.app, firm.who.company, firm.account(platform)).await;
    context.unwrap_or_else(|fault| panic!("{fault}")).grant.access.expose_secret().to_owned()
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("no time: {value}"))
}

fn fields(answer: &Answer) -> Vec<String> {
    let problems = answer.json()["error"]["problems"].clone();
    problems.as_array().into_iter().flatten().map(|p| p["field"].as_str().unwrap_or_default().to_owned()).collect()
}

fn at_token(kind: FaultKind) -> Fault {
    Fault::once(X, Operation::Token, kind)
}

#[tokio::test]
async fn many_ask_and_one_token_is_got() {
    let (t, firm, client) = setup().await;
    t.sandbox.inject(Fault { times: 8, ms: Some(300), ..at_token(FaultKind::Slow) });
    let before = t.sandbox.requests(X, Operation::Token);
    let answers = futures::future::join_all((0..8).map(|_| refresh(&client, &firm, X))).await;
    assert!(answers.iter().all(|a| a["result"] == "renewed"), "{answers:?}");
    assert_eq!(t.sandbox.requests(X, Operation::Token) - before, 1, "X's refresh tokens count once");
    // Pressed again right away: there is nothing to gain, and rotation for nothing is a risk.
    assert_eq!(refresh(&client, &firm, X).await["result"], "renewed");
    assert_eq!(t.sandbox.requests(X, Operation::Token) - before, 1);
    // The rotated refresh token was kept: it works the next time.
    t.sandbox.clear_faults();
    let first = token(&t, &firm, X).await;
    t.sql(AGE).await;
    assert_eq!(refresh(&client, &firm, X).await["result"], "renewed");
    assert_ne!(token(&t, &firm, X).await, first);
}

#[tokio::test]
async fn many_sign_ins_that_end_at_once_leave_connections_for_pages() {
    let (t, firm, client) = setup().await;
    let mut accounts = vec![];
    for account in t.sandbox.add_accounts(X, 24) {
        accounts.push(firm.connect_account(&t.sandbox, X, &account.id).await.0);
    }
    t.sandbox.inject(Fault { times: 24, ms: Some(400), ..at_token(FaultKind::Slow) });
    // Each renewal holds a connection, and its account's lock, while X takes its time.
    const HELD: &str = "select count(*) from pg_locks where locktype = 'advisory' and granted
                        and database = (select oid from pg_database where datname = current_database())";
    let renewals = accounts.into_iter().map(|id| {
        let (app, company) = (t.app.clone(), firm.who.company);
        tokio::spawn(async move { connections::refresh_now(&app, company, id).await.is_ok() })
    });
    let mut renewals = std::pin::pin!(futures::future::join_all(renewals));
    let mut most = 0;
    let renewed = loop {
        tokio::select! {
            all = &mut renewals => break all,
            () = tokio::time::sleep(std::time::Duration::from_millis(20)) => {}
        }
        most = most.max(t.value::<i64>(HELD).await);
        assert_eq!(client.get(STATUS).await.status, 200);
    };
    assert!(renewed.iter().all(|renewed| *renewed.as_ref().expect("no panic")), "{renewed:?}");
    assert!((1..=6).contains(&most), "{most} at once");
}

#[tokio::test]
async fn new_tokens_outlive_a_cut_database_connection() {
    let (t, firm, client) = setup().await;
    let old = token(&t, &firm, X).await;
    t.sandbox.inject(Fault { ms: Some(600), ..at_token(FaultKind::Slow) });
    let asked = t.sandbox.requests(X, Operation::Token);
    let cut = async {
        let lock = "select pid from pg_locks where locktype = 'advisory' and granted
                    and database = (select oid from pg_database where datname = current_database())";
        // Only once the platform has been asked: a connection that is cut before is a plain "failed", and nothing changed.
        while t.sandbox.requests(X, Operation::Token) == asked {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        loop {
            if let Some(pid) = sqlx::query_scalar::<_, i32>(lock).fetch_optional(&t.app.db).await.expect("locks") {
                sqlx::query("select pg_terminate_backend($1)").bind(pid).execute(&t.app.db).await.expect("cut");
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let (renewed, ()) = tokio::join!(refresh(&client, &firm, X), cut);
    assert_eq!(renewed["result"], "renewed", "{renewed}");
    assert_ne!(token(&t, &firm, X).await, old);
    t.sql(AGE).await;
    assert_eq!(refresh(&client, &firm, X).await["result"], "renewed", "the rotated refresh token was kept");
}

#[tokio::test]
async fn a_bad_moment_is_not_a_lost_sign_in() {
    let (t, firm, client) = setup().await;
    let old = token(&t, &firm, X).await;
    for kind in [FaultKind::ServerError, FaultKind::RateLimit, FaultKind::DropBeforeAccept] {
        // A client of ours may ask twice by itself.
        t.sandbox.inject(Fault { times: 3, ..at_token(kind) });
        let failed = refresh(&client, &firm, X).await;
        t.sandbox.clear_faults();
        assert_eq!((&failed["result"], &failed["state"]), (&json!("failed"), &json!("active")), "{kind:?} {failed}");
        assert!(failed["message"].as_str().is_some_and(|m| !m.is_empty()), "{failed}");
        let status = status(&client, X).await;
        assert_eq!(status["last_refresh"]["result"], "failed", "{status}");
        assert!(time(&status["next_refresh_at"]) > Utc::now() + TimeDelta::minutes(4), "{status}");
        assert_eq!(token(&t, &firm, X).await, old, "the old tokens stay until there are new ones");
    }
    assert_eq!(t.value::<i32>("select renewal_failures from connections where platform = 'x'").await, 3);
    // Wrong keys are an admin's matter, not the account's.
    let tenant = t.app.tenant(firm.who.company);
    let keys = |secret: &str| BTreeMap::from([("client_secret".to_owned(), secret.to_owned())]);
    secrets::save(&t.app, &tenant, None, X, keys("wrong-secret")).await.expect("kept");
    let failed = refresh(&client, &firm, X).await;
    assert_eq!((&failed["result"], &failed["state"]), (&json!("failed"), &json!("active")), "{failed}");
    secrets::save(&t.app, &tenant, None, X, keys("right-again")).await.expect("kept");
    assert_eq!(refresh(&client, &firm, X).await["result"], "renewed");
    assert_eq!(t.value::<i32>("select renewal_failures from connections where platform = 'x'").await, 0);
}

#[tokio::test]
async fn a_refused_refresh_token_asks_for_a_person() {
    let (t, mut firm, client) = setup().await;
    let end = "update connections set access_expires_at = now() + interval '77 minutes' where platform = 'x'";
    t.sql(end).await;
    let before = token(&t, &firm, X).await;
    t.sandbox.inject(at_token(FaultKind::ExpiredToken));
    // The access token lasts: it is used on, and renewing is tried again later.
    let refused = refresh(&client, &firm, X).await;
    assert_eq!((&refused["result"], &refused["state"]), (&json!("failed"), &json!("active")), "{refused}");
    assert_eq!(token(&t, &firm, X).await, before);
    let again = t.value::<bool>("select renewal_not_before > now() from connections where platform = 'x'").await;
    assert!(again, "with a pause that grows");
    let page = client.page("/connections").await.body;
    assert!(page.contains("could not be renewed yet; it works until"), "{page}");
    let id = firm.publish(firm.post("In the meantime", &[X])).await;
    t.drive_to(0).await;
    assert_eq!(firm.state(id, X).await, DeliveryState::Live);

    // At its end only a person can help.
    t.sql("update connections set access_expires_at = now() where platform = 'x'").await;
    t.sql(AGE).await;
    let refused = refresh(&client, &firm, X).await;
    assert_eq!((&refused["result"], &refused["state"]), (&json!("reconnect"), &json!("reconnect")), "{refused}");
    assert_eq!(refused["next_refresh_at"], Value::Null);
    let asked = t.sandbox.requests(X, Operation::Any);
    assert_eq!(refresh(&client, &firm, X).await["result"], "reconnect");
    assert_eq!(t.sandbox.requests(X, Operation::Any), asked, "X is not asked again");
    let fault = connections::call_context(&t.app, firm.who.company, firm.account(X)).await.err().expect("parked");
    assert!(matches!(fault, CallFault::AuthExpired { .. }));
    firm.connect(&t.sandbox, X).await;
    let status = status(&client, X).await;
    assert_eq!((&status["state"], &status["last_refresh"]), (&json!("active"), &Value::Null), "{status}");
}

#[tokio::test]
async fn a_late_refusal_does_not_hit_a_newer_sign_in() {
    let (t, mut firm, client) = setup().await;
    t.sandbox.inject(Fault { ms: Some(500), ..at_token(FaultKind::Slow) });
    let account = firm.account(X);
    let url = client.request(Method::POST, REFRESH).json(&json!({ "account": account }));
    let before = t.sandbox.requests(X, Operation::Token);
    let reconnect = async {
        while t.sandbox.requests(X, Operation::Token) == before {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        t.sandbox.revoke_account(X, &t.sandbox.accounts(X)[0].id);
        firm.connect(&t.sandbox, X).await
    };
    let (_, _) = tokio::join!(client.send(url), reconnect);
    assert_eq!(status(&client, X).await["state"], "active", "the new consent counts");
    token(&t, &firm, X).await;
}

#[tokio::test]
async fn all_of_a_company_or_of_a_platform() {
    let (t, firm, client) = setup().await;
    let before = ALL.map(|p| t.sandbox.requests(p, Operation::Token));
    let only = client.json(REFRESH, &json!({ "platform": "linkedin" })).await.json();
    assert_eq!((&only["unchanged"], only["results"].as_array().map(Vec::len)), (&json!(1), Some(1)), "{only}");
    let all = client.json("/api/v1/social/refresh-tokens", &json!({ "org": firm.who.company })).await;
    assert_eq!(all.status, 200, "{}", all.body);
    let all = all.json();
    let of = |p: Platform| {
        let results = all["results"].as_array().expect("results");
        results.iter().find(|r| r["platform"] == p.id()).unwrap_or_else(|| panic!("{all}"))["result"].clone()
    };
    assert_eq!([of(X), of(LinkedIn), of(Instagram)], ["renewed", "unchanged", "unchanged"]);
    assert_eq!((&all["renewed"], &all["unchanged"], &all["failed"]), (&json!(1), &json!(2), &json!(0)));
    let asked: Vec<_> = ALL.into_iter().zip(before).map(|(p, n)| t.sandbox.requests(p, Operation::Token) - n).collect();
    assert_eq!(asked, [1, 0, 0], "who has nothing newer is not asked");
    // Without a body: all.
    let bare = client.send(client.request(Method::POST, REFRESH)).await;
    assert_eq!((bare.status, bare.json()["results"].as_array().map(Vec::len)), (200, Some(3)));
    for body in [client.get(STATUS).await.body, all.to_string()] {
        let secret = token(&t, &firm, X).await;
        assert!(!body.contains(&secret) && !body.contains("sandbox-x-"), "{body}");
    }
}

#[tokio::test]
async fn the_status_tells_what_is_coming() {
    let (t, firm, client) = setup().await;
    let plan = |minutes: i64| {
        let firm = &firm;
        async move {
            let plan = Plan::Schedule { local: firm.clock(minutes).await, second: false };
            firm.publish(SavePost { plan, ..firm.post(&format!("In {minutes}"), &[LinkedIn, X]) }).await
        }
    };
    const DAY: i64 = 24 * 60;
    for minutes in [DAY, 5 * DAY, 6 * DAY] {
        plan(minutes).await;
    }
    t.sql("update connections set access_expires_at = now() + interval '3 days' where platform = 'linkedin'").await;
    let linkedin = status(&client, LinkedIn).await;
    assert_eq!((&linkedin["planned_posts"], &linkedin["posts_after_expiry"]), (&json!(3), &json!(2)), "{linkedin}");
    assert_eq!((&linkedin["refreshable"], &linkedin["next_refresh_at"]), (&json!(false), &Value::Null));
    assert_eq!(linkedin["expires_at"], linkedin["sign_in_ends_at"]);
    let x = status(&client, X).await;
    assert_eq!((&x["planned_posts"], &x["posts_after_expiry"]), (&json!(3), &json!(0)), "{x}");
    assert_eq!((&x["refreshable"], &x["sign_in_ends_at"]), (&json!(true), &Value::Null));
    let instagram = status(&client, Instagram).await;
    assert_eq!((&instagram["refreshable"], &instagram["sign_in_ends_at"]), (&json!(true), &Value::Null), "{instagram}");
    assert!(time(&instagram["next_refresh_at"]) > Utc::now() + TimeDelta::days(40));
    // Nothing goes out while somebody must sign in again.
    t.sql("update connections set state = 'reconnect', state_reason = 'Signed out there.' where platform = 'x'").await;
    let x = status(&client, X).await;
    assert_eq!((&x["posts_after_expiry"], &x["state_reason"]), (&json!(3), &json!("Signed out there.")), "{x}");

    // The page says the same, and works without a program in the browser.
    let page = client.page("/connections").await.body;
    assert!(page.contains("The sign-in will expire before 2 planned posts."), "no warning");
    assert!(page.contains("Next renewal") && page.contains("Refresh"), "no plan and no button");
    let press = client.request(Method::POST, "/rpc/lux/features/connections/calls/refresh_account");
    let press = press.header(header::ACCEPT, "text/html").form(&[("id", firm.account(Instagram).to_string())]);
    let next = client.send(press).await.location.expect("back to the page");
    assert!(next.starts_with("/connections?refreshed="), "{next}");
    let page = client.page(&next).await.body;
    assert!(page.contains("has no newer one yet") && page.contains("Last renewed"), "{next}");
}

async fn look_ahead(t: &TestApp) {
    let mut db = t.app.db.acquire().await.expect("a connection");
    queue::enqueue::<RefreshAhead>(&mut db, &Tick::default(), JobOptions::at(Utc::now())).await.expect("queued");
    // Before whatever else is due.
    t.sql("update jobs set priority = 1 where kind = 'refresh_ahead' and state = 'ready'").await;
    drop(db);
    t.drive_to(1).await;
}

#[tokio::test]
async fn a_planned_post_finds_a_fresh_token() {
    let (t, firm, client) = setup().await;
    let asked = || t.sandbox.requests(X, Operation::Token);
    t.sql("update connections set access_expires_at = now() + interval '4 minutes' where platform = 'x'").await;
    let before = asked();
    look_ahead(&t).await;
    assert_eq!(asked(), before, "nobody needs it: a short-lived token is not kept fresh for nothing");
    let plan = Plan::Schedule { local: firm.clock(60).await, second: false };
    let post = firm.publish(SavePost { plan, ..firm.post("Soon", &[X]) }).await;
    look_ahead(&t).await;
    assert_eq!(asked(), before, "an hour is early enough for later");
    sqlx::query("update deliveries set due_at = now() + interval '12 minutes' where post_id = $1")
        .bind(post)
        .execute(&t.app.db)
        .await
        .expect("time passes");
    assert!(time(&status(&client, X).await["next_refresh_at"]) < Utc::now() + TimeDelta::minutes(1));
    t.sandbox.inject(Fault { times: 3, ..at_token(FaultKind::ServerError) });
    look_ahead(&t).await;
    t.sandbox.clear_faults();
    let failed = asked();
    assert!(failed > before && status(&client, X).await["state"] == "active");
    look_ahead(&t).await;
    assert_eq!(asked(), failed, "not again at once");
    t.sql("update connections set renewal_not_before = now() - interval '1 second' where platform = 'x'").await;
    look_ahead(&t).await;
    assert_eq!(asked(), failed + 1);
    assert_eq!(status(&client, X).await["last_refresh"]["result"], "renewed");
    look_ahead(&t).await;
    assert_eq!(asked(), failed + 1, "it lasts now");
}

#[tokio::test]
async fn bad_requests_are_told_and_change_nothing() {
    let (t, firm, client) = setup().await;
    let other = t.firm("Southwind").await;
    let before = t.sandbox.requests(X, Operation::Token);
    let post = |path: &'static str, kind: &'static str, body: &'static str| {
        client.send(client.request(Method::POST, path).header(header::CONTENT_TYPE, kind).body(body))
    };
    for path in [REFRESH, "/api/v1/social/refresh-tokens", "/api/v1/social/connect"] {
        for (kind, body) in [("application/json", "{"), ("application/json", "[1]"), ("text/plain", "{}")] {
            let answer = post(path, kind, body).await;
            assert_eq!((answer.status, fields(&answer)), (400, vec!["body".into()]), "{path} {body}: {}", answer.body);
        }
    }
    let id = firm.account(X);
    for (body, status, named) in [
        (json!({ "account": "x" }), 422, vec!["account"]),
        (json!({ "account": id, "platform": "x" }), 422, vec!["platform"]),
        (json!({ "platform": "myspace", "user_id": 5 }), 422, vec!["platform", "user_id"]),
        (json!({ "platform": "shopify" }), 422, vec!["platform"]),
        (json!({ "account": 7, "org": 8 }), 422, vec!["account", "org"]),
        (json!({ "account": uuid::Uuid::nil() }), 404, vec![]),
        (json!({ "account": other.account(X) }), 404, vec![]),
        (json!({ "org": other.who.company }), 404, vec![]),
        (json!({ "org": "northwind" }), 404, vec![]),
    ] {
        let answer = client.json(REFRESH, &body).await;
        assert_eq!((answer.status, fields(&answer)), (status, named.iter().map(|f| (*f).into()).collect()), "{body}");
    }
    assert_eq!(client.send(client.request(Method::DELETE, &format!("/api/social/accounts/{id}"))).await.status, 200);
    assert_eq!(client.json(REFRESH, &json!({ "account": id })).await.status, 409);

    let stranger = t.client();
    assert_eq!((stranger.json(REFRESH, &json!({})).await.status, stranger.get(STATUS).await.status), (401, 401));
    let cross = client.request(Method::POST, REFRESH).header("sec-fetch-site", "cross-site").json(&json!({}));
    assert_eq!(client.send(cross).await.status, 403);
    t.sql("update members set role = 'viewer'").await;
    assert_eq!((client.json(REFRESH, &json!({})).await.status, client.get(STATUS).await.status), (403, 200));
    let disconnecting = 2;
    assert_eq!(t.sandbox.requests(X, Operation::Token) - before, disconnecting, "only the revocation was sent");
}

#[tokio::test]
async fn accounts_by_their_v1_addresses() {
    let (t, firm, client) = setup().await;
    let other = t.firm("Southwind").await;
    let (own, foreign) = (firm.who.company, other.who.company);
    let list = client.get(&format!("/api/v1/social/accounts/{own}")).await;
    assert_eq!((list.status, list.json()), (200, client.get("/api/social/accounts").await.json()));
    for org in [foreign.to_string(), "nonsense".into()] {
        assert_eq!(client.get(&format!("/api/v1/social/accounts/{org}")).await.status, 404, "{org}");
    }
    // Somebody who belongs to both names the one that is meant.
    t.sql(
        "insert into members (company_id, id, role) select c.id, u.id, 'viewer' from companies c, users u
           where c.name = 'Southwind' and u.email = 'owner@northwind.example'",
    )
    .await;
    let theirs = client.get(&format!("/api/v1/social/accounts/{foreign}")).await;
    assert!(theirs.status == 200 && theirs.body.contains(&other.account(X).to_string()), "{}", theirs.body);
    assert_eq!(client.json("/api/v1/social/refresh-tokens", &json!({ "org": foreign })).await.status, 403);

    let connect = "/api/v1/social/connect";
    let begun = client.json(connect, &json!({ "platform": "linkedin", "org": own })).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let begun = begun.json();
    assert_eq!((&begun["platform"], &begun["expires_in_s"]), (&json!("linkedin"), &json!(600)));
    let page = client.page(begun["authorize_url"].as_str().expect("an address")).await;
    assert_eq!(page.status, 200, "the consent page opens");
    t.sql("update members set role = 'admin'").await;
    for (body, status, named) in [
        (json!({}), 422, vec!["platform"]),
        (json!({ "platform": "gemini", "redirect": "https://evil.example" }), 422, vec!["platform", "redirect"]),
        (json!({ "platform": "x", "account": "mine" }), 422, vec!["account"]),
        (json!({ "platform": "x", "org": uuid::Uuid::nil() }), 404, vec![]),
        (json!({ "platform": "x", "org": foreign }), 409, vec![]),
    ] {
        let answer = client.json(connect, &body).await;
        assert_eq!((answer.status, fields(&answer)), (status, named.iter().map(|f| (*f).into()).collect()), "{body}");
    }
    let end = |id: String| client.send(client.request(Method::DELETE, &format!("/api/v1/social/accounts/{id}")));
    assert_eq!(end(other.account(X).to_string()).await.status, 404, "of the company that is looked at only");
    assert_eq!(end("x".into()).await.status, 404);
    let gone = end(firm.account(X).to_string()).await;
    assert_eq!((gone.status, &gone.json()["revoked_at_platform"]), (200, &json!(true)));
}
