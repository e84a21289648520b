//! The company's own words, and how a saved text reads where there is no JavaScript.

use crate::support::TestApp;
use lux::domain::post::{Plan, SavePost};
use serde_json::json;

#[tokio::test]
async fn a_company_keeps_words_of_its_own() {
    let t = TestApp::start().await;
    let (north, south) = (t.firm("Northwind").await, t.firm("Southwind").await);
    let (owner, eve) = (t.signed_in(&north.email).await, t.signed_in(&south.email).await);
    let call = "studio/change_house_words";
    let change = |avoid: &[&str], allow: &[&str], forget: &[&str]| json!({ "change": { "avoid": avoid, "allow": allow, "forget": forget } });

    let kept = owner.call_json(call, &change(&["  Cheap ", "-"], &["Seamless", "seamless"], &[])).await;
    assert_eq!(kept.json(), json!({ "avoid": ["cheap"], "allowed": ["seamless"] }));
    // A word is on one list only, and one change leaves the others as they are.
    let moved = owner.call_json(call, &change(&[], &["cheap"], &[])).await;
    assert_eq!(moved.json(), json!({ "avoid": [], "allowed": ["cheap", "seamless"] }));
    let back = owner.call_json(call, &change(&["cheap"], &[], &["seamless"])).await;
    assert_eq!(back.json(), json!({ "avoid": ["cheap"], "allowed": [] }));

    // Nobody else's, and nothing of theirs can be taken off.
    let theirs = eve.call_json(call, &change(&[], &[], &["cheap"])).await;
    assert_eq!(theirs.json(), json!({ "avoid": [], "allowed": [] }));
    let house = |opened: serde_json::Value| opened["house"].clone();
    assert_eq!(house(owner.call("studio/open_studio", &[]).await.json()), json!({ "avoid": ["cheap"], "allowed": [] }));
    assert_eq!(house(eve.call("studio/open_studio", &[]).await.json()), json!({ "avoid": [], "allowed": [] }));

    // Full lists take no more and stay as they were.
    let many: Vec<String> = (0..200).map(|n| format!("word {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let full = owner.call_json(call, &change(&many, &[], &[])).await;
    assert!(full.status == 422 && full.body.contains("200 words"), "{} {}", full.status, full.body);
    let stays = owner.call_json(call, &change(&[], &[], &[])).await;
    assert_eq!(stays.json(), json!({ "avoid": ["cheap"], "allowed": [] }));

    // Without JavaScript the page says how the saved text reads.
    let text = "Elevate your mornings with our cheap and truly seamless coffee. Don't miss out!";
    let post = north.save(SavePost { plan: Plan::Draft, ..north.post(text, &[]) }).await.id;
    let page = owner.page(&format!("/studio?post={post}")).await.body;
    assert!(page.contains("Reads like a machine") && page.contains("1 word your company avoids: “cheap”"), "{page}");
    t.sql("update members set role = 'viewer' where company_id = (select id from companies where name = 'Northwind')")
        .await;
    assert_eq!(owner.call_json(call, &change(&[], &["cheap"], &[])).await.status, 403);
}
