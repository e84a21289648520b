//! Snapshots of data folders from before each platform kept its own state.

use super::*;
use std::path::Path;

/// Written by that version, then shortened; times that would have passed are in a far future, and tokens have short names.
const OLD: &str = include_str!("old_snapshot.json");

const X_UPLOAD: &str = "2126465150599823365";
const LINKEDIN_IMAGE: &str = "urn:li:image:C4D22AQ1";
const LINKEDIN_WAITING: &str = "urn:li:image:C4D22AQ2";
const INSTAGRAM_PUBLISHED: &str = "18000000000000009";
const INSTAGRAM_LEFT: &str = "18000000000000012";

async fn open(file: &Path) -> Stand {
    Stand::with(Options { snapshot: Some(file.into()), processing: Duration::ZERO, ..Options::default() }).await
}

fn saved(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

#[tokio::test]
async fn an_old_snapshot_is_read_completely_and_saved_in_the_new_form() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.json");
    std::fs::write(&file, OLD).unwrap();
    let old = saved(&file);

    let stand = open(&file).await;
    let sandbox = stand.sandbox();
    for platform in [Platform::X, Platform::LinkedIn, Platform::Instagram] {
        assert_eq!(sandbox.accounts(platform).len(), 2, "{platform}");
    }
    assert_eq!(sandbox.posts(Platform::X).len(), 2);
    assert_eq!(sandbox.posts(Platform::LinkedIn)[0].pictures[0].alt, "alt");
    assert_eq!(sandbox.posts(Platform::Instagram)[0].text, "A cup");
    assert_eq!(sandbox.comments(Platform::Instagram)[0].text, "First");

    // X: the token is valid, the picture that no post had can be used, the expired one stays expired.
    let made = x::tweet(&stand, "x-access", &json!({ "text": "Three", "media": { "media_ids": [X_UPLOAD] } })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(x::tweet(&stand, "x-expired", &json!({ "text": "Four" })).await.status, 401);

    // A consent that was under way can be finished, and a refresh token be used.
    let code = x::redeem(&stand, "x-code", REDIRECT, VERIFIER).await;
    assert_eq!((code.status, code.body["scope"].as_str()), (200, Some("tweet.read users.read")), "{}", code.body);
    assert_eq!(x::refresh(&stand, "x-refresh").await.status, 200);

    // LinkedIn: one image is complete, one is waiting.
    for (urn, status) in [(LINKEDIN_IMAGE, "AVAILABLE"), (LINKEDIN_WAITING, "WAITING_UPLOAD")] {
        let got = linkedin::image_status(&stand, "linkedin-access", urn).await;
        assert_eq!(got.body["status"], status, "{urn}");
    }
    stand.running.shutdown().await;

    let new = saved(&file);
    assert!(new["uploads"].is_null() && new["containers"].is_null());
    let states = &new["platform_states"];
    assert!(states["x"]["uploads"][X_UPLOAD].is_object(), "{states}");
    assert!(states["linkedin"]["images"][LINKEDIN_IMAGE].is_object(), "{states}");
    // Nothing has asked for Instagram's yet.
    assert_eq!(states["instagram"]["containers"], old["containers"]);

    let stand = open(&file).await;
    assert_eq!(stand.sandbox().posts(Platform::X).len(), 3);
    let left = instagram::publish(&stand, "instagram-access", INSTAGRAM_LEFT).await;
    assert_eq!(left.status, 200, "{}", left.body);
    let again = instagram::publish(&stand, "instagram-access", INSTAGRAM_PUBLISHED).await;
    assert_eq!(again.body["error"]["code"], 9007, "published before");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_stand_in_that_is_newer_than_the_snapshot_has_its_demo_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.json");
    let mut old: Value = serde_json::from_str(OLD).unwrap();
    old["accounts"].as_array_mut().unwrap().retain(|account| account["network"] == "x");
    old["accounts"].as_array_mut().unwrap().truncate(1);
    std::fs::write(&file, old.to_string()).unwrap();
    let stand = open(&file).await;
    let accounts = |platform| stand.sandbox().accounts(platform).len();
    assert_eq!((accounts(Platform::X), accounts(Platform::LinkedIn), accounts(Platform::Instagram)), (1, 2, 2));
    stand.running.shutdown().await;
}
