//! Which part of a list is shown; the choice lives in the URL.

use leptos::prelude::*;

/// Percent-encodes a query value.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// One choice: where it leads, its name, and whether it is the one that is shown.
pub struct FilterLink {
    pub href: String,
    pub name: &'static str,
    pub on: bool,
}

/// A row of choices of which one is shown.
#[component]
pub fn FilterLinks(label: &'static str, links: Vec<FilterLink>) -> impl IntoView {
    let links = links
        .into_iter()
        .map(|FilterLink { href, name, on }| {
            let class = if on {
                "rounded-full border border-purple bg-surface-2 px-3 text-[13px] leading-7 text-text"
            } else {
                "rounded-full border border-line px-3 text-[13px] leading-7 text-muted hover:bg-surface-2 hover:text-text"
            };
            view! {
                <a class=class href=href aria-current=on.then_some("page")>
                    {name}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="flex flex-wrap gap-1.5" aria-label=label>
            {links}
        </nav>
    }
}
