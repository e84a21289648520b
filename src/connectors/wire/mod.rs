//! The only way out of a connector: base URLs from settings, deadlines, a size cap, limits, journal, fault classes.
//!
//! The verb decides what a failure means, so that a connector cannot get it wrong:
//!
//! | What happened                               | `read`, `repeatable` | `mutate`       |
//! |---------------------------------------------|----------------------|----------------|
//! | DNS, connect or TLS refused: nothing sent   | Transient            | Transient      |
//! | timeout or reset after sending, 5xx, unreadable response | Transient | UnknownOutcome |
//! | 429                                         | RateLimited          | RateLimited    |
//! | any other response                            | handed to the connector as a [`WireResponse`]      |

mod request;
mod response;

pub use request::{MAX_BODY, WireRequest};
pub use response::WireResponse;

use super::rate_limits::{self, RateLimited};
use super::{AppKeys, Fault};
use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use crate::infra::http::journal::Journal;
use crate::infra::http::limits::{LimitKey, Period, Reading};
use crate::infra::http::outbound::Outbound;
use chrono::{DateTime, Utc};
use http::Method;
use url::Url;

/// A connector's HTTP client. Cheap to clone.
#[derive(Clone)]
pub struct Wire {
    pub outbound: Outbound,
    company: Option<CompanyId>,
    /// Whose budgets the calls use; `None` when nobody counts.
    key: Option<LimitKey>,
}

/// What may be concluded when no proper response arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    /// Changes nothing, or nothing that matters when it is done twice.
    Safe,
    /// Irreversible: may be sent once.
    Mutate,
}

impl Verb {
    /// The request may have arrived, its response has not.
    fn lost(self, message: String) -> Fault {
        match self {
            Self::Safe => Fault::Transient { message, after: None },
            Self::Mutate => Fault::UnknownOutcome { message },
        }
    }
}

/// Reads from a platform's refusal for too many calls whom it is about and until when it wants to be left alone.
pub type RateLimitReader = fn(&WireResponse) -> RateLimited;

impl Wire {
    /// For nobody in particular: no company, no budgets.
    pub fn new(outbound: Outbound) -> Self {
        Self { outbound, company: None, key: None }
    }

    /// The same for one company: its calls appear in the company's part of the journal.
    pub fn on_behalf_of(&self, company: CompanyId) -> Self {
        Self { company: Some(company), ..self.clone() }
    }

    /// The same for calls of one account under one app credential: what the platform says about their limits goes
    /// into the ledger.
    pub fn counted_for(&self, platform: Platform, keys: &AppKeys, account: &str) -> Self {
        Self { key: Some(rate_limits::limit_key(platform, keys, account)), ..self.clone() }
    }

    /// Until when calls to these endpoints (`Publish::spends`) would be refused, with a little spread, so that not all who
    /// wait come back at once. `None`: go on. `now` is the caller's clock; asking makes no call.
    pub fn blocked_until(&self, endpoints: &[&str], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = self.outbound.limits().ledger.blocked_until(self.key.as_ref()?, endpoints, now)?;
        Some(rate_limits::spread(until, now))
    }

    /// Whether the account's budget should be asked for: somebody counts, and what is known is too old.
    pub fn needs_reading(&self, endpoint: &str, period: Period) -> bool {
        let knows = |key: &LimitKey| self.outbound.limits().ledger.is_known(key, endpoint, period, Utc::now());
        self.key.as_ref().is_some_and(|key| !knows(key))
    }

    /// Writes down a budget that was asked for.
    pub fn note(&self, reading: Reading<'_>) {
        if let Some(key) = &self.key {
            self.outbound.limits().ledger.note(key, reading, Utc::now());
        }
    }

    /// One unit of a budget that no response counts was used.
    pub fn spent(&self, endpoint: &str, period: Period) {
        if let Some(key) = &self.key {
            self.outbound.limits().ledger.spend(key, endpoint, period);
        }
    }

    /// The calls of this process.
    pub fn journal(&self) -> &Journal {
        self.outbound.journal()
    }

    /// A GET. Failures mean that trying again is safe.
    pub fn read(&self, platform: Platform, address: &str) -> WireRequest {
        self.request(platform, Verb::Safe, Method::GET, address)
    }

    /// A call that changes something which may safely be done twice: uploads, containers, token exchanges.
    pub fn repeatable(&self, platform: Platform, method: Method, address: &str) -> WireRequest {
        self.request(platform, Verb::Safe, method, address)
    }

    /// An irreversible call. After a lost response it must not be sent again blindly.
    pub fn mutate(&self, platform: Platform, method: Method, address: &str) -> WireRequest {
        self.request(platform, Verb::Mutate, method, address)
    }

    /// Where a person's browser finds this address of the platform (the stand-in's page when there is one).
    pub fn public_url(&self, platform: Platform, address: &str) -> Result<Url, Fault> {
        self.outbound.resolve(platform, address).map_err(|_| bad_address(platform))
    }

    /// Whether an address that came in a response may get our token: `https` on one of these domains, or the stand-in.
    pub fn trusts(&self, platform: Platform, address: &str, domains: &[&str]) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        let host = url.host_str().unwrap_or_default();
        let home = domains.iter().any(|d| host == *d || host.strip_suffix(d).is_some_and(|rest| rest.ends_with('.')));
        (url.scheme() == "https" && home) || self.outbound.is_at_override(platform, &url)
    }

    fn request(&self, platform: Platform, verb: Verb, method: Method, address: &str) -> WireRequest {
        WireRequest::new(self, platform, verb, method, address)
    }
}

fn bad_address(platform: Platform) -> Fault {
    let message =
        format!("The address of {} cannot be read. Check the base URL in the server's settings.", platform.name());
    Fault::Permanent { code: "bad_address".into(), message }
}

/// The first `max` characters: foreign text must not flood our tables.
pub fn clip(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// One segment of a path, percent-encoded: an id from outside cannot climb out of its place.
pub fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}
