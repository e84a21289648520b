//! What stands between the program and the real server: it makes `host/xrpc/method` (how the program calls a platform whose
//! address is overridden) an address of the server, writes down what was called, and can lose calls and answers.

use crate::support::pds::Pds;
use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::any;
use http::{StatusCode, header};
use serde_json::Value;
use std::io;
use std::sync::{Arc, Mutex};

/// The server's address as people type it.
pub const SERVER: &str = "https://pds.northwind.example";

/// What happens to one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Mishap {
    /// It does not arrive; the connection breaks.
    LoseCall,
    /// It arrives, and the connection breaks before the answer.
    LoseAnswer,
    /// It arrives with this token in place of its own.
    Token(String),
}

/// One call that came by.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The server that was meant.
    pub host: String,
    pub method: String,
    /// `None`: the server was not asked, or its answer was lost.
    pub status: Option<u16>,
}

#[derive(Clone)]
pub struct Relay {
    /// For `LUX_BLUESKY_BASE_URL`.
    pub base: String,
    to: String,
    /// The DID directory that the server registers its accounts in.
    directory: String,
    http: reqwest::Client,
    mishaps: Arc<Mutex<Vec<(&'static str, Mishap)>>>,
    passed: Arc<Mutex<Vec<Passed>>>,
}

impl Relay {
    pub async fn start(pds: &Pds) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let base = format!("http://{}", listener.local_addr().expect("address"));
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("client");
        let (to, directory) = (pds.xrpc.base.clone(), pds.plc.clone());
        let relay = Self { base, to, directory, http, mishaps: Arc::default(), passed: Arc::default() };
        let routes = Router::new()
            .route("/{host}/xrpc/{method}", any(pass))
            .route("/plc.directory/{did}", any(look_up))
            .with_state(relay.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        relay
    }

    /// Something goes wrong with the next call of this method.
    pub fn once(&self, method: &'static str, mishap: Mishap) {
        self.mishaps.lock().expect("mishaps").push((method, mishap));
    }

    /// The calls of a method so far.
    pub fn passed(&self, method: &str) -> Vec<Passed> {
        self.passed.lock().expect("calls").iter().filter(|call| call.method == method).cloned().collect()
    }

    fn mishap(&self, method: &str) -> Option<Mishap> {
        let mut mishaps = self.mishaps.lock().expect("mishaps");
        let at = mishaps.iter().position(|(of, _)| *of == method)?;
        Some(mishaps.remove(at).1)
    }
}

/// The directory's answer, in which the server has the name that people type and not the test's port.
async fn look_up(State(relay): State<Relay>, Path(did): Path<String>) -> Json<Value> {
    let answer = relay.http.get(format!("{}/{did}", relay.directory)).send().await.expect("the directory answers");
    let mut document: Value = answer.json().await.expect("a document");
    document["service"][0]["serviceEndpoint"] = SERVER.into();
    Json(document)
}

async fn pass(State(relay): State<Relay>, Path((host, method)): Path<(String, String)>, request: Request) -> Response {
    let mishap = relay.mishap(&method);
    let (head, body) = request.into_parts();
    let note = |status| {
        let passed = Passed { host: host.clone(), method: method.clone(), status };
        relay.passed.lock().expect("calls").push(passed);
    };
    if mishap == Some(Mishap::LoseCall) {
        note(None);
        return broken();
    }
    let body = to_bytes(body, 10 << 20).await.expect("a whole call");
    let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut ask = relay.http.request(head.method, format!("{}/xrpc/{method}{query}", relay.to)).body(body);
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
        match (&mishap, head.headers.get(&name)) {
            (Some(Mishap::Token(token)), Some(_)) if name == header::AUTHORIZATION => ask = ask.bearer_auth(token),
            (_, Some(value)) => ask = ask.header(name, value),
            (_, None) => {}
        }
    }
    let answer = ask.send().await.expect("the server answers");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = answer.bytes().await.expect("a whole answer");
    if mishap == Some(Mishap::LoseAnswer) {
        note(None);
        return broken();
    }
    note(Some(status));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers.iter().filter(|(name, _)| name.as_str().starts_with("ratelimit-")) {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

/// The connection closes before anything of an answer was sent.
fn broken() -> Response {
    let body = futures::stream::once(async { Err::<Bytes, io::Error>(io::ErrorKind::ConnectionReset.into()) });
    Response::new(Body::from_stream(body))
}
