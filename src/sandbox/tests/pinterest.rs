//! Pinterest over HTTP.

use super::instagram::pictures;
use super::*;
use reqwest::Method;

const API: &str = "https://api.pinterest.com/v5";
const TOKEN: &str = "https://api.pinterest.com/v5/oauth/token";
const STORE: &str = "https://pinterest-media-upload.s3-accelerate.amazonaws.com/";
const ME: &str = "813744226420000001";
const FILM: &[u8] = include_bytes!("../../tests/files/five_seconds.mp4");

async fn grant(stand: &Stand, account: &str) -> String {
    stand.sandbox().issue_grant(Platform::Pinterest, account, CLIENT).await.unwrap().access
}

async fn call(stand: &Stand, token: &str, method: Method, path: &str, body: Value) -> Got {
    let request = stand.http.request(method, stand.at(Platform::Pinterest, &format!("{API}/{path}")));
    let request = if body.is_null() { request } else { request.json(&body) };
    stand.send(request.bearer_auth(token)).await
}

async fn get(stand: &Stand, token: &str, path: &str) -> Got {
    call(stand, token, Method::GET, path, Value::Null).await
}

fn code(got: &Got) -> (u16, i64) {
    (got.status, got.body["code"].as_i64().unwrap_or_else(|| panic!("{}", got.body)))
}

#[tokio::test]
async fn a_consent_gives_tokens_that_are_replaced() {
    let stand = Stand::start().await;
    let params = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "user_accounts:read,boards:read"),
        ("state", "s"),
    ];
    let back = stand.consent(Platform::Pinterest, "https://www.pinterest.com/oauth/", &params, ME).await;
    let ask = |secret: &'static str, form: Vec<(&'static str, String)>| {
        let request = stand.http.post(stand.at(Platform::Pinterest, TOKEN)).basic_auth(CLIENT, Some(secret));
        stand.send(request.form(&form))
    };
    let swap = || {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", back.code().to_owned()),
            ("redirect_uri", REDIRECT.to_owned()),
        ]
    };
    assert_eq!(code(&ask("wrong", swap()).await), (401, 2));
    let first = ask(SECRET, swap()).await;
    assert_eq!((first.status, first.body["scope"].as_str()), (200, Some("user_accounts:read boards:read")));
    assert_eq!(code(&ask(SECRET, swap()).await), (400, 283), "a code is used once");
    let text = |got: &Got, name: &str| got.body[name].as_str().unwrap_or_else(|| panic!("{}", got.body)).to_owned();
    let renew = |token: String| vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", token)];
    let old = text(&first, "refresh_token");
    let second = ask(SECRET, renew(old.clone())).await;
    assert_ne!(text(&second, "refresh_token"), old, "it is replaced");
    assert_eq!(code(&ask(SECRET, renew("nonsense".into())).await), (400, 285));

    let access = text(&second, "access_token");
    assert_eq!(get(&stand, &access, "user_account").await.body["username"], "northwind_demo");
    assert_eq!(code(&get(&stand, &access, "pins").await), (403, 3), "what was not asked for");
    assert_eq!(code(&get(&stand, "nonsense", "user_account").await), (401, 2));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn pins_are_made_of_pictures_on_boards_and_deleted() {
    let stand = Stand::start().await;
    let site = pictures().await;
    let token = grant(&stand, "northwind_demo").await;
    let boards = get(&stand, &token, "boards?page_size=1").await;
    let board = boards.body["items"][0]["id"].as_str().unwrap().to_owned();
    assert!(boards.body["bookmark"].is_string(), "{}", boards.body);
    assert_eq!(get(&stand, &token, "boards").await.body["items"].as_array().unwrap().len(), 2, "the third is secret");
    assert_eq!(get(&stand, &token, &format!("boards/{board}")).await.body["name"], "Coffee at home");
    let sections = get(&stand, &token, &format!("boards/{board}/sections")).await;
    let section = sections.body["items"][0]["id"].as_str().unwrap().to_owned();

    let source = |file: &str| json!({ "source_type": "image_url", "url": format!("{site}/{file}") });
    let pin =
        |media: Value| json!({ "board_id": board, "title": "A roast", "description": "Beans", "media_source": media });
    let create = async |body: Value| call(&stand, &token, Method::POST, "pins", body).await;
    let mut whole = pin(source("square.jpg"));
    whole["board_section_id"] = json!(section);
    whole["alt_text"] = json!("A cup");
    whole["link"] = json!("https://northwind.example/roast");
    let made = create(whole.clone()).await;
    assert_eq!((made.status, made.body["media"]["media_type"].as_str()), (201, Some("image")), "{}", made.body);
    let item = |file: &str| json!({ "url": format!("{site}/{file}") });
    let items = json!([item("square.jpg"), item("tall.jpg"), item("picture.png")]);
    let several = create(pin(json!({ "source_type": "multiple_image_urls", "items": items }))).await;
    assert_eq!(several.body["media"]["media_type"], "multiple_images", "{}", several.body);
    let id = made.body["id"].as_str().unwrap();
    for (list, expected) in [
        ("pins".to_owned(), 2),
        (format!("boards/{board}/pins"), 2),
        (format!("boards/{board}/sections/{section}/pins"), 1),
        ("pins?page_size=1".to_owned(), 1),
    ] {
        let listed = get(&stand, &token, &list).await;
        assert_eq!(listed.body["items"].as_array().unwrap().len(), expected, "{list}: {}", listed.body);
    }

    let own = get(&stand, &token, "pins?pin_filter=exclude_repins").await;
    let cover = own.body["items"][0]["media"]["items"][0]["images"]["600x"]["url"].clone();
    assert!(cover.as_str().is_some_and(|url| url.contains("/pictures/")), "{}", own.body);
    assert_eq!(code(&get(&stand, &token, "pins?pin_filter=mine").await), (400, 1));

    let with = |name: &str, value: Value| {
        let mut pin = whole.clone();
        pin[name] = value;
        pin
    };
    for (body, expected) in [
        (with("board_id", json!("1")), (404, 40)),
        (with("board_id", json!("x")), (400, 1)),
        (with("board_section_id", json!("1")), (404, 2031)),
        (with("title", json!("x".repeat(101))), (400, 1)),
        (with("link", json!("javascript:alert(1)")), (400, 1)),
        (with("colour", json!("red")), (400, 1)),
        (with("media_source", source("broken.jpg")), (400, 235)),
        (with("media_source", source("nothing.jpg")), (400, 235)),
        (
            with("media_source", json!({ "source_type": "multiple_image_urls", "items": [item("square.jpg")] })),
            (400, 1),
        ),
        (
            with(
                "media_source",
                json!({ "source_type": "video_id", "media_id": "1", "cover_image_key_frame_time": 1 }),
            ),
            (400, 1),
        ),
    ] {
        assert_eq!(code(&create(body.clone()).await), expected, "{body}");
    }
    let other = grant(&stand, "northwind_lab_demo").await;
    assert_eq!(get(&stand, &other, &format!("pins/{id}")).await.body["is_owner"], false);
    let delete = async |token: &str| call(&stand, token, Method::DELETE, &format!("pins/{id}"), Value::Null).await;
    assert_eq!(code(&delete(&other).await), (403, 29));
    assert_eq!(delete(&token).await.status, 204);
    assert_eq!(code(&get(&stand, &token, &format!("pins/{id}")).await), (404, 50));
    stand.running.shutdown().await;
}

#[tokio::test]
async fn a_video_goes_to_the_store_and_is_worked_on() {
    let stand = Stand::with(Options { processing: Duration::from_secs(30), ..Options::default() }).await;
    let token = grant(&stand, "northwind_demo").await;
    let announced = call(&stand, &token, Method::POST, "media", json!({ "media_type": "video" })).await;
    let id = announced.body["media_id"].as_str().unwrap_or_else(|| panic!("{}", announced.body)).to_owned();
    assert_eq!(announced.body["upload_url"], STORE);
    let state = async || get(&stand, &token, &format!("media/{id}")).await.body["status"].clone();
    assert_eq!(state().await, "registered");
    let put = async |key: &str| {
        let form = reqwest::multipart::Form::new().text("key", key.to_owned()).text("policy", "c2FuZGJveA==");
        let file = reqwest::multipart::Part::bytes(FILM).file_name("roast.mp4");
        stand
            .send(stand.http.post(stand.at(Platform::Pinterest, STORE)).multipart(form.part("file", file)))
            .await
            .status
    };
    assert_eq!(put("uploads/else").await, 403, "the store knows the key that was given out");
    assert_eq!(put(announced.body["upload_parameters"]["key"].as_str().unwrap()).await, 204);
    assert_eq!(state().await, "processing");
    let board = get(&stand, &token, "boards").await.body["items"][0]["id"].clone();
    let source = json!({ "source_type": "video_id", "media_id": id, "cover_image_key_frame_time": 1 });
    let body = json!({ "board_id": board, "media_source": source });
    assert_eq!(
        code(&call(&stand, &token, Method::POST, "pins", body.clone()).await),
        (400, 1),
        "not before it is ready"
    );
    stand.sandbox().advance(Duration::from_secs(31));
    assert_eq!(state().await, "succeeded");
    let made = call(&stand, &token, Method::POST, "pins", body).await;
    assert_eq!((made.status, made.body["media"]["media_type"].as_str()), (201, Some("video")), "{}", made.body);
    assert_eq!(code(&call(&stand, &token, Method::POST, "media", json!({ "media_type": "film" })).await), (400, 1));
    stand.running.shutdown().await;
}
