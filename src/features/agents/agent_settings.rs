//! The settings of an agent, for whoever may change the company: on and off, what it may do by itself, what wakes it, its budget and times.

use super::agent_page::Acts;
use super::calls::{SetAgentAutonomy, SetAgentEvents};
use super::catalogue::{self, Agent, AgentJob};
use super::events::Event;
use super::model::{AgentDetail, Autonomy, JobCard, dollars};
use super::timing::Timing;
use crate::domain::moment::WEEKDAYS;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Check, FormAction, FormError, PostForm, SelectBox, TextInput, failure, problem,
    typed,
};
use leptos::prelude::*;

pub fn settings(detail: AgentDetail, acts: Acts) -> AnyView {
    let Some(agent) = catalogue::find(&detail.tile.agent) else { return ().into_any() };
    if !detail.may_change {
        return view! { <p class="text-xs text-faint">{format!("An admin switches agents on and off. Times are those of {}.", detail.zone)}</p> }
            .into_any();
    }
    let back = format!("/agents/{}", agent.id);
    let on = detail.tile.is_on;
    let owner = detail.owner.clone().filter(|_| on).map(|name| {
        view! { <p class="text-xs text-faint">{format!("On its schedule it has the permissions of {name}.")}</p> }
            .into_any()
    });
    let (back_of_budget, back_of_autonomy, back_of_events) = (back.clone(), back.clone(), back.clone());
    let (word, kind) =
        if on { ("Switch it off", ButtonKind::Secondary) } else { ("Switch it on", ButtonKind::Primary) };
    let error = failure(&acts.budget);
    let cap = detail.cap_micros.map(|cap| dollars(cap).trim_start_matches('$').to_owned()).unwrap_or_default();
    let cap = Signal::stored(typed(error, "budget", cap));
    let times: Vec<_> = detail
        .jobs
        .iter()
        .filter_map(|card| Some((agent.job(&card.id)?, card)))
        .map(|(spec, card)| time_form(agent, spec, card, &back, acts))
        .collect();
    view! {
        <Card>
            <CardHead title="Settings" />
            <div class="flex flex-col gap-4 p-4">
                <div class="flex flex-wrap items-center gap-3">
                    <PostForm action=acts.switch>
                        <input type="hidden" name="agent" value=agent.id />
                        <input type="hidden" name="on" value=(!on).to_string() />
                        <input type="hidden" name="back" value=back />
                        <Button kind=kind small=true disabled=acts.switch.pending()>{word}</Button>
                    </PostForm>
                    {owner}
                </div>
                {autonomy(agent, &detail, &back_of_autonomy, acts.autonomy)}
                {events(agent, &detail, &back_of_events, acts.events)}
                <PostForm action=acts.budget class="flex max-w-sm flex-col gap-2">
                    <input type="hidden" name="agent" value=agent.id />
                    <input type="hidden" name="back" value=back_of_budget />
                    <TextInput
                        id="agent-budget"
                        name="budget"
                        label="Budget for models, in dollars a month"
                        hint="Empty: as much as the company (Settings → AI). When it is used up, the agent goes on without a model."
                        value=cap
                        error=problem(error, "budget")
                        autocomplete="off"
                    />
                    <FormError error=error fields=&["budget"] />
                    <div><Button small=true disabled=acts.budget.pending()>"Save the budget"</Button></div>
                </PostForm>
                <div class="flex flex-col gap-2">
                    <FormError error=failure(&acts.time) />
                    {times}
                </div>
                <p class="text-xs text-faint">{format!("Times are those of {}.", detail.zone)}</p>
            </div>
        </Card>
    }
    .into_any()
}

/// What it may do without asking.
fn autonomy(
    agent: &'static Agent,
    detail: &AgentDetail,
    back: &str,
    set: FormAction<SetAgentAutonomy>,
) -> Option<AnyView> {
    // Only who proposes something has something to ask for.
    if !agent.jobs.iter().any(|job| job.proposes) {
        return None;
    }
    let options =
        [(Autonomy::Ask, "It asks before everything"), (Autonomy::Reversible, "Tags, segments and drafts by itself")]
            .map(|(autonomy, name)| (autonomy.id().to_owned(), name.to_owned()))
            .to_vec();
    let (back, now) = (back.to_owned(), detail.autonomy.id().to_owned());
    let form = view! {
        <PostForm action=set class="flex max-w-sm flex-col gap-2">
            <input type="hidden" name="agent" value=agent.id />
            <input type="hidden" name="back" value=back />
            <SelectBox
                id="agent-autonomy"
                name="autonomy"
                label="What may it do by itself"
                options=options
                value=Signal::stored(now)
                hint="Tags, segments and drafts stand on this page with Undo. What is scheduled, published, mailed, deleted or costs money always asks."
            />
            <FormError error=failure(&set) />
            <div><Button small=true disabled=set.pending()>"Save what it may do"</Button></div>
        </PostForm>
    };
    Some(form.into_any())
}

/// What wakes it beside the clock.
fn events(agent: &'static Agent, detail: &AgentDetail, back: &str, set: FormAction<SetAgentEvents>) -> Option<AnyView> {
    let boxes: Vec<_> = detail
        .listens
        .iter()
        .filter_map(|(id, on)| Some((Event::parse(id)?, *on)))
        .map(|(event, on)| {
            view! { <Check name="events[]" value=event.id() checked=Signal::stored(on)>{event.when()}</Check> }
                .into_any()
        })
        .collect();
    if boxes.is_empty() {
        return None;
    }
    let back = back.to_owned();
    let form = view! {
        <PostForm action=set class="flex flex-col gap-2">
            <input type="hidden" name="agent" value=agent.id />
            <input type="hidden" name="back" value=back />
            <fieldset class="flex flex-col gap-1">
                <legend class="mb-1 text-[13px] text-muted">"While it is on, it also works when"</legend>
                {boxes}
            </fieldset>
            <p class="text-xs text-faint">"At most once an hour, with all that has happened since."</p>
            <FormError error=failure(&set) />
            <div><Button small=true disabled=set.pending()>"Save what wakes it"</Button></div>
        </PostForm>
    };
    Some(form.into_any())
}

fn time_form(agent: &'static Agent, spec: &'static AgentJob, card: &JobCard, back: &str, acts: Acts) -> AnyView {
    let timing = card.timing.parse::<Timing>().ok().or_else(|| spec.timing.parse().ok());
    let every = timing.as_ref().map_or("daily", Timing::every);
    let (weekday, day) = match timing {
        Some(Timing::Weekly(on, _)) => (on, 1),
        Some(Timing::Monthly(on, _) | Timing::Quarterly(on, _)) => (0, on),
        _ => (0, 1),
    };
    let times = timing.as_ref().map(Timing::times).unwrap_or_default();
    let pairs =
        |all: &[(&str, &str)]| all.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect::<Vec<_>>();
    let rhythms = pairs(&[
        ("hourly", "Every hour"),
        ("daily", "Every day"),
        ("weekly", "Every week"),
        ("monthly", "Every month"),
        ("quarterly", "Every quarter"),
    ]);
    let weekdays: Vec<_> = WEEKDAYS.iter().map(|name| (name[..3].to_ascii_lowercase(), (*name).to_owned())).collect();
    let weekday_now = weekdays[usize::from(weekday % 7)].0.clone();
    let days: Vec<_> = (1..=28).map(|n: u8| (n.to_string(), n.to_string())).collect();
    let id = |field: &str| format!("{}-{field}", spec.id);
    let (back, is_on) = (back.to_owned(), card.is_on);
    view! {
        <details class="rounded-control border border-line">
            <summary class="target cursor-pointer px-3 py-1.5 text-[13px] font-medium">{format!("When: {}", spec.name)}</summary>
            <PostForm action=acts.time class="grid items-start gap-x-4 gap-y-2 p-3 min-[701px]:grid-cols-4">
                <input type="hidden" name="agent" value=agent.id />
                <input type="hidden" name="job" value=spec.id />
                <input type="hidden" name="back" value=back />
                <SelectBox id=id("every") name="every" label="How often" options=rhythms value=Signal::stored(every.to_owned()) />
                <SelectBox id=id("weekday") name="weekday" label="Day of the week" options=weekdays value=Signal::stored(weekday_now) hint="For every week." />
                <SelectBox id=id("day") name="day" label="Day of the month" options=days value=Signal::stored(day.to_string()) hint="For every month and quarter." />
                <TextInput id=id("times") name="times" label="Time" value=Signal::stored(times) hint="09:00; several for every day." autocomplete="off" />
                <div class="flex flex-wrap items-center gap-4 min-[701px]:col-span-4">
                    <Check name="on" value="true" checked=Signal::stored(is_on)>"By the clock"</Check>
                    <Button small=true disabled=acts.time.pending()>"Save the time"</Button>
                </div>
            </PostForm>
        </details>
    }
    .into_any()
}
