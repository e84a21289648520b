//! Several posts of a list at once: the boxes of its rows, and the bar with what can be done with those that are ticked. The boxes
//! belong to the bar's form by its id, as each row has a form of its own; which of them are ticked, only the document knows.

use super::act::PostAct;
use super::acts::{Acts, fields};
use crate::domain::ids::PostId;
use crate::ui::{Button, Icon, PostForm};
use leptos::prelude::*;

/// The id of the bar's form.
const FORM: &str = "chosen";
/// The classes of a row's box.
const BOX: &str = "choose-post accent-purple-fill";

/// How many boxes are ticked; nothing before the page has come to life.
#[derive(Clone, Copy, Default)]
pub struct Chosen(RwSignal<Option<u32>>);

impl Chosen {
    /// The list is drawn. When it was drawn before, its rows may be other posts' now: nothing of them is chosen.
    pub fn drawn(self) {
        Effect::new(move |_| match self.0.get_untracked() {
            // Boxes may have been ticked before the program arrived.
            None => self.count_again(),
            Some(_) => self.tick_all(false),
        });
    }

    fn count_again(self) {
        self.0.set(Some(boxes::ticked()));
    }

    fn tick_all(self, on: bool) {
        boxes::tick_all(on);
        self.count_again();
    }
}

/// The box of a row. `title`: of the post, for whoever does not see where the box stands.
#[component]
pub fn ChosenBox(post: PostId, title: String, chosen: Chosen) -> impl IntoView {
    view! {
        <label class="target grid w-11 shrink-0 cursor-pointer place-items-center hover:bg-surface-2">
            <input
                type="checkbox"
                name="ids[]"
                form=FORM
                value=post.to_string()
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

/// What can be done with those that are ticked. `all`: how many boxes there are.
#[component]
pub fn ChosenBar(all: u32, back: String, chosen: Chosen, acts: Acts) -> impl IntoView {
    let count = chosen.0;
    let idle = Signal::derive(move || count.get() == Some(0) || acts.pending().get());
    let words = move || match count.get() {
        None | Some(0) => String::new(),
        Some(n) => format!("{n} chosen"),
    };
    let buttons = PostAct::TOGETHER
        .into_iter()
        .map(|act| {
            view! {
                <Button kind=act.kind() small=true name="act" value=act.id() disabled=idle>
                    <Icon glyph=act.glyph() class="size-4 max-[700px]:hidden" />
                    {act.name()}
                </Button>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <PostForm
            action=acts
            id=FORM
            class="min-[701px]:sticky top-[57px] z-[5] flex flex-wrap items-center gap-x-3 gap-y-2 rounded-t-card border-b border-line bg-surface-1 py-1.5 pr-4"
        >
            // What Enter in a box presses before the program is there: the list is shown anew, and nothing happens to a post.
            <button formmethod="get" formaction="/posts" hidden=true></button>
            {fields(&[], back)}
            // Only the program can tick them.
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
            <span role="status" class="text-[13px] tabular-nums">
                {words}
            </span>
            <div class="flex flex-wrap gap-2 pl-3 max-[700px]:w-full min-[701px]:ml-auto">{buttons}</div>
        </PostForm>
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
