//! What is special to Facebook: the Page's own token, its error codes, photos before their post, videos and reels. The bodies
//! here are those of Meta's developer pages (developers.facebook.com: Pages API, Graph API v25.0 and v26.0, Publish with the
//! Video API, Reels Publishing API, Video API error codes; checked 2026-11-20, videos 2026-11-27); objects and edges are as in
//! github.com/facebook/facebook-business-sdk-codegen (ad2b0b6f, 2026-04-15), against which `specs` holds our requests.

use super::cases::{ACCESS, CLIENT_SECRET, Case, NEW_ACCESS, PART, REFRESH, TEXT, grant, keys};
use super::converse::Talk;
use super::peer::{Peer, Reply, Seen};
use super::support::{call, commit_against, commits, kind, linking, of, prepare, saying, sent, showing};
use crate::connectors::facebook::Facebook;
use crate::connectors::{Committed, Content, Fault, Media, MediaSource, ProbeOutcome, RemotePost, SignIn};
use crate::domain::platform::Platform;
use crate::domain::post::{Format, VideoFacts};
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const PAGE: &str = "61550000000001";
const VIDEO: &str = "18000000000000900";

pub fn case() -> Case {
    Case {
        platform: Platform::Facebook,
        account: PAGE,
        handle: "northwind.roasters",
        typed: &[],
        well,
        commits: |s| {
            let is_edge = ["/feed", "/comments"].iter().any(|edge| s.path.ends_with(edge));
            is_edge || s.form("upload_phase").as_deref() == Some("finish")
        },
        live_id: "61550000000001_122100000000000001",
        preparing: 2,
        rotates: false,
        refused_refresh: || Reply::json(400, json!({"error": {"message": "expired", "code": 190}})),
        revokes: true,
        media_type: "image/jpeg",
        options: &[],
        part_id: "122100000000000001_77",
        part_sent: |_, sent| assert_eq!(sent.form("message").as_deref(), Some(PART)),
    }
}

fn now() -> String {
    Utc::now().format("%Y-%m-%dT%H:%M:%S%z").to_string()
}

fn well(seen: &Seen) -> Reply {
    let path = seen.path.strip_prefix("/v25.0").unwrap_or(&seen.path);
    match (seen.method.as_str(), path) {
        ("GET", "/oauth/access_token") if seen.query("code").is_some() => {
            Reply::json(200, json!({"access_token": "short-4711-secret", "token_type": "bearer", "expires_in": 5_000}))
        }
        ("GET", "/oauth/access_token") => {
            Reply::json(200, json!({"access_token": NEW_ACCESS, "token_type": "bearer", "expires_in": 5_183_944}))
        }
        ("GET", "/me/permissions") => Reply::json(
            200,
            json!({"data": [{"permission": "pages_manage_posts", "status": "granted"}, {"permission": "email", "status": "declined"}]}),
        ),
        ("GET", "/me") => Reply::json(200, json!({"id": "10220000000000001"})),
        ("GET", "/me/accounts") => Reply::json(
            200,
            json!({"data": [{"id": PAGE, "name": "Northwind", "username": "northwind.roasters", "tasks": ["CREATE_CONTENT"],
                "picture": {"data": {"url": "https://scontent.example/p.jpg"}}}]}),
        ),
        ("GET", "/61550000000001") => Reply::json(200, json!({"id": PAGE, "access_token": NEW_ACCESS})),
        ("DELETE", _) => Reply::json(200, json!({"success": true})),
        ("POST", "/61550000000001/photos") => Reply::json(200, json!({"id": "18000000000000001"})),
        ("POST", "/61550000000001/feed") => Reply::json(
            200,
            json!({"id": "61550000000001_122100000000000001", "permalink_url": "https://www.facebook.com/northwind/posts/pfbid0abc"}),
        ),
        ("GET", "/61550000000001/published_posts") => Reply::json(
            200,
            json!({"data": [{"id": "61550000000001_122100000000000001", "message": TEXT, "created_time": now(),
                "permalink_url": "https://www.facebook.com/northwind/posts/pfbid0abc"}]}),
        ),
        ("POST", "/61550000000001_122100000000000001/comments") => {
            Reply::json(200, json!({"id": "122100000000000001_77"}))
        }
        ("GET", "/61550000000001_122100000000000001/comments") => {
            // The same words of somebody else, and of ours in an answer, are no first comment.
            let comment =
                |id: &str, from: &str| json!({"id": id, "message": PART, "created_time": now(), "from": {"id": from}});
            let mut answer = comment("122100000000000001_79", PAGE);
            answer["parent"] = json!({"id": "122100000000000001_78"});
            Reply::json(
                200,
                json!({"data": [comment("122100000000000001_78", "9"), answer, comment("122100000000000001_77", PAGE)]}),
            )
        }
        _ => Reply::text(404, "unexpected"),
    }
}

/// The comments under the case's post.
pub fn talk() -> Talk {
    fn well_said(seen: &Seen) -> Reply {
        let path = seen.path.strip_prefix("/v25.0/").unwrap_or_default();
        match (seen.method.as_str(), path) {
            ("GET", path) if path.ends_with("/comments") => Reply::json(
                200,
                json!({"data": [
                    {"id": "1221_2", "message": super::converse::ANSWER, "created_time": now(), "from": {"id": PAGE, "name": "Northwind"},
                        "parent": {"id": "1221_1"}},
                    {"id": "1221_1", "message": super::converse::QUESTION, "created_time": now(), "is_hidden": false,
                        "from": {"id": "9", "name": "Ada"}, "permalink_url": "https://www.facebook.com/1?comment_id=1"}],
                    "paging": {"cursors": {"after": "QVFI"}}}),
            ),
            ("POST", "1221_1/comments") => Reply::json(200, json!({"id": "1221_2"})),
            ("POST", "1221_1") => Reply::json(200, json!({"success": true})),
            _ => well(seen),
        }
    }
    Talk {
        platform: Platform::Facebook,
        well: well_said,
        comment: "1221_1",
        answer: "1221_2",
        replies: |seen| seen.path.ends_with("/comments"),
        hid: |seen| assert_eq!(seen.form("is_hidden").as_deref(), Some("true")),
        removed: |seen| assert_eq!(seen.method, "DELETE"),
    }
}

fn graph(code: i64, subcode: Option<i64>) -> Value {
    json!({"error": {"message": "m", "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "A"}})
}

#[tokio::test]
async fn facebook_connects_a_page_with_a_token_of_its_own() {
    let peer = Peer::start(well).await;
    let wire = peer.wire();
    let consent = crate::connectors::Consent {
        code: &"the-code".into(),
        verifier: &"".into(),
        redirect_uri: "https://lux.example/cb",
    };
    let person = Facebook.exchange(&wire, &keys(), &consent).await.unwrap();
    assert_eq!(person.scopes, ["pages_manage_posts"], "what was granted, and not what was asked for");
    let first = &peer.seen()[0];
    assert_eq!(first.method, "GET");
    assert_eq!(first.query("client_secret").as_deref(), Some(CLIENT_SECRET));
    assert!(first.query("grant_type").is_none() && first.body.is_empty());
    assert_eq!(peer.seen()[1].query("fb_exchange_token").as_deref(), Some("short-4711-secret"));
    assert!(peer.wire().journal().all().iter().all(|entry| !format!("{entry:?}").contains("secret")));

    let pages = Facebook.accounts(&wire, &keys(), &person).await.unwrap();
    assert_eq!((pages.len(), pages[0].display_name.as_str()), (1, "Northwind"));
    assert_eq!(pages[0].facts, json!({"kind": "page", "page": PAGE, "person": "10220000000000001"}));
    assert_eq!(pages[0].picture_url.as_deref(), Some("https://scontent.example/p.jpg"));
    assert_eq!(Facebook.consent_is_of(), Some("person"));

    let page = Facebook.grant_of(&wire, &grant(), &pages[0]).await.unwrap();
    assert_eq!(page.access.expose_secret(), NEW_ACCESS);
    assert!(page.access_expires_at.is_none(), "a Page's token has no end");
    assert_eq!(page.refresh.as_ref().map(|token| token.expose_secret()), Some(ACCESS));
    assert!(page.refresh_expires_at.is_some_and(|end| end > Utc::now() + TimeDelta::days(29)), "the person's has one");

    // It is had again with the person's token, which stays.
    let fresh = Facebook.refresh(&wire, &keys(), &grant(), &pages[0].facts).await.unwrap();
    assert_eq!(fresh.access.expose_secret(), NEW_ACCESS);
    assert_eq!(fresh.refresh.unwrap().expose_secret(), REFRESH);
    let asked = peer.seen().pop().unwrap();
    assert_eq!(
        (asked.path.as_str(), asked.header("authorization")),
        ("/v25.0/61550000000001", "Bearer refresh-4711-secret")
    );
    // The whole consent is taken back with it, too.
    Facebook.revoke(&wire, &keys(), &grant(), &pages[0].facts).await.unwrap();
    let asked = peer.seen().pop().unwrap();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("DELETE", "/v25.0/10220000000000001/permissions"));
    assert_eq!(asked.header("authorization"), "Bearer refresh-4711-secret");
}

#[tokio::test]
async fn facebook_pages_are_read_to_the_end_and_those_without_the_task_are_left_out() {
    fn page(id: &str, tasks: Value) -> Value {
        json!({"id": id, "name": format!("Page {id}"), "tasks": tasks})
    }
    let pages = |seen: &Seen| match (seen.path.as_str(), seen.query("after").as_deref()) {
        ("/v25.0/me", _) => Reply::json(200, json!({"id": 7})),
        (_, None) => Reply::json(
            200,
            json!({"data": [page("1", json!(["ANALYZE"])), page("2", json!(["MANAGE"]))],
                "paging": {"cursors": {"after": "c1"}, "next": "https://graph.facebook.com/v25.0/me/accounts?after=c1"}}),
        ),
        (_, Some(_)) => {
            Reply::json(200, json!({"data": [page("3", Value::Null)], "paging": {"cursors": {"after": "c2"}}}))
        }
    };
    let peer = Peer::start(pages).await;
    let found = Facebook.accounts(&peer.wire(), &keys(), &grant()).await.unwrap();
    let found: Vec<_> = found.iter().map(|page| (page.remote_id.as_str(), page.handle.as_str())).collect();
    assert_eq!(found, [("2", "Page 2"), ("3", "Page 3")], "a Page without a user name is called by its name");

    let closed = |seen: &Seen| match seen.path.as_str() {
        "/v25.0/me" => Reply::json(200, json!({"id": "7"})),
        _ => Reply::json(200, json!({"data": [page("1", json!(["ANALYZE"]))]})),
    };
    let peer = Peer::start(closed).await;
    let got = Facebook.accounts(&peer.wire(), &keys(), &grant()).await;
    assert!(matches!(&got, Err(Fault::PermissionMissing { message, .. }) if message.contains("create")), "{got:?}");
    let peer = Peer::start(|_| Reply::json(200, json!({"id": PAGE}))).await;
    let account = crate::connectors::RemoteAccount {
        remote_id: PAGE.into(),
        handle: "n".into(),
        display_name: "n".into(),
        picture_url: None,
        profile_url: None,
        facts: Value::Null,
    };
    let got = Facebook.grant_of(&peer.wire(), &grant(), &account).await;
    assert_eq!(kind(&got), "permission_missing", "no token is given for it");
}

#[tokio::test]
async fn facebook_answers_are_understood() {
    let rows = [
        (190, Some(463), "auth_expired"),
        (102, None, "auth_expired"),
        (4, None, "rate_limited"),
        (17, None, "rate_limited"),
        (32, None, "rate_limited"),
        (341, None, "rate_limited"),
        (613, Some(1996), "rate_limited"),
        (80_001, None, "rate_limited"),
        (10, None, "permission_missing"),
        (200, None, "permission_missing"),
        (299, None, "permission_missing"),
        (100, Some(33), "preparation_lost"),
        (1, None, "unknown_outcome"),
        (2, None, "unknown_outcome"),
        (100, Some(1_363_047), "unknown_outcome"),
        (100, Some(1_609_008), "invalid_content"),
        (100, Some(2_061_006), "invalid_content"),
        (1_609_005, None, "invalid_content"),
        (100, Some(1_390_008), "rate_limited"),
        (100, Some(1_404_078), "disconnected"),
        (368, Some(1_404_102), "permanent"),
        (506, Some(1_455_006), "duplicate"),
        (100, Some(1_366_051), "duplicate"),
        (368, None, "permanent"),
        (3, None, "permanent"),
        (100, None, "permanent"),
    ];
    commits(Platform::Facebook, rows.iter().map(|(c, s, kind)| (400, graph(*c, *s), *kind)).collect()).await;
    // The status does not matter where there is a code.
    commits(
        Platform::Facebook,
        vec![(500, graph(190, None), "auth_expired"), (500, graph(99, None), "unknown_outcome")],
    )
    .await;
    let (publish, case) = of(Platform::Facebook);
    let usage = r#"{"61550000000001":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":19}]}"#;
    let reply = Reply::json(400, graph(80_001, None)).with("x-business-use-case-usage", usage);
    match commit_against(publish, &case, reply).await {
        Err(Fault::RateLimited { until, .. }) => {
            let minutes = (until - Utc::now()).num_minutes();
            assert!((18..=19).contains(&minutes), "{minutes}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn facebook_forms_are_right() {
    let (publish, case) = of(Platform::Facebook);
    let peer = Peer::start(well).await;
    prepare(publish, &case, &peer.wire(), &case.content(2), None).await.unwrap();
    let photos = peer.seen();
    assert_eq!(photos.len(), 2);
    for (n, photo) in (1..).zip(&photos) {
        let text = photo.text();
        assert!(text.contains("name=\"published\"\r\n\r\nfalse"), "{text}");
        assert!(text.contains(&format!("name=\"alt_text_custom\"\r\n\r\nPicture {n}")), "{text}");
        assert!(text.contains("name=\"source\""), "{text}");
    }
    let post = sent(Platform::Facebook, &case.content(2)).await;
    assert_eq!(post.query("fields").as_deref(), Some("id,permalink_url"));
    assert_eq!(post.form("message").as_deref(), Some(TEXT));
    for n in 0..2 {
        let media = post.form(&format!("attached_media[{n}]")).unwrap();
        assert_eq!(media, r#"{"media_fbid":"18000000000000001"}"#);
    }
    let link = "https://northwind.example/menu";
    let post = sent(Platform::Facebook, &linking(saying(case.content(0), ""), link)).await;
    assert_eq!((post.form("link").as_deref(), post.form("message")), (Some(link), None));
    let post = sent(Platform::Facebook, &linking(case.content(1), link)).await;
    assert!(post.form("link").is_none(), "a post with photos shows no card");
    for content in [case.content(11), saying(case.content(0), " ")] {
        let peer = Peer::start(well).await;
        let got = prepare(publish, &case, &peer.wire(), &content, None).await;
        assert_eq!(kind(&got), "invalid_content");
        assert!(peer.seen().is_empty(), "nothing is uploaded for it");
    }
}

#[tokio::test]
async fn facebook_posts_without_text_are_known_by_what_they_show() {
    let (publish, case) = of(Platform::Facebook);
    let answer = |attachments: Value| {
        move |seen: &Seen| match seen.path.as_str() {
            "/v25.0/61550000000001/published_posts" => Reply::json(
                200,
                json!({"data": [{"id": "1_2", "created_time": now(), "attachments": {"data": [attachments.clone()]}}]}),
            ),
            _ => well(seen),
        }
    };
    let link = "https://northwind.example/menu";
    let (bare, card) = (saying(case.content(2), ""), linking(saying(case.content(0), ""), link));
    let album = json!({"subattachments": {"data": [{"target": {"id": "1"}}, {"target": {"id": "18000000000000001"}}]}});
    for (content, attachment, live) in [
        (&bare, album, true),
        (&bare, json!({"target": {"id": "18000000000000001"}}), true),
        (&bare, json!({"target": {"id": "18000000000000002"}}), false),
        (&card, json!({"unshimmed_url": format!("{link}/")}), true),
        (&card, json!({"unshimmed_url": "https://northwind.example/other"}), false),
    ] {
        let peer = Peer::start(answer(attachment.clone())).await;
        let wire = peer.wire();
        let (_, checkpoint) = prepare(publish, &case, &wire, content, None).await.unwrap();
        let seen = publish.probe(&call!(case, &wire), content, &checkpoint, Utc::now()).await.unwrap();
        assert_eq!(matches!(seen, ProbeOutcome::Live(_)), live, "{attachment}");
    }
    // A listing that goes on, and is all as new as the attempt, proves nothing.
    let peer = Peer::start(|seen| match seen.path.as_str() {
        "/v25.0/61550000000001/published_posts" => Reply::json(
            200,
            json!({"data": [{"id": "1_2", "message": "Other", "created_time": now()}], "paging": {"next": "https://graph.facebook.com/x"}}),
        ),
        _ => well(seen),
    })
    .await;
    let wire = peer.wire();
    let (_, checkpoint) = prepare(publish, &case, &wire, &bare, None).await.unwrap();
    let seen = publish.probe(&call!(case, &wire), &bare, &checkpoint, Utc::now()).await.unwrap();
    assert!(matches!(seen, ProbeOutcome::CannotTell(_)), "{seen:?}");
}

/// A video of so many bytes.
pub(super) fn video(case: &Case, format: Format, bytes: usize) -> Content {
    let mut media: Media = case.content(1).media[0].clone();
    media.facts.mime = "video/mp4".into();
    media.facts.bytes = bytes as u64;
    let facts = VideoFacts { millis: 5_000, codec: "h264".into(), audio: None, frames: 30_000, bit_rate: 1_000_000 };
    media.facts.video = Some(facts);
    media.source = MediaSource::of_bytes(Bytes::from((0..bytes).map(|n| b'a' + (n % 26) as u8).collect::<Vec<_>>()));
    let mut content = showing(case.content(0), vec![media]);
    content.format = format;
    content
}

/// What Facebook says of a video that was published.
fn published() -> Value {
    json!({"video_status": "ready", "processing_phase": {"status": "complete"},
        "publishing_phase": {"status": "complete", "publish_status": "published"}})
}

fn waiting(bytes: usize) -> Value {
    json!({"video_status": "uploading", "uploading_phase": {"status": "in_progress", "bytes_transfered": bytes},
        "processing_phase": {"status": "not_started"}, "publishing_phase": {"status": "not_started"}})
}

/// Takes a video of ten bytes in parts of four.
pub(super) fn in_parts(seen: &Seen) -> Reply {
    let text = seen.text();
    let field = |name: &str| {
        let rest = text.split_once(&format!("name=\"{name}\"\r\n\r\n")).map(|(_, rest)| rest.to_owned());
        rest.and_then(|rest| rest.split_once("\r\n").map(|(value, _)| value.to_owned()))
    };
    match (seen.path.as_str(), seen.form("upload_phase").as_deref()) {
        ("/v25.0/61550000000001/videos", Some("start")) => Reply::json(
            200,
            json!({"upload_session_id": "77", "video_id": VIDEO, "start_offset": "0", "end_offset": "4"}),
        ),
        ("/v25.0/61550000000001/videos", Some("finish")) => Reply::json(200, json!({"success": true})),
        ("/v25.0/61550000000001/videos", _) => {
            let start: u64 = field("start_offset").unwrap().parse().unwrap();
            let next = (start + 4).min(10);
            Reply::json(200, json!({"start_offset": next.to_string(), "end_offset": (next + 4).min(10).to_string()}))
        }
        ("/v25.0/18000000000000900", _) => Reply::json(
            200,
            json!({"status": published(), "permalink_url": "/61550000000001/videos/18000000000000900/"}),
        ),
        _ => well(seen),
    }
}

#[tokio::test]
async fn facebook_videos_go_in_the_parts_that_it_asks_for() {
    let (publish, case) = of(Platform::Facebook);
    let peer = Peer::start(in_parts).await;
    let (wire, content) = (peer.wire(), video(&case, Format::Feed, 10));
    let (steps, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    assert_eq!(steps.len(), 4, "announced, and three parts");
    let seen = peer.seen();
    assert_eq!(seen[0].form("file_size").as_deref(), Some("10"));
    for (part, bytes) in seen[1..].iter().zip(["abcd", "efgh", "ij"]) {
        let text = part.text();
        assert!(text.contains("name=\"upload_phase\"\r\n\r\ntransfer"), "{text}");
        assert!(text.contains("name=\"upload_session_id\"\r\n\r\n77"), "{text}");
        assert!(text.contains(&format!("\r\n\r\n{bytes}\r\n")), "{text}");
    }
    let (_, checkpoint) = prepare(publish, &case, &wire, &content, Some(checkpoint)).await.unwrap();
    assert_eq!(peer.changes(), 4, "nothing is sent twice");
    let committed = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
    let Ok(Committed::Processing { checkpoint, .. }) = committed else { panic!("{committed:?}") };
    let last = peer.seen().into_iter().rfind(|seen| seen.method == "POST").unwrap();
    assert_eq!(last.form("upload_session_id").as_deref(), Some("77"));
    assert_eq!(last.form("description").as_deref(), Some(TEXT));
    assert_eq!(peer.changes(), 5, "exactly one irreversible call");
    let outcome = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await;
    let url = "https://www.facebook.com/61550000000001/videos/18000000000000900/";
    assert!(
        matches!(&outcome, Ok(ProbeOutcome::Live(RemotePost { id, url: Some(at) })) if id == VIDEO && at == url),
        "{outcome:?}"
    );
    // Another video, or another form of the post, is not what was sent.
    let mut as_reel = content.clone();
    as_reel.format = Format::Reel;
    for other in [video(&case, Format::Feed, 10), as_reel] {
        let got = publish.commit(&call!(case, &wire), &other, &checkpoint).await;
        assert_eq!(kind(&got), "preparation_lost");
    }
}

#[tokio::test]
async fn facebook_videos_go_on_where_it_says_when_an_answer_was_lost() {
    let (publish, case) = of(Platform::Facebook);
    let peer = Peer::start(|seen| {
        let text = seen.text();
        if text.contains("name=\"start_offset\"\r\n\r\n0\r\n") {
            let mut error = graph(6000, Some(1_363_037));
            error["error"]["error_data"] = json!({"start_offset": "8", "end_offset": "10"});
            return Reply::json(400, error);
        }
        in_parts(seen)
    })
    .await;
    let (wire, content) = (peer.wire(), video(&case, Format::Feed, 10));
    prepare(publish, &case, &wire, &content, None).await.unwrap();
    let last = peer.seen().pop().unwrap().text();
    assert!(last.contains("name=\"start_offset\"\r\n\r\n8") && last.contains("\r\n\r\nij\r\n"), "{last}");
    for (code, subcode, expected) in [
        (6000, Some(1_363_019), "transient"),
        (6000, Some(1_363_023), "invalid_content"),
        (6000, Some(1_363_042), "permission_missing"),
        (100, Some(33), "preparation_lost"),
        (100, None, "invalid_content"),
        (382, None, "invalid_content"),
    ] {
        let peer = Peer::start(move |seen| match seen.form("upload_phase").as_deref() {
            Some("start") => in_parts(seen),
            _ => Reply::json(400, graph(code, subcode)),
        })
        .await;
        let got = prepare(publish, &case, &peer.wire(), &content, None).await;
        assert_eq!(kind(&got), expected, "{code} {subcode:?}");
    }
}

/// A reel of ten bytes, of which so many are there already.
pub(super) fn reel(there: usize) -> impl Fn(&Seen) -> Reply + Send + Sync + Clone {
    move |seen: &Seen| match (seen.method.as_str(), seen.path.as_str(), seen.form("upload_phase").as_deref()) {
        ("POST", "/v25.0/61550000000001/video_reels", Some("start")) => Reply::json(
            200,
            json!({"video_id": VIDEO, "upload_url": format!("https://rupload.facebook.com/video-upload/v25.0/{VIDEO}")}),
        ),
        ("POST", "/v25.0/61550000000001/video_reels", Some("finish")) => Reply::json(200, json!({"success": true})),
        ("POST", "/video-upload/v25.0/18000000000000900", _) => Reply::json(200, json!({"success": true})),
        ("GET", "/v25.0/18000000000000900", _) => Reply::json(200, json!({"status": waiting(there)})),
        _ => well(seen),
    }
}

#[tokio::test]
async fn facebook_reels_go_to_the_upload_server_and_on_from_where_it_broke_off() {
    let (publish, case) = of(Platform::Facebook);
    let content = video(&case, Format::Reel, 10);
    for (there, bytes) in [(0, "abcdefghij"), (6, "ghij")] {
        let peer = Peer::start(reel(there)).await;
        let wire = peer.wire();
        let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        let upload = peer.seen().into_iter().find(|seen| seen.host == "rupload.facebook.com").unwrap();
        assert_eq!(upload.text(), bytes);
        assert_eq!(upload.header("authorization"), format!("OAuth {ACCESS}"));
        assert_eq!((upload.header("offset"), upload.header("file_size")), (there.to_string().as_str(), "10"));
        assert_eq!(upload.header("content-length"), bytes.len().to_string());
        let committed = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
        assert!(matches!(committed, Ok(Committed::Processing { .. })), "{committed:?}");
        let last = peer.seen().pop().unwrap();
        assert_eq!(last.form("video_state").as_deref(), Some("PUBLISHED"));
        assert_eq!(last.form("video_id").as_deref(), Some(VIDEO));
        assert_eq!(last.form("description").as_deref(), Some(TEXT));
    }
    for (kind_of, retriable, expected) in [
        ("PartialRequestError", false, "transient"),
        ("OffsetInvalidError", false, "transient"),
        ("SomethingElse", true, "transient"),
        ("ProcessingFailedError", false, "invalid_content"),
        ("SomethingElse", false, "permanent"),
    ] {
        let taken = reel(0);
        let peer = Peer::start(move |seen| match seen.host.as_str() {
            "rupload.facebook.com" => {
                Reply::json(400, json!({"debug_info": {"retriable": retriable, "type": kind_of, "message": "m"}}))
            }
            _ => taken(seen),
        })
        .await;
        let got = prepare(publish, &case, &peer.wire(), &content, None).await;
        assert_eq!(kind(&got), expected, "{kind_of}");
    }
    // The token goes to Facebook's servers only.
    let taken = reel(0);
    let peer = Peer::start(move |seen| match seen.form("upload_phase").as_deref() {
        Some("start") => {
            Reply::json(200, json!({"video_id": VIDEO, "upload_url": "https://facebook.com.evil.example/u"}))
        }
        _ => taken(seen),
    })
    .await;
    let got = prepare(publish, &case, &peer.wire(), &content, None).await;
    assert_eq!(kind(&got), "permanent");
    assert_eq!(peer.seen().len(), 1);
    for wrong in [video_and_picture(&case), showing(video(&case, Format::Reel, 10), vec![])] {
        let got = prepare(publish, &case, &peer.wire(), &wrong, None).await;
        assert_eq!(kind(&got), "invalid_content");
    }
}

fn video_and_picture(case: &Case) -> Content {
    let mut content = video(case, Format::Feed, 10);
    content.media.extend(case.content(1).post.media);
    content
}

#[tokio::test]
async fn facebook_videos_tell_what_became_of_a_lost_answer() {
    let (publish, case) = of(Platform::Facebook);
    let content = video(&case, Format::Feed, 10);
    let working = json!({"video_status": "processing", "processing_phase": {"status": "in_progress"},
        "publishing_phase": {"status": "not_started", "publish_status": "published"}});
    let failed = json!({"video_status": "error", "processing_phase": {"status": "error", "errors": [{"message": "No picture"}]}});
    let first = Peer::start(in_parts).await;
    let wire = first.wire();
    let (_, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    let committed = publish.commit(&call!(case, &wire), &content, &ready).await;
    let Ok(Committed::Processing { checkpoint: accepted, .. }) = committed else { panic!("{committed:?}") };
    for (checkpoint, status, expected) in [
        (&ready, waiting(10), "absent"),
        (&accepted, waiting(10), "processing"),
        (&ready, working.clone(), "processing"),
        (&ready, published(), "live"),
        (&accepted, failed, "cannot_tell"),
    ] {
        let told = status.to_string();
        let peer = Peer::start(move |_| Reply::json(200, json!({"status": status}))).await;
        let got = publish.probe(&call!(case, &peer.wire()), &content, checkpoint, Utc::now()).await.unwrap();
        let got = match got {
            ProbeOutcome::Live(post) => {
                assert_eq!(post.url.as_deref(), Some("https://www.facebook.com/18000000000000900"));
                "live"
            }
            ProbeOutcome::Processing { .. } => "processing",
            ProbeOutcome::Absent => "absent",
            ProbeOutcome::Refused(_) => "refused",
            ProbeOutcome::CannotTell(why) => {
                assert!(why.contains("No picture"), "{why}");
                "cannot_tell"
            }
        };
        assert_eq!(got, expected, "{told}");
    }
    // The last call again, of which an earlier one has arrived: refused, and yet published.
    for (status, expected) in [(working, "ok"), (waiting(10), "permanent")] {
        let peer = Peer::start(move |seen| match seen.method.as_str() {
            "GET" => Reply::json(200, json!({"status": status})),
            _ => Reply::json(400, graph(100, None)),
        })
        .await;
        let got = publish.commit(&call!(case, &peer.wire()), &content, &ready).await;
        assert_eq!(kind(&got), expected);
    }
    // Accepted is accepted: nothing is sent again.
    let peer = Peer::start(well).await;
    let got = publish.commit(&call!(case, &peer.wire()), &content, &accepted).await;
    assert!(matches!(got, Ok(Committed::Processing { .. })) && peer.seen().is_empty());
}

#[tokio::test]
async fn facebook_videos_end_clearly_or_unclearly() {
    let (publish, case) = of(Platform::Facebook);
    let content = video(&case, Format::Feed, 10);
    for (reply, expected) in [
        (Reply::text(500, ""), "unknown_outcome"),
        (Reply::text(200, "not json"), "unknown_outcome"),
        (Reply::json(200, json!({"success": false})), "unknown_outcome"),
        (Reply::Reset, "unknown_outcome"),
        (Reply::text(401, ""), "auth_expired"),
        (Reply::text(429, "").with("retry-after", 120), "rate_limited"),
    ] {
        let told = format!("{reply:?}");
        let peer = Peer::start(move |seen| match seen.form("upload_phase").as_deref() {
            Some("finish") => reply.clone(),
            _ => in_parts(seen),
        })
        .await;
        let wire = peer.wire();
        let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        let got = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
        assert_eq!(kind(&got), expected, "{told}");
    }
}

#[tokio::test]
async fn facebook_posts_are_deleted_and_gone_is_deleted() {
    let (publish, case) = of(Platform::Facebook);
    for (reply, expected) in [
        (Reply::json(200, json!({"success": true})), "ok"),
        (Reply::json(400, graph(100, Some(33))), "ok"),
        (Reply::json(200, json!({"success": false})), "transient"),
        (Reply::json(403, graph(200, None)), "permission_missing"),
        (Reply::text(500, ""), "transient"),
    ] {
        let told = format!("{reply:?}");
        let peer = Peer::start(move |_| reply.clone()).await;
        let got = publish.delete(&call!(case, &peer.wire()), &case.parent()).await;
        assert_eq!(kind(&got), expected, "{told}");
        let asked = peer.seen().pop().unwrap();
        assert_eq!(
            (asked.method.as_str(), asked.path.as_str()),
            ("DELETE", "/v25.0/61550000000001_122100000000000001")
        );
    }
}

#[tokio::test]
async fn facebook_uploads_are_used_for_a_day() {
    let (publish, case) = of(Platform::Facebook);
    let peer = Peer::start(well).await;
    let (wire, content) = (peer.wire(), case.content(1));
    let (_, mut checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    checkpoint["made_at"] = json!(Utc::now() - TimeDelta::hours(24));
    let before = peer.seen().len();
    let got = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
    assert_eq!((kind(&got), peer.seen().len()), ("preparation_lost", before));
}
