//! How an [`AppError`] leaves the house: status, JSON body for `/api` and `/rpc`, and the status of a rendered page.

use crate::domain::error::{AppError, ErrorKind};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after_s;
        let mut response = (status, Json(serde_json::json!({ "error": self }))).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Gives a server function's error its HTTP status (leptos 0.8 answers 500 to all of them otherwise).
/// A form that was posted without JavaScript is answered by a redirect, so a page never gets stuck on a bare status.
pub fn set_status(error: &AppError) {
    let Some(options) = use_context::<ResponseOptions>() else { return };
    if let Ok(status) = StatusCode::from_u16(error.kind.status()) {
        options.set_status(status);
    }
    if error.kind == ErrorKind::RateLimited
        && let Some(seconds) = error.retry_after_s
    {
        options.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Sends the browser to an address of our own. Anything that is not a plain local path goes to `/`.
pub fn redirect_to(path: &str) {
    leptos_axum::redirect(local_path(path));
}

/// `path` when it is one of our own addresses, else `/`: no open redirects, no header injection.
pub fn local_path(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.starts_with("/\\")
        && path.bytes().all(|b| (0x21..0x7f).contains(&b));
    if local { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_local_paths_pass() {
        assert_eq!(local_path("/calendar?view=week"), "/calendar?view=week");
        for bad in
            ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x", "", "javascript:1"]
        {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
    }
}
