//! What every answer carries for safety, and the same-origin check for requests that change something.

use super::super::state::App;
use crate::domain::error::AppError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use url::Url;

const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), browsing-topics=()"),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// For answers that are not pages: nothing may run.
const STRICT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// The policy of a page whose scripts carry this nonce.
pub fn page_policy(nonce: &str) -> String {
    // `make dev` reloads pages over a socket of its own; a release build talks to nobody else.
    let reload = if cfg!(debug_assertions) { " ws://127.0.0.1:3009" } else { "" };
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{reload}; object-src 'none'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
}

/// Adds the headers that every answer carries; pages have set their own content policy before.
pub async fn secure(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(value);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(STRICT_POLICY);
    if app.settings.public_url.scheme() == "https" {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// A request that another site began may change nothing here: with a cookie it would act for whoever is signed in, and
/// without one it could sign somebody in as somebody else. Programs send neither header and pass.
pub async fn same_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers(), &app.settings.public_url) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused a request that another site began");
    AppError::forbidden("This request came from another site, so it was not carried out. Open LUX and try again there.")
        .into_response()
}

fn is_same_origin(headers: &HeaderMap, public: &Url) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    let there = |name: HeaderName| headers.contains_key(name);
    let sec_fetch_site = HeaderName::from_static("sec-fetch-site");
    if there(sec_fetch_site.clone()) && !matches!(text(sec_fetch_site), Some("same-origin" | "none")) {
        return false;
    }
    match text(header::ORIGIN) {
        // It must be the address that was called, or our public one.
        Some(origin) => {
            let Ok(origin) = Url::parse(origin) else { return false };
            let host = text(header::HOST).unwrap_or_default();
            let authority = match origin.port() {
                Some(port) => format!("{}:{port}", origin.host_str().unwrap_or_default()),
                None => origin.host_str().unwrap_or_default().to_owned(),
            };
            // Where we are reached by https, a page of the same name that came by http may be anybody's on the way.
            let is_weaker =
                public.scheme() == "https" && origin.scheme() != "https" && origin.host_str() == public.host_str();
            (authority == host && !is_weaker) || origin.origin() == public.origin()
        }
        // Not a browser, or one that said enough.
        None => !there(header::ORIGIN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_str(v).unwrap())).collect()
    }

    #[test]
    fn other_sites_are_refused() {
        let public = Url::parse("https://lux.example").unwrap();
        for (pairs, ok) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("origin", "https://evil.example"), ("host", "lux.example")], false),
            (vec![("origin", "https://lux.example"), ("host", "127.0.0.1:3000")], true),
            (vec![("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")], true),
            (vec![("origin", "null"), ("host", "lux.example")], false),
            (vec![("origin", "http://lux.example"), ("host", "lux.example")], false),
            (
                vec![("sec-fetch-site", "same-origin"), ("origin", "https://evil.example"), ("host", "lux.example")],
                false,
            ),
            (vec![("sec-fetch-site", "same-origin"), ("origin", "https://lux.example"), ("host", "lux.example")], true),
            (vec![("sec-fetch-site", "cross-site"), ("origin", "https://lux.example"), ("host", "lux.example")], false),
            (vec![], true),
        ] {
            assert_eq!(is_same_origin(&headers(&pairs), &public), ok, "{pairs:?}");
        }
    }
}
