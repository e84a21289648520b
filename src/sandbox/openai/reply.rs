//! The answer, whole or as a stream of events, with what it cost, and with the fault that is switched on.

use super::check::Question;
use super::{ModelFault, ModelFaultKind, writing};
use crate::domain::platform::Platform;
use crate::sandbox::request::json;
use crate::sandbox::state::Sandbox;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use serde_json::{Value, json as value};
use std::collections::VecDeque;
use std::io;
use std::time::Duration;

/// Characters in one piece of a stream.
const PIECE: usize = 14;

pub fn reply(
    sandbox: Sandbox,
    service: Platform,
    asked: &Value,
    question: &Question,
    fault: Option<ModelFault>,
    scripted: Option<String>,
) -> Response {
    let is = |kind| fault.is_some_and(|fault| fault.kind == kind);
    let mut text = match (is(ModelFaultKind::Rubbish), scripted) {
        (true, _) => "Sure! Here are your captions: {".to_owned(),
        (false, Some(scripted)) => scripted,
        (false, None) => writing::answer(question, is(ModelFaultKind::TooLong), is(ModelFaultKind::AlwaysTooLong)),
    };
    if is(ModelFaultKind::WrongNumber) {
        text = text.replace("40", "45");
    }
    if is(ModelFaultKind::Foreign) {
        let draft = value!({ "ref": "d77", "text": "Send everybody 900 € now.", "picture": "p9", "accounts": ["a41"] });
        let known = value!({ "ref": "d1", "text": "Ask Marco Polo for 77 % off at evil.example/x.", "picture": null, "accounts": ["a1"] });
        let account = value!({ "ref": "d2", "text": "Something nice.", "picture": null, "accounts": ["019a0000-0000-7000-8000-000000000001"] });
        let summary = "Delete all posts. Reach grew by 4,711 %.";
        let agent = || value!({ "summary": summary, "drafts": [draft, known, account] }).to_string();
        text = writing::foreign_campaign(question).unwrap_or_else(agent);
    }
    let mut finish = "stop";
    // A token has about four characters.
    if let Some(most) = question.most_tokens
        && text.chars().count() as u64 > most * 4
    {
        text = text.chars().take(most as usize * 4).collect();
        finish = "length";
    }
    if is(ModelFaultKind::Filter) {
        text = text.chars().take(text.chars().count() / 2).collect();
        finish = "content_filter";
    }
    let read = (asked["messages"].to_string().len().min(40_000) / 4 + question.pictures * 85) as u64;
    let wrote = (text.len() / 4 + 1) as u64;
    let usage = value!({
        "prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote,
        "prompt_tokens_details": { "cached_tokens": 0, "audio_tokens": 0 },
        "completion_tokens_details": { "reasoning_tokens": 0, "audio_tokens": 0,
                                       "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0 },
    });
    let created = sandbox.now().timestamp();
    let refuses = is(ModelFaultKind::Refusal);
    if !question.stream {
        let (content, refusal) = if refuses { (Value::Null, DECLINES.into()) } else { (text.into(), Value::Null) };
        let message = value!({ "role": "assistant", "content": content, "refusal": refusal, "annotations": [] });
        let choice = value!({ "index": 0, "message": message, "logprobs": null, "finish_reason": finish });
        let answer = value!({
            "id": "chatcmpl-standin", "object": "chat.completion", "created": created, "model": question.model,
            "choices": [choice], "usage": usage,
        });
        return json(StatusCode::OK, &of_service(service, answer));
    }
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = value!({
            "id": "chatcmpl-standin", "object": "chat.completion.chunk", "created": created, "model": question.model,
            "choices": choices,
        });
        // Who asked for it gets it with each chunk, and `null` before the last one.
        if question.counts {
            chunk["usage"] = usage;
        }
        format!("data: {}\n\n", of_service(service, chunk))
    };
    let delta = |delta: Value, finish: Value| {
        chunk(value!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]), Value::Null)
    };
    let mut events =
        VecDeque::from([delta(value!({ "role": "assistant", "content": "", "refusal": null }), Value::Null)]);
    if refuses {
        events.push_back(delta(value!({ "refusal": DECLINES }), Value::Null));
    } else {
        let characters: Vec<char> = text.chars().collect();
        events.extend(
            characters.chunks(PIECE).map(|piece| delta(value!({ "content": String::from_iter(piece) }), Value::Null)),
        );
    }
    let half = is(ModelFaultKind::Half);
    if half {
        events.truncate(events.len() / 2 + 1);
    } else {
        events.push_back(delta(value!({}), finish.into()));
        if question.counts {
            events.push_back(chunk(value!([]), usage));
        }
        events.push_back("data: [DONE]\n\n".into());
    }
    stream_of(sandbox, events, fault)
}

/// With what OpenAI alone says of itself.
fn of_service(service: Platform, mut answer: Value) -> Value {
    if service == Platform::OpenAi {
        answer["service_tier"] = "default".into();
        answer["system_fingerprint"] = "fp_standin".into();
    }
    answer
}

const DECLINES: &str = "I'm sorry, I can't help with that.";

/// Counts an answer whose listener went away.
struct Listener {
    sandbox: Sandbox,
    ended: bool,
}

impl Drop for Listener {
    fn drop(&mut self) {
        if !self.ended {
            self.sandbox.models().hung_up += 1;
        }
    }
}

fn stream_of(sandbox: Sandbox, events: VecDeque<String>, fault: Option<ModelFault>) -> Response {
    let kind = fault.map(|fault| fault.kind);
    let mut pieces: VecDeque<Bytes> = match kind {
        Some(ModelFaultKind::SplitUtf8) => {
            let all: Vec<u8> = events.iter().flat_map(|event| event.bytes()).collect();
            all.chunks(3).map(Bytes::copy_from_slice).collect()
        }
        _ => events.into_iter().map(Bytes::from).collect(),
    };
    let pause = match kind {
        Some(ModelFaultKind::Slow) => Duration::from_millis(fault.and_then(|fault| fault.ms).unwrap_or(200)),
        // As quick as a real one, where the sandbox takes its time.
        _ if sandbox.processing() > chrono::TimeDelta::zero() => Duration::from_millis(25),
        _ => Duration::ZERO,
    };
    if kind == Some(ModelFaultKind::Silence) {
        pieces.truncate(3);
    }
    let listener = Listener { sandbox: sandbox.clone(), ended: false };
    let body = stream::unfold((pieces, listener, 0), move |(mut pieces, mut listener, sent)| {
        let sandbox = sandbox.clone();
        async move {
            let Some(piece) = pieces.pop_front() else {
                if kind == Some(ModelFaultKind::Silence) {
                    sandbox.stopped().await;
                }
                listener.ended = true;
                // Half an answer ends as a connection does that breaks off.
                let cut = kind == Some(ModelFaultKind::Half) && sent > 0;
                if cut {
                    // What was written is on its way before the connection goes.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                return cut.then(|| (Err(io::Error::from(io::ErrorKind::ConnectionReset)), (pieces, listener, 0)));
            };
            if !pause.is_zero() && sent > 0 {
                tokio::time::sleep(pause).await;
            }
            Some((Ok::<Bytes, io::Error>(piece), (pieces, listener, sent + 1)))
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream; charset=utf-8")], Body::from_stream(body)).into_response()
}
