//! `/chat`: one's conversations and the one that is open. Which one, what is searched for and on which page it is asked stand in the URL.

use super::calls::{ActOnConversation, SendChat, load_chat};
use super::model::{ChatAct, ChatBoard, ChatQuery, ConversationLine};
use super::talk::{Talk, conversation, model_chip};
use crate::domain::error::AppError;
use crate::domain::ids::ConversationId;
use crate::features::agents::calls::DecideProposals;
use crate::ui::page::PageHead;
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, FormAction, FormError, Glyph, Icon, LinkButton, Loaded, PostForm, Screen, Turn, Turns,
    done, encode, failure,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// `/chat`
pub struct ChatPage {
    query: Memo<ChatQuery>,
    gone: Memo<Option<ConversationId>>,
    board: Resource<Result<ChatBoard, AppError>>,
    talk: Talk,
    send: FormAction<SendChat>,
    act: FormAction<ActOnConversation>,
    decide: FormAction<DecideProposals>,
}

/// The address of the list, with the conversation that is open.
fn address(query: &ChatQuery, open: Option<ConversationId>) -> String {
    let mut parts = vec![];
    parts.extend(open.map(|id| format!("c={id}")));
    if !query.search.is_empty() {
        parts.push(format!("q={}", encode(&query.search)));
    }
    parts.extend(query.older.map(|at| format!("older={at}")));
    if !query.from.is_empty() {
        parts.push(format!("from={}", encode(&query.from)));
    }
    if parts.is_empty() { "/chat".into() } else { format!("/chat?{}", parts.join("&")) }
}

impl Screen for ChatPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| ChatQuery {
                conversation: q.get_str("c").and_then(|id| id.parse().ok()),
                search: q.get_str("q").unwrap_or_default().to_owned(),
                older: q.get_str("older").and_then(|at| at.parse().ok()),
                from: q.get_str("from").unwrap_or_default().to_owned(),
                panel: false,
            })
        });
        let gone = Memo::new(move |_| params.with(|q| q.get_str("gone").and_then(|id| id.parse().ok())));
        let talk = Talk::new("chat-message", query.with_untracked(|query| query.from.clone()));
        let (send, act, decide) = (FormAction::staying(), FormAction::staying(), FormAction::staying());
        let (sent, acted, decided) = (done(&send), done(&act), done(&decide));
        let key = move || (query.get(), talk.news.get(), sent.get(), acted.get(), decided.get());
        let board = Resource::new_blocking(key, |(query, ..)| load_chat(query));
        Self { query, gone, board, talk, send, act, decide }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, gone, board, talk, send, act, decide } = this;
        follow(query, talk);
        view! {
            <PageHead title="Ask" />
            <div class="flex max-w-page flex-col gap-3">
                <FormError error=failure(&act) />
                <FormError error=failure(&decide) />
                <Loaded resource=board lines=6 let:board>
                    {shown(board, query.get_untracked(), talk, send, act, decide)}
                </Loaded>
            </div>
            {move || gone.get().map(|id| deleted(id, query.with_untracked(|query| address(query, None)), act))}
        }
        .into_any()
    }
}

/// Keeps the address at the conversation that is open.
fn follow(query: Memo<ChatQuery>, talk: Talk) {
    Effect::new(move |_| talk.conversation.set(query.with(|query| query.conversation)));
    let navigate = use_navigate();
    Effect::new(move |_| {
        talk.news.track();
        let open = talk.conversation.get_untracked();
        let query = query.get_untracked();
        if open.is_some() && query.conversation != open {
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&address(&query, open), options);
        }
    });
}

fn shown(
    board: ChatBoard,
    query: ChatQuery,
    talk: Talk,
    send: FormAction<SendChat>,
    act: FormAction<ActOnConversation>,
    decide: FormAction<DecideProposals>,
) -> AnyView {
    let open = board.open.as_ref().map(|open| open.id);
    let title = board.open.as_ref().map_or_else(|| "New conversation".to_owned(), |open| open.title.clone());
    let head = open.map(|id| {
        let label = format!("Delete: {title}");
        let from = query.from.clone();
        view! {
            <PostForm action=act class="ml-auto">
                <input type="hidden" name="conversation" value=id.to_string() />
                <input type="hidden" name="from" value=from />
                <Button small=true kind=ButtonKind::Danger name="act" value=ChatAct::Delete.id() label=label disabled=act.pending()>
                    "Delete"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <div class="grid grid-cols-1 gap-4 min-[900px]:grid-cols-[260px_minmax(0,1fr)]">
            {list(&board, &query, talk)}
            <Card class="flex min-w-0 flex-col gap-3 p-4 max-[899px]:order-first">
                <div class="flex min-w-0 flex-wrap items-center gap-2">
                    <h2 dir="auto" class="min-w-0 font-semibold wrap-anywhere">{title}</h2>
                    {model_chip(&board)}
                    {head}
                </div>
                {conversation(&board, talk, send, decide, false)}
            </Card>
        </div>
    }
    .into_any()
}

fn list(board: &ChatBoard, query: &ChatQuery, talk: Talk) -> AnyView {
    let open = board.open.as_ref().map(|open| open.id);
    let line = |line: &ConversationLine| {
        let href = address(query, Some(line.id));
        let now = (Some(line.id) == open).then_some("page");
        let (title, time) = (line.title.clone(), line.changed.local.short());
        view! {
            <li>
                <a
                    href=href
                    aria-current=now
                    class="block rounded-control px-2.5 py-1.5 hover:bg-surface-2 aria-[current=page]:bg-surface-2"
                >
                    <span dir="auto" class="block truncate text-[13px]">{title}</span>
                    <span class="block text-xs text-faint">{time}</span>
                </a>
            </li>
        }
        .into_any()
    };
    let lines: Vec<_> = board.conversations.iter().map(line).collect();
    let empty = lines.is_empty().then(|| {
        let words = if query.search.is_empty() {
            "What you ask is kept here, for you alone."
        } else {
            "Nothing of yours has these words."
        };
        view! { <p class="px-2.5 text-[13px] text-muted">{words}</p> }.into_any()
    });
    let plain = ChatQuery { from: query.from.clone(), ..ChatQuery::default() };
    let new = address(&plain, None);
    let turned = query.clone();
    let older = board.older;
    let from = (!query.from.is_empty())
        .then(|| view! { <input type="hidden" name="from" value=query.from.clone() /> }.into_any());
    view! {
        <section class="flex min-w-0 flex-col gap-2" aria-label="Conversations">
            <div on:click=move |_| talk.anew()>
                <LinkButton href=new>
                    <Icon glyph=Glyph::Plus />
                    "New conversation"
                </LinkButton>
            </div>
            <form class="flex gap-2" action="/chat" method="get" role="search">
                {from}
                <input
                    type="search"
                    name="q"
                    value=query.search.clone()
                    placeholder="Search what was said"
                    aria-label="Search what was said"
                    class="w-full min-w-0 rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint"
                />
                <Button small=true kind=ButtonKind::Ghost>
                    "Search"
                </Button>
            </form>
            <ul class="flex flex-col gap-0.5 empty:hidden" aria-label="Your conversations">{lines}</ul>
            {empty}
            <Turns
                newer=None
                older=older
                href=Callback::new(move |turn| {
                    let older = if let Turn::Older(at) = turn { Some(at) } else { None };
                    address(&ChatQuery { older, conversation: None, ..turned.clone() }, None)
                })
            />
        </section>
    }
    .into_any()
}

/// The way back.
fn deleted(id: ConversationId, close: String, act: FormAction<ActOnConversation>) -> AnyView {
    let buttons = view! {
        <PostForm action=act>
            <input type="hidden" name="conversation" value=id.to_string() />
            <Button small=true name="act" value=ChatAct::Restore.id() disabled=act.pending()>"Undo"</Button>
        </PostForm>
    };
    view! {
        <AddressToast text="The conversation is deleted." close=close buttons=buttons.into_any() lasts=true>
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}
