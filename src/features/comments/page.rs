//! The comments page: an inbox of what people wrote under published posts. Filters and where its part begins live in the URL;
//! its forms work without JavaScript. It reads itself anew while somebody looks.

use super::calls::{CollectNow, HideComment, MarkAllRead, list_comments};
use super::card::CommentItem;
use super::model::{CommentFilter, CommentList, CommentQuery};
use crate::domain::error::AppError;
use crate::domain::permission::Permission;
use crate::features::deliveries::actions::{Typed, is_button};
use crate::features::deliveries::linked::this_page;
use crate::ui::page::PageHead;
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, Empty, FilterLink, FilterLinks, FormAction, FormError, LinkButton, Loaded, Notice,
    PostForm, Screen, Tone, Turn, Turns, browser, failure,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(10);
/// After a button was pressed; mostly the server has done it by then.
const SOON: Duration = Duration::from_millis(900);

/// `/comments`
pub struct CommentsPage {
    query: Memo<CommentQuery>,
    list: Resource<Result<CommentList, AppError>>,
    /// What was just done, as the address says.
    did: Memo<Option<String>>,
    /// Counted up to read the list anew.
    look: RwSignal<u32>,
}

/// The address of a list: of its beginning, or of the part to which one turns.
fn address(query: &CommentQuery, turn: Option<Turn>) -> String {
    let mut parts = vec![];
    if query.filter != CommentFilter::default() {
        parts.push(format!("state={}", query.filter.id()));
    }
    parts.extend(query.account.map(|account| format!("account={account}")));
    parts.extend(query.post.map(|post| format!("post={post}")));
    parts.extend(turn.map(Turn::parameter));
    if parts.is_empty() { "/comments".into() } else { format!("/comments?{}", parts.join("&")) }
}

impl Screen for CommentsPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| CommentQuery {
                filter: CommentFilter::parse(q.get_str("state").unwrap_or_default()),
                account: q.get_str("account").and_then(|id| id.parse().ok()),
                post: q.get_str("post").and_then(|id| id.parse().ok()),
                reply: q.get_str("reply").and_then(|id| id.parse().ok()),
                saved: q.get_str("saved").and_then(|id| id.parse().ok()),
                older: q.get_str("older").and_then(|place| place.parse().ok()),
                newer: q.get_str("newer").and_then(|place| place.parse().ok()),
            })
        });
        let did = Memo::new(move |_| params.with(|q| q.get_str("did").map(str::to_owned)));
        let look = RwSignal::new(0);
        let list =
            Resource::new_blocking(move || (query.get(), did.get(), look.get()), |(query, ..)| list_comments(query));
        Self { query, list, did, look }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, list, did, look } = this;
        let pressed = RwSignal::new(0u32);
        ask_again(query, list, look, pressed);
        provide_context(Typed::default());
        view! {
            <PageHead title="Comments" />
            <div
                class="flex max-w-page flex-col gap-3"
                on:click=move |event| {
                    if is_button(&event) {
                        pressed.update(|n| *n += 1);
                    }
                }
                on:submit=move |_| pressed.update(|n| *n += 1)
            >
                <Loaded resource=list lines=6 let:list>
                    <Inbox list=list query=query.get_untracked() />
                </Loaded>
            </div>
            {move || did.get().and_then(|did| just_done(&did))}
        }
        .into_any()
    }
}

/// Asks again every so often while somebody looks, and soon after a button was pressed. The page is shown anew only when
/// the answer is another one.
fn ask_again(
    query: Memo<CommentQuery>,
    list: Resource<Result<CommentList, AppError>>,
    look: RwSignal<u32>,
    pressed: RwSignal<u32>,
) {
    let shown = StoredValue::new(None::<CommentList>);
    Effect::new(move |_| shown.set_value(list.get().and_then(Result::ok)));
    let ask = move || {
        spawn_local(async move {
            // Whoever leaves the page meanwhile takes all of this along.
            let Some(query) = query.try_get_untracked() else { return };
            let Ok(now) = list_comments(query).await else { return };
            if shown.try_with_value(|shown| shown.as_ref() != Some(&now)) == Some(true) {
                look.try_update(|n| *n += 1);
            }
        });
    };
    browser::keep_fresh(REFRESH, ask);
    Effect::new(move |_| {
        let moving = list.with(|list| matches!(list, Some(Ok(list)) if list.is_moving()));
        if pressed.get() > 0 || moving {
            let timer = set_timeout_with_handle(ask, SOON);
            on_cleanup(move || drop(timer.map(|handle| handle.clear())));
        }
    });
}

#[component]
fn Inbox(list: CommentList, query: CommentQuery) -> impl IntoView {
    let troubles = list.troubles.iter().map(|words| view! { <li dir="auto">{words.clone()}</li> }.into_any());
    let troubles: Vec<_> = troubles.collect();
    let troubles = (!troubles.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Warning>
                <ul class="flex flex-col gap-1" aria-label="Accounts whose comments cannot be read">
                    {troubles}
                </ul>
            </Notice>
        }
        .into_any()
    });
    view! {
        <Filters list=&list query=query />
        {troubles}
        <Comments list=list query=query />
    }
}

#[component]
fn Filters<'a>(list: &'a CommentList, query: CommentQuery) -> impl IntoView {
    let start = CommentQuery { older: None, newer: None, ..query };
    let links = CommentFilter::ALL.into_iter().map(|filter| FilterLink {
        href: address(&CommentQuery { filter, ..start }, None),
        name: filter.name(),
        on: filter == query.filter,
    });
    let links = links.collect();
    let options = list.accounts.iter().map(|account| {
        let words = format!("{} {}", account.platform.name(), account.handle);
        let chosen = query.account == Some(account.id);
        view! { <option value=account.id.to_string() selected=chosen>{words}</option> }.into_any()
    });
    let options: Vec<_> = options.collect();
    let filter = (query.filter != CommentFilter::default())
        .then(|| view! { <input type="hidden" name="state" value=query.filter.id() /> }.into_any());
    let post = query.post.map(|post| view! { <input type="hidden" name="post" value=post.to_string() /> }.into_any());
    let accounts = (list.accounts.len() > 1).then(|| {
        view! {
            <form class="flex flex-wrap gap-2" action="/comments" method="get">
                {filter} {post}
                <select name="account" aria-label="Account" class="max-w-60 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]">
                    <option value="">"All accounts"</option>
                    {options}
                </select>
                <Button small=true kind=ButtonKind::Ghost>"Show"</Button>
            </form>
        }
        .into_any()
    });
    let about = list.about.clone().zip(query.post).map(|(title, post)| {
        let all = address(&CommentQuery { post: None, ..start }, None);
        view! {
            <p class="flex min-w-0 flex-wrap items-center gap-2 text-[13px] text-muted">
                "Only under "
                <a dir="auto" class="max-w-full truncate text-text hover:underline" href=format!("/posts/{post}")>{title}</a>
                <a class="text-purple-soft hover:underline" href=all>"Show comments on all posts"</a>
            </p>
        }
        .into_any()
    });
    let write = list.role.may(Permission::Publish).then(|| {
        view! { <Turnover until=list.newest_unread().map(|comment| comment.id.to_string()) query=query /> }.into_any()
    });
    view! {
        <div class="flex flex-wrap items-center justify-between gap-3">
            <FilterLinks label="Which comments" links=links />
            {accounts}
            {write}
        </div>
        {about}
    }
    .into_any()
}

/// What is done with all of them: marking as read, looking for new ones.
#[component]
fn Turnover(until: Option<String>, query: CommentQuery) -> impl IntoView {
    let (read, collect) = (FormAction::<MarkAllRead>::new(), FormAction::<CollectNow>::new());
    let all = until.filter(|_| query.filter == CommentFilter::Unread && query.newer.is_none() && query.older.is_none());
    let all = all.map(|until| {
        let account =
            query.account.map(|id| view! { <input type="hidden" name="account" value=id.to_string() /> }.into_any());
        let post = query.post.map(|id| view! { <input type="hidden" name="post" value=id.to_string() /> }.into_any());
        view! {
            <PostForm action=read>
                <input type="hidden" name="until" value=until />
                {account} {post}
                <Button small=true disabled=read.pending()>"Mark all as read"</Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <div class="flex flex-wrap items-center gap-2">
            {all}
            <PostForm action=collect>
                <Button small=true kind=ButtonKind::Ghost disabled=collect.pending()>"Look for new ones"</Button>
            </PostForm>
        </div>
        <FormError error=failure(&read) />
        <FormError error=failure(&collect) />
    }
}

#[component]
fn Comments(list: CommentList, query: CommentQuery) -> impl IntoView {
    if list.part.items.is_empty() {
        let (title, text) = match query.filter {
            CommentFilter::Unread => ("Nothing to read", "New comments under your posts appear here within minutes."),
            CommentFilter::Hidden => ("Nothing is hidden", "Comments that you hide at the platform are listed here."),
            CommentFilter::All => {
                ("No comments yet", "What people write under posts of the last 30 days is collected here.")
            }
        };
        let all = (query.filter != CommentFilter::All).then(|| {
            let href = address(&CommentQuery { filter: CommentFilter::All, ..query }, None);
            view! { <LinkButton href=href>"Show all comments"</LinkButton> }.into_any()
        });
        return view! {
            <Card>
                <Empty title=title text=text>{all}</Empty>
            </Card>
        }
        .into_any();
    }
    let (newer, older, zone) = (list.part.newer, list.part.older, list.zone);
    let (role, replying) = (list.role, list.replying);
    let comments = list.part.items;
    // Keyed: drawn anew in the place of another one, a comment would leave the keyboard on the other one's buttons.
    let items = view! {
        <For
            each=move || comments.clone()
            key=|comment| comment.id
            children=move |comment| {
                view! { <CommentItem comment=comment zone=zone.clone() role=role replying=replying.clone() /> }
            }
        />
    };
    let start = CommentQuery { older: None, newer: None, ..query };
    view! {
        <ul class="flex flex-col gap-3" aria-label="Comments">{items}</ul>
        <Turns newer=newer older=older href=Callback::new(move |turn| address(&start, Some(turn))) />
    }
    .into_any()
}

/// What was done with the last form, as the address of the page says it.
fn just_done(did: &str) -> Option<AnyView> {
    match did.split_once('.') {
        Some(("hide", comment)) => Some(view! { <JustHidden comment=comment.to_owned() /> }.into_any()),
        None if did == "reply" => Some(view! { <JustReplied /> }.into_any()),
        _ => None,
    }
}

/// A comment that is answered is read, so it leaves the list of unread ones.
#[component]
fn JustReplied() -> impl IntoView {
    let close = without_said(&this_page());
    let buttons = view! {
        <a href="/comments?state=all" class=ButtonKind::Secondary.class(true)>
            "See all comments"
        </a>
    };
    view! {
        <AddressToast text="Your reply is on its way." close=close buttons=buttons.into_any() lasts=false />
    }
}

/// What was just hidden, with the way back.
#[component]
fn JustHidden(comment: String) -> impl IntoView {
    let undo = FormAction::<HideComment>::staying();
    let page = this_page();
    let close = without_said(&page);
    let buttons = view! {
        <PostForm action=undo>
            <input type="hidden" name="comment" value=comment />
            <input type="hidden" name="hidden" value="false" />
            <input type="hidden" name="back" value=page />
            <Button small=true disabled=undo.pending()>"Undo"</Button>
        </PostForm>
    };
    view! {
        <AddressToast text="The comment is hidden. Only its author still sees it." close=close buttons=buttons.into_any() lasts=true>
            <FormError error=failure(&undo) />
        </AddressToast>
    }
}

/// The page without what it has to say.
fn without_said(page: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let kept: Vec<_> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("did=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ConnectionId, PostId};
    use crate::domain::page::Cursor;

    #[test]
    fn a_link_reproduces_the_view() {
        let (account, post) = (Some(ConnectionId::from_u128(1)), Some(PostId::from_u128(2)));
        let query = CommentQuery { filter: CommentFilter::Hidden, account, post, ..Default::default() };
        let (of, under) = ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002");
        let place = "0_00000000-0000-0000-0000-000000000000";
        let expected = format!("/comments?state=hidden&account={of}&post={under}&older={place}");
        assert_eq!(address(&query, Some(Turn::Older(Cursor::FIRST))), expected);
        assert_eq!(address(&CommentQuery::default(), None), "/comments");
        assert_eq!(without_said("/comments?state=all&did=hide.7"), "/comments?state=all");
        assert_eq!(without_said("/comments?did=hide.7"), "/comments");
    }
}
