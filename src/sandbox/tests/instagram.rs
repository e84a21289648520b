//! Instagram over HTTP.

use super::*;
use axum::routing::get as route;

const AUTHORIZE: &str = "https://www.instagram.com/oauth/authorize";
const TOKEN: &str = "https://api.instagram.com/oauth/access_token";
const GRAPH: &str = "https://graph.instagram.com";
const ME: &str = "17841400000000001";

/// A little site with pictures, as Instagram would fetch them.
pub(super) async fn pictures() -> String {
    let serve = |bytes: Vec<u8>| route(move || async move { bytes.clone() });
    let site = axum::Router::new()
        .route("/square.jpg", serve(jpeg(400, 400)))
        .route("/tall.jpg", serve(jpeg(300, 600)))
        .route("/wide.jpg", serve(jpeg(600, 300)))
        .route("/picture.png", serve(picture(400, 400, 1, ImageFormat::Png)))
        .route("/broken.jpg", serve(jpeg(400, 400)[..100].to_vec()))
        .route("/huge.jpg", serve([jpeg(400, 400), vec![0; 9 * 1024 * 1024]].concat()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, site).await });
    format!("http://{address}")
}

async fn grant(stand: &Stand) -> String {
    stand.sandbox().issue_grant(Platform::Instagram, "northwind.demo", CLIENT).await.unwrap().access
}

async fn call(stand: &Stand, token: &str, path: &str, form: &[(&str, &str)]) -> Got {
    let address = stand.at(Platform::Instagram, &format!("{GRAPH}/v25.0/{path}"));
    let request = if form.is_empty() { stand.http.get(address) } else { stand.http.post(address).form(form) };
    stand.send(request.bearer_auth(token)).await
}

async fn container(stand: &Stand, token: &str, form: &[(&str, &str)]) -> String {
    let got = call(stand, token, &format!("{ME}/media"), form).await;
    assert_eq!(got.status, 200, "{}", got.body);
    got.body["id"].as_str().unwrap().to_owned()
}

pub(super) async fn publish(stand: &Stand, token: &str, container: &str) -> Got {
    call(stand, token, &format!("{ME}/media_publish"), &[("creation_id", container)]).await
}

fn codes(got: &Got) -> (i64, i64) {
    let error = &got.body["error"];
    (error["code"].as_i64().unwrap_or(0), error["error_subcode"].as_i64().unwrap_or(0))
}

#[tokio::test]
async fn tokens_grow_long_and_are_refreshed_after_a_day() {
    let stand = Stand::start().await;
    let params = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "instagram_business_basic,instagram_business_content_publish"),
        ("state", "s"),
    ];
    let back = stand.consent(Platform::Instagram, AUTHORIZE, &params, ME).await;
    assert!(back.url.ends_with("#_"), "{}", back.url);
    let redeem = |redirect: &'static str, secret: &'static str| {
        let form = [
            ("client_id", CLIENT),
            ("client_secret", secret),
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect),
            ("code", back.code()),
        ];
        let request = stand.http.post(stand.at(Platform::Instagram, TOKEN)).form(&form);
        stand.send(request)
    };
    let wrong = redeem("http://127.0.0.1:3000/elsewhere", SECRET).await;
    assert_eq!((wrong.status, wrong.body["error_type"].as_str()), (400, Some("OAuthException")));
    assert_eq!(redeem(REDIRECT, "wrong").await.status, 400);
    let got = redeem(REDIRECT, SECRET).await;
    assert_eq!(got.status, 200, "{}", got.body);
    let short = got.body["data"][0]["access_token"].as_str().unwrap();
    assert_eq!(redeem(REDIRECT, SECRET).await.body["error_message"], "This authorization code has been used");

    let exchange = |secret: &str, token: &str| {
        let query = [("grant_type", "ig_exchange_token"), ("client_secret", secret), ("access_token", token)];
        stand.send(stand.http.get(stand.at(Platform::Instagram, &format!("{GRAPH}/access_token"))).query(&query))
    };
    assert_eq!(exchange("wrong", short).await.status, 400);
    let long = exchange(SECRET, short).await;
    assert_eq!(long.body["expires_in"], 5_183_944);
    let long = long.body["access_token"].as_str().unwrap();
    assert_eq!(exchange(SECRET, long).await.status, 400, "only short-lived tokens");

    let refresh = |token: &str| {
        let query = [("grant_type", "ig_refresh_token"), ("access_token", token)];
        stand
            .send(stand.http.get(stand.at(Platform::Instagram, &format!("{GRAPH}/refresh_access_token"))).query(&query))
    };
    assert_eq!(refresh(long).await.status, 400, "too young");
    stand.sandbox().advance(Duration::from_secs(86_400));
    let fresh = refresh(long).await;
    assert_eq!(fresh.status, 200, "{}", fresh.body);
    assert_eq!(codes(&refresh(long).await).0, 190, "the old one was replaced");
    let fresh = fresh.body["access_token"].as_str().unwrap();
    let me = call(&stand, fresh, "me?fields=user_id,username,account_type,media_count", &[]).await;
    assert_eq!(me.body["user_id"], ME);
    assert_eq!(call(&stand, fresh, "me?fields=shoe_size", &[]).await.status, 400);
    stand.sandbox().advance(Duration::from_secs(5_183_945));
    assert_eq!(codes(&call(&stand, fresh, "me", &[]).await), (190, 463));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_permission_that_was_unticked_is_missing() {
    let stand = Stand::start().await;
    let form = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "instagram_business_basic instagram_business_content_publish"),
        ("account", ME),
        ("decision", "allow"),
    ];
    let back = stand.decide(Platform::Instagram, AUTHORIZE, &form).await;
    let form = [
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT),
        ("code", back.code()),
    ];
    let got = stand.form(Platform::Instagram, TOKEN, &form).await;
    assert_eq!(got.body["data"][0]["permissions"], "instagram_business_basic");
    let token = got.body["data"][0]["access_token"].as_str().unwrap();
    let refused = call(&stand, token, &format!("{ME}/media"), &[("image_url", "http://127.0.0.1/x.jpg")]).await;
    assert_eq!(codes(&refused).0, 10);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_picture_is_published_once_and_only_when_it_is_finished() {
    let stand = Stand::with(Options { processing: Duration::from_secs(2), ..Options::default() }).await;
    let site = pictures().await;
    let token = grant(&stand).await;
    let address = format!("{site}/square.jpg");
    let id = container(&stand, &token, &[("image_url", &address), ("caption", "A #cup"), ("alt_text", "A cup")]).await;
    let path = format!("{id}?fields=status_code,status");
    let status = || call(&stand, &token, &path, &[]);
    assert_eq!(status().await.body["status_code"], "IN_PROGRESS");
    assert_eq!(codes(&publish(&stand, &token, &id).await), (9007, 2_207_027));
    stand.sandbox().advance(Duration::from_secs(3));
    assert_eq!(status().await.body["status_code"], "FINISHED");
    let made = publish(&stand, &token, &id).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(status().await.body["status_code"], "PUBLISHED");
    assert_eq!(codes(&publish(&stand, &token, &id).await), (9007, 2_207_027));
    assert_eq!(stand.sandbox().posts(Platform::Instagram).len(), 1);
    let media = made.body["id"].as_str().unwrap();
    let read = call(&stand, &token, &format!("{media}?fields=permalink,shortcode,timestamp,alt_text"), &[]).await;
    assert!(read.body["permalink"].as_str().unwrap().starts_with("https://www.instagram.com/p/"));
    let list =
        call(&stand, &token, &format!("{ME}/media?fields=id,caption,media_url,children{{id,media_url}}"), &[]).await;
    assert_eq!(list.body["data"][0]["caption"], "A #cup");
    let kept = list.body["data"][0]["media_url"].as_str().unwrap();
    assert_eq!(stand.http.get(kept).send().await.unwrap().status(), 200);
    let limit = call(&stand, &token, &format!("{ME}/content_publishing_limit?fields=quota_usage,config"), &[]).await;
    assert_eq!(limit.body["data"][0]["quota_usage"], 1);
    assert_eq!(limit.body["data"][0]["config"]["quota_total"], 100);
    // A day later a container that was left lying is gone.
    let left = container(&stand, &token, &[("image_url", &address)]).await;
    stand.sandbox().advance(Duration::from_secs(86_401));
    let status = call(&stand, &token, &format!("{left}?fields=status_code"), &[]).await;
    assert_eq!(status.body["status_code"], "EXPIRED");
    assert_eq!(codes(&publish(&stand, &token, &left).await), (24, 2_207_008));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn bad_pictures_and_captions_are_refused() {
    let stand = Stand::start().await;
    let site = pictures().await;
    let token = grant(&stand).await;
    let media = format!("{ME}/media");
    for (file, expected) in [
        ("picture.png", (36001, 2_207_005)),
        ("tall.jpg", (36003, 2_207_009)),
        ("wide.jpg", (36003, 2_207_009)),
        ("huge.jpg", (36000, 2_207_004)),
        ("broken.jpg", (-1, 2_207_053)),
        ("nothing.jpg", (9004, 2_207_052)),
    ] {
        let address = format!("{site}/{file}");
        let got = call(&stand, &token, &media, &[("image_url", &address)]).await;
        assert_eq!((got.status, codes(&got)), (400, expected), "{file}");
        assert!(got.body["error"]["fbtrace_id"].is_string());
    }
    for address in ["file:///etc/passwd", "nonsense", "http://127.0.0.1:1/x.jpg"] {
        assert_eq!(
            codes(&call(&stand, &token, &media, &[("image_url", address)]).await),
            (9004, 2_207_052),
            "{address}"
        );
    }
    let square = format!("{site}/square.jpg");
    let long = "a".repeat(2201);
    let hashtags = "#a ".repeat(31);
    let mentions = "@a ".repeat(21);
    for (caption, expected) in
        [(&long, (36004, 2_207_010)), (&hashtags, (36004, 2_207_010)), (&mentions, (100, 2_207_040))]
    {
        let got = call(&stand, &token, &media, &[("image_url", &square), ("caption", caption)]).await;
        assert_eq!(codes(&got), expected);
    }
    let unknown = call(&stand, &token, &media, &[("media_type", "PANORAMA"), ("image_url", &square)]).await;
    assert_eq!(codes(&unknown), (100, 2_207_023));
    // A story has no caption, a video of its own is a reel, and only reels are shared and have a cover.
    for form in [
        &[("media_type", "STORIES"), ("image_url", &square), ("caption", "no")][..],
        &[("media_type", "STORIES"), ("image_url", &square), ("video_url", &square)],
        &[("media_type", "VIDEO"), ("video_url", &square)],
        &[("media_type", "STORIES"), ("image_url", &square), ("share_to_feed", "true")],
        &[("image_url", &square), ("thumb_offset", "1000")],
        &[("media_type", "REELS"), ("video_url", &square), ("thumb_offset", "soon")],
    ] {
        assert_eq!(codes(&call(&stand, &token, &media, form).await).0, 100, "{form:?}");
    }
    // A reel without a video exists, and says at last that it cannot be shown.
    let reel = call(&stand, &token, &media, &[("media_type", "REELS"), ("video_url", &square)]).await;
    let container = reel.body["id"].as_str().unwrap().to_owned();
    stand.sandbox().advance(Duration::from_secs(10));
    let state = stand.at(Platform::Instagram, &format!("{GRAPH}/v25.0/{container}"));
    let request = stand.http.get(state).query(&[("fields", "status_code,status"), ("access_token", &token)]);
    let state = stand.send(request).await.body;
    assert_eq!(state["status_code"], "ERROR", "{state}");
    assert_eq!(codes(&call(&stand, &token, "1/media", &[("image_url", &square)]).await), (100, 33));
    assert_eq!(codes(&call(&stand, "nonsense", "me", &[]).await), (190, 0));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_carousel_is_made_of_finished_items() {
    let stand = Stand::start().await;
    let site = pictures().await;
    let token = grant(&stand).await;
    let square = format!("{site}/square.jpg");
    let item = [("image_url", square.as_str()), ("is_carousel_item", "true")];
    let captioned = [item[0], item[1], ("caption", "no")];
    assert_eq!(codes(&call(&stand, &token, &format!("{ME}/media"), &captioned).await).0, 100);
    let (a, b) = (container(&stand, &token, &item).await, container(&stand, &token, &item).await);
    assert_eq!(codes(&publish(&stand, &token, &a).await).0, 100, "an item is not a post");
    let parent = |children: String| {
        let stand = &stand;
        let token = &token;
        async move {
            let form = [("media_type", "CAROUSEL"), ("children", children.as_str()), ("caption", "Two")];
            call(stand, token, &format!("{ME}/media"), &form).await
        }
    };
    assert_eq!(codes(&parent(a.clone()).await), (100, 2_207_028));
    assert_eq!(codes(&parent(format!("{a},1")).await), (24, 2_207_008));
    let got = parent(format!("[\"{a}\",\"{b}\"]")).await;
    assert_eq!(got.status, 200, "{}", got.body);
    let made = publish(&stand, &token, got.body["id"].as_str().unwrap()).await;
    let media = made.body["id"].as_str().unwrap();
    let read = call(&stand, &token, &format!("{media}?fields=media_type,children"), &[]).await;
    assert_eq!(read.body["media_type"], "CAROUSEL_ALBUM");
    assert_eq!(read.body["children"]["data"].as_array().unwrap().len(), 2);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_story_is_listed_among_the_stories_only() {
    let stand = Stand::start().await;
    let site = pictures().await;
    let token = grant(&stand).await;
    let square = format!("{site}/square.jpg");
    let story = container(&stand, &token, &[("media_type", "STORIES"), ("image_url", &square)]).await;
    let made = publish(&stand, &token, &story).await;
    let id = made.body["id"].as_str().unwrap_or_else(|| panic!("{}", made.body));
    let listed = async |edge: &str| {
        let got = call(&stand, &token, &format!("{ME}/{edge}?fields=media_product_type"), &[]).await;
        got.body["data"].as_array().unwrap().clone()
    };
    assert_eq!(listed("media").await, [] as [Value; 0]);
    assert_eq!(listed("stories").await, [json!({ "id": id, "media_product_type": "STORY" })]);
    stand.sandbox().advance(Duration::from_secs(25 * 3_600));
    assert_eq!(listed("stories").await, [] as [Value; 0], "gone after a day");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn media_are_listed_page_by_page() {
    let stand = Stand::start().await;
    let token = grant(&stand).await;
    for day in 1..=5 {
        let at = format!("2026-11-0{day}T08:00:00Z").parse().unwrap();
        stand.sandbox().insert_post(Platform::Instagram, ME, &format!("Day {day}"), at, &[]).await.unwrap();
    }
    let first = call(&stand, &token, &format!("{ME}/media?fields=caption&limit=2"), &[]).await;
    assert_eq!(first.body["data"][0]["caption"], "Day 5");
    let next = first.body["paging"]["next"].as_str().unwrap();
    assert!(next.starts_with("https://graph.instagram.com/v25.0/"));
    let second = stand.send(stand.http.get(stand.at(Platform::Instagram, next)).bearer_auth(&token)).await;
    assert_eq!(second.body["data"][0]["caption"], "Day 3");
    let since = call(&stand, &token, &format!("{ME}/media?since=2026-11-04T00:00:00Z"), &[]).await;
    assert_eq!(since.body["data"].as_array().unwrap().len(), 2);
    stand.running.shutdown().await;
}
