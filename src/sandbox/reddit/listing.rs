//! Reddit: listings of posts. A post of one picture is in them only once Reddit is done with it.

use crate::domain::platform::Platform;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Post};
use serde_json::{Value, json};

pub(super) fn present(request: &PlatformRequest, post: &Post, author: &Account, comments: usize) -> Value {
    let picture = post.pictures.first().and_then(|one| one.key.as_ref());
    let leads_to = match (&post.link, picture, post.pictures.len()) {
        (Some(link), ..) => link.clone(),
        (None, Some(key), 1) => format!("https://i.redd.it/{key}.jpg"),
        _ => post.url.clone(),
    };
    let thumbnail = match picture {
        Some(key) => request.picture_url(key),
        None if post.link.is_some() => "default".to_owned(),
        None => "self".to_owned(),
    };
    let path = post.url.trim_start_matches("https://www.reddit.com");
    json!({ "kind": "t3", "data": {
        "id": post.id.trim_start_matches("t3_"), "name": post.id, "author": author.handle,
        "subreddit": post.facts["subreddit"].as_str().map_or_else(|| format!("u_{}", author.handle), str::to_owned),
        "title": post.facts["title"].as_str().unwrap_or(&post.text), "selftext": post.text,
        "is_self": post.link.is_none() && post.pictures.is_empty(),
        "is_gallery": post.pictures.len() > 1, "is_video": false, "thumbnail": thumbnail,
        "url": leads_to, "permalink": path,
        "created_utc": post.at.timestamp() as f64, "over_18": post.facts["nsfw"] == true,
        "spoiler": post.facts["spoiler"] == true, "link_flair_text": post.facts["flair"],
        "score": 1, "ups": 1, "upvote_ratio": 1.0, "num_comments": comments, "view_count": null,
        "removed_by_category": null,
    }})
}

pub(super) fn of(children: Vec<Value>, after: Option<&str>) -> Value {
    json!({ "kind": "Listing", "data": { "children": children, "after": after, "dist": children.len() } })
}

/// `GET /user/{name}/submitted`, newest first.
pub(super) fn submitted(sandbox: &Sandbox, request: &PlatformRequest, name: &str) -> PlatformResponse {
    let limit = request.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(25_usize).clamp(1, 100);
    let now = sandbox.now();
    let world = sandbox.world();
    let author = world.account(Platform::Reddit, name).cloned().ok_or_else(|| super::error(404, "Not Found"))?;
    let mut posts = world.posts_of(Platform::Reddit, &author.id);
    posts.retain(|post| post.at <= now);
    // Behind a post that is not there (any more) nothing follows.
    let from = match request.query("after") {
        None => 0,
        Some(name) => posts.iter().position(|post| post.id == name).map_or(posts.len(), |n| n + 1),
    };
    let shown = &posts[from..];
    let under = |post: &Post| world.comments_under(Platform::Reddit, &post.id).len();
    let page: Vec<_> = shown.iter().take(limit).map(|post| present(request, post, &author, under(post))).collect();
    let after = (shown.len() > limit).then(|| shown[limit - 1].id.clone());
    ok(&of(page, after.as_deref()))
}

/// `GET /api/info?id=t3_a,t3_b`
pub(super) fn info(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let world = sandbox.world();
    let wanted = request.query("id").unwrap_or_default().split(',').take(100);
    let shown = |id: &str| {
        let post = world.post(Platform::Reddit, id)?;
        let author = world.account(Platform::Reddit, &post.account)?;
        Some(present(request, post, author, world.comments_under(Platform::Reddit, id).len()))
    };
    ok(&of(wanted.filter_map(shown).collect(), None))
}
