//! Diagnostics -> Queue: what waits, runs and went wrong, and whether it is on time. It refreshes by itself while somebody
//! looks; filter and page number live in the URL, so without JavaScript its links do the same.

use super::calls::load_queue;
use super::model::{
    FigureBoard, JobFilter, JobList, QueueBoard, QueueQuery, ServerFigureBoard, ServerPart, WorkerCard,
};
use super::parts::JobRow;
use super::words;
use crate::domain::error::AppError;
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::ui::Screen;
use crate::ui::page::DiagnosticsTabs;
use crate::ui::page::{Allowed, PageHead};
use crate::ui::{
    ButtonKind, Card, CardHead, Chip, Empty, FilterLink, FilterLinks, LinkButton, Loaded, Pager, Tone, browser,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(5);

/// `/diagnostics/queue`
pub struct QueuePage {
    query: Memo<QueueQuery>,
    board: Resource<Result<QueueBoard, AppError>>,
}

/// The address of a list.
fn address(query: QueueQuery) -> String {
    match (query.filter, query.page) {
        (JobFilter::All, 0 | 1) => "/diagnostics/queue".into(),
        (JobFilter::All, page) => format!("/diagnostics/queue?page={page}"),
        (filter, 0 | 1) => format!("/diagnostics/queue?show={}", filter.id()),
        (filter, page) => format!("/diagnostics/queue?show={}&page={page}", filter.id()),
    }
}

impl Screen for QueuePage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| QueueQuery {
                filter: q.get_str("show").and_then(JobFilter::parse).unwrap_or_default(),
                page: q.get_str("page").and_then(|p| p.parse().ok()).unwrap_or(1),
            })
        });
        Self { query, board: Resource::new_blocking(move || query.get(), load_queue) }
    }

    fn view(this: Self) -> AnyView {
        let QueuePage { query, board } = this;
        browser::keep_fresh(REFRESH, move || board.refetch());
        view! {
            <PageHead title="Queue" />
            <DiagnosticsTabs />
            <div class="flex w-full max-w-page flex-col gap-4">
                <Loaded resource=board lines=8 let:board>
                    <Board board=board query=query.get_untracked() />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Board(board: QueueBoard, query: QueueQuery) -> impl IntoView {
    let QueueBoard { figures, pause, jobs, server, zone, now } = board;
    let (word, tone) = match pause {
        None => ("At work", Tone::Good),
        Some(_) => ("Paused or behind", Tone::Warning),
    };
    let of_server = server.as_ref().map(|server| server.figures.clone());
    view! {
        <div class="flex flex-col gap-4">
            <div class="flex flex-wrap items-center gap-3">
                <Chip tone=tone>{word}</Chip>
                <p class="text-xs text-faint">{format!("As of {}. Times are those of {zone}.", now.text)}</p>
                <span class="ml-auto">
                    <LinkButton href=address(query) external=true small=true kind=ButtonKind::Ghost>
                        "Refresh"
                    </LinkButton>
                </span>
            </div>
            <Figures figures />
            {of_server.map(|figures| view! { <ServerFigures figures /> })}
            <Filters query />
            <Jobs jobs query />
            {server.map(|server| view! { <Server server /> })}
        </div>
    }
}

#[component]
fn Figures(figures: FigureBoard) -> impl IntoView {
    let f = figures;
    let rate = format!("{} a minute over the last ten", rate(f.done_per_minute, f.done_per_minute_is_bounded));
    let (late, measured) = lateness(f.measured, f.late_median_ms, 95, f.late_p95_ms);
    view! {
        <section aria-label="Figures of this company">
            <dl class="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
                {tile("Due now", words::count(f.due), oldest(f.oldest_due, f.oldest_due_late_s))}
                {tile("Waiting for later", words::count(f.later), "their time has not come".into())}
                {tile("Running", words::count(f.running), "right now".into())}
                {tile("Done in the last hour", words::count(f.done_last_hour), rate)}
                {tile("From due to sending", late, measured)}
                {tile("Given up", words::count(f.given_up), "in the last 30 days".into())}
            </dl>
        </section>
    }
}

/// For the owner of the server: all companies together, and the program's own jobs.
#[component]
fn ServerFigures(figures: ServerFigureBoard) -> impl IntoView {
    let f = figures;
    let rate = rate(f.done_per_minute, f.done_per_minute_is_bounded);
    let (late, measured) = lateness(f.measured, f.late_median_ms, 99, f.late_p99_ms);
    view! {
        <section class="flex flex-col gap-2" aria-labelledby="whole-server">
            <div class="flex flex-wrap items-baseline justify-between gap-x-3">
                <h2 class="text-sm font-semibold" id="whole-server">
                    "The whole server"
                </h2>
                <p class="text-xs text-faint">"All companies and the program’s own jobs; shown to the owner of this server"</p>
            </div>
            <dl class="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-5">
                {tile("Due now", words::count(f.due), oldest(f.oldest_due, f.oldest_due_late_s))}
                {tile("Waiting for later", words::count(f.later), "their time has not come".into())}
                {tile("Running", words::count(f.running), "right now".into())}
                {tile("Done a minute", rate, "over the last ten minutes".into())}
                {tile("From due to sending", late, measured)}
            </dl>
        </section>
    }
}

/// One figure: what it is, the number, and a few words on it.
fn tile(label: &'static str, number: String, hint: String) -> impl IntoView {
    view! {
        <div class="flex min-w-0 flex-col gap-0.5 rounded-card border border-line bg-surface-1 px-4 py-3">
            <dt class="text-xs text-faint">{label}</dt>
            <dd class="text-xl font-semibold tabular-nums">{number}</dd>
            <dd class="text-xs text-muted">{hint}</dd>
        </div>
    }
}

/// How long the oldest of what is due has waited.
fn oldest(since: Option<When>, late_s: Option<i64>) -> String {
    let Some(late_s) = late_s else { return "nothing has to wait".to_owned() };
    let at = since.map(|w| w.local.short()).unwrap_or_default();
    format!("the oldest since {at}, {} late", words::span(late_s))
}

/// "12.5", or "1000.0+" when not all were counted.
fn rate(per_minute: f64, bounded: bool) -> String {
    let plus = if bounded { "+" } else { "" };
    format!("{per_minute:.1}{plus}")
}

/// The median, and in words within which time so many in a hundred were.
fn lateness(measured: u32, median_ms: f64, percent: u8, within_ms: f64) -> (String, String) {
    let posts = match measured {
        0 => return ("–".to_owned(), "no post was due in the last hour".to_owned()),
        1 => "1 post".to_owned(),
        n => format!("{n} posts"),
    };
    let within = words::short_span(within_ms);
    (words::short_span(median_ms), format!("median; {percent} % within {within} ({posts}, last hour)"))
}

#[component]
fn Filters(query: QueueQuery) -> impl IntoView {
    let links = JobFilter::TABS.into_iter().map(|filter| FilterLink {
        href: address(QueueQuery { filter, page: 1 }),
        name: filter.name(),
        on: filter == query.filter,
    });
    view! { <FilterLinks label="Which jobs" links=links.collect() /> }
}

#[component]
fn Jobs(jobs: JobList, query: QueueQuery) -> impl IntoView {
    if jobs.jobs.is_empty() {
        let (title, text) = match query.filter {
            JobFilter::All => ("The queue is empty", "When a post is scheduled, it waits here for its time."),
            JobFilter::Dead => {
                ("Nothing was given up", "What cannot be done in the end shows up here, with the reason.")
            }
            _ => ("Nothing here", "No job of this company is in this state at the moment."),
        };
        let plain = query.filter == JobFilter::All;
        return view! {
            <Card>
                <Empty title=title text=text>
                    {if plain {
                        view! { <Allowed to=Permission::Publish><LinkButton href="/studio">"Write a post"</LinkButton></Allowed> }.into_any()
                    } else {
                        view! { <LinkButton href="/diagnostics/queue">"Show all"</LinkButton> }.into_any()
                    }}
                </Empty>
            </Card>
        }
        .into_any();
    }
    let (number, pages) = jobs.pages();
    let total = match jobs.total.n {
        1 => "1 job".to_owned(),
        _ => format!("{} jobs", words::count(jobs.total)),
    };
    let rows = jobs.jobs.into_iter().map(|job| view! { <JobRow job /> }).collect_view();
    view! {
        <Card>
            <ul class="divide-y divide-line" aria-label="Jobs">
                {rows}
            </ul>
            <Pager number=number pages=pages href=Callback::new(move |page| address(QueueQuery { page, ..query })) />
        </Card>
        <p class="text-xs text-faint">{total}</p>
    }
    .into_any()
}

/// For the owner of the server: the workers, and the jobs that belong to no company.
#[component]
fn Server(server: ServerPart) -> impl IntoView {
    let none = server.workers.is_empty().then(|| {
        view! {
            <p class="px-4 py-3 text-[13px] text-muted">
                "No worker is signed on. Start the program with "<code class="font-mono">"lux serve"</code>" or "
                <code class="font-mono">"lux worker"</code>"."
            </p>
        }
    });
    let workers = server.workers.into_iter().map(worker).collect_view();
    let jobs = server.jobs.into_iter().map(|job| view! { <JobRow job /> }).collect_view();
    view! {
        <Card>
            <CardHead title="Workers">
                <span class="text-xs text-faint">"Shown to the owner of this server"</span>
            </CardHead>
            {none}
            <ul class="divide-y divide-line empty:hidden" aria-label="Workers">
                {workers}
            </ul>
        </Card>
        <Card>
            <CardHead title="The program’s own jobs">
                <a class="text-[13px] text-purple-soft hover:underline" href="/diagnostics/schedules">
                    "Schedules"
                </a>
            </CardHead>
            <ul class="divide-y divide-line empty:hidden" aria-label="The program’s own jobs">
                {jobs}
            </ul>
        </Card>
    }
}

fn worker(worker: WorkerCard) -> impl IntoView {
    let (word, tone) = if worker.alive { ("Alive", Tone::Good) } else { ("Silent", Tone::Bad) };
    let running = match worker.running {
        1 => "1 job".to_owned(),
        n => format!("{n} jobs"),
    };
    let beat = words::span(worker.beat_s);
    view! {
        <li class="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
            <code class="min-w-0 break-all font-mono text-xs">{worker.id}</code>
            <span class="text-xs text-faint">
                {format!("runs {running} · last sign of life {beat} ago · started {}", worker.started.text)}
            </span>
            <span class="ml-auto">
                <Chip tone=tone>{word}</Chip>
            </span>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reproduces_the_view() {
        assert_eq!(address(QueueQuery::default()), "/diagnostics/queue");
        assert_eq!(address(QueueQuery { filter: JobFilter::Dead, page: 2 }), "/diagnostics/queue?show=dead&page=2");
    }
}
