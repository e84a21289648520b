//! Cards, chips, notices and empty states.

use super::company::page_company;
use super::{Button, LinkButton};
use crate::domain::error::{AppError, ErrorKind};
use crate::domain::page_company::SWITCH;
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Quiet,
    Info,
    Good,
    Warning,
    Bad,
    Brand,
}

impl Tone {
    pub fn text_class(self) -> &'static str {
        match self {
            Self::Quiet => "text-muted",
            Self::Info => "text-cyan",
            Self::Good => "text-ok",
            Self::Warning => "text-warn",
            Self::Bad => "text-bad",
            Self::Brand => "text-purple-soft",
        }
    }
}

/// A raised surface.
#[component]
pub fn Card(#[prop(into, optional)] class: Option<String>, children: Children) -> impl IntoView {
    let class = format!("rounded-card border border-line bg-surface-1 {}", class.unwrap_or_default());
    view! { <section class=class>{children()}</section> }
}

/// A card's title line; children are what stands at its right.
#[component]
pub fn CardHead(#[prop(into)] title: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="flex items-center justify-between gap-3 border-b border-line px-4 py-3">
            <h2 class="text-sm font-semibold">{title}</h2>
            {children.map(|c| c())}
        </div>
    }
}

/// A state: a dot and a word; colour never alone.
#[component]
pub fn Chip(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let class = format!(
        "inline-flex items-center gap-1.5 whitespace-nowrap rounded-full border border-line px-2 text-xs leading-[18px] {}",
        tone.text_class()
    );
    view! {
        <span class=class>
            <span class="size-[7px] rounded-full bg-current" aria-hidden="true"></span>
            {children()}
        </span>
    }
}

/// A message in the page: what happened and what to do.
#[component]
pub fn Notice(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let (class, role) = match tone {
        Tone::Bad => ("rounded-control border border-bad/50 bg-bad/10 px-3 py-2 text-[13px] text-text", "alert"),
        Tone::Warning => ("rounded-control border border-warn/50 bg-warn/10 px-3 py-2 text-[13px] text-text", "status"),
        Tone::Good => ("rounded-control border border-ok/50 bg-ok/10 px-3 py-2 text-[13px] text-text", "status"),
        _ => ("rounded-control border border-line-strong bg-surface-2 px-3 py-2 text-[13px] text-muted", "status"),
    };
    view! {
        <div class=class role=role>
            {children()}
        </div>
    }
}

/// An [`AppError`] for a person: the message, each problem, and the reference to quote.
#[component]
pub fn ErrorNotice(error: AppError) -> impl IntoView {
    let more = (error.problems.len() > 1).then(|| {
        let items = error.problems.iter().map(|p| view! { <li>{p.message.clone()}</li> }.into_any()).collect_view();
        view! { <ul class="mt-1 list-disc pl-5">{items}</ul> }.into_any()
    });
    let reference = error.reference.clone().map(|r| {
        view! {
            <p class="mt-1 text-xs text-faint">
                "Reference "<code class="font-mono">{r}</code>
            </p>
        }
        .into_any()
    });
    let ways_on = (error.kind == ErrorKind::OtherCompany).then(other_company);
    view! {
        <Notice tone=Tone::Bad>
            <p>{error.message.clone()}</p>
            {ways_on}
            {more}
            {reference}
        </Notice>
    }
}

/// The two ways on from a page whose person went on to another company. Switching back opens a tab of its own, so that what is
/// typed here stays and can be sent again.
fn other_company() -> AnyView {
    view! {
        <div class="mt-2 flex flex-wrap gap-2">
            <form method="post" action=SWITCH target="_blank">
                <input type="hidden" name="company" value=page_company() />
                <Button small=true>"Switch back (in a new tab)"</Button>
            </form>
            <LinkButton href="" external=true small=true>
                "Reload"
            </LinkButton>
        </div>
    }
    .into_any()
}

/// Nothing here yet: one sentence, one action (children).
#[component]
pub fn Empty(
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col items-center gap-2 px-6 py-12 text-center">
            <p class="font-semibold">{title}</p>
            <p class="max-w-md text-[13px] text-muted">{text}</p>
            {children.map(|c| view! { <div class="mt-2 flex flex-wrap justify-center gap-2">{c()}</div> }.into_any())}
        </div>
    }
}
