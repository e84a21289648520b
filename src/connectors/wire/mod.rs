//! The only way out of a connector: base URLs from settings, deadlines, a size cap, limits, journal, fault classes.
//!
//! The verb decides what a failure means, so that a connector cannot get it wrong:
//!
//! | What happened                               | `read`, `repeatable` | `mutate`       |
//! |---------------------------------------------|----------------------|----------------|
//! | DNS, connect or TLS refused: nothing sent   | Transient            | Transient      |
//! | timeout or reset after sending, 5xx, unreadable answer | Transient | UnknownOutcome |
//! | 429                                         | RateLimited          | RateLimited    |
//! | any other answer                            | handed to the connector as an [`Answer`]      |

mod answer;
mod ask;

pub use answer::Answer;
pub use ask::{Ask, MAX_BODY};

use super::limits::{self, Refusal};
use super::{AppKeys, Fault};
use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use crate::infra::http::journal::Journal;
use crate::infra::http::limits::{Party, Period, Reading};
use crate::infra::http::outbound::Outbound;
use chrono::{DateTime, Utc};
use http::Method;
use url::Url;

/// A connector's HTTP door. Cheap to clone.
#[derive(Clone)]
pub struct Wire {
    pub outbound: Outbound,
    company: Option<CompanyId>,
    /// Whose budgets the calls use; `None` when nobody counts.
    party: Option<Party>,
}

/// What may be concluded when no proper answer arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    /// Changes nothing, or nothing that matters when it is done twice.
    Safe,
    /// Irreversible: may be sent once.
    Mutate,
}

impl Verb {
    /// The request may have arrived, its answer has not.
    fn lost(self, message: String) -> Fault {
        match self {
            Self::Safe => Fault::Transient { message, after: None },
            Self::Mutate => Fault::UnknownOutcome { message },
        }
    }
}

/// Reads from a platform's refusal for too many calls whom it is about and until when it wants to be left alone.
pub type Limits = fn(&Answer) -> Refusal;

impl Wire {
    /// A door of nobody in particular: no company, no budgets.
    pub fn new(outbound: Outbound) -> Self {
        Self { outbound, company: None, party: None }
    }

    /// The same door with the company's name on it: its calls appear in the company's part of the journal.
    pub fn on_behalf_of(&self, company: CompanyId) -> Self {
        Self { company: Some(company), ..self.clone() }
    }

    /// The same door for calls of one account under one app credential: what the platform says about their limits goes
    /// into the ledger.
    pub fn counted_for(&self, platform: Platform, keys: &AppKeys, account: &str) -> Self {
        Self { party: Some(limits::party(platform, keys, account)), ..self.clone() }
    }

    /// Until when calls to these endpoints (`Publish::spends`) would be refused, with a little spread, so that not all who
    /// wait come back at once. `None`: go on. `now` is the caller's clock; asking makes no call.
    pub fn held(&self, endpoints: &[&str], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let until = self.outbound.limits().ledger.held(self.party.as_ref()?, endpoints, now)?;
        Some(limits::spread(until, now))
    }

    /// Whether the account's budget should be asked for: somebody counts, and what is known is too old.
    pub fn wonders(&self, endpoint: &str, period: Period) -> bool {
        let knows = |party: &Party| self.outbound.limits().ledger.knows(party, endpoint, period, Utc::now());
        self.party.as_ref().is_some_and(|party| !knows(party))
    }

    /// Writes down a budget that was asked for.
    pub fn note(&self, reading: Reading<'_>) {
        if let Some(party) = &self.party {
            self.outbound.limits().ledger.note(party, reading, Utc::now());
        }
    }

    /// One unit of a budget that answers do not speak of was used.
    pub fn spent(&self, endpoint: &str, period: Period) {
        if let Some(party) = &self.party {
            self.outbound.limits().ledger.spend(party, endpoint, period);
        }
    }

    /// What went through this door and all others of this process.
    pub fn journal(&self) -> &Journal {
        self.outbound.journal()
    }

    /// A GET. Failures mean that trying again is safe.
    pub fn read(&self, platform: Platform, address: &str) -> Ask {
        self.ask(platform, Verb::Safe, Method::GET, address)
    }

    /// A call that changes something which may safely be done twice: uploads, containers, token exchanges.
    pub fn repeatable(&self, platform: Platform, method: Method, address: &str) -> Ask {
        self.ask(platform, Verb::Safe, method, address)
    }

    /// An irreversible call. After a lost answer it must not be sent again blindly.
    pub fn mutate(&self, platform: Platform, method: Method, address: &str) -> Ask {
        self.ask(platform, Verb::Mutate, method, address)
    }

    /// Where a person's browser finds this address of the platform (the stand-in's page when there is one).
    pub fn public_url(&self, platform: Platform, address: &str) -> Result<Url, Fault> {
        self.outbound.resolve(platform, address).map_err(|_| bad_address(platform))
    }

    /// Whether an address that came in an answer may get our token: `https` on one of these domains, or the stand-in.
    pub fn trusts(&self, platform: Platform, address: &str, domains: &[&str]) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        let host = url.host_str().unwrap_or_default();
        let home = domains.iter().any(|d| host == *d || host.strip_suffix(d).is_some_and(|rest| rest.ends_with('.')));
        (url.scheme() == "https" && home) || self.outbound.is_at_override(platform, &url)
    }

    fn ask(&self, platform: Platform, verb: Verb, method: Method, address: &str) -> Ask {
        Ask::new(self, platform, verb, method, address)
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
