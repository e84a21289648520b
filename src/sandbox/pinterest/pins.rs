//! Pinterest: making, reading, listing and deleting pins.

use super::media::Videos;
use super::{boards, error, invalid, new_pin, page, paging};
use crate::domain::platform::Platform;
use crate::sandbox::fetch::{FetchFault, fetch};
use crate::sandbox::pictures::inspect;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{AccessToken, Account, Post, PostPicture};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::SecondsFormat;
use image::ImageFormat;
use serde_json::{Value, json};

const MAX_BYTES: usize = 20 * 1024 * 1024;
const FILTERS: [&str; 3] = ["exclude_native", "exclude_repins", "has_been_promoted"];
const KNOWN: [&str; 9] = [
    "alt_text",
    "board_id",
    "board_section_id",
    "description",
    "dominant_color",
    "link",
    "media_source",
    "parent_pin_id",
    "title",
];

/// A text of the body, or none, at most so long.
fn text<'a>(body: &'a Value, name: &str, max: usize) -> Result<&'a str, ErrorResponse> {
    match &body[name] {
        Value::Null => Ok(""),
        Value::String(text) if text.encode_utf16().count() > max => Err(invalid(&format!("'{name}' is too long"))),
        Value::String(text) => Ok(text),
        other => Err(invalid(&format!("{other} is not of type 'string' ({name})"))),
    }
}

fn address<'a>(value: &'a Value, name: &str) -> Result<&'a str, ErrorResponse> {
    let link = text(value, name, 2_048)?;
    let is_web = url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if link.is_empty() || is_web { Ok(link) } else { Err(error(400, 1, "Invalid link")) }
}

/// `POST /v5/pins`
pub(super) async fn create(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
) -> PlatformResponse {
    let body = request.json().filter(Value::is_object).ok_or_else(|| invalid("the body is not JSON"))?;
    if let Some(name) = body.as_object().and_then(|all| all.keys().find(|name| !KNOWN.contains(&name.as_str()))) {
        return Err(invalid(&format!("Additional properties are not allowed ('{name}' was unexpected)")));
    }
    let board = body["board_id"].as_str().ok_or_else(|| invalid("'board_id' is a required property"))?;
    let board = boards::visible(me, token, board)?;
    let section = text(&body, "board_section_id", 50)?;
    if !section.is_empty() {
        board.section(section)?;
    }
    let (title, description) = (text(&body, "title", 100)?, text(&body, "description", 800)?);
    let (alt, link) = (text(&body, "alt_text", 500)?, address(&body, "link")?);
    let pictures = media(sandbox, me, &body["media_source"], alt).await?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let new = new_pin(&mut world, now);
    let post = Post {
        text: description.to_owned(),
        link: (!link.is_empty()).then(|| link.to_owned()),
        pictures,
        facts: json!({ "board_id": board.id, "board_section_id": section, "title": title, "alt_text": alt }),
        ..Post::new(Platform::Pinterest, new, me, now)
    };
    let shown = present(request, &post, me);
    world.posts.push(post);
    Ok(json(StatusCode::CREATED, &shown))
}

async fn media(sandbox: &Sandbox, me: &Account, source: &Value, alt: &str) -> Result<Vec<PostPicture>, ErrorResponse> {
    let picture = |id: String, key: String, video: bool| PostPicture {
        id,
        key: Some(key),
        url: None,
        alt: alt.to_owned(),
        video,
    };
    match source["source_type"].as_str() {
        Some("image_url") => {
            let key = fetched(sandbox, source["url"].as_str().unwrap_or_default()).await?;
            Ok(vec![picture("0".into(), key, false)])
        }
        Some("multiple_image_urls") => {
            let items = source["items"].as_array().map(Vec::as_slice).unwrap_or_default();
            if !(2..=5).contains(&items.len()) {
                return Err(invalid("items does not satisfy the constraint: minItems=2, maxItems=5"));
            }
            let mut all = vec![];
            for (n, item) in items.iter().enumerate() {
                address(item, "link")?;
                let key = fetched(sandbox, item["url"].as_str().unwrap_or_default()).await?;
                all.push(picture(n.to_string(), key, false));
            }
            Ok(all)
        }
        Some("video_id") => {
            let covers = ["cover_image_url", "cover_image_data", "cover_image_key_frame_time"];
            if covers.iter().all(|name| source[name].is_null()) {
                return Err(invalid("cover_image_url or cover_image_content_type is missing"));
            }
            let id = source["media_id"].as_str().unwrap_or_default();
            let kept = sandbox.world().own::<Videos>().usable(me, id, sandbox.now());
            let key = kept.ok_or_else(|| error(400, 1, "The media is not ready or does not exist."))?;
            Ok(vec![picture(id.to_owned(), key, true)])
        }
        Some(other) => Err(invalid(&format!("this stand-in does not take the media source '{other}'"))),
        None => Err(invalid("'media_source' is a required property")),
    }
}

/// Fetches a picture as Pinterest's servers would, checks it and keeps it.
async fn fetched(sandbox: &Sandbox, address: &str) -> Result<String, ErrorResponse> {
    let bytes = fetch(sandbox, address, MAX_BYTES).await.map_err(|fault| match fault {
        FetchFault::Unreachable(_) | FetchFault::TimedOut => {
            error(400, 235, "Sorry! Unable to reach the URL. Please provide another URL.")
        }
        FetchFault::TooBig => error(400, 235, "The image is larger than 20 MB."),
    })?;
    let facts = inspect(bytes.clone()).await;
    if !facts.is_some_and(|facts| matches!(facts.format, ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(error(400, 235, "The image could not be read. Use a JPEG or PNG."));
    }
    Ok(sandbox.pictures().keep(bytes).await)
}

/// A picture in one of the sizes that Pinterest makes of it.
fn sizes(request: &PlatformRequest, picture: &PostPicture) -> Value {
    let address = picture.key.as_ref().map(|key| request.picture_url(key)).or_else(|| picture.url.clone());
    json!({ "600x": { "width": 600, "height": 600, "url": address } })
}

fn present(request: &PlatformRequest, post: &Post, me: &Account) -> Value {
    let or_null = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    let is_video = post.pictures.iter().any(|picture| picture.video);
    let media_type = match post.pictures.len() {
        1 if is_video => "video",
        0 | 1 => "image",
        _ => "multiple_images",
    };
    let media = match post.pictures.as_slice() {
        [one] if !one.video => json!({ "media_type": media_type, "images": sizes(request, one) }),
        [] | [_] => json!({ "media_type": media_type }),
        several => {
            let item = |one| json!({ "item_type": "image", "images": sizes(request, one) });
            json!({ "media_type": media_type, "items": several.iter().map(item).collect::<Vec<_>>() })
        }
    };
    json!({
        "id": post.id,
        "created_at": post.at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "title": or_null(post.facts["title"].as_str().unwrap_or_default()),
        "description": or_null(&post.text),
        "alt_text": or_null(post.facts["alt_text"].as_str().unwrap_or_default()),
        "link": post.link,
        "board_id": post.facts["board_id"],
        "board_section_id": or_null(post.facts["board_section_id"].as_str().unwrap_or_default()),
        "board_owner": { "username": me.handle },
        "is_owner": true,
        "creative_type": if is_video { "VIDEO" } else { "REGULAR" },
        "media": media,
    })
}

/// `GET /v5/pins`, `GET /v5/boards/{id}/pins` and `GET /v5/boards/{id}/sections/{id}/pins`, newest first.
pub(super) fn list(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    board: Option<&str>,
    section: Option<&str>,
) -> PlatformResponse {
    let paging = paging(request)?;
    if request.query("pin_filter").is_some_and(|filter| !FILTERS.contains(&filter)) {
        return Err(invalid("pin_filter must be one of exclude_native, exclude_repins, has_been_promoted"));
    }
    let world = sandbox.world();
    let posts = world.posts_of(Platform::Pinterest, &me.id);
    let is_in = |post: &Post, name: &str, place: Option<&str>| place.is_none_or(|place| post.facts[name] == place);
    let of_board =
        posts.into_iter().filter(|post| is_in(post, "board_id", board) && is_in(post, "board_section_id", section));
    let all = of_board.map(|post| present(request, post, me)).collect();
    drop(world);
    page(all, paging)
}

/// `GET /v5/pins/{id}`. Other people's pins can be seen too.
pub(super) fn get(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let world = sandbox.world();
    let post = world.post(Platform::Pinterest, id).ok_or_else(|| error(404, 50, "Pin not found."))?;
    let owner = world.account(Platform::Pinterest, &post.account).ok_or_else(|| error(404, 50, "Pin not found."))?;
    let mut shown = present(request, post, owner);
    shown["is_owner"] = (owner.id == me.id).into();
    ok(&shown)
}

/// `DELETE /v5/pins/{id}`
pub(super) fn delete(sandbox: &Sandbox, me: &Account, id: &str) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    let post = world.post_mut(Platform::Pinterest, id).ok_or_else(|| error(404, 50, "Pin not found."))?;
    if post.account != me.id {
        return Err(error(403, 29, "You are not permitted to access that resource."));
    }
    post.deleted_at = Some(now);
    Ok(StatusCode::NO_CONTENT.into_response())
}
