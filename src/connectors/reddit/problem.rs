//! Reddit's refusals. Calls that write answer with 200 and a list of `[code, message, field]`; everything else with a status,
//! and often `{message, error, reason}`.

use super::POSTING;
use crate::connectors::Fault;
use crate::connectors::rate_limits::{Pause, RateLimited};
use crate::connectors::wire::{WireResponse, clip};
use crate::domain::error::Problem;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

/// What was being asked; the same response means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Read,
    /// Asking for the chosen subreddit and its rules.
    Subreddit,
    /// Sending a picture.
    Upload,
    /// The irreversible call of a post.
    Submit,
    /// That of the first comment.
    Comment,
    /// Reading, answering and taking back comments.
    Converse,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    message: Value,
    reason: Value,
}

/// The answer of a call that writes.
#[derive(Deserialize)]
struct Answer {
    json: Inner,
}

#[derive(Deserialize)]
struct Inner {
    errors: Option<Vec<Vec<Value>>>,
    /// Seconds.
    ratelimit: Option<f64>,
    #[serde(default)]
    data: Value,
}

/// No posting before this, where Reddit names no time.
const THROTTLED: Pause = Pause { first: TimeDelta::minutes(10), most: TimeDelta::hours(2) };

/// The data of a call that writes; what it was refused for.
pub(super) fn done(response: &WireResponse, operation: Operation) -> Result<Value, Fault> {
    if !response.ok() {
        return Err(fault(response, operation));
    }
    let Inner { errors, ratelimit, data } = response.json::<Answer>()?.json;
    match errors.unwrap_or_default().first() {
        Some(first) => {
            let word = |n: usize| first.get(n).and_then(Value::as_str).unwrap_or_default();
            Err(refusal(response, (word(0), word(1), word(2)), ratelimit))
        }
        None => Ok(data),
    }
}

/// What a refusal of a call that writes means.
fn refusal(response: &WireResponse, (code, words, field): (&str, &str, &str), seconds: Option<f64>) -> Fault {
    let words = clip(words.trim(), 300);
    let says = if words.is_empty() { format!("Reddit refused it ({code}).") } else { format!("Reddit says: {words}") };
    let content = |field: &str, fix: &str| {
        let message = format!("{says} {fix}").trim().to_owned();
        Fault::InvalidContent { problems: vec![Problem::error(field, message.clone())], message }
    };
    match code {
        "RATELIMIT" | "SUBREDDIT_RATELIMIT" | "QUOTA_FILLED" => {
            let until = seconds.and_then(|s| later(s as i64)).or_else(|| later(wait_in(&words)?));
            response.rate_limited(RateLimited { of_app: false, until, pause: THROTTLED })
        }
        "ALREADY_SUB" => Fault::Duplicate { message: says, remote_id: None },
        "USER_REQUIRED" => Fault::AuthExpired { message: says },
        "IN_TIMEOUT" => Fault::Disconnected { message: says },
        "SUBREDDIT_NOEXIST" | "SUBREDDIT_REQUIRED" => content("options.subreddit", "Choose another subreddit."),
        "SUBREDDIT_NOTALLOWED" | "SUBREDDIT_NO_ACCESS" | "BANNED_FROM_SUBREDDIT" => {
            content("options.subreddit", "Choose another subreddit, or ask its moderators.")
        }
        "NO_SELFS" => content("format", "This subreddit takes no text posts."),
        "NO_LINKS" | "NO_IMAGES" | "NO_VIDEOS" => content("format", "Choose another format or subreddit."),
        "NO_URL" | "BAD_URL" | "INVALID_SCHEME" | "DOMAIN_BANNED" => content("link", "Change the link."),
        "BAD_FLAIR_TARGET" | "INVALID_FLAIR" | "INVALID_FLAIR_TEMPLATE_ID" => {
            content("options.flair", "Choose another flair.")
        }
        "VERIFIED_USER_REQUIRED"
        | "BAD_CAPTCHA"
        | "THREAD_LOCKED"
        | "TOO_OLD"
        | "DELETED_COMMENT"
        | "DELETED_LINK"
        | "NOT_AUTHOR"
        | "USER_BLOCKED"
        | "USER_MUTED" => Fault::Permanent { code: code.to_owned(), message: says },
        // Whatever else is a rule of the content: subreddits make their own.
        _ => content(named(code, field), ""),
    }
}

/// The field of our own form that a refusal is about.
fn named(code: &str, field: &str) -> &'static str {
    let code = code.to_ascii_uppercase();
    match field {
        "title" => "options.title",
        "sr" => "options.subreddit",
        "url" => "link",
        "flair" | "flair_id" | "flair_text" => "options.flair",
        "text" | "body" => "text",
        _ if code.contains("FLAIR") => "options.flair",
        _ if code.contains("TITLE") => "options.title",
        _ if code.contains("DOMAIN") || code.contains("LINK") => "link",
        _ if code.contains("GALLERY") || code.contains("IMAGE") => "media",
        _ => "text",
    }
}

/// The time in so many seconds, within reason.
fn later(seconds: i64) -> Option<DateTime<Utc>> {
    Utc::now().checked_add_signed(TimeDelta::try_seconds(seconds.max(1))?)
}

/// "Take a break for 9 minutes before trying again.": seconds.
fn wait_in(words: &str) -> Option<i64> {
    let words: Vec<&str> = words.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let number: i64 = pair[0].parse().ok().filter(|n| (0..=10_000_000).contains(n))?;
        let unit = pair[1].to_ascii_lowercase();
        let seconds = [("millisecond", 0), ("second", 1), ("minute", 60), ("hour", 3_600)];
        // The number is rounded down.
        seconds.iter().find(|(name, _)| unit.starts_with(name)).map(|(_, each)| (number + 1) * each)
    })
}

/// What a response that is no success means.
pub(super) fn fault(response: &WireResponse, operation: Operation) -> Fault {
    let Body { message, reason } = response.error();
    let words = message.as_str().map(str::trim).filter(|words| !words.is_empty());
    let reason = reason.as_str().unwrap_or_default();
    let lacks_scope = response.header("www-authenticate").is_some_and(|said| said.contains("insufficient_scope"));
    let content = |field: &str, message: &str| Fault::InvalidContent {
        message: message.into(),
        problems: vec![Problem::error(field, message)],
    };
    let status = response.status.as_u16();
    match (status, operation) {
        // A page of its firewall, and not an answer of the API.
        (403, _) if response.body.trim_ascii_start().starts_with(b"<") => Fault::Permanent {
            code: "blocked".into(),
            message: "Reddit blocks this server or app. It must approve apps first (Settings → Integrations).".into(),
        },
        // Posts go on without comments.
        (403, Operation::Converse) if lacks_scope => Fault::NotAllowed {
            message: "it was connected without a permission that comments need".into(),
            scopes: vec!["read".into(), "submit".into(), "edit".into()],
        },
        (403, _) if lacks_scope => response.by_status(Some("The app lacks a permission."), &POSTING),
        (403, Operation::Subreddit | Operation::Submit) if !reason.is_empty() || operation == Operation::Subreddit => {
            let why = match reason {
                "private" | "" => "This subreddit is private. Choose another one, or ask its moderators.",
                "banned" => "Reddit has closed this subreddit. Choose another one.",
                "quarantined" => "Reddit has put this subreddit under quarantine. Choose another one.",
                _ => "Reddit does not let the account into this subreddit. Choose another one.",
            };
            content("options.subreddit", why)
        }
        // Asked for a name that nobody has, Reddit sends one to its search.
        (301 | 302 | 404, Operation::Subreddit | Operation::Submit) => {
            content("options.subreddit", "There is no such subreddit. Choose another one.")
        }
        // Flairs for moderators are refused so, without a word (asyncpraw#66).
        (400, Operation::Submit) => content(
            "options.flair",
            "Reddit refused the post without saying why, as it does with flairs that only moderators may use. Choose \
             another flair.",
        ),
        (413 | 415, Operation::Upload | Operation::Submit) => content("media", "Reddit does not take this picture."),
        (403 | 404, Operation::Comment) => Fault::Permanent {
            code: status.to_string(),
            message: "Reddit lets nobody comment on this post, or it is gone.".into(),
        },
        (403 | 404, Operation::Converse) => Fault::Permanent {
            code: status.to_string(),
            message: "the post is gone, or its subreddit lets the account in no more".into(),
        },
        _ => response.by_status(words, &POSTING),
    }
}

/// Over the limit of the app; the headers say until when.
pub(super) fn limits(_: &WireResponse) -> RateLimited {
    RateLimited { of_app: true, until: None, pause: Pause::USUAL }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_read_from_the_words() {
        for (words, seconds) in [
            ("Looks like you've been doing that a lot. Take a break for 9 minutes before trying again.", Some(600)),
            ("you are doing that too much. try again in 3 seconds.", Some(4)),
            ("Take a break for 500 milliseconds before trying again.", Some(0)),
            ("Take a break for 1 hour.", Some(7_200)),
            ("Take a break.", None),
            ("99999999999999999999 minutes", None),
        ] {
            assert_eq!(wait_in(words), seconds, "{words}");
        }
    }

    #[test]
    fn the_code_names_the_field_where_nothing_else_does() {
        for (code, field, expected) in [
            ("TOO_LONG", "title", "options.title"),
            ("SUBMIT_VALIDATION_FLAIR_REQUIRED", "", "options.flair"),
            ("SUBMIT_VALIDATION_TITLE_BLACKLISTED_STRING", "", "options.title"),
            ("SUBMIT_VALIDATION_BODY_REQUIRED", "", "text"),
            ("SUBMIT_VALIDATION_DOMAIN_BLACKLIST", "", "link"),
            ("SUBMIT_VALIDATION_GALLERY_MIN", "", "media"),
            ("SOMETHING_NEW", "sr", "options.subreddit"),
        ] {
            assert_eq!(named(code, field), expected, "{code}");
        }
    }
}
