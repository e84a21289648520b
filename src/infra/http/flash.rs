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

fn set(app: &App, path: &str, value: &str, max_age: u32) {
    let secure = if app.settings.public_url.scheme() == "https" { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}
