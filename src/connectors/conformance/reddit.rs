//! What is special to Reddit: subreddits with rules of their own, titles, flairs, pictures and galleries, refusals with 200,
//! sign-in with the password of the keys, and limits that count down. There is no machine-readable description; the bodies
//! here are those of Reddit's own server (github.com/reddit-archive/reddit, 753b1740 of 2017-10-16), as PRAW reads them today
//! (7b697581 of 2026-08-17), and of support.reddithelp.com, "Reddit Data API Wiki"; checked 2026-11-20.

use super::cases::{Case, NEW_ACCESS, NEW_REFRESH, PART, TEXT, grant, keys};
use super::converse::{ANSWER, QUESTION, Talk};
use super::peer::{Peer, Reply, Seen};
use super::support::{call, commit_against, commits, kind, linking, of, prepare, sent};
use crate::connectors::converse::Answered;
use crate::connectors::reddit::{CONNECTOR, Reddit};
use crate::connectors::{AppKeys, Committed, Content, Fault, Grant, ProbeOutcome, SignIn, TestKeys};
use crate::domain::options::{OptionValue, RemoteChoice};
use crate::domain::platform::Platform;
use crate::domain::post::{Format, PartKind};
use chrono::{TimeDelta, Utc};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const PASSWORD: &str = "password-4711-secret";
const TITLE: &str = "A new roast";
const FLAIR: &str = "6ee3a5c0-0000-11ee-8000-000000000001";
const STORE: &str = "reddit-uploaded-media.s3-accelerate.amazonaws.com";

pub fn case() -> Case {
    Case {
        platform: Platform::Reddit,
        account: "1nw",
        handle: "northwind",
        typed: &[],
        well,
        commits: |s| ["/api/submit", "/api/submit_gallery_post.json", "/api/comment"].contains(&s.path.as_str()),
        live_id: "t3_1fresh",
        preparing: 4,
        rotates: false,
        refused_refresh: || Reply::json(400, json!({ "message": "Bad Request", "error": 400 })),
        revokes: true,
        media_type: "image/jpeg",
        options: &[("subreddit", "coffee"), ("title", TITLE)],
        part_id: "t1_kbeans",
        part_sent: |_, seen| {
            let form = |name: &str| seen.form(name).unwrap_or_default();
            assert_eq!((seen.host.as_str(), seen.path.as_str()), ("oauth.reddit.com", "/api/comment"));
            assert_eq!((form("api_type"), form("thing_id")), ("json".into(), "t3_1fresh".into()));
            assert_eq!(form("text"), PART);
        },
    }
}

fn listing(children: Value) -> Value {
    json!({ "kind": "Listing", "data": { "children": children, "after": null } })
}

fn post(title: &str, text: &str) -> Value {
    json!({ "kind": "t3", "data": { "id": "1fresh", "name": "t3_1fresh", "author": "northwind", "subreddit": "Coffee",
        "title": title, "selftext": text, "permalink": "/r/coffee/comments/1fresh/a_new_roast/",
        "created_utc": Utc::now().timestamp() as f64 } })
}

fn comment() -> Value {
    json!({ "kind": "t1", "data": { "id": "kbeans", "name": "t1_kbeans", "author": "northwind", "body": PART,
        "permalink": "/r/coffee/comments/1fresh/comment/kbeans/", "created_utc": Utc::now().timestamp() as f64 } })
}

fn done(data: Value) -> Reply {
    Reply::json(200, json!({ "json": { "errors": [], "data": data } }))
}

fn refused(code: &str, words: &str, field: &str) -> Value {
    json!({ "json": { "errors": [[code, words, field]] } })
}

fn well(seen: &Seen) -> Reply {
    match (seen.method.as_str(), seen.host.as_str(), seen.path.as_str()) {
        ("POST", "www.reddit.com", "/api/v1/access_token") => {
            let mut body = json!({ "access_token": NEW_ACCESS, "token_type": "bearer", "expires_in": 86_400,
                "scope": "identity read submit history edit flair mysubreddits" });
            match seen.form("grant_type").as_deref() {
                Some("authorization_code") => body["refresh_token"] = NEW_REFRESH.into(),
                Some("password") => body["scope"] = "*".into(),
                _ => {}
            }
            Reply::json(200, body)
        }
        ("POST", "www.reddit.com", "/api/v1/revoke_token") => Reply::text(204, ""),
        ("POST", STORE, "/") => Reply::text(201, "<PostResponse><Location>x</Location></PostResponse>"),
        ("GET", _, "/api/v1/me") => Reply::json(
            200,
            json!({ "id": "1nw", "name": "northwind", "icon_img": "https://styles.redditmedia.com/a.png?s=1",
                "subreddit": { "title": "Northwind Roasters" } }),
        ),
        ("GET", _, "/subreddits/mine/subscriber") => {
            let place = |name: &str, kind: &str| json!({ "kind": "t5", "data": { "display_name": name, "subreddit_type": kind } });
            let banned = json!({ "kind": "t5", "data": { "display_name": "NoNorthwind", "user_is_banned": true } });
            match seen.query("after") {
                None => {
                    let children = json!([place("coffee", "public"), banned]);
                    let data = json!({ "children": children, "after": "t5_2" });
                    Reply::json(200, json!({ "kind": "Listing", "data": data }))
                }
                Some(_) => Reply::json(200, listing(json!([place("roasters", "private")]))),
            }
        }
        ("GET", _, "/r/coffee/about") => Reply::json(
            200,
            json!({ "kind": "t5", "data": { "display_name": "coffee", "submission_type": "any", "allow_images": true,
                "allow_galleries": true } }),
        ),
        ("GET", _, "/api/v1/coffee/post_requirements") => {
            Reply::json(200, json!({ "is_flair_required": false, "title_required_strings": null }))
        }
        ("GET", _, "/r/coffee/api/link_flair_v2") => Reply::json(
            200,
            json!([{ "id": FLAIR, "text": "Roast", "mod_only": false }, { "id": "2", "text": "Mods", "mod_only": true },
                { "id": "3", "text": "" }]),
        ),
        ("GET", _, "/user/northwind/submitted") => Reply::json(200, listing(json!([post(TITLE, TEXT)]))),
        ("GET", _, "/comments/1fresh") => {
            let more = json!({ "kind": "more", "data": { "count": 3, "children": [] } });
            Reply::json(200, json!([listing(json!([post(TITLE, TEXT)])), listing(json!([comment(), more]))]))
        }
        ("POST", _, "/api/media/asset.json") => Reply::json(
            200,
            json!({ "args": { "action": format!("//{STORE}"), "fields": [{ "name": "key", "value": "rte_images/1" },
                { "name": "policy", "value": "p" }] }, "asset": { "asset_id": "asset1" } }),
        ),
        ("POST", _, "/api/submit") if seen.form("kind").as_deref() == Some("image") => done(
            json!({ "user_submitted_page": "https://www.reddit.com/user/northwind/submitted/", "websocket_url": "wss://x" }),
        ),
        ("POST", _, "/api/submit" | "/api/submit_gallery_post.json") => {
            done(json!({ "id": "1fresh", "name": "t3_1fresh",
                "url": "https://www.reddit.com/r/coffee/comments/1fresh/a_new_roast/" }))
        }
        ("POST", _, "/api/comment") => done(json!({ "things": [comment()] })),
        ("POST", _, "/api/del") => Reply::json(200, json!({})),
        _ => Reply::json(404, json!({ "message": "Not Found", "error": 404 })),
    }
}

fn with(mut content: Content, id: &str, value: &str) -> Content {
    content.options.set(id, OptionValue::Text(value.to_owned()));
    content
}

fn form(seen: &Seen) -> Vec<(String, String)> {
    let mut all: Vec<_> = url::form_urlencoded::parse(&seen.body).into_owned().collect();
    all.sort();
    all
}

#[tokio::test]
async fn words_and_links_are_sent_with_what_was_chosen() {
    let mut content = with(case().content(0), "flair", FLAIR);
    for option in ["nsfw", "mute_replies"] {
        content.options.set(option, OptionValue::YesNo(true));
    }
    let expected = |more: &[(&str, &str)]| {
        let always = [
            ("api_type", "json"),
            ("spoiler", "false"),
            ("sr", "coffee"),
            ("title", TITLE),
            ("validate_on_submit", "true"),
        ];
        let mut all: Vec<_> = always.iter().chain(more).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        all.sort();
        all
    };
    let own = [("flair_id", FLAIR), ("nsfw", "true"), ("sendreplies", "false"), ("text", TEXT)];
    let seen = sent(Platform::Reddit, &content).await;
    assert_eq!(form(&seen), expected(&[&own[..], &[("kind", "self")]].concat()));
    assert_eq!(seen.query("raw_json").as_deref(), Some("1"));
    assert_eq!(
        seen.header("user-agent"),
        format!("web:client-id:v{} LUX-Marketing (by /u/northwind)", env!("CARGO_PKG_VERSION"))
    );

    let link = "https://northwind.example/roast";
    let seen = sent(Platform::Reddit, &linking(content.clone(), link)).await;
    let of_link = [("kind", "link"), ("url", link), ("resubmit", "false")];
    assert_eq!(form(&seen), expected(&[&own[..], &of_link].concat()));
    // A text post has words only, whatever else there is.
    let mut words = linking(content.clone(), link);
    words.format = Format::SelfPost;
    assert_eq!(sent(Platform::Reddit, &words).await.form("kind").as_deref(), Some("self"));
    content.format = Format::Link;
    let (publish, case) = of(Platform::Reddit);
    let peer = Peer::start(well).await;
    let Err(Fault::InvalidContent { problems, .. }) = prepare(publish, &case, &peer.wire(), &content, None).await
    else {
        panic!("a link without a link")
    };
    assert_eq!((problems[0].field.as_str(), peer.seen().len()), ("link", 0));
}

#[tokio::test]
async fn pictures_go_to_the_store_and_several_are_a_gallery() {
    let (publish, case) = of(Platform::Reddit);
    let peer = Peer::start(well).await;
    let (wire, content) = (peer.wire(), with(case.content(2), "flair", FLAIR));
    let (_, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    publish.commit(&call!(case, &wire), &content, &ready).await.unwrap();
    let seen = peer.seen();
    let upload = seen.iter().find(|s| s.host == STORE).unwrap();
    assert_eq!(upload.header("authorization"), "", "the store gets no token");
    let text = upload.text();
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(
        at("name=\"key\"") < at("name=\"file\"") && at("name=\"policy\"") < at("name=\"file\""),
        "the file is last"
    );
    let lease = seen.iter().find(|s| s.path == "/api/media/asset.json").unwrap();
    assert_eq!(
        (lease.form("filepath"), lease.form("mimetype")),
        (Some("picture.jpeg".into()), Some("image/jpeg".into()))
    );
    let item = json!({ "caption": "", "outbound_url": "", "media_id": "asset1" });
    assert_eq!(
        seen.last().unwrap().json(),
        json!({ "api_type": "json", "sr": "coffee", "title": TITLE, "text": TEXT, "nsfw": false, "spoiler": false,
            "sendreplies": true, "show_error_list": true, "validate_on_submit": true, "flair_id": FLAIR, "items": [item, item] })
    );
}

#[tokio::test]
async fn one_picture_is_a_post_that_appears_later() {
    let (publish, case) = of(Platform::Reddit);
    let peer = Peer::start(well).await;
    let (wire, content) = (peer.wire(), case.content(1));
    let (_, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
    let Committed::Processing { checkpoint, .. } = publish.commit(&call!(case, &wire), &content, &ready).await.unwrap()
    else {
        panic!("it has no id yet")
    };
    let seen = peer.seen().pop().unwrap();
    assert_eq!(seen.form("url"), Some(format!("https://{STORE}/rte_images/1")));
    let found = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await.unwrap();
    let ProbeOutcome::Live(post) = found else { panic!("{found:?}") };
    assert_eq!(post.url.as_deref(), Some("https://www.reddit.com/r/coffee/comments/1fresh/a_new_roast/"));
    // It is waited for; one that Reddit took and never shows is for a person to look at, one whose fate is unknown is absent.
    let other = with(content, "title", "Another one");
    let (now, before) = (Utc::now(), Utc::now() - TimeDelta::minutes(20));
    let mut old = checkpoint.clone();
    old["taken"] = json!(before);
    for (checkpoint, since, expected) in [
        (&checkpoint, now, "processing"),
        (&ready, now, "processing"),
        (&old, before, "cannot tell"),
        (&ready, before, "absent"),
    ] {
        let got = publish.probe(&call!(case, &wire), &other, checkpoint, since).await.unwrap();
        assert_eq!(outcome(&got), expected);
    }
}

fn outcome(got: &ProbeOutcome) -> &'static str {
    match got {
        ProbeOutcome::Live(_) => "live",
        ProbeOutcome::Processing { .. } => "processing",
        ProbeOutcome::Absent => "absent",
        ProbeOutcome::CannotTell(_) => "cannot tell",
        ProbeOutcome::Refused(_) => "refused",
    }
}

#[tokio::test]
async fn a_post_with_the_same_title_and_other_words_is_for_a_person_to_look_at() {
    let (publish, case) = of(Platform::Reddit);
    let mut elsewhere = post(TITLE, TEXT);
    elsewhere["data"]["subreddit"] = "tea".into();
    for (listed, expected) in [
        (vec![post(TITLE, "Other words")], "cannot tell"),
        (vec![post(TITLE, "Other words"), post(TITLE, TEXT)], "live"),
        (vec![post("A  new\nroast ", "")], "live"),
        (vec![elsewhere], "absent"),
    ] {
        let body = listing(json!(listed));
        let answers = move |seen: &Seen| {
            if seen.path == "/user/northwind/submitted" { Reply::json(200, body.clone()) } else { well(seen) }
        };
        let peer = Peer::start(answers).await;
        let (wire, content) = (peer.wire(), case.content(0));
        let (_, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        let got = publish.probe(&call!(case, &wire), &content, &ready, Utc::now()).await.unwrap();
        assert_eq!(outcome(&got), expected);
    }
}

#[tokio::test]
async fn subreddits_and_their_flairs_are_listed() {
    let case = case();
    let peer = Peer::start(well).await;
    let wire = peer.wire();
    let choices = CONNECTOR.choices.unwrap();
    let named = |rows: &[(&str, &str)]| -> Vec<RemoteChoice> {
        rows.iter().map(|(id, label)| RemoteChoice { id: (*id).into(), label: (*label).into() }).collect()
    };
    let own = ("u_northwind", "u/northwind (own profile)");
    assert_eq!(
        choices.choices(&call!(case, &wire), "subreddits", "").await.unwrap(),
        named(&[own, ("coffee", "r/coffee"), ("roasters", "r/roasters (private)")])
    );
    assert_eq!(choices.choices(&call!(case, &wire), "flairs", "coffee").await.unwrap(), named(&[(FLAIR, "Roast")]));
    let none = choices.choices(&call!(case, &wire), "flairs", "u_northwind").await.unwrap();
    assert_eq!(none, [], "where it may not look there are none");
    assert_eq!(kind(&choices.choices(&call!(case, &wire), "boards", "").await), "unsupported");
}

#[tokio::test]
async fn a_subreddit_says_what_it_wants_before_anything_is_sent() {
    let (publish, case) = of(Platform::Reddit);
    let rules = json!({ "is_flair_required": true, "title_text_min_length": 50, "guidelines_text": "Be kind." });
    let private = json!({ "message": "Forbidden", "error": 403, "reason": "private" });
    let self_only = json!({ "kind": "t5", "data": { "submission_type": "self" } });
    let banned = json!({ "kind": "t5", "data": { "user_is_banned": true } });
    let none = json!({ "message": "Not Found", "error": 404 });
    for (path, status, body, fields, words) in [
        (
            "/api/v1/coffee/post_requirements",
            200,
            rules,
            &["options.title", "options.flair"][..],
            "r/coffee asks: Be kind.",
        ),
        ("/r/coffee/about", 403, private, &["options.subreddit"], "private"),
        ("/r/coffee/about", 404, none.clone(), &["options.subreddit"], "no such subreddit"),
        ("/r/coffee/about", 302, none, &["options.subreddit"], "no such subreddit"),
        ("/r/coffee/about", 200, self_only, &["format"], "r/coffee takes text posts only"),
        ("/r/coffee/about", 200, banned, &["options.subreddit"], "banned"),
    ] {
        let answers = move |seen: &Seen| if seen.path == path { Reply::json(status, body.clone()) } else { well(seen) };
        let peer = Peer::start(answers).await;
        let got = prepare(publish, &case, &peer.wire(), &case.content(1), None).await;
        let Err(Fault::InvalidContent { problems, .. }) = got else { panic!("{path} {status}: {got:?}") };
        assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), fields, "{problems:?}");
        assert!(problems.iter().any(|p| p.message.contains(words)), "{problems:?}");
        assert_eq!(peer.changes(), 0, "nothing was sent");
    }
    // A profile has no rules; a name that can be none is not asked for.
    let peer = Peer::start(well).await;
    prepare(publish, &case, &peer.wire(), &with(case.content(0), "subreddit", "u_northwind"), None).await.unwrap();
    let bad = prepare(publish, &case, &peer.wire(), &with(case.content(0), "subreddit", "../api"), None).await;
    assert_eq!((kind(&bad), peer.seen().len()), ("invalid_content", 0));
}

#[tokio::test]
async fn refusals_are_sorted_by_code_and_status() {
    let rows = |rows: &[(&str, &str, &'static str)]| -> Vec<(u16, Value, &'static str)> {
        rows.iter().map(|(code, field, kind)| (200, refused(code, "no", field), *kind)).collect()
    };
    commits(
        Platform::Reddit,
        rows(&[
            ("SUBREDDIT_NOEXIST", "sr", "invalid_content"),
            ("SUBREDDIT_NOTALLOWED", "sr", "invalid_content"),
            ("TOO_LONG", "title", "invalid_content"),
            ("SUBMIT_VALIDATION_FLAIR_REQUIRED", "flair", "invalid_content"),
            ("SOMETHING_NEW", "", "invalid_content"),
            ("ALREADY_SUB", "url", "duplicate"),
            ("RATELIMIT", "ratelimit", "rate_limited"),
            ("USER_REQUIRED", "", "auth_expired"),
            ("IN_TIMEOUT", "", "disconnected"),
            ("VERIFIED_USER_REQUIRED", "", "permanent"),
        ]),
    )
    .await;
    commits(
        Platform::Reddit,
        vec![
            (400, json!({ "message": "Bad Request", "error": 400 }), "invalid_content"),
            (403, json!({ "message": "Forbidden", "error": 403, "reason": "private" }), "invalid_content"),
            (403, json!({ "message": "Forbidden", "error": 403 }), "permission_missing"),
            (404, json!({ "message": "Not Found", "error": 404 }), "invalid_content"),
            (200, json!({ "json": { "errors": null, "data": {} } }), "unknown_outcome"),
            (200, json!({ "json": { "errors": [] } }), "unknown_outcome"),
        ],
    )
    .await;
    let (publish, case) = of(Platform::Reddit);
    let blocked = Reply::text(403, " <html>blocked by network security</html>");
    assert_eq!(kind(&commit_against(publish, &case, blocked).await), "permanent");
    let body = json!({ "json": { "ratelimit": 540.4, "errors": [["RATELIMIT", "Take a break for 9 minutes.", "ratelimit"]] } });
    for (body, least) in [(body, 540), (refused("RATELIMIT", "try again in 3 minutes", "ratelimit"), 240)] {
        let Err(Fault::RateLimited { until, .. }) = commit_against(publish, &case, Reply::json(200, body)).await else {
            panic!("a limit")
        };
        assert!((least - 2..least + 60).contains(&(until - Utc::now()).num_seconds()), "{until}");
    }
}

fn said(id: &str, author: &str, text: &str, parent: &str, below: Vec<Value>) -> Value {
    let replies = if below.is_empty() { json!("") } else { listing(json!(below)) };
    json!({ "kind": "t1", "data": { "id": id, "name": format!("t1_{id}"), "author": author, "body": text, "parent_id": parent,
        "permalink": format!("/r/coffee/comments/1fresh/comment/{id}/"), "created_utc": Utc::now().timestamp() as f64,
        "replies": replies } })
}

pub fn talk() -> Talk {
    fn well_said(seen: &Seen) -> Reply {
        match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", "/comments/1fresh") => {
                let answer = said("kours", "Northwind", ANSWER, "t1_kada", vec![]);
                let below = listing(json!([said("kada", "Ada", QUESTION, "t3_1fresh", vec![answer])]));
                Reply::json(200, json!([listing(json!([post(TITLE, TEXT)])), below]))
            }
            ("POST", "/api/comment") => {
                let of = |name: &str| seen.form(name).unwrap_or_default();
                assert_eq!((of("api_type"), of("thing_id")), ("json".into(), "t1_kada".into()));
                done(json!({ "things": [said("kours", "northwind", ANSWER, "t1_kada", vec![])] }))
            }
            ("POST", "/api/del") => Reply::json(200, json!({})),
            _ => well(seen),
        }
    }
    Talk {
        platform: Platform::Reddit,
        well: well_said,
        comment: "t1_kada",
        answer: "t1_kours",
        replies: |seen| seen.path == "/api/comment",
        hid: |_| unreachable!("only moderators hide"),
        removed: |seen| {
            assert_eq!((seen.path.as_str(), seen.form("id").as_deref()), ("/api/del", Some("t1_kours")));
        },
    }
}

#[tokio::test]
async fn a_tree_of_comments_is_read_as_far_as_it_goes() {
    let (converse, case) = (CONNECTOR.converse.unwrap(), case());
    let more =
        |parent: &str| json!({ "kind": "more", "data": { "count": 3, "parent_id": parent, "children": ["k1"] } });
    let gone =
        said("kgone", "[deleted]", "[removed]", "t3_1fresh", vec![said("kc", "Cleo", "Why?", "t1_kgone", vec![])]);
    let bob = said("kbob", "Bob", "Mine too", "t1_kada", vec![more("t1_kbob")]);
    let tree = json!([
        listing(json!([post(TITLE, TEXT)])),
        listing(json!([said("kada", "Ada", QUESTION, "t3_1fresh", vec![bob]), gone]))
    ]);
    let peer = Peer::start(move |_| Reply::json(200, tree.clone())).await;
    let wire = peer.wire();
    let page = converse.comments(&call!(case, &wire), &case.parent(), None).await.unwrap();
    let mut seen: Vec<_> = page.comments.iter().map(|c| (c.author.as_str(), c.parent.as_deref())).collect();
    seen.sort_unstable();
    assert_eq!(seen, [("Ada", None), ("Bob", Some("t1_kada")), ("Cleo", Some("t1_kgone"))]);
    assert!(!page.whole && page.next.is_none() && page.comments.iter().all(|c| c.url.is_some()));
    // Some answers to Bob were left out, so ours may be among them; of Ada's all are there.
    let to = |comment: &str, parent: Option<&str>| Answered {
        comment: comment.into(),
        parent: parent.map(str::to_owned),
        post: case.parent(),
    };
    let find =
        async |to: &Answered| converse.find_reply(&call!(case, &wire), to, ANSWER, &Value::Null, Utc::now()).await;
    assert!(matches!(find(&to("t1_kbob", Some("t1_kada"))).await, Ok(ProbeOutcome::CannotTell(_))));
    assert!(matches!(find(&to("t1_kada", None)).await, Ok(ProbeOutcome::Absent)));
    assert_eq!(peer.seen().last().unwrap().query("comment").as_deref(), Some("kada"));
    // An answer to an answer stands right below it, and what Reddit refuses is said in its words.
    for (reply, expected) in [
        (Reply::json(200, refused("DELETED_COMMENT", "that comment has been deleted", "parent")), "permanent"),
        (Reply::json(200, refused("THREAD_LOCKED", "Comments are locked.", "parent")), "permanent"),
        (Reply::json(403, json!({ "message": "Forbidden", "error": 403 })), "permanent"),
        (Reply::json(403, json!({})).with("www-authenticate", "Bearer error=\"insufficient_scope\""), "not_allowed"),
    ] {
        let peer = Peer::start(move |_| reply.clone()).await;
        let got =
            converse.reply(&call!(case, &peer.wire()), &to("t1_kbob", Some("t1_kada")), ANSWER, &Value::Null).await;
        assert_eq!((kind(&got), peer.seen()[0].form("thing_id").as_deref()), (expected, Some("t1_kbob")));
    }
}

#[tokio::test]
async fn a_comment_cannot_be_written_everywhere() {
    let (publish, case) = of(Platform::Reddit);
    for (reply, expected) in [
        (Reply::json(200, refused("THREAD_LOCKED", "Comments are locked.", "parent")), "permanent"),
        (Reply::json(200, refused("TOO_LONG", "this is too long", "text")), "invalid_content"),
        (Reply::json(403, json!({ "message": "Forbidden", "error": 403 })), "permanent"),
    ] {
        let peer = super::support::peer_failing_at_commit(&case, reply).await;
        let (wire, content) = (peer.wire(), case.part(PartKind::Comment));
        let (_, ready) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        assert_eq!(kind(&publish.commit(&call!(case, &wire), &content, &ready).await), expected);
    }
}

#[tokio::test]
async fn a_picture_may_be_too_large_late_or_meant_for_strangers() {
    let (publish, case) = of(Platform::Reddit);
    let large = "<Error><Code>EntityTooLarge</Code><MaxSizeAllowed>20971520</MaxSizeAllowed></Error>";
    let foreign = json!({ "args": { "action": "//amazonaws.com.evil.example", "fields": [{ "name": "key", "value": "1" }] },
        "asset": { "asset_id": "1" } });
    for (path, reply, expected) in [
        ("/", Reply::text(400, large), "invalid_content"),
        ("/", Reply::text(403, "<Error/>"), "preparation_lost"),
        ("/", Reply::text(503, ""), "transient"),
        ("/api/media/asset.json", Reply::json(200, foreign), "permanent"),
    ] {
        let answers = move |seen: &Seen| if seen.path == path { reply.clone() } else { well(seen) };
        let peer = Peer::start(answers).await;
        let got = prepare(publish, &case, &peer.wire(), &case.content(1), None).await;
        assert_eq!(kind(&got), expected, "{path}");
        assert!(
            path != "/" || expected != "invalid_content" || format!("{got:?}").contains("20 MB at most"),
            "{got:?}"
        );
    }
}

#[tokio::test]
async fn a_post_is_taken_back() {
    let (publish, case) = of(Platform::Reddit);
    let peer = Peer::start(well).await;
    publish.delete(&call!(case, &peer.wire()), &case.parent()).await.unwrap();
    let seen = peer.seen().pop().unwrap();
    assert_eq!((seen.path.as_str(), seen.form("id").as_deref()), ("/api/del", Some("t3_1fresh")));
    let peer = Peer::start(|_| Reply::text(503, "")).await;
    assert_eq!(kind(&publish.delete(&call!(case, &peer.wire()), &case.parent()).await), "transient");
}

/// The keys of an app of the type "script".
fn script() -> AppKeys {
    let mut keys = keys();
    keys.0.extend([("username", "Northwind"), ("password", PASSWORD)].map(|(k, v)| (k.to_owned(), v.into())));
    keys
}

#[tokio::test]
async fn keys_with_a_password_are_access_by_themselves() {
    let peer = Peer::start(well).await;
    let wire = peer.wire();
    assert!(Reddit.open_by_keys(&wire, &keys()).await.is_none(), "keys without one ask for a consent");
    let got = Reddit.open_by_keys(&wire, &script()).await.unwrap().unwrap();
    assert_eq!((got.access.expose_secret(), got.refresh.is_none()), (NEW_ACCESS, true));
    assert_eq!(got.scopes, CONNECTOR.sign_in.unwrap().method().flow().unwrap().scopes, "`*` is all of them");
    let asked = peer.seen().pop().unwrap();
    assert!(
        asked.header("authorization").starts_with("Basic ") && asked.header("user-agent").starts_with("web:client-id:")
    );
    let form = ["grant_type", "username", "password"].map(|name| asked.form(name).unwrap_or_default());
    assert_eq!(form, ["password", "Northwind", PASSWORD]);

    // It is renewed with the password of the same user, and of nobody else.
    let old = Grant { refresh: None, ..grant() };
    let mine = json!({ "name": "northwind" });
    assert!(Reddit.refresh(&wire, &script(), &old, &mine).await.is_ok());
    for (keys, facts) in [(keys(), &mine), (script(), &json!({ "name": "somebody_else" })), (script(), &Value::Null)] {
        assert_eq!(kind(&Reddit.refresh(&wire, &keys, &old, facts).await), "auth_expired");
    }
    assert!(!format!("{:?}", wire.journal().all()).contains("secret"));

    // "Test" asks with the password.
    assert_eq!(Reddit.test(&wire, &script()).await.unwrap(), "Reddit accepted the keys and the password.");
    let wrong = Peer::start(|_| Reply::json(200, json!({ "error": "invalid_grant" }))).await;
    assert_eq!(kind(&Reddit.test(&wrong.wire(), &script()).await), "auth_expired");
    assert!(Reddit.test(&wrong.wire(), &keys()).await.is_ok(), "the made-up code was refused, not the keys");
}

#[tokio::test]
async fn a_suspended_account_is_not_connected() {
    let peer = Peer::start(|_| Reply::json(200, json!({ "id": "1", "name": "x", "is_suspended": true }))).await;
    assert_eq!(kind(&Reddit.accounts(&peer.wire(), &keys(), &grant()).await), "disconnected");
}
