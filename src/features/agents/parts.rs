//! What several pages of agents show alike: an agent's sign, the state of a run, the time of a job, the elements of a document.

use super::catalogue::{self, Agent};
use super::model::{Block, DocumentLine, ProposalState, RunState, Span};
use crate::domain::moment::When;
use crate::ui::{Card, CardHead, Icon, Tone};
use leptos::prelude::*;

/// The name of the agent with this id, or of what proposes in its place.
pub fn name(id: &str) -> &'static str {
    if id == "chat" {
        return "Ask";
    }
    catalogue::find(id).map_or("An agent", |agent| agent.name)
}

/// Where it is at home.
pub fn home(id: &str) -> String {
    if id == "chat" { "/chat".into() } else { format!("/agents/{id}") }
}

/// The agent's icon in its colour.
pub fn sign(agent: &'static Agent) -> AnyView {
    let class = format!("grid size-7 shrink-0 place-items-center rounded-control bg-surface-3 {}", agent.colour);
    view! { <span class=class aria-hidden="true"><Icon glyph=agent.glyph /></span> }.into_any()
}

pub fn run_tone(state: RunState) -> Tone {
    match state {
        RunState::Queued | RunState::Running => Tone::Info,
        RunState::Done => Tone::Good,
        RunState::Failed => Tone::Bad,
        RunState::Cancelled => Tone::Quiet,
        RunState::Stopped => Tone::Warning,
    }
}

pub fn proposal_tone(state: ProposalState) -> Tone {
    match state {
        ProposalState::Proposed | ProposalState::Approved => Tone::Info,
        ProposalState::Done => Tone::Good,
        ProposalState::Refused | ProposalState::Undone => Tone::Quiet,
        ProposalState::Failed => Tone::Bad,
    }
}

/// "Fri 20 Nov, 16:45" with the exact moment for machines.
pub fn time(when: When) -> String {
    when.local.short()
}

/// "next Fri 20 Nov, 16:45"
pub fn next(when: Option<When>) -> String {
    when.map_or_else(|| "not planned".to_owned(), |when| format!("next {}", when.local.short()))
}

/// Documents; `names`: with the agent of each.
pub fn documents(lines: &[DocumentLine], names: bool) -> AnyView {
    let items: Vec<_> = lines
        .iter()
        .map(|line| {
            let of = if names { format!(" · {}", name(&line.agent)) } else { String::new() };
            let versions = if line.versions > 1 { format!(" · {} versions", line.versions) } else { String::new() };
            view! {
                <li class="px-4 py-2.5">
                    <a dir="auto" class="font-medium text-purple-soft hover:underline" href=format!("/agents/documents/{}", line.id)>
                        {line.title.clone()}
                    </a>
                    <p class="text-xs text-faint">{time(line.changed)}{of}{versions}</p>
                </li>
            }
            .into_any()
        })
        .collect();
    let body = if items.is_empty() {
        view! { <p class="px-4 py-3 text-[13px] text-muted">"Nothing yet. Each run leaves a document here."</p> }
            .into_any()
    } else {
        view! { <ul class="divide-y divide-line" aria-label="Documents">{items}</ul> }.into_any()
    };
    view! {
        <Card class="self-start">
            <CardHead title="Documents" />
            {body}
        </Card>
    }
    .into_any()
}

/// A document as elements.
pub fn blocks(blocks: &[Block]) -> AnyView {
    blocks.iter().map(block).collect_view().into_any()
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Heading(1, words) => {
            view! { <h2 dir="auto" class="mb-2 text-xl font-semibold">{spans(words)}</h2> }.into_any()
        }
        Block::Heading(_, words) => {
            view! { <h3 dir="auto" class="mt-5 mb-1.5 font-semibold">{spans(words)}</h3> }.into_any()
        }
        Block::Text(words) => view! { <p dir="auto" class="my-2 wrap-anywhere">{spans(words)}</p> }.into_any(),
        Block::List(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|words| view! { <li dir="auto" class="wrap-anywhere">{spans(words)}</li> }.into_any())
                .collect();
            view! { <ul class="my-2 flex list-disc flex-col gap-1 pl-5">{items}</ul> }.into_any()
        }
        Block::Table(rows) => table(rows),
    }
}

fn table(rows: &[Vec<Vec<Span>>]) -> AnyView {
    let mut rows = rows.iter();
    let head: Vec<_> = rows
        .next()
        .into_iter()
        .flatten()
        .map(|words| {
            view! { <th scope="col" class="border-b border-line-strong px-2 py-1.5 text-left text-xs font-medium text-faint">{spans(words)}</th> }
                .into_any()
        })
        .collect();
    let body: Vec<_> = rows
        .map(|row| {
            let cells: Vec<_> = row
                .iter()
                .map(|words| {
                    view! { <td dir="auto" class="border-b border-line px-2 py-1.5 align-top tabular-nums">{spans(words)}</td> }.into_any()
                })
                .collect();
            view! { <tr>{cells}</tr> }.into_any()
        })
        .collect();
    // Whoever scrolls with the keyboard has to reach it.
    view! {
        <div class="my-2 overflow-x-auto" tabindex="0" role="group" aria-label="Table">
            <table class="w-full min-w-md border-collapse text-[13px]">
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn spans(words: &[Span]) -> Vec<AnyView> {
    let span = |span: &Span| {
        let text = span.text.clone();
        let inner = if span.strong { view! { <strong>{text}</strong> }.into_any() } else { text.into_any() };
        match span.href.clone() {
            Some(href) => {
                view! { <a class="text-purple-soft underline underline-offset-2" href=href>{inner}</a> }.into_any()
            }
            None => inner,
        }
    };
    words.iter().map(span).collect()
}
