//! A post on the calendar: time, platforms, state, always of one size. What does not fit stands in a layer above the page.

use super::mover::why_fixed;
use crate::domain::delivery::StateTone;
use crate::features::posts::model::PostCard;
use crate::features::preflight::CheckMark;
use crate::features::preflight::mark::spoken;
use crate::features::preflight::model::Verdict;
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
    why_fixed(card).is_none()
}

/// So many platforms have their sign on a card; the others are counted.
const SIGNS: usize = 3;

/// `layer`: classes that say at which corner of the card its layer opens, so that it stays on the page.
#[component]
pub fn EventCard(card: PostCard, layer: &'static str) -> impl IntoView {
    let movable = is_movable(&card);
    let at = card.due.map(|d| d.local);
    let edge = card.deliveries.first().map_or("border-l-line-strong", |d| d.platform.edge());
    let hand = if movable { "cursor-grab" } else { "" };
    let class = format!(
        "peer block h-11 rounded-md border-l-[3px] bg-surface-2 px-2 py-[5px] text-xs leading-[17px] hover:bg-surface-3 focus-visible:outline-offset-0 {hand} {edge}"
    );
    let icons = card
        .deliveries
        .iter()
        .take(SIGNS)
        .map(|d| view! { <PlatformIcon platform=d.platform /> }.into_any())
        .collect_view();
    let others = card.deliveries.len().saturating_sub(SIGNS);
    let others =
        (others > 0).then(|| view! { <span class="text-[11px] text-faint before:content-[attr(data-more)]" data-more=format!("+{others}")></span> }.into_any());
    let worries = card.check.as_ref().is_some_and(|check| check.verdict != Verdict::Ok);
    // Where not even that fits, the edge alone says the platform.
    let signs = if worries {
        "flex h-5 min-w-5 flex-wrap overflow-hidden -space-x-0.5 [zoom:.8] @max-[72px]:hidden"
    } else {
        "flex h-5 min-w-5 flex-wrap overflow-hidden -space-x-0.5 [zoom:.8]"
    };
    let (mark, dot) = if worries { ("flex", "hidden @min-[92px]:flex") } else { ("hidden @min-[92px]:flex", "flex") };
    let mark = card
        .check
        .clone()
        .map(|check| view! { <span class=mark><CheckMark check=check silent=true /></span> }.into_any());
    let clock = at.map(|t| t.clock()).unwrap_or_default();
    let checked = card.check.as_ref().map(|check| format!(", {}", spoken(check))).unwrap_or_default();
    let label = format!("{}, {}, {}{checked}", clock, card.title, card.state.name());
    let accounts = card
        .deliveries
        .iter()
        .map(|d| {
            view! { <span dir="auto" class="block truncate">{format!("{} {}", d.platform.name(), d.handle)}</span> }
                .into_any()
        })
        .collect_view();
    let found = card.check.iter().flat_map(|check| &check.words);
    let found = found
        .map(|words| view! { <span dir="auto" class="block text-warn">{words.clone()}</span> }.into_any())
        .collect_view();
    view! {
        // The layer stands beside the link and not in it: its words are no part of what the link is called.
        <div class="relative shrink-0">
            <a
                class=class
                href=format!("/posts/{}", card.id)
                data-post=card.id.to_string()
                data-stop
                draggable="false"
                aria-label=label
                aria-keyshortcuts=movable.then_some("M")
            >
                // In a narrow column a worry takes the place of the state, and no worry takes none.
                <span class="@container pointer-events-none block">
                    <span class="flex items-center gap-x-0.5 @min-[92px]:gap-x-1">
                        <span class="font-mono text-[11px] text-muted">{clock.clone()}</span>
                        <span class=signs>{icons}</span>
                        {others}
                        <span class="ml-auto flex shrink-0 items-center gap-1">
                            {mark}
                            <span class=dot>
                                <span class=dot_class(card.state.tone()) aria-hidden="true"></span>
                            </span>
                        </span>
                    </span>
                </span>
                // Between the words: what is seen is what the name says.
                " "
                <span dir="auto" class="pointer-events-none block truncate font-medium text-text">
                    {card.title.clone()}
                </span>
            </a>
            <span
                class=format!(
                    "pointer-events-none absolute z-[6] hidden w-64 max-w-[60vw] flex-col gap-1 rounded-control border border-line-strong bg-surface-3 px-3 py-2 text-xs font-normal text-muted wrap-anywhere peer-hover:flex peer-focus-visible:flex in-data-dragging:hidden! {layer}",
                )
                aria-hidden="true"
            >
                <span dir="auto" class="line-clamp-4 text-text">{card.title}</span>
                <span>{format!("{clock} · {}", card.state.name())}</span>
                {accounts}
                {found}
            </span>
        </div>
    }
}
