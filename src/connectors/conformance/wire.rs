//! The table of failure classes, and what the journal keeps.

use super::peer::{Peer, Reply, wire_to_nobody};
use super::support::kind;
use crate::connectors::wire::MAX_BODY;
use crate::connectors::{Fault, Wire};
use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use crate::infra::http::outbound::Outbound;
use crate::infra::http::ssrf::Reach;
use chrono::{TimeDelta, Utc};
use http::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const ADDRESS: &str = "https://api.x.com/2/thing";

#[tokio::test]
async fn the_verb_decides_what_a_failure_means() {
    for (reply, safe, mutate) in [
        (Reply::Reset, "transient", "unknown_outcome"),
        (Reply::Truncated, "transient", "unknown_outcome"),
        (Reply::Stall, "transient", "unknown_outcome"),
        (Reply::text(500, ""), "transient", "unknown_outcome"),
        (Reply::text(504, ""), "transient", "unknown_outcome"),
        (Reply::text(200, &"x".repeat(MAX_BODY + 1)), "transient", "unknown_outcome"),
        (Reply::text(429, ""), "rate_limited", "rate_limited"),
        (Reply::text(404, ""), "ok", "ok"),
        (Reply::text(302, "").with("location", "https://elsewhere.example/"), "ok", "ok"),
    ] {
        let told = match &reply {
            Reply::Full { status, .. } => status.to_string(),
            other => format!("{other:?}"),
        };
        let patience = if matches!(reply, Reply::Stall) { Duration::from_millis(100) } else { Duration::from_secs(20) };
        let peer = Peer::start(move |_| reply.clone()).await;
        let wire = peer.wire();
        assert_eq!(kind(&wire.read(Platform::X, ADDRESS).deadline(patience).send().await), safe, "{told}");
        let request = wire.repeatable(Platform::X, Method::POST, ADDRESS);
        assert_eq!(kind(&request.deadline(patience).send().await), safe, "{told}");
        let request = wire.mutate(Platform::X, Method::POST, ADDRESS);
        assert_eq!(kind(&request.deadline(patience).send().await), mutate, "{told}");
        assert_eq!(peer.seen().len(), 3, "{told}: nothing is sent twice, no redirect is followed");
    }
    let nobody = wire_to_nobody();
    assert_eq!(kind(&nobody.read(Platform::X, ADDRESS).send().await), "transient");
    assert_eq!(kind(&nobody.mutate(Platform::X, Method::POST, ADDRESS).send().await), "transient");
    assert_eq!(kind(&nobody.read(Platform::X, "no address").send().await), "permanent");
}

#[tokio::test]
async fn an_unreadable_success_of_a_mutation_is_unknown() {
    let peer = Peer::start(|_| Reply::text(200, "<html>")).await;
    let wire = peer.wire();
    let response = wire.mutate(Platform::X, Method::POST, ADDRESS).send().await.ok().unwrap();
    assert_eq!(kind(&response.json::<serde_json::Value>()), "unknown_outcome");
    let response = wire.read(Platform::X, ADDRESS).send().await.ok().unwrap();
    assert_eq!(kind(&response.json::<serde_json::Value>()), "transient");
}

#[tokio::test]
async fn the_time_to_wait_is_read_in_every_form() {
    let now = Utc::now();
    let date = (now + TimeDelta::seconds(90)).format("%a, %d %b %Y %H:%M:%S GMT");
    for (reply, seconds) in [
        (Reply::text(429, "").with("retry-after", 90), 90),
        (Reply::text(429, "").with("retry-after", date), 90),
        (Reply::text(429, "").with("x-rate-limit-reset", now.timestamp() + 90), 90),
        (Reply::text(429, "").with("retry-after", 90).with("x-rate-limit-reset", now.timestamp() + 900), 90),
        (Reply::text(429, ""), 60),
        (Reply::text(429, "").with("x-rate-limit-reset", now.timestamp() - 90), 1),
        (Reply::text(429, "").with("retry-after", u64::MAX), 25 * 3600),
    ] {
        let peer = Peer::start(move |_| reply.clone()).await;
        match peer.wire().read(Platform::X, ADDRESS).send().await {
            Err(Fault::RateLimited { until, .. }) => {
                let wait = (until - now).num_seconds();
                assert!((seconds - 2..seconds + 30).contains(&wait), "{wait} instead of {seconds}");
            }
            other => panic!("{}", kind(&other)),
        }
    }
    let peer = Peer::start(|_| Reply::text(503, "").with("retry-after", 5)).await;
    let got = peer.wire().read(Platform::X, ADDRESS).send().await.err();
    assert!(matches!(got, Some(Fault::Transient { after: Some(wait), .. }) if wait == Duration::from_secs(5)));
}

#[tokio::test]
async fn a_server_that_a_user_named_is_called_only_where_users_addresses_may_lead() {
    let peer = Peer::start(|_| Reply::text(200, "")).await;
    let within = |reach| Wire::new(Outbound::new(BTreeMap::new()).unwrap().within(reach));
    let call = async |wire: &Wire, address: &str| {
        let request = wire.mutate(Platform::X, Method::POST, address).to_users_server();
        request.bearer(&"t0p-secret".into()).json(&json!({ "a": 1 })).send().await
    };
    let inside = peer.address("/xrpc/thing");
    let refused = call(&within(Reach::Internet), &inside).await;
    assert!(matches!(refused.err(), Some(Fault::Permanent { code, .. }) if code == "bad_server"));
    // A name that leads inside is found out when it is looked up; nothing was sent then.
    let named = inside.replace("127.0.0.1", "localhost");
    assert_eq!(kind(&call(&within(Reach::Internet), &named).await), "transient");
    assert!(peer.seen().is_empty());
    for address in [&inside, &named] {
        assert_eq!(kind(&call(&within(Reach::ThisMachine), address).await), "ok", "{address}");
    }
    let seen = peer.seen();
    assert!(seen.len() == 2 && seen.iter().all(|s| s.json() == json!({ "a": 1 })));
    assert!(seen.iter().all(|s| s.header("authorization") == "Bearer t0p-secret"));
    // A stand-in that answers for the platform is nobody's word but our own.
    assert_eq!(kind(&call(&peer.wire(), "https://pds.northwind.example/xrpc/thing").await), "ok");
}

#[tokio::test]
async fn the_journal_keeps_what_helps_and_nothing_secret() {
    let peer =
        Peer::start(|_| Reply::json(200, json!({"access_token": "t0p-secret"})).with("x-li-uuid", "AAYabc")).await;
    let company = CompanyId::new();
    let wire = peer.wire().on_behalf_of(company);
    let secret = "t0p-secret".into();
    let request =
        wire.repeatable(Platform::LinkedIn, Method::POST, "https://www.linkedin.com/oauth/v2/accessToken?k=t0p-secret");
    request
        .query("code", "t0p-secret")
        .basic(&secret, &secret)
        .form(&[("code", "t0p-secret")])
        .send()
        .await
        .ok()
        .unwrap();
    let request = wire.repeatable(Platform::LinkedIn, Method::PUT, "https://www.linkedin.com/dms-uploads/t0p-secret/0");
    request.hide_path().bearer(&secret).json(&json!({"text": "t0p-secret"})).send().await.ok().unwrap();

    let kept = wire.journal().of(company);
    assert!(!format!("{kept:?}").contains("t0p-secret"), "{kept:?}");
    assert_eq!((kept[1].host.as_str(), kept[1].path.as_str()), ("www.linkedin.com", "/oauth/v2/accessToken"));
    assert_eq!((kept[1].method.as_str(), kept[1].status), ("POST", Some(200)));
    assert_eq!(kept[1].request_id.as_deref(), Some("AAYabc"));
    assert_eq!(kept[0].path, "/dms-uploads/…");
    assert!(wire.journal().of(CompanyId::new()).is_empty(), "another company sees nothing");
}

#[tokio::test]
async fn a_token_goes_to_trusted_addresses_only() {
    let peer = Peer::start(|_| Reply::text(200, "")).await;
    let wire = peer.wire();
    let trusts = |address: &str| wire.trusts(Platform::LinkedIn, address, &["linkedin.com"]);
    assert!(trusts("https://www.linkedin.com/upload") && trusts("https://linkedin.com/upload"));
    assert!(trusts(&peer.address("/www.linkedin.com/upload")), "the stand-in's own address");
    for foreign in ["http://www.linkedin.com/", "https://evil-linkedin.com/", "https://linkedin.com.evil.example/", "x"]
    {
        assert!(!trusts(foreign), "{foreign}");
    }
}

#[tokio::test]
async fn what_an_answer_says_of_limits_is_written_down_for_its_account() {
    let reset = Utc::now().timestamp() + 600;
    let peer = Peer::start(move |seen| {
        let status = if seen.path == "/2/thing" { 200 } else { 429 };
        let reply = Reply::text(status, "").with("x-rate-limit-limit", 100).with("x-rate-limit-reset", reset);
        reply.with("x-rate-limit-remaining", if status == 200 { 7 } else { 0 })
    })
    .await;
    let bare = peer.wire();
    let keys = super::cases::keys();
    let (mine, theirs) = (bare.counted_for(Platform::X, &keys, "1"), bare.counted_for(Platform::X, &keys, "2"));
    for (wire, counted) in [(&bare, false), (&mine, true)] {
        wire.read(Platform::X, ADDRESS).send().await.ok().unwrap();
        let refused = wire.mutate(Platform::X, Method::POST, "https://api.x.com/2/tweets").send().await;
        assert_eq!(kind(&refused), "rate_limited");
        let held = mine.blocked_until(&["POST /2/tweets"], Utc::now()).map(|until| until.timestamp() - reset);
        assert!(if counted { held.is_some_and(|late| (0..=5).contains(&late)) } else { held.is_none() }, "{held:?}");
    }
    assert!(mine.blocked_until(&["GET /2/thing"], Utc::now()).is_none());
    assert!(theirs.blocked_until(&["POST /2/tweets"], Utc::now()).is_none());
    assert!(bare.blocked_until(&["POST /2/tweets"], Utc::now()).is_none());
}
