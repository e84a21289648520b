//! Facebook's error responses: the Graph envelope with code and subcode.

use super::{CONVERSING, POSTING, is_gone};
use crate::connectors::Fault;
use crate::connectors::meta::Body;
pub use crate::connectors::meta::limits;
use crate::connectors::wire::{WireResponse, clip};
use crate::domain::error::Problem;

/// What was being asked; the same response means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Token,
    /// Pages, posts, the state of a video.
    Read,
    /// A photo, or a part of a video.
    Upload,
    /// The irreversible call.
    Publish,
    /// Deleting a post.
    Delete,
    /// Reading, writing, hiding and deleting comments.
    Comment,
}

/// What a response that is no success means.
pub fn fault(response: &WireResponse, operation: Operation) -> Fault {
    let body: Body = response.error();
    let words = body.words();
    let error = &body.error;
    let says = |otherwise: &str| match words.map(str::trim).filter(|w| !w.is_empty()) {
        Some(words) => format!("Facebook says: {}", clip(words, 300)),
        None => otherwise.to_owned(),
    };
    if let Some(meaning) = error.error_subcode.and_then(meaning) {
        return meaning.fault(response, says(meaning.words));
    }
    let Some(code) = error.code else { return response.by_status(words, &[POSTING]) };
    match code {
        // Token invalid, expired, revoked; session ended.
        102 | 190 => Fault::AuthExpired { message: says("Facebook signed us out.") },
        _ if error.is_throttle() => response.rate_limited(limits(response)),
        // Posts go on without it.
        10 | 200..=299 if operation == Operation::Comment => Fault::NotAllowed {
            message: says("Facebook does not let this Page read or answer comments."),
            scopes: CONVERSING.map(str::to_owned).to_vec(),
        },
        10 | 200..=299 => Fault::PermissionMissing {
            message: says("Facebook does not allow us to do this."),
            scopes: vec![POSTING.into()],
        },
        // An upload problem (6000) is worth a few tries.
        1 | 2 | 6000 => response.failed_there(says("Facebook is having problems.")),
        // A photo or upload that is gone.
        100 if is_gone(error) && matches!(operation, Operation::Upload | Operation::Publish) => {
            lost(says("Facebook has dropped the upload."))
        }
        100 if is_gone(error) && operation == Operation::Comment => {
            Fault::Permanent { code: "100/33".into(), message: "the post or the comment is not there any more".into() }
        }
        100 if operation == Operation::Comment => content("text", says("Facebook refused the comment.")),
        100 if operation == Operation::Upload => content("media", says("Facebook refused the file.")),
        382 => content("media", says("The file is too small for Facebook.")),
        389 => content("media", says("Facebook could not read the file.")),
        1_609_005 => content("link", says("Facebook could not read the page behind the link.")),
        368 => Fault::Permanent {
            code: "368".into(),
            message: says("Facebook has blocked this Page from posting for a while because of its rules."),
        },
        506 => Fault::Duplicate { message: "Facebook says that this was posted already.".into(), remote_id: None },
        _ if error.is_transient => response.failed_there(says("Facebook is having problems.")),
        _ if response.status.is_server_error() => response.by_status(words, &[POSTING]),
        _ => {
            Fault::Permanent { code: error.name().unwrap_or_default(), message: says("Facebook refused the request.") }
        }
    }
}

/// What to do about a subcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Do {
    /// Theirs. Safe calls may be repeated; after the irreversible one we do not know.
    Retry,
    /// Wait: too many posts at once.
    Wait,
    Edit(&'static str),
    Permission,
    /// A person has to do something at Facebook.
    Parked,
    Refused,
    /// It is there already.
    Duplicate,
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

/// Source: Meta's Video API error codes (those of uploads); the others are known from practice only.
const MEANINGS: [Meaning; 18] = [
    row(1_346_003, Do::Refused, "Facebook takes this for abuse."),
    row(1_349_125, Do::Edit("text"), "Facebook does not accept this content."),
    row(1_363_019, Do::Retry, "Facebook could not take the video."),
    row(1_363_022, Do::Edit("media"), "The video is too small for Facebook (1 KB at least)."),
    row(1_363_023, Do::Edit("media"), "The video is too large for Facebook (2 GB at most)."),
    row(1_363_030, Do::Retry, "The upload of the video took too long."),
    row(1_363_042, Do::Permission, "Facebook does not let us upload videos to this Page."),
    row(1_363_047, Do::Retry, "Facebook is having problems."),
    row(1_366_046, Do::Edit("media"), "The picture is too large for Facebook, or of a kind that it does not take."),
    row(1_366_051, Do::Duplicate, "Facebook says that these photos were posted already."),
    row(1_390_008, Do::Wait, "Facebook says that this Page posts too fast."),
    row(1_404_006, Do::Refused, "Facebook says that this is against its Community Standards."),
    row(
        1_404_078,
        Do::Parked,
        "Facebook wants whoever runs the Page to confirm who they are first. Open the Page there and follow its instructions.",
    ),
    row(1_404_102, Do::Refused, "Facebook says that this is against its Community Standards."),
    row(1_404_112, Do::Refused, "Facebook has blocked this Page for a while."),
    row(1_609_008, Do::Edit("link"), "Facebook takes no links to itself. Remove the link."),
    row(1_609_010, Do::Retry, "Facebook is having problems."),
    row(2_061_006, Do::Edit("link"), "Facebook cannot use this link."),
];

fn meaning(subcode: i64) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|m| m.subcode == subcode)
}

impl Meaning {
    fn fault(&self, response: &WireResponse, message: String) -> Fault {
        match self.action {
            Do::Retry => response.failed_there(message),
            Do::Wait => match response.rate_limited(limits(response)) {
                Fault::RateLimited { until, .. } => Fault::RateLimited { message, until },
                other => other,
            },
            // Our own words say what to do about it.
            Do::Edit(field) => content(field, self.words.to_owned()),
            Do::Permission => Fault::PermissionMissing { message, scopes: vec![POSTING.into()] },
            Do::Parked => Fault::Disconnected { message },
            Do::Refused => Fault::Permanent { code: self.subcode.to_string(), message },
            Do::Duplicate => Fault::Duplicate { message, remote_id: None },
        }
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
    fn subcodes_are_unique_and_in_order() {
        assert!(MEANINGS.windows(2).all(|w| w[0].subcode < w[1].subcode));
    }
}
