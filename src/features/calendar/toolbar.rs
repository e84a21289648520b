//! Title, steps, month / week / day, and filters: all of them are links, so that they work without JavaScript.

use super::model::{CalendarQuery, CalendarView, Span};
use crate::domain::moment::Day;
use crate::domain::platform::Platform;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// The address of a view.
pub fn address(query: &CalendarQuery, span: Span, day: Option<Day>) -> String {
    let mut address = format!("/calendar?view={}", span.id());
    if let Some(day) = day {
        address.push_str(&format!("&day={day}"));
    }
    if let Some(platform) = query.platform {
        address.push_str(&format!("&platform={platform}"));
    }
    if query.attention {
        address.push_str("&attention=1");
    }
    if query.early {
        address.push_str("&early=1");
    }
    address
}

const STEP: &str =
    "grid size-8 place-items-center rounded-control border border-line text-muted hover:bg-surface-2 hover:text-text";

#[component]
pub fn Toolbar(query: CalendarQuery, view: CalendarView) -> impl IntoView {
    let (span, day) = (view.span, view.day);
    let today = view.now.day;
    let spans = Span::ALL
        .into_iter()
        .map(|s| {
            let class = if s == span {
                "bg-surface-3 px-3 py-1 text-text"
            } else {
                "px-3 py-1 text-muted hover:bg-surface-2 hover:text-text"
            };
            view! {
                <a class=class href=address(&query, s, Some(day)) aria-current=(s == span).then_some("page")>
                    {s.name()}
                </a>
            }
        })
        .collect_view();
    let filter = |label: &'static str, on: bool, query: CalendarQuery| {
        let class = if on {
            "inline-flex items-center gap-1.5 rounded-full border border-purple bg-surface-2 px-2.5 text-xs leading-6 text-text"
        } else {
            "inline-flex items-center gap-1.5 rounded-full border border-line px-2.5 text-xs leading-6 text-muted hover:bg-surface-2 hover:text-text"
        };
        view! {
            <a class=class href=address(&query, span, Some(day)) aria-current=on.then_some("true")>
                {label}
            </a>
        }
    };
    let platforms = Platform::publishers()
        .map(|p| {
            let on = query.platform == Some(p);
            filter(p.name(), on, CalendarQuery { platform: (!on).then_some(p), ..query.clone() })
        })
        .collect_view();
    view! {
        <div class="flex flex-wrap items-center gap-2.5">
            <h2 class="text-lg font-semibold">{span.title(day)}</h2>
            <span class="flex gap-1">
                <a class=STEP href=address(&query, span, Some(span.step(day, -1))) aria-label="Earlier" data-step="earlier" data-noscroll>
                    <Icon glyph=Glyph::Left />
                </a>
                <a class="grid h-8 place-items-center rounded-control border border-line px-2.5 text-[13px] text-muted hover:bg-surface-2 hover:text-text" href=address(&query, span, Some(today))>
                    "Today"
                </a>
                <a class=STEP href=address(&query, span, Some(span.step(day, 1))) aria-label="Later" data-step="later" data-noscroll>
                    <Icon glyph=Glyph::Right />
                </a>
            </span>
            <nav class="flex overflow-hidden rounded-control border border-line text-[13px]" aria-label="View">
                {spans}
            </nav>
            <nav class="flex flex-wrap gap-1.5" aria-label="Filters">
                {filter("All platforms", query.platform.is_none(), CalendarQuery { platform: None, ..query.clone() })}
                {platforms}
                {filter("Needs you", query.attention, CalendarQuery { attention: !query.attention, ..query.clone() })}
            </nav>
        </div>
    }
}
