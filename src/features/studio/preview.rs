//! How the post will look on each platform: its layout, its way of folding long texts, its picture grid, all as its spec
//! says (`domain::platform::Preview`).

use super::composer::{Composer, UploadState};
use super::rich::{fold, pieces};
use super::validation::TargetValidation;
use crate::domain::limits::rules;
use crate::domain::platform::{Customs, Highlight, Layout, Preview};
use crate::domain::post::PartKind;
use crate::features::media::model::AssetCard;
use crate::ui::{Glyph, Icon, PlatformIcon};
use leptos::prelude::*;

/// A picture of the preview: address and description.
type Shot = (String, String);

#[component]
pub fn Previews(composer: Composer) -> impl IntoView {
    let c = composer;
    let shots = Memo::new(move |_| {
        let shot = |card: AssetCard, alt: String| (card.thumb(), alt);
        let pictures = c.pictures.get();
        let ready = pictures.iter().filter_map(|p| match p.upload.get() {
            UploadState::Ready(card) => Some(shot(card, p.alt.get())),
            _ => None,
        });
        ready.collect::<Vec<Shot>>()
    });
    let previews = move || {
        let shown = c.shown();
        let validations: Vec<_> =
            c.chosen_validations().into_iter().filter(|s| shown.is_none_or(|id| s.account.id == id)).collect();
        if validations.is_empty() {
            let text = "Choose an account, and you see here how the post will look.";
            return view! { <p class="text-[13px] text-muted">{text}</p> }.into_any();
        }
        validations.into_iter().map(|s| one(&s, &shots.get())).collect_view().into_any()
    };
    view! {
        <section
            class="flex flex-col gap-3 rounded-card border border-line bg-surface-1 p-4 desk:min-h-24 desk:flex-1 desk:overflow-y-auto"
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

fn one(validation: &TargetValidation, shots: &[Shot]) -> AnyView {
    let platform = validation.account.platform;
    let label = format!("Preview for {}", platform.name());
    let look = platform.publishing().map_or(&Preview::PLAIN, |publishing| &publishing.preview);
    let body = match look.layout {
        Layout::Timeline => timeline(validation, shots, look),
        Layout::Card => card(validation, shots, look),
        Layout::PicturesFirst => pictures_first(validation, shots, look),
        Layout::Plain => plain(validation, shots, look),
    };
    view! {
        <article class="shrink-0 overflow-hidden rounded-card border border-line bg-bg" aria-label=label>
            {body} {follows(validation, look)} {chosen(validation)}
        </article>
    }
    .into_any()
}

/// What was chosen of the platform's options, below the post.
fn chosen(s: &TargetValidation) -> Option<AnyView> {
    let schema = s.account.platform.publishing()?.options;
    let words = schema.in_words(s.content.format, &s.content.options);
    let line = |(label, value): (&str, String)| view! { <li>{format!("{label}: {value}")}</li> }.into_any();
    let lines: Vec<_> = words.into_iter().map(line).collect();
    (!lines.is_empty()).then(|| {
        view! {
            <ul aria-label="Options" class="border-t border-line p-3 text-xs text-muted">
                {lines}
            </ul>
        }
        .into_any()
    })
}

/// The next posts of the thread, or the first comment, under the post.
fn follows(s: &TargetValidation, look: &Preview) -> Option<AnyView> {
    let rows = s
        .parts
        .iter()
        .map(|part| {
            let marks: &[Highlight] = match part.kind {
                PartKind::Reply => &[Highlight::Link, Highlight::Tag, Highlight::Mention],
                PartKind::Comment => &[Highlight::Tag, Highlight::Mention],
            };
            view! {
                <li class="flex gap-2.5 border-t border-line p-3">
                    {avatar(s, part.kind == PartKind::Reply)}
                    <div class="min-w-0 flex-1">
                        <p class="flex min-w-0 gap-1 text-[13px]">
                            <b dir="auto" class="truncate font-semibold">{s.account.display_name.clone()}</b>
                            <span class="shrink-0 text-faint">{part.name()}</span>
                        </p>
                        {rich((&part.text, false), look.customs, marks)}
                    </div>
                </li>
            }
        })
        .collect_view();
    (!s.parts.is_empty()).then(|| view! { <ol>{rows}</ol> }.into_any())
}

fn timeline(s: &TargetValidation, shots: &[Shot], look: &Preview) -> AnyView {
    view! {
        <div class="flex gap-2.5 p-3">
            {avatar(s, true)}
            <div class="flex min-w-0 flex-1 flex-col gap-2">
                <p class="flex min-w-0 items-center gap-1 text-[14px]">
                    <b dir="auto" class="truncate font-bold">{s.account.display_name.clone()}</b>
                    <span dir="auto" class="truncate text-faint">{s.account.handle.clone()} " · now"</span>
                    <span class="ml-auto">
                        <PlatformIcon platform=s.account.platform />
                    </span>
                </p>
                {text(s, look)}
                {grid(shots, look.most_pictures)}
                {link_card(s, shots, "rounded-card border")}
            </div>
        </div>
    }
    .into_any()
}

fn card(s: &TargetValidation, shots: &[Shot], look: &Preview) -> AnyView {
    view! {
        <div class="flex items-center gap-2.5 p-3">
            {avatar(s, true)}
            <div class="min-w-0">
                <p dir="auto" class="truncate text-[14px] font-semibold">{s.account.display_name.clone()}</p>
                <p class="text-xs text-faint">"Now"</p>
            </div>
            <span class="ml-auto">
                <PlatformIcon platform=s.account.platform />
            </span>
        </div>
        <div class="px-3 pb-3">{text(s, look)}</div>
        {grid(shots, look.most_pictures)}
        {link_card(s, shots, "border-t")}
    }
    .into_any()
}

/// The card of a link, where the platform shows one; `border` is its frame's.
fn link_card(s: &TargetValidation, shots: &[Shot], border: &str) -> Option<AnyView> {
    let has_cards = rules(s.account.platform, s.content.format, &s.account.facts).is_some_and(|rules| rules.link_card);
    let link = s.content.link.clone().filter(|_| has_cards && shots.is_empty())?;
    let host = link.split("://").nth(1).and_then(|r| r.split('/').next()).unwrap_or_default().to_owned();
    let class = format!("flex items-center gap-2.5 border-line bg-surface-2 p-3 {border}");
    let card = view! {
        <div class=class>
            <Icon glyph=Glyph::Link />
            <div class="min-w-0">
                <p dir="auto" class="truncate text-[13px] font-semibold">{link}</p>
                <p class="truncate text-xs text-faint">{host}</p>
            </div>
        </div>
    };
    Some(card.into_any())
}

fn pictures_first(s: &TargetValidation, shots: &[Shot], look: &Preview) -> AnyView {
    let handle = s.account.handle.trim_start_matches('@').to_owned();
    let count = shots.len();
    let pictures = if shots.is_empty() {
        view! {
            <div class="grid aspect-square place-items-center bg-surface-2 p-6 text-center text-[13px] text-muted">
                {s.account.platform.name()} " shows a picture here."
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
            <b dir="auto" class="truncate text-[13px] font-semibold">{handle.clone()}</b>
            <span class="ml-auto">
                <PlatformIcon platform=s.account.platform />
            </span>
        </div>
        {pictures}
        <div class="flex flex-col p-2.5">
            <b dir="auto" class="text-[13px] font-semibold">{handle}</b>
            {text(s, look)}
        </div>
    }
    .into_any()
}

fn plain(s: &TargetValidation, shots: &[Shot], look: &Preview) -> AnyView {
    view! {
        <div class="flex items-center gap-2.5 p-3">
            <PlatformIcon platform=s.account.platform />
            <b dir="auto" class="truncate text-[13px] font-semibold">{s.account.handle.clone()}</b>
        </div>
        <div class="px-3 pb-3">{text(s, look)}</div>
        {grid(shots, look.most_pictures)}
    }
    .into_any()
}

/// Initials: pictures of accounts lie on other servers, and a page of ours asks nobody outside.
fn avatar(s: &TargetValidation, large: bool) -> AnyView {
    let class = if large {
        "grid size-9 shrink-0 place-items-center rounded-full bg-purple-fill text-sm font-semibold text-white"
    } else {
        "grid size-7 shrink-0 place-items-center rounded-full bg-purple-fill text-xs font-semibold text-white"
    };
    let initials: String = s
        .account
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

/// The text of the post, folded and coloured as the platform does it.
fn text(s: &TargetValidation, look: &Preview) -> AnyView {
    let shown = match look.fold {
        Some((characters, lines)) => fold(&s.content.text, characters, lines),
        None => (s.content.text.as_str(), false),
    };
    rich(shown, look.customs, look.highlights)
}

/// A text, and whether its end was folded away; `marks` stand out in it.
fn rich((text, folded): (&str, bool), customs: Customs, marks: &[Highlight]) -> AnyView {
    let pieces = pieces(text, customs)
        .into_iter()
        .map(|(kind, piece)| {
            let class = if kind.is_some_and(|kind| marks.contains(&kind)) { "text-cyan" } else { "" };
            view! { <span class=class>{piece.to_owned()}</span> }
        })
        .collect_view();
    view! {
        <p dir="auto" class="text-[14px] leading-snug whitespace-pre-wrap">
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
