//! The two drawings of a span on a wide screen: month grid, and week grid by the hour.

use super::card::EventCard;
use super::model::{CalendarDay, CalendarQuery, CalendarView, Span};
use super::page::Mover;
use super::toolbar::address;
use crate::domain::moment::{Day, LocalTime};
use crate::domain::permission::Permission;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// The address of the composer with a time filled in.
pub fn compose_at(day: Day, hour: u8) -> String {
    format!("/studio?at={}", LocalTime { day, hour, minute: 0 })
}

/// Accepts a dragged post: `at` makes the new time from the old one.
fn drop_on(
    mover: Mover,
    at: impl Fn(LocalTime) -> LocalTime + Copy + Send + Sync + 'static,
) -> impl Fn(leptos::ev::DragEvent) {
    move |ev| {
        ev.prevent_default();
        if let Some((id, from)) = mover.dragged.get_untracked() {
            mover.dragged.set(None);
            let to = at(from);
            if to != from {
                mover.action.dispatch((id, to));
            }
        }
    }
}

fn allow_drop(mover: Mover) -> impl Fn(leptos::ev::DragEvent) {
    move |ev| {
        if mover.dragged.with_untracked(Option::is_some) {
            ev.prevent_default();
        }
    }
}

/// "+ 1,430 more": from a month or a week to the day, from a day to what comes behind.
pub fn more_link(query: &CalendarQuery, day: &CalendarDay) -> Option<AnyView> {
    let words = day.more_words()?;
    let mut href = address(query, Span::Day, Some(day.day));
    if let (Span::Day, Some(next)) = (query.span, day.next) {
        href.push_str(&format!("&after={next}"));
    }
    let label = format!("{words} on {}", day.day.short());
    Some(
        view! { <a class="px-1 text-xs text-purple-soft hover:underline" href=href aria-label=label>{words}</a> }
            .into_any(),
    )
}

#[component]
fn DayNumber(day: Day, today: Day) -> impl IntoView {
    let class = if day == today {
        "grid size-[22px] place-items-center rounded-full bg-purple-fill text-xs text-white"
    } else {
        "text-xs text-muted"
    };
    view! {
        <a class=class href=format!("/calendar?view=day&day={day}") aria-label=format!("{} {}", day.weekday_name(), day.short())>
            {day.day}
        </a>
    }
}

#[component]
fn AddLink(day: Day, hour: u8) -> impl IntoView {
    view! {
        <a
            class="grid size-5 place-items-center rounded-md text-faint opacity-0 hover:bg-surface-3 hover:text-text focus-visible:opacity-100 group-hover/cell:opacity-100"
            href=compose_at(day, hour)
            aria-label=format!("New post on {} at {hour:02}:00", day.short())
        >
            <Icon glyph=Glyph::Plus class="size-3.5" />
        </a>
    }
}

#[component]
pub fn MonthGrid(view: CalendarView, query: CalendarQuery, mover: Mover) -> impl IntoView {
    let (month, today) = (view.day.month, view.now.day);
    let writes = view.role.may(Permission::Publish);
    let heads = view
        .days
        .iter()
        .take(7)
        .map(|d| view! { <div class="px-2.5 py-1 text-xs text-faint">{&d.day.weekday_name()[..3]}</div> })
        .collect_view();
    let cells = view
        .days
        .into_iter()
        .map(|of_day| {
            let more = more_link(&query, &of_day);
            let CalendarDay { day, clock_change, posts, .. } = of_day;
            let class = if day.month == month {
                "group/cell flex min-h-28 min-w-0 flex-col gap-1.5 bg-surface-1 p-2"
            } else {
                "group/cell flex min-h-28 min-w-0 flex-col gap-1.5 bg-bg p-2"
            };
            let cards = posts.into_iter().map(|card| view! { <EventCard card=card mover=mover /> }).collect_view();
            view! {
                <div
                    class=class
                    data-day=day.to_string()
                    on:dragover=allow_drop(mover)
                    on:drop=drop_on(mover, move |from| LocalTime { day, ..from })
                >
                    <div class="flex h-[22px] items-center justify-between gap-1">
                        <DayNumber day=day today=today />
                        {clock_change.map(|c| view! { <span class="truncate text-[11px] text-warn" title=c.clone()>{c.clone()}</span> })}
                        {writes.then(|| view! { <AddLink day=day hour=9 /> })}
                    </div>
                    {cards}
                    {more}
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="grid grid-cols-7" aria-hidden="true">
            {heads}
        </div>
        <div class="grid grid-cols-7 gap-px overflow-hidden rounded-card border border-line bg-line">{cells}</div>
    }
}

/// A week or a day by the hour: the row of an hour is as high as its fullest day needs.
#[component]
pub fn WeekGrid(view: CalendarView, query: CalendarQuery, mover: Mover) -> impl IntoView {
    let today = view.now.day;
    let writes = view.role.may(Permission::Publish);
    let columns = if view.days.len() == 1 {
        "grid grid-cols-[56px_1fr]"
    } else {
        "grid grid-cols-[56px_repeat(7,minmax(0,1fr))]"
    };
    let heads = view
        .days
        .iter()
        .map(|d| {
            view! {
                <div class="flex min-w-0 items-center gap-1.5 px-2 py-1.5 text-xs text-faint">
                    {&d.day.weekday_name()[..3]}
                    <DayNumber day=d.day today=today />
                    {d.clock_change.clone().map(|c| view! { <span class="truncate text-warn" title=c.clone()>{c.clone()}</span> })}
                </div>
            }
        })
        .collect_view();
    let rows = (0..24u8)
        .map(|hour| {
            let cells = view
                .days
                .iter()
                .map(|d| {
                    let day = d.day;
                    let cards = d
                        .posts
                        .iter()
                        .filter(|p| p.due.is_some_and(|w| w.local.hour == hour))
                        .map(|card| view! { <EventCard card=card.clone() mover=mover /> })
                        .collect_view();
                    view! {
                        <div
                            class="group/cell relative flex min-h-9 min-w-0 flex-col gap-1 border-l border-t border-line p-1"
                            data-slot=format!("{day}T{hour:02}")
                            on:dragover=allow_drop(mover)
                            on:drop=drop_on(mover, move |from| LocalTime { day, hour, minute: from.minute })
                        >
                            {cards}
                            <span class="absolute right-1 top-1">
                                {writes.then(|| view! { <AddLink day=day hour=hour /> })}
                            </span>
                        </div>
                    }
                })
                .collect_view();
            view! {
                <div class="border-t border-line px-2 py-1 text-right font-mono text-[11px] text-faint">{format!("{hour:02}:00")}</div>
                {cells}
            }
        })
        .collect_view();
    // Below the hours, where they end that are shown.
    let more = view.days.iter().any(|d| d.more > 0).then(|| {
        let links = view
            .days
            .iter()
            .map(|d| {
                view! { <div class="min-w-0 border-l border-t border-line p-1">{more_link(&query, d)}</div> }.into_any()
            })
            .collect_view();
        view! {
            <div class="border-t border-line"></div>
            {links}
        }
        .into_any()
    });
    view! {
        <div class=format!("{columns} overflow-hidden rounded-card border border-line bg-surface-1")>
            <div></div>
            {heads}
            {rows}
            {more}
        </div>
    }
}
