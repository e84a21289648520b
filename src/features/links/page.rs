//! The links page: short links with how often they were followed, a form for a new one or a changed one, and what campaign
//! parameters begin with. Everything works as a plain form too.

use super::calls::{ActOnLink, SaveLink, SaveLinkDefaults, list_links};
use super::model::{LinkAct, LinkCard, LinkDefaults, LinkList, LinkQuery};
use crate::domain::error::AppError;
use crate::domain::ids::LinkId;
use crate::ui::page::PageHead;
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, CopyField, Empty, FormAction, FormError, LinkButton, Loaded, PostForm,
    Screen, TextInput, Tone, Turn, Turns, done, encode, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[derive(Clone, Copy)]
struct Forms {
    save: FormAction<SaveLink>,
    act: FormAction<ActOnLink>,
    defaults: FormAction<SaveLinkDefaults>,
}

/// `/links`
pub struct LinksPage {
    query: Memo<LinkQuery>,
    /// What the address tells: what was done, and which link was deleted.
    told: Memo<(Option<&'static str>, Option<LinkId>)>,
    list: Resource<Result<LinkList, AppError>>,
    forms: Forms,
}

/// The address of the beginning of a list, or of the part to which one turns; with nothing opened.
fn address(query: &LinkQuery, turn: Option<Turn>) -> String {
    let mut parts = vec![];
    if !query.search.is_empty() {
        parts.push(format!("q={}", encode(&query.search)));
    }
    parts.extend(turn.map(Turn::parameter));
    if parts.is_empty() { "/links".into() } else { format!("/links?{}", parts.join("&")) }
}

/// The address of the part that is shown.
fn here(query: &LinkQuery) -> String {
    let turn = query.older.map(Turn::Older).or(query.newer.map(Turn::Newer));
    address(query, turn)
}

impl Screen for LinksPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| LinkQuery {
                search: q.get_str("q").unwrap_or_default().to_owned(),
                edit: q.get_str("edit").and_then(|id| id.parse().ok()),
                older: q.get_str("older").and_then(|at| at.parse().ok()),
                newer: q.get_str("newer").and_then(|at| at.parse().ok()),
            })
        });
        let told = Memo::new(move |_| {
            let said = params.with(|q| match q.get_str("did") {
                Some("saved") => Some("The link is saved."),
                Some("defaults") => Some("The defaults are saved."),
                _ => None,
            });
            (said, params.with(|q| q.get_str("gone").and_then(|id| id.parse().ok())))
        });
        let forms = Forms { save: FormAction::staying(), act: FormAction::staying(), defaults: FormAction::staying() };
        let (saved, acted, kept) = (done(&forms.save), done(&forms.act), done(&forms.defaults));
        let list = Resource::new_blocking(
            move || (query.get(), saved.get(), acted.get(), kept.get()),
            |(query, ..)| list_links(query),
        );
        Self { query, told, list, forms }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, told, list, forms } = this;
        view! {
            <PageHead title="Links" />
            <div class="flex max-w-page flex-col gap-3">
                <FormError error=failure(&forms.act) />
                <Loaded resource=list lines=6 let:list>
                    {shown(list, query.get_untracked(), forms)}
                </Loaded>
            </div>
            {move || {
                let back = query.with_untracked(here);
                let (said, gone) = told.get();
                gone.map(|id| deleted(id, back.clone(), forms.act))
                    .or(
                        said
                            .map(|said| {
                                view! {
                                    <AddressToast text=said close=back buttons=().into_any() lasts=false>
                                        {None::<AnyView>}
                                    </AddressToast>
                                }
                                    .into_any()
                            }),
                    )
            }}
        }
        .into_any()
    }
}

fn shown(list: LinkList, query: LinkQuery, forms: Forms) -> AnyView {
    let LinkList { part, edited, defaults, may_edit, zone } = list;
    let back = here(&query);
    let form = may_edit.then(|| link_form(edited, back.clone(), forms.save));
    let defaults = may_edit.then(|| defaults_form(defaults, forms.defaults));
    let body = if part.items.is_empty() {
        let (title, text) = if query.search.is_empty() {
            ("No short links yet", "Shorten an address above, or press “Link” under the text in the studio.")
        } else {
            ("Nothing matches", "No link fits these words. Search for others.")
        };
        view! { <Card><Empty title=title text=text /></Card> }.into_any()
    } else {
        let items: Vec<_> = part
            .items
            .into_iter()
            .map(|card| item(card, back.clone(), zone.clone(), may_edit.then_some(forms.act)))
            .collect();
        let turned = LinkQuery { older: None, newer: None, ..query.clone() };
        view! {
            <ul class="flex flex-col gap-3" aria-label="Short links">
                {items}
            </ul>
            <Turns newer=part.newer older=part.older href=Callback::new(move |turn| address(&turned, Some(turn))) />
        }
        .into_any()
    };
    view! {
        {form}
        {defaults}
        <form class="flex flex-wrap gap-2" action="/links" method="get" role="search">
            <input
                type="search"
                name="q"
                value=query.search
                placeholder="Search names and addresses"
                aria-label="Search names and addresses"
                class="w-64 max-w-full rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint"
            />
            <Button small=true kind=ButtonKind::Ghost>
                "Search"
            </Button>
        </form>
        {body}
    }
    .into_any()
}

/// A new short link, or another target for one.
fn link_form(edited: Option<LinkCard>, back: String, save: FormAction<SaveLink>) -> AnyView {
    let error = failure(&save);
    let (title, button) = match &edited {
        Some(_) => ("Change where the link leads", "Save the link"),
        None => ("New short link", "Shorten"),
    };
    let (target, name) = edited.as_ref().map(|card| (card.target.clone(), card.name.clone())).unwrap_or_default();
    let changes = edited.map(|card| {
        view! {
            <input type="hidden" name="short" value=card.id.to_string() />
            <p class="text-[13px] text-muted">
                {format!("{} stays as it is. Whoever follows it from now on gets to the new address.", card.address)}
            </p>
        }
        .into_any()
    });
    let cancel = changes.is_some().then(|| view! { <LinkButton href=back.clone()>"Cancel"</LinkButton> }.into_any());
    view! {
        <Card>
            <CardHead title=title />
            <PostForm action=save class="flex flex-col gap-2 p-4">
                {changes}
                <input type="hidden" name="back" value=back />
                <div class="grid gap-x-4 gap-y-2 min-[701px]:grid-cols-2">
                    <TextInput
                        id="link-target"
                        name="target"
                        label="Leads to"
                        input_type="url"
                        placeholder="https://"
                        value=Signal::stored(typed(error, "target", target))
                        error=problem(error, "target")
                        required=true
                    />
                    <TextInput
                        id="link-name"
                        name="name"
                        label="Name"
                        hint="So that you find it again. Optional."
                        value=Signal::stored(typed(error, "name", name))
                        error=problem(error, "name")
                    />
                </div>
                <FormError error=error fields=&["target", "name"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary disabled=save.pending()>
                        {button}
                    </Button>
                    {cancel}
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}

fn defaults_form(defaults: LinkDefaults, save: FormAction<SaveLinkDefaults>) -> AnyView {
    let error = failure(&save);
    let open = error.get_untracked().is_some();
    view! {
        <details class="rounded-control open:border open:border-line open:p-3" open=open>
            <summary class=format!("list-none [&::-webkit-details-marker]:hidden {}", ButtonKind::Ghost.class(true))>
                "Defaults for campaign links"
            </summary>
            <PostForm action=save class="mt-2 flex flex-col items-start gap-2">
                <p class="text-[13px] text-muted">
                    "What “Link” in the studio begins with. Your web analytics shows visits under these words."
                </p>
                <TextInput
                    id="link-medium"
                    name="medium"
                    label="Medium"
                    value=Signal::stored(typed(error, "medium", defaults.medium))
                    error=problem(error, "medium")
                />
                <TextInput
                    id="link-campaign"
                    name="campaign"
                    label="Campaign"
                    value=Signal::stored(typed(error, "campaign", defaults.campaign))
                    error=problem(error, "campaign")
                />
                <FormError error=error fields=&["medium", "campaign"] />
                <Button small=true disabled=save.pending()>
                    "Save the defaults"
                </Button>
            </PostForm>
        </details>
    }
    .into_any()
}

fn times(n: i64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

fn item(card: LinkCard, back: String, zone: String, act: Option<FormAction<ActOnLink>>) -> AnyView {
    let id = card.id;
    let name = if card.name.is_empty() { card.target.clone() } else { card.name.clone() };
    let stopped = card.stopped.then(|| view! { <Chip tone=Tone::Warning>"Switched off"</Chip> }.into_any());
    let by = card.by.map(|by| format!(" by {by}")).unwrap_or_default();
    let made = format!("Made {}{by}", card.created.local.short());
    let counts = format!(
        "{} in the last 7 days, {} in all. {} of programs (previews, search engines) are not among them.",
        times(card.week, "visit", "visits"),
        card.clicks,
        times(card.bots, "look", "looks"),
    );
    let join = if back.contains('?') { '&' } else { '?' };
    let edit = format!("{back}{join}edit={id}");
    let acts = act.map(|act| {
        let (words, to) = if card.stopped { ("Switch on", LinkAct::Start) } else { ("Switch off", LinkAct::Stop) };
        let (off, delete) = (format!("{words}: {name}"), format!("Delete: {name}"));
        let of = name.clone();
        view! {
            <div class="flex flex-wrap items-start gap-2">
                <LinkButton href=edit small=true>
                    "Change"
                    <span class="sr-only">{format!(": {of}")}</span>
                </LinkButton>
                <PostForm action=act class="flex flex-wrap gap-2">
                    <input type="hidden" name="short" value=id.to_string() />
                    <input type="hidden" name="back" value=back />
                    <Button kind=ButtonKind::Ghost small=true name="act" value=to.id() label=off disabled=act.pending()>
                        {words}
                    </Button>
                    <Button
                        kind=ButtonKind::Danger
                        small=true
                        name="act"
                        value=LinkAct::Delete.id()
                        label=delete
                        disabled=act.pending()
                    >
                        "Delete"
                    </Button>
                </PostForm>
            </div>
        }
        .into_any()
    });
    view! {
        <li>
            <Card class="flex flex-col gap-2 p-4">
                <div class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <strong dir="auto" class="min-w-0 truncate">
                        {name.clone()}
                    </strong>
                    {stopped}
                    <time class="ml-auto text-xs text-faint" datetime=card.created.local.to_string() title=zone>
                        {made}
                    </time>
                </div>
                <CopyField id=format!("link-{id}") label="Short link" value=card.address />
                <p class="text-[13px] wrap-anywhere text-muted">{format!("Leads to {}", card.target)}</p>
                <p class="text-[13px] text-muted">{counts}</p>
                {acts}
            </Card>
        </li>
    }
    .into_any()
}

/// A link was deleted: the way back.
fn deleted(id: LinkId, back: String, act: FormAction<ActOnLink>) -> AnyView {
    let close = back.clone();
    let undo = view! {
        <PostForm action=act>
            <input type="hidden" name="short" value=id.to_string() />
            <input type="hidden" name="back" value=back />
            <Button small=true name="act" value=LinkAct::Restore.id() disabled=act.pending()>
                "Undo"
            </Button>
        </PostForm>
    };
    view! {
        <AddressToast text="The link is deleted. It leads nowhere now." close=close buttons=undo.into_any() lasts=true>
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::page::Cursor;

    #[test]
    fn a_link_reproduces_the_view() {
        let query = LinkQuery { search: "spring & co".into(), older: Some(Cursor::FIRST), ..LinkQuery::default() };
        assert_eq!(here(&query), "/links?q=spring%20%26%20co&older=0_00000000-0000-0000-0000-000000000000");
        assert_eq!(address(&query, None), "/links?q=spring%20%26%20co");
        assert_eq!(here(&LinkQuery { edit: Some(LinkId::nil()), ..LinkQuery::default() }), "/links");
        assert_eq!((times(1, "visit", "visits"), times(0, "visit", "visits")), ("1 visit".into(), "0 visits".into()));
    }
}
