//! Our requests against the platforms' official machine-readable descriptions. They are not part of the project:
//! `LUX_SPECS_DIR` names the folder that has them; without it these tests say so and check nothing.

use super::cases::{Case, case};
pub use super::described::spec;
use super::facebook::{in_parts, reel, video};
use super::peer::{Peer, Reply, Seen};
use super::support::{call, linking, of, prepare, sent as sent_to};
use super::x::animated;
use crate::connectors::Content;
use crate::connectors::registry;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, PartKind};
use serde_json::Value;

/// Follows `$ref` and `anyOf` far enough for what we send: required members, unknown members, types, patterns' absence.
pub fn check(spec: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return check(spec, spec.pointer(pointer).unwrap_or_else(|| panic!("{reference}")), value, at);
    }
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value} is none of {allowed:?}");
    }
    match schema["type"].as_str() {
        Some("object") => {
            let members = value.as_object().unwrap_or_else(|| panic!("{at} must be an object"));
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                assert!(members.contains_key(name), "{at}: {name} is missing");
            }
            for (name, member) in members {
                match schema["properties"].get(name) {
                    Some(inner) => check(spec, inner, member, &format!("{at}.{name}")),
                    None => assert_ne!(schema["additionalProperties"], false, "{at}: {name} does not exist"),
                }
            }
        }
        Some("array") => {
            let items = value.as_array().unwrap_or_else(|| panic!("{at} must be a list"));
            assert!(schema["maxItems"].as_u64().is_none_or(|max| items.len() as u64 <= max), "{at}: too many");
            items.iter().for_each(|item| check(spec, &schema["items"], item, &format!("{at}[]")));
        }
        Some("string") => assert!(value.is_string(), "{at} must be a text"),
        _ => {}
    }
}

pub fn body_schema<'a>(spec: &'a Value, path: &str, kind: &str) -> &'a Value {
    let schema = &spec["paths"][path]["post"]["requestBody"]["content"][kind]["schema"];
    assert!(!schema.is_null(), "{path} takes no {kind}");
    schema
}

/// Prepares and publishes; every POST is held against the description. Says how many there were.
async fn x_posts_checked(spec: &Value, case: &Case, peer: Peer) -> usize {
    let publish = registry::find(Platform::X).unwrap().publish.unwrap();
    let (wire, content) = (peer.wire(), case.content(if case.media_type == "image/gif" { 1 } else { 4 }));
    let (_, checkpoint) = prepare(publish, case, &wire, &content, None).await.unwrap();
    publish.commit(&call!(case, &wire), &content, &checkpoint).await.unwrap();
    let posts: Vec<_> = peer.seen().into_iter().filter(|s| s.method == "POST").collect();
    for seen in &posts {
        let path = seen.path.replace("/9/", "/{id}/");
        if seen.body.is_empty() {
            assert!(spec["paths"][&path]["post"].is_object() && spec["paths"][&path]["post"]["requestBody"].is_null());
        } else if seen.header("content-type").starts_with("multipart/form-data") {
            check(spec, body_schema(spec, &path, "multipart/form-data"), &parts(&seen.text()), &path);
        } else {
            check(spec, body_schema(spec, &path, "application/json"), &seen.json(), &path);
        }
    }
    posts.len()
}

/// The parts of a form by name; the bytes of a file have no form to check.
fn parts(body: &str) -> Value {
    let named = body.split("form-data; name=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let value =
        |rest: &str| rest.split("\r\n\r\n").nth(1).and_then(|v| v.split("\r\n").next()).unwrap_or_default().to_owned();
    named
        .map(|(name, rest)| (name.to_owned(), Value::from(if name == "media" { String::new() } else { value(rest) })))
        .collect()
}

async fn sent_by_x(content: &Content) -> Seen {
    sent_to(Platform::X, content).await
}

#[tokio::test]
async fn x_requests_are_as_described() {
    let Some(spec) = spec("x-openapi.json") else { return };
    let case = case(Platform::X);
    let stills = x_posts_checked(&spec, &case, Peer::start(case.well).await).await;
    assert_eq!(stills, 9, "4 uploads, 4 descriptions, 1 post");
    let gif = Case { media_type: "image/gif", ..case };
    let steps = x_posts_checked(&spec, &gif, Peer::start(animated(gif.well)).await).await;
    assert_eq!(steps, 5, "announced, sent, finished, described, posted");
    let poll = sent_by_x(&super::x::poll()).await.json();
    assert_eq!(poll["poll"], serde_json::json!({"options": ["Light", "Dark", "Both"], "duration_minutes": 4320}));
    check(&spec, body_schema(&spec, "/2/tweets", "application/json"), &poll, "/2/tweets");
}

#[test]
fn linkedin_addresses_are_as_published() {
    let Some(spec) = spec("linkedin-openid-configuration.json") else { return };
    let flow = registry::find(Platform::LinkedIn).unwrap().sign_in.unwrap().method().flow().unwrap();
    assert_eq!(spec["authorization_endpoint"], flow.authorize_url);
    assert_eq!(spec["token_endpoint"], flow.token_url);
    let offered: Vec<_> = spec["scopes_supported"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(flow.scopes.iter().all(|s| offered.contains(s) || *s == "w_member_social"));
}

/// The names and values that a request sends; the bytes of a file have no form to check.
fn sent(seen: &Seen) -> Vec<(String, Value)> {
    if seen.header("content-type").starts_with("multipart/form-data") {
        return parts(&seen.text()).as_object().unwrap().clone().into_iter().collect();
    }
    let pairs = url::form_urlencoded::parse(&seen.body).into_owned();
    pairs.map(|(name, value)| (name.split('[').next().unwrap().to_owned(), value.into())).collect()
}

/// Prepares and publishes; the POSTs to edges of the Page are held against the description. Which edges there were.
async fn facebook_posts_checked(
    (page, enums): (&Value, &Value),
    content: &Content,
    answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> Vec<String> {
    let (publish, case) = of(Platform::Facebook);
    let peer = Peer::start(answer).await;
    let wire = peer.wire();
    let (_, checkpoint) = prepare(publish, &case, &wire, content, None).await.unwrap();
    publish.commit(&call!(case, &wire), content, &checkpoint).await.unwrap();
    let mut edges = vec![];
    for seen in peer.seen().iter().filter(|s| s.method == "POST" && s.host == "graph.facebook.com") {
        let edge = seen.path.strip_prefix("/v25.0/61550000000001/").unwrap();
        let is_it = |api: &&Value| api["endpoint"] == edge && api["method"] == "POST";
        let api =
            page["apis"].as_array().unwrap().iter().find(is_it).unwrap_or_else(|| panic!("{edge} does not exist"));
        for (name, value) in sent(seen) {
            // The file of a photo is in the guides, and in no list of parameters.
            if (edge, name.as_str()) == ("photos", "source") {
                continue;
            }
            let known = api["params"].as_array().unwrap().iter().find(|param| param["name"] == name.as_str());
            let kind = known.unwrap_or_else(|| panic!("{edge}: {name} does not exist"))["type"].as_str().unwrap();
            let words = enums.as_array().unwrap().iter().find(|one| one["name"] == kind).map(|one| &one["values"]);
            let is_word = |word: &Value| word.as_str().unwrap().eq_ignore_ascii_case(value.as_str().unwrap());
            let allowed = words.is_none_or(|words| words.as_array().unwrap().iter().any(is_word));
            assert!(allowed, "{edge}: {name} cannot be {value}");
        }
        edges.push(edge.to_owned());
    }
    edges
}

#[tokio::test]
async fn facebook_requests_are_as_described() {
    let Some(page) = spec("meta-api-specs/Page.json") else { return };
    let Some(enums) = spec("meta-api-specs/enum_types.json") else { return };
    let case = case(Platform::Facebook);
    let specs = (&page, &enums);
    let link = linking(case.content(0), "https://northwind.example");
    assert_eq!(facebook_posts_checked(specs, &link, case.well).await, ["feed"]);
    assert_eq!(facebook_posts_checked(specs, &case.content(1), case.well).await, ["photos", "feed"]);
    let parts = facebook_posts_checked(specs, &video(&case, Format::Feed, 10), in_parts).await;
    assert_eq!(parts, ["videos"; 5], "announced, three parts, finished");
    let ends = facebook_posts_checked(specs, &video(&case, Format::Reel, 10), reel(0)).await;
    assert_eq!(ends, ["video_reels"; 2], "announced, finished");
    // A first comment, of a post and of a video.
    let comment = sent_to(Platform::Facebook, &case.part(PartKind::Comment)).await;
    for file in ["meta-api-specs/PagePost.json", "meta-api-specs/AdVideo.json"] {
        let node = spec(file).unwrap();
        let is_it = |api: &&Value| api["method"] == "POST" && api["endpoint"] == "comments";
        let api = node["apis"].as_array().unwrap().iter().find(is_it).unwrap_or_else(|| panic!("{file}: no comments"));
        let known = |name: &str| api["params"].as_array().unwrap().iter().any(|param| param["name"] == name);
        assert!(sent(&comment).iter().all(|(name, _)| known(name)), "{file}: {:?}", sent(&comment));
    }
    let fields = |file: &str, edges: &'static [&'static str]| {
        let node = spec(file).unwrap();
        let own: Vec<String> =
            node["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap().to_owned()).collect();
        move |name: &str| own.iter().any(|own| own == name) || edges.contains(&name)
    };
    let of_video = fields("meta-api-specs/AdVideo.json", &[]);
    assert!(["status", "permalink_url", "from", "created_time", "description"].into_iter().all(of_video));
    let of_post = fields("meta-api-specs/PagePost.json", &["attachments"]);
    assert!(["id", "message", "created_time", "permalink_url", "attachments", "from"].into_iter().all(of_post));
    let of_page = fields("meta-api-specs/Page.json", &["picture", "tasks"]);
    assert!(["id", "name", "username", "link", "tasks", "picture", "access_token"].into_iter().all(of_page));
}
