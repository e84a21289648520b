//! A value to take along: readable and selectable everywhere, copied by a button where the browser can.

use super::field::Field;
use super::{Button, ButtonKind, browser};
use leptos::prelude::*;

/// A read-only line with its label and a copy button.
#[component]
pub fn CopyField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(into, optional)] hint: Option<String>,
) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let word = move || match copied.get() {
        None => "Copy",
        Some(true) => "Copied",
        Some(false) => "Select and copy",
    };
    let note = format!("{id}-note");
    let text = value.clone();
    let copy = move |_| {
        let text = text.clone();
        leptos::task::spawn_local_scoped(async move { copied.set(Some(browser::copy(text).await)) });
    };
    view! {
        <Field id=id.clone() label=label hint=hint.unwrap_or_default()>
            <div class="flex gap-2">
                <input
                    id=id
                    type="text"
                    readonly
                    value=value
                    aria-describedby=note
                    class="min-w-0 flex-1 rounded-control border border-line-strong bg-surface-2 px-2.5 py-2 font-mono text-xs text-text"
                />
                <Button kind=ButtonKind::Secondary kind_type="button" on:click=copy>
                    <span aria-live="polite">{word}</span>
                </Button>
            </div>
        </Field>
    }
}
