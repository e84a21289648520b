//! Keys and connections over real HTTP against the sandbox: the consent and everything that can go wrong with its
//! state, the life of tokens, and that no secret leaves the server.

use crate::support::{Answer, Client, TestApp};
use chrono::{TimeDelta, Utc};
use lux::connectors::Fault;
use lux::domain::error::ErrorKind;
use lux::domain::ids::{CompanyId, ConnectionId, ConsentId, UserId};
use lux::domain::platform::Platform;
use lux::features::connections::server::jobs::RefreshTokens;
use lux::features::connections::server::service as connections;
use lux::features::secrets::server::service as secrets;
use lux::infra::crypto::SealContext;
use lux::infra::queue::{self, JobOptions, Tick};
use lux::infra::session::sha256;
use lux::sandbox::{Fault as SandboxFault, FaultKind, Operation};
use reqwest::{Method, header};
use secrecy::ExposeSecret;
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet};

struct Person {
    client: Client,
    user: UserId,
    company: CompanyId,
}

/// Somebody with a company of their own.
async fn person(test: &TestApp, name: &str) -> Person {
    let client = test.client();
    let email = format!("{name}@example.test");
    let fields = [("name", name), ("email", email.as_str()), ("password", "a long enough phrase"), ("company", name)];
    let answer = client.call("/rpc/lux/features/identity/accounts/calls/sign_up", &fields).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let row = sqlx::query("select m.id, m.company_id from members m join users u on u.id = m.id where u.email = $1")
        .bind(&email)
        .fetch_one(&test.app.db)
        .await
        .expect("the member");
    Person { client, user: row.get("id"), company: row.get("company_id") }
}

async fn with_keys(test: &TestApp, name: &str, platform: Platform) -> Person {
    let person = person(test, name).await;
    let keys = BTreeMap::from([
        ("client_id".to_owned(), "test-app".to_owned()),
        ("client_secret".to_owned(), "not-a-real-secret".to_owned()),
    ]);
    let tenant = test.app.tenant(person.company);
    secrets::save(&test.app, &tenant, Some(person.user), platform, keys).await.expect("keys are kept");
    person
}

/// As a browser asks for a page.
async fn page(client: &Client, address: &str) -> Answer {
    client.send(client.request(Method::GET, address).header(header::ACCEPT, "text/html")).await
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.location.clone().expect("a redirect names its goal")
}

/// Goes to the consent page and decides there; the answer is the address that the platform sends the browser back to.
async fn consent(test: &TestApp, client: &Client, begin: &str, account: &str, decision: &str) -> String {
    let platform = location(&page(client, begin).await);
    assert!(platform.contains("state="), "{platform}");
    // The platform is another site: it gets no cookie of ours.
    let url = url::Url::parse(&platform).expect("an address");
    let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    form.extend([("account".into(), account.into()), ("decision".into(), decision.into())]);
    let fields: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    location(&test.client().form(&platform, &fields).await)
}

fn first_account(test: &TestApp, platform: Platform) -> String {
    test.sandbox.accounts(platform).first().expect("the sandbox has accounts").id.clone()
}

async fn connect(test: &TestApp, who: &Person, platform: Platform) -> ConnectionId {
    let account = first_account(test, platform);
    let back = consent(test, &who.client, &format!("/api/social/connect/{platform}"), &account, "allow").await;
    let goal = location(&page(&who.client, &back).await);
    let id = goal.strip_prefix("/connections?connected=").unwrap_or_else(|| panic!("{goal}"));
    id.parse().expect("the connection's id")
}

async fn state_of(test: &TestApp, id: ConnectionId) -> String {
    let row = sqlx::query("select state from connections where id = $1").bind(id).fetch_one(&test.app.db).await;
    row.expect("the connection").get("state")
}

/// Lets a connection's access end in `minutes`, as we know it.
async fn ends_in(test: &TestApp, id: ConnectionId, minutes: i64) {
    sqlx::query("update connections set access_expires_at = $2 where id = $1")
        .bind(id)
        .bind(Utc::now() + TimeDelta::minutes(minutes))
        .execute(&test.app.db)
        .await
        .expect("the clock is put");
}

#[tokio::test]
async fn a_consent_leads_back_to_where_one_was() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ada", Platform::X).await;
    let account = first_account(&test, Platform::X);
    let post = "/posts/00000000-0000-0000-0000-000000000007";
    let begin = |next: &str| format!("/api/social/connect/x?next={next}");
    let back = consent(&test, &who.client, &begin(post), &account, "allow").await;
    assert_eq!(location(&page(&who.client, &back).await), format!("{post}?notice=connected"));
    // Only pages of ours, and nobody changes it on the way.
    for foreign in ["//evil.test/", "https%3A%2F%2Fevil.test", "%2F.%2F%2Fevil.test", "/posts?x=%2F%2Fevil.test"] {
        let back = consent(&test, &who.client, &begin(foreign), &account, "allow").await;
        let goal = location(&page(&who.client, &back).await);
        assert!(goal.starts_with("/connections?connected="), "{foreign}: {goal}");
    }
    let back = consent(&test, &who.client, &begin(post), &account, "allow").await;
    let mut url = url::Url::parse(&back).expect("an address");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let other = |state: &str| format!("{}.L25lZWRz", state.split('.').next().unwrap_or_default());
    let changed = pairs.iter().map(|(k, v)| (k.clone(), if k == "state" { other(v) } else { v.clone() }));
    url.query_pairs_mut().clear().extend_pairs(changed);
    let goal = location(&page(&who.client, url.as_str()).await);
    assert!(goal.starts_with("/connections?problem="), "{goal}");
    // Who says no is told so where accounts are.
    let back = consent(&test, &who.client, &begin(post), &account, "cancel").await;
    assert!(location(&page(&who.client, &back).await).starts_with("/connections?problem="));
}

#[tokio::test]
async fn connecting_keeps_one_account_and_only_sealed_tokens() {
    let test = TestApp::start().await;
    for platform in [Platform::X, Platform::LinkedIn, Platform::Instagram] {
        let who = with_keys(&test, platform.id(), platform).await;
        let id = connect(&test, &who, platform).await;
        let context = connections::call_context(&test.app, who.company, id).await.expect("a usable connection");
        let rows = sqlx::query("select c::text as row from connections c where company_id = $1")
            .bind(who.company)
            .fetch_all(&test.app.db)
            .await
            .expect("rows");
        assert_eq!(rows.len(), 1);
        let row: String = rows[0].get("row");
        assert!(!row.contains(context.grant.access.expose_secret()), "an access token in the open");
        // Once more: the same row, not a second one.
        assert_eq!(connect(&test, &who, platform).await, id);
        let listed = who.client.get("/api/social/accounts").await;
        assert_eq!(listed.json()["accounts"].as_array().map(Vec::len), Some(1), "{listed:?}");
        assert!(!listed.body.contains(context.grant.access.expose_secret()));
    }
}

#[tokio::test]
async fn a_state_counts_once_and_only_here() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::X).await;
    let stranger = with_keys(&test, "bob", Platform::X).await;
    let account = first_account(&test, Platform::X);
    let problem = |answer: &Answer| {
        let goal = location(answer);
        let query = goal.strip_prefix("/connections?problem=").unwrap_or_else(|| panic!("{goal}")).to_owned();
        query.split('&').next().unwrap_or_default().to_owned()
    };
    let begin = "/api/social/connect/x";

    let unknown = page(&who.client, "/api/social/callback/x?state=never-issued&code=1").await;
    assert_eq!(problem(&unknown), "state_unknown");
    assert_eq!(problem(&page(&who.client, "/api/social/callback/x?code=1").await), "state_unknown");

    let back = consent(&test, &who.client, begin, &account, "allow").await;
    assert_eq!(problem(&page(&stranger.client, &back).await), "state_unknown", "another person's session");
    let elsewhere = back.replace("/callback/x", "/callback/linkedin");
    assert_eq!(problem(&page(&who.client, &elsewhere).await), "state_unknown", "another platform");
    assert!(location(&page(&test.client(), &back).await).starts_with("/login"), "nobody signed in");
    assert!(location(&page(&who.client, &back).await).starts_with("/connections?connected="), "the right one");
    assert_eq!(problem(&page(&who.client, &back).await), "state_used");

    let back = consent(&test, &who.client, begin, &account, "allow").await;
    sqlx::query("update oauth_states set expires_at = now() - interval '1 second' where used_at is null")
        .execute(&test.app.db)
        .await
        .expect("time passes");
    assert_eq!(problem(&page(&who.client, &back).await), "state_expired");

    let back = consent(&test, &who.client, begin, &account, "cancel").await;
    assert_eq!(problem(&page(&who.client, &back).await), "denied");
    let program = who.client.get(&back).await;
    assert_eq!((program.status, program.json()["error"]["kind"].as_str()), (409, Some("conflict")), "for a program");
}

#[tokio::test]
async fn a_refusal_shows_the_platforms_words_to_this_session_only() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::X).await;
    let account = first_account(&test, Platform::X);
    let back = consent(&test, &who.client, "/api/social/connect/x", &account, "allow").await;
    let spoiled = back.replace("code=", "code=spoiled");
    let goal = location(&page(&who.client, &spoiled).await);
    assert!(goal.starts_with("/connections?problem=platform_refused&platform=x&about="), "{goal}");
    let about = goal.rsplit('=').next().expect("an id").to_owned();
    let load = |client: Client| {
        let about = about.clone();
        async move { client.call("/rpc/lux/features/connections/calls/load_connections", &[("about", &about)]).await }
    };
    let other = person(&test, "bob").await;
    assert!(load(other.client).await.json()["note"].is_null());
    let note = load(who.client).await.json()["note"].clone();
    assert!(note.as_str().is_some_and(|n| n.starts_with("X ")), "{note}");
}

#[tokio::test]
async fn without_keys_nothing_begins() {
    let test = TestApp::start().await;
    let who = person(&test, "ana").await;
    let goal = location(&page(&who.client, "/api/social/connect/x").await);
    assert_eq!(goal, "/connections?problem=keys_missing&platform=x");
    assert_eq!(who.client.get("/api/social/connect/myspace").await.status, 404);
    assert_eq!(test.client().get("/api/social/connect/x").await.status, 401);
    sqlx::query("update members set role = 'editor' where id = $1")
        .bind(who.user)
        .execute(&test.app.db)
        .await
        .expect("a smaller role");
    assert_eq!(who.client.get("/api/social/connect/x").await.status, 403);
    let keys = who.client.call("/rpc/lux/features/secrets/calls/load_integrations", &[]).await;
    assert_eq!((keys.status, keys.json()["kind"].as_str()), (403, Some("forbidden")));
}

#[tokio::test]
async fn many_callers_renew_once() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::X).await;
    let id = connect(&test, &who, Platform::X).await;
    ends_in(&test, id, 2).await;
    // The platform takes its time, so that all of them come while the first is still asking.
    test.sandbox.inject(SandboxFault {
        times: 8,
        ms: Some(400),
        ..SandboxFault::once(Platform::X, Operation::Token, FaultKind::Slow)
    });
    let before = test.sandbox.requests(Platform::X, Operation::Token);
    let calls = (0..8).map(|_| connections::call_context(&test.app, who.company, id));
    let mut tokens = BTreeSet::new();
    for context in futures::future::join_all(calls).await {
        tokens.insert(context.expect("a usable connection").grant.access.expose_secret().to_owned());
    }
    assert_eq!(tokens.len(), 1, "all of them use the same new token");
    assert_eq!(test.sandbox.requests(Platform::X, Operation::Token) - before, 1, "X's refresh tokens count once");
    // Asked for it, it is renewed again: the rotated refresh token was kept.
    connections::refresh_now(&test.app, who.company, id).await.expect("renewed");
    assert_eq!(test.sandbox.requests(Platform::X, Operation::Token) - before, 2);
}

#[tokio::test]
async fn what_only_a_person_can_renew_is_marked_and_revives() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::X).await;
    let id = connect(&test, &who, Platform::X).await;
    test.sandbox.revoke_account(Platform::X, &first_account(&test, Platform::X));
    ends_in(&test, id, 2).await;
    let refused = connections::call_context(&test.app, who.company, id).await.err().expect("revoked there");
    assert!(matches!(refused, Fault::AuthExpired { .. }), "{refused:?}");
    assert_eq!(state_of(&test, id).await, "reconnect");
    let requests = test.sandbox.requests(Platform::X, Operation::Any);
    let again = connections::call_context(&test.app, who.company, id).await.err().expect("still so");
    assert!(matches!(again, Fault::AuthExpired { .. }));
    assert_eq!(test.sandbox.requests(Platform::X, Operation::Any), requests, "X is not asked again");
    assert_eq!(connect(&test, &who, Platform::X).await, id, "the same row revives");
    assert_eq!(state_of(&test, id).await, "active");
    connections::call_context(&test.app, who.company, id).await.expect("usable again");
}

#[tokio::test]
async fn a_platform_without_refresh_tokens_is_used_to_the_end() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::LinkedIn).await;
    let id = connect(&test, &who, Platform::LinkedIn).await;
    connections::refresh_now(&test.app, who.company, id).await.expect("nothing newer, and that is fine");
    assert_eq!(state_of(&test, id).await, "active");
    ends_in(&test, id, -1).await;
    assert!(connections::call_context(&test.app, who.company, id).await.is_err());
    assert_eq!(state_of(&test, id).await, "reconnect");
}

async fn sweep(test: &TestApp) {
    let mut db = test.app.db.acquire().await.expect("a connection");
    let options = JobOptions::at(Utc::now());
    queue::enqueue::<RefreshTokens>(&mut db, &Tick::default(), options).await.expect("the sweep is queued");
    drop(db);
    test.drive(TimeDelta::seconds(1)).await;
}

#[tokio::test]
async fn the_sweep_renews_marks_and_leaves() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::X).await;
    let id = connect(&test, &who, Platform::X).await;
    let token = || async {
        let context = connections::call_context(&test.app, who.company, id).await.expect("a usable connection");
        context.grant.access.expose_secret().to_owned()
    };
    let first = token().await;
    sweep(&test).await;
    let second = token().await;
    assert_ne!(first, second, "X's tokens last two hours: each sweep renews them");

    test.sandbox
        .inject(SandboxFault { times: 9, ..SandboxFault::once(Platform::X, Operation::Token, FaultKind::ServerError) });
    sweep(&test).await;
    assert_eq!(state_of(&test, id).await, "active", "a bad moment of theirs is no reason to ask a person");
    assert_eq!(token().await, second);

    test.sandbox.clear_faults();
    test.sandbox.revoke_account(Platform::X, &first_account(&test, Platform::X));
    sweep(&test).await;
    assert_eq!(state_of(&test, id).await, "reconnect");
}

/// A consent of this person that covers two accounts, as the callback leaves it.
async fn choice_of_two(test: &TestApp, who: &Person) -> ConsentId {
    let id = ConsentId::new();
    let name = format!("choice {id}");
    let sealed =
        test.app.keys.seal(SealContext { company: who.company, kind: "access", name: &name }, &"not-a-token".into());
    sqlx::query(
        "insert into oauth_states (company_id, id, state_sha256, platform, session_id, user_id, kid, sealed_verifier, expires_at)
         select $1, $2, $3, 'linkedin', s.id, s.user_id, 'k', '', now() from sessions s where s.user_id = $4",
    )
    .bind(who.company)
    .bind(id)
    .bind(sha256("some state"))
    .bind(who.user)
    .execute(&test.app.db)
    .await
    .expect("the state");
    let account = |id: &str| {
        serde_json::json!({ "remote_id": id, "handle": id, "display_name": id, "picture_url": null, "profile_url": null,
                            "facts": {} })
    };
    sqlx::query(
        "insert into oauth_choices (company_id, id, kid, sealed_access, accounts, expires_at)
         values ($1, $2, $3, $4, $5, now() + interval '5 minutes')",
    )
    .bind(who.company)
    .bind(id)
    .bind(sealed.kid)
    .bind(sealed.bytes)
    .bind(serde_json::json!([account("page-1"), account("page-2")]))
    .execute(&test.app.db)
    .await
    .expect("the choice");
    id
}

#[tokio::test]
async fn of_several_accounts_one_is_chosen() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::LinkedIn).await;
    let id = choice_of_two(&test, &who).await.to_string();
    let shown = page(&who.client, &format!("/connections/choose/{id}")).await;
    assert!(shown.status == 200 && shown.body.contains("page-1") && shown.body.contains("page-2"), "{shown:?}");
    assert!(!shown.body.contains("not-a-token"));
    let from_a_post = page(&who.client, &format!("/connections/choose/{id}?next=/posts/abc")).await;
    assert!(from_a_post.body.contains(r#"value="/posts/abc""#), "the page to go back to is kept");

    let choose = |client: &Client, account: &str| {
        let request = client.request(Method::POST, "/rpc/lux/features/connections/calls/choose_account");
        let form = [("of", id.as_str()), ("account", account), ("next", "/posts/abc")];
        request.header(header::ACCEPT, "application/json").form(&form)
    };
    let stranger = person(&test, "bob").await;
    assert_eq!(stranger.client.send(choose(&stranger.client, "page-2")).await.status, 404);
    assert_eq!(who.client.send(choose(&who.client, "page-3")).await.status, 422);
    let chosen = who.client.send(choose(&who.client, "page-2")).await;
    assert_eq!((chosen.status, chosen.location.as_deref()), (200, Some("/posts/abc?notice=connected")));
    let accounts = who.client.get("/api/social/accounts").await.json()["accounts"].clone();
    assert_eq!((accounts[0]["handle"].as_str(), accounts.as_array().map(Vec::len)), (Some("page-2"), Some(1)));
    let connection = accounts[0]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let context = connections::call_context(&test.app, who.company, connection).await.expect("a usable connection");
    assert_eq!(context.grant.access.expose_secret(), "not-a-token");
    assert_eq!(who.client.send(choose(&who.client, "page-1")).await.status, 404, "a choice is made once");
}

#[tokio::test]
async fn another_company_sees_and_ends_nothing() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::X).await;
    let id = connect(&test, &who, Platform::X).await;
    let stranger = person(&test, "bob").await;
    assert_eq!(stranger.client.get("/api/social/accounts").await.json()["accounts"].as_array().map(Vec::len), Some(0));
    let end = |client: &Client| {
        let request = client.request(Method::DELETE, &format!("/api/social/accounts/{id}"));
        request.header("sec-fetch-site", "same-origin")
    };
    assert_eq!(stranger.client.send(end(&stranger.client)).await.status, 404);
    let fault = connections::call_context(&test.app, stranger.company, id).await.err().expect("not theirs");
    assert!(matches!(fault, Fault::Disconnected { .. }));

    let ended = who.client.send(end(&who.client)).await;
    assert_eq!((ended.status, ended.json()["revoked_at_platform"].as_bool()), (200, Some(true)), "{ended:?}");
    let row = sqlx::query("select kid, sealed_access, sealed_refresh from connections where id = $1")
        .bind(id)
        .fetch_one(&test.app.db)
        .await
        .expect("the row stays");
    assert_eq!((row.get::<String, _>("kid"), row.get::<Vec<u8>, _>("sealed_access")), (String::new(), vec![]));
    assert!(row.get::<Option<Vec<u8>>, _>("sealed_refresh").is_none());
    assert_eq!(who.client.get("/api/social/accounts").await.json()["accounts"].as_array().map(Vec::len), Some(0));
    let gone = connections::call_context(&test.app, who.company, id).await.err().expect("disconnected");
    assert!(matches!(gone, Fault::Disconnected { .. }));
    // Ending it twice is as good as once; it can come back as the same row.
    assert_eq!(who.client.send(end(&who.client)).await.status, 200);
    assert_eq!(connect(&test, &who, Platform::X).await, id);
}

#[tokio::test]
async fn keys_go_in_and_never_come_out() {
    let test = TestApp::start().await;
    let who = person(&test, "ana").await;
    let save = |fields: Vec<(&'static str, &'static str)>| {
        let client = &who.client;
        async move { client.call("/rpc/lux/features/secrets/calls/save_keys", &fields).await }
    };
    let saved = save(vec![
        ("platform", "x"),
        ("values[client_id]", "client-0001"),
        ("values[client_secret]", "  not-a-real-secret-9f2c "),
        ("values[api_key]", ""),
    ])
    .await;
    assert_eq!((saved.status, saved.json()["state"].as_str()), (200, Some("saved")), "{saved:?}");
    assert!(saved.body.contains("9f2c") && !saved.body.contains("not-a-real"), "{}", saved.body);
    let keys = secrets::app_keys(&test.app, who.company, Platform::X).await.expect("keys");
    assert_eq!(keys.get("client_secret").expect("kept").expose_secret(), "not-a-real-secret-9f2c");
    assert_eq!(keys.0.len(), 2, "an empty field is not kept");

    // An empty field keeps what is there; a wrong one keeps all of them as they were.
    save(vec![("platform", "x"), ("values[client_id]", "client-0002"), ("values[client_secret]", "")]).await;
    let wrong = save(vec![("platform", "smtp"), ("values[host]", "mail.example.test"), ("values[port]", "mail")]).await;
    assert_eq!((wrong.status, wrong.json()["problems"][0]["field"].as_str()), (422, Some("smtp.port")), "{wrong:?}");
    let keys = secrets::app_keys(&test.app, who.company, Platform::X).await.expect("keys");
    assert_eq!(keys.get("client_id").expect("kept").expose_secret(), "client-0002");
    assert_eq!(keys.get("client_secret").expect("kept").expose_secret(), "not-a-real-secret-9f2c");
    assert!(secrets::app_keys(&test.app, who.company, Platform::Smtp).await.expect("keys").0.is_empty());

    // Another company has none of it, and a value moved into its row does not open there.
    let stranger = person(&test, "bob").await;
    assert!(secrets::app_keys(&test.app, stranger.company, Platform::X).await.expect("keys").0.is_empty());
    sqlx::query(
        "insert into secrets (company_id, id, platform, field, kid, sealed, last_four)
         select $1, $2, platform, field, kid, sealed, last_four from secrets where field = 'client_secret'",
    )
    .bind(stranger.company)
    .bind(uuid::Uuid::new_v4())
    .execute(&test.app.db)
    .await
    .expect("moved by hand");
    let moved = secrets::app_keys(&test.app, stranger.company, Platform::X).await.err().expect("does not open");
    assert_eq!(moved.kind, ErrorKind::Bug);

    let removed = [("platform", "x"), ("field", "client_secret")];
    let removed = who.client.call("/rpc/lux/features/secrets/calls/remove_key", &removed).await;
    assert_eq!(removed.json()["summary"].as_str(), Some("Client secret is missing"), "{removed:?}");
}

#[tokio::test]
async fn testing_keys_keeps_the_providers_answer() {
    let test = TestApp::start().await;
    let who = with_keys(&test, "ana", Platform::X).await;
    let ask = || who.client.call("/rpc/lux/features/secrets/calls/test_keys", &[("platform", "x")]);
    let good = ask().await.json();
    assert_eq!((good["test"]["passed"].as_bool(), good["state"].as_str()), (Some(true), Some("ready")), "{good}");
    let tenant = test.app.tenant(who.company);
    let keys = BTreeMap::from([("client_secret".to_owned(), "wrong-secret".to_owned())]);
    secrets::save(&test.app, &tenant, Some(who.user), Platform::X, keys).await.expect("kept");
    let bad = ask().await.json();
    assert_eq!(bad["test"]["passed"].as_bool(), Some(false), "{bad}");
    assert_eq!(bad["state"].as_str(), Some("needs_attention"));
    let none = who.client.call("/rpc/lux/features/secrets/calls/test_keys", &[("platform", "moz")]).await;
    assert_eq!(none.status, 404, "no connector, no test");
}
