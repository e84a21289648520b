//! Connections over HTTP: the two ends of a consent, the list, and disconnecting (row B6).
//! People come here with a browser and are sent on to a page; programs get JSON.

use super::consent::{self, ConsentRefused, Returned};
use super::service;
use crate::connectors::SignIn;
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::ConnectionId;
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::features::connections::model::ConnectionCard;
use crate::features::connections::problem::ConsentProblem;
use crate::infra::detached::detached;
use crate::infra::session::{Granted, Who};
use crate::infra::state::App;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use http::request::Parts;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

/// Every address of connections; both callback addresses do the same.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/social/connect/{platform}", get(connect).head(only_get))
        .route("/api/social/callback/{platform}", get(callback).head(only_get))
        .route("/api/v1/social/{platform}/callback", get(callback).head(only_get))
        .route("/api/social/accounts", get(list))
        .route("/api/social/accounts/{id}", delete(disconnect))
        .merge(super::rest_tokens::routes())
        .merge(super::rest_v1::routes())
}

/// Asking for the headers of these would do what they do: a state counts once, and a link preview must not use it up.
async fn only_get() -> Response {
    (http::StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
}

/// A connection that somebody asks for who may; others are turned away.
struct Asked {
    who: Granted,
    platform: Platform,
    sign_in: &'static dyn SignIn,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> std::result::Result<Self, Response> {
        let who = <Who as FromRequestParts<S>>::from_request_parts(parts, state).await;
        let who = who.and_then(|who| who.require(Permission::Connect)).map_err(|e| turned_away(e, &parts.headers))?;
        let platform = Path::<String>::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let platform = platform.parse::<Platform>().ok();
        let known = platform.and_then(|platform| Some((platform, consent::sign_in(platform)?)));
        let (platform, sign_in) = known.ok_or_else(|| AppError::not_found("platform").into_response())?;
        Ok(Self { who, platform, sign_in, headers: parts.headers.clone() })
    }
}

#[derive(Deserialize)]
struct Begin {
    /// The connection that is to be renewed.
    #[serde(rename = "for")]
    connection: Option<ConnectionId>,
    /// The page of ours to come back to.
    next: Option<String>,
}

/// Sends the browser to the platform's consent page.
async fn connect(asked: Asked, query: std::result::Result<Query<Begin>, QueryRejection>) -> Response {
    let Asked { who, platform, sign_in, headers } = asked;
    // With keys that sign in by themselves an account would be connected by a link on any page of the internet.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site") {
        return redirect("/connections");
    }
    let (connection, next) = query.map(|Query(q)| (q.connection, q.next)).unwrap_or_default();
    match consent::begin(&who, platform, sign_in, connection, next.as_deref()).await {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(refusal) => explained(refusal, platform, &headers),
    }
}

/// Where the platform sends the browser back to.
async fn callback(asked: Asked, query: std::result::Result<Query<Returned>, QueryRejection>) -> Response {
    let Asked { who, platform, sign_in, headers } = asked;
    // An address that cannot be read has no state that we know.
    let returned = query.map(|Query(q)| q).unwrap_or_default();
    // The code counts once: what it is swapped for must be kept even when the tab is closed meanwhile.
    let finished = detached(async move { consent::finish(&who, platform, sign_in, returned).await }).await;
    match finished.unwrap_or_else(|| Err(ConsentProblem::OurFault.into())) {
        Ok(finished) => redirect(&finished.goes_on()),
        Err(refusal) => explained(refusal, platform, &headers),
    }
}

fn redirect(path: &str) -> Response {
    Redirect::to(path).into_response()
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// Not signed in, or not allowed to connect.
fn turned_away(error: AppError, headers: &HeaderMap) -> Response {
    match error.kind {
        _ if !wants_page(headers) => error.into_response(),
        ErrorKind::Unauthenticated => redirect("/login?next=%2Fconnections"),
        _ => redirect(&format!("/connections?problem={}", ConsentProblem::NotAllowed.id())),
    }
}

/// A page that says what happened and what to do; for programs the same words as JSON.
pub(super) fn explained(refusal: ConsentRefused, platform: Platform, headers: &HeaderMap) -> Response {
    let ConsentRefused { problem, about } = refusal;
    if wants_page(headers) {
        let about = about.map(|id| format!("&about={id}")).unwrap_or_default();
        return redirect(&format!("/connections?problem={}&platform={platform}{about}", problem.id()));
    }
    let kind = match problem {
        ConsentProblem::TooMany => ErrorKind::RateLimited,
        ConsentProblem::NotAllowed => ErrorKind::Forbidden,
        ConsentProblem::OurFault => ErrorKind::Bug,
        ConsentProblem::StateUsed | ConsentProblem::StateExpired => ErrorKind::Conflict,
        _ => ErrorKind::Invalid,
    };
    let retry_after_s = (problem == ConsentProblem::TooMany).then_some(60);
    let message = format!("{}. {}", problem.title(), problem.text());
    AppError { retry_after_s, ..AppError::new(kind, message) }.into_response()
}

/// The list, as programs get it.
#[derive(Serialize)]
pub(super) struct Accounts {
    pub(super) accounts: Vec<ConnectionCard>,
}

async fn list(who: Who) -> Result<Json<Accounts>> {
    let who = who.require(Permission::View)?;
    Ok(Json(Accounts { accounts: service::list(&who.tenant).await? }))
}

/// What disconnecting came to.
#[derive(Serialize)]
pub(super) struct Disconnected {
    disconnected: ConnectionId,
    /// Whether the platform confirmed that it took the sign-in back.
    revoked_at_platform: bool,
}

/// Ends a connection, forgets its tokens, and asks the platform to take the sign-in back.
pub(super) async fn disconnect(who: Who, Path(id): Path<String>) -> Result<Json<Disconnected>> {
    let who = who.require(Permission::Connect)?;
    let id: ConnectionId = id.parse().map_err(|_| AppError::not_found("account"))?;
    let (_, revoked) = service::disconnect(&who.app, who.company, id).await?;
    Ok(Json(Disconnected { disconnected: id, revoked_at_platform: revoked == service::Revoked::Yes }))
}
