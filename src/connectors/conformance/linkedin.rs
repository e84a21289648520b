//! What is special to LinkedIn: its error answers, the form of a post, what a member's access may see.

use super::cases::{Case, NEW_ACCESS, PART, grant, keys};
use super::peer::{Peer, Reply, Seen};
use super::support::{call, commit_against, commits, kind, linking, of, prepare, sent};
use crate::connectors::{Call, Fault, ProbeOutcome};
use crate::domain::platform::Platform;
use chrono::{TimeDelta, Utc};
use serde_json::json;

/// The comments under the post of this case.
const COMMENTS: &str = "/rest/socialActions/urn%3Ali%3Ashare%3A7250000000000000001/comments";

pub fn case() -> Case {
    Case {
        platform: Platform::LinkedIn,
        account: "urn:li:person:abc123",
        handle: "Nora Wind",
        typed: &[],
        well,
        commits: |s| s.path == "/rest/posts" || s.path == COMMENTS,
        live_id: "urn:li:share:7250000000000000001",
        preparing: 4,
        rotates: false,
        refused_refresh: || Reply::json(400, json!({"error": "invalid_grant"})),
        revokes: true,
        media_type: "image/png",
        options: &[],
        part_id: "urn:li:comment:(urn:li:share:7250000000000000001,7250000000000000002)",
        part_sent: |case, sent| {
            let expected = json!({"actor": case.account, "object": case.live_id, "message": {"text": PART}});
            assert_eq!(sent.json(), expected);
            assert_eq!(sent.header("linkedin-version"), "202607");
        },
    }
}

fn well(seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.path.as_str()) {
        ("POST", "/oauth/v2/accessToken") => Reply::json(
            200,
            json!({"access_token": NEW_ACCESS, "expires_in": 5_184_000, "scope": "openid,profile,w_member_social"}),
        ),
        ("POST", "/oauth/v2/revoke") => Reply::text(200, ""),
        ("GET", "/v2/userinfo") => Reply::json(200, json!({"sub": "abc123", "name": "Nora Wind"})),
        ("POST", "/rest/images") => Reply::json(
            200,
            json!({"value": {"uploadUrl": "https://www.linkedin.com/dms-uploads/sp/capability-4711-secret/0",
                "uploadUrlExpiresAt": (Utc::now() + TimeDelta::hours(1)).timestamp_millis(), "image": "urn:li:image:C4E10"}}),
        ),
        ("PUT", "/dms-uploads/sp/capability-4711-secret/0") => Reply::text(201, ""),
        ("POST", "/rest/posts") => Reply::text(201, "").with("x-restli-id", "urn:li:share:7250000000000000001"),
        ("GET", "/rest/posts") => Reply::json(
            200,
            json!({"elements": [{"id": "urn:li:share:7250000000000000001", "createdAt": Utc::now().timestamp_millis(),
                "commentary": r"Fresh beans & a new roast, at https://northwind.example/roast {hashtag|\#|coffee}"}]}),
        ),
        ("POST", COMMENTS) => Reply::json(
            201,
            json!({"actor": "urn:li:person:abc123", "id": "7250000000000000002",
                "commentUrn": "urn:li:comment:(urn:li:share:7250000000000000001,7250000000000000002)"}),
        ),
        ("GET", COMMENTS) => {
            let comment = |id: &str, actor: &str| {
                json!({"id": id, "commentUrn": format!("urn:li:comment:(urn:li:share:7250000000000000001,{id})"),
                    "actor": actor, "message": {"text": PART}, "created": {"time": Utc::now().timestamp_millis()}})
            };
            let strange = comment("7250000000000000003", "urn:li:person:somebody");
            Reply::json(200, json!({"elements": [strange, comment("7250000000000000002", "urn:li:person:abc123")]}))
        }
        _ => Reply::text(404, "unexpected"),
    }
}

#[tokio::test]
async fn linkedin_answers_are_understood() {
    let input = |code: &str, path: &str, words: &str| {
        json!({"status": 422, "message": "Unprocessable", "errorDetails": {"inputErrors": [
            {"code": code, "description": words, "input": {"inputPath": {"fieldPath": path}}}]}})
    };
    commits(
        Platform::LinkedIn,
        vec![
            (422, input("FIELD_LENGTH_TOO_LONG", "/commentary", "too long"), "invalid_content"),
            (400, json!({"message": "bad"}), "invalid_content"),
            (403, json!({"code": "ACCESS_DENIED", "message": "Not enough permissions"}), "permission_missing"),
            (401, json!({"serviceErrorCode": 65601, "message": "revoked"}), "auth_expired"),
            (400, input("INVALID_URN_ID", "", "Invalid URN id"), "preparation_lost"),
            (409, json!({}), "unknown_outcome"),
            (426, json!({"code": "NONEXISTENT_VERSION"}), "permanent"),
            (429, json!({"message": "throttled"}), "rate_limited"),
            (201, json!({}), "unknown_outcome"),
        ],
    )
    .await;
    let (publish, case) = of(Platform::LinkedIn);
    let words = "Content is a duplicate of urn:li:share:7250000000000000009";
    let reply = Reply::json(422, input("DUPLICATE_POST", "", words));
    match commit_against(publish, &case, reply).await {
        Err(Fault::Duplicate { remote_id, .. }) => {
            assert_eq!(remote_id.as_deref(), Some("urn:li:share:7250000000000000009"));
        }
        other => panic!("{other:?}"),
    }
    let reply = Reply::json(422, input("INVALID", "/content/multiImage/images", "bad picture"));
    match commit_against(publish, &case, reply).await {
        Err(Fault::InvalidContent { problems, .. }) => assert_eq!(problems[0].field, "media"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn linkedin_posts_have_the_right_form() {
    let case = case();
    let post = sent(Platform::LinkedIn, &linking(case.content(0), "https://shop.example/a?b")).await;
    assert_eq!(post.header("linkedin-version"), "202607");
    assert_eq!(post.header("x-restli-protocol-version"), "2.0.0");
    let body = post.json();
    assert_eq!(body["author"], "urn:li:person:abc123");
    assert_eq!(body["content"]["article"], json!({"source": "https://shop.example/a?b", "title": "shop.example"}));
    assert!(body["commentary"].as_str().unwrap().ends_with(r"{hashtag|\#|coffee}"));
    let body = sent(Platform::LinkedIn, &case.content(1)).await.json();
    assert_eq!(body["content"], json!({"media": {"id": "urn:li:image:C4E10", "altText": "Picture 1"}}));
    let body = sent(Platform::LinkedIn, &case.content(3)).await.json();
    assert_eq!(body["content"]["multiImage"]["images"].as_array().unwrap().len(), 3);
    assert!(sent(Platform::LinkedIn, &case.content(0)).await.json().get("content").is_none());
}

/// A platform that is the link's page, too: the page says `head`, its picture is at `/roast.png`.
async fn with_a_page(head: &'static str, register: u16) -> Peer {
    let well = case().well;
    Peer::start(move |seen| match (seen.host.as_str(), seen.path.as_str()) {
        ("shop.example", "/page") => Reply::text(200, head).with("content-type", "text/html; charset=utf-8"),
        ("shop.example", "/roast.png") => {
            let mut png = std::io::Cursor::new(vec![]);
            image::RgbImage::new(60, 40).write_to(&mut png, image::ImageFormat::Png).unwrap();
            let headers = vec![("content-type".into(), "image/png".into())];
            Reply::Full { status: 200, headers, body: png.into_inner() }
        }
        (_, "/rest/images") if register != 200 => Reply::text(register, ""),
        _ => well(seen),
    })
    .await
}

/// The article that is sent for a link to this page.
async fn article(peer: &Peer) -> serde_json::Value {
    let (publish, case) = of(Platform::LinkedIn);
    let content = linking(case.content(0), peer.address("/shop.example/page"));
    let wire = peer.wire();
    let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    publish.commit(&call!(case, &wire), &content, &checkpoint).await.unwrap();
    let mut article = peer.seen().pop().unwrap().json()["content"]["article"].take();
    assert_eq!(article["source"].take(), content.post.link.unwrap());
    article
}

#[tokio::test]
async fn linkedin_cards_are_filled_from_the_page() {
    const HEAD: &str = "<head><title>t</title><meta property='og:title' content='A new roast'>\
        <meta property='og:description' content='Fresh beans'><meta property='og:image' content='roast.png'></head>";
    let peer = with_a_page(HEAD, 200).await;
    let full = json!({"source": null, "title": "A new roast", "description": "Fresh beans",
        "thumbnail": "urn:li:image:C4E10"});
    assert_eq!(article(&peer).await, full);
    let seen = peer.seen();
    let put = seen.iter().find(|s| s.method == "PUT").unwrap();
    assert!(put.body.starts_with(b"\xff\xd8\xff"), "the picture as a JPEG");
    for stranger in seen.iter().filter(|s| s.host == "shop.example") {
        assert!(!stranger.headers.contains_key("authorization"), "no token goes to the page");
    }
    // What is missing or refused makes the card barer and nothing else.
    let cases = [
        (HEAD, 500, json!({"source": null, "title": "A new roast", "description": "Fresh beans"})),
        (HEAD, 429, json!({"source": null, "title": "A new roast", "description": "Fresh beans"})),
        ("<title>Only this</title>", 200, json!({"source": null, "title": "Only this"})),
        (
            "<meta property='og:image' content='https://elsewhere.example/a.png'>",
            200,
            json!({"source": null, "title": "127.0.0.1"}),
        ),
        ("", 200, json!({"source": null, "title": "127.0.0.1"})),
    ];
    for (head, register, expected) in cases {
        assert_eq!(article(&with_a_page(head, register).await).await, expected, "{head}");
    }
    let expired = with_a_page(HEAD, 401).await;
    let (publish, case) = of(Platform::LinkedIn);
    let content = linking(case.content(0), expired.address("/shop.example/page"));
    assert_eq!(kind(&prepare(publish, &case, &expired.wire(), &content, None).await), "auth_expired");
}

#[tokio::test]
async fn linkedin_cannot_tell_without_the_scope_to_read() {
    let (publish, case) = of(Platform::LinkedIn);
    let peer = Peer::start(case.well).await;
    let (wire, keys, mut poor) = (peer.wire(), keys(), grant());
    poor.scopes = vec!["openid".into(), "profile".into(), "w_member_social".into()];
    let call = Call {
        wire: &wire,
        keys: &keys,
        grant: &poor,
        account: case.account,
        handle: case.handle,
        facts: &serde_json::Value::Null,
    };
    let got = publish.probe(&call, &case.content(0), &json!({"v": 1}), Utc::now()).await;
    assert!(matches!(got, Ok(ProbeOutcome::CannotTell(_))));
    assert!(peer.seen().is_empty());
}

#[tokio::test]
async fn linkedin_bytes_and_token_do_not_go_to_strangers() {
    let (publish, case) = of(Platform::LinkedIn);
    let value = json!({"value": {"uploadUrl": "https://linkedin.com.evil.example/up", "image": "urn:li:image:1"}});
    let peer = Peer::start(move |_| Reply::json(200, value.clone())).await;
    let got = prepare(publish, &case, &peer.wire(), &case.content(1), None).await;
    assert_eq!(kind(&got), "permanent");
    assert_eq!(peer.seen().len(), 1);
}
