//! The buttons of the pages for people.

use super::super::faults::Operation;
use super::*;

#[tokio::test]
async fn buttons_change_the_faults_and_foreign_pages_cannot() {
    let stand = Stand::start().await;
    let press = |fields: &[(&str, &str)], origin: &str| {
        let post = stand.http.post(stand.own("/_control/switches")).form(fields).header("origin", origin);
        async { post.send().await.unwrap() }
    };
    let own = format!("http://{}", stand.running.addr);
    let now = || stand.sandbox().world().faults.clone();
    let on = [("platform", "x"), ("operation", "commit"), ("times", "thrice"), ("on", "slow")];
    for foreign in ["http://evil.test", "null", "http://127.0.0.1:1"] {
        assert_eq!(press(&on, foreign).await.status(), 403, "{foreign}");
    }
    assert!(now().is_empty());
    let to = |answer: reqwest::Response| answer.headers()[LOCATION].to_str().unwrap().to_owned();
    assert_eq!(to(press(&on, &own).await), "/?platform=x&operation=commit&times=thrice&pressed=slow");
    press(&on, &own).await;
    assert_eq!(
        now().iter().map(|f| (f.operation, f.kind, f.times)).collect::<Vec<_>>(),
        [(Operation::Commit, FaultKind::Slow, 3)]
    );
    // Nothing of these is a switch.
    let none: [&[(&str, &str)]; 4] = [
        &[("platform", "nowhere"), ("operation", "commit"), ("on", "slow")],
        &[("platform", "x"), ("operation", "page"), ("on", "slow")],
        &[("platform", "x"), ("on", "slow")],
        &[("platform", "linkedin"), ("operation", "commit"), ("off", "slow"), ("page", "//evil.test")],
    ];
    for fields in none {
        let back = to(press(fields, &own).await);
        assert!(back.starts_with("/?"), "{back}");
        assert_eq!(now().len(), 1, "{fields:?}");
    }
    // A browser tells where a form comes from only under this policy.
    let page = stand.http.get(stand.own("/x")).send().await.unwrap();
    assert_eq!(page.headers()["referrer-policy"], "same-origin");
    let html = page.text().await.unwrap();
    assert!(html.contains("X, publishing: Slow") && html.contains("The next 3 times"), "{html}");
    press(&[("platform", "linkedin"), ("operation", "any"), ("on", "late_answer")], &own).await;
    press(&[("page", "x")], &own).await;
    assert_eq!(now().iter().map(|f| f.platform).collect::<Vec<_>>(), [Platform::LinkedIn]);
    press(&[("platform", "linkedin"), ("operation", "any"), ("off", "late_answer")], &own).await;
    assert!(now().is_empty());
    // Of one account: the other ones are served as usual.
    for platform in platforms() {
        let accounts = stand.sandbox().accounts(platform);
        let (one, other) = (&accounts[0].id, &accounts[1].id);
        let what = [("page", platform.id()), ("account", one), ("operation", "read"), ("times", "always")];
        let back = to(press(&[&what[..], &[("on", "server_error")]].concat(), &own).await);
        assert!(back.contains("account="), "{back}");
        let html = stand.http.get(stand.own(&format!("/{platform}"))).send().await.unwrap().text().await.unwrap();
        assert!(html.contains("Every account") && html.contains("Server error"), "{platform}");
        let stand_in = super::super::registry::find(platform).unwrap();
        for (account, expected) in [(one, true), (other, false)] {
            let token = stand.sandbox().issue_grant(platform, account, CLIENT).await.unwrap().access;
            let asked = stand.http.get(stand.at(platform, stand_in.identity_address())).bearer_auth(token);
            let status = asked.send().await.unwrap().status();
            assert_eq!(status.is_server_error(), expected, "{platform} {account}: {status}");
        }
        press(&[&what[..], &[("off", "server_error")]].concat(), &own).await;
        assert!(now().is_empty(), "{platform}");
    }
    stand.running.shutdown().await;
}
