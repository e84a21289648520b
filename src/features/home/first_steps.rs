//! The first steps of a new company, until they are done or put away.

use super::calls::HideFirstSteps;
use super::model::FirstSteps;
use crate::ui::{Button, ButtonKind, Card, CardHead, FormAction, Glyph, Icon, PostForm};
use leptos::prelude::*;

pub fn first_steps(steps: FirstSteps, hide: FormAction<HideFirstSteps>) -> AnyView {
    let items = [
        (steps.keys, "/settings/integrations", "Add the keys of a platform", "Bluesky needs none."),
        (steps.account, "/connections", "Connect an account", "Posts go out through it."),
        (steps.post, "/studio", "Write a post", "Publish it now or schedule it."),
    ];
    let items = items
        .into_iter()
        .map(|(done, href, what, why)| {
            let mark = if done {
                view! { <Icon glyph=Glyph::Check class="size-4 text-ok" /> }.into_any()
            } else {
                view! { <span class="size-4 shrink-0 rounded-full border border-line-strong"></span> }.into_any()
            };
            view! {
                <li>
                    <a href=href class="flex items-center gap-3 px-4 py-3 hover:bg-surface-2">
                        {mark}
                        <span>
                            <span class="sr-only">{if done { "Done: " } else { "" }}</span>
                            {what}
                        </span>
                        <span class="text-xs text-faint">{why}</span>
                    </a>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <Card>
            <CardHead title="First steps">
                <PostForm action=hide>
                    <Button kind=ButtonKind::Ghost small=true>"Hide"</Button>
                </PostForm>
            </CardHead>
            <ol class="divide-y divide-line">{items}</ol>
        </Card>
    }
    .into_any()
}
