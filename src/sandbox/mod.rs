//! The stand-in platforms: every wire protocol that the connectors speak, over real HTTP, from the platforms'
//! documentation. It refuses what the real one refuses; where no official text says what happens, the stricter reading
//! was taken and the place says so. Read in this order: this file, `ask` (one request), `world` (what there is),
//! `state` (the handle), `tokens` and `consent` (signing in), `faults`, then one platform; `feed` and `control` are for
//! people and tests.
//!
//! Addresses: `https://api.x.com/2/tweets` is `/x/api.x.com/2/tweets` here; the platform's host is the first segment
//! after its id (see `infra::http::outbound`). Addresses inside answers (LinkedIn's `uploadUrl`, Instagram's
//! `paging.next`, every permalink) are the platform's own, so they too go through `Outbound::resolve`; permalinks that
//! were resolved this way open a page here. Pictures and avatars are under the stand-in's own address.
//!
//! Rules of the house that no platform has:
//! * every client id is known, except those that start with `wrong`; every client secret is right, except an empty one
//!   and those that start with `wrong`; client ids that start with `public` are X's public clients (no secret), those that
//!   start with `partner` have LinkedIn's restricted scopes and refresh tokens;
//! * every absolute http(s) redirect address counts as registered; the token call must repeat it exactly;
//! * text posts and up to 20 pictures; what else the platforms can publish (video, polls, quotes) is refused;
//! * faults, the clock and the accounts are changed under `/_control` or through [`Sandbox`] in the process.

mod ask;
pub mod bluesky;
mod consent;
mod control;
mod faults;
mod feed;
mod html;
mod instagram;
mod linkedin;
mod persist;
mod pictures;
mod seed;
mod state;
#[cfg(test)]
mod tests;
mod tokens;
mod uploads;
mod world;
mod x;

pub use ask::Network;
pub use faults::{Fault, FaultKind, Operation};
pub use seed::{InsertedPost, IssuedGrant};
pub use state::{Options, Sandbox};
pub use world::{Account, Comment, Post, PostPicture};

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server that is up. Dropping it leaves the server running; call [`Running::shutdown`].
pub struct Running {
    pub addr: SocketAddr,
    /// The state, for seeding and for tests in the same process.
    pub sandbox: Sandbox,
    server: JoinHandle<io::Result<()>>,
    writer: JoinHandle<()>,
}

impl Running {
    /// Stops taking requests, gives those under way two seconds, and writes the snapshot.
    pub async fn shutdown(mut self) {
        self.sandbox.stop();
        if tokio::time::timeout(Duration::from_secs(2), &mut self.server).await.is_err() {
            self.server.abort();
        }
        self.writer.await.ok();
        self.sandbox.save().await;
    }
}

/// Starts the stand-in on `addr` (port 0 picks a free one). Errors: the port is taken, or the snapshot cannot be read.
pub async fn start(addr: SocketAddr, options: Options) -> io::Result<Running> {
    let sandbox = Sandbox::new(options)?;
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    let stopped = sandbox.stopped();
    let serve = axum::serve(listener, router(sandbox.clone())).with_graceful_shutdown(stopped);
    let server = tokio::spawn(async move { serve.await });
    let writer = tokio::spawn(sandbox.clone().keep_saving());
    Ok(Running { addr, sandbox, server, writer })
}

/// The bare routes, for tests that bring their own server.
pub fn router(sandbox: Sandbox) -> Router {
    let mut router = Router::new()
        .route("/", get(feed::everything))
        .route("/pictures/{key}", get(feed::picture))
        .nest("/_control", control::routes());
    for network in Network::ALL {
        let id = network.id();
        router = router
            .route(&format!("/{id}"), get(move |State(s): State<Sandbox>| feed::one_network(s, network)))
            .route(
                &format!("/{id}/posts/{{post}}"),
                get(move |State(s): State<Sandbox>, Path(post): Path<String>| feed::one_post(s, network, post)),
            )
            .route(
                &format!("/{id}/avatars/{{account}}"),
                get(move |Path(account): Path<String>| feed::avatar(network, account)),
            )
            .route(
                &format!("/{id}/{{host}}/{{*path}}"),
                any(move |State(s): State<Sandbox>, Path((host, path)): Path<(String, String)>, request: Request| {
                    platform(s, network, host, path, request)
                }),
            );
    }
    router.fallback(nothing_here).with_state(sandbox)
}

/// One request to a stand-in platform.
async fn platform(sandbox: Sandbox, network: Network, host: String, path: String, request: Request) -> Response {
    let ask = ask::Ask::read(network, host, path, request).await;
    faults::serve(sandbox, ask).await
}

async fn nothing_here() -> Response {
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "Nothing here.\n").into_response()
}
