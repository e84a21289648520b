//! `/metrics`: what Prometheus asks for, in its text format (version 0.0.4). Only with the token of the settings
//! (`LUX_METRICS_TOKEN`); without one there is no such address.

use crate::features::diagnostics::server::figures::{self, Figures};
use crate::infra::measures;
use crate::infra::state::App;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::time::SystemTime;

const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(token) = &app.settings.metrics_token else { return StatusCode::NOT_FOUND.into_response() };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    // Compared by their digests, so that how long it takes says nothing of the token.
    if Sha256::digest(given) != Sha256::digest(token.expose_secret()) {
        let ask = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, ask, "Name the token of LUX_METRICS_TOKEN.\n").into_response();
    }
    let figures = figures::figures(&app).await;
    ([(header::CONTENT_TYPE, TYPE)], text(&app, &figures)).into_response()
}

/// A text in the making.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<_> = labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.family(name, kind, help);
            self.sample(name, &[], value);
        }
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn text(app: &App, figures: &Figures) -> String {
    let mut page = Page(String::new());
    page.family("lux_build_info", "gauge", "The version of the program.");
    page.sample("lux_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    let requests = measures::requests();
    page.family("lux_http_requests_total", "counter", "Requests by the class of their status.");
    for (class, count) in ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(requests.by_status) {
        page.sample("lux_http_requests_total", &[("status", class)], count as f64);
    }
    let name = "lux_http_request_duration_seconds";
    page.family(name, "histogram", "How long requests took.");
    let mut sum = 0;
    for (place, count) in requests.by_time.into_iter().enumerate() {
        sum += count;
        let bound =
            measures::BOUNDS_MS.get(place).map_or_else(|| "+Inf".to_owned(), |ms| (*ms as f64 / 1e3).to_string());
        page.sample(&format!("{name}_bucket"), &[("le", &bound)], sum as f64);
    }
    page.sample(&format!("{name}_sum"), &[], requests.seconds);
    page.sample(&format!("{name}_count"), &[], sum as f64);
    page.one("lux_database_up", "gauge", "Whether the database answers.", Some(f64::from(u8::from(figures.database))));
    if let Some(queue) = &figures.queue {
        page.family("lux_queue_jobs", "gauge", "Jobs by state, counted up to 10,000 of each.");
        for (state, count) in
            [("due", queue.due), ("later", queue.later), ("running", queue.running), ("given_up", queue.given_up)]
        {
            page.sample("lux_queue_jobs", &[("state", state)], count as f64);
        }
        let help = "For how long the oldest job that could run has been due.";
        page.one("lux_queue_oldest_due_seconds", "gauge", help, Some(queue.oldest_due_seconds));
        page.one(
            "lux_worker_beat_age_seconds",
            "gauge",
            "Time since the last sign of life of a worker.",
            queue.beat_age_seconds,
        );
    }
    if let Some(deliveries) = &figures.deliveries {
        page.family("lux_deliveries", "gauge", "Deliveries by state, counted once a minute.");
        for (state, count) in deliveries {
            page.sample("lux_deliveries", &[("state", state)], *count as f64);
        }
    }
    if let Some(errors) = &figures.errors {
        page.family("lux_errors_open", "gauge", "Open errors by severity.");
        for (severity, count) in errors {
            page.sample("lux_errors_open", &[("severity", severity)], *count as f64);
        }
    }
    page.family("lux_db_pool_connections", "gauge", "Connections to the database.");
    for (pool, db) in [("pages", &app.db), ("pipeline", &app.pipeline.0)] {
        let (all, idle) = (f64::from(db.size()), db.num_idle() as f64);
        page.sample("lux_db_pool_connections", &[("pool", pool), ("state", "idle")], idle);
        page.sample("lux_db_pool_connections", &[("pool", pool), ("state", "used")], (all - idle).max(0.0));
    }
    page.family("lux_db_pool_max_connections", "gauge", "How many connections there may be.");
    for (pool, db) in [("pages", &app.db), ("pipeline", &app.pipeline.0)] {
        let most = f64::from(db.options().get_max_connections());
        page.sample("lux_db_pool_max_connections", &[("pool", pool)], most);
    }
    let resident = measures::resident().map(|bytes| bytes as f64);
    page.one("process_resident_memory_bytes", "gauge", "Memory of the process.", resident);
    page.one("process_open_fds", "gauge", "Files that the process has open.", measures::open_files().map(|n| n as f64));
    let started = measures::started().duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs_f64());
    page.one("process_start_time_seconds", "gauge", "When the process began, since 1970.", started);
    page.0
}
