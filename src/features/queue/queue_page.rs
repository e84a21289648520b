//! Settings -> Queue: what waits, runs and went wrong, and whether it is on time. It refreshes by itself while somebody
//! looks; filter and page number live in the URL, so without JavaScript its links do the same.

use super::calls::load_queue;
use super::model::{FigureBoard, JobFilter, JobList, QueueBoard, QueueQuery, ServerPart, WorkerCard};
use super::parts::{JobRow, keep_fresh};
use super::words;
use crate::domain::error::AppError;
use crate::domain::permission::Permission;
use crate::features::accounts::{Allowed, PageHead};
use crate::features::companies::SettingsTabs;
use crate::ui::Screen;
use crate::ui::{ButtonKind, Card, CardHead, Chip, Empty, FilterLink, FilterLinks, LinkButton, Loaded, Pager, Tone};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(5);

/// `/settings/queue`
pub struct QueuePage {
    query: Memo<QueueQuery>,
    board: Resource<Result<QueueBoard, AppError>>,
}

/// The address of a list.
fn address(query: QueueQuery) -> String {
    match (query.filter, query.page) {
        (JobFilter::All, 0 | 1) => "/settings/queue".into(),
        (JobFilter::All, page) => format!("/settings/queue?page={page}"),
        (filter, 0 | 1) => format!("/settings/queue?show={}", filter.id()),
        (filter, page) => format!("/settings/queue?show={}&page={page}", filter.id()),
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
        keep_fresh(REFRESH, move || board.refetch());
        view! {
            <PageHead title="Queue" />
            <SettingsTabs />
            <div class="flex w-full max-w-[1280px] flex-col gap-4">
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
            <Filters query />
            <Jobs jobs query />
            {server.map(|server| view! { <Server server /> })}
        </div>
    }
}

#[component]
fn Figures(figures: FigureBoard) -> impl IntoView {
    let f = figures;
    let due = match f.oldest_due_late_s {
        None => "nothing has to wait".to_owned(),
        Some(s) => {
            let at = f.oldest_due.map(|w| w.local.short()).unwrap_or_default();
            format!("the oldest since {at}, {} late", words::span(s))
        }
    };
    let plus = if f.done_per_minute_is_bounded { "+" } else { "" };
    let rate = format!("{:.1}{plus} a minute over the last ten", f.done_per_minute);
    let (lateness, measured) = match f.measured {
        0 => ("–".to_owned(), "no post was due in the last hour".to_owned()),
        n => {
            let posts = if n == 1 { "1 post".to_owned() } else { format!("{n} posts") };
            let p95 = words::short_span(f.late_p95_ms);
            (words::short_span(f.late_median_ms), format!("median; 95 % within {p95} ({posts}, last hour)"))
        }
    };
    let tile = |label: &'static str, number: String, hint: String| {
        view! {
            <div class="flex min-w-0 flex-col gap-0.5 rounded-card border border-line bg-surface-1 px-4 py-3">
                <dt class="text-xs text-faint">{label}</dt>
                <dd class="text-xl font-semibold tabular-nums">{number}</dd>
                <dd class="text-xs text-muted">{hint}</dd>
            </div>
        }
    };
    view! {
        <section aria-label="Figures of this company">
            <dl class="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
                {tile("Due now", words::count(f.due), due)}
                {tile("Waiting for later", words::count(f.later), "their time has not come".into())}
                {tile("Running", words::count(f.running), "right now".into())}
                {tile("Done in the last hour", words::count(f.done_last_hour), rate)}
                {tile("From due to sending", lateness, measured)}
                {tile("Given up", words::count(f.given_up), "in the last 30 days".into())}
            </dl>
        </section>
    }
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
                        view! { <LinkButton href="/settings/queue">"Show all"</LinkButton> }.into_any()
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
                <a class="text-[13px] text-purple-soft hover:underline" href="/settings/schedules">
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
        assert_eq!(address(QueueQuery::default()), "/settings/queue");
        assert_eq!(address(QueueQuery { filter: JobFilter::Dead, page: 2 }), "/settings/queue?show=dead&page=2");
    }
}
