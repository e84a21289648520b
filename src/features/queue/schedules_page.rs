//! Diagnostics -> Schedules: what the program does by itself and when, how it went last, and the switches.

use super::calls::{RunSchedule, StartSchedule, StopSchedule, load_schedules};
use super::model::{JobState, LastRun, ScheduleBoard, ScheduleCard};
use super::words;
use crate::domain::error::AppError;
use crate::ui::Screen;
use crate::ui::page::DiagnosticsTabs;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, Chip, FormAction, FormError, LinkButton, Loaded, PostForm, Tone, browser, failure,
};
use leptos::prelude::*;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(10);

/// `/diagnostics/schedules`
pub struct SchedulesPage {
    board: Resource<Result<ScheduleBoard, AppError>>,
    acts: Acts,
}

#[derive(Clone, Copy)]
struct Acts {
    start: FormAction<StartSchedule>,
    stop: FormAction<StopSchedule>,
    run: FormAction<RunSchedule>,
}

impl Screen for SchedulesPage {
    fn data() -> Self {
        let acts = Acts { start: FormAction::new(), stop: FormAction::new(), run: FormAction::new() };
        let versions = move || (acts.start.version().get(), acts.stop.version().get(), acts.run.version().get());
        Self { board: Resource::new_blocking(versions, |_| load_schedules()), acts }
    }

    fn view(this: Self) -> AnyView {
        let SchedulesPage { board, acts } = this;
        browser::keep_fresh(REFRESH, move || board.refetch());
        view! {
            <PageHead title="Schedules" />
            <DiagnosticsTabs />
            <div class="flex w-full max-w-page flex-col gap-4">
                <FormError error=failure(&acts.start) />
                <FormError error=failure(&acts.stop) />
                <FormError error=failure(&acts.run) />
                <Loaded resource=board lines=6 let:board>
                    <Board board acts />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Board(board: ScheduleBoard, acts: Acts) -> impl IntoView {
    let may_change = board.may_change;
    let note = if may_change {
        "A schedule that you stop stays stopped, also after a restart. What it misses is not made up for."
    } else {
        "Schedules serve every company on this server; the person who set it up can stop and start them."
    };
    let cards = board.schedules.into_iter().map(|schedule| view! { <Line schedule may_change acts /> }).collect_view();
    view! {
        <div class="flex flex-col gap-4">
            <div class="flex flex-wrap items-center gap-3">
                <p class="text-[13px] text-muted">"What the program does by itself, and when."</p>
                <span class="ml-auto">
                    <LinkButton href="/diagnostics/schedules" external=true small=true kind=ButtonKind::Ghost>
                        "Refresh"
                    </LinkButton>
                </span>
            </div>
            <Card>
                <ul class="divide-y divide-line" aria-label="Schedules">
                    {cards}
                </ul>
            </Card>
            <p class="text-xs text-faint">{format!("As of {}. Times are those of {}. {note}", board.now.text, board.zone)}</p>
        </div>
    }
}

#[component]
fn Line(schedule: ScheduleCard, may_change: bool, acts: Acts) -> impl IntoView {
    let (title, does, when_stopped) = (schedule.title.clone(), schedule.does.clone(), schedule.when_stopped.clone());
    let id = format!("schedule-{}", schedule.name);
    let heading = id.clone();
    let (word, tone) = if schedule.running { ("On", Tone::Good) } else { ("Stopped", Tone::Warning) };
    let stopped = schedule.stopped.clone().map(|s| {
        let by = s.by.map(|name| format!(" by {name}")).unwrap_or_default();
        format!("Stopped {}{by}. {when_stopped}", s.at.local.short())
    });
    let next = schedule.next.map_or_else(|| "not while it is stopped".to_owned(), |w| w.local.short());
    let last = match schedule.last.clone() {
        None => view! { <span class="text-muted">"has not run yet"</span> }.into_any(),
        Some(last) => view! { <Last last /> }.into_any(),
    };
    let buttons = may_change.then(|| view! { <Buttons schedule=schedule.clone() title=title.clone() acts /> });
    view! {
        <li>
            <article class="flex flex-col gap-2 px-4 py-3.5" aria-labelledby=heading>
                <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <h2 class="font-semibold" id=id>{title.clone()}</h2>
                    <Chip tone=tone>{word}</Chip>
                    <span class="ml-auto flex flex-wrap gap-2">{buttons}</span>
                </div>
                <p class="text-[13px] text-muted">{does}</p>
                {stopped.map(|text| view! { <p class="text-[13px] text-warn">{text}</p> })}
                <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-[13px]">
                    <dt class="text-faint">"When"</dt>
                    <dd>{schedule.rhythm.clone()}</dd>
                    <dt class="text-faint">"Next run"</dt>
                    <dd>{next}</dd>
                    <dt class="text-faint">"Last run"</dt>
                    <dd class="min-w-0">{last}</dd>
                </dl>
            </article>
        </li>
    }
}

#[component]
fn Last(last: LastRun) -> impl IntoView {
    let (word, tone) = match last.state {
        // It waits because it failed before: that is what one wants to know.
        Some(JobState::Ready) if last.error.is_some() => ("Failed, is tried again", Tone::Warning),
        Some(state) => words::outcome(state),
        None => ("Its result is no longer kept", Tone::Quiet),
    };
    let class = format!("{} ", tone.text_class());
    let by_hand = if last.by_hand { " (by hand)" } else { "" };
    let result = match last.job {
        Some(job) => view! {
            <a class=format!("{class}underline") href=format!("/diagnostics/queue/{job}")>
                {word}
            </a>
        }
        .into_any(),
        None => view! { <span class=class>{word}</span> }.into_any(),
    };
    let error = last.error.map(|text| view! { <span class="wrap-anywhere text-muted">{format!(" · {text}")}</span> });
    view! {
        <span>{format!("{}{by_hand} · ", last.at.text)}</span>
        {result}
        {error}
    }
}

#[component]
fn Buttons(schedule: ScheduleCard, title: String, acts: Acts) -> impl IntoView {
    let name = schedule.name.clone();
    let (run_label, stop_label, start_label) =
        (format!("Run now: {title}"), format!("Stop: {title}"), format!("Start: {title}"));
    let switched = name.clone();
    let switch = if schedule.running {
        view! {
            <PostForm action=acts.stop>
                <input type="hidden" name="schedule" value=switched />
                <Button small=true kind=ButtonKind::Danger label=stop_label disabled=acts.stop.pending()>
                    "Stop"
                </Button>
            </PostForm>
        }
        .into_any()
    } else {
        view! {
            <PostForm action=acts.start>
                <input type="hidden" name="schedule" value=switched />
                <Button small=true kind=ButtonKind::Primary label=start_label disabled=acts.start.pending()>
                    "Start"
                </Button>
            </PostForm>
        }
        .into_any()
    };
    view! {
        <PostForm action=acts.run>
            <input type="hidden" name="schedule" value=name />
            <Button small=true label=run_label disabled=acts.run.pending()>
                "Run now"
            </Button>
        </PostForm>
        {switch}
    }
}
