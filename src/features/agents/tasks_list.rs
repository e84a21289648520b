//! Tasks, as pages show them: what one agent, or a person, hands to another agent, and what came of it; and the form for a new one.

use super::calls::{ActOnTask, AddTask};
use super::catalogue;
use super::hand_overs::HAND_OVERS;
use super::model::{TaskCard, TaskState};
use super::parts::{name, time};
use crate::ui::decided::{Decided, WayBack, decided};
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, PostForm, SelectBox, TextInput, Tone, failure,
    problem, typed,
};
use leptos::prelude::*;

fn tone(state: TaskState) -> Tone {
    match state {
        TaskState::Waiting | TaskState::Taken => Tone::Info,
        TaskState::Done => Tone::Good,
        TaskState::Dropped => Tone::Quiet,
    }
}

/// `back`: the page on which they stand; `act`: for whoever may drop them.
pub fn tasks(cards: Vec<TaskCard>, back: &str, act: Option<FormAction<ActOnTask>>) -> AnyView {
    let lines: Vec<_> = cards.into_iter().map(|card| task(card, back, act)).collect();
    let body = if lines.is_empty() {
        view! {
            <p class="px-4 py-3 text-[13px] text-muted">
                "None yet. When one agent finds something for another (the best hour for a post, customers who grew silent), it stands here until that agent's next run."
            </p>
        }
        .into_any()
    } else {
        view! { <ul class="divide-y divide-line" aria-label="Tasks">{lines}</ul> }.into_any()
    };
    view! {
        <Card class="min-w-0">
            <CardHead title="Tasks">
                <span class="text-xs text-faint">"what agents ask of each other"</span>
            </CardHead>
            {body}
        </Card>
    }
    .into_any()
}

fn task(card: TaskCard, back: &str, act: Option<FormAction<ActOnTask>>) -> AnyView {
    let to = format!("/agents/{}", card.to);
    let result = (!card.result.is_empty()).then(|| {
        view! { <p dir="auto" class="text-[13px] text-muted wrap-anywhere">{card.result.clone()}</p> }.into_any()
    });
    let data = (!card.reference.is_empty()).then(|| {
        let (href, label) = (card.reference.clone(), format!("Open what it is about: {}", card.what));
        view! { <a class="target text-[13px] text-purple-soft hover:underline" href=href aria-label=label>"Open"</a> }
            .into_any()
    });
    let document = card.document.map(|id| {
        let label = format!("Read what came of it: {}", card.what);
        view! { <a class="target text-[13px] text-purple-soft hover:underline" href=format!("/agents/documents/{id}") aria-label=label>"Read"</a> }
            .into_any()
    });
    let turn = match card.state {
        TaskState::Waiting => Some(("drop", "Drop")),
        TaskState::Dropped => Some(("restore", "Take it back")),
        _ => None,
    };
    let button = act.zip(turn).map(|(act, (value, word))| {
        let (label, back) = (format!("{word}: {}", card.what), back.to_owned());
        view! {
            <PostForm action=act>
                <input type="hidden" name="task" value=card.id.to_string() />
                <input type="hidden" name="back" value=back />
                <Button small=true kind=ButtonKind::Ghost name="act" value=value label=label disabled=act.pending()>{word}</Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
            <div class="flex min-w-0 flex-1 basis-64 flex-col gap-0.5">
                <p dir="auto" class="font-medium wrap-anywhere">{card.what.clone()}</p>
                {result}
                <p dir="auto" class="text-xs text-faint wrap-anywhere">
                    {format!("{} → ", card.from)}
                    <a class="hover:underline" href=to>{name(&card.to)}</a>
                    {format!(" · {}", time(card.at))}
                </p>
            </div>
            <div class="flex flex-wrap items-center gap-3">
                <Chip tone=tone(card.state)>{card.state.name()}</Chip>
                {data}
                {document}
                {button}
            </div>
        </li>
    }
    .into_any()
}

/// The form in which a person asks an agent for something that agents ask of each other.
pub fn add_form(add: FormAction<AddTask>) -> AnyView {
    let error = failure(&add);
    let options = HAND_OVERS
        .iter()
        .filter_map(|it| Some((it, catalogue::find(it.to)?)))
        .map(|(it, agent)| (it.id.to_owned(), format!("{}: {}", agent.name, it.asks)))
        .collect();
    let kind = Signal::stored(typed(error, "kind", HAND_OVERS[0].id.to_owned()));
    let about = Signal::stored(typed(error, "about", String::new()));
    view! {
        <Card class="p-4">
            <h2 id="add-task" class="mb-2 text-sm font-semibold">"Add a task"</h2>
            <PostForm action=add class="flex flex-col gap-2">
                <input type="hidden" name="back" value="/agents" />
                <SelectBox id="task-kind" name="kind" label="What is to be done" options=options value=kind error=problem(error, "kind") />
                <TextInput
                    id="task-about"
                    name="about"
                    label="About"
                    hint="An hour (10:00), a day (2026-12-03), the address of a post or picture, or a source: where it is asked for."
                    value=about
                    error=problem(error, "about")
                    autocomplete="off"
                />
                <FormError error=error fields=&["kind", "about"] />
                <div><Button small=true disabled=add.pending()>"Add the task"</Button></div>
            </PostForm>
        </Card>
    }
    .into_any()
}

/// What the page says of what was just done; `undo`: drops are taken back with it.
pub fn message(told: Decided, back: String, undo: FormAction<ActOnTask>) -> AnyView {
    let words = match told.act.as_str() {
        "dropped" => "The task is dropped.",
        "added" => "The task is added. The agent takes it up with its next run.",
        "restored" | "undone" => "Undone.",
        "saved" => "Saved.",
        "begun" => "It works now. What it does stands beside the job and under Activity.",
        _ => return ().into_any(),
    };
    let undo = (told.act == "dropped").then_some(WayBack { action: undo, ids: "task", button: ("act", "restore") });
    decided(told, words.to_owned(), back, undo, None, "could not be done")
}
