//! What the server's own logs hold: for each, what went wrong, how often, and what to do. For the owner of the server.

use super::calls::load_logs;
use super::model::{LOG_HOURS, LogFinding, LogReport, LogSource, MOST_LOG_HOURS};
use crate::domain::error::AppError;
use crate::ui::page::PageHead;
use crate::ui::{Card, CardHead, Chip, FilterLink, FilterLinks, Loaded, Screen, Tone};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/diagnostics/logs`
pub struct LogsPage {
    hours: Memo<u32>,
    data: Resource<Result<LogReport, AppError>>,
}

const USUAL: u32 = 24;

impl Screen for LogsPage {
    fn data() -> Self {
        let params = use_query_map();
        let hours = Memo::new(move |_| {
            let asked = params.with(|q| q.get_str("hours").and_then(|text| text.parse().ok()));
            asked.filter(|hours| (1..=MOST_LOG_HOURS).contains(hours)).unwrap_or(USUAL)
        });
        let data = Resource::new_blocking(move || hours.get(), load_logs);
        Self { hours, data }
    }

    fn view(this: Self) -> AnyView {
        let Self { hours, data } = this;
        view! {
            <PageHead title="Logs" />
            <div class="flex w-full max-w-page flex-col gap-4">
                <p class="text-[13px]">
                    <a class="text-purple-soft hover:underline" href="/diagnostics">"Diagnostics"</a>
                </p>
                {move || view! { <FilterLinks label="Time" links=times(hours.get()) /> }}
                <Loaded resource=data lines=8 let:report>
                    <Report report />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

fn times(hours: u32) -> Vec<FilterLink> {
    let name = |hours: u32| match hours {
        1 => "Last hour",
        6 => "6 hours",
        24 => "24 hours",
        _ => "7 days",
    };
    let link = |h: u32| {
        let href = if h == USUAL { "/diagnostics/logs".to_owned() } else { format!("/diagnostics/logs?hours={h}") };
        FilterLink { href, name: name(h), on: h == hours }
    };
    LOG_HOURS.into_iter().map(link).collect()
}

#[component]
fn Report(report: LogReport) -> impl IntoView {
    let LogReport { sources, zone, .. } = report;
    let (read, unset): (Vec<_>, Vec<_>) = sources.into_iter().partition(|source| source.place.is_some());
    let none = read.is_empty();
    let cards = read.into_iter().map(|source| view! { <Source source zone=zone.clone() /> }.into_any()).collect_view();
    let rows = unset.into_iter().map(|source| {
        view! {
            <li class="flex flex-col gap-1 px-4 py-2.5 text-[13px]">
                <span class="font-medium">{source.name.name()}</span>
                <code class="text-xs text-muted wrap-anywhere">{source.name.setting()}</code>
            </li>
        }
        .into_any()
    });
    let rows = rows.collect::<Vec<_>>();
    let more = (!rows.is_empty()).then(|| {
        let words = if none {
            "No log is set. Set one of these for the server, and start it again."
        } else {
            "Not set. Set one of these for the server, and start it again."
        };
        view! {
            <Card>
                <CardHead title=if none { "Logs that can be read" } else { "Other logs" }>
                    <span class="text-xs text-faint">{words}</span>
                </CardHead>
                <ul class="divide-y divide-line" aria-label="Logs that are not set">
                    {rows}
                </ul>
            </Card>
        }
        .into_any()
    });
    view! {
        {cards}
        {more}
    }
}

#[component]
fn Source(source: LogSource, zone: String) -> impl IntoView {
    let LogSource { name, place, problem, fix, lines, cut, findings, .. } = source;
    let none = findings.is_empty() && problem.is_none();
    let summary = match (&problem, lines) {
        (Some(_), _) => "Not read".to_owned(),
        (None, 1) => "1 line".to_owned(),
        (None, n) => format!("{n} lines"),
    };
    let problem = problem.map(|problem| {
        view! {
            <div class="flex flex-col items-start gap-2 px-4 py-3 text-[13px]">
                <Chip tone=Tone::Warning>"Not read"</Chip>
                <p class="wrap-anywhere">{problem}</p>
                <code class="rounded-control border border-line bg-surface-2 px-2 py-1 text-xs wrap-anywhere">{fix}</code>
            </div>
        }
        .into_any()
    });
    let note = cut.then(|| {
        view! {
            <p class="px-4 py-2 text-xs text-warn">
                "This log is long: only the latest part of that time was read (16 MB). Choose a shorter time for a whole answer."
            </p>
        }
        .into_any()
    });
    let rows =
        findings.into_iter().map(|found| view! { <Finding found zone=zone.clone() /> }.into_any()).collect_view();
    view! {
        <Card>
            <CardHead title=name.name()>
                <span class="text-xs text-faint wrap-anywhere">{format!("{} · {summary}", place.unwrap_or_default())}</span>
            </CardHead>
            {problem} {note}
            {none.then(|| view! { <p class="px-4 py-3 text-[13px] text-muted">"Nothing went wrong in that time."</p> }.into_any())}
            <ul class="divide-y divide-line empty:hidden" aria-label=format!("Found in {}", name.name())>
                {rows}
            </ul>
        </Card>
    }
}

#[component]
fn Finding(found: LogFinding, zone: String) -> impl IntoView {
    let count = if found.count == 1 { "once".to_owned() } else { format!("{} times", found.count) };
    let time = match (found.first, found.last) {
        (Some(first), Some(last)) if first != last => {
            format!("{count} · first {} · last {} · {zone}", first.local.short(), last.local.short())
        }
        (Some(at), _) => format!("{count} · {} · {zone}", at.local.short()),
        _ => format!("{count} · no time is written beside it"),
    };
    view! {
        <li class="flex flex-col gap-1.5 px-4 py-3 text-[13px]">
            <div class="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <h3 class="font-medium">{found.kind.name()}</h3>
                <span class="text-xs text-faint">{time}</span>
            </div>
            <p class="text-muted">{found.meaning}</p>
            <p>{found.next}</p>
            <pre dir="auto" class="rounded-control bg-surface-2 px-2 py-1 font-mono text-xs whitespace-pre-wrap text-muted wrap-anywhere">
                {found.example}
            </pre>
        </li>
    }
}
