//! Instagram: the profile and the published media.

use super::{GraphError, fields, shortcode, unsupported};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok, timestamp};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Post, PostPicture};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const PROFILE_FIELDS: &[&str] = &[
    "id",
    "user_id",
    "username",
    "name",
    "profile_picture_url",
    "account_type",
    "followers_count",
    "follows_count",
    "media_count",
    "biography",
    "website",
];

const MEDIA_FIELDS: &[&str] = &[
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "permalink",
    "thumbnail_url",
    "timestamp",
    "username",
    "like_count",
    "comments_count",
    "shortcode",
    "is_comment_enabled",
    "is_shared_to_feed",
    "alt_text",
    "owner",
    "children",
];

/// `GET /me`, `GET /{ig-id}`
pub(super) fn profile(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let mut body = json!({ "id": me.scoped_id });
    for field in fields(request, PROFILE_FIELDS)? {
        body[field] = match field {
            "user_id" => json!(me.id),
            "username" => json!(me.handle),
            "name" => json!(me.name),
            "profile_picture_url" => json!(request.avatar_url(&me.id)),
            "account_type" => json!("BUSINESS"),
            "followers_count" | "follows_count" => json!(0),
            "media_count" => json!(sandbox.world().posts_of(request.platform(), &me.id).len()),
            "biography" => json!(me.about),
            _ => continue,
        };
    }
    ok(&body)
}

fn picture_url(request: &PlatformRequest, picture: &PostPicture) -> Value {
    json!(picture.key.as_ref().map(|key| request.picture_url(key)).or_else(|| picture.url.clone()))
}

fn present(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, post: &Post, wanted: &[&str]) -> Value {
    let first = post.pictures.first();
    let is_video = first.is_some_and(|picture| picture.video);
    let mut body = json!({ "id": post.id });
    for field in wanted {
        let value = match *field {
            "caption" if !post.text.is_empty() => json!(post.text),
            "media_type" if post.pictures.len() > 1 => json!("CAROUSEL_ALBUM"),
            "media_type" => json!(if is_video { "VIDEO" } else { "IMAGE" }),
            "media_product_type" if is_story(post) => json!("STORY"),
            "media_product_type" => json!(if is_video && post.pictures.len() == 1 { "REELS" } else { "FEED" }),
            "media_url" => first.map_or(Value::Null, |p| picture_url(request, p)),
            "permalink" => json!(post.url),
            "timestamp" => json!(post.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()),
            "username" => json!(me.handle),
            "like_count" => json!(0),
            "comments_count" => json!(sandbox.world().comments_under(request.platform(), &post.id).len()),
            "shortcode" => json!(shortcode(&post.id)),
            "is_comment_enabled" => json!(true),
            "alt_text" => match first {
                Some(p) if !p.alt.is_empty() => json!(p.alt),
                _ => continue,
            },
            "owner" => json!({ "id": me.scoped_id }),
            "children" if post.pictures.len() > 1 => {
                let child = |p: &PostPicture| json!({ "id": p.id, "media_type": if p.video { "VIDEO" } else { "IMAGE" }, "media_url": picture_url(request, p) });
                json!({ "data": post.pictures.iter().map(child).collect::<Vec<_>>() })
            }
            _ => continue,
        };
        if !value.is_null() {
            body[*field] = value;
        }
    }
    body
}

/// `GET /{media}`
pub(super) fn read(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let post = sandbox.world().post(request.platform(), id).filter(|p| p.account == me.id).cloned();
    let post = post.ok_or_else(|| unsupported(request, id))?;
    ok(&present(sandbox, request, me, &post, &fields(request, MEDIA_FIELDS)?))
}

fn is_story(post: &Post) -> bool {
    post.facts["story"] == true
}

/// `GET /{ig-id}/stories`: those of the last day.
pub(super) fn stories(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let wanted = fields(request, MEDIA_FIELDS)?;
    let since = sandbox.now() - chrono::TimeDelta::hours(24);
    let posts: Vec<Post> = {
        let world = sandbox.world();
        let all = world.posts_of(request.platform(), &me.id).into_iter();
        all.filter(|post| is_story(post) && post.at > since).cloned().collect()
    };
    let data: Vec<_> = posts.iter().map(|post| present(sandbox, request, me, post, &wanted)).collect();
    ok(&json!({ "data": data }))
}

/// `GET /{ig-id}/media`, newest first; stories are not among them.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let wanted = fields(request, MEDIA_FIELDS)?;
    let wrong = |name: &str| ErrorResponse::from(GraphError::new(100, &format!("(#100) Param {name} is not valid")));
    let limit = match request.query("limit") {
        None => 25,
        Some(text) => text.parse::<usize>().ok().filter(|l| *l > 0).ok_or_else(|| wrong("limit"))?.min(100),
    };
    let time = |name: &str| request.query(name).map(|t| timestamp(t).ok_or_else(|| wrong(name))).transpose();
    let (since, until) = (time("since")?, time("until")?);
    let after = match request.query("after") {
        None => None,
        Some(cursor) => {
            let id = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|c| String::from_utf8(c).ok());
            Some(id.ok_or_else(|| wrong("after"))?)
        }
    };
    let posts: Vec<Post> = {
        let world = sandbox.world();
        let all = world.posts_of(request.platform(), &me.id).into_iter();
        let all =
            all.filter(|p| !is_story(p)).filter(|p| since.is_none_or(|t| p.at >= t) && until.is_none_or(|t| p.at <= t));
        match &after {
            None => all.cloned().collect(),
            Some(last) => all.skip_while(|p| p.id != *last).skip(1).cloned().collect(),
        }
    };
    let page = &posts[..posts.len().min(limit)];
    let mut body =
        json!({ "data": page.iter().map(|p| present(sandbox, request, me, p, &wanted)).collect::<Vec<_>>() });
    if let (Some(first), Some(last)) = (page.first(), page.last()) {
        let cursor = |post: &Post| URL_SAFE_NO_PAD.encode(&post.id);
        body["paging"] = json!({ "cursors": { "before": cursor(first), "after": cursor(last) } });
        if posts.len() > page.len() {
            body["paging"]["next"] = json!(next(request, limit, &cursor(last)));
        }
    }
    ok(&body)
}

/// The address of the next page, at the platform's own host.
fn next(request: &PlatformRequest, limit: usize, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &request.query {
        if name != "limit" && name != "after" {
            query.append_pair(name, value);
        }
    }
    query.append_pair("limit", &limit.to_string()).append_pair("after", after);
    format!("https://graph.instagram.com/{}?{}", request.path, query.finish())
}
