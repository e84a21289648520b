//! Fetching media from the public addresses that an app names, as the platforms that do so.

use super::state::Sandbox;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;

/// Why there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FetchFault {
    /// No address, nobody there, or no success: why.
    Unreachable(String),
    TimedOut,
    TooBig,
}

/// What is behind this address, at most so many bytes.
pub(super) async fn fetch(sandbox: &Sandbox, address: &str, max: usize) -> Result<Bytes, FetchFault> {
    let unreachable = |why: &str| FetchFault::Unreachable(why.to_owned());
    let url = url::Url::parse(address).map_err(|_| unreachable("not an address"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unreachable("neither http nor https"));
    }
    let failed = |error: reqwest::Error| match error.is_timeout() {
        true => FetchFault::TimedOut,
        false => unreachable("no response"),
    };
    let response = sandbox.client().get(url).send().await.map_err(failed)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(unreachable(&format!("HTTP {}", response.status().as_u16())));
    }
    let (mut bytes, mut stream) = (BytesMut::new(), response.bytes_stream());
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(failed)?);
        if bytes.len() > max {
            return Err(FetchFault::TooBig);
        }
    }
    Ok(bytes.freeze())
}
