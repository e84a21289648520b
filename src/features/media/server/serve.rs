//! `GET /media/…` hands files out to everybody who knows the address, whole or a range of them: a player asks for the part of
//! a video that it shows, a platform that fetches for one piece after the other.

use super::lost;
use super::service::{self, Behind, Found};
use super::stores::storage_error;
use crate::domain::error::{AppError, ErrorKind};
use crate::infra::state::App;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::ops::RangeInclusive;

pub fn routes() -> Router<App> {
    Router::new().route("/media/{token}", get(file)).route("/media/{token}/thumb", get(thumb))
}

/// Public on purpose: platforms fetch files without a session. The token has 256 bits.
async fn file(State(app): State<App>, Path(token): Path<String>, asked: HeaderMap) -> Result<Response, AppError> {
    let token = token.split_once('.').map_or(token.as_str(), |(token, _)| token);
    serve(&app, token, false, &asked).await
}

async fn thumb(State(app): State<App>, Path(token): Path<String>, asked: HeaderMap) -> Result<Response, AppError> {
    serve(&app, &token, true, &asked).await
}

async fn serve(app: &App, token: &str, thumb: bool, asked: &HeaderMap) -> Result<Response, AppError> {
    let found = match service::behind(app, token, thumb).await {
        Err(error) if error.kind == ErrorKind::Conflict && wants_picture(asked) => return Ok(locked(&error)),
        found => found?,
    };
    let Behind { store, key, mime, bytes: expected } = match found {
        Found::File(behind) => behind,
        Found::NoThumb(mime) => return Ok(sign(&mime)),
    };
    let length = store.length(&key).await.map_err(|e| storage_error(&e))?;
    if expected.is_some() && length != expected {
        lost::note_by_token(&app.db, token).await?;
    }
    let length = length.ok_or_else(|| AppError::not_found("file"))?;
    let mut headers = HeaderMap::new();
    let mime = HeaderValue::from_str(&mime).map_err(|_| AppError::not_found("file"))?;
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let range = match asked.get(header::RANGE).and_then(|value| value.to_str().ok()) {
        Some(value) => wanted(value, length),
        None => Wanted::All,
    };
    let (status, range) = match range {
        Wanted::All => (StatusCode::OK, None),
        Wanted::Part(part) => {
            let said = format!("bytes {}-{}/{length}", part.start(), part.end());
            headers.insert(header::CONTENT_RANGE, header_value(&said)?);
            (StatusCode::PARTIAL_CONTENT, Some(*part.start()..part.end() + 1))
        }
        Wanted::Nothing => {
            headers.remove(header::CONTENT_TYPE);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(header::CONTENT_RANGE, header_value(&format!("bytes */{length}"))?);
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    let bytes = range.as_ref().map_or(length, |range| range.end - range.start);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    let stream = store.stream(&key, range).await.map_err(|e| storage_error(&e))?;
    Ok((status, headers, Body::from_stream(stream)).into_response())
}

/// What stands for a video or a document of which there is no picture.
fn sign(mime: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        // It may be there in a moment (`poster`).
        (header::CACHE_CONTROL, "public, max-age=60"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let sign = if mime.starts_with("video/") { include_str!("film.svg") } else { include_str!("page.svg") };
    (headers, sign).into_response()
}

/// A picture is shown there, and nothing else.
fn wants_picture(asked: &HeaderMap) -> bool {
    asked.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("image/"))
}

/// What stands where a picture would be whose store has no keys any more: browsers show it whatever the status is.
fn locked(error: &AppError) -> Response {
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")];
    let status = StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::CONFLICT);
    (status, headers, include_str!("locked.svg")).into_response()
}

fn header_value(text: &str) -> Result<HeaderValue, AppError> {
    HeaderValue::from_str(text).map_err(|_| AppError::not_found("file"))
}

/// What of a file is asked for.
#[derive(Debug, PartialEq)]
enum Wanted {
    All,
    Part(RangeInclusive<u64>),
    /// None of it: behind its end.
    Nothing,
}

/// Reads a `Range` header (RFC 9110, 14.1.2). Several ranges, other units and what is no range at all count as not asked,
/// as the standard allows.
fn wanted(header: &str, length: u64) -> Wanted {
    let Some(range) = header.trim().strip_prefix("bytes=") else { return Wanted::All };
    let Some((from, to)) = range.split_once('-') else { return Wanted::All };
    let number =
        |text: &str| text.trim().parse::<u64>().ok().filter(|_| text.trim().bytes().all(|b| b.is_ascii_digit()));
    let last = length.saturating_sub(1);
    match (from.trim(), to.trim()) {
        ("", to) => match number(to) {
            Some(0) => Wanted::Nothing,
            Some(_) if length == 0 => Wanted::Nothing,
            Some(suffix) => Wanted::Part(length.saturating_sub(suffix)..=last),
            None => Wanted::All,
        },
        (from, to) => match (number(from), to) {
            (Some(from), _) if from >= length => Wanted::Nothing,
            (Some(from), "") => Wanted::Part(from..=last),
            (Some(from), to) => match number(to) {
                Some(to) if to >= from => Wanted::Part(from..=to.min(last)),
                _ => Wanted::All,
            },
            _ => Wanted::All,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (header, answer) in [
            ("bytes=0-499", Wanted::Part(0..=499)),
            ("bytes=500-", Wanted::Part(500..=999)),
            ("bytes=-200", Wanted::Part(800..=999)),
            ("bytes=-2000", Wanted::Part(0..=999)),
            ("bytes=900-5000", Wanted::Part(900..=999)),
            ("bytes=1000-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-4", Wanted::All),
            ("bytes=0-1,5-6", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("items=0-5", Wanted::All),
            ("bytes=", Wanted::All),
        ] {
            assert_eq!(wanted(header, 1_000), answer, "{header}");
        }
        assert_eq!(wanted("bytes=-5", 0), Wanted::Nothing);
    }

    proptest! {
        #[test]
        fn what_is_served_lies_within_the_file(header in "bytes=[0-9]{0,20}-[0-9]{0,20}", length in 0u64..5_000) {
            if let Wanted::Part(part) = wanted(&header, length) {
                prop_assert!(part.start() <= part.end() && *part.end() < length);
            }
        }
    }
}
