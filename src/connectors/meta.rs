//! What Meta's networks share: the Graph's error envelope, how it says that there were too many calls, ids and times.
//! Source: Meta for Developers, Graph API: Handling errors, Rate limits; reviewed 2026-11-20.

use super::Fault;
use super::rate_limits::{Pause, RateLimited};
use super::wire::WireResponse;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A response that is no success.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Body {
    pub error: GraphError,
    /// Instagram's token addresses have no envelope.
    pub error_message: Option<String>,
}

/// `{"error": {...}}`; everything may be missing.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct GraphError {
    pub message: Option<String>,
    pub code: Option<i64>,
    pub error_subcode: Option<i64>,
    /// Written for people, when it is there.
    pub error_user_msg: Option<String>,
    pub is_transient: bool,
    /// What else belongs to it: an object, or a text with one.
    pub error_data: Value,
}

impl Body {
    /// What it says, for a person where there is such a text.
    pub fn words(&self) -> Option<&str> {
        let Self { error, error_message } = self;
        error.error_user_msg.as_deref().or(error.message.as_deref()).or(error_message.as_deref())
    }
}

impl GraphError {
    /// Too many calls of the app (4, 341), the person (17), the page (32), the kind of call (613), the business use case
    /// (80000 to 80014).
    pub fn is_throttle(&self) -> bool {
        matches!(self.code, Some(4 | 17 | 32 | 341 | 613 | 80_000..=80_014))
    }

    /// `190`, `100/33`: how a refusal is written down.
    pub fn name(&self) -> Option<String> {
        let code = self.code?;
        Some(self.error_subcode.map_or_else(|| code.to_string(), |sub| format!("{code}/{sub}")))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Usage {
    estimated_time_to_regain_access: i64,
}

/// Codes 4 and 341 are about the app, all others about the account. `X-Business-Use-Case-Usage` has per business a list of
/// uses, each with the minutes until it is free again; without it a load eases within an hour (the windows roll), and a
/// day's publishing limit (9) as its posts grow older.
pub fn limits(response: &WireResponse) -> RateLimited {
    let code = response.error::<Body>().error.code;
    let first = if code == Some(9) { TimeDelta::hours(1) } else { TimeDelta::minutes(5) };
    RateLimited {
        of_app: matches!(code, Some(4 | 341)),
        until: free_again(response),
        pause: Pause { first, most: TimeDelta::hours(1) },
    }
}

fn free_again(response: &WireResponse) -> Option<DateTime<Utc>> {
    let usage: BTreeMap<String, Vec<Usage>> =
        serde_json::from_str(response.header("x-business-use-case-usage")?).ok()?;
    let minutes = usage.values().flatten().map(|u| u.estimated_time_to_regain_access).max().filter(|m| *m > 0)?;
    Utc::now().checked_add_signed(TimeDelta::try_minutes(minutes)?)
}

/// An id that comes as a text or as a number.
pub fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// `2026-11-20T10:00:00+0000`
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z").ok()?.to_utc())
}

/// The id of what a call has made.
pub fn made(response: &WireResponse) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Made {
        id: Value,
    }
    id_of(&response.json::<Made>()?.id).ok_or_else(|| response.unreadable())
}
