//! Replies and first comments: held over every platform that takes them, by the same rules as posts.

use super::cases::{Case, grant, keys};
use super::peer::{Peer, Reply, wire_to_nobody};
use super::support::{
    call, everyone_who_publishes, kind, linking, of, peer_failing_at_commit, prepare, saying, showing,
};
use crate::connectors::Address;
use crate::connectors::{Call, Committed, Content, ContentRole, Fault, ProbeOutcome, Publish, RemotePost};
use crate::domain::account::AccountFacts;
use crate::domain::limits::part_rules;
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use crate::domain::post::PartKind;
use chrono::{TimeDelta, Utc};
use serde_json::json;

/// Every kind of part with the platforms that take it.
fn everyone() -> impl Iterator<Item = (&'static dyn Publish, Case, PartKind)> {
    PartKind::ALL.into_iter().flat_map(|part| {
        let takes = move |c: &(&dyn Publish, Case)| {
            part_rules(c.1.platform, Format::default(), &AccountFacts::default(), part).is_some()
        };
        everyone_who_publishes().filter(takes).map(move |(publish, case)| (publish, case, part))
    })
}

async fn commit_against(publish: &dyn Publish, case: &Case, part: PartKind, reply: Reply) -> Result<Committed, Fault> {
    let peer = peer_failing_at_commit(case, reply).await;
    let (wire, content) = (peer.wire(), case.part(part));
    let (_, checkpoint) = prepare(publish, case, &wire, &content, None).await.unwrap();
    publish.commit(&call!(case, &wire), &content, &checkpoint).await
}

#[tokio::test]
async fn a_part_is_sent_once_and_found() {
    let mut held = 0;
    for (publish, case, part) in everyone() {
        let (name, peer) = (case.platform, Peer::start(case.well).await);
        // Pictures and links stay with the post itself.
        let content = linking(case.part(part), "https://northwind.example");
        let content = showing(content, case.content(1).post.media);
        let wire = peer.wire();
        let (steps, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        assert!(steps.is_empty() && peer.changes() == 0, "{name}: nothing to prepare");
        assert_eq!(checkpoint["v"], 1, "{name}");
        let committed = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
        let Ok(Committed::Live(made)) = committed else { panic!("{name}: {committed:?}") };
        assert_eq!(made.id, case.part_id, "{name}");
        assert!(made.url.is_some_and(|u| u.starts_with("https://")), "{name}");
        assert_eq!(peer.changes(), 1, "{name}: exactly one irreversible call");
        let before = peer.seen().len();
        let seen = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await;
        assert!(matches!(&seen, Ok(ProbeOutcome::Live(p)) if p.id == case.part_id), "{name}: {seen:?}");
        assert!(peer.seen()[before..].iter().all(|s| s.method == "GET"), "{name}: probe only reads");
        let other = saying(content.clone(), "Something else");
        let seen = publish.probe(&call!(case, &wire), &other, &checkpoint, Utc::now()).await;
        assert!(matches!(seen, Ok(ProbeOutcome::Absent)), "{name}: {seen:?}");
        // X filters by time itself; the others are filtered here.
        let later = Utc::now() + TimeDelta::minutes(5);
        let seen = publish.probe(&call!(case, &wire), &content, &checkpoint, later).await.unwrap();
        let asked = peer.seen().last().unwrap().query("start_time");
        assert!(asked.is_some() || matches!(seen, ProbeOutcome::Absent), "{name}: {seen:?}");
        held += 1;
    }
    assert_eq!(held, 7, "X, LinkedIn, Instagram, Facebook, Reddit, Bluesky, YouTube");
}

#[tokio::test]
async fn unclear_and_clear_ends_are_told_apart() {
    for (publish, case, part) in everyone() {
        let name = case.platform;
        for (reply, expected) in [
            (Reply::text(500, ""), "unknown_outcome"),
            (Reply::text(502, "<html>Bad gateway</html>"), "unknown_outcome"),
            (Reply::text(200, "not json"), "unknown_outcome"),
            (Reply::Truncated, "unknown_outcome"),
            (Reply::Reset, "unknown_outcome"),
            (Reply::text(429, "").with("retry-after", 120), "rate_limited"),
            (Reply::text(401, ""), "auth_expired"),
        ] {
            let told = format!("{name}: {reply:?}");
            assert_eq!(kind(&commit_against(publish, &case, part, reply).await), expected, "{told}");
        }
        let (nobody, content) = (wire_to_nobody(), case.part(part));
        let (_, checkpoint) = prepare(publish, &case, &nobody, &content, None).await.unwrap();
        let refused = publish.commit(&call!(case, &nobody), &content, &checkpoint).await;
        assert_eq!(kind(&refused), "transient", "{name}: nothing was sent");
        let foreign = publish.commit(&call!(case, &nobody), &content, &json!({"v": 99})).await;
        assert_eq!(kind(&foreign), "preparation_lost", "{name}");
        let failed = publish.probe(&call!(case, &nobody), &content, &checkpoint, Utc::now()).await;
        assert_eq!(kind(&failed), "transient", "{name}: a probe that fails is repeated");
    }
}

#[tokio::test]
async fn what_a_platform_does_not_have_is_said_before_anything_is_sent() {
    for (publish, case) in everyone_who_publishes() {
        for part in PartKind::ALL
            .into_iter()
            .filter(|part| part_rules(case.platform, Format::default(), &AccountFacts::default(), *part).is_none())
        {
            let peer = Peer::start(case.well).await;
            let got = prepare(publish, &case, &peer.wire(), &case.part(part), None).await;
            assert_eq!(kind(&got), "unsupported", "{} {part:?}", case.platform);
            assert!(peer.seen().is_empty());
        }
    }
}

#[tokio::test]
async fn parts_have_the_right_form() {
    for (publish, case, part) in everyone() {
        let peer = Peer::start(case.well).await;
        let (wire, content) = (peer.wire(), case.part(part));
        let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        publish.commit(&call!(case, &wire), &content, &checkpoint).await.unwrap();
        let sent = peer.seen().into_iter().rfind(|s| s.method == "POST").unwrap();
        (case.part_sent)(&case, &sent);
    }
}

#[tokio::test]
async fn linkedin_gives_the_comments_id_in_a_header_too() {
    let (publish, case) = of(Platform::LinkedIn);
    let reply = Reply::text(201, "").with("x-restli-id", "7250000000000000002");
    let got = commit_against(publish, &case, PartKind::Comment, reply).await;
    assert!(matches!(&got, Ok(Committed::Live(made)) if made.id == case.part_id), "{got:?}");
    for (reply, expected) in [
        (Reply::json(403, json!({"code": "ACCESS_DENIED", "message": "Not enough permissions"})), "permanent"),
        (Reply::json(404, json!({"message": "Could not find entity"})), "permanent"),
        (Reply::json(400, json!({"message": "too long"})), "invalid_content"),
    ] {
        let got = commit_against(publish, &case, PartKind::Comment, reply).await;
        assert_eq!(kind(&got), expected, "{got:?}");
    }
}

#[tokio::test]
async fn instagram_asks_to_reconnect_without_the_permission_to_comment() {
    let (publish, case) = of(Platform::Instagram);
    let peer = Peer::start(case.well).await;
    let (wire, keys, mut old) = (peer.wire(), keys(), grant());
    old.scopes = vec!["instagram_business_basic".into(), "instagram_business_content_publish".into()];
    let call = Call {
        wire: &wire,
        keys: &keys,
        grant: &old,
        account: case.account,
        handle: case.handle,
        facts: &serde_json::Value::Null,
    };
    match publish.prepare(&call, &case.part(PartKind::Comment), None).await {
        Err(Fault::NotAllowed { scopes, .. }) => assert_eq!(scopes, publish.part_scopes(PartKind::Comment)),
        other => panic!("{other:?}"),
    }
    assert!(peer.seen().is_empty());
    assert!(publish.prepare(&call, &case.content(1), None).await.is_ok(), "posts do not need it");
    // A post that was found by its upload only.
    let lost = RemotePost { id: "container:17880000000000001".into(), url: None };
    let content = Content { role: ContentRole::CommentOn(lost), ..case.part(PartKind::Comment) };
    let got = prepare(publish, &case, &wire, &content, None).await;
    assert_eq!(kind(&got), "unsupported");
    for (code, subcode, expected) in [
        (10, None, "permanent"),
        (200, None, "permanent"),
        (100, Some(33), "permanent"),
        (100, None, "invalid_content"),
    ] {
        let body = json!({"error": {"message": "m", "code": code, "error_subcode": subcode}});
        let got = commit_against(publish, &case, PartKind::Comment, Reply::json(400, body)).await;
        assert_eq!(kind(&got), expected, "{got:?}");
    }
}

#[tokio::test]
async fn facebook_comments_need_their_permissions_and_an_id_and_park_nobody() {
    let (publish, case) = of(Platform::Facebook);
    let peer = Peer::start(case.well).await;
    let (wire, keys, mut old) = (peer.wire(), keys(), grant());
    old.scopes = publish.scopes(true).iter().map(|scope| (*scope).to_owned()).collect();
    let facts = &serde_json::Value::Null;
    let call = Call { wire: &wire, keys: &keys, grant: &old, account: case.account, handle: case.handle, facts };
    match publish.prepare(&call, &case.part(PartKind::Comment), None).await {
        Err(Fault::NotAllowed { scopes, .. }) => assert_eq!(scopes, publish.part_scopes(PartKind::Comment)),
        other => panic!("{other:?}"),
    }
    assert!(peer.seen().is_empty());
    assert!(publish.prepare(&call, &case.content(1), None).await.is_ok(), "posts do not need them");
    for id in ["", "pfbid0abc", "1/2"] {
        let post = RemotePost { id: id.into(), url: None };
        let content = Content { role: ContentRole::CommentOn(post), ..case.part(PartKind::Comment) };
        assert_eq!(kind(&prepare(publish, &case, &wire, &content, None).await), "unsupported", "{id}");
    }
    let error =
        |code: i64, subcode: Option<i64>| json!({"error": {"message": "m", "code": code, "error_subcode": subcode}});
    for (status, body, expected) in [
        (403, error(200, None), "permanent"),
        (400, error(10, None), "permanent"),
        (403, serde_json::Value::Null, "permanent"),
        (400, error(100, Some(33)), "permanent"),
        (400, error(368, None), "permanent"),
        (400, error(100, None), "invalid_content"),
        (400, error(506, None), "duplicate"),
        (400, error(2, None), "unknown_outcome"),
    ] {
        let got = commit_against(publish, &case, PartKind::Comment, Reply::json(status, body.clone())).await;
        assert_eq!(kind(&got), expected, "{status} {body}: {got:?}");
    }
    // A listing that goes on, and is all as new as the attempt, proves nothing.
    let peer = Peer::start(|_| {
        let now = Utc::now().format("%Y-%m-%dT%H:%M:%S%z").to_string();
        let other = json!({"id": "1_2", "message": "Other", "created_time": now, "from": {"id": "9"}});
        Reply::json(200, json!({"data": [other], "paging": {"next": "https://graph.facebook.com/x"}}))
    })
    .await;
    let content = case.part(PartKind::Comment);
    let seen = publish.probe(&call!(case, &peer.wire()), &content, &json!({"v": 1}), Utc::now()).await;
    assert!(matches!(seen, Ok(ProbeOutcome::CannotTell(_))), "{seen:?}");
}

#[test]
fn ids_are_read_out_of_addresses() {
    let id = |platform, address: &str| of(platform).0.id_in(address);
    let x = "https://x.com/northwind/status/1850000000000000001";
    for address in [x.to_owned(), format!("{x}?s=20"), format!("{x}/photo/1")] {
        assert_eq!(id(Platform::X, &address).as_deref(), Some("1850000000000000001"), "{address}");
    }
    assert_eq!(id(Platform::X, "https://x.com/northwind"), None);
    assert_eq!(id(Platform::X, "https://x.com/northwind/status/new"), None);
    let urn = "urn:li:share:7250000000000000001";
    for address in [
        format!("https://www.linkedin.com/feed/update/{urn}/"),
        format!("https://www.linkedin.com/feed/update/{}", urn.replace(':', "%3A")),
    ] {
        assert_eq!(id(Platform::LinkedIn, &address).as_deref(), Some(urn), "{address}");
    }
    assert_eq!(id(Platform::Instagram, "https://www.instagram.com/p/abc/"), None);
    for (address, expected) in [
        ("https://www.facebook.com/61550000000001/posts/122", Some("61550000000001_122")),
        ("https://www.facebook.com/permalink.php?story_fbid=122&id=61550000000001", Some("61550000000001_122")),
        ("https://www.facebook.com/61550000000001_122", Some("61550000000001_122")),
        ("https://www.facebook.com/reel/900/", Some("900")),
        ("https://m.facebook.com/northwind/videos/900/?ref=x", Some("900")),
        ("https://www.facebook.com/watch/?v=900", Some("900")),
        // Neither the Page's number nor the post's is in it.
        ("https://www.facebook.com/northwind/posts/122", None),
        ("https://www.facebook.com/61550000000001/posts/pfbid0abc", None),
        ("https://www.facebook.com/permalink.php?story_fbid=pfbid0abc&id=61550000000001", None),
    ] {
        assert_eq!(id(Platform::Facebook, address).as_deref(), expected, "{address}");
    }
}

/// What a person pastes as the post's address is one, on this platform, and says whose it is where it can.
#[test]
fn addresses_of_posts_are_told_from_others() {
    let of = |platform, address: &str| of(platform).0.address(address);
    let post = |account: Option<&str>| Address::Post { account: account.map(str::to_owned) };
    for (platform, address, account) in [
        (Platform::X, "https://x.com/north/status/18?s=20", Some("north")),
        (Platform::X, "https://mobile.twitter.com/north/status/18/photo/1", Some("north")),
        (Platform::X, "https://x.com/i/status/18", None),
        (Platform::LinkedIn, "https://www.linkedin.com/feed/update/urn:li:share:7/", None),
        (Platform::LinkedIn, "https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A7", None),
        (Platform::LinkedIn, "https://www.linkedin.com/posts/north_beans-activity-7-aB", None),
        (Platform::Instagram, "https://www.instagram.com/p/Ab_1-c/?img_index=1", None),
        (Platform::Instagram, "https://instagram.com/north.wind/reel/Abc/", Some("north.wind")),
        (Platform::Bluesky, "https://bsky.app/profile/north.test/post/3abc", Some("north.test")),
        (Platform::Facebook, "https://www.facebook.com/north/posts/pfbid0abc", Some("north")),
        (Platform::Facebook, "https://m.facebook.com/reel/900/", None),
        (Platform::Facebook, "https://www.facebook.com/permalink.php?story_fbid=pfbid0&id=615", Some("615")),
        (Platform::Reddit, "https://old.reddit.com/r/coffee/comments/1fresh/beans/?utm_source=share", None),
    ] {
        assert_eq!(of(platform, address), post(account), "{address}");
        let all = [Platform::X, Platform::LinkedIn, Platform::Instagram, Platform::Bluesky, Platform::Facebook];
        for other in all.into_iter().chain([Platform::Reddit]) {
            let is_post = matches!(of(other, address), Address::Post { .. });
            assert_eq!(is_post, other == platform, "{address} on {other}");
        }
    }
    for (platform, address) in [
        (Platform::X, "https://x.com/north"),
        (Platform::X, "https://x.com.evil.example/north/status/18"),
        (Platform::X, "https://evil.example/x.com/north/status/18"),
        (Platform::LinkedIn, "https://www.linkedin.com/in/north"),
        (Platform::LinkedIn, "https://www.linkedin.com/feed/update/urn:li:share:"),
        (Platform::LinkedIn, "https://www.linkedin.com/company/share-7"),
        (Platform::Instagram, "https://www.instagram.com/north/"),
        (Platform::Bluesky, "https://bsky.app/profile/north.test"),
        (Platform::Facebook, "https://www.facebook.com/north"),
        (Platform::Facebook, "https://www.facebook.com/permalink.php?id=615"),
        (Platform::Facebook, "https://facebook.com.evil.example/north/posts/1"),
    ] {
        assert!(matches!(of(platform, address), Address::NoPost(form) if form.starts_with("https://")), "{address}");
    }
}
