//! One request: how it is put together, sent once and written down.

use super::{RateLimitReader, Verb, Wire, WireResponse, clip};
use crate::connectors::Fault;
use crate::connectors::rate_limits::{Pause, RateLimited};
use crate::domain::platform::Platform;
use crate::infra::http::journal::Entry;
use crate::infra::http::outbound::Outbound;
use crate::infra::http::ssrf;
use bytes::Bytes;
use chrono::Utc;
use http::Method;
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::time::{Duration, Instant};
use tracing::Instrument;
use url::Url;

/// No response that we care for is larger: 4 MiB.
pub const MAX_BODY: usize = 4 << 20;
/// How long a call may take if nothing else is said. Shorter than every connector's `grace`.
const DEADLINE: Duration = Duration::from_secs(30);
/// Where platforms put their own id of a request.
const REQUEST_IDS: [&str; 6] =
    ["x-li-uuid", "x-fb-request-id", "x-fb-trace-id", "x-transaction-id", "x-request-id", "x-correlation-id"];

/// A request that is being put together.
#[must_use = "nothing is sent before `send`"]
pub struct WireRequest {
    wire: Wire,
    verb: Verb,
    request: Result<RequestBuilder, Fault>,
    entry: Entry,
    limits: Option<RateLimitReader>,
    keep_server_errors: bool,
}

impl WireRequest {
    /// Nothing is sent yet. An address that cannot be resolved becomes the fault of `send`.
    pub(super) fn new(wire: &Wire, platform: Platform, verb: Verb, method: Method, address: &str) -> Self {
        // Parsed once more without the override: the journal names the platform's own address.
        let own = Url::parse(address).ok();
        let entry = Entry {
            at: Utc::now(),
            company: wire.company,
            platform,
            method: method.to_string(),
            host: own.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned(),
            path: own.as_ref().map(|u| u.path().to_owned()).unwrap_or_default(),
            status: None,
            fault: None,
            ms: 0,
            request_id: None,
        };
        let request = wire.public_url(platform, address).map(|url| wire.outbound.client().request(method, url));
        let request = request.map(|r| r.timeout(DEADLINE));
        Self { wire: wire.clone(), verb, request, entry, limits: None, keep_server_errors: false }
    }

    fn with(mut self, f: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        self.request = self.request.map(f);
        self
    }
    pub fn query(self, name: &str, value: impl AsRef<str>) -> Self {
        self.with(|r| r.query(&[(name, value.as_ref())]))
    }
    /// `Authorization: Bearer`.
    pub fn bearer(self, token: &SecretString) -> Self {
        self.with(|r| r.bearer_auth(token.expose_secret()))
    }
    /// `Authorization: Basic`.
    pub fn basic(self, user: &SecretString, password: &SecretString) -> Self {
        self.with(|r| r.basic_auth(user.expose_secret(), Some(password.expose_secret())))
    }
    pub fn header(self, name: &'static str, value: &str) -> Self {
        self.with(|r| r.header(name, value))
    }
    /// `application/x-www-form-urlencoded`.
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
    /// A body of `length` bytes that is read while it is sent.
    pub fn stream(self, content_type: &str, length: u64, body: reqwest::Body) -> Self {
        let typed = self.with(|r| r.header(http::header::CONTENT_TYPE, content_type));
        typed.with(|r| r.header(http::header::CONTENT_LENGTH, length).body(body))
    }
    /// `Authorization: OAuth`, as Meta's upload servers want it.
    pub fn oauth(self, token: &SecretString) -> Self {
        let mut value = http::HeaderValue::from_str(&format!("OAuth {}", token.expose_secret()))
            .unwrap_or(http::HeaderValue::from_static(""));
        value.set_sensitive(true);
        self.with(|r| r.header(http::header::AUTHORIZATION, value))
    }
    /// For the whole call, response included. The `grace` of a connector must be longer than that of its `commit`.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.with(|r| r.timeout(deadline))
    }
    /// How this platform says until when a limit lasts, beyond `Retry-After` and the headers that its connector names.
    pub fn limits(mut self, limits: RateLimitReader) -> Self {
        self.limits = Some(limits);
        self
    }
    /// Hands 5xx responses to the connector, which then ends with [`WireResponse::by_status`] unless it knows their code.
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

    /// The server was named by a user and not by us: it is called only if users' addresses may lead there (`infra::http::ssrf`).
    /// A stand-in that answers for the platform is our own choice.
    pub fn to_users_server(mut self) -> Self {
        let (outbound, platform) = (self.wire.outbound.clone(), self.entry.platform);
        self.request = self.request.and_then(|request| guarded(&outbound, platform, request));
        self
    }

    /// Sends it once. A response below 500 other than 429 is the connector's to judge.
    pub async fn send(self) -> Result<WireResponse, Fault> {
        let span = tracing::info_span!("outbound", platform = %self.entry.platform, method = %self.entry.method,
            host = %self.entry.host, path = %self.entry.path);
        self.journaled().instrument(span).await
    }

    async fn journaled(self) -> Result<WireResponse, Fault> {
        let Self { wire, verb, request, mut entry, limits, keep_server_errors } = self;
        let start = Instant::now();
        entry.at = Utc::now();
        let mut outcome = match request {
            Ok(request) => exchange(request, verb, &mut entry).await,
            Err(fault) => Err(fault),
        };
        if let (Ok(response), Some(key)) = (&mut outcome, &wire.key) {
            response.count(&wire, key, &entry);
        }
        let outcome =
            outcome.and_then(|response| match response.status.as_u16() {
                429 => Err(response
                    .rate_limited(limits.map_or(RateLimited::without_time(Pause::USUAL), |read| read(&response)))),
                500.. if !keep_server_errors => Err(response.by_status(None, &[])),
                _ => Ok(response),
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

/// The same request, by the client that goes only where users' addresses may lead.
fn guarded(outbound: &Outbound, platform: Platform, request: RequestBuilder) -> Result<RequestBuilder, Fault> {
    let refused = |why: &str| Fault::Permanent { code: "bad_server".into(), message: why.to_owned() };
    let (client, built) = request.build_split();
    let built = built.map_err(|_| super::bad_address(platform))?;
    if outbound.is_at_override(platform, built.url()) {
        return Ok(RequestBuilder::from_parts(client, built));
    }
    ssrf::check_written(outbound.reach(), built.url()).map_err(refused)?;
    let client = outbound.guarded_client().map_err(|_| refused("The server's address cannot be used right now."))?;
    Ok(RequestBuilder::from_parts(client.clone(), built))
}

async fn exchange(request: RequestBuilder, verb: Verb, entry: &mut Entry) -> Result<WireResponse, Fault> {
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
                return Err(verb.lost(format!("{} sent more data than we accept.", platform.name())));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(unanswered(error, verb, platform)),
        }
    }
    Ok(WireResponse::new(status, headers, body.into(), platform, verb))
}

/// What is wrong with a platform's certificate, where that is why nothing was sent.
fn untrusted(cause: &str, name: &str) -> Option<String> {
    if !cause.contains("certificate") {
        return None;
    }
    let cause = cause.to_ascii_lowercase();
    Some(if cause.contains("expired") {
        format!(
            "The certificate of {name} has expired, so nothing was sent. It goes on when it is renewed; check this server's clock as well."
        )
    } else {
        format!(
            "The certificate of {name} is not trusted by this server, so nothing was sent. Something may stand between the two."
        )
    })
}

/// No response, or half of one. Its address is dropped before it is logged: a query can carry tokens.
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
        Fault::transient(untrusted(&cause, name).unwrap_or_else(|| format!("{name} cannot be reached right now.")))
    } else if error.is_timeout() {
        verb.lost(format!("{name} did not answer in time."))
    } else {
        verb.lost(format!("The connection to {name} broke off before the answer was complete."))
    }
}
