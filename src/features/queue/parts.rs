//! What the queue's pages share: a job as a line, and the notice that publishing is paused.

use super::model::JobCard;
use super::words;
use crate::ui::{Chip, PlatformIcon};
use leptos::prelude::*;

/// A job as one line: when, what it does and what about, how it went, its state.
#[component]
pub fn JobRow(job: JobCard) -> impl IntoView {
    let (word, tone) = words::state(&job);
    let time = match &job.ended {
        Some(ended) => ended.text.clone(),
        None => job.run_at.local.short(),
    };
    let title = match &job.about {
        Some(about) => format!("{}: {}", job.title, about.title),
        None => job.title,
    };
    let icon = job.about.as_ref().map(|about| view! { <PlatformIcon platform=about.platform /> });
    let post = job.about.as_ref().map(|about| {
        let label = format!("Open the post: {}", about.title);
        view! {
            <span dir="auto">{about.handle.clone()}</span>
            <a class="text-purple-soft underline hover:text-text" href=format!("/posts/{}", about.post) aria-label=label>
                "Open the post"
            </a>
        }
    });
    let late = job.late_s.filter(|s| *s > 0).map(|s| format!("{} late", words::span(s)));
    let tries = (job.attempts > 0).then(|| format!("try {} of {}", job.attempts, job.max_attempts));
    let error = job.last_error.clone();
    view! {
        <li class="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 hover:bg-surface-2">
            <span class="w-40 shrink-0 font-mono text-xs text-muted">{time}</span>
            <span class="order-last flex min-w-0 basis-full items-center gap-3 min-[701px]:order-none min-[701px]:flex-1 min-[701px]:basis-40">
                <span class="size-5 shrink-0">{icon}</span>
                <span class="min-w-0 flex-1">
                    <a dir="auto" class="block truncate hover:underline" href=format!("/diagnostics/queue/{}", job.id)>
                        {title}
                    </a>
                    <span class="flex min-w-0 flex-wrap items-center gap-x-2.5 text-xs text-faint">
                        {post} {tries.map(|text| view! { <span>{text}</span> })}
                        {late.map(|text| view! { <span>{text}</span> })}
                        {error.map(|text| view! { <span dir="auto" class="min-w-0 wrap-anywhere text-muted">{text}</span> })}
                    </span>
                </span>
            </span>
            <span class="ml-auto">
                <Chip tone=tone>{word}</Chip>
            </span>
        </li>
    }
}
