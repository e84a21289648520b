//! A post as one line of a list: time, platforms, title, state.

use super::model::PostCard;
use crate::domain::delivery::DeliveryState;
use crate::features::deliveries::chip::{RemovedChip, StateChip};
use crate::features::preflight::{CheckMark, CheckWords};
use crate::ui::PlatformIcon;
use leptos::prelude::*;

/// The classes of a list of [`PostRow`]s.
pub const POST_ROWS: &str = "rows divide-y divide-line [--columns:auto_auto_minmax(0,1fr)_auto_auto_auto]";

/// The same, where a post can be chosen before its row and has a menu behind it.
pub const CHOOSABLE_ROWS: &str =
    "rows divide-y divide-line [--columns:auto_auto_auto_minmax(0,1fr)_auto_auto_auto_auto]";

/// So many platforms have their sign in a row; the others are counted.
const SIGNS: usize = 4;

/// `with_day`: the day stands beside the time (lists that span several days).
#[component]
pub fn PostRow(post: PostCard, #[prop(optional)] with_day: bool) -> impl IntoView {
    view! { <li>{post_link(post, with_day, "")}</li> }
}

/// What stands in the row, as a link to the post. `class`: its place in a row that has more.
pub fn post_link(post: PostCard, with_day: bool, class: &str) -> AnyView {
    let time =
        post.due.map_or_else(|| "no time".to_owned(), |w| if with_day { w.local.short() } else { w.local.clock() });
    let signs = post.deliveries.iter().take(SIGNS);
    let signs = signs.map(|d| view! { <PlatformIcon platform=d.platform /> }.into_any()).collect_view();
    let others = post.deliveries.len().saturating_sub(SIGNS);
    let others =
        (others > 0).then(|| view! { <span class="pl-2 text-xs text-faint">{format!("+{others}")}</span> }.into_any());
    let live = post.deliveries.iter().filter(|d| d.state == DeliveryState::Live).count();
    let detail = match (post.deliveries.len(), live) {
        (0, _) => "No account chosen yet".to_owned(),
        (n, 0) => format!("{n} {}", if n == 1 { "account" } else { "accounts" }),
        (n, l) => format!("{l} of {n} published"),
    };
    let mut published = post.deliveries.iter().filter(|d| d.state == DeliveryState::Live);
    let gone = post.state == DeliveryState::Live && published.all(|d| d.removed.is_some());
    let chip =
        if gone { view! { <RemovedChip /> }.into_any() } else { view! { <StateChip state=post.state /> }.into_any() };
    let width = if with_day { "min-[901px]:min-w-32" } else { "min-w-10" };
    let picture = post.thumbnail.clone().map(|src| {
        view! {
            <img
                class="order-last size-9 shrink-0 rounded-md object-cover min-[901px]:order-none min-[901px]:col-start-4"
                src=src
                alt=""
                loading="lazy"
            />
        }
        .into_any()
    });
    view! {
        // On a narrow screen time, platforms and state share the first line; the post itself gets the second.
        <a
            class=format!("row group has-words flex flex-wrap items-center gap-x-2 gap-y-1.5 px-4 py-2.5 min-[901px]:grid min-[901px]:gap-x-3 hover:bg-surface-2 {class}")
            href=format!("/posts/{}", post.id)
        >
            <span class=format!("{width} shrink-0 font-mono text-xs whitespace-nowrap text-muted")>{time}</span>
            <span class="flex shrink-0 items-center -space-x-1">{signs} {others}</span>
            <span class="order-last min-w-0 flex-1 basis-[70%] min-[901px]:order-none min-[901px]:col-start-3">
                <span dir="auto" class="block truncate">{post.title.clone()}</span>
                <span class="block text-xs text-faint">{detail}</span>
            </span>
            {picture}
            <span class="order-last flex items-center empty:hidden min-[901px]:order-none min-[901px]:col-start-5">
                {post.check.clone().map(|check| view! { <CheckMark check=check worded=true /> }.into_any())}
            </span>
            <span class="ml-auto flex min-[901px]:col-start-6 min-[901px]:justify-self-end">
                {chip}
            </span>
            {post.check.map(|check| view! { <CheckWords check=check /> }.into_any())}
        </a>
    }
    .into_any()
}
