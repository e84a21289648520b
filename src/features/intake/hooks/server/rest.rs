//! `/api/zapier/…`: subscribing, unsubscribing, samples, and the test of credentials, all with the user name and password with
//! which contacts are sent.

use super::{items, subscriptions};
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::HookId;
use crate::features::intake::hooks::model::HookEvent;
use crate::features::intake::server::keys::Sender;
use crate::features::intake::server::receive::{self, Asked};
use crate::features::intake::server::rest::known;
use crate::infra::http::caller::Caller;
use crate::infra::http::ssrf::{self, Reach};
use crate::infra::state::App;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde_json::json;

const LONGEST: usize = 2_000;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/zapier/me", get(me))
        .route("/api/zapier/hooks", post(subscribe))
        .route("/api/zapier/hooks/{id}", delete(unsubscribe))
        .route("/api/zapier/hooks/{id}/sample", get(sample))
}

/// For "test authentication"; Zapier names the connection by the company.
async fn me(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Response {
    match known(&app, &caller, &headers).await {
        Ok(sender) => Json(json!({ "id": sender.company, "company": sender.company_name, "user": sender.user_name }))
            .into_response(),
        Err(refused) => refused,
    }
}

async fn subscribe(State(app): State<App>, caller: Caller, request: Request) -> Response {
    let sender = match known(&app, &caller, request.headers()).await {
        Ok(sender) => sender,
        Err(refused) => return refused,
    };
    let asked = match receive::asked(request).await {
        Ok(asked) => asked,
        Err(refusal) => return receive::refusal(&refusal),
    };
    let done = subscribe_to(&app, &sender, &asked).await;
    done.unwrap_or_else(IntoResponse::into_response)
}

async fn subscribe_to(app: &App, sender: &Sender, asked: &Asked) -> Result<Response> {
    let node = match asked.node().await {
        Ok(node) => node,
        Err(refusal) => return Ok(receive::refusal(&refusal)),
    };
    let body = node.value();
    let text =
        |names: &[&str]| names.iter().find_map(|name| body.get(*name)?.as_str().map(str::trim)).unwrap_or_default();
    let event = HookEvent::parse(text(&["event"])).ok_or_else(|| {
        let known = HookEvent::ALL.map(HookEvent::id).join(", ");
        AppError::invalid("event", format!("Name what to be told of: {known}."))
    })?;
    let target = text(&["target_url", "targetUrl", "hookUrl", "hook_url"]);
    if target.is_empty() || target.len() > LONGEST {
        return Err(AppError::invalid(
            "target_url",
            format!("Name the address to send to, of at most {LONGEST} characters."),
        ));
    }
    let reach = app.outbound.reach();
    let guarded = ssrf::check(reach, target, "target_url").await?;
    if guarded.url.scheme() != "https" && reach == Reach::Internet {
        return Err(AppError::invalid("target_url", "The address must begin with https://."));
    }
    if guarded.url.as_str().len() > LONGEST {
        return Err(AppError::invalid("target_url", format!("The address is longer than {LONGEST} characters.")));
    }
    let (id, created) =
        subscriptions::subscribe(&app.tenant(sender.company), event, &guarded.url, &sender.user_name).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(json!({ "id": id, "event": event.id(), "target_url": guarded.url.as_str() }))).into_response())
}

/// Ends a subscription; once more does no harm.
async fn unsubscribe(State(app): State<App>, caller: Caller, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let sender = match known(&app, &caller, &headers).await {
        Ok(sender) => sender,
        Err(refused) => return refused,
    };
    let Ok(id) = id.parse::<HookId>() else { return AppError::not_found("subscription").into_response() };
    match subscriptions::remove(&app.tenant(sender.company), id).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => AppError::not_found("subscription").into_response(),
        Err(error) => error.into_response(),
    }
}

/// What an event looks like: Zapier shows it while a Zap is made.
async fn sample(State(app): State<App>, caller: Caller, Path(event): Path<String>, headers: HeaderMap) -> Response {
    let sender = match known(&app, &caller, &headers).await {
        Ok(sender) => sender,
        Err(refused) => return refused,
    };
    let Some(event) = HookEvent::parse(&event) else {
        return AppError::new(ErrorKind::NotFound, "There is no such event.").into_response();
    };
    match items::sample(&app.tenant(sender.company), &app.settings.public_url, event).await {
        Ok(found) => Json(found).into_response(),
        Err(error) => error.into_response(),
    }
}
