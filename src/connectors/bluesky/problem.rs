//! Errors of a PDS: always `{error, message}`, where `error` is a name from the call's lexicon or of XRPC itself. The status
//! alone tells little: an expired token is a 400. Answers as seen from `@atproto/pds` 0.4.217.

use crate::connectors::Fault;
use crate::connectors::rate_limits::{Pause, RateLimited};
use crate::connectors::wire::WireResponse;
use crate::domain::error::Problem;
use chrono::DateTime;
use serde::Deserialize;

/// What was being asked; the same answer means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Opening a session.
    SignIn,
    /// Renewing and ending one.
    Renew,
    /// Profile, records.
    Read,
    /// A blob.
    Upload,
    /// The irreversible call.
    Post,
}

/// The body of an error.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Body {
    pub error: String,
    pub message: Option<String>,
}

/// The error with which `getRecord` says that there is no such record in the repository. Every other one proves nothing:
/// the repository of a deactivated account is an `InvalidRequest`.
pub const NO_RECORD: &str = "RecordNotFound";

/// What an answer means by its name.
#[derive(Clone, Debug, PartialEq)]
enum Meaning {
    Is(Fault),
    /// Too many calls.
    Limited,
    /// The server failed, or cannot reach another one.
    Failed(&'static str),
    /// Nothing that we know: by its status.
    ByStatus,
}

/// What an answer that is no success means.
pub fn fault(response: &WireResponse, operation: Operation) -> Fault {
    let body: Body = response.error();
    match meaning(response.status.as_u16(), &body, operation) {
        Meaning::Is(fault) => fault,
        Meaning::Limited => response.rate_limited(limits(response)),
        Meaning::Failed(message) => response.failed_there(message),
        Meaning::ByStatus => response.by_status(body.message.as_deref(), &[]),
    }
}

/// When the bucket that is used up is full again: `RateLimit-Reset`, in seconds since 1970.
pub fn limits(response: &WireResponse) -> RateLimited {
    let reset = response.header("ratelimit-reset").and_then(|at| at.trim().parse().ok());
    RateLimited {
        until: reset.and_then(|at| DateTime::from_timestamp(at, 0)),
        ..RateLimited::without_time(Pause::USUAL)
    }
}

fn meaning(status: u16, body: &Body, operation: Operation) -> Meaning {
    let words = body.message.as_deref();
    let says = |otherwise: &str| words.map_or_else(|| otherwise.to_owned(), |w| format!("Bluesky says: {w}"));
    let refused = |field: &str| {
        let message = says("Bluesky refused the content.");
        Fault::InvalidContent { problems: vec![Problem::error(field, message.clone())], message }
    };
    let fault = match (body.error.as_str(), operation) {
        ("RateLimitExceeded", _) => return Meaning::Limited,
        ("InternalServerError", _) => return Meaning::Failed("The Bluesky server is having problems."),
        ("UpstreamFailure" | "UpstreamTimeout" | "NotEnoughResources", _) => {
            return Meaning::Failed("The Bluesky server cannot reach a part of the network right now.");
        }
        ("AuthenticationRequired", Operation::SignIn) => {
            Fault::AuthExpired { message: "The handle or the app password is not right.".into() }
        }
        ("AuthFactorTokenRequired", _) => Fault::AuthExpired {
            message: "This is the account's main password. Create an app password in Bluesky's settings and use that."
                .into(),
        },
        ("ExpiredToken" | "InvalidToken" | "AuthMissing" | "AuthenticationRequired", _) => {
            Fault::AuthExpired { message: says("Bluesky signed us out.") }
        }
        (
            "AccountTakedown" | "AccountSuspended" | "AccountDeactivated" | "RepoTakendown" | "RepoSuspended"
            | "RepoDeactivated",
            _,
        ) => Fault::Disconnected { message: says("Bluesky has closed this account, or its owner has.") },
        // The account has moved to another server, or is gone.
        ("AccountNotFound" | "RepoNotFound", _) => {
            Fault::Disconnected { message: "This server no longer has the account. Connect it again.".into() }
        }
        ("ScopeMissingError" | "InsufficientScope", _) => Fault::PermissionMissing {
            message: says("Bluesky does not allow us to do this."),
            scopes: vec!["repo:app.bsky.feed.post".into()],
        },
        // There is a post under the key already, and it is not this one.
        ("InvalidSwap", Operation::Post) => {
            Fault::Duplicate { message: "the key of this post is taken already".into(), remote_id: None }
        }
        ("BlobNotFound" | "InvalidSize" | "InvalidMimeType", Operation::Post) => {
            Fault::PreparationLost { message: "Bluesky no longer has the uploaded pictures.".into() }
        }
        ("InvalidSize" | "InvalidMimeType" | "PayloadTooLarge" | "InvalidRequest", Operation::Upload) => {
            refused("media")
        }
        // The server finds a bad word in the key, which is random: another key will do.
        ("InvalidRequest", Operation::Post) if words.is_some_and(|w| w.contains("slur in record key")) => {
            Fault::PreparationLost { message: "The Bluesky server wants another key for this post.".into() }
        }
        ("InvalidRequest", Operation::Post) => refused(field(words.unwrap_or_default())),
        ("PayloadTooLarge", Operation::Post) => refused("text"),
        ("MethodNotImplemented" | "XRPCNotSupported", _) => {
            Fault::Unsupported { message: "This Bluesky server is too old for what we need of it.".into() }
        }
        // What a proxy in front of it says, without a name.
        _ if status == 413 && operation == Operation::Upload => refused("media"),
        _ => return Meaning::ByStatus,
    };
    Meaning::Is(fault)
}

/// The field of our own form that a message like "… at $.record.embed.images[0].alt" is about; with a gate it is
/// "… at $.writes[0].record.embed".
fn field(message: &str) -> &'static str {
    let path = message.rsplit_once(" at $.").and_then(|(_, path)| path.split_once("record."));
    let path = path.map_or("", |(_, path)| path);
    if message.starts_with("Invalid app.bsky.feed.threadgate") {
        "options.who_can_reply"
    } else if path.starts_with("embed.external") {
        "link"
    } else if path.starts_with("embed") {
        "media"
    } else {
        "text"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, error: &str, message: &str, operation: Operation) -> &'static str {
        let message = Some(message.to_owned()).filter(|m| !m.is_empty());
        match meaning(status, &Body { error: error.into(), message }, operation) {
            Meaning::Is(fault) => fault.kind(),
            Meaning::Limited => "limited",
            Meaning::Failed(_) => "failed",
            Meaning::ByStatus => "by status",
        }
    }

    #[test]
    fn every_error_has_its_meaning() {
        use Operation::{Post, Read, SignIn, Upload};
        let table = [
            (400, "ExpiredToken", Post, "auth_expired"),
            (400, "ExpiredToken", SignIn, "auth_expired"),
            (400, "InvalidToken", Upload, "auth_expired"),
            (401, "AuthMissing", Read, "auth_expired"),
            (401, "AuthenticationRequired", SignIn, "auth_expired"),
            (401, "AuthFactorTokenRequired", SignIn, "auth_expired"),
            (401, "AccountTakedown", Post, "disconnected"),
            (401, "AccountDeactivated", Post, "disconnected"),
            (403, "AccountNotFound", Post, "disconnected"),
            (403, "ScopeMissingError", Post, "permission_missing"),
            (400, "InvalidSwap", Post, "duplicate"),
            (400, "BlobNotFound", Post, "preparation_lost"),
            (400, "InvalidSize", Post, "preparation_lost"),
            (400, "InvalidSize", Upload, "invalid_content"),
            (400, "InvalidRequest", Post, "invalid_content"),
            (413, "PayloadTooLarge", Upload, "invalid_content"),
            (413, "", Upload, "invalid_content"),
            (404, "XRPCNotSupported", Read, "unsupported"),
            (429, "RateLimitExceeded", Post, "limited"),
            (500, "InternalServerError", Post, "failed"),
            (502, "UpstreamFailure", Read, "failed"),
            (400, "RecordNotFound", Read, "by status"),
            (400, "InvalidRequest", Read, "by status"),
            (401, "", Read, "by status"),
            (502, "", Post, "by status"),
        ];
        for (status, error, operation, expected) in table {
            assert_eq!(kind(status, error, "", operation), expected, "{status} {error} {operation:?}");
        }
    }

    #[test]
    fn a_key_that_is_refused_is_chosen_anew() {
        assert_eq!(kind(400, "InvalidRequest", "Unacceptable slur in record key", Operation::Post), "preparation_lost");
    }

    #[test]
    fn a_refused_record_blames_the_field() {
        let cases = [
            ("grapheme too big (maximum 300, got 301) at $.record.text", "text"),
            ("array too big (maximum 4, got 5) at $.record.embed.images", "media"),
            ("Invalid uri (got \"x\") at $.record.embed.external.uri", "link"),
            ("array too big (maximum 4, got 5) at $.writes[0].record.embed.images", "media"),
            (
                "app.bsky.feed.threadgate record: Invalid at-uri at $.writes[1].record.allow[0].list",
                "options.who_can_reply",
            ),
            ("Missing required key \"repo\" at $", "text"),
            ("", "text"),
        ];
        for (message, expected) in cases {
            let body = Body { error: "InvalidRequest".into(), message: Some(format!("Invalid {message}")) };
            let Meaning::Is(Fault::InvalidContent { problems, .. }) = meaning(400, &body, Operation::Post) else {
                panic!("{message}")
            };
            assert_eq!(problems[0].field, expected, "{message}");
        }
    }
}
