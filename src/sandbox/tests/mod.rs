//! The stand-ins over real HTTP, as the connectors meet them. Their answers are held against the official descriptions (`answers`).

mod answers;
#[allow(
    clippy::duplicate_mod,
    reason = "the sandbox shares no code with the connectors, but both are held against this"
)]
#[path = "../../tests/support/described.rs"]
mod described;
mod facebook;
mod faults;
mod instagram;
mod linkedin;
mod linkedin_files;
mod parts;
mod pinterest;
mod reddit;
mod registry;
mod snapshot;
mod switches;
mod tiktok;
mod x;
mod youtube;

use super::*;
use crate::domain::platform::Platform;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::header::{HeaderMap, LOCATION};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Cursor;

const REDIRECT: &str = "http://127.0.0.1:3000/connections/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";
const CLIENT: &str = "demo-client";
const SECRET: &str = "demo-secret";

/// A status, headers and a JSON body (null if it is none).
struct Got {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

struct Stand {
    running: Running,
    http: reqwest::Client,
}

impl Stand {
    async fn start() -> Self {
        Self::with(Options { processing: Duration::ZERO, ..Options::default() }).await
    }

    async fn with(options: Options) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let running = start("127.0.0.1:0".parse().unwrap(), options).await.unwrap();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            // Reddit serves no others.
            .user_agent("web:demo-client:v1 LUX-Marketing (by /u/northwind_demo)")
            .build()
            .unwrap();
        Self { running, http }
    }

    fn sandbox(&self) -> &Sandbox {
        &self.running.sandbox
    }

    /// A platform's address, as `Outbound::resolve` would send it here.
    fn at(&self, network: Platform, address: &str) -> String {
        let rest = address.strip_prefix("https://").unwrap();
        format!("http://{}/{}/{rest}", self.running.addr, network.id())
    }

    fn own(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr)
    }

    /// The answer, which is as the platform's description says.
    async fn send(&self, request: reqwest::RequestBuilder) -> Got {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, url) = (request.method().clone(), request.url().clone());
        let response = client.execute(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null);
        let got = Got { status, headers, body };
        answers::held(&method, &url, &got);
        got
    }

    async fn form(&self, network: Platform, address: &str, fields: &[(&str, &str)]) -> Got {
        self.send(self.http.post(self.at(network, address)).form(fields)).await
    }

    /// Goes through the consent page like a person who allows everything; the parameters of the way back.
    async fn consent(&self, network: Platform, address: &str, params: &[(&str, &str)], account: &str) -> Back {
        let page = self.http.get(self.at(network, address)).query(params).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let html = page.text().await.unwrap();
        assert!(html.contains(&format!("The sandbox plays {}.", network.name())), "{html}");
        assert!(!html.contains("<script"));
        let mut form = params.to_vec();
        form.extend([("account", account), ("decision", "allow")]);
        for scope in ["instagram_business_content_publish", "instagram_business_manage_insights"] {
            form.push(("grant", scope));
        }
        self.decide(network, address, &form).await
    }

    async fn decide(&self, network: Platform, address: &str, form: &[(&str, &str)]) -> Back {
        let response = self.http.post(self.at(network, address)).form(form).send().await.unwrap();
        Back::of(&response)
    }
}

/// Where the browser is sent after the consent page.
struct Back {
    url: String,
    query: BTreeMap<String, String>,
}

impl Back {
    fn of(response: &reqwest::Response) -> Self {
        assert_eq!(response.status(), 303);
        let url = response.headers()[LOCATION].to_str().unwrap().to_owned();
        let query = url::Url::parse(&url).unwrap().query_pairs().into_owned().collect();
        Self { url, query }
    }

    fn code(&self) -> &str {
        &self.query["code"]
    }
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn picture(width: u32, height: u32, shade: u8, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    RgbImage::from_pixel(width, height, Rgb([shade, 90, 160])).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    picture(width, height, 20, ImageFormat::Jpeg)
}

#[tokio::test]
async fn consent_says_no_as_the_platforms_do() {
    let stand = Stand::start().await;
    let authorize = "https://x.com/i/oauth2/authorize";
    let challenge = challenge();
    let good = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "tweet.read users.read"),
        ("state", "s1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let without = |name: &str| good.iter().copied().filter(|(n, _)| *n != name).collect::<Vec<_>>();
    for missing in ["client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"] {
        let request = stand.http.get(stand.at(Platform::X, authorize)).query(&without(missing));
        assert_eq!(request.send().await.unwrap().status(), 400, "{missing}");
    }
    for (name, value) in [
        ("client_id", "wrong-client"),
        ("redirect_uri", "javascript:alert(1)"),
        ("scope", "tweet.read everything"),
        ("code_challenge_method", "S512"),
    ] {
        let mut params = without(name);
        params.push((name, value));
        let request = stand.http.get(stand.at(Platform::X, authorize)).query(&params);
        assert_eq!(request.send().await.unwrap().status(), 400, "{name}={value}");
    }
    let mut form = good.to_vec();
    form.push(("decision", "cancel"));
    let back = stand.decide(Platform::X, authorize, &form).await;
    assert_eq!((back.query["error"].as_str(), back.query["state"].as_str()), ("access_denied", "s1"));

    // LinkedIn sends the browser back when a scope is not for this app.
    let authorize = "https://www.linkedin.com/oauth/v2/authorization";
    let params = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "openid r_member_social"),
        ("state", "s2"),
    ];
    let response = stand.http.get(stand.at(Platform::LinkedIn, authorize)).query(&params).send().await.unwrap();
    assert_eq!(Back::of(&response).query["error"], "unauthorized_scope_error");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn hostile_parameters_stay_text() {
    let stand = Stand::start().await;
    let evil = "\"><img src=x onerror=alert(1)>";
    let challenge = challenge();
    let params = [
        ("response_type", "code"),
        ("client_id", evil),
        ("redirect_uri", "http://127.0.0.1/\"><b>"),
        ("scope", "tweet.read"),
        ("state", evil),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let page = stand.http.get(stand.at(Platform::X, "https://x.com/i/oauth2/authorize")).query(&params);
    let html = page.send().await.unwrap().text().await.unwrap();
    assert!(!html.contains("<img") && !html.contains("<b>"), "{html}");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn pages_show_what_was_published() {
    let stand = Stand::start().await;
    let at = "2026-11-02T09:00:00Z".parse().unwrap();
    let images = ["http://127.0.0.1:3000/media/cup.jpg".to_owned()];
    let sandbox = stand.sandbox();
    let post = sandbox.insert_post(Platform::X, "@northwind_demo", "Fresh <beans> today", at, &images).await.unwrap();
    assert_eq!(post.url, format!("https://x.com/northwind_demo/status/{}", post.id));
    let nobody = sandbox.insert_post(Platform::X, "nobody", "x", at, &[]).await;
    assert!(nobody.is_none());
    let ig = sandbox.insert_post(Platform::Instagram, "northwind.demo", "A cup", at, &images).await.unwrap();
    let li = sandbox.insert_post(Platform::LinkedIn, "nwDemo0001", "A thought", at, &[]).await.unwrap();
    for path in ["/", "/x", "/x/avatars/1700000000000000001.png"] {
        assert_eq!(stand.http.get(stand.own(path)).send().await.unwrap().status(), 200, "{path}");
    }
    for (network, post) in [(Platform::X, &post), (Platform::Instagram, &ig), (Platform::LinkedIn, &li)] {
        // The permalink, resolved like every other address of the platform, opens the post here.
        let there = stand.http.get(stand.at(network, &post.url)).send().await.unwrap();
        assert_eq!(there.status(), 307);
        let page = stand.own(there.headers()[LOCATION].to_str().unwrap());
        let page = stand.http.get(page).send().await.unwrap();
        assert_eq!(page.status(), 200, "{network:?}");
    }
    let page = stand.http.get(stand.own(&format!("/x/posts/{}", post.id))).send().await.unwrap();
    let html = page.text().await.unwrap();
    assert!(html.contains("Fresh &lt;beans&gt; today") && html.contains("cup.jpg"), "{html}");
    for path in ["/x/posts/1", "/nothing", "/pictures/..%2f..%2fetc%2fpasswd", "/pictures/zz", "/x/api.x.com/3/what"] {
        assert_eq!(stand.http.get(stand.own(path)).send().await.unwrap().status(), 404, "{path}");
    }
    stand.running.shutdown().await;
}

#[tokio::test]
async fn control_speaks_json_and_turns_foreign_pages_away() {
    let stand = Stand::start().await;
    let post = |path: &str| stand.http.post(stand.own(path));
    let fault = json!({ "platform": "linkedin", "operation": "commit", "kind": "slow", "ms": 5, "times": 2 });
    let added = stand.send(post("/_control/faults").json(&fault)).await;
    assert_eq!(added.body["faults"][0]["kind"], "slow");
    assert_eq!(stand.send(post("/_control/faults").body("{}")).await.status, 422);
    assert_eq!(
        stand.send(post("/_control/faults").json(&fault).header("origin", "http://evil.test")).await.status,
        403
    );
    let state = stand.send(stand.http.get(stand.own("/_control/state"))).await;
    assert_eq!(state.body["faults"][0]["times"], 2);
    assert_eq!(state.body["platforms"]["x"]["published"], 0);
    let grant = stand.sandbox().issue_grant(Platform::X, "northwind_demo", CLIENT).await.unwrap();
    let me = || {
        let address = stand.at(Platform::X, "https://api.x.com/2/users/me");
        stand.send(stand.http.get(address).bearer_auth(&grant.access))
    };
    assert_eq!(me().await.status, 200);
    let expired = stand.send(post("/_control/accounts/x/northwind_demo/expire")).await;
    assert_eq!(expired.body["tokens"], 1);
    assert_eq!(me().await.status, 401);
    let revoked = stand.send(post("/_control/accounts/x/1700000000000000001/revoke")).await;
    assert_eq!(revoked.body["tokens"], 2);
    assert_eq!(stand.send(post("/_control/accounts/x/nobody/revoke")).await.status, 404);
    let clock = stand.send(post("/_control/clock").json(&json!({ "advance_seconds": 3600 }))).await;
    assert_eq!(clock.status, 200);
    assert!(stand.sandbox().now() > chrono::Utc::now() + chrono::TimeDelta::minutes(50));
    assert_eq!(stand.send(post("/_control/reset")).await.status, 200);
    let state = stand.send(stand.http.get(stand.own("/_control/state"))).await;
    assert_eq!(state.body["faults"], json!([]));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn tokens_and_posts_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        snapshot: Some(folder.path().join("deep/sandbox.json")),
        processing: Duration::ZERO,
        ..Options::default()
    };
    let stand = Stand::with(options.clone()).await;
    let grant = stand.sandbox().issue_grant(Platform::X, "northwind_demo", CLIENT).await.unwrap();
    let media = x::upload(&stand, &grant.access, jpeg(40, 40)).await;
    let made =
        x::tweet(&stand, &grant.access, &json!({ "text": "Still here", "media": { "media_ids": [media] } })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    // Like a kill: nobody asked the first one to save, and yet the post is on disk.
    let second = Stand::with(options.clone()).await;
    let posts = second.sandbox().posts(Platform::X);
    assert_eq!(posts[0].text, "Still here");
    let key = posts[0].pictures[0].key.clone().unwrap();
    let shown = second.http.get(second.own(&format!("/pictures/{key}"))).send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "image/jpeg");
    let again = x::tweet(&second, &grant.access, &json!({ "text": "Still here" })).await;
    assert_eq!(again.status, 403);
    stand.running.shutdown().await;
    second.running.shutdown().await;

    // A file that cannot be read is set aside.
    let file = options.snapshot.clone().unwrap();
    std::fs::write(&file, "{ not json").unwrap();
    let third = Stand::with(options).await;
    assert!(third.sandbox().posts(Platform::X).is_empty());
    assert!(file.with_extension("unreadable.json").exists());
    third.running.shutdown().await;
}
