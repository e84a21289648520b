//! A post as one line of a list: time, platforms, title, state.

use super::model::PostCard;
use crate::domain::delivery::DeliveryState;
use crate::features::deliveries::chip::StateChip;
use crate::features::preflight::{CheckMark, CheckWords};
use crate::ui::PlatformIcon;
use leptos::prelude::*;

/// `with_day`: the day stands beside the time (lists that span several days).
#[component]
pub fn PostRow(post: PostCard, #[prop(optional)] with_day: bool) -> impl IntoView {
    view! { <li>{post_link(post, with_day)}</li> }
}

/// What stands in the row, as a link to the post.
pub fn post_link(post: PostCard, with_day: bool) -> AnyView {
    let time =
        post.due.map_or_else(|| "no time".to_owned(), |w| if with_day { w.local.short() } else { w.local.clock() });
    let icons =
        post.deliveries.iter().map(|d| view! { <PlatformIcon platform=d.platform /> }.into_any()).collect_view();
    let live = post.deliveries.iter().filter(|d| d.state == DeliveryState::Live).count();
    let detail = match (post.deliveries.len(), live) {
        (0, _) => "No account chosen yet".to_owned(),
        (n, 0) => format!("{n} {}", if n == 1 { "account" } else { "accounts" }),
        (n, l) => format!("{l} of {n} published"),
    };
    let width = if with_day { "w-32" } else { "w-14" };
    let picture = post.thumbnail.clone().map(|src| {
        view! { <img class="size-9 shrink-0 rounded-md object-cover" src=src alt="" loading="lazy" /> }.into_any()
    });
    view! {
            // On a phone time, platforms and state share the first line; the post itself gets the second.
            <a
                class="group relative flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2.5 hover:bg-surface-2"
                href=format!("/posts/{}", post.id)
            >
                <span class=format!("{width} shrink-0 font-mono text-xs text-muted")>{time}</span>
                <span class="flex shrink-0 -space-x-1">{icons}</span>
                <span class="order-last flex min-w-0 basis-full items-center gap-3 min-[701px]:order-none min-[701px]:flex-1 min-[701px]:basis-40">
                    {picture}
                    <span class="min-w-0 flex-1">
                        <span dir="auto" class="block truncate">{post.title.clone()}</span>
                        <span class="block text-xs text-faint">{detail}</span>
                    </span>
                </span>
                <span class="ml-auto flex items-center gap-2">
                    {post.check.clone().map(|check| view! { <CheckMark check=check /> }.into_any())}
                    <StateChip state=post.state />
                </span>
                {post.check.map(|check| view! { <CheckWords check=check /> }.into_any())}
            </a>
    }
    .into_any()
}
