//! The posts page: filters, search and where its part begins live in the URL; the form works without JavaScript.

use super::act::Outcome;
use super::acts::{ActMenu, ActResult, Acts, acted, outcome};
use super::browse::{ListQuery, PostFilter, list_posts};
use super::chosen;
use super::model::PostCard;
use super::row::{CHOOSABLE_ROWS, post_link};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::AppError;
use crate::domain::page::{Part, counted};
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::ui::Screen;
use crate::ui::page::{Allowed, PageHead};
use crate::ui::{
    Button, ButtonKind, Card, Chosen, ChosenBox, Empty, FilterLink, FilterLinks, FormError, LinkButton, Loaded, Turn,
    Turns, encode, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/posts`
pub struct PostsPage {
    query: Memo<ListQuery>,
    list: Resource<Result<Part<PostCard>, AppError>>,
    acts: Acts,
    /// Of the last act.
    outcome: Memo<Option<Outcome>>,
}

/// The address of a list: of its beginning, or of the part to which one turns.
fn address(query: &ListQuery, turn: Option<Turn>) -> String {
    let mut parts = vec![];
    if query.filter != PostFilter::All {
        parts.push(format!("filter={}", query.filter.id()));
    }
    if let Some(platform) = query.platform {
        parts.push(format!("platform={platform}"));
    }
    if !query.search.is_empty() {
        parts.push(format!("q={}", encode(&query.search)));
    }
    parts.extend(turn.map(Turn::parameter));
    if parts.is_empty() { "/posts".into() } else { format!("/posts?{}", parts.join("&")) }
}

/// The address of the part that is shown.
fn here(query: &ListQuery) -> String {
    match (query.older, query.newer, query.page) {
        (Some(at), ..) => address(query, Some(Turn::Older(at))),
        (None, Some(at), _) => address(query, Some(Turn::Newer(at))),
        (None, None, page) => {
            let start = address(query, None);
            let joint = if start.contains('?') { '&' } else { '?' };
            if page > 1 { format!("{start}{joint}page={page}") } else { start }
        }
    }
}

impl Screen for PostsPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| ListQuery {
                filter: PostFilter::parse(q.get_str("filter").unwrap_or_default()),
                search: q.get_str("q").unwrap_or_default().to_owned(),
                platform: q.get_str("platform").and_then(|p| p.parse().ok()),
                page: q.get_str("page").and_then(|p| p.parse().ok()).unwrap_or(1),
                older: q.get_str("older").and_then(|p| p.parse().ok()),
                newer: q.get_str("newer").and_then(|p| p.parse().ok()),
            })
        });
        let outcome = outcome();
        let acted = acted(outcome);
        let list = Resource::new_blocking(move || (query.get(), acted.get()), |(query, _)| list_posts(query));
        Self { query, list, acts: Acts::staying(), outcome }
    }

    fn view(this: Self) -> AnyView {
        let PostsPage { query, list, acts, outcome } = this;
        let chosen = Chosen::default();
        view! {
            <PageHead title="Posts" />
            <div class="flex max-w-page flex-col gap-3">
                {move || view! { <Filters query=query.get() /> }}
                <FormError error=failure(&acts) />
                <Loaded resource=list lines=8 let:part>
                    {told(outcome, &part.items, here(&query.get_untracked()), acts)}
                    <Results part=part query=query.get_untracked() chosen=chosen acts=acts />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Filters(query: ListQuery) -> impl IntoView {
    let links = PostFilter::ALL.into_iter().map(|filter| FilterLink {
        href: address(&ListQuery { filter, ..query.clone() }, None),
        name: filter.name(),
        on: filter == query.filter,
    });
    let links = links.collect();
    let platforms = Platform::publishers()
        .map(|p| view! { <option value=p.id() selected=query.platform == Some(p)>{p.name()}</option> })
        .collect_view();
    view! {
        <div class="flex flex-wrap items-center justify-between gap-3">
            <FilterLinks label="Which posts" links=links />
            <form class="flex flex-wrap gap-2" action="/posts" method="get" role="search">
                {(query.filter != PostFilter::All)
                    .then(|| view! { <input type="hidden" name="filter" value=query.filter.id() /> })}
                <select name="platform" aria-label="Platform" class="rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]">
                    <option value="">"All platforms"</option>
                    {platforms}
                </select>
                <input
                    type="search"
                    name="q"
                    value=query.search.clone()
                    placeholder="Search the texts"
                    aria-label="Search the texts"
                    class="w-44 rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint"
                />
                <Button small=true kind=ButtonKind::Ghost>"Search"</Button>
            </form>
        </div>
    }
}

#[component]
fn Results(part: Part<PostCard>, query: ListQuery, chosen: Chosen, acts: Acts) -> impl IntoView {
    let looked_at = part.looked_at.map(|n| {
        let n = counted(n.into());
        let text =
            format!("Only the newest {n} posts were searched. Type three letters or more to search all of them.");
        view! { <p class="text-xs text-faint">{text}</p> }.into_any()
    });
    if part.items.is_empty() {
        let plain = query.filter == PostFilter::All && query.search.is_empty() && query.platform.is_none();
        let (title, text) = if plain {
            ("No posts yet", "Write the first one; it can wait as a draft or go out at a time that you choose.")
        } else {
            ("Nothing matches", "No post fits this filter. Show all posts, or write a new one.")
        };
        return view! {
            <Card>
                <Empty title=title text=text>
                    <Allowed to=Permission::Publish>
                        <LinkButton href="/studio" kind=ButtonKind::Primary>"Write a post"</LinkButton>
                    </Allowed>
                    {(!plain).then(|| view! { <LinkButton href="/posts">"Show all"</LinkButton> })}
                </Empty>
            </Card>
            {looked_at}
        }
        .into_any();
    }
    let total = part.total.map(|n| {
        let text = if n == 1 { "1 post".to_owned() } else { format!("{} posts", counted(n)) };
        view! { <p class="text-xs text-faint">{text}</p> }.into_any()
    });
    let back = here(&query);
    let all = part.items.len() as u32;
    chosen.drawn();
    let chosen = Some(chosen).filter(|_| part.items.iter().any(|post| !post.offered().is_empty()));
    let bar = chosen.map(|ticked| chosen::bar(all, back.clone(), ticked, acts));
    let rows = part.items.into_iter().map(|post| row(post, &back, chosen, acts)).collect_view();
    view! {
        <Card>
            {bar}
            <ul class=CHOOSABLE_ROWS>{rows}</ul>
            <Turns newer=part.newer older=part.older href=Callback::new(move |turn| address(&query, Some(turn))) />
        </Card>
        {total}
        {looked_at}
    }
    .into_any()
}

/// The classes around a row's box.
const BOX: &str = "target grid w-11 shrink-0 cursor-pointer place-items-center hover:bg-surface-2";

/// What came of the last act, until that is put away. `items`: the posts of the page.
fn told(outcome: Memo<Option<Outcome>>, items: &[PostCard], back: String, acts: Acts) -> AnyView {
    let titles: Vec<_> = items.iter().map(|post| (post.id, post.title.clone())).collect();
    let is_draft = |post: &&PostCard| post.deliveries.iter().all(|d| d.state == DeliveryState::Draft);
    let drafts: Vec<_> = items.iter().filter(is_draft).map(|post| post.id).collect();
    let toast = move || {
        outcome.get().map(|outcome| {
            let (titles, drafts, back) = (titles.clone(), drafts.clone(), back.clone());
            view! { <ActResult outcome=outcome back=back titles=titles drafts=drafts acts=acts /> }.into_any()
        })
    };
    toast.into_any()
}

/// A post, with what can be done with it by whoever looks.
fn row(post: PostCard, back: &str, chosen: Option<Chosen>, acts: Acts) -> AnyView {
    let (id, title, offered) = (post.id, post.title.clone(), post.offered());
    let tick = chosen.map(|chosen| {
        view! { <ChosenBox value=id.to_string() title=title.clone() class=BOX chosen=chosen /> }.into_any()
    });
    let menu = (!offered.is_empty())
        .then(|| view! { <ActMenu post=id title=title offered=offered back=back.to_owned() acts=acts /> }.into_any());
    view! {
        <li class="flex items-stretch min-[701px]:grid">
            <span class="flex empty:hidden min-[701px]:col-start-1">{tick}</span>
            {post_link(post, true, "min-w-0 flex-1 min-[701px]:[grid-column:2/-2]")}
            <span class="flex empty:hidden min-[701px]:[grid-column:-2/-1]">{menu}</span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::page::Cursor;

    #[test]
    fn a_link_reproduces_the_view() {
        let query = ListQuery {
            filter: PostFilter::Draft,
            search: "café & co".into(),
            platform: Some(Platform::X),
            ..Default::default()
        };
        let turn = Some(Turn::Older(Cursor::FIRST));
        let place = "0_00000000-0000-0000-0000-000000000000";
        let address_of_older = format!("/posts?filter=draft&platform=x&q=caf%C3%A9%20%26%20co&older={place}");
        assert_eq!(address(&query, turn), address_of_older);
        assert_eq!(address(&ListQuery { page: 7, ..Default::default() }, None), "/posts");
        assert_eq!(here(&ListQuery { older: Some(Cursor::FIRST), ..query }), address_of_older);
        assert_eq!(here(&ListQuery { page: 7, ..Default::default() }), "/posts?page=7");
        assert_eq!(here(&ListQuery { page: 1, ..Default::default() }), "/posts");
    }
}
