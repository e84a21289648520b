//! The v1 addresses of connections (row B6), beside those in `rest`.
//!
//! | address | body | answer |
//! |---|---|---|
//! | `GET /api/v1/social/accounts/{org}` | | `{accounts: [card]}`, as `GET /api/social/accounts` |
//! | `DELETE /api/v1/social/accounts/{id}` | | as `DELETE /api/social/accounts/{id}` |
//! | `POST /api/v1/social/connect` | `{platform, org?, account?}` | `{platform, authorize_url, expires_in_s}` |

use super::consent;
use super::rest::{Accounts, disconnect, explained};
use super::rest_tokens::platform;
use super::service;
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::ConnectionId;
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::infra::http::body::{Fields, JsonObject};
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::HeaderMap;
use serde::Serialize;

pub fn routes() -> Router<App> {
    Router::new()
        // The last segment is a company's id for `get` and an account's for `delete`.
        .route("/api/v1/social/accounts/{id}", get(list).delete(disconnect))
        .route("/api/v1/social/connect", post(connect))
}

/// `GET /api/v1/social/accounts/{org}`: the accounts in use of a company that the caller belongs to, else 404.
async fn list(who: Who, Path(org): Path<String>) -> Result<Json<Accounts>> {
    let who = who.in_company(Some(&org)).await?.require(Permission::View)?;
    Ok(Json(Accounts { accounts: service::list(&who.tenant).await? }))
}

#[derive(Serialize)]
struct Begun {
    platform: Platform,
    /// To be opened in a browser that carries the same session.
    authorize_url: String,
    expires_in_s: i64,
}

struct Begin {
    platform: Platform,
    org: Option<String>,
    account: Option<ConnectionId>,
}

/// `POST /api/v1/social/connect`: begins a consent at a platform. `account` is the one that is to be renewed. The person
/// opens `authorize_url` and is sent back to the callback, in the same session, within ten minutes; that is why `org` can
/// only be the company that the session is looking at (409 for another one of the caller's).
async fn connect(who: Who, headers: HeaderMap, JsonObject(body): JsonObject) -> Response {
    let begin = match read(Fields::new(body, "")) {
        Ok(begin) => begin,
        Err(error) => return error.into_response(),
    };
    let current = who.membership.map(|(company, _)| company);
    let granted = match who.in_company(begin.org.as_deref()).await.and_then(|who| who.require(Permission::Connect)) {
        Ok(granted) => granted,
        Err(error) => return error.into_response(),
    };
    if current != Some(granted.company) {
        let message = "The platform sends the browser back to the company that this session is looking at. Switch to the \
                       other company first, then connect.";
        return AppError::conflict(message).into_response();
    }
    let Some(sign_in) = consent::sign_in(begin.platform) else {
        return AppError::not_found("platform").into_response();
    };
    match consent::begin(&granted, begin.platform, sign_in, begin.account, None).await {
        Ok(authorize_url) => {
            let expires_in_s = i64::from(consent::MINUTES) * 60;
            Json(Begun { platform: begin.platform, authorize_url, expires_in_s }).into_response()
        }
        Err(refusal) => explained(refusal, begin.platform, &headers),
    }
}

fn read(mut fields: Fields) -> Result<Begin> {
    let mut problems = vec![];
    let named = platform(&mut fields, &mut problems);
    if named.is_none() && problems.is_empty() {
        problems.push(Problem::error("platform", "Name the `platform` that is to be connected, such as \"x\"."));
    }
    let org = fields.text("org", &mut problems);
    let account = fields.id("account", &mut problems);
    fields.finish(&mut problems);
    match named {
        Some(platform) if problems.is_empty() => Ok(Begin { platform, org, account }),
        _ => Err(AppError::problems(problems)),
    }
}
