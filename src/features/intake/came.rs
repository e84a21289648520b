//! What came in, with the reason for each refusal and the way to mend it.

use super::model::{IntakeQuery, ItemCard, ItemState};
use super::page::Forms;
use crate::domain::page::Part;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, Empty, FilterLink, FilterLinks, FormError, PostForm, TextArea, Tone,
    Turn, Turns, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The address of a list: of its beginning, or of the part to which one turns.
fn address(query: &IntakeQuery, turn: Option<Turn>) -> String {
    let mut parts = vec![];
    if query.refused {
        parts.push("show=refused".to_owned());
    }
    parts.extend(turn.map(Turn::parameter));
    if parts.is_empty() { "/settings/zapier".into() } else { format!("/settings/zapier?{}", parts.join("&")) }
}

pub fn came_in(part: Part<ItemCard>, full: bool, query: IntakeQuery, forms: Forms) -> AnyView {
    let full = full.then(|| {
        view! {
            <p class="mx-4 mb-3 rounded-control border border-line-strong px-3 py-2 text-[13px]">
                "So much was refused that no more of it is kept: only the reasons are. Mend what waits here, or set the Zap right and replay it there. What is a month old goes by itself."
            </p>
        }
        .into_any()
    });
    let links = [(false, "All"), (true, "Refused")].into_iter().map(|(refused, name)| FilterLink {
        href: address(&IntakeQuery { refused, ..Default::default() }, None),
        name,
        on: refused == query.refused,
    });
    let links = links.collect();
    let list = if part.items.is_empty() {
        let (title, text) = match query.refused {
            true => ("Nothing was refused", "What cannot be taken in is kept here, so that you can mend it."),
            false => {
                ("Nothing came in yet", "Make a password above and send the first contact; it is shown here at once.")
            }
        };
        view! { <Empty title=title text=text /> }.into_any()
    } else {
        let rows: Vec<_> = part.items.into_iter().map(|item| row(item, forms)).collect();
        view! { <ul aria-label="What came in" aria-live="polite">{rows}</ul> }.into_any()
    };
    view! {
        <Card>
            <CardHead title="What came in">
                <FilterLinks label="What is shown" links=links />
            </CardHead>
            {full}
            {list}
            <Turns newer=part.newer older=part.older href=Callback::new(move |turn| address(&query, Some(turn))) />
        </Card>
    }
    .into_any()
}

fn tone(state: ItemState) -> Tone {
    match state {
        ItemState::Accepted | ItemState::Fixed => Tone::Good,
        ItemState::Repeated => Tone::Quiet,
        ItemState::Refused => Tone::Bad,
    }
}

fn row(item: ItemCard, forms: Forms) -> AnyView {
    let what = match (&item.contact, &item.email, item.number) {
        (Some(id), Some(email), _) => view! {
            <a dir="auto" class="min-w-0 text-purple-soft wrap-anywhere hover:underline" href=format!("/contacts/{id}")>{email.clone()}</a>
        }
        .into_any(),
        (_, _, 1) if item.state == ItemState::Refused => ().into_any(),
        (_, _, 1) => view! { <span class="text-muted">"1 contact that is not there any more"</span> }.into_any(),
        (_, _, n) => view! { <span>{format!("{n} contacts, {} of them new", item.created)}</span> }.into_any(),
    };
    let new = (item.number == 1 && item.created == 1)
        .then(|| view! { <span class="text-xs text-faint">"new"</span> }.into_any());
    let reason = item.reason.clone().map(|reason| {
        let field = item.field.clone().unwrap_or_default();
        view! {
            <p dir="auto" class="w-full text-[13px] wrap-anywhere">
                <code class="font-mono text-xs">{field}</code>
                ": "
                {reason}
            </p>
        }
        .into_any()
    });
    let mend = item.body.clone().filter(|_| item.state == ItemState::Refused).map(|body| mend(&item, body, forms));
    let lost = (item.state == ItemState::Refused && item.body.is_none()).then(|| {
        view! {
            <p class="w-full text-muted">
                "What was sent was too long to keep, came when no more could be kept, or has been erased. Mend it in Zapier and replay it there."
            </p>
        }
        .into_any()
    });
    view! {
        <li class="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2.5 text-[13px] last:border-b-0">
            <Chip tone=tone(item.state)>{item.state.name()}</Chip>
            {what} {new}
            <span class="ml-auto text-xs text-faint tabular-nums">{format!("{} · {}", item.user_name, item.at.local.short())}</span>
            {reason} {lost} {mend}
        </li>
    }
    .into_any()
}

/// What was sent, to be changed and taken in.
fn mend(item: &ItemCard, body: String, forms: Forms) -> AnyView {
    let id = item.id.to_string();
    // Of many forms only the one that was sent shows what is wrong with it.
    let sent = use_query_map().with_untracked(|query| query.get("item"));
    let this = id.clone();
    let mine = RwSignal::new(sent.as_ref() == Some(&id));
    let error = failure(&forms.again);
    let error = Signal::derive(move || error.get().filter(|_| mine.get()));
    let text = if sent.as_ref() == Some(&id) { typed(error, "body", body) } else { body };
    let open = mine.get_untracked() && error.with_untracked(Option::is_some);
    view! {
        <details class="w-full" open=open>
            <summary class="target cursor-pointer text-purple-soft">"Fix and take in"</summary>
            <div class="pt-2" on:submit=move |_| mine.set(true)>
                <PostForm action=forms.again class="flex flex-col gap-2">
                    <input type="hidden" name="item" value=this />
                    <TextArea
                        id=format!("body-{id}")
                        name="body"
                        label="What was sent"
                        rows=6
                        value=Signal::derive(move || text.clone())
                        error=problem(error, "body")
                    />
                    <FormError error=error fields=&["body"] />
                    <div>
                        <Button kind=ButtonKind::Primary small=true disabled=forms.again.pending()>"Take it in"</Button>
                    </div>
                </PostForm>
            </div>
        </details>
    }
    .into_any()
}
