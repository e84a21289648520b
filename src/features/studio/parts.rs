//! What follows the post: the next posts of a thread and the first comment. With JavaScript fields are added, moved and
//! removed; without it there are some empty ones to fill in, and what stays empty is left out.

use super::arrange::Arrange;
use super::composer::Composer;
use super::undo::Removed;
use crate::domain::account::AccountFacts;
use crate::domain::limits::{MAX_THREAD, count_part, part_rules};
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use crate::domain::post::PartKind;
use crate::domain::post::parts::PartText;
use crate::domain::post::parts::part_name;
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind, Glyph, Icon, PlatformIcon, TextArea};
use leptos::prelude::*;

/// Empty fields for a thread where none can be added.
const SPARE: usize = 3;

/// One further post of the thread, from the moment its field was added.
#[derive(Clone)]
pub struct Follow {
    /// Its place in the list's bookkeeping; no meaning outside.
    pub key: u32,
    pub text: ArcRwSignal<String>,
}

impl Follow {
    pub fn new(key: u32, text: String) -> Self {
        Self { key, text: ArcRwSignal::new(text) }
    }
}

/// The id of the field of a further post of the thread; `at` counts from 0.
pub fn field(at: usize) -> String {
    reply(at).field()
}

fn reply(at: usize) -> PartText<'static> {
    PartText { kind: PartKind::Reply, position: at as u32 + 1, text: "" }
}

/// The platforms that take such a part: `X`, `Instagram and LinkedIn`, `X, LinkedIn and Reddit`.
fn taken_by(kind: PartKind) -> String {
    let takes =
        |platform: &Platform| part_rules(*platform, Format::default(), &AccountFacts::default(), kind).is_some();
    let names: Vec<_> = Platform::ALL.into_iter().filter(takes).map(Platform::name).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn add(c: Composer) {
    let at = c.thread.with_untracked(Vec::len);
    c.thread.update(|list| list.push(Follow::new(c.new_key(), String::new())));
    focus_soon(field(at));
}

fn remove(c: Composer, at: usize) {
    let follow = c.thread.try_update(|list| (at < list.len()).then(|| list.remove(at))).flatten();
    c.removed.set(follow.map(|follow| Removed::Follow(at, follow)));
    let left = c.thread.with_untracked(Vec::len);
    focus_soon(if left == 0 { "add-thread".into() } else { field(at.min(left - 1)) });
}

/// Changes places with the neighbour before or after.
fn shift(c: Composer, at: usize, later: bool) {
    let to = if later { at + 1 } else { at.wrapping_sub(1) };
    if to < c.thread.with_untracked(Vec::len) {
        c.thread.update(|list| list.swap(at, to));
        focus_soon(field(to));
    }
}

/// The thread and the first comment.
#[component]
pub fn PartFields(composer: Composer) -> impl IntoView {
    let c = composer;
    let had = !c.parts.get_untracked().is_empty();
    let spare = move || {
        (!c.alive.get()).then(|| {
            let first = c.thread.with_untracked(Vec::len);
            (first..MAX_THREAD.min(first + SPARE))
                .map(|at| {
                    let part = reply(at);
                    view! {
                        <TextArea id=part.field() name="thread" label=part_name(part.kind, part.position) rows=4 />
                    }
                })
                .collect_view()
        })
    };
    let full = Signal::derive(move || c.thread.with(|list| list.len() >= MAX_THREAD));
    let commented = move || !c.alive.get() || c.commenting.get();
    view! {
        // With JavaScript only a frame: always open, without its own switch.
        <details open=move || c.alive.get() || had class="flex flex-col gap-3 border-t border-line pt-3">
            <summary class="cursor-pointer text-[13px] text-muted" class:hidden=move || c.alive.get()>
                "Thread and first comment"
            </summary>
            <div class="flex flex-col gap-3">
                <p class="text-xs text-faint">
                    {format!("Threads are for {} only.", taken_by(PartKind::Reply))}
                </p>
                <ol class="flex flex-col gap-3 empty:hidden" aria-label="Thread">
                    <For
                        each=move || c.thread.get().into_iter().enumerate()
                        key=|(at, follow)| (*at, follow.key)
                        let:row
                    >
                        <ThreadPost composer=c at=row.0 follow=row.1 />
                    </For>
                </ol>
                {spare}
                <div class="flex flex-col gap-2" class:hidden=move || !commented()>
                    <TextArea
                        id="comment"
                        name="comment"
                        label="First comment"
                        hint=format!("Added right after the post is out, on {}.", taken_by(PartKind::Comment))
                        rows=3
                        value=c.comment
                        on_change=Callback::new(move |text| c.comment.set(text))
                    />
                    <Counts composer=c kind=PartKind::Comment text=c.comment />
                    <div class:hidden=move || !c.alive.get()>
                        <Button
                            kind=ButtonKind::Ghost
                            small=true
                            kind_type="button"
                            label="Remove the first comment"
                            on:click=move |_| {
                                let text = c.comment.get_untracked();
                                c.removed.set((!text.is_empty()).then_some(Removed::Comment(text)));
                                c.comment.set(String::new());
                                c.commenting.set(false);
                                focus_soon("add-comment");
                            }
                        >
                            <Icon glyph=Glyph::Trash />
                            "Remove"
                        </Button>
                    </div>
                </div>
                <div class="flex flex-wrap gap-2" class:hidden=move || !c.alive.get()>
                    <Button
                        kind=ButtonKind::Secondary
                        small=true
                        kind_type="button"
                        disabled=full
                        attr:id="add-thread"
                        on:click=move |_| add(c)
                    >
                        <Icon glyph=Glyph::Plus />
                        "Add to thread"
                    </Button>
                    <span class:hidden=move || c.commenting.get()>
                        <Button
                            kind=ButtonKind::Secondary
                            small=true
                            kind_type="button"
                            attr:id="add-comment"
                            on:click=move |_| {
                                c.commenting.set(true);
                                focus_soon("comment");
                            }
                        >
                            <Icon glyph=Glyph::Plus />
                            "Add a first comment"
                        </Button>
                    </span>
                </div>
            </div>
        </details>
    }
}

#[component]
fn ThreadPost(composer: Composer, at: usize, follow: Follow) -> impl IntoView {
    let c = composer;
    let part = reply(at);
    let name = part_name(part.kind, part.position);
    let is_last = Signal::derive(move || c.thread.with(|list| at + 1 >= list.len()));
    let (typed, text) = (follow.text.clone(), follow.text.clone());
    let value = Signal::derive(move || follow.text.get());
    view! {
        <li class="flex flex-col gap-2 border-l-2 border-line-strong pl-3">
            <TextArea
                id=part.field()
                name="thread"
                label=name.clone()
                rows=4
                value=value
                on_change=Callback::new(move |words| typed.set(words))
            />
            <Counts composer=c kind=PartKind::Reply text=Signal::derive(move || text.get()) />
            <Arrange
                name=name.to_lowercase()
                alive=c.alive
                is_first=at == 0
                is_last=is_last
                shift=Callback::new(move |later| shift(c, at, later))
                remove=Callback::new(move |()| remove(c, at))
            />
        </li>
    }
}

/// The length as each chosen platform counts it that takes such a part.
#[component]
fn Counts(composer: Composer, kind: PartKind, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let counts = move || {
        let mut platforms: Vec<_> =
            composer.chosen_validations().into_iter().map(|s| s.shown.account.platform).collect();
        platforms.dedup();
        platforms
            .into_iter()
            .filter_map(|platform| {
                Some((platform, part_rules(platform, Format::default(), &AccountFacts::default(), kind)?.max_text))
            })
            .map(|(platform, max)| {
                let count =
                    text.with(|text| count_part(platform, Format::default(), &AccountFacts::default(), kind, text));
                let over = count > max;
                let words = if over { " characters, too many" } else { " characters" };
                view! {
                    <li class="flex items-center gap-1.5 text-xs text-muted tabular-nums" class=("text-bad!", over)>
                        <PlatformIcon platform=platform />
                        <span>{format!("{count}/{max}")} <span class="sr-only">{words}</span></span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ul class="flex flex-wrap gap-x-4 gap-y-1 empty:hidden" aria-label="Length">
            {counts}
        </ul>
    }
}
