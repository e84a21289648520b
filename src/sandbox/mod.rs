//! Stand-in servers for the platforms: the wire protocols that the connectors use, over real HTTP, written from the
//! platforms' documentation. A stand-in refuses what the real platform refuses; where no official text says what happens,
//! it takes the stricter reading and the code says so.
//!
//! Reading order: this file, `stand_in` (what a platform must say about itself) and `registry` (the platforms), `request`
//! (one request), `world` (accounts, posts, tokens), `platform_state` (what only one platform keeps), `state` (the
//! handle), `tokens` and `consent` (signing in), `faults`, then one platform's folder. `feed`, `visitors` and `control` are
//! for people and tests.
//!
//! Addresses: `https://api.x.com/2/tweets` is `/x/api.x.com/2/tweets` here: the platform's id, then its host, then the
//! path (see `infra::http::outbound`). Addresses inside responses (LinkedIn's `uploadUrl`, Instagram's `paging.next`,
//! every permalink) are the platform's own, so callers send them through `Outbound::resolve` too; a permalink that was
//! resolved this way leads to a page here. Pictures and avatars are under this server's own address.
//!
//! What only the stand-ins do:
//! * every client id is known, except those that start with `wrong`; every client secret is right, except an empty one
//!   and those that start with `wrong`. Client ids that start with `public` are X's public clients (no secret), those that
//!   start with `partner` are LinkedIn's approved partners (restricted scopes and refresh tokens), those with `unaudited` apps that
//!   TikTok or YouTube has not audited (what they post is private);
//! * every absolute http(s) redirect address counts as registered; the token call must repeat it exactly;
//! * posts have what our connectors send (text, pictures, videos, documents, polls); other content (quotes, live videos) is refused;
//! * faults, the clock and the accounts are changed under `/_control`, or through [`Sandbox`] in the same process; faults
//!   also by the buttons of the pages for people (`switches`).
//!
//! To add a platform: a folder here with a type that implements `StandIn`, and its line in `registry`.

pub mod bluesky;
mod consent;
mod control;
mod facebook;
mod faults;
mod feed;
mod fetch;
mod graph;
mod html;
mod instagram;
mod linkedin;
mod openai;
mod persist;
mod pictures;
mod pinterest;
mod platform_state;
mod reddit;
mod registry;
mod request;
mod seed;
mod stand_in;
mod state;
mod switches;
#[cfg(test)]
mod tests;
mod tiktok;
mod tokens;
mod videos;
mod visitors;
mod world;
mod x;
mod youtube;

pub use faults::{Fault, FaultKind, Operation};
pub use openai::{ModelFault, ModelFaultKind};
pub use registry::platforms;
pub use seed::{InsertedPost, IssuedGrant};
pub use state::{Options, Sandbox};
pub use world::{Account, Comment, Post, PostPicture};

use self::request::PlatformRequest;
use self::stand_in::StandIn;
use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use std::io;
use std::net::{IpAddr, SocketAddr};
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
        .nest("/_control", control::routes())
        .merge(openai::routes());
    for stand_in in registry::STAND_INS.iter().copied() {
        let id = stand_in.platform().id();
        router = router
            .route(
                &format!("/{id}"),
                get(move |State(s): State<Sandbox>, RawQuery(query): RawQuery| feed::one_platform(s, stand_in, query)),
            )
            .route(
                &format!("/{id}/posts/{{post}}"),
                get(move |State(s): State<Sandbox>, Path(post): Path<String>| feed::one_post(s, stand_in, post)),
            )
            .route(
                &format!("/{id}/avatars/{{account}}"),
                get(move |Path(account): Path<String>| feed::avatar(stand_in, account)),
            )
            .route(
                &format!("/{id}/{{host}}/{{*path}}"),
                any(move |State(s): State<Sandbox>, Path((host, path)): Path<(String, String)>, request: Request| {
                    platform(s, stand_in, host, path, request)
                }),
            )
            .route(
                &format!("/{id}/{{host}}/"),
                any(move |State(s): State<Sandbox>, Path(host): Path<String>, request: Request| {
                    platform(s, stand_in, host, String::new(), request)
                }),
            );
    }
    router.fallback(nothing_here).layer(middleware::from_fn(this_machine)).with_state(sandbox)
}

/// Only this machine calls the stand-ins, by its address or as `localhost`. A page of a stranger whose name was made to
/// lead here (DNS rebinding) sends that name.
async fn this_machine(request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none()).and_then(|v| v.to_str().ok());
    let host = host.and_then(|text| text.parse::<Authority>().ok());
    let here = host.is_some_and(|authority| {
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    });
    if here {
        return next.run(request).await;
    }
    let text = "The sandbox answers to 127.0.0.1 and localhost only.\n";
    (StatusCode::MISDIRECTED_REQUEST, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// One request to a platform.
async fn platform(
    sandbox: Sandbox,
    stand_in: &'static dyn StandIn,
    host: String,
    path: String,
    request: Request,
) -> Response {
    if !stand_in.serves(&host) {
        return nothing_here().await;
    }
    let request = PlatformRequest::read(stand_in, host, path, request).await;
    faults::serve(sandbox, request).await
}

async fn nothing_here() -> Response {
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "Nothing here.\n").into_response()
}
