//! `POST /api/v1/media` takes pictures in, `POST /api/v1/media/{id}/copy` makes one that fits where it is refused. Large files
//! come in parts (`upload_rest`); `library_rest` lists them, `serve` hands files out.

use super::receive::{Incoming, Room};
use super::{library_rest, serve, service, upload_rest};
use crate::domain::error::{AppError, Problem};
use crate::domain::ids::AssetId;
use crate::domain::limits::fit::CopyWish;
use crate::domain::permission::Permission;
use crate::features::media::model::{AssetCard, MAX_UPLOAD_BYTES};
use crate::infra::http::body::JsonObject;
use crate::infra::http::throttle;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

/// Boundaries and headers of the form come on top of the files.
const FORM_OVERHEAD: u64 = 64 * 1024;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/media", post(upload).layer(DefaultBodyLimit::max((MAX_UPLOAD_BYTES + FORM_OVERHEAD) as usize)))
        .route("/api/v1/media/{id}/copy", post(copy))
        .merge(library_rest::routes())
        .merge(upload_rest::routes())
        .merge(serve::routes())
}

async fn upload(who: Who, form: Result<Multipart, MultipartRejection>) -> Result<Json<Vec<AssetCard>>, AppError> {
    let who = who.require(Permission::Publish)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "uploads")?;
    let mut form = form.map_err(|_| AppError::invalid("files", "Send the pictures as multipart/form-data."))?;
    let hold = who.app.throttles.bodies.begin(who.user);
    let mut room = Room::new(&hold);
    let mut files: Vec<Incoming> = vec![];
    let mut problems: Vec<Problem> = vec![];
    loop {
        match form.next_field().await {
            Ok(Some(field)) if field.file_name().is_some() => match room.read(field).await {
                Ok(file) => files.extend(file),
                Err(refusal) => problems.push(refusal.problem()),
            },
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(_) if !problems.is_empty() => break,
            Err(_) => {
                let message =
                    "The upload is too big or broke off: 30 MB at most at a time. Add fewer pictures at once.";
                problems.push(Problem::error("files", message));
                break;
            }
        }
    }
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    service::upload(&who, files).await.map(Json)
}

/// A picture that fits the places that the body names ([`CopyWish`]).
async fn copy(who: Who, Path(id): Path<String>, JsonObject(body): JsonObject) -> Result<Json<AssetCard>, AppError> {
    let who = who.require(Permission::Publish)?;
    throttle::check(&who.app.throttles.copies, &who.user.to_string(), "copies of pictures")?;
    let id: AssetId = id.parse().map_err(|_| AppError::not_found("picture"))?;
    let wish: CopyWish = serde_json::from_value(Value::Object(body)).map_err(|error| {
        AppError::invalid("body", format!("{error}. Send {{\"places\": [{{\"platform\": \"instagram\"}}]}}."))
    })?;
    service::copy(&who, id, &wish).await.map(Json)
}
