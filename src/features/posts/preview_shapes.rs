//! The parts of a preview that belong to a format: the answers of a poll, the upright frame of stories and short videos.

use super::preview::{Shot, Shown, avatar, headline, text};
use crate::domain::platform::Preview;
use crate::domain::post::Format;
use crate::ui::PlatformIcon;
use leptos::prelude::*;

/// The names of the options that a poll's answers are.
pub const ANSWERS: [&str; 4] = ["answer_1", "answer_2", "answer_3", "answer_4"];

/// Whether readers see it as one upright picture or film over the whole screen.
pub fn is_upright(format: Format) -> bool {
    matches!(format, Format::Story | Format::Reel | Format::Short | Format::Spotlight)
}

/// The question, where it is not the post's text, and the answers to choose from.
pub fn poll(s: &Shown) -> Option<AnyView> {
    if s.content.format != Format::Poll {
        return None;
    }
    let options = &s.content.options;
    let question = options.text("question").map(|words| {
        view! { <p dir="auto" class="text-[14px] font-semibold wrap-anywhere">{words.to_owned()}</p> }.into_any()
    });
    let answers = ANSWERS.into_iter().filter_map(|name| options.text(name)).filter(|words| !words.trim().is_empty());
    let answers: Vec<_> = answers
        .map(|words| {
            view! {
                <li dir="auto" class="rounded-control border border-line-strong px-3 py-1.5 text-[13px] wrap-anywhere">
                    {words.to_owned()}
                </li>
            }
            .into_any()
        })
        .collect();
    Some(
        view! {
            <div class="flex flex-col gap-1.5">
                {question}
                <ul aria-label="Answers" class="flex flex-col gap-1.5">{answers}</ul>
            </div>
        }
        .into_any(),
    )
}

/// A story or short video: the picture fills the screen, the name stands on top, the text below. A story has no text.
pub fn upright(s: &Shown, shots: &[Shot], look: &Preview) -> AnyView {
    let format = s.content.format;
    let picture = match shots.first() {
        Some((src, alt)) => {
            view! { <img src=src.clone() alt=alt.clone() class="absolute inset-0 size-full object-cover" /> }.into_any()
        }
        None => view! {
            <p class="absolute inset-0 grid place-items-center p-6 text-center text-[13px] text-muted">
                {format!("{} shows an upright picture or video here.", s.account.platform.name())}
            </p>
        }
        .into_any(),
    };
    let words = (format != Format::Story).then(|| {
        view! {
            <div class="absolute inset-x-0 bottom-0 flex max-h-1/2 flex-col overflow-hidden bg-bg/80 p-3">
                {headline(s)} {text(s, look)}
            </div>
        }
        .into_any()
    });
    view! {
        <div class="relative mx-auto aspect-9/16 w-full max-w-72 bg-surface-2">
            {picture}
            <p class="absolute inset-x-0 top-0 flex min-w-0 items-center gap-2 bg-bg/80 p-2.5 text-[13px]">
                {avatar(s, false)} <b dir="auto" class="min-w-0 truncate font-semibold">{s.account.handle.clone()}</b>
                <span class="ml-auto">
                    <PlatformIcon platform=s.account.platform />
                </span>
            </p>
            {words}
        </div>
    }
    .into_any()
}
