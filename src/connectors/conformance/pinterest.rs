//! What is special to Pinterest: boards, titles, where a pin leads, several pictures, videos, and its numbered errors.

use super::cases::{Case, NEW_ACCESS, NEW_REFRESH, TEXT, keys};
use super::peer::{Peer, Reply, Seen};
use super::specs;
use super::support::{call, commits, kind, linking, of, prepare, sent};
use crate::connectors::pinterest::{CONNECTOR, Pinterest};
use crate::connectors::{Committed, Consent, Content, Fault, Prepared, ProbeOutcome, SignIn};
use crate::domain::options::{OptionValue, RemoteChoice};
use crate::domain::platform::Platform;
use crate::domain::post::VideoFacts;
use chrono::Utc;
use serde_json::{Value, json};

const BOARD: &str = "549755885175";
const SECTION: &str = "549755885176";
const PIN: &str = "813744226420795884";

pub fn case() -> Case {
    Case {
        platform: Platform::Pinterest,
        account: "2783136121146311751",
        handle: "northwind",
        typed: &[],
        well,
        commits: |s| s.method == "POST" && s.path == "/v5/pins",
        live_id: PIN,
        preparing: 0,
        rotates: true,
        refused_refresh: || error(400, 285, "The refresh token is not valid."),
        revokes: false,
        media_type: "image/jpeg",
        options: &[("board", BOARD)],
        part_id: "",
        part_sent: |_, _| panic!("Pinterest has no parts"),
    }
}

fn error(status: u16, code: i64, message: &str) -> Reply {
    Reply::json(status, json!({ "code": code, "message": message }))
}

fn board(id: &str, name: &str, privacy: &str) -> Value {
    json!({ "id": id, "name": name, "privacy": privacy })
}

fn pin(title: Option<&str>, description: &str) -> Value {
    json!({ "id": PIN, "created_at": Utc::now().to_rfc3339(), "title": title, "description": description, "link": null,
        "board_id": BOARD, "is_owner": true })
}

fn well(seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/v5/oauth/token") => Reply::json(
            200,
            json!({ "response_type": "authorization_code", "token_type": "bearer", "access_token": NEW_ACCESS,
                "expires_in": 2_592_000, "refresh_token": NEW_REFRESH, "refresh_token_expires_in": 5_184_000,
                "scope": "user_accounts:read boards:read boards:write pins:read pins:write" }),
        ),
        ("GET", "/v5/user_account") => Reply::json(
            200,
            json!({ "id": "2783136121146311751", "username": "northwind", "business_name": "Northwind",
                "account_type": "BUSINESS" }),
        ),
        ("GET", "/v5/boards") => match seen.query("bookmark").as_deref() {
            None => Reply::json(200, json!({ "items": [board(BOARD, "Coffee", "PUBLIC")], "bookmark": "next" })),
            Some(_) => Reply::json(200, json!({ "items": [board("7", "Plans", "SECRET")], "bookmark": null })),
        },
        ("GET", "/v5/boards/549755885175/sections") => {
            Reply::json(200, json!({ "items": [{ "id": SECTION, "name": "Espresso" }], "bookmark": null }))
        }
        ("GET", path) if path.ends_with("/pins") => Reply::json(200, json!({ "items": [pin(None, TEXT)] })),
        ("GET", path) if path.starts_with("/v5/boards/") => Reply::json(200, board(BOARD, "Coffee", "PUBLIC")),
        ("POST", "/v5/pins") => Reply::json(201, pin(None, TEXT)),
        ("DELETE", _) => Reply::text(204, ""),
        ("POST", "/v5/media") => Reply::json(
            201,
            json!({ "media_id": "12345", "media_type": "video",
                "upload_url": "https://pinterest-media-upload.s3-accelerate.amazonaws.com/",
                "upload_parameters": { "key": "uploads/1", "policy": "p" } }),
        ),
        ("POST", "/") => Reply::text(204, ""),
        ("GET", "/v5/media/12345") => Reply::json(200, json!({ "status": "succeeded" })),
        _ => Reply::text(404, ""),
    }
}

fn with(mut content: Content, id: &str, value: &str) -> Content {
    content.options.set(id, OptionValue::Text(value.to_owned()));
    content
}

fn filmed(mut content: Content) -> Content {
    let facts = VideoFacts {
        codec: "h264".into(),
        audio: Some("aac".into()),
        millis: 5_000,
        frames: 25_000,
        bit_rate: 1_000_000,
    };
    content.media[0].facts.mime = "video/mp4".into();
    content.media[0].facts.video = Some(facts);
    content
}

#[tokio::test]
async fn a_pin_has_board_title_words_link_and_picture() {
    let content = linking(case().content(1), "https://northwind.example/shop");
    let body = sent(Platform::Pinterest, &with(content, "title", " Fresh beans ")).await.json();
    assert_eq!(
        body,
        json!({ "board_id": BOARD, "title": "Fresh beans", "description": TEXT, "alt_text": "Picture 1",
            "link": "https://northwind.example/shop",
            "media_source": { "source_type": "image_url", "url": "https://lux.example/media/unguessable-1.jpg" } })
    );
    let several = sent(Platform::Pinterest, &linking(case().content(3), "https://northwind.example")).await.json();
    assert_eq!(several["media_source"]["source_type"], "multiple_image_urls");
    let items = several["media_source"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    let second = json!({ "url": "https://lux.example/media/unguessable-2.jpg", "link": "https://northwind.example" });
    assert_eq!(items[1], second);
}

#[tokio::test]
async fn a_video_is_announced_sent_to_the_store_and_waited_for() {
    let (publish, case) = of(Platform::Pinterest);
    let peer = Peer::start(well).await;
    let (wire, content) = (peer.wire(), filmed(case.content(1)));
    let (steps, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    assert_eq!(steps.len(), 3, "the board, the announcement, the bytes");
    let seen = peer.seen();
    let upload = seen.iter().find(|s| s.method == "POST" && s.path == "/").unwrap();
    assert_eq!(upload.header("authorization"), "", "the store gets no token");
    let text = String::from_utf8_lossy(&upload.body).into_owned();
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(
        at("name=\"key\"") < at("name=\"file\"") && at("name=\"policy\"") < at("name=\"file\""),
        "the file is last"
    );
    assert!(text.contains("picture"), "its bytes");
    let committed = publish.commit(&call!(case, &wire), &content, &ready).await;
    assert!(matches!(committed, Ok(Committed::Live(_))));
    let source = peer.seen().pop().unwrap().json()["media_source"].clone();
    assert_eq!(source, json!({ "source_type": "video_id", "media_id": "12345", "cover_image_key_frame_time": 0 }));
}

#[tokio::test]
async fn a_video_may_take_long_fail_or_be_meant_for_strangers() {
    let (publish, case) = of(Platform::Pinterest);
    let content = filmed(case.content(1));
    for (path, reply, expected) in [
        ("/v5/media/12345", Reply::json(200, json!({ "status": "failed" })), "invalid_content"),
        ("/", Reply::text(403, "<Error/>"), "preparation_lost"),
        ("/", Reply::text(503, ""), "transient"),
        (
            "/v5/media",
            Reply::json(201, json!({ "media_id": "1", "upload_url": "https://amazonaws.com.evil.example/" })),
            "permanent",
        ),
    ] {
        let peer = Peer::start(move |seen| if seen.path == path { reply.clone() } else { well(seen) }).await;
        let got = prepare(publish, &case, &peer.wire(), &content, None).await;
        assert_eq!(kind(&got), expected, "{path}");
    }
    let busy = |seen: &Seen| match seen.path.as_str() {
        "/v5/media/12345" => Reply::json(200, json!({ "status": "processing" })),
        _ => well(seen),
    };
    let peer = Peer::start(busy).await;
    let (wire, mut had) = (peer.wire(), None);
    for _ in 0..3 {
        let Prepared::More(next) = publish.prepare(&call!(case, &wire), &content, had.as_ref()).await.unwrap() else {
            panic!("not ready")
        };
        had = Some(next);
    }
    let waits = publish.prepare(&call!(case, &wire), &content, had.as_ref()).await.unwrap();
    assert!(matches!(waits, Prepared::Waiting { recheck_after, .. } if recheck_after.as_secs() >= 5));
}

#[tokio::test]
async fn boards_are_read_page_by_page_and_asked_for_before_the_pin() {
    let case = case();
    let peer = Peer::start(well).await;
    let choices = CONNECTOR.choices.unwrap().choices(&call!(case, &peer.wire()), "boards", "").await.unwrap();
    let expected = [(BOARD, "Coffee"), ("7", "Plans (secret)")];
    let expected: Vec<_> =
        expected.iter().map(|(id, label)| RemoteChoice { id: (*id).into(), label: (*label).into() }).collect();
    assert_eq!(choices, expected);
    let sections = CONNECTOR.choices.unwrap().choices(&call!(case, &peer.wire()), "sections", BOARD).await.unwrap();
    assert_eq!(sections, [RemoteChoice { id: "549755885176".into(), label: "Espresso".into() }]);
    let (publish, _) = of(Platform::Pinterest);
    let mut without = case.content(1);
    without.options = Default::default();
    let gone = Peer::start(|_| error(404, 40, "Board not found.")).await;
    for content in [without, case.content(1), with(case.content(1), "board", "../pins")] {
        let Err(Fault::InvalidContent { problems, .. }) = prepare(publish, &case, &gone.wire(), &content, None).await
        else {
            panic!("there is no board")
        };
        assert_eq!(problems[0].field, "options.board");
    }
    assert_eq!(gone.seen().len(), 1, "only an id that can be one is asked for");
}

#[tokio::test]
async fn a_pin_of_a_section_is_made_and_looked_for_there() {
    let (publish, case) = of(Platform::Pinterest);
    let peer = Peer::start(well).await;
    let (wire, content) = (peer.wire(), with(case.content(1), "section", SECTION));
    let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    publish.commit(&call!(case, &wire), &content, &checkpoint).await.unwrap();
    let body = peer.seen().pop().unwrap().json();
    assert_eq!((&body["board_id"], &body["board_section_id"]), (&json!(BOARD), &json!(SECTION)));
    let found = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await;
    assert!(matches!(found, Ok(ProbeOutcome::Live(_))), "{found:?}");
    assert_eq!(peer.seen().pop().unwrap().path, format!("/v5/boards/{BOARD}/sections/{SECTION}/pins"));
}

#[tokio::test]
async fn refusals_name_what_to_mend() {
    let says = |message: &str| json!({ "code": 1, "message": message });
    commits(
        Platform::Pinterest,
        vec![
            (400, says("Sorry! Unable to reach the URL. Please provide another URL."), "invalid_content"),
            (404, json!({ "code": 40, "message": "Board not found." }), "invalid_content"),
            (
                403,
                json!({ "code": 29, "message": "You are not permitted to access that resource." }),
                "permission_missing",
            ),
            (401, json!({ "code": 2, "message": "Authentication failed." }), "auth_expired"),
            (429, json!({ "code": 8, "message": "We blocked this as spam." }), "rate_limited"),
            (500, json!({ "code": 12, "message": "Something went wrong" }), "unknown_outcome"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_pin_without_words_is_not_taken_for_ours() {
    let (publish, case) = of(Platform::Pinterest);
    for (items, expected) in
        [(vec![pin(None, "")], "cannot tell"), (vec![pin(None, "Other")], "absent"), (vec![], "absent")]
    {
        let body = json!({ "items": items });
        let answers = move |seen: &Seen| {
            if seen.path.ends_with("/pins") && seen.method == "GET" {
                Reply::json(200, body.clone())
            } else {
                well(seen)
            }
        };
        let peer = Peer::start(answers).await;
        let (wire, mut content) = (peer.wire(), case.content(1));
        content.text = String::new();
        let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        let got = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await.unwrap();
        let got = match got {
            ProbeOutcome::CannotTell(_) => "cannot tell",
            ProbeOutcome::Absent => "absent",
            _ => "another",
        };
        assert_eq!(got, expected);
    }
}

#[tokio::test]
async fn a_pin_is_taken_back_once() {
    let (publish, case) = of(Platform::Pinterest);
    for (reply, expected) in [
        (Reply::text(204, ""), "ok"),
        (error(404, 50, "Pin not found."), "ok"),
        (error(403, 29, "You are not permitted to access that resource."), "permission_missing"),
        (Reply::text(503, ""), "transient"),
    ] {
        let peer = Peer::start(move |_| reply.clone()).await;
        assert_eq!(kind(&publish.delete(&call!(case, &peer.wire()), &case.parent()).await), expected);
        assert_eq!(
            (peer.seen()[0].method.as_str(), peer.seen()[0].path.clone()),
            ("DELETE", format!("/v5/pins/{PIN}"))
        );
    }
}

#[tokio::test]
async fn refresh_tokens_without_end_are_asked_for() {
    let peer = Peer::start(well).await;
    let code = "code".into();
    let consent = Consent { code: &code, verifier: &"".into(), redirect_uri: "https://lux.example/cb" };
    Pinterest.exchange(&peer.wire(), &keys(), &consent).await.ok().unwrap();
    assert_eq!(peer.seen()[0].form("continuous_refresh").as_deref(), Some("true"));
    assert!(peer.seen()[0].header("authorization").starts_with("Basic "));
}

#[tokio::test]
async fn requests_are_as_described() {
    let Some(spec) = specs::spec("pinterest-openapi.json") else { return };
    let flow = &spec["components"]["securitySchemes"]["pinterest_oauth2"]["flows"]["authorizationCode"];
    let ours = CONNECTOR.sign_in.unwrap().method().flow().unwrap();
    assert_eq!(flow["authorizationUrl"], ours.authorize_url);
    assert_eq!(flow["tokenUrl"], ours.token_url);
    assert!(ours.scopes.iter().all(|scope| flow["scopes"][*scope].is_string()));
    let schema = specs::body_schema(&spec, "/pins", "application/json");
    let full = with(with(case().content(1), "title", "Beans"), "section", SECTION);
    let full = linking(full, "https://northwind.example");
    for (content, source) in [
        (full, "PinMediaSourceImageURL"),
        (case().content(4), "PinMediaSourceImagesURL"),
        (filmed(case().content(1)), "PinMediaSourceVideoID"),
    ] {
        let body = sent(Platform::Pinterest, &content).await.json();
        specs::check(&spec, schema, &body, "/pins");
        specs::check(&spec, &spec["components"]["schemas"][source], &body["media_source"], source);
    }
}
