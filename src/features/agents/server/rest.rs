//! `GET /api/v1/agents/documents/{id}`: a document as a Markdown file.

use super::service;
use crate::domain::error::AppError;
use crate::domain::ids::DocumentId;
use crate::domain::permission::Permission;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;
use serde::Deserialize;

pub fn routes() -> Router<App> {
    Router::new().route("/api/v1/agents/documents/{id}", get(download))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    version: Option<i32>,
}

async fn download(who: Who, Path(id): Path<String>, Query(wanted): Query<Wanted>) -> Result<Response, AppError> {
    let who = who.require(Permission::View)?;
    let id: DocumentId = id.parse().map_err(|_| AppError::not_found("document"))?;
    let document = service::document(&who, id, wanted.version).await?;
    let plain: String = document.line.title.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.md\"")),
    ];
    Ok((headers, document.markdown).into_response())
}
