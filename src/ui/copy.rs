//! A button that puts a text on the clipboard. It only exists in a browser that runs scripts; without, the text beside
//! it can be selected.

use super::{Button, ButtonKind};
use leptos::prelude::*;

/// Copies `text`; `label` says what, for those who do not see what stands beside the button.
#[component]
pub fn CopyButton(#[prop(into)] text: String, #[prop(into)] label: String) -> impl IntoView {
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let copied = RwSignal::new(false);
    let text = StoredValue::new(text);
    let label = StoredValue::new(label);
    view! {
        <Show when=move || alive.get()>
            <Button
                kind=ButtonKind::Ghost
                small=true
                kind_type="button"
                label=label.get_value()
                on:click=move |_| {
                    text.with_value(|t| write(t));
                    copied.set(true);
                }
            >
                {move || if copied.get() { "Copied" } else { "Copy" }}
            </Button>
        </Show>
        <span class="sr-only" role="status">
            {move || if copied.get() { "Copied" } else { "" }}
        </span>
    }
}

#[cfg(feature = "hydrate")]
fn write(text: &str) {
    // The promise is not awaited: a browser that refuses has told the person so itself.
    let _ = window().navigator().clipboard().write_text(text);
}

#[cfg(not(feature = "hydrate"))]
fn write(_: &str) {}
