//! The stand-in for language models: OpenAI's chat protocol as OpenAI and Gemini speak it, and as a server of one's own would.
//! It refuses what the documentation says is refused (`check`, `schema`), writes believable texts from what it was sent
//! (`writing`, in a conversation `talking`), makes pictures (`pictures`), and answers as a stream of events or whole (`reply`). The words are the program's own and the same each time;
//! who shows them says that a stand-in wrote them.
//!
//! It has no accounts and no posts, so it is no `StandIn`. Its faults are [`ModelFault`]: `POST /_control/models`.
//! Source: `openai/openai-openapi` 2.3.0 (2026-08-21), developers.openai.com/api/docs/guides/structured-outputs,
//! ai.google.dev/gemini-api/docs/openai. Where they say nothing, it takes the stricter reading and the code says so.

mod check;
mod pictures;
mod reply;
mod schema;
mod talking;
mod writing;

use super::request::json;
use super::state::Sandbox;
use crate::domain::platform::Platform;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::any;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json as value};
use std::collections::VecDeque;

/// Bytes of a request: OpenAI takes 50 MB with all pictures.
const MAX_BODY: usize = 50 * 1024 * 1024;
/// Requests that are remembered for tests.
const KEPT: usize = 60;
/// Requests of one key in a minute.
const PER_MINUTE: u32 = 500;

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelFaultKind {
    /// `ms` between two pieces (default 200).
    Slow,
    /// The stream comes in pieces of three bytes, in the middle of characters.
    SplitUtf8,
    /// The connection ends in the middle of the answer.
    Half,
    /// The answer is no JSON although a schema was sent.
    Rubbish,
    /// 429 with `retry-after-ms: ms` (default 10).
    RateLimited,
    /// 429 `insufficient_quota`.
    NoMoney,
    /// 500.
    ServerError,
    /// `finish_reason: content_filter` in the middle.
    Filter,
    /// The model declines (`refusal`).
    Refusal,
    /// 404 for the model that is asked for.
    NoModel,
    /// The texts are longer than asked for, until the request says that they are.
    TooLong,
    /// The texts are longer whatever the request says.
    AlwaysTooLong,
    /// The texts say another number than the one that they were given.
    WrongNumber,
    /// Nothing comes after the first piece.
    Silence,
    /// The answer names drafts, pictures, accounts and days that it was not given, and numbers that nobody computed.
    Foreign,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ModelFault {
    pub kind: ModelFaultKind,
    /// How many requests it hits.
    #[serde(default = "once")]
    pub times: u32,
    #[serde(default)]
    pub ms: Option<u64>,
}

fn once() -> u32 {
    1
}

/// What the stand-in remembers; not kept in the snapshot.
#[derive(Default)]
pub(super) struct Models {
    faults: Vec<ModelFault>,
    /// What is answered next, in the place of what the stand-in would write.
    scripts: VecDeque<String>,
    requests: VecDeque<Value>,
    /// Answers whose listener went away before the end.
    hung_up: u64,
    /// Pictures that were made.
    drawn: u64,
    minute: (i64, u32),
}

impl Sandbox {
    /// Makes the next `fault.times` answers of models go wrong that way.
    pub fn inject_model(&self, fault: ModelFault) {
        self.models().faults.push(fault);
    }

    /// Makes these the next answers of models, word for word.
    pub fn script_model(&self, answers: &[Value]) {
        let words = |answer: &Value| answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        self.models().scripts.extend(answers.iter().map(words));
    }

    /// Takes back all faults of models.
    pub fn clear_model_faults(&self) {
        self.models().faults.clear();
    }

    /// Takes back what was not answered yet; how many answers that were.
    pub fn clear_model_scripts(&self) -> usize {
        std::mem::take(&mut self.models().scripts).len()
    }

    /// The bodies that models were sent, the oldest first.
    pub fn model_requests(&self) -> Vec<Value> {
        self.models().requests.iter().cloned().collect()
    }

    /// Answers of models that were hung up on.
    pub fn model_hang_ups(&self) -> u64 {
        self.models().hung_up
    }
}

pub(super) fn routes() -> Router<Sandbox> {
    [Platform::OpenAi, Platform::Gemini, Platform::OpenAiCompatible].into_iter().fold(
        Router::new(),
        |router, service| {
            router.route(
                &format!("/{}/{{host}}/{{*path}}", service.id()),
                any(
                    move |State(sandbox): State<Sandbox>,
                          Path((host, path)): Path<(String, String)>,
                          request: Request| { answer(sandbox, service, host, path, request) },
                ),
            )
        },
    )
}

/// `POST /_control/models {kind, times?, ms?}`
pub(super) async fn add_fault(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    match serde_json::from_slice::<ModelFault>(&body) {
        Ok(fault) => {
            sandbox.inject_model(fault);
            json(StatusCode::OK, &value!({ "faults": sandbox.models().faults }))
        }
        Err(error) => json(StatusCode::UNPROCESSABLE_ENTITY, &value!({ "error": error.to_string() })),
    }
}

/// A request that is refused, in the form of the service.
struct Refused {
    status: StatusCode,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
}

fn refused(status: u16, code: Option<&'static str>, param: &str, message: impl Into<String>) -> Refused {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    Refused { status, code, param: Some(param.to_owned()).filter(|p| !p.is_empty()), message: message.into() }
}

impl Refused {
    fn response(&self, service: Platform) -> Response {
        let status = self.status.as_u16();
        if service == Platform::Gemini {
            let word = match status {
                400 => "INVALID_ARGUMENT",
                401 | 403 => "PERMISSION_DENIED",
                404 => "NOT_FOUND",
                429 => "RESOURCE_EXHAUSTED",
                _ => "INTERNAL",
            };
            let mut error = value!({ "code": status, "message": self.message, "status": word });
            if self.code == Some("API_KEY_INVALID") {
                error["details"] = value!([{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                    "domain": "googleapis.com", "metadata": { "service": "generativelanguage.googleapis.com" },
                }]);
            }
            return json(self.status, &value!([{ "error": error }]));
        }
        let kind = match status {
            _ if self.code == Some("moderation_blocked") => "image_generation_user_error",
            401 | 403 => "invalid_request_error",
            429 if self.code == Some("insufficient_quota") => "insufficient_quota",
            429 => "requests",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        let error = value!({ "message": self.message, "type": kind, "param": self.param, "code": self.code });
        json(self.status, &value!({ "error": error }))
    }
}

fn host_of(service: Platform) -> Option<&'static str> {
    match service {
        Platform::OpenAi => Some("api.openai.com"),
        Platform::Gemini => Some("generativelanguage.googleapis.com"),
        _ => None,
    }
}

/// The models of a service, with the day on which they are shut down.
fn models(service: Platform) -> &'static [(&'static str, Option<&'static str>)] {
    match service {
        Platform::OpenAi => &[
            ("gpt-4o", Some("2027-01-14")),
            ("gpt-4o-mini", Some("2027-01-14")),
            ("gpt-5.1", Some("2027-04-01")),
            ("gpt-6-luna", None),
        ],
        Platform::Gemini => &[("models/gemini-3.5-flash", None), ("models/gemini-3.8-flash", None)],
        _ => &[("stand-in-7b", None)],
    }
}

async fn answer(sandbox: Sandbox, service: Platform, host: String, path: String, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = path.trim_end_matches('/');
    let inner = match service {
        Platform::OpenAi => path.strip_prefix("v1/"),
        Platform::Gemini => path.strip_prefix("v1beta/openai/"),
        _ => path.strip_prefix("v1/"),
    };
    let here = host_of(service).is_none_or(|known| known == host);
    let (Some(inner), true) = (inner, here) else { return super::nothing_here().await };
    let mut response = match serve(&sandbox, service, (&head.method, inner), &head.headers, body).await {
        Ok(response) => response,
        Err(refused) => refused.response(service),
    };
    response.headers_mut().entry("x-request-id").or_insert(HeaderValue::from_static("req_stand_in"));
    response
}

async fn serve(
    sandbox: &Sandbox,
    service: Platform,
    (method, path): (&Method, &str),
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<Response, Refused> {
    signed_in(service, headers)?;
    match (method.as_str(), path) {
        ("GET", "models") => {
            // A server of one's own lists those that write.
            let drawing = if service == Platform::OpenAi { pictures::models(service) } else { &[] };
            let list = models(service).iter().chain(drawing).map(|(id, until)| {
                value!({ "id": id, "object": "model", "created": 1_715_367_049, "owned_by": "system", "shutdown_date": until })
            });
            Ok(json(StatusCode::OK, &value!({ "object": "list", "data": list.collect::<Vec<_>>() })))
        }
        ("POST", "chat/completions" | "images/generations") => {
            let is_json =
                headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
            let read = to_bytes(body, MAX_BODY).await;
            let read = read.map_err(|_| refused(413, None, "", "The request is too large."))?;
            let asked = serde_json::from_slice::<Value>(&read).ok().filter(|asked| is_json && asked.is_object());
            let unread = "We could not parse the JSON body of your request.";
            let asked = asked.ok_or_else(|| refused(400, None, "", unread))?;
            let fault = match taken(sandbox, service, &asked)? {
                Taken::Fault(fault) => fault,
                Taken::Answered(response) => return Ok(response),
            };
            match path {
                "chat/completions" => chat(sandbox, service, asked, fault),
                _ => pictures::generate(sandbox, service, &asked, fault).await,
            }
        }
        _ => Err(refused(404, None, "", format!("Invalid URL ({method} /v1/{path})"))),
    }
}

/// Every key is known, except those that begin with `wrong`; a server of one's own may ask for none.
fn signed_in(service: Platform, headers: &HeaderMap) -> Result<(), Refused> {
    let header = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let key = header.strip_prefix("Bearer ").map(str::trim).unwrap_or_default();
    if key.is_empty() && service != Platform::OpenAiCompatible {
        return Err(refused(401, None, "", "You didn't provide an API key."));
    }
    if key.starts_with("wrong") {
        // Gemini answers 400 to a key that it does not know.
        return Err(match service {
            Platform::Gemini => {
                refused(400, Some("API_KEY_INVALID"), "", "API key not valid. Please pass a valid API key.")
            }
            _ => {
                let shown: String = key.chars().take(6).collect();
                refused(401, Some("invalid_api_key"), "", format!("Incorrect API key provided: sk-{shown}***."))
            }
        });
    }
    Ok(())
}

/// What the request meets before it is looked into.
enum Taken {
    /// The fault that its answer gets.
    Fault(Option<ModelFault>),
    Answered(Response),
}

fn taken(sandbox: &Sandbox, service: Platform, asked: &Value) -> Result<Taken, Refused> {
    let fault = {
        let mut state = sandbox.models();
        if state.requests.len() == KEPT {
            state.requests.pop_front();
        }
        state.requests.push_back(asked.clone());
        let minute = sandbox.now().timestamp() / 60;
        state.minute = if state.minute.0 == minute { (minute, state.minute.1 + 1) } else { (minute, 1) };
        if state.minute.1 > sandbox.limit(PER_MINUTE) {
            return Err(refused(429, Some("rate_limit_exceeded"), "", "Rate limit reached. Please try again in 20s."));
        }
        let fault = state.faults.first().copied();
        if let Some(first) = state.faults.first_mut() {
            first.times = first.times.saturating_sub(1);
            if first.times == 0 {
                state.faults.remove(0);
            }
        }
        fault
    };
    match fault.map(|fault| fault.kind) {
        Some(ModelFaultKind::RateLimited) => {
            let mut response =
                refused(429, Some("rate_limit_exceeded"), "", "Rate limit reached for requests.").response(service);
            let ms = fault.and_then(|fault| fault.ms).unwrap_or(10);
            response.headers_mut().insert("retry-after-ms", HeaderValue::from(ms));
            Ok(Taken::Answered(response))
        }
        Some(ModelFaultKind::NoMoney) => {
            Err(refused(429, Some("insufficient_quota"), "", "You exceeded your current quota."))
        }
        Some(ModelFaultKind::ServerError) => {
            Err(refused(500, None, "", "The server had an error while processing your request."))
        }
        _ => Ok(Taken::Fault(fault)),
    }
}

fn chat(sandbox: &Sandbox, service: Platform, asked: Value, fault: Option<ModelFault>) -> Result<Response, Refused> {
    let question = check::question(service, &asked)?;
    if !models(service).iter().any(|(id, _)| id.trim_start_matches("models/") == question.model)
        || fault.is_some_and(|fault| fault.kind == ModelFaultKind::NoModel)
    {
        let message = format!("The model `{}` does not exist or you do not have access to it.", question.model);
        return Err(refused(404, Some("model_not_found"), "", message));
    }
    let scripted = sandbox.models().scripts.pop_front();
    Ok(reply::reply(sandbox.clone(), service, &asked, &question, fault, scripted))
}
