//! Facebook Pages over real HTTP: choosing one, the tokens of a connection, taking a consent back with the last Page, and a
//! video from the upload to the Page.

use crate::support::Content as _;
use crate::support::{Client, Firm, TestApp};
use chrono::TimeDelta;
use lux::domain::delivery::DeliveryState;
use lux::domain::ids::{AssetId, ConnectionId};
use lux::domain::platform::Platform::Facebook;
use lux::domain::post::{Parts, Target};
use lux::features::connections::server::service as connections;
use lux::sandbox::{Fault, FaultKind, Operation};
use reqwest::{Method, header};
use secrecy::ExposeSecret;
use serde_json::json;
use std::time::Duration;

const PAGE: &str = "61550000000001";
const LAB: &str = "61550000000002";
/// The person who manages both.
const MAYA: &str = "10220000000000001";
const CLIP: &[u8] = include_bytes!("files/clip.mp4");

async fn page(client: &Client, address: &str) -> String {
    let answer = client.send(client.request(Method::GET, address).header(header::ACCEPT, "text/html")).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.location.expect("a redirect names its goal")
}

/// Signs in at the stand-in with everything allowed; where the browser ends up.
async fn consent(t: &TestApp, client: &Client, account: &str) -> String {
    let platform = page(client, "/api/social/connect/facebook").await;
    let url = url::Url::parse(&platform).expect("an address");
    let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let scopes = form.iter().find(|(name, _)| name == "scope").expect("scopes").1.clone();
    form.extend(scopes.split(',').map(|scope| ("grant".to_owned(), scope.to_owned())));
    form.extend([("account".into(), account.into()), ("decision".into(), "allow".into())]);
    let fields: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let back = t.client().form(&platform, &fields).await.location.expect("back to us");
    page(client, &back).await
}

fn connected(goal: &str) -> ConnectionId {
    let id = goal.rsplit_once("connected=").unwrap_or_else(|| panic!("{goal}")).1;
    id.parse().expect("a connection's id")
}

async fn start() -> (TestApp, Firm, Client) {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    firm.keys(Facebook).await;
    let client = t.signed_in(&firm.email).await;
    (t, firm, client)
}

#[tokio::test]
async fn a_page_is_chosen_and_used_with_a_token_of_its_own() {
    let (t, firm, client) = start().await;
    let goal = consent(&t, &client, MAYA).await;
    let choice = goal.strip_prefix("/connections/choose/").unwrap_or_else(|| panic!("{goal}")).to_owned();
    let shown = client.get(&goal).await;
    assert!(shown.body.contains("Northwind Roasters (demo)") && shown.body.contains("Northwind Lab (demo)"));
    assert!(!shown.body.contains("Maya Castro (demo)"), "the person is no Page");
    let answer = client.call("connections/choose_account", &[("of", choice.as_str()), ("account", LAB)]).await;
    let id = connected(&answer.location.unwrap_or_else(|| panic!("{}", answer.body)));

    let context = connections::call_context(&t.app, firm.who.company, id).await.expect("usable");
    assert_eq!((context.remote_id.as_str(), context.handle.as_str()), (LAB, "northwind.lab.demo"));
    let grant = &context.grant;
    assert!(grant.access_expires_at.is_none() && grant.refresh_expires_at.is_some());
    assert_ne!(grant.refresh.as_ref().map(|t| t.expose_secret()), Some(grant.access.expose_secret()));
    let of_page = t.at_stand_in(Facebook, "https://graph.facebook.com/v25.0/me?fields=id");
    let asked = reqwest::Client::new().get(of_page).bearer_auth(grant.access.expose_secret()).send().await;
    let said = asked.expect("an answer").text().await.expect("a text");
    assert!(said.contains(LAB), "the Page's own token: {said}");
    // The person's token ends, and with it the renewing; that is said.
    let listed = client.get("/api/social/accounts").await.json();
    assert!(listed["accounts"][0]["expires"].is_object(), "{listed}");
    // A Page's token that Facebook takes no more is had again with the person's.
    let before = grant.access.expose_secret().to_owned();
    t.sandbox.inject(Fault::once(Facebook, Operation::Read, FaultKind::ExpiredToken));
    let expired = t.at_stand_in(Facebook, "https://graph.facebook.com/v25.0/me?fields=id");
    reqwest::Client::new().get(expired).bearer_auth(&before).send().await.expect("an answer");
    connections::refresh_refused(&t.app, firm.who.company, id).await.expect("renewed");
    let context = connections::call_context(&t.app, firm.who.company, id).await.expect("usable");
    assert_ne!(context.grant.access.expose_secret(), before);
}

#[tokio::test]
async fn a_consent_is_taken_back_with_the_last_page_that_has_it() {
    let (t, firm, client) = start().await;
    let (one, other) = (connected(&consent(&t, &client, PAGE).await), connected(&consent(&t, &client, LAB).await));
    assert_ne!(one, other);
    let gone = client.call("connections/disconnect_account", &[("id", &one.to_string())]).await;
    assert_eq!(gone.location.as_deref(), Some("/connections?disconnected=facebook&revoked=shared"));
    let shown = client.get("/connections?disconnected=facebook&revoked=shared").await;
    assert!(shown.body.contains("as other accounts that you connected still use it"), "{}", shown.body);
    // The other one goes on.
    let context = connections::call_context(&t.app, firm.who.company, other).await.expect("usable");
    let me = t.at_stand_in(Facebook, "https://graph.facebook.com/v25.0/me?fields=id");
    let status = async || {
        let asked = reqwest::Client::new().get(&me).bearer_auth(context.grant.access.expose_secret()).send().await;
        asked.expect("an answer").status().as_u16()
    };
    assert_eq!(status().await, 200);
    let gone = client.call("connections/disconnect_account", &[("id", &other.to_string())]).await;
    assert_eq!(gone.location.as_deref(), Some("/connections?disconnected=facebook&revoked=yes"));
    assert_eq!(status().await, 400, "its tokens are worth nothing");
}

/// The clip, uploaded as people do it.
async fn clip(t: &TestApp, client: &Client) -> AssetId {
    upload(t, client, CLIP).await
}

async fn upload(t: &TestApp, client: &Client, file: &'static [u8]) -> AssetId {
    let body = json!({ "file_name": "roast.mp4", "bytes": file.len() });
    let begun = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
    let path = format!("/api/v1/media/uploads/{}", begun["id"].as_str().expect("an id"));
    let sent = client.send(client.request(Method::PUT, &format!("{path}/parts/0")).body(file.to_vec())).await;
    assert_eq!(sent.status, 204, "{}", sent.body);
    client.send(client.request(Method::POST, &format!("{path}/finish"))).await;
    t.drive(TimeDelta::seconds(5)).await;
    let done = client.get(&path).await.json();
    let asset = done["asset"].as_str().unwrap_or_else(|| panic!("{done}"));
    asset.parse().expect("an asset's id")
}

#[tokio::test]
async fn a_video_is_published_once_though_every_answer_is_lost() {
    let (t, mut firm, client) = start().await;
    firm.connect(&t.sandbox, Facebook).await;
    let asset = clip(&t, &client).await;
    let lost = |operation| Fault { ms: Some(0), ..Fault::once(Facebook, operation, FaultKind::TimeoutAfterAccept) };
    // Of announcing it, of a part, of the last call, and of its first comment.
    t.sandbox.inject(Fault { times: 2, ..lost(Operation::Prepare) });
    t.sandbox.inject(Fault { times: 2, ..lost(Operation::Commit) });
    let post = firm.post("The roaster at work", &[Facebook]).showing(vec![asset]);
    let comment = Parts { comment: Some("Ask us anything".into()), ..Parts::default() };
    let id = firm.publish(post.followed_by(comment)).await;
    let mut before = 0;
    for seconds in [0, 5, 15, 30, 60, 120, 180, 300, 600] {
        // Facebook's clock goes with ours: a comment that seems older than its sending is not taken for ours.
        t.sandbox.advance(Duration::from_secs(seconds - before));
        before = seconds;
        t.drive_to(seconds as i64).await;
    }
    let delivery = firm.delivery(id, Facebook).await;
    assert_eq!(delivery.state, DeliveryState::Live, "{:?}", delivery.fault);
    let posts = t.sandbox.posts(Facebook);
    assert_eq!((posts.len(), posts[0].text.as_str(), posts[0].pictures[0].video), (1, "The roaster at work", true));
    assert_eq!(
        t.sandbox.requests(Facebook, Operation::Commit),
        2,
        "the last call and the comment's are made once each"
    );
    assert!(delivery.remote_url.is_some_and(|url| url.contains("/videos/")), "where people see it");
    let comments = t.sandbox.comments(Facebook);
    let [comment] = comments.as_slice() else { panic!("{comments:?}") };
    assert_eq!((comment.post.as_str(), comment.text.as_str()), (posts[0].id.as_str(), "Ask us anything"));
    let all = firm.detail(id).await.deliveries;
    assert!(all.len() == 2 && all.iter().all(|d| d.state == DeliveryState::Live), "{all:?}");
}

#[tokio::test]
async fn a_reel_that_is_too_small_is_refused_before_anything_is_sent() {
    let (t, mut firm, client) = start().await;
    firm.connect(&t.sandbox, Facebook).await;
    let asset = clip(&t, &client).await;
    let mut post = firm.post("Look", &[Facebook]).showing(vec![asset]);
    post.targets = vec![Target { format: lux::domain::post::Format::Reel, ..Target::to(firm.account(Facebook)) }];
    let saved = firm.save(post).await;
    assert!(saved.blocked(), "it is upright, with too few pixels");
    assert!(format!("{:?}", saved.problems).contains("540 at least"), "{:?}", saved.problems);
    assert_eq!(t.sandbox.requests(Facebook, Operation::Prepare), 0);
}

/// Five seconds of video that say of themselves to have 540 × 960 pixels.
fn upright() -> &'static [u8] {
    let mut file = include_bytes!("files/five_seconds.mp4").to_vec();
    let at = |from: usize, name: &[u8]| from + file[from..].windows(4).position(|w| w == name).expect("a box") + 4;
    let (header, sample) = (at(0, b"tkhd"), at(at(0, b"stsd"), b"avc1"));
    for (n, side) in [540_u16, 960].into_iter().enumerate() {
        file[header + 76 + 4 * n..][..2].copy_from_slice(&side.to_be_bytes());
        file[sample + 24 + 2 * n..][..2].copy_from_slice(&side.to_be_bytes());
    }
    file.leak()
}

#[tokio::test]
async fn a_reel_is_published_once_though_answers_are_lost() {
    let (t, mut firm, client) = start().await;
    firm.connect(&t.sandbox, Facebook).await;
    let asset = upload(&t, &client, upright()).await;
    let lost = |operation| Fault { ms: Some(0), ..Fault::once(Facebook, operation, FaultKind::TimeoutAfterAccept) };
    t.sandbox.inject(Fault { times: 2, ..lost(Operation::Prepare) });
    t.sandbox.inject(lost(Operation::Commit));
    let mut post = firm.post("Look", &[Facebook]).showing(vec![asset]);
    post.targets = vec![Target { format: lux::domain::post::Format::Reel, ..Target::to(firm.account(Facebook)) }];
    let id = firm.publish(post).await;
    for seconds in [0, 5, 15, 30, 60, 120, 180, 300, 600] {
        t.drive_to(seconds).await;
    }
    let delivery = firm.delivery(id, Facebook).await;
    assert_eq!(delivery.state, DeliveryState::Live, "{:?}", delivery.fault);
    let posts = t.sandbox.posts(Facebook);
    assert_eq!((posts.len(), posts[0].text.as_str(), &posts[0].facts["reel"]), (1, "Look", &json!(true)));
    assert!(delivery.remote_url.is_some_and(|url| url.contains("/reel/")));
}
