//! `GET /s/{code}` leads whoever follows a short link to where the company says, and counts the visit. Public on purpose. It leads
//! nowhere but to what a member of a company saved.

use super::clicks::Clicks;
use super::robots::is_robot;
use super::store;
use crate::domain::error::AppError;
use crate::infra::state::App;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

pub fn routes() -> Router<App> {
    let clicks = Clicks::default();
    Router::new().route(
        "/s/{code}",
        get(move |State(app): State<App>, Path(code): Path<String>, method: Method, headers: HeaderMap| async move {
            visit(&app, &clicks, &code, &method, &headers).await
        }),
    )
}

async fn visit(
    app: &App,
    clicks: &Clicks,
    code: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, AppError> {
    let found = if super::service::is_code(code) { store::leads_to(&app.db, code).await? } else { None };
    let target = found.as_ref().and_then(|link| HeaderValue::from_str(&link.target).ok());
    let (Some(link), Some(target)) = (found, target) else { return Ok(nothing()) };
    clicks.count(&app.db, link.company_id, link.id, is_robot(method, headers));
    let headers = [
        (header::LOCATION, target),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The place it leads to is what a search engine is to know.
        (header::HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    Ok((StatusCode::FOUND, headers).into_response())
}

/// For the company's customers, who do not know this program.
const NOTHING: &str = r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="dark light">
<meta name="robots" content="noindex"><title>This link leads nowhere</title></head>
<body><main><h1>This link leads nowhere</h1><p>It may be mistyped, or it is no longer in use. Ask whoever gave it to you for a new one.</p></main></body></html>
"#;

fn nothing() -> Response {
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::NOT_FOUND, no_store, Html(NOTHING)).into_response()
}
