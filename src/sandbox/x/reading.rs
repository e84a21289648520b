//! X: posts as they are read, by id and by timeline.

use super::{invalid, missing, posts, text};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok, timestamp};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Post, PostPicture};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// Fields of both generations of the description.
const POST_FIELDS: &[&str] = &[
    "article",
    "article_title",
    "attachments",
    "author_id",
    "card_uri",
    "community_id",
    "context_annotations",
    "conversation_id",
    "created_at",
    "display_text_range",
    "edit_controls",
    "edit_history_tweet_ids",
    "entities",
    "geo",
    "id",
    "in_reply_to_user_id",
    "lang",
    "media_metadata",
    "non_public_metrics",
    "note_post",
    "note_tweet",
    "organic_metrics",
    "paid_partnership",
    "possibly_sensitive",
    "promoted_metrics",
    "public_metrics",
    "referenced_tweets",
    "reply_settings",
    "scopes",
    "source",
    "text",
    "withheld",
];

const FIELD_QUERIES: [&str; 7] =
    ["tweet.fields", "post.fields", "expansions", "media.fields", "poll.fields", "user.fields", "place.fields"];

/// A query parameter that the endpoint does not know is an error.
pub(super) fn check_query(request: &PlatformRequest, known: &[&str]) -> Result<(), ErrorResponse> {
    match request.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => {
            let words = format!("The query parameter [{name}] is not one of [{}]", known.join(","));
            Err(invalid(name, "", &words))
        }
        None => Ok(()),
    }
}

/// The values of a field list; a field that is not in the description is an error.
pub(super) fn fields<'a>(
    request: &'a PlatformRequest,
    names: &[&str],
    known: &[&str],
) -> Result<Vec<&'a str>, ErrorResponse> {
    let mut wanted = vec![];
    for name in names {
        for field in request.query(name).unwrap_or_default().split(',').filter(|f| !f.is_empty()) {
            if !known.contains(&field) {
                let words = format!("The `{name}` query parameter value [{field}] is not one of [{}]", known.join(","));
                return Err(invalid(name, field, &words));
            }
            wanted.push(field);
        }
    }
    Ok(wanted)
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The number of its type, and its own.
fn media_key(picture: &PostPicture) -> String {
    format!("{}_{}", if picture.video { 7 } else { 3 }, picture.id)
}

/// A post with its default fields and those that were asked for.
pub(super) fn present(post: &Post, wanted: &[&str]) -> Value {
    let page = (!post.pictures.is_empty()).then(|| format!("{}/photo/1", post.url));
    let (text, urls) = text::shown(&post.text, page.as_deref());
    let mut data = json!({ "id": post.id, "text": text, "edit_history_tweet_ids": [post.id] });
    for field in wanted {
        let value = match *field {
            "created_at" => json!(stamp(post.at)),
            "author_id" => json!(post.account),
            "conversation_id" => json!(post.facts["conversation_id"].as_str().unwrap_or(&post.id)),
            "referenced_tweets" if post.facts["in_reply_to_tweet_id"].is_string() => {
                json!([{ "type": "replied_to", "id": post.facts["in_reply_to_tweet_id"] }])
            }
            // Accounts reply to their own posts only.
            "in_reply_to_user_id" if post.facts["in_reply_to_tweet_id"].is_string() => json!(post.account),
            "lang" => json!("en"),
            "possibly_sensitive" => json!(false),
            "reply_settings" => json!("everyone"),
            "public_metrics" => json!({
                "retweet_count": 0,
                "reply_count": 0,
                "like_count": 0,
                "quote_count": 0,
                "bookmark_count": 0,
                "impression_count": 0,
            }),
            "entities" if !urls.is_empty() => json!({ "urls": urls }),
            "attachments" if !post.pictures.is_empty() => {
                json!({ "media_keys": post.pictures.iter().map(media_key).collect::<Vec<_>>() })
            }
            "attachments" if post.facts["poll"].is_object() => json!({ "poll_ids": [post.id] }),
            _ => continue,
        };
        data[*field] = value;
    }
    data
}

/// `includes`, as far as it was asked for.
fn includes(sandbox: &Sandbox, request: &PlatformRequest, found: &[Post]) -> Option<Value> {
    let expansions: Vec<&str> = request.query("expansions").unwrap_or_default().split(',').collect();
    let mut includes = Map::new();
    if expansions.contains(&"attachments.media_keys") {
        let media: Vec<Value> = found
            .iter()
            .flat_map(|p| &p.pictures)
            .map(|picture| {
                let url = picture.key.as_ref().map(|k| request.picture_url(k)).or_else(|| picture.url.clone());
                match picture.video {
                    true => json!({ "media_key": media_key(picture), "type": "video" }),
                    false => {
                        json!({ "media_key": media_key(picture), "type": "photo", "url": url, "alt_text": picture.alt })
                    }
                }
            })
            .collect();
        includes.insert("media".into(), media.into());
    }
    if expansions.contains(&"author_id")
        && let Some(first) = found.first()
        && let Some(account) = sandbox.world().account(Platform::X, &first.account).cloned()
    {
        includes.insert("users".into(), json!([posts::user(request, &account, &[])]));
    }
    (!includes.is_empty()).then(|| includes.into())
}

/// `GET /2/tweets/{id}`: a post that is not there is a 200 with `errors`.
pub(super) fn one(sandbox: &Sandbox, request: &PlatformRequest, id: &str) -> PlatformResponse {
    check_query(request, &FIELD_QUERIES)?;
    let wanted = fields(request, &["tweet.fields", "post.fields"], POST_FIELDS)?;
    let found = sandbox.world().post(Platform::X, id).cloned();
    let Some(post) = found else { return ok(&json!({ "errors": [missing("tweet", "id", id)] })) };
    let mut body = json!({ "data": present(&post, &wanted) });
    if let Some(includes) = includes(sandbox, request, &[post]) {
        body["includes"] = includes;
    }
    ok(&body)
}

/// `GET /2/tweets?ids=`
pub(super) fn lookup(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let mut known = FIELD_QUERIES.to_vec();
    known.push("ids");
    check_query(request, &known)?;
    let wanted = fields(request, &["tweet.fields", "post.fields"], POST_FIELDS)?;
    let ids: Vec<&str> = request.query("ids").unwrap_or_default().split(',').filter(|i| !i.is_empty()).collect();
    if !(1..=100).contains(&ids.len()) {
        return Err(invalid(
            "ids",
            &ids.len().to_string(),
            "The number of values in the `ids` query parameter list is not between 1 and 100",
        ));
    }
    let mut found = vec![];
    let mut errors = vec![];
    for id in ids {
        match sandbox.world().post(Platform::X, id).cloned() {
            Some(post) => found.push(post),
            None => errors.push(missing("tweet", "ids", id)),
        }
    }
    let mut body = json!({});
    if !found.is_empty() {
        body["data"] = found.iter().map(|p| present(p, &wanted)).collect::<Vec<_>>().into();
    }
    if !errors.is_empty() {
        body["errors"] = errors.into();
    }
    if let Some(includes) = includes(sandbox, request, &found) {
        body["includes"] = includes;
    }
    ok(&body)
}

fn time(request: &PlatformRequest, name: &str) -> Result<Option<DateTime<Utc>>, ErrorResponse> {
    let Some(text) = request.query(name) else { return Ok(None) };
    let wrong = || {
        let words = format!(
            "The `{name}` query parameter value [{text}] is not a valid RFC3339 date-time (YYYY-MM-DDTHH:mm:ssZ)"
        );
        invalid(name, text, &words)
    };
    let at = timestamp(text).filter(|_| text.contains('T')).ok_or_else(wrong)?;
    Ok(Some(at))
}

fn number(request: &PlatformRequest, name: &str) -> Result<Option<u64>, ErrorResponse> {
    let Some(text) = request.query(name) else { return Ok(None) };
    let parsed = text
        .parse()
        .map_err(|_| invalid(name, text, &format!("The `{name}` query parameter value [{text}] is not valid")))?;
    Ok(Some(parsed))
}

/// `GET /2/users/{id}/tweets`, newest first.
pub(super) fn timeline(sandbox: &Sandbox, request: &PlatformRequest, user: &str) -> PlatformResponse {
    let mut known = FIELD_QUERIES.to_vec();
    known.extend(["max_results", "pagination_token", "since_id", "until_id", "start_time", "end_time", "exclude"]);
    check_query(request, &known)?;
    let wanted = fields(request, &["tweet.fields", "post.fields"], POST_FIELDS)?;
    fields(request, &["exclude"], &["replies", "retweets"])?;
    let most = number(request, "max_results")?.unwrap_or(10);
    if !(5..=100).contains(&most) {
        let words = format!("The `max_results` query parameter value [{most}] is not between 5 and 100");
        return Err(invalid("max_results", &most.to_string(), &words));
    }
    let (from, to) = (time(request, "start_time")?, time(request, "end_time")?);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(invalid(
            "end_time",
            "",
            "Invalid 'start_time'/'end_time'. 'start_time' must be before 'end_time'.",
        ));
    }
    let (since, until) = (number(request, "since_id")?, number(request, "until_id")?);
    let after = match request.query("pagination_token") {
        None => None,
        Some(token) => {
            let id = token.strip_prefix("page").and_then(|id| id.parse::<u64>().ok());
            Some(id.ok_or_else(|| {
                let words = format!("The `pagination_token` query parameter value [{token}] is not valid");
                invalid("pagination_token", token, &words)
            })?)
        }
    };
    let without_replies = request.query("exclude").is_some_and(|e| e.contains("replies"));
    let all: Vec<Post> = {
        let world = sandbox.world();
        let Some(account) = world.account(Platform::X, user).filter(|a| a.id == user) else {
            return ok(&json!({ "errors": [missing("user", "id", user)] }));
        };
        let id = |p: &Post| p.id.parse::<u64>().unwrap_or(0);
        world
            .posts_of(Platform::X, &account.id)
            .into_iter()
            .filter(|p| from.is_none_or(|t| p.at >= t) && to.is_none_or(|t| p.at < t))
            .filter(|p| since.is_none_or(|s| id(p) > s) && until.is_none_or(|u| id(p) < u))
            .filter(|p| after.is_none_or(|a| id(p) < a))
            .filter(|p| !(without_replies && p.facts["in_reply_to_tweet_id"].is_string()))
            .cloned()
            .collect()
    };
    let most = usize::try_from(most).unwrap_or(100);
    let page = &all[..all.len().min(most)];
    let mut meta = json!({ "result_count": page.len() });
    let mut body = json!({});
    if let (Some(newest), Some(oldest)) = (page.first(), page.last()) {
        meta["newest_id"] = json!(newest.id);
        meta["oldest_id"] = json!(oldest.id);
        if all.len() > page.len() {
            meta["next_token"] = json!(format!("page{}", oldest.id));
        }
        body["data"] = page.iter().map(|p| present(p, &wanted)).collect::<Vec<_>>().into();
        if let Some(includes) = includes(sandbox, request, page) {
            body["includes"] = includes;
        }
    }
    body["meta"] = meta;
    ok(&body)
}
