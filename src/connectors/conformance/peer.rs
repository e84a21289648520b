//! A scripted platform on a real socket. Smaller than the sandbox and ruder: it can also break off, stall and lie.

use crate::connectors::Wire;
use crate::domain::platform::Platform;
use crate::infra::http::outbound::Outbound;
use crate::infra::http::ssrf::Reach;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use url::Url;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// The platform's host that was meant.
    pub host: String,
    pub path: String,
    pub raw_query: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Seen {
    /// Whether it changes nothing. TikTok asks by POST as well, and a resumable upload is asked by PUT how much of it is there.
    pub fn only_reads(&self) -> bool {
        const QUESTIONS: [&str; 4] = [
            "/v2/post/publish/creator_info/query/",
            "/v2/post/publish/status/fetch/",
            "/v2/video/list/",
            "/v2/video/query/",
        ];
        let of_upload =
            self.method == "PUT" && self.header("content-range").starts_with("bytes */") && self.body.is_empty();
        let of_tiktok = self.host == "open.tiktokapis.com" && QUESTIONS.contains(&self.path.as_str());
        self.method == "GET" || of_upload || of_tiktok
    }
    pub fn query(&self, name: &str) -> Option<String> {
        value_of(self.raw_query.as_bytes(), name)
    }
    pub fn form(&self, name: &str) -> Option<String> {
        value_of(&self.body, name)
    }
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn value_of(pairs: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(pairs).find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}

#[derive(Clone, Debug)]
pub enum Reply {
    Full {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// Reads the request, then resets the connection.
    Reset,
    /// Promises more than it sends.
    Truncated,
    /// Reads the request and never answers.
    Stall,
}

impl Reply {
    pub fn json(status: u16, body: Value) -> Self {
        Self::text(status, &body.to_string())
    }
    pub fn text(status: u16, body: &str) -> Self {
        Self::Full { status, headers: vec![], body: body.as_bytes().to_vec() }
    }
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        if let Self::Full { headers, .. } = &mut self {
            headers.push((name.into(), value.to_string()));
        }
        self
    }
}

pub struct Peer {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Peer {
    pub async fn start(response: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(vec![]));
        let (log, response) = (seen.clone(), Arc::new(response));
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, response) = (log.clone(), response.clone());
                tokio::spawn(async move { serve(stream, &log, &*response).await });
            }
        });
        Self { address, seen, server }
    }

    /// For calls to every platform, which this peer answers.
    pub fn wire(&self) -> Wire {
        wire_to(self.address)
    }
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
    /// Requests that do more than read.
    pub fn changes(&self) -> usize {
        self.seen().iter().filter(|s| !s.only_reads()).count()
    }
    /// An address of this peer itself, as a stand-in hands it out.
    pub fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Calls to an address where nobody answers: connections are refused.
pub fn wire_to_nobody() -> Wire {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    // Bound but never listening, and kept so: no other test can get this port.
    std::mem::forget(socket);
    wire_to(address)
}

fn wire_to(address: SocketAddr) -> Wire {
    rustls::crypto::ring::default_provider().install_default().ok();
    let base = Url::parse(&format!("http://{address}/")).unwrap();
    let outbound = Outbound::new(Platform::ALL.map(|p| (p, base.clone())).into()).unwrap();
    Wire::new(outbound.within(Reach::ThisMachine))
}

async fn serve(mut stream: TcpStream, log: &Mutex<Vec<Seen>>, response: &(dyn Fn(&Seen) -> Reply + Send + Sync)) {
    let Some(seen) = read(&mut stream).await else { return };
    let reply = response(&seen);
    log.lock().unwrap().push(seen);
    match reply {
        Reply::Full { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("\r\n");
            stream.write_all(&[head.as_bytes(), &body].concat()).await.ok();
            stream.shutdown().await.ok();
        }
        Reply::Reset => stream.set_zero_linger().unwrap(),
        Reply::Truncated => {
            stream.write_all(b"HTTP/1.1 201 X\r\ncontent-length: 100\r\n\r\n{\"data\"").await.ok();
        }
        // Until the other side gives up.
        Reply::Stall => drop(stream.read(&mut [0; 1]).await),
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut raw = Vec::new();
    let end = loop {
        if let Some(end) = raw.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut raw).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(raw[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<_, _> =
        lines.filter_map(|l| l.split_once(':')).map(|(n, v)| (n.to_lowercase(), v.trim().to_owned())).collect();
    assert!(!headers.contains_key("transfer-encoding"), "a length is expected of every request");
    let length = headers.get("content-length").map_or(0, |v| v.parse().unwrap());
    let mut body = raw[end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    // `/api.x.com/2/tweets`: the host that was meant comes first.
    let (host, path) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    Some(Seen { method, host: host.into(), path: format!("/{path}"), raw_query: query.into(), headers, body })
}
