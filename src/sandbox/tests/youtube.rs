//! YouTube over HTTP.

use super::described::{fits, operation_of, spec};
use super::*;

const CONSENT: &str = "https://accounts.google.com/o/oauth2/v2/auth";
const TOKEN: &str = "https://oauth2.googleapis.com/token";
const UPLOAD: &str = "https://www.googleapis.com/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status";
const API: &str = "https://www.googleapis.com/youtube/v3";
const CHANNEL: &str = "UCnorthwinddemo000000001";
const SCOPES: &str = "https://www.googleapis.com/auth/youtube.upload https://www.googleapis.com/auth/youtube.readonly";
const GRAIN: usize = 256 * 1024;
const CLIP: &[u8] = include_bytes!("../../tests/files/clip.mp4");

async fn token(stand: &Stand, client: &str) -> String {
    stand.sandbox().issue_grant(Platform::YouTube, CHANNEL, client).await.unwrap().access
}

/// An answer of the API, held against the discovery document where there is one.
async fn call(stand: &Stand, token: &str, method: reqwest::Method, path: &str, body: Option<Value>) -> Got {
    let mut request = stand.http.request(method.clone(), stand.at(Platform::YouTube, &format!("{API}/{path}")));
    if let Some(body) = &body {
        request = request.json(body);
    }
    let got = stand.send(request.bearer_auth(token)).await;
    if let Some(spec) = spec("youtube-v3-discovery.json").filter(|_| got.status == 200) {
        let resource = path.split('?').next().unwrap();
        let described = operation_of(&spec, method.as_str(), &format!("youtube/v3/{resource}"));
        fits(&spec, described["response"]["$ref"].as_str().unwrap(), &got.body, path);
    }
    got
}

async fn get(stand: &Stand, token: &str, path: &str) -> Got {
    call(stand, token, reqwest::Method::GET, path, None).await
}

fn reason(got: &Got) -> String {
    got.body["error"]["errors"][0]["reason"]
        .as_str()
        .unwrap_or_else(|| panic!("{} {}", got.status, got.body))
        .to_owned()
}

fn about() -> Value {
    json!({ "snippet": { "title": "A new roast", "description": "Beans", "tags": ["roast"], "categoryId": "22" },
        "status": { "privacyStatus": "public", "selfDeclaredMadeForKids": false } })
}

async fn open(stand: &Stand, token: &str, about: &Value, size: usize) -> Got {
    let request = stand.http.post(stand.at(Platform::YouTube, UPLOAD)).bearer_auth(token).json(about);
    let request = request.header("x-upload-content-type", "video/mp4").header("x-upload-content-length", size);
    stand.send(request).await
}

fn session(got: &Got) -> String {
    assert_eq!(got.status, 200, "{}", got.body);
    got.headers[LOCATION].to_str().unwrap().to_owned()
}

async fn put(stand: &Stand, token: &str, session: &str, range: &str, bytes: &[u8]) -> Got {
    let request = stand.http.put(stand.at(Platform::YouTube, session)).bearer_auth(token);
    stand.send(request.header("content-range", range).header("content-type", "video/mp4").body(bytes.to_vec())).await
}

/// A video that can be read, of this many bytes.
fn clip(bytes: usize) -> Vec<u8> {
    let mut clip = CLIP.to_vec();
    let rest = u32::try_from(bytes - clip.len()).unwrap();
    clip.extend_from_slice(&rest.to_be_bytes());
    clip.extend_from_slice(b"free");
    clip.resize(bytes, 0);
    clip
}

async fn upload(stand: &Stand, token: &str, about: &Value, bytes: &[u8]) -> Got {
    let session = session(&open(stand, token, about, bytes.len()).await);
    put(stand, token, &session, &format!("bytes 0-{}/{}", bytes.len() - 1, bytes.len()), bytes).await
}

#[tokio::test]
async fn a_consent_gives_a_refresh_token_that_stays() {
    let stand = Stand::start().await;
    let challenge = challenge();
    let mut form = vec![
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPES),
        ("state", "s"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    form.extend([("account", CHANNEL), ("decision", "allow")]);
    // One box is left without its tick.
    form.push(("grant", SCOPES.split(' ').next().unwrap()));
    let back = stand.decide(Platform::YouTube, CONSENT, &form).await;
    let swap = |secret: &'static str, verifier: &'static str| {
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT),
            ("client_secret", secret),
            ("redirect_uri", REDIRECT),
            ("code", back.code()),
            ("code_verifier", verifier),
        ]
    };
    let other = "another-verifier-that-is-long-enough-to-be-one-01234";
    for (secret, verifier, expected) in [("wrong", VERIFIER, "invalid_client"), (SECRET, other, "invalid_grant")] {
        assert_eq!(stand.form(Platform::YouTube, TOKEN, &swap(secret, verifier)).await.body["error"], expected);
    }
    let got = stand.form(Platform::YouTube, TOKEN, &swap(SECRET, VERIFIER)).await;
    assert_eq!(got.body["scope"], SCOPES.split(' ').next().unwrap(), "what was allowed: {}", got.body);
    let refresh = got.body["refresh_token"].as_str().unwrap().to_owned();
    let renew = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("refresh_token", refresh.as_str()),
    ];
    for _ in 0..2 {
        let got = stand.form(Platform::YouTube, TOKEN, &renew).await;
        assert!(got.status == 200 && got.body["refresh_token"].is_null(), "{}", got.body);
    }
    let access = got.body["access_token"].as_str().unwrap();
    assert_eq!(reason(&get(&stand, access, "channels?part=snippet&mine=true").await), "insufficientPermissions");
    let revoke = "https://oauth2.googleapis.com/revoke";
    assert_eq!(stand.form(Platform::YouTube, revoke, &[("token", &refresh)]).await.status, 200);
    assert_eq!(stand.form(Platform::YouTube, revoke, &[("token", access)]).await.body["error"], "invalid_token");
    assert_eq!(stand.form(Platform::YouTube, TOKEN, &renew).await.body["error"], "invalid_grant");
    assert_eq!(reason(&get(&stand, access, "channels?part=snippet&mine=true").await), "authError");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_session_takes_parts_in_order_and_becomes_a_video() {
    let stand = Stand::start().await;
    let token = token(&stand, CLIENT).await;
    let video = clip(2 * GRAIN + 7);
    let total = video.len();
    let session = session(&open(&stand, &token, &about(), total).await);
    let question = format!("bytes */{total}");
    let asked = put(&stand, &token, &session, &question, b"").await;
    assert!(asked.status == 308 && asked.headers.get("range").is_none(), "nothing is there");
    let part = |from: usize, end: usize| (format!("bytes {from}-{}/{total}", end - 1), video[from..end].to_vec());
    for (range, bytes) in [part(0, 100), part(GRAIN, 2 * GRAIN), (format!("bytes 0-9/{total}"), vec![0; GRAIN])] {
        assert_eq!(put(&stand, &token, &session, &range, &bytes).await.status, 400, "{range}");
    }
    assert_eq!(put(&stand, &token, &session, "bytes */5", b"").await.status, 400);
    assert_eq!(put(&stand, &token, &format!("{session}x"), &question, b"").await.status, 404);
    let (range, bytes) = part(0, GRAIN);
    let got = put(&stand, &token, &session, &range, &bytes).await;
    assert_eq!((got.status, got.headers["range"].to_str().unwrap()), (308, "bytes=0-262143"));
    assert_eq!(put(&stand, &token, &session, &question, b"").await.headers["range"], "bytes=0-262143");
    assert!(stand.sandbox().posts(Platform::YouTube).is_empty(), "it exists with the last byte");
    let (range, bytes) = part(GRAIN, total);
    let made = put(&stand, &token, &session, &range, &bytes).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let again = put(&stand, &token, &session, &question, b"").await;
    assert_eq!((again.status, &again.body["id"]), (200, &made.body["id"]), "the session tells which one");
    let posts = stand.sandbox().posts(Platform::YouTube);
    assert_eq!((posts.len(), posts[0].text.as_str(), &posts[0].facts["title"]), (1, "Beans", &json!("A new roast")));
    let id = made.body["id"].as_str().unwrap();
    let read = get(&stand, &token, &format!("videos?part=snippet,status,processingDetails&id={id}")).await;
    assert_eq!(read.body["items"][0]["status"]["uploadStatus"], "processed", "{}", read.body);
    let listed =
        get(&stand, &token, "playlistItems?part=snippet,contentDetails&playlistId=UUnorthwinddemo000000001").await;
    assert_eq!(listed.body["items"][0]["contentDetails"]["videoId"], id, "{}", listed.body);
    let page = stand.http.get(stand.own(&format!("/youtube/posts/{id}"))).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("A new roast") && page.contains("<video") && page.contains("tags: roast"), "{page}");
    let gone = call(&stand, &token, reqwest::Method::DELETE, &format!("videos?id={id}"), None).await;
    assert_eq!(gone.status, 204);
    let twice = call(&stand, &token, reqwest::Method::DELETE, &format!("videos?id={id}"), None).await;
    assert_eq!(reason(&twice), "videoNotFound");
    // What is no video, and a project before its audit.
    let junk = upload(&stand, &token, &about(), b"no video").await;
    assert_eq!(
        (&junk.body["status"]["uploadStatus"], &junk.body["status"]["failureReason"]),
        (&json!("failed"), &json!("invalidFile"))
    );
    let new = self::token(&stand, "unaudited-project").await;
    assert_eq!(upload(&stand, &new, &about(), CLIP).await.body["status"]["privacyStatus"], "private");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn what_is_said_of_a_video_is_checked_when_its_session_opens() {
    let stand = Stand::start().await;
    let token = token(&stand, CLIENT).await;
    let with = |pointer: &str, value: Value| {
        let mut about = about();
        *about.pointer_mut(pointer).unwrap() = value;
        about
    };
    let mut more = about();
    more["localizations"] = json!({});
    let mut unknown = about();
    unknown["status"]["visibility"] = json!("public");
    for (about, expected) in [
        (with("/snippet/title", json!("")), "invalidTitle"),
        (with("/snippet/title", json!("x".repeat(101))), "invalidTitle"),
        (with("/snippet/title", json!("a < b")), "invalidTitle"),
        (with("/snippet/description", json!("é".repeat(2_501))), "invalidDescription"),
        (with("/snippet/tags", json!(["x".repeat(499), "y"])), "invalidTags"),
        (with("/snippet/categoryId", json!("18")), "invalidCategoryId"),
        (with("/status/privacyStatus", json!("friends")), "invalidVideoMetadata"),
        (with("/status/selfDeclaredMadeForKids", json!("no")), "invalidVideoMetadata"),
        (more, "unexpectedPart"),
        (unknown, "invalidVideoMetadata"),
    ] {
        let got = open(&stand, &token, &about, 10).await;
        assert_eq!((got.status, reason(&got).as_str()), (400, expected), "{}", got.body);
    }
    assert_eq!(reason(&open(&stand, &token, &about(), 0).await), "mediaBodyRequired");
    // A hundred in a day, of the whole project.
    for _ in 0..100 {
        assert_eq!(open(&stand, &token, &about(), 10).await.status, 200);
    }
    assert_eq!(reason(&open(&stand, &token, &about(), 10).await), "quotaExceeded");
    let other = self::token(&stand, "another-project").await;
    assert_eq!(open(&stand, &other, &about(), 10).await.status, 200);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn comments_are_written_where_they_are_open() {
    let stand = Stand::start().await;
    let token = token(&stand, CLIENT).await;
    let id = upload(&stand, &token, &about(), CLIP).await.body["id"].as_str().unwrap().to_owned();
    let comment = |video: &str, text: &str| json!({ "snippet": { "videoId": video, "topLevelComment": { "snippet": { "textOriginal": text } } } });
    let write = async |body: Value| {
        call(&stand, &token, reqwest::Method::POST, "commentThreads?part=snippet", Some(body)).await
    };
    let made = write(comment(&id, "More about it")).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let listed = get(&stand, &token, &format!("commentThreads?part=snippet&videoId={id}&order=time")).await;
    assert_eq!(listed.body["items"][0], made.body);
    assert_eq!(reason(&write(comment(&id, " ")).await), "commentTextRequired");
    // A visitor's is answered, taken from sight, shown again; the own answer is deleted. Each change costs 50 units.
    let ada = stand.sandbox().visitor_comment(Platform::YouTube, &id, "Ada", "Which beans?", None).unwrap();
    let act = async |method: reqwest::Method, path: String, body: Option<Value>| {
        call(&stand, &token, method, &path, body).await
    };
    let answer = |parent: &str| json!({ "snippet": { "parentId": parent, "textOriginal": "All of them" } });
    let sent = act(reqwest::Method::POST, "comments?part=snippet".into(), Some(answer(&ada))).await;
    assert_eq!((sent.status, &sent.body["snippet"]["parentId"]), (200, &json!(ada)), "{}", sent.body);
    let ours = sent.body["id"].as_str().unwrap().to_owned();
    let below = act(reqwest::Method::POST, "comments?part=snippet".into(), Some(answer(&ours))).await;
    assert_eq!(reason(&below), "parentCommentNotFound", "answers are one level deep");
    let all = async || {
        get(&stand, &token, &format!("commentThreads?part=snippet,replies&videoId={id}")).await.body["items"].clone()
    };
    assert_eq!(all().await[0]["replies"]["comments"][0]["id"], json!(ours));
    let count = async || all().await.as_array().unwrap().len();
    let moderate = |status: &str| format!("comments/setModerationStatus?id={ada}&moderationStatus={status}");
    for (status, seen) in [("rejected", 1), ("published", 2)] {
        assert_eq!(act(reqwest::Method::POST, moderate(status), None).await.status, 204);
        assert_eq!(count().await, seen, "{status}");
    }
    for (path, expected) in
        [(format!("comments?id={ada}"), "forbidden"), (format!("comments?id={ours}x"), "commentNotFound")]
    {
        assert_eq!(reason(&act(reqwest::Method::DELETE, path, None).await), expected);
    }
    assert_eq!(act(reqwest::Method::DELETE, format!("comments?id={ours}"), None).await.status, 204);
    let answers = get(&stand, &token, &format!("comments?part=snippet&parentId={ada}")).await;
    assert_eq!(answers.body["items"], json!([]), "{}", answers.body);
    assert_eq!(reason(&write(comment("dQw4w9WgXcQ", "x")).await), "videoNotFound");
    let mut for_kids = about();
    for_kids["status"]["selfDeclaredMadeForKids"] = json!(true);
    let kids = upload(&stand, &token, &for_kids, CLIP).await.body["id"].as_str().unwrap().to_owned();
    assert_eq!(reason(&write(comment(&kids, "x")).await), "commentsDisabled");
    for path in ["channels?part=snippet,contentDetails,status&mine=true", "videoCategories?part=snippet&regionCode=PT"]
    {
        assert_eq!(get(&stand, &token, path).await.status, 200, "{path}");
    }
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_thumbnail_is_for_channels_with_a_phone_number() {
    let stand = Stand::start().await;
    let token = token(&stand, CLIENT).await;
    let id = upload(&stand, &token, &about(), CLIP).await.body["id"].as_str().unwrap().to_owned();
    let set = async |token: &str, video: &str, mime: &str, bytes: Vec<u8>| {
        let address =
            format!("https://www.googleapis.com/upload/youtube/v3/thumbnails/set?videoId={video}&uploadType=media");
        let request = stand.http.post(stand.at(Platform::YouTube, &address)).bearer_auth(token);
        stand.send(request.header("content-type", mime).body(bytes)).await
    };
    let mut png = Cursor::new(vec![]);
    RgbImage::from_pixel(64, 36, Rgb([200, 90, 20])).write_to(&mut png, ImageFormat::Png).unwrap();
    let png = png.into_inner();
    for _ in 0..2 {
        let got = set(&token, &id, "image/png", png.clone()).await;
        assert_eq!(
            (got.status, got.body["kind"].as_str()),
            (200, Some("youtube#thumbnailSetResponse")),
            "{}",
            got.body
        );
        if let Some(spec) = spec("youtube-v3-discovery.json") {
            let described = operation_of(&spec, "POST", "youtube/v3/thumbnails/set");
            fits(&spec, described["response"]["$ref"].as_str().unwrap(), &got.body, "thumbnails/set");
        }
    }
    let post = stand.sandbox().posts(Platform::YouTube).pop().unwrap();
    assert_eq!(post.pictures.iter().map(|picture| picture.video).collect::<Vec<_>>(), [true, false], "one, not two");
    for (video, mime, bytes, expected) in [
        ("dQw4w9WgXcQ", "image/png", png.clone(), "videoNotFound"),
        ("", "image/png", png.clone(), "missingRequiredParameter"),
        (&id, "image/png", vec![], "mediaBodyRequired"),
        (&id, "image/png", b"no picture".to_vec(), "invalidImage"),
        (&id, "image/webp", png.clone(), "badContent"),
        (&id, "image/png", vec![0; (2 << 20) + 1], "uploadTooLarge"),
    ] {
        assert_eq!(reason(&set(&token, video, mime, bytes).await), expected);
    }
    // The other channel has confirmed no number, and may not touch the videos of the first.
    let other =
        stand.sandbox().issue_grant(Platform::YouTube, "UCnorthwinddemo000000002", CLIENT).await.unwrap().access;
    assert_eq!(reason(&set(&other, &id, "image/png", png.clone()).await), "forbidden");
    let own = upload(&stand, &other, &about(), CLIP).await.body["id"].as_str().unwrap().to_owned();
    assert_eq!(reason(&set(&other, &own, "image/png", png).await), "forbidden");
    stand.running.shutdown().await;
}
