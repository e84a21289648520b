//! Paging links; where one is in a list lives in the URL.

use crate::domain::page::Cursor;
use leptos::prelude::*;

const LINK: &str =
    "rounded-control border border-line px-2.5 py-0.5 text-[13px] text-muted hover:bg-surface-2 hover:text-text";

/// Links to the pages of a list that stops at a bound. `href` makes the address of a page number.
#[component]
pub fn Pager(number: u32, pages: u32, href: Callback<u32, String>) -> impl IntoView {
    (pages > 1).then(|| {
        let previous =
            (number > 1).then(|| view! { <a class=LINK rel="prev" href=href.run(number - 1)>"Previous"</a> });
        let next = (number < pages).then(|| view! { <a class=LINK rel="next" href=href.run(number + 1)>"Next"</a> });
        view! {
            <nav class="flex items-center justify-between px-4 py-3" aria-label="Pages">
                <span class="text-xs text-faint">{format!("Page {number} of {pages}")}</span>
                <span class="flex gap-2">{previous} {next}</span>
            </nav>
        }
    })
}

/// Which way a link of a list leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Newer(Cursor),
    Older(Cursor),
}

impl Turn {
    /// As it stands in an address.
    pub fn parameter(self) -> String {
        match self {
            Self::Newer(at) => format!("newer={at}"),
            Self::Older(at) => format!("older={at}"),
        }
    }
}

/// Links to the newer and the older part of a list that is read by key. `href` makes the address.
#[component]
pub fn Turns(newer: Option<Cursor>, older: Option<Cursor>, href: Callback<Turn, String>) -> impl IntoView {
    (newer.is_some() || older.is_some()).then(|| {
        let newer =
            newer.map(|at| view! { <a class=LINK rel="prev" href=href.run(Turn::Newer(at))>"Newer"</a> }.into_any());
        let older =
            older.map(|at| view! { <a class=LINK rel="next" href=href.run(Turn::Older(at))>"Older"</a> }.into_any());
        view! { <nav class="flex items-center justify-end gap-2 px-4 py-3" aria-label="Pages">{newer} {older}</nav> }
            .into_any()
    })
}
