//! From a request's body to what is wanted: one item per account, with everything that it inherits.
//!
//! Content: `text`, `link`, `media` (ids that `POST /api/v1/media` gave), `media_alt` (their descriptions), `thread` (the texts of the posts that follow the
//! first one, for platforms that have threads), `comment` (the first comment, where there are comments), `format` and
//! `options` (an object, by the names in the platform's schema: GET /api/social/platforms).
//!
//! Time: either `at`, an instant in RFC 3339 (`2026-11-20T16:45:00Z`; kept to the minute, rounded up), or `local_time`
//! (`2026-11-20T16:45`) in `zone` (the company's unless it is named), `second: true` being the later of two when clocks go
//! back.
//!
//! An account is named by its id, or by its platform where the company has just one there. `org` names another company of
//! the caller.

use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{AssetId, ConnectionId};
use crate::domain::limits::MAX_THREAD;
use crate::domain::moment::LocalTime;
use crate::domain::options::Options;
use crate::domain::platform::{Platform, PlatformKind};
use crate::domain::post::{Alts, Format, Parts, PostContent};
use crate::features::media::model::MAX_ALT;
use crate::features::posts::server::save::MAX_MEDIA;
use crate::infra::http::body::{Fields, kind_of};
use crate::infra::zone;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

/// More accounts or posts than this are several requests.
const MAX_ITEMS: usize = 50;
/// More than this many problems help nobody.
const MAX_PROBLEMS: usize = 100;

/// What an address takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `accounts`, at once.
    Now,
    /// `accounts`, at a time.
    Scheduled,
    /// `posts`, each with its own content and time (or what it inherits; without any time at once).
    Each,
}

/// How an account is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Id(ConnectionId),
    /// The company's only account there.
    Platform(Platform),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Time {
    Instant(DateTime<Utc>),
    Local { local: LocalTime, zone: Option<String>, second: bool },
}

/// One account with what it is to get.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub named: Named,
    pub content: PostContent<AssetId>,
    /// Descriptions of its pictures.
    pub alts: Alts,
    /// `None`: at once.
    pub time: Option<Time>,
    pub place: FieldPaths,
}

/// Where in the body the parts of an item stand, for problems with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPaths {
    pub account: String,
    pub text: String,
    pub link: String,
    pub media: String,
    pub thread: String,
    pub comment: String,
    pub format: String,
    pub options: String,
    pub time: String,
}

/// What several items share.
#[derive(Default)]
struct Shared {
    text: Option<String>,
    link: Option<String>,
    media: Option<Vec<AssetId>>,
    /// In the order of the pictures beside which they stand.
    alts: Alts,
    thread: Option<Vec<String>>,
    /// Empty: none, though all others have one.
    comment: Option<String>,
    format: Option<Format>,
    options: Option<Options>,
    time: Option<(Time, String)>,
    zone: Option<String>,
}

/// What the body asks for, or everything that is wrong with it. (`org` was used before.)
pub fn read(body: Map<String, Value>, shape: Shape) -> Result<Vec<Item>> {
    let mut problems = vec![];
    let mut top = Fields::new(body, "");
    top.text("org", &mut problems);
    let mut shared = content(&mut top, &mut problems);
    if shape != Shape::Now {
        let before = problems.len();
        (shared.time, shared.zone) = time(&mut top, None, shape == Shape::Each, &mut problems);
        if shape == Shape::Scheduled && shared.time.is_none() && problems.len() == before {
            problems.push(Problem::error(
                "at",
                "Say when: `at` with an instant (2026-11-20T16:45:00Z), or `local_time` (2026-11-20T16:45) with a `zone`.",
            ));
        }
    }
    let list = if shape == Shape::Each { "posts" } else { "accounts" };
    let before = problems.len();
    let values = top.list(list, &mut problems).unwrap_or_default();
    if values.is_empty() && problems.len() == before {
        let what = if shape == Shape::Each { "post" } else { "account" };
        problems.push(Problem::error(list, format!("Name at least one {what} in `{list}`.")));
    }
    if values.len() > MAX_ITEMS {
        problems.push(Problem::error(list, format!("At most {MAX_ITEMS} at once. Send the rest in another request.")));
    }
    let mut items = vec![];
    for (n, value) in values.into_iter().take(MAX_ITEMS).enumerate() {
        items.extend(item(value, &format!("{list}[{n}]"), shape, &shared, &mut problems));
    }
    top.finish(&mut problems);
    if problems.is_empty() {
        return Ok(items);
    }
    problems.truncate(MAX_PROBLEMS);
    Err(AppError::problems(problems))
}

fn content(fields: &mut Fields, problems: &mut Vec<Problem>) -> Shared {
    let (text, link) = (fields.text("text", problems), fields.text("link", problems));
    let media = fields.ids("media", MAX_MEDIA, problems);
    let alts = fields.texts("media_alt", problems).unwrap_or_default();
    let pictures = media.as_deref().unwrap_or_default();
    if alts.len() > pictures.len() {
        let message =
            "`media_alt` describes the pictures of `media` beside it, in their order: it is longer than that.";
        problems.push(Problem::error(fields.path("media_alt"), message));
    }
    for (n, _) in alts.iter().enumerate().filter(|(_, alt)| alt.chars().count() > MAX_ALT) {
        let path = format!("{}[{n}]", fields.path("media_alt"));
        problems.push(Problem::error(path, format!("A description may have at most {MAX_ALT} characters.")));
    }
    let alts = pictures.iter().copied().zip(alts).collect();
    Shared {
        alts,
        text,
        link,
        media,
        thread: thread(fields, problems),
        comment: fields.text("comment", problems),
        ..special(fields, problems)
    }
}

/// What may differ on every account beside its text.
fn special(fields: &mut Fields, problems: &mut Vec<Problem>) -> Shared {
    let format = fields.text("format", problems).and_then(|id| {
        let format = Format::parse(&id);
        if format.is_none() {
            let ids: Vec<_> = Format::ALL.into_iter().map(Format::id).collect();
            problems.push(Problem::error(fields.path("format"), format!("A format is one of {}.", ids.join(", "))));
        }
        format
    });
    let options = fields.object("options", problems).and_then(|map| match Options::deserialize(Value::Object(map)) {
        Ok(options) => Some(options),
        Err(error) => {
            let message = format!("`options` holds texts and truth values by the names of options: {error}.");
            problems.push(Problem::error(fields.path("options"), message));
            None
        }
    });
    Shared { format, options, ..Shared::default() }
}

/// The further posts of a thread. The composer leaves empty fields out; here nobody left one standing by chance, and the
/// numbers in what is said of the others must hold.
fn thread(fields: &mut Fields, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
    let mut texts = fields.texts("thread", problems)?;
    let path = fields.path("thread");
    if texts.len() > MAX_THREAD {
        let all = MAX_THREAD + 1;
        problems.push(Problem::error(&path, format!("A thread may have at most {all} posts. Remove some.")));
        texts.truncate(MAX_THREAD);
    }
    for (n, _) in texts.iter().enumerate().filter(|(_, text)| text.replace('\0', "").trim().is_empty()) {
        problems.push(Problem::error(format!("{path}[{n}]"), "Write what this post says, or leave it out."));
    }
    Some(texts)
}

/// An account of `accounts` (an id, or an object with an own text) or a post of `posts`.
fn item(value: Value, at: &str, shape: Shape, shared: &Shared, problems: &mut Vec<Problem>) -> Option<Item> {
    let mut own = Shared::default();
    let mut place = FieldPaths {
        account: at.to_owned(),
        text: "text".into(),
        link: "link".into(),
        media: "media".into(),
        thread: "thread".into(),
        comment: "comment".into(),
        format: "format".into(),
        options: "options".into(),
        time: shared.time.as_ref().map(|(_, place)| place.clone()).unwrap_or_default(),
    };
    let before = problems.len();
    let named = match value {
        Value::String(text) if shape != Shape::Each => named(&text, at, problems),
        Value::Object(map) => {
            let mut fields = Fields::new(map, at);
            place.account = fields.path("account");
            let account = fields.text("account", problems);
            if shape == Shape::Each {
                own = content(&mut fields, problems);
                (own.time, _) = time(&mut fields, shared.zone.as_deref(), false, problems);
            } else {
                own = Shared { text: fields.text("text", problems), ..special(&mut fields, problems) };
            }
            if account.is_none() && problems.len() == before {
                problems.push(Problem::error(&place.account, "Name the account by its id, or by its platform."));
            }
            let mut set = |mine: bool, name: &str, slot: fn(&mut FieldPaths) -> &mut String| {
                if mine {
                    *slot(&mut place) = fields.path(name);
                }
            };
            set(own.text.is_some(), "text", |place| &mut place.text);
            set(own.link.is_some(), "link", |place| &mut place.link);
            set(own.media.is_some(), "media", |place| &mut place.media);
            set(own.thread.is_some(), "thread", |place| &mut place.thread);
            set(own.comment.is_some(), "comment", |place| &mut place.comment);
            set(own.format.is_some(), "format", |place| &mut place.format);
            set(own.options.is_some(), "options", |place| &mut place.options);
            fields.finish(problems);
            account.and_then(|text| named(&text, &place.account, problems))
        }
        other => {
            let wanted = if shape == Shape::Each { "an object" } else { "an account's id or an object" };
            let message = format!("`{at}` is {}, but must be {wanted}.", kind_of(&other));
            problems.push(Problem::error(at, message));
            None
        }
    };
    if let Some((_, at)) = &own.time {
        place.time.clone_from(at);
    }
    let text = own.text.or_else(|| shared.text.clone());
    let alts = if own.media.is_some() { own.alts } else { shared.alts.clone() };
    if text.is_none() && shape == Shape::Each && problems.len() == before {
        let message = "Say what to write, here or in the `text` that all share; \"\" for pictures without words.";
        problems.push(Problem::error(format!("{at}.text"), message));
    }
    Some(Item {
        named: named?,
        alts,
        content: PostContent {
            text: text.unwrap_or_default(),
            link: own.link.or_else(|| shared.link.clone()),
            media: own.media.or_else(|| shared.media.clone()).unwrap_or_default(),
            parts: Parts {
                thread: own.thread.or_else(|| shared.thread.clone()).unwrap_or_default(),
                comment: own.comment.or_else(|| shared.comment.clone()).filter(|text| !text.trim().is_empty()),
            },
            format: own.format.or(shared.format).unwrap_or_default(),
            options: own.options.or_else(|| shared.options.clone()).unwrap_or_default(),
        },
        time: own.time.or_else(|| shared.time.clone()).map(|(time, _)| time),
        place,
    })
}

fn named(text: &str, at: &str, problems: &mut Vec<Problem>) -> Option<Named> {
    let text = text.trim();
    if let Ok(id) = text.parse() {
        return Some(Named::Id(id));
    }
    let platform = text.to_ascii_lowercase().parse().ok().filter(|p: &Platform| p.kind() == PlatformKind::Social);
    if platform.is_none() {
        let message = "This is neither an account's id nor a platform. GET /api/social/accounts lists the accounts.";
        problems.push(Problem::error(at, message));
    }
    platform.map(Named::Platform)
}

/// The time of an object, with the name of the field that says it, and the zone if one is named alone (`zone_alone`: that
/// is allowed, as what others inherit).
fn time(
    fields: &mut Fields,
    inherited_zone: Option<&str>,
    zone_alone: bool,
    problems: &mut Vec<Problem>,
) -> (Option<(Time, String)>, Option<String>) {
    let before = problems.len();
    let at = fields.text("at", problems);
    let local = fields.text("local_time", problems);
    let zone = fields.text("zone", problems);
    let second = fields.flag("second", problems);
    if zone.as_deref().is_some_and(|name| zone::parse(name).is_none()) {
        let message = "There is no such time zone. Use an IANA name such as Europe/Lisbon.";
        problems.push(Problem::error(fields.path("zone"), message));
    }
    let mut wrong = |name: &str, message: &str| problems.push(Problem::error(fields.path(name), message));
    match (&at, &local) {
        (Some(_), Some(_)) => wrong("at", "Give either `at` or `local_time`, not both."),
        (Some(_), None) if (zone.is_some() && !zone_alone) || second.is_some() => {
            wrong("at", "`at` is an instant: `zone` and `second` go with `local_time` only.");
        }
        (None, None) if (zone.is_some() && !zone_alone) || second.is_some() => {
            wrong("local_time", "`zone` and `second` go with `local_time`, which is missing.");
        }
        _ => {}
    }
    let time = match (at, local) {
        (Some(at), None) => match DateTime::parse_from_rfc3339(at.trim()) {
            Ok(at) => Some((Time::Instant(at.to_utc()), fields.path("at"))),
            Err(_) => {
                wrong("at", "This is no instant. Write it with its offset: 2026-11-20T16:45:00Z or …T16:45:00+01:00.");
                None
            }
        },
        (None, Some(local)) => match wall_clock(&local) {
            Some(local) => {
                let zone = zone.clone().or_else(|| inherited_zone.map(str::to_owned));
                let second = second.unwrap_or(false);
                Some((Time::Local { local, zone, second }, fields.path("local_time")))
            }
            None => {
                wrong("local_time", "This is no local time. Write it as 2026-11-20T16:45 (an instant goes into `at`).");
                None
            }
        },
        _ => None,
    };
    (time.filter(|_| problems.len() == before), zone)
}

/// Exactly `2026-11-20T16:45`, with full seconds at most: what else stands there would be silently lost.
fn wall_clock(text: &str) -> Option<LocalTime> {
    let text = text.trim();
    let time: LocalTime = text.parse().ok()?;
    let plain = time.to_string();
    (text == plain || text.strip_suffix(":00") == Some(plain.as_str())).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AssetId, ConnectionId};
    use serde_json::json;

    fn items(body: Value, shape: Shape) -> Result<Vec<Item>> {
        read(body.as_object().cloned().unwrap(), shape)
    }
    fn fields(body: Value, shape: Shape) -> Vec<String> {
        let error = items(body.clone(), shape).expect_err(&body.to_string());
        error.problems.into_iter().map(|p| p.field).collect()
    }
    fn at(s: &str) -> DateTime<Utc> {
        s.parse().unwrap()
    }

    #[test]
    fn accounts_share_what_they_do_not_have_themselves() {
        let (one, picture) = (ConnectionId::from_u128(1), AssetId::from_u128(9));
        let body = json!({ "text": "Hello", "link": "https://example.com", "media": [picture],
                           "accounts": [one, "x", { "account": "linkedin", "text": "Good day" }] });
        let read = items(body, Shape::Now).unwrap();
        let named: Vec<_> = read.iter().map(|i| i.named).collect();
        assert_eq!(named, [Named::Id(one), Named::Platform(Platform::X), Named::Platform(Platform::LinkedIn)]);
        assert_eq!(read.iter().map(|i| i.content.text.as_str()).collect::<Vec<_>>(), ["Hello", "Hello", "Good day"]);
        assert!(read.iter().all(|i| i.content.media == [picture] && i.time.is_none()));
        assert_eq!((read[1].place.text.as_str(), read[1].place.account.as_str()), ("text", "accounts[1]"));
        assert_eq!(
            (read[2].place.text.as_str(), read[2].place.account.as_str()),
            ("accounts[2].text", "accounts[2].account")
        );
    }

    #[test]
    fn posts_have_their_own_or_the_shared() {
        let body = json!({ "text": "Hello", "zone": "Asia/Tokyo", "posts": [
            { "account": "x", "at": "2026-11-20T16:45:00+01:00" },
            { "account": "x", "local_time": "2026-11-20T16:45", "text": "Later" },
            { "account": "linkedin", "local_time": "2026-11-20T16:45:00", "zone": "Europe/Lisbon", "second": true },
            { "account": "instagram", "link": "https://example.com/a" } ] });
        let read = items(body, Shape::Each).unwrap();
        assert_eq!(read[0].time, Some(Time::Instant(at("2026-11-20T15:45:00Z"))));
        let local = "2026-11-20T16:45".parse().unwrap();
        assert_eq!(read[1].time, Some(Time::Local { local, zone: Some("Asia/Tokyo".into()), second: false }));
        assert_eq!(read[2].time, Some(Time::Local { local, zone: Some("Europe/Lisbon".into()), second: true }));
        assert_eq!((&read[3].time, read[3].place.link.as_str()), (&None, "posts[3].link"));
        assert_eq!(read[2].place.time, "posts[2].local_time");
        let body = json!({ "text": "Hello", "at": "2026-11-20T16:45:00Z", "posts": [{ "account": "x" }] });
        let inherited = &items(body, Shape::Each).unwrap()[0];
        assert_eq!(
            (&inherited.time, inherited.place.time.as_str()),
            (&Some(Time::Instant(at("2026-11-20T16:45:00Z"))), "at")
        );
    }

    #[test]
    fn threads_and_comments_are_shared_too() {
        let body = json!({ "text": "One", "thread": ["Two", "Three"], "comment": "More", "posts": [
            { "account": "x" },
            { "account": "linkedin", "thread": [], "comment": "Else" },
            { "account": "instagram", "comment": "" } ] });
        let read = items(body, Shape::Each).unwrap();
        let parts = |n: usize| (read[n].content.parts.thread.len(), read[n].content.parts.comment.as_deref());
        assert_eq!([parts(0), parts(1), parts(2)], [(2, Some("More")), (0, Some("Else")), (2, None)]);
        assert_eq!((read[0].place.thread.as_str(), read[0].place.comment.as_str()), ("thread", "comment"));
        assert_eq!(
            (read[1].place.thread.as_str(), read[1].place.comment.as_str()),
            ("posts[1].thread", "posts[1].comment")
        );
        let body = json!({ "text": "One", "accounts": ["x"], "thread": ["Two", " ", 7], "comment": 7 });
        assert_eq!(fields(body, Shape::Now), ["thread[2]", "thread[1]", "comment"]);
    }

    #[test]
    fn every_problem_is_named() {
        use Shape::*;
        for (body, shape, expected) in [
            (json!({ "accounts": [{ "account": "x", "thread": ["Two"] }] }), Now, vec!["accounts[0].thread"]),
            (json!({}), Now, vec!["accounts"]),
            (json!({ "accounts": [] }), Now, vec!["accounts"]),
            (json!({ "accounts": ["x"], "at": "2026-11-20T16:45:00Z" }), Now, vec!["at"]),
            (
                json!({ "accounts": ["myspace", 7, {}, { "account": "smtp" }] }),
                Now,
                vec!["accounts[0]", "accounts[1]", "accounts[2].account", "accounts[3].account"],
            ),
            (json!({ "accounts": ["x"] }), Scheduled, vec!["at"]),
            (json!({ "accounts": ["x"], "at": "tomorrow" }), Scheduled, vec!["at"]),
            (json!({ "accounts": ["x"], "at": "2026-11-20T16:45" }), Scheduled, vec!["at"]),
            (json!({ "accounts": ["x"], "local_time": "2026-11-20T16:45:00Z" }), Scheduled, vec!["local_time"]),
            (json!({ "accounts": ["x"], "local_time": "2026-02-30T16:45" }), Scheduled, vec!["local_time"]),
            (
                json!({ "accounts": ["x"], "local_time": "2026-11-20T16:45", "zone": "Mars/Base" }),
                Scheduled,
                vec!["zone"],
            ),
            (json!({ "accounts": ["x"], "zone": "UTC" }), Scheduled, vec!["local_time"]),
            (json!({ "accounts": ["x"], "at": "2026-11-20T16:45:00Z", "zone": "UTC" }), Scheduled, vec!["at"]),
            (
                json!({ "accounts": ["x"], "at": "2026-11-20T16:45:00Z", "local_time": "2026-11-20T16:45" }),
                Scheduled,
                vec!["at"],
            ),
            (
                json!({ "posts": ["x", { "account": "x" }, { "text": "Hi" }], "user_id": 1 }),
                Each,
                vec!["posts[0]", "posts[1].text", "posts[2].account", "user_id"],
            ),
            (json!({ "accounts": ["x"], "text": "Hi" }), Each, vec!["posts", "accounts"]),
        ] {
            assert_eq!(fields(body.clone(), shape), expected, "{body}");
        }
        let picture = AssetId::from_u128(1);
        assert_eq!(fields(json!({ "accounts": ["x"], "media": vec![picture; 20_000] }), Now), ["media"]);
        assert_eq!(fields(json!({ "accounts": ["x"], "thread": vec!["Two"; 9_000] }), Now), ["thread"]);
        let many: Vec<_> = (0..51).map(|_| "x").collect();
        assert_eq!(fields(json!({ "accounts": many, "text": "Hi" }), Now), ["accounts"]);
    }
}
