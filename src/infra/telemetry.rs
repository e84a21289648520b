//! Logs (one line per event, request id in every one of a request) and the middleware that gives requests their id.
//! `spans`: what a collector of OpenTelemetry is sent, where one is named.

mod spans;

use super::incidents::{Gather, Incidents};
use super::measures;
use crate::domain::ids::{CompanyId, JobId, UserId};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
pub use spans::Spans;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

pub static REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    /// The request or job that the current task works for.
    static WORK: Arc<Work>;
}

/// A request or job, for what is logged while it runs.
#[derive(Debug)]
pub struct Work {
    pub id: String,
    /// The address, or the kind of the job.
    pub endpoint: String,
    /// Of a request.
    pub method: Option<String>,
    /// As soon as it is known.
    pub company: OnceLock<CompanyId>,
    pub user: OnceLock<UserId>,
    /// A fault was logged already (`incidents`).
    pub noted: AtomicBool,
}

impl Work {
    fn new(id: String, endpoint: String, method: Option<String>) -> Arc<Self> {
        let (company, user, noted) = (OnceLock::new(), OnceLock::new(), AtomicBool::new(false));
        Arc::new(Self { id, endpoint, method, company, user, noted })
    }

    pub fn request(id: String, method: &str, path: &str) -> Arc<Self> {
        Self::new(id, path.to_owned(), Some(method.to_owned()))
    }

    pub fn job(id: JobId, kind: &str, company: Option<CompanyId>) -> Arc<Self> {
        let work = Self::new(format!("job-{id}"), kind.to_owned(), None);
        company.map(|company| work.company.set(company));
        work
    }
}

/// What the current task works for, if that is known.
pub fn work() -> Option<Arc<Work>> {
    WORK.try_with(Clone::clone).ok()
}

/// Runs a task as a part of this request or job.
pub fn scope<F: Future>(work: Arc<Work>, task: F) -> impl Future<Output = F::Output> {
    WORK.scope(work, task)
}

/// The current request's id, if this task works for one.
pub fn request_id() -> Option<String> {
    WORK.try_with(|work| work.id.clone()).ok()
}

/// Starts logging to standard error, gathering faults, and making spans where somebody wants them. An unreadable filter is an error that names the variable.
pub fn start(filter: &str, json: bool, incidents: Arc<Incidents>, spans: Option<&Spans>) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|e| format!("LUX_LOG cannot be read ({e}); use for example info or lux=debug."))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if json { lines.json().boxed() } else { lines.with_target(false).boxed() };
    let gather = Gather(incidents).with_filter(LevelFilter::WARN);
    // A second start (tests) keeps the first.
    let log = tracing_subscriber::registry().with(lines.with_filter(filter)).with(gather);
    let _ = log.with(spans.map(Spans::layer)).try_init();
    Ok(())
}

/// Gives every request an id (a well-formed one from the proxy is kept), a span, and one log line at its end.
pub async fn trace_requests(State(incidents): State<Arc<Incidents>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(&REQUEST_ID_HEADER).and_then(|v| v.to_str().ok());
    let id = given
        .filter(|v| (8..=64).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let about = Work::request(id.clone(), method.as_str(), &path);
    let span = tracing::info_span!("request", id = %id);
    let same = span.clone();
    let work = async {
        let started = Instant::now();
        let response = next.run(request).await;
        let ms = started.elapsed().as_millis() as u64;
        let status = response.status().as_u16();
        measures::request(status, started.elapsed());
        spans::answered(&same, method.as_str(), &path, status);
        // Whoever asks how the program is gets just that answer.
        let asks = matches!(path.as_str(), "/readyz" | "/api/health");
        if status == 503 && !asks {
            // Something that we depend on did not answer, and the caller was told so.
            tracing::warn!(incident = "unavailable", echo = true, %method, path, status, ms, "request failed");
        } else if status >= 500 && !asks {
            tracing::error!(echo = true, %method, path, status, ms, "request failed");
        } else {
            incidents.answered(method.as_str(), &path);
            tracing::debug!(%method, path, status, ms, "request");
        }
        response
    };
    let mut response = scope(about, work).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID_HEADER.clone(), value);
    }
    response
}
