//! `GET /api/social/accounts/{id}/posts/picture?post=…`: the small picture of a listed post, fetched from its network. The page's
//! policy lets browsers load pictures from here only, and so no network learns who looks.

use super::store;
use crate::connectors::Wire;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ConnectionId;
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, header};
use serde::Deserialize;
use std::time::Duration;

/// Pictures that every browser shows, and that hold nothing but a picture.
const KINDS: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];
const DEADLINE: Duration = Duration::from_secs(10);
/// Bytes of a post's id.
const LONGEST: usize = 2_000;

pub fn routes() -> Router<App> {
    Router::new().route("/api/social/accounts/{id}/posts/picture", get(picture))
}

#[derive(Deserialize)]
struct Asked {
    post: String,
}

async fn picture(who: Who, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let who = who.require(Permission::View)?;
    let none = || AppError::not_found("picture");
    let id: ConnectionId = id.parse().map_err(|_| none())?;
    if asked.post.len() > LONGEST || asked.post.contains(char::is_control) {
        return Err(none());
    }
    // Only what a network named as the picture of a listed post is fetched.
    let (platform, address) = store::picture(&who.tenant, id, &asked.post).await?.ok_or_else(none)?;
    let platform: Platform = platform.parse().map_err(|_| none())?;
    let wire = Wire::new(who.app.outbound.clone()).on_behalf_of(who.company);
    // The address may be signed, and it came from outside: it is not written down, and leads only where users' addresses may.
    let request = wire.read(platform, &address).hide_path().to_users_server().deadline(DEADLINE);
    let found = request.send().await.ok().filter(|response| response.ok()).ok_or_else(none)?;
    let kind = found.header("content-type").and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    let kind = KINDS.into_iter().find(|known| kind.eq_ignore_ascii_case(known)).ok_or_else(none)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, found.body).into_response())
}
