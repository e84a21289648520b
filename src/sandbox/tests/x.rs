//! X over HTTP.

use super::*;

const AUTHORIZE: &str = "https://x.com/i/oauth2/authorize";
const TOKEN: &str = "https://api.x.com/2/oauth2/token";
const TWEETS: &str = "https://api.x.com/2/tweets";
const UPLOAD: &str = "https://api.x.com/2/media/upload";

async fn code(stand: &Stand) -> String {
    let challenge = challenge();
    let params = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "tweet.read tweet.write users.read media.write offline.access"),
        ("state", "st&te"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let back = stand.consent(Platform::X, AUTHORIZE, &params, "1700000000000000001").await;
    assert!(back.url.starts_with(REDIRECT));
    assert_eq!(back.query["state"], "st&te");
    back.code().to_owned()
}

pub(super) async fn redeem(stand: &Stand, code: &str, redirect: &str, verifier: &str) -> Got {
    let form =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect), ("code_verifier", verifier)];
    let request = stand.http.post(stand.at(Platform::X, TOKEN)).basic_auth(CLIENT, Some(SECRET)).form(&form);
    stand.send(request).await
}

pub(super) async fn refresh(stand: &Stand, token: &str) -> Got {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    stand.send(stand.http.post(stand.at(Platform::X, TOKEN)).basic_auth(CLIENT, Some(SECRET)).form(&form)).await
}

pub(super) async fn tweet(stand: &Stand, token: &str, body: &Value) -> Got {
    stand.send(stand.http.post(stand.at(Platform::X, TWEETS)).bearer_auth(token).json(body)).await
}

pub(super) async fn grant(stand: &Stand) -> String {
    stand.sandbox().issue_grant(Platform::X, "northwind_demo", CLIENT).await.unwrap().access
}

async fn try_upload(stand: &Stand, token: &str, bytes: Vec<u8>) -> Got {
    let part = reqwest::multipart::Part::bytes(bytes).file_name("picture");
    let form = reqwest::multipart::Form::new().text("media_category", "tweet_image").part("media", part);
    stand.send(stand.http.post(stand.at(Platform::X, UPLOAD)).bearer_auth(token).multipart(form)).await
}

pub(super) async fn upload(stand: &Stand, token: &str, bytes: Vec<u8>) -> String {
    let got = try_upload(stand, token, bytes).await;
    assert_eq!(got.status, 200, "{}", got.body);
    got.body["data"]["id"].as_str().unwrap().to_owned()
}

async fn get(stand: &Stand, token: &str, path: &str) -> Got {
    stand.send(stand.http.get(stand.at(Platform::X, &format!("https://api.x.com/2/{path}"))).bearer_auth(token)).await
}

#[tokio::test]
async fn a_code_works_once_for_who_holds_the_verifier() {
    let stand = Stand::start().await;
    let code = code(&stand).await;
    let wrong = redeem(&stand, &code, REDIRECT, "another-verifier-that-is-long-enough-0123456789").await;
    assert_eq!((wrong.status, wrong.body["error"].as_str()), (400, Some("invalid_request")));
    let wrong = redeem(&stand, &code, &format!("{REDIRECT}/"), VERIFIER).await;
    assert_eq!(wrong.status, 400);
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)];
    let no_verifier = stand.http.post(stand.at(Platform::X, TOKEN)).basic_auth(CLIENT, Some(SECRET)).form(&form);
    assert_eq!(stand.send(no_verifier).await.status, 400);
    let got = redeem(&stand, &code, REDIRECT, VERIFIER).await;
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(got.body["expires_in"], 7200);
    assert_eq!(got.body["token_type"], "bearer");
    let me = get(&stand, got.body["access_token"].as_str().unwrap(), "users/me?user.fields=profile_image_url").await;
    assert_eq!(me.body["data"]["username"], "northwind_demo");
    assert_eq!(me.headers["x-rate-limit-limit"], "75");
    let again = redeem(&stand, &code, REDIRECT, VERIFIER).await;
    assert_eq!((again.status, again.body["error"].as_str()), (400, Some("invalid_request")));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_code_lives_thirty_seconds() {
    let stand = Stand::start().await;
    let code = code(&stand).await;
    stand.sandbox().advance(Duration::from_secs(31));
    assert_eq!(redeem(&stand, &code, REDIRECT, VERIFIER).await.status, 400);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn clients_prove_themselves_by_basic() {
    let stand = Stand::start().await;
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", CLIENT), ("client_secret", SECRET)];
    let in_body = stand.form(Platform::X, TOKEN, &form).await;
    assert_eq!((in_body.status, in_body.body["error"].as_str()), (401, Some("unauthorized_client")));
    let ask =
        |id, secret| stand.send(stand.http.post(stand.at(Platform::X, TOKEN)).basic_auth(id, Some(secret)).form(&form));
    assert_eq!(ask(CLIENT, "wrong-secret").await.body["error"], "unauthorized_client");
    assert_eq!(ask("wrong-client", SECRET).await.body["error"], "invalid_client");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn refresh_tokens_rotate_and_revoking_ends_everything() {
    let stand = Stand::start().await;
    let first = stand.sandbox().issue_grant(Platform::X, "northwind_demo", CLIENT).await.unwrap();
    let old = first.refresh.unwrap();
    let got = refresh(&stand, &old).await;
    assert_eq!(got.status, 200);
    let new = got.body["refresh_token"].as_str().unwrap();
    assert_ne!(new, old);
    let spent = refresh(&stand, &old).await;
    assert_eq!(spent.status, 400);
    assert_eq!(spent.body["error"], "invalid_request");
    assert_eq!(spent.body["error_description"], "Value passed for the token was invalid.");
    let access = got.body["access_token"].as_str().unwrap();
    stand.sandbox().advance(Duration::from_secs(7_201));
    let late = get(&stand, access, "users/me").await;
    assert_eq!(late.status, 401);
    assert_eq!(late.headers["content-type"], "application/problem+json");
    let revoke =
        stand.http.post(stand.at(Platform::X, "https://api.x.com/2/oauth2/revoke")).basic_auth(CLIENT, Some(SECRET));
    let revoked = stand.send(revoke.form(&[("token", new), ("token_type_hint", "refresh_token")])).await;
    assert_eq!(revoked.body["revoked"], true);
    assert_eq!(refresh(&stand, new).await.status, 400);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_post_is_created_read_and_deleted() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let before = (stand.sandbox().now() - chrono::TimeDelta::seconds(60)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let made = tweet(&stand, &token, &json!({ "text": "Beans & more https://example.com/a?b=1" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.headers["x-rate-limit-remaining"], "99");
    let id = made.body["data"]["id"].as_str().unwrap();
    assert_eq!(made.body["data"]["edit_history_tweet_ids"], json!([id]));
    let path = format!(
        "users/1700000000000000001/tweets?max_results=5&start_time={before}&tweet.fields=created_at,entities,author_id"
    );
    let list = get(&stand, &token, &path).await;
    assert_eq!(list.body["meta"]["result_count"], 1, "{}", list.body);
    let seen = &list.body["data"][0];
    assert!(seen["text"].as_str().unwrap().starts_with("Beans &amp; more https://t.co/"));
    assert_eq!(seen["entities"]["urls"][0]["expanded_url"], "https://example.com/a?b=1");
    for bad in ["max_results=4", "max_results=101", "start_time=yesterday", "what=1", "tweet.fields=nothing"] {
        assert_eq!(get(&stand, &token, &format!("users/1700000000000000001/tweets?{bad}")).await.status, 400, "{bad}");
    }
    let other = stand.sandbox().issue_grant(Platform::X, "northwind_lab", CLIENT).await.unwrap().access;
    let delete = |token: &str| {
        stand.send(stand.http.delete(stand.at(Platform::X, &format!("{TWEETS}/{id}"))).bearer_auth(token))
    };
    assert_eq!(delete(&other).await.status, 403);
    assert_eq!(delete(&token).await.body["data"]["deleted"], true);
    let gone = get(&stand, &token, &format!("tweets/{id}")).await;
    assert_eq!((gone.status, gone.body["errors"][0]["title"].as_str()), (200, Some("Not Found Error")));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn bad_posts_are_refused() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let long = tweet(&stand, &token, &json!({ "text": "a".repeat(281) })).await;
    assert_eq!(long.status, 400);
    assert!(long.body["errors"][0]["message"].as_str().unwrap().starts_with("Your Tweet text is too long."));
    assert_eq!(tweet(&stand, &token, &json!({ "text": "a".repeat(280) })).await.status, 201);
    for body in [
        json!({ "text": "x", "colour": "red" }),
        json!({ "text": "x", "media": { "media_ids": [] } }),
        json!({ "text": "x", "media": { "media_ids": ["1", "2", "3", "4", "5"] } }),
        json!({ "text": "x", "media": { "media_ids": ["1"], "alt": "x" } }),
        json!({ "text": "x", "media": { "media_ids": [1] } }),
        json!({ "text": 5 }),
        json!({ "text": "  " }),
        json!({}),
        json!([]),
    ] {
        assert_eq!(tweet(&stand, &token, &body).await.status, 400, "{body}");
    }
    let unknown = tweet(&stand, &token, &json!({ "text": "x", "media": { "media_ids": ["123"] } })).await;
    assert_eq!(unknown.body["errors"][0]["message"], "Your media IDs are invalid.");
    assert_eq!(tweet(&stand, &token, &json!({ "text": "x", "quote_tweet_id": "1" })).await.status, 403);
    assert_eq!(tweet(&stand, "nonsense", &json!({ "text": "x" })).await.status, 401);
    let text = stand.http.post(stand.at(Platform::X, TWEETS)).bearer_auth(&token).body("not json");
    assert_eq!(stand.send(text).await.status, 400);
    let same = json!({ "text": "Twice" });
    assert_eq!(tweet(&stand, &token, &same).await.status, 201);
    let again = tweet(&stand, &token, &same).await;
    assert_eq!(again.status, 403);
    assert_eq!(
        again.body,
        json!({
            "detail": "You are not allowed to create a Tweet with duplicate content.",
            "type": "about:blank", "title": "Forbidden", "status": 403,
        })
    );
    stand.running.shutdown().await;
}

#[tokio::test]
async fn scopes_are_needed() {
    let stand = Stand::start().await;
    let challenge = challenge();
    let params = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "tweet.read users.read"),
        ("state", "s"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let back = stand.consent(Platform::X, AUTHORIZE, &params, "northwind_demo").await;
    let got = redeem(&stand, back.code(), REDIRECT, VERIFIER).await;
    assert!(got.body.get("refresh_token").is_none());
    let token = got.body["access_token"].as_str().unwrap();
    assert_eq!(tweet(&stand, token, &json!({ "text": "x" })).await.status, 403);
    assert_eq!(get(&stand, token, "users/me").await.status, 200);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn pictures_are_looked_at() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let jpeg_id = upload(&stand, &token, jpeg(60, 40)).await;
    let png_id = upload(&stand, &token, picture(60, 40, 3, ImageFormat::Png)).await;
    assert_eq!(try_upload(&stand, &token, b"<html>not a picture</html>".to_vec()).await.status, 400);
    let mut broken = jpeg(60, 40);
    broken.truncate(200);
    assert_eq!(try_upload(&stand, &token, broken).await.status, 400);
    assert_eq!(try_upload(&stand, &token, vec![0; 5 * 1024 * 1024 + 1]).await.status, 400);
    assert_eq!(try_upload(&stand, &token, picture(60, 40, 3, ImageFormat::Gif)).await.status, 400);

    let alt = json!({ "id": jpeg_id, "metadata": { "alt_text": { "text": "A cup" } } });
    let metadata = |body: &Value| {
        let address = stand.at(Platform::X, "https://api.x.com/2/media/metadata");
        stand.send(stand.http.post(address).bearer_auth(&token).json(body))
    };
    assert_eq!(metadata(&alt).await.body["data"]["associated_metadata"]["alt_text"]["text"], "A cup");
    let too_long = json!({ "id": jpeg_id, "metadata": { "alt_text": { "text": "a".repeat(1001) } } });
    assert_eq!(metadata(&too_long).await.status, 400);
    assert_eq!(metadata(&json!({ "id": "1", "metadata": {} })).await.status, 404);

    let made = tweet(&stand, &token, &json!({ "text": "Two", "media": { "media_ids": [jpeg_id, png_id] } })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let posts = stand.sandbox().posts(Platform::X);
    assert_eq!(posts[0].pictures[0].alt, "A cup");
    assert!(made.body["data"]["text"].as_str().unwrap().starts_with("Two https://t.co/"));

    // Somebody else's upload, and one that is too old.
    let other = stand.sandbox().issue_grant(Platform::X, "northwind_lab", CLIENT).await.unwrap().access;
    let body = json!({ "text": "Mine", "media": { "media_ids": [jpeg_id] } });
    assert_eq!(tweet(&stand, &other, &body).await.status, 400);
    stand.sandbox().advance(Duration::from_secs(86_401));
    let token = grant(&stand).await;
    assert_eq!(tweet(&stand, &token, &body).await.status, 400);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn media_can_come_in_segments() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let bytes = picture(300, 200, 9, ImageFormat::Png);
    let post = |path: String| stand.http.post(stand.at(Platform::X, &format!("{UPLOAD}/{path}"))).bearer_auth(&token);
    let begin = json!({ "media_type": "image/png", "total_bytes": bytes.len(), "media_category": "tweet_image" });
    let begun = stand.send(post("initialize".into()).json(&begin)).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let id = begun.body["data"]["id"].as_str().unwrap().to_owned();
    let early = tweet(&stand, &token, &json!({ "text": "x", "media": { "media_ids": [id] } })).await;
    assert_eq!(early.status, 400);
    let append = |index: usize, part: &[u8]| {
        let part = reqwest::multipart::Part::bytes(part.to_vec()).file_name("segment");
        let form = reqwest::multipart::Form::new().text("segment_index", index.to_string()).part("media", part);
        stand.send(post(format!("{id}/append")).multipart(form))
    };
    let half = bytes.len() / 2;
    assert_eq!(append(1, &bytes[half..]).await.status, 200);
    assert_eq!(stand.send(post(format!("{id}/finalize"))).await.status, 400, "a segment is missing");
    assert_eq!(append(1000, b"x").await.status, 400);
    assert_eq!(append(0, &bytes[..half]).await.status, 200);
    assert_eq!(append(2, b"too much").await.status, 400);
    let done = stand.send(post(format!("{id}/finalize"))).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let status = get(&stand, &token, &format!("media/upload?command=STATUS&media_id={id}")).await;
    assert_eq!(status.body["data"]["id"], id.as_str());
    let made = tweet(&stand, &token, &json!({ "media": { "media_ids": [id] } })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn the_window_of_a_hundred_posts_closes() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    for n in 0..100 {
        assert_eq!(tweet(&stand, &token, &json!({ "text": format!("Post {n}") })).await.status, 201);
    }
    let over = tweet(&stand, &token, &json!({ "text": "One more" })).await;
    assert_eq!(over.status, 429);
    assert_eq!(over.headers["x-rate-limit-remaining"], "0");
    let reset: i64 = over.headers["x-rate-limit-reset"].to_str().unwrap().parse().unwrap();
    assert!(reset > stand.sandbox().now().timestamp());
    stand.sandbox().advance(Duration::from_secs(15 * 60));
    assert_eq!(tweet(&stand, &token, &json!({ "text": "One more" })).await.status, 201);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_poll_has_two_to_four_short_answers_and_nothing_beside_it() {
    let stand = Stand::start().await;
    let grant = stand.sandbox().issue_grant(Platform::X, "northwind_demo", CLIENT).await.unwrap();
    let poll = |answers: &[&str], minutes: u32| json!({ "text": "Which <roast>?", "poll": { "options": answers, "duration_minutes": minutes } });
    for bad in [
        poll(&["Light"], 60),
        poll(&["1", "2", "3", "4", "5"], 60),
        poll(&["Light", &"x".repeat(26)], 60),
        poll(&["Light", "Dark"], 4),
        poll(&["Light", "Dark"], 10_081),
        json!({ "text": "Which?", "poll": { "options": ["Light", "Dark"] } }),
    ] {
        assert_eq!(tweet(&stand, &grant.access, &bad).await.status, 400, "{bad}");
    }
    let media = upload(&stand, &grant.access, jpeg(40, 40)).await;
    let mut both = poll(&["Light", "Dark"], 60);
    both["media"] = json!({ "media_ids": [media] });
    assert_eq!(tweet(&stand, &grant.access, &both).await.status, 400);
    let made = tweet(&stand, &grant.access, &poll(&["Light", "<Dark>"], 60)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let html = stand.http.get(stand.own("/x")).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("<li>Light</li><li>&lt;Dark&gt;</li>"), "{html}");
    stand.running.shutdown().await;
}
