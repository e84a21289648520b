//! X's error responses: `application/problem+json` with a `type`, the older `errors` with a `code`, or only a text.

use super::SCOPES;
use crate::connectors::Fault;
use crate::connectors::wire::WireResponse;
use crate::domain::error::Problem;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What was being asked; the same response means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Profile, timeline.
    Read,
    /// A picture or its description.
    Upload,
    /// The irreversible call.
    Post,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "type")]
    kind: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    errors: Vec<Item>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    code: Option<i64>,
    message: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    detail: Option<String>,
    /// The parameters that were refused, with their values.
    parameters: BTreeMap<String, Value>,
    parameter: Option<String>,
}

impl Body {
    /// The last part of the problem type, the same for `api.x.com` and the older `api.twitter.com`.
    fn kind(&self) -> &str {
        let kind = self.kind.as_deref().filter(|k| *k != "about:blank");
        let kind = kind.or_else(|| self.errors.iter().find_map(|e| e.kind.as_deref())).unwrap_or_default();
        kind.rsplit_once("/problems/").map(|(_, name)| name).unwrap_or_default()
    }
    fn code(&self) -> Option<i64> {
        self.errors.iter().find_map(|e| e.code)
    }
    fn words(&self) -> Option<&str> {
        let first = self.errors.iter().find_map(|e| e.message.as_deref().or(e.detail.as_deref()));
        first.or(self.detail.as_deref()).or(self.title.as_deref())
    }
    fn blames(&self, parameter: &str) -> bool {
        let named = |name: &str| name == parameter || name.starts_with(&format!("{parameter}."));
        self.errors.iter().any(|e| e.parameters.keys().any(|k| named(k)) || e.parameter.as_deref().is_some_and(named))
    }
}

/// The project's monthly amount is used up.
const CAPPED: &str = "usage-capped";

/// Whether the response says so.
pub fn is_capped(response: &WireResponse) -> bool {
    response.error::<Body>().kind() == CAPPED
}

/// What a response that is no success means.
pub fn fault(response: &WireResponse, operation: Operation, granted: &[String]) -> Fault {
    let body: Body = response.error();
    let words = body.words();
    let status = response.status.as_u16();
    let by_status = || response.by_status(words, &SCOPES);
    let says = |otherwise: &str| words.map_or_else(|| otherwise.to_owned(), |w| format!("X says: {w}"));
    let content = |field: &str| {
        let message = says("X refused the content.");
        Fault::InvalidContent { problems: vec![Problem::error(field, message.clone())], message }
    };

    match body.code() {
        Some(187) => return duplicate(),
        Some(88) => return response.rate_limited(super::limits(response)),
        // 32: could not authenticate; 89: invalid or expired token.
        Some(32 | 89) => return Fault::AuthExpired { message: says("X signed us out.") },
        // 63, 64: suspended; 326: locked until the owner does something at X.
        Some(63 | 64 | 326) => return Fault::Disconnected { message: says("X has suspended or locked this account.") },
        Some(186) => return content("text"),
        _ => {}
    }
    // The one refusal for which X documents nothing but its text.
    if status == 403
        && operation == Operation::Post
        && words.is_some_and(|w| w.to_lowercase().contains("duplicate content"))
    {
        return duplicate();
    }
    match body.kind() {
        "rate-limit-exceeded" | CAPPED => return response.rate_limited(super::limits(response)),
        "internal-error" => return response.failed_there("X is having problems."),
        "unsupported-authentication" | "oauth1-permissions" => {
            let scopes = SCOPES.map(str::to_owned).to_vec();
            return Fault::PermissionMissing { message: says("X does not allow us to do this."), scopes };
        }
        // The developer app lacks access to this part of the API: reconnecting would not help.
        kind @ ("client-forbidden" | "disallowed-resource") => {
            let message = says("X does not give this developer app access to publishing.");
            return Fault::Permanent { code: kind.to_owned(), message };
        }
        _ => {}
    }
    match status {
        402 => Fault::Permanent {
            code: "payment_required".into(),
            message: "The API credits of your X developer app are used up. Add credits in X's developer console, then \
                      publish again."
                .into(),
        },
        403 => {
            let needed = match operation {
                Operation::Read => ["tweet.read", "users.read"].as_slice(),
                Operation::Upload => &["media.write"],
                Operation::Post => &["tweet.write", "tweet.read", "users.read"],
            };
            let missing: Vec<_> = needed.iter().filter(|n| !granted.iter().any(|g| g == *n)).collect();
            if missing.is_empty() {
                Fault::Permanent { code: "403".into(), message: says("X does not allow this.") }
            } else {
                let scopes = missing.into_iter().map(|s| (*s).to_owned()).collect();
                Fault::PermissionMissing { message: says("X does not allow us to do this."), scopes }
            }
        }
        413 => content("media"),
        // A picture that X has forgotten: uploads last a day.
        400 | 404 if operation == Operation::Post && body.blames("media") => lost(),
        404 if operation == Operation::Upload => lost(),
        400 if operation == Operation::Upload && (body.blames("id") || body.blames("media_id")) => lost(),
        400 if operation == Operation::Upload => content("media"),
        400 if operation == Operation::Post => content("text"),
        _ => by_status(),
    }
}

fn lost() -> Fault {
    Fault::PreparationLost { message: "X no longer has the uploaded pictures.".into() }
}

fn duplicate() -> Fault {
    let message = "X says that this account has already posted exactly this.".into();
    Fault::Duplicate { message, remote_id: None }
}
