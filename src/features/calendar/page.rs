//! The calendar page: what is shown lives in the URL (`view`, `day`, `platform`, `attention`).

use super::agenda::AgendaList;
use super::calls::view_calendar;
use super::grid::{MonthGrid, WeekGrid};
use super::model::{CalendarQuery, CalendarView, Span};
use super::toolbar::Toolbar;
use crate::domain::moment::LocalTime;
use crate::domain::permission::Permission;
use crate::features::posts::calls::move_post;
use crate::features::posts::model::Saved;
use crate::ui::Screen;
use crate::ui::focus::{focus_post, focus_soon};
use crate::ui::page::PageHead;
use crate::ui::{Button, ButtonKind, ErrorNotice, Loaded, Notice, Tone, WhenField};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub struct CalendarPage {
    query: Memo<CalendarQuery>,
    view: Resource<Result<CalendarView, crate::domain::error::AppError>>,
    mover: Mover,
}

/// Moving a post: by drag, or by the small form that M opens on a focused card.
#[derive(Clone, Copy)]
pub struct Mover {
    pub action: Action<(String, LocalTime), Result<Moved, crate::domain::error::AppError>>,
    /// The post for which the form is open: id, title, and its time now.
    pub form: RwSignal<Option<(String, String, LocalTime)>>,
    /// The post that is being dragged, with its clock time.
    pub dragged: RwSignal<Option<(String, LocalTime)>>,
}

/// Where it went, and what to know about that time.
#[derive(Clone, Debug)]
pub struct Moved {
    to: LocalTime,
    notes: Vec<String>,
}

impl Moved {
    fn new(to: LocalTime, saved: Saved) -> Self {
        let notes = saved.problems.into_iter().filter(|p| p.problem.field == "time").map(|p| p.problem.message);
        Self { to, notes: notes.collect() }
    }
}

impl Mover {
    fn new() -> Self {
        let action = Action::new(|(id, to): &(String, LocalTime)| {
            let (id, to) = (id.clone(), *to);
            async move {
                let id = id.parse().map_err(|_| crate::domain::error::AppError::not_found("post"))?;
                move_post(id, to.to_string(), false).await.map(|saved| Moved::new(to, saved))
            }
        });
        Self { action, form: RwSignal::new(None), dragged: RwSignal::new(None) }
    }

    /// Closes the form; the keyboard goes back to the post.
    fn close(self) {
        if let Some((id, ..)) = self.form.try_update(Option::take).flatten() {
            focus_post(id);
        }
    }
}

impl Screen for CalendarPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| CalendarQuery {
                span: Span::parse(q.get_str("view").unwrap_or_default()),
                day: q.get_str("day").and_then(|d| d.parse().ok()),
                platform: q.get_str("platform").and_then(|p| p.parse().ok()),
                attention: q.get_str("attention").is_some(),
                after: q.get_str("after").and_then(|a| a.parse().ok()),
            })
        });
        let mover = Mover::new();
        let view = Resource::new_blocking(
            move || (query.get(), mover.action.version().get()),
            |(query, _)| view_calendar(query),
        );
        Self { query, view, mover }
    }

    fn view(this: Self) -> AnyView {
        let CalendarPage { query, view, mover } = this;
        view! {
            <PageHead title="Calendar" />
            <div class="flex flex-col gap-3">
                <MoveResult mover=mover />
                <MoveForm mover=mover />
                <Loaded resource=view lines=8 let:data>
                    <Toolbar query=query.get_untracked() view=data.clone() />
                    <div class="hidden min-[700px]:block">
                        {match data.span {
                            Span::Month => view! { <MonthGrid view=data.clone() query=query.get_untracked() mover=mover /> }.into_any(),
                            Span::Week | Span::Day => view! { <WeekGrid view=data.clone() query=query.get_untracked() mover=mover /> }.into_any(),
                        }}
                    </div>
                    <div class="min-[700px]:hidden">
                        <AgendaList view=data.clone() query=query.get_untracked() mover=mover />
                    </div>
                    <p class="text-xs text-faint">
                        {format!("Times are {} time.", data.zone)}
                        {data.role
                            .may(Permission::Publish)
                            .then_some(" Drag a post to another day, or focus it and press M to move it.")}
                    </p>
                </Loaded>
            </div>
        }
        .into_any()
    }
}

/// What came of the last move.
#[component]
fn MoveResult(mover: Mover) -> impl IntoView {
    move || {
        mover.action.value().get().map(|result| match result {
            Ok(Moved { to, notes }) => {
                let notes =
                    notes.into_iter().map(|note| view! { <Notice tone=Tone::Warning>{note}</Notice> }).collect_view();
                view! {
                    <div class="flex flex-col gap-2">
                        <Notice tone=Tone::Good>{format!("Moved to {}.", to.short())}</Notice>
                        {notes}
                    </div>
                }
                .into_any()
            }
            Err(error) => view! { <ErrorNotice error=error /> }.into_any(),
        })
    }
}

/// The keyboard's way to move a post.
#[component]
fn MoveForm(mover: Mover) -> impl IntoView {
    let time = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if let Some((_, _, at)) = mover.form.get() {
            time.set(at.to_string());
            problem.set(None);
            focus_soon("move-time");
        }
    });
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        match (time.get_untracked().parse::<LocalTime>(), mover.form.get_untracked()) {
            (Ok(to), Some((id, _, _))) => {
                mover.close();
                mover.action.dispatch((id, to));
            }
            _ => problem.set(Some("Enter a date and a time.".into())),
        }
    };
    view! {
        <Show when=move || mover.form.with(Option::is_some)>
            <form
                class="fixed inset-x-3 bottom-17 z-30 mx-auto flex w-fit max-w-full flex-wrap items-end gap-3 rounded-card border border-line-strong bg-surface-2 p-4 min-[701px]:bottom-4"
                on:submit=submit
                on:keydown=move |ev| {
                    if ev.key() == "Escape" {
                        mover.close();
                    }
                }
            >
                <WhenField
                    id="move-time"
                    name="time"
                    label=mover.form.get_untracked().map(|(_, title, _)| format!("Move “{title}” to")).unwrap_or_default()
                    value=time
                    hint=Signal::derive(move || problem.get().unwrap_or_default())
                />
                <span class="flex gap-2 pb-5">
                    <Button kind=ButtonKind::Primary>"Move"</Button>
                    <Button kind_type="button" on:click=move |_| mover.close()>
                        "Cancel"
                    </Button>
                </span>
            </form>
        </Show>
    }
}
