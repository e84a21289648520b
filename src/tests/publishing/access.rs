//! Tokens that end: renewed once without a person where that is possible, else the post waits for a new consent.

use super::start;
use lux::domain::delivery::DeliveryState::{Live, NeedsReconnect};
use lux::domain::platform::Platform::{LinkedIn, X};
use lux::sandbox::FaultKind::{ExpiredToken, RevokedAccount};
use lux::sandbox::Operation::{Commit, Token};

#[tokio::test]
async fn an_expired_token_is_renewed_once_and_the_post_goes_out() {
    let (t, firm) = start().await;
    t.fault(X, Commit, ExpiredToken);
    let id = firm.publish(firm.post("With a fresh token", &[X])).await;
    t.drive_to(0).await;
    let delivery = firm.delivery(id, X).await;
    assert_eq!((delivery.state, t.seen(X).len()), (Live, 1), "{:?}", delivery.fault);
    assert_eq!((t.commits(X), t.sandbox.requests(X, Token)), (2, 1));
    assert_eq!(t.value::<i32>("select attempts from jobs").await, 1);
}

#[tokio::test]
async fn a_token_that_is_about_to_end_is_renewed_before_it_is_used() {
    let (t, firm) = start().await;
    t.sql("update connections set access_expires_at = now() + interval '1 minute'").await;
    let id = firm.publish(firm.post("In good time", &[X])).await;
    t.drive_to(0).await;
    assert_eq!((firm.state(id, X).await, t.commits(X), t.sandbox.requests(X, Token)), (Live, 1, 1));
}

#[tokio::test]
async fn a_revoked_account_holds_its_posts_until_it_is_connected_again() {
    for platform in [X, LinkedIn] {
        let (t, mut firm) = start().await;
        t.fault(platform, Commit, RevokedAccount);
        let first = firm.publish(firm.post("First in line", &[platform])).await;
        t.drive_to(0).await;
        let delivery = firm.delivery(first, platform).await;
        assert_eq!((delivery.state, t.seen(platform).len()), (NeedsReconnect, 0), "{platform}");
        let tried = t.commits(platform);
        assert!(delivery.fault.is_some_and(|words| words.contains("Reconnect to publish this post.")), "{platform}");
        let state = "select state from connections where state <> 'active'";
        assert_eq!(t.value::<String>(state).await, "reconnect", "{platform}");
        // The next post is stopped before anything is sent.
        let second = firm.publish(firm.post("Second in line", &[platform])).await;
        t.drive_to(1).await;
        assert_eq!((firm.state(second, platform).await, t.commits(platform)), (NeedsReconnect, tried), "{platform}");

        firm.connect(&t.sandbox, platform).await;
        t.drive_to(2).await;
        for id in [first, second] {
            assert_eq!(firm.state(id, platform).await, Live, "{platform}");
        }
        let mut seen = t.seen(platform);
        seen.sort();
        assert_eq!(seen, ["First in line", "Second in line"], "{platform}");
    }
}

#[tokio::test]
async fn a_disconnected_account_holds_its_posts_too() {
    let (t, mut firm) = start().await;
    let id = firm.publish(firm.post("On hold", &[X])).await;
    let service = lux::features::connections::server::service::disconnect;
    service(&t.app, firm.who.company, firm.account(X)).await.expect("disconnected");
    t.drive_to(0).await;
    assert_eq!((firm.state(id, X).await, t.commits(X)), (NeedsReconnect, 0));
    firm.connect(&t.sandbox, X).await;
    t.drive_to(1).await;
    assert_eq!((firm.state(id, X).await, t.seen(X).len()), (Live, 1));
}
