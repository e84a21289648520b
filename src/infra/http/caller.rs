//! Where a request comes from, for limits, session lists and logs.

use crate::infra::settings::web::Web;
use crate::infra::state::App;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::request::Parts;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The caller's address and browser.
#[derive(Clone, Debug)]
pub struct Caller {
    pub ip: String,
    pub user_agent: String,
    /// What limits count by: an IPv4 address, or the /64 that one IPv6 subscriber has for themselves.
    pub network: String,
}

/// The address that a request comes from; put there by [`resolve`].
#[derive(Clone, Copy, Debug)]
struct CalledFrom(IpAddr);

/// Finds out once per request who calls.
pub async fn resolve(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let ip = behind_proxies(peer.ip().to_canonical(), request.headers(), &app.settings.web);
        request.extensions_mut().insert(CalledFrom(ip));
    }
    next.run(request).await
}

/// Each proxy adds to the right of `X-Forwarded-For` whom it was called by, and callers write what they like to the left.
/// So it is read from the right, and only as far as the proxies that we know.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, web: &Web) -> IpAddr {
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
    let mut hops = lines.iter().rev().flat_map(|line| line.rsplit(',')).map(str::trim);
    let mut caller = peer;
    while web.trusts(caller) {
        // What cannot be read was not written by a proxy of ours: the last one that we know is as far as we see.
        let Some(hop) = hops.next().and_then(address) else { break };
        caller = hop;
    }
    caller
}

/// An address, with a port as some proxies add it or without.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    let ip = bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()))?;
    Some(ip.to_canonical())
}

/// The address that stands for all that one subscriber can call from: IPv6 is given out by the /64.
pub fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

impl Caller {
    pub fn of(parts: &Parts) -> Self {
        let ip = parts.extensions.get::<CalledFrom>().map(|from| from.0);
        let text = |ip: Option<IpAddr>| ip.map_or_else(|| "unknown".into(), |ip| ip.to_string());
        let user_agent = parts.headers.get("user-agent").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        Self { ip: text(ip), network: text(ip.map(network)), user_agent }
    }

    /// The caller inside a server function.
    pub fn from_context() -> Self {
        let unknown = || Self { ip: "unknown".into(), network: "unknown".into(), user_agent: String::new() };
        leptos::prelude::use_context::<Parts>().map_or_else(unknown, |parts| Self::of(&parts))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::settings::Settings;
    use http::HeaderValue;

    fn web(trusted: &str) -> Web {
        let get = |name: &str| (name == "LUX_TRUSTED_PROXIES").then(|| trusted.to_owned());
        Settings::from(&get, &[]).unwrap_or_else(|p| panic!("{p:?}")).web
    }

    fn seen(trusted: &str, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).expect("header"));
        }
        behind_proxies(peer.parse().expect("ip"), &headers, &web(trusted)).to_string()
    }

    #[test]
    fn only_known_proxies_are_believed_and_from_the_right() {
        let (two, spoofed) = ("127.0.0.1,10.0.0.0/8", "6.6.6.6, 203.0.113.9");
        assert_eq!(seen("", "127.0.0.1", &[spoofed]), "127.0.0.1", "nobody is believed by default");
        assert_eq!(seen("127.0.0.1", "198.51.100.7", &[spoofed]), "198.51.100.7");
        assert_eq!(seen("127.0.0.1", "127.0.0.1", &[spoofed]), "203.0.113.9");
        assert_eq!(seen(two, "127.0.0.1", &["6.6.6.6, 203.0.113.9, 10.1.1.1"]), "203.0.113.9");
        assert_eq!(seen(two, "127.0.0.1", &["6.6.6.6", "203.0.113.9, 10.1.1.1"]), "203.0.113.9", "two lines");
        assert_eq!(seen(two, "127.0.0.1", &["203.0.113.9, nonsense, 10.1.1.1"]), "10.1.1.1");
        assert_eq!(seen(two, "127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", "127.0.0.1", &["203.0.113.9:5123"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", "127.0.0.1", &["[2001:db8::1]:5123"]), "2001:db8::1");
        assert_eq!(seen("127.0.0.1", "127.0.0.1", &["::ffff:203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn an_ipv6_subscriber_counts_once() {
        let of = |text: &str| network(text.parse().expect("ip")).to_string();
        assert_eq!(of("2001:db8:1:2:aaaa::1"), of("2001:db8:1:2:bbbb::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
    }
}
