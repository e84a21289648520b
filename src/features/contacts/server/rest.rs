//! `GET /api/v1/contacts.csv`: all contacts as a file.

use super::{export, import};
use crate::domain::error::AppError;
use crate::domain::permission::Permission;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;

pub fn routes() -> Router<App> {
    Router::new().route("/api/v1/contacts.csv", get(file)).merge(import::rest::routes())
}

async fn file(who: Who) -> Result<Response, AppError> {
    let who = who.require(Permission::ExportContacts)?;
    tracing::info!(by = %who.user, company = %who.company, "contacts were exported");
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"contacts.csv\""),
    ];
    Ok((head, Body::from_stream(export::file(who.tenant))).into_response())
}
