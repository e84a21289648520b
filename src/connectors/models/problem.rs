//! What a model service's refusal means. Codes are read, never sentences.
//! Source: platform.openai.com/docs/guides/error-codes, ai.google.dev/gemini-api/docs/troubleshooting.

use crate::connectors::Fault;
use crate::connectors::wire::clip;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use serde_json::Value;
use std::time::Duration;

/// Longest pause that is waited out in the middle of a question.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// 401: the key is not known there.
    Key,
    /// 403: the key may not do this, or not from here.
    Forbidden,
    /// There is no such model, or no more.
    NoModel,
    /// Too much at once.
    RateLimited,
    /// The account there has no money left.
    NoMoney,
    /// The question is longer than the model reads.
    TooLong,
    /// The service's own rules forbid question or answer.
    Filtered,
    /// The service found the request wrong: our mistake.
    BadRequest,
    /// 5xx, or overloaded.
    Overloaded,
    /// Nothing was sent: no connection.
    Unreachable,
    /// It was sent, and no answer came in time. It may have been paid for.
    Silent,
    /// The answer ended in the middle.
    Broken,
    /// The answer is not what was asked for.
    Garbage,
}

/// A question that was not answered, or not to its end.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub kind: RefusalKind,
    /// The service's own code, for the record.
    pub code: String,
    /// What the service said, without keys, or our own words.
    pub message: String,
    /// How long it wants to be left alone.
    pub after: Option<Duration>,
    /// The service says itself whether to try again.
    pub again: Option<bool>,
}

impl Refusal {
    pub fn new(kind: RefusalKind, message: &str) -> Self {
        Self { kind, code: String::new(), message: message.into(), after: None, again: None }
    }

    /// From a response that is not a success.
    pub fn of(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        // Gemini puts it into a list of one.
        let body = body.get(0).unwrap_or(&body);
        let error = body.get("error").unwrap_or(&Value::Null);
        let text = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
        let code = match (&error["code"], &error["status"], &error["type"]) {
            (Value::String(code), ..) => code.clone(),
            (_, Value::String(status), _) => status.clone(),
            (.., kind) => text(kind),
        };
        let said = if error.is_string() { text(error) } else { text(&error["message"]) };
        let invalid_key = said.contains("API key not valid") || error.to_string().contains("API_KEY_INVALID");
        let kind = match (status, code.as_str()) {
            (400, _) if invalid_key => RefusalKind::Key,
            (_, "insufficient_quota" | "billing_hard_limit_reached") => RefusalKind::NoMoney,
            (_, "context_length_exceeded" | "string_above_max_length") => RefusalKind::TooLong,
            (_, "content_policy_violation" | "content_filter" | "moderation_blocked") => RefusalKind::Filtered,
            (_, "model_not_found") => RefusalKind::NoModel,
            (401, _) => RefusalKind::Key,
            (403, _) => RefusalKind::Forbidden,
            (404 | 410, _) => RefusalKind::NoModel,
            (413, _) => RefusalKind::TooLong,
            (429, _) => RefusalKind::RateLimited,
            (408 | 409 | 500.., _) => RefusalKind::Overloaded,
            _ => RefusalKind::BadRequest,
        };
        let said = if said.is_empty() { format!("HTTP {status}") } else { said };
        let again = headers.get("x-should-retry").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        Self { kind, code: clip(&plain(&code), 80), message: clip(&redacted(&said), 300), after: after(headers), again }
    }

    /// How long to wait before the `tries`-th attempt was followed by another one; `None`: not at all. Only what the service
    /// refused before it began to answer is asked again: that was not paid for.
    pub(super) fn pause(&self, tries: u32) -> Option<Duration> {
        let passes = matches!(self.kind, RefusalKind::RateLimited | RefusalKind::Overloaded | RefusalKind::Unreachable);
        if !self.again.unwrap_or(passes) || tries >= 2 {
            return None;
        }
        let pause = self.after.unwrap_or(Duration::from_millis(500 << tries));
        (pause <= PATIENCE).then_some(pause)
    }

    /// Whether another model may do better.
    pub fn is_about_the_model(&self) -> bool {
        matches!(self.kind, RefusalKind::NoModel | RefusalKind::Overloaded | RefusalKind::RateLimited)
    }

    /// One sentence for whoever writes: what happened and what to do.
    pub fn words(&self) -> String {
        match self.kind {
            RefusalKind::Key => {
                "The model service does not accept the key. An admin can enter it again under Settings → Integrations."
                    .into()
            }
            RefusalKind::Forbidden => format!("The model service does not allow this: {}", self.message),
            RefusalKind::NoModel => {
                "The model does not exist any more. An admin can choose another one under Settings → AI.".into()
            }
            RefusalKind::RateLimited => "The model service is asked too much right now. Try again in a minute.".into(),
            RefusalKind::NoMoney => {
                "The account at the model service has no credit left. Top it up there, then try again.".into()
            }
            RefusalKind::TooLong => {
                "This is more than the model can read at once. Shorten the brief or use fewer pictures.".into()
            }
            RefusalKind::Filtered => "The model service refuses this by its own rules. Say it in other words.".into(),
            RefusalKind::BadRequest => format!("The model service refused the request: {}", self.message),
            RefusalKind::Overloaded => "The model service is overloaded right now. Try again in a minute.".into(),
            RefusalKind::Unreachable => {
                "The model service cannot be reached. Check its address under Settings → Integrations, or try again."
                    .into()
            }
            RefusalKind::Silent => "The model did not answer in time. Try again.".into(),
            RefusalKind::Broken => "The answer ended in the middle. What was written so far is kept; try again.".into(),
            RefusalKind::Garbage => "The model's answer could not be read. Try again.".into(),
        }
    }

    /// The same for "Test" in Settings → Integrations.
    pub(super) fn fault(&self) -> Fault {
        let message = match self.kind {
            RefusalKind::Key => format!("The key was refused: {}", self.message),
            RefusalKind::NoModel => format!("The server has no list of models at this address: {}", self.message),
            RefusalKind::Unreachable => format!("The server cannot be reached: {}", self.message),
            _ => self.words(),
        };
        let code = if self.code.is_empty() { "model_service".into() } else { self.code.clone() };
        Fault::Permanent { code, message }
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Without anything that looks like a key: services repeat a part of the key that they refuse.
fn redacted(text: &str) -> String {
    let is_key = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        ["sk-", "AIza", "sandbox-"].iter().any(|start| word.starts_with(start))
    };
    let words = text.split_whitespace().map(|word| if is_key(word) { "(key)" } else { word });
    plain(&words.collect::<Vec<_>>().join(" "))
}

/// `retry-after-ms`, or `retry-after` in seconds or as a date.
fn after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(ms) = text("retry-after-ms").and_then(|ms| ms.parse::<u64>().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let named = text("retry-after")?;
    if let Ok(seconds) = named.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until: DateTime<Utc> = DateTime::parse_from_rfc2822(named).ok()?.into();
    (until - Utc::now()).to_std().ok().or(Some(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> Refusal {
        Refusal::of(status, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn refusals_are_known_by_status_and_code() {
        for (status, body, kind) in [
            (
                401,
                r#"{"error":{"message":"Incorrect API key provided: sk-abc***xyz.","code":"invalid_api_key"}}"#,
                RefusalKind::Key,
            ),
            (404, r#"{"error":{"message":"gone","code":"model_not_found"}}"#, RefusalKind::NoModel),
            (429, r#"{"error":{"message":"slow","code":"rate_limit_exceeded"}}"#, RefusalKind::RateLimited),
            (429, r#"{"error":{"message":"pay","code":"insufficient_quota"}}"#, RefusalKind::NoMoney),
            (400, r#"{"error":{"message":"long","code":"context_length_exceeded"}}"#, RefusalKind::TooLong),
            (
                400,
                r#"{"error":{"message":"wrong","code":null,"type":"invalid_request_error"}}"#,
                RefusalKind::BadRequest,
            ),
            (
                400,
                r#"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]"#,
                RefusalKind::Key,
            ),
            (503, r#"[{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}]"#, RefusalKind::Overloaded),
            (500, "<html>", RefusalKind::Overloaded),
        ] {
            let got = refusal(status, body);
            assert_eq!(got.kind, kind, "{status} {body}");
            assert!(!got.message.contains("sk-abc") && got.words().ends_with('.') | got.words().contains(&got.message));
        }
    }

    #[test]
    fn only_what_was_not_paid_for_is_asked_again() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "3".parse().unwrap());
        let limited = Refusal::of(429, &headers, b"{}");
        assert_eq!((limited.pause(0), limited.pause(2)), (Some(Duration::from_secs(3)), None));
        headers.insert("retry-after", "90".parse().unwrap());
        assert_eq!(Refusal::of(429, &headers, b"{}").pause(0), None, "nobody waits so long");
        headers.insert("retry-after", "1".parse().unwrap());
        headers.insert("x-should-retry", "false".parse().unwrap());
        assert_eq!(Refusal::of(503, &headers, b"{}").pause(0), None);
        for kind in [RefusalKind::Silent, RefusalKind::Broken, RefusalKind::Garbage, RefusalKind::Key] {
            assert_eq!(Refusal::new(kind, "").pause(0), None, "{kind:?}");
        }
    }
}
