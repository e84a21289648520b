//! Uploads in parts: `POST /api/v1/media/uploads` announces a file, `PUT …/{id}/parts/{n}` sends a part, `GET …/{id}` says what is
//! there, `POST …/{id}/finish` when all are, `DELETE …/{id}` gives it up.

use super::upload;
use crate::domain::error::{AppError, Problem};
use crate::domain::ids::UploadId;
use crate::domain::permission::Permission;
use crate::features::media::model::UploadCard;
use crate::infra::http::body::{Fields, JsonObject};
use crate::infra::http::throttle;
use crate::infra::session::{Granted, Who};
use crate::infra::state::App;
use axum::body::{Body, BodyDataStream};
use axum::extract::Path;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use bytes::BytesMut;
use futures::StreamExt;
use http::StatusCode;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/media/uploads", post(begin))
        .route("/api/v1/media/uploads/{id}", get(state).delete(cancel))
        .route("/api/v1/media/uploads/{id}/parts/{n}", put(part))
        .route("/api/v1/media/uploads/{id}/finish", post(finish))
}

fn writer(who: Who) -> Result<Granted, AppError> {
    let who = who.require(Permission::Publish)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "uploads")?;
    Ok(who)
}

async fn begin(who: Who, JsonObject(body): JsonObject) -> Result<(StatusCode, Json<UploadCard>), AppError> {
    let who = writer(who)?;
    let (mut fields, mut problems) = (Fields::new(body, ""), vec![]);
    let name = fields.text("file_name", &mut problems);
    let bytes = fields.number("bytes", &mut problems);
    fields.finish(&mut problems);
    let (Some(name), Some(bytes), true) = (name, bytes, problems.is_empty()) else {
        if problems.is_empty() {
            problems.push(Problem::error("body", "Send {\"file_name\": \"clip.mp4\", \"bytes\": 12345678}."));
        }
        return Err(AppError::problems(problems));
    };
    let card = upload::begin(&who, &name, bytes).await?;
    Ok((StatusCode::CREATED, Json(card)))
}

async fn state(who: Who, Path(id): Path<String>) -> Result<Json<UploadCard>, AppError> {
    let who = who.require(Permission::Publish)?;
    upload::state(&who.tenant, parsed(&id)?).await.map(Json)
}

/// Parts have no throttle of their own: a large file has hundreds, each bounded, one after the other. A part that is refused is
/// read to its end all the same, as who sends listens to no answer before.
async fn part(who: Who, Path((id, n)): Path<(String, String)>, body: Body) -> Result<StatusCode, AppError> {
    let mut body = body.into_data_stream();
    match kept_part(who, &id, &n, &mut body).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => {
            drop_rest(&mut body).await;
            Err(error)
        }
    }
}

async fn kept_part(who: Who, id: &str, n: &str, body: &mut BodyDataStream) -> Result<(), AppError> {
    let who = who.require(Permission::Publish)?;
    let id = parsed(id)?;
    let n: u32 = n.parse().map_err(|_| AppError::invalid("part", "The number of a part is a whole number from 0."))?;
    let slot = upload::slot(&who.tenant, id, n).await?;
    let expected = slot.bytes;
    let wrong = || {
        let message = format!("Part {n} of this file has {expected} bytes. Send exactly these.");
        AppError::invalid("body", message)
    };
    let hold = who.app.throttles.bodies.begin(who.user);
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| AppError::invalid("body", "The part broke off. Send it again."))?;
        if (bytes.len() + chunk.len()) as u64 > expected {
            return Err(wrong());
        }
        hold.more(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    if bytes.len() as u64 != expected {
        return Err(wrong());
    }
    upload::put_part(&who, id, n, &slot, bytes.freeze()).await
}

/// Reads what is left of a part that is not kept, as far as one may be long.
async fn drop_rest(body: &mut BodyDataStream) {
    let mut left = 2 * upload::PART as usize;
    while let Some(Ok(chunk)) = body.next().await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            break;
        }
    }
}

async fn finish(who: Who, Path(id): Path<String>) -> Result<(StatusCode, Json<UploadCard>), AppError> {
    let who = writer(who)?;
    let card = upload::finish(&who, parsed(&id)?).await?;
    Ok((StatusCode::ACCEPTED, Json(card)))
}

async fn cancel(who: Who, Path(id): Path<String>) -> Result<StatusCode, AppError> {
    let who = writer(who)?;
    upload::cancel(&who, parsed(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parsed(id: &str) -> Result<UploadId, AppError> {
    id.parse().map_err(|_| AppError::not_found("upload"))
}
