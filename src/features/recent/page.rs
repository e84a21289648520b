//! An account's newest posts. The network is asked when the page is opened, and not again by itself.

use super::calls::load_recent;
use super::model::{Next, RecentList, Trouble};
use super::post::RecentPostItem;
use crate::domain::error::AppError;
use crate::domain::ids::ConnectionId;
use crate::ui::page::PageHead;
use crate::ui::{ButtonKind, Card, Empty, LinkButton, Loaded, Notice, PlatformIcon, Screen, Tone, encode};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/connections/:id/posts`
pub struct RecentPostsPage {
    /// The place in the list at which this part begins.
    older: Memo<String>,
    list: Resource<Result<RecentList, AppError>>,
}

impl Screen for RecentPostsPage {
    fn data() -> Self {
        let (params, query) = (use_params_map(), use_query_map());
        let account = Memo::new(move |_| params.with(|p| p.get("id")).unwrap_or_default());
        let older = Memo::new(move |_| query.with(|q| q.get("older")).unwrap_or_default());
        let list = Resource::new(
            move || (account.get(), older.get()),
            |(account, older)| async move {
                match account.parse() {
                    Ok(id) => load_recent(id, older).await,
                    Err(_) => Err(AppError::not_found("account")),
                }
            },
        );
        Self { older, list }
    }

    fn view(this: Self) -> AnyView {
        let Self { older, list } = this;
        view! {
            <PageHead title="Recent posts" />
            <div class="flex w-full max-w-page flex-col gap-3.5">
                <p class="text-[13px]">
                    <a class="text-purple-soft hover:underline" href="/connections">"All accounts"</a>
                </p>
                <Loaded resource=list lines=8 let:list>
                    <List list=list older=older.get_untracked() />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

/// The address of a part of the list.
fn address(account: ConnectionId, older: &str) -> String {
    let start = format!("/connections/{account}/posts");
    if older.is_empty() { start } else { format!("{start}?older={}", encode(older)) }
}

#[component]
fn List(list: RecentList, older: String) -> impl IntoView {
    let RecentList {
        id,
        platform,
        handle,
        profile_url,
        posts,
        older: next,
        read_at,
        zone,
        about,
        trouble,
        may_connect,
    } = list;
    let name = platform.name();
    let here = address(id, &older);
    let shown = profile_url.clone().filter(|url| url.starts_with("https://"));
    let account = match shown {
        Some(url) => view! {
            <a dir="auto" class="truncate font-medium hover:underline" href=url target="_blank" rel="noopener noreferrer">
                {handle.clone()}
                <span class="sr-only">" (in a new tab)"</span>
            </a>
        }
        .into_any(),
        None => view! { <span dir="auto" class="truncate font-medium">{handle.clone()}</span> }.into_any(),
    };
    let as_of = read_at.map(|at| {
        view! {
            <span class="text-xs text-faint" title=zone.clone()>{format!("As of {}", at.local.short())}</span>
            <LinkButton href=here.clone() kind=ButtonKind::Ghost small=true external=true>"Read again"</LinkButton>
        }
        .into_any()
    });
    let about = about.map(|about| view! { <p class="text-xs text-faint">{about}</p> }.into_any());
    let has_list = read_at.is_some();
    let trouble = trouble.map(|trouble| {
        view! { <TroubleNotice trouble=trouble account=(id, platform) here=here may_connect=may_connect old=has_list /> }
            .into_any()
    });
    let empty = (has_list && posts.is_empty()).then(|| {
        let (title, text) = match older.is_empty() {
            true => ("No posts yet", format!("{name} lists nothing that {handle} has published.")),
            false => ("No older posts", "This is the end of the list.".to_owned()),
        };
        view! {
            <Card>
                <Empty title=title text=text>
                    <LinkButton href="/studio" kind=ButtonKind::Primary>"Write a post"</LinkButton>
                </Empty>
            </Card>
        }
        .into_any()
    });
    let items = posts
        .into_iter()
        .map(|post| view! { <RecentPostItem post=post account=id platform=platform zone=zone.clone() /> }.into_any());
    let items: Vec<_> = items.collect();
    let items = (!items.is_empty()).then(|| {
        view! { <ul class="flex flex-col gap-3" aria-label=format!("Posts of {handle}")>{items}</ul> }.into_any()
    });
    let newest = (!older.is_empty())
        .then(|| view! { <LinkButton href=address(id, "") small=true>"Newest posts"</LinkButton> }.into_any());
    let behind = next
        .map(|place| view! { <LinkButton href=address(id, &place) small=true>"Older posts"</LinkButton> }.into_any());
    let turns = (newest.is_some() || behind.is_some()).then(|| {
        view! { <nav class="flex flex-wrap gap-2" aria-label="Parts of the list">{newest} {behind}</nav> }.into_any()
    });
    view! {
        <div class="flex flex-col gap-3.5">
            <div class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <PlatformIcon platform=platform />
                {account}
                <span class="ml-auto flex items-center gap-2">{as_of}</span>
            </div>
            {about}
            {trouble}
            {items}
            {empty}
            {turns}
        </div>
    }
}

/// What went wrong, and the way on. `old`: what was read before stands below it.
#[component]
fn TroubleNotice(
    trouble: Trouble,
    account: (ConnectionId, crate::domain::platform::Platform),
    here: String,
    may_connect: bool,
    old: bool,
) -> impl IntoView {
    let Trouble { words, next } = trouble;
    let (id, platform) = account;
    let way = match next {
        Next::Reconnect if may_connect => {
            let href = format!("/api/social/connect/{platform}?for={id}");
            Some(view! { <LinkButton href=href kind=ButtonKind::Primary small=true external=true>"Reconnect"</LinkButton> }.into_any())
        }
        Next::Keys if may_connect => {
            let href = format!("/settings/integrations#{platform}");
            Some(view! { <LinkButton href=href small=true>"Enter the keys"</LinkButton> }.into_any())
        }
        Next::Reconnect | Next::Keys => Some(view! { <p>"Ask an admin of this company to do that."</p> }.into_any()),
        Next::Later => {
            Some(view! { <LinkButton href=here small=true external=true>"Try again"</LinkButton> }.into_any())
        }
        Next::Look => None,
    };
    let kept = old.then(|| view! { <p>"What was read before stands below."</p> }.into_any());
    view! {
        <Notice tone=Tone::Warning>
            <div class="flex flex-col items-start gap-2">
                <p class="[overflow-wrap:anywhere]">{words}</p>
                {kept}
                {way}
            </div>
        </Notice>
    }
}
