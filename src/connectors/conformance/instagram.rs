//! What is special to Instagram: its error codes, its containers, what they prove. The bodies here are those of Meta's
//! developer pages (developers.facebook.com: Instagram Platform, Graph API v25.0 and v26.0; pages of 2026-09-11, checked
//! 2026-11-20); objects and edges are as in github.com/facebook/facebook-business-sdk-codegen (ad2b0b6f, 2026-04-15), against
//! which the stand-in's answers are held.

use super::cases::{Case, NEW_ACCESS, PART, TEXT, grant, keys};
use super::converse::Talk;
use super::peer::{Peer, Reply, Seen};
use super::support::{call, commit_against, commits, kind, of, prepare, sent};
use crate::connectors::instagram::Instagram;
use crate::connectors::{Committed, Content, Fault, Prepared, ProbeOutcome, SignIn};
use crate::domain::options::OptionValue;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, VideoFacts};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::time::Duration;

pub fn case() -> Case {
    Case {
        platform: Platform::Instagram,
        account: "17841400000000001",
        handle: "northwind.roasters",
        typed: &[],
        well,
        commits: |s| s.path.ends_with("/media_publish") || s.path.ends_with("/comments"),
        live_id: "17990000000000001",
        preparing: 3,
        rotates: false,
        refused_refresh: || Reply::json(400, json!({"error": {"message": "expired", "code": 190}})),
        revokes: false,
        media_type: "image/jpeg",
        options: &[],
        part_id: "17870000000000001",
        part_sent: |_, sent| assert_eq!(sent.form("message").as_deref(), Some(PART)),
    }
}

fn well(seen: &Seen) -> Reply {
    let path = seen.path.strip_prefix("/v25.0").unwrap_or(&seen.path);
    match (seen.method.as_str(), path) {
        ("POST", "/oauth/access_token") => Reply::json(
            200,
            json!({"access_token": "short-4711-secret", "user_id": 1, "permissions": "instagram_business_basic"}),
        ),
        ("GET", "/access_token" | "/refresh_access_token") => {
            Reply::json(200, json!({"access_token": NEW_ACCESS, "token_type": "bearer", "expires_in": 5_183_944}))
        }
        ("GET", "/me") => Reply::json(200, json!({"user_id": "17841400000000001", "username": "northwind.roasters"})),
        ("POST", "/17841400000000001/media") => Reply::json(200, json!({"id": "17880000000000001"})),
        ("POST", "/17841400000000001/media_publish") => Reply::json(200, json!({"id": "17990000000000001"})),
        ("GET", "/17880000000000001") => Reply::json(200, json!({"status_code": "FINISHED", "status": "Finished"})),
        ("POST", "/17990000000000001/comments") => Reply::json(200, json!({"id": "17870000000000001"})),
        ("GET", "/17990000000000001/comments") => {
            let comment = |id: &str, who: &str| {
                json!({"id": id, "text": PART, "username": who,
                    "timestamp": Utc::now().format("%Y-%m-%dT%H:%M:%S%z").to_string()})
            };
            let all = [comment("17870000000000009", "somebody"), comment("17870000000000001", "northwind.roasters")];
            Reply::json(200, json!({"data": all}))
        }
        ("GET", "/17990000000000001") => Reply::json(200, json!({"permalink": "https://www.instagram.com/p/abc/"})),
        ("GET", "/17841400000000001/media") => Reply::json(
            200,
            json!({"data": [{"id": "17990000000000001", "caption": TEXT, "permalink": "https://www.instagram.com/p/abc/",
                "timestamp": Utc::now().format("%Y-%m-%dT%H:%M:%S%z").to_string()}]}),
        ),
        _ => Reply::text(404, "unexpected"),
    }
}

/// The comments under the case's post.
pub fn talk() -> Talk {
    fn well_said(seen: &Seen) -> Reply {
        let path = seen.path.strip_prefix("/v25.0/").unwrap_or_default();
        let at = Utc::now().format("%Y-%m-%dT%H:%M:%S%z").to_string();
        let answer = json!({"id": "17870000000000002", "text": super::converse::ANSWER, "timestamp": at,
            "username": "northwind.roasters"});
        match (seen.method.as_str(), path) {
            ("GET", "17990000000000001/comments") => Reply::json(
                200,
                json!({"data": [{"id": "17870000000000001", "text": super::converse::QUESTION, "timestamp": at, "username": "Ada",
                    "hidden": false, "replies": {"data": [answer]}}]}),
            ),
            ("GET", "17870000000000001/replies") => Reply::json(200, json!({"data": [answer]})),
            ("POST", "17870000000000001/replies") => Reply::json(200, json!({"id": 17_870_000_000_000_002_u64})),
            ("POST" | "DELETE", _) => Reply::json(200, json!({"success": true})),
            _ => well(seen),
        }
    }
    Talk {
        platform: Platform::Instagram,
        well: well_said,
        comment: "17870000000000001",
        answer: "17870000000000002",
        replies: |seen| seen.path.ends_with("/replies"),
        hid: |seen| assert_eq!(seen.form("hide").as_deref(), Some("true")),
        removed: |seen| assert_eq!(seen.method, "DELETE"),
    }
}

fn graph(code: i64, subcode: Option<i64>) -> Value {
    json!({"error": {"message": "m", "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "A"}})
}

#[tokio::test]
async fn a_personal_account_is_told_what_to_change() {
    let who = |kind: &str| json!({"user_id": "17841400000000001", "username": "northwind", "account_type": kind});
    for (kind_of, expected) in [("PERSONAL", false), ("BUSINESS", true), ("MEDIA_CREATOR", true)] {
        let body = who(kind_of);
        let peer = Peer::start(move |_| Reply::json(200, body.clone())).await;
        match (Instagram.accounts(&peer.wire(), &keys(), &grant()).await, expected) {
            (Ok(found), true) => assert_eq!(found[0].handle, "northwind"),
            (Err(Fault::Permanent { message, .. }), false) => assert!(message.contains("Account type"), "{message}"),
            (other, _) => panic!("{kind_of}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn instagram_answers_are_understood() {
    let rows = [
        (190, Some(463), "auth_expired"),
        (102, None, "auth_expired"),
        (4, None, "rate_limited"),
        (17, None, "rate_limited"),
        (32, None, "rate_limited"),
        (80002, None, "rate_limited"),
        (9, Some(2_207_042), "rate_limited"),
        (9, None, "rate_limited"),
        (10, None, "permission_missing"),
        (200, None, "permission_missing"),
        (299, None, "permission_missing"),
        (24, Some(2_207_006), "permission_missing"),
        (24, Some(2_207_008), "preparation_lost"),
        (100, Some(33), "preparation_lost"),
        (-2, Some(2_207_020), "preparation_lost"),
        (25, Some(2_207_050), "disconnected"),
        (9007, Some(2_207_027), "transient"),
        (4, Some(2_207_051), "unknown_outcome"),
        (-1, Some(2_207_001), "unknown_outcome"),
        (1, None, "unknown_outcome"),
        (2, None, "unknown_outcome"),
        (36004, Some(2_207_010), "invalid_content"),
        (9004, Some(2_207_052), "invalid_content"),
        (36003, Some(2_207_009), "invalid_content"),
        (506, None, "duplicate"),
        (368, None, "permanent"),
        (3, None, "permanent"),
        (100, None, "permanent"),
    ];
    commits(Platform::Instagram, rows.iter().map(|(c, s, kind)| (400, graph(*c, *s), *kind)).collect()).await;
    // The status does not matter where there is a code.
    commits(
        Platform::Instagram,
        vec![(500, graph(190, None), "auth_expired"), (500, graph(-1, None), "unknown_outcome")],
    )
    .await;
}

#[tokio::test]
async fn instagram_says_how_long_to_wait_in_a_header() {
    let (publish, case) = of(Platform::Instagram);
    let usage = r#"{"17841400000000001":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":19}]}"#;
    let reply = Reply::json(400, graph(80002, None)).with("x-business-use-case-usage", usage);
    match commit_against(publish, &case, reply).await {
        Err(Fault::RateLimited { until, .. }) => {
            let minutes = (until - Utc::now()).num_minutes();
            assert!((18..=19).contains(&minutes), "{minutes}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn instagram_containers_are_polled_with_patience() {
    let (publish, case) = of(Platform::Instagram);
    let well = case.well;
    let peer = Peer::start(move |seen| match seen.path.as_str() {
        "/v25.0/17880000000000001" => Reply::json(200, json!({"status_code": "IN_PROGRESS"})),
        _ => well(seen),
    })
    .await;
    let (wire, content) = (peer.wire(), case.content(1));
    let (mut had, mut waits) = (None, vec![]);
    let end = loop {
        match publish.prepare(&call!(case, &wire), &content, had.as_ref()).await {
            Ok(Prepared::More(checkpoint)) => had = Some(checkpoint),
            Ok(Prepared::Waiting { checkpoint, recheck_after }) => {
                waits.push(recheck_after);
                had = Some(checkpoint);
            }
            other => break other,
        }
    };
    assert_eq!(waits[0], Duration::from_secs(3));
    assert!(waits.windows(2).all(|w| w[1] >= w[0]) && waits.last() == Some(&Duration::from_secs(60)));
    assert_eq!(kind(&end), "preparation_lost", "given up in the end");
    assert_eq!(peer.changes(), 1, "one container");
}

#[tokio::test]
async fn instagram_failed_containers_say_why() {
    let (publish, case) = of(Platform::Instagram);
    for (code, status, expected) in [
        ("ERROR", "Error: Media upload has failed with error code 2207009", "invalid_content"),
        ("ERROR", "Error: Media upload has failed with error code 2207052", "invalid_content"),
        ("ERROR", "Error: unknown", "preparation_lost"),
        ("EXPIRED", "Expired", "preparation_lost"),
    ] {
        let well = case.well;
        let peer = Peer::start(move |seen| match seen.path.as_str() {
            "/v25.0/17880000000000001" => Reply::json(200, json!({"status_code": code, "status": status})),
            _ => well(seen),
        })
        .await;
        let got = prepare(publish, &case, &peer.wire(), &case.content(1), None).await;
        assert_eq!(kind(&got), expected, "{status}");
    }
}

#[tokio::test]
async fn instagram_does_not_publish_a_container_twice() {
    let (publish, case) = of(Platform::Instagram);
    let published = |seen: &Seen| match seen.path.as_str() {
        "/v25.0/17880000000000001" => Reply::json(200, json!({"status_code": "PUBLISHED"})),
        path if path.ends_with("/media_publish") => Reply::json(400, graph(9007, Some(2_207_027))),
        _ => well(seen),
    };
    let content = case.content(1);
    let peer = Peer::start(published).await;
    let (wire, container) = (peer.wire(), json!({"id": "17880000000000001", "asset": content.media[0].facts.asset}));
    let made = Utc::now() - TimeDelta::hours(2);
    for (finished, calls) in [(false, 0), (true, 1)] {
        let mut post = container.clone();
        post["finished"] = finished.into();
        let checkpoint = json!({"v": 1, "made_at": made, "children": [], "looks": 0, "post": post});
        let (_, checkpoint) = prepare(publish, &case, &wire, &content, Some(checkpoint)).await.unwrap();
        let before = peer.changes();
        let committed = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
        let Ok(Committed::Processing { checkpoint, .. }) = committed else { panic!("{committed:?}") };
        assert_eq!(peer.changes() - before, calls, "known to be published: nothing is sent");
        let outcome = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await;
        assert!(matches!(&outcome, Ok(ProbeOutcome::Live(p)) if p.url.is_some()), "{outcome:?}");
    }
    // A picture of a carousel that is part of another post: that other post is in the way.
    let got = prepare(publish, &case, &wire, &case.content(2), None).await;
    assert_eq!(kind(&got), "duplicate");
}

#[tokio::test]
async fn instagram_forms_are_right() {
    let case = case();
    let (publish, _) = of(Platform::Instagram);
    let peer = Peer::start(case.well).await;
    prepare(publish, &case, &peer.wire(), &case.content(2), None).await.unwrap();
    let made: Vec<_> = peer.seen().into_iter().filter(|s| s.method == "POST").collect();
    assert_eq!(made[0].form("is_carousel_item").as_deref(), Some("true"));
    assert_eq!(made[0].form("image_url").as_deref(), Some("https://lux.example/media/unguessable-1.jpg"));
    assert_eq!(made[0].form("alt_text").as_deref(), Some("Picture 1"));
    assert!(made[0].form("caption").is_none());
    assert_eq!(made[2].form("media_type").as_deref(), Some("CAROUSEL"));
    assert_eq!(made[2].form("children").as_deref(), Some("17880000000000001,17880000000000001"));
    assert_eq!(made[2].form("caption").as_deref(), Some(super::cases::TEXT));
    assert_eq!(
        sent(Platform::Instagram, &case.content(1)).await.form("creation_id").as_deref(),
        Some("17880000000000001")
    );
    for pictures in [0, 11] {
        let got = prepare(publish, &case, &peer.wire(), &case.content(pictures), None).await;
        assert_eq!(kind(&got), "invalid_content");
    }
}

#[tokio::test]
async fn instagram_containers_tell_what_became_of_the_post() {
    let (publish, case) = of(Platform::Instagram);
    let checkpoint = json!({"v": 1, "made_at": Utc::now(), "children": [], "looks": 0,
        "post": {"id": "17880000000000001", "asset": null, "finished": true}});
    let old = Utc::now() - TimeDelta::minutes(20);
    for (code, since, expected) in [
        ("FINISHED", Utc::now(), "absent"),
        ("EXPIRED", Utc::now(), "absent"),
        ("ERROR", Utc::now(), "cannot_tell"),
        ("IN_PROGRESS", Utc::now(), "processing"),
        ("PUBLISHED", Utc::now(), "processing"),
        ("PUBLISHED", old, "live"),
    ] {
        let peer = Peer::start(move |seen| match seen.path.as_str() {
            "/v25.0/17880000000000001" => Reply::json(200, json!({"status_code": code})),
            _ => Reply::json(200, json!({"data": []})),
        })
        .await;
        let got = match publish.probe(&call!(case, &peer.wire()), &case.content(1), &checkpoint, since).await.unwrap() {
            ProbeOutcome::Live(post) => {
                assert_eq!(post.id, "container:17880000000000001");
                "live"
            }
            ProbeOutcome::Processing { .. } => "processing",
            ProbeOutcome::Absent => "absent",
            ProbeOutcome::Refused(_) => "refused",
            ProbeOutcome::CannotTell(_) => "cannot_tell",
        };
        assert_eq!(got, expected, "{code}");
    }
}

#[tokio::test]
async fn instagram_posts_are_live_even_if_their_address_cannot_be_read() {
    let (publish, case) = of(Platform::Instagram);
    let well = case.well;
    let peer = Peer::start(move |seen| match seen.path.as_str() {
        "/v25.0/17990000000000001" => Reply::text(500, ""),
        _ => well(seen),
    })
    .await;
    let (wire, content) = (peer.wire(), case.content(1));
    let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    let got = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
    assert!(matches!(got, Ok(Committed::Live(post)) if post.url.is_none() && post.id == "17990000000000001"));
}

/// The containers that are made for this content.
async fn containers(content: &Content) -> Vec<Seen> {
    let (publish, case) = of(Platform::Instagram);
    let peer = Peer::start(case.well).await;
    prepare(publish, &case, &peer.wire(), content, None).await.unwrap();
    peer.seen().into_iter().filter(|s| s.method == "POST").collect()
}

#[tokio::test]
async fn instagram_stories_and_mixed_carousels_have_the_right_form() {
    let (publish, case) = of(Platform::Instagram);
    let mut mixed = case.content(3);
    mixed.format = Format::Carousel;
    mixed.media[1].facts.mime = "video/mp4".into();
    let made = containers(&mixed).await;
    let kinds: Vec<_> = made.iter().map(|form| form.form("media_type")).collect();
    assert_eq!(kinds, [None, Some("VIDEO".into()), None, Some("CAROUSEL".into())]);
    assert!(
        made[1].form("video_url").is_some()
            && made[1].form("image_url").is_none()
            && made[1].form("alt_text").is_none()
    );
    assert!(made[..3].iter().all(|form| form.form("is_carousel_item").as_deref() == Some("true")));

    let mut story = case.content(1);
    story.format = Format::Story;
    let made = containers(&story).await;
    assert_eq!(
        (made.len(), made[0].form("media_type").as_deref(), made[0].form("caption")),
        (1, Some("STORIES"), None)
    );
    story.media[0].facts.mime = "video/quicktime".into();
    let made = containers(&story).await;
    assert!(made[0].form("video_url").is_some() && made[0].form("share_to_feed").is_none());

    // A story says nothing by which it could be known: it is the only new one, once its container says that it is out.
    let checkpoint = json!({"v": 1, "made_at": Utc::now(), "children": [], "looks": 0,
        "post": {"id": "17880000000000001", "asset": null, "finished": true}});
    for (code, live) in [("PUBLISHED", true), ("FINISHED", false)] {
        let peer = Peer::start(move |seen| match seen.path.as_str() {
            "/v25.0/17880000000000001" => Reply::json(200, json!({"status_code": code})),
            path if path.ends_with("/stories") => {
                let at = Utc::now().format("%Y-%m-%dT%H:%M:%S+0000").to_string();
                Reply::json(200, json!({"data": [{"id": "17990000000000009", "timestamp": at}]}))
            }
            _ => Reply::text(404, "the posts are not asked for it"),
        })
        .await;
        let got = publish.probe(&call!(case, &peer.wire()), &story, &checkpoint, Utc::now()).await.unwrap();
        assert_eq!(matches!(&got, ProbeOutcome::Live(post) if post.id == "17990000000000009"), live, "{got:?}");
        assert_eq!(matches!(got, ProbeOutcome::Absent), !live);
    }
    for (format, pictures) in [(Format::Carousel, 1), (Format::Carousel, 11), (Format::Story, 2), (Format::Reel, 1)] {
        let mut content = case.content(pictures);
        content.format = format;
        let got = prepare(publish, &case, &Peer::start(case.well).await.wire(), &content, None).await;
        assert_eq!(kind(&got), "invalid_content", "{format:?} of {pictures}");
    }
}

#[tokio::test]
async fn a_video_becomes_a_reel() {
    let (publish, case) = of(Platform::Instagram);
    let film = |mime: &str, files: usize| {
        let mut content = case.content(files);
        content.media[0].facts.mime = mime.into();
        content
    };
    let peer = Peer::start(case.well).await;
    prepare(publish, &case, &peer.wire(), &film("video/mp4", 1), None).await.unwrap();
    let made: Vec<_> = peer.seen().into_iter().filter(|s| s.method == "POST").collect();
    let [container] = made.as_slice() else { panic!("{made:?}") };
    let form = |name: &str| container.form(name);
    assert_eq!((form("media_type").as_deref(), form("share_to_feed").as_deref()), (Some("REELS"), Some("true")));
    assert_eq!(form("video_url").as_deref(), Some("https://lux.example/media/unguessable-1.jpg"));
    assert_eq!((form("image_url"), form("alt_text"), form("caption").as_deref()), (None, None, Some(TEXT)));
    // Nor among the posts of the profile, and with a cover of one's own, which lies within the video.
    let mut reel = film("video/mp4", 1);
    let facts = VideoFacts { millis: 4_500, codec: "h264".into(), audio: None, frames: 30_000, bit_rate: 1_000_000 };
    reel.media[0].facts.video = Some(facts);
    reel.format = Format::Reel;
    reel.options.set("reels_only", OptionValue::YesNo(true));
    for (cover, sent) in [("chosen", None), ("0", Some("0")), ("3000", Some("3000")), ("30000", Some("4499"))] {
        reel.options.set("cover", OptionValue::Text(cover.into()));
        let form = containers(&reel).await.remove(0);
        assert_eq!(
            (form.form("share_to_feed").as_deref(), form.form("thumb_offset").as_deref()),
            (Some("false"), sent)
        );
    }
    // It is not asked for what it does not take.
    for content in [film("video/mp4", 2), film("video/webm", 1)] {
        let peer = Peer::start(case.well).await;
        assert_eq!(kind(&prepare(publish, &case, &peer.wire(), &content, None).await), "invalid_content");
        assert!(peer.seen().is_empty());
    }
}
