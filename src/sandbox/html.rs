//! The common frame of all pages: plain HTML without scripts. Every page says that it is not the platform.

use crate::domain::platform::Platform;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fmt::Write;

const STYLE: &str = "
:root{color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;background:#000;color:#f2f2f7;font:16px/1.5 system-ui,sans-serif}
main{max-width:44rem;margin:0 auto;padding:1.5rem 1rem 4rem}
.banner{background:#2a1f00;color:#ffd979;border-bottom:1px solid #6b5200;padding:.6rem 1rem;text-align:center}
h1{font-size:1.5rem;line-height:1.25;margin:1rem 0}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
a,.entity{color:#a8b8ff}
.muted{color:#b4b4c0}
.card{border:1px solid #3a3a46;border-radius:.75rem;padding:1rem;margin:0 0 1rem;background:#0c0c12}
.card p{margin:.5rem 0;overflow-wrap:anywhere;white-space:pre-wrap}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:.5rem;margin:.75rem 0}
.pictures img,.pictures video{width:100%;height:auto;border-radius:.5rem;display:block}
fieldset{border:1px solid #3a3a46;border-radius:.75rem;margin:0 0 1rem;padding:.75rem 1rem}
label{display:flex;gap:.75rem;align-items:flex-start;padding:.4rem 0;cursor:pointer}
input{margin-top:.3rem;accent-color:#8b5cf6}
ul{padding-left:1.25rem}
nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:1rem}
button{font:inherit;font-weight:600;padding:.65rem 1.4rem;border-radius:.6rem;border:1px solid #6d6d7c;cursor:pointer}
button{background:#000;color:#f2f2f7}
button.primary{background:#6d3ef0;border-color:#6d3ef0;color:#fff}
select{font:inherit;padding:.5rem .6rem;border-radius:.6rem;border:1px solid #6d6d7c;background:#14141f;color:#f2f2f7;max-width:100%}
.choices{display:flex;flex-wrap:wrap;gap:.25rem 1rem}
.choices label{flex-direction:column;gap:.25rem}
ul.switches,ul.on{list-style:none;padding:0;margin:.75rem 0;display:grid;gap:.75rem}
ul.switches{grid-template-columns:repeat(auto-fill,minmax(min(18rem,100%),1fr))}
.switches button,.on button{padding:.4rem .9rem}
.switches p{margin:.25rem 0 0;font-size:.9rem}
.on li{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between}
section.card h2{margin-top:0}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.actions{display:flex;gap:.75rem;flex-wrap:wrap}
:focus-visible{outline:3px solid #a8b8ff;outline-offset:2px}
";

pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A whole page. `title` is text, `body` is HTML.
pub(super) fn page(status: StatusCode, platform: Option<Platform>, title: &str, body: &str) -> Response {
    let banner = match platform {
        Some(p) => format!("The sandbox plays {0}. This is not {0}: nothing here leaves your computer.", p.name()),
        None => "The sandbox plays the platforms. Nothing here leaves your computer.".to_owned(),
    };
    let title = escape(title);
    let mut html = String::with_capacity(body.len() + STYLE.len() + 512);
    write!(
        html,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · Sandbox</title>\
         <link rel=\"icon\" href=\"data:,\">\
         <style>{STYLE}</style></head><body><header class=\"banner\">{banner}</header>\
         <main><h1>{title}</h1>{body}</main></body></html>"
    )
    .expect("writing to a string cannot fail");
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not "no-referrer": with that, browsers do not say where a form of ours comes from.
        (header::REFERRER_POLICY, "same-origin"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src * data:; media-src *; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    (status, headers, html).into_response()
}
