//! What is special to X: its error answers, its uploads, what its timeline may prove.

use super::cases::{Case, NEW_ACCESS, NEW_REFRESH, PART, TEXT, grant, keys};
use super::peer::{Peer, Reply, Seen};
use super::support::{call, commit_against, commits, kind, of, prepare, sent};
use crate::connectors::{Call, Fault, MediaSource, Prepared, ProbeOutcome};
use crate::domain::options::OptionValue;
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::time::Duration;

pub fn case() -> Case {
    Case {
        platform: Platform::X,
        account: "2244994945",
        handle: "@northwind",
        typed: &[],
        well,
        commits: |s| s.path == "/2/tweets",
        live_id: "1850000000000000001",
        preparing: 4,
        rotates: true,
        refused_refresh: || {
            Reply::json(
                400,
                json!({"error": "invalid_request", "error_description": "Value passed for the token was invalid."}),
            )
        },
        revokes: true,
        media_type: "image/png",
        options: &[],
        part_id: "1850000000000000002",
        part_sent: |case, sent| {
            assert_eq!(sent.json(), json!({"text": PART, "reply": {"in_reply_to_tweet_id": case.live_id}}));
        },
    }
}

fn tokens() -> serde_json::Value {
    json!({"token_type": "bearer", "expires_in": 7200, "access_token": NEW_ACCESS, "refresh_token": NEW_REFRESH,
        "scope": "tweet.read tweet.write users.read media.write offline.access"})
}

fn well(seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/2/oauth2/token") => Reply::json(200, tokens()),
        ("POST", "/2/oauth2/revoke") => Reply::json(200, json!({"revoked": true})),
        ("GET", "/2/users/me") => {
            Reply::json(200, json!({"data": {"id": "2244994945", "name": "Northwind", "username": "northwind"}}))
        }
        ("POST", "/2/media/upload") => Reply::json(
            200,
            json!({"data": {"id": "1455952740635586573", "media_key": "3_1", "expires_after_secs": 86400}}),
        ),
        ("POST", "/2/media/metadata") => Reply::json(200, json!({"data": {"id": "1455952740635586573"}})),
        ("POST", "/2/tweets") => {
            let id = if seen.json().get("reply").is_some() { "1850000000000000002" } else { "1850000000000000001" };
            Reply::json(201, json!({"data": {"id": id, "text": TEXT}}))
        }
        ("GET", "/2/users/2244994945/tweets") => Reply::json(
            200,
            json!({"data": [
                {"id": "1850000000000000003", "text": "More about it &amp; the farm: https://t.co/f #origin",
                "referenced_tweets": [{"type": "replied_to", "id": "1850000000000000009"}],
                "entities": {"urls": [{"url": "https://t.co/f", "expanded_url": "https://northwind.example/farm"}]}},
                {"id": "1850000000000000002", "text": "More about it &amp; the farm: https://t.co/f #origin",
                "referenced_tweets": [{"type": "replied_to", "id": "1850000000000000001"}],
                "entities": {"urls": [{"url": "https://t.co/f", "expanded_url": "https://northwind.example/farm"}]}},
                {"id": "1850000000000000001",
                "text": "Fresh beans &amp; a new roast, at https://t.co/a #coffee https://t.co/p",
                "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://northwind.example/roast"},
                    {"url": "https://t.co/p", "expanded_url": "https://x.com/northwind/status/1/photo/1", "media_key": "3_1"}]}}],
                "meta": {"result_count": 3}}),
        ),
        _ => Reply::text(404, "unexpected"),
    }
}

#[tokio::test]
async fn x_answers_are_understood() {
    let problem =
        |name: &str| json!({"type": format!("https://api.x.com/2/problems/{name}"), "title": "t", "detail": "d"});
    let forbidden =
        |detail: &str| json!({"type": "about:blank", "title": "Forbidden", "status": 403, "detail": detail});
    commits(
        Platform::X,
        vec![
            (403, forbidden("You are not allowed to create a Tweet with duplicate content."), "duplicate"),
            (403, json!({"errors": [{"code": 187, "message": "Status is a duplicate."}]}), "duplicate"),
            (403, forbidden("You may use one cashtag at most."), "permanent"),
            (402, problem("credits-depleted"), "permanent"),
            (400, problem("invalid-request"), "invalid_content"),
            (
                400,
                json!({"type": "https://api.twitter.com/2/problems/invalid-request", "errors": [
                    {"parameters": {"media.media_ids": ["1"]}, "message": "Your media IDs are invalid."}]}),
                "preparation_lost",
            ),
            (403, problem("usage-capped"), "rate_limited"),
            (403, problem("client-forbidden"), "permanent"),
            (403, problem("unsupported-authentication"), "permission_missing"),
            (403, json!({"errors": [{"code": 64, "message": "Your account is suspended"}]}), "disconnected"),
            (401, json!({"type": "about:blank", "title": "Unauthorized"}), "auth_expired"),
            (403, json!({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}), "rate_limited"),
            (201, json!({"errors": [problem("internal-error")]}), "unknown_outcome"),
        ],
    )
    .await;
}

#[tokio::test]
async fn x_names_the_missing_scope() {
    let (publish, case) = of(Platform::X);
    let peer = Peer::start(|_| Reply::json(403, json!({"type": "about:blank", "detail": "Forbidden"}))).await;
    let (wire, keys, mut poor) = (peer.wire(), keys(), grant());
    poor.scopes.retain(|s| s != "tweet.write");
    let call = Call {
        wire: &wire,
        keys: &keys,
        grant: &poor,
        account: case.account,
        handle: case.handle,
        facts: &serde_json::Value::Null,
    };
    let got = publish.commit(&call, &case.content(0), &json!({"v": 1, "media": []})).await;
    assert!(matches!(got, Err(Fault::PermissionMissing { scopes, .. }) if scopes == ["tweet.write"]));
}

#[tokio::test]
async fn x_holds_back_until_the_daily_reset_when_that_is_what_ran_out() {
    let (publish, case) = of(Platform::X);
    let reset = (Utc::now() + TimeDelta::hours(5)).timestamp();
    let reply = Reply::text(429, "")
        .with("x-rate-limit-reset", Utc::now().timestamp() + 60)
        .with("x-user-limit-24hour-remaining", 0)
        .with("x-user-limit-24hour-reset", reset);
    match commit_against(publish, &case, reply).await {
        Err(Fault::RateLimited { until, .. }) => assert!((reset..reset + 5).contains(&until.timestamp()), "{until}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn x_uploads_that_expired_are_made_again() {
    let (publish, case) = of(Platform::X);
    let peer = Peer::start(case.well).await;
    let (wire, content) = (peer.wire(), case.content(1));
    let (_, mut checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    checkpoint["media"][0]["expires_at"] = json!(Utc::now());
    let before = peer.seen().len();
    let commit = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
    assert_eq!(kind(&commit), "preparation_lost");
    assert_eq!(kind(&publish.prepare(&call!(case, &wire), &content, Some(&checkpoint)).await), "preparation_lost");
    assert_eq!(peer.seen().len(), before);
}

/// How X takes an animated picture; `STATUS` says pending once.
pub(super) fn animated(well: fn(&Seen) -> Reply) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let told = |info: Value| Reply::json(200, json!({"data": {"id": "9", "processing_info": info}}));
    move |seen| match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/2/media/upload/initialize") => {
            Reply::json(200, json!({"data": {"id": "9", "expires_after_secs": 86400}}))
        }
        ("POST", "/2/media/upload/9/append") => Reply::json(200, json!({"data": {"expires_at": 1}})),
        ("POST", "/2/media/upload/9/finalize") => told(json!({"state": "pending", "check_after_secs": 4})),
        ("GET", "/2/media/upload") if seen.query("command").as_deref() == Some("STATUS") => {
            match looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
                0 => told(json!({"state": "in_progress", "check_after_secs": 4})),
                _ => told(json!({"state": "succeeded"})),
            }
        }
        _ => well(seen),
    }
}

#[tokio::test]
async fn x_takes_animated_pictures_in_segments_and_waits_for_them() {
    let (publish, mut case) = of(Platform::X);
    case.media_type = "image/gif";
    let mut content = case.content(1);
    content.media[0].source = MediaSource::of_bytes(vec![7; (1 << 20) + 5].into());
    let peer = Peer::start(animated(case.well)).await;
    let (wire, mut had, mut waits) = (peer.wire(), None, vec![]);
    let checkpoint = loop {
        match publish.prepare(&call!(case, &wire), &content, had.as_ref()).await.unwrap() {
            Prepared::More(checkpoint) => had = Some(checkpoint),
            Prepared::Waiting { checkpoint, recheck_after } => {
                waits.push(recheck_after);
                had = Some(checkpoint);
            }
            Prepared::Ready(checkpoint) => break checkpoint,
        }
    };
    assert_eq!(waits, [Duration::from_secs(4)]);
    assert_eq!(checkpoint["media"][0]["id"], "9");
    let seen = peer.seen();
    assert_eq!(
        seen[0].json(),
        json!({"media_type": "image/gif", "media_category": "tweet_gif", "total_bytes": 1_048_581})
    );
    let sent: Vec<_> = seen.iter().filter(|s| s.path.ends_with("/append")).map(|s| s.body.len()).collect();
    assert!(sent[0] > 1 << 20 && sent[1] < 1000 && sent.len() == 2, "{sent:?}");
    content.media[0].source = MediaSource::of_bytes(vec![7; (15 << 20) + 1].into());
    let got = publish.prepare(&call!(case, &wire), &content, None).await;
    assert_eq!(kind(&got), "invalid_content");
}

#[tokio::test]
async fn x_does_not_conclude_from_a_part_of_the_timeline() {
    let (publish, case) = of(Platform::X);
    for (body, absent) in [
        (json!({"meta": {"result_count": 0}}), true),
        (json!({"data": [{"id": "1", "text": "other"}], "meta": {"next_token": "b26v89"}}), false),
        (json!({"errors": [{"title": "Authorization Error"}]}), false),
    ] {
        let peer = Peer::start(move |_| Reply::json(200, body.clone())).await;
        let checkpoint = json!({"v": 1, "media": []});
        let got = publish.probe(&call!(case, &peer.wire()), &case.content(0), &checkpoint, Utc::now()).await.unwrap();
        assert_eq!(matches!(got, ProbeOutcome::Absent), absent, "{got:?}");
    }
}

#[tokio::test]
async fn who_can_reply_is_sent_as_x_calls_it() {
    let case = case();
    for (chosen, sent_as) in
        [("everybody", json!(null)), ("following", json!("following")), ("mentioned", json!("mentionedUsers"))]
    {
        let mut content = case.content(0);
        content.options.set("who_can_reply", OptionValue::Text(chosen.into()));
        assert_eq!(sent(Platform::X, &content).await.json()["reply_settings"], sent_as, "{chosen}");
    }
}

/// A poll with three answers.
pub(super) fn poll() -> crate::connectors::Content {
    let mut poll = case().content(0);
    poll.format = Format::Poll;
    for (id, value) in [("answer_1", "Light"), ("answer_2", "Dark "), ("answer_4", "Both"), ("duration", "4320")] {
        poll.options.set(id, OptionValue::Text(value.into()));
    }
    poll
}

#[tokio::test]
async fn x_posts_and_polls_have_the_right_form() {
    let body = sent(Platform::X, &poll()).await.json();
    assert_eq!(body["poll"], json!({"options": ["Light", "Dark", "Both"], "duration_minutes": 4320}));
    assert!(body["text"].is_string() && body.get("media").is_none());
    let mut short = poll();
    short.options.set("duration", OptionValue::Text(String::new()));
    assert_eq!(sent(Platform::X, &short).await.json()["poll"]["duration_minutes"], 1440, "a day, where nobody says");
    short.format = Format::Feed;
    assert!(sent(Platform::X, &short).await.json().get("poll").is_none(), "answers count in a poll only");
}

#[tokio::test]
async fn x_posts_are_deleted_once_and_again() {
    let (publish, case) = of(Platform::X);
    for (status, expected) in [(200, "ok"), (404, "ok"), (401, "auth_expired"), (503, "transient")] {
        let peer = Peer::start(move |_| Reply::text(status, "")).await;
        assert_eq!(kind(&publish.delete(&call!(case, &peer.wire()), &case.parent()).await), expected, "{status}");
        let asked = peer.seen().pop().unwrap();
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("DELETE", "/2/tweets/1850000000000000001"));
    }
}
