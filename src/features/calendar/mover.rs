//! Moving a post to another time: what is known of it while it is dragged or the form is open, the call, and its undoing.

use super::cursor::Cursor;
use super::model::{CalendarView, Span};
use super::slot::Slot;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::AppError;
use crate::domain::moment::{LocalTime, When};
use crate::domain::permission::Permission;
use crate::features::posts::calls::move_post;
use crate::features::posts::model::PostCard;
use crate::ui::focus::focus_post;
use crate::ui::toast::{Leaving, Toast};
use crate::ui::{ErrorNotice, Notice, Tone};
use leptos::prelude::*;
use leptos::web_sys::Element;

/// Moving a post: by a pointer, or by the small form that M opens on a focused card.
#[derive(Clone, Copy)]
pub struct Mover {
    pub action: Action<Move, Result<Moved, AppError>>,
    /// The post for which the form is open: id, title, and its time now.
    pub form: RwSignal<Option<(String, String, LocalTime)>>,
    /// The post under the pointer.
    pub drag: RwSignal<Option<Drag>>,
    /// The cell that is marked: there the post will be.
    pub target: RwSignal<Option<Slot>>,
    /// Why something was not done.
    pub refusal: RwSignal<Option<String>>,
    /// The company's clock.
    pub now: RwSignal<LocalTime>,
    /// What is drawn.
    pub shown: StoredValue<Option<CalendarView>>,
    pub cursor: Cursor,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    pub post: String,
    pub to: LocalTime,
    /// The time that it had, for the way back. `None`: this is the way back.
    pub from: Option<When>,
    /// Of an hour that the clock shows twice: this one.
    pub exact: Option<When>,
}

/// A post on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Drag {
    pub post: String,
    pub title: String,
    pub from: When,
    /// Why it cannot be moved at all.
    pub fixed: Option<&'static str>,
    /// Where it would go now, if it may go there.
    pub to: Option<Result<LocalTime, String>>,
    /// The pointer, in CSS pixels of the window.
    pub x: i32,
    pub y: i32,
}

impl Drag {
    /// What stands beside the pointer.
    pub fn words(&self) -> String {
        match (self.fixed, &self.to) {
            (Some(reason), _) => reason.to_owned(),
            (None, Some(Ok(to))) => format!("Move to {}", to.short()),
            (None, Some(Err(reason))) => reason.clone(),
            (None, None) => "Drop it on a day to move it.".to_owned(),
        }
    }
}

/// Where it went, and what to know about that time.
#[derive(Clone, Debug)]
pub struct Moved {
    post: String,
    to: LocalTime,
    from: Option<When>,
    notes: Vec<String>,
}

/// Why a post keeps its time; `None`: it may be moved, by the hand of the person who looks.
pub fn why_fixed(card: &PostCard) -> Option<&'static str> {
    let states = || card.deliveries.iter().map(|d| d.state);
    match () {
        () if !card.role.may(Permission::Publish) => Some("Your role can look at posts but not move them."),
        () if card.deliveries.is_empty() => Some("Choose an account for this post first."),
        () if states().any(|state| state == DeliveryState::Live) => {
            Some("This post is published. Its time cannot change.")
        }
        () if !states().all(DeliveryState::is_editable) => Some("This post is on its way out. Its time cannot change."),
        () => None,
    }
}

impl Mover {
    pub fn new() -> Self {
        let action = Action::new(|Move { post, to, from, exact }: &Move| {
            let (post, to, from, exact) = (post.clone(), *to, *from, *exact);
            async move {
                let id = post.parse().map_err(|_| AppError::not_found("post"))?;
                let mut notes = vec![];
                for second in [false, true] {
                    let saved = move_post(id, to.to_string(), second).await?;
                    let about_time = saved.problems.into_iter().filter(|p| p.problem.field == "time");
                    notes = about_time.map(|p| p.problem.message).collect();
                    if exact.zip(saved.due).is_none_or(|(exact, due)| exact.at == due.at) {
                        break;
                    }
                }
                Ok(Moved { post, to, from, notes })
            }
        });
        let nowhen = LocalTime { day: crate::domain::moment::Day::from_number(0), hour: 0, minute: 0 };
        Self {
            action,
            form: RwSignal::new(None),
            drag: RwSignal::new(None),
            target: RwSignal::new(None),
            refusal: RwSignal::new(None),
            now: RwSignal::new(nowhen),
            shown: StoredValue::new(None),
            cursor: Cursor::new(),
        }
    }

    /// A post that is drawn.
    pub fn card(self, post: &str) -> Option<PostCard> {
        self.shown.with_value(|shown| {
            let mut cards = shown.as_ref()?.days.iter().flat_map(|day| &day.posts);
            cards.find(|card| card.id.to_string() == post).cloned()
        })
    }

    pub fn span(self) -> Span {
        self.shown.with_value(|shown| shown.as_ref().map(|shown| shown.span).unwrap_or_default())
    }

    /// Why nothing can be planned for a time.
    pub fn why_not(self, to: LocalTime) -> Option<String> {
        if to < self.now.get_untracked() {
            return Some(format!("{} is in the past. Choose a later time.", to.short()));
        }
        let skipped = self.shown.with_value(|shown| {
            let day = shown.as_ref()?.days.iter().find(|day| day.day == to.day)?;
            Some(day.skipped.contains(&to.hour))
        });
        skipped
            .unwrap_or_default()
            .then(|| format!("{} does not exist on {}: the clocks go forward.", to.clock(), to.day.short()))
    }

    pub fn refuse(self, reason: impl Into<String>) {
        self.action.value().set(None);
        self.refusal.set(Some(reason.into()));
    }

    /// Opens the form for a post, or says why it keeps its time.
    pub fn ask(self, post: &str) {
        let Some(card) = self.card(post) else { return };
        match (why_fixed(&card), card.due) {
            (None, Some(due)) => self.form.set(Some((post.to_owned(), card.title, due.local))),
            (reason, _) => self.refuse(reason.unwrap_or("Give this post a time in the Studio first.")),
        }
    }

    /// Moves a post, unless it is known that this cannot be.
    pub fn go(self, post: String, from: Option<When>, to: LocalTime) {
        if from.is_some_and(|from| from.local == to) {
            return self.cursor.take_back();
        }
        if let Some(reason) = self.why_not(to) {
            self.cursor.take_back();
            return self.refuse(reason);
        }
        self.refusal.set(None);
        self.cursor.want(Some(post.clone()));
        self.action.dispatch(Move { post, to, from, exact: None });
    }

    /// Closes the form; the keyboard goes back to the post.
    pub fn close(self) {
        if let Some((id, ..)) = self.form.try_update(Option::take).flatten() {
            self.cursor.remember(&id);
            focus_post(id);
        }
    }

    fn clear(self) {
        self.refusal.set(None);
        self.action.value().set(None);
    }

    /// Marks the target in the document, for as long as there is one.
    pub fn mark_target(self) {
        Effect::new(move |before: Option<Option<Element>>| {
            before.flatten().inspect(|cell| _ = cell.remove_attribute("data-target"));
            let cell = self.target.get().and_then(Slot::cell);
            cell.inspect(|cell| _ = cell.set_attribute("data-target", ""))
        });
    }
}

/// What came of the last move, above the page: nothing moves for it.
#[component]
pub fn MoveResult(mover: Mover) -> impl IntoView {
    let close = Callback::new(move |how| {
        mover.clear();
        if how == Leaving::Closed {
            mover.cursor.take_back();
        }
    });
    move || {
        if let Some(reason) = mover.refusal.get() {
            return view! { <Toast text=reason close=close /> }.into_any();
        }
        match mover.action.value().get() {
            None => ().into_any(),
            Some(Ok(Moved { post, to, from, notes })) => {
                let notes = notes
                    .into_iter()
                    .map(|note| view! { <Notice tone=Tone::Warning>{note}</Notice> }.into_any())
                    .collect::<Vec<_>>();
                // There is no way back into the past.
                let back = from.filter(|from| from.local >= mover.now.get_untracked());
                let undo = back.map(|back| {
                    Callback::new(move |()| {
                        mover.clear();
                        mover.cursor.want(Some(post.clone()));
                        mover.action.dispatch(Move {
                            post: post.clone(),
                            to: back.local,
                            from: None,
                            exact: Some(back),
                        });
                    })
                });
                let words = if from.is_some() { "Moved to" } else { "Moved back to" };
                let text = format!("{words} {}.", to.short());
                if notes.is_empty() {
                    return view! { <Toast text=text undo=undo close=close /> }.into_any();
                }
                view! {
                    <Toast text=text undo=undo close=close>
                        {notes}
                    </Toast>
                }
                .into_any()
            }
            Some(Err(error)) => view! {
                <Toast text="It was not moved." close=close>
                    <ErrorNotice error=error />
                </Toast>
            }
            .into_any(),
        }
    }
}

/// The post under the pointer, with the time that it would get.
#[component]
pub fn DragChip(mover: Mover) -> impl IntoView {
    let chip = move || {
        mover.drag.get().map(|drag| {
            let goes = matches!(drag.to, Some(Ok(_)));
            let tone = if goes { "border-purple" } else { "border-bad" };
            view! {
                <div
                    class=format!("pointer-events-none fixed z-50 w-56 rounded-control border bg-surface-3 px-2.5 py-1.5 text-xs {tone}")
                    style=format!("left:{}px;top:{}px", drag.x + 14, drag.y + 14)
                    aria-hidden="true"
                    data-drag
                >
                    <span dir="auto" class="block truncate font-medium">{drag.title.clone()}</span>
                    <span class="block text-muted">{drag.words()}</span>
                </div>
            }
            .into_any()
        })
    };
    let spoken = move || mover.drag.with(|drag| drag.as_ref().map(Drag::words));
    view! {
        {chip}
        <p role="status" class="sr-only">{spoken}</p>
    }
}
