//! The studio page: opens the composer and lays out its columns.

use super::accounts::Accounts;
use super::brief::{Brief, Scribe, WriteBar};
use super::browser;
use super::calls::open_studio;
use super::composer::Composer;
use super::finish::{Finish, Saver};
use super::model::{Note, StudioData};
use super::pictures::{self, Pictures};
use super::preview::Previews;
use super::texts::Texts;
use super::unsaved::{Keeper, Offer};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::AppError;
use crate::domain::ids::PostId;
use crate::features::media::browser::from_paste;
use crate::features::media::model::{RejectedFile, Why};
use crate::features::posts::act::PostAct;
use crate::features::posts::acts::{ActButtons, Acts};
use crate::features::posts::model::PostDetail;
use crate::features::posts::names::ChoiceNames;
use crate::ui::Screen;
use crate::ui::page::PageHead;
use crate::ui::{LinkButton, Loaded, Notice, Tone, of_company};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/studio`, `/studio?post=…`, `/studio?at=2026-11-20T16:45`.
pub struct StudioPage {
    data: Resource<Result<StudioData, AppError>>,
    /// The post that the composer on the page holds since its first save.
    opened: RwSignal<Option<PostId>>,
}

/// What the address asks for, and whether that is a new opening.
#[derive(Clone, Default, PartialEq)]
struct Asked {
    post: Option<String>,
    at: Option<String>,
    /// Somebody is to be asked something before the post goes out.
    ask: bool,
    /// Files of the library that are put into it.
    add: Option<String>,
    opening: u32,
}

impl Screen for StudioPage {
    fn data() -> Self {
        let query = use_query_map();
        let opened = RwSignal::new(None::<PostId>);
        let asked = Memo::new(move |before: Option<&(Option<String>, Asked)>| {
            let (post, at, add) = query.with(|q| (q.get("post"), q.get("at"), q.get("add")));
            let ask = query.with(|q| q.get("notice")).and_then(|n| Note::parse(&n)) == Some(Note::Ask);
            let opening = before.map_or(0, |(_, b)| b.opening);
            match before {
                Some(before)
                    if before.0 == post
                        && (post.is_some() || before.1.at == at)
                        && (add.is_none() || before.1.add == add) =>
                {
                    before.clone()
                }
                // The first save of a new post puts its id into the address: the same composer stays.
                Some((_, before)) if post.is_some() && post == opened.get_untracked().map(|id| id.to_string()) => {
                    (post, before.clone())
                }
                _ => (post.clone(), Asked { post, at, ask, add, opening: opening + 1 }),
            }
        });
        let asked = Memo::new(move |_| asked.get().1);
        let data = Resource::new(move || asked.get(), |asked| open_studio(asked.post, asked.at, asked.ask, asked.add));
        Self { data, opened }
    }

    fn view(this: Self) -> AnyView {
        let opened = this.opened;
        view! {
            // Where there is room, the page is as high as the window: its columns scroll, and the panel with the buttons stays.
            <div class="desk:-mb-16 desk:flex desk:h-dvh desk:flex-col">
                <PageHead title="Studio">
                    <LinkButton href="/posts">"All posts"</LinkButton>
                </PageHead>
                <Loaded resource=this.data lines=8 let:data>
                    <Arrived refused_file=data.refused_file.clone() />
                    {match data.post.clone().filter(|p| !p.editable) {
                        Some(post) => view! { <Closed post=post /> }.into_any(),
                        None => view! { <Form data=data opened=opened /> }.into_any(),
                    }}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

/// What a save without JavaScript has to say.
#[component]
fn Arrived(refused_file: Option<String>) -> impl IntoView {
    let query = use_query_map();
    move || {
        let note = query.with(|q| q.get("notice")).and_then(|n| Note::parse(&n))?;
        let refused = query.with(|q| {
            let why = q.get("why").and_then(|w| Why::parse(&w))?;
            Some(RejectedFile::new(refused_file.as_deref()?, why).words())
        });
        let tone = if note.is_good() { Tone::Good } else { Tone::Warning };
        Some(view! {
            <div class="mb-3.5">
                <Notice tone=tone>
                    {refused.map(|words| view! { <p>{words}</p> })}
                    <p>{note.words()}</p>
                </Notice>
            </div>
        })
    }
}

/// A post that is out or under way cannot be edited; a copy of it can.
#[component]
fn Closed(post: PostDetail) -> impl IntoView {
    let copies = [PostAct::RepostRest, PostAct::Repost, PostAct::Duplicate];
    let offered = post.offered().into_iter().filter(|act| copies.contains(act)).collect();
    let acts = Acts::new();
    let page = format!("/posts/{}", post.id);
    view! {
        <Notice tone=Tone::Info>
            <div class="flex flex-col items-start gap-3">
                <p>"This post is already out or on its way, so it cannot be changed."</p>
                <div class="flex flex-wrap gap-2">
                    <ActButtons post=post.id offered=offered back=page.clone() acts=acts />
                    <LinkButton href=page>"See the post"</LinkButton>
                </div>
            </div>
        </Notice>
    }
}

#[component]
fn Form(data: StudioData, opened: RwSignal<Option<PostId>>) -> impl IntoView {
    ChoiceNames::provide(data.post.as_ref().map(|post| post.names.clone()).unwrap_or_default());
    let c = Composer::new(&data);
    let scribe = Scribe::new(c, data.writer.clone());
    let saver = Saver::new(c, opened, data.question.clone());
    let keeper = Keeper::new(c);
    // Whoever leaves hangs up.
    on_cleanup(browser::stop_writing);
    c.keep_what_was_typed();
    Effect::new(move |_| {
        c.alive.set(true);
        // What is kept is offered again: nothing is lost then.
        browser::guard(Signal::derive(move || c.dirty.get() && !keeper.is_kept()));
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let pressed = event.submitter().and_then(|button| button.get_attribute("value"));
        saver.save(pressed.as_deref().unwrap_or("draft"), false);
    };
    // Enter in a one-line field would press a button that nobody looked at.
    let enter = move |event: KeyboardEvent| {
        let in_line = event.target().is_some_and(|t| is_line(&t));
        if event.key() == "Enter" && in_line {
            event.prevent_default();
        }
    };
    let scheduled = data.post.as_ref().is_some_and(|post| post.state != DeliveryState::Draft);
    let id = move || c.post.get().unwrap_or(c.key).to_string();
    let version = move || c.version.get().map(|v| v.to_string()).unwrap_or_default();
    // `relative`: what is hidden from sight only stays within the column and does not make the page longer.
    let texts = view! {
        <div class="relative min-w-0 desk:col-start-2 desk:row-start-1 desk:overflow-y-auto">
            <Offer composer=c unsaved=data.unsaved />
            <Texts composer=c scribe=scribe />
        </div>
    }
    .into_any();
    let left = view! {
        <div class="relative flex flex-col gap-5 rounded-card border border-line bg-surface-1 p-4 desk:col-start-1 desk:row-start-1 desk:overflow-y-auto">
            <input type="hidden" name="post" value=id />
            <input type="hidden" name="version" value=version />
            <input type="hidden" name="suggested" value=move || c.suggestion() />
            <Brief scribe=scribe />
            <Pictures composer=c scribe=scribe />
            <Accounts composer=c />
            <WriteBar scribe=scribe />
        </div>
    }
    .into_any();
    // The text comes out of the brief where a model writes it: so they follow on a phone, and so the keyboard walks.
    let (first, second) = if scribe.can_write() { (left, texts) } else { (texts, left) };
    view! {
        <form
            method="post"
            action=of_company("/studio/save")
            enctype="multipart/form-data"
            data-key=c.key.to_string()
            class="flex flex-col gap-3.5 desk:grid desk:min-h-0 desk:flex-1 desk:grid-cols-[minmax(280px,300px)_minmax(0,1fr)_minmax(300px,320px)] desk:grid-rows-[minmax(0,1fr)] desk:pb-3.5"
            on:submit=submit
            on:keydown=enter
            on:paste=move |event| pictures::add(c, from_paste(&event))
        >
            // What Enter in a field presses without JavaScript: the same as the first button at the end, and none of those between.
            <button name="plan" value=if scheduled { "schedule" } else { "draft" } hidden=true></button>
            {first}
            {second}
            <div class="flex min-w-0 flex-col gap-3.5 desk:col-start-3 desk:row-start-1 desk:min-h-0 desk:flex-col-reverse">
                <Finish composer=c saver=saver keeper=keeper post=data.post />
                <Previews composer=c />
            </div>
        </form>
    }
}

fn is_line(target: &leptos::web_sys::EventTarget) -> bool {
    use leptos::wasm_bindgen::JsCast;
    target
        .dyn_ref::<leptos::web_sys::HtmlInputElement>()
        .is_some_and(|input| matches!(input.type_().as_str(), "text" | "url"))
}
