//! One job: what it does and what about, where it stands, every attempt, and what can be done.

use super::calls::{CancelJob, RunJob, load_job};
use super::model::{JobAct, JobDetail, JobState, LogLine};
use super::words;
use crate::domain::error::{AppError, ErrorKind};
use crate::features::deliveries::chip::StateChip;
use crate::ui::Screen;
use crate::ui::page::DiagnosticsTabs;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, LinkButton, Loaded, PlatformIcon, PostForm,
    failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

/// `/diagnostics/queue/:id`
pub struct JobPage {
    job: Resource<Result<JobDetail, AppError>>,
    acts: Acts,
    /// Counted up to look again.
    look: RwSignal<u32>,
}

#[derive(Clone, Copy)]
struct Acts {
    cancel: FormAction<CancelJob>,
    run: FormAction<RunJob>,
}

impl Screen for JobPage {
    fn data() -> Self {
        let params = use_params_map();
        let look = RwSignal::new(0);
        let acts = Acts { cancel: FormAction::new(), run: FormAction::new() };
        let key = move || {
            let changes = (acts.cancel.version().get(), acts.run.version().get());
            (params.with(|p| p.get("id")).unwrap_or_default(), changes, look.get())
        };
        let job = Resource::new_blocking(key, |(id, ..)| async move {
            match id.parse() {
                Ok(id) => load_job(id).await,
                Err(_) => Err(AppError::not_found("job")),
            }
        });
        Self { job, acts, look }
    }

    fn view(this: Self) -> AnyView {
        let JobPage { job, acts, look } = this;
        keep_looking(job, look);
        view! {
            <PageHead title="Job" />
            <DiagnosticsTabs />
            <div class="flex w-full max-w-page flex-col gap-4">
                <p class="text-[13px]">
                    <a class="text-purple-soft hover:underline" href="/diagnostics/queue">"All jobs"</a>
                </p>
                <FormError error=failure(&acts.cancel) />
                <FormError error=failure(&acts.run) />
                <Loaded resource=job lines=6 let:job>
                    <Whole job acts />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

/// Looks again while something can still happen; each answer says when.
fn keep_looking(job: Resource<Result<JobDetail, AppError>>, look: RwSignal<u32>) {
    Effect::new(move |_| {
        let seconds = match job.get() {
            Some(Ok(job)) => job.look_again_s,
            // The server is away for a moment.
            Some(Err(error)) if error.kind == ErrorKind::Unavailable => Some(5),
            _ => None,
        };
        let Some(seconds) = seconds else { return };
        let timer = set_timeout_with_handle(
            move || {
                look.try_update(|n| *n += 1);
            },
            Duration::from_secs(u64::from(seconds)),
        );
        on_cleanup(move || drop(timer.map(|handle| handle.clear())));
    });
}

#[component]
fn Whole(job: JobDetail, acts: Acts) -> impl IntoView {
    let JobDetail { card, log, log_is_cut: cut, zone, .. } = job.clone();
    let (word, tone) = words::state(&card);
    let about = card.about.clone().map(|about| {
        view! {
            <div class="flex min-w-0 flex-wrap items-center gap-2.5">
                <PlatformIcon platform=about.platform />
                <span dir="auto" class="text-muted">{about.handle}</span>
                <a dir="auto" class="min-w-0 flex-1 truncate text-purple-soft hover:underline" href=format!("/posts/{}", about.post)>
                    {about.title}
                </a>
                <StateChip state=about.state />
            </div>
        }
    });
    let error = card
        .last_error
        .clone()
        .map(|text| view! { <p dir="auto" class="wrap-anywhere text-[13px] text-text">{text}</p> });
    let planned = if card.state.is_finished() { "Last planned for" } else { "Planned for" };
    let late = card.late_s.filter(|s| *s > 0).map(|s| format!(" · {} late", words::span(s)));
    let when = format!("{} · {zone}", card.run_at.local.short());
    let attempts = match card.attempts {
        0 => format!("none yet, {} at most", card.max_attempts),
        n => format!("{n} of {}", card.max_attempts),
    };
    let ended = card.ended.clone().map(|ended| {
        view! {
            <dt class="text-muted">{if card.state == JobState::Done { "Done" } else { "Ended" }}</dt>
            <dd>{ended.text}</dd>
        }
    });
    let of_server = job.of_server.then(|| {
        view! { <p class="text-xs text-faint">"One of the program’s own jobs. Only the owner of this server sees it."</p> }
    });
    view! {
        <div class="flex flex-col gap-4">
            <Card class="flex flex-col gap-3 p-4">
                <div class="flex flex-wrap items-center gap-3">
                    <h2 dir="auto" class="min-w-0 text-base font-semibold">{card.title.clone()}</h2>
                    <Chip tone=tone>{word}</Chip>
                </div>
                {about} {error}
                <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-[13px]">
                    <dt class="text-muted">{planned}</dt>
                    <dd>{when} {late}</dd>
                    {ended}
                    <dt class="text-muted">"Tries"</dt>
                    <dd>{attempts}</dd>
                    <dt class="text-muted">"Created"</dt>
                    <dd>{job.created.text.clone()}</dd>
                    <dt class="text-muted">"Priority"</dt>
                    <dd>{format!("{} (lower goes first)", job.priority)}</dd>
                    <dt class="text-muted">"Number"</dt>
                    <dd>
                        <code class="break-all font-mono text-xs">{card.id.to_string()}</code>
                    </dd>
                </dl>
                {of_server}
                <Buttons job=job.clone() acts />
            </Card>
            <Log lines=log state=card.state cut zone />
        </div>
    }
}

#[component]
fn Buttons(job: JobDetail, acts: Acts) -> impl IntoView {
    let id = job.card.id.to_string();
    let about = job.card.about.clone();
    let run = |id: String, label: &'static str| {
        view! {
            <PostForm action=acts.run>
                <input type="hidden" name="id" value=id />
                <Button small=true disabled=acts.run.pending()>{label}</Button>
            </PostForm>
        }
        .into_any()
    };
    let buttons = job
        .acts
        .iter()
        .map(|act| match act {
            JobAct::RunNow => run(id.clone(), "Run now"),
            JobAct::RunAgain => run(id.clone(), "Try again"),
            JobAct::Cancel => {
                let publishes = job.acts.contains(&JobAct::SeePost);
                let (id, label) = (id.clone(), if publishes { "Do not publish" } else { "Cancel" });
                view! {
                    <PostForm action=acts.cancel>
                        <input type="hidden" name="id" value=id />
                        <Button small=true kind=ButtonKind::Danger disabled=acts.cancel.pending()>{label}</Button>
                    </PostForm>
                }
                .into_any()
            }
            JobAct::SeePost => about
                .as_ref()
                .map(|about| {
                    view! {
                        <LinkButton href=format!("/posts/{}", about.post) small=true>
                            "Open the post"
                        </LinkButton>
                    }
                })
                .into_any(),
        })
        .collect_view();
    let stuck = job.card.state == JobState::Dead && job.acts.contains(&JobAct::SeePost);
    let advice = stuck.then(|| {
        view! {
            <p class="text-xs text-faint">
                "A post is sent again from its own page: there one sees what has already gone out."
            </p>
        }
    });
    view! {
        <div class="flex flex-wrap items-center gap-2 empty:hidden">{buttons}</div>
        {advice}
    }
}

#[component]
fn Log(lines: Vec<LogLine>, state: JobState, cut: bool, zone: String) -> impl IntoView {
    let none = lines.is_empty().then(|| {
        let words = match state {
            JobState::Ready => "Nothing has happened yet. It begins when its time comes.",
            JobState::Running => "It is running for the first time.",
            _ => "Nothing was written down.",
        };
        view! { <p class="px-4 py-3 text-[13px] text-muted">{words}</p> }
    });
    let cut = cut.then(|| view! { <p class="px-4 pt-3 text-xs text-faint">"Only the latest lines are shown."</p> });
    let rows = lines
        .into_iter()
        .map(|line| {
            let (word, tone) = words::log(&line.what);
            let class = format!("shrink-0 {}", tone.text_class());
            view! {
                <li class="grid grid-cols-1 gap-x-3 px-4 py-2 text-[13px] min-[701px]:grid-cols-[170px_90px_minmax(0,1fr)]">
                    <span class="font-mono text-xs leading-5 text-muted">{line.at.text}</span>
                    <span class="text-xs leading-5 text-faint">{format!("Try {}", line.attempt.max(1))}</span>
                    <span class="min-w-0 wrap-anywhere">
                        <span class=class>{word}</span>
                        {(!line.detail.is_empty())
                            .then(|| view! { <span class="text-muted">{format!(" · {}", line.detail)}</span> })}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card>
            <CardHead title="What happened">
                <span class="text-xs text-faint">{format!("oldest first · {zone}")}</span>
            </CardHead>
            {none} {cut}
            <ol class="divide-y divide-line empty:hidden" aria-label="What happened">
                {rows}
            </ol>
        </Card>
    }
}
