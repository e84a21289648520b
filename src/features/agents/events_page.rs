//! `/agents/events`: what happens in the company and wakes agents, who listens for it, and the latest events with whom each woke.

use super::calls::{SetListeners, load_events};
use super::catalogue;
use super::events::Event;
use super::model::{EventKind, EventLine, EventList, Listener};
use super::parts::{home, name, time};
use crate::domain::error::AppError;
use crate::ui::decided::{Decided, WayBack, decided};
use crate::ui::page::PageHead;
use crate::ui::{
    Button, Card, CardHead, Check, Empty, FormAction, FormError, LinkButton, Loaded, PostForm, Screen, done, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const HERE: &str = "/agents/events";

/// `/agents/events`
pub struct EventsPage {
    list: Resource<Result<EventList, AppError>>,
    set: FormAction<SetListeners>,
    told: Memo<Decided>,
}

impl Screen for EventsPage {
    fn data() -> Self {
        let query = use_query_map();
        let told = Memo::new(move |_| query.with(Decided::of));
        let set = FormAction::staying();
        let saved = done(&set);
        Self { list: Resource::new_blocking(move || saved.get(), |_| load_events()), set, told }
    }

    fn view(this: Self) -> AnyView {
        let Self { list, set, told } = this;
        view! {
            <PageHead title="What wakes agents" />
            <div class="flex max-w-page flex-col gap-3">
                <p class="max-w-2xl text-[13px] text-muted">
                    "Beside their times, agents that are on work when something happens: at most once an hour, with all that has happened since. "
                    <a class="text-purple-soft underline" href="/agents">"All agents"</a>
                </p>
                <FormError error=failure(&set) />
                <Loaded resource=list lines=8 let:list>
                    {shown(list, set)}
                </Loaded>
            </div>
            {move || {
                let saved = told.get();
                (saved.act == "saved")
                    .then(|| decided(saved, "Saved.".into(), HERE.into(), None::<WayBack<SetListeners>>, None, "could not be saved"))
            }}
        }
        .into_any()
    }
}

fn shown(list: EventList, set: FormAction<SetListeners>) -> AnyView {
    let may_change = list.may_change;
    let kinds: Vec<_> = list
        .kinds
        .into_iter()
        .filter_map(|kind| Some((Event::parse(&kind.event)?, kind)))
        .map(|(event, kind)| one(event, kind, may_change, set))
        .collect();
    let last: Vec<_> = list.last.into_iter().map(line).collect();
    let last = match (last.is_empty(), list.is_any_on) {
        (true, true) => {
            view! { <Empty title="Nothing has happened yet" text="What happens from now on stands here for a month, with the agents that it woke." /> }
                .into_any()
        }
        (true, false) => {
            view! { <Empty title="No agent is on" text="What happens is written down while at least one agent is on."><LinkButton href="/agents">"Open the agents"</LinkButton></Empty> }
                .into_any()
        }
        _ => view! { <ul class="divide-y divide-line" aria-label="Last events">{last}</ul> }.into_any(),
    };
    view! {
        <div class="grid grid-cols-1 items-start gap-3 min-[1000px]:grid-cols-2">
            <Card>
                <CardHead title="Who listens for what" />
                <ul class="divide-y divide-line" aria-label="Events">{kinds}</ul>
            </Card>
            <Card>
                <CardHead title="What happened last" />
                {last}
            </Card>
        </div>
        <p class="text-xs text-faint">{format!("Times are those of {}.", list.zone)}</p>
    }
    .into_any()
}

fn one(event: Event, kind: EventKind, may_change: bool, set: FormAction<SetListeners>) -> AnyView {
    let title = format!("When {}", event.when());
    let lines: Vec<_> = kind.listeners.into_iter().map(|it| listener(it, may_change)).collect();
    let button = may_change.then(|| {
        let label = format!("Save who listens when {}", event.when());
        view! { <div><Button small=true label=label disabled=set.pending()>"Save"</Button></div> }.into_any()
    });
    view! {
        <li class="px-4 py-3">
            <PostForm action=set class="flex flex-col gap-2">
                <input type="hidden" name="event" value=event.id() />
                <input type="hidden" name="back" value=HERE />
                <fieldset class="flex flex-col gap-1">
                    <legend class="mb-1 font-medium">{title}</legend>
                    {lines}
                </fieldset>
                {button}
            </PostForm>
        </li>
    }
    .into_any()
}

fn listener(it: Listener, may_change: bool) -> AnyView {
    let job = catalogue::find(&it.agent).and_then(|agent| agent.job(&it.job)).map_or("its work", |job| job.name);
    let off = if it.is_on { "" } else { " (switched off)" };
    let words = format!("{}: {job}{off}", name(&it.agent));
    if may_change {
        return view! { <Check name="agents[]" value=it.agent checked=Signal::stored(it.listens)>{words}</Check> }
            .into_any();
    }
    let listens = if it.listens { "listens" } else { "does not listen" };
    view! { <p class="text-[13px]"><a class="text-purple-soft underline" href=home(&it.agent)>{words}</a> {format!(" {listens}")}</p> }
        .into_any()
}

fn line(line: EventLine) -> AnyView {
    let mut words = line.words;
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    let woke = match (line.woke.is_empty(), line.may_wake) {
        (true, true) => view! { <span>"wakes whoever listens within the hour"</span> }.into_any(),
        (true, false) => view! { <span>"woke nobody"</span> }.into_any(),
        _ => {
            let agents: Vec<_> = line
                .woke
                .iter()
                .enumerate()
                .map(|(n, id)| {
                    let comma = if n > 0 { ", " } else { "" };
                    view! { {comma} <a class="text-purple-soft underline" href=home(id)>{name(id)}</a> }.into_any()
                })
                .collect();
            view! { <span>"woke " {agents}</span> }.into_any()
        }
    };
    view! {
        <li class="px-4 py-2.5">
            <p>{words}</p>
            <p class="text-xs text-faint">{format!("{} · ", time(line.at))} {woke}</p>
        </li>
    }
    .into_any()
}
