//! How a request goes out: through our HTTP client, within a deadline, asked again only where nothing was paid for, and never
//! read beyond a bound. async-openai's own executor repeats by rules of its own and reads without one.

use super::Place;
use super::problem::{Refusal, RefusalKind};
use crate::infra::http::outbound::Outbound;
use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use bytes::Bytes;
use futures::StreamExt;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::io;
use std::time::Duration;

/// Until an answer begins. Pictures are looked at, and thinking models think.
const BEGINS: Duration = Duration::from_secs(60);
/// A silence this long ends a stream.
const SILENCE: Duration = Duration::from_secs(30);
/// Bytes of a refusal that are read.
const MOST_REFUSED: usize = 64 << 10;
/// Bytes of an answer with everything around its words.
const MOST: usize = 8 << 20;

/// A client of the crate that sends by our rules.
pub(super) fn open(outbound: &Outbound, place: &Place) -> Result<Client<OpenAIConfig>, Refusal> {
    let (http, base) = place.open(outbound)?;
    let key = place.key.as_ref().map_or("none", |key| key.expose_secret().trim());
    // Named in full, so that nothing is taken from the environment.
    let config = OpenAIConfig::new().with_api_base(base).with_api_key(key).with_org_id("").with_project_id("");
    let service = tower::service_fn(move |request: HttpRequestFactory| send(http.clone(), request));
    Ok(Client::build(outbound.client().clone(), config).with_http_service(service))
}

/// How long one waits for an answer, and how much of it is read.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Until it begins.
    pub begins: Duration,
    /// Bytes of it.
    pub most: usize,
}

const WORDS: Bounds = Bounds { begins: BEGINS, most: MOST };

async fn send(http: reqwest::Client, request: HttpRequestFactory) -> Result<reqwest::Response, OpenAIError> {
    let mut tries = 0;
    loop {
        let sent = match request.build().await {
            Ok(built) => once(&http, built, WORDS).await,
            Err(_) => Err(unwritten()),
        };
        match pause(sent, tries).await {
            Some(sent) => return sent.map_err(|refusal| OpenAIError::Boxed(Box::new(refusal))),
            None => tries += 1,
        }
    }
}

/// Sends JSON to a path of the service, by the same rules; the whole answer.
pub(super) async fn post(
    outbound: &Outbound,
    place: &Place,
    path: &str,
    body: &Value,
    bounds: Bounds,
) -> Result<Bytes, Refusal> {
    let (http, base) = place.open(outbound)?;
    let mut tries = 0;
    loop {
        let mut request = http.post(format!("{base}/{path}")).json(body);
        if let Some(key) = &place.key {
            request = request.bearer_auth(key.expose_secret().trim());
        }
        let sent = once(&http, request.build().map_err(|_| unwritten())?, bounds).await;
        match pause(sent, tries).await {
            Some(sent) => {
                let broken = |_| Refusal::new(RefusalKind::Broken, "The connection broke off.");
                return sent?.bytes().await.map_err(broken);
            }
            None => tries += 1,
        }
    }
}

fn unwritten() -> Refusal {
    Refusal::new(RefusalKind::BadRequest, "The request could not be written.")
}

/// Waits where a request that was refused may be sent again (`None`); hands back everything else.
async fn pause(sent: Result<reqwest::Response, Refusal>, tries: u32) -> Option<Result<reqwest::Response, Refusal>> {
    let pause = sent.as_ref().err().and_then(|refusal| refusal.pause(tries));
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => return Some(sent),
    }
    None
}

async fn once(http: &reqwest::Client, built: reqwest::Request, bounds: Bounds) -> Result<reqwest::Response, Refusal> {
    let answer = match tokio::time::timeout(bounds.begins, http.execute(built)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) if error.is_connect() => {
            return Err(Refusal::new(RefusalKind::Unreachable, "No connection."));
        }
        Ok(Err(_)) => return Err(Refusal::new(RefusalKind::Broken, "The connection broke off.")),
        Err(_) => return Err(Refusal::new(RefusalKind::Silent, "No answer in time.")),
    };
    if answer.status().is_success() {
        return Ok(bounded(answer, bounds.most));
    }
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let mut body = vec![];
    let mut pieces = answer.bytes_stream();
    while let Ok(Some(Ok(piece))) = tokio::time::timeout(SILENCE, pieces.next()).await {
        body.extend_from_slice(&piece[..piece.len().min(MOST_REFUSED - body.len())]);
        if body.len() >= MOST_REFUSED {
            break;
        }
    }
    Err(Refusal::of(status, &headers, &body))
}

/// The same response, which fails after a silence or too many bytes.
fn bounded(answer: reqwest::Response, most: usize) -> reqwest::Response {
    let mut head = http::Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get(http::header::CONTENT_TYPE) {
        head = head.header(http::header::CONTENT_TYPE, kind);
    }
    let pieces = Box::pin(answer.bytes_stream());
    let body = futures::stream::unfold((pieces, 0), move |(mut pieces, read)| async move {
        if read > most {
            return None;
        }
        let piece = match tokio::time::timeout(SILENCE, pieces.next()).await {
            Ok(piece) => piece?,
            Err(_) => return Some((Err(io::Error::from(io::ErrorKind::TimedOut)), (pieces, usize::MAX))),
        };
        let piece: Result<Bytes, io::Error> = piece.map_err(io::Error::other);
        let read = read + piece.as_ref().map_or(0, Bytes::len);
        let piece = if read > most { Err(io::Error::other("too long")) } else { piece };
        Some((piece, (pieces, read)))
    });
    let response = head.body(reqwest::Body::wrap_stream(body));
    response.map(Into::into).unwrap_or_else(|_| http::Response::new(reqwest::Body::default()).into())
}

/// What the crate says of a request that failed.
pub(super) fn refusal(error: OpenAIError) -> Refusal {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast::<Refusal>() {
            Ok(refusal) => *refusal,
            Err(_) => Refusal::new(RefusalKind::Broken, "The connection broke off."),
        },
        OpenAIError::JSONDeserialize(..) => Refusal::new(RefusalKind::Garbage, "The answer could not be read."),
        OpenAIError::StreamError(_) | OpenAIError::Reqwest(_) => {
            Refusal::new(RefusalKind::Broken, "The connection broke off.")
        }
        _ => Refusal::new(RefusalKind::BadRequest, "The request could not be written."),
    }
}
