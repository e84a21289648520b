//! Every stand-in of the registry is complete. A new platform needs no test of its own for what is asked here.

use super::super::registry::{STAND_INS, find};
use super::super::stand_in::StandIn;
use super::*;
use std::collections::BTreeSet;

/// Asks whose token this is.
async fn identity(stand: &Stand, stand_in: &dyn StandIn, token: &str) -> Result<Got, reqwest::Error> {
    let address = stand.at(stand_in.platform(), stand_in.identity_address());
    let response = stand.http.get(address).bearer_auth(token).send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = serde_json::from_slice(&response.bytes().await?).unwrap_or(Value::Null);
    Ok(Got { status, headers, body })
}

/// An error of the platform: a JSON object that says something.
fn is_error(got: &Got, statuses: std::ops::RangeInclusive<u16>) -> bool {
    statuses.contains(&got.status) && got.body.as_object().is_some_and(|body| !body.is_empty())
}

#[test]
fn platforms_hosts_and_accounts_are_unambiguous() {
    let mut ids = BTreeSet::new();
    for stand_in in STAND_INS.iter() {
        let platform = stand_in.platform();
        assert!(ids.insert(platform.id()), "{platform} is registered twice");
        assert_eq!(find(platform).map(StandIn::platform), Some(platform));
        let hosts: BTreeSet<_> = stand_in.hosts().iter().collect();
        assert!(!hosts.is_empty() && hosts.len() == stand_in.hosts().len(), "{platform}: {hosts:?}");
        assert!(hosts.iter().all(|host| stand_in.serves(host)), "{platform}: {hosts:?}");
        let demo = stand_in.demo_accounts();
        assert!(!demo.is_empty(), "{platform}");
        let numbered = (demo.len() + 1..demo.len() + 4).map(|number| stand_in.numbered_account(number));
        let all: Vec<_> = demo.iter().cloned().chain(numbered).collect();
        assert!(all.iter().all(|account| account.platform == platform), "{platform}");
        for name in [|a: &Account| a.id.clone(), |a: &Account| a.scoped_id.clone(), |a: &Account| a.handle.clone()] {
            let names: BTreeSet<_> = all.iter().map(name).collect();
            assert_eq!(names.len(), all.len(), "{platform}: {names:?}");
        }
    }
    assert_eq!(platforms().count(), ids.len());
}

#[tokio::test]
async fn every_fault_has_the_platforms_error() {
    let stand = Stand::start().await;
    let sandbox = stand.sandbox();
    for stand_in in STAND_INS.iter().copied() {
        let platform = stand_in.platform();
        let account = &sandbox.accounts(platform)[0].id;
        let token = async || sandbox.issue_grant(platform, account, CLIENT).await.unwrap().access;
        for kind in FaultKind::ALL {
            let token = token().await;
            let good = identity(&stand, stand_in, &token).await.unwrap();
            assert_eq!(good.status, 200, "{platform}: {}", good.body);
            assert!(good.body.to_string().contains(account.as_str()), "{platform}: {}", good.body);
            sandbox.inject(Fault { ms: Some(1), ..Fault::once(platform, Operation::Any, kind) });
            let got = identity(&stand, stand_in, &token).await;
            let after = identity(&stand, stand_in, &token).await.unwrap();
            let ends_token = match kind {
                FaultKind::RateLimit | FaultKind::AppRateLimit => {
                    assert!(is_error(&got.unwrap(), 400..=499), "{platform}: {kind:?}");
                    false
                }
                FaultKind::ServerError | FaultKind::ServerErrorAfterAccept => {
                    assert!(is_error(&got.unwrap(), 500..=599), "{platform}: {kind:?}");
                    false
                }
                FaultKind::Slow | FaultKind::LateAnswer => {
                    assert_eq!(got.unwrap().body, good.body, "{platform}: {kind:?}");
                    false
                }
                FaultKind::TimeoutAfterAccept | FaultKind::DropBeforeAccept => {
                    assert!(got.is_err(), "{platform}: {kind:?}");
                    false
                }
                FaultKind::ExpiredToken | FaultKind::RevokedAccount => {
                    assert!(is_error(&got.unwrap(), 400..=499), "{platform}: {kind:?}");
                    true
                }
            };
            assert_eq!(is_error(&after, 400..=499), ends_token, "{platform} after {kind:?}: {}", after.body);
        }
        assert!(sandbox.requests(platform, Operation::Read) > 0, "{platform}: asking for the identity is a read");
    }
    stand.running.shutdown().await;
}

#[tokio::test]
async fn hosts_that_a_platform_does_not_have_are_not_found() {
    let stand = Stand::start().await;
    for stand_in in STAND_INS.iter().copied().filter(|s| !s.serves("other.example.com")) {
        let platform = stand_in.platform();
        let got = stand.send(stand.http.get(stand.at(platform, "https://other.example.com/2/users/me"))).await;
        assert_eq!((got.status, got.body), (404, Value::Null), "{platform}");
        assert_eq!(stand.sandbox().requests(platform, Operation::Any), 0, "{platform}");
    }
    stand.running.shutdown().await;
}

#[tokio::test]
async fn every_platform_has_pages_for_its_posts_and_accounts() {
    let stand = Stand::start().await;
    let get = async |address: String| stand.http.get(address).send().await.unwrap();
    for platform in platforms() {
        let account = &stand.sandbox().accounts(platform)[0].id;
        let at = "2026-11-02T09:00:00Z".parse().unwrap();
        let post = stand.sandbox().insert_post(platform, account, "Shown here", at, &[]).await.unwrap();
        let permalink = get(stand.at(platform, &post.url)).await;
        assert_eq!(permalink.status(), 307, "{platform}: {}", post.url);
        let page = get(stand.own(permalink.headers()[LOCATION].to_str().unwrap())).await;
        assert_eq!(page.status(), 200, "{platform}: {}", post.url);
        assert!(page.text().await.unwrap().contains("Shown here"), "{platform}");
        for path in [format!("/{platform}"), format!("/{platform}/avatars/{account}.png")] {
            assert_eq!(get(stand.own(&path)).await.status(), 200, "{path}");
        }
    }
    stand.running.shutdown().await;
}

#[tokio::test]
async fn faults_are_for_platforms_that_have_a_stand_in() {
    let stand = Stand::start().await;
    assert!(find(Platform::Smtp).is_none());
    let fault = json!({ "platform": "smtp", "operation": "commit", "kind": "slow" });
    let got = stand.send(stand.http.post(stand.own("/_control/faults")).json(&fault)).await;
    assert_eq!(got.status, 422, "{}", got.body);
    stand.running.shutdown().await;
}
