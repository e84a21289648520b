//! Who is let in where: strangers, other sites, guessers.

use super::{EMAIL, sign_up};
use crate::support::{PASSWORD, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn strangers_get_401_from_programs_addresses_and_the_sign_in_page_from_pages() {
    let t = TestApp::start().await;
    let stranger = t.client();
    for path in [
        "/api/social/accounts",
        "/api/social/connect/x",
        "/api/jobs/user",
        "/api/jobs/status/1",
        "/api/jobs/stats",
        "/api/jobs/scheduler/status",
    ] {
        assert_eq!(stranger.get(path).await.status, 401, "{path}");
    }
    assert_eq!(stranger.json("/api/v1/media", &json!({})).await.status, 401);
    let open = [
        "identity/accounts/calls/sign_in",
        "identity/accounts/calls/sign_out",
        "identity/accounts/calls/sign_up",
        "identity/accounts/reset/calls/use_reset",
        "identity/accounts/reset/calls/view_reset",
        "identity/companies/calls/invitation",
        "identity/companies/calls/zone_names",
    ];
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        let name = path.trim_start_matches("/rpc/lux/features/");
        assert_eq!(method, Method::POST, "{path}");
        if open.contains(&name) {
            continue;
        }
        let id = uuid::Uuid::nil().to_string();
        let some = arguments(name, &id);
        let answer = match some {
            Value::Null => stranger.call(path, &every_field(&id)).await,
            body => stranger.call_json(path, &body).await,
        };
        assert_eq!(answer.status, 401, "{path}: {}", answer.body);
    }
    for path in ["/studio", "/calendar?span=week", "/posts", "/connections", "/settings/integrations", "/nowhere"] {
        let answer = stranger.page(path).await;
        let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        assert!((300..400).contains(&answer.status), "{path}: {}", answer.status);
        assert_eq!(answer.location, Some(format!("/login?next={next}")), "{path}");
    }
    assert_eq!(stranger.page("/").await.location.as_deref(), Some("/login"));
    for path in ["/login", "/signup", "/forgot", "/healthz"] {
        assert_eq!(stranger.page(path).await.status, 200, "{path}");
    }
}

/// The calls that take JSON; all others take forms.
fn arguments(name: &str, id: &str) -> Value {
    match name {
        "posts/calls/save_post" => json!({ "post": { "text": "", "plan": { "kind": "draft" } }, "key": id }),
        "posts/calls/guard_post" => json!({ "post": { "text": "", "plan": { "kind": "draft" } } }),
        "calendar/calls/view_calendar" => {
            json!({ "query": { "span": "month", "day": null, "platform": null, "attention": false } })
        }
        _ => Value::Null,
    }
}

/// Whatever a form of ours may ask for.
fn every_field(id: &str) -> Vec<(&'static str, &str)> {
    let ids = ["id", "post", "delivery", "asset", "member", "company", "of"].map(|name| (name, id));
    let words = [
        "name", "email", "password", "zone", "language", "role", "note", "token", "url", "alt", "platform", "field",
        "account",
    ];
    let more = ["old_password", "new_password", "local", "schedule", "text", "source"];
    let list = [("query[filter]", "all"), ("query[search]", ""), ("query[page]", "1")];
    let ids = ids.into_iter().chain(list);
    ids.chain(words.into_iter().chain(more).map(|name| (name, "x"))).collect()
}

#[tokio::test]
async fn after_signing_in_one_returns_to_the_page_and_never_to_another_site() {
    let t = TestApp::start().await;
    sign_up(&t, EMAIL, "Engines").await;
    for (next, lands) in
        [("/calendar?span=week", "/calendar?span=week"), ("https://evil.example", "/"), ("//evil.example", "/")]
    {
        let client = t.client();
        let path = "/rpc/lux/features/identity/accounts/calls/sign_in";
        let form = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        let request = client.request(Method::POST, path).header("accept", "text/html").form(&form);
        let answer = client.send(request).await;
        assert_eq!((answer.status, answer.location.as_deref()), (302, Some(lands)));
        assert_eq!(client.page("/login").await.location.as_deref(), Some("/"), "already inside");
    }
}

#[tokio::test]
async fn requests_that_another_site_began_change_nothing() {
    let t = TestApp::start().await;
    let client = sign_up(&t, EMAIL, "Engines").await;
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for path in ["/rpc/lux/features/identity/accounts/calls/end_other_sessions", "/studio/save", "/api/v1/media"] {
            let answer = client.send(client.request(Method::POST, path).header(header, value)).await;
            assert_eq!(answer.status, 403, "{header}: {value} at {path}");
        }
        let request = client.request(Method::DELETE, "/api/social/accounts/1").header(header, value);
        assert_eq!(client.send(request).await.status, 403, "{header}: {value}");
        // Following a link from there is fine.
        let page = client.send(client.request(Method::GET, "/settings/security").header(header, value)).await;
        assert_eq!(page.status, 200);
    }
    let path = "/rpc/lux/features/identity/accounts/calls/end_other_sessions";
    let own =
        client.request(Method::POST, path).header("sec-fetch-site", "same-origin").header("accept", "application/json");
    assert_eq!(client.send(own).await.status, 200);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let t = TestApp::with(&[("LUX_THROTTLE_FACTOR", "1")]).await;
    sign_up(&t, EMAIL, "Engines").await;
    let client = t.client();
    for _ in 0..10 {
        let answer = client.call("identity/accounts/sign_in", &[("email", EMAIL), ("password", "a-guess")]).await;
        assert_eq!(answer.status, 401);
    }
    // The right password is no exception, or it would tell.
    let answer = client.call("identity/accounts/sign_in", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!((answer.status, client.cookie()), (429, None));
    let wait = answer.json()["retry_after_s"].as_u64().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_the_callers_fault() {
    let t = TestApp::start().await;
    let client = sign_up(&t, EMAIL, "Engines").await;
    for (call, fields) in
        [("posts/get_post", vec![("id", "no-id")]), ("posts/get_post", vec![]), ("identity/accounts/sign_in", vec![])]
    {
        let answer = client.call(call, &fields).await;
        assert_eq!((answer.status, answer.json()["kind"].as_str()), (422, Some("invalid")), "{call} {fields:?}");
    }
    assert_eq!(client.call_json("posts/save_post", &json!({ "post": 7 })).await.status, 422);
}
