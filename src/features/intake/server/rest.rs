//! `/api/webhook/zapier-contact`: contacts from Zapier and from whatever else speaks HTTP; `GET` tests the credentials. They say
//! who sends, so no session is asked for.

use super::keys::{self, Claimed, Sender};
use super::receive;
use super::together::Together;
use crate::domain::error::Result;
use crate::infra::http::caller::Caller;
use crate::infra::http::throttle;
use crate::infra::state::App;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;
use std::sync::Arc;

pub const PATH: &str = "/api/webhook/zapier-contact";

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/webhook/zapier-contact", get(test).post(take))
        .layer(Extension(Arc::<Together>::default()))
}

/// For "test authentication": which company these credentials are for.
async fn test(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Response {
    match known(&app, &caller, &headers).await {
        Ok(sender) => Json(json!({
            "success": true, "id": sender.company, "company": sender.company_name, "user": sender.user_name,
        }))
        .into_response(),
        Err(refused) => refused,
    }
}

async fn take(
    State(app): State<App>,
    Extension(together): Extension<Arc<Together>>,
    caller: Caller,
    request: Request,
) -> Response {
    let claimed = keys::claimed(request.headers());
    let found = match claimed.clone() {
        Some(claimed) => together.sender(&app.db, claimed).await,
        None => Ok(None),
    };
    let sender = match found {
        Ok(Some(sender)) => sender,
        Ok(None) => return refused(&app, &caller, claimed),
        Err(error) => return error.into_response(),
    };
    let asked = match receive::asked(request).await {
        Ok(asked) => asked,
        Err(refusal) => return receive::refusal(&refusal),
    };
    let taken = receive::receive(&app.tenant(sender.company), &sender, &asked, &together).await;
    taken.unwrap_or_else(IntoResponse::into_response)
}

/// Who sends. Whoever is not known is told so, and after some attempts has to wait; those whose password is right never have
/// to, so that nobody can keep a company's contacts out.
pub async fn known(app: &App, caller: &Caller, headers: &HeaderMap) -> Result<Sender, Response> {
    let claimed = keys::claimed(headers);
    let found = match claimed.clone() {
        Some(claimed) => keys::sender(&app.db, claimed).await,
        None => Ok(None),
    };
    match found {
        Ok(Some(sender)) => Ok(sender),
        Ok(None) => Err(refused(app, caller, claimed)),
        Err(error) => Err(error.into_response()),
    }
}

fn refused(app: &App, caller: &Caller, claimed: Option<Claimed>) -> Response {
    let name: String = claimed.map(|claimed| claimed.user_name).unwrap_or_default().chars().take(60).collect();
    let paced = throttle::check(&app.throttles.intake_by_network, &caller.network, "wrong passwords")
        .and_then(|()| throttle::check(&app.throttles.intake_by_name, &name.to_lowercase(), "wrong passwords"));
    paced.err().map_or_else(stranger, IntoResponse::into_response)
}

fn stranger() -> Response {
    let answer = json!({
        "success": false, "error": "unauthenticated",
        "message": "The user name or the password is not right. Make new ones in LUX under Settings, Zapier.",
    });
    let realm = HeaderValue::from_static("Basic realm=\"LUX contacts\", charset=\"UTF-8\"");
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, realm)], Json(answer)).into_response()
}
