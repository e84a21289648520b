//! A value to take along: readable and selectable everywhere, copied by a button where scripts run.

use super::field::Field;
use super::{Button, ButtonKind, browser};
use leptos::prelude::*;

/// A read-only line with its label and, once the browser can, a copy button.
#[component]
pub fn CopyField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(into, optional)] hint: Option<String>,
) -> impl IntoView {
    // Without scripts a button would do nothing.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let copied = RwSignal::new(None::<bool>);
    let word = move || match copied.get() {
        None => "",
        Some(true) => "Copied",
        Some(false) => "Not allowed here: select the text and copy it",
    };
    let note = format!("{id}-note");
    let name = format!("Copy: {label}");
    let text = value.clone();
    let button = move || {
        let (text, name) = (text.clone(), name.clone());
        let copy = move |_| {
            let text = text.clone();
            leptos::task::spawn_local_scoped(async move { copied.set(Some(browser::copy(text).await)) });
        };
        alive.get().then(|| {
            view! {
                <Button kind=ButtonKind::Secondary kind_type="button" label=name on:click=copy>
                    "Copy"
                </Button>
            }
        })
    };
    view! {
        <Field id=id.clone() label=label hint=hint.unwrap_or_default()>
            <div class="flex gap-2">
                <input
                    id=id
                    type="text"
                    readonly
                    dir="auto"
                    value=value
                    aria-describedby=note
                    class="min-w-0 flex-1 rounded-control border border-line-strong bg-surface-2 px-2.5 py-2 font-mono text-xs text-text"
                />
                {button}
            </div>
            <p role="status" class="text-xs text-faint empty:hidden">
                {word}
            </p>
        </Field>
    }
}
