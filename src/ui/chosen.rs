//! Several items of a list at once: a box at each, and one for all. The boxes belong to the form of the list's bar by its id, as
//! each row may have a form of its own; which of them are ticked, only the document knows.

use super::form_action::{FormAction, PostForm};
use leptos::prelude::*;

/// The id of the bar's form.
const CHOSEN_FORM: &str = "chosen";
/// The class by which the boxes are found.
const BOX: &str = "choose-item";

/// How many boxes are ticked; nothing before the page has come to life.
#[derive(Clone, Copy, Default)]
pub struct Chosen(RwSignal<Option<u32>>);

impl Chosen {
    /// The list is drawn. When it was drawn before, its items may be others now: nothing of them is chosen.
    pub fn drawn(self) {
        Effect::new(move |_| match self.0.get_untracked() {
            // Boxes may have been ticked before the program arrived.
            None => self.count_again(),
            Some(_) => self.tick_all(false),
        });
    }

    /// How many; `None` before the page has come to life.
    pub fn count(self) -> Option<u32> {
        self.0.get()
    }

    /// What comes before "chosen": nothing while there is nothing.
    pub fn words(self) -> String {
        match self.count() {
            None | Some(0) => String::new(),
            Some(n) => format!("{n} chosen"),
        }
    }

    /// Nothing is chosen, or the last attempt is under way: the bar's buttons can do nothing.
    pub fn idle<S: 'static>(self, action: FormAction<S>) -> Signal<bool> {
        let pending = action.pending();
        Signal::derive(move || self.count() == Some(0) || pending.get())
    }

    fn count_again(self) {
        self.0.set(Some(boxes::ticked()));
    }

    fn tick_all(self, on: bool) {
        boxes::tick_all(on);
        self.count_again();
    }
}

/// The form above a list: the box for all, how many are chosen, and what can be done with them. `back`: the list's address, which
/// is shown again afterwards; `all`: how many boxes there are; `alone`: it stands by itself, not at the head of a card.
#[component]
pub fn ChosenBar<S: 'static>(
    action: FormAction<S>,
    back: String,
    all: u32,
    chosen: Chosen,
    #[prop(optional)] alone: bool,
    children: Children,
) -> impl IntoView {
    let class = if alone {
        "min-[701px]:sticky top-[57px] z-[5] flex flex-wrap items-center gap-x-3 gap-y-2 rounded-card border border-line bg-surface-1 py-1.5 pr-4"
    } else {
        "min-[701px]:sticky top-[57px] z-[5] flex flex-wrap items-center gap-x-3 gap-y-2 rounded-t-card border-b border-line bg-surface-1 py-1.5 pr-4"
    };
    let children = in_bar(back, all, chosen, children);
    view! {
        <PostForm action=action id=CHOSEN_FORM class=class>
            {children}
        </PostForm>
    }
}

fn in_bar(back: String, all: u32, chosen: Chosen, children: Children) -> AnyView {
    let page = back.split('?').next().unwrap_or_default().to_owned();
    view! {
        // What Enter in a box presses before the program is there: the list is shown anew, and nothing happens to any of them.
        <button formmethod="get" formaction=page hidden=true></button>
        <input type="hidden" name="back" value=back />
        <ChooseAll all=all chosen=chosen />
        <span role="status" class="text-[13px] tabular-nums">
            {move || chosen.words()}
        </span>
        <div class="flex flex-wrap items-center gap-2 pl-3 max-[700px]:w-full min-[701px]:ml-auto">{children()}</div>
    }
    .into_any()
}

/// The box of an item. `title`: of the item, for whoever does not see where the box stands. `class`: of the label around it.
#[component]
pub fn ChosenBox(value: String, title: String, class: &'static str, chosen: Chosen) -> impl IntoView {
    view! {
        <label class=class>
            <input
                type="checkbox"
                name="ids[]"
                form=CHOSEN_FORM
                value=value
                aria-label=format!("Choose “{title}”")
                class=BOX
                on:change=move |_| chosen.count_again()
                // It would press the first button of the bar.
                on:keydown=move |event| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                    }
                }
            />
        </label>
    }
}

/// The box that ticks all of them. `all`: how many there are. Only the program can tick them.
#[component]
fn ChooseAll(all: u32, chosen: Chosen) -> impl IntoView {
    let count = chosen.0;
    view! {
        <label
            class="target flex cursor-pointer items-center pr-2 text-[13px] text-muted"
            class:hidden=move || count.get().is_none()
        >
            <span class="grid w-11 shrink-0 place-items-center">
                <input
                    type="checkbox"
                    class="accent-purple-fill"
                    prop:checked=move || count.get() == Some(all)
                    on:change=move |event| chosen.tick_all(event_target_checked(&event))
                />
            </span>
            <span>"Select all" <span class="max-[700px]:hidden">" on this page"</span></span>
        </label>
    }
}

#[cfg(feature = "hydrate")]
mod boxes {
    use leptos::prelude::document;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlInputElement;

    fn all() -> impl Iterator<Item = HtmlInputElement> {
        let found = document().get_elements_by_class_name(super::BOX);
        (0..found.length()).filter_map(move |at| found.item(at)?.dyn_into().ok())
    }

    pub fn ticked() -> u32 {
        all().filter(HtmlInputElement::checked).count() as u32
    }

    pub fn tick_all(on: bool) {
        all().for_each(|input| input.set_checked(on));
    }
}

/// The server ticks nothing.
#[cfg(not(feature = "hydrate"))]
mod boxes {
    pub fn ticked() -> u32 {
        0
    }

    pub fn tick_all(_: bool) {}
}
