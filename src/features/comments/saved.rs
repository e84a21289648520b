//! Saved replies under the field for an answer: one press puts one in. Only with JavaScript.

use crate::features::snippets::model::SnippetKind;
use crate::features::snippets::picker::{Picked, SnippetPicker};
use crate::ui::caret::{self, Place};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind};
use leptos::prelude::*;

/// `field`: the id of the field; `changed` is told what stands there where the field itself does not tell.
#[component]
pub fn SavedReplies(field: String, changed: Callback<String>) -> impl IntoView {
    let (alive, open) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        alive.set(true);
        caret::watch();
    });
    let button = format!("saved-{field}");
    let (id, back) = (button.clone(), button);
    let close = Callback::new(move |()| {
        open.set(false);
        focus_soon(back.clone());
    });
    let pick = Callback::new(move |picked: Picked| {
        open.set(false);
        caret::insert(field.clone(), picked.text, Place::Caret, changed);
    });
    let panel = move || {
        open.get().then(|| view! { <SnippetPicker only=SnippetKind::Reply on_pick=pick on_close=close /> }.into_any())
    };
    view! {
        <div class="flex w-full flex-col items-start gap-2" class:hidden=move || !alive.get()>
            <Button
                kind=ButtonKind::Ghost
                small=true
                kind_type="button"
                attr:id=id
                attr:aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "Saved replies"
            </Button>
            <div class="w-full empty:hidden">{panel}</div>
        </div>
    }
}
