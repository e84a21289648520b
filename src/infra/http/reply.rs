//! What becomes of an [`AppError`] on its way out: status, JSON body for `/api` and `/rpc`, and the status of a rendered page.

use super::failed_form;
use crate::domain::error::{AppError, ErrorKind};
use crate::domain::local_path::local_path;
use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use leptos::prelude::{FromServerFnError, use_context};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos_axum::ResponseOptions;
use url::Url;

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

/// Gives a server function's error its HTTP status (leptos 0.8 answers 500 to all of them otherwise); [`super::call`] does
/// it for all server functions. A form that was posted without JavaScript is sent back to its page instead, where the
/// error appears (a browser follows `Location` only while the status stays 302), and finds again what was `typed`: each
/// pair becomes a query parameter of that page. Never a password.
pub(super) fn set_status(error: &AppError, typed: &[(&str, &str)]) {
    let Some(options) = use_context::<ResponseOptions>() else { return };
    if error.kind == ErrorKind::RateLimited
        && let Some(seconds) = error.retry_after_s
    {
        options.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    match use_context::<Parts>() {
        Some(parts) if is_plain_form(&parts) => leptos_axum::redirect(&address_with_error(&parts, error, typed)),
        _ => {
            if let Ok(status) = StatusCode::from_u16(error.kind.status()) {
                options.set_status(status);
            }
        }
    }
}

/// The answer to a request that goes no further: to a server function in the form in which the browser's program reads
/// errors (a form that was posted without JavaScript goes back to its page), to all others as `{"error": …}`.
pub fn refused(parts: &Parts, status: StatusCode, error: &AppError) -> Response {
    let path = parts.uri.path();
    if !path.starts_with("/rpc/") {
        return (status, error.clone()).into_response();
    }
    if is_plain_form(parts) {
        return (StatusCode::FOUND, [(header::LOCATION, address_with_error(parts, error, &[]))]).into_response();
    }
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], error.ser()).into_response();
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(SERVER_FN_ERROR_HEADER, path);
    }
    if let Some(seconds) = error.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What leptos answers to a call that it cannot even read: 500, where the error's kind knows better, and for a form that was
/// posted without JavaScript an address with all that could not be read in it. For `/rpc`.
pub async fn honest_status(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/rpc/") {
        return next.run(request).await;
    }
    let path = path.to_owned();
    let response = failed_form::bounded(next.run(request).await, &path);
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 1 << 20).await else { return AppError::bug(None).into_response() };
    if let Ok(error) = serde_json::from_slice::<AppError>(&bytes) {
        parts.status = StatusCode::from_u16(error.kind.status()).unwrap_or(parts.status);
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Sends a form that was posted without JavaScript on to `path`; with JavaScript the page shows the result itself.
pub fn plain_form_to(path: &str) {
    if use_context::<Parts>().is_some_and(|parts| is_plain_form(&parts)) {
        redirect_to(path);
    }
}

/// Whether the browser posted a form by itself, so that it shows whatever we answer.
pub fn is_plain_form(parts: &Parts) -> bool {
    parts.method == Method::POST
        && parts.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"))
}

/// The page that the form was on, with the error as leptos' `ServerAction` reads it (`__path`, `__err`). server_fn
/// appends to whatever an earlier attempt left there; this starts from a clean address.
fn address_with_error(parts: &Parts, error: &AppError, typed: &[(&str, &str)]) -> String {
    let referer = parts.headers.get(header::REFERER).and_then(|v| v.to_str().ok()).and_then(|v| Url::parse(v).ok());
    let Some(referer) = referer else { return "/".into() };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in referer.query_pairs() {
        // `done` announced an earlier success.
        if !matches!(key.as_ref(), "__path" | "__err" | "done") && typed.iter().all(|(name, _)| *name != key) {
            query.append_pair(&key, &value);
        }
    }
    for (name, value) in typed.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.append_pair("__path", parts.uri.path()).append_pair("__err", &BASE64_URL_SAFE.encode(error.ser()));
    format!("{}?{}", local_path(referer.path()), query.finish())
}

/// Sends the browser to an address of our own. Anything that is not a plain local path goes to `/`.
pub fn redirect_to(path: &str) {
    leptos_axum::redirect(local_path(path));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form_post(referer: &str) -> Parts {
        let request = http::Request::post("/rpc/lux/sign_in")
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::REFERER, referer);
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_failed_form_comes_back_clean() {
        let parts =
            form_post("http://127.0.0.1:3000/login?next=%2Fposts&email=old%40a.example&done=1&__path=%2Fx&__err=old");
        assert!(is_plain_form(&parts));
        let error = AppError::invalid("email", "Not an e-mail address.");
        let address = address_with_error(&parts, &error, &[("email", "new@a.example"), ("name", "")]);
        let url = Url::parse("http://127.0.0.1:3000").unwrap().join(&address).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(url.path(), "/login");
        assert_eq!(pairs[0], ("next".into(), "/posts".into()));
        assert_eq!(pairs[1], ("email".into(), "new@a.example".into()));
        assert_eq!(pairs[2], ("__path".into(), "/rpc/lux/sign_in".into()));
        assert_eq!((pairs[3].0.as_str(), pairs.len()), ("__err", 4));
        let decoded = leptos::server_fn::error::ServerFnUrlError::<AppError>::decode_err(&pairs[3].1);
        assert_eq!(decoded, error);
    }

    #[test]
    fn a_foreign_or_missing_referer_leads_nowhere_else() {
        assert!(address_with_error(&form_post("https://evil.example//x"), &AppError::bug(None), &[]).starts_with("/?"));
        assert_eq!(address_with_error(&form_post(""), &AppError::bug(None), &[]), "/");
    }
}
