//! X: the user, writing and deleting posts. Reading posts is in `reading`.

use super::reading::{check_query, fields, present};
use super::uploads::{Phase, Uploads};
use super::{forbidden, invalid, new_post, text};
use crate::domain::platform::Platform;
use crate::sandbox::html::escape;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Post, PostPicture, World};
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

pub(super) use super::reading::{lookup, one, timeline};

/// How long the same text of the same account counts as a duplicate. X names no time; a day is an assumption.
const DUPLICATE_FOR: TimeDelta = TimeDelta::days(1);

const USER_FIELDS: &[&str] = &[
    "affiliation",
    "confirmed_email",
    "connection_status",
    "created_at",
    "description",
    "entities",
    "id",
    "is_identity_verified",
    "location",
    "most_recent_tweet_id",
    "name",
    "parody",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "public_metrics",
    "receives_your_dm",
    "subscription",
    "subscription_type",
    "url",
    "username",
    "verified",
    "verified_followers_count",
    "verified_type",
    "withheld",
];

pub(super) fn me(request: &PlatformRequest, me: &Account, scopes: &[String]) -> PlatformResponse {
    check_query(request, &["user.fields", "expansions", "tweet.fields", "post.fields"])?;
    let wanted = fields(request, &["user.fields"], USER_FIELDS)?;
    if wanted.contains(&"confirmed_email") && !scopes.iter().any(|s| s == "users.email") {
        return Err(forbidden("Forbidden"));
    }
    ok(&json!({ "data": user(request, me, &wanted) }))
}

pub(super) fn user(request: &PlatformRequest, account: &Account, wanted: &[&str]) -> Value {
    let mut data = json!({ "id": account.id, "name": account.name, "username": account.handle });
    for field in wanted {
        let value = match *field {
            "profile_image_url" => json!(request.avatar_url(&account.id)),
            "description" => json!(account.about),
            "public_metrics" => json!({
                "followers_count": 0,
                "following_count": 0,
                "tweet_count": 0,
                "listed_count": 0,
                "like_count": 0,
                "media_count": 0,
            }),
            "verified" | "protected" => json!(false),
            "verified_type" => json!("none"),
            "subscription_type" => json!("None"),
            "created_at" => json!("2024-01-01T00:00:00.000Z"),
            "confirmed_email" => json!(format!("{}@example.com", account.handle)),
            // A field without a value is left out, as X does.
            _ => continue,
        };
        data[*field] = value;
    }
    data
}

/// The body of a create request, after the checks that need nothing but the body.
#[derive(Default)]
struct Wanted {
    text: String,
    media: Vec<String>,
    reply_to: Option<String>,
    poll: Option<Value>,
}

/// The fields that the description allows; all others are errors (`additionalProperties: false`).
const KNOWN: &[&str] = &[
    "text",
    "media",
    "reply",
    "poll",
    "reply_settings",
    "made_with_ai",
    "paid_partnership",
    "for_super_followers_only",
    "nullcast",
];

/// Fields of the description that not every account (or not this stand-in) may use: "not permitted".
const NOT_PERMITTED: &[&str] = &[
    "quote_tweet_id",
    "card_uri",
    "community_id",
    "direct_message_deep_link",
    "edit_options",
    "geo",
    "share_with_followers",
];

fn read(request: &PlatformRequest) -> Result<Wanted, ErrorResponse> {
    let body = request.json().ok_or_else(|| invalid("", "", "Requests bodies must be of type application/json."))?;
    let body = body.as_object().ok_or_else(|| invalid("", "", "Request body must be a JSON object."))?;
    for name in body.keys() {
        if NOT_PERMITTED.contains(&name.as_str()) {
            return Err(forbidden("You are not permitted to perform this action."));
        }
        if !KNOWN.contains(&name.as_str()) {
            return Err(unknown_field("$", name));
        }
    }
    let mut wanted = Wanted::default();
    if let Some(text) = body.get("text") {
        let text = text.as_str().ok_or_else(|| invalid("text", &text.to_string(), "$.text: string expected"))?;
        text.clone_into(&mut wanted.text);
    }
    for name in ["made_with_ai", "paid_partnership", "for_super_followers_only", "nullcast"] {
        if body.get(name).is_some_and(|v| !v.is_boolean()) {
            return Err(invalid(name, "", &format!("$.{name}: boolean expected")));
        }
    }
    if let Some(who) = body.get("reply_settings") {
        let known = ["following", "mentionedUsers", "subscribers", "verified"];
        if !who.as_str().is_some_and(|w| known.contains(&w)) {
            return Err(invalid(
                "reply_settings",
                &who.to_string(),
                "$.reply_settings: does not have a value in the enumeration",
            ));
        }
    }
    if let Some(media) = body.get("media") {
        let media = object(media, "media", &["media_ids", "tagged_user_ids"])?;
        wanted.media = ids(media.get("media_ids"), "media.media_ids", 1, 4)?;
        if let Some(tagged) = media.get("tagged_user_ids") {
            ids(Some(tagged), "media.tagged_user_ids", 0, 10)?;
        }
    }
    if let Some(reply) = body.get("reply") {
        let fields = ["in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"];
        let reply = object(reply, "reply", &fields)?;
        let to = reply.get("in_reply_to_tweet_id").and_then(Value::as_str);
        wanted.reply_to = Some(
            to.ok_or_else(|| invalid("reply", "", "$.reply.in_reply_to_tweet_id: is missing but it is required"))?
                .into(),
        );
    }
    if let Some(poll) = body.get("poll") {
        check_poll(poll)?;
        if !wanted.media.is_empty() {
            return Err(invalid("poll", "", "You can attach only one of media, a poll and a quoted post."));
        }
        wanted.poll = Some(poll.clone());
    }
    if wanted.text.trim().is_empty() && wanted.media.is_empty() {
        return Err(invalid("text", &wanted.text, "You must provide text or media to create a Tweet."));
    }
    Ok(wanted)
}

/// 2 to 4 answers of at most 25 characters, open for 5 minutes to a week.
fn check_poll(poll: &Value) -> Result<(), ErrorResponse> {
    let fields = object(poll, "poll", &["options", "duration_minutes", "reply_settings"])?;
    let answers = fields.get("options").and_then(Value::as_array);
    let answers = answers.ok_or_else(|| invalid("poll", "", "$.poll.options: is missing but it is required"))?;
    let fits = |answer: &Value| answer.as_str().is_some_and(|text| (1..=25).contains(&text.chars().count()));
    if !(2..=4).contains(&answers.len()) || !answers.iter().all(fits) {
        let words = "$.poll.options: must have between 2 and 4 items of 1 to 25 characters";
        return Err(invalid("poll", &poll.to_string(), words));
    }
    let minutes = fields.get("duration_minutes").and_then(Value::as_u64);
    if !minutes.is_some_and(|minutes| (5..=10_080).contains(&minutes)) {
        return Err(invalid("poll", &poll.to_string(), "$.poll.duration_minutes: must be between 5 and 10080"));
    }
    Ok(())
}

/// What the page here shows of a post beside text and pictures: the answers of a poll.
pub(super) fn more(post: &Post) -> String {
    let answers = post.facts["poll"]["options"].as_array();
    let answers = answers.into_iter().flatten().filter_map(Value::as_str);
    let items: String = answers.map(|answer| format!("<li>{}</li>", escape(answer))).collect();
    if items.is_empty() { items } else { format!("<ul aria-label=\"Answers\">{items}</ul>") }
}

fn unknown_field(path: &str, name: &str) -> ErrorResponse {
    let words =
        format!("{path}.{name}: is not defined in the schema and the schema does not allow additional properties");
    invalid(name, "", &words)
}

fn object<'a>(
    value: &'a Value,
    name: &str,
    known: &[&str],
) -> Result<&'a serde_json::Map<String, Value>, ErrorResponse> {
    let fields = value.as_object().ok_or_else(|| invalid(name, "", &format!("$.{name}: object expected")))?;
    match fields.keys().find(|k| !known.contains(&k.as_str())) {
        Some(unknown) => Err(unknown_field(&format!("$.{name}"), unknown)),
        None => Ok(fields),
    }
}

fn ids(value: Option<&Value>, name: &str, least: usize, most: usize) -> Result<Vec<String>, ErrorResponse> {
    let list = value
        .and_then(Value::as_array)
        .ok_or_else(|| invalid(name, "", &format!("$.{name}: is missing but it is required")))?;
    if !(least..=most).contains(&list.len()) {
        let words = format!("$.{name}: must have between {least} and {most} items in the array");
        return Err(invalid(name, &list.len().to_string(), &words));
    }
    let mut ids = vec![];
    for item in list {
        let id = item.as_str().filter(|id| (1..=19).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit()));
        let id =
            id.ok_or_else(|| invalid(name, &item.to_string(), &format!("$.{name}: does not match ^[0-9]{{1,19}}$")))?;
        if ids.iter().any(|had| had == id) {
            return Err(invalid(name, id, &format!("$.{name}: the items in the array must be unique")));
        }
        ids.push(id.to_owned());
    }
    Ok(ids)
}

/// The uploads as pictures of a post: they exist, are this user's, are ready, and go together.
fn pictures(
    world: &mut World,
    sandbox: &Sandbox,
    me: &Account,
    ids: &[String],
) -> Result<Vec<PostPicture>, ErrorResponse> {
    let now = sandbox.now();
    let wrong = |id: &str| invalid("media.media_ids", id, "Your media IDs are invalid.");
    let mut pictures = vec![];
    let mut animated = 0;
    for id in ids {
        let upload = world
            .own::<Uploads>()
            .of(me, id, now)
            .filter(|u| u.phase == Phase::Taken && now >= u.ready_at)
            .ok_or_else(|| wrong(id))?;
        animated += usize::from(upload.category != "tweet_image");
        pictures.push(PostPicture {
            id: id.clone(),
            key: upload.picture.clone(),
            url: None,
            alt: upload.alt.clone(),
            video: upload.category == "tweet_video",
        });
    }
    if animated > 0 && ids.len() > 1 {
        return Err(invalid(
            "media.media_ids",
            "",
            "You can only attach 4 photos, 1 animated GIF or 1 video to a Tweet.",
        ));
    }
    Ok(pictures)
}

pub(super) fn create(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    check_query(request, &[])?;
    let wanted = read(request)?;
    if text::length(&wanted.text) > text::LIMIT {
        let words = "Your Tweet text is too long. For more information on how Twitter determines text length see \
                     https://github.com/twitter/twitter-text.";
        return Err(invalid("", "", words));
    }
    if text::cashtags(&wanted.text) > 1 {
        return Err(forbidden("You may only use one cashtag in a Post."));
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let pictures = pictures(&mut world, sandbox, me, &wanted.media)?;
    if let Some(to) = &wanted.reply_to {
        // Self-serve apps may reply to their own posts and to people who mentioned them; nobody mentions anybody here.
        if world.post(request.platform(), to).is_none_or(|p| p.account != me.id) {
            return Err(forbidden("You attempted to reply to a Tweet that is deleted or not visible to you."));
        }
    }
    let repeated = world.posts.iter().any(|p| {
        p.platform == request.platform()
            && p.account == me.id
            && !p.text.is_empty()
            && p.text == wanted.text
            && p.at + DUPLICATE_FOR > now
    });
    if repeated && !sandbox.options().takes_repeats {
        return Err(forbidden("You are not allowed to create a Tweet with duplicate content."));
    }
    let new = new_post(&mut world, me, now);
    let id = new.id.clone();
    // A thread is one conversation, whose id is the id of its first post.
    let parent = wanted.reply_to.as_ref().and_then(|to| world.post(request.platform(), to));
    let conversation =
        parent.map_or_else(|| id.clone(), |p| p.facts["conversation_id"].as_str().unwrap_or(&p.id).into());
    let post = Post {
        text: wanted.text,
        pictures,
        facts: json!({ "in_reply_to_tweet_id": wanted.reply_to, "conversation_id": conversation, "poll": wanted.poll }),
        ..Post::new(request.platform(), new, me, now)
    };
    let shown = present(&post, &["text"]);
    world.posts.push(post);
    Ok(json(
        StatusCode::CREATED,
        &json!({ "data": { "id": id, "text": shown["text"], "edit_history_tweet_ids": [id] } }),
    ))
}

/// Deleting a post that does not exist (any more) succeeds too.
pub(super) fn delete(sandbox: &Sandbox, me: &Account, id: &str) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    if let Some(post) = world.post_mut(Platform::X, id) {
        if post.account != me.id {
            return Err(forbidden("You are not authorized to delete this Tweet."));
        }
        post.deleted_at = Some(now);
    }
    ok(&json!({ "data": { "deleted": true } }))
}
