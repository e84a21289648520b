//! `GET /api/v1/deliveries/{id}/package`: the files, text and link of a post that a person publishes, as a ZIP file.

use super::package;
use crate::domain::error::{AppError, Result};
use crate::domain::permission::Permission;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, header};

pub fn routes() -> Router<App> {
    Router::new().route("/api/v1/deliveries/{id}/package", get(download))
}

async fn download(who: Who, Path(id): Path<String>) -> Result<Response> {
    let who = who.require(Permission::View)?;
    let id = id.parse().map_err(|_| AppError::not_found("package"))?;
    let zip = package::zip(&who, id).await?;
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", zip.name));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_LENGTH, HeaderValue::from(zip.length)),
        (header::CONTENT_DISPOSITION, named.map_err(|_| AppError::not_found("package"))?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, Body::from_stream(zip.bytes)).into_response())
}
