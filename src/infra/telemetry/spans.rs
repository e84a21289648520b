//! Spans for an OpenTelemetry collector, where the settings name one: requests, jobs, and calls to platforms below them, with how
//! long each took. What waits to be sent is bounded, and what does not fit is dropped: a collector that is slow or gone costs no
//! request anything. Attributes go through `redact`, and addresses are sent as routes, without what stands for an id in them.

use crate::infra::redact::redact;
use async_trait::async_trait;
use opentelemetry::trace::{SpanKind, Status, TracerProvider};
use opentelemetry::{KeyValue, Value};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, SpanData, SpanEvents, SpanExporter,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

/// The spans that are sent, by their names in the program, and what they are to a collector.
const NAMES: [(&str, SpanKind); 3] =
    [("request", SpanKind::Server), ("job", SpanKind::Consumer), ("outbound", SpanKind::Client)];
/// Spans that wait at most, and how many are sent at once.
const MOST: usize = 2_048;
const AT_ONCE: usize = 256;
const PAUSE: Duration = Duration::from_secs(2);
const WITHIN: Duration = Duration::from_secs(10);
/// Characters of an attribute.
const LONGEST: usize = 200;

/// The way to the collector.
pub struct Spans(SdkTracerProvider);

impl Spans {
    /// `collector` as OpenTelemetry's own variable has it: without the path of the signal. To be called inside of the runtime.
    pub fn start(collector: &Url) -> Result<Self, String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let failed =
            |error: &dyn std::fmt::Display| format!("Spans cannot be sent ({error}). Check LUX_OTLP_ENDPOINT.");
        let http = reqwest::Client::builder().timeout(WITHIN).redirect(reqwest::redirect::Policy::none());
        let http = http.build().map_err(|error| failed(&error))?;
        let sender = Sender { http, runtime: Handle::current(), fails: AtomicBool::new(false) };
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(address(collector))
            .with_timeout(WITHIN)
            .with_http_client(sender)
            .build()
            .map_err(|error| failed(&error))?;
        let few = BatchConfigBuilder::default()
            .with_max_queue_size(MOST)
            .with_max_export_batch_size(AT_ONCE)
            .with_scheduled_delay(PAUSE)
            .build();
        let batches = BatchSpanProcessor::builder(Harmless(exporter)).with_batch_config(few).build();
        let about = Resource::builder_empty()
            .with_service_name("lux")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self(SdkTracerProvider::builder().with_resource(about).with_span_processor(batches).build()))
    }

    /// What the log gets, so that spans are seen.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let ours = filter_fn(|about| {
            about.is_span()
                && about.target().starts_with("lux::")
                && NAMES.iter().any(|(name, _)| *name == about.name())
        });
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("lux"))
            .with_context_activation(false)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
            .with_level(false)
            .with_filter(ours)
    }

    /// Sends what waits.
    pub async fn flush(&self) {
        let provider = self.0.clone();
        let _ = tokio::task::spawn_blocking(move || provider.force_flush()).await;
    }

    /// Sends what waits, and nothing after that.
    pub async fn close(self) {
        let provider = self.0;
        let closing = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(Duration::from_secs(2)));
        let _ = tokio::time::timeout(Duration::from_secs(3), closing).await;
    }
}

fn address(collector: &Url) -> String {
    let whole = collector.as_str().trim_end_matches('/');
    if whole.ends_with("/v1/traces") { whole.to_owned() } else { format!("{whole}/v1/traces") }
}

/// What a request's span says at its end.
pub fn answered(span: &Span, method: &str, path: &str, status: u16) {
    span.set_attribute("http.request.method", method.to_owned());
    span.set_attribute("http.route", route(path));
    span.set_attribute("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.set_status(Status::error(""));
    }
}

/// An address without what stands for an id, a name of a file, or a secret link.
fn route(path: &str) -> String {
    let is_word = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() <= 24 && !part.contains('.') && (digits == 0 || (digits < part.len() && part.len() <= 4))
    };
    let parts: Vec<&str> = path.split('/').take(10).map(|part| if is_word(part) { part } else { "{id}" }).collect();
    parts.join("/")
}

/// Makes spans fit to leave the server.
#[derive(Debug)]
struct Harmless<E>(E);

impl<E: SpanExporter> SpanExporter for Harmless<E> {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        self.0.export(batch.into_iter().map(harmless).collect())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn harmless(mut span: SpanData) -> SpanData {
    for KeyValue { key, value, .. } in &mut span.attributes {
        let Value::String(text) = value else { continue };
        let kept = match key.as_str() {
            // An id that we gave; one that a caller gave could be anything.
            "id" if uuid::Uuid::try_parse(text.as_str()).is_ok() => continue,
            "path" => route(text.as_str()),
            _ => text.as_str().to_owned(),
        };
        *value = Value::String(redact(&kept, LONGEST).into());
    }
    // Words of the log may hold anything; they stay in the log.
    span.events = SpanEvents::default();
    if let Some((_, kind)) = NAMES.iter().find(|(name, _)| *name == span.name) {
        span.span_kind = kind.clone();
    }
    let said =
        |name: &str| span.attributes.iter().find(|said| said.key.as_str() == name).map(|said| said.value.as_str());
    let name = match (said("http.request.method"), said("http.route"), said("kind")) {
        (Some(method), Some(route), _) => Some(format!("{method} {route}")),
        (_, _, Some(kind)) => Some(format!("job {kind}")),
        _ => said("platform").map(|platform| format!("call {platform}")),
    };
    if let Some(name) = name {
        span.name = name.into();
    }
    span
}

/// Sends with our HTTP client on the program's runtime: batches are made in a thread that has none.
#[derive(Debug)]
struct Sender {
    http: reqwest::Client,
    runtime: Handle,
    /// The last batch was not taken; said once, and not for each.
    fails: AtomicBool,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let response = http.execute(request.try_into()?).await?;
            // What it says beside its status is not needed.
            Ok::<_, reqwest::Error>(response.status())
        });
        let sent = sent.await?;
        let problem = match &sent {
            Ok(status) if status.is_success() => None,
            Ok(status) => Some(status.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(problem) = &problem
            && !self.fails.load(Ordering::Relaxed)
        {
            tracing::warn!(
                problem = redact(problem, LONGEST),
                "the collector takes no spans; they are dropped until it does"
            );
        }
        self.fails.store(problem.is_some(), Ordering::Relaxed);
        let mut answer = http::Response::new(Bytes::new());
        *answer.status_mut() = sent?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sent_without_ids() {
        for (path, said) in [
            ("/posts", "/posts"),
            ("/api/v1/posts", "/api/v1/posts"),
            ("/posts/0198c6a2-7b1e-7c50-9d3a-1f2e3d4c5b6a/edit", "/posts/{id}/edit"),
            ("/reset/9f8e7d6c5b4a39281706f5e4d3c2b1a0", "/reset/{id}"),
            ("/s/aZ3kQ9", "/s/{id}"),
            ("/media/42", "/media/{id}"),
            ("/pkg/lux.wasm", "/pkg/{id}"),
        ] {
            assert_eq!(route(path), said);
        }
    }

    #[test]
    fn the_path_of_the_signal_is_added_once() {
        for collector in ["http://127.0.0.1:4318", "http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"] {
            assert_eq!(address(&Url::parse(collector).unwrap()), "http://127.0.0.1:4318/v1/traces");
        }
    }
}
