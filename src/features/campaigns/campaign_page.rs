//! `/campaigns/:id`: how far the plan is, its strategy and messages, its posts to decide about, and what became of them. While something is
//! written the page looks again, except while somebody edits: what is typed stays.

use super::calls::{ActOnCampaign, SaveStrategy, load_campaign};
use super::model::{CampaignAct, CampaignDetail, CampaignState, PlannedState};
use super::planned_card::{Around, Forms, edit_form, planned};
use crate::domain::error::AppError;
use crate::domain::ids::{CampaignId, PlannedId};
use crate::ui::decided::{Decided, WayBack, decided};
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, Chosen, ChosenBar, Empty, FormAction, FormError, LinkButton, Loaded,
    Notice, PostForm, Screen, TextArea, Tone, browser, done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(2);

pub struct CampaignPage {
    id: Memo<Option<CampaignId>>,
    open: Memo<Open>,
    told: Memo<Decided>,
    campaign: Resource<Result<CampaignDetail, AppError>>,
    act: FormAction<ActOnCampaign>,
    save: FormAction<SaveStrategy>,
    forms: Forms,
    look: RwSignal<u32>,
}

/// What is opened to be changed.
#[derive(Clone, Copy, Default, PartialEq)]
enum Open {
    #[default]
    Nothing,
    Strategy,
    Post(PlannedId),
}

pub fn state_tone(state: CampaignState) -> Tone {
    match state {
        CampaignState::Writing | CampaignState::Ready => Tone::Info,
        CampaignState::Stopped => Tone::Warning,
        CampaignState::Running => Tone::Good,
        CampaignState::Done => Tone::Quiet,
    }
}

impl Screen for CampaignPage {
    fn data() -> Self {
        let (params, query) = (use_params_map(), use_query_map());
        let id = Memo::new(move |_| params.with(|p| p.get_str("id").and_then(|id| id.parse().ok())));
        let open = Memo::new(move |_| {
            query.with(|q| match q.get_str("edit") {
                Some("strategy") => Open::Strategy,
                Some(id) => id.parse().map_or(Open::Nothing, Open::Post),
                None => Open::Nothing,
            })
        });
        let told = Memo::new(move |_| query.with(Decided::of));
        let (act, save) = (FormAction::staying(), FormAction::staying());
        let forms = Forms {
            decide: FormAction::staying(),
            edit: FormAction::staying(),
            again: FormAction::staying(),
            // Leads away from this page, which then is not read again.
            remove: FormAction::new(),
        };
        let look = RwSignal::new(0);
        let changes = (done(&act), done(&save), done(&forms.decide), done(&forms.edit), done(&forms.again));
        let changed =
            move || (changes.0.get(), changes.1.get(), changes.2.get(), changes.3.get(), changes.4.get(), look.get());
        let campaign = Resource::new_blocking(
            move || (id.get(), open.get(), changed()),
            // The server says that there is none, with its status.
            |(id, ..)| load_campaign(id.unwrap_or_else(CampaignId::nil)),
        );
        Self { id, open, told, campaign, act, save, forms, look }
    }

    fn view(this: Self) -> AnyView {
        let Self { id, open, told, campaign, act, save, forms, look } = this;
        let moves = StoredValue::new(false);
        // Outlives what is drawn: whoever draws the list anew unticks what was ticked before.
        let chosen = Chosen::default();
        Effect::new(move |_| {
            let now = campaign.get().and_then(Result::ok);
            moves.set_value(now.is_some_and(|campaign| campaign.moves()));
        });
        browser::keep_fresh(REFRESH, move || {
            let edits = open.try_get_untracked().is_none_or(|open| open != Open::Nothing);
            if moves.try_get_value().unwrap_or_default() && !edits {
                look.try_update(|n| *n += 1);
            }
        });
        view! {
            <PageHead title="Campaign" />
            <div class="flex max-w-page flex-col gap-3">
                <p><a class="text-[13px] text-purple-soft hover:underline" href="/campaigns">"All campaigns"</a></p>
                <FormError error=failure(&act) />
                <FormError error=failure(&forms.remove) />
                <FormError error=failure(&forms.decide) />
                <FormError error=failure(&forms.again) />
                <Loaded resource=campaign lines=10 let:campaign>
                    {content(campaign, open.get_untracked(), (act, save), forms, chosen)}
                </Loaded>
            </div>
            {move || {
                let back = format!("/campaigns/{}", id.get_untracked().unwrap_or_else(CampaignId::nil));
                message(told.get(), back, forms)
            }}
        }
        .into_any()
    }
}

fn content(
    campaign: CampaignDetail,
    open: Open,
    (act, save): (FormAction<ActOnCampaign>, FormAction<SaveStrategy>),
    forms: Forms,
    chosen: Chosen,
) -> AnyView {
    let zone = format!("Times are those of {}.", campaign.zone);
    let back = format!("/campaigns/{}", campaign.card.id);
    let head = head(&campaign, &back, act);
    let results = results(&campaign);
    let strategy = strategy(&campaign, open, &back, save);
    let delete = campaign.may_edit.then(|| {
        let id = campaign.card.id.to_string();
        view! {
            <PostForm action=forms.remove>
                <input type="hidden" name="campaign" value=id />
                <Button small=true kind=ButtonKind::Danger name="act" value=CampaignAct::Delete.id() disabled=forms.remove.pending()>
                    "Delete the campaign"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        {head}
        {results}
        {strategy}
        {plan(campaign, open, &back, forms, chosen)}
        {delete}
        <p class="text-xs text-faint">{zone}</p>
    }
    .into_any()
}

fn head(campaign: &CampaignDetail, back: &str, act: FormAction<ActOnCampaign>) -> AnyView {
    let card = &campaign.card;
    let brief: Vec<_> = campaign
        .brief
        .iter()
        .map(|(name, words)| {
            view! {
                <div class="min-w-0">
                    <dt class="text-xs text-faint">{name.clone()}</dt>
                    <dd dir="auto" class="whitespace-pre-wrap text-[13px] wrap-anywhere">{words.clone()}</dd>
                </div>
            }
            .into_any()
        })
        .collect();
    let (id, name, days, now) = (card.id, card.name.clone(), card.days(), card.state);
    let button = |what: CampaignAct, words: &'static str, kind: ButtonKind| {
        let back = back.to_owned();
        view! {
            <PostForm action=act>
                <input type="hidden" name="campaign" value=id.to_string() />
                <input type="hidden" name="back" value=back />
                <Button small=true kind=kind name="act" value=what.id() disabled=act.pending()>{words}</Button>
            </PostForm>
        }
        .into_any()
    };
    let state = match card.state {
        CampaignState::Writing => {
            let (percent, words) = (campaign.percent.to_string(), format!("{} %", campaign.percent));
            let cancel = campaign.may_edit.then(|| button(CampaignAct::Cancel, "Cancel", ButtonKind::Secondary));
            view! {
                <div class="flex items-center gap-3">
                    <progress class="h-2 w-full accent-purple" aria-label="Plan" max="100" value=percent></progress>
                    <span class="text-[13px] tabular-nums">{words}</span>
                </div>
                <p class="text-xs text-faint">
                    "The plan is being made; new parts appear here. You may leave this page: it goes on. "
                    <a class="text-purple-soft hover:underline" rel="external" href=back.to_owned()>"Show how far it is"</a>
                </p>
                <div>{cancel}</div>
            }
            .into_any()
        }
        CampaignState::Stopped => {
            let buttons = campaign.may_edit.then(|| {
                let go_on = button(CampaignAct::GoOn, "Go on", ButtonKind::Primary);
                let finish = button(CampaignAct::Finish, "Finish it by hand", ButtonKind::Secondary);
                view! { <div class="mt-2 flex flex-wrap gap-2">{go_on} {finish}</div> }.into_any()
            });
            let why = campaign.why.clone();
            view! {
                <Notice tone=Tone::Warning>
                    <p dir="auto">{why}</p>
                    {buttons}
                </Notice>
            }
            .into_any()
        }
        _ => ().into_any(),
    };
    let note = (!campaign.note.is_empty()).then(|| {
        view! { <p dir="auto" class="text-[13px] text-muted wrap-anywhere">{campaign.note.clone()}</p> }.into_any()
    });
    view! {
        <Card class="flex flex-col gap-3 p-4">
            <div class="flex flex-wrap items-center gap-2">
                <h2 dir="auto" class="min-w-0 text-lg font-semibold wrap-anywhere">{name}</h2>
                <Chip tone=state_tone(now)>{now.name()}</Chip>
                <span class="text-[13px] text-muted">{days}</span>
            </div>
            {state}
            {note}
            <dl class="grid gap-3 min-[701px]:grid-cols-2">{brief}</dl>
        </Card>
    }
    .into_any()
}

/// How far it is, once something was accepted.
fn results(campaign: &CampaignDetail) -> Option<AnyView> {
    let counts = campaign.card.counts;
    (counts.accepted() > 0).then(|| {
        let facts = [
            ("Waiting for you", counts.waiting),
            ("Drafts", counts.drafts),
            ("Scheduled", counts.scheduled),
            ("Published", counts.live),
            ("Need a look", counts.trouble),
            ("Comments", campaign.comments),
        ];
        let clicks = campaign.clicks.map(|clicks| ("Clicks on short links", clicks));
        let facts: Vec<_> = facts
            .into_iter()
            .chain(clicks)
            .map(|(name, n)| {
                view! {
                    <div class="min-w-0">
                        <dt class="text-xs text-faint">{name}</dt>
                        <dd class="text-lg tabular-nums">{n}</dd>
                    </div>
                }
                .into_any()
            })
            .collect();
        view! {
            <Card>
                <CardHead title="How far it is">
                    <LinkButton href="/calendar" small=true>"Calendar"</LinkButton>
                </CardHead>
                <dl class="grid grid-cols-[repeat(auto-fill,minmax(130px,1fr))] gap-3 p-4">{facts}</dl>
            </Card>
        }
        .into_any()
    })
}

fn strategy(campaign: &CampaignDetail, open: Open, back: &str, save: FormAction<SaveStrategy>) -> AnyView {
    if open == Open::Strategy && campaign.may_edit {
        return strategy_form(campaign, back, save);
    }
    if campaign.strategy.is_empty() && campaign.messages.is_empty() {
        return ().into_any();
    }
    let messages: Vec<_> = campaign
        .messages
        .iter()
        .map(|message| view! { <li dir="auto" class="wrap-anywhere">{message.clone()}</li> }.into_any())
        .collect();
    let messages = (!messages.is_empty()).then(|| {
        view! {
            <h3 class="mt-3 mb-1 text-[13px] text-muted">"Messages"</h3>
            <ul class="flex list-disc flex-col gap-1 pl-5">{messages}</ul>
        }
        .into_any()
    });
    let change = campaign.may_edit.then(|| {
        view! { <LinkButton href=format!("{back}?edit=strategy") small=true>"Change"</LinkButton> }.into_any()
    });
    let words = campaign.strategy.clone();
    view! {
        <Card>
            <CardHead title="Strategy">{change}</CardHead>
            <div class="p-4">
                <p dir="auto" class="whitespace-pre-wrap wrap-anywhere">{words}</p>
                {messages}
            </div>
        </Card>
    }
    .into_any()
}

fn strategy_form(campaign: &CampaignDetail, back: &str, save: FormAction<SaveStrategy>) -> AnyView {
    let error = failure(&save);
    let strategy = Signal::stored(typed(error, "strategy", campaign.strategy.clone()));
    let messages = Signal::stored(typed(error, "messages", campaign.messages.join("\n")));
    let (hidden, cancel) = (back.to_owned(), back.to_owned());
    let (id, version) = (campaign.card.id.to_string(), campaign.version.to_string());
    view! {
        <Card>
            <CardHead title="Change the strategy" />
            <PostForm action=save class="flex flex-col gap-2 p-4">
                <input type="hidden" name="campaign" value=id />
                <input type="hidden" name="version" value=version />
                <input type="hidden" name="back" value=hidden />
                <TextArea id="campaign-strategy" name="strategy" label="Strategy" rows=8 value=strategy error=problem(error, "strategy") />
                <TextArea
                    id="campaign-messages"
                    name="messages"
                    label="Messages"
                    hint="One in each line, five at most. “Write again” uses them."
                    rows=5
                    value=messages
                    error=problem(error, "messages")
                />
                <FormError error=error fields=&["strategy", "messages"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary disabled=save.pending()>"Save the strategy"</Button>
                    <LinkButton href=cancel>"Cancel"</LinkButton>
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}

fn plan(campaign: CampaignDetail, open: Open, back: &str, forms: Forms, chosen: Chosen) -> AnyView {
    let writing = campaign.card.state == CampaignState::Writing;
    if campaign.posts.is_empty() {
        return match writing {
            true => ().into_any(),
            false => view! {
                <Card>
                    <Empty title="No posts are planned" text="No free time was found for these accounts between the first and the last day. Plan a campaign with later days." />
                </Card>
            }
            .into_any(),
        };
    }
    let waiting = campaign.posts.iter().filter(|post| post.state == PlannedState::Proposed).count();
    chosen.drawn();
    let bar = (campaign.may_edit && waiting > 1 && !writing).then(|| bar(waiting as u32, back, chosen, forms));
    let around = Around {
        forms,
        back: back.to_owned(),
        may_edit: campaign.may_edit,
        may_ask: campaign.has_model && !writing,
        chosen: bar.as_ref().map(|_| chosen),
    };
    let cards: Vec<_> = campaign
        .posts
        .into_iter()
        .map(|card| {
            let edits = open == Open::Post(card.id) && card.state == PlannedState::Proposed && around.may_edit;
            let inner = if edits { edit_form(card, &around) } else { planned(card, &around) };
            view! { <li>{inner}</li> }.into_any()
        })
        .collect();
    view! {
        <h2 class="mt-2 font-semibold">"Planned posts"</h2>
        {bar}
        <ul class="flex flex-col gap-3" aria-label="Planned posts">{cards}</ul>
    }
    .into_any()
}

/// Several at once.
fn bar(all: u32, back: &str, chosen: Chosen, forms: Forms) -> AnyView {
    let (decide, back, idle) = (forms.decide, back.to_owned(), chosen.idle(forms.decide));
    view! {
        <ChosenBar action=decide back=back all=all chosen=chosen alone=true>
            <Button small=true kind=ButtonKind::Primary name="decision" value="schedule" disabled=idle>"Schedule the chosen"</Button>
            <Button small=true name="decision" value="draft" disabled=idle>"Accept the chosen as drafts"</Button>
            <Button small=true kind=ButtonKind::Ghost name="decision" value="refuse" disabled=idle>"Refuse the chosen"</Button>
        </ChosenBar>
    }
    .into_any()
}

/// What was done, with the way back.
fn message(told: Decided, back: String, forms: Forms) -> AnyView {
    let n = told.ids.len();
    let posts = if n == 1 { "1 post".to_owned() } else { format!("{n} posts") };
    let words = match told.act.as_str() {
        "drafted" => format!("{posts} accepted as {}.", if n == 1 { "a draft" } else { "drafts" }),
        "scheduled" => format!("{posts} scheduled."),
        "refused" => format!("{posts} refused."),
        "undone" => "Undone.".to_owned(),
        "undone_before" => "That was undone before.".to_owned(),
        "saved" => "Saved.".to_owned(),
        _ if told.not.is_some() => "Nothing was changed.".to_owned(),
        _ => return ().into_any(),
    };
    let undo = matches!(told.act.as_str(), "drafted" | "scheduled" | "refused").then_some(WayBack {
        action: forms.decide,
        ids: "ids[]",
        button: ("decision", "undo"),
    });
    decided(told, words, back, undo, None, "could not be accepted")
}
