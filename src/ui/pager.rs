//! Paging links; the page number lives in the URL.

use leptos::prelude::*;

/// Links to the pages of a list. `href` makes the address of a page number.
#[component]
pub fn Pager(number: u32, pages: u32, href: Callback<u32, String>) -> impl IntoView {
    (pages > 1).then(|| {
        let link = "rounded-control border border-line px-2.5 py-0.5 text-[13px] text-muted hover:bg-surface-2 hover:text-text";
        let previous = (number > 1).then(|| view! { <a class=link rel="prev" href=href.run(number - 1)>"Previous"</a> });
        let next = (number < pages).then(|| view! { <a class=link rel="next" href=href.run(number + 1)>"Next"</a> });
        view! {
            <nav class="flex items-center justify-between px-4 py-3" aria-label="Pages">
                <span class="text-xs text-faint">{format!("Page {number} of {pages}")}</span>
                <span class="flex gap-2">{previous} {next}</span>
            </nav>
        }
    })
}
