//! Several items of a list at once: a box at each, and one for all. The boxes belong to the form of the list's bar by its id, as
//! each row may have a form of its own; which of them are ticked, only the document knows.

use leptos::prelude::*;

/// The id of the bar's form.
pub const CHOSEN_FORM: &str = "chosen";
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

    fn count_again(self) {
        self.0.set(Some(boxes::ticked()));
    }

    fn tick_all(self, on: bool) {
        boxes::tick_all(on);
        self.count_again();
    }
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
                class=format!("{BOX} accent-purple-fill")
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
pub fn ChooseAll(all: u32, chosen: Chosen) -> impl IntoView {
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
