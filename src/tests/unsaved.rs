//! What stands in a composer and is not saved.

use crate::support::{Client, TestApp};
use lux::domain::platform::Platform::X;
use lux::domain::post::{Plan, SavePost};
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn what_is_not_saved_is_kept_for_the_person_who_wrote_it() {
    let t = TestApp::start().await;
    let (north, south) = (t.firm("Northwind").await, t.firm("Southwind").await);
    let (owner, eve) = (t.signed_in(&north.email).await, t.signed_in(&south.email).await);
    let open = async |who: &Client, post: &str| -> Value {
        who.call("studio/open_studio", &[("post", post)]).await.json()["unsaved"].clone()
    };
    let work = |text: &str, post: Option<&str>, version: Option<i32>| json!({ "id": post, "version": version, "text": text, "targets": [{ "connection": north.account(X) }], "plan": { "kind": "draft" } });
    let keep = async |id: &str, work: Value| {
        owner.call_json("studio/keep_unsaved", &json!({ "id": id, "work": work, "time": "2026-12-01T09:00" })).await
    };
    let (first, second) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());

    // A post that was never saved: the last of two tabs is offered, each is forgotten by itself.
    assert_eq!(keep(&first, work("Half a tho", None, None)).await.status, 200);
    assert_eq!(keep(&first, work("Half a thought", None, None)).await.status, 200);
    assert_eq!(open(&owner, "").await["work"]["text"], "Half a thought");
    assert_eq!(keep(&second, work("Another tab", None, None)).await.status, 200);
    let offered = open(&owner, "").await;
    assert_eq!((offered["id"].as_str(), &offered["work"]["text"]), (Some(second.as_str()), &json!("Another tab")));
    // Nobody else's: neither read nor overwritten nor forgotten.
    assert_eq!(open(&eve, "").await, Value::Null);
    let stolen = json!({ "id": second, "work": work("Eve was here", None, None), "time": "" });
    eve.call_json("studio/keep_unsaved", &stolen).await;
    eve.call("studio/forget_unsaved", &[("id", &second)]).await;
    assert_eq!(open(&owner, "").await["work"]["text"], "Another tab");
    for id in [&second, &first] {
        assert_eq!(owner.call("studio/forget_unsaved", &[("id", id)]).await.status, 200);
    }
    assert_eq!(open(&owner, "").await, Value::Null);

    // A post that is there: offered with that post only, and it says when somebody saved it since.
    let saved = north.save(SavePost { plan: Plan::Draft, ..north.post("Saved", &[X]) }).await;
    let post = saved.id.to_string();
    assert_eq!(keep(&first, work("Changed", Some(&post), Some(saved.version))).await.status, 200);
    assert_eq!(open(&owner, "").await, Value::Null);
    assert_eq!(open(&owner, &post).await["newer"], false);
    let again = SavePost { id: Some(saved.id), version: Some(saved.version), ..north.post("Saved again", &[X]) };
    north.save(SavePost { plan: Plan::Draft, ..again }).await;
    let offered = open(&owner, &post).await;
    assert_eq!((&offered["newer"], &offered["work"]["text"]), (&json!(true), &json!("Changed")));

    // Bounded: what is too long is refused by name, and of many the newest stay.
    let long = keep(&first, work(&"x".repeat(300_000), None, None)).await;
    assert!((400..500).contains(&long.status), "{} {}", long.status, long.body);
    for n in 0..25 {
        assert_eq!(keep(&Uuid::now_v7().to_string(), work(&format!("Tab {n}"), None, None)).await.status, 200);
    }
    assert_eq!(t.value::<i64>("select count(*) from unsaved_work").await, 20);
    assert_eq!(open(&owner, "").await["work"]["text"], "Tab 24");
}
