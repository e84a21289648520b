//! Videos and pictures from the composer to TikTok, as a company uses it.

use crate::support::{Client, Content as _, Firm, TestApp};
use chrono::TimeDelta;
use lux::domain::delivery::DeliveryState;
use lux::domain::ids::AssetId;
use lux::domain::options::OptionValue;
use lux::domain::platform::Platform::TikTok;
use lux::domain::post::SavePost;
use lux::sandbox::{Fault, FaultKind, Operation};
use reqwest::Method;
use serde_json::json;

/// Bytes: three parts for TikTok, two for our own upload.
const SIZE: usize = 16_000_000;
/// What the server takes a large file in.
const PART: usize = 8 << 20;

async fn start() -> (TestApp, Firm, Client) {
    let t = TestApp::start().await;
    let mut firm = t.firm("Northwind").await;
    firm.connect(&t.sandbox, TikTok).await;
    let client = t.signed_in(&firm.email).await;
    (t, firm, client)
}

/// The clip, with larger sides in its index, and so much filling behind it that it has several parts.
fn film(size: usize) -> Vec<u8> {
    let mut film = include_bytes!("files/clip.mp4").to_vec();
    for (old, new) in [
        ([1, 64, 0, 0, 2, 56, 0, 0], [2, 128, 0, 0, 4, 112, 0, 0]),
        ([1, 64, 2, 56, 0, 72, 0, 0], [2, 128, 4, 112, 0, 72, 0, 0]),
    ] {
        let at = film.windows(8).position(|bytes| bytes == old).expect("the sides");
        film[at..at + 8].copy_from_slice(&new);
    }
    let filling = size - film.len();
    film.extend((filling as u32).to_be_bytes());
    film.extend(b"free");
    film.resize(size, 7);
    film
}

async fn upload(t: &TestApp, client: &Client, bytes: &[u8]) -> AssetId {
    let body = json!({ "file_name": "roast.mp4", "bytes": bytes.len() });
    let begun = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
    let path = format!("/api/v1/media/uploads/{}", begun["id"].as_str().expect("an id"));
    for (n, part) in bytes.chunks(PART).enumerate() {
        let sent = client.send(client.request(Method::PUT, &format!("{path}/parts/{n}")).body(part.to_vec())).await;
        assert_eq!(sent.status, 204, "{}", sent.body);
    }
    client.send(client.request(Method::POST, &format!("{path}/finish"))).await;
    t.drive(TimeDelta::seconds(5)).await;
    let done = client.get(&path).await.json();
    done["asset"].as_str().unwrap_or_else(|| panic!("{done}")).parse().expect("an asset's id")
}

fn with(mut post: SavePost, id: &str, value: OptionValue) -> SavePost {
    post.targets[0].options.set(id, value);
    post
}

fn yes(post: SavePost, ids: &[&str]) -> SavePost {
    ids.iter().fold(post, |post, id| with(post, id, OptionValue::YesNo(true)))
}

/// Two answers are lost: of the announcement, and of the last part, which publishes. One post comes of it, with every byte,
/// and its last part travelled once.
#[tokio::test]
async fn a_video_is_published_once_though_answers_are_lost() {
    let (t, firm, client) = start().await;
    let bytes = film(SIZE);
    let asset = upload(&t, &client, &bytes).await;
    let lost = |operation| Fault { ms: Some(0), ..Fault::once(TikTok, operation, FaultKind::TimeoutAfterAccept) };
    t.sandbox.inject(lost(Operation::Prepare));
    t.sandbox.inject(lost(Operation::Commit));
    let post =
        yes(firm.post("The roaster at work #coffee", &[TikTok]).showing(vec![asset]), &["comments", "your_brand"]);
    let id = firm.publish(post).await;
    for seconds in [0, 5, 15, 30, 60, 120, 180, 300, 600] {
        t.drive_to(seconds).await;
    }
    let delivery = firm.delivery(id, TikTok).await;
    assert_eq!(delivery.state, DeliveryState::Live, "{:?}", delivery.fault);
    let posts = t.sandbox.posts(TikTok);
    let [made] = posts.as_slice() else { panic!("{posts:?}") };
    assert_eq!((made.text.as_str(), made.pictures[0].video), ("The roaster at work #coffee", true));
    let facts = &made.facts;
    assert_eq!((&facts["privacy_level"], &facts["disable_comment"]), (&json!("PUBLIC_TO_EVERYONE"), &json!(false)));
    assert_eq!((&facts["disable_duet"], &facts["brand_organic_toggle"]), (&json!(true), &json!(true)));
    let there = t.sent_file(made.pictures[0].key.as_deref().expect("kept")).await;
    // As it is kept: without the place, which the film names.
    let key = "select storage_key from assets where id = $1";
    let key: String = sqlx::query_scalar(key).bind(asset).fetch_one(&t.app.db).await.expect("a key");
    let kept = t.app.folder.get(&key).await.expect("the file");
    assert!(kept.len() == bytes.len() && there == kept, "every byte, in its place");
    assert_eq!(t.sandbox.requests(TikTok, Operation::Commit), 1, "the last part is sent once");
    assert_eq!(delivery.remote_url, Some(t.at_stand_in(TikTok, &made.url)));
}

/// Of pictures whose answer was lost the post is found; a last part that did not arrive is sent again.
#[tokio::test]
async fn what_was_lost_is_found_and_what_did_not_arrive_is_sent_again() {
    let (t, firm, client) = start().await;
    let picture = firm.jpeg(400).await;
    t.sandbox.inject(Fault::once(TikTok, Operation::Commit, FaultKind::ServerErrorAfterAccept));
    let pictures = firm.publish(firm.post("Fresh beans", &[TikTok]).showing(vec![picture])).await;
    t.drive_to(0).await;
    let asset = upload(&t, &client, &film(6_000_000)).await;
    t.sandbox.inject(Fault::once(TikTok, Operation::Commit, FaultKind::DropBeforeAccept));
    let video = firm.publish(firm.post("Once more", &[TikTok]).showing(vec![asset])).await;
    for seconds in [10, 30, 150, 200, 300, 600] {
        t.drive_to(seconds).await;
    }
    for id in [pictures, video] {
        assert_eq!(firm.state(id, TikTok).await, DeliveryState::Live, "{:?}", firm.delivery(id, TikTok).await.fault);
    }
    assert_eq!((t.sandbox.posts(TikTok).len(), t.sandbox.requests(TikTok, Operation::Commit)), (2, 3));
}

#[tokio::test]
async fn what_tiktok_does_not_take_is_said_while_composing_or_before_anything_is_sent() {
    let (t, firm, _) = start().await;
    let mut nothing = firm.post("Only words.", &[TikTok]);
    nothing.targets[0].options = Default::default();
    let fields = async |post: SavePost| -> Vec<String> {
        firm.save(post).await.problems.into_iter().map(|p| p.problem.field).collect()
    };
    let found = fields(nothing).await;
    assert!(found.contains(&"options.privacy".into()) && found.contains(&"media".into()), "{found:?}");
    let picture = firm.jpeg(400).await;
    let post = || firm.post("Beans", &[TikTok]).showing(vec![picture]);
    let only_me = |post| with(post, "privacy", OptionValue::Text("SELF_ONLY".into()));
    let found = fields(only_me(yes(post(), &["branded_content"]))).await;
    assert!(found.contains(&"options.branded_content".into()), "{found:?}");
    let found = fields(with(post(), "cover", OptionValue::Text("soon".into()))).await;
    assert!(found.contains(&"options.cover".into()), "{found:?}");

    // An app that TikTok has not audited says so, and what to do.
    let keys = [("client_key", "unaudited-app"), ("client_secret", "kept")];
    let keys = keys.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let who = &firm.who;
    lux::features::secrets::server::service::save(&who.app, &who.tenant, Some(who.user), TikTok, keys)
        .await
        .expect("keys");
    let grant = t.sandbox.issue_grant(TikTok, "northwind.roasts", "unaudited-app").await.expect("a grant");
    let grant = lux::connectors::Grant {
        access: grant.access.into(),
        refresh: grant.refresh.map(Into::into),
        access_expires_at: Some(grant.access_expires_at),
        refresh_expires_at: grant.refresh_expires_at,
        scopes: grant.scopes,
    };
    let sign_in = lux::connectors::registry::find(TikTok).and_then(|c| c.sign_in).expect("a way to sign in");
    let app_keys =
        lux::features::secrets::server::service::app_keys(&who.app, who.company, TikTok).await.expect("keys");
    let wire = lux::connectors::Wire::new(who.app.outbound.clone());
    let known = sign_in.accounts(&wire, &app_keys, &grant).await.expect("accounts");
    let service = lux::features::connections::server::service::connect;
    service(&who.app, who.company, Some(who.user), TikTok, &known[0], &grant).await.expect("connected");
    let id = firm.publish(only_me(post())).await;
    t.drive_to(0).await;
    let delivery = firm.delivery(id, TikTok).await;
    assert_eq!(delivery.state, DeliveryState::NeedsEdit, "{:?}", delivery.fault);
    assert!(delivery.fault.is_some_and(|words| words.contains("not audited your app yet")));
    assert!(t.sandbox.posts(TikTok).is_empty());
}
