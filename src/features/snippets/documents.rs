//! Documents of agents in the library: those that a search finds beside snippets, and all of them.

use super::model::DocumentHit;
use crate::ui::{Card, CardHead, Empty, LinkButton};
use leptos::prelude::*;

fn lines(found: Vec<DocumentHit>, zone: &str) -> AnyView {
    let zone = zone.to_owned();
    let line = |hit: DocumentHit| {
        view! {
            <li class="border-b border-line last:border-b-0">
                <a
                    href=format!("/agents/documents/{}", hit.id)
                    class="flex min-w-0 flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2.5 hover:bg-surface-2"
                >
                    <span dir="auto" class="min-w-0 truncate">
                        {hit.title}
                    </span>
                    <span class="text-xs text-muted">{hit.agent}</span>
                    <time
                        class="ml-auto text-xs text-faint"
                        datetime=hit.changed.local.to_string()
                        title=zone.clone()
                    >
                        {hit.changed.local.short()}
                    </time>
                </a>
            </li>
        }
        .into_any()
    };
    let lines: Vec<_> = found.into_iter().map(line).collect();
    view! { <ul aria-label="Documents">{lines}</ul> }.into_any()
}

/// What a search finds, with the way to all that it finds.
pub fn beside(found: Vec<DocumentHit>, is_all: bool, all: String, zone: &str) -> Option<AnyView> {
    let more = (!is_all).then(|| {
        view! {
            <p class="px-4 py-2.5">
                <LinkButton href=all small=true>
                    "All documents with these words"
                </LinkButton>
            </p>
        }
        .into_any()
    });
    let lines = (!found.is_empty()).then(|| lines(found, zone));
    lines.map(|lines| {
        view! {
            <Card>
                <CardHead title="Documents of your agents" />
                {lines}
                {more}
            </Card>
        }
        .into_any()
    })
}

/// A part of all of them.
pub fn only(found: Vec<DocumentHit>, searched: bool, zone: &str) -> AnyView {
    if !found.is_empty() {
        let lines = lines(found, zone);
        return view! { <Card>{lines}</Card> }.into_any();
    }
    let (title, text, href, words) = if searched {
        (
            "Nothing matches",
            "No document of the last 500 has all of these words.",
            "/snippets?kind=documents",
            "Show all",
        )
    } else {
        (
            "No documents yet",
            "Agents write them: reports, plans and lists of your own numbers.",
            "/agents",
            "Open the agents",
        )
    };
    view! {
        <Card>
            <Empty title=title text=text>
                <LinkButton href=href>{words}</LinkButton>
            </Empty>
        </Card>
    }
    .into_any()
}
