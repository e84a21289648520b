//! Several posts of a list at once: the bar with what can be done with those that are ticked (`ui::chosen`).

use super::act::PostAct;
use super::acts::{Acts, fields};
use crate::ui::{Button, CHOSEN_FORM, ChooseAll, Chosen, Icon, PostForm};
use leptos::prelude::*;

/// What can be done with those that are ticked. `all`: how many boxes there are.
#[component]
pub fn ChosenBar(all: u32, back: String, chosen: Chosen, acts: Acts) -> impl IntoView {
    let idle = Signal::derive(move || chosen.count() == Some(0) || acts.pending().get());
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
            id=CHOSEN_FORM
            class="min-[701px]:sticky top-[57px] z-[5] flex flex-wrap items-center gap-x-3 gap-y-2 rounded-t-card border-b border-line bg-surface-1 py-1.5 pr-4"
        >
            // What Enter in a box presses before the program is there: the list is shown anew, and nothing happens to a post.
            <button formmethod="get" formaction="/posts" hidden=true></button>
            {fields(&[], back)}
            <ChooseAll all=all chosen=chosen />
            <span role="status" class="text-[13px] tabular-nums">
                {move || chosen.words()}
            </span>
            <div class="flex flex-wrap gap-2 pl-3 max-[700px]:w-full min-[701px]:ml-auto">{buttons}</div>
        </PostForm>
    }
}
