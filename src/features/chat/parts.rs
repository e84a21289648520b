//! The parts of a conversation: questions, answers, reports of repairs, and what can be pressed.

use super::calls::SendChat;
use super::model::{ActCard, AnswerState, ChatAction, MessageCard, RepairLine, Source};
use super::talk::Talk;
use crate::domain::ids::{ConversationId, ErrorId};
use crate::features::agents::calls::DecideProposals;
use crate::features::agents::model::Block;
use crate::features::agents::parts::blocks;
use crate::features::agents::proposal_card::proposal;
use crate::ui::{Button, ButtonKind, Chip, FormAction, Glyph, Icon, LinkButton, PostForm, Tone};
use leptos::prelude::*;

/// What the buttons of a conversation need.
#[derive(Clone)]
pub struct Around {
    pub talk: Talk,
    pub send: FormAction<SendChat>,
    pub decide: FormAction<DecideProposals>,
    pub conversation: Option<ConversationId>,
    pub may_decide: bool,
    /// Beside another page: what leads away from it is a link.
    pub panel: bool,
}

impl Around {
    /// The whole conversation.
    pub fn here(&self) -> String {
        self.conversation.map_or_else(|| "/chat".to_owned(), |id| format!("/chat?c={id}"))
    }
}

/// A question.
pub fn question(text: String, page: Option<Source>) -> AnyView {
    let page = page.map(|page| {
        view! {
            <p class="text-xs text-faint">
                "on " <a class="hover:underline" href=page.href>{page.title}</a>
            </p>
        }
        .into_any()
    });
    view! {
        <div class="ml-auto flex max-w-[85%] flex-col items-end gap-1">
            <p dir="auto" class="rounded-card bg-surface-3 px-3.5 py-2 whitespace-pre-wrap wrap-anywhere">
                <span class="sr-only">"You: "</span>
                {text}
            </p>
            {page}
        </div>
    }
    .into_any()
}

/// The words of an answer.
pub fn words(content: &[Block]) -> AnyView {
    view! {
        <div class="min-w-0">
            <span class="sr-only">"Answer: "</span>
            {blocks(content)}
        </div>
    }
    .into_any()
}

/// An answer with what it did. `asked`: the question before it.
pub fn answer(card: MessageCard, asked: String, around: &Around) -> AnyView {
    let acts: Vec<_> = card.acts.into_iter().map(|act| act_card(act, around)).collect();
    let sources = (!card.sources.is_empty()).then(|| sources(card.sources));
    let whole = card.state == AnswerState::Done;
    let state = (!whole).then(|| {
        let tone = if card.state == AnswerState::Failed { Tone::Bad } else { Tone::Warning };
        let problem = card.problem.clone();
        let again = again(asked, card.state, around);
        view! {
            <div class="flex flex-wrap items-center gap-2">
                <Chip tone=tone>{card.state.name()}</Chip>
                <span dir="auto" class="text-[13px] text-muted wrap-anywhere">{problem}</span>
                {again}
            </div>
        }
        .into_any()
    });
    view! {
        <div class="flex min-w-0 flex-col gap-2.5">
            {words(&card.blocks)}
            {acts}
            {sources}
            {state}
        </div>
    }
    .into_any()
}

fn sources(all: Vec<Source>) -> AnyView {
    let links: Vec<_> = all
        .into_iter()
        .map(|source| {
            view! {
                <li>
                    <a class="text-purple-soft hover:underline" href=source.href>{source.title}</a>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <div class="flex flex-wrap gap-x-3 gap-y-1 text-[13px]">
            <span class="text-faint">"See"</span>
            <ul class="flex flex-wrap gap-x-3 gap-y-1" aria-label="Pages about this">{links}</ul>
        </div>
    }
    .into_any()
}

/// The same question once more.
fn again(asked: String, state: AnswerState, around: &Around) -> AnyView {
    if state == AnswerState::Writing {
        return view! { <LinkButton small=true href=around.here()>"Look again"</LinkButton> }.into_any();
    }
    let (talk, typed) = (around.talk, asked.clone());
    let said = hidden(around);
    view! {
        <PostForm action=around.send>
            {said}
            <input type="hidden" name="message" value=asked />
            <Button
                small=true
                disabled=talk.writing
                on:click=move |event| {
                    event.prevent_default();
                    talk.send(typed.clone(), ChatAction::Message);
                }
            >
                "Ask again"
            </Button>
        </PostForm>
    }
    .into_any()
}

/// What each form of a conversation says.
pub fn hidden(around: &Around) -> AnyView {
    let conversation = around
        .conversation
        .map(|id| view! { <input type="hidden" name="conversation" value=id.to_string() /> }.into_any());
    let from = around.talk.from.get_untracked();
    let panel = around.panel.then(|| view! { <input type="hidden" name="panel" value="true" /> }.into_any());
    view! {
        {conversation}
        <input type="hidden" name="from" value=from />
        {panel}
    }
    .into_any()
}

fn act_card(act: ActCard, around: &Around) -> AnyView {
    match act {
        ActCard::Repair(lines, more) => report(lines, more),
        ActCard::Offer(error) => offer(error, around),
        ActCard::Proposal(card) if around.panel => {
            let href = around.here();
            view! {
                <div class="flex flex-col gap-2">
                    {proposal(*card, false, href.clone(), around.decide, None)}
                    <div>
                        <LinkButton small=true href=href>"Decide about it"</LinkButton>
                    </div>
                </div>
            }
            .into_any()
        }
        ActCard::Proposal(card) => proposal(*card, around.may_decide, around.here(), around.decide, None),
    }
}

/// The button with which repairs start.
fn offer(error: Option<ErrorId>, around: &Around) -> AnyView {
    let error = error.map(|id| view! { <input type="hidden" name="error" value=id.to_string() /> }.into_any());
    let pending = around.send.pending();
    let said = hidden(around);
    view! {
        <PostForm action=around.send class="flex flex-wrap items-center gap-2">
            {said}
            {error}
            <input type="hidden" name="action" value=ChatAction::Repair.id() />
            <Button small=true kind=ButtonKind::Primary disabled=pending>
                <Icon glyph=Glyph::Pulse />
                "Repair now"
            </Button>
            <span class="text-xs text-faint">"Only what the program may do by itself; each act leaves a receipt."</span>
        </PostForm>
    }
    .into_any()
}

/// What came of repairs.
fn report(lines: Vec<RepairLine>, more: usize) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = lines.into_iter().map(repaired).collect();
    let more = (more > 0).then(|| {
        view! {
            <p class="px-3 py-2 text-[13px]">
                <a class="text-purple-soft hover:underline" href="/diagnostics">{format!("And {more} more under Diagnostics")}</a>
            </p>
        }
        .into_any()
    });
    view! {
        <div class="rounded-card border border-line">
            <ul class="divide-y divide-line" aria-label="Report of the repair">{rows}</ul>
            {more}
        </div>
    }
    .into_any()
}

fn repaired(line: RepairLine) -> AnyView {
    let (word, tone) = if line.resolved { ("Works again", Tone::Good) } else { ("Still open", Tone::Warning) };
    let part = |name: &'static str, text: String| {
        view! {
            <dt class="text-faint">{name}</dt>
            <dd dir="auto" class="wrap-anywhere">{text}</dd>
        }
        .into_any()
    };
    let seen = line.seen.clone();
    let receipt = match line.receipt {
        Some(receipt) => vec![part("Before", receipt.before), part("Done", receipt.done), part("After", receipt.after)],
        None => vec![part("Seen", seen)],
    };
    let next = line.next.map(|next| view! { <p dir="auto" class="text-[13px] wrap-anywhere">{next}</p> }.into_any());
    let href = format!("/diagnostics/{}", line.error);
    let link = line.asks.clone().unwrap_or_else(|| "Open the error".into());
    let of = format!(": {}", line.message);
    view! {
        <li class="flex flex-col gap-1.5 px-3 py-2.5">
            <div class="flex flex-wrap items-center gap-2">
                <Chip tone=tone>{word}</Chip>
                <span dir="auto" class="font-medium wrap-anywhere">{line.message}</span>
            </div>
            <p dir="auto" class="text-[13px] text-muted wrap-anywhere">{line.meaning}</p>
            <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-[13px]">{receipt}</dl>
            {next}
            <p class="text-[13px]">
                <a class="text-purple-soft hover:underline" href=href>
                    {link} <span class="sr-only">{of}</span>
                </a>
            </p>
        </li>
    }
    .into_any()
}
