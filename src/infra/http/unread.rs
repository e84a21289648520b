//! What becomes of a body that was refused before its end. Most clients listen to no answer before they have sent everything,
//! and the next request on the connection would be lost when the server closes it. So what is left is read and dropped; where that
//! would be too much, the answer says that the connection ends (RFC 9112, 9.6), and nobody sends a next request into it.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt;
use http::{HeaderValue, Version, header};
use http_body::{Body as _, Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// Bytes that are dropped at most: one part of a large file, and what a browser sends of the next one.
const MOST: u64 = 16 * 1024 * 1024;
/// How long that may take.
const LONGEST: Duration = Duration::from_secs(10);

/// The body as the handlers see it; who gives it away unread leaves the rest to [`dropped`].
struct Lent(Arc<Mutex<Body>>);

impl http_body::Body for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}

/// The middleware, around everything that answers.
pub async fn dropped(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    // A client that expects "100 Continue" has sent nothing yet, and reading would ask it to begin.
    let waits = parts.headers.contains_key(header::EXPECT);
    if body.is_end_stream() || waits || parts.version > Version::HTTP_11 {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let body = Arc::new(Mutex::new(body));
    let mut answer = next.run(Request::from_parts(parts, Body::new(Lent(body.clone())))).await;
    // Somebody may go on reading after the answer has begun: then the rest is theirs.
    let Some(body) = Arc::into_inner(body) else { return answer };
    let body = body.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !body.is_end_stream() && !read_to_the_end(body).await {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

async fn read_to_the_end(body: Body) -> bool {
    if body.size_hint().lower() > MOST {
        return false;
    }
    let reading = async {
        let (mut length, mut chunks) = (0, body.into_data_stream());
        while let Some(chunk) = chunks.next().await {
            let Ok(chunk) = chunk else { return false };
            length += chunk.len() as u64;
            if length > MOST {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(LONGEST, reading).await.unwrap_or(false)
}
