//! Fetching what a user's link names: pages and pictures of strangers. Nothing is believed: every address on the way goes
//! through `ssrf` and is connected to as it was checked, time and size are limited, the kind of content must be one that
//! was asked for. No cookies, no tokens, no proxy.

use super::ssrf::{self, Reach};
use bytes::{Bytes, BytesMut};
use http::header;
use std::time::Duration;
use url::Url;

/// Redirects that are followed, each checked like the first address.
const MAX_REDIRECTS: usize = 5;

/// What is wanted, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Want {
    /// Kinds of content: whole (`text/html`) or the beginning (`image/`).
    pub kinds: &'static [&'static str],
    pub max_bytes: usize,
    /// What is longer is cut off there; else it is refused.
    pub beginning_is_enough: bool,
    /// For all of it, redirects included.
    pub deadline: Duration,
}

/// What came.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where it was in the end.
    pub url: Url,
    pub kind: String,
    pub body: Bytes,
}

/// Fetches it once. The error says why not, for the log.
pub async fn fetch(reach: Reach, address: &str, want: &Want) -> Result<Found, String> {
    let way = follow(reach, address, want);
    tokio::time::timeout(want.deadline, way).await.unwrap_or_else(|_| Err("it takes too long".into()))
}

async fn follow(reach: Reach, address: &str, want: &Want) -> Result<Found, String> {
    let mut address = address.to_owned();
    for _ in 0..=MAX_REDIRECTS {
        let there = ssrf::check(reach, &address, "link").await.map_err(|e| e.message)?;
        let client = reqwest::Client::builder()
            .user_agent(concat!("LUX-Marketing/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // The name is not asked for again: another answer could lead inside.
            .resolve_to_addrs(there.url.host_str().unwrap_or_default(), &there.addresses)
            .build()
            .map_err(|e| e.to_string())?;
        let ask =
            client.get(there.url.clone()).header(header::ACCEPT, want.kinds.join(", ").replace("image/,", "image/*,"));
        let mut answer = ask.send().await.map_err(|e| e.without_url().to_string())?;
        if answer.status().is_redirection() {
            let to = answer.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
            address = there.url.join(to.unwrap_or_default()).map_err(|e| e.to_string())?.into();
            continue;
        }
        if !answer.status().is_success() {
            return Err(format!("the answer has status {}", answer.status().as_u16()));
        }
        let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !want.kinds.iter().any(|k| kind == *k || (k.ends_with('/') && kind.starts_with(k))) {
            return Err(format!("it is {kind}"));
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| e.without_url().to_string())? {
            body.extend_from_slice(&chunk);
            if body.len() > want.max_bytes {
                if !want.beginning_is_enough {
                    return Err(format!("it is larger than {} bytes", want.max_bytes));
                }
                body.truncate(want.max_bytes);
                break;
            }
        }
        return Ok(Found { url: there.url, kind, body: body.freeze() });
    }
    Err("it redirects too often".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;

    const PAGE: Want =
        Want { kinds: &["text/html"], max_bytes: 100, beginning_is_enough: true, deadline: Duration::from_secs(5) };

    async fn test_server() -> String {
        rustls::crypto::ring::default_provider().install_default().ok();
        let page = || async { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], "x".repeat(1000)) };
        let routes = Router::new()
            .route("/page", get(page))
            .route("/moved", get(|| async { Redirect::to("/page") }))
            .route("/round", get(|| async { Redirect::to("/round") }))
            .route("/inside", get(|| async { Redirect::to("http://10.0.0.1/") }))
            .route("/text", get(|| async { "plain" }))
            .route("/slow", get(std::future::pending::<()>));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}")
    }

    #[tokio::test]
    async fn only_what_was_asked_for_comes_and_only_so_much() {
        let server = test_server().await;
        let found = fetch(Reach::ThisMachine, &format!("{server}/moved"), &PAGE).await.unwrap();
        assert_eq!((found.body.len(), found.kind.as_str(), found.url.path()), (100, "text/html", "/page"));
        let whole = Want { beginning_is_enough: false, ..PAGE };
        let quick = Want { deadline: Duration::from_millis(200), ..PAGE };
        for (path, want, why) in [
            ("/page", &whole, "larger"),
            ("/round", &PAGE, "too often"),
            ("/inside", &PAGE, "private network"),
            ("/text", &PAGE, "text/plain"),
            ("/nothing", &PAGE, "404"),
            ("/slow", &quick, "too long"),
        ] {
            let error = fetch(Reach::ThisMachine, &format!("{server}{path}"), want).await.unwrap_err();
            assert!(error.contains(why), "{path}: {error}");
        }
        let error = fetch(Reach::Internet, &format!("{server}/page"), &PAGE).await.unwrap_err();
        assert!(error.contains("private network"), "{error}");
    }
}
