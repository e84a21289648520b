//! Lists of newest posts: held over every platform that has one, each against answers in the form of its documentation.

use super::cases::{Case, case, grant, keys};
use super::peer::{Peer, Reply, Seen, wire_to_nobody};
use super::specs::spec;
use super::support::{call, kind};
use crate::connectors::rate_limits::endpoint;
use crate::connectors::recent::PAGE;
use crate::connectors::{Call, Fault, Recent, RecentPage, registry};
use crate::domain::platform::Platform;
use crate::domain::recent::{RecentKind, RecentPost};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TEXT: &str = "Beans & a roast";
const AT: &str = "2026-11-28T12:03:00Z";

/// What a platform answers: two posts and that there are older ones, then the last one.
struct Pages {
    first: Value,
    last: Value,
    kinds: [RecentKind; 2],
    /// How the second part is asked for: name and value in the query, or in the body where there is none.
    older: (&'static str, &'static str),
    /// The picture of the first post.
    picture: Option<&'static str>,
}

fn at() -> DateTime<Utc> {
    AT.parse().expect("a time")
}

fn pages(platform: Platform) -> Pages {
    use RecentKind::{Album, Document, Link, Picture, Poll, Reel, Text, Video};
    let (seconds, millis) = (at().timestamp(), at().timestamp_millis());
    match platform {
        Platform::X => {
            let post = |id: &str, attached: Value| {
                json!({ "id": id, "text": "Beans &amp; a roast https://t.co/p", "created_at": "2026-11-28T12:03:00.000Z",
                    "attachments": attached, "entities": { "urls": [{ "url": "https://t.co/p", "media_key": "3_1",
                    "expanded_url": format!("https://x.com/northwind/status/{id}/photo/1") }] } })
            };
            Pages {
                first: json!({ "data": [post("1850000000000000001", json!({ "media_keys": ["3_1", "3_2"] })),
                    post("1850000000000000000", json!({ "poll_ids": ["7"] }))],
                    "meta": { "result_count": 2, "next_token": "7140w" } }),
                last: json!({ "data": [post("1849999999999999999", json!({ "media_keys": ["7_1"] }))], "meta": { "result_count": 1 } }),
                kinds: [Album, Poll],
                older: ("pagination_token", "7140w"),
                picture: None,
            }
        }
        Platform::LinkedIn => {
            let post = |id: &str, content: Value| {
                json!({ "id": id, "author": "urn:li:person:abc123", "commentary": TEXT, "createdAt": millis - 1,
                    "publishedAt": millis, "lifecycleState": "PUBLISHED", "content": content })
            };
            let poll = json!({ "poll": { "question": "Light or dark?", "options": [] } });
            let document = json!({ "media": { "id": "urn:li:document:1", "title": "Roasts" } });
            let mut first = vec![post("urn:li:share:7250000000000000001", document), post("urn:li:share:7", poll)];
            first.extend((first.len()..PAGE).map(|n| post(&format!("urn:li:share:{}", 100 + n), json!({}))));
            Pages {
                first: json!({ "elements": first, "paging": { "start": 0, "count": PAGE } }),
                last: json!({ "elements": [post("urn:li:ugcPost:3", json!({ "article": { "source": "https://northwind.example" } }))] }),
                kinds: [Document, Poll],
                older: ("start", "20"),
                picture: None,
            }
        }
        Platform::Instagram => {
            let post = |id: Value, kind: &str, product: &str| {
                json!({ "id": id, "caption": TEXT, "media_type": kind, "media_product_type": product,
                    "media_url": "https://cdn.example/film.mp4", "thumbnail_url": "https://cdn.example/film.jpg",
                    "permalink": "https://www.instagram.com/p/Abc/", "timestamp": "2026-11-28T12:03:00+0000" })
            };
            let mut picture = post(json!(2), "IMAGE", "FEED");
            picture.as_object_mut().expect("a post").remove("thumbnail_url");
            let paging =
                json!({ "cursors": { "before": "a", "after": "QVF" }, "next": "https://graph.instagram.com/x" });
            Pages {
                first: json!({ "data": [post(json!("17990000000000001"), "VIDEO", "REELS"), picture], "paging": paging }),
                last: json!({ "data": [post(json!("3"), "CAROUSEL_ALBUM", "FEED")], "paging": { "cursors": { "after": "QVG" } } }),
                kinds: [Reel, Picture],
                older: ("after", "QVF"),
                picture: Some("https://cdn.example/film.jpg"),
            }
        }
        Platform::Facebook => {
            let post = |id: &str, path: &str, attached: Value| {
                json!({ "id": id, "message": TEXT, "created_time": "2026-11-28T12:03:00+0000", "permalink_url": path,
                    "full_picture": "https://cdn.example/film.jpg", "attachments": { "data": [attached] } })
            };
            let video = json!({ "media_type": "video", "target": { "id": "4410000000000001" } });
            let link = json!({ "media_type": "link", "unshimmed_url": "https://northwind.example" });
            let page = "https://www.facebook.com/northwind/posts/pfbid0abc";
            let paging = json!({ "cursors": { "after": "QVF" }, "next": "https://graph.facebook.com/x" });
            Pages {
                first: json!({ "data": [post("61550000000001_122100000000000001", "/reel/4410000000000001/", video),
                    post("61550000000001_2", page, link)], "paging": paging }),
                last: json!({ "data": [{ "id": "61550000000001_3", "message": TEXT, "created_time": "2026-11-28T12:03:00+0000" }] }),
                kinds: [Reel, Link],
                older: ("after", "QVF"),
                picture: Some("https://cdn.example/film.jpg"),
            }
        }
        Platform::TikTok => {
            let post = |id: &str, place: &str| {
                json!({ "id": id, "create_time": seconds, "video_description": TEXT, "title": TEXT,
                    "share_url": format!("https://www.tiktok.com/@northwind/{place}/{id}"),
                    "cover_image_url": "https://cdn.example/film.jpg" })
            };
            let answer = |videos: Value, more: bool| {
                json!({ "data": { "videos": videos, "cursor": 1_795_867_379_000_i64, "has_more": more },
                    "error": { "code": "ok", "message": "", "log_id": "1" } })
            };
            Pages {
                first: answer(
                    json!([post("7400000000000000001", "video"), post("7400000000000000000", "photo")]),
                    true,
                ),
                last: answer(json!([post("7399999999999999999", "video")]), false),
                kinds: [Video, Album],
                older: ("cursor", "1795867379000"),
                picture: Some("https://cdn.example/film.jpg"),
            }
        }
        Platform::YouTube => {
            let video = |id: &str, privacy: &str| {
                json!({ "snippet": { "title": "A roast", "description": TEXT, "publishedAt": AT,
                    "thumbnails": { "medium": { "url": "https://cdn.example/film.jpg", "width": 320, "height": 180 } } },
                    "contentDetails": { "videoId": id, "videoPublishedAt": AT }, "status": { "privacyStatus": privacy } })
            };
            Pages {
                first: json!({ "items": [video("dQw4w9WgXcQ", "public"), video("dQw4w9WgXcR", "private")], "nextPageToken": "CAUQAA" }),
                last: json!({ "items": [video("dQw4w9WgXcS", "unlisted")] }),
                kinds: [Video, Video],
                older: ("pageToken", "CAUQAA"),
                picture: Some("https://cdn.example/film.jpg"),
            }
        }
        Platform::Pinterest => {
            let images = json!({ "600x": { "width": 600, "height": 900, "url": "https://cdn.example/film.jpg" } });
            let pin = |id: &str, media: Value| json!({ "id": id, "created_at": "2026-11-28T12:03:00", "title": null, "description": TEXT, "media": media });
            let several =
                json!({ "media_type": "multiple_images", "items": [{ "item_type": "image", "images": images }] });
            Pages {
                first: json!({ "items": [pin("813744226420795884", json!({ "media_type": "image", "images": images })),
                    pin("2", several.clone())], "bookmark": "LT4" }),
                last: json!({ "items": [pin("3", json!({ "media_type": "video", "cover_image_url": "https://cdn.example/c.jpg" }))], "bookmark": null }),
                kinds: [Picture, Album],
                older: ("bookmark", "LT4"),
                picture: Some("https://cdn.example/film.jpg"),
            }
        }
        Platform::Reddit => {
            let post = |name: &str, more: Value| {
                let mut data = json!({ "name": name, "author": "northwind", "subreddit": "coffee", "title": "A roast",
                    "selftext": TEXT, "permalink": format!("/r/coffee/comments/{}/a_roast/", &name[3..]),
                    "created_utc": seconds as f64, "thumbnail": "self" });
                more.as_object().expect("members").iter().for_each(|(name, value)| data[name] = value.clone());
                json!({ "kind": "t3", "data": data })
            };
            let list = |posts: Value, after: Value| json!({ "kind": "Listing", "data": { "children": posts, "after": after, "dist": 2 } });
            let picture = json!({ "is_self": false, "url": "https://i.redd.it/a.jpg", "thumbnail": "https://cdn.example/film.jpg" });
            let link = json!({ "is_self": false, "url": "https://northwind.example/roast", "thumbnail": "default" });
            Pages {
                first: list(json!([post("t3_1fresh", picture), post("t3_1link", link)]), json!("t3_1link")),
                last: list(
                    json!([post("t3_1text", json!({ "is_self": true, "url": "https://www.reddit.com/x" }))]),
                    Value::Null,
                ),
                kinds: [Picture, Link],
                older: ("after", "t3_1link"),
                picture: Some("https://cdn.example/film.jpg"),
            }
        }
        Platform::Bluesky => {
            let did = case(platform).account;
            let post = |key: &str, embed: Value| {
                json!({ "uri": format!("at://{did}/app.bsky.feed.post/{key}"), "cid": "bafy",
                    "value": { "text": TEXT, "createdAt": "2026-11-28T12:03:00.000Z", "embed": embed } })
            };
            let first = case(platform).live_id.rsplit('/').next().expect("a key").to_owned();
            let link = json!({ "$type": "app.bsky.embed.external", "external": {} });
            let mut posts = vec![post(&first, link), post("3jzfcijpj2z2a", Value::Null)];
            posts.extend((posts.len()..PAGE).map(|n| post(&format!("3jzfcijpj2z{n:02}"), Value::Null)));
            Pages {
                first: json!({ "records": posts, "cursor": "3jzfcijpj2z2z" }),
                // The server names a place behind the last page as well.
                last: json!({ "records": [post("3jzfcijpj2z1a", Value::Null)], "cursor": "3jzfcijpj2z1a" }),
                kinds: [Link, Text],
                older: ("cursor", "3jzfcijpj2z2z"),
                picture: None,
            }
        }
        other => panic!("{other} lists posts, and what becomes of its answers is not tested"),
    }
}

/// Whether a request asks for the list.
fn lists(seen: &Seen) -> bool {
    let path = seen.path.as_str();
    ["/tweets", "/rest/posts", "/media", "/published_posts", "/video/list/", "/playlistItems", "/v5/pins", "/submitted"]
        .iter()
        .any(|end| path.ends_with(end))
        || path.ends_with("com.atproto.repo.listRecords")
}

/// What a request says of this name, in its query or in its body.
fn said(seen: &Seen, name: &str) -> Option<String> {
    let in_body = || {
        let body: Value = serde_json::from_slice(&seen.body).ok()?;
        Some(body.get(name)?.to_string())
    };
    seen.query(name).or_else(in_body)
}

fn everyone() -> Vec<(&'static dyn Recent, Case)> {
    registry::all().filter_map(|c| Some((c.recent?, case(c.platform)))).collect()
}

/// A peer on which all is well but the list, which gets `list`.
async fn peer(case: &Case, list: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Peer {
    let well = case.well;
    Peer::start(move |seen| if lists(seen) { list(seen) } else { well(seen) }).await
}

#[test]
fn whatever_publishes_lists_what_was_published() {
    for connector in registry::all() {
        assert_eq!(connector.recent.is_some(), connector.publish.is_some(), "{}", connector.platform);
        let (Some(recent), Some(sign_in)) = (connector.recent, connector.sign_in) else { continue };
        let asked = sign_in.method().flow().map_or(&[][..], |flow| flow.scopes);
        // Those of LinkedIn's pages are asked for where the app may.
        let known = |scope: &&str| asked.contains(scope) || *scope == "r_organization_social";
        assert!(recent.scopes().iter().all(known), "{}: its sign-in does not ask for it", connector.platform);
        assert!(recent.about().is_none_or(|about| about.ends_with('.')), "{}: sentences", connector.platform);
    }
    assert_eq!(everyone().len(), 9);
}

#[tokio::test]
async fn posts_are_listed_page_by_page() {
    for (recent, case) in everyone() {
        let (name, pages) = (case.platform, pages(case.platform));
        let (first, last, (word, place)) = (pages.first, pages.last, pages.older);
        let peer = peer(&case, move |seen| {
            let begins = said(seen, word).is_none_or(|said| said == "0");
            Reply::json(200, if begins { first.clone() } else { last.clone() })
        })
        .await;
        let wire = peer.wire();
        let page = recent.recent(&call!(case, &wire), None).await.unwrap_or_else(|f| panic!("{name}: {f:?}")).bounded();
        let posts: Vec<&RecentPost> = page.posts.iter().take(2).collect();
        assert_eq!(posts.iter().map(|post| post.kind).collect::<Vec<_>>(), pages.kinds, "{name}");
        assert_eq!((posts[0].id.as_str(), posts[0].text.as_str()), (case.live_id, TEXT), "{name}");
        assert_eq!(posts[0].picture.as_deref(), pages.picture, "{name}");
        assert!(posts.iter().all(|post| post.at == Some(at().into())), "{name}: {posts:?}");
        assert!(posts.iter().all(|post| post.url.as_ref().is_some_and(|url| url.starts_with("https://"))), "{name}");
        assert_eq!(page.older.as_deref(), Some(place), "{name}");
        let rest = recent.recent(&call!(case, &wire), page.older.as_deref()).await.unwrap();
        assert_eq!((rest.posts.len(), rest.older), (1, None), "{name}: the end");
        let seen = peer.seen();
        assert!(seen.iter().all(Seen::only_reads), "{name}: listing only reads");
        let asked: Vec<_> = seen.iter().filter(|seen| lists(seen)).map(|seen| said(seen, word)).collect();
        assert_eq!((asked.len(), asked[1].as_deref()), (2, Some(place)), "{name}: one call for each page");
        let endpoints: Vec<_> = seen.iter().map(|seen| endpoint(&seen.method, &seen.path)).collect();
        assert!(recent.spends().iter().all(|call| endpoints.iter().any(|made| made == call)), "{name}: {endpoints:?}");
        let most = ["max_results", "count", "limit", "max_count", "maxResults", "page_size"];
        let list = seen.iter().find(|seen| lists(seen)).expect("asked");
        assert_eq!(most.iter().find_map(|word| said(list, word)).as_deref(), Some("20"), "{name}");
    }
}

#[tokio::test]
async fn an_account_without_posts_has_an_empty_list() {
    let empty = json!({ "data": [], "elements": [], "items": [], "records": [], "meta": { "result_count": 0 } });
    for (recent, case) in everyone() {
        let body = match case.platform {
            Platform::X => json!({ "meta": { "result_count": 0 } }),
            Platform::TikTok => {
                json!({ "data": { "cursor": 0, "has_more": false, "videos": [] }, "error": { "code": "ok" } })
            }
            Platform::Reddit => json!({ "kind": "Listing", "data": { "children": [], "after": null } }),
            _ => empty.clone(),
        };
        let peer = peer(&case, move |_| Reply::json(200, body.clone())).await;
        let page = recent.recent(&call!(case, &peer.wire()), None).await;
        let page = page.unwrap_or_else(|f| panic!("{}: {f:?}", case.platform));
        assert_eq!((page.posts.len(), page.older), (0, None), "{}", case.platform);
    }
}

#[tokio::test]
async fn what_goes_wrong_has_its_class() {
    for (recent, case) in everyone() {
        let name = case.platform;
        for (reply, expected) in [
            (Reply::text(503, ""), "transient"),
            (Reply::Reset, "transient"),
            (Reply::Truncated, "transient"),
            (Reply::text(200, "<html>"), "transient"),
            (Reply::text(429, "").with("retry-after", 30), "rate_limited"),
            (Reply::text(401, ""), "auth_expired"),
        ] {
            let answer = reply.clone();
            let peer = peer(&case, move |_| answer.clone()).await;
            let got = recent.recent(&call!(case, &peer.wire()), None).await;
            assert_eq!(kind(&got), expected, "{name}: {reply:?}");
        }
        let got = recent.recent(&call!(case, &wire_to_nobody()), None).await;
        assert_eq!(kind(&got), "transient", "{name}");
    }
}

/// An account that was connected before the permission was asked for, or by somebody who left it out.
#[tokio::test]
async fn without_the_permission_nothing_is_asked() {
    for (recent, case) in everyone().into_iter().filter(|(recent, _)| !recent.scopes().is_empty()) {
        let (peer, keys, mut poor) = (peer(&case, |_| Reply::text(500, "")).await, keys(), grant());
        poor.scopes.retain(|scope| !recent.scopes().contains(&scope.as_str()) && !scope.starts_with("r_member"));
        let (wire, facts) = (peer.wire(), Value::Null);
        let ask = async |account: &str| {
            let call = Call { wire: &wire, keys: &keys, grant: &poor, account, handle: case.handle, facts: &facts };
            recent.recent(&call, None).await
        };
        let account = if case.platform == Platform::LinkedIn { "urn:li:organization:7" } else { case.account };
        match ask(account).await {
            Err(Fault::NotAllowed { scopes, .. }) => assert_eq!(scopes, recent.scopes(), "{}", case.platform),
            other => panic!("{}: {other:?}", case.platform),
        }
        if case.platform == Platform::LinkedIn {
            assert_eq!(kind(&ask(case.account).await), "unsupported", "of a member only partners may know it");
        }
        assert!(peer.seen().is_empty(), "{}", case.platform);
    }
}

/// What a person may have made of a place in the address.
#[tokio::test]
async fn a_place_that_is_none_is_refused_and_not_sent_on() {
    assert!(!RecentPage::is_place("") && !RecentPage::is_place("a\0") && !RecentPage::is_place(&"x".repeat(1_001)));
    for (recent, case) in everyone() {
        if !matches!(case.platform, Platform::LinkedIn | Platform::TikTok) {
            continue;
        }
        let peer = peer(&case, |_| Reply::text(500, "")).await;
        for place in ["x", "99999999999999999999", "-1"] {
            let got = recent.recent(&call!(case, &peer.wire()), Some(place)).await;
            let sent = !peer.seen().is_empty();
            // TikTok's are times, of which some are before 1970.
            assert!(kind(&got) == "permanent" && !sent || place == "-1", "{} {place}: {got:?}", case.platform);
        }
    }
}

#[tokio::test]
async fn a_channel_without_videos_has_no_list_of_them() {
    let (recent, case) = everyone().into_iter().find(|(_, case)| case.platform == Platform::YouTube).unwrap();
    let gone = json!({ "error": { "code": 404, "message": "gone", "errors": [{ "reason": "playlistNotFound" }] } });
    let peer = peer(&case, move |_| Reply::json(404, gone.clone())).await;
    let page = recent.recent(&call!(case, &peer.wire()), None).await.unwrap();
    assert!(page.posts.is_empty() && page.older.is_none());
    assert_eq!(kind(&recent.recent(&call!(case, &peer.wire()), Some("CAUQAA")).await), "permanent");
}

/// The request of the list as it was sent, with its second page.
async fn sent(platform: Platform) -> Seen {
    let (recent, case) = everyone().into_iter().find(|(_, case)| case.platform == platform).unwrap();
    let first = pages(platform).first;
    let peer = peer(&case, move |_| Reply::json(200, first.clone())).await;
    recent.recent(&call!(case, &peer.wire()), Some(pages(platform).older.1)).await.unwrap();
    peer.seen().into_iter().rfind(lists).unwrap()
}

/// Name and value of everything in a query.
fn query(seen: &Seen) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(seen.raw_query.as_bytes()).into_owned().collect()
}

/// The parameters of a GET in an OpenAPI description, by their names.
fn parameters<'a>(spec: &'a Value, path: &str) -> BTreeMap<&'a str, &'a Value> {
    let all = spec["paths"][path]["get"]["parameters"].as_array().unwrap_or_else(|| panic!("{path} is not described"));
    let resolved = all.iter().map(|one| match one["$ref"].as_str() {
        Some(reference) => spec.pointer(reference.trim_start_matches('#')).expect(reference),
        None => one,
    });
    resolved.map(|one| (one["name"].as_str().expect("a name"), &one["schema"])).collect()
}

#[tokio::test]
async fn requests_are_as_described() {
    if let Some(spec) = spec("x-openapi.json") {
        let known = parameters(&spec, "/2/users/{id}/tweets");
        for (name, value) in query(&sent(Platform::X).await) {
            // The names of before version 2.167, which X takes as well.
            let (name, value) = (name.replace("tweet.fields", "post.fields"), value.replace("note_tweet", "note_post"));
            let schema = known.get(name.as_str()).unwrap_or_else(|| panic!("X knows no {name}"));
            if let Some(words) = schema["items"]["enum"].as_array() {
                assert!(value.split(',').all(|word| words.iter().any(|w| w == word)), "X: {name} cannot be {value}");
            }
        }
    }
    if let Some(spec) = spec("pinterest-openapi.json") {
        let known = parameters(&spec, "/pins");
        for (name, value) in query(&sent(Platform::Pinterest).await) {
            let schema = known.get(name.as_str()).unwrap_or_else(|| panic!("Pinterest knows no {name}"));
            assert!(schema["enum"].as_array().is_none_or(|words| words.iter().any(|w| *w == value)), "{name} {value}");
        }
    }
    if let Some(spec) = spec("youtube-v3-discovery.json") {
        let described = super::described::operation_of(&spec, "GET", "youtube/v3/playlistItems");
        let seen = sent(Platform::YouTube).await;
        for (name, value) in query(&seen) {
            assert!(described["parameters"][&name].is_object(), "YouTube knows no {name}");
            let parts = spec["schemas"]["PlaylistItem"]["properties"].as_object().expect("parts");
            assert!(name != "part" || value.split(',').all(|part| parts.contains_key(part)), "{value}");
        }
        let scopes = described["scopes"].as_array().expect("scopes");
        assert!(scopes.iter().any(|scope| scope == "https://www.googleapis.com/auth/youtube.readonly"));
    }
    for (platform, object, listed, edge) in [
        (Platform::Facebook, "Page", "PagePost", "published_posts"),
        (Platform::Instagram, "IGUserForIGOnlyAPI", "IGMediaForIGOnlyAPI", "media"),
    ] {
        let Some(node) = spec(&format!("meta-api-specs/{object}.json")) else { continue };
        let item = spec(&format!("meta-api-specs/{listed}.json")).unwrap();
        let is_edge = |api: &Value| api["method"] == "GET" && api["endpoint"] == edge;
        assert!(node["apis"].as_array().unwrap().iter().any(is_edge), "{object} has no {edge}");
        let fields = query(&sent(platform).await)["fields"].clone();
        let outer: String = fields.split('{').next().unwrap_or_default().to_owned();
        let own = item["fields"].as_array().unwrap();
        // Of the attachments only the guides tell.
        let known = |name: &str| name == "attachments" || own.iter().any(|field| field["name"] == name);
        assert!(outer.split(',').all(known), "{listed}: {outer}");
    }
}
