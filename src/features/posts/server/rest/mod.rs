//! Posts over REST (row E7). Read `read` (from a body to what is wanted), `create` (from that to posts, all or none) and
//! `scheduled` (what is planned, and taking it back); `platforms` says what can be said in `format` and `options`.
//!
//! | address | body | answer |
//! |---|---|---|
//! | `POST /api/social/post` | [content](read), `accounts` | 201 `{posts, warnings}`; goes out now |
//! | `POST /api/social/post/schedule`, `POST /api/v1/social/schedule` | the same and a [time](read) | 201 the same |
//! | `POST /api/social/post/multiple`, `POST /api/v1/social/cross-post` | `posts`, each with an `account` and own content and time | 201 the same |
//! | `GET /api/social/platforms` | | `{platforms}`: formats, options and limits |
//! | `GET /api/v1/social/scheduled/{org}` | `?status&platform&limit&offset` | `{items, total, limit, offset}` |
//! | `DELETE /api/v1/social/scheduled/{id}` | | `{cancelled, kind}` |
//! | `DELETE /api/v1/social/published/{id}` | | `{removed}` |
//!
//! Errors are in the one form: 400 no JSON, 401, 403, 404 no such company or post, 409 too late, 413, 422 with every
//! problem by its field, 429. A request that fails keeps nothing. With an `Idempotency-Key` a repeated request is
//! answered as the first time, and carried out once.

mod create;
mod platforms;
mod published;
mod read;
mod scheduled;

use crate::domain::error::{AppError, Result};
use crate::domain::permission::Permission;
use crate::infra::http::body::JsonObject;
use crate::infra::http::idempotency::{Key, REPLAYED};
use crate::infra::http::throttle;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use read::Shape;
use serde_json::{Map, Value};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/social/platforms", get(platforms::list))
        .route("/api/social/post", making("/api/social/post", Shape::Now))
        .route("/api/social/post/schedule", making("/api/social/post/schedule", Shape::Scheduled))
        .route("/api/social/post/multiple", making("/api/social/post/multiple", Shape::Each))
        .route("/api/v1/social/schedule", making("/api/v1/social/schedule", Shape::Scheduled))
        .route("/api/v1/social/cross-post", making("/api/v1/social/cross-post", Shape::Each))
        // The last segment is a company's id for `get`, and a delivery's or post's for `delete`.
        .route("/api/v1/social/scheduled/{id}", get(scheduled::list).delete(scheduled::cancel))
        .route("/api/v1/social/published/{id}", delete(published::remove))
        .merge(super::link_cards::routes())
}

fn making(address: &'static str, shape: Shape) -> MethodRouter<App> {
    post(move |who: Who, headers: HeaderMap, JsonObject(body): JsonObject| create(who, headers, body, address, shape))
}

/// Makes the posts that a body asks for.
async fn create(
    who: Who,
    headers: HeaderMap,
    body: Map<String, Value>,
    address: &'static str,
    shape: Shape,
) -> Result<Response, AppError> {
    let org = body.get("org").and_then(Value::as_str).map(str::to_owned);
    let who = who.in_company(org.as_deref()).await?.require(Permission::Publish)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "posts")?;
    let body = Value::Object(body);
    let key = Key::of(&headers, address, &body)?;
    let Value::Object(body) = body else { return Err(AppError::bug(None)) };

    let mut tx = who.tenant.db.begin().await?;
    if let Some(key) = &key
        && let Some(given) = key.take(&mut tx, who.company, who.user).await?
    {
        return Ok((given.status, [REPLAYED], Json(given.answer)).into_response());
    }
    let made = create::create(&mut tx, &who, read::read(body, shape)?).await?;
    let answer = serde_json::to_value(made).map_err(|_| AppError::bug(None))?;
    if let Some(key) = &key {
        key.keep(&mut tx, who.company, StatusCode::CREATED, &answer).await?;
    }
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}
