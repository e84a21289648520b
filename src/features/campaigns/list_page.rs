//! `/campaigns`: all campaigns with their days, where they are and how far; the list pages by key.

use super::calls::{ActOnCampaign, list_campaigns};
use super::campaign_page::state_tone;
use super::model::{CampaignAct, CampaignCard, CampaignList, CampaignQuery};
use crate::domain::error::AppError;
use crate::domain::ids::CampaignId;
use crate::domain::permission::Permission;
use crate::ui::page::{Allowed, PageHead};
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, Chip, Empty, FormAction, FormError, LinkButton, Loaded, PostForm, Screen, Turn, Turns,
    encode, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub struct CampaignsPage {
    query: Memo<CampaignQuery>,
    gone: Memo<Option<CampaignId>>,
    list: Resource<Result<CampaignList, AppError>>,
    act: FormAction<ActOnCampaign>,
}

fn address(query: &CampaignQuery, turn: Option<Turn>) -> String {
    let mut parts = vec![];
    if !query.search.is_empty() {
        parts.push(format!("q={}", encode(&query.search)));
    }
    parts.extend(turn.map(Turn::parameter));
    if parts.is_empty() { "/campaigns".into() } else { format!("/campaigns?{}", parts.join("&")) }
}

impl Screen for CampaignsPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| CampaignQuery {
                search: q.get_str("q").unwrap_or_default().to_owned(),
                older: q.get_str("older").and_then(|at| at.parse().ok()),
                newer: q.get_str("newer").and_then(|at| at.parse().ok()),
            })
        });
        let gone = Memo::new(move |_| params.with(|q| q.get_str("gone").and_then(|id| id.parse().ok())));
        let list = Resource::new_blocking(move || query.get(), list_campaigns);
        Self { query, gone, list, act: FormAction::new() }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, gone, list, act } = this;
        view! {
            <PageHead title="Campaigns">
                <Allowed to=Permission::Publish>
                    <LinkButton href="/campaigns/new" kind=ButtonKind::Primary>"New campaign"</LinkButton>
                </Allowed>
            </PageHead>
            <div class="flex max-w-page flex-col gap-3">
                <FormError error=failure(&act) />
                <Loaded resource=list lines=6 let:list>
                    {shown(list, query.get_untracked())}
                </Loaded>
            </div>
            {move || gone.get().map(|id| deleted(id, act))}
        }
        .into_any()
    }
}

fn shown(list: CampaignList, query: CampaignQuery) -> AnyView {
    let searched = !query.search.is_empty();
    let body = if list.part.items.is_empty() {
        let (title, text) = match (searched, list.may_edit) {
            (true, _) => ("Nothing matches", "No campaign fits these words. Search for others."),
            (false, true) => (
                "No campaigns yet",
                "Say what you want to reach, for whom and when. You get a plan with posts for each account, and decide about every one.",
            ),
            (false, false) => ("No campaigns yet", "What the team plans together is shown here."),
        };
        let (href, words) =
            if searched { ("/campaigns", "Show all") } else { ("/campaigns/new", "Plan the first one") };
        let button =
            (searched || list.may_edit).then(|| view! { <LinkButton href=href>{words}</LinkButton> }.into_any());
        view! { <Card><Empty title=title text=text>{button}</Empty></Card> }.into_any()
    } else {
        let rows: Vec<_> = list.part.items.into_iter().map(row).collect();
        let turned = query.clone();
        view! {
            <Card><ul class="divide-y divide-line" aria-label="Campaigns">{rows}</ul></Card>
            <Turns
                newer=list.part.newer
                older=list.part.older
                href=Callback::new(move |turn| address(&turned, Some(turn)))
            />
        }
        .into_any()
    };
    view! {
        <form class="flex flex-wrap gap-2" action="/campaigns" method="get" role="search">
            <input
                type="search"
                name="q"
                value=query.search
                placeholder="Search names and goals"
                aria-label="Search names and goals"
                class="w-64 max-w-full rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint"
            />
            <Button small=true kind=ButtonKind::Ghost>"Search"</Button>
        </form>
        {body}
        <p class="text-xs text-faint">{format!("Days are those of {}.", list.zone)}</p>
    }
    .into_any()
}

fn row(card: CampaignCard) -> AnyView {
    let (href, days, counts) = (format!("/campaigns/{}", card.id), card.days(), card.counts.words());
    view! {
        <li>
            <a href=href class="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-surface-2">
                <span class="flex min-w-0 flex-1 basis-56 flex-col">
                    <span dir="auto" class="truncate font-medium">{card.name}</span>
                    <span class="text-xs text-faint">{counts}</span>
                </span>
                <Chip tone=state_tone(card.state)>{card.state.name()}</Chip>
                <span class="text-xs text-faint">{days}</span>
            </a>
        </li>
    }
    .into_any()
}

/// A campaign was deleted: the way back.
fn deleted(id: CampaignId, act: FormAction<ActOnCampaign>) -> AnyView {
    let undo = view! {
        <PostForm action=act>
            <input type="hidden" name="campaign" value=id.to_string() />
            <Button small=true name="act" value=CampaignAct::Restore.id() disabled=act.pending()>"Undo"</Button>
        </PostForm>
    };
    view! {
        <AddressToast
            text="The campaign is deleted. Posts that were made of it stay."
            close="/campaigns"
            buttons=undo.into_any()
            lasts=true
        >
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}
