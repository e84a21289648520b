//! What a line is about: the first rule whose words it has.

use super::parse::{Event, Level};
use crate::features::diagnostics::model::LogKind;

/// Words of each kind, in small letters. A kind that says more about the cause stands before one that says less.
const WORDS: [(LogKind, &[&str]); 8] = [
    (LogKind::Disk, &["no space left on device", "disk full", "disk is full", "enospc", "could not extend file"]),
    (
        LogKind::Memory,
        &[
            "out of memory",
            "oom-kill",
            "oom kill",
            "oomkilled",
            "cannot allocate memory",
            "memory allocation of",
            "enomem",
        ],
    ),
    (LogKind::Quota, &["quota", "rate limit", "ratelimit", "rate_limit", "too many requests", "limiting requests"]),
    (LogKind::Refused, &["connection refused", "econnrefused"]),
    (LogKind::Tls, &["ssl_do_handshake", "handshake", "certificate", " tls ", "tls:", " ssl ", "ssl_", "invalid peer"]),
    (
        LogKind::Timeout,
        &[
            "timed out",
            "timeout",
            "time-out",
            "etimedout",
            "deadline exceeded",
            "deadline has elapsed",
            "took too long",
        ],
    ),
    (
        LogKind::Authentication,
        &[
            "authentication fail",
            "password mismatch",
            "unauthorized",
            "not authorized",
            "invalid_grant",
            "invalid token",
            "expired token",
            "token expired",
            "token was revoked",
            "access denied",
            "invalid api key",
            "no user/password was provided",
            "signed out",
            "invalid credentials",
        ],
    ),
    (
        LogKind::Upstream,
        &[
            "upstream",
            "bad gateway",
            "prematurely closed",
            "connection reset by peer",
            "econnreset",
            "broken pipe",
            "service unavailable",
        ],
    ),
];

/// `None`: nothing that anybody must look at.
pub fn of(event: &Event<'_>) -> Option<LogKind> {
    if let Some(status) = event.status {
        return match status {
            401 => Some(LogKind::Authentication),
            429 => Some(LogKind::Quota),
            495..=497 => Some(LogKind::Tls),
            502 | 503 => Some(LogKind::Upstream),
            504 => Some(LogKind::Timeout),
            507 => Some(LogKind::Disk),
            500..=599 => Some(LogKind::Other),
            _ => None,
        };
    }
    if event.level == Level::Quiet {
        return None;
    }
    let text = event.text.to_lowercase();
    let named = WORDS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(kind, _)| *kind);
    named.or((event.level == Level::Error).then_some(LogKind::Other))
}

#[cfg(test)]
mod tests {
    use super::super::parse::event;
    use super::*;

    #[test]
    fn lines_are_told_apart_by_their_cause() {
        for (line, kind) in [
            (
                "2026/11/29 01:38:44 [error] 1#1: *5 connect() failed (111: Connection refused) while connecting to upstream, upstream: \"http://a/\"",
                Some(LogKind::Refused),
            ),
            (
                "2026/11/29 01:38:44 [error] 1#1: *5 upstream timed out (110: Connection timed out) while reading",
                Some(LogKind::Timeout),
            ),
            (
                "2026/11/29 01:38:44 [error] 1#1: *5 upstream prematurely closed connection while reading",
                Some(LogKind::Upstream),
            ),
            (
                "2026/11/29 01:38:44 [crit] 1#1: *5 pwrite() \"/a\" failed (28: No space left on device)",
                Some(LogKind::Disk),
            ),
            ("2026/11/29 01:38:44 [error] 1#1: *5 SSL_do_handshake() failed (SSL: error:0A000086)", Some(LogKind::Tls)),
            (
                "2026/11/29 01:38:44 [error] 1#1: *5 limiting requests, excess: 5.2 by zone \"one\"",
                Some(LogKind::Quota),
            ),
            ("2026/11/29 01:38:44 [error] 1#1: *5 user \"maya\": password mismatch", Some(LogKind::Authentication)),
            ("2026-11-29T01:38:44+0000 host kernel: Out of memory: Killed process 7 (lux)", Some(LogKind::Memory)),
            (
                "2026-11-29T01:38:44Z ERROR db: password authentication failed for user \"lux\"",
                Some(LogKind::Authentication),
            ),
            ("2026-11-29T01:38:44Z ERROR something nobody thought of", Some(LogKind::Other)),
            ("2026-11-29T01:38:44Z  INFO the timeout is 30 s", None),
            ("2026-11-29T01:38:44Z  WARN something odd", None),
            ("a plain line", None),
            (r#"1.1.1.1 - - [29/Nov/2026:01:38:44 +0000] "GET / HTTP/1.1" 504 0"#, Some(LogKind::Timeout)),
            (r#"1.1.1.1 - - [29/Nov/2026:01:38:44 +0000] "GET /timeout HTTP/1.1" 200 0"#, None),
        ] {
            assert_eq!(of(&event(line)), kind, "{line}");
        }
    }
}
