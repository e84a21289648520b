//! What the pages that one sees before signing in have in common.

use crate::domain::local_path::is_page;
use crate::ui::Brand;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// The centred card of the pages that one sees before signing in.
#[component]
pub fn Entrance(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <main class="flex min-h-screen flex-col items-center justify-center gap-6 bg-bg px-4 py-10">
            <Brand />
            <section class="flex w-full max-w-sm flex-col gap-4 rounded-card border border-line bg-surface-1 p-6">
                <h1 class="text-lg font-semibold">{title}</h1>
                {children()}
            </section>
        </main>
    }
}

/// Where one was going, from the page's address: an address of ours, or nothing.
pub fn next_of(query: &ParamsMap) -> String {
    query.get("next").filter(|next| is_page(next)).unwrap_or_default()
}

/// `page?next=...`, so that one comes back to where one was going.
pub fn with_next(page: &str, next: &str) -> String {
    if next.is_empty() {
        return page.to_owned();
    }
    let mut address = format!("{page}?next=");
    for byte in next.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                address.push(char::from(byte))
            }
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::with_next;

    #[test]
    fn next_survives_in_an_address() {
        assert_eq!(with_next("/login", ""), "/login");
        assert_eq!(with_next("/login", "/posts?page=2&q=é"), "/login?next=/posts%3Fpage%3D2%26q%3D%C3%A9");
    }
}
