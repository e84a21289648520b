//! Every kind of fault, mostly at X's commit, and once at the other two.

use super::x::{grant, tweet};
use super::*;
use std::time::Instant;

fn due(stand: &Stand, operation: Operation, kind: FaultKind) {
    stand.sandbox().inject(Fault::once(Platform::X, operation, kind));
}

fn posts(stand: &Stand) -> usize {
    stand.sandbox().posts(Platform::X).len()
}

/// A post for which the answer may stay out.
async fn attempt(stand: &Stand, token: &str, text: &str) -> Result<u16, reqwest::Error> {
    let address = stand.at(Platform::X, "https://api.x.com/2/tweets");
    let request = stand.http.post(address).bearer_auth(token).json(&json!({ "text": text }));
    Ok(request.timeout(Duration::from_millis(700)).send().await?.status().as_u16())
}

#[tokio::test]
async fn rate_limit_refuses_and_tells_when() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let fault =
        Fault { times: 2, seconds: Some(90), ..Fault::once(Platform::X, Operation::Commit, FaultKind::RateLimit) };
    stand.sandbox().inject(fault);
    for _ in 0..2 {
        let got = tweet(&stand, &token, &json!({ "text": "One" })).await;
        assert_eq!(got.status, 429);
        let reset: i64 = got.headers["x-rate-limit-reset"].to_str().unwrap().parse().unwrap();
        assert!((80..=91).contains(&(reset - stand.sandbox().now().timestamp())));
    }
    assert_eq!(posts(&stand), 0);
    assert_eq!(tweet(&stand, &token, &json!({ "text": "One" })).await.status, 201);
    assert_eq!(stand.sandbox().requests(Platform::X, Operation::Commit), 3);
    assert_eq!(stand.sandbox().requests(Platform::X, Operation::Any), 3);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn server_errors_before_and_after() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    due(&stand, Operation::Commit, FaultKind::ServerError);
    assert_eq!(tweet(&stand, &token, &json!({ "text": "One" })).await.status, 503);
    assert_eq!(posts(&stand), 0);
    due(&stand, Operation::Any, FaultKind::ServerErrorAfterAccept);
    assert_eq!(tweet(&stand, &token, &json!({ "text": "One" })).await.status, 503);
    assert_eq!(posts(&stand), 1);
    assert_eq!(tweet(&stand, &token, &json!({ "text": "One" })).await.status, 403, "it was there all along");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn slow_goes_on_without_the_caller() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let slow = |ms| Fault { ms: Some(ms), ..Fault::once(Platform::X, Operation::Commit, FaultKind::Slow) };
    stand.sandbox().inject(slow(200));
    let started = Instant::now();
    assert_eq!(attempt(&stand, &token, "In time").await.unwrap(), 201);
    assert!(started.elapsed() >= Duration::from_millis(200));
    stand.sandbox().inject(slow(1_200));
    assert!(attempt(&stand, &token, "Too late").await.unwrap_err().is_timeout());
    assert_eq!(posts(&stand), 1);
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert_eq!(posts(&stand), 2);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn answers_get_lost_after_and_before_the_work() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    due(&stand, Operation::Commit, FaultKind::TimeoutAfterAccept);
    assert!(attempt(&stand, &token, "Silence").await.unwrap_err().is_timeout());
    assert_eq!(posts(&stand), 1);
    // With no patience at all the connection is cut instead.
    let fault = Fault { ms: Some(0), ..Fault::once(Platform::X, Operation::Commit, FaultKind::TimeoutAfterAccept) };
    stand.sandbox().inject(fault);
    let error = attempt(&stand, &token, "Cut").await.unwrap_err();
    assert!(!error.is_timeout() && error.is_request(), "{error:?}");
    assert_eq!(posts(&stand), 2);
    due(&stand, Operation::Commit, FaultKind::DropBeforeAccept);
    let error = attempt(&stand, &token, "Nothing").await.unwrap_err();
    assert!(!error.is_timeout() && error.is_request(), "{error:?}");
    assert_eq!(posts(&stand), 2);
    assert_eq!(attempt(&stand, &token, "Nothing").await.unwrap(), 201);
    let started = Instant::now();
    due(&stand, Operation::Commit, FaultKind::TimeoutAfterAccept);
    attempt(&stand, &token, "Still silent").await.unwrap_err();
    stand.running.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(4), "a silent connection does not hold up the shutdown");
}

#[tokio::test]
async fn tokens_end() {
    let stand = Stand::start().await;
    let grant = stand.sandbox().issue_grant(Platform::X, "northwind_demo", CLIENT).await.unwrap();
    due(&stand, Operation::Commit, FaultKind::ExpiredToken);
    for _ in 0..2 {
        assert_eq!(tweet(&stand, &grant.access, &json!({ "text": "One" })).await.status, 401, "and stays expired");
    }
    let refresh = |token: String| {
        let form = [("grant_type", "refresh_token".to_owned()), ("refresh_token", token)];
        let address = stand.at(Platform::X, "https://api.x.com/2/oauth2/token");
        stand.send(stand.http.post(address).basic_auth(CLIENT, Some(SECRET)).form(&form))
    };
    let fresh = refresh(grant.refresh.unwrap()).await;
    assert_eq!(fresh.status, 200);
    due(&stand, Operation::Read, FaultKind::ServerError);
    let access = fresh.body["access_token"].as_str().unwrap();
    assert_eq!(tweet(&stand, access, &json!({ "text": "One" })).await.status, 201, "another operation's fault");
    due(&stand, Operation::Commit, FaultKind::RevokedAccount);
    assert_eq!(tweet(&stand, access, &json!({ "text": "Two" })).await.status, 401);
    let dead = refresh(fresh.body["refresh_token"].as_str().unwrap().to_owned()).await;
    assert_eq!(dead.status, 400);
    let again = stand.sandbox().issue_grant(Platform::X, "northwind_demo", CLIENT).await.unwrap();
    due(&stand, Operation::Token, FaultKind::ExpiredToken);
    let token = again.refresh.unwrap();
    assert_eq!(refresh(token.clone()).await.status, 400);
    assert_eq!(refresh(token).await.status, 400);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn the_other_platforms_fail_in_their_own_words() {
    let stand = Stand::start().await;
    let ask = |network, address: &str| stand.send(stand.http.get(stand.at(network, address)));
    let sandbox = stand.sandbox();
    for (kind, linkedin, instagram) in [(FaultKind::RateLimit, 429, 400), (FaultKind::ServerError, 500, 500)] {
        sandbox.inject(Fault::once(Platform::LinkedIn, Operation::Read, kind));
        sandbox.inject(Fault::once(Platform::Instagram, Operation::Read, kind));
        let got = ask(Platform::LinkedIn, "https://api.linkedin.com/v2/userinfo").await;
        assert_eq!((got.status, got.body["status"].as_u64()), (linkedin, Some(linkedin.into())));
        let got = ask(Platform::Instagram, "https://graph.instagram.com/v25.0/17841400000000001").await;
        assert_eq!((got.status, got.body["error"]["is_transient"].as_bool()), (instagram, Some(true)));
        if kind == FaultKind::RateLimit {
            let usage = got.headers["x-business-use-case-usage"].to_str().unwrap();
            let usage: Value = serde_json::from_str(usage).unwrap();
            assert_eq!(usage["17841400000000001"][0]["estimated_time_to_regain_access"], 1);
        }
    }
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_share_of_the_requests() {
    let stand = Stand::start().await;
    let some = |percent, salt| Fault {
        times: u32::MAX,
        percent: Some(percent),
        salt,
        ..Fault::once(Platform::X, Operation::Commit, FaultKind::ServerErrorAfterAccept)
    };
    let mut rounds = vec![];
    for fault in [some(30, 1), some(30, 1), some(30, 1_000_003), some(0, 1), some(100, 1)] {
        stand.sandbox().reset().await;
        let token = grant(&stand).await;
        stand.sandbox().inject(fault);
        let mut hit = vec![];
        for n in 0..60 {
            hit.push(tweet(&stand, &token, &json!({ "text": format!("Number {n}") })).await.status == 503);
        }
        assert_eq!(posts(&stand), 60);
        let counted = stand.sandbox().faults_hit().into_values().sum::<u64>();
        assert_eq!(counted as usize, hit.iter().filter(|h| **h).count());
        rounds.push(hit);
    }
    let counts: Vec<_> = rounds.iter().map(|hit| hit.iter().filter(|h| **h).count()).collect();
    assert!((8..=30).contains(&counts[0]), "about a third: {counts:?}");
    assert_eq!((&rounds[0], counts[3], counts[4]), (&rounds[1], 0, 60), "the same ones for the same number");
    assert_ne!(rounds[0], rounds[2], "others for another number");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn late_answers_are_true_ones() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let late = Fault { ms: Some(300), ..Fault::once(Platform::X, Operation::Commit, FaultKind::LateAnswer) };
    stand.sandbox().inject(late);
    let started = Instant::now();
    assert_eq!(attempt(&stand, &token, "At last").await.unwrap(), 201);
    assert!(started.elapsed() >= Duration::from_millis(300));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_lenient_one_takes_repeats_and_has_many_accounts() {
    let stand = Stand::with(Options { takes_repeats: true, ..Default::default() }).await;
    let added = stand.sandbox().add_accounts(Platform::X, 3);
    let ids: std::collections::BTreeSet<_> = stand.sandbox().accounts(Platform::X).into_iter().map(|a| a.id).collect();
    assert_eq!((added.len(), ids.len()), (3, 5), "each is another one");
    let grant = stand.sandbox().issue_grant(Platform::X, &added[2].id, CLIENT).await.unwrap();
    for _ in 0..2 {
        assert_eq!(tweet(&stand, &grant.access, &json!({ "text": "Twice" })).await.status, 201);
    }
    assert_eq!(posts(&stand), 2);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn the_clock_ends_before_times_that_cannot_be_reckoned_with() {
    let stand = Stand::start().await;
    for _ in 0..3 {
        stand.sandbox().advance(std::time::Duration::MAX);
        stand.sandbox().advance(std::time::Duration::from_secs(3_155_760_000));
    }
    let ahead = stand.sandbox().now() - chrono::Utc::now();
    assert!((3_649..=3_650).contains(&ahead.num_days()), "{ahead}");
}
