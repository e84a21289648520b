//! Under which names we answer. A page of a stranger can let its own name lead to this machine (DNS rebinding) and would
//! then read us as its own; what the browser sends as `Host` gives it away.
//!
//! Answered: the host of `LUX_PUBLIC_URL`, its aliases, `localhost`, and any IP address: an address is not looked up, so
//! nobody can let it lead here who does not own it. Ports say nothing (the browser sends that of the way it took, which
//! a tunnel or a proxy may have changed). The health addresses are for load balancers and answer under any name.

use crate::infra::settings::Settings;
use crate::infra::state::App;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri, header};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Refuses what was meant for another name.
pub async fn known(State(app): State<App>, request: Request, next: Next) -> Response {
    let probe = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
    if probe || called(request.uri(), request.headers()).is_some_and(|host| is_ours(&host, &app.settings)) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused a request for another host");
    let text = "This server does not answer under this name. Open it at its own address, or let whoever looks after it add \
                the name to LUX_PUBLIC_ALIASES.\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

/// The host that the request names, without its port; `None` when it names none or several.
fn called(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let mut lines = headers.get_all(header::HOST).iter();
    let line = match (lines.next(), lines.next()) {
        (Some(line), None) => Some(line.to_str().ok()?.parse::<Authority>().ok()?),
        (None, _) => None,
        (Some(_), Some(_)) => return None,
    };
    // An absolute address counts before the header (RFC 9112, 3.2.2).
    let authority = uri.authority().cloned().or(line)?;
    Some(authority.host().trim_end_matches('.').to_ascii_lowercase())
}

fn is_ours(host: &str, settings: &Settings) -> bool {
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    bare.is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok())
        || host.parse::<Ipv4Addr>().is_ok()
        || host == "localhost"
        || settings.public_url.host_str() == Some(host)
        || settings.web.aliases.iter().any(|alias| alias == host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn names_of_strangers_are_not_ours() {
        let get = |name: &str| match name {
            "LUX_PUBLIC_URL" => Some("https://lux.example".to_owned()),
            "LUX_PUBLIC_ALIASES" => Some("lux.internal,http://other.example:8080".to_owned()),
            _ => None,
        };
        let settings = Settings::from(&get, &[]).unwrap_or_else(|p| panic!("{p:?}"));
        let answers = |uri: &str, hosts: &[&str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, HeaderValue::from_str(host).expect("host"));
            }
            called(&uri.parse().expect("uri"), &headers).is_some_and(|host| is_ours(&host, &settings))
        };
        for host in [
            "lux.example",
            "LUX.example:443",
            "lux.example.",
            "lux.internal:3000",
            "other.example",
            "localhost:3000",
            "127.0.0.1:3000",
            "192.168.1.5",
            "[::1]:3000",
        ] {
            assert!(answers("/", &[host]), "{host}");
        }
        for host in [
            "evil.example",
            "lux.example.evil.example",
            "127.0.0.1.evil.example",
            "",
            "a b",
            "lux.example@evil.example",
        ] {
            assert!(!answers("/", &[host]), "{host}");
        }
        assert!(!answers("/", &[]) && !answers("/", &["lux.example", "lux.example"]));
        assert!(!answers("http://evil.example/", &["lux.example"]), "the absolute address counts");
    }
}
