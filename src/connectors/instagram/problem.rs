//! Instagram's error responses: the Graph envelope with code and subcode, and the token addresses' own form.

use super::{COMMENTING, POSTING};
use crate::connectors::Fault;
use crate::connectors::meta::Body;
pub use crate::connectors::meta::limits;
use crate::connectors::wire::{WireResponse, clip};
use crate::domain::error::Problem;
use chrono::{TimeDelta, Utc};
use std::time::Duration;

/// What was being asked; the same response means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Token,
    /// Profile, listing, container state.
    Read,
    /// Making a container.
    Container,
    /// The irreversible call.
    Publish,
    /// The irreversible call of a first comment.
    Comment,
    /// Reading, answering, hiding and deleting comments.
    Converse,
}

/// What a response that is no success means.
pub fn fault(response: &WireResponse, operation: Operation) -> Fault {
    let body: Body = response.error();
    let words = body.words().map(str::to_owned);
    let graph = body.error;
    let says = |otherwise: &str| match words.as_deref().map(str::trim).filter(|w| !w.is_empty()) {
        Some(words) => format!("Instagram says: {}", clip(words, 300)),
        None => otherwise.to_owned(),
    };
    if let Some(meaning) = graph.error_subcode.and_then(meaning) {
        return meaning.fault(response, operation, says(meaning.words));
    }
    let Some(code) = graph.code else {
        return match (operation, response.status.as_u16()) {
            // No code, no envelope: an old or unknown token.
            (Operation::Comment, 403) => no_comments("403".into()),
            (Operation::Token, 400) => Fault::AuthExpired { message: says("Instagram signed us out.") },
            _ => response.by_status(words.as_deref(), &POSTING),
        };
    };
    match code {
        // Token invalid, expired, revoked; session ended.
        102 | 190 => Fault::AuthExpired { message: says("Instagram signed us out.") },
        _ if graph.is_throttle() => response.rate_limited(limits(response)),
        // The day's publishing limit.
        9 => response.rate_limited(limits(response)),
        // Posts go on without it.
        10 | 200..=299 if operation == Operation::Converse => Fault::NotAllowed {
            message: says("Instagram does not let this account read or answer comments."),
            scopes: vec![COMMENTING.into()],
        },
        10 | 200..=299 if operation == Operation::Comment => no_comments(code.to_string()),
        10 | 200..=299 => {
            let scopes = POSTING.map(str::to_owned).to_vec();
            Fault::PermissionMissing { message: says("Instagram does not allow us to do this."), scopes }
        }
        // The post, or comments under it, are gone.
        100 if graph.error_subcode == Some(33) && operation == Operation::Comment => Fault::Permanent {
            code: "100/33".into(),
            message: "the post that is to be commented on is not there any more".into(),
        },
        100 if graph.error_subcode == Some(33) && operation == Operation::Converse => {
            Fault::Permanent { code: "100/33".into(), message: "the post or the comment is not there any more".into() }
        }
        100 if matches!(operation, Operation::Comment | Operation::Converse) => {
            content("text", says("Instagram refused the comment."))
        }
        1 | 2 | -1 | -2 => response.failed_there(says("Instagram is having problems.")),
        // "Object does not exist": a container that is gone.
        100 if graph.error_subcode == Some(33) && matches!(operation, Operation::Read | Operation::Publish) => {
            lost(says("Instagram has dropped the upload."))
        }
        100 if operation == Operation::Container => content("media", says("Instagram refused the content.")),
        368 => Fault::Permanent {
            code: "368".into(),
            message: says("Instagram has blocked this account from posting for a while because of its rules."),
        },
        506 => Fault::Duplicate { message: "Instagram says that this was posted already.".into(), remote_id: None },
        _ if graph.is_transient => response.failed_there(says("Instagram is having problems.")),
        _ if response.status.is_server_error() => response.by_status(words.as_deref(), &POSTING),
        _ => {
            Fault::Permanent { code: graph.name().unwrap_or_default(), message: says("Instagram refused the request.") }
        }
    }
}

/// Commenting is a permission of its own: the account is not parked for it, its posts go on.
fn no_comments(code: String) -> Fault {
    let message = format!(
        "it does not let this account write comments. The post is out. Connect the account again, allow comments \
         ({COMMENTING}), then try again"
    );
    Fault::Permanent { code, message }
}

/// What to do about a subcode of the publishing pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    /// Theirs. Safe calls may be repeated; after the irreversible one we do not know.
    Retry,
    /// Make a new container.
    NewContainer,
    /// The publish call came too early: nothing was published.
    TooEarly,
    Wait,
    Edit(&'static str),
    Permission,
    /// A person has to do something at Instagram.
    Parked,
    /// Refused as suspected spam; posts have been seen to go live nevertheless.
    Suspected,
}

#[derive(Clone, Copy, Debug)]
struct Meaning {
    subcode: i64,
    action: Do,
    words: &'static str,
}

const fn row(subcode: i64, action: Do, words: &'static str) -> Meaning {
    Meaning { subcode, action, words }
}

/// Source: Meta's error codes of Instagram content publishing; the last four rows are known from practice only.
const MEANINGS: [Meaning; 28] = [
    row(2_207_001, Do::Retry, "Instagram is having problems."),
    row(2_207_003, Do::Retry, "Instagram took too long to fetch the picture."),
    row(2_207_004, Do::Edit("media"), "The picture is too large for Instagram (8 MB at most)."),
    row(2_207_005, Do::Edit("media"), "Instagram takes JPEG pictures only."),
    row(2_207_006, Do::Permission, "Instagram does not let us use this upload."),
    row(2_207_008, Do::NewContainer, "Instagram has dropped the upload."),
    row(2_207_009, Do::Edit("media"), "The picture's shape must be between 4:5 (tall) and 1.91:1 (wide)."),
    row(2_207_010, Do::Edit("text"), "The caption is too long for Instagram (2,200 characters at most)."),
    row(2_207_020, Do::NewContainer, "Instagram has dropped the upload."),
    row(2_207_023, Do::Edit("media"), "Instagram does not know this kind of media."),
    row(2_207_026, Do::Edit("media"), "Instagram does not support this video format."),
    row(2_207_027, Do::TooEarly, "Instagram is still working on the picture."),
    row(2_207_028, Do::Edit("media"), "A carousel needs 2 to 10 pictures."),
    row(2_207_032, Do::Retry, "Instagram could not take the upload."),
    row(2_207_035, Do::Edit("media"), "A product tag is not accepted."),
    row(2_207_036, Do::Edit("media"), "A product tag is not accepted."),
    row(2_207_037, Do::Edit("media"), "A product tag is not accepted."),
    row(2_207_040, Do::Edit("text"), "The caption mentions too many accounts (20 at most)."),
    row(2_207_042, Do::Wait, "Instagram's limit of posts per day is reached."),
    row(
        2_207_050,
        Do::Parked,
        "Instagram has restricted this account. Open Instagram and follow its instructions there.",
    ),
    row(2_207_051, Do::Suspected, "Instagram suspected spam. Please check whether the post is there."),
    row(2_207_052, Do::Edit("media"), "Instagram could not fetch the picture from this server. Is its address public?"),
    row(2_207_053, Do::NewContainer, "Instagram could not take the upload."),
    row(2_207_057, Do::Edit("media"), "The cover frame lies outside the video."),
    row(2_207_076, Do::NewContainer, "Instagram could not process the upload."),
    row(2_207_077, Do::NewContainer, "Instagram could not process the upload."),
    row(2_207_081, Do::Edit("media"), "This account may not publish trial reels."),
    row(2_207_082, Do::NewContainer, "Instagram could not process the upload."),
];

fn meaning(subcode: i64) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|m| m.subcode == subcode)
}

impl Meaning {
    fn fault(&self, response: &WireResponse, operation: Operation, message: String) -> Fault {
        match self.action {
            Do::Retry => response.failed_there(message),
            Do::TooEarly => Fault::Transient { message, after: Some(Duration::from_secs(10)) },
            Do::Wait => match response.rate_limited(limits(response)) {
                Fault::RateLimited { until, .. } => Fault::RateLimited { message, until },
                other => other,
            },
            Do::Suspected if operation == Operation::Publish => Fault::unknown(message),
            _ => self.lasting(message),
        }
    }

    /// What it means wherever it is met.
    fn lasting(&self, message: String) -> Fault {
        match self.action {
            Do::NewContainer | Do::Retry | Do::TooEarly => lost(message),
            // The picture is at fault, not the post: our own words say what to do about it.
            Do::Edit(field) => content(field, self.words.to_owned()),
            Do::Permission => Fault::PermissionMissing { message, scopes: POSTING.map(str::to_owned).to_vec() },
            Do::Parked => Fault::Disconnected { message },
            Do::Suspected => Fault::Permanent { code: self.subcode.to_string(), message },
            Do::Wait => Fault::RateLimited { message, until: Utc::now() + TimeDelta::hours(1) },
        }
    }
}

/// A container that ended in ERROR: its `status` is a sentence with the subcode in it, the only place where it stands.
pub fn failed_container(status: &str) -> Fault {
    let code = status.split(|c: char| !c.is_ascii_digit()).find(|n| n.len() == 7 && n.starts_with("2207"));
    match code.and_then(|c| c.parse().ok()).and_then(meaning) {
        Some(meaning) => meaning.lasting(meaning.words.to_owned()),
        None => lost("Instagram could not process the upload."),
    }
}

pub fn lost(message: impl Into<String>) -> Fault {
    Fault::PreparationLost { message: message.into() }
}

pub fn content(field: &str, message: String) -> Fault {
    Fault::InvalidContent { problems: vec![Problem::error(field, message.clone())], message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subcodes_are_unique() {
        let mut codes = MEANINGS.map(|m| m.subcode);
        codes.sort_unstable();
        assert!(codes.windows(2).all(|w| w[0] != w[1]));
    }

    #[test]
    fn a_failed_container_names_its_reason() {
        let fault = failed_container("Error: Media upload has failed with error code 2207009");
        assert!(matches!(fault, Fault::InvalidContent { problems, .. } if problems[0].field == "media"));
        assert!(matches!(failed_container("Error"), Fault::PreparationLost { .. }));
        assert!(matches!(failed_container("error code 2207050"), Fault::Disconnected { .. }));
    }
}
