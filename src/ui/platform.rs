//! How a platform looks: its mark in a small square.

use crate::domain::platform::{Mark, Platform};
use leptos::prelude::*;

/// The platform's mark in a small square, with its name for those who do not see it.
#[component]
pub fn PlatformIcon(platform: Platform, #[prop(optional)] large: bool) -> impl IntoView {
    let class = if large {
        "inline-grid size-7 shrink-0 place-items-center rounded-lg border border-line bg-surface-3 text-text"
    } else {
        "inline-grid size-5 shrink-0 place-items-center rounded-md border border-line bg-surface-3 text-text"
    };
    let mark = match platform.mark() {
        Mark::Path(d) => view! {
            <svg viewBox="0 0 24 24" fill="currentColor" class="size-[62%]" aria-hidden="true">
                <path d=d></path>
            </svg>
        }
        .into_any(),
        Mark::Letters(letters) => {
            // Not as text: whoever speaks the words on a control would have to say them.
            view! {
                <span class="text-[10px] font-bold before:content-[attr(data-letters)]" data-letters=letters aria-hidden="true"></span>
            }
            .into_any()
        }
    };
    view! {
        <span class=class title=platform.name() role="img" aria-label=platform.name()>
            {mark}
        </span>
    }
}
