//! A short message above the page, which moves nothing of it: what was just done, and the way back.

use super::{Button, ButtonKind, Glyph, Icon};
use leptos::prelude::*;

/// `undo` is what the button does; `close` takes the message away.
#[component]
pub fn Toast(#[prop(into)] text: String, undo: Callback<()>, close: Callback<()>) -> impl IntoView {
    view! {
        <div
            role="status"
            class="fixed inset-x-3 bottom-17 z-40 mx-auto flex w-fit max-w-md items-center gap-3 rounded-card border border-line-strong bg-surface-3 py-2 pr-2 pl-4 text-[13px] min-[701px]:bottom-4"
        >
            <span dir="auto" class="min-w-0">
                {text}
            </span>
            <Button kind=ButtonKind::Secondary small=true kind_type="button" on:click=move |_| undo.run(())>
                "Undo"
            </Button>
            <Button kind=ButtonKind::Ghost small=true kind_type="button" label="Close" on:click=move |_| close.run(())>
                <Icon glyph=Glyph::Close />
            </Button>
        </div>
    }
}
