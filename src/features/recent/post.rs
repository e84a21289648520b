//! One post of the list.

use super::model::ListedPost;
use crate::domain::ids::ConnectionId;
use crate::domain::platform::Platform;
use crate::ui::{ButtonKind, Card, Chip, Tone, encode, of_company};
use leptos::prelude::*;

#[component]
pub fn RecentPostItem(post: ListedPost, account: ConnectionId, platform: Platform, zone: String) -> impl IntoView {
    let picture = post.has_picture.then(|| {
        let src = of_company(&format!("/api/social/accounts/{account}/posts/picture?post={}", encode(&post.id)));
        view! {
            <img
                src=src
                alt=""
                loading="lazy"
                width="96"
                height="96"
                class="size-20 shrink-0 rounded-control border border-line bg-surface-2 object-cover sm:size-24"
            />
        }
        .into_any()
    });
    let title = post.title.clone().map(|title| {
        view! { <h2 dir="auto" class="text-sm font-semibold [overflow-wrap:anywhere]">{title}</h2> }.into_any()
    });
    let text = match (post.text.trim(), &post.title) {
        ("", Some(_)) => None,
        ("", None) => Some(view! { <p class="text-[13px] text-faint">"No text"</p> }.into_any()),
        (text, _) => Some(
            view! {
                <p dir="auto" class="line-clamp-5 leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
                    {text.to_owned()}
                </p>
            }
            .into_any(),
        ),
    };
    let when = post.at.map(|at| {
        view! { <time class="ml-auto text-xs text-faint" datetime=at.local.to_string() title=zone>{at.local.short()}</time> }
            .into_any()
    });
    let audience = post.audience.clone().map(|who| view! { <Chip tone=Tone::Warning>{who}</Chip> }.into_any());
    let ours = post.ours.map(|id| {
        view! {
            <a href=format!("/posts/{id}") class=ButtonKind::Ghost.class(true)>
                "Posted with LUX"
                <span class="sr-only">": open the post"</span>
            </a>
        }
        .into_any()
    });
    let see = post.url.clone().map(|href| {
        view! {
            <a href=href target="_blank" rel="noopener noreferrer" class=ButtonKind::Ghost.class(true)>
                {format!("See it on {}", platform.name())}
                <span class="sr-only">" (in a new tab)"</span>
            </a>
        }
        .into_any()
    });
    view! {
        <li>
            <Card class="flex gap-3.5 p-4">
                {picture}
                <div class="flex min-w-0 flex-1 flex-col gap-1.5">
                    <div class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                        <span class="text-xs text-muted">{post.kind.name()}</span>
                        {audience}
                        {when}
                    </div>
                    {title}
                    {text}
                    <div class="mt-auto flex flex-wrap items-start gap-2">{ours} {see}</div>
                </div>
            </Card>
        </li>
    }
}
