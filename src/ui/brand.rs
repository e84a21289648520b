//! The mark and the name.

use leptos::prelude::*;

/// The mark with the name beside it. `compact` leaves the mark alone where the sidebar shows icons only.
#[component]
pub fn Brand(#[prop(optional)] compact: bool) -> impl IntoView {
    let name = if compact { "font-bold tracking-[0.14em] max-[1100px]:sr-only" } else { "font-bold tracking-[0.14em]" };
    view! {
        <span class="flex items-center gap-2.5">
            <span
                class="size-[22px] shrink-0 rounded-[7px] bg-[conic-gradient(from_210deg,var(--color-purple),var(--color-pink),var(--color-cyan),var(--color-purple))]"
                aria-hidden="true"
            ></span>
            <span class=name>"LUX"</span>
        </span>
    }
}
