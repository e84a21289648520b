//! The requests of a store go through our own client: where it may lead, time limits, and how much of an answer is read.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{Method, StatusCode, header};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use std::time::Duration;

/// Until an answer begins.
const ASKING: Duration = Duration::from_secs(30);
/// Until all was sent and the answer begins; a piece is 8 MiB.
const SENDING: Duration = Duration::from_secs(180);
/// Bytes of an answer that is no file. A page of a list has a thousand names.
const MOST: usize = 4 << 20;

#[derive(Debug)]
pub struct Ours(pub reqwest::Client);

impl HttpConnector for Ours {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Bounded(self.0.clone())))
    }
}

#[derive(Debug)]
struct Bounded(reqwest::Client);

#[async_trait]
impl HttpService for Bounded {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let reads = [Method::GET, Method::HEAD].contains(request.method());
        let is_head = request.method() == Method::HEAD;
        let lists = request.uri().query().is_some_and(|query| query.contains("list-type="));
        let limit = if reads || request.method() == Method::DELETE { ASKING } else { SENDING };
        let answer = tokio::time::timeout(limit, self.0.call(request)).await;
        let answer = answer.map_err(|error| HttpError::new(HttpErrorKind::Timeout, error))??;
        if reads && !lists && answer.status().is_success() {
            return if is_head || is_measured(&answer) {
                Ok(answer)
            } else {
                Err(unusable("the answer has no length"))
            };
        }
        let (parts, body) = answer.into_parts();
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::from(bounded(body).await?)))
    }
}

fn unusable(why: &'static str) -> HttpError {
    HttpError::new(HttpErrorKind::Decode, std::io::Error::new(std::io::ErrorKind::InvalidData, why))
}

/// Whether an answer with a file says how long it is, and is as long as the range that it says it has. (Whoever sends more than
/// it said is cut off by the client.)
fn is_measured<T>(answer: &http::Response<T>) -> bool {
    let said = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(length) = said(header::CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok()) else { return false };
    if answer.status() != StatusCode::PARTIAL_CONTENT {
        return true;
    }
    let range = said(header::CONTENT_RANGE).and_then(|text| text.strip_prefix("bytes ")?.split_once('/'));
    let ends = range.and_then(|(range, _)| range.split_once('-'));
    let ends = ends.and_then(|(from, to)| Some((from.parse::<u64>().ok()?, to.parse::<u64>().ok()?)));
    ends.is_some_and(|(from, to)| from <= to && to - from == length.saturating_sub(1))
}

async fn bounded(body: HttpResponseBody) -> Result<Bytes, HttpError> {
    let (mut stream, mut all) = (body.bytes_stream(), BytesMut::new());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        if all.len() + chunk.len() > MOST {
            return Err(unusable("the answer is too long"));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_as_long_as_it_says() {
        for (status, length, range, good) in [
            (200, Some("5"), None, true),
            (200, None, None, false),
            (206, Some("10"), Some("bytes 0-9/100"), true),
            (206, Some("1000"), Some("bytes 0-9/100"), false),
            (206, Some("10"), None, false),
            (206, Some("10"), Some("bytes 9-0/100"), false),
        ] {
            let mut answer = http::Response::builder().status(status);
            for (name, value) in [("content-length", length), ("content-range", range)] {
                answer = value.into_iter().fold(answer, |answer, value| answer.header(name, value));
            }
            assert_eq!(is_measured(&answer.body(()).unwrap()), good, "{status} {length:?} {range:?}");
        }
    }
}
