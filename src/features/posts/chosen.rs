//! What can be done with several posts of a list at once (`ui::chosen`).

use super::act::PostAct;
use super::acts::Acts;
use crate::ui::{Button, Chosen, ChosenBar, Icon};
use leptos::prelude::*;

/// The bar of a list of posts. `all`: how many boxes there are.
pub fn bar(all: u32, back: String, chosen: Chosen, acts: Acts) -> AnyView {
    let idle = chosen.idle(acts);
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
        <ChosenBar action=acts back=back all=all chosen=chosen>
            {buttons}
        </ChosenBar>
    }
    .into_any()
}
