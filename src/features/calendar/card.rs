//! A post on the calendar: time, platforms, state; draggable, and movable by keyboard.

use super::page::Mover;
use crate::domain::delivery::StateTone;
use crate::domain::permission::Permission;
use crate::features::posts::model::PostCard;
use crate::features::preflight::mark::spoken;
use crate::features::preflight::{CheckMark, CheckWords};

use crate::ui::PlatformIcon;
use leptos::prelude::*;

pub fn dot_class(tone: StateTone) -> &'static str {
    match tone {
        StateTone::Quiet => "size-[7px] shrink-0 rounded-full bg-faint",
        StateTone::Info => "size-[7px] shrink-0 rounded-full bg-cyan",
        StateTone::Good => "size-[7px] shrink-0 rounded-full bg-ok",
        StateTone::Warning => "size-[7px] shrink-0 rounded-full bg-warn",
        StateTone::Bad => "size-[7px] shrink-0 rounded-full bg-bad",
    }
}

/// Whether the post's time may still change, by the hand of the person who looks.
pub fn is_movable(card: &PostCard) -> bool {
    card.role.may(Permission::Publish)
        && !card.deliveries.is_empty()
        && card.deliveries.iter().all(|d| d.state.is_editable())
}

#[component]
pub fn EventCard(card: PostCard, mover: Mover) -> impl IntoView {
    let movable = is_movable(&card);
    let at = card.due.map(|d| d.local);
    let edge = card.deliveries.first().map_or("border-l-line-strong", |d| d.platform.edge());
    let class = format!(
        "group block rounded-md border-l-[3px] bg-surface-2 px-2 py-1 text-xs leading-[17px] hover:bg-surface-3 {edge}"
    );
    let icons = card.deliveries.iter().map(|d| view! { <PlatformIcon platform=d.platform /> }).collect_view();
    let clock = at.map(|t| t.clock()).unwrap_or_default();
    let checked = card.check.as_ref().map(|check| format!(", {}", spoken(check))).unwrap_or_default();
    let label = format!("{}, {}, {}{checked}", clock, card.title, card.state.name());
    let grab = (card.id.to_string(), at);
    let open = (card.id.to_string(), card.title.clone(), at);
    view! {
        <a
            class=class
            href=format!("/posts/{}", card.id)
            data-post=card.id.to_string()
            draggable=if movable { "true" } else { "false" }
            aria-label=label
            aria-keyshortcuts=movable.then_some("M")
            on:dragstart=move |_| {
                if let (true, (id, Some(at))) = (movable, grab.clone()) {
                    mover.dragged.set(Some((id, at)));
                }
            }
            on:dragend=move |_| mover.dragged.set(None)
            on:keydown=move |ev| {
                if movable
                    && (ev.key() == "m" || ev.key() == "M")
                    && let (id, title, Some(at)) = open.clone()
                {
                    ev.prevent_default();
                    mover.form.set(Some((id, title, at)));
                }
            }
        >
            <span class="flex flex-wrap items-center gap-x-1">
                <span class="font-mono text-[11px] text-muted">{clock.clone()}</span>
                <span class="flex scale-[.8] -space-x-0.5">{icons}</span>
                <span class="ml-auto flex items-center gap-1">
                    {card.check.clone().map(|check| view! { <CheckMark check=check silent=true /> })}
                    <span title=card.state.name()>
                        <span class=format!("block {}", dot_class(card.state.tone())) aria-hidden="true"></span>
                    </span>
                </span>
            </span>
            <span dir="auto" class="block truncate font-medium text-text">{card.title.clone()}</span>
            {card.check.map(|check| view! { <CheckWords check=check /> })}
        </a>
    }
}
