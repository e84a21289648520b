//! Threads and comments over HTTP: what is taken, what is refused, and where it can be seen.

use super::x::tweet;
use super::*;

async fn token(stand: &Stand, platform: Platform, account: &str) -> String {
    stand.sandbox().issue_grant(platform, account, CLIENT).await.unwrap().access
}

async fn page(stand: &Stand, path: &str) -> String {
    stand.http.get(stand.own(path)).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn x_posts_answer_each_other_and_only_ones_own() {
    let stand = Stand::start().await;
    let me = token(&stand, Platform::X, "northwind_demo").await;
    let other = token(&stand, Platform::X, "northwind_lab").await;
    let send = async |token: &str, text: &str, to: Option<&str>| {
        let mut body = json!({ "text": text });
        if let Some(to) = to {
            body["reply"] = json!({ "in_reply_to_tweet_id": to });
        }
        tweet(&stand, token, &body).await
    };
    let id = |got: &Got| got.body["data"]["id"].as_str().unwrap().to_owned();
    let first = id(&send(&me, "One", None).await);
    let second = id(&send(&me, "Two", Some(&first)).await);
    let third = id(&send(&me, "Three", Some(&second)).await);
    assert_eq!(send(&other, "Not asked", Some(&first)).await.status, 403);
    assert_eq!(send(&me, "To nobody", Some("1")).await.status, 403);
    assert_eq!(send(&me, "Two", Some(&third)).await.status, 403, "the same text twice");
    let no_id = tweet(&stand, &me, &json!({ "text": "x", "reply": {} })).await;
    assert_eq!(no_id.status, 400);

    let address = "https://api.x.com/2/users/1700000000000000001/tweets?max_results=100&exclude=retweets\
                   &tweet.fields=referenced_tweets,conversation_id,text";
    let list = stand.send(stand.http.get(stand.at(Platform::X, address)).bearer_auth(&me)).await;
    assert_eq!(list.body["data"][0]["referenced_tweets"], json!([{ "type": "replied_to", "id": second }]));
    assert!(list.body["data"].as_array().unwrap().iter().all(|p| p["conversation_id"] == first.as_str()));
    assert!(list.body["data"][2].get("referenced_tweets").is_none());
    let without = address.replace("exclude=retweets", "exclude=retweets,replies");
    let list = stand.send(stand.http.get(stand.at(Platform::X, &without)).bearer_auth(&me)).await;
    assert_eq!(list.body["meta"]["result_count"], 1);

    let html = page(&stand, &format!("/x/posts/{second}")).await;
    assert!(html.contains(&format!("Replying to post {first}")) && html.contains("Three"), "{html}");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn linkedin_takes_plain_comments_under_a_post() {
    let stand = Stand::start().await;
    let at = "2026-11-02T09:00:00Z".parse().unwrap();
    let post = stand.sandbox().insert_post(Platform::LinkedIn, "nwDemo0001", "A thought", at, &[]).await.unwrap();
    let me = token(&stand, Platform::LinkedIn, "nwDemo0001").await;
    let comments = |urn: &str| {
        let urn = urn.replace(':', "%3A");
        stand.at(Platform::LinkedIn, &format!("https://api.linkedin.com/rest/socialActions/{urn}/comments"))
    };
    let versioned = |request: reqwest::RequestBuilder| {
        request.bearer_auth(&me).header("Linkedin-Version", "202607").header("X-Restli-Protocol-Version", "2.0.0")
    };
    let body =
        |text: &str| json!({ "actor": "urn:li:person:nwDemo0001", "object": post.id, "message": { "text": text } });
    let send = async |address: String, body: &Value| stand.send(versioned(stand.http.post(address)).json(body)).await;

    let made = send(comments(&post.id), &body("First & #plain (really)")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let number = made.headers["x-restli-id"].to_str().unwrap();
    assert_eq!(made.body["commentUrn"], format!("urn:li:comment:({},{number})", post.id));
    let mut foreign = body("x");
    foreign["actor"] = json!("urn:li:person:nwDemo0002");
    let mut nothing = body("x");
    nothing.as_object_mut().unwrap().remove("message");
    let mut unknown = body("x");
    unknown["colour"] = json!("red");
    for (bad, status) in
        [(body(&"a".repeat(1251)), 400), (body(" "), 400), (foreign, 403), (nothing, 422), (unknown, 422)]
    {
        assert_eq!(send(comments(&post.id), &bad).await.status, status, "{bad}");
    }
    assert_eq!(send(comments("urn:li:share:1"), &body("x")).await.status, 404);
    let open = comments(&post.id).replace("%3A", ":");
    assert_eq!(send(open, &body("x")).await.status, 400, "a URN must be encoded");

    // Reading takes a restricted scope, which this token does not have.
    let refused = stand.send(versioned(stand.http.get(comments(&post.id)))).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (403, Some("ACCESS_DENIED")));
    let partner = linkedin::sign_in(&stand, "partner-demo", "openid w_member_social r_member_social").await;
    let list = stand.http.get(comments(&post.id)).bearer_auth(partner.body["access_token"].as_str().unwrap());
    let list = list.header("Linkedin-Version", "202607").header("X-Restli-Protocol-Version", "2.0.0");
    let list = stand.send(list).await;
    assert_eq!(list.body["elements"][0]["message"]["text"], "First & #plain (really)", "{}", list.body);
    let seen = stand.sandbox().comments(Platform::LinkedIn);
    assert_eq!(
        seen.iter().map(|c| (c.post.as_str(), c.text.as_str())).collect::<Vec<_>>(),
        [(post.id.as_str(), "First & #plain (really)")]
    );
    let html = page(&stand, &format!("/linkedin/posts/{}", post.id)).await;
    assert!(html.contains("First &amp; #plain (really)"), "{html}");
    stand.running.shutdown().await;
}

#[tokio::test]
async fn instagram_takes_comments_with_the_permission_for_them() {
    let stand = Stand::start().await;
    let at = "2026-11-02T09:00:00Z".parse().unwrap();
    let post = stand.sandbox().insert_post(Platform::Instagram, "northwind.demo", "A cup", at, &[]).await.unwrap();
    let me = token(&stand, Platform::Instagram, "northwind.demo").await;
    let other = token(&stand, Platform::Instagram, "northwind.lab.demo").await;
    let address = |id: &str| stand.at(Platform::Instagram, &format!("https://graph.instagram.com/v25.0/{id}/comments"));
    let send = async |token: &str, id: &str, message: &str| {
        let request = stand.http.post(address(id)).bearer_auth(token).form(&[("message", message)]);
        stand.send(request).await
    };
    let made = send(&me, &post.id, "#coffee #porto").await;
    assert_eq!(made.status, 200, "{}", made.body);
    for (token, id, message, code) in [
        (&me, post.id.as_str(), "", 100),
        (&me, post.id.as_str(), &"#tag ".repeat(31), 100),
        (&me, post.id.as_str(), &"a".repeat(2201), 100),
        (&me, "1", "x", 100),
        (&other, post.id.as_str(), "x", 100),
    ] {
        let got = send(token, id, message).await;
        assert_eq!(got.body["error"]["code"], code, "{message}");
    }
    let list = stand.http.get(address(&post.id)).query(&[("fields", "id,text,username")]).bearer_auth(&me);
    let list = stand.send(list).await;
    assert_eq!(
        list.body["data"],
        json!([{ "id": made.body["id"], "text": "#coffee #porto", "username": "northwind.demo" }])
    );
    let read = format!("https://graph.instagram.com/v25.0/{}?fields=comments_count", post.id);
    let read = stand.send(stand.http.get(stand.at(Platform::Instagram, &read)).bearer_auth(&me)).await;
    assert_eq!(read.body["comments_count"], 1);

    // A person who did not allow it.
    let authorize = "https://www.instagram.com/oauth/authorize";
    let scopes = "instagram_business_basic,instagram_business_content_publish";
    let params = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", scopes),
        ("state", "s"),
    ];
    let back = stand.consent(Platform::Instagram, authorize, &params, "17841400000000001").await;
    let form = [
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT),
        ("code", back.code()),
    ];
    let got = stand.form(Platform::Instagram, "https://api.instagram.com/oauth/access_token", &form).await;
    let poor = got.body["data"][0]["access_token"].as_str().unwrap();
    assert_eq!(send(poor, &post.id, "x").await.body["error"]["code"], 10);

    let state = stand.send(stand.http.get(stand.own("/_control/state"))).await;
    assert_eq!(state.body["platforms"]["instagram"]["comments"][0]["text"], "#coffee #porto");
    stand.running.shutdown().await;
}
