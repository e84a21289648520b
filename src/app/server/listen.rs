//! The listening side. `axum::serve` waits for ever for a header, an idle connection or a reader, and takes any number of
//! connections; here each wait has an end, and each caller a share. HTTP/1.1 only, as before: what speaks HTTP/2 or TLS
//! stands in front.

use super::connection_limit::ConnectionLimit;
use crate::infra::settings::web::Web;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::Request;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;

/// How long open connections get after a stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);
/// Most bytes of a request's header.
const HEADER_BYTES: usize = 64 * 1024;
/// How often a connection looks at the clock at least.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// What somebody reads who comes when all connections are taken.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 10\r\n\
Content-Length: 61\r\nConnection: close\r\n\r\nToo many open connections. Please try again in some seconds.\n";

/// Serves until `stop`, then lets what is under way finish.
pub async fn serve(listener: TcpListener, router: Router, web: &Web, stop: CancellationToken) {
    let limit = ConnectionLimit::new(web);
    let times = Times { header: web.header_timeout, idle: web.idle_timeout, body: web.body_timeout };
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    pause_after(&error).await;
                    continue;
                }
            },
        };
        match limit.take(peer.ip()) {
            Some(slot) => {
                let (router, stop) = (router.clone(), stop.clone());
                tokio::spawn(async move {
                    connection(stream, peer, router, times, stop).await;
                    drop(slot);
                });
            }
            None => refuse(stream),
        }
    }
    drop(listener);
    // Open streams must not hold the process for ever.
    let _ = tokio::time::timeout(SHUTDOWN_GRACE, limit.all_left()).await;
}

/// A connection that broke off before it was taken is nobody's fault; anything else (no file descriptors) needs a moment.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "connections cannot be taken");
        tokio::time::sleep(CHECK_EVERY).await;
    }
}

/// Written without waiting: whoever does not read it gets nothing.
fn refuse(stream: TcpStream) {
    tracing::warn!("a connection was refused: all are taken (LUX_MAX_CONNECTIONS)");
    tokio::spawn(async move {
        let mut stream = stream;
        let _ = tokio::time::timeout(CHECK_EVERY, async {
            stream.write_all(FULL).await?;
            stream.shutdown().await
        })
        .await;
    });
}

#[derive(Clone, Copy)]
struct Times {
    header: Duration,
    idle: Duration,
    body: Duration,
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, times: Times, stop: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let watch = Watch::new();
    let io = TokioIo::new(Watched { stream, watch: watch.clone() });
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        watch.set(Phase::Answering);
        let mut request = request.map(|body| Body::new(Timed { body, silence: times.body, wait: None }));
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, watch) = (router.call(request), watch.clone());
        async move { answer.await.map(|answer| answer.map(|body| Counted { body, watch })) }
    });
    let mut builder = http1::Builder::new();
    // The watch sees to it, and knows an idle connection from a slow one.
    builder.header_read_timeout(None).max_buf_size(HEADER_BYTES);
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut stopping = false;
    loop {
        let wait = watch.left(&times).map_or(CHECK_EVERY, |left| left.min(CHECK_EVERY));
        tokio::select! {
            done = connection.as_mut() => {
                if let Err(error) = done {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            () = tokio::time::sleep(wait) => {
                if watch.left(&times) == Some(Duration::ZERO) {
                    tracing::debug!(%peer, "a connection waited too long");
                    return;
                }
            }
        }
    }
}

/// What a connection is waiting for.
#[derive(Clone, Copy)]
enum Phase {
    /// The rest of a header, since then.
    Header(Instant),
    /// The next request, since then.
    Idle(Instant),
    /// A request is being read or answered.
    Answering,
}

struct State {
    phase: Phase,
    /// Since when the other side takes nothing.
    stuck: Option<Instant>,
}

/// Where one connection is; shared by its socket, its service and its clock.
#[derive(Clone)]
struct Watch(Arc<Mutex<State>>);

impl Watch {
    fn new() -> Self {
        // Whoever connects has something to say.
        Self(Arc::new(Mutex::new(State { phase: Phase::Header(Instant::now()), stuck: None })))
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, phase: Phase) {
        self.with(|state| state.phase = phase);
    }

    fn arrived(&self) {
        self.with(|state| {
            if matches!(state.phase, Phase::Idle(_)) {
                state.phase = Phase::Header(Instant::now());
            }
        });
    }

    fn wrote<T>(&self, written: Poll<T>) -> Poll<T> {
        self.with(|state| {
            state.stuck = written.is_pending().then(|| state.stuck.unwrap_or_else(Instant::now));
        });
        written
    }

    /// Until the connection is to be closed; `None`: it has no end in sight.
    fn left(&self, times: &Times) -> Option<Duration> {
        let left = |since: Instant, limit: Duration| limit.saturating_sub(since.elapsed());
        self.with(|state| {
            let waits = match state.phase {
                Phase::Header(since) => Some(left(since, times.header)),
                Phase::Idle(since) => Some(left(since, times.idle)),
                Phase::Answering => None,
            };
            let stuck = state.stuck.map(|since| left(since, times.body));
            [waits, stuck].into_iter().flatten().min()
        })
    }
}

/// The socket, telling the watch what passes.
struct Watched {
    stream: TcpStream,
    watch: Watch,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        if buf.filled().len() > before {
            self.watch.arrived();
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watch.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watch.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A request's body that may not be silent for too long.
struct Timed {
    body: Incoming,
    silence: Duration,
    wait: Option<Pin<Box<Sleep>>>,
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.wait = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        let wait = this.wait.get_or_insert_with(|| Box::pin(tokio::time::sleep(this.silence)));
        ready!(wait.as_mut().poll(cx));
        Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body; when it is done with, the connection waits for the next request.
struct Counted {
    body: Body,
    watch: Watch,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.watch.set(Phase::Idle(Instant::now()));
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::FULL;

    #[test]
    fn the_refusal_is_sound_http() {
        let text = std::str::from_utf8(FULL).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("header and body");
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{}", body.len());
    }
}
