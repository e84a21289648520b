//! Facebook: posts of a Page, made, read, listed and deleted.

use super::access::unsupported;
use super::desk::Desk;
use super::{fields, find, list_of, new_post};
use crate::domain::platform::Platform;
use crate::sandbox::graph::GraphError;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Post, PostPicture};
use serde_json::{Value, json};
use url::Url;

/// Well known, and named on no page of Meta.
pub(super) const MAX_TEXT: usize = 63_206;
/// How many photos a post takes is not documented; this is what other apps keep to.
const MAX_PHOTOS: usize = 10;

const FIELDS: &[&str] = &[
    "id",
    "message",
    "created_time",
    "permalink_url",
    "from",
    "attachments",
    "full_picture",
    "is_published",
    "status_type",
    "application",
];

fn parameter(words: &str) -> ErrorResponse {
    GraphError::new(100, &format!("(#100) {words}")).into()
}

/// The ids of `attached_media`: a JSON list, or one parameter for each of them.
fn attached(params: &[(String, String)]) -> Result<Vec<String>, ErrorResponse> {
    let wrong = || parameter("Param attached_media must be an array of objects with media_fbid");
    let one = |value: &Value| match &value["media_fbid"] {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    };
    if let Some(list) = find(params, "attached_media") {
        let list: Vec<Value> = serde_json::from_str(list).map_err(|_| wrong())?;
        return list.iter().map(|value| one(value).ok_or_else(wrong)).collect();
    }
    let mut found = vec![];
    while let Some(value) = find(params, &format!("attached_media[{}]", found.len())) {
        found.push(serde_json::from_str(value).ok().as_ref().and_then(one).ok_or_else(wrong)?);
    }
    Ok(found)
}

fn check_link(link: &str) -> Result<(), ErrorResponse> {
    let bad =
        || GraphError::new(100, "Invalid parameter").subcode(2_061_006).user("Invalid URL", "The link is invalid.");
    let url = Url::parse(link).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(bad)?;
    let host = url.host_str().unwrap_or_default();
    if host == "facebook.com" || host.ends_with(".facebook.com") {
        let error = GraphError::new(100, "Invalid parameter").subcode(1_609_008);
        return Err(error.user("Can't post this link", "Links to Facebook itself cannot be posted.").into());
    }
    Ok(())
}

/// `POST /{page}/feed`
pub(super) fn create(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    params: &[(String, String)],
) -> PlatformResponse {
    let get = |name: &str| find(params, name).filter(|v| !v.is_empty());
    if get("published").is_some_and(|v| v != "true" && v != "1") || get("scheduled_publish_time").is_some() {
        return Err(parameter("This stand-in publishes at once and plans nothing"));
    }
    let (message, link, photos) = (get("message").unwrap_or_default(), get("link"), attached(params)?);
    if message.trim().is_empty() && link.is_none() && photos.is_empty() {
        return Err(parameter("The post is empty. Please enter a message to share."));
    }
    if message.encode_utf16().count() > MAX_TEXT {
        return Err(parameter("Param message is too long"));
    }
    if photos.len() > MAX_PHOTOS || (link.is_some() && !photos.is_empty()) {
        return Err(parameter("Param attached_media is not valid beside a link or with so many photos"));
    }
    link.map_or(Ok(()), check_link)?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let mut pictures = vec![];
    for id in &photos {
        let Some(photo) = world.own::<Desk>().photo(me, id, now).cloned() else {
            return Err(unsupported(request, id).into());
        };
        if photo.posted && !sandbox.options().takes_repeats {
            let error = GraphError::new(100, "Invalid parameter").subcode(1_366_051);
            return Err(error.user("Already posted", "These photos were already posted.").into());
        }
        pictures.push(PostPicture { id: id.clone(), key: Some(photo.key), url: None, alt: photo.alt, video: false });
    }
    let newest = world.posts_of(Platform::Facebook, &me.id).into_iter().find(|post| !post.inserted);
    let same = newest.is_some_and(|post| {
        let (text, card) = (post.text.as_str(), post.link.as_deref());
        text == message && card == link && post.pictures.is_empty() && pictures.is_empty()
    });
    if same && !sandbox.options().takes_repeats {
        let words = "(#506) Duplicate status message";
        let error = GraphError::new(506, words).subcode(1_455_006);
        return Err(error.user("Duplicate Status Update", "This status update is identical to the last one.").into());
    }
    let new = new_post(&mut world, &me.id);
    let (id, url) = (new.id.clone(), new.url.clone());
    world.posts.push(Post {
        text: message.to_owned(),
        link: link.map(str::to_owned),
        pictures,
        ..Post::new(Platform::Facebook, new, me, now)
    });
    for photo in &photos {
        if let Some(photo) = world.own::<Desk>().photo(me, photo, now) {
            photo.posted = true;
        }
    }
    drop(world);
    let mut body = json!({ "id": id });
    // Read after write.
    if fields(request, FIELDS)?.contains(&"permalink_url") {
        body["permalink_url"] = json!(url);
    }
    ok(&body)
}

/// The id that lists have: of a video that is the one of its post.
fn listed_id(post: &Post) -> String {
    post.facts["post_id"].as_str().map_or_else(|| post.id.clone(), str::to_owned)
}

fn present(request: &PlatformRequest, me: &Account, post: &Post, wanted: &[&str]) -> Value {
    let mut body = json!({ "id": listed_id(post) });
    for field in wanted {
        body[*field] = match *field {
            "message" if !post.text.is_empty() => json!(post.text),
            "created_time" => json!(post.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()),
            "permalink_url" => json!(post.url),
            "from" => json!({ "id": me.id, "name": me.name }),
            "is_published" => json!(true),
            "full_picture" => match post.pictures.iter().find(|picture| !picture.video) {
                Some(picture) => json!(source(request, picture)),
                None => continue,
            },
            "attachments" => match attachments(request, post) {
                Value::Null => continue,
                found => json!({ "data": [found] }),
            },
            _ => continue,
        };
    }
    body
}

/// Where a picture is.
fn source(request: &PlatformRequest, picture: &PostPicture) -> Option<String> {
    picture.key.as_ref().map(|key| request.picture_url(key)).or_else(|| picture.url.clone())
}

fn attachments(request: &PlatformRequest, post: &Post) -> Value {
    let photo = |picture: &PostPicture| {
        let source = source(request, picture);
        json!({ "media_type": "photo", "media": { "image": { "src": source } }, "target": { "id": picture.id } })
    };
    match (post.pictures.as_slice(), &post.link) {
        ([], None) => Value::Null,
        ([], Some(link)) => json!({ "media_type": "link", "unshimmed_url": link, "url": link }),
        ([video], _) if video.video => json!({ "media_type": "video", "target": { "id": post.id } }),
        ([one], _) => photo(one),
        (many, _) => {
            json!({ "media_type": "album", "subattachments": { "data": many.iter().map(photo).collect::<Vec<_>>() } })
        }
    }
}

/// `GET /{page}/published_posts`, newest first.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let wanted = fields(request, FIELDS)?;
    let limit = match request.query("limit") {
        None => 25,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|l| (1..=100).contains(l))
            .ok_or_else(|| parameter("Param limit must be a number from 1 to 100"))?,
    };
    let after: usize = match request.query("after").filter(|after| !after.is_empty()) {
        None => 0,
        Some(text) => text.parse().map_err(|_| parameter("Invalid cursors values"))?,
    };
    let world = sandbox.world();
    let posts = world.posts_of(Platform::Facebook, &me.id);
    let shown = posts.iter().skip(after).take(limit);
    let mut body = list_of(shown.map(|post| present(request, me, post, &wanted)).collect());
    let end = after + limit;
    body["paging"] = json!({ "cursors": { "before": after.to_string(), "after": end.to_string() } });
    if posts.len() > end {
        body["paging"]["next"] =
            json!(format!("https://graph.facebook.com/{}?limit={limit}&after={end}", request.path));
    }
    ok(&body)
}

/// `GET /{post}`. A post of another Page that everybody sees can be read, too.
pub(super) fn read(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let world = sandbox.world();
    let post = world.post(Platform::Facebook, id).ok_or_else(|| unsupported(request, id))?;
    let whose = world.account(Platform::Facebook, &post.account).unwrap_or(me);
    let wanted = fields(request, FIELDS)?;
    ok(&present(request, whose, post, &wanted))
}

/// `DELETE /{post}`, `DELETE /{video}`
pub(super) fn delete(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    let post = world.post_mut(Platform::Facebook, id).filter(|post| post.account == me.id);
    post.ok_or_else(|| unsupported(request, id))?.deleted_at = Some(now);
    ok(&json!({ "success": true }))
}

/// The post that people see at this path of `www.facebook.com`.
pub(super) fn at_path(sandbox: &Sandbox, path: &[&str]) -> Option<String> {
    let wanted = format!("https://www.facebook.com/{}", path.join("/"));
    let world = sandbox.world();
    let found = world.posts.iter().find(|post| post.platform == Platform::Facebook && post.url == wanted);
    // Any other address of more than a name is of a post that is not here.
    found.map(|post| post.id.clone()).or_else(|| (path.len() > 1).then(|| path.join("_")))
}
