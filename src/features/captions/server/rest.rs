//! `POST /api/v1/captions`: texts while they are written, as server-sent events. The answer's status says whether it began; each
//! event is one `CaptionEvent`, each text whole as far as it is there. When the browser hangs up, the model is hung up on.

use super::service;
use crate::domain::error::AppError;
use crate::domain::permission::Permission;
use crate::features::captions::model::CaptionAsk;
use crate::infra::http::body::JsonObject;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::Router;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::stream;
use serde_json::Value;
use std::convert::Infallible;
use tokio::sync::mpsc;

pub fn routes() -> Router<App> {
    Router::new().route("/api/v1/captions", post(write))
}

async fn write(who: Who, JsonObject(body): JsonObject) -> Result<Response, AppError> {
    let who = who.require(Permission::Publish)?;
    let ask: CaptionAsk = serde_json::from_value(Value::Object(body)).map_err(|error| {
        AppError::invalid(
            "body",
            format!("{error}. Send {{\"post\": …, \"brief\": …, \"targets\": [{{\"connection\": …}}]}}."),
        )
    })?;
    let writing = service::begin(who, ask).await?;
    let (to, from) = mpsc::channel(16);
    tokio::spawn(writing.run(to));
    let events = stream::unfold(from, |mut from| async move {
        let event = from.recv().await?;
        let event = Event::default().json_data(&event).unwrap_or_default();
        Some((Ok::<_, Infallible>(event), from))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}
