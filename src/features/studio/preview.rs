//! How the post will look on each platform: their layout, their way of folding long texts, their picture grids.

use super::composer::{Composer, Stage};
use super::rich::{Kind, fold, pieces};
use super::standing::Standing;
use crate::domain::draft::PartKind;
use crate::domain::platform::Platform;
use crate::features::media::model::AssetCard;
use crate::ui::{Glyph, Icon, PlatformIcon};
use leptos::prelude::*;

/// Where the platforms fold a text behind "more": characters and lines.
const INSTAGRAM_FOLD: (usize, usize) = (125, 2);
const LINKEDIN_FOLD: (usize, usize) = (210, 3);

/// A picture of the preview: address and description.
type Shot = (String, String);

#[component]
pub fn Previews(composer: Composer) -> impl IntoView {
    let c = composer;
    let shots = Memo::new(move |_| {
        let shot = |card: AssetCard, alt: String| (card.thumb(), alt);
        let pictures = c.pictures.get();
        let ready = pictures.iter().filter_map(|p| match p.stage.get() {
            Stage::Ready(card) => Some(shot(card, p.alt.get())),
            _ => None,
        });
        ready.collect::<Vec<Shot>>()
    });
    let previews = move || {
        let shown = c.shown();
        let standings: Vec<_> =
            c.chosen_standings().into_iter().filter(|s| shown.is_none_or(|id| s.outlet.id == id)).collect();
        if standings.is_empty() {
            let text = "Choose an account, and you see here how the post will look.";
            return view! { <p class="text-[13px] text-muted">{text}</p> }.into_any();
        }
        standings.into_iter().map(|s| one(&s, &shots.get())).collect_view().into_any()
    };
    view! {
        <section
            class="flex flex-col gap-3 rounded-card border border-line bg-surface-1 p-4 lg:max-h-[56vh] lg:overflow-y-auto"
            aria-labelledby="preview-title"
            tabindex="0"
        >
            <h2 id="preview-title" class="text-xs font-semibold tracking-wider text-faint uppercase">
                "Preview"
            </h2>
            {previews}
        </section>
    }
}

fn one(standing: &Standing, shots: &[Shot]) -> AnyView {
    let label = format!("Preview for {}", standing.outlet.account.platform.name());
    let body = match standing.outlet.account.platform {
        Platform::X => x(standing, shots),
        Platform::LinkedIn => linkedin(standing, shots),
        Platform::Instagram => instagram(standing, shots),
        _ => plain(standing, shots),
    };
    view! {
        <article class="shrink-0 overflow-hidden rounded-card border border-line bg-bg" aria-label=label>
            {body} {follows(standing)}
        </article>
    }
    .into_any()
}

/// The next posts of the thread, or the first comment, under the post.
fn follows(s: &Standing) -> Option<AnyView> {
    let rows = s
        .parts
        .iter()
        .map(|part| {
            let marks: &[Kind] = match part.kind {
                PartKind::Reply => &[Kind::Link, Kind::Tag, Kind::Mention],
                PartKind::Comment => &[Kind::Tag, Kind::Mention],
            };
            view! {
                <li class="flex gap-2.5 border-t border-line p-3">
                    {avatar(s, part.kind == PartKind::Reply)}
                    <div class="min-w-0 flex-1">
                        <p class="flex min-w-0 gap-1 text-[13px]">
                            <b class="truncate font-semibold">{s.outlet.display_name.clone()}</b>
                            <span class="shrink-0 text-faint">{part.name()}</span>
                        </p>
                        {rich(&part.text, marks, false)}
                    </div>
                </li>
            }
        })
        .collect_view();
    (!s.parts.is_empty()).then(|| view! { <ol>{rows}</ol> }.into_any())
}

fn x(s: &Standing, shots: &[Shot]) -> AnyView {
    view! {
        <div class="flex gap-2.5 p-3">
            {avatar(s, true)}
            <div class="flex min-w-0 flex-1 flex-col gap-2">
                <p class="flex min-w-0 items-center gap-1 text-[14px]">
                    <b class="truncate font-bold">{s.outlet.display_name.clone()}</b>
                    <span class="truncate text-faint">{s.outlet.account.handle.clone()} " · now"</span>
                    <span class="ml-auto">
                        <PlatformIcon platform=Platform::X />
                    </span>
                </p>
                {rich(&s.draft.text, &[Kind::Link, Kind::Tag, Kind::Mention], false)}
                {grid(shots, 4)}
            </div>
        </div>
    }
    .into_any()
}

fn linkedin(s: &Standing, shots: &[Shot]) -> AnyView {
    let (text, folded) = fold(&s.draft.text, LINKEDIN_FOLD.0, LINKEDIN_FOLD.1);
    let card = s.draft.link.clone().filter(|_| shots.is_empty()).map(|link| {
        let host = link.split("://").nth(1).and_then(|r| r.split('/').next()).unwrap_or_default().to_owned();
        view! {
            <div class="flex items-center gap-2.5 border-t border-line bg-surface-2 p-3">
                <Icon glyph=Glyph::Link />
                <div class="min-w-0">
                    <p class="truncate text-[13px] font-semibold">{link}</p>
                    <p class="truncate text-xs text-faint">{host}</p>
                </div>
            </div>
        }
    });
    view! {
        <div class="flex items-center gap-2.5 p-3">
            {avatar(s, true)}
            <div class="min-w-0">
                <p class="truncate text-[14px] font-semibold">{s.outlet.display_name.clone()}</p>
                <p class="text-xs text-faint">"Now"</p>
            </div>
            <span class="ml-auto">
                <PlatformIcon platform=Platform::LinkedIn />
            </span>
        </div>
        <div class="px-3 pb-3">{rich(text, &[Kind::Link, Kind::Tag], folded)}</div>
        {grid(shots, 5)}
        {card}
    }
    .into_any()
}

fn instagram(s: &Standing, shots: &[Shot]) -> AnyView {
    let (text, folded) = fold(&s.draft.text, INSTAGRAM_FOLD.0, INSTAGRAM_FOLD.1);
    let handle = s.outlet.account.handle.trim_start_matches('@').to_owned();
    let count = shots.len();
    let pictures = if shots.is_empty() {
        view! {
            <div class="grid aspect-square place-items-center bg-surface-2 p-6 text-center text-[13px] text-muted">
                "Instagram shows a picture here."
            </div>
        }
        .into_any()
    } else {
        let slides = (1..)
            .zip(shots)
            .map(|(n, (src, alt))| {
                view! {
                    <div class="relative aspect-4/5 w-full shrink-0 snap-center">
                        <img src=src.clone() alt=alt.clone() class="size-full object-cover" />
                        {(count > 1)
                            .then(|| {
                                view! {
                                    <span class="absolute top-2 right-2 rounded-full bg-bg/80 px-2 text-xs">
                                        {format!("{n}/{count}")}
                                    </span>
                                }
                            })}
                    </div>
                }
            })
            .collect_view();
        view! {
            <div class="flex snap-x snap-mandatory overflow-x-auto" tabindex="0" role="group" aria-label="Pictures, side by side">
                {slides}
            </div>
        }
        .into_any()
    };
    view! {
        <div class="flex items-center gap-2.5 p-2.5">
            {avatar(s, false)}
            <b class="truncate text-[13px] font-semibold">{handle.clone()}</b>
            <span class="ml-auto">
                <PlatformIcon platform=Platform::Instagram />
            </span>
        </div>
        {pictures}
        <div class="flex flex-col p-2.5">
            <b class="text-[13px] font-semibold">{handle}</b>
            {rich(text, &[Kind::Tag, Kind::Mention], folded)}
        </div>
    }
    .into_any()
}

fn plain(s: &Standing, shots: &[Shot]) -> AnyView {
    view! {
        <div class="flex items-center gap-2.5 p-3">
            <PlatformIcon platform=s.outlet.account.platform />
            <b class="truncate text-[13px] font-semibold">{s.outlet.account.handle.clone()}</b>
        </div>
        <div class="px-3 pb-3">{rich(&s.draft.text, &[Kind::Link], false)}</div>
        {grid(shots, 4)}
    }
    .into_any()
}

/// Initials: pictures of accounts lie on other servers, and a page of ours asks nobody outside.
fn avatar(s: &Standing, large: bool) -> AnyView {
    let class = if large {
        "grid size-9 shrink-0 place-items-center rounded-full bg-purple-fill text-sm font-semibold text-white"
    } else {
        "grid size-7 shrink-0 place-items-center rounded-full bg-purple-fill text-xs font-semibold text-white"
    };
    let initials: String = s
        .outlet
        .display_name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    view! {
        <span class=class aria-hidden="true">
            {initials}
        </span>
    }
    .into_any()
}

/// The text with what this platform highlights.
fn rich(text: &str, marks: &[Kind], folded: bool) -> AnyView {
    let pieces = pieces(text)
        .into_iter()
        .map(|(kind, piece)| {
            let class = if marks.contains(&kind) { "text-cyan" } else { "" };
            view! { <span class=class>{piece.to_owned()}</span> }
        })
        .collect_view();
    view! {
        <p class="text-[14px] leading-snug break-words whitespace-pre-wrap">
            {pieces} {folded.then(|| view! { <span class="text-faint">"… more"</span> })}
        </p>
    }
    .into_any()
}

/// Pictures as a feed lays them out: one wide, two beside each other, three with a tall one, four as a square; what is
/// over `most` is counted on the last one.
fn grid(shots: &[Shot], most: usize) -> Option<AnyView> {
    let shown = shots.len().min(most);
    let more = shots.len() - shown;
    let frame = match shown {
        0 => return None,
        1 => "overflow-hidden rounded-card border border-line",
        _ => "grid aspect-video grid-flow-col grid-rows-2 gap-0.5 overflow-hidden rounded-card border border-line",
    };
    let cells = shots[..shown]
        .iter()
        .enumerate()
        .map(|(at, (src, alt))| {
            let cell = match (shown, at) {
                (1, _) => "relative max-h-72",
                (2, _) | (3, 0) => "relative row-span-2 min-h-0 min-w-0",
                _ => "relative min-h-0 min-w-0",
            };
            let over = (more > 0 && at + 1 == shown).then(|| {
                view! {
                    <span class="absolute inset-0 grid place-items-center bg-bg/70 text-lg font-semibold">
                        {format!("+{more}")}
                    </span>
                }
            });
            let fit = if shown == 1 { "max-h-72 w-full object-cover" } else { "size-full object-cover" };
            view! {
                <div class=cell>
                    <img src=src.clone() alt=alt.clone() class=fit />
                    {over}
                </div>
            }
        })
        .collect_view();
    Some(view! { <div class=frame>{cells}</div> }.into_any())
}
