//! `/agents/{agent}`: what one agent does and did, what it proposes and delivered, what it costs, and its settings.

use super::agent_settings::settings;
use super::calls::{
    ActOnTask, CancelRun, DecideProposals, RunAgent, SetAgentAutonomy, SetAgentBudget, SetAgentEvents, SetAgentTime,
    SwitchAgent, load_agent,
};
use super::catalogue::{self, Agent, AgentJob};
use super::model::{AgentDetail, JobCard, RunCard, dollars};
use super::parts::{documents, next, run_tone, sign, time};
use super::proposal_card::proposal;
use super::tasks_list::{message, tasks};
use super::timing::Timing;
use crate::domain::error::AppError;
use crate::ui::decided::Decided;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, LinkButton, Loaded, Notice, PostForm, Screen,
    Tone, browser, done, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
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
    told: Memo<Decided>,
    /// The address without what it tells.
    here: Memo<String>,
}

#[derive(Clone, Copy)]
pub struct Acts {
    run: FormAction<RunAgent>,
    cancel: FormAction<CancelRun>,
    decide: FormAction<DecideProposals>,
    pub switch: FormAction<SwitchAgent>,
    pub time: FormAction<SetAgentTime>,
    pub budget: FormAction<SetAgentBudget>,
    pub autonomy: FormAction<SetAgentAutonomy>,
    pub events: FormAction<SetAgentEvents>,
    task: FormAction<ActOnTask>,
}

impl Screen for AgentPage {
    fn data() -> Self {
        let params = use_params_map();
        let acts = Acts {
            run: FormAction::staying(),
            cancel: FormAction::staying(),
            decide: FormAction::staying(),
            switch: FormAction::staying(),
            time: FormAction::staying(),
            budget: FormAction::staying(),
            autonomy: FormAction::staying(),
            events: FormAction::staying(),
            task: FormAction::staying(),
        };
        let agent = Memo::new(move |_| params.with(|p| p.get("agent")).unwrap_or_default());
        let (switched, timed, budgeted) = (done(&acts.switch), done(&acts.time), done(&acts.budget));
        let (allowed, heard, dropped) = (done(&acts.autonomy), done(&acts.events), done(&acts.task));
        let set = Resource::new_blocking(
            move || (agent.get(), switched.get(), timed.get(), budgeted.get(), (allowed.get(), heard.get())),
            |(agent, ..)| load_agent(agent),
        );
        let happened = move || {
            let versions = (acts.run.version().get(), acts.cancel.version().get(), acts.decide.version().get());
            (agent.get(), versions, switched.get(), timed.get(), dropped.get())
        };
        let live = Resource::new_blocking(happened, |(agent, ..)| load_agent(agent));
        let title = catalogue::find(&agent.get_untracked()).map_or("Agent", |agent| agent.name);
        let query = use_query_map();
        let told = Memo::new(move |_| query.with(Decided::of));
        let here = Memo::new(move |_| format!("/agents/{}", agent.get()));
        Self { title, live, set, acts, told, here }
    }

    fn view(this: Self) -> AnyView {
        let Self { title, live, set, acts, told, here } = this;
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
                <FormError error=failure(&acts.task) />
                <Loaded resource=live lines=8 let:detail>
                    {happens(detail, acts, open)}
                </Loaded>
                <Loaded resource=set lines=4 let:detail>
                    {settings(detail, acts)}
                </Loaded>
            </div>
            {move || message(told.get(), here.get(), acts.task)}
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
    let by_itself = (!detail.by_itself.is_empty()).then(|| {
        let cards: Vec<_> = detail
            .by_itself
            .iter()
            .map(|card| {
                let inner = proposal(card.clone(), detail.may_run, back.clone(), acts.decide, None);
                view! { <li>{inner}</li> }.into_any()
            })
            .collect();
        view! {
            <section class="flex flex-col gap-3" aria-labelledby="by-itself-head">
                <h2 id="by-itself-head" class="text-sm font-semibold">"Done without asking"</h2>
                <ul class="flex flex-col gap-3">{cards}</ul>
            </section>
        }
        .into_any()
    });
    let tasks = tasks(detail.tasks.clone(), &back, detail.may_run.then_some(acts.task));
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
    let (numbers, documents) = (numbers(&detail), documents(&detail.documents, false));
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
        {by_itself}
        {tasks}
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
    let by_itself = (rates.by_itself > 0).then(|| line("Without asking", rates.by_itself.to_string()));
    let cost = match detail.cap_micros {
        Some(cap) => format!("{} of {}", dollars(detail.spent_micros), dollars(cap)),
        None => dollars(detail.spent_micros),
    };
    view! {
        <dl class="flex flex-wrap gap-x-6 gap-y-2">
            {line("Accepted", accepted)}
            {line("Edited first", rates.edited.to_string())}
            {line("Refused", rates.refused.to_string())}
            {by_itself}
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
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-64">
                <h3 class="font-medium">{spec.name}</h3>
                <p class="text-[13px] text-muted">{spec.delivers}</p>
                <p class="text-xs text-faint">{when}{next}</p>
                {latest(detail.runs.iter().find(|run| run.job == spec.id))}
            </div>
            {button}
        </li>
    }
    .into_any()
}

/// What the job's last run came to, where it is started.
fn latest(run: Option<&RunCard>) -> AnyView {
    let words = run.map(|run| match run.state.is_open() {
        true => "since now".to_owned(),
        false => {
            let came = if run.error.is_empty() { &run.headline } else { &run.error };
            let dot = if came.is_empty() { "" } else { " · " };
            format!("{}{dot}{came}", time(run.created))
        }
    });
    let state = run.map(|run| run.state);
    let chip = state.map(|state| view! { <Chip tone=run_tone(state)>{state.name()}</Chip> }.into_any());
    // There from the start, so that what comes into it is read out.
    view! {
        <p role="status" dir="auto" class="mt-1 flex flex-wrap items-center gap-2 text-[13px] text-muted wrap-anywhere empty:hidden">
            {chip}
            {words}
        </p>
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
    let by = match card.woken_by.as_str() {
        "" => card.by.clone().unwrap_or_else(|| "by the clock".into()),
        what => format!("woken: {what}"),
    };
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
