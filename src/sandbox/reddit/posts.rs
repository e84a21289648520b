//! Reddit: making and deleting posts.

use super::media::Leases;
use super::subreddits::{self, Subreddit};
use super::{done, error, new_post, refused};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Post, PostPicture};
use serde_json::{Value, json};

const MAX_TITLE: usize = 300;
const MAX_TEXT: usize = 40_000;
const KNOWN: [&str; 17] = [
    "api_type",
    "sr",
    "title",
    "kind",
    "text",
    "url",
    "nsfw",
    "spoiler",
    "flair_id",
    "flair_text",
    "sendreplies",
    "resubmit",
    "validate_on_submit",
    "video_poster_url",
    "collection_id",
    "discussion_type",
    "draft_id",
];

/// What every post has.
struct New {
    place: Subreddit,
    title: String,
    text: String,
    facts: Value,
}

/// Checks what every post has; `kind`: `self`, `link`, `image`.
fn new(me: &Account, kind: &str, url: &str, given: &dyn Fn(&str) -> Option<String>) -> Result<New, ErrorResponse> {
    let (title, text) = (given("title").unwrap_or_default(), given("text").unwrap_or_default());
    // Reddit collapses spaces.
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(refused("NO_TEXT", "we need something here", "title"));
    }
    for (text, max, field) in [(&title, MAX_TITLE, "title"), (&text, MAX_TEXT, "text")] {
        if text.chars().count() > max {
            return Err(refused("TOO_LONG", &format!("this is too long (max: {max})"), field));
        }
    }
    let name = given("sr").ok_or_else(|| refused("SUBREDDIT_REQUIRED", "you must specify a subreddit", "sr"))?;
    let place = subreddits::find(me, &name);
    let place = place.ok_or_else(|| refused("SUBREDDIT_NOEXIST", "that subreddit doesn't exist", "sr"))?;
    let flair = given("flair_id");
    if given("flair_text").is_some() && flair.is_none() {
        return Err(error(400, "Bad Request"));
    }
    place.check(kind, &title, url, flair.as_deref())?;
    let yes = |name: &str| given(name).as_deref() == Some("true");
    let facts = json!({
        "title": title, "subreddit": place.name, "place": place.prefixed(), "kind": kind,
        "flair": flair.as_deref().and_then(|id| place.flair(id)), "nsfw": yes("nsfw"), "spoiler": yes("spoiler"),
        "sendreplies": given("sendreplies").is_none_or(|value| value == "true"),
    });
    Ok(New { place, title, text, facts })
}

/// `POST /api/submit`
pub(super) fn submit(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let form = request.form();
    if find(&form, "api_type") != Some("json") || form.iter().any(|(name, _)| !KNOWN.contains(&name.as_str())) {
        return Err(error(400, "Bad Request"));
    }
    let given = |name: &str| find(&form, name).filter(|value| !value.is_empty()).map(str::to_owned);
    let kind = given("kind").unwrap_or_default();
    let url = given("url").unwrap_or_default();
    let new = new(me, &kind, &url, &given)?;
    let now = sandbox.now();
    match kind.as_str() {
        "self" => made(sandbox, me, new, None, vec![], now),
        "link" => {
            let is_web =
                url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            match url.is_empty() {
                true => return Err(refused("NO_URL", "a url is required", "url")),
                false if !is_web => return Err(refused("BAD_URL", "you should check that url", "url")),
                false => {}
            }
            let again = given("resubmit").is_some_and(|value| value == "false")
                && sandbox.world().posts.iter().any(|post| {
                    let there = post.platform == Platform::Reddit && post.deleted_at.is_none();
                    there && post.facts["subreddit"] == new.place.name.as_str() && post.link.as_ref() == Some(&url)
                });
            if again {
                return Err(refused("ALREADY_SUB", "that link has already been submitted", "url"));
            }
            made(sandbox, me, new, Some(url), vec![], now)
        }
        "image" => {
            let key = sandbox.world().own::<Leases>().picture(me, &url);
            let key = key.ok_or_else(|| refused("BAD_URL", "you should check that url", "url"))?;
            // It is made a little later; the answer names no post.
            made(sandbox, me, new, None, vec![("0".to_owned(), key)], now + sandbox.processing())?;
            done(json!({
                "user_submitted_page": format!("https://www.reddit.com/user/{}/submitted/", me.handle),
                "websocket_url": "wss://ws-sandbox.wss.redditmedia.com/rte_images/none",
            }))
        }
        _ => Err(refused("INVALID_OPTION", "that option is not valid", "kind")),
    }
}

/// `POST /api/submit_gallery_post.json`
pub(super) fn gallery(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let body = request.json().filter(Value::is_object).ok_or_else(|| error(400, "Bad Request"))?;
    let given = |name: &str| match &body[name] {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    };
    let items = body["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !(2..=20).contains(&items.len()) {
        return Err(refused("BAD_GALLERY_SIZE", "a gallery has 2 to 20 items", "items"));
    }
    let new = new(me, "image", "", &given)?;
    let mut pictures = vec![];
    for item in items {
        let id = item["media_id"].as_str().unwrap_or_default();
        let key = sandbox.world().own::<Leases>().picture(me, id);
        let key = key.ok_or_else(|| refused("INVALID_OPTION", "that media does not exist", "items"))?;
        if item["caption"].as_str().is_some_and(|caption| caption.chars().count() > 180) {
            return Err(refused("TOO_LONG", "this is too long (max: 180)", "caption"));
        }
        pictures.push((id.to_owned(), key));
    }
    made(sandbox, me, new, None, pictures, sandbox.now())
}

fn made(
    sandbox: &Sandbox,
    me: &Account,
    new: New,
    link: Option<String>,
    pictures: Vec<(String, String)>,
    at: chrono::DateTime<chrono::Utc>,
) -> PlatformResponse {
    let picture = |(id, key)| PostPicture { id, key: Some(key), url: None, alt: String::new(), video: false };
    let mut world = sandbox.world();
    let name = new_post(&mut world, &new.place.path(), at);
    let post = Post {
        text: new.text,
        link,
        pictures: pictures.into_iter().map(picture).collect(),
        facts: new.facts,
        ..Post::new(Platform::Reddit, name, me, at)
    };
    let answer =
        json!({ "id": post.id.trim_start_matches("t3_"), "name": post.id, "url": post.url, "drafts_count": 0 });
    tracing::debug!(title = new.title, "a post on Reddit");
    world.posts.push(post);
    drop(world);
    done(answer)
}

/// `POST /api/del`: `{}` whatever it finds.
pub(super) fn delete(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let form = request.form();
    let id = find(&form, "id").unwrap_or_default();
    let now = sandbox.now();
    let mut world = sandbox.world();
    if let Some(post) = world.post_mut(Platform::Reddit, id).filter(|post| post.account == me.id) {
        post.deleted_at = Some(now);
    }
    world.comments.retain(|c| !(c.platform == Platform::Reddit && c.id == id && c.account == me.id));
    drop(world);
    ok(&json!({}))
}
