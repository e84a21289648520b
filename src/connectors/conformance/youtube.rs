//! What is special to YouTube: its resumable uploads, what a session says after a lost answer, options, quota, comments.

use super::cases::{ACCESS, Case, NEW_ACCESS, PART, TEXT, grant, keys};
use super::converse::{ANSWER, QUESTION, Talk};
use super::described::{fits, operation_of};
use super::peer::{Peer, Reply, Seen};
use super::specs;
use super::support::{call, commit_against, commits, kind, of, prepare, saying, showing};
use crate::connectors::converse::Answered;
use crate::connectors::youtube::{CONNECTOR, YouTube};
use crate::connectors::{
    Call, Committed, Content, Fault, MediaSource, Prepared, ProbeOutcome, RemotePost, SignIn, oauth,
};
use crate::domain::options::{OptionValue, RemoteChoice};
use crate::domain::platform::Platform;
use crate::domain::post::{Format, PartKind};
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

const CHANNEL: &str = "UCnorthwind0000000000001";
const VIDEO: &str = "dQw4w9WgXcQ";
const COMMENT: &str = "UgzDE8pY_DZ0DuXXXXXXXX";
const UPLOAD: &str = "/upload/youtube/v3/videos";
const GRAIN: usize = 256 * 1024;

pub fn case() -> Case {
    Case {
        platform: Platform::YouTube,
        account: CHANNEL,
        handle: "@northwind",
        typed: &[],
        well,
        commits: |s| s.path.ends_with("/commentThreads") || is_last(s),
        live_id: VIDEO,
        // Announced, asked how much is there, and all but the last piece sent.
        preparing: 2,
        rotates: false,
        refused_refresh: || {
            Reply::json(
                400,
                json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
            )
        },
        revokes: true,
        media_type: "video/mp4",
        options: &[("title", "A new roast"), ("made_for_kids", "no")],
        part_id: COMMENT,
        part_sent,
    }
}

/// The numbers of a `Content-Range`: what is sent, and of how much.
fn range(seen: &Seen) -> Option<(Option<(u64, u64)>, u64)> {
    let (range, size) = seen.header("content-range").strip_prefix("bytes ")?.split_once('/')?;
    let size = size.parse().ok()?;
    let part = range.split_once('-').map(|(first, last)| (first.parse().unwrap(), last.parse().unwrap()));
    Some((part, size))
}

fn is_last(seen: &Seen) -> bool {
    range(seen).is_some_and(|(part, size)| part.is_some_and(|(_, last)| last + 1 == size))
}

fn part_sent(case: &Case, seen: &Seen) {
    assert_eq!((seen.path.as_str(), seen.query("part").as_deref()), ("/youtube/v3/commentThreads", Some("snippet")));
    let comment = json!({ "snippet": { "textOriginal": PART } });
    assert_eq!(seen.json(), json!({ "snippet": { "videoId": case.live_id, "topLevelComment": comment } }));
}

/// Bytes that came to each session; the numbers are unique, so that all peers share them as YouTube's servers do.
static SESSIONS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
static NUMBER: AtomicU64 = AtomicU64::new(0);

fn video(status: &str) -> Value {
    json!({ "kind": "youtube#video", "id": VIDEO, "snippet": { "title": "A new roast", "description": TEXT, "channelId": CHANNEL },
        "status": { "uploadStatus": status, "privacyStatus": "public" } })
}

fn incomplete(has: u64) -> Reply {
    let reply = Reply::text(308, "");
    if has > 0 { reply.with("range", format!("bytes=0-{}", has - 1)) } else { reply }
}

/// A session as YouTube keeps it; `done` is the answer to the last piece and afterwards.
fn session(seen: &Seen, done: Reply) -> Reply {
    let id = seen.query("upload_id").unwrap_or_default();
    let mut sessions = SESSIONS.lock().unwrap();
    let Some(has) = sessions.get_mut(&id) else { return Reply::text(404, "") };
    match range(seen) {
        Some((None, size)) if *has == size => done,
        Some((None, _)) => incomplete(*has),
        Some((Some((first, last)), size)) => {
            assert_eq!((first, seen.body.len() as u64), (*has, last + 1 - first), "from where it was told to go on");
            assert!(last + 1 == size || (last + 1 - first).is_multiple_of(GRAIN as u64), "256 KiB");
            *has = last + 1;
            if *has == size { done } else { incomplete(*has) }
        }
        None => Reply::text(400, ""),
    }
}

fn well(seen: &Seen) -> Reply {
    let now = Utc::now().to_rfc3339();
    match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/token") => {
            let mut body = json!({ "access_token": NEW_ACCESS, "expires_in": 3599, "token_type": "Bearer",
                "scope": "https://www.googleapis.com/auth/youtube.upload https://www.googleapis.com/auth/youtube.readonly" });
            if seen.form("grant_type").as_deref() == Some("authorization_code") {
                body["refresh_token"] = "1//refresh-4712-secret".into();
            }
            Reply::json(200, body)
        }
        ("POST", "/revoke") => Reply::json(200, json!({})),
        ("GET", "/youtube/v3/channels") => Reply::json(
            200,
            json!({ "items": [{ "id": CHANNEL, "snippet": { "title": "Northwind", "customUrl": "@northwind", "country": "PT",
                    "thumbnails": { "default": { "url": "https://yt3.example/a.jpg" } } },
                "contentDetails": { "relatedPlaylists": { "uploads": "UUnorthwind0000000000001" } },
                "status": { "longUploadsStatus": "eligible" } }] }),
        ),
        ("GET", "/youtube/v3/videoCategories") => Reply::json(
            200,
            json!({ "items": [{ "id": "18", "snippet": { "title": "Short Movies", "assignable": false } },
                { "id": "22", "snippet": { "title": "People & Blogs", "assignable": true } }] }),
        ),
        ("GET", "/youtube/v3/videos") => Reply::json(200, json!({ "items": [video("processed")] })),
        ("GET", "/youtube/v3/playlistItems") => Reply::json(
            200,
            json!({ "items": [{ "snippet": { "title": "A new roast", "description": TEXT, "publishedAt": now },
                "contentDetails": { "videoId": VIDEO } }] }),
        ),
        ("DELETE", "/youtube/v3/videos") => Reply::text(204, ""),
        ("POST", UPLOAD) => {
            let id = format!("session-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
            SESSIONS.lock().unwrap().insert(id.clone(), 0);
            let address = format!("https://www.googleapis.com{UPLOAD}?uploadType=resumable&upload_id={id}");
            Reply::text(200, "").with("location", address)
        }
        ("POST", "/upload/youtube/v3/thumbnails/set") => {
            Reply::json(200, json!({ "kind": "youtube#thumbnailSetResponse", "items": [{}] }))
        }
        ("PUT", UPLOAD) => session(seen, Reply::json(201, video("processed"))),
        ("POST", "/youtube/v3/commentThreads") => Reply::json(200, thread(CHANNEL, PART, &now)),
        ("GET", "/youtube/v3/commentThreads") => Reply::json(200, json!({ "items": [thread(CHANNEL, PART, &now)] })),
        _ => Reply::text(404, ""),
    }
}

fn thread(author: &str, text: &str, at: &str) -> Value {
    json!({ "id": COMMENT, "snippet": { "videoId": VIDEO, "topLevelComment": { "id": COMMENT, "snippet": {
        "authorChannelId": { "value": author }, "textDisplay": text, "textOriginal": text, "publishedAt": at } } } })
}

const BELOW: &str = "UgzDE8pY_DZ0DuXXXXXXXX.9xyz";

fn said(id: &str, (author, name): (&str, &str), text: &str) -> Value {
    json!({ "kind": "youtube#comment", "id": id, "snippet": { "authorChannelId": { "value": author }, "authorDisplayName": name,
        "textDisplay": text, "publishedAt": Utc::now().to_rfc3339(), "moderationStatus": "published" } })
}

/// A thread of a visitor with our answer, which does not come with it.
fn thread_with_answer() -> Value {
    json!({ "id": COMMENT, "snippet": { "videoId": VIDEO, "totalReplyCount": 1,
        "topLevelComment": said(COMMENT, ("UCada", "Ada"), QUESTION) } })
}

pub fn talk() -> Talk {
    fn well_said(seen: &Seen) -> Reply {
        let answer = || said(BELOW, (CHANNEL, "@northwind"), ANSWER);
        match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", "/youtube/v3/commentThreads") => Reply::json(200, json!({ "items": [thread_with_answer()] })),
            ("GET", "/youtube/v3/comments") => Reply::json(200, json!({ "items": [answer()] })),
            ("POST", "/youtube/v3/comments") => {
                let snippet = json!({ "parentId": COMMENT, "textOriginal": seen.json()["snippet"]["textOriginal"] });
                assert_eq!(seen.json(), json!({ "snippet": snippet }));
                Reply::json(200, answer())
            }
            ("POST", "/youtube/v3/comments/setModerationStatus") | ("DELETE", "/youtube/v3/comments") => {
                Reply::text(204, "")
            }
            _ => well(seen),
        }
    }
    Talk {
        platform: Platform::YouTube,
        well: well_said,
        comment: COMMENT,
        answer: BELOW,
        replies: |seen| seen.path == "/youtube/v3/comments",
        hid: |seen| {
            assert_eq!(
                (seen.query("moderationStatus").as_deref(), seen.query("id").as_deref()),
                (Some("rejected"), Some(COMMENT))
            )
        },
        removed: |seen| {
            assert_eq!((seen.method.as_str(), seen.path.as_str()), ("DELETE", "/youtube/v3/comments"));
            assert_eq!(seen.query("id").as_deref(), Some(BELOW));
        },
    }
}

#[tokio::test]
async fn comments_come_with_all_their_answers_as_far_as_a_read_may_ask() {
    let (converse, case) = (CONNECTOR.converse.unwrap(), case());
    let many = Peer::start(|seen| match seen.path.as_str() {
        "/youtube/v3/commentThreads" => {
            Reply::json(200, json!({ "items": vec![thread_with_answer(); 12], "nextPageToken": "more" }))
        }
        _ => (talk().well)(seen),
    })
    .await;
    let page = converse.comments(&call!(case, &many.wire()), &case.parent(), None).await.unwrap();
    assert_eq!((page.whole, page.next.as_deref()), (false, Some("more")));
    assert_eq!((page.comments.len(), many.seen().len()), (22, 11), "one call for the list and ten for answers");
    let page = converse.comments(&call!(case, &many.wire()), &case.parent(), Some("more")).await;
    assert!(page.is_ok() && many.seen()[11].query("pageToken").as_deref() == Some("more"));
    let url = format!("https://www.youtube.com/watch?v={VIDEO}&lc={COMMENT}");
    assert_eq!(page.unwrap().comments[0].url.as_deref(), Some(url.as_str()));
    // What is refused stops comments, and not the channel.
    for (status, reason, expected) in [
        (403, "insufficientPermissions", "not_allowed"),
        (403, "forbidden", "permanent"),
        (403, "commentsDisabled", "permanent"),
        (404, "parentCommentNotFound", "permanent"),
        (400, "commentTextTooLong", "invalid_content"),
        (403, "quotaExceeded", "rate_limited"),
    ] {
        let peer = Peer::start(move |_| error(status, reason)).await;
        let to = Answered { comment: BELOW.into(), parent: Some(COMMENT.into()), post: case.parent() };
        let got = converse.reply(&call!(case, &peer.wire()), &to, ANSWER, &Value::Null).await;
        assert_eq!(kind(&got), expected, "{reason}");
        assert_eq!(peer.seen()[0].json()["snippet"]["parentId"], COMMENT, "answers are one level deep");
    }
    let gone = Peer::start(|_| error(404, "commentNotFound")).await;
    assert_eq!(kind(&converse.remove(&call!(case, &gone.wire()), BELOW).await), "ok", "what is gone is gone");
}

fn error(status: u16, reason: &str) -> Reply {
    Reply::json(status, problem(status, reason))
}

fn problem(status: u16, reason: &str) -> Value {
    json!({ "error": { "code": status, "message": "m", "errors": [{ "domain": "youtube", "reason": reason, "message": "m" }] } })
}

fn with(mut content: Content, id: &str, value: &str) -> Content {
    content.options.set(id, OptionValue::Text(value.to_owned()));
    content
}

/// A video of so many bytes.
fn sized(bytes: usize) -> Content {
    let mut content = case().content(1);
    content.media[0].source = MediaSource::of_bytes(Bytes::from(vec![b'v'; bytes]));
    content.media[0].facts.bytes = bytes as u64;
    content
}

#[tokio::test]
async fn a_session_is_told_everything_and_gets_all_but_the_last_piece_before() {
    let (publish, case) = of(Platform::YouTube);
    let peer = Peer::start(well).await;
    let wire = peer.wire();
    let mut content = with(with(sized(3 * GRAIN + 5), "category", "22"), "tags", " roast, coffee at home,roast");
    content = with(content, "privacy", "unlisted");
    content.options.set("altered", OptionValue::YesNo(true));
    content.options.set("quiet", OptionValue::YesNo(true));
    let (steps, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    assert_eq!(steps.len(), 2, "announced; one part");
    let seen = peer.seen();
    let opened = &seen[0];
    let query = |name: &str| opened.query(name);
    assert_eq!(query("uploadType").as_deref(), Some("resumable"));
    assert_eq!(
        (query("part").as_deref(), query("notifySubscribers").as_deref()),
        (Some("snippet,status"), Some("false"))
    );
    assert_eq!(opened.header("x-upload-content-length"), (3 * GRAIN + 5).to_string());
    assert_eq!(opened.header("x-upload-content-type"), "video/mp4");
    assert_eq!(
        opened.json(),
        json!({
            "snippet": { "title": "A new roast", "description": TEXT, "categoryId": "22", "tags": ["roast", "coffee at home"] },
            "status": { "privacyStatus": "unlisted", "selfDeclaredMadeForKids": false, "containsSyntheticMedia": true },
        })
    );
    let asked = &seen[1];
    let total = 3 * GRAIN + 5;
    assert_eq!(
        (asked.header("content-range"), asked.header("content-length")),
        (format!("bytes */{total}").as_str(), "0")
    );
    let part = &seen[2];
    assert_eq!(part.header("content-range"), format!("bytes 0-{}/{total}", 3 * GRAIN - 1));
    assert_eq!((part.body.len(), part.header("content-type")), (3 * GRAIN, "video/mp4"));
    let committed = publish.commit(&call!(case, &wire), &content, &ready).await;
    assert!(matches!(&committed, Ok(Committed::Live(post)) if post.id == VIDEO), "{committed:?}");
    let last = peer.seen().pop().unwrap();
    assert_eq!(last.header("content-range"), format!("bytes {}-{}/{total}", 3 * GRAIN, total - 1));
    assert_eq!(last.body.len(), 5);
    // A small file has no part before its last piece.
    let peer = Peer::start(well).await;
    let (steps, _) = prepare(publish, &case, &peer.wire(), &sized(GRAIN), None).await.unwrap();
    assert_eq!((steps.len(), peer.seen().len()), (1, 1));
    // What can be watched as a Short has its address.
    let mut short = sized(10);
    (short.format, short.media[0].facts.width) = (Format::Short, 600);
    let wire = peer.wire();
    let (_, ready) = prepare(publish, &case, &wire, &short, None).await.unwrap();
    let committed = publish.commit(&call!(case, &wire), &short, &ready).await;
    let url = format!("https://www.youtube.com/shorts/{VIDEO}");
    assert!(matches!(&committed, Ok(Committed::Live(RemotePost { url: Some(at), .. })) if *at == url), "{committed:?}");
}

/// A part breaks off when a third of it has arrived: the next try asks, and goes on from there.
#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let (publish, case) = of(Platform::YouTube);
    let broken = AtomicU64::new(0);
    let peer = Peer::start(move |seen| {
        let first = matches!(range(seen), Some((Some((0, _)), _)));
        if seen.method == "PUT" && first && broken.fetch_add(1, Ordering::Relaxed) == 0 {
            SESSIONS.lock().unwrap().insert(seen.query("upload_id").unwrap(), GRAIN as u64);
            return Reply::Reset;
        }
        well(seen)
    })
    .await;
    let (wire, content) = (peer.wire(), sized(3 * GRAIN + 5));
    let call = call!(case, &wire);
    let Prepared::More(opened) = publish.prepare(&call, &content, None).await.unwrap() else { panic!() };
    assert_eq!(kind(&publish.prepare(&call, &content, Some(&opened)).await), "transient");
    let (_, ready) = prepare(publish, &case, &wire, &content, Some(opened)).await.unwrap();
    let parts: Vec<String> = peer.seen().iter().map(|s| s.header("content-range").to_owned()).collect();
    let total = 3 * GRAIN + 5;
    assert_eq!(parts[4], format!("bytes {GRAIN}-{}/{total}", 3 * GRAIN - 1), "{parts:?}");
    assert!(matches!(publish.commit(&call, &content, &ready).await, Ok(Committed::Live(_))));
    // A session that is not known any more, and one that takes nothing.
    for (reply, expected) in [
        (Reply::text(404, ""), "preparation_lost"),
        (Reply::text(410, ""), "preparation_lost"),
        (Reply::text(308, ""), "transient"),
        (Reply::text(308, "").with("range", "nonsense"), "transient"),
        (error(403, "quotaExceeded"), "rate_limited"),
    ] {
        let told = format!("{reply:?}");
        let peer = Peer::start(move |seen| if seen.method == "PUT" { reply.clone() } else { well(seen) }).await;
        assert_eq!(kind(&prepare(publish, &case, &peer.wire(), &content, None).await), expected, "{told}");
    }
    // Bytes and token go to Google only.
    let strange = |seen: &Seen| match seen.method.as_str() {
        "POST" => Reply::text(200, "").with("location", "https://googleapis.com.evil.example/u"),
        _ => well(seen),
    };
    let peer = Peer::start(strange).await;
    assert_eq!(kind(&prepare(publish, &case, &peer.wire(), &content, None).await), "permanent");
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn what_the_session_was_told_cannot_change() {
    let (publish, case) = of(Platform::YouTube);
    let peer = Peer::start(well).await;
    let (wire, content) = (peer.wire(), sized(GRAIN + 1));
    let (_, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    let before = peer.seen().len();
    let mut quiet = content.clone();
    quiet.options.set("quiet", OptionValue::YesNo(true));
    let mut old = ready.clone();
    old["begun_at"] = json!(Utc::now() - TimeDelta::hours(25));
    for (changed, checkpoint) in [
        (saying(content.clone(), "Another description"), &ready),
        (with(content.clone(), "title", "Another title"), &ready),
        (quiet, &ready),
        (content.clone(), &old),
    ] {
        let got = publish.commit(&call!(case, &wire), &changed, checkpoint).await;
        assert_eq!(kind(&got), "preparation_lost");
    }
    let mut early = ready.clone();
    early["sent"] = json!(0);
    assert_eq!(kind(&publish.commit(&call!(case, &wire), &content, &early).await), "preparation_lost");
    assert_eq!(peer.seen().len(), before, "nothing was sent");
}

#[tokio::test]
async fn what_youtube_would_refuse_is_not_sent() {
    let (publish, case) = of(Platform::YouTube);
    let video = || sized(10);
    let mut unanswered = video();
    unanswered.options = Default::default();
    unanswered.options.set("title", OptionValue::Text("A title".into()));
    let mut untitled = video();
    untitled.options = Default::default();
    untitled.options.set("made_for_kids", OptionValue::Text("yes".into()));
    let mut wide = video();
    (wide.format, wide.media[0].facts.width) = (Format::Short, 5_000);
    let two = showing(video(), [video().post.media, video().post.media].concat());
    let mut picture = video();
    picture.media[0].facts.mime = "image/png".into();
    let described = |text: &str| {
        let mut content = video();
        content.text = text.into();
        content
    };
    for (content, field) in [
        (showing(video(), vec![]), "media"),
        (two, "media"),
        (picture, "media"),
        (sized(0), "media"),
        (wide, "media"),
        (untitled, "options.title"),
        (with(video(), "title", "Beans > coffee"), "options.title"),
        (described("Less < more"), "text"),
        (described(&"é".repeat(2_501)), "text"),
        (with(video(), "tags", &"two words,".repeat(45)), "ok"),
        (
            with(video(), "tags", &(0..45).map(|n| format!("tag no {n:02}")).collect::<Vec<_>>().join(",")),
            "options.tags",
        ),
        (unanswered, "options.made_for_kids"),
    ] {
        let peer = Peer::start(well).await;
        match prepare(publish, &case, &peer.wire(), &content, None).await {
            Err(Fault::InvalidContent { problems, .. }) => {
                assert_eq!(problems[0].field, field);
                assert!(peer.seen().is_empty(), "{field}");
            }
            other => assert_eq!((kind(&other), field), ("ok", "ok")),
        }
    }
    // Whether the channel takes long videos is asked of YouTube.
    for (status, expected) in [("allowed", "ok"), ("eligible", "invalid_content"), ("disallowed", "invalid_content")] {
        let peer = Peer::start(move |seen| match seen.path.as_str() {
            "/youtube/v3/channels" => {
                Reply::json(200, json!({ "items": [{ "id": CHANNEL, "status": { "longUploadsStatus": status } }] }))
            }
            _ => well(seen),
        })
        .await;
        let mut long = video();
        long.media[0].facts.video.as_mut().unwrap().millis = 15 * 60_000 + 1;
        let got = prepare(publish, &case, &peer.wire(), &long, None).await;
        assert_eq!(kind(&got), expected, "{status}");
        assert!(matches!(got, Ok(_) | Err(Fault::InvalidContent { .. })), "{got:?}");
    }
}

#[tokio::test]
async fn reasons_decide_what_is_to_be_done() {
    let rows = [
        (400, "invalidTitle", "invalid_content"),
        (400, "invalidDescription", "invalid_content"),
        (400, "invalidTags", "invalid_content"),
        (400, "invalidCategoryId", "invalid_content"),
        (400, "uploadLimitExceeded", "rate_limited"),
        (400, "somethingNew", "permanent"),
        (401, "authError", "auth_expired"),
        (401, "youtubeSignupRequired", "disconnected"),
        (403, "quotaExceeded", "rate_limited"),
        (403, "rateLimitExceeded", "rate_limited"),
        (403, "userRateLimitExceeded", "rate_limited"),
        (403, "accessNotConfigured", "permanent"),
        (403, "forbiddenPrivacySetting", "invalid_content"),
        (403, "insufficientPermissions", "permission_missing"),
        (403, "forbidden", "permission_missing"),
        (403, "authenticatedUserAccountSuspended", "disconnected"),
        (403, "channelClosed", "disconnected"),
        (404, "notFound", "preparation_lost"),
        (503, "backendError", "unknown_outcome"),
    ];
    commits(Platform::YouTube, rows.iter().map(|(s, r, kind)| (*s, problem(*s, r), *kind)).collect()).await;
    let (publish, case) = of(Platform::YouTube);
    // A day's quota ends at midnight in California; a channel's own limit a day later.
    for (reason, least, most) in [("quotaExceeded", 0, 25), ("uploadLimitExceeded", 23, 25)] {
        match commit_against(publish, &case, error(403, reason)).await {
            Err(Fault::RateLimited { until, message }) => {
                let hours = (until - Utc::now()).num_hours();
                assert!((least..=most).contains(&hours) && message.contains("day"), "{hours} {message}");
            }
            other => panic!("{other:?}"),
        }
    }
    // It is about the whole project: nobody else who uses it begins.
    let peer = Peer::start(|seen| match seen.method.as_str() {
        "POST" => error(403, "quotaExceeded"),
        _ => well(seen),
    })
    .await;
    let wire = peer.wire().counted_for(Platform::YouTube, &keys(), CHANNEL);
    let content = sized(10);
    assert_eq!(kind(&prepare(publish, &case, &wire, &content, None).await), "rate_limited");
    let other = wire.counted_for(Platform::YouTube, &keys(), "UCanother000000000000001");
    let until = other.blocked_until(publish.spends(&content), Utc::now()).expect("held");
    assert!(until > Utc::now());
    assert!(other.blocked_until(&["POST /youtube/v3/commentThreads"], Utc::now()).is_none());
}

#[tokio::test]
async fn a_session_knows_what_became_of_a_lost_answer() {
    let (publish, case) = of(Platform::YouTube);
    let content = sized(10);
    let first = Peer::start(well).await;
    let (_, ready) = prepare(publish, &case, &first.wire(), &content, None).await.unwrap();
    let item = |title: &str, at: chrono::DateTime<Utc>| {
        json!({ "snippet": { "title": title, "description": TEXT, "publishedAt": at.to_rfc3339() },
            "contentDetails": { "videoId": VIDEO } })
    };
    let (ours, other) = (item("A new roast", Utc::now()), item("Another one", Utc::now()));
    let older = item("A new roast", Utc::now() - TimeDelta::hours(1));
    let list = |items: Vec<Value>| json!({ "items": items });
    let failed = |status: Value| json!({ "items": [{ "id": VIDEO, "status": status }] });
    for (told, of_session, of_list, of_video, expected) in [
        ("not all is there", incomplete(0), Value::Null, Value::Null, "absent"),
        ("processed", Reply::json(200, video("processed")), Value::Null, Value::Null, "live"),
        (
            "worked on",
            Reply::json(200, video("uploaded")),
            Value::Null,
            json!({"items": [video("uploaded")]}),
            "processing",
        ),
        (
            "by now processed",
            Reply::json(200, video("uploaded")),
            Value::Null,
            json!({"items": [video("processed")]}),
            "live",
        ),
        ("not listed yet", Reply::json(200, video("uploaded")), Value::Null, list(vec![]), "processing"),
        (
            "refused",
            Reply::json(200, video("uploaded")),
            Value::Null,
            failed(json!({"uploadStatus": "rejected", "rejectionReason": "duplicate"})),
            "has this video already",
        ),
        (
            "not read",
            Reply::json(200, video("uploaded")),
            Value::Null,
            failed(json!({"uploadStatus": "failed", "failureReason": "invalidFile"})),
            "cannot read the file",
        ),
        (
            "gone, and listed",
            Reply::text(404, ""),
            list(vec![other.clone(), ours]),
            list(vec![video("processed")]),
            "live",
        ),
        ("gone, and not listed", Reply::text(404, ""), list(vec![other.clone(), older]), Value::Null, "absent"),
        ("gone, and too many", Reply::text(404, ""), list(vec![other; 50]), Value::Null, "only a part"),
    ] {
        let peer = Peer::start(move |seen| match (seen.method.as_str(), seen.path.as_str()) {
            ("PUT", _) => of_session.clone(),
            ("GET", "/youtube/v3/playlistItems") => Reply::json(200, of_list.clone()),
            ("GET", "/youtube/v3/videos") => Reply::json(200, of_video.clone()),
            _ => well(seen),
        })
        .await;
        let got = publish.probe(&call!(case, &peer.wire()), &content, &ready, Utc::now()).await;
        let got = match got.unwrap_or_else(|fault| panic!("{told}: {fault:?}")) {
            ProbeOutcome::Live(post) => {
                assert_eq!(
                    post,
                    RemotePost { id: VIDEO.into(), url: Some(format!("https://www.youtube.com/watch?v={VIDEO}")) }
                );
                "live".to_owned()
            }
            ProbeOutcome::Processing { .. } => "processing".into(),
            ProbeOutcome::Absent => "absent".into(),
            ProbeOutcome::CannotTell(why) => why,
            ProbeOutcome::Refused(fault) => panic!("{told}: {fault:?}"),
        };
        assert!(got.contains(expected), "{told}: {got}");
        assert!(peer.seen().iter().all(|s| s.method == "GET" || s.body.is_empty()), "{told}: nothing is sent");
    }
    // What was accepted is waited for, and never sent again.
    let peer = Peer::start(|seen| match seen.method.as_str() {
        "PUT" => session(seen, Reply::json(200, video("uploaded"))),
        _ => well(seen),
    })
    .await;
    let wire = peer.wire();
    let committed = publish.commit(&call!(case, &wire), &content, &ready).await;
    let Ok(Committed::Processing { checkpoint, .. }) = committed else { panic!("{committed:?}") };
    assert_eq!(checkpoint["video"], VIDEO);
    let again = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
    assert!(matches!(again, Ok(Committed::Processing { .. })) && peer.changes() == 1);
}

#[tokio::test]
async fn comments_need_their_permission_and_say_why_they_are_refused() {
    let (publish, case) = of(Platform::YouTube);
    let peer = Peer::start(well).await;
    let (wire, keys, mut poor) = (peer.wire(), keys(), grant());
    poor.scopes = publish.scopes(true).iter().map(|scope| (*scope).to_owned()).collect();
    let facts = Value::Null;
    let call = Call { wire: &wire, keys: &keys, grant: &poor, account: CHANNEL, handle: "", facts: &facts };
    match publish.prepare(&call, &case.part(PartKind::Comment), None).await {
        Err(Fault::NotAllowed { scopes, .. }) => assert_eq!(scopes, publish.part_scopes(PartKind::Comment)),
        other => panic!("{other:?}"),
    }
    assert!(peer.seen().is_empty());
    assert!(publish.prepare(&call, &case.content(1), None).await.is_ok(), "videos do not need it");
    for (status, reason, expected) in [
        (403, "commentsDisabled", "permanent"),
        (403, "forbidden", "permanent"),
        (404, "videoNotFound", "permanent"),
        (400, "commentTextTooLong", "invalid_content"),
        (403, "insufficientPermissions", "permission_missing"),
    ] {
        let peer = Peer::start(move |seen| match seen.method.as_str() {
            "POST" => error(status, reason),
            _ => well(seen),
        })
        .await;
        let (wire, content) = (peer.wire(), case.part(PartKind::Comment));
        let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        let got = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
        assert_eq!(kind(&got), expected, "{reason}: {got:?}");
    }
    // The same words of somebody else are not ours.
    let peer =
        Peer::start(|_| Reply::json(200, json!({ "items": [thread("UCother", PART, &Utc::now().to_rfc3339())] })))
            .await;
    let seen =
        publish.probe(&call!(case, &peer.wire()), &case.part(PartKind::Comment), &json!({"v": 1}), Utc::now()).await;
    assert!(matches!(seen, Ok(ProbeOutcome::Absent)), "{seen:?}");
}

#[tokio::test]
async fn signing_in_asks_for_access_that_lasts_and_for_a_channel() {
    let peer = Peer::start(well).await;
    let flow = YouTube.method().flow().unwrap();
    let address =
        oauth::authorize_url(flow, &peer.wire(), &keys(), "https://lux.example/cb", "s", &oauth::new_verifier());
    let url = url::Url::parse(&address.unwrap()).unwrap();
    let query: BTreeMap<_, _> = url.query_pairs().collect();
    assert_eq!((&*query["access_type"], &*query["prompt"]), ("offline", "select_account consent"));
    let accounts = YouTube.accounts(&peer.wire(), &keys(), &grant()).await.unwrap();
    assert_eq!((accounts.len(), accounts[0].display_name.as_str()), (1, "Northwind"));
    assert_eq!(accounts[0].facts["uploads"], "UUnorthwind0000000000001");
    assert_eq!(accounts[0].picture_url.as_deref(), Some("https://yt3.example/a.jpg"));
    let peer = Peer::start(|_| Reply::json(200, json!({ "kind": "youtube#channelListResponse" }))).await;
    match YouTube.accounts(&peer.wire(), &keys(), &grant()).await {
        Err(Fault::Permanent { message, .. }) => assert!(message.contains("no YouTube channel"), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn categories_are_those_of_the_channels_country_that_a_video_may_have() {
    let case = case();
    let peer = Peer::start(well).await;
    let (wire, keys, grant) = (peer.wire(), keys(), grant());
    for (facts, region) in [(json!({"country": "PT"}), "PT"), (json!({"country": null}), "US"), (Value::Null, "US")] {
        let call = Call { wire: &wire, keys: &keys, grant: &grant, account: case.account, handle: "", facts: &facts };
        let choices = CONNECTOR.choices.unwrap().choices(&call, "categories", "").await.unwrap();
        assert_eq!(choices, [RemoteChoice { id: "22".into(), label: "People & Blogs".into() }]);
        assert_eq!(peer.seen().pop().unwrap().query("regionCode").as_deref(), Some(region));
        assert_eq!(kind(&CONNECTOR.choices.unwrap().choices(&call, "boards", "").await), "unsupported");
    }
}

#[tokio::test]
async fn a_video_is_deleted_once() {
    let (publish, case) = of(Platform::YouTube);
    for (reply, expected) in [
        (Reply::text(204, ""), "ok"),
        (error(404, "videoNotFound"), "ok"),
        (error(403, "forbidden"), "permission_missing"),
        (Reply::text(503, ""), "transient"),
    ] {
        let peer = Peer::start(move |_| reply.clone()).await;
        assert_eq!(kind(&publish.delete(&call!(case, &peer.wire()), &case.parent()).await), expected);
        let seen = peer.seen().pop().unwrap();
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("DELETE", "/youtube/v3/videos"));
        assert_eq!(seen.query("id").as_deref(), Some(VIDEO));
        assert_eq!(seen.header("authorization"), format!("Bearer {ACCESS}"));
    }
}

#[tokio::test]
async fn requests_are_as_described() {
    let Some(spec) = specs::spec("youtube-v3-discovery.json") else { return };
    let flow = CONNECTOR.sign_in.unwrap().method().flow().unwrap();
    assert!(flow.scopes.iter().all(|scope| spec["auth"]["oauth2"]["scopes"][*scope].is_object()));
    let (publish, case) = of(Platform::YouTube);
    let peer = Peer::start(|seen| match seen.method.as_str() {
        "PUT" if range(seen).is_some_and(|(part, _)| part.is_none()) && seen.query("gone").is_some() => {
            Reply::text(404, "")
        }
        _ => well(seen),
    })
    .await;
    let wire = peer.wire();
    let mut content = with(with(with(sized(GRAIN + 5), "category", "22"), "tags", "roast"), "privacy", "private");
    content.options.set("altered", OptionValue::YesNo(true));
    content.options.set("quiet", OptionValue::YesNo(true));
    content.media[0].facts.video.as_mut().unwrap().millis = 1_000;
    let call = call!(case, &wire);
    let (_, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    publish.commit(&call, &content, &ready).await.unwrap();
    // Every other call once: the look into the list of videos, too.
    let mut gone = ready.clone();
    gone["session"] = json!(format!("https://www.googleapis.com{UPLOAD}?gone=1"));
    publish.probe(&call, &content, &gone, Utc::now()).await.unwrap();
    let comment = case.part(PartKind::Comment);
    let (_, none) = prepare(publish, &case, &wire, &comment, None).await.unwrap();
    publish.commit(&call, &comment, &none).await.unwrap();
    publish.probe(&call, &comment, &none, Utc::now()).await.unwrap();
    publish.look_up(&call, &format!("https://youtu.be/{VIDEO}")).await.unwrap();
    publish.delete(&call, &case.parent()).await.unwrap();
    CONNECTOR.choices.unwrap().choices(&call, "categories", "").await.unwrap();
    let mut thumbnail = content.media[0].clone();
    thumbnail.facts.mime = "image/png".into();
    publish.add_picture(&call, &case.parent(), "thumbnail", &thumbnail).await.unwrap();
    YouTube.accounts(&wire, &keys(), &grant()).await.unwrap();
    let talking = Peer::start(talk().well).await;
    let (converse, wire) = (CONNECTOR.converse.unwrap(), talking.wire());
    let call = call!(case, &wire);
    converse.comments(&call, &case.parent(), None).await.unwrap();
    let to = Answered { comment: COMMENT.into(), parent: None, post: case.parent() };
    converse.reply(&call, &to, ANSWER, &Value::Null).await.unwrap();
    converse.hide(&call, COMMENT, true).await.unwrap();
    converse.hide(&call, COMMENT, false).await.unwrap();
    converse.remove(&call, BELOW).await.unwrap();
    let mut held = vec![];
    for seen in peer.seen().iter().chain(&talking.seen()).filter(|seen| seen.method != "PUT") {
        held.push(check(&spec, seen));
    }
    held.sort();
    held.dedup();
    assert_eq!(
        held,
        [
            "channels.list",
            "commentThreads.insert",
            "commentThreads.list",
            "comments.delete",
            "comments.insert",
            "comments.list",
            "comments.setModerationStatus",
            "playlistItems.list",
            "thumbnails.set",
            "videoCategories.list",
            "videos.delete",
            "videos.insert",
            "videos.list",
        ]
    );
}

#[tokio::test]
async fn a_thumbnail_is_set_for_a_video_that_is_there() {
    let (publish, case) = of(Platform::YouTube);
    let set = async |reply: fn() -> Reply, mime: &str| {
        let peer = Peer::start(move |_| reply()).await;
        let wire = peer.wire();
        let mut media = sized(10).post.media.remove(0);
        media.facts.mime = mime.into();
        (publish.add_picture(&call!(case, &wire), &case.parent(), "thumbnail", &media).await, peer.seen())
    };
    let well = || Reply::json(200, json!({ "kind": "youtube#thumbnailSetResponse", "items": [{}] }));
    let (done, seen) = set(well, "image/png").await;
    assert!(done.is_ok(), "{done:?}");
    assert_eq!((seen[0].method.as_str(), seen[0].path.as_str()), ("POST", "/upload/youtube/v3/thumbnails/set"));
    assert_eq!((seen[0].query("videoId").as_deref(), seen[0].header("content-type")), (Some(VIDEO), "image/png"));
    assert_eq!(seen[0].body.len(), 10);
    let (other, seen) = set(well, "image/webp").await;
    assert_eq!((kind(&other), seen.len()), ("invalid_content", 0));
    for (reply, expected, words) in [
        ((|| error(403, "forbidden")) as fn() -> Reply, "permanent", "youtube.com/verify"),
        (|| error(400, "invalidImage"), "permanent", "cannot read"),
        (|| error(404, "videoNotFound"), "permanent", "not there"),
        (|| error(429, "uploadRateLimitExceeded"), "rate_limited", ""),
        (|| error(403, "quotaExceeded"), "rate_limited", "quota"),
        (|| error(401, "authError"), "auth_expired", ""),
        (|| error(503, "backendError"), "transient", ""),
    ] {
        let (refused, _) = set(reply, "image/jpeg").await;
        assert_eq!(kind(&refused), expected);
        assert!(refused.unwrap_err().to_string().contains(words), "{expected}");
    }
}

/// Holds a call against the discovery document: path, parameters, values, body, and that our permissions suffice. Its name.
fn check(spec: &Value, seen: &Seen) -> String {
    let path = seen.path.strip_prefix("/upload").unwrap_or(&seen.path).trim_start_matches('/');
    let method = operation_of(spec, &seen.method, path);
    let name = method["id"].as_str().unwrap().trim_start_matches("youtube.").to_owned();
    let known = |name: &str| {
        let own = &method["parameters"][name];
        if own.is_null() { spec["parameters"][name].clone() } else { own.clone() }
    };
    for (parameter, value) in url::form_urlencoded::parse(seen.raw_query.as_bytes()) {
        let described = known(&parameter);
        assert!(described.is_object(), "{name}: {parameter} does not exist");
        if let Some(words) = described["enum"].as_array() {
            assert!(words.iter().any(|word| word == value.as_ref()), "{name}: {parameter} cannot be {value}");
        }
        if let Some(most) = described["maximum"].as_str() {
            assert!(value.parse::<u64>().unwrap() <= most.parse().unwrap(), "{name}: {parameter} {value}");
        }
    }
    for (parameter, described) in method["parameters"].as_object().unwrap() {
        assert!(described["required"] != true || seen.query(parameter).is_some(), "{name}: {parameter} is missing");
    }
    let flow = CONNECTOR.sign_in.unwrap().method().flow().unwrap();
    let scopes = method["scopes"].as_array().unwrap();
    assert!(scopes.iter().any(|scope| flow.scopes.iter().any(|ours| scope == ours)), "{name}: no permission for it");
    if let Some(reference) = method["request"]["$ref"].as_str() {
        fits(spec, reference, &seen.json(), &name);
    }
    name
}
