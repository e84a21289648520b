//! The form in which a rule is built: groups within groups, a row for each condition. Its buttons post the whole form, which
//! comes back with one row more or less, so it works without JavaScript too; with it, the count follows while one types.

use super::calls::{BuildSegment, count_draft};
use super::form::{Draft, Row, field};
use super::model::{Builder, Counted};
use super::rule::{Join, Kind, MAX_DEPTH, Op, What};
use crate::domain::error::AppError;
use crate::domain::ids::SegmentId;
use crate::features::contacts::model::Consent;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, ErrorNotice, FormAction, LinkButton, Notice, PostForm, TextInput, Tone,
    failure, problem,
};
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlFormElement};
use serde::Deserialize;
use std::time::Duration;

const CONTROL: &str = "min-w-0 max-w-full rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px] aria-invalid:border-bad";
/// How long nobody types before it is counted.
const PAUSE: Duration = Duration::from_millis(350);

#[derive(Clone)]
struct Ground {
    rows: Vec<Row>,
    lists: Vec<(SegmentId, String)>,
    error: Signal<Option<AppError>>,
    pending: Signal<bool>,
    /// The program is there: what fits a comparison can change with it.
    alive: ReadSignal<bool>,
}

/// The form as the browser reads it.
#[derive(Deserialize)]
struct Typed {
    draft: Draft,
}

pub fn builder(builder: Builder, lists: Vec<(SegmentId, String)>, action: FormAction<BuildSegment>) -> AnyView {
    let Builder { id, segment, name, rows, count, tags, sources, fields } = builder;
    let error = failure(&action);
    let (alive, set_alive) = signal(false);
    Effect::new(move |_| set_alive.set(true));
    let counted = RwSignal::new(count);
    let turn = StoredValue::new(0_u32);
    let typed = move |event: leptos::ev::Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let form = target.and_then(|target| target.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            count_soon(form, turn, counted);
        }
    };
    let hidden = [("draft[id]", id.map(|id| id.to_string())), ("draft[segment]", segment.map(|id| id.to_string()))];
    let hidden: Vec<_> = hidden
        .into_iter()
        .filter_map(|(name, value)| {
            let value = value?;
            Some(view! { <input type="hidden" name=name value=value /> }.into_any())
        })
        .collect();
    let title = if segment.is_some() { "Change the segment" } else { "New segment by a rule" };
    let options = |all: Vec<String>| -> Vec<_> {
        all.into_iter().map(|word| view! { <option value=word></option> }.into_any()).collect()
    };
    let ground = Ground { rows, lists, error, pending: action.pending().into(), alive };
    let root = group(&ground, 0);
    view! {
        <div id="rule" on:input=typed>
            <Card>
                <CardHead title=title />
                <PostForm action=action class="flex flex-col gap-4 p-4">
                    // What Enter in a field presses: it is counted again, and nothing is saved.
                    <button name="draft[press]" value="look" hidden=true></button>
                    {hidden}
                    <div class="min-[701px]:w-96">
                        <TextInput
                            id="segment-name"
                            name="draft[name]"
                            label="Name"
                            value=Signal::stored(name)
                            error=problem(error, "draft[name]")
                            autocomplete="off"
                        />
                    </div>
                    {root}
                    <datalist id="known-tags">{options(tags)}</datalist>
                    <datalist id="known-sources">{options(sources)}</datalist>
                    <datalist id="known-fields">{options(fields)}</datalist>
                    {move || wrong(error.get())}
                    {result(counted)}
                    <div class="flex flex-wrap gap-2">
                        <Button kind=ButtonKind::Primary name="draft[press]" value="save" disabled=action.pending()>
                            "Save the segment"
                        </Button>
                        // With the program the count follows by itself.
                        <div class="hidden noscript:block">
                            <Button name="draft[press]" value="look">"Count again"</Button>
                        </div>
                        <LinkButton href="/contacts/segments">"Cancel"</LinkButton>
                    </div>
                </PostForm>
            </Card>
        </div>
    }
    .into_any()
}

/// What does not stand at a field already.
fn wrong(error: Option<AppError>) -> Option<AnyView> {
    let error = error?;
    let at_field = |field: &str| field == "draft[name]" || field.starts_with("draft[rows][");
    if !error.problems.is_empty() && error.problems.iter().all(|problem| at_field(&problem.field)) {
        let text = "Not saved yet. What is missing is marked above.";
        return Some(view! { <Notice tone=Tone::Bad><p>{text}</p></Notice> }.into_any());
    }
    Some(view! { <ErrorNotice error=error /> }.into_any())
}

fn result(counted: RwSignal<Counted>) -> AnyView {
    let people = move || {
        let people = counted.with(|counted| counted.sample.clone());
        let people: Vec<_> = people
            .into_iter()
            .map(|one| {
                let mail = (one.name != one.email).then(|| format!(" · {}", one.email));
                view! {
                    <li dir="auto" class="truncate text-[13px] text-muted">{one.name} {mail}</li>
                }
                .into_any()
            })
            .collect();
        (!people.is_empty()).then(|| view! { <ul aria-label="The newest of them">{people}</ul> }.into_any())
    };
    view! {
        <div class="flex flex-col gap-1 rounded-control border border-line p-3">
            <p role="status" class="text-[13px] font-medium tabular-nums">
                {move || counted.with(Counted::words)}
            </p>
            {people}
        </div>
    }
    .into_any()
}

/// Counts what stands in the form, once nobody types.
fn count_soon(form: HtmlFormElement, turn: StoredValue<u32>, counted: RwSignal<Counted>) {
    let Some(mine) = turn.try_update_value(|turn| {
        *turn += 1;
        *turn
    }) else {
        return;
    };
    let is_last = move || turn.try_get_value() == Some(mine);
    set_timeout(
        move || {
            if !is_last() {
                return;
            }
            let Ok(data) = leptos::web_sys::FormData::new_with_form(&form) else { return };
            let Ok(Typed { draft }) = Typed::from_form_data(&data) else { return };
            spawn_local(async move {
                if let Ok(now) = count_draft(draft).await
                    && is_last()
                {
                    counted.try_set(now);
                }
            });
        },
        PAUSE,
    );
}

/// The name of an input.
fn input(at: usize, part: &str) -> String {
    format!("{}[{part}]", field(at))
}

fn choice(name: String, label: String, options: Vec<(String, String)>, now: &str) -> AnyView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == now;
            view! { <option value=value selected=selected>{words}</option> }.into_any()
        })
        .collect();
    view! { <select id=id_of(&name) name=name aria-label=label class=CONTROL>{options}</select> }.into_any()
}

/// `draft[rows][3][op]` is `row-3-op`.
fn id_of(name: &str) -> String {
    format!("row-{}", name.trim_start_matches("draft[rows][").replace("][", "-").trim_end_matches(']'))
}

/// Where the keyboard goes on at a row: at a condition's comparison, at what a group looks at next.
pub fn place(rows: &[Row], at: usize) -> Option<String> {
    let row = rows.get(at)?;
    Some(id_of(&input(at, if row.is_group() { "add" } else { "op" })))
}

/// The group of a row, with all that is in it.
fn group(ground: &Ground, at: usize) -> AnyView {
    let Some(row) = ground.rows.get(at) else { return ().into_any() };
    let depth = row.depth;
    let inside = ground.rows.iter().enumerate().skip(at + 1).take_while(|(_, inner)| inner.depth > depth);
    let parts: Vec<_> = inside
        .filter(|(_, inner)| inner.depth == depth + 1)
        .map(|(at, inner)| if inner.is_group() { group(ground, at) } else { condition(ground, at, inner) })
        .collect();
    let none = parts.is_empty().then(|| {
        let text = if at == 0 {
            "No condition yet: choose what to look at, and add it."
        } else {
            "No condition in this group yet."
        };
        view! { <p class="text-[13px] text-muted">{text}</p> }.into_any()
    });
    let name = if at == 0 { "The rule".to_owned() } else { format!("Group in row {at}") };
    let joins = Join::ALL.map(|join| (join.id().to_owned(), join.name().to_owned())).to_vec();
    let join =
        choice(input(at, "join"), format!("{name}: which conditions hold"), joins, row.join.unwrap_or_default().id());
    let whats = What::ALL.map(|what| (what.id().to_owned(), what.name().to_owned())).to_vec();
    let next = row.add.unwrap_or(What::Email).id();
    let next = choice(input(at, "add"), format!("{name}: what to look at next"), whats, next);
    let pending = ground.pending;
    let deeper = (usize::from(depth) + 1 < MAX_DEPTH).then(|| {
        view! {
            <Button small=true kind=ButtonKind::Ghost name="draft[press]" value=format!("group.{at}") label=format!("{name}: add a group") disabled=pending>
                "Add a group"
            </Button>
        }
        .into_any()
    });
    let remove = (at > 0).then(|| remove(at, &name, pending));
    view! {
        <fieldset id=format!("row-{at}") class="flex min-w-0 flex-col gap-3 rounded-control border border-line-strong p-3">
            <legend class="sr-only">{name.clone()}</legend>
            <input type="hidden" name=input(at, "depth") value=depth.to_string() />
            <div class="flex flex-wrap items-center justify-between gap-2">
                <span class="flex flex-wrap items-center gap-2 text-[13px]">{join} "hold"</span>
                {remove}
            </div>
            {none}
            {parts}
            <div class="flex flex-wrap items-center gap-2 border-t border-line pt-3">
                {next}
                <Button small=true name="draft[press]" value=format!("add.{at}") label=format!("{name}: add the condition") disabled=pending>
                    "Add the condition"
                </Button>
                {deeper}
            </div>
        </fieldset>
    }
    .into_any()
}

fn remove(at: usize, name: &str, pending: Signal<bool>) -> AnyView {
    view! {
        <Button small=true kind=ButtonKind::Ghost name="draft[press]" value=format!("remove.{at}") label=format!("Remove: {name}") disabled=pending>
            "Remove"
        </Button>
    }
    .into_any()
}

fn condition(ground: &Ground, at: usize, row: &Row) -> AnyView {
    let Some(what) = row.what else { return ().into_any() };
    let name = format!("{} in row {at}", what.name());
    let op = RwSignal::new(row.op.or(what.ops().first().copied()).unwrap_or(Op::Is));
    let options: Vec<_> = what
        .ops()
        .iter()
        .map(|one| {
            let selected = *one == op.get_untracked();
            view! { <option value=one.id() selected=selected>{one.name()}</option> }.into_any()
        })
        .collect();
    let changed = move |event| {
        let id = event_target_value(&event);
        if let Some(chosen) = what.ops().iter().find(|one| one.id() == id) {
            op.set(*chosen);
        }
    };
    let error = ground.error;
    let message = move || error.with(|error| error.as_ref().and_then(|error| error.of(&field(at))));
    let shown =
        move || message().map(|message| view! { <p class="text-xs text-bad" role="alert">{message}</p> }.into_any());
    let key = match what {
        What::Custom => {
            let value = row.key.clone();
            view! {
                <input type="text" dir="auto" name=input(at, "key") value=value placeholder="Name of the field" list="known-fields" aria-label=format!("{name}: name of the field") autocomplete="off" class=format!("{CONTROL} w-40") />
            }
            .into_any()
        }
        what if what.names_list() => {
            let lists = ground.lists.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
            choice(input(at, "key"), format!("{name}: which list"), lists, &row.key)
        }
        _ => ().into_any(),
    };
    let value = match what.kind() {
        Kind::Segment => ().into_any(),
        Kind::Consent => {
            let all = Consent::ALL.map(|consent| (consent.id().to_owned(), consent.name().to_owned())).to_vec();
            choice(input(at, "value"), format!("{name}: what they said"), all, &row.value)
        }
        kind => {
            let (value, alive) = (row.value.clone(), ground.alive);
            let list = match what {
                What::Tag => Some("known-tags"),
                What::Source | What::CameFrom => Some("known-sources"),
                _ => None,
            };
            // Before the program is there, one field takes days and numbers alike.
            let input_type = move || match op.get() {
                Op::Within | Op::Older if alive.get() => "number",
                Op::From | Op::Before if alive.get() => "date",
                _ => "text",
            };
            let placeholder = if kind == Kind::Time { "30, or 2026-11-20" } else { "" };
            view! {
                <input
                    type=input_type
                    dir="auto"
                    name=input(at, "value")
                    value=value
                    min="1"
                    list=list
                    placeholder=placeholder
                    aria-label=format!("{name}: compared with")
                    aria-invalid=move || message().is_some().then_some("true")
                    autocomplete="off"
                    class=format!("{CONTROL} grow basis-44 min-[701px]:max-w-72")
                    class:hidden=move || alive.get() && !op.get().takes_value()
                />
            }
            .into_any()
        }
    };
    let take_away = remove(at, &name, ground.pending);
    view! {
        <div id=format!("row-{at}") role="group" aria-label=name.clone() class="flex min-w-0 flex-col gap-1">
            <div class="flex min-w-0 flex-wrap items-center gap-2">
                <input type="hidden" name=input(at, "depth") value=row.depth.to_string() />
                <input type="hidden" name=input(at, "what") value=what.id() />
                <span class="min-w-28 text-[13px] font-medium">{what.name()}</span>
                {key}
                <select id=id_of(&input(at, "op")) name=input(at, "op") aria-label=format!("{name}: comparison") class=CONTROL on:change=changed>
                    {options}
                </select>
                {value}
                {take_away}
            </div>
            {shown}
        </div>
    }
    .into_any()
}
