//! Whether our public address leads to our pictures: platforms that fetch pictures themselves (Instagram) come that way,
//! and the store having them is not enough. One picture is fetched there, as they would do it.
//!
//! The address is the server's own setting and no user's, and in many networks it leads to a private machine when asked
//! from inside. So the guard for users' addresses has no say here, except in the sandbox, which nothing leaves.

use crate::infra::http::ssrf::{self, Reach};
use crate::infra::state::App;
use http::header;
use std::error::Error;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Whoever pressed "Check now" waits for this.
const WITHIN: Duration = Duration::from_secs(5);

/// No picture came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPicture {
    /// Something answered that is not our picture. Otherwise it may be passing, or be so only from inside: many networks
    /// do not lead their own public address back to themselves.
    pub sure: bool,
    /// A few words for people.
    pub why: String,
}

impl NoPicture {
    fn sure(why: impl Into<String>) -> Self {
        Self { sure: true, why: why.into() }
    }
    fn perhaps(why: impl Into<String>) -> Self {
        Self { sure: false, why: why.into() }
    }
}

/// What is known of the address. It is tried once, however many posts and companies are looked at: it is one server.
#[derive(Default)]
pub struct Address(OnceCell<Option<NoPicture>>);

impl Address {
    /// Fetches this picture (`/media/…`) at the public address, unless one was fetched before. `None`: it came.
    pub async fn try_with(&self, app: &App, picture: &str) -> Option<&NoPicture> {
        self.0.get_or_init(|| fetch(app, picture)).await.as_ref()
    }
}

async fn fetch(app: &App, picture: &str) -> Option<NoPicture> {
    let address = app.settings.public(picture);
    let stays = app.outbound.reach() == Reach::ThisMachine;
    if stays && ssrf::check(Reach::ThisMachine, &address, "media").await.is_err() {
        return None;
    }
    let no_picture = reach(app.outbound.client(), &address).await.err()?;
    // Without the picture's own address: whoever knows that can see it.
    tracing::warn!(address = %app.settings.public_url, why = %no_picture.why, "no picture at the public address");
    Some(no_picture)
}

/// The whole address, and only the head of the answer: the bytes are in the store.
async fn reach(client: &reqwest::Client, address: &str) -> Result<(), NoPicture> {
    let answer = client.get(address).timeout(WITHIN).send().await.map_err(|e| NoPicture::perhaps(silence(&e)))?;
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind: String = kind.split(';').next().unwrap_or_default().trim().chars().take(60).collect();
    match answer.status().as_u16() {
        200 if kind.starts_with("image/") => Ok(()),
        200 if kind.is_empty() => Err(NoPicture::sure("it answers with something else")),
        200 => Err(NoPicture::sure(format!("it answers with {kind}"))),
        300..400 => Err(NoPicture::perhaps("it redirects to another address")),
        // A moment of the proxy, or of our own web side.
        status @ (429 | 500..) => Err(NoPicture::perhaps(format!("it answers {status}"))),
        status => Err(NoPicture::sure(format!("it answers {status}"))),
    }
}

/// Why nothing came. The innermost cause says it ("Connection refused", "invalid peer certificate"), and does not repeat
/// the address.
fn silence(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", WITHIN.as_secs());
    }
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(|c| c.source()) {
        cause = Some(inner);
    }
    cause.map_or_else(|| "no answer".to_owned(), |c| c.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::http::outbound::Outbound;
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;
    use http::StatusCode;
    use std::collections::BTreeMap;
    use tokio::net::TcpListener;

    async fn test_server() -> String {
        let routes = Router::new()
            .route("/picture", get(|| async { ([(header::CONTENT_TYPE, "image/jpeg")], "a picture") }))
            .route("/login", get(|| async { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], "Sign in") }))
            .route("/moved", get(|| async { Redirect::to("/picture") }))
            .route("/busy", get(|| async { StatusCode::BAD_GATEWAY }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}")
    }

    #[tokio::test]
    async fn only_a_picture_is_a_picture() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let outbound = Outbound::new(BTreeMap::new()).unwrap();
        let server = test_server().await;
        let reach = async |address: String| reach(outbound.client(), &address).await;
        assert_eq!(reach(format!("{server}/picture")).await, Ok(()));
        for (path, sure, why) in [
            ("/login", true, "text/html"),
            ("/nothing", true, "404"),
            ("/moved", false, "redirects"),
            ("/busy", false, "502"),
        ] {
            let no_picture = reach(format!("{server}{path}")).await.unwrap_err();
            assert!(no_picture.sure == sure && no_picture.why.contains(why), "{path}: {no_picture:?}");
        }
        // A port that nobody listens on.
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let no_picture = reach(format!("http://{gone}/media/secret.jpg")).await.unwrap_err();
        assert!(!no_picture.sure && !no_picture.why.is_empty() && !no_picture.why.contains("secret"), "{no_picture:?}");
    }
}
