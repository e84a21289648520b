//! TikTok: what the account may do, posts of pictures, and what became of what was sent.

use super::access::Caller;
use super::desk::{Desk, Sent};
use super::{answer, body, error, invalid, new_post, only_known};
use crate::domain::platform::Platform;
use crate::sandbox::fetch::fetch;
use crate::sandbox::pictures::inspect;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Post, PostPicture};
use chrono::TimeDelta;
use image::ImageFormat;
use serde_json::{Value, json};

const EVERYBODY: &str = "PUBLIC_TO_EVERYONE";
const ONLY_ME: &str = "SELF_ONLY";
const POSTS_A_DAY: u32 = 15;
const MAX_PICTURES: usize = 35;
const MAX_BYTES: usize = 20_000_000;

/// The longest video that the accounts may post, in seconds.
const LONGEST: u64 = 600;

fn levels(caller: &Caller) -> [&'static str; 3] {
    if caller.is_private() {
        ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", ONLY_ME]
    } else {
        [EVERYBODY, "MUTUAL_FOLLOW_FRIENDS", ONLY_ME]
    }
}

/// Nobody makes a duet of what only some can see.
fn is_forbidden(caller: &Caller, switch: &str) -> bool {
    caller.is_private() && matches!(switch, "disable_duet" | "disable_stitch")
}

/// The posts of a day are used up, by all apps together.
fn is_full(sandbox: &Sandbox, caller: &Caller) -> bool {
    let since = sandbox.now() - TimeDelta::hours(24);
    let limit = sandbox.limit(POSTS_A_DAY) as usize;
    let posts = sandbox.posts(Platform::TikTok);
    posts.iter().filter(|post| post.account == caller.me.id && !post.inserted && post.at > since).count() >= limit
}

/// `POST /v2/post/publish/creator_info/query/`
pub(super) fn creator_info(sandbox: &Sandbox, request: &PlatformRequest, caller: &Caller) -> PlatformResponse {
    caller.need("video.publish")?;
    caller.spend(sandbox, "creator_info", 20)?;
    if is_full(sandbox, caller) {
        return Err(error(200, "spam_risk_too_many_posts", "The daily post cap from the API is reached."));
    }
    let me = &caller.me;
    answer(json!({
        "creator_avatar_url": request.avatar_url(&me.id),
        "creator_username": me.handle,
        "creator_nickname": me.name,
        "privacy_level_options": levels(caller),
        "comment_disabled": false,
        "duet_disabled": is_forbidden(caller, "disable_duet"),
        "stitch_disabled": is_forbidden(caller, "disable_stitch"),
        "max_video_post_duration_sec": LONGEST,
    }))
}

/// A text of the body, or none, at most so long.
fn check_text(info: &Value, name: &str, max: usize) -> Result<(), ErrorResponse> {
    match &info[name] {
        Value::Null => Ok(()),
        Value::String(text) if text.encode_utf16().count() <= max => Ok(()),
        _ => Err(invalid(&format!("The {name} is too long or no text."))),
    }
}

/// What is wrong with `post_info`.
pub(super) fn check_info(caller: &Caller, info: &Value, is_video: bool) -> Result<(), ErrorResponse> {
    let shared = ["privacy_level", "title", "disable_comment", "brand_content_toggle", "brand_organic_toggle"];
    let own: &[&str] = match is_video {
        true => &["disable_duet", "disable_stitch", "video_cover_timestamp_ms", "is_aigc"],
        false => &["description", "auto_add_music"],
    };
    let known: Vec<&str> = shared.iter().chain(own).copied().collect();
    only_known(info, &known)?;
    let switches = known.iter().filter(|name| {
        name.starts_with("disable") || name.ends_with("toggle") || matches!(**name, "is_aigc" | "auto_add_music")
    });
    for name in switches {
        if !info[*name].is_null() && !info[*name].is_boolean() {
            return Err(invalid(&format!("The field {name} is not a boolean.")));
        }
        if info[*name] == false && is_forbidden(caller, name) {
            return Err(invalid(&format!("The creator does not allow this ({name}).")));
        }
    }
    check_text(info, "title", if is_video { 2_200 } else { 90 })?;
    check_text(info, "description", 4_000)?;
    let level = info["privacy_level"].as_str().ok_or_else(|| invalid("The privacy_level is required."))?;
    if !levels(caller).contains(&level) {
        let words = "The privacy level is not among the options of the creator.";
        return Err(error(403, "privacy_level_option_mismatch", words));
    }
    if info["brand_content_toggle"] == true && level == ONLY_ME {
        return Err(invalid("Branded content visibility cannot be set to private."));
    }
    Ok(())
}

/// Whether the account and the app may post this now.
pub(super) fn may_post(sandbox: &Sandbox, caller: &Caller, info: &Value) -> Result<(), ErrorResponse> {
    let for_itself_only = caller.is_private() && info["privacy_level"] == ONLY_ME;
    if !caller.is_audited() && !for_itself_only {
        let words = "Please review our integration guidelines.";
        return Err(error(403, "unaudited_client_can_only_post_to_private_accounts", words));
    }
    if is_full(sandbox, caller) {
        return Err(error(403, "spam_risk_too_many_posts", "The daily post cap from the API is reached."));
    }
    Ok(())
}

/// `POST /v2/post/publish/content/init/`: pictures, which are fetched.
pub(super) async fn pictures(sandbox: &Sandbox, request: &PlatformRequest, caller: &Caller) -> PlatformResponse {
    caller.need("video.publish")?;
    caller.spend(sandbox, "content/init", 6)?;
    let body = body(request)?;
    only_known(&body, &["media_type", "post_mode", "post_info", "source_info"])?;
    let (info, source) = (&body["post_info"], &body["source_info"]);
    only_known(source, &["source", "photo_images", "photo_cover_index"])?;
    if body["media_type"] != "PHOTO" || body["post_mode"] != "DIRECT_POST" || source["source"] != "PULL_FROM_URL" {
        return Err(invalid("This stand-in takes PHOTO, DIRECT_POST and PULL_FROM_URL only."));
    }
    let addresses: Option<Vec<_>> =
        source["photo_images"].as_array().and_then(|all| all.iter().map(Value::as_str).collect());
    let addresses = addresses.filter(|all| (1..=MAX_PICTURES).contains(&all.len()));
    let addresses = addresses.ok_or_else(|| invalid("The photo_images are 1 to 35 addresses."))?;
    if source["photo_cover_index"].as_u64().is_none_or(|index| index >= addresses.len() as u64) {
        return Err(invalid("The photo_cover_index is out of range."));
    }
    check_info(caller, info, false)?;
    may_post(sandbox, caller, info)?;
    if !addresses.iter().all(|address| is_verified(address)) {
        return Err(error(403, "url_ownership_unverified", "Please review our URL ownership verification rules."));
    }
    let (mut shown, mut failed) = (vec![], None);
    for (n, address) in addresses.iter().enumerate() {
        match fetched(sandbox, address).await {
            Ok(key) => shown.push(PostPicture {
                id: n.to_string(),
                key: Some(key),
                url: None,
                alt: String::new(),
                video: false,
            }),
            Err(reason) => failed = failed.or(Some(reason)),
        }
    }
    failed = failed.or(sandbox.spoils(Platform::TikTok).then_some("internal"));
    let now = sandbox.now();
    let publish_id = format!("p_pub_url~v2.{}", sandbox.world().snowflake(now));
    let sent = Sent {
        account: caller.me.id.clone(),
        at: now,
        info: info.clone(),
        finished: Some(now),
        ready_at: now + sandbox.processing(),
        ..Sent::default()
    };
    sandbox.world().own::<Desk>().add(publish_id.clone(), sent);
    publish(sandbox, &publish_id, failed, shown);
    answer(json!({ "publish_id": publish_id }))
}

/// Under a verified domain of the app. Real ones are https; a server on this machine counts as well.
fn is_verified(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default();
    let is_here = matches!(host, "127.0.0.1" | "localhost");
    (url.scheme() == "https" || (url.scheme() == "http" && is_here)) && !host.starts_with("unverified")
}

/// Fetches a picture as TikTok's servers would, checks it and keeps it; or the `fail_reason`.
async fn fetched(sandbox: &Sandbox, address: &str) -> Result<String, &'static str> {
    let bytes = fetch(sandbox, address, MAX_BYTES).await.map_err(|_| "photo_pull_failed")?;
    let facts = inspect(bytes.clone()).await;
    let known = facts.filter(|facts| matches!(facts.format, ImageFormat::Jpeg | ImageFormat::WebP));
    let facts = known.ok_or("file_format_check_failed")?;
    let (long, short) = (facts.width.max(facts.height), facts.width.min(facts.height));
    if u64::from(long) * u64::from(short) > 1_920 * 1_080 {
        return Err("picture_size_check_failed");
    }
    Ok(sandbox.pictures().keep(bytes).await)
}

/// Makes a post of what was sent, or writes down why there is none.
pub(super) fn publish(sandbox: &Sandbox, publish_id: &str, failed: Option<&str>, pictures: Vec<PostPicture>) {
    let mut world = sandbox.world();
    let Some(sent) = world.own::<Desk>().of_anybody(publish_id).cloned() else { return };
    let Some(me) = world.account(Platform::TikTok, &sent.account).cloned() else { return };
    let is_video = pictures.iter().any(|picture| picture.video);
    let post = match failed {
        Some(_) => None,
        None => {
            let at = sandbox.now();
            let new = new_post(&mut world, &me, is_video, at);
            let id = new.id.clone();
            let words = if is_video { &sent.info["title"] } else { &sent.info["description"] };
            world.posts.push(Post {
                text: words.as_str().unwrap_or_default().to_owned(),
                pictures,
                facts: sent.info,
                ..Post::new(Platform::TikTok, new, &me, at)
            });
            Some(id)
        }
    };
    if let Some(sent) = world.own::<Desk>().of_anybody(publish_id) {
        sent.failed = failed.map(str::to_owned);
        sent.post = post;
    }
}

/// `POST /v2/post/publish/status/fetch/`
pub(super) fn status(sandbox: &Sandbox, request: &PlatformRequest, caller: &Caller) -> PlatformResponse {
    caller.need("video.publish")?;
    caller.spend(sandbox, "status", 30)?;
    let body = body(request)?;
    only_known(&body, &["publish_id"])?;
    let publish_id = body["publish_id"].as_str().unwrap_or_default();
    let mut world = sandbox.world();
    let sent = world.own::<Desk>().of(&caller.me, publish_id).cloned();
    let sent = sent.ok_or_else(|| error(400, "invalid_publish_id", "The publish_id does not exist."))?;
    let is_working = sent.finished.is_none_or(|_| sandbox.now() < sent.ready_at);
    let is_video = !sent.key.is_empty();
    let mut data = json!({});
    if is_video {
        data["uploaded_bytes"] = sent.received().into();
    }
    data["status"] = match (&sent.failed, is_working) {
        (_, true) if is_video => "PROCESSING_UPLOAD".into(),
        (_, true) => "PROCESSING_DOWNLOAD".into(),
        (Some(reason), false) => {
            data["fail_reason"] = reason.as_str().into();
            "FAILED".into()
        }
        (None, false) => {
            // Only of what everybody can see.
            let id = sent.post.as_deref().filter(|_| is_public(&sent.info)).and_then(|id| id.parse::<u64>().ok());
            data["publicaly_available_post_id"] = id.into_iter().collect();
            "PUBLISH_COMPLETE".into()
        }
    };
    answer(data)
}

/// Whether everybody sees a post with these facts. What was inserted as history has none.
pub(super) fn is_public(facts: &Value) -> bool {
    facts["privacy_level"].as_str().is_none_or(|level| level == EVERYBODY)
}

/// What TikTok shows with a post.
pub(super) fn notes(facts: &Value) -> Vec<String> {
    let mut notes = vec![];
    let is_on = |name: &str| facts[name] == true;
    if let Some(title) = facts["title"].as_str().filter(|_| facts.get("description").is_some()) {
        notes.push(format!("Title: {title}"));
    }
    if is_on("brand_content_toggle") {
        notes.push("Paid partnership".into());
    } else if is_on("brand_organic_toggle") {
        notes.push("Promotional content".into());
    }
    if is_on("is_aigc") {
        notes.push("Creator labeled as AI-generated".into());
    }
    notes.extend(match facts["privacy_level"].as_str() {
        Some(EVERYBODY) => Some("Seen by everyone".to_owned()),
        Some("MUTUAL_FOLLOW_FRIENDS") => Some("Seen by friends".to_owned()),
        Some("FOLLOWER_OF_CREATOR") => Some("Seen by followers".to_owned()),
        Some(ONLY_ME) => Some("Seen by the account only".to_owned()),
        _ => None,
    });
    for (name, what) in [("disable_comment", "comments"), ("disable_duet", "duets"), ("disable_stitch", "stitches")] {
        if facts[name] == false {
            notes.push(format!("Allows {what}"));
        }
    }
    notes
}
