//! Reddit over HTTP.

use super::*;

const SITE: &str = "https://www.reddit.com/api/v1";
const API: &str = "https://oauth.reddit.com";
const SCOPES: &str = "identity read submit history edit flair mysubreddits";
const AGENT: &str = "web:demo-client:v1 LUX-Marketing (by /u/northwind_demo)";
const STORE: &str = "https://reddit-uploaded-media.s3-accelerate.amazonaws.com";

async fn get(stand: &Stand, token: &str, path: &str) -> Got {
    stand.send(stand.http.get(stand.at(Platform::Reddit, &format!("{API}/{path}"))).bearer_auth(token)).await
}

async fn post(stand: &Stand, token: &str, path: &str, form: &[(&str, &str)]) -> Got {
    let request = stand.http.post(stand.at(Platform::Reddit, &format!("{API}/{path}"))).header("user-agent", AGENT);
    stand.send(request.bearer_auth(token).form(form)).await
}

async fn token_call(stand: &Stand, secret: &str, form: &[(&str, &str)]) -> Got {
    let address = stand.at(Platform::Reddit, &format!("{SITE}/access_token"));
    stand.send(stand.http.post(address).basic_auth(CLIENT, Some(secret)).form(form)).await
}

async fn access(stand: &Stand) -> String {
    stand.sandbox().issue_grant(Platform::Reddit, "northwind_demo", CLIENT).await.unwrap().access
}

/// The code of a refusal, or the name of what was made.
fn said(got: &Got) -> String {
    let json = &got.body["json"];
    let word = json["errors"][0][0].as_str().or(json["data"]["name"].as_str()).unwrap_or_default();
    if word.starts_with("t3_") {
        "made".into()
    } else {
        format!("{}{word}", if got.status == 200 { "" } else { "status" })
    }
}

#[tokio::test]
async fn codes_refresh_tokens_and_passwords_become_access() {
    let stand = Stand::start().await;
    let params = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPES),
        ("state", "s"),
        ("duration", "permanent"),
    ];
    let authorize = format!("{SITE}/authorize");
    let short = stand.http.get(stand.at(Platform::Reddit, &authorize)).query(&params[..5]).send().await.unwrap();
    assert_eq!(short.status(), 400, "a consent that does not last is no use");
    // The page's form goes to the address with its query.
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    let form = [&params[..], &[("account", "1nwdemo001"), ("decision", "allow")]].concat();
    let back = stand.decide(Platform::Reddit, &format!("{authorize}?{query}"), &form).await;
    let code = [("grant_type", "authorization_code"), ("code", back.code()), ("redirect_uri", REDIRECT)];
    let wrong = token_call(&stand, "wrong", &code).await;
    assert_eq!((wrong.status, &wrong.body["error"]), (401, &json!(401)));
    let got = token_call(&stand, SECRET, &code).await;
    assert_eq!((&got.body["expires_in"], &got.body["scope"]), (&json!(86_400), &json!(SCOPES)));
    let again = token_call(&stand, SECRET, &code).await;
    assert_eq!((again.status, &again.body), (200, &json!({ "error": "invalid_grant" })), "a code counts once");
    let refresh = got.body["refresh_token"].as_str().unwrap();
    let renew = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    for _ in 0..2 {
        let renewed = token_call(&stand, SECRET, &renew).await;
        assert!(
            renewed.body["access_token"].is_string() && renewed.body["refresh_token"].is_null(),
            "it stays as it is"
        );
    }
    let own = |password| [("grant_type", "password"), ("username", "northwind_demo"), ("password", password)];
    let script = token_call(&stand, SECRET, &own("secret")).await;
    assert_eq!((&script.body["scope"], &script.body["refresh_token"]), (&json!("*"), &Value::Null));
    assert_eq!(token_call(&stand, SECRET, &own("wrong")).await.body, json!({ "error": "invalid_grant" }));
    let revoke = stand.at(Platform::Reddit, &format!("{SITE}/revoke_token"));
    for token in [refresh, "unknown"] {
        let request = stand.http.post(&revoke).basic_auth(CLIENT, Some(SECRET)).form(&[("token", token)]);
        assert_eq!(stand.send(request).await.status, 204);
    }
    assert_eq!(token_call(&stand, SECRET, &renew).await.status, 400);
    stand.running.shutdown().await;
}

#[tokio::test]
async fn each_subreddit_refuses_what_its_rules_forbid() {
    let stand = Stand::start().await;
    let token = access(&stand).await;
    let me = get(&stand, &token, "api/v1/me").await;
    assert_eq!(
        (&me.body["name"], me.headers["x-ratelimit-remaining"].to_str().unwrap()),
        (&json!("northwind_demo"), "999.0")
    );
    let listed = get(&stand, &token, "subreddits/mine/subscriber?limit=3").await.body["data"].clone();
    assert_eq!((listed["children"].as_array().unwrap().len(), &listed["after"]), (3, &json!("t5_3")));
    let private = get(&stand, &token, "r/RoastersOnly/about").await;
    assert_eq!((private.status, &private.body["reason"]), (403, &json!("private")));
    assert_eq!(get(&stand, &token, "r/nowhere/about").await.status, 404);
    let asks = get(&stand, &token, "api/v1/AskBaristas/post_requirements").await.body;
    assert_eq!((&asks["is_flair_required"], &asks["title_text_min_length"]), (&json!(true), &json!(10)));
    let flairs = get(&stand, &token, "r/AskBaristas/api/link_flair_v2").await.body;
    let flair = |n: usize| flairs[n]["id"].as_str().unwrap();
    let help = "[Help] Which beans?";
    let link = "https://northwind.example/roast";
    for (sr, kind, title, more, expected) in [
        ("NorthwindCoffee", "self", "A new roast", vec![], "made"),
        ("northwindcoffee", "link", "A new roast", vec![("url", link)], "made"),
        ("NorthwindCoffee", "link", "Again", vec![("url", link), ("resubmit", "false")], "ALREADY_SUB"),
        ("NorthwindCoffee", "link", "Again", vec![("url", link)], "made"),
        ("NorthwindCoffee", "link", "Nothing", vec![], "NO_URL"),
        ("NorthwindCoffee", "link", "Bad", vec![("url", "beans")], "BAD_URL"),
        ("NorthwindCoffee", "image", "Not mine", vec![("url", "https://x.example/1.jpg")], "BAD_URL"),
        ("NorthwindCoffee", "self", "", vec![], "NO_TEXT"),
        ("NorthwindCoffee", "self", "For moderators", vec![("flair_id", flair(2))], "status"),
        ("NorthwindCoffee", "self", "Words alone", vec![("flair_text", "Roast")], "status"),
        ("NorthwindCoffee", "self", "Unknown", vec![("colour", "red")], "status"),
        ("u_northwind_demo", "self", "On the profile", vec![], "made"),
        ("u_northwind_lab_demo", "self", "On another's", vec![], "SUBREDDIT_NOEXIST"),
        ("RoastersOnly", "self", "Let me in", vec![], "SUBREDDIT_NOTALLOWED"),
        ("CoffeeLinks", "self", "Words", vec![], "NO_SELFS"),
        ("CoffeeLinks", "link", "Spam", vec![("url", "https://spam.example/")], "SUBMIT_VALIDATION_DOMAIN_BLACKLIST"),
        ("AskBaristas", "link", help, vec![("url", link)], "NO_LINKS"),
        ("AskBaristas", "self", "Short", vec![], "SUBMIT_VALIDATION_TITLE_MIN_LENGTH"),
        ("AskBaristas", "self", "Which beans are good?", vec![], "SUBMIT_VALIDATION_TITLE_REQUIRED_STRING"),
        ("AskBaristas", "self", help, vec![], "SUBMIT_VALIDATION_FLAIR_REQUIRED"),
        ("AskBaristas", "self", help, vec![("flair_id", flair(1))], "made"),
    ] {
        let form = [vec![("api_type", "json"), ("sr", sr), ("kind", kind), ("title", title)], more].concat();
        assert_eq!(said(&post(&stand, &token, "api/submit", &form).await), expected, "{sr} {kind} {title}");
    }
    // A program that does not say who it is is slowed down.
    let nobody = stand.http.post(stand.at(Platform::Reddit, &format!("{API}/api/submit"))).bearer_auth(&token);
    let nobody = nobody.header("user-agent", "reqwest");
    assert_eq!(stand.send(nobody.form(&[("kind", "self")])).await.status, 429);
    let me = stand.http.get(stand.at(Platform::Reddit, &format!("{API}/api/v1/me"))).bearer_auth(&token);
    assert_eq!(stand.send(me.header("user-agent", "reqwest")).await.status, 429);
    let listed = get(&stand, &token, "user/northwind_demo/submitted?limit=2").await.body["data"].clone();
    assert_eq!(listed["children"][0]["data"]["link_flair_text"], "Question");
    assert_eq!((listed["children"].as_array().unwrap().len(), listed["after"].is_string()), (2, true));
    let behind = format!("user/northwind_demo/submitted?limit=2&after={}", listed["after"].as_str().unwrap());
    let behind = get(&stand, &token, &behind).await.body["data"]["children"].clone();
    assert_ne!(behind[0]["data"]["name"], listed["children"][1]["data"]["name"]);
    assert_eq!(behind[0]["data"]["thumbnail"], "default", "{behind}");
    stand.running.shutdown().await;
}

/// A JPEG at the store: its id and address.
async fn picture(stand: &Stand, token: &str, bytes: Vec<u8>) -> (String, String) {
    let leased =
        post(stand, token, "api/media/asset.json", &[("filepath", "cup.jpg"), ("mimetype", "image/jpeg")]).await;
    let fields = leased.body["args"]["fields"].as_array().unwrap().clone();
    let of = |field: &Value, name: &str| field[name].as_str().unwrap().to_owned();
    let key = fields.iter().find(|field| field["name"] == "key").map(|field| of(field, "value")).unwrap();
    let form = fields
        .iter()
        .fold(reqwest::multipart::Form::new(), |form, field| form.text(of(field, "name"), of(field, "value")));
    let form = form.part("file", reqwest::multipart::Part::bytes(bytes));
    let sent = stand.http.post(stand.at(Platform::Reddit, &format!("{STORE}/"))).multipart(form).send().await.unwrap();
    assert_eq!(sent.status(), 201);
    (leased.body["asset"]["asset_id"].as_str().unwrap().to_owned(), format!("{STORE}/{key}"))
}

#[tokio::test]
async fn a_picture_appears_later_and_several_at_once() {
    let stand = Stand::with(Options { processing: Duration::from_secs(60), ..Options::default() }).await;
    let token = access(&stand).await;
    let (id, url) = picture(&stand, &token, jpeg(64, 64)).await;
    let (_, none) = picture(&stand, &token, b"no picture".to_vec()).await;
    let form = |url: &str| {
        let pairs =
            [("api_type", "json"), ("sr", "NorthwindCoffee"), ("kind", "image"), ("title", "A cup"), ("url", url)];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let send = async |url: &str| {
        let form = form(url);
        post(&stand, &token, "api/submit", &form.each_ref().map(|(n, v)| (n.as_str(), v.as_str()))).await
    };
    assert_eq!(said(&send(&none).await), "BAD_URL");
    let taken = send(&url).await;
    assert!(taken.body["json"]["data"]["name"].is_null() && taken.body["json"]["data"]["websocket_url"].is_string());
    let seen = async || get(&stand, &token, "user/northwind_demo/submitted").await.body["data"]["children"].clone();
    assert_eq!(seen().await, json!([]), "Reddit is at work");
    stand.sandbox().advance(Duration::from_secs(61));
    assert_eq!(seen().await[0]["data"]["title"], "A cup");

    let gallery = async |items: Vec<&str>| {
        let items: Vec<_> =
            items.into_iter().map(|id| json!({ "caption": "", "outbound_url": "", "media_id": id })).collect();
        let body = json!({ "api_type": "json", "sr": "NorthwindCoffee", "title": "Two cups", "items": items });
        let request = stand.http.post(stand.at(Platform::Reddit, &format!("{API}/api/submit_gallery_post.json")));
        stand.send(request.header("user-agent", AGENT).bearer_auth(&token).json(&body)).await
    };
    assert_eq!(said(&gallery(vec![&id]).await), "BAD_GALLERY_SIZE");
    assert_eq!(said(&gallery(vec![&id, "unknown"]).await), "INVALID_OPTION");
    let made = gallery(vec![&id, &id]).await;
    assert_eq!(said(&made), "made");

    let name = made.body["json"]["data"]["name"].as_str().unwrap();
    let words = [("api_type", "json"), ("thing_id", name), ("text", "More below")];
    let comment = post(&stand, &token, "api/comment", &words).await;
    let comment = comment.body["json"]["data"]["things"][0]["data"]["name"].as_str().unwrap().to_owned();
    let below =
        async || get(&stand, &token, &format!("comments/{}", &name[3..])).await.body[1]["data"]["children"].clone();
    assert_eq!(below().await[0]["data"]["body"], "More below");
    // A tree, of which a list shows as much as it was asked for; the rest is a stub.
    let visitor = |text: &str, under: Option<&str>| {
        stand.sandbox().visitor_comment(Platform::Reddit, name, "Ada", text, under).unwrap()
    };
    let ada = visitor("Which beans?", None);
    let deep = visitor("Really?", Some(&ada));
    let answer = [("api_type", "json"), ("thing_id", deep.as_str()), ("text", "All of them")];
    let answer = post(&stand, &token, "api/comment", &answer).await.body["json"]["data"]["things"][0]["data"].clone();
    assert_eq!(answer["parent_id"], json!(deep));
    let list = async |query: &str| {
        get(&stand, &token, &format!("comments/{}?sort=new&{query}", &name[3..])).await.body[1]["data"]["children"]
            .clone()
    };
    let focus = list(&format!("comment={}&depth=2", &ada[3..])).await;
    assert_eq!((focus.as_array().unwrap().len(), &focus[0]["data"]["author"]), (1, &json!("Ada")));
    let level = &focus[0]["data"]["replies"]["data"]["children"];
    assert_eq!(level[0]["data"]["name"], json!(deep));
    assert_eq!(level[0]["data"]["replies"]["data"]["children"][0]["kind"], "more", "too deep");
    assert_eq!(list("limit=1").await[1]["data"]["children"], json!([comment.trim_start_matches("t1_")]), "too many");
    for id in [comment.as_str(), name, "t3_unknown"] {
        assert_eq!(post(&stand, &token, "api/del", &[("id", id)]).await.body, json!({}));
    }
    assert_eq!(get(&stand, &token, &format!("api/info?id={name}")).await.body["data"]["children"], json!([]));
    let words = [("api_type", "json"), ("thing_id", name), ("text", "Too late")];
    assert_eq!(said(&post(&stand, &token, "api/comment", &words).await), "DELETED_LINK");
    stand.running.shutdown().await;
}
