//! Accounts that people publish to themselves: adding one asks nobody and keeps no password, and its name is understood.

use super::peer::{Peer, Reply};
use crate::connectors::by_hand::{self, ByHand};
use crate::connectors::{Credentials, SignIn, registry};
use crate::domain::account::AccountFacts;
use secrecy::ExposeSecret;
use serde_json::Value;

/// Every platform of that kind.
fn all() -> Vec<&'static ByHand> {
    let all: Vec<_> = registry::all().filter_map(|c| c.sign_in?.by_hand()).collect();
    assert!(!all.is_empty(), "none was found");
    all
}

fn typed(by_hand: &ByHand, name: &str) -> Credentials {
    Credentials([(by_hand.form.fields[0].name.to_owned(), name.into())].into())
}

#[tokio::test]
async fn an_account_is_added_by_its_name_and_nobody_is_asked() {
    for by_hand in all() {
        let (name, peer) = (by_hand.platform, Peer::start(|_| Reply::text(200, "{}")).await);
        let wire = peer.wire();
        let account = async |typed_name: &str| {
            let (grant, accounts) = by_hand.open(&wire, &typed(by_hand, typed_name)).await.expect("an account");
            assert!(grant.access.expose_secret().is_empty() && grant.refresh.is_none(), "{name}: it opens nothing");
            assert!(grant.access_expires_at.is_none() && grant.scopes.is_empty(), "{name}");
            let kept = by_hand.refresh(&wire, &Default::default(), &grant, &Value::Null).await.expect("kept");
            assert_eq!(kept.access.expose_secret(), grant.access.expose_secret(), "{name}: it never ends");
            by_hand.revoke(&wire, &Default::default(), &grant, &Value::Null).await.expect("nothing to take back");
            let [account] = <[_; 1]>::try_from(accounts).expect("one account");
            account.bounded().expect("it can be kept")
        };
        let plain = account(by_hand.example).await;
        assert!(AccountFacts::read(&plain.facts).by_hand, "{name}: its posts wait for a person");
        let page = plain.profile_url.clone().expect("a page");
        assert!(page.starts_with("https://") && by_hand::is_there(name, &page), "{name}: {page}");
        // As people copy it: with a sign before it, with its page, in other letters, with invisible marks.
        for copied in [format!("@{}", by_hand.example), page, format!("\u{202a}{}\u{202c} ", by_hand.example)] {
            let again = account(&copied).await;
            assert_eq!((again.remote_id, again.handle), (plain.remote_id.clone(), plain.handle.clone()), "{name}");
        }
        for wrong in ["", "two words", "<script>", &"x".repeat(900)] {
            let refused = by_hand.open(&wire, &typed(by_hand, wrong)).await.err().expect("refused");
            assert_eq!(refused.kind(), "invalid_content", "{name}: {wrong}");
        }
        assert!(peer.seen().is_empty(), "{name}: somebody was asked");
    }
}

#[test]
fn addresses_elsewhere_are_no_posts_there() {
    for by_hand in all() {
        let (platform, host) = (by_hand.platform, by_hand.host);
        for there in [format!("https://{host}/a"), format!("https://www.{host}/a")] {
            assert!(by_hand::is_there(platform, &there), "{there}");
        }
        for elsewhere in
            [format!("https://not{host}/"), format!("https://{host}.example/"), "https://127.0.0.1/".into(), "x".into()]
        {
            assert!(!by_hand::is_there(platform, &elsewhere), "{elsewhere}");
        }
    }
}
