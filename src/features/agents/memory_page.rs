//! `/agents/memory`: what agents know, with source and day; written, changed and erased by people. And what is known of whoever looks
//! (`own_memory`).

use super::calls::{EraseMemory, SaveMemory, load_memory};
use super::model::{MAX_WORDS, MemoryLine, MemoryList};
use super::own_memory::{Own, section};
use super::parts::{name, time};
use crate::domain::error::AppError;
use crate::domain::ids::MemoryId;
use crate::ui::decided::{Decided, WayBack, decided};
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, Empty, FormAction, FormError, LinkButton, Loaded, PostForm, Screen, TextArea, done,
    failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/agents/memory`
pub struct MemoryPage {
    edited: Memo<Edited>,
    list: Resource<Result<MemoryList, AppError>>,
    save: FormAction<SaveMemory>,
    erase: FormAction<EraseMemory>,
    own: Own,
    told: Memo<Decided>,
}

/// The fact that is being changed: the company's, and one's own.
type Edited = (Option<MemoryId>, Option<MemoryId>);

impl Screen for MemoryPage {
    fn data() -> Self {
        let params = use_query_map();
        let edited = Memo::new(move |_| {
            params.with(|q| {
                let named = |key| q.get_str(key).and_then(|id| id.parse().ok());
                (named("edit"), named("own"))
            })
        });
        let told = Memo::new(move |_| params.with(Decided::of));
        let (save, erase) = (FormAction::staying(), FormAction::staying());
        let own = Own { save: FormAction::staying(), erase: FormAction::staying() };
        let (saved, erased) = (done(&save), done(&erase));
        let (own_saved, own_erased) = (done(&own.save), done(&own.erase));
        let key = move || (edited.get(), saved.get(), erased.get(), own_saved.get(), own_erased.get());
        let list = Resource::new_blocking(key, |_| load_memory());
        Self { edited, list, save, erase, own, told }
    }

    fn view(this: Self) -> AnyView {
        let Self { edited, list, save, erase, own, told } = this;
        view! {
            <PageHead title="What agents know" />
            <div class="flex max-w-page flex-col gap-3">
                <p class="max-w-2xl text-[13px] text-muted">
                    "Facts that agents take into account when they word something: your tone, your audience, what never to say. What they found themselves stands here too. It stays in this company."
                </p>
                <FormError error=failure(&erase) />
                <FormError error=failure(&own.erase) />
                <Loaded resource=list lines=6 let:list>
                    {shown(list, edited.get_untracked(), (save, erase), own)}
                </Loaded>
            </div>
            {move || message(told.get())}
        }
        .into_any()
    }
}

fn shown(
    list: MemoryList,
    (edited, own_edited): Edited,
    (save, erase): (FormAction<SaveMemory>, FormAction<EraseMemory>),
    own: Own,
) -> AnyView {
    let may = list.may_change;
    let mine = section(list.own, own_edited, own);
    let opened = list.facts.iter().find(|fact| edited == Some(fact.id)).cloned();
    let form = may.then(|| form(opened, save));
    let facts: Vec<_> = list.facts.into_iter().map(|line| fact(line, may.then_some(erase))).collect();
    let body = if facts.is_empty() {
        view! { <Card><Empty title="Nothing yet" text="Write what every agent is to know: how you speak, whom you speak to, what is never said." /></Card> }.into_any()
    } else {
        view! { <Card><ul class="divide-y divide-line" aria-label="Facts">{facts}</ul></Card> }.into_any()
    };
    view! {
        {form}
        {body}
        {mine}
        <p class="text-xs text-faint">{format!("Times are those of {}.", list.zone)}</p>
    }
    .into_any()
}

fn form(opened: Option<MemoryLine>, save: FormAction<SaveMemory>) -> AnyView {
    let error = failure(&save);
    let now = opened.as_ref().map(|line| line.words.clone()).unwrap_or_default();
    let words = Signal::stored(typed(error, "words", now));
    let (title, button) =
        if opened.is_some() { ("Change the fact", "Save the fact") } else { ("A new fact", "Keep the fact") };
    let hidden = opened
        .as_ref()
        .map(|line| view! { <input type="hidden" name="memory" value=line.id.to_string() /> }.into_any());
    let cancel = opened.is_some().then(|| view! { <LinkButton href="/agents/memory">"Cancel"</LinkButton> }.into_any());
    view! {
        <Card class="p-4">
            <h2 class="mb-2 font-semibold">{title}</h2>
            <PostForm action=save class="flex flex-col gap-2">
                {hidden}
                <input type="hidden" name="back" value="/agents/memory" />
                <TextArea
                    id="memory-words"
                    name="words"
                    label="What agents are to know"
                    hint=format!("One thing, at most {MAX_WORDS} characters.")
                    rows=2
                    value=words
                    error=problem(error, "words")
                />
                <FormError error=error fields=&["words"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary small=true disabled=save.pending()>{button}</Button>
                    {cancel}
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}

fn fact(line: MemoryLine, erase: Option<FormAction<EraseMemory>>) -> AnyView {
    let of = line.agent.as_deref().map_or("All agents", name);
    let short: String = line.words.chars().take(60).collect();
    let buttons = erase.map(|erase| {
        let (id, edit) = (line.id, format!("/agents/memory?edit={}", line.id));
        let (change, erases) = (format!(": {short}"), format!("Erase for good: {short}"));
        view! {
            <div class="flex gap-2">
                <LinkButton small=true href=edit>"Change" <span class="sr-only">{change}</span></LinkButton>
                <PostForm action=erase>
                    <input type="hidden" name="memory" value=id.to_string() />
                    <input type="hidden" name="back" value="/agents/memory" />
                    <Button small=true kind=ButtonKind::Danger label=erases disabled=erase.pending()>"Erase"</Button>
                </PostForm>
            </div>
        }
        .into_any()
    });
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-64">
                <p dir="auto" class="wrap-anywhere">{line.words.clone()}</p>
                <p dir="auto" class="text-xs text-faint wrap-anywhere">{format!("{of} · {} · {}", line.source, time(line.at))}</p>
            </div>
            {buttons}
        </li>
    }
    .into_any()
}

/// What was just done.
fn message(told: Decided) -> AnyView {
    let words = match told.act.as_str() {
        "saved" => "The fact is kept.",
        "kept" => "Kept, for you alone.",
        "erased" => "Erased.",
        _ => return ().into_any(),
    };
    decided(told, words.to_owned(), "/agents/memory".into(), None::<WayBack<SaveMemory>>, None, "could not be done")
}
