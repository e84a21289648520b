//! LinkedIn over HTTP.

use super::*;

const AUTHORIZE: &str = "https://www.linkedin.com/oauth/v2/authorization";
const TOKEN: &str = "https://www.linkedin.com/oauth/v2/accessToken";
const POSTS: &str = "https://api.linkedin.com/rest/posts";
const IMAGES: &str = "https://api.linkedin.com/rest/images";
const ME: &str = "urn:li:person:nwDemo0001";

pub(super) async fn sign_in(stand: &Stand, client: &str, scope: &str) -> Got {
    let params = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", REDIRECT),
        ("scope", scope),
        ("state", "s"),
    ];
    let back = stand.consent(Platform::LinkedIn, AUTHORIZE, &params, "nwDemo0001").await;
    redeem(stand, client, back.code(), REDIRECT).await
}

async fn redeem(stand: &Stand, client: &str, code: &str, redirect: &str) -> Got {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect),
        ("client_id", client),
        ("client_secret", SECRET),
    ];
    stand.form(Platform::LinkedIn, TOKEN, &form).await
}

async fn grant(stand: &Stand) -> String {
    stand.sandbox().issue_grant(Platform::LinkedIn, "nwDemo0001", CLIENT).await.unwrap().access
}

pub(super) fn rest(request: reqwest::RequestBuilder, token: &str) -> reqwest::RequestBuilder {
    request.bearer_auth(token).header("Linkedin-Version", "202607").header("X-Restli-Protocol-Version", "2.0.0")
}

pub(super) fn body(text: &str) -> Value {
    json!({
        "author": ME,
        "commentary": text,
        "visibility": "PUBLIC",
        "distribution": { "feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": [] },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": false,
    })
}

pub(super) async fn post(stand: &Stand, token: &str, body: &Value) -> Got {
    stand.send(rest(stand.http.post(stand.at(Platform::LinkedIn, POSTS)), token).json(body)).await
}

/// The page shows what LinkedIn would make of the notation, so that a hashtag which is cut is seen.
#[tokio::test]
async fn the_page_shows_the_hashtags_that_were_sent() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    for (sent, shown) in [
        (r"a {hashtag|\#|हि}न्दी", "a <span class=\"entity\">#हि</span>न्दी"),
        (r"b {hashtag|\#|हिन्दी} <", "b <span class=\"entity\">#हिन्दी</span> </p>"),
        (
            r"https://example.com/{hashtag|\#|pricing}",
            "<span class=\"entity\">https://example.com/</span><span class=\"entity\">#pricing</span>",
        ),
        (r"https://example.com/\#faq \#plain", "<span class=\"entity\">https://example.com/#faq</span> #plain"),
    ] {
        assert_eq!(post(&stand, &token, &body(sent)).await.status, 201);
        let html = stand.http.get(stand.own("/linkedin")).send().await.unwrap().text().await.unwrap();
        assert!(html.contains(shown), "{sent}: {html}");
    }
    stand.running.shutdown().await;
}

async fn register(stand: &Stand, token: &str) -> (String, String) {
    let ask = json!({ "initializeUploadRequest": { "owner": ME } });
    let address = stand.at(Platform::LinkedIn, &format!("{IMAGES}?action=initializeUpload"));
    let got = stand.send(rest(stand.http.post(address), token).json(&ask)).await;
    assert_eq!(got.status, 200, "{}", got.body);
    let text = |name: &str| got.body["value"][name].as_str().unwrap().to_owned();
    (text("image"), text("uploadUrl"))
}

async fn image(stand: &Stand, token: &str, bytes: Vec<u8>) -> String {
    let (urn, address) = register(stand, token).await;
    assert!(address.starts_with("https://www.linkedin.com/dms-uploads/"));
    let put = stand.http.put(stand.at(Platform::LinkedIn, &address)).bearer_auth(token).body(bytes);
    assert_eq!(stand.send(put).await.status, 201);
    urn
}

pub(super) fn encoded(urn: &str) -> String {
    urn.replace(':', "%3A")
}

pub(super) async fn image_status(stand: &Stand, token: &str, urn: &str) -> Got {
    let address = stand.at(Platform::LinkedIn, &format!("{IMAGES}/{}", encoded(urn)));
    stand.send(rest(stand.http.get(address), token)).await
}

#[tokio::test]
async fn signing_in_needs_the_same_redirect_and_no_basic() {
    let stand = Stand::start().await;
    let params = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "openid profile w_member_social"),
        ("state", "s"),
    ];
    let back = stand.consent(Platform::LinkedIn, AUTHORIZE, &params, "nwDemo0001").await;
    let code = back.code();
    assert_eq!(redeem(&stand, CLIENT, code, "http://127.0.0.1:3000/elsewhere").await.status, 400);
    assert_eq!(redeem(&stand, "wrong-client", code, REDIRECT).await.body["error"], "invalid_client");
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
    let basic = stand.http.post(stand.at(Platform::LinkedIn, TOKEN)).basic_auth(CLIENT, Some(SECRET)).form(&form);
    assert_eq!(stand.send(basic).await.status, 400);
    let got = redeem(&stand, CLIENT, code, REDIRECT).await;
    assert_eq!(got.body["expires_in"], 5_184_000);
    assert!(got.body.get("refresh_token").is_none());
    assert_eq!(got.body["id_token"].as_str().unwrap().split('.').count(), 3);
    assert_eq!(redeem(&stand, CLIENT, code, REDIRECT).await.status, 400);
    let token = got.body["access_token"].as_str().unwrap();
    let address = stand.at(Platform::LinkedIn, "https://api.linkedin.com/v2/userinfo");
    let me = stand.send(stand.http.get(address).bearer_auth(token)).await;
    assert_eq!(me.body["sub"], "nwDemo0001");
    assert!(me.body.get("email").is_none(), "not in the scopes");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn partners_get_refresh_tokens_that_keep_their_end() {
    let stand = Stand::start().await;
    let got = sign_in(&stand, "partner-demo", "openid w_member_social r_member_social").await;
    assert_eq!(got.body["refresh_token_expires_in"], 31_536_000);
    let refresh = got.body["refresh_token"].as_str().unwrap();
    stand.sandbox().advance(Duration::from_secs(86_400));
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", "partner-demo"),
        ("client_secret", SECRET),
    ];
    let again = stand.form(Platform::LinkedIn, TOKEN, &form).await;
    assert_eq!(again.body["refresh_token"], refresh);
    assert!(again.body["refresh_token_expires_in"].as_i64().unwrap() <= 31_536_000 - 86_400);
    // Other scopes end what was given before.
    let old = again.body["access_token"].as_str().unwrap().to_owned();
    sign_in(&stand, "partner-demo", "openid").await;
    let got = post(&stand, &old, &body("x")).await;
    assert_eq!((got.status, got.body["code"].as_str()), (401, Some("REVOKED_ACCESS_TOKEN")));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn versions_are_demanded() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let bare = || stand.http.post(stand.at(Platform::LinkedIn, POSTS)).bearer_auth(&token).json(&body("x"));
    assert_eq!(stand.send(bare()).await.body["code"], "VERSION_MISSING");
    let old = bare().header("Linkedin-Version", "202511").header("X-Restli-Protocol-Version", "2.0.0");
    let old = stand.send(old).await;
    assert_eq!((old.status, old.body["code"].as_str()), (426, Some("NONEXISTENT_VERSION")));
    assert_eq!(stand.send(bare().header("Linkedin-Version", "202607")).await.status, 400);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_duplicate_names_the_first_post() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let made = post(&stand, &token, &body("Hello from the roastery")).await;
    assert_eq!((made.status, &made.body), (201, &Value::Null));
    let urn = made.headers["x-restli-id"].to_str().unwrap();
    assert!(urn.starts_with("urn:li:share:"));
    assert!(made.headers.contains_key("x-li-uuid"));
    let again = post(&stand, &token, &body("Hello from the roastery")).await;
    assert_eq!(again.status, 422);
    assert_eq!(again.body["errorDetails"]["inputErrors"][0]["code"], "DUPLICATE_POST");
    assert!(again.body["message"].as_str().unwrap().ends_with(&format!("Content is a duplicate of {urn}")));
    // The index lags: a deleted post is still a duplicate, for two days.
    let address = stand.at(Platform::LinkedIn, &format!("{POSTS}/{}", encoded(urn)));
    for _ in 0..2 {
        assert_eq!(stand.send(rest(stand.http.delete(&address), &token)).await.status, 204);
    }
    assert_eq!(post(&stand, &token, &body("Hello from the roastery")).await.status, 422);
    stand.sandbox().advance(Duration::from_secs(49 * 3600));
    assert_eq!(post(&stand, &token, &body("Hello from the roastery")).await.status, 201);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn bad_posts_are_refused() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    for field in ["author", "visibility", "distribution", "lifecycleState"] {
        let mut bad = body("x");
        bad.as_object_mut().unwrap().remove(field);
        let got = post(&stand, &token, &bad).await;
        assert_eq!(got.status, 422, "{field}");
        assert!(got.body["message"].as_str().unwrap().contains(&format!("/{field} :: field is required")));
    }
    let change = |name: &str, value: Value| {
        let mut bad = body("x");
        bad[name] = value;
        bad
    };
    let no_title = json!({ "article": { "source": "https://example.com" } });
    let one = json!({ "multiImage": { "images": [{ "id": "urn:li:image:1" }] } });
    for (bad, status) in [
        (change("author", json!("urn:li:person:nwDemo0002")), 403),
        (change("author", json!("me")), 400),
        (change("visibility", json!("SECRET")), 422),
        (change("color", json!("red")), 422),
        (change("content", no_title), 422),
        (change("content", one), 422),
        (change("content", json!({ "media": { "id": "urn:li:image:unknown" } })), 400),
        (change("content", json!({ "article": { "source": "javascript:1", "title": "t" } })), 400),
        (body(&"a".repeat(3001)), 400),
        (body(""), 400),
        (json!([]), 400),
    ] {
        assert_eq!(post(&stand, &token, &bad).await.status, status, "{bad}");
    }
    assert_eq!(post(&stand, "nonsense", &body("x")).await.body["code"], "INVALID_ACCESS_TOKEN");
    let cut = post(&stand, &token, &body("We (really) mean it")).await;
    assert_eq!(cut.status, 201);
    assert_eq!(stand.sandbox().posts(Platform::LinkedIn)[0].text, "We ", "cut off in silence");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn images_links_and_reading() {
    let stand = Stand::start().await;
    let got = sign_in(&stand, "partner-demo", "openid w_member_social r_member_social").await;
    let token = got.body["access_token"].as_str().unwrap();
    let (waiting, _) = register(&stand, token).await;
    let first = image(&stand, token, jpeg(50, 50)).await;
    let second = image(&stand, token, picture(50, 50, 7, ImageFormat::Png)).await;
    let broken = image(&stand, token, b"not a picture".to_vec()).await;
    let status = async |urn: &str| image_status(&stand, token, urn).await;
    assert_eq!(status(&waiting).await.body["status"], "WAITING_UPLOAD");
    assert_eq!(status(&first).await.body["status"], "AVAILABLE");
    assert_eq!(status(&broken).await.body["status"], "PROCESSING_FAILED");
    let with = |text: &str, content: Value| {
        let mut body = body(text);
        body["content"] = content;
        body
    };
    for unusable in [&waiting, &broken] {
        let got = post(&stand, token, &with("x", json!({ "media": { "id": unusable } }))).await;
        assert_eq!(got.status, 400);
    }
    let several = json!({ "multiImage": { "images": [{ "id": first, "altText": "one" }, { "id": second }] } });
    let made = post(&stand, token, &with("Two pictures", several)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let link = json!({ "article": { "source": "https://example.com/menu", "title": "Menu", "thumbnail": first } });
    assert_eq!(post(&stand, token, &with("A link", link)).await.status, 201);
    let urn = made.headers["x-restli-id"].to_str().unwrap();
    let read = |path: String| stand.send(rest(stand.http.get(stand.at(Platform::LinkedIn, &path)), token));
    let one = read(format!("{POSTS}/{}", encoded(urn))).await;
    assert_eq!(one.body["commentary"], "Two pictures");
    assert_eq!(one.body["content"]["multiImage"]["images"][0]["altText"], "one");
    assert_eq!(read(format!("{POSTS}/{urn}")).await.status, 400, "a URN must be encoded");
    let list = read(format!("{POSTS}?q=author&author={}&count=10", encoded(ME))).await;
    assert_eq!(list.body["elements"].as_array().unwrap().len(), 2);
    // A member's ordinary token may not read.
    let plain = grant(&stand).await;
    let address = stand.at(Platform::LinkedIn, &format!("{POSTS}?q=author&author={}", encoded(ME)));
    let refused = stand.send(rest(stand.http.get(address), &plain)).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (403, Some("ACCESS_DENIED")));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_revoked_token_says_so() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    let form = [("client_id", CLIENT), ("client_secret", SECRET), ("token", token.as_str())];
    assert_eq!(stand.form(Platform::LinkedIn, "https://www.linkedin.com/oauth/v2/revoke", &form).await.status, 200);
    let got = post(&stand, &token, &body("x")).await;
    assert_eq!((got.status, got.body["code"].as_str()), (401, Some("REVOKED_ACCESS_TOKEN")));
    stand.running.shutdown().await;
}
