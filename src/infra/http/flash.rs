//! One short value for the next page of the same browser: what a form without JavaScript has to say after its redirect
//! and what must not stand in an address. It is gone as soon as it was read, or after a minute.

use crate::infra::session::cookie_value;
use crate::infra::state::App;
use http::request::Parts;
use http::{HeaderValue, Method, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

const NAME: &str = "lux_flash";

/// Keeps `value` (URL-safe characters only) for the page at `path`.
pub fn put(app: &App, path: &str, value: &str) {
    set(app, path, value, 60);
}

/// Takes it, while the page at `path` is being rendered.
pub fn take(app: &App, path: &str) -> Option<String> {
    // Who only asks for the headers shows nothing.
    let parts = use_context::<Parts>().filter(|parts| parts.method == Method::GET)?;
    let value = cookie_value(&parts.headers, NAME)?;
    set(app, path, "", 0);
    Some(value).filter(|v| !v.is_empty())
}

/// What [`put`] sets, for an answer that is no server function's.
pub fn cookie(app: &App, path: &str, value: &str) -> Option<HeaderValue> {
    header_of(app, path, value, 60)
}

fn set(app: &App, path: &str, value: &str, max_age: u32) {
    if let Some((options, cookie)) = use_context::<ResponseOptions>().zip(header_of(app, path, value, max_age)) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}

fn header_of(app: &App, path: &str, value: &str, max_age: u32) -> Option<HeaderValue> {
    let secure = if app.settings.public_url.scheme() == "https" { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    HeaderValue::from_str(&cookie).ok()
}
