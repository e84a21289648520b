//! Chooses a snippet to put into a text, in a panel that opens beside the text: search as one types, then, for a template, what its
//! placeholders stand for. For pages that have come to life.

use super::calls::list_snippets;
use super::model::{SnippetCard, SnippetKind, SnippetQuery};
use super::placeholders::{fill, names};
use crate::ui::finder::{Finder, Finding, Hit, search_id};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// What was chosen, with its placeholders filled in.
#[derive(Clone)]
pub struct Picked {
    pub kind: SnippetKind,
    pub text: String,
}

/// The panel's id, from which those of its parts are made.
const PANEL: &str = "snippets";

/// `only`: nothing else is offered; `known`: what a placeholder of this name stands for, as far as the page knows (else empty).
#[component]
pub fn SnippetPicker(
    #[prop(optional)] only: Option<SnippetKind>,
    #[prop(optional, into)] known: Option<Callback<String, String>>,
    on_pick: Callback<Picked>,
    on_close: Callback<()>,
) -> impl IntoView {
    let finding = Finding::<SnippetCard>::default();
    let (kind, words) = (RwSignal::new(only), RwSignal::new(String::new()));
    let ask = move || {
        let query =
            SnippetQuery { kind: kind.get_untracked(), search: words.get_untracked(), ..SnippetQuery::default() };
        finding.ask(async move { list_snippets(query).await.map(|list| list.part.items) });
    };
    ask();
    focus_soon(search_id(PANEL));
    // A template whose placeholders are asked for.
    let asked = RwSignal::new(None::<SnippetCard>);
    let pick = Callback::new(move |at: usize| {
        let Some(card) = finding.found.with_untracked(|found| found.get(at).cloned()) else { return };
        // What the page knows of all its placeholders is put in without a question.
        let values = values(&card.text, known);
        if values.iter().all(|(_, value)| !value.is_empty()) {
            on_pick.run(Picked { kind: card.kind, text: fill(&card.text, &values) });
        } else {
            focus_soon(value_id(0));
            asked.set(Some(card));
        }
    });
    let search = Callback::new(move |typed| {
        words.set(typed);
        ask();
    });
    let choices = move || {
        let all = [None].into_iter().chain(SnippetKind::ALL.map(Some));
        let all = all.map(|choice| {
            view! {
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    kind_type="button"
                    attr:aria-pressed=move || if kind.get() == choice { "true" } else { "false" }
                    on:click=move |_| {
                        kind.set(choice);
                        ask();
                    }
                >
                    {choice.map_or("All", SnippetKind::plural)}
                </Button>
            }
            .into_any()
        });
        only.is_none().then(|| view! { <div class="flex flex-wrap gap-1.5">{all.collect::<Vec<_>>()}</div> }.into_any())
    };
    let hits = Signal::derive(move || {
        let hit = |card: &SnippetCard| Hit { title: card.name.clone(), detail: one_line(&card.text) };
        finding.found.with(|found| found.iter().map(hit).collect::<Vec<_>>())
    });
    let back = Callback::new(move |()| {
        asked.set(None);
        focus_soon(search_id(PANEL));
    });
    move || match asked.get() {
        Some(card) => placeholders(card, known, on_pick, back),
        None => view! {
            <Finder
                id=PANEL
                label="Insert a snippet"
                search="Search your snippets"
                hits=hits
                status=finding.status("No snippet yet for this. Write one under Snippets, or save one from your text.")
                on_search=search
                on_pick=pick
                on_close=on_close
            >
                {choices()}
            </Finder>
        }
        .into_any(),
    }
}

/// The beginning of a text, on one line.
fn one_line(text: &str) -> String {
    let line: String = text.chars().take(140).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    line
}

fn value_id(at: usize) -> String {
    format!("snippet-value-{at}")
}

/// The placeholders of a text with what the page knows of them; empty: nothing.
fn values(text: &str, known: Option<Callback<String, String>>) -> Vec<(String, String)> {
    let value = |name: String| (name.clone(), known.map(|known| known.run(name)).unwrap_or_default());
    names(text).into_iter().map(value).collect()
}

/// Asks for what the placeholders stand for.
fn placeholders(
    card: SnippetCard,
    known: Option<Callback<String, String>>,
    on_pick: Callback<Picked>,
    back: Callback<()>,
) -> AnyView {
    let values: Vec<_> =
        values(&card.text, known).into_iter().map(|(name, value)| (name, RwSignal::new(value))).collect();
    let inputs = values.iter().enumerate().map(|(at, (name, value))| {
        let value = *value;
        view! {
            <label class="flex flex-col gap-1 text-[13px] text-muted">
                <span dir="auto">{name.clone()}</span>
                <input
                    id=value_id(at)
                    dir="auto"
                    class="rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-text"
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
        }
        .into_any()
    });
    let inputs: Vec<_> = inputs.collect();
    let (kind, text, title) = (card.kind, card.text, card.name);
    let insert = Callback::new(move |()| {
        let filled: Vec<_> = values
            .iter()
            .map(|(name, value)| (name.clone(), value.get_untracked()))
            .filter(|(_, value)| !value.trim().is_empty())
            .collect();
        on_pick.run(Picked { kind, text: fill(&text, &filled) });
    });
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.stop_propagation();
            back.run(());
        }
        // In a field; on a button it presses that. It would send the form around it.
        "Enter" if is_input(&event) => {
            event.prevent_default();
            event.stop_propagation();
            insert.run(());
        }
        _ => {}
    };
    view! {
        <section
            aria-label="Fill in the template"
            class="flex flex-col gap-2.5 rounded-control border border-line bg-surface-1 p-3"
            on:keydown=on_key
        >
            <strong dir="auto" class="truncate">
                {title}
            </strong>
            <div class="grid gap-2 min-[701px]:grid-cols-2">{inputs}</div>
            <p class="text-xs text-faint">"What stays empty stays in braces, to be filled in later."</p>
            <div class="flex flex-wrap gap-2">
                <Button kind=ButtonKind::Primary small=true kind_type="button" on:click=move |_| insert.run(())>
                    "Insert"
                </Button>
                <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| back.run(())>
                    "Back"
                </Button>
            </div>
        </section>
    }
    .into_any()
}

fn is_input(event: &KeyboardEvent) -> bool {
    use leptos::wasm_bindgen::JsCast;
    event.target().is_some_and(|target| target.dyn_ref::<leptos::web_sys::HtmlInputElement>().is_some())
}
