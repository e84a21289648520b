//! YouTube's error responses: `{error: {code, message, errors: [{reason}], status}}`. What to do is decided by the reason; the
//! status alone counts where there is none.

use super::{COMMENTING, PUBLISHING};
use crate::connectors::Fault;
use crate::connectors::rate_limits::{Pause, RateLimited};
use crate::connectors::wire::{WireResponse, clip};
use crate::domain::error::Problem;
use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::America::Los_Angeles;
use serde::Deserialize;
use serde_json::Value;

/// What was being asked; the same response means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Read,
    /// Announcing a video, or a part of its bytes.
    Upload,
    /// The last bytes of a video, which publish it.
    Publish,
    /// The picture that stands for a video.
    Thumbnail,
    /// The first comment.
    Comment,
    /// Reading, answering, hiding and taking back comments.
    Converse,
    Delete,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    /// An object; at the token address a word.
    error: Value,
}

impl Body {
    fn words(&self) -> Option<&str> {
        self.error["message"].as_str().map(str::trim).filter(|words| !words.is_empty())
    }

    /// The first reason that is said in either of the two forms.
    fn reason(&self) -> &str {
        let first = |list: &str| self.error[list].get(0).and_then(|one| one["reason"].as_str());
        first("errors").or(first("details")).unwrap_or_default()
    }
}

/// What to do about a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    /// The field of our own form that has to change.
    Edit(&'static str),
    /// The quota of the whole project is used up until midnight in California.
    Tomorrow,
    /// The channel has sent too many videos; a day later it may send again.
    DayLater,
    /// Too many calls at once.
    Wait,
    /// A permission is missing.
    Permission,
    /// A person has to do something at YouTube with the channel.
    Parked,
    Refused,
    /// Sign in again.
    Expired,
}

/// Reason, what to do, and what to tell; without words YouTube's own are told.
type Meaning = (&'static str, Do, &'static str);

/// Source: YouTube Data API: Errors; Videos: insert; CommentThreads: insert. In the order of the alphabet.
const MEANINGS: [Meaning; 39] = [
    (
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        Do::Permission,
        "The account was connected without a permission that this needs.",
    ),
    (
        "accessNotConfigured",
        Do::Refused,
        "The YouTube Data API is not turned on in the Google project of these keys. Turn it on at \
         console.cloud.google.com, under APIs and services.",
    ),
    ("authError", Do::Expired, "YouTube signed us out."),
    ("authenticatedUserAccountClosed", Do::Parked, "This YouTube account is closed."),
    ("authenticatedUserAccountSuspended", Do::Parked, "This YouTube account is suspended."),
    ("channelClosed", Do::Parked, "This YouTube channel is closed."),
    ("channelSuspended", Do::Parked, "This YouTube channel is suspended."),
    ("commentNotFound", Do::Refused, "the comment is not there any more"),
    ("commentTextRequired", Do::Edit("text"), "YouTube needs a text for the comment."),
    ("commentTextTooLong", Do::Edit("text"), "The comment is too long for YouTube. Shorten it."),
    (
        "commentsDisabled",
        Do::Refused,
        "Comments are turned off for this video (they are for private videos and for those made for kids). The video is \
         out",
    ),
    ("dailyLimitExceeded", Do::Tomorrow, ""),
    ("forbidden", Do::Permission, ""),
    ("forbiddenLicenseSetting", Do::Refused, ""),
    (
        "forbiddenPrivacySetting",
        Do::Edit("options.privacy"),
        "YouTube does not allow this choice of who can see the video.",
    ),
    ("insufficientPermissions", Do::Permission, "The account was connected without a permission that this needs."),
    ("invalidCategoryId", Do::Edit("options.category"), "YouTube does not take this category. Choose another one."),
    (
        "invalidDescription",
        Do::Edit("text"),
        "YouTube does not take this text as a description. It may have no < or >.",
    ),
    ("invalidFilename", Do::Edit("media"), ""),
    ("invalidImage", Do::Refused, "YouTube cannot read the picture"),
    ("invalidPublishAt", Do::Refused, ""),
    ("invalidRecordingDetails", Do::Refused, ""),
    (
        "invalidTags",
        Do::Edit("options.tags"),
        "YouTube does not take these tags. Shorten them; they may have no < or >.",
    ),
    ("invalidTitle", Do::Edit("options.title"), "YouTube does not take this title. It may have no < or >."),
    ("invalidVideoMetadata", Do::Edit("options.title"), ""),
    ("mediaBodyRequired", Do::Edit("media"), ""),
    ("parentCommentIsPrivate", Do::Refused, "the comment that was to be answered is private"),
    ("parentCommentNotFound", Do::Refused, "the comment that was to be answered is not there any more"),
    ("processingFailure", Do::Edit("text"), ""),
    ("quotaExceeded", Do::Tomorrow, ""),
    ("rateLimitExceeded", Do::Wait, ""),
    ("required", Do::Refused, ""),
    ("unauthorized", Do::Expired, "YouTube signed us out."),
    ("uploadLimitExceeded", Do::DayLater, ""),
    ("uploadRateLimitExceeded", Do::Wait, ""),
    ("userRateLimitExceeded", Do::Wait, ""),
    ("videoNotFound", Do::Refused, "the video is not there any more"),
    ("wrongUrlForUpload", Do::Refused, ""),
    ("youtubeSignupRequired", Do::Parked, "This Google account has no YouTube channel any more."),
];

/// What a response that is no success means.
pub fn fault(response: &WireResponse, operation: Operation) -> Fault {
    let body: Body = response.error();
    let status = response.status.as_u16();
    // The upload that these bytes belong to is not known any more: nothing came of it.
    if matches!(status, 404 | 410) && matches!(operation, Operation::Upload | Operation::Publish) {
        return Fault::PreparationLost {
            message: "YouTube no longer knows this upload; it has to be sent again.".into(),
        };
    }
    // Signing in again would not help, so the account is not parked for a comment.
    if operation == Operation::Comment && body.reason() == "forbidden" {
        let message =
            "YouTube does not let this account comment here. The video is out; write the comment there by hand";
        return Fault::Permanent { code: "forbidden".into(), message: message.into() };
    }
    if operation == Operation::Thumbnail && body.reason() == "forbidden" {
        let message =
            "only channels that have confirmed a phone number may set one. Confirm yours at youtube.com/verify";
        return Fault::Permanent { code: "forbidden".into(), message: message.into() };
    }
    if operation == Operation::Converse && body.reason() == "forbidden" {
        let message = "this channel may not do that with these comments".into();
        return Fault::Permanent { code: "forbidden".into(), message };
    }
    let Some((code, action, told)) = meaning(body.reason()) else {
        return response.by_status(body.words(), scopes(operation));
    };
    let says = || match (*told, body.words()) {
        ("", Some(words)) => format!("YouTube says: {}", clip(words, 300)),
        ("", None) => format!("YouTube refused this ({code})."),
        (told, _) => told.to_owned(),
    };
    match action {
        Do::Edit(field) => content(field, says()),
        Do::Tomorrow => wait(
            response,
            tomorrow(),
            "The day’s quota of the Google project is used up. YouTube takes more from \
                             midnight in California on.",
        ),
        Do::DayLater => {
            wait(response, a_day(), "This channel has sent as many videos as YouTube takes from it in a day.")
        }
        Do::Wait => response.rate_limited(limits(response)),
        Do::Permission => {
            let (message, scopes) = (says(), scopes(operation).iter().map(|scope| (*scope).to_owned()).collect());
            // Videos go on without comments.
            match operation {
                Operation::Converse => Fault::NotAllowed { message, scopes },
                _ => Fault::PermissionMissing { message, scopes },
            }
        }
        Do::Parked => Fault::Disconnected { message: says() },
        Do::Refused => Fault::Permanent { code: (*code).to_owned(), message: says() },
        Do::Expired => Fault::AuthExpired { message: says() },
    }
}

fn meaning(reason: &str) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|(known, ..)| *known == reason)
}

fn scopes(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Read | Operation::Upload | Operation::Publish | Operation::Thumbnail => &PUBLISHING,
        Operation::Comment | Operation::Converse | Operation::Delete => &[COMMENTING],
    }
}

/// Waits for a limit and says which one it is.
fn wait(response: &WireResponse, limit: RateLimited, words: &str) -> Fault {
    match response.rate_limited(limit) {
        Fault::RateLimited { until, .. } => Fault::RateLimited { message: words.into(), until },
        other => other,
    }
}

/// A refusal for too many calls (429 or a reason) names no time.
pub fn limits(_: &WireResponse) -> RateLimited {
    RateLimited::without_time(Pause::USUAL)
}

fn tomorrow() -> RateLimited {
    RateLimited { of_app: true, until: Some(midnight(Utc::now())), pause: Pause::USUAL }
}

fn a_day() -> RateLimited {
    RateLimited { until: Some(Utc::now() + TimeDelta::hours(24)), ..RateLimited::without_time(Pause::USUAL) }
}

/// The next midnight in California, where quotas begin anew.
fn midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    let there = now.with_timezone(&Los_Angeles).date_naive();
    let next = there.checked_add_days(Days::new(1)).unwrap_or(there).and_time(NaiveTime::MIN);
    Los_Angeles.from_local_datetime(&next).earliest().map_or(now + TimeDelta::hours(24), |at| at.to_utc())
}

pub fn content(field: &str, message: impl Into<String>) -> Fault {
    let message = message.into();
    Fault::InvalidContent { problems: vec![Problem::error(field, message.clone())], message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_unique_and_in_order() {
        assert!(MEANINGS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn the_day_of_a_quota_ends_at_midnight_in_california() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (now, ends) in [
            ("2026-11-28T18:00:00Z", "2026-11-29T08:00:00Z"),
            ("2026-11-29T07:59:59Z", "2026-11-29T08:00:00Z"),
            ("2026-11-29T08:00:00Z", "2026-11-30T08:00:00Z"),
            ("2026-07-01T12:00:00Z", "2026-07-02T07:00:00Z"),
        ] {
            assert_eq!(midnight(at(now)), at(ends), "{now}");
        }
    }

    #[test]
    fn the_reason_is_read_in_both_forms() {
        let reason = |body: &str| serde_json::from_str::<Body>(body).unwrap().reason().to_owned();
        assert_eq!(reason(r#"{"error":{"errors":[{"reason":"quotaExceeded"}]}}"#), "quotaExceeded");
        let details = r#"{"error":{"details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#;
        assert_eq!(reason(details), "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
        assert_eq!(reason(r#"{"error":"invalid_grant"}"#), "");
    }
}
