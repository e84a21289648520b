//! LinkedIn: writing, reading, listing and deleting the posts of members and company pages.

use super::images::Images;
use super::text;
use super::{bad_input, denied, error, files, named_post, pages, schema};
use crate::domain::platform::Platform;
use crate::sandbox::html::escape;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{AccessToken, Account, Post, PostPicture, World};
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

const MAX_TEXT: usize = 3000;

/// How long the same content is a duplicate, even after the first post was deleted: the lag of LinkedIn's index that
/// others have seen is 24 to 48 hours.
const DUPLICATE_FOR: TimeDelta = TimeDelta::hours(48);

/// Collects the schema errors of a body, in Rest.li's wording.
#[derive(Default)]
struct Schema(Vec<String>);

impl Schema {
    fn missing(&mut self, path: &str) {
        self.0.push(format!("{path} :: field is required but not found and has no default value"));
    }
    fn unknown(&mut self, path: &str, fields: &Map<String, Value>, known: &[&str]) {
        for name in fields.keys().filter(|n| !known.contains(&n.as_str())) {
            self.0.push(format!("{path}/{name} :: unrecognized field found but not allowed"));
        }
    }
    fn symbol(&mut self, path: &str, value: &Value, known: &[&str]) {
        match value {
            Value::Null => self.missing(path),
            Value::String(text) if known.contains(&text.as_str()) => {}
            other => self.0.push(format!("{path} :: {other} is not an enum symbol")),
        }
    }
    fn text(&mut self, path: &str, value: &Value, required: bool) {
        match value {
            Value::Null if required => self.missing(path),
            Value::Null | Value::String(_) => {}
            other => self.0.push(format!("{path} :: {other} cannot be coerced to String")),
        }
    }
    fn record<'a>(&mut self, path: &str, value: &'a Value) -> Option<&'a Map<String, Value>> {
        let record = value.as_object();
        if record.is_none() {
            self.0.push(format!("{path} :: a record is expected"));
        }
        record
    }
}

/// One image of a post: URN and alternative text.
struct Image {
    urn: String,
    alt: String,
}

/// What `content` holds.
#[derive(Default)]
struct Content {
    images: Vec<Image>,
    link: Option<String>,
    /// The card's own picture.
    thumbnail: Option<String>,
    /// A video or document, and its title.
    file: Option<(String, Option<String>)>,
    has_poll: bool,
}

fn check(body: &Map<String, Value>) -> (Schema, Content) {
    let mut schema = Schema::default();
    let get = |name: &str| body.get(name).unwrap_or(&Value::Null);
    let known = [
        "author",
        "commentary",
        "visibility",
        "distribution",
        "lifecycleState",
        "isReshareDisabledByAuthor",
        "content",
        "reshareContext",
        "container",
        "contentLandingPage",
        "contentCallToActionLabel",
    ];
    schema.unknown("", body, &known);
    schema.text("/author", get("author"), true);
    schema.text("/commentary", get("commentary"), false);
    schema.symbol("/visibility", get("visibility"), &["PUBLIC", "CONNECTIONS", "LOGGED_IN"]);
    schema.symbol("/lifecycleState", get("lifecycleState"), &["PUBLISHED"]);
    match get("distribution") {
        Value::Null => schema.missing("/distribution"),
        value => {
            if let Some(distribution) = schema.record("/distribution", value) {
                let known = ["feedDistribution", "targetEntities", "thirdPartyDistributionChannels"];
                schema.unknown("/distribution", distribution, &known);
                schema.symbol("/distribution/feedDistribution", &value["feedDistribution"], &["MAIN_FEED", "NONE"]);
            }
        }
    }
    let mut content = Content::default();
    match get("content") {
        Value::Null => {}
        value => {
            if let Some(fields) = schema.record("/content", value) {
                schema.unknown("/content", fields, &["media", "multiImage", "article", "poll"]);
                if fields.len() != 1 {
                    schema.0.push("/content :: a union has exactly one member".into());
                }
                read_content(&mut schema, value, &mut content);
            }
        }
    }
    (schema, content)
}

fn read_content(schema: &mut Schema, value: &Value, content: &mut Content) {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    if let Some(media) = value.get("media").and_then(|m| schema.record("/content/media", m)) {
        schema.unknown("/content/media", media, &["id", "title", "altText"]);
        let media = &value["media"];
        schema.text("/content/media/id", &media["id"], true);
        schema.text("/content/media/altText", &media["altText"], false);
        schema.text("/content/media/title", &media["title"], false);
        let urn = text(&media["id"]);
        if urn.starts_with("urn:li:video:") || urn.starts_with("urn:li:document:") {
            content.file = Some((urn, media["title"].as_str().map(str::to_owned)));
        } else {
            content.images.push(Image { urn, alt: text(&media["altText"]) });
        }
    }
    if let Some(poll) = value.get("poll").and_then(|p| schema.record("/content/poll", p)) {
        read_poll(schema, poll);
        content.has_poll = true;
    }
    if let Some(several) = value.get("multiImage").and_then(|m| schema.record("/content/multiImage", m)) {
        schema.unknown("/content/multiImage", several, &["images", "altText"]);
        match value["multiImage"]["images"].as_array() {
            None => schema.missing("/content/multiImage/images"),
            Some(images) => {
                for (index, image) in images.iter().enumerate() {
                    let path = format!("/content/multiImage/images/{index}");
                    if let Some(fields) = schema.record(&path, image) {
                        schema.unknown(&path, fields, &["id", "altText"]);
                        schema.text(&format!("{path}/id"), &image["id"], true);
                        schema.text(&format!("{path}/altText"), &image["altText"], false);
                        content.images.push(Image { urn: text(&image["id"]), alt: text(&image["altText"]) });
                    }
                }
                if !(2..=20).contains(&images.len()) {
                    schema.0.push("/content/multiImage/images :: between 2 and 20 images are expected".into());
                }
            }
        }
    }
    if let Some(article) = value.get("article").and_then(|a| schema.record("/content/article", a)) {
        schema.unknown(
            "/content/article",
            article,
            &["source", "title", "description", "thumbnail", "thumbnailAltText"],
        );
        let article = &value["article"];
        schema.text("/content/article/source", &article["source"], true);
        schema.text("/content/article/title", &article["title"], true);
        schema.text("/content/article/description", &article["description"], false);
        content.link = article["source"].as_str().map(str::to_owned);
        content.thumbnail = article["thumbnail"].as_str().map(str::to_owned);
    }
}

fn read_poll(schema: &mut Schema, poll: &Map<String, Value>) {
    let get = |name: &str| poll.get(name).unwrap_or(&Value::Null);
    schema.unknown("/content/poll", poll, &["question", "options", "settings"]);
    let mut short = |path: &str, value: &Value, max: usize| {
        schema.text(path, value, true);
        let length = value.as_str().map_or(1, |text| text.chars().count());
        if !(1..=max).contains(&length) {
            schema.0.push(format!("{path} :: between 1 and {max} characters are expected"));
        }
    };
    short("/content/poll/question", get("question"), 140);
    let options = get("options").as_array().cloned().unwrap_or_default();
    for (n, option) in options.iter().enumerate() {
        short(&format!("/content/poll/options/{n}/text"), &option["text"], 30);
    }
    if !(2..=4).contains(&options.len()) {
        schema.0.push("/content/poll/options :: between 2 and 4 options are expected".into());
    }
    const DURATIONS: &[&str] = &["ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS"];
    schema.symbol("/content/poll/settings/duration", &get("settings")["duration"], DURATIONS);
}

/// What the page here shows of a post beside text and pictures: a document or a poll.
pub(super) fn more(post: &Post) -> String {
    let content = &post.facts["content"];
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    if let Some(key) = post.facts["document"].as_str() {
        return format!("<p><a href=\"/pictures/{}\">{}</a> (PDF)</p>", escape(key), text(&content["media"]["title"]));
    }
    let Some(poll) = content.get("poll") else { return String::new() };
    let answers: String = poll["options"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|answer| format!("<li>{}</li>", text(&answer["text"])))
        .collect();
    let question = text(&poll["question"]);
    format!("<p><strong>{question}</strong></p><ul aria-label=\"Answers\">{answers}</ul>")
}

/// `POST /rest/posts` -> 201, no body, the URN in `x-restli-id`.
pub(super) fn create(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
) -> PlatformResponse {
    let body = match request.json() {
        Some(Value::Object(body)) => body,
        _ => return Err(error(400, "ILLEGAL_ARGUMENT", "The request body could not be read as JSON")),
    };
    let (problems, content) = check(&body);
    if !problems.0.is_empty() {
        return Err(schema(&problems.0));
    }
    let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let author = field("author");
    if !author.starts_with("urn:li:person:") && !author.starts_with("urn:li:organization:") {
        return Err(error(400, "ILLEGAL_ARGUMENT", &format!("Invalid author: {author}")));
    }
    let author = pages::acting(me, token, author, "/author")?;
    let text::Shown { text: commentary, entities } = text::read(field("commentary"));
    let length = commentary.encode_utf16().count();
    if length > MAX_TEXT {
        let words = format!(
            "ShareCommentary text length ({length} characters) exceeded the maximum allowed ({MAX_TEXT} characters)"
        );
        return Err(bad_input(
            400,
            &words,
            "FIELD_ARRAY_SIZE_TOO_HIGH",
            "Size of array cannot be higher than the maxLength",
        ));
    }
    if commentary.trim().is_empty() && body.get("content").is_none_or(Value::is_null) {
        return Err(bad_input(400, "A post needs commentary or content", "MISSING_FIELD", "Required field is missing"));
    }
    if let Some(link) = &content.link {
        let fine = url::Url::parse(link).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
        if !fine {
            return Err(bad_input(400, "The source of the article is not a valid URL", "INVALID_URL", "Invalid URL"));
        }
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let mut pictures = vec![];
    for image in content.images.iter().map(|i| (&i.urn, &i.alt)).chain(content.thumbnail.iter().map(|t| (t, &EMPTY))) {
        pictures.push(picture(&mut world, &author, image.0, image.1)?);
    }
    let mut document = None;
    if let Some((urn, title)) = &content.file {
        let file = files::usable(&mut world, &author, urn).ok_or_else(|| not_available(urn))?;
        if urn.starts_with("urn:li:video:") {
            let alt = String::new();
            pictures.push(PostPicture { id: urn.clone(), key: file.key, url: None, alt, video: true });
        } else if title.as_deref().is_none_or(|title| title.trim().is_empty()) {
            return Err(bad_input(400, "A document needs a title", "MISSING_FIELD", "Required field is missing"));
        } else {
            document = file.key;
        }
    }
    if !sandbox.options().takes_repeats
        && let Some(first) = duplicate_of(&world, &author, &commentary, &content, now)
    {
        let words = format!("Content is a duplicate of {first}");
        return Err(bad_input(422, &words, "DUPLICATE_POST", "Duplicate post is detected"));
    }
    let kind = if content.file.is_some() || content.has_poll { "ugcPost" } else { "share" };
    let new = named_post(&mut world, kind, now);
    let id = new.id.clone();
    let field = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
    world.posts.push(Post {
        account: author,
        text: commentary,
        link: content.link,
        pictures,
        facts: json!({
            "entities": entities.iter().map(|range| [range.start, range.end]).collect::<Vec<_>>(),
            "visibility": field("visibility"),
            "distribution": field("distribution"),
            "content": field("content"),
            "document": document,
            "isReshareDisabledByAuthor": field("isReshareDisabledByAuthor") == true,
        }),
        ..Post::new(Platform::LinkedIn, new, me, now)
    });
    drop(world);
    let mut response = StatusCode::CREATED.into_response();
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-restli-id", value);
    }
    Ok(response)
}

static EMPTY: String = String::new();

fn not_available(urn: &str) -> ErrorResponse {
    let words = format!("The media {urn} is not available to the author");
    bad_input(400, &words, "INVALID_URN_ID", "Invalid URN id")
}

fn picture(world: &mut World, author: &str, image: &str, alt: &str) -> Result<PostPicture, ErrorResponse> {
    let found = world.own::<Images>().usable(author, image).ok_or_else(|| not_available(image))?;
    Ok(PostPicture { id: image.to_owned(), key: found.picture.clone(), url: None, alt: alt.to_owned(), video: false })
}

/// The post that this one repeats: the same text and link, or without text the same images.
fn duplicate_of<'a>(
    world: &'a World,
    author: &str,
    text: &str,
    content: &Content,
    now: chrono::DateTime<chrono::Utc>,
) -> Option<&'a str> {
    let same = |p: &&Post| {
        let files = content.images.iter().map(|i| &i.urn).chain(content.file.iter().map(|(urn, _)| urn));
        let images = || p.pictures.iter().map(|i| &i.id).eq(files.clone());
        p.platform == Platform::LinkedIn
            && p.account == author
            && p.at + DUPLICATE_FOR > now
            && p.text == text
            && p.link == content.link
            && (!text.is_empty() || images())
    };
    world.posts.iter().rev().find(same).map(|p| p.id.as_str())
}

fn present(post: &Post) -> Value {
    let at = post.at.timestamp_millis();
    let mut body = json!({
        "id": post.id,
        "author": pages::urn_of(&post.account),
        "commentary": post.text,
        "visibility": post.facts["visibility"].as_str().unwrap_or("PUBLIC"),
        "lifecycleState": "PUBLISHED",
        "distribution": {
            "feedDistribution": post.facts["distribution"]["feedDistribution"].as_str().unwrap_or("MAIN_FEED"),
            "thirdPartyDistributionChannels": [],
        },
        "isReshareDisabledByAuthor": post.facts["isReshareDisabledByAuthor"].as_bool().unwrap_or(false),
        "createdAt": at,
        "publishedAt": at,
        "lastModifiedAt": at,
        "lifecycleStateInfo": { "isEditedByAuthor": false },
    });
    if post.facts["content"].is_object() {
        body["content"] = post.facts["content"].clone();
    }
    body
}

/// `GET /rest/posts/{urn}`
pub(super) fn get(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
    id: &str,
) -> PlatformResponse {
    let found = sandbox.world().post(request.platform(), id).cloned();
    match found {
        Some(post) if pages::may_read(me, token, &post.account) => ok(&present(&post)),
        Some(_) => Err(denied("Not enough permissions to access this post")),
        None => Err(error(404, "NOT_FOUND", "The post is not found")),
    }
}

/// `GET /rest/posts?q=author&author=`, newest first.
pub(super) fn list(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
) -> PlatformResponse {
    if request.query("q") != Some("author") {
        return Err(error(400, "ILLEGAL_ARGUMENT", "Unknown finder"));
    }
    super::encoded_urn(request)?;
    let author = pages::listed(me, token, request.query("author"))?;
    let (start, count) = super::paging(request)?;
    if request.query("sortBy").is_some_and(|s| !["LAST_MODIFIED", "CREATED"].contains(&s)) {
        return Err(error(400, "ILLEGAL_ARGUMENT", "Invalid value for sortBy"));
    }
    let (elements, total) = {
        let world = sandbox.world();
        let posts = world.posts_of(request.platform(), &author);
        let elements: Vec<Value> = posts.iter().skip(start).take(count).map(|p| present(p)).collect();
        (elements, posts.len())
    };
    ok(&json!({ "paging": { "start": start, "count": count, "total": total, "links": [] }, "elements": elements }))
}

/// `DELETE /rest/posts/{urn}`: 204, also when there is nothing (any more).
pub(super) fn delete(sandbox: &Sandbox, me: &Account, token: &AccessToken, id: &str) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    if let Some(post) = world.post_mut(Platform::LinkedIn, id) {
        if !pages::writes_for(me, token, &post.account) {
            return Err(denied("The author of the post is somebody else"));
        }
        post.deleted_at = Some(now);
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
