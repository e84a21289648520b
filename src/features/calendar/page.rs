//! The calendar page: what is shown lives in the URL (`view`, `day`, `platform`, `attention`).

use super::agenda::AgendaList;
use super::calls::view_calendar;
use super::grid::{MonthGrid, WeekGrid};
use super::model::{CalendarQuery, CalendarView, Span};
use super::mover::{DragChip, MoveResult, Mover};
use super::slot::Slot;
use super::toolbar::Toolbar;
use crate::domain::moment::LocalTime;
use crate::domain::permission::Permission;
use crate::ui::Screen;
use crate::ui::focus::focus_soon;
use crate::ui::page::{PageHead, use_frame};
use crate::ui::{Button, ButtonKind, Loaded, WhenField};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub struct CalendarPage {
    query: Memo<CalendarQuery>,
    view: Resource<Result<CalendarView, crate::domain::error::AppError>>,
    mover: Mover,
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
                early: q.get_str("early").is_some(),
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
        mover.mark_target();
        let frame = use_frame();
        // The frame asks for the company's clock every minute; with a new day the page is another one.
        Effect::new(move |_| {
            if let Some(Ok(data)) = frame.0.get() {
                let before = mover.now.get_untracked().day;
                mover.now.set(data.now.local);
                let is_drawn =
                    mover.shown.with_value(|shown| shown.as_ref().is_some_and(|shown| shown.now.day == before));
                if is_drawn && before != data.now.local.day {
                    view.refetch();
                }
            }
        });
        view! {
            <PageHead title="Calendar" />
            <div class="flex flex-col gap-3">
                <MoveResult mover=mover />
                <MoveForm mover=mover />
                <DragChip mover=mover />
                <Loaded resource=view lines=8 let:data>
                    {drawn(mover, data.clone())}
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
                    <p class="text-xs text-faint">{format!("Times are {} time.", data.zone)}</p>
                    <p id="calendar-hands" class="hidden text-xs text-faint min-[700px]:block">
                        {if data.role.may(Permission::Publish) { PLANNER } else { READER }}
                    </p>
                </Loaded>
            </div>
        }
        .into_any()
    }
}

const PLANNER: &str = "Drag a post to move it; by touch, hold it first. Keys: arrows to walk, Enter to open a post or to write one, \
M to move, N for a new post, Page Up and Page Down to turn the page.";
const READER: &str = "Keys: arrows to walk, Enter to open a post, Page Up and Page Down to turn the page.";

/// Tells the hands what is drawn, before they meet it.
fn drawn(mover: Mover, view: CalendarView) {
    mover.now.set(view.now);
    mover.shown.set_value(Some(view));
    Effect::new(move |_| request_animation_frame(move || mover.cursor.settle()));
}

/// The keyboard's way to move a post.
#[component]
fn MoveForm(mover: Mover) -> impl IntoView {
    let time = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let needed = RwSignal::new(0);
    Effect::new(move |_| {
        if let Some((_, _, at)) = mover.form.get() {
            time.set(at.to_string());
            problem.set(None);
            focus_soon("move-time");
        }
    });
    // The cell of the time in the field is marked.
    Effect::new(move |_| {
        // What was said of another time does not hold for this one.
        time.track();
        problem.set(None);
        let at = mover.form.with(Option::is_some).then(|| time.get().parse::<LocalTime>().ok()).flatten();
        mover.target.set(at.map(|at| Slot::holding(mover.span(), at)));
    });
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let Ok(to) = time.get_untracked().parse::<LocalTime>() else {
            return needed.update(|n| *n += 1);
        };
        let Some((id, ..)) = mover.form.get_untracked() else { return };
        let from = mover.card(&id).and_then(|card| card.due);
        match mover.why_not(to).filter(|_| from.is_none_or(|from| from.local != to)) {
            None => {
                mover.close();
                mover.go(id, from, to);
            }
            reason => {
                problem.set(reason);
                focus_soon("move-time");
            }
        }
    };
    view! {
        <Show when=move || mover.form.with(Option::is_some)>
            <form
                class="stays-in-place fixed inset-x-3 bottom-17 z-30 mx-auto flex w-fit max-w-full flex-wrap items-end gap-3 rounded-card border border-line-strong bg-surface-2 p-4 min-[701px]:bottom-4"
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
                    error=problem
                    needed=needed
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
