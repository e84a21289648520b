//! Connections over HTTP: the two ends of a consent, the list, and disconnecting (row B6).
//! People come here with a browser and are sent on to a page; programs get JSON.

use super::consent::{self, Finished, Refusal, Returned};
use super::{detached, service};
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{ConnectionId, Uuid};
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::features::connections::model::{ConnectionCard, ConsentProblem};
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/social/connect/{platform}", get(connect))
        .route("/api/social/callback/{platform}", get(callback))
        .route("/api/v1/social/{platform}/callback", get(callback))
        .route("/api/social/accounts", get(list))
        .route("/api/social/accounts/{id}", delete(disconnect))
        .merge(super::rest_tokens::routes())
        .merge(super::rest_v1::routes())
}

#[derive(Deserialize)]
struct Begin {
    /// The connection that is to be renewed.
    #[serde(rename = "for")]
    connection: Option<Uuid>,
}

/// Sends the browser to the platform's consent page.
async fn connect(
    who: Option<Who>,
    headers: HeaderMap,
    Path(platform): Path<String>,
    query: std::result::Result<Query<Begin>, QueryRejection>,
) -> Response {
    let who = match who.ok_or_else(AppError::unauthenticated).and_then(|who| who.require(Permission::Connect)) {
        Ok(who) => who,
        Err(error) => return turned_away(error, &headers),
    };
    let Some((platform, sign_in)) = known(&platform) else {
        return AppError::not_found("platform").into_response();
    };
    let connection: Option<ConnectionId> = query.ok().and_then(|Query(q)| q.connection);
    match consent::begin(&who, platform, sign_in, connection).await {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(refusal) => explained(refusal, platform, &headers),
    }
}

/// Where the platform sends the browser back to.
async fn callback(
    who: Option<Who>,
    headers: HeaderMap,
    Path(platform): Path<String>,
    query: std::result::Result<Query<Returned>, QueryRejection>,
) -> Response {
    let who = match who.ok_or_else(AppError::unauthenticated).and_then(|who| who.require(Permission::Connect)) {
        Ok(who) => who,
        Err(error) => return turned_away(error, &headers),
    };
    let Some((platform, sign_in)) = known(&platform) else {
        return AppError::not_found("platform").into_response();
    };
    // An address that cannot be read has no state that we know.
    let returned = query.map(|Query(q)| q).unwrap_or_default();
    // The code counts once: what it is swapped for must be kept even when the tab is closed meanwhile.
    let finished = detached(async move { consent::finish(&who, platform, sign_in, returned).await }).await;
    match finished.unwrap_or_else(|| Err(ConsentProblem::OurFault.into())) {
        Ok(Finished::Connected { id, instead: None }) => redirect(&format!("/connections?connected={id}")),
        Ok(Finished::Connected { id, instead: Some(other) }) => {
            redirect(&format!("/connections?connected={id}&instead={other}"))
        }
        Ok(Finished::Choose(id)) => redirect(&format!("/connections/choose/{id}")),
        Err(refusal) => explained(refusal, platform, &headers),
    }
}

fn known(platform: &str) -> Option<(Platform, &'static dyn crate::connectors::SignIn)> {
    let platform = platform.parse().ok()?;
    Some((platform, consent::sign_in(platform)?))
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
pub(super) fn explained(refusal: Refusal, platform: Platform, headers: &HeaderMap) -> Response {
    let Refusal { problem, about } = refusal;
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

#[derive(Serialize)]
pub(super) struct Accounts {
    pub(super) accounts: Vec<ConnectionCard>,
}

async fn list(who: Who) -> Result<Json<Accounts>> {
    let who = who.require(Permission::View)?;
    Ok(Json(Accounts { accounts: service::list(&who.tenant).await? }))
}

#[derive(Serialize)]
pub(super) struct Disconnected {
    disconnected: ConnectionId,
    /// Whether the platform confirmed that it took the sign-in back.
    revoked_at_platform: bool,
}

pub(super) async fn disconnect(who: Who, Path(id): Path<String>) -> Result<Json<Disconnected>> {
    let who = who.require(Permission::Connect)?;
    let id: ConnectionId = id.parse().map_err(|_| AppError::not_found("account"))?;
    let (_, revoked) = service::disconnect(&who.app, who.company, id).await?;
    Ok(Json(Disconnected { disconnected: id, revoked_at_platform: revoked == service::Revoked::Yes }))
}
