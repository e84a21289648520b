//! `/agents/{agent}`: what one agent does and did, what it proposes and delivered, what it costs, and its settings.

use super::calls::{CancelRun, DecideProposals, RunAgent, SetAgentBudget, SetAgentTime, SwitchAgent, load_agent};
use super::catalogue::{self, Agent, AgentJob};
use super::model::{AgentDetail, DocumentLine, JobCard, RunCard, dollars};
use super::parts::{next, run_tone, sign, time};
use super::proposal_card::proposal;
use super::timing::Timing;
use crate::domain::error::AppError;
use crate::domain::moment::WEEKDAYS;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Check, Chip, FormAction, FormError, LinkButton, Loaded, Notice, PostForm,
    Screen, SelectBox, TextInput, Tone, browser, done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

/// While a run is under way.
const SOON: Duration = Duration::from_secs(2);

/// `/agents/:agent`
pub struct AgentPage {
    title: &'static str,
    /// What happens, read anew while a run is under way.
    live: Resource<Result<AgentDetail, AppError>>,
    /// What is set: not read anew while somebody types.
    set: Resource<Result<AgentDetail, AppError>>,
    acts: Acts,
}

#[derive(Clone, Copy)]
struct Acts {
    run: FormAction<RunAgent>,
    cancel: FormAction<CancelRun>,
    decide: FormAction<DecideProposals>,
    switch: FormAction<SwitchAgent>,
    time: FormAction<SetAgentTime>,
    budget: FormAction<SetAgentBudget>,
}

impl Screen for AgentPage {
    fn data() -> Self {
        let params = use_params_map();
        let acts = Acts {
            run: FormAction::staying(),
            cancel: FormAction::staying(),
            decide: FormAction::new(),
            switch: FormAction::staying(),
            time: FormAction::staying(),
            budget: FormAction::staying(),
        };
        let agent = Memo::new(move |_| params.with(|p| p.get("agent")).unwrap_or_default());
        let (switched, timed, budgeted) = (done(&acts.switch), done(&acts.time), done(&acts.budget));
        let set = Resource::new_blocking(
            move || (agent.get(), switched.get(), timed.get(), budgeted.get()),
            |(agent, ..)| load_agent(agent),
        );
        let happened = move || {
            let versions = (acts.run.version().get(), acts.cancel.version().get(), acts.decide.version().get());
            (agent.get(), versions, switched.get(), timed.get())
        };
        let live = Resource::new_blocking(happened, |(agent, ..)| load_agent(agent));
        let title = catalogue::find(&agent.get_untracked()).map_or("Agent", |agent| agent.name);
        Self { title, live, set, acts }
    }

    fn view(this: Self) -> AnyView {
        let Self { title, live, set, acts } = this;
        let open = RwSignal::new(false);
        browser::keep_fresh(SOON, move || {
            if open.get_untracked() {
                live.refetch();
            }
        });
        view! {
            <PageHead title=title />
            <div class="flex max-w-page flex-col gap-4">
                <FormError error=failure(&acts.run) />
                <FormError error=failure(&acts.cancel) />
                <FormError error=failure(&acts.decide) />
                <FormError error=failure(&acts.switch) />
                <Loaded resource=live lines=8 let:detail>
                    {happens(detail, acts, open)}
                </Loaded>
                <Loaded resource=set lines=4 let:detail>
                    {settings(detail, acts)}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

fn happens(detail: AgentDetail, acts: Acts, open: RwSignal<bool>) -> AnyView {
    let Some(agent) = catalogue::find(&detail.tile.agent) else { return ().into_any() };
    let is_open = detail.runs.iter().any(|run| run.state.is_open());
    Effect::new(move |_| open.set(is_open));
    let back = format!("/agents/{}", agent.id);
    let chip = if detail.tile.is_on {
        view! { <Chip tone=Tone::Good>"On"</Chip> }.into_any()
    } else {
        view! { <Chip>"Off"</Chip> }.into_any()
    };
    let stopped = detail.stopped.as_ref().map(|stopped| {
        let words = format!("{} stopped all agents on {}.", stopped.by, time(stopped.at));
        view! { <Notice tone=Tone::Warning>{words} " " <a class="underline" href="/agents">"Start them again"</a></Notice> }.into_any()
    });
    let jobs: Vec<_> = detail
        .jobs
        .iter()
        .filter_map(|card| Some((agent.job(&card.id)?, card)))
        .map(|(spec, card)| job(agent, spec, card, &detail, acts))
        .collect();
    let proposals = (!detail.proposals.is_empty()).then(|| {
        let cards: Vec<_> = detail
            .proposals
            .iter()
            .map(|card| {
                let inner = proposal(card.clone(), detail.may_run, "/proposals".into(), acts.decide, None);
                view! { <li>{inner}</li> }.into_any()
            })
            .collect();
        view! {
            <section class="flex flex-col gap-3" aria-labelledby="proposals-head">
                <h2 id="proposals-head" class="text-sm font-semibold">"Waiting for you"</h2>
                <ul class="flex flex-col gap-3">{cards}</ul>
            </section>
        }
        .into_any()
    });
    let runs: Vec<_> = detail.runs.iter().map(|card| run(agent, card, &back, detail.may_run, acts)).collect();
    let runs = if runs.is_empty() {
        view! { <p class="px-4 py-3 text-[13px] text-muted">"It has not worked yet. “Run now” shows what it does."</p> }
            .into_any()
    } else {
        view! { <ul class="divide-y divide-line" aria-label="Activity">{runs}</ul> }.into_any()
    };
    let refresh = is_open.then(|| {
        view! { <LinkButton small=true external=true kind=ButtonKind::Ghost href=back.clone()>"Refresh"</LinkButton> }.into_any()
    });
    let (numbers, documents) = (numbers(&detail), documents(&detail.documents));
    view! {
        {stopped}
        <Card class="flex flex-wrap items-center gap-3 p-4">
            {sign(agent)}
            <div class="min-w-0 flex-1 basis-64">
                <div class="flex flex-wrap items-center gap-2">
                    <h2 class="text-lg font-semibold">{agent.name}</h2>
                    {chip}
                </div>
                <p class="text-[13px] text-muted">{agent.purpose}</p>
            </div>
            {numbers}
        </Card>
        <Card>
            <CardHead title="Jobs" />
            <ul class="divide-y divide-line">{jobs}</ul>
        </Card>
        {proposals}
        <div class="grid grid-cols-1 gap-4 min-[1000px]:grid-cols-2">
            {documents}
            <Card class="self-start">
                <CardHead title="Activity">{refresh}</CardHead>
                {runs}
            </Card>
        </div>
    }
    .into_any()
}

/// What became of its proposals, and its cost.
fn numbers(detail: &AgentDetail) -> AnyView {
    let rates = detail.rates;
    let decided = rates.accepted + rates.refused;
    let accepted = if decided == 0 { "–".into() } else { format!("{} of {decided}", rates.accepted) };
    let line = |name: &'static str, value: String| {
        view! {
            <div>
                <dt class="text-xs text-faint">{name}</dt>
                <dd class="font-semibold tabular-nums">{value}</dd>
            </div>
        }
        .into_any()
    };
    let cost = match detail.cap_micros {
        Some(cap) => format!("{} of {}", dollars(detail.spent_micros), dollars(cap)),
        None => dollars(detail.spent_micros),
    };
    view! {
        <dl class="flex flex-wrap gap-x-6 gap-y-2">
            {line("Accepted", accepted)}
            {line("Edited first", rates.edited.to_string())}
            {line("Refused", rates.refused.to_string())}
            {line("Cost this month", cost)}
        </dl>
    }
    .into_any()
}

fn job(agent: &'static Agent, spec: &'static AgentJob, card: &JobCard, detail: &AgentDetail, acts: Acts) -> AnyView {
    let when = match card.timing.parse::<Timing>() {
        _ if !card.is_on => "not by the clock".to_owned(),
        Ok(timing) => timing.words(),
        Err(_) => String::new(),
    };
    let next = if detail.tile.is_on && card.is_on { format!(" · {}", next(card.next)) } else { String::new() };
    let busy = detail.runs.iter().any(|run| run.job == spec.id && run.state.is_open());
    let button = (detail.may_run && !busy && detail.stopped.is_none()).then(|| {
        view! {
            <PostForm action=acts.run>
                <input type="hidden" name="agent" value=agent.id />
                <input type="hidden" name="job" value=spec.id />
                <input type="hidden" name="back" value=format!("/agents/{}", agent.id) />
                <Button small=true label=format!("Run now: {}", spec.name) disabled=acts.run.pending()>"Run now"</Button>
            </PostForm>
        }
        .into_any()
    });
    let busy = busy.then(|| view! { <Chip tone=Tone::Info>"Works"</Chip> }.into_any());
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-64">
                <h3 class="font-medium">{spec.name}</h3>
                <p class="text-[13px] text-muted">{spec.delivers}</p>
                <p class="text-xs text-faint">{when}{next}</p>
            </div>
            {busy}
            {button}
        </li>
    }
    .into_any()
}

fn documents(lines: &[DocumentLine]) -> AnyView {
    let items: Vec<_> = lines
        .iter()
        .map(|line| {
            let versions = if line.versions > 1 { format!(" · {} versions", line.versions) } else { String::new() };
            view! {
                <li class="px-4 py-2.5">
                    <a dir="auto" class="font-medium text-purple-soft hover:underline" href=format!("/agents/documents/{}", line.id)>
                        {line.title.clone()}
                    </a>
                    <p class="text-xs text-faint">{time(line.changed)}{versions}</p>
                </li>
            }
            .into_any()
        })
        .collect();
    let body = if items.is_empty() {
        view! { <p class="px-4 py-3 text-[13px] text-muted">"Nothing yet. Each run leaves a document here."</p> }
            .into_any()
    } else {
        view! { <ul class="divide-y divide-line">{items}</ul> }.into_any()
    };
    view! {
        <Card class="self-start">
            <CardHead title="Documents" />
            {body}
        </Card>
    }
    .into_any()
}

fn run(agent: &'static Agent, card: &RunCard, back: &str, may_run: bool, acts: Acts) -> AnyView {
    let (name, state) = (agent.job(&card.job).map_or("A job", |job| job.name), card.state);
    let steps: Vec<_> = card
        .steps
        .iter()
        .map(|step| {
            view! {
                <li class="wrap-anywhere"><span class="font-medium">{step.name.clone()}</span> {format!(": {}", step.note)}</li>
            }
            .into_any()
        })
        .collect();
    let count = steps.len();
    let steps = (count > 0).then(|| {
        view! {
            <details open=card.state.is_open()>
                <summary class="target cursor-pointer text-xs text-faint">{format!("{count} steps")}</summary>
                <ol class="mt-1 flex list-decimal flex-col gap-1 pl-5 text-[13px] text-muted">{steps}</ol>
            </details>
        }
        .into_any()
    });
    let by = card.by.clone().unwrap_or_else(|| "by the clock".into());
    let took = card.seconds.map(|s| format!(" · {s} s")).unwrap_or_default();
    let cost = if card.cost_micros > 0 { format!(" · {}", dollars(card.cost_micros)) } else { String::new() };
    let words = if card.error.is_empty() { card.headline.clone() } else { card.error.clone() };
    let words = (!words.is_empty())
        .then(|| view! { <p dir="auto" class="text-[13px] text-muted wrap-anywhere">{words}</p> }.into_any());
    let cancel = (card.state.is_open() && may_run).then(|| {
        let (id, back) = (card.id.to_string(), back.to_owned());
        view! {
            <PostForm action=acts.cancel>
                <input type="hidden" name="run" value=id />
                <input type="hidden" name="back" value=back />
                <Button small=true kind=ButtonKind::Ghost label=format!("Cancel: {name}") disabled=acts.cancel.pending()>"Cancel"</Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <li class="flex flex-col gap-1 px-4 py-3">
            <div class="flex flex-wrap items-center gap-2">
                <h3 class="text-[13px] font-medium">{name}</h3>
                <Chip tone=run_tone(state)>{state.name()}</Chip>
                <span class="ml-auto">{cancel}</span>
            </div>
            {words}
            <p class="text-xs text-faint">{format!("{} · {by}{took}{cost}", time(card.created))}</p>
            {steps}
        </li>
    }
    .into_any()
}

fn settings(detail: AgentDetail, acts: Acts) -> AnyView {
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
    let back_of_budget = back.clone();
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
