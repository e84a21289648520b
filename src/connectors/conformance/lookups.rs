//! Looking up what a person says is the post: a post of the account is told with its text and time, another account's and
//! one that does not exist are refused, and where the platform cannot be asked that is said.

use super::cases::{grant, keys};
use super::peer::{Peer, Reply, Seen};
use super::support::{call, everyone_who_publishes, kind, of};
use crate::connectors::{Call, Lookup};
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const DID: &str = "did:plc:northwind";

/// An address, what the platform answers to it, and what that means: `found`, `missing`, `not ours`, `unavailable`.
type Row = (&'static str, u16, Value, &'static str);

fn rows(platform: Platform) -> Vec<Row> {
    const AT: &str = "2026-11-28T12:03:00.000Z";
    match platform {
        Platform::X => {
            let address = "https://x.com/northwind/status/18";
            let by =
                |author: &str| json!({"data": {"id": "18", "author_id": author, "text": "Beans", "created_at": AT}});
            let none = json!({"errors": [{"title": "Not Found Error", "type": "https://api.x.com/2/problems/resource-not-found"}]});
            vec![
                (address, 200, by("2244994945"), "found"),
                ("https://x.com/i/status/18", 200, by("2244994945"), "found"),
                (address, 200, by("1"), "not ours"),
                (address, 200, none, "missing"),
            ]
        }
        Platform::LinkedIn => {
            let address = "https://www.linkedin.com/feed/update/urn:li:share:7";
            let by = |author: &str| json!({"id": "urn:li:share:7", "author": author, "commentary": "Beans", "publishedAt": 1_795_867_380_000_i64});
            vec![
                (address, 200, by("urn:li:person:abc123"), "found"),
                (address, 200, by("urn:li:person:other"), "not ours"),
                (address, 404, json!({"status": 404, "code": "NOT_FOUND", "message": "Not found"}), "missing"),
                ("https://www.linkedin.com/posts/northwind_beans-activity-7-aB", 200, json!({}), "unavailable"),
            ]
        }
        Platform::Instagram => {
            let address = "https://www.instagram.com/p/Ab_1/?img_index=1";
            let post = |code: &str| {
                json!({"id": code, "caption": "Beans", "permalink": format!("https://www.instagram.com/p/{code}/"),
                    "timestamp": "2026-11-28T12:03:00+0000"})
            };
            // The listing is the account's own: what is not in it is another's, or nobody's, or older.
            let all = |posts: Vec<Value>| json!({ "data": posts });
            vec![
                (address, 200, all(vec![post("Zz"), post("Ab_1")]), "found"),
                (address, 200, all(vec![post("Zz")]), "missing"),
                (address, 200, all(vec![post("Zz"); 25]), "unavailable"),
            ]
        }
        Platform::Facebook => {
            let address = "https://www.facebook.com/61550000000001/posts/122";
            let by = |page: &str| json!({"id": "61550000000001_122", "message": "Beans", "from": {"id": page}, "created_time": "2026-11-28T12:03:00+0000"});
            let none = json!({"error": {"message": "Unsupported get request.", "code": 100, "error_subcode": 33}});
            let post = |code: &str| {
                json!({"id": "61550000000001_122", "message": "Beans", "created_time": "2026-11-28T12:03:00+0000",
                    "permalink_url": format!("https://www.facebook.com/northwind/posts/{code}")})
            };
            let all = |posts: Vec<Value>| json!({ "data": posts });
            // An address of today's form names no id: the listing is looked through.
            let listed = "https://www.facebook.com/northwind/posts/pfbid0abc";
            let more = json!({"data": [post("pfbid0zz")], "paging": {"next": "https://graph.facebook.com/next"}});
            vec![
                (address, 200, by("61550000000001"), "found"),
                ("https://www.facebook.com/reel/122", 200, by("61550000000001"), "found"),
                (address, 200, by("1"), "not ours"),
                (address, 400, none, "missing"),
                (address, 200, json!({"id": "61550000000001_122"}), "unavailable"),
                (listed, 200, all(vec![post("pfbid0zz"), post("pfbid0abc")]), "found"),
                (listed, 200, all(vec![post("pfbid0zz")]), "missing"),
                (listed, 200, more, "unavailable"),
            ]
        }
        Platform::Bluesky => {
            let uri = format!("at://{DID}/app.bsky.feed.post/3abc");
            let record = json!({"uri": uri, "cid": "bafyrei", "value": {"text": "Beans", "createdAt": AT}});
            let none = json!({"error": "RecordNotFound", "message": "Could not locate record"});
            vec![
                ("https://bsky.app/profile/northwind.bsky.social/post/3abc", 200, record.clone(), "found"),
                ("https://bsky.app/profile/did:plc:other/post/3abc", 200, record, "not ours"),
                ("https://bsky.app/profile/northwind.bsky.social/post/3abc", 400, none, "missing"),
            ]
        }
        Platform::Pinterest => {
            let address = "https://www.pinterest.com/pin/813744226420795884/";
            let pin = |facts: Value| {
                let mut pin = json!({"id": "813744226420795884", "description": "Beans", "created_at": AT});
                pin.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
                pin
            };
            let owner = |name: &str| json!({"board_owner": {"username": name}});
            vec![
                (address, 200, pin(json!({"is_owner": true})), "found"),
                (address, 200, pin(owner("northwind")), "found"),
                (address, 200, pin(owner("other")), "not ours"),
                (address, 200, pin(json!({"is_owner": false})), "not ours"),
                (address, 404, json!({"code": 50, "message": "Pin not found."}), "missing"),
            ]
        }
        Platform::YouTube => {
            let address = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
            let by = |channel: &str| {
                let snippet = json!({"channelId": channel, "title": "A", "description": "Beans", "publishedAt": AT});
                json!({"items": [{"id": "dQw4w9WgXcQ", "snippet": snippet}]})
            };
            vec![
                (address, 200, by("UCnorthwind0000000000001"), "found"),
                ("https://youtu.be/dQw4w9WgXcQ", 200, by("UCnorthwind0000000000001"), "found"),
                (address, 200, by("UCother000000000000000001"), "not ours"),
                (address, 200, json!({"items": []}), "missing"),
            ]
        }
        Platform::TikTok => {
            let address = "https://www.tiktok.com/@northwind/video/7400000000000000001";
            // The account's own posts only.
            let all = |videos: Value| json!({"data": {"videos": videos}, "error": {"code": "ok"}});
            let post = json!({"id": "7400000000000000001", "video_description": "Beans", "create_time": 1_795_867_380});
            vec![
                (address, 200, all(json!([post])), "found"),
                ("https://www.tiktok.com/@other/video/7400000000000000001", 200, all(json!([])), "not ours"),
                // Of the account, and not for everybody; or there is none.
                (address, 200, all(json!([])), "unavailable"),
            ]
        }
        Platform::Reddit => {
            let address = "https://www.reddit.com/r/coffee/comments/1fresh/beans/";
            let all = |posts: Vec<Value>| json!({ "kind": "Listing", "data": { "children": posts, "after": null } });
            let by = |author: &str, text: &str| {
                let data = json!({"name": "t3_1fresh", "author": author, "title": "Beans", "selftext": text,
                    "created_utc": 1_795_867_380.0});
                all(vec![json!({ "kind": "t3", "data": data })])
            };
            vec![
                (address, 200, by("Northwind", ""), "found"),
                ("https://redd.it/1fresh", 200, by("northwind", "Beans"), "found"),
                (address, 200, by("somebody", ""), "not ours"),
                (address, 200, by("[deleted]", ""), "missing"),
                (address, 200, all(vec![]), "missing"),
            ]
        }
        other => panic!("{other} publishes, and what its lookup makes of answers is not tested"),
    }
}

#[tokio::test]
async fn a_lookup_tells_ours_from_anothers_and_from_nothing() {
    for (publish, case) in everyone_who_publishes() {
        let name = case.platform;
        for (address, status, body, expected) in rows(name) {
            let peer = Peer::start(move |_| Reply::json(status, body.clone())).await;
            let got = publish.look_up(&call!(case, &peer.wire()), address).await;
            let got = got.unwrap_or_else(|fault| panic!("{name} {address}: {fault:?}"));
            assert!(peer.seen().iter().all(Seen::only_reads), "{name}: a lookup only reads");
            match (expected, got) {
                ("found", Lookup::Found(post)) => {
                    assert_eq!(post.text, "Beans", "{name}");
                    let at: DateTime<Utc> = "2026-11-28T12:03:00Z".parse().unwrap();
                    assert_eq!(post.at, Some(at), "{name}");
                    assert!(!post.id.is_empty(), "{name}");
                }
                ("missing", Lookup::Missing) | ("not ours", Lookup::NotOurs) => {}
                ("unavailable", Lookup::Unavailable(why)) => {
                    assert!(why.contains(name.name()) && !why.ends_with('.'), "{name}: the end of a sentence: {why}");
                }
                (_, other) => panic!("{name} {address}: {expected}, and not {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_platform_that_does_not_answer_says_nothing_of_the_post() {
    for (publish, case) in everyone_who_publishes() {
        let (address, ..) = rows(case.platform).remove(0);
        for (reply, expected) in
            [(Reply::text(503, ""), "transient"), (Reply::Reset, "transient"), (Reply::text(429, ""), "rate_limited")]
        {
            let peer = Peer::start(move |_| reply.clone()).await;
            let got = publish.look_up(&call!(case, &peer.wire()), address).await;
            assert_eq!(kind(&got), expected, "{}", case.platform);
        }
    }
}

#[tokio::test]
async fn linkedin_is_not_asked_without_the_permission_to_read() {
    let (publish, case) = of(Platform::LinkedIn);
    let peer = Peer::start(|_| Reply::text(500, "")).await;
    let (wire, keys, mut poor) = (peer.wire(), keys(), grant());
    poor.scopes.retain(|scope| !scope.starts_with("r_member_social"));
    let facts = Value::Null;
    let call =
        Call { wire: &wire, keys: &keys, grant: &poor, account: case.account, handle: case.handle, facts: &facts };
    let got = publish.look_up(&call, "https://www.linkedin.com/feed/update/urn:li:share:7").await;
    assert_eq!(got.unwrap(), Lookup::Unavailable("LinkedIn does not let this app look at a member's posts"));
    assert!(peer.seen().is_empty());
}
