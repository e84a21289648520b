//! One request: its body is read with bounds, becomes contacts, and is answered after their commit.

use super::fields;
use super::items::{self, Refused};
use super::keys::Sender;
use super::node::{self, Node, Refusal};
use super::together::{One, Together};
use crate::domain::error::{AppError, Result};
use crate::features::contacts::server::capture::Capture;
use crate::features::contacts::server::fields::fit_all;
use crate::features::contacts::server::put::{Put, put};
use crate::infra::database::Tenant;
use crate::infra::http::idempotency;
use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::io::Read;

/// Bytes of a body, also once it is unpacked.
const MAX_BODY: usize = 1024 * 1024;
/// Bytes of a body that is too long and still read.
const MAX_DROPPED: usize = 4 * MAX_BODY;
/// Contacts of one request.
pub const MAX_BATCH: usize = 1_000;
/// Through what contacts come, for their history.
pub const VIA: &str = "Zapier";

/// What was sent, and how the answer begins.
pub struct Asked {
    headers: HeaderMap,
    body: Bytes,
}

/// The body of a request, unpacked.
pub async fn asked(request: Request) -> Result<Asked, Refusal> {
    let (parts, body) = request.into_parts();
    let too_big = || {
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body",
            "The body is too big: 1 MB at most. Send fewer contacts at once.",
        )
    };
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|n| n > MAX_DROPPED) {
        return Err(too_big());
    }
    // What is too long is read to its end and dropped, up to some megabytes: who sends listens to no answer before.
    let (mut bytes, mut length) = (BytesMut::new(), 0);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let broken = |_| Refusal::new(StatusCode::BAD_REQUEST, "body", "The body broke off. Send it again.");
        let chunk = chunk.map_err(broken)?;
        length += chunk.len();
        if length > MAX_DROPPED {
            return Err(too_big());
        }
        if length <= MAX_BODY {
            bytes.extend_from_slice(&chunk);
        }
    }
    if length > MAX_BODY {
        return Err(too_big());
    }
    let body = bytes.freeze();
    let packing =
        parts.headers.get(header::CONTENT_ENCODING).map(|v| v.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    let body = match packing.as_deref() {
        None | Some("" | "identity") => body,
        Some("gzip") => {
            // Thousands of empty pieces in a row unpack to nothing and still take their time.
            let unpack = move || {
                let mut plain = vec![];
                let mut pieces = flate2::read::MultiGzDecoder::new(&body[..]).take(MAX_BODY as u64 + 1);
                pieces.read_to_end(&mut plain).ok().map(|_| plain)
            };
            let plain = tokio::task::spawn_blocking(unpack).await.ok().flatten().ok_or_else(|| {
                Refusal::new(StatusCode::BAD_REQUEST, "body", "The body is not gzip, as its header says.")
            })?;
            if plain.len() > MAX_BODY {
                return Err(too_big());
            }
            plain.into()
        }
        Some(_) => {
            let message = "The body is packed in a way that is not known here. Send it plain or as gzip.";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Encoding", message));
        }
    };
    Ok(Asked { headers: parts.headers, body })
}

impl Asked {
    /// As a tree, whatever the payload type. What begins like JSON is JSON: programs often forget to say so.
    pub async fn node(&self) -> Result<Node, Refusal> {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let first = body.iter().find(|b| !b.is_ascii_whitespace());
        match essence.as_str() {
            "multipart/form-data" => {
                let request =
                    http::Request::post("/").header(header::CONTENT_TYPE, kind).body(Body::from(self.body.clone()));
                let broken = || {
                    Refusal::new(
                        StatusCode::BAD_REQUEST,
                        "body",
                        "The form in parts cannot be read. Send it again, or as JSON.",
                    )
                };
                let request = request.map_err(|_| broken())?;
                let parts = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
                node::parts(parts).await
            }
            "application/xml" | "text/xml" => Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Content-Type",
                "XML is not read here. Choose the payload type JSON or Form.",
            )),
            _ if matches!(first, Some(b'{' | b'[')) => node::json(body),
            "application/x-www-form-urlencoded" | "text/plain" | "" => node::form(body),
            _ => node::json(body),
        }
    }

    /// As text for a person; nothing where it is none, or too long to be kept.
    fn text(&self) -> Option<String> {
        std::str::from_utf8(&self.body).ok().filter(|text| !text.contains('\0')).map(str::to_owned)
    }
}

/// A refusal as the program reads it that sent the request, flat, as Zapier shows the fields of an answer.
pub fn refusal(refusal: &Refusal) -> Response {
    (refusal.status, Json(Value::Object(refused_answer(refusal)))).into_response()
}

fn refused_answer(refusal: &Refusal) -> Map<String, Value> {
    let answer = json!({
        "success": false, "error": if refusal.status == StatusCode::UNPROCESSABLE_ENTITY { "invalid" } else { "unreadable" },
        "field": refusal.field, "message": format!("{}: {}", refusal.field, refusal.message),
    });
    answer.as_object().cloned().unwrap_or_default()
}

fn accepted_answer(capture: &str, put: &Put) -> Map<String, Value> {
    let status = match (put.created, put.changed) {
        (true, _) => "created",
        (false, true) => "updated",
        (false, false) => "unchanged",
    };
    let answer = json!({
        "success": true, "contact_id": put.id, "created": put.created, "segment": put.in_newsletter.then_some("Newsletter"),
        "id": put.id, "status": status, "email": capture,
    });
    answer.as_object().cloned().unwrap_or_default()
}

/// Takes it in. Whatever is refused is kept for the person who mends it.
pub async fn receive(tenant: &Tenant, sender: &Sender, asked: &Asked, together: &Together) -> Result<Response> {
    let node = match asked.node().await {
        Ok(node) => node,
        Err(why) => {
            items::keep_refused(tenant, &sender.user_name, &[Refused { refusal: why.clone(), body: asked.text() }])
                .await?;
            return Ok(refusal(&why));
        }
    };
    let key = match key(asked, &node) {
        Ok(key) => key,
        Err(why) => return Ok(refusal(&why)),
    };
    match node {
        Node::List(list) if list.len() != 1 => batch(tenant, sender, list, key).await,
        Node::List(mut list) => one(tenant, sender, list.pop().unwrap_or(Node::Nothing), key, together).await,
        node => one(tenant, sender, node, key, together).await,
    }
}

/// An `Idempotency-Key`, and what it stands for.
pub struct Key {
    pub key: String,
    pub request_sha256: Vec<u8>,
}

fn key(asked: &Asked, node: &Node) -> Result<Option<Key>, Refusal> {
    let Some(value) = asked.headers.get(idempotency::HEADER) else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim).filter(|key| (1..=255).contains(&key.len()));
    let wrong = || Refusal::of_field("Idempotency-Key", "It must have 1 to 255 plain characters, best a random UUID.");
    let request_sha256 = Sha256::digest(node.value().to_string()).to_vec();
    Ok(Some(Key { key: key.ok_or_else(wrong)?.to_owned(), request_sha256 }))
}

fn created(put: &Put) -> StatusCode {
    if put.created { StatusCode::CREATED } else { StatusCode::OK }
}

async fn one(tenant: &Tenant, sender: &Sender, node: Node, key: Option<Key>, together: &Together) -> Result<Response> {
    let mut capture = match fields::read(&node) {
        Ok(capture) => capture,
        Err(why) => {
            let body = serde_json::to_string_pretty(&node.value()).ok();
            items::keep_refused(tenant, &sender.user_name, &[Refused { refusal: why.clone(), body }]).await?;
            return Ok(refusal(&why));
        }
    };
    fit_all(tenant, std::slice::from_mut(&mut capture)).await?;
    let (email, address) = (capture.email.typed.clone(), capture.email.key.clone());
    if key.is_none() {
        let one = One { tenant: tenant.clone(), user_name: sender.user_name.clone(), capture };
        let put = together.put(one).await?;
        return Ok((created(&put), Json(Value::Object(accepted_answer(&email, &put)))).into_response());
    }
    let mut tx = tenant.db.begin().await?;
    let begun = match items::begin(&mut tx, tenant, key).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let done = put(&mut tx, tenant, vec![capture], VIA).await?;
    let put = done.get(&address).ok_or_else(|| AppError::bug(None))?;
    let status = created(put);
    let answer = Value::Object(accepted_answer(&email, put));
    let came = items::Came {
        number: 1,
        created: i32::from(put.created),
        changed: put.changed,
        contact: Some(put.id),
        status,
        answer: &answer,
    };
    items::keep(&mut tx, tenant, &sender.user_name, begun, came).await?;
    tx.commit().await?;
    Ok((status, Json(answer)).into_response())
}

/// Each contact of a list is answered by itself, in the list's order; those that are refused keep back no other.
async fn batch(tenant: &Tenant, sender: &Sender, list: Vec<Node>, key: Option<Key>) -> Result<Response> {
    if list.is_empty() || list.len() > MAX_BATCH {
        let message = match list.is_empty() {
            true => "The list is empty. Send at least one contact.".to_owned(),
            false => format!("The list has {} contacts: at most {MAX_BATCH} at once.", list.len()),
        };
        let status = if list.is_empty() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::PAYLOAD_TOO_LARGE };
        return Ok(refusal(&Refusal::new(status, "body", message)));
    }
    let read: Vec<_> = list.iter().map(fields::read).collect();
    let mut captures: Vec<Capture> = read.iter().flatten().cloned().collect();
    fit_all(tenant, &mut captures).await?;
    let refused = list.iter().zip(&read).filter_map(|(node, read)| {
        let refusal = read.as_ref().err()?.clone();
        Some(Refused { refusal, body: serde_json::to_string_pretty(&node.value()).ok() })
    });
    let refused: Vec<Refused> = refused.collect();
    if captures.is_empty() {
        items::keep_refused(tenant, &sender.user_name, &refused).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(batch_answer(&read, &Default::default()))).into_response());
    }
    let mut tx = tenant.db.begin().await?;
    let begun = match items::begin(&mut tx, tenant, key).await? {
        Ok(begun) => begun,
        Err(given) => return Ok(given.into_response()),
    };
    let number = captures.len();
    let done = put(&mut tx, tenant, captures, VIA).await?;
    let answer = batch_answer(&read, &done);
    let came = items::Came {
        number: number as i32,
        created: done.values().filter(|put| put.created).count() as i32,
        changed: done.values().any(|put| put.changed),
        contact: None,
        status: StatusCode::OK,
        answer: &answer,
    };
    items::keep(&mut tx, tenant, &sender.user_name, begun, came).await?;
    tx.commit().await?;
    // The good ones are in; what is told of the others is worth less than their answer.
    if let Err(error) = items::keep_refused(tenant, &sender.user_name, &refused).await {
        tracing::warn!(%error, "refused contacts of a list are not kept");
    }
    Ok((StatusCode::OK, Json(answer)).into_response())
}

fn batch_answer(read: &[Result<Capture, Refusal>], done: &std::collections::HashMap<String, Put>) -> Value {
    let results: Vec<Value> = read
        .iter()
        .map(|read| match read {
            Ok(capture) => match done.get(&capture.email.key) {
                Some(put) => Value::Object(accepted_answer(&capture.email.typed, put)),
                None => json!({ "success": false, "error": "unavailable", "message": "Send it again." }),
            },
            Err(refusal) => Value::Object(refused_answer(refusal)),
        })
        .collect();
    let accepted = results.iter().filter(|one| one["success"] == true).count();
    json!({
        "success": accepted == results.len(), "received": results.len(), "accepted": accepted,
        "refused": results.len() - accepted, "created": done.values().filter(|put| put.created).count(), "results": results,
    })
}
