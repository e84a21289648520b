//! The buttons under an item of a list: move it earlier or later, or remove it.

use crate::ui::{Button, ButtonKind, Glyph, Icon};
use leptos::prelude::*;

/// Only with JavaScript (`alive`).
#[component]
pub fn Arrange(
    /// What the item is called, for those who do not see which one the buttons belong to.
    name: String,
    alive: RwSignal<bool>,
    #[prop(into)] is_first: Signal<bool>,
    #[prop(into)] is_last: Signal<bool>,
    /// By one place; true: later.
    shift: Callback<bool>,
    remove: Callback<()>,
) -> impl IntoView {
    let label = |verb: &str| format!("{verb} {name}");
    let (earlier, later, away) = (label("Move earlier:"), label("Move later:"), label("Remove"));
    view! {
        <div class="flex flex-wrap gap-1.5" class:hidden=move || !alive.get()>
            <Button
                kind=ButtonKind::Ghost
                small=true
                kind_type="button"
                label=earlier
                disabled=is_first
                on:click=move |_| shift.run(false)
            >
                <Icon glyph=Glyph::Left class="size-4 rotate-90" />
            </Button>
            <Button
                kind=ButtonKind::Ghost
                small=true
                kind_type="button"
                label=later
                disabled=is_last
                on:click=move |_| shift.run(true)
            >
                <Icon glyph=Glyph::Right class="size-4 rotate-90" />
            </Button>
            <Button kind=ButtonKind::Ghost small=true kind_type="button" label=away on:click=move |_| remove.run(())>
                <Icon glyph=Glyph::Trash />
                "Remove"
            </Button>
        </div>
    }
}
