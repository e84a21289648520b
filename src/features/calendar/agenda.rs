//! The phone's calendar: days one below the other. It opens at today; what is past is folded above it.

use super::card::{dot_class, is_movable};
use super::grid::{compose_at, more_link};
use super::model::{CalendarDay, CalendarQuery, CalendarView};
use super::mover::Mover;
use crate::domain::moment::LocalTime;
use crate::domain::permission::Permission;
use crate::features::posts::model::PostCard;
use crate::features::preflight::{CheckMark, CheckWords};
use crate::ui::page::Allowed;
use crate::ui::{Empty, Glyph, Icon, LinkButton, PlatformIcon};
use leptos::prelude::*;

/// The hour of a new post on a day that is still to come.
const MORNING: u8 = 9;

#[component]
pub fn AgendaList(view: CalendarView, query: CalendarQuery, mover: Mover) -> impl IntoView {
    let (now, writes) = (view.now, view.role.may(Permission::Publish));
    let shown = |d: &CalendarDay| d.day == now.day || !d.posts.is_empty();
    let (past, days): (Vec<_>, Vec<_>) = view.days.into_iter().filter(shown).partition(|d| d.day < now.day);
    if past.is_empty() && days.is_empty() {
        return view! {
            <Empty title="Nothing planned here" text="Posts that you schedule appear on their day.">
                <Allowed to=Permission::Publish><LinkButton href="/studio">"Write a post"</LinkButton></Allowed>
            </Empty>
        }
        .into_any();
    }
    let drawn = |days: Vec<CalendarDay>| days.into_iter().map(|d| day(d, &query, now, writes, mover)).collect_view();
    // A span that is over altogether is not folded away.
    if days.is_empty() {
        return view! { <div>{drawn(past)}</div> }.into_any();
    }
    let earlier = (!past.is_empty()).then(|| {
        let count = past.iter().map(|d| d.posts.len()).sum::<usize>();
        let words = match count {
            _ if past.iter().any(|d| d.more > 0) => format!("More than {count} earlier posts"),
            1 => "1 earlier post".to_owned(),
            _ => format!("{count} earlier posts"),
        };
        view! {
            <details>
                <summary class="text-[13px] text-muted">{words}</summary>
                {drawn(past)}
            </details>
        }
        .into_any()
    });
    view! { <div>{earlier} {drawn(days)}</div> }.into_any()
}

fn day(d: CalendarDay, query: &CalendarQuery, now: LocalTime, writes: bool, mover: Mover) -> AnyView {
    let today = d.day == now.day;
    let more = more_link(query, &d).map(|link| view! { <p class="px-2 py-2">{link}</p> }.into_any());
    let hour = if today { (now.hour + 1).min(23) } else { MORNING };
    let add = (writes && d.day >= now.day).then(|| {
        view! {
            <a
                class="grid size-11 place-items-center rounded-control text-muted hover:bg-surface-2 hover:text-text"
                href=compose_at(d.day, hour)
                aria-label=format!("New post on {}", d.day.short())
            >
                <Icon glyph=Glyph::Plus />
            </a>
        }
        .into_any()
    });
    let none =
        d.posts.is_empty().then(|| view! { <p class="px-1 text-[13px] text-faint">"Nothing planned."</p> }.into_any());
    let rows = d.posts.into_iter().map(|card| row(card, mover)).collect_view();
    view! {
        <section data-agenda=d.day.to_string()>
            <div class="flex min-h-11 items-center gap-2 px-1 pt-2">
                <h3 class="text-[13px] font-semibold">{d.day.short()} {today.then_some(" · Today")}</h3>
                {d.clock_change.map(|c| view! { <span class="text-xs text-warn">{c}</span> }.into_any())}
                <span class="ml-auto">{add}</span>
            </div>
            {none}
            <ul class="divide-y divide-line rounded-card border border-line bg-surface-1 empty:hidden">{rows}</ul>
            {more}
        </section>
    }
    .into_any()
}

fn row(card: PostCard, mover: Mover) -> AnyView {
    let icons = card.deliveries.iter().map(|d| view! { <PlatformIcon platform=d.platform /> }).collect_view();
    let at = card.due.map(|w| w.local);
    // Without JavaScript it leads to where the time can be changed too.
    let movable = at.filter(|_| is_movable(&card)).map(|at| {
        let (id, title) = (card.id.to_string(), card.title.clone());
        let open = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            mover.form.set(Some((id.clone(), title.clone(), at)));
        };
        view! {
            <a
                class="grid size-11 shrink-0 place-items-center rounded-control text-muted hover:bg-surface-2 hover:text-text"
                href=format!("/studio?post={}", card.id)
                aria-label=format!("Move: {}", card.title)
                title="Move"
                on:click=open
            >
                <Icon glyph=Glyph::Clock class="size-5" />
            </a>
        }
        .into_any()
    });
    view! {
        <li class="flex items-center pr-1">
            // Time, platforms and state share the first line; the words of the post have a width of their own.
            <a
                class="group has-words flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1 py-2.5 pr-2 pl-3"
                href=format!("/posts/{}", card.id)
                data-post=card.id.to_string()
            >
                <span class="font-mono text-xs text-muted">{at.map(LocalTime::clock)}</span>
                <span class="flex min-w-0 -space-x-1 overflow-hidden">{icons}</span>
                <span class="ml-auto flex items-center gap-1.5 text-xs text-muted">
                    <span class=dot_class(card.state.tone()) aria-hidden="true"></span>
                    {card.state.name()}
                    {card.check.clone().map(|check| view! { <CheckMark check=check worded=true /> })}
                </span>
                <span dir="auto" class="line-clamp-2 basis-full">
                    {card.title.clone()}
                </span>
                {card.check.map(|check| view! { <CheckWords check=check /> })}
            </a>
            {movable}
        </li>
    }
    .into_any()
}
