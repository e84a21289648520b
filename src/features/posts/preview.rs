//! How a post looks on each platform: its layout, its way of folding long texts, its picture grid, all as its spec says
//! (`domain::platform::Preview`). The studio and the post page show the same.

use super::link_card::{leads_to, link_card};
use super::link_pages::LinkPages;
use super::names::ChoiceNames;
use super::preview_shapes::{is_upright, poll, upright};
use super::rich::{fold, pieces};
use crate::domain::connection::ConnectionSummary;
use crate::domain::delivery::Part;
use crate::domain::platform::{Customs, Highlight, Layout, Platform, Preview};
use crate::domain::post::{Format, MediaFacts, PartKind, PostContent, Target};
use crate::ui::PlatformIcon;
use leptos::prelude::*;

/// A picture of a preview: address and description.
pub type Shot = (String, String);

/// What one account gets of a post.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub account: ConnectionSummary,
    pub content: PostContent<MediaFacts>,
    /// What follows the post there.
    pub parts: Vec<Part>,
    /// When it stands there as sent: "now", or a day and a time.
    pub time: String,
}

impl Shown {
    /// `content`: of the post as a whole.
    pub fn new(account: ConnectionSummary, content: &PostContent<MediaFacts>, target: &Target) -> Self {
        let content = content.on(target);
        let parts = content.parts.on(account.platform, content.format).into_iter();
        let parts = parts.map(|p| Part { kind: p.kind, position: p.position, text: p.text.to_owned() }).collect();
        Self { account, content, parts, time: "now".to_owned() }
    }

    /// The platform folds the text: its end is not in the preview.
    pub fn is_folded(&self) -> bool {
        folded(&self.content.text, look(self.account.platform)).1
    }
}

fn look(platform: Platform) -> &'static Preview {
    platform.publishing().map_or(&Preview::PLAIN, |publishing| &publishing.preview)
}

/// How the post looks to one account's readers.
#[component]
pub fn PostPreview(shown: Shown, shots: Vec<Shot>, pages: LinkPages) -> impl IntoView {
    one(&shown, &shots, pages)
}

fn one(s: &Shown, shots: &[Shot], pages: LinkPages) -> AnyView {
    let label = format!("Preview for {}", s.account.platform.name());
    let look = look(s.account.platform);
    let body = match look.layout {
        _ if is_upright(s.content.format) => upright(s, shots, look),
        Layout::Timeline => timeline(s, shots, look, pages),
        Layout::Card => card(s, shots, look, pages),
        Layout::PicturesFirst => pictures_first(s, shots, look),
        Layout::Plain => plain(s, shots, look),
    };
    view! {
        <article class="shrink-0 overflow-hidden rounded-card border border-line bg-bg" aria-label=label>
            {body} {leads_to(s)} {follows(s, look)} {chosen(s)}
        </article>
    }
    .into_any()
}

/// What was chosen of the platform's options, below the post.
fn chosen(s: &Shown) -> Option<AnyView> {
    let schema = s.account.platform.publishing()?.options;
    let (id, format, options, names) =
        (s.account.id, s.content.format, s.content.options.clone(), ChoiceNames::of_page());
    let words = move || {
        let mut words = schema.in_words(format, &options, |choice| names?.find(id, choice));
        // The answers of a poll, and its question, are seen where readers see them.
        let is_seen = |label: &str| label == "Question" || label.starts_with("Answer ");
        words.retain(|(label, _)| format != Format::Poll || !is_seen(label));
        words
    };
    let line = |(label, value): (&str, String)| view! { <li>{format!("{label}: {value}")}</li> }.into_any();
    let none = untrack(|| words().is_empty());
    // A name may come with a list that is still being loaded.
    let lines = move || words().into_iter().map(line).collect::<Vec<_>>();
    (!none).then(|| {
        view! {
            <ul aria-label="Options" class="border-t border-line p-3 text-xs text-muted">
                {lines}
            </ul>
        }
        .into_any()
    })
}

/// The next posts of the thread, or the first comment, under the post.
fn follows(s: &Shown, look: &Preview) -> Option<AnyView> {
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

fn timeline(s: &Shown, shots: &[Shot], look: &Preview, pages: LinkPages) -> AnyView {
    view! {
        <div class="flex gap-2.5 p-3">
            {avatar(s, true)}
            <div class="flex min-w-0 flex-1 flex-col gap-2">
                <p class="flex min-w-0 items-center gap-1 text-[14px]">
                    <b dir="auto" class="truncate font-bold">{s.account.display_name.clone()}</b>
                    <span dir="auto" class="truncate text-faint">{s.account.handle.clone()} " · " {s.time.clone()}</span>
                    <span class="ml-auto">
                        <PlatformIcon platform=s.account.platform />
                    </span>
                </p>
                {text(s, look)}
                {poll(s)}
                {grid(shots, look.most_pictures)}
                {link_card(s, look.card, pages, "rounded-card border")}
            </div>
        </div>
    }
    .into_any()
}

fn card(s: &Shown, shots: &[Shot], look: &Preview, pages: LinkPages) -> AnyView {
    view! {
        <div class="flex items-center gap-2.5 p-3">
            {avatar(s, true)}
            <div class="min-w-0">
                <p dir="auto" class="truncate text-[14px] font-semibold">{s.account.display_name.clone()}</p>
                <p class="text-xs text-faint first-letter:uppercase">{s.time.clone()}</p>
            </div>
            <span class="ml-auto">
                <PlatformIcon platform=s.account.platform />
            </span>
        </div>
        {headline(s)}
        <div class="flex flex-col gap-2 px-3 pb-3">{text(s, look)} {poll(s)}</div>
        {grid(shots, look.most_pictures)}
        {link_card(s, look.card, pages, "border-t")}
    }
    .into_any()
}

/// The title, at platforms whose posts have one.
pub(super) fn headline(s: &Shown) -> Option<AnyView> {
    s.account.platform.publishing()?.options.field("title")?;
    let title = s.content.options.text("title")?.to_owned();
    Some(view! { <p dir="auto" class="px-3 pb-1 text-base font-semibold">{title}</p> }.into_any())
}

fn pictures_first(s: &Shown, shots: &[Shot], look: &Preview) -> AnyView {
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

fn plain(s: &Shown, shots: &[Shot], look: &Preview) -> AnyView {
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
pub(super) fn avatar(s: &Shown, large: bool) -> AnyView {
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
pub(super) fn text(s: &Shown, look: &Preview) -> AnyView {
    rich(folded(&s.content.text, look), look.customs, look.highlights)
}

/// What is seen of a text, and whether its end is folded away.
fn folded<'a>(text: &'a str, look: &Preview) -> (&'a str, bool) {
    look.fold.map_or((text, false), |(characters, lines)| fold(text, characters, lines))
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
