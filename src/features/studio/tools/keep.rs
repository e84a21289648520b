//! Keeps what is chosen in the text, or all of it, as a snippet.

use super::Target;
use crate::features::snippets::calls::keep_snippet;
use crate::features::snippets::model::{MAX_NAME, SnippetKind};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind};
use leptos::prelude::*;
use leptos::task::spawn_local;

const NAME: &str = "keep-name";

#[component]
pub fn Keep(target: Target, chosen: String, on_close: Callback<()>) -> impl IntoView {
    let whole = chosen.trim().is_empty();
    let text = if whole { target.text() } else { chosen };
    let is_tag = |word: &str| word.starts_with(['#', '＃']);
    let mut words = text.split_whitespace().peekable();
    let kind = if words.peek().is_some() && words.all(is_tag) { SnippetKind::Hashtags } else { SnippetKind::Text };
    let first: String = text.trim().lines().next().unwrap_or_default().chars().take(MAX_NAME).collect();
    let name = RwSignal::new(first);
    let kind = RwSignal::new(kind);
    let (busy, said) = (RwSignal::new(false), RwSignal::new(String::new()));
    let done = RwSignal::new(false);
    let empty = text.trim().is_empty();
    focus_soon(NAME);
    let kept = text.clone();
    let keep = Callback::new(move |()| {
        if busy.get_untracked() || done.get_untracked() {
            return;
        }
        busy.set(true);
        let (name, kind, text) = (name.get_untracked(), kind.get_untracked(), kept.clone());
        spawn_local(async move {
            let answer = keep_snippet(kind, name, text).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    done.try_set(true);
                    said.try_set("Saved. You find it under Insert, and under Snippets.".to_owned());
                }
                Err(error) => {
                    said.try_set(error.problems.first().map_or(error.message, |problem| problem.message.clone()));
                }
            }
        });
    });
    let options: Vec<_> = SnippetKind::ALL
        .map(|of| {
            view! {
                <option value=of.id() selected=of == kind.get_untracked()>
                    {of.name()}
                </option>
            }
            .into_any()
        })
        .into_iter()
        .collect();
    let what = match (empty, whole) {
        (true, _) => "Write something first.",
        (false, true) => "The whole text is saved. To save a part of it, choose that part in the text first.",
        (false, false) => "What you chose in the text is saved.",
    };
    view! {
        <section
            aria-label="Save as snippet"
            class="flex flex-col gap-2.5 rounded-control border border-line bg-surface-1 p-3"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.stop_propagation();
                    on_close.run(());
                }
            }
        >
            <p class="text-xs text-muted">{what}</p>
            <p dir="auto" class="line-clamp-3 text-[13px] whitespace-pre-wrap">
                {text}
            </p>
            <div class="flex flex-wrap gap-2">
                <input
                    id=NAME
                    dir="auto"
                    aria-label="Name of the snippet"
                    placeholder="Name of the snippet"
                    class="min-w-40 flex-1 rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                    on:keydown=move |event| {
                        // It would send the composer's form.
                        if event.key() == "Enter" {
                            event.prevent_default();
                            event.stop_propagation();
                            keep.run(());
                        }
                    }
                />
                <select
                    aria-label="Kind"
                    class="rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]"
                    on:change=move |event| kind.set(SnippetKind::parse(&event_target_value(&event)).unwrap_or_default())
                >
                    {options}
                </select>
            </div>
            <p role="status" class="text-[13px] text-muted empty:hidden">
                {said}
            </p>
            <div class="flex flex-wrap gap-2">
                <Button
                    kind=ButtonKind::Primary
                    small=true
                    kind_type="button"
                    disabled=Signal::derive(move || empty || busy.get() || done.get())
                    on:click=move |_| keep.run(())
                >
                    "Save the snippet"
                </Button>
                <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| on_close.run(())>
                    "Close"
                </Button>
            </div>
        </section>
    }
}
