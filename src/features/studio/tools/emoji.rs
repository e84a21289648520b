//! Emoji for the text: those that fit what stands there, or what one searches for.

use super::Target;
use crate::features::emoji::calls::find_emoji;
use crate::features::emoji::model::Emoji;
use crate::ui::caret::{Place, apart};
use crate::ui::finder::{Finder, Finding, Hit, search_id};
use crate::ui::focus::focus_soon;
use leptos::prelude::*;

const PANEL: &str = "emoji";

#[component]
pub fn EmojiTool(target: Target, on_close: Callback<()>) -> impl IntoView {
    let finding = Finding::<Emoji>::default();
    let search = Callback::new(move |words: String| {
        let text = target.text();
        finding.ask(find_emoji(words, text));
    });
    search.run(String::new());
    focus_soon(search_id(PANEL));
    let pick = Callback::new(move |at: usize| {
        if let Some(emoji) = finding.found.with_untracked(|found| found.get(at).cloned()) {
            target.insert([apart(target.before()), &emoji.sign].concat(), Place::Caret);
        }
    });
    let hits = Signal::derive(move || {
        let hit = |emoji: &Emoji| Hit { title: emoji.sign.clone(), detail: emoji.name.clone() };
        finding.found.with(|found| found.iter().map(hit).collect::<Vec<_>>())
    });
    view! {
        <Finder
            id=PANEL
            label="Emoji"
            search="Search in English, German, French or Spanish"
            grid=true
            hits=hits
            status=finding.status("No emoji for this word. Try another one.")
            on_search=search
            on_pick=pick
            on_close=on_close
        />
    }
}
