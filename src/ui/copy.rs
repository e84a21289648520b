//! A value to take along: readable and selectable everywhere, copied by a button where scripts run.

use super::field::Field;
use super::{Button, ButtonKind, browser};
use leptos::prelude::*;

/// A read-only line, or several, with its label and, once the browser can, a copy button.
#[component]
pub fn CopyField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(into, optional)] hint: Option<String>,
    /// It may have several lines.
    #[prop(optional)]
    long: bool,
    /// When it was copied.
    #[prop(optional, into)]
    on_copied: Option<Callback<()>>,
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
            leptos::task::spawn_local_scoped(async move {
                let done = browser::copy(text).await;
                copied.set(Some(done));
                if let Some(on_copied) = on_copied.filter(|_| done) {
                    on_copied.run(());
                }
            });
        };
        alive.get().then(|| {
            view! {
                <Button kind=ButtonKind::Secondary kind_type="button" label=name on:click=copy>
                    "Copy"
                </Button>
            }
        })
    };
    let shown = match long {
        true => view! {
            <output
                id=id.clone()
                dir="auto"
                aria-describedby=note
                class="min-w-0 flex-1 rounded-control border border-line-strong bg-surface-2 px-2.5 py-2 text-[13px] whitespace-pre-wrap wrap-anywhere text-text"
            >
                {value}
            </output>
        }
        .into_any(),
        false => view! {
            <input
                id=id.clone()
                type="text"
                readonly
                dir="auto"
                value=value
                aria-describedby=note
                class="min-w-0 flex-1 rounded-control border border-line-strong bg-surface-2 px-2.5 py-2 font-mono text-xs text-text"
            />
        }
        .into_any(),
    };
    view! {
        <Field id=id label=label hint=hint.unwrap_or_default()>
            <div class="flex items-start gap-2">
                {shown} {button}
            </div>
            <p role="status" class="text-xs text-faint empty:hidden">
                {word}
            </p>
        </Field>
    }
}
