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

use super::limits::{self, Meter, Pause, Refusal};
use super::{AppKeys, Fault};
use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use crate::infra::http::journal::{Entry, Journal};
use crate::infra::http::limits::{Party, Period, Reading};
use crate::infra::http::outbound::Outbound;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};
use tracing::Instrument;
use url::Url;

/// No answer that we care for is larger.
pub const MAX_BODY: usize = 4 << 20;
/// How long a call may take if nothing else is said. Shorter than every connector's `grace`.
const DEADLINE: Duration = Duration::from_secs(30);
/// A reset time further away than this is a mistake or an attack: look again after that.
const LONGEST_HOLD: Duration = Duration::from_secs(25 * 3600);
/// Where platforms put their own id of a request.
const REQUEST_IDS: [&str; 6] =
    ["x-li-uuid", "x-fb-request-id", "x-fb-trace-id", "x-transaction-id", "x-request-id", "x-correlation-id"];

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

/// Reads from a platform's refusal for too many calls whom it is about and until when it wants to be left alone.
pub type Limits = fn(&Answer) -> Refusal;

impl Wire {
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
        // Parsed once more without the override: the journal names the platform's own address.
        let own = Url::parse(address).ok();
        let entry = Entry {
            at: Utc::now(),
            company: self.company,
            platform,
            method: method.to_string(),
            host: own.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned(),
            path: own.as_ref().map(|u| u.path().to_owned()).unwrap_or_default(),
            status: None,
            fault: None,
            ms: 0,
            request_id: None,
        };
        let request = self.public_url(platform, address).map(|url| self.outbound.client().request(method, url));
        let request = request.map(|r| r.timeout(DEADLINE));
        Ask { wire: self.clone(), verb, request, entry, limits: None, keep_server_errors: false }
    }
}

fn bad_address(platform: Platform) -> Fault {
    let message =
        format!("The address of {} cannot be read. Check the base URL in the server's settings.", platform.name());
    Fault::Permanent { code: "bad_address".into(), message }
}

/// A request that is being put together.
#[must_use = "nothing is sent before `send`"]
pub struct Ask {
    wire: Wire,
    verb: Verb,
    request: Result<reqwest::RequestBuilder, Fault>,
    entry: Entry,
    limits: Option<Limits>,
    keep_server_errors: bool,
}

impl Ask {
    fn with(mut self, f: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Self {
        self.request = self.request.map(f);
        self
    }
    pub fn query(self, name: &str, value: impl AsRef<str>) -> Self {
        self.with(|r| r.query(&[(name, value.as_ref())]))
    }
    pub fn bearer(self, token: &SecretString) -> Self {
        self.with(|r| r.bearer_auth(token.expose_secret()))
    }
    pub fn basic(self, user: &SecretString, password: &SecretString) -> Self {
        self.with(|r| r.basic_auth(user.expose_secret(), Some(password.expose_secret())))
    }
    pub fn header(self, name: &'static str, value: &str) -> Self {
        self.with(|r| r.header(name, value))
    }
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.with(|r| r.form(fields))
    }
    pub fn json(self, body: &impl Serialize) -> Self {
        self.with(|r| r.json(body))
    }
    pub fn multipart(self, form: reqwest::multipart::Form) -> Self {
        self.with(|r| r.multipart(form))
    }
    pub fn bytes(self, content_type: &str, body: Bytes) -> Self {
        self.with(|r| r.header(http::header::CONTENT_TYPE, content_type).body(body))
    }
    /// For the whole call, answer included. The `grace` of a connector must be longer than that of its `commit`.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.with(|r| r.timeout(deadline))
    }
    /// How this platform says until when a limit lasts, beyond `Retry-After` and `x-rate-limit-reset`.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }
    /// Hands 5xx answers to the connector, which then ends with [`Answer::by_status`] unless it knows their code.
    pub fn keep_server_errors(mut self) -> Self {
        self.keep_server_errors = true;
        self
    }
    /// The path is a capability (a signed upload address): the journal keeps its first part only.
    pub fn hide_path(mut self) -> Self {
        let first = self.entry.path.split('/').nth(1).unwrap_or_default();
        self.entry.path = format!("/{first}/…");
        self
    }

    /// Sends it once. An answer below 500 other than 429 is the connector's to judge.
    pub async fn send(self) -> Result<Answer, Fault> {
        let span = tracing::info_span!("outbound", platform = %self.entry.platform, method = %self.entry.method,
            host = %self.entry.host, path = %self.entry.path);
        self.journaled().instrument(span).await
    }

    async fn journaled(self) -> Result<Answer, Fault> {
        let Self { wire, verb, request, mut entry, limits, keep_server_errors } = self;
        let start = Instant::now();
        entry.at = Utc::now();
        let mut outcome = match request {
            Ok(request) => exchange(request, verb, &mut entry).await,
            Err(fault) => Err(fault),
        };
        if let (Ok(answer), Some(party)) = (&mut outcome, &wire.party) {
            answer.count(&wire, party, &entry);
        }
        let outcome = outcome.and_then(|answer| match answer.status.as_u16() {
            429 => Err(answer.rate_limited(limits.map_or(Refusal::unsaid(Pause::USUAL), |read| read(&answer)))),
            500.. if !keep_server_errors => Err(answer.by_status(None, &[])),
            _ => Ok(answer),
        });
        entry.ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        entry.fault = outcome.as_ref().err().map(Fault::kind);
        match &outcome {
            Ok(_) => tracing::debug!(status = entry.status, ms = entry.ms, "answered"),
            Err(fault) => tracing::warn!(status = entry.status, ms = entry.ms, kind = fault.kind(), "failed: {fault}"),
        }
        wire.journal().record(entry);
        outcome
    }
}

async fn exchange(request: reqwest::RequestBuilder, verb: Verb, entry: &mut Entry) -> Result<Answer, Fault> {
    let platform = entry.platform;
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Err(unanswered(error, verb, platform)),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    entry.status = Some(status.as_u16());
    entry.request_id = REQUEST_IDS.iter().find_map(|name| headers.get(*name)?.to_str().ok()).map(|id| clip(id, 100));
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_BODY => {
                return Err(verb.lost(format!("{} sent more than we are willing to read.", platform.name())));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(unanswered(error, verb, platform)),
        }
    }
    Ok(Answer { status, headers, body: body.into(), platform, verb, meter: None })
}

/// No answer, or half of one. Its address is dropped before it is logged: a query can carry tokens.
fn unanswered(error: reqwest::Error, verb: Verb, platform: Platform) -> Fault {
    let error = error.without_url();
    let mut cause = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        cause.push_str(": ");
        cause.push_str(&inner.to_string());
        source = inner.source();
    }
    tracing::debug!(%cause, "no answer");
    let name = platform.name();
    if error.is_builder() {
        Fault::Permanent { code: "bad_request".into(), message: format!("The request to {name} could not be built.") }
    } else if error.is_connect() {
        Fault::transient(format!("{name} cannot be reached right now."))
    } else if error.is_timeout() {
        verb.lost(format!("{name} did not answer in time."))
    } else {
        verb.lost(format!("The connection to {name} broke off before the answer was complete."))
    }
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

/// A complete answer. Has no `Debug`: bodies can carry tokens.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    platform: Platform,
    verb: Verb,
    /// Where a refusal for too many calls is written down.
    meter: Option<Box<Meter>>,
}

impl Answer {
    /// Writes down what it says about limits. Most answers say nothing, and this does nothing then.
    fn count(&mut self, wire: &Wire, party: &Party, entry: &Entry) {
        let speaks = limits::speak(self.platform, &self.headers);
        let endpoint = || limits::endpoint(&entry.method, &entry.path);
        if self.ok() {
            wire.outbound.limits().ledger.eased(party, endpoint, Utc::now());
        }
        if !speaks && self.ok() {
            return;
        }
        let endpoint = endpoint();
        let meter = Meter { limits: wire.outbound.limits().clone(), party: party.clone(), endpoint };
        if speaks {
            meter.read(&self.headers);
        }
        self.meter = Some(Box::new(meter));
    }

    pub fn ok(&self) -> bool {
        self.status.is_success()
    }
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
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
    pub fn rate_limited(&self, refusal: Refusal) -> Fault {
        let now = Utc::now();
        let Refusal { of_app, until, pause } = refusal;
        let said = retry_after(&self.headers).map(|wait| now + wait).or(until).or_else(|| self.window_end());
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
        let until = limits::spread(until, now);
        let message = format!("{} asks us to wait before the next call.", self.platform.name());
        Fault::RateLimited { message, until }
    }
    /// When the window of this endpoint ends, if that is what is used up.
    fn window_end(&self) -> Option<DateTime<Utc>> {
        let left = self.header("x-rate-limit-remaining").and_then(|n| n.trim().parse::<i64>().ok()).unwrap_or(0);
        let end = self.header("x-rate-limit-reset").filter(|_| left <= 0)?;
        DateTime::from_timestamp(end.trim().parse().ok()?, 0)
    }
    /// What the status alone means, for answers without a code that the connector knows. `words`: the platform's own.
    pub fn by_status(&self, words: Option<&str>, scopes: &[&str]) -> Fault {
        let name = self.platform.name();
        let status = self.status.as_u16();
        let says = |otherwise: String| match words.map(str::trim).filter(|w| !w.is_empty()) {
            Some(words) => format!("{name} says: {}", clip(words, 300)),
            None => otherwise,
        };
        match status {
            401 => Fault::AuthExpired { message: says(format!("{name} no longer accepts our access.")) },
            403 => Fault::PermissionMissing {
                message: says(format!("{name} does not allow us to do this.")),
                scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            },
            429 => self.rate_limited(Refusal::unsaid(Pause::USUAL)),
            500.. => self.failed_there(format!("{name} has a problem of its own (status {status}).")),
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
