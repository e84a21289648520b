//! Pages are for people who are signed in; `/api`, `/chatbot` and `/rpc` answer 401 by themselves.

use crate::domain::error::AppError;
use crate::domain::local_path::is_local;
use crate::infra::session::Who;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::Method;

/// What a stranger may ask for. Everything else leads to the sign-in page and back.
const OPEN: [&str; 18] = [
    "/login",
    "/signup",
    "/invite/",
    "/forgot",
    "/reset/",
    "/rpc/",
    "/api/",
    "/chatbot/",
    "/media/",
    "/s/",
    "/pkg/",
    "/fonts/",
    "/favicon.svg",
    "/robots.txt",
    "/healthz",
    "/readyz",
    "/metrics",
    "/studio/save",
];

pub async fn signed_in_pages(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let open = OPEN.iter().any(|p| path == *p || (p.ends_with('/') && path.starts_with(p)));
    // `//x` would be another host to the page's own program, and no page of ours has such an address.
    if !open && !is_local(path) {
        return AppError::not_found("page").into_response();
    }
    let signed_in = request.extensions().get::<Who>().is_some();
    if signed_in
        && matches!(path, "/login" | "/signup")
        && request.method() == Method::GET
        && request.uri().query().is_none()
    {
        return Redirect::to("/").into_response();
    }
    if open || signed_in {
        return next.run(request).await;
    }
    let asked = request.uri().path_and_query().map_or("/", |p| p.as_str());
    if request.method() != Method::GET || asked == "/" {
        return Redirect::to("/login").into_response();
    }
    let next_page: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
    Redirect::to(&format!("/login?next={next_page}")).into_response()
}
