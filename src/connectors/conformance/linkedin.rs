//! What is special to LinkedIn: its error answers, the form of a post, what a member's access may see.

use super::cases::{case, grant, keys};
use super::peer::{Peer, Reply};
use super::support::{commit_against, commits, kind, of, prepare, sent};
use crate::connectors::{Call, Content, Fault, Sighting};
use crate::domain::platform::Platform;
use chrono::Utc;
use serde_json::json;

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
    let case = case(Platform::LinkedIn);
    let post =
        sent(Platform::LinkedIn, &Content { link: Some("https://shop.example/a?b".into()), ..case.content(0) }).await;
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

#[tokio::test]
async fn linkedin_cannot_tell_without_the_scope_to_read() {
    let (publish, case) = of(Platform::LinkedIn);
    let peer = Peer::start(case.well).await;
    let (wire, keys, mut poor) = (peer.wire(), keys(), grant());
    poor.scopes = vec!["openid".into(), "profile".into(), "w_member_social".into()];
    let call = Call { wire: &wire, keys: &keys, grant: &poor, account: case.account, handle: case.handle };
    let got = publish.probe(&call, &case.content(0), &json!({"v": 1}), Utc::now()).await;
    assert!(matches!(got, Ok(Sighting::CannotTell(_))));
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
