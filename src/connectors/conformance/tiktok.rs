//! What is special to TikTok: the account is asked before each post, the last part of a video publishes it, pictures are
//! fetched, and what became of it is asked by `publish_id`. There is no machine-readable description; the bodies here are
//! those of TikTok's developer pages (Content Posting API: Direct Post, Photo post, Media transfer guide; read 2026-11-20).

use super::cases::{Case, NEW_ACCESS, NEW_REFRESH, TEXT, grant, keys};
use super::peer::{Peer, Reply, Seen};
use super::support::{call, commits, kind, of, prepare};
use crate::connectors::tiktok::{CONNECTOR, TikTok};
use crate::connectors::{Checkpoint, Committed, Content, Fault, MediaSource, ProbeOutcome, RemotePost, SignIn};
use crate::domain::options::OptionValue;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, VideoFacts};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const POST: &str = "7400000000000000001";
const PICTURES: &str = "p_pub_url~v2.123456789";
const VIDEO: &str = "v_pub_file~v2-1.123456789";
const UPLOAD: &str = "https://open-upload.tiktokapis.com/video/?upload_id=67890&upload_token=Xza123";
/// Two parts.
const SIZE: u64 = 11_000_001;

pub fn case() -> Case {
    Case {
        platform: Platform::TikTok,
        account: "-000abc",
        handle: "northwind",
        typed: &[],
        well,
        commits: |s| s.method == "POST" && s.path == "/v2/post/publish/content/init/",
        live_id: POST,
        preparing: 0,
        rotates: true,
        refused_refresh: || {
            Reply::json(400, json!({ "error": "invalid_grant", "error_description": "expired", "log_id": "1" }))
        },
        revokes: true,
        media_type: "image/jpeg",
        options: &[("privacy", "PUBLIC_TO_EVERYONE")],
        part_id: "",
        part_sent: |_, _| panic!("TikTok has no parts"),
    }
}

fn answer(data: Value) -> Reply {
    Reply::json(200, json!({ "data": data, "error": { "code": "ok", "message": "", "log_id": "1" } }))
}

fn error(status: u16, code: &str) -> Reply {
    Reply::json(status, json!({ "data": {}, "error": { "code": code, "message": "", "log_id": "1" } }))
}

fn creator(change: Value) -> Reply {
    let mut creator = json!({ "creator_avatar_url": "https://p.example/a.jpg", "creator_username": "northwind",
        "creator_nickname": "Northwind", "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
        "comment_disabled": false, "duet_disabled": false, "stitch_disabled": false, "max_video_post_duration_sec": 300 });
    creator.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    answer(creator)
}

/// The last byte and the size of `Content-Range: bytes 0-9/10`.
fn range(seen: &Seen) -> (u64, u64) {
    let (range, size) = seen.header("content-range").split_once('/').unwrap();
    (range.split_once('-').unwrap().1.parse().unwrap(), size.parse().unwrap())
}

fn well(seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/v2/oauth/token/") => Reply::json(
            200,
            json!({ "open_id": "-000abc", "scope": "user.info.basic,user.info.profile,video.list,video.publish",
                "access_token": NEW_ACCESS, "expires_in": 7200, "refresh_token": NEW_REFRESH,
                "refresh_expires_in": 15_552_000, "token_type": "Bearer" }),
        ),
        ("POST", "/v2/oauth/revoke/") => Reply::text(200, ""),
        ("GET", "/v2/user/info/") => answer(json!({ "user": { "open_id": "-000abc", "display_name": "Northwind",
            "avatar_url": "https://p.example/a.jpg", "username": "northwind" } })),
        ("POST", "/v2/post/publish/creator_info/query/") => creator(json!({})),
        ("POST", "/v2/post/publish/video/init/") => answer(json!({ "publish_id": VIDEO, "upload_url": UPLOAD })),
        ("POST", "/v2/post/publish/content/init/") => answer(json!({ "publish_id": PICTURES })),
        ("POST", "/v2/post/publish/status/fetch/") => {
            // As it is on the wire: a number that no float holds.
            let id: u64 = POST.parse().unwrap();
            answer(json!({ "status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [id], "uploaded_bytes": SIZE }))
        }
        ("POST", "/v2/video/list/") => answer(json!({ "cursor": 0, "has_more": false, "videos": [{ "id": POST,
            "create_time": Utc::now().timestamp(), "video_description": TEXT, "title": "",
            "share_url": format!("https://www.tiktok.com/@northwind/video/{POST}?utm_source=app") }] })),
        ("PUT", "/video/") => {
            let (last, size) = range(seen);
            let status = if last + 1 == size { 201 } else { 206 };
            Reply::text(status, "").with("content-range", format!("bytes 0-{last}/{size}"))
        }
        _ => Reply::text(404, ""),
    }
}

fn film() -> VideoFacts {
    VideoFacts { codec: "h264".into(), audio: None, millis: 60_000, frames: 30_000, bit_rate: 1_000_000 }
}

fn filmed() -> Content {
    let mut content = case().content(1);
    content.media[0].facts.mime = "video/mp4".into();
    content.media[0].facts.video = Some(film());
    content.media[0].source = MediaSource::of_bytes(Bytes::from(vec![7; SIZE as usize]));
    content
}

fn yes(mut content: Content, ids: &[&str]) -> Content {
    ids.iter().for_each(|id| content.options.set(id, OptionValue::YesNo(true)));
    content
}

fn with(mut content: Content, id: &str, value: &str) -> Content {
    content.options.set(id, OptionValue::Text(value.to_owned()));
    content
}

/// A peer that answers one path in its own way.
async fn but(path: &'static str, reply: Reply) -> Peer {
    Peer::start(move |seen| if seen.path == path { reply.clone() } else { well(seen) }).await
}

const STATUS: &str = "/v2/post/publish/status/fetch/";

fn status(status: &str, uploaded: u64) -> Reply {
    answer(json!({ "status": status, "uploaded_bytes": uploaded }))
}

fn failed(reason: &str) -> Reply {
    answer(json!({ "status": "FAILED", "fail_reason": reason }))
}

/// The checkpoint of a video of which only the last part is left.
async fn ready(content: &Content) -> Checkpoint {
    let (publish, case) = of(Platform::TikTok);
    prepare(publish, &case, &Peer::start(well).await.wire(), content, None).await.unwrap().1
}

async fn probed(peer: Peer, content: &Content, checkpoint: &Checkpoint, since: DateTime<Utc>) -> ProbeOutcome {
    let (publish, case) = of(Platform::TikTok);
    publish.probe(&call!(case, &peer.wire()), content, checkpoint, since).await.unwrap()
}

#[tokio::test]
async fn the_account_is_asked_then_a_video_is_announced_and_sent_and_its_last_part_publishes() {
    let (publish, case) = of(Platform::TikTok);
    let content = with(yes(filmed(), &["comments", "your_brand", "made_with_ai"]), "cover", "2.5");
    let peer = Peer::start(well).await;
    let wire = peer.wire();
    let (steps, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    assert_eq!(steps.len(), 2, "asked, announced; with the first part all is ready");
    let seen = peer.seen();
    let paths: Vec<_> = seen.iter().map(|s| s.path.trim_end_matches('/').rsplit_once('/').unwrap().1).collect();
    assert_eq!(paths, ["query", "init", "video"]);
    assert_eq!(seen[1].header("content-type"), "application/json; charset=UTF-8");
    assert_eq!(
        seen[1].json(),
        json!({
            "post_info": { "privacy_level": "PUBLIC_TO_EVERYONE", "title": TEXT, "disable_comment": false,
                "disable_duet": true, "disable_stitch": true, "brand_organic_toggle": true,
                "brand_content_toggle": false, "is_aigc": true, "video_cover_timestamp_ms": 2_500 },
            "source_info": { "source": "FILE_UPLOAD", "video_size": SIZE, "chunk_size": 5_500_000, "total_chunk_count": 2 },
        })
    );
    let committed = publish.commit(&call!(case, &wire), &content, &ready).await;
    let Ok(Committed::Processing { checkpoint, .. }) = committed else { panic!("{committed:?}") };
    let sent: Vec<_> = peer.seen().into_iter().filter(|s| s.method == "PUT").collect();
    let ranges: Vec<_> = sent.iter().map(|s| (s.header("content-range").to_owned(), s.body.len())).collect();
    assert_eq!(
        ranges,
        [("bytes 0-5499999/11000001".to_owned(), 5_500_000), ("bytes 5500000-11000000/11000001".to_owned(), 5_500_001)]
    );
    for part in &sent {
        assert_eq!((part.header("authorization"), part.header("content-type")), ("", "video/mp4"));
        assert_eq!(
            (part.host.as_str(), part.query("upload_token").as_deref()),
            ("open-upload.tiktokapis.com", Some("Xza123"))
        );
    }
    let outcome = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await.unwrap();
    let ProbeOutcome::Live(RemotePost { id, url }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(
        (id.as_str(), url.as_deref()),
        (POST, Some("https://www.tiktok.com/@northwind/video/7400000000000000001"))
    );
    // No step sends a part again, and the journal has no part of the upload's address that could be used.
    let again = Peer::start(well).await;
    prepare(publish, &case, &again.wire(), &content, Some(steps[1].clone())).await.unwrap();
    assert_eq!(again.changes(), 1, "the one part that was left");
    assert!(wire.journal().all().iter().all(|entry| !entry.path.contains("Xza123")));
    let mut small = with(filmed(), "cover", "99");
    small.media[0].source = MediaSource::of_bytes(Bytes::from_static(b"small"));
    let peer = Peer::start(well).await;
    prepare(publish, &case, &peer.wire(), &small, None).await.unwrap();
    let body = peer.seen().pop().unwrap().json();
    assert_eq!(body["source_info"]["total_chunk_count"], 1, "a small one is its own last part");
    assert_eq!(body["post_info"]["video_cover_timestamp_ms"], 60_000, "past the end is the end");
}

#[tokio::test]
async fn a_part_whose_answer_was_lost_is_not_sent_twice() {
    let (publish, case) = of(Platform::TikTok);
    let content = filmed();
    let peer = Peer::start(well).await;
    let (steps, _) = prepare(publish, &case, &peer.wire(), &content, None).await.unwrap();
    for (reply, expected) in [
        // It has the part already, or all but the last one.
        (Reply::text(416, "").with("content-range", "bytes 0-5499999/11000001"), "ok"),
        // It has something else.
        (Reply::text(416, "").with("content-range", "bytes 0-9/11000001"), "ok"),
        (Reply::text(416, ""), "preparation_lost"),
        (Reply::text(403, ""), "preparation_lost"),
        (Reply::text(404, ""), "preparation_lost"),
        (Reply::text(400, ""), "invalid_content"),
        (Reply::text(503, ""), "transient"),
        (Reply::Reset, "transient"),
    ] {
        let peer = but("/video/", reply.clone()).await;
        let got = publish.prepare(&call!(case, &peer.wire()), &content, Some(&steps[1])).await;
        assert_eq!(kind(&got), expected, "{reply:?}");
    }
    let strange = answer(json!({ "publish_id": VIDEO, "upload_url": "https://tiktokapis.com.evil.example/" }));
    let peer = but("/v2/post/publish/video/init/", strange).await;
    assert_eq!(kind(&prepare(publish, &case, &peer.wire(), &content, None).await), "permanent");
    // A part that was edited after it was announced.
    let nobody = super::peer::wire_to_nobody();
    let other = with(content.clone(), "privacy", "SELF_ONLY");
    let talk = super::support::saying(content, "Another text");
    for changed in [other, talk] {
        let got = publish.prepare(&call!(case, &nobody), &changed, Some(&steps[1])).await;
        assert_eq!(kind(&got), "preparation_lost");
    }
}

#[tokio::test]
async fn the_last_part_is_looked_for_and_can_be_sent_again() {
    let (publish, case) = of(Platform::TikTok);
    let content = filmed();
    let ready = ready(&content).await;
    let now = Utc::now();
    for reply in [Reply::Reset, Reply::Truncated, Reply::text(500, "")] {
        let peer = but("/video/", reply).await;
        let got = publish.commit(&call!(case, &peer.wire()), &content, &ready).await;
        assert_eq!(kind(&got), "unknown_outcome");
    }
    // It did not arrive, it did, and it is there.
    let absent = probed(but(STATUS, status("PROCESSING_UPLOAD", 5_500_000)).await, &content, &ready, now).await;
    assert!(matches!(absent, ProbeOutcome::Absent), "{absent:?}");
    let works = probed(but(STATUS, status("PROCESSING_UPLOAD", SIZE)).await, &content, &ready, now).await;
    assert!(matches!(works, ProbeOutcome::Processing { .. }), "{works:?}");
    // Sent again after all, when TikTok has closed the address because it has everything.
    for (stage, expected) in [
        (status("PUBLISH_COMPLETE", SIZE), "ok"),
        (status("PROCESSING_UPLOAD", SIZE), "ok"),
        (status("PROCESSING_UPLOAD", 5_500_000), "preparation_lost"),
        (failed("internal"), "preparation_lost"),
        (error(400, "invalid_publish_id"), "preparation_lost"),
        (Reply::text(503, ""), "unknown_outcome"),
        (Reply::text(401, ""), "unknown_outcome"),
    ] {
        let told = format!("{stage:?}");
        let peer = Peer::start(move |seen| match seen.path.as_str() {
            "/video/" => Reply::text(404, ""),
            STATUS => stage.clone(),
            _ => well(seen),
        })
        .await;
        let got = publish.commit(&call!(case, &peer.wire()), &content, &ready).await;
        assert_eq!(kind(&got), expected, "{told}");
        assert_eq!(peer.changes(), 1, "{told}");
    }
    // Once it was confirmed it is never sent again.
    let committed = publish.commit(&call!(case, &Peer::start(well).await.wire()), &content, &ready).await;
    let Ok(Committed::Processing { checkpoint, .. }) = committed else { panic!("{committed:?}") };
    let early = probed(but(STATUS, status("PROCESSING_UPLOAD", 0)).await, &content, &checkpoint, now).await;
    assert!(matches!(early, ProbeOutcome::Processing { .. }), "{early:?}");
    let peer = Peer::start(well).await;
    publish.commit(&call!(case, &peer.wire()), &content, &checkpoint).await.unwrap();
    assert_eq!(peer.changes(), 0);
}

#[tokio::test]
async fn why_nothing_was_published_is_said_in_plain_words() {
    let content = filmed();
    let (ready, now) = (ready(&content).await, Utc::now());
    for (reason, expected) in [
        ("file_format_check_failed", "invalid_content"),
        ("duration_check_failed", "invalid_content"),
        ("frame_rate_check_failed", "invalid_content"),
        ("picture_size_check_failed", "invalid_content"),
        ("video_pull_failed", "permanent"),
        ("photo_pull_failed", "permanent"),
        ("publish_cancelled", "permanent"),
        ("auth_removed", "disconnected"),
        ("spam_risk_too_many_posts", "permanent"),
        ("spam_risk_user_banned_from_posting", "disconnected"),
        ("spam_risk_text", "invalid_content"),
        ("spam_risk", "permanent"),
        ("something_new", "permanent"),
    ] {
        match probed(but(STATUS, failed(reason)).await, &content, &ready, now).await {
            ProbeOutcome::Refused(fault) => {
                assert_eq!(fault.kind(), expected, "{reason}");
                let words = fault.to_string();
                assert!(words.ends_with('.') && (!words.contains('_') || reason == "something_new"), "{words}");
            }
            other => panic!("{reason}: {other:?}"),
        }
    }
    // Theirs: the video is sent anew, pictures only when a person says so.
    let again = probed(but(STATUS, failed("internal")).await, &content, &ready, now).await;
    assert!(matches!(again, ProbeOutcome::Absent), "{again:?}");
    let (publish, case) = of(Platform::TikTok);
    let (peer, pictures) = (Peer::start(well).await, case.content(2));
    let (_, checkpoint) = prepare(publish, &case, &peer.wire(), &pictures, None).await.unwrap();
    let committed = publish.commit(&call!(case, &peer.wire()), &pictures, &checkpoint).await;
    let Ok(Committed::Processing { checkpoint, .. }) = committed else { panic!("{committed:?}") };
    let stopped = probed(but(STATUS, failed("internal")).await, &pictures, &checkpoint, now).await;
    assert!(matches!(stopped, ProbeOutcome::Refused(Fault::Permanent { .. })), "{stopped:?}");
    let works = probed(but(STATUS, status("PROCESSING_DOWNLOAD", 0)).await, &pictures, &checkpoint, now).await;
    assert!(matches!(works, ProbeOutcome::Processing { .. }), "{works:?}");
}

#[tokio::test]
async fn a_post_that_not_everybody_sees_has_no_address() {
    let done = || but(STATUS, answer(json!({ "status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [] })));
    let (everybody, me) = (filmed(), with(filmed(), "privacy", "SELF_ONLY"));
    let (public, private, now) = (ready(&everybody).await, ready(&me).await, Utc::now());
    let waits = probed(done().await, &everybody, &public, now).await;
    assert!(matches!(waits, ProbeOutcome::Processing { .. }), "TikTok may name the post in a moment: {waits:?}");
    for (content, checkpoint, since) in [(&everybody, &public, now - TimeDelta::minutes(6)), (&me, &private, now)] {
        match probed(done().await, content, checkpoint, since).await {
            ProbeOutcome::Live(RemotePost { id, url }) => {
                assert_eq!((id.as_str(), url.as_deref()), (VIDEO, Some("https://www.tiktok.com/@northwind")));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn pictures_are_named_by_their_addresses() {
    let (publish, case) = of(Platform::TikTok);
    let mut content = yes(with(case.content(3), "title", " Fresh beans "), &["music", "branded_content"]);
    content.format = Format::Carousel;
    let peer = Peer::start(well).await;
    let wire = peer.wire();
    let (steps, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    assert!(steps.is_empty());
    publish.commit(&call!(case, &wire), &content, &checkpoint).await.unwrap();
    let sent = peer.seen().pop().unwrap();
    assert_eq!(sent.path, "/v2/post/publish/content/init/");
    let address = |n: usize| format!("https://lux.example/media/unguessable-{n}.jpg");
    assert_eq!(
        sent.json(),
        json!({
            "media_type": "PHOTO", "post_mode": "DIRECT_POST",
            "post_info": { "title": "Fresh beans", "description": TEXT, "privacy_level": "PUBLIC_TO_EVERYONE",
                "disable_comment": true, "auto_add_music": true, "brand_content_toggle": true, "brand_organic_toggle": false },
            "source_info": { "source": "PULL_FROM_URL", "photo_images": [address(1), address(2), address(3)],
                "photo_cover_index": 0 },
        })
    );
    // A lost answer says nothing of the next attempt: without a listed post a person is asked.
    let unlisted = but("/v2/video/list/", answer(json!({ "videos": [], "cursor": 0, "has_more": false }))).await;
    let asked = probed(unlisted, &content, &checkpoint, Utc::now()).await;
    assert!(matches!(asked, ProbeOutcome::CannotTell(_)), "{asked:?}");
}

#[tokio::test]
async fn what_the_account_does_not_allow_is_said_before_anything_is_sent() {
    let (publish, case) = of(Platform::TikTok);
    let only_me = with(yes(filmed(), &["branded_content"]), "privacy", "SELF_ONLY");
    let mut without = filmed();
    without.options = Default::default();
    let all = || yes(filmed(), &["comments", "duet", "stitch"]);
    let (mut long, mut many, mut two) = (filmed(), case.content(36), filmed());
    long.media[0].facts.video = Some(VideoFacts { millis: 300_001, ..film() });
    many.text = String::new();
    two.media.extend(case.content(1).post.media);
    let labelled = yes(case.content(1), &["made_with_ai"]);
    for (content, change, field) in [
        (without, json!({}), "options.privacy"),
        (filmed(), json!({ "privacy_level_options": ["SELF_ONLY"] }), "options.privacy"),
        (only_me, json!({}), "options.privacy"),
        (all(), json!({ "comment_disabled": true }), "options.comments"),
        (all(), json!({ "duet_disabled": true }), "options.duet"),
        (all(), json!({ "stitch_disabled": true }), "options.stitch"),
        (long, json!({}), "media"),
        (many, json!({}), "media"),
        (two, json!({}), "media"),
        (labelled, json!({}), "options.made_with_ai"),
    ] {
        let peer = but("/v2/post/publish/creator_info/query/", creator(change)).await;
        match prepare(publish, &case, &peer.wire(), &content, None).await {
            Err(Fault::InvalidContent { problems, .. }) => assert_eq!(problems[0].field, field, "{problems:?}"),
            other => panic!("{field}: {other:?}"),
        }
        assert_eq!(peer.changes(), 0, "{field}");
    }
    // What is off may be forbidden, and no one makes a duet of pictures.
    let strict = creator(json!({ "comment_disabled": true, "duet_disabled": true, "stitch_disabled": true }));
    for content in [filmed(), yes(case.content(2), &["duet", "stitch"])] {
        let peer = but("/v2/post/publish/creator_info/query/", strict.clone()).await;
        assert!(prepare(publish, &case, &peer.wire(), &content, None).await.is_ok());
    }
    let peer = but("/v2/post/publish/creator_info/query/", error(200, "spam_risk_too_many_posts")).await;
    match prepare(publish, &case, &peer.wire(), &filmed(), None).await {
        Err(Fault::RateLimited { until, message }) => {
            assert!(until > Utc::now() + TimeDelta::minutes(50) && message.contains("today"), "{until} {message}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let body = |code: &str, message: &str| json!({ "data": {}, "error": { "code": code, "message": message } });
    commits(
        Platform::TikTok,
        vec![
            (401, body("access_token_invalid", ""), "auth_expired"),
            (401, body("scope_not_authorized", "video.publish"), "permission_missing"),
            (403, body("spam_risk_too_many_posts", ""), "rate_limited"),
            (403, body("reached_active_user_cap", ""), "rate_limited"),
            (403, body("spam_risk_user_banned_from_posting", ""), "disconnected"),
            (403, body("unaudited_client_can_only_post_to_private_accounts", "guidelines"), "invalid_content"),
            (403, body("privacy_level_option_mismatch", ""), "invalid_content"),
            (403, body("url_ownership_unverified", ""), "permanent"),
            (400, body("invalid_params", "The title is too long"), "invalid_content"),
            (400, body("invalid_params", "Something else"), "permanent"),
            (400, body("app_version_check_failed", ""), "permanent"),
            (429, body("rate_limit_exceeded", ""), "rate_limited"),
            (200, body("spam_risk_too_many_posts", ""), "rate_limited"),
            (200, body("internal_error", ""), "unknown_outcome"),
            (500, body("internal_error", ""), "unknown_outcome"),
        ],
    )
    .await;
}

#[tokio::test]
async fn audiences_are_those_of_the_account_and_none_is_chosen_for_a_person() {
    let case = case();
    let peer = Peer::start(well).await;
    let source = crate::domain::platforms::tiktok::AUDIENCES;
    let choices = CONNECTOR.choices.unwrap().choices(&call!(case, &peer.wire()), source, "").await.unwrap();
    let choices: Vec<_> = choices.iter().map(|c| (c.id.as_str(), c.label.as_str())).collect();
    assert_eq!(
        choices,
        [
            ("PUBLIC_TO_EVERYONE", "Everyone"),
            ("MUTUAL_FOLLOW_FRIENDS", "Friends (followers that you follow back)"),
            ("SELF_ONLY", "Only me")
        ]
    );
    let privacy = Platform::TikTok.publishing().unwrap().options.field("privacy").unwrap();
    assert!(privacy.required && privacy.shown(None).is_empty());
}

#[tokio::test]
async fn an_account_is_known_without_the_scope_for_its_name_and_left_with_a_fresh_token() {
    let peer = Peer::start(well).await;
    let mut poor = grant();
    poor.scopes.retain(|scope| scope != "user.info.profile");
    let plain = |seen: &Seen| match seen.path.as_str() {
        "/v2/user/info/" if seen.query("fields").unwrap().contains("username") => error(401, "scope_not_authorized"),
        "/v2/user/info/" => answer(json!({ "user": { "open_id": "-000abc", "display_name": "Northwind" } })),
        _ => well(seen),
    };
    let unnamed = Peer::start(plain).await;
    let account = TikTok.accounts(&unnamed.wire(), &keys(), &poor).await.unwrap().remove(0);
    assert_eq!((account.handle.as_str(), account.display_name.as_str()), ("northwind", "Northwind"));
    let asked = &peer.seen();
    assert!(asked.is_empty());
    // The access token ran out: another one is had, and that one is taken back.
    let old = crate::connectors::Grant { access_expires_at: Some(Utc::now() - TimeDelta::hours(1)), ..grant() };
    TikTok.revoke(&peer.wire(), &keys(), &old, &Value::Null).await.unwrap();
    let seen = peer.seen();
    assert_eq!(seen.iter().map(|s| s.path.as_str()).collect::<Vec<_>>(), ["/v2/oauth/token/", "/v2/oauth/revoke/"]);
    assert_eq!(seen[1].form("token").as_deref(), Some(NEW_ACCESS));
    assert_eq!((seen[1].form("client_key").as_deref(), seen[1].form("client_id")), (Some("client-id"), None));
    // A refusal that says it is a success.
    let refused = Reply::json(200, json!({ "error": "invalid_grant", "error_description": "expired", "log_id": "1" }));
    let peer = Peer::start(move |_| refused.clone()).await;
    let got = TikTok.refresh(&peer.wire(), &keys(), &grant(), &Value::Null).await;
    assert_eq!(kind(&got), "auth_expired");
    assert!(TikTok.revoke(&peer.wire(), &keys(), &old, &Value::Null).await.is_ok(), "nothing is left to take back");
}

#[tokio::test]
async fn posts_are_deleted_by_people_only() {
    let (publish, case) = of(Platform::TikTok);
    let peer = Peer::start(well).await;
    let got = publish.delete(&call!(case, &peer.wire()), &case.parent()).await;
    assert!(matches!(&got, Err(Fault::Unsupported { message }) if message.contains("TikTok's app")), "{got:?}");
    assert!(peer.seen().is_empty());
}
