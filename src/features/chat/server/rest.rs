//! `POST /chatbot/send`: a question and its answer. As JSON when it is complete; as server-sent events while it is written where the request
//! accepts `text/event-stream`: each event is one `ChatEvent`, and whoever hangs up stops the answer. docs/API.md has the fields.

use super::turn::{self, Answered, Begun};
use crate::domain::error::{AppError, Problem};
use crate::features::chat::model::{AnswerState, ChatAction, ChatAsk};
use crate::infra::http::body::{Fields, JsonObject};
use crate::infra::http::idempotency::{Key, REPLAYED};
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::stream;
use http::{HeaderMap, header};
use serde_json::{Map, Value, json};
use std::convert::Infallible;
use tokio::sync::mpsc;

const ADDRESS: &str = "/chatbot/send";

pub fn routes() -> Router<App> {
    Router::new().route("/chatbot/send", post(send))
}

async fn send(who: Who, headers: HeaderMap, JsonObject(body): JsonObject) -> Result<Response, AppError> {
    // `turn::begin` asks for the permission.
    let body = Value::Object(body);
    let key = Key::of(&headers, ADDRESS, &body)?;
    let Value::Object(body) = body else { return Err(AppError::bug(None)) };
    let ask = read(body)?;
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let streams = accepts.contains("text/event-stream");
    let turn = match turn::begin(who, ask, key.as_ref()).await? {
        Begun::Given(answered) => return Ok(([REPLAYED], Json(answer(&answered))).into_response()),
        Begun::New(turn) => turn,
    };
    if !streams {
        return Ok(Json(answer(&turn.spawn(None).await?)).into_response());
    }
    let (to, from) = mpsc::channel(32);
    tokio::spawn(async move {
        if let Err(error) = turn.run(Some(to)).await {
            tracing::error!(%error, "an answer could not be kept");
        }
    });
    let events = stream::unfold(from, |mut from| async move {
        let event = from.recv().await?;
        let event = Event::default().json_data(&event).unwrap_or_default();
        Some((Ok::<_, Infallible>(event), from))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

fn read(body: Map<String, Value>) -> Result<ChatAsk, AppError> {
    let mut problems = vec![];
    let mut fields = Fields::new(body, "");
    let message = fields.text("message", &mut problems).unwrap_or_default();
    let action = match fields.text("action", &mut problems).as_deref() {
        None | Some("message") => ChatAction::Message,
        Some("diagnose") => ChatAction::Diagnose,
        Some(_) => {
            problems.push(Problem::error("action", "`action` is \"message\" or \"diagnose\"."));
            ChatAction::Message
        }
    };
    let conversation = fields.id("conversation_id", &mut problems);
    let from = fields.text("from", &mut problems).unwrap_or_default();
    fields.finish(&mut problems);
    if problems.is_empty() {
        Ok(ChatAsk { conversation, message, action, from })
    } else {
        Err(AppError::problems(problems))
    }
}

fn answer(answered: &Answered) -> Value {
    json!({
        "success": answered.state == AnswerState::Done,
        "reply": answered.text,
        "state": answered.state,
        "problem": Some(&answered.problem).filter(|words| !words.is_empty()),
        "conversation_id": answered.conversation,
        "message_id": answered.message,
        "actions": answered.acts,
        "sources": answered.sources,
        "model": Some(&answered.model).filter(|model| !model.is_empty()),
    })
}
