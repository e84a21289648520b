//! `/agents`: the eleven at a glance, and the switch that stops all of them.

use super::calls::{ActOnTask, AddTask, StartAgents, StopAgents, load_agents};
use super::catalogue::{self, Agent};
use super::model::{AgentBoard, AgentTile};
use super::parts::{documents, next, run_tone, sign, time};
use super::tasks_list::{add_form, message, tasks};
use crate::domain::error::AppError;
use crate::domain::page::counted;
use crate::domain::permission::Permission;
use crate::ui::decided::Decided;
use crate::ui::page::{Allowed, PageHead};
use crate::ui::{
    Button, ButtonKind, Chip, FormAction, FormError, LinkButton, Loaded, Notice, PostForm, Screen, Tone, browser, done,
    failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(10);

/// `/agents`
pub struct AgentsPage {
    board: Resource<Result<AgentBoard, AppError>>,
    stop: FormAction<StopAgents>,
    start: FormAction<StartAgents>,
    add: FormAction<AddTask>,
    act: FormAction<ActOnTask>,
    told: Memo<Decided>,
}

impl Screen for AgentsPage {
    fn data() -> Self {
        let (stop, start) = (FormAction::staying(), FormAction::staying());
        let (add, act) = (FormAction::staying(), FormAction::staying());
        let (added, acted) = (done(&add), done(&act));
        let key = move || (stop.version().get(), start.version().get(), added.get(), acted.get());
        let query = use_query_map();
        let told = Memo::new(move |_| query.with(Decided::of));
        Self { board: Resource::new_blocking(key, |_| load_agents()), stop, start, add, act, told }
    }

    fn view(this: Self) -> AnyView {
        let Self { board, stop, start, add, act, told } = this;
        browser::keep_fresh(REFRESH, move || board.refetch());
        view! {
            <PageHead title="Agents" />
            <div class="flex max-w-page flex-col gap-4">
                <FormError error=failure(&stop) />
                <FormError error=failure(&start) />
                <FormError error=failure(&act) />
                <Loaded resource=board lines=8 let:board>
                    {shown(board, stop, start, act)}
                </Loaded>
                // Not read anew while somebody types.
                <Allowed to=Permission::Publish>{add_form(add)}</Allowed>
            </div>
            {move || message(told.get(), "/agents".into(), act)}
        }
        .into_any()
    }
}

fn shown(
    board: AgentBoard,
    stop: FormAction<StopAgents>,
    start: FormAction<StartAgents>,
    act: FormAction<ActOnTask>,
) -> AnyView {
    let on = board.tiles.iter().filter(|tile| tile.is_on).count();
    let line = match on {
        0 if board.may_switch => "None is switched on. Open one and switch it on: it proposes, you decide.".to_owned(),
        0 => "None is switched on. An admin switches agents on; “Run now” on the page of one shows what it does."
            .to_owned(),
        n => format!("{n} of {} are on. They propose, you decide: nothing goes out without you.", board.tiles.len()),
    };
    let stopped = board.stopped.map(|stopped| {
        view! {
            <Notice tone=Tone::Warning>
                <div class="flex flex-wrap items-center justify-between gap-2">
                    <p>{format!("{} stopped all agents on {}. None of them works until they are started again.", stopped.by, time(stopped.at))}</p>
                    <Allowed to=Permission::Company>
                        <PostForm action=start>
                            <input type="hidden" name="back" value="/agents" />
                            <Button small=true disabled=start.pending()>"Let them work again"</Button>
                        </PostForm>
                    </Allowed>
                </div>
            </Notice>
        }
        .into_any()
    });
    let stop = (stopped.is_none() && on > 0 && board.may_change).then(|| {
        view! {
            <PostForm action=stop>
                <input type="hidden" name="back" value="/agents" />
                <Button small=true kind=ButtonKind::Danger disabled=stop.pending()>"Stop all agents"</Button>
            </PostForm>
        }
        .into_any()
    });
    let no_model = (!board.has_model).then(|| {
        view! {
            <Notice>
                "Agents do all the numbers themselves. With a key of an AI service they also write the texts: "
                <a class="underline" href="/settings/integrations">"add one under Integrations"</a> "."
            </Notice>
        }
        .into_any()
    });
    let waiting = match board.waiting {
        0 => "Proposals".to_owned(),
        n => format!("Proposals ({})", counted(n)),
    };
    let kind = if board.waiting > 0 { ButtonKind::Primary } else { ButtonKind::Secondary };
    let may_switch = board.may_switch;
    let documents = documents(&board.documents, true);
    let tasks = tasks(board.tasks, "/agents", board.may_change.then_some(act));
    let tiles: Vec<_> = board
        .tiles
        .into_iter()
        .filter_map(|shown| Some((catalogue::find(&shown.agent)?, shown)))
        .map(|(agent, shown)| tile(agent, shown, may_switch))
        .collect();
    view! {
        <div class="flex flex-wrap items-center gap-2">
            <p class="min-w-0 flex-1 basis-80 text-[13px] text-muted">{line}</p>
            <LinkButton href="/proposals" small=true kind=kind>{waiting}</LinkButton>
            <LinkButton href="/agents/memory" small=true>"What they know"</LinkButton>
            <LinkButton href="/agents/events" small=true>"What wakes them"</LinkButton>
            {stop}
        </div>
        {stopped}
        {no_model}
        <ul class="grid grid-cols-1 gap-3.5 min-[560px]:grid-cols-2 min-[1000px]:grid-cols-3 min-[1300px]:grid-cols-4" aria-label="Agents">
            {tiles}
        </ul>
        <div class="grid grid-cols-1 gap-4 min-[1000px]:grid-cols-2">
            {tasks}
            {documents}
        </div>
        <p class="text-xs text-faint">{format!("Times are those of {}.", board.zone)}</p>
    }
    .into_any()
}

fn tile(agent: &'static Agent, tile: AgentTile, may_switch: bool) -> AnyView {
    let open = tile.state.filter(|state| state.is_open());
    let chip = match open.or(tile.state.filter(|_| tile.is_on)) {
        Some(state) => view! { <Chip tone=run_tone(state)>{state.name()}</Chip> }.into_any(),
        None if tile.is_on => view! { <Chip tone=Tone::Brand>"On"</Chip> }.into_any(),
        None => view! { <Chip>"Off"</Chip> }.into_any(),
    };
    let line = if tile.headline.is_empty() { agent.purpose.to_owned() } else { tile.headline.clone() };
    let page = format!("/agents/{}", agent.id);
    let (word, href) = tile.act(may_switch);
    let label = format!("{word}: {}", agent.name);
    view! {
        <li class="flex min-w-0 flex-col gap-2 rounded-card border border-line bg-surface-1 p-3.5">
            <div class="flex items-center gap-2.5">
                {sign(agent)}
                <h2 class="min-w-0 flex-1 text-sm leading-5 font-semibold">
                    <a class="hover:underline" href=page>{agent.name}</a>
                </h2>
            </div>
            <div class="flex">{chip}</div>
            <p dir="auto" class="line-clamp-3 text-[13px] text-muted wrap-anywhere">{line}</p>
            <div class="mt-auto flex items-center justify-between gap-2 pt-1 text-xs">
                <span class="text-faint">{if tile.is_on { next(tile.next) } else { "switched off".to_owned() }}</span>
                <a class="target font-medium text-purple-soft hover:underline" href=href aria-label=label>{word}</a>
            </div>
        </li>
    }
    .into_any()
}
