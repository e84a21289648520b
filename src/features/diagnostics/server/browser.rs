//! What goes wrong in browsers. The page's own script (`app::shell`) sends it here: errors that nobody caught, and what the
//! content policy refused. Anybody can send anything, so it is bounded, limited by network, and kept as a warning.

use crate::domain::error::{AppError, Result};
use crate::domain::incident::FaultLevel;
use crate::infra::http::caller::Caller;
use crate::infra::http::throttle;
use crate::infra::incidents::{BROWSER, Incident};
use crate::infra::session::Who;
use crate::infra::state::App;
use crate::infra::telemetry;
use axum::body::Bytes;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;

/// Bytes of a report.
const LONGEST: usize = 20_000;

#[derive(Deserialize)]
struct Report {
    message: String,
    #[serde(default)]
    stack: Option<String>,
    /// The page's path.
    #[serde(default)]
    page: String,
}

/// `POST /api/browser-errors`, as JSON: `message`, `stack`, `page`. 204.
pub async fn report(State(app): State<App>, caller: Caller, who: Option<Who>, body: Bytes) -> Result<StatusCode> {
    throttle::check(&app.throttles.reports, &caller.network, "reports")?;
    if body.len() > LONGEST {
        return Err(AppError::invalid("body", "A report has at most 20,000 bytes."));
    }
    let report: Report = serde_json::from_slice(&body)
        .map_err(|_| AppError::invalid("body", "Send a report as JSON with message, stack and page."))?;
    let membership = who.as_ref().and_then(|who| who.membership);
    app.incidents.note(Incident {
        kind: BROWSER.into(),
        level: FaultLevel::Warning,
        message: report.message,
        stack: report.stack.filter(|stack| !stack.is_empty()),
        endpoint: Some(report.page),
        method: None,
        company: membership.map(|(company, _)| company),
        user: who.map(|who| who.user),
        request: telemetry::request_id(),
        subject: None,
    });
    Ok(StatusCode::NO_CONTENT)
}
