//! The diagnostics page: how each part of the program is, and the errors that it noticed, equal ones together. Filters and where
//! the list begins live in the URL. It reads itself anew while somebody looks.

use super::calls::{RepairErrors, load_diagnostics};
use super::model::{Diagnostics, ErrorCard, ErrorFilter, ErrorQuery, Health};
use super::parts::{place, times, tone};
use crate::domain::error::AppError;
use crate::domain::incident::FaultLevel;
use crate::ui::page::{DiagnosticsTabs, PageHead};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, Empty, FilterLink, FilterLinks, FormAction, FormError, Loaded, PostForm,
    Screen, Tone, Turn, Turns, browser, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(10);

/// `/diagnostics`
pub struct DiagnosticsPage {
    query: Memo<ErrorQuery>,
    data: Resource<Result<Diagnostics, AppError>>,
    /// Counted up to read everything anew.
    look: RwSignal<u32>,
    repair: FormAction<RepairErrors>,
}

/// The address of a list: of its beginning, or of the part to which one turns.
fn address(filter: ErrorFilter, level: Option<FaultLevel>, turn: Option<Turn>) -> String {
    let mut parts = vec![];
    if filter != ErrorFilter::default() {
        parts.push(format!("state={}", filter.id()));
    }
    parts.extend(level.map(|level| format!("level={}", level.id())));
    parts.extend(turn.map(Turn::parameter));
    if parts.is_empty() { "/diagnostics".into() } else { format!("/diagnostics?{}", parts.join("&")) }
}

impl Screen for DiagnosticsPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| ErrorQuery {
                filter: q.get_str("state").and_then(ErrorFilter::parse).unwrap_or_default(),
                level: q.get_str("level").and_then(FaultLevel::parse),
                older: q.get_str("older").and_then(|place| place.parse().ok()),
                newer: q.get_str("newer").and_then(|place| place.parse().ok()),
            })
        });
        let look = RwSignal::new(0);
        let repair = FormAction::<RepairErrors>::new();
        let key = move || (query.get(), look.get(), repair.version().get());
        let data = Resource::new_blocking(key, |(query, ..)| load_diagnostics(query));
        Self { query, data, look, repair }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, data, look, repair } = this;
        browser::keep_fresh(REFRESH, move || {
            look.try_update(|n| *n += 1);
        });
        view! {
            <PageHead title="Diagnostics" />
            <DiagnosticsTabs />
            <div class="flex w-full max-w-page flex-col gap-4">
                <Loaded resource=data lines=8 let:data>
                    {data.health.clone().map(|parts| view! { <Parts parts=parts zone=data.zone.clone() /> })}
                    <Errors data=data query=query.get_untracked() repair=repair />
                </Loaded>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Parts(parts: Vec<Health>, zone: String) -> impl IntoView {
    let bad = parts.iter().filter(|part| !part.ok).count();
    let summary = match bad {
        0 => "All parts work".to_owned(),
        1 => "1 part does not work".to_owned(),
        n => format!("{n} parts do not work"),
    };
    let rows = parts
        .into_iter()
        .map(|part| {
            let (word, tone) = if part.ok { ("Works", Tone::Good) } else { ("Does not work", Tone::Bad) };
            let hint = (!part.ok).then(|| view! { <p class="text-[13px] text-text">{part.hint()}</p> });
            let last = part.last_success.map_or_else(
                || "Not seen to work yet".to_owned(),
                |at| format!("Last worked {} · {zone}", at.local.short()),
            );
            let shade = if part.ok { "text-xs text-faint" } else { "text-xs text-warn" };
            view! {
                <li class="flex flex-col gap-1 px-4 py-2.5">
                    <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                        <span class="w-36 text-[13px] font-medium">{part.title().to_owned()}</span>
                        <Chip tone=tone>{word}</Chip>
                        <span class="min-w-0 flex-1 basis-48 text-[13px] text-muted wrap-anywhere">{part.detail.clone()}</span>
                        <span class=shade>{last}</span>
                        <span class="text-xs text-faint">{format!("{} ms", part.ms)}</span>
                    </div>
                    {hint}
                </li>
            }
        })
        .collect_view();
    view! {
        <Card>
            <CardHead title="Parts of this server">
                <span class="text-xs text-faint">{summary}</span>
                <span class="flex flex-wrap gap-x-4 gap-y-1 text-[13px]">
                    <a class="text-purple-soft hover:underline" href="/diagnostics/logs">
                        "Logs"
                    </a>
                    <a class="text-purple-soft hover:underline" href="/api/diagnostics/bundle" download="" rel="external">
                        "Download for support"
                    </a>
                </span>
            </CardHead>
            <ul class="divide-y divide-line" aria-label="Parts of this server">
                {rows}
            </ul>
        </Card>
    }
}

#[component]
fn Errors(data: Diagnostics, query: ErrorQuery, repair: FormAction<RepairErrors>) -> impl IntoView {
    let ErrorQuery { filter, level, .. } = query;
    let states = ErrorFilter::ALL
        .map(|f| FilterLink { href: address(f, level, None), name: f.name(), on: f == filter })
        .into_iter()
        .collect::<Vec<_>>();
    let mut levels = vec![FilterLink { href: address(filter, None, None), name: "All", on: level.is_none() }];
    levels.extend(FaultLevel::ALL.map(|l| FilterLink {
        href: address(filter, Some(l), None),
        name: l.name(),
        on: level == Some(l),
    }));
    let part = data.errors;
    let none = part.items.is_empty().then(|| {
        let (title, words) = match filter {
            ErrorFilter::Open => ("No open errors", "What goes wrong in this program is collected here by itself."),
            ErrorFilter::Resolved => {
                ("Nothing resolved yet", "Errors that were marked as resolved are kept for 30 days.")
            }
        };
        view! { <Empty title=title text=words /> }
    });
    let ask = (filter == ErrorFilter::Open && !part.items.is_empty()).then(|| {
        view! {
            <PostForm action=repair>
                <Button small=true kind=ButtonKind::Secondary disabled=repair.pending()>
                    "Check and repair all"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    let zone = data.zone;
    let rows = part.items.into_iter().map(|card| view! { <Row card=card zone=zone.clone() /> }).collect_view();
    view! {
        <section class="flex flex-col gap-3" aria-labelledby="errors-title">
            <div class="flex flex-wrap items-center justify-between gap-3">
                <h2 id="errors-title" class="text-base font-semibold">
                    "Errors"
                </h2>
                {ask}
            </div>
            <FormError error=failure(&repair) />
            <div class="flex flex-wrap gap-x-6 gap-y-2">
                <FilterLinks label="State" links=states />
                <FilterLinks label="Severity" links=levels />
            </div>
            <Card>
                {none} <ul class="divide-y divide-line empty:hidden" aria-label="Errors">
                    {rows}
                </ul>
                <Turns
                    newer=part.newer
                    older=part.older
                    href=Callback::new(move |turn| address(filter, level, Some(turn)))
                />
            </Card>
        </section>
    }
}

#[component]
fn Row(card: ErrorCard, zone: String) -> impl IntoView {
    let resolved = card.resolved.clone().map(|resolved| {
        let by = resolved.by.unwrap_or_else(|| "the program".into());
        view! { <span class="text-xs text-good">{format!("Resolved by {by}")}</span> }
    });
    view! {
        <li class="flex flex-col gap-1 px-4 py-3">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <Chip tone=tone(card.level)>{card.level.name()}</Chip>
                <a
                    dir="auto"
                    class="min-w-0 flex-1 truncate text-[13px] font-medium text-text hover:underline"
                    href=format!("/diagnostics/{}", card.id)
                >
                    {card.message.clone()}
                </a>
                {resolved}
                {card.needs_person.then(|| view! { <Chip tone=Tone::Warning>"Needs a person"</Chip> }.into_any())}
            </div>
            <p dir="auto" class="text-xs text-faint wrap-anywhere">
                {format!("{} · {} · last {} · {zone}", place(&card), times(card.count), card.last.local.short())}
            </p>
        </li>
    }
}
