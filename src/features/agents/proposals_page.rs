//! `/proposals`: what agents would do, one by one or several at once, with the way back.

use super::calls::{DecideProposals, EditProposal, RewordProposal, load_proposals};
use super::model::{ProposalList, ProposalQuery};
use super::parts::name;
use super::proposal_card::{edit_form, proposal};
use crate::domain::error::AppError;
use crate::ui::decided::{Decided, WayBack, decided};
use crate::ui::page::{PageHead, use_frame};
use crate::ui::{
    Button, ButtonKind, Card, Chosen, ChosenBar, Empty, FilterLink, FilterLinks, FormAction, FormError, LinkButton,
    Loaded, Screen, done, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/proposals`
pub struct ProposalsPage {
    query: Memo<ProposalQuery>,
    told: Memo<Decided>,
    list: Resource<Result<ProposalList, AppError>>,
    decide: FormAction<DecideProposals>,
    edit: FormAction<EditProposal>,
    reword: FormAction<RewordProposal>,
}

fn address(query: &ProposalQuery) -> String {
    let mut parts = vec![];
    if query.decided {
        parts.push("decided=1".to_owned());
    }
    parts.extend(query.agent.as_ref().map(|agent| format!("agent={}", crate::ui::encode(agent))));
    if parts.is_empty() { "/proposals".into() } else { format!("/proposals?{}", parts.join("&")) }
}

impl Screen for ProposalsPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| ProposalQuery {
                decided: q.get_str("decided").is_some_and(|on| on == "1"),
                agent: q.get_str("agent").map(str::to_owned).filter(|id| !id.is_empty()),
                edit: q.get_str("edit").and_then(|id| id.parse().ok()),
            })
        });
        let told = Memo::new(move |_| params.with(Decided::of));
        let (decide, edit, reword) = (FormAction::staying(), FormAction::staying(), FormAction::staying());
        let (decided, edited, reworded) = (done(&decide), done(&edit), done(&reword));
        let list = Resource::new_blocking(
            move || (query.get(), decided.get(), edited.get(), reworded.get()),
            |(query, ..)| load_proposals(query),
        );
        // The number in the navigation counts them too.
        let frame = use_frame();
        Effect::new(move |before: Option<()>| {
            list.track();
            if before.is_some() {
                frame.refetch();
            }
        });
        Self { query, told, list, decide, edit, reword }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, told, list, decide, edit, reword } = this;
        // Outlives what is drawn: whoever draws the list anew unticks what was ticked before.
        let chosen = Chosen::default();
        view! {
            <PageHead title="Proposals" />
            <div class="flex max-w-page flex-col gap-3">
                <FormError error=failure(&decide) />
                <Loaded resource=list lines=6 let:list>
                    {shown(list, query.get_untracked(), decide, (edit, reword), chosen)}
                </Loaded>
            </div>
            {move || message(told.get(), query.with_untracked(address), decide)}
        }
        .into_any()
    }
}

fn shown(
    list: ProposalList,
    query: ProposalQuery,
    decide: FormAction<DecideProposals>,
    edits: (FormAction<EditProposal>, FormAction<RewordProposal>),
    chosen: Chosen,
) -> AnyView {
    let back = address(&query);
    let links = [(false, "Waiting for you"), (true, "Decided")].map(|(decided, name)| FilterLink {
        href: address(&ProposalQuery { decided, edit: None, ..query.clone() }),
        name,
        on: decided == query.decided,
    });
    let of = query.agent.as_deref().map(|agent| {
        view! {
            <p class="text-[13px] text-muted">
                {format!("Only those of {}. ", name(agent))}
                <a class="text-purple-soft hover:underline" href="/proposals">"Show all"</a>
            </p>
        }
        .into_any()
    });
    chosen.drawn();
    let bulk = (!query.decided && list.may_decide && list.proposals.len() > 1)
        .then(|| bar(list.proposals.len() as u32, &back, chosen, decide));
    let body = if list.proposals.is_empty() {
        let (title, text) = if query.decided {
            ("Nothing was decided yet", "What you approve, refuse or undo is kept here.")
        } else {
            (
                "Nothing waits for you",
                "When an agent would do something, it stands here first, with exactly what will happen.",
            )
        };
        view! { <Card><Empty title=title text=text><LinkButton href="/agents">"Open the agents"</LinkButton></Empty></Card> }.into_any()
    } else {
        let accounts = list.accounts;
        let cards: Vec<_> = list
            .proposals
            .into_iter()
            .map(|card| {
                let inner = if query.edit == Some(card.id) && list.may_decide {
                    edit_form(card, accounts.clone(), back.clone(), edits)
                } else {
                    proposal(card, list.may_decide, back.clone(), decide, bulk.as_ref().map(|_| chosen))
                };
                view! { <li>{inner}</li> }.into_any()
            })
            .collect();
        view! { <ul class="flex flex-col gap-3" aria-label="Proposals">{cards}</ul> }.into_any()
    };
    view! {
        <FilterLinks label="Which proposals" links=links.into_iter().collect() />
        {of}
        {bulk}
        {body}
        <p class="text-xs text-faint">{format!("Times are those of {}.", list.zone)}</p>
    }
    .into_any()
}

/// Several at once.
fn bar(all: u32, back: &str, chosen: Chosen, decide: FormAction<DecideProposals>) -> AnyView {
    let (back, idle) = (back.to_owned(), chosen.idle(decide));
    view! {
        <ChosenBar action=decide back=back all=all chosen=chosen alone=true>
            <Button small=true name="decision" value="approve" disabled=idle>"Approve the chosen"</Button>
            <Button small=true kind=ButtonKind::Ghost name="decision" value="refuse" disabled=idle>"Refuse the chosen"</Button>
        </ChosenBar>
    }
    .into_any()
}

/// What was done, with the way back.
fn message(told: Decided, back: String, decide: FormAction<DecideProposals>) -> AnyView {
    let n = told.ids.len();
    let words = match told.act.as_str() {
        "approved" | "planned" | "refused" | "undone" if n == 0 => "Nothing was changed.".to_owned(),
        "approved" | "planned" if n == 1 => "Approved.".to_owned(),
        "approved" | "planned" => format!("{n} approved."),
        "refused" if n == 1 => "Refused.".to_owned(),
        "refused" => format!("{n} refused."),
        "undone" if n == 1 => "Undone.".to_owned(),
        "undone" => format!("{n} undone."),
        "undone_before" => "That was undone before.".to_owned(),
        "saved" => "The proposal is saved.".to_owned(),
        _ => return ().into_any(),
    };
    let undo = matches!(told.act.as_str(), "approved" | "planned" | "refused").then_some(WayBack {
        action: decide,
        ids: "ids[]",
        button: ("decision", "undo"),
    });
    // Only posts are there.
    let calendar = (told.act == "planned")
        .then(|| view! { <LinkButton small=true href="/calendar">"Calendar"</LinkButton> }.into_any());
    decided(told, words, back, undo, calendar, "could not be done")
}
