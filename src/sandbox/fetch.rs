//! Fetching media from the public addresses that an app names, as the platforms that do so.

use super::state::Sandbox;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;

/// Why there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FetchFault {
    /// No address, nobody there, or no success.
    Unreachable,
    TooBig,
}

/// What is behind this address, at most so many bytes.
pub(super) async fn fetch(sandbox: &Sandbox, address: &str, max: usize) -> Result<Bytes, FetchFault> {
    let url = url::Url::parse(address).map_err(|_| FetchFault::Unreachable)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchFault::Unreachable);
    }
    let response = sandbox.client().get(url).send().await.map_err(|_| FetchFault::Unreachable)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(FetchFault::Unreachable);
    }
    let (mut bytes, mut stream) = (BytesMut::new(), response.bytes_stream());
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| FetchFault::Unreachable)?);
        if bytes.len() > max {
            return Err(FetchFault::TooBig);
        }
    }
    Ok(bytes.freeze())
}
