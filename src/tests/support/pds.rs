//! A real AT Protocol server for tests: `@atproto/pds` with a DID directory in memory, started by `pds.mjs` beside this
//! file. `scripts/setup.sh atproto` installs it; `LUX_ATPROTO_DIR` (from `scripts/env.sh`) says where.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, RequestBuilder, header};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/support/pds.mjs");
/// The node process needs 2 s alone on a machine, and more beside a compiler. It gives up by itself after as long.
const START: Duration = Duration::from_secs(90);

static SHARED: OnceCell<Pds> = OnceCell::const_new();

/// A running server. Its process ends when this is dropped, and at the latest when the test process does.
pub struct Pds {
    /// Calls it, past its rate limits.
    pub xrpc: Xrpc,
    /// The DID directory.
    pub plc: String,
    /// Its files; removed with it.
    pub folder: PathBuf,
    secrets: Secrets,
    process: Child,
}

/// How to call a server of the protocol.
#[derive(Clone, Debug)]
pub struct Xrpc {
    /// Without `/xrpc`: `http://127.0.0.1:2583`.
    pub base: String,
    /// The secret that leads past the rate limits of our own PDS.
    bypass: Option<String>,
    http: reqwest::Client,
}

/// What `pds.mjs` prints.
#[derive(Deserialize)]
struct Started {
    url: String,
    plc: String,
    folder: PathBuf,
    secrets: Secrets,
}

#[derive(Deserialize)]
struct Secrets {
    /// Signs tokens.
    jwt: String,
    /// The administrator's password.
    admin: String,
    /// Leads past the rate limits.
    bypass: String,
}

/// An account with an app password.
#[derive(Clone, Debug)]
pub struct PdsAccount {
    pub did: String,
    pub handle: String,
    /// `xxxx-xxxx-xxxx-xxxx`
    pub app_password: String,
}

/// An answer to one XRPC call.
#[derive(Debug)]
pub struct XrpcReply {
    pub status: u16,
    pub headers: header::HeaderMap,
    /// `Null` for an empty body.
    pub body: Value,
}

impl XrpcReply {
    /// The body of a success.
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }
    /// Status and name of an error.
    pub fn error(&self) -> (u16, &str) {
        (self.status, self.body["error"].as_str().unwrap_or_default())
    }
}

/// Who calls.
#[derive(Clone, Copy)]
pub enum As<'a> {
    Nobody,
    /// The owner of a token.
    Bearer(&'a str),
    /// User and password.
    Basic(&'a str, &'a str),
}

impl Pds {
    /// The one server that all tests of this process share.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    /// A server of one's own.
    pub async fn start() -> Self {
        let pds = tokio::task::spawn_blocking(Self::spawn).await.expect("the server is started");
        let start = Instant::now();
        while pds.xrpc.get(As::Nobody, "_health", &[]).await.status != 200 {
            assert!(start.elapsed() < START, "the PDS listens, but does not report its health");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        pds
    }

    fn spawn() -> Self {
        let folder = std::env::var("LUX_ATPROTO_DIR").unwrap_or_default();
        assert!(
            Path::new(&folder).join("node-major").is_file(),
            "no AT Protocol server in LUX_ATPROTO_DIR ({folder:?}): run `make test`, or `scripts/setup.sh atproto` and \
             `eval \"$(scripts/env.sh)\"`"
        );
        let mut command = Command::new("node");
        let command = command.arg(PROGRAM).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("node starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("standard output");
        // Comes to an end when the process does.
        BufReader::new(output).read_line(&mut line).expect("the PDS says where it listens");
        let started = serde_json::from_str(&line);
        let Ok(Started { url, plc, folder, secrets }) = started else {
            let _ = process.kill();
            panic!("the PDS did not start ({line:?}); its reason is above");
        };
        let xrpc = Xrpc { bypass: Some(secrets.bypass.clone()), ..Xrpc::new(url) };
        Self { xrpc, plc, folder, secrets, process }
    }

    /// A new account; `name` is the first part of its handle and unique on this server.
    pub async fn account(&self, name: &str) -> PdsAccount {
        let handle = format!("{name}.test");
        let new = json!({ "handle": handle, "email": format!("{name}@mail.test"), "password": "the-main-password" });
        let created = self.xrpc.post(As::Nobody, "com.atproto.server.createAccount", &new).await.ok();
        let text = |value: &Value, field: &str| value[field].as_str().expect(field).to_owned();
        let owner = text(&created, "accessJwt");
        let named = json!({ "name": "lux" });
        let app = self.xrpc.post(As::Bearer(&owner), "com.atproto.server.createAppPassword", &named).await.ok();
        PdsAccount { did: text(&created, "did"), handle, app_password: text(&app, "password") }
    }

    /// The tokens of a session that an app password opens: access and refresh.
    pub async fn session(&self, account: &PdsAccount) -> (String, String) {
        let body = json!({ "identifier": account.handle, "password": account.app_password });
        let session = self.xrpc.post(As::Nobody, "com.atproto.server.createSession", &body).await.ok();
        let text = |field: &str| session[field].as_str().expect(field).to_owned();
        (text("accessJwt"), text("refreshJwt"))
    }

    /// An access token of an app password as this server would have made it three hours ago; it was good for two.
    pub fn expired_access(&self, did: &str) -> String {
        let now = chrono::Utc::now().timestamp();
        let claims = json!({ "scope": "com.atproto.appPass", "aud": "did:web:localhost", "sub": did,
            "iat": now - 3 * 3600, "exp": now - 3600 });
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(json!({ "typ": "at+jwt", "alg": "HS256" })), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(hmac_sha256(self.secrets.jwt.as_bytes(), signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// As the server's administrator.
    pub fn admin(&self) -> As<'_> {
        As::Basic("admin", &self.secrets.admin)
    }
}

impl Xrpc {
    pub fn new(base: String) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        // No connection is kept: it would belong to the runtime of the test that opened it, and outlive it.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("client");
        Self { base, bypass: None, http }
    }

    /// The same, held to the rate limits.
    pub fn limited(&self) -> Self {
        Self { bypass: None, ..self.clone() }
    }

    pub async fn get(&self, who: As<'_>, method: &str, query: &[(&str, &str)]) -> XrpcReply {
        self.send(Method::GET, who, method, |r| r.query(query)).await
    }

    pub async fn post(&self, who: As<'_>, method: &str, body: &Value) -> XrpcReply {
        self.send(Method::POST, who, method, |r| r.json(body)).await
    }

    /// A procedure that takes no body.
    pub async fn bare(&self, who: As<'_>, method: &str) -> XrpcReply {
        self.send(Method::POST, who, method, |r| r).await
    }

    /// `uploadBlob`.
    pub async fn upload(&self, who: As<'_>, kind: &str, bytes: Vec<u8>) -> XrpcReply {
        let fill = |r: RequestBuilder| r.header(header::CONTENT_TYPE, kind).body(bytes);
        self.send(Method::POST, who, "com.atproto.repo.uploadBlob", fill).await
    }

    /// One call.
    pub async fn send(
        &self,
        verb: Method,
        who: As<'_>,
        method: &str,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> XrpcReply {
        let mut request = self.http.request(verb, format!("{}/xrpc/{method}", self.base));
        if let Some(secret) = &self.bypass {
            request = request.header("x-ratelimit-bypass", secret);
        }
        let request = match who {
            As::Nobody => request,
            As::Bearer(token) => request.bearer_auth(token),
            As::Basic(user, password) => request.basic_auth(user, Some(password)),
        };
        let response = fill(request).send().await.unwrap_or_else(|e| panic!("{method}: {e}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.expect("a complete answer");
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap_or(body.into()) };
        XrpcReply { status, headers, body }
    }
}

impl Drop for Pds {
    fn drop(&mut self) {
        // The end of its input is what it ends at; it then removes its folder.
        drop(self.process.stdin.take());
        let start = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// RFC 2104.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    assert!(key.len() <= 64, "longer keys are hashed first");
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}
