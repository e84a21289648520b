//! TikTok over HTTP.

use super::*;

const AUTHORIZE: &str = "https://www.tiktok.com/v2/auth/authorize/";
const API: &str = "https://open.tiktokapis.com/v2";
const PUBLIC: &str = "-000NorthwindDemo0001";
const PRIVATE: &str = "-000NorthwindDemo0002";
const SCOPES: &str = "user.info.basic,user.info.profile,video.list,video.publish";

async fn post(stand: &Stand, token: &str, path: &str, body: &Value) -> Got {
    let address = stand.at(Platform::TikTok, &format!("{API}/{path}"));
    stand.send(stand.http.post(address).bearer_auth(token).json(body)).await
}

async fn grant(stand: &Stand, account: &str, client: &str) -> String {
    stand.sandbox().issue_grant(Platform::TikTok, account, client).await.unwrap().access
}

fn code(got: &Got) -> (u16, &str) {
    (got.status, got.body["error"]["code"].as_str().unwrap_or_default())
}

/// As the clip is, with other sides written into its index.
fn clip() -> Vec<u8> {
    let mut clip = include_bytes!("../../tests/files/clip.mp4").to_vec();
    for (old, new) in [
        ([1, 64, 0, 0, 2, 56, 0, 0], [2, 128, 0, 0, 4, 112, 0, 0]),
        ([1, 64, 2, 56, 0, 72, 0, 0], [2, 128, 4, 112, 0, 72, 0, 0]),
    ] {
        let at = clip.windows(8).position(|bytes| bytes == old).unwrap();
        clip[at..at + 8].copy_from_slice(&new);
    }
    clip
}

fn info(level: &str) -> Value {
    json!({ "privacy_level": level, "title": "A #cup", "disable_comment": true, "disable_duet": true,
        "disable_stitch": true, "brand_content_toggle": false, "brand_organic_toggle": true, "is_aigc": true })
}

fn source(size: usize, part: usize, parts: usize) -> Value {
    json!({ "source": "FILE_UPLOAD", "video_size": size, "chunk_size": part, "total_chunk_count": parts })
}

async fn put(stand: &Stand, address: &str, bytes: &[u8], first: usize, size: usize) -> (u16, String) {
    let range = format!("bytes {first}-{}/{size}", first + bytes.len() - 1);
    let request = stand.http.put(stand.at(Platform::TikTok, address)).header("content-type", "video/mp4");
    let got = stand.send(request.header("content-range", range).body(bytes.to_vec())).await;
    let there = got.headers.get("content-range").and_then(|v| v.to_str().ok()).unwrap_or_default();
    (got.status, there.to_owned())
}

#[tokio::test]
async fn a_code_becomes_tokens_that_are_replaced_and_taken_back() {
    let stand = Stand::start().await;
    let params = [
        ("response_type", "code"),
        ("client_key", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPES),
        ("state", "s"),
        ("account", PUBLIC),
        ("decision", "allow"),
        ("grant", "user.info.profile"),
        ("grant", "video.publish"),
    ];
    let renamed: Vec<_> = params.iter().map(|(n, v)| (if *n == "client_key" { "client_id" } else { n }, *v)).collect();
    assert_eq!(
        stand.form(Platform::TikTok, AUTHORIZE, &renamed).await.status,
        400,
        "TikTok's name for it is client_key"
    );
    let back = stand.decide(Platform::TikTok, AUTHORIZE, &params).await;
    let token = async |fields: &[(&str, &str)]| {
        let own = [("client_key", CLIENT), ("client_secret", SECRET)];
        let all: Vec<_> = own.iter().chain(fields).copied().collect();
        stand.form(Platform::TikTok, &format!("{API}/oauth/token/"), &all).await
    };
    let exchange = [("grant_type", "authorization_code"), ("redirect_uri", REDIRECT), ("code", back.code())];
    let got = token(&exchange).await;
    assert_eq!((got.status, &got.body["open_id"]), (200, &json!(PUBLIC)), "{}", got.body);
    assert_eq!(got.body["scope"], "user.info.basic,user.info.profile,video.publish");
    assert_eq!((&got.body["expires_in"], &got.body["refresh_expires_in"]), (&json!(7200), &json!(15_552_000)));
    assert_eq!(token(&exchange).await.body["error"], "invalid_grant", "a code is for once");
    let refresh = got.body["refresh_token"].as_str().unwrap();
    let renew = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let fresh = token(&renew).await;
    assert_eq!(token(&renew).await.body["error"], "invalid_grant", "the old one stops working");
    let access = fresh.body["access_token"].as_str().unwrap();
    let me = async |fields: &str| {
        let address = stand.at(Platform::TikTok, &format!("{API}/user/info/?fields={fields}"));
        stand.send(stand.http.get(address).bearer_auth(access)).await
    };
    assert_eq!(me("open_id,username").await.body["data"]["user"]["username"], "northwind.roasts");
    assert_eq!(code(&me("open_id,likes_count").await), (401, "scope_not_authorized"));
    assert_eq!(code(&post(&stand, access, "video/list/?fields=id", &json!({})).await), (401, "scope_not_authorized"));
    let revoke = [("client_key", CLIENT), ("client_secret", SECRET), ("token", access)];
    assert_eq!(stand.form(Platform::TikTok, &format!("{API}/oauth/revoke/"), &revoke).await.status, 200);
    assert_eq!(code(&me("open_id").await), (401, "access_token_invalid"));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_video_comes_in_parts_and_is_published_with_the_last() {
    let stand = Stand::with(Options { processing: Duration::from_secs(30), ..Options::default() }).await;
    let token = grant(&stand, PUBLIC, CLIENT).await;
    let mut film = clip();
    // What a player skips, so that there are two parts.
    let filling = 10_000_005 - film.len();
    film.extend((filling as u32).to_be_bytes());
    film.extend(b"free");
    film.resize(10_000_005, 7);
    let size = film.len();
    let init = async |info: Value, source: Value| {
        post(&stand, &token, "post/publish/video/init/", &json!({ "post_info": info, "source_info": source })).await
    };
    let info = info("PUBLIC_TO_EVERYONE");
    for bad in [source(size, 5_000_000, 3), source(size, 4_000_000, 2), source(size, 65_000_000, 1), json!({})] {
        assert_eq!(code(&init(info.clone(), bad.clone()).await), (400, "invalid_params"), "{bad}");
    }
    let begun = init(info, source(size, 5_000_000, 2)).await;
    let publish_id = begun.body["data"]["publish_id"].as_str().unwrap_or_else(|| panic!("{}", begun.body)).to_owned();
    let address = begun.body["data"]["upload_url"].as_str().unwrap();
    assert!(publish_id.starts_with("v_pub_file~") && address.len() <= 256);
    let status = async || {
        let got = post(&stand, &token, "post/publish/status/fetch/", &json!({ "publish_id": publish_id })).await;
        (got.body["data"]["status"].as_str().unwrap_or_default().to_owned(), got.body["data"].clone())
    };
    assert_eq!(put(&stand, address, &film[..4_000_000], 0, size).await.0, 400, "not the part that was announced");
    assert_eq!(put(&stand, address, &film[5_000_000..], 5_000_000, size).await, (416, "bytes 0-0/10000005".into()));
    assert_eq!(put(&stand, address, &film[..5_000_000], 0, size).await, (206, "bytes 0-4999999/10000005".into()));
    assert_eq!(put(&stand, address, &film[..5_000_000], 0, size).await.0, 416, "in order");
    assert_eq!(status().await.1["uploaded_bytes"], 5_000_000);
    assert!(stand.sandbox().posts(Platform::TikTok).is_empty());
    assert_eq!(put(&stand, address, &film[5_000_000..], 5_000_000, size).await.0, 201);
    assert_eq!(put(&stand, address, &film[5_000_000..], 5_000_000, size).await.0, 404, "the address is closed");
    assert_eq!((status().await.0.as_str(), stand.sandbox().posts(Platform::TikTok).len()), ("PROCESSING_UPLOAD", 1));
    assert_eq!(stand.sandbox().requests(Platform::TikTok, Operation::Commit), 3, "the last parts");
    stand.sandbox().advance(Duration::from_secs(31));
    let (stage, data) = status().await;
    let made = stand.sandbox().posts(Platform::TikTok).remove(0);
    assert_eq!(
        (stage.as_str(), data["publicaly_available_post_id"][0].to_string()),
        ("PUBLISH_COMPLETE", made.id.clone())
    );
    let listed = post(&stand, &token, "video/list/?fields=id,video_description,share_url", &json!({})).await;
    let expected = json!([{ "id": made.id, "video_description": "A #cup", "share_url": made.url }]);
    assert_eq!(listed.body["data"]["videos"], expected);
    let page =
        stand.http.get(stand.own(&format!("/tiktok/posts/{}", made.id))).send().await.unwrap().text().await.unwrap();
    for shown in ["<video", "Promotional content", "Creator labeled as AI-generated", "Seen by everyone"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    stand.running.shutdown().await;
}

#[tokio::test]
async fn an_account_says_what_it_may_and_more_is_refused() {
    let stand = Stand::start().await;
    let (public, private) = (grant(&stand, PUBLIC, CLIENT).await, grant(&stand, PRIVATE, CLIENT).await);
    let creator = post(&stand, &private, "post/publish/creator_info/query/", &json!({})).await.body["data"].clone();
    assert_eq!(creator["privacy_level_options"], json!(["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]));
    assert_eq!((&creator["duet_disabled"], &creator["comment_disabled"]), (&json!(true), &json!(false)));
    let film = clip();
    let init = async |token: &str, info: &Value| {
        let body = json!({ "post_info": info, "source_info": source(film.len(), film.len(), 1) });
        post(&stand, token, "post/publish/video/init/", &body).await
    };
    let but = |level: &str, name: &str, value: Value| {
        let mut info = info(level);
        info[name] = value;
        info
    };
    for (token, info, expected) in [
        (&private, info("PUBLIC_TO_EVERYONE"), (403, "privacy_level_option_mismatch")),
        (&private, but("SELF_ONLY", "disable_duet", json!(false)), (400, "invalid_params")),
        (&public, but("SELF_ONLY", "brand_content_toggle", json!(true)), (400, "invalid_params")),
        (&public, but("SELF_ONLY", "title", json!("a".repeat(2_201))), (400, "invalid_params")),
        (&public, but("SELF_ONLY", "caption", json!("a")), (400, "invalid_params")),
    ] {
        assert_eq!(code(&init(token, &info).await), expected, "{info}");
    }
    // An app that was not audited: private accounts, and only for themselves.
    let cannot = (403, "unaudited_client_can_only_post_to_private_accounts");
    let small = grant(&stand, PUBLIC, "unaudited-app").await;
    assert_eq!(code(&init(&small, &info("SELF_ONLY")).await), cannot);
    let small = grant(&stand, PRIVATE, "unaudited-app").await;
    assert_eq!(code(&init(&small, &info("FOLLOWER_OF_CREATOR")).await), cannot);
    let begun = init(&small, &info("SELF_ONLY")).await;
    let (address, id) = (&begun.body["data"]["upload_url"], begun.body["data"]["publish_id"].clone());
    // No video after all: found out afterwards.
    let noise = vec![7u8; film.len()];
    assert_eq!(put(&stand, address.as_str().unwrap(), &noise, 0, noise.len()).await.0, 201);
    let status = post(&stand, &small, "post/publish/status/fetch/", &json!({ "publish_id": id })).await;
    assert_eq!(status.body["data"]["fail_reason"], "file_format_check_failed");
    assert_eq!(
        code(&post(&stand, &public, "post/publish/status/fetch/", &json!({ "publish_id": id })).await).1,
        "invalid_publish_id"
    );
    assert!(stand.sandbox().posts(Platform::TikTok).is_empty());
    // An hour later an address takes no more.
    let late = init(&public, &info("SELF_ONLY")).await;
    stand.sandbox().advance(Duration::from_secs(3_601));
    let address = late.body["data"]["upload_url"].as_str().unwrap();
    assert_eq!(put(&stand, address, &film, 0, film.len()).await.0, 403);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn pictures_are_fetched_and_a_day_has_fifteen_posts() {
    let stand = Stand::start().await;
    let token = grant(&stand, PUBLIC, CLIENT).await;
    let shop =
        async |bytes: Vec<u8>| stand.own(&format!("/pictures/{}", stand.sandbox().pictures().keep(bytes.into()).await));
    let (good, png) = (shop(jpeg(300, 300)).await, shop(picture(300, 300, 9, ImageFormat::Png)).await);
    let large = shop(jpeg(2_000, 2_000)).await;
    let init = async |images: Vec<String>| {
        let info = json!({ "title": "Beans", "description": "A #cup", "privacy_level": "SELF_ONLY", "disable_comment": false });
        let source = json!({ "source": "PULL_FROM_URL", "photo_images": images, "photo_cover_index": 0 });
        let body =
            json!({ "media_type": "PHOTO", "post_mode": "DIRECT_POST", "post_info": info, "source_info": source });
        stand.sandbox().world().windows.clear();
        post(&stand, &token, "post/publish/content/init/", &body).await
    };
    let reason = async |got: Got| {
        let id = &got.body["data"]["publish_id"];
        let status = post(&stand, &token, "post/publish/status/fetch/", &json!({ "publish_id": id })).await;
        let data = &status.body["data"];
        data["fail_reason"].as_str().or(data["status"].as_str()).unwrap_or_default().to_owned()
    };
    assert_eq!(code(&init(vec!["https://unverified.example/a.jpg".into()]).await), (403, "url_ownership_unverified"));
    assert_eq!(code(&init(vec!["http://northwind.example/a.jpg".into()]).await), (403, "url_ownership_unverified"));
    assert_eq!(code(&init(vec![good.clone(); 36]).await), (400, "invalid_params"));
    for (image, expected) in [
        (stand.own("/pictures/none"), "photo_pull_failed"),
        (png, "file_format_check_failed"),
        (large, "picture_size_check_failed"),
        (good.clone(), "PUBLISH_COMPLETE"),
    ] {
        assert_eq!(reason(init(vec![good.clone(), image]).await).await, expected);
    }
    let made = stand.sandbox().posts(Platform::TikTok);
    assert_eq!((made.len(), made[0].pictures.len(), made[0].text.as_str()), (1, 2, "A #cup"));
    assert!(made[0].url.contains("/@northwind.roasts/photo/"));
    let listed = post(&stand, &token, "video/list/?fields=id", &json!({})).await;
    assert_eq!(listed.body["data"]["videos"], json!([]), "not for everybody");
    for _ in 1..15 {
        assert_eq!(init(vec![good.clone()]).await.status, 200);
    }
    assert_eq!(code(&init(vec![good.clone()]).await), (403, "spam_risk_too_many_posts"));
    let creator = post(&stand, &token, "post/publish/creator_info/query/", &json!({})).await;
    assert_eq!(code(&creator), (200, "spam_risk_too_many_posts"), "with a status that says success");
    stand.sandbox().advance(Duration::from_secs(86_401));
    let token = grant(&stand, PUBLIC, CLIENT).await;
    assert_eq!(post(&stand, &token, "post/publish/creator_info/query/", &json!({})).await.body["error"]["code"], "ok");
    stand.running.shutdown().await;
}
