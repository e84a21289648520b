//! How the shown text reads: a score, what costs points and where it stands, mistakes of spelling and grammar, and suggestions
//! that one press applies. It follows the typing with a short rest; the text stays the person's own until somebody presses
//! something.

use super::browser;
use super::calls::{change_house_words, proofread};
use super::composer::Composer;
use super::house::House;
use super::texts::text_id;
use super::undo::Removed;
use crate::domain::authenticity::{self, HouseWords, MACHINE_BELOW, Reason, Report};
use crate::domain::ids::ConnectionId;
use crate::domain::marks::{self, Mark, MarkKind, moved};
use crate::features::brand_voice::model::HouseChange;
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind, Marked};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long the typing must rest before the text is read again.
const REST: Duration = Duration::from_millis(400);
/// The same before the server is asked for mistakes.
const LONG_REST: Duration = Duration::from_millis(900);
/// So many suggestions are shown at once; the next come up when these are done.
const SHOWN: usize = 5;
/// The card, in the document.
pub const SECTION: &str = "reading";

/// How the shown text reads.
#[derive(Clone, Copy)]
pub struct Reading {
    c: Composer,
    /// The text that was read, and what came of it.
    read: RwSignal<(String, Option<Report>)>,
    /// The text that was read for mistakes, and those that it has.
    spelling: RwSignal<(String, Vec<Mark>)>,
    /// The mark whose suggestion has the keyboard or the pointer.
    lit: RwSignal<Option<u32>>,
}

impl Reading {
    pub fn new(c: Composer) -> Self {
        let look = move || {
            let text = text_of(c, target(c));
            let report = c.house.with(|house| authenticity::read(&text, house));
            (text, report)
        };
        let read = RwSignal::new(untrack(look));
        Effect::new(move |_| {
            // Whatever the reading depends on, heard now; read after the rest.
            let stands = text_of(c, target(c));
            c.house.track();
            if read.with_untracked(|(text, _)| *text == stands) {
                read.set(untrack(look));
                return;
            }
            let later = set_timeout_with_handle(
                move || {
                    read.try_set(untrack(look));
                },
                REST,
            );
            on_cleanup(move || drop(later.map(|handle| handle.clear())));
        });
        let spelling = RwSignal::new((String::new(), vec![]));
        Effect::new(move |_| {
            let stands = text_of(c, target(c));
            if !c.alive.get() || spelling.with_untracked(|(text, _)| *text == stands) {
                return;
            }
            if stands.trim().is_empty() {
                spelling.set((stands, vec![]));
                return;
            }
            let ask = move || {
                spawn_local(async move {
                    // Proof-reading is help: while it does not answer, the text is written without it.
                    if let Ok(marks) = proofread(stands.clone()).await {
                        spelling.try_set((stands, marks));
                    }
                });
            };
            let later = set_timeout_with_handle(ask, LONG_REST);
            on_cleanup(move || drop(later.map(|handle| handle.clear())));
        });
        Self { c, read, spelling, lit: RwSignal::new(None) }
    }

    /// What is marked in the field of an account's own text, or of the common one: only where that is shown.
    pub fn marked(self, field: Option<ConnectionId>) -> Marked {
        let c = self.c;
        let text = move || if target(c) == field { text_of(c, field) } else { String::new() };
        let marks = move || if c.alive.get() && target(c) == field { self.marks() } else { vec![] };
        Marked { text: Signal::derive(text), marks: Signal::derive(marks), lit: self.lit.into() }
    }

    /// The marks at their places in the text as it stands now, a moment before it is read again.
    fn marks(self) -> Vec<Mark> {
        let text = text_of(self.c, target(self.c));
        let style =
            self.read.with(|(read, report)| report.as_ref().map(|r| moved(&r.marks, read, &text)).unwrap_or_default());
        self.all(&text, style)
    }

    /// These marks of style together with the mistakes of the text, which go first where both are at one place.
    fn all(self, text: &str, style: Vec<Mark>) -> Vec<Mark> {
        let house = self.c.house.get();
        let mut all = self.spelling.with(|(read, marks)| moved(marks, read, text));
        all.retain(|mark| mark.of(text).is_some_and(|words| !house.allowed.contains(&words.to_lowercase())));
        let apart = |mark: &Mark| all.iter().all(|mistake| mark.to <= mistake.from || mistake.to <= mark.from);
        let style: Vec<_> = style.into_iter().filter(apart).collect();
        all.extend(style);
        marks::tidy(text, all)
    }

    fn report<T>(self, of: impl FnOnce(&Report) -> T) -> Option<T> {
        self.read.with(|(_, report)| report.as_ref().map(of))
    }

    /// Puts a proposal in the place of the marked words.
    fn apply(self, mark: &Mark, fix: &str) {
        let account = untrack(|| target(self.c));
        let text = untrack(|| text_of(self.c, account));
        // Somebody may have typed since the suggestion was made.
        let mark = untrack(|| self.marks()).into_iter().find(|m| m == mark);
        let Some(new) = mark.and_then(|mark| mark.apply(&text, fix)) else { return };
        self.lit.set(None);
        let report = self.c.house.with_untracked(|house| authenticity::read(&new, house));
        self.read.set((new.clone(), report));
        let spelling = self.spelling.with_untracked(|(read, marks)| moved(marks, read, &new));
        self.spelling.set((new.clone(), spelling));
        write(self.c, account, new);
        self.c.removed.set(Some(Removed::Words(account, text)));
        // After the last one there is no next one for the keyboard.
        if !untrack(|| self.marks()).iter().any(is_of_use) {
            focus_soon(SECTION);
        }
    }

    /// Puts the keyboard on a place of the text and selects it.
    fn go_to(self, (from, to): (u32, u32)) {
        let text = self.read.with_untracked(|(text, _)| text.clone());
        let before = |at: u32| text.get(..at as usize).map_or(0, |part| part.encode_utf16().count() as u32);
        browser::select(&text_id(untrack(|| target(self.c))), before(from), before(to));
    }
}

/// Whose own text is shown; `None`: the common one, also where an account has none of its own.
fn target(c: Composer) -> Option<ConnectionId> {
    c.shown().filter(|id| c.own.with(|own| own.contains_key(id)))
}

fn text_of(c: Composer, account: Option<ConnectionId>) -> String {
    match account {
        Some(id) => c.own.with(|own| own.get(&id).cloned()).unwrap_or_default(),
        None => c.text.get(),
    }
}

/// Puts a text in the place of an account's own, or of the common one.
pub fn write(c: Composer, account: Option<ConnectionId>, text: String) {
    match account {
        Some(id) => c.own.update(|own| drop(own.insert(id, text))),
        None => c.text.set(text),
    }
}

/// Keeps the company's words; `focus` is where the keyboard goes.
pub fn keep(c: Composer, words: HouseWords, focus: &'static str) {
    let before = c.house.get_untracked();
    let change = HouseChange::between(&before, &words);
    c.house.set(words);
    focus_soon(focus);
    spawn_local(async move {
        let kept = change_house_words(change).await;
        let error = match kept {
            Ok(words) => {
                c.house.try_set(words);
                None
            }
            Err(error) => {
                c.house.try_set(before);
                c.removed.try_set(None);
                Some(error)
            }
        };
        c.house_error.try_set(error);
    });
}

#[component]
pub fn Voice(reading: Reading) -> impl IntoView {
    let r = reading;
    let score = move || r.report(|report| report.score);
    view! {
        <section
            id=SECTION
            tabindex="-1"
            aria-label="How it reads"
            data-score=move || score().map(|s| s.to_string())
            class="flex flex-col gap-3 rounded-control border border-line bg-surface-2 p-3"
        >
            <div class="flex items-start gap-3">
                {move || score().map(ring)} <div class="flex min-w-0 flex-1 flex-col gap-1 text-[13px] text-muted">
                    <p class="font-semibold text-text">
                        {move || r.report(Report::heading).unwrap_or("How will it read?")}
                    </p>
                    {move || reasons(r)}
                </div>
            </div>
            {suggestions(r)}
            <House composer=r.c />
        </section>
    }
}

/// The score as a ring.
fn ring(score: u32) -> AnyView {
    let tone = if score < MACHINE_BELOW { "text-pink" } else { "text-cyan" };
    view! {
        <p class="relative grid size-14 shrink-0 place-items-center text-sm font-semibold tabular-nums">
            <svg viewBox="0 0 36 36" class=["absolute inset-0 -rotate-90 ", tone].concat() fill="none" aria-hidden="true">
                <circle cx="18" cy="18" r="15.9155" class="stroke-surface-3" stroke-width="3"></circle>
                <circle
                    cx="18"
                    cy="18"
                    r="15.9155"
                    stroke="currentColor"
                    stroke-width="3"
                    stroke-dasharray=format!("{score} 100")
                ></circle>
            </svg>
            <span class="sr-only">"Score: "</span>
            {score.to_string()}
            <span class="sr-only">" of 100"</span>
        </p>
    }
    .into_any()
}

/// What costs points, each leading to its place, and what speaks for the text.
fn reasons(r: Reading) -> AnyView {
    let Some((reasons, concrete)) = r.report(|report| (report.reasons.clone(), report.concrete.clone())) else {
        return view! { <p>"Write a few words, and see here what sounds like a machine."</p> }.into_any();
    };
    // Without JavaScript there is no way to a place.
    let alive = r.c.alive.get();
    let lines = reasons.into_iter().map(|Reason { words, place, .. }| match place.filter(|_| alive) {
        Some(place) => view! {
            <li>
                <button
                    type="button"
                    class="target cursor-pointer text-left wrap-anywhere underline decoration-line-strong underline-offset-4 hover:text-text"
                    on:click=move |_| r.go_to(place)
                >
                    {words}
                </button>
            </li>
        }
        .into_any(),
        None => view! { <li>{words}</li> }.into_any(),
    });
    let lines = lines.collect_view();
    let concrete = (!concrete.is_empty()).then(|| {
        let words = format!("Good, it is concrete: {}.", concrete.join(", "));
        view! { <p dir="auto">{words}</p> }.into_any()
    });
    view! {
        <ul class="flex flex-col gap-1 empty:hidden" aria-label="What sounds like a machine">
            {lines}
        </ul>
        {concrete}
    }
    .into_any()
}

/// A mistake that nobody knows a better word for is shown too: a person knows.
fn is_of_use(mark: &Mark) -> bool {
    mark.kind == MarkKind::Spelling || !mark.fixes.is_empty()
}

/// Keyed, so that each row is made for its mark: a row that leptos fills anew keeps the handlers of its buttons, and they would
/// apply the suggestion that stood there before.
fn suggestions(r: Reading) -> AnyView {
    let c = r.c;
    let lines = Memo::new(move |_| {
        let (text, style) =
            r.read.with(|(text, report)| (text.clone(), report.as_ref().map(|r| r.marks.clone()).unwrap_or_default()));
        let marks = r.all(&text, style).into_iter().filter(is_of_use).take(SHOWN);
        marks.filter_map(|mark| Some((mark.of(&text)?.to_owned(), mark))).collect::<Vec<_>>()
    });
    let none = move || lines.with(Vec::is_empty);
    let key = |(_, mark): &(String, Mark)| (mark.from, mark.to, mark.about.clone(), mark.fixes.clone());
    view! {
        <ul aria-label="Suggestions" class="flex flex-col gap-2" class:hidden=move || none() || !c.alive.get()>
            <For each=move || lines.get() key=key let:line>
                {suggestion(r, line.0, line.1)}
            </For>
        </ul>
    }
    .into_any()
}

fn suggestion(r: Reading, words: String, mark: Mark) -> AnyView {
    let from = mark.from;
    let fixes = mark.fixes.iter().map(|fix| {
        let shown = if fix.is_empty() { "Take it out".to_owned() } else { fix.clone() };
        let label = format!("{shown}: suggestion for “{words}”");
        let (mark, fix) = (mark.clone(), fix.clone());
        // Under the second press of a double click lies the next suggestion.
        let press = move |event: leptos::ev::MouseEvent| {
            if event.detail() < 2 {
                r.apply(&mark, &fix);
            }
        };
        view! {
            <Button kind=ButtonKind::Secondary small=true kind_type="button" label=label on:click=press>
                {shown}
            </Button>
        }
        .into_any()
    });
    let fixes = fixes.collect_view();
    let word = words.to_lowercase();
    let never = move |event: leptos::ev::MouseEvent| {
        let before = r.c.house.get_untracked();
        let mut house = before.clone();
        if event.detail() < 2 && house.allow(&word) {
            keep(r.c, house, SECTION);
            r.c.removed.set(Some(Removed::House(before)));
        }
    };
    view! {
        <li
            class="flex flex-wrap items-center gap-2 text-[13px]"
            on:focusin=move |_| r.lit.set(Some(from))
            on:focusout=move |_| r.lit.set(None)
            on:mouseenter=move |_| r.lit.set(Some(from))
            on:mouseleave=move |_| r.lit.set(None)
        >
            <span class="min-w-0 flex-1 basis-40 text-muted">
                <b dir="auto" class="font-medium wrap-anywhere text-text">
                    {format!("“{words}”")}
                </b>
                " "
                {mark.about.clone()}
            </span>
            {fixes}
            <Button
                kind=ButtonKind::Ghost
                small=true
                kind_type="button"
                label=format!("Never mark “{words}”")
                on:click=never
            >
                "Never mark"
            </Button>
        </li>
    }
    .into_any()
}
