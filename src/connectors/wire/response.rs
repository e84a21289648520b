//! What came back, and what it means when the connector does not know better.

use super::{Verb, Wire, clip};
use crate::connectors::Fault;
use crate::connectors::rate_limits::{self, Meter, Pause, RateLimited};
use crate::domain::platform::Platform;
use crate::infra::http::journal::Entry;
use crate::infra::http::limits::LimitKey;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// A reset time further away than this is a mistake or an attack: ask again after that.
const LONGEST_HOLD: Duration = Duration::from_secs(25 * 3600);

/// A complete response. Has no `Debug`: bodies can carry tokens.
pub struct WireResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    platform: Platform,
    verb: Verb,
    /// Where a refusal for too many calls is written down.
    meter: Option<Box<Meter>>,
}

impl WireResponse {
    pub(super) fn new(status: StatusCode, headers: HeaderMap, body: Bytes, platform: Platform, verb: Verb) -> Self {
        Self { status, headers, body, platform, verb, meter: None }
    }

    /// Writes down what it says about limits. Most responses say nothing, and this does nothing then.
    pub(super) fn count(&mut self, wire: &Wire, key: &LimitKey, entry: &Entry) {
        let says = rate_limits::said_in(self.platform, &self.headers);
        let endpoint = || rate_limits::endpoint(&entry.method, &entry.path);
        if self.ok() {
            wire.outbound.limits().ledger.succeeded(key, endpoint, Utc::now());
        }
        if !says && self.ok() {
            return;
        }
        let endpoint = endpoint();
        let meter = Meter { limits: wire.outbound.limits().clone(), key: key.clone(), endpoint };
        if says {
            meter.read(&self.headers);
        }
        self.meter = Some(Box::new(meter));
    }

    /// A 2xx.
    pub fn ok(&self) -> bool {
        self.status.is_success()
    }
    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
    /// Itself when it is a success; otherwise what the connector makes of the refusal.
    pub fn accepted(self, refused: impl FnOnce(&Self) -> Fault) -> Result<Self, Fault> {
        if self.ok() { Ok(self) } else { Err(refused(&self)) }
    }
    /// The body of a success; when it cannot be read, we do not know what happened there.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|_| self.unreadable())
    }
    /// The body of an error, if it has the expected form.
    pub fn error<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
    /// A success without what it must contain.
    pub fn unreadable(&self) -> Fault {
        self.verb.lost(format!("{} gave an answer that we cannot read.", self.platform.name()))
    }
    /// Something failed there, by the platform's own account: safe calls may be repeated, the irreversible one may not.
    pub fn failed_there(&self, message: impl Into<String>) -> Fault {
        match self.verb {
            Verb::Safe => Fault::Transient { message: message.into(), after: retry_after(&self.headers) },
            Verb::Mutate => Fault::unknown(message),
        }
    }
    /// Too much. `Retry-After` counts first, then what the platform says its own way, then the window's reset. Others who
    /// want the same are held back, too; all come back a little spread.
    pub fn rate_limited(&self, refusal: RateLimited) -> Fault {
        let now = Utc::now();
        let RateLimited { of_app, until, pause } = refusal;
        let said = retry_after(&self.headers)
            .map(|wait| now + wait)
            .or(until)
            .or_else(|| rate_limits::window_end(self.platform, &self.headers));
        let sane = |until: DateTime<Utc>| until.clamp(now + TimeDelta::seconds(1), now + LONGEST_HOLD);
        let until = match (said.map(sane), &self.meter) {
            (Some(until), meter) => {
                if let Some(meter) = meter {
                    meter.hold(of_app, until, now);
                }
                until
            }
            (None, Some(meter)) => sane(meter.pause(of_app, pause, now)),
            (None, None) => now + pause.first,
        };
        let until = rate_limits::spread(until, now);
        let message = format!("{} asks us to wait.", self.platform.name());
        Fault::RateLimited { message, until }
    }
    /// What the status alone means, for responses without a code that the connector knows. `words`: the platform's own.
    pub fn by_status(&self, words: Option<&str>, scopes: &[&str]) -> Fault {
        let name = self.platform.name();
        let status = self.status.as_u16();
        let says = |otherwise: String| match words.map(str::trim).filter(|w| !w.is_empty()) {
            Some(words) => format!("{name} says: {}", clip(words, 300)),
            None => otherwise,
        };
        match status {
            401 => Fault::AuthExpired { message: says(format!("{name} signed us out.")) },
            403 => Fault::PermissionMissing {
                message: says(format!("{name} does not allow us to do this.")),
                scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            },
            429 => self.rate_limited(RateLimited::without_time(Pause::USUAL)),
            500.. => self.failed_there(format!("{name} is having problems (status {status}).")),
            _ => Fault::Permanent {
                code: status.to_string(),
                message: says(format!("{name} refused the request (status {status}).")),
            },
        }
    }
}

/// `Retry-After` in either of its forms: seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds).min(LONGEST_HOLD));
    }
    let at = DateTime::parse_from_rfc2822(value).ok()?;
    Some((at.to_utc() - Utc::now()).to_std().unwrap_or_default().min(LONGEST_HOLD))
}
