//! The drawings of a span on a wide screen: month grid, and week and day by the hour.
//!
//! Rows and cells are those of a table (`role="grid"`), one stop of the Tab key with JavaScript; without, all links are plain.

use super::card::EventCard;
use super::cursor::{GRID, create_in};
use super::model::{CalendarDay, CalendarQuery, CalendarView, Span};
use super::mover::Mover;
use super::pointer::{Pointer, element};
use super::slot::Slot;
use super::toolbar::address;
use crate::domain::moment::{Day, LocalTime};
use crate::domain::permission::Permission;
use crate::features::posts::model::PostCard;
use crate::ui::{Glyph, Icon};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::web_sys::Element;

/// The address of the composer with a time filled in.
pub fn compose_at(day: Day, hour: u8) -> String {
    format!("/studio?at={}", LocalTime { day, hour, minute: 0 })
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
        view! { <a class="px-1 text-xs text-purple-soft hover:underline" href=href aria-label=label data-stop>{words}</a> }
            .into_any(),
    )
}

/// The cell to which a post would go.
const TARGET: &str =
    "data-target:bg-purple-fill/25 data-target:outline-2 data-target:-outline-offset-2 data-target:outline-purple";

/// Says why there is no new post in a cell.
fn refuse_new(mover: Mover, cell: &Element) {
    let writes =
        mover.shown.with_value(|shown| shown.as_ref().is_some_and(|shown| shown.role.may(Permission::Publish)));
    let Some(slot) = Slot::around(cell).filter(|_| writes) else {
        return mover.refuse("Your role can look at posts but not write them.");
    };
    let midnight = LocalTime { day: slot.day, hour: 0, minute: 0 };
    let asked = slot.moved(midnight);
    let over = || {
        format!("{} is over. Choose a later time.", if slot.hour.is_some() { asked.short() } else { slot.day.short() })
    };
    let skipped = slot.hour.and_then(|_| mover.why_not(asked)).filter(|_| asked > mover.now.get_untracked());
    mover.refuse(skipped.unwrap_or_else(over));
}

/// The grid with everything that hands do in it. Rows are its children.
#[component]
fn Hands(mover: Mover, label: String, children: Children) -> impl IntoView {
    let (pointer, cursor) = (Pointer::new(mover), mover.cursor);
    let create = move |at: &Element| {
        if let Ok(Some(cell)) = at.closest("[data-day], [data-slot]")
            && !create_in(&cell)
        {
            refuse_new(mover, &cell);
        }
    };
    let key = move |event: KeyboardEvent| {
        let Some(at) = element(event.target()) else { return };
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let done = match event.key().as_str() {
            "m" | "M" => at.get_attribute("data-post").inspect(|post| mover.ask(post)).is_some(),
            "n" | "N" => {
                create(&at);
                true
            }
            // On a link it is the link's.
            "Enter" if at.tag_name() != "A" => {
                create(&at);
                true
            }
            "Escape" => {
                pointer.stop();
                true
            }
            key => cursor.key(key, &at, mover.span()),
        };
        if done {
            event.prevent_default();
        }
    };
    view! {
        <div
            id=GRID
            role="grid"
            aria-label=label
            aria-describedby="calendar-hands"
            class="group/grid select-none"
            data-dragging=move || mover.drag.with(Option::is_some).then_some("")
            on:focusin=move |event| {
                element(event.target()).inspect(|at| cursor.entered(at));
            }
            on:focusout=move |event| cursor.left(element(event.related_target()).as_ref())
            on:keydown=key
            on:pointerdown=move |event| pointer.down(&event)
            on:pointermove=move |event| pointer.moved(&event)
            on:pointerup=move |_| pointer.up()
            on:pointercancel=move |_| pointer.stop()
            on:touchmove=move |event| {
                if mover.drag.with_untracked(Option::is_some) {
                    event.prevent_default();
                }
            }
            on:contextmenu=move |event| {
                if pointer.rests() {
                    event.prevent_default();
                }
            }
            on:click=move |event| {
                if pointer.takes(&event) {
                    return;
                }
                if let Some(at) = element(event.target()).filter(|at| matches!(at.closest("a"), Ok(None))) {
                    create(&at);
                }
            }
        >
            {children()}
        </div>
    }
}

/// "20", and "1 Dec" where a month begins, with the year where that is not this one.
fn number(day: Day, today: Day) -> String {
    match day.day {
        1 if day.year != today.year => format!("1 {} {}", &day.month_name()[..3], day.year),
        1 => format!("1 {}", &day.month_name()[..3]),
        n => n.to_string(),
    }
}

#[component]
fn DayNumber(day: Day, today: Day) -> impl IntoView {
    let class = if day == today {
        "grid h-6 min-w-6 place-items-center whitespace-nowrap rounded-full bg-purple-fill px-1 text-xs text-white"
    } else {
        "grid h-6 min-w-6 place-items-center whitespace-nowrap rounded-full px-1 text-xs text-muted hover:bg-surface-3 hover:text-text"
    };
    let is_today = if day == today { ", today" } else { "" };
    let label = format!("{}, {}{is_today}", number(day, today), day.short());
    view! {
        <a class=class href=format!("/calendar?view=day&day={day}") aria-label=label>
            {number(day, today)}
        </a>
    }
}

/// The link to a new post; without one, words for those who do not see where they are.
fn add_link(slot: Slot, now: LocalTime, writes: bool) -> AnyView {
    let day = slot.day.short();
    match slot.new_post(now).filter(|_| writes) {
        Some(at) => view! {
            <a
                class="grid size-5 shrink-0 place-items-center rounded-md text-faint opacity-0 hover:bg-surface-3 hover:text-text focus-visible:opacity-100 group-hover/cell:opacity-100"
                href=format!("/studio?at={at}")
                data-new
                aria-label=format!("New post on {day} at {}", at.clock())
            >
                <Icon glyph=Glyph::Plus class="size-3.5" />
            </a>
        }
        .into_any(),
        None => {
            let hour = slot.hour.map(|hour| format!(", {hour:02}:00")).unwrap_or_default();
            view! { <span class="sr-only">{day}{hour}</span> }.into_any()
        }
    }
}

fn clock_change(day: &CalendarDay) -> Option<AnyView> {
    let words = day.clock_change.clone()?;
    Some(
        view! { <span class="min-w-0 truncate text-[11px] text-warn" title=words.clone()>{words.clone()}</span> }
            .into_any(),
    )
}

/// Where the layer of a card opens: towards the middle of the page.
fn layer(column: usize, columns: usize, lower: bool) -> &'static str {
    match (columns > 1 && column >= 4, lower) {
        (false, false) => "left-0 top-full",
        (false, true) => "left-0 bottom-full",
        (true, false) => "right-0 top-full",
        (true, true) => "right-0 bottom-full",
    }
}

#[component]
pub fn MonthGrid(view: CalendarView, query: CalendarQuery, mover: Mover) -> impl IntoView {
    let (month, now) = (view.day.month, view.now);
    let writes = view.role.may(Permission::Publish);
    let heads = view
        .days
        .iter()
        .take(7)
        .map(|d| {
            let name = d.day.weekday_name();
            view! {
                <div role="columnheader" class="px-2.5 py-1 text-xs text-faint" aria-label=name>
                    {&name[..3]}
                </div>
            }
            .into_any()
        })
        .collect_view();
    let cell = |n: usize, of_day: &CalendarDay| {
        let day = of_day.day;
        let slot = Slot { day, hour: None };
        let ground = if day.month == month { "bg-surface-1" } else { "bg-bg" };
        let class = format!(
            "group/cell flex min-h-28 min-w-0 flex-col gap-1.5 p-1 -outline-offset-2 min-[1000px]:p-2 {ground} {TARGET}"
        );
        let of_cards = layer(n % 7, 7, n >= 14);
        let cards = of_day
            .posts
            .iter()
            .map(|card| view! { <EventCard card=card.clone() layer=of_cards /> }.into_any())
            .collect_view();
        view! {
            <div role="gridcell" class=class data-day=day.to_string() aria-current=(day == now.day).then_some("date")>
                <div class="flex h-6 items-center justify-between gap-1">
                    <DayNumber day=day today=now.day />
                    {clock_change(of_day)}
                    {add_link(slot, now, writes)}
                </div>
                {cards}
                {more_link(&query, of_day)}
            </div>
        }
        .into_any()
    };
    let rows = view
        .days
        .chunks(7)
        .enumerate()
        .map(|(week, days)| {
            let cells = days.iter().enumerate().map(|(n, day)| cell(7 * week + n, day)).collect_view();
            view! {
                <div role="row" class="grid grid-cols-7 gap-px">
                    {cells}
                </div>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <Hands mover=mover label=view.span.title(view.day)>
            <div role="row" class="grid grid-cols-7">
                {heads}
            </div>
            <div role="rowgroup" class="grid gap-px rounded-card border border-line bg-line [&>:first-child>:first-child]:rounded-tl-[9px] [&>:first-child>:last-child]:rounded-tr-[9px] [&>:last-child>:first-child]:rounded-bl-[9px] [&>:last-child>:last-child]:rounded-br-[9px]">
                {rows}
            </div>
        </Hands>
    }
}

/// The line of the company's clock in its hour.
fn now_line(now: RwSignal<LocalTime>, slot: Slot) -> impl IntoView {
    move || {
        let at = now.get();
        (at.day == slot.day && Some(at.hour) == slot.hour).then(|| {
            view! {
                <div
                    class="pointer-events-none absolute inset-x-0 z-[4] h-0.5 bg-pink before:absolute before:-left-1 before:-top-[3px] before:size-2 before:rounded-full before:bg-pink"
                    style=format!("top:{}%", u32::from(at.minute) * 100 / 60)
                    data-now
                    role="img"
                    aria-label=format!("Now: {}", at.clock())
                ></div>
            }
            .into_any()
        })
    }
}

/// A week or a day by the hour: the row of an hour is as high as its fullest day needs.
#[component]
pub fn WeekGrid(view: CalendarView, query: CalendarQuery, mover: Mover) -> impl IntoView {
    let now = view.now;
    let writes = view.role.may(Permission::Publish);
    let days = view.days.len();
    let columns =
        if days == 1 { "grid grid-cols-[56px_minmax(0,1fr)]" } else { "grid grid-cols-[56px_repeat(7,minmax(0,1fr))]" };
    let heads = view
        .days
        .iter()
        .map(|d| {
            view! {
                <div
                    role="columnheader"
                    class="flex min-w-0 items-center gap-1.5 px-2 py-1.5 text-xs text-faint"
                    aria-current=(d.day == now.day).then_some("date")
                >
                    {&d.day.weekday_name()[..3]}
                    <DayNumber day=d.day today=now.day />
                    {clock_change(d)}
                </div>
            }
            .into_any()
        })
        .collect_view();
    let cell = |n: usize, of_day: &CalendarDay, hour: u8| {
        let day = of_day.day;
        let slot = Slot { day, hour: Some(hour) };
        let is_skipped = of_day.skipped.contains(&hour);
        let ground = if day == now.day { "bg-surface-2/60" } else { "" };
        let is_full = of_day.posts.iter().any(|card| card.due.is_some_and(|due| due.local.hour == hour));
        // Below posts there is room for the sign of a new one.
        let (room, sign) =
            if is_full { ("px-1 pt-1 pb-5", "absolute right-1 bottom-0") } else { ("p-1", "absolute right-1 top-1") };
        let class = format!(
            "group/cell relative flex min-h-10 min-w-0 flex-col gap-1 border-l border-t border-line {room} -outline-offset-2 scroll-my-28 {ground} {TARGET}"
        );
        let of_cards = layer(n, days, hour >= 14);
        let here = |card: &&PostCard| card.due.is_some_and(|due| due.local.hour == hour);
        let cards = of_day
            .posts
            .iter()
            .filter(here)
            .map(|card| view! { <EventCard card=card.clone() layer=of_cards /> }.into_any())
            .collect_view();
        let skipped = is_skipped
            .then(|| view! { <span class="truncate px-1 text-[11px] text-warn">"Left out"</span> }.into_any());
        let line = (day == now.day).then(|| now_line(mover.now, slot));
        view! {
            <div role="gridcell" class=class data-slot=format!("{day}T{hour:02}")>
                {cards}
                {skipped}
                // Below the hours, where they end that are shown.
                {(hour == 23).then(|| more_link(&query, of_day))}
                <span class=sign>{add_link(slot, now, writes && !is_skipped)}</span>
                {line}
            </div>
        }
        .into_any()
    };
    let first = view.first_hour();
    let first = if query.early { 0 } else { first };
    let rows = (first..24u8)
        .map(|hour| {
            let cells = view.days.iter().enumerate().map(|(n, day)| cell(n, day, hour)).collect_view();
            view! {
                <div role="row" class=columns>
                    <div role="rowheader" class="border-t border-line px-2 py-1 text-right font-mono text-[11px] text-faint">
                        {format!("{hour:02}:00")}
                    </div>
                    {cells}
                </div>
            }
            .into_any()
        })
        .collect_view();
    let early = (first > 0).then(|| {
        let query = CalendarQuery { early: true, ..query.clone() };
        view! {
            <div role="row" class="border-t border-line">
                <div role="gridcell" aria-colspan=days + 1>
                    <a
                        class="block px-2 py-1 text-xs text-muted hover:bg-surface-3 hover:text-text"
                        href=address(&query, view.span, Some(view.day))
                        data-early
                        data-noscroll
                    >
                        {format!("Show 00:00 to {first:02}:00")}
                    </a>
                </div>
            </div>
        }
        .into_any()
    });
    view! {
        <Hands mover=mover label=view.span.title(view.day)>
            <div class="rounded-card border border-line bg-surface-1" role="rowgroup">
                <div role="row" class=format!("{columns} sticky top-[57px] z-[5] rounded-t-card bg-surface-1")>
                    <div role="columnheader"><span class="sr-only">"Hour"</span></div>
                    {heads}
                </div>
                {early}
                {rows}
            </div>
        </Hands>
    }
}
