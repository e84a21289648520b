//! Spans, as a collector of OpenTelemetry gets them: of a request and of a job, with what they may say and nothing else; and a
//! collector that is gone costs nothing.

use crate::support::TestApp;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use lux::infra::telemetry::{Spans, Work, scope};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::sync::{Arc, Mutex};
use tracing::Instrument;
use tracing_subscriber::prelude::*;
use url::Url;

type Got = Arc<Mutex<Vec<Bytes>>>;

/// Keeps what it is sent.
async fn collector() -> (Url, Got) {
    async fn take(State(got): State<Got>, headers: HeaderMap, body: Bytes) -> StatusCode {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        got.lock().expect("bodies").push(body);
        StatusCode::OK
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let url = format!("http://{}", listener.local_addr().expect("address"));
    let got = Got::default();
    let service = Router::new().route("/v1/traces", post(take)).with_state(got.clone());
    tokio::spawn(async move { axum::serve(listener, service).await });
    (Url::parse(&url).expect("an address"), got)
}

fn spans(got: &Got) -> Vec<Span> {
    let mut all = vec![];
    for body in got.lock().expect("bodies").iter() {
        let sent = ExportTraceServiceRequest::decode(body.clone()).expect("what a collector reads");
        for resource in sent.resource_spans {
            let about = resource.resource.expect("a resource").attributes;
            assert!(about.iter().any(|said| said.key == "service.name"), "{about:?}");
            all.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    all
}

fn said(span: &Span, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|said| said.key == name)?;
    Some(match found.value.clone()?.value? {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

#[tokio::test]
async fn a_collector_gets_spans_without_secrets() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let (url, got) = collector().await;
    let sent = Spans::start(&url).expect("a way to it");
    let log = tracing::subscriber::set_default(tracing_subscriber::registry().with(sent.layer()));
    let owner = t.signed_in(&firm.email).await;
    let secret = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
    assert_eq!(owner.page("/posts?token=hunter2hunter2").await.status, 200);
    owner.get(&format!("/reset/{secret}?password=hunter2hunter2")).await;
    owner.get("/api/v1/posts/0198c6a2-7b1e-7c50-9d3a-1f2e3d4c5b6a").await;
    // A job, as the worker wraps it, with a call below it and words that stay in the log.
    let (job, company) = (lux::domain::ids::JobId::new(), Some(firm.who.company));
    let span = tracing::info_span!(target: "lux::infra::queue::worker", "job", kind = "deliver", id = %job, fence = 7);
    let work = async {
        tracing::error!("password=hunter2hunter2");
        tracing::info_span!(target: "lux::connectors::wire", "outbound", platform = "x", path = "/2/users/secret-key-42")
            .in_scope(|| ());
    };
    scope(Work::job(job, "deliver", company), work.instrument(span)).await;
    sent.flush().await;
    let all = spans(&got);
    let of = |name: &str| {
        let found = all.iter().find(|span| span.name == name);
        found.unwrap_or_else(|| panic!("{name}: {:?}", all.iter().map(|span| &span.name).collect::<Vec<_>>()))
    };
    let request = of("GET /posts");
    assert_eq!(said(request, "http.response.status_code").as_deref(), Some("200"));
    assert!(request.end_time_unix_nano > request.start_time_unix_nano && request.kind == 2, "{request:?}");
    assert_eq!(said(request, "id").map(|id| id.len()), Some(32), "its id is that of the log: {request:?}");
    of("GET /reset/{id}");
    of("GET /api/v1/posts/{id}");
    let (job, call) = (of("job deliver"), of("call x"));
    assert!(call.parent_span_id == job.span_id && call.trace_id == job.trace_id && job.events.is_empty(), "{call:?}");
    for planted in ["hunter2", secret, "secret-key-42", &firm.email] {
        let out = got.lock().expect("bodies").iter().any(|body| String::from_utf8_lossy(body).contains(planted));
        assert!(!out, "{planted}");
    }
    drop(log);
    sent.close().await;
    // Nobody listens: what is asked for is answered as ever, and closing does not wait long.
    let gone = Spans::start(&Url::parse("http://127.0.0.1:1").expect("an address")).expect("no call yet");
    let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(gone.layer()));
    for _ in 0..50 {
        assert_eq!(t.client().get("/healthz").await.status, 200);
    }
    let since = std::time::Instant::now();
    gone.close().await;
    assert!(since.elapsed() < std::time::Duration::from_secs(10));
}

#[test]
fn the_settings_name_a_collector_or_none() {
    let read = |name: &'static str, value: &'static str| {
        let get = move |asked: &str| (asked == name).then(|| value.to_owned());
        lux::infra::settings::Settings::from(&get, &[])
    };
    let traces = |name, value| read(name, value).ok().and_then(|settings| settings.traces).map(String::from);
    assert_eq!(traces("LUX_ADDR", "127.0.0.1:3000"), None);
    for name in ["LUX_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"] {
        assert_eq!(traces(name, "http://127.0.0.1:4318").as_deref(), Some("http://127.0.0.1:4318/"));
        let problems = read(name, "somewhere").err().expect("not an address");
        assert!(problems[0].starts_with(name), "{problems:?}");
    }
}
