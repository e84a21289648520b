//! Home counts and shows each thing once.

use crate::support::TestApp;
use lux::domain::platform::Platform::{LinkedIn, X};

#[tokio::test]
async fn a_sign_in_that_ended_is_shown_once() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    firm.publish(firm.post("Beans", &[X])).await;
    t.sql("update deliveries set state = 'needs_reconnect', fault_kind = 'auth_expired'").await;
    t.sql("update connections set state = 'reconnect' where platform = 'x'").await;
    let client = t.signed_in(&firm.email).await;
    let home = client.call("home/home", &[]).await.json();
    assert_eq!((&home["attention_total"], &home["expiring"]), (&1.into(), &serde_json::json!([])), "{home}");
    let page = client.page("/").await.body;
    assert_eq!(page.matches("Reconnect X").count() + page.matches("X must be reconnected").count(), 1, "{page}");
    assert!(page.contains("one needs you.") && !page.contains("sign-in"), "{page}");

    // Another one, for which no post waits, has a card of its own.
    t.sql("update connections set state = 'reconnect' where platform = 'linkedin'").await;
    let home = client.call("home/home", &[]).await.json();
    let expiring = home["expiring"].as_array().expect("a list");
    assert!(expiring.len() == 1 && expiring[0]["platform"] == LinkedIn.id(), "{home}");
    let page = client.page("/").await.body;
    assert!(page.contains("One sign-in has ended.") && page.contains("LinkedIn must be reconnected"), "{page}");
    // Without the post the account is told of again.
    t.sql("update deliveries set state = 'cancelled'").await;
    let home = client.call("home/home", &[]).await.json();
    assert_eq!(home["expiring"].as_array().map(Vec::len), Some(2), "{home}");
}
