//! The company's own words, on the card that says how a text reads: which are never to be written, and which are never marked.

use super::composer::Composer;
use super::undo::Removed;
use super::voice::{SECTION, keep};
use crate::domain::authenticity::{HouseWords, LONGEST_HOUSE_WORD};
use crate::ui::{Button, ButtonKind, ErrorNotice, Glyph, Icon, TextInput};
use leptos::prelude::*;

#[component]
pub fn House(composer: Composer) -> impl IntoView {
    let c = composer;
    let typed = RwSignal::new(String::new());
    let change = move |change: &dyn Fn(&mut HouseWords) -> bool| {
        let before = c.house.get_untracked();
        let mut words = before.clone();
        if change(&mut words) {
            keep(c, words, SECTION);
            c.removed.set(Some(Removed::House(before)));
        }
    };
    let add = move |avoid: bool| {
        let word = typed.get_untracked();
        change(&|words| if avoid { words.avoid(&word) } else { words.allow(&word) });
        typed.set(String::new());
    };
    let chips = move |words: Vec<String>, what: &'static str| {
        let chip = move |word: String| {
            let taken = word.clone();
            view! {
                <li class="inline-flex items-center gap-1 rounded-full border border-line pl-2 text-xs">
                    <span dir="auto" class="wrap-anywhere">
                        {word.clone()}
                    </span>
                    <button
                        type="button"
                        aria-label=format!("Take “{word}” off the list")
                        class="target cursor-pointer px-1.5 text-muted hover:text-text"
                        on:click=move |_| change(&|words| words.forget(&taken))
                    >
                        <Icon glyph=Glyph::Close class="size-3" />
                    </button>
                </li>
            }
            .into_any()
        };
        (!words.is_empty()).then(|| {
            view! {
                <p class="text-muted">{what}</p>
                <ul class="flex flex-wrap gap-1.5" aria-label=what>
                    {words.into_iter().map(chip).collect_view()}
                </ul>
            }
            .into_any()
        })
    };
    view! {
        <details class="text-[13px]" class:hidden=move || !c.alive.get()>
            <summary class="cursor-pointer text-muted">"Your company's words"</summary>
            <div class="mt-2 flex flex-col gap-2">
                {move || chips(c.house.get().avoid, "Words to avoid")}
                {move || chips(c.house.get().allowed, "Words that are never marked")}
                <TextInput
                    id="house-word"
                    name=""
                    label="Word or phrase"
                    hint=format!("At most {LONGEST_HOUSE_WORD} characters. End it with * to mean every word that begins so.")
                    value=typed
                    on_change=Callback::new(move |word| typed.set(word))
                />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Secondary small=true kind_type="button" on:click=move |_| add(true)>
                        "Avoid it"
                    </Button>
                    <Button kind=ButtonKind::Secondary small=true kind_type="button" on:click=move |_| add(false)>
                        "Never mark it"
                    </Button>
                </div>
                {move || c.house_error.get().map(|error| view! { <ErrorNotice error /> }.into_any())}
            </div>
        </details>
    }
}
