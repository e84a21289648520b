//! Where a request comes from, for limits, session lists and logs.

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use std::net::{IpAddr, SocketAddr};

/// The caller's address and browser.
#[derive(Clone, Debug)]
pub struct Caller {
    pub ip: String,
    pub user_agent: String,
}

impl Caller {
    /// `X-Forwarded-For` counts only when the direct peer is this machine (the reverse proxy).
    pub fn of(parts: &Parts) -> Self {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let forwarded = header("x-forwarded-for").rsplit(',').next().and_then(|s| s.trim().parse::<IpAddr>().ok());
        let ip = match (peer, forwarded) {
            (Some(peer), Some(forwarded)) if peer.is_loopback() => forwarded.to_string(),
            (Some(peer), _) => peer.to_string(),
            (None, _) => "unknown".into(),
        };
        Self { ip, user_agent: header("user-agent") }
    }

    /// The caller inside a server function.
    pub fn from_context() -> Self {
        leptos::prelude::use_context::<Parts>()
            .map_or_else(|| Self { ip: "unknown".into(), user_agent: String::new() }, |parts| Self::of(&parts))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}
