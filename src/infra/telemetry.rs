//! Logs (one line per event, request id in every one of a request) and the middleware that gives requests their id.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use std::time::Instant;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

pub static REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    /// The id of the request that the current task works for.
    pub static REQUEST_ID: String;
}

/// The current request's id, if this task works for one.
pub fn request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// Starts logging to standard error. An unreadable filter is an error that names the variable.
pub fn start(filter: &str, json: bool) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|e| format!("LUX_LOG cannot be read ({e}); use for example info or lux=debug."))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (tests) keeps the first.
    let _ = if json { builder.json().try_init() } else { builder.with_target(false).try_init() };
    Ok(())
}

/// Gives every request an id (a well-formed one from the proxy is kept), a span, and one log line at its end.
pub async fn trace_requests(request: Request, next: Next) -> Response {
    let given = request.headers().get(&REQUEST_ID_HEADER).and_then(|v| v.to_str().ok());
    let id = given
        .filter(|v| (8..=64).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", id = %id);
    let work = async {
        let started = Instant::now();
        let response = next.run(request).await;
        let ms = started.elapsed().as_millis() as u64;
        let status = response.status().as_u16();
        if status >= 500 {
            tracing::error!(%method, path, status, ms, "request failed");
        } else {
            tracing::debug!(%method, path, status, ms, "request");
        }
        response
    };
    let mut response = REQUEST_ID.scope(id.clone(), work).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID_HEADER.clone(), value);
    }
    response
}
