//! Threads and first comments over REST.

use super::*;

#[tokio::test]
async fn threads_and_first_comments_go_out_in_order() {
    let (t, firm, client) = setup().await;
    let body = json!({ "text": "One", "thread": ["Two", "Three"], "comment": "Below", "accounts": ["x", "linkedin"] });
    let answer = made(&client, NOW, body).await;
    assert_eq!(rows(&answer["posts"]).len(), 1, "{answer}");
    let kinds: Vec<_> =
        rows(&answer["posts"][0]["deliveries"]).iter().map(|d| (id(&d["platform"]), id(&d["kind"]))).collect();
    let of = |platform: &str| kinds.iter().filter(|k| k.0 == platform).map(|k| k.1.as_str()).collect::<Vec<_>>();
    assert_eq!((of("x"), of("linkedin")), (vec!["post", "reply", "reply"], vec!["post", "comment"]));
    let warned: Vec<_> = rows(&answer["warnings"]).iter().map(|w| id(&w["field"])).collect();
    assert!(warned.contains(&"thread".into()) && warned.contains(&"comment".into()), "{answer}");
    for seconds in [0, 5, 10, 20, 60, 120] {
        t.drive_to(seconds).await;
    }
    let texts: Vec<_> = t.sandbox.posts(X).into_iter().map(|p| p.text).collect();
    assert_eq!(texts, ["One", "Two", "Three"]);
    assert_eq!(t.value::<i64>("select count(*) from deliveries where kind = 'comment' and state = 'live'").await, 1);
    // Own parts make posts of their own; what is planned says which part it is.
    let soon = in_minutes(180);
    let body = json!({ "text": "Four", "thread": ["Five"], "at": soon, "posts": [
        { "account": "x" }, { "account": "linkedin", "thread": [], "comment": "Six" } ] });
    let answer = made(&client, CROSS_POST, body).await;
    assert_eq!((rows(&answer["posts"]).len(), &answer["warnings"]), (2, &json!([])), "{answer}");
    let list = client.get(&format!("/api/v1/social/scheduled/{}?status=scheduled", firm.who.company)).await.json();
    let mut planned: Vec<_> = rows(&list["items"]).iter().map(|i| (id(&i["kind"]), id(&i["text"]))).collect();
    planned.sort();
    let expected = [("comment", "Six"), ("post", "Four"), ("post", "Four"), ("reply", "Five")];
    assert_eq!(planned, expected.map(|(kind, text)| (kind.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn what_is_wrong_with_a_part_is_named() {
    let (t, firm, client) = setup().await;
    let long = "x".repeat(281);
    for (path, body, named, words) in [
        (
            NOW,
            json!({ "text": "One", "thread": ["Two", long], "accounts": ["x"] }),
            vec!["thread[1]"],
            "Post 3 of the thread: X allows 280 characters; this is 281. Remove 1.",
        ),
        (
            MULTIPLE,
            json!({ "text": "One", "posts": [{ "account": "linkedin" }, { "account": "x", "thread": ["One"] }] }),
            vec!["posts[1].thread[0]"],
            "Post 2 of the thread: X refuses the same text twice. Change something.",
        ),
        (
            NOW,
            json!({ "text": "One", "comment": "y".repeat(1251), "accounts": ["linkedin"] }),
            vec!["comment"],
            "First comment: ",
        ),
        (
            NOW,
            json!({ "text": "One", "thread": vec!["Two"; 25], "accounts": ["x"] }),
            vec!["thread"],
            "A thread may have at most",
        ),
        (NOW, json!({ "text": "One", "thread": ["Two", ""], "accounts": ["x"] }), vec!["thread[1]"], "leave it out"),
        (NOW, json!({ "text": "One", "thread": "Two", "accounts": ["x"] }), vec!["thread"], "must be a list"),
        (NOW, json!({ "text": "One", "comment": ["Two"], "accounts": ["x"] }), vec!["comment"], "must be a text"),
    ] {
        let answer = client.json(path, &body).await;
        let expected: Vec<String> = named.into_iter().map(str::to_owned).collect();
        assert_eq!((answer.status, fields(&answer)), (422, expected), "{}", answer.body);
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
    }
    assert_eq!(t.value::<i64>(POSTS).await, 0);
    let list = client.get(&format!("/api/v1/social/scheduled/{}?status=all", firm.who.company)).await.json();
    assert_eq!(list["total"], 0);
}
