//! The list of contacts: filters, search, sort and where its part begins live in the URL; its forms work without JavaScript.

use super::calls::{ActOnContacts, AddContact, list_contacts};
use super::columns::{columns_form, heads, row};
use super::fields::model::FieldCard;
use super::model::{
    Column, Consent, ContactAct, ContactCard, ContactList, ContactOutcome, ContactQuery, Erased, MAX_SEARCH, SINCE,
    Sort,
};
use crate::domain::error::AppError;
use crate::domain::page::{Cursor, Part, counted};
use crate::ui::page::PageHead;
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, Chip, Chosen, ChosenBar, Empty, FormAction, FormError, Glyph, Icon, LinkButton, Loaded,
    Notice, PostForm, Screen, TextInput, Tone, Turn, Turns, done, encode, failure, problem, typed,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub type ContactActs = FormAction<ActOnContacts>;

const CONTROL: &str = "max-w-32 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]";

/// `/contacts`
pub struct ContactsPage {
    query: Memo<ContactQuery>,
    list: Resource<Result<ContactList, AppError>>,
    acts: ContactActs,
    add: FormAction<AddContact>,
    told: Memo<Told>,
}

/// What the address tells.
#[derive(Clone, Default, PartialEq)]
struct Told {
    outcome: Option<ContactOutcome>,
    erased: Option<Erased>,
}

/// The address of a list: of its beginning, or of the part to which one turns.
fn address(query: &ContactQuery, turn: Option<Turn>) -> String {
    let mut parts = vec![];
    for (name, value) in [("q", &query.search), ("tag", &query.tag), ("source", &query.source)] {
        if !value.is_empty() {
            parts.push(format!("{name}={}", encode(value)));
        }
    }
    parts.extend(query.consent.map(|consent| format!("consent={}", consent.id())));
    parts.extend(query.segment.map(|segment| format!("segment={segment}")));
    parts.extend(query.days.map(|days| format!("days={days}")));
    if query.sort != Sort::Newest {
        parts.push(format!("sort={}", query.sort.id()));
    }
    if !query.columns.is_empty() {
        let columns: Vec<_> = query.columns.iter().map(|column| column.id()).collect();
        parts.push(format!("columns={}", columns.join(",")));
    }
    parts.extend(turn.map(Turn::parameter));
    if parts.is_empty() { "/contacts".into() } else { format!("/contacts?{}", parts.join("&")) }
}

/// The address of the part that is shown.
fn here(query: &ContactQuery) -> String {
    let turn = query.older.map(Turn::Older).or(query.newer.map(Turn::Newer));
    address(query, turn)
}

impl Screen for ContactsPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| ContactQuery {
                search: q.get_str("q").unwrap_or_default().chars().take(MAX_SEARCH).collect(),
                tag: q.get_str("tag").unwrap_or_default().to_owned(),
                source: q.get_str("source").unwrap_or_default().to_owned(),
                consent: q.get_str("consent").and_then(Consent::parse),
                segment: q.get_str("segment").and_then(|id| id.parse().ok()),
                days: q.get_str("days").and_then(|days| days.parse().ok()).filter(|days| SINCE.contains(days)),
                sort: q.get_str("sort").and_then(Sort::parse).unwrap_or_default(),
                // A form names each of them by itself.
                columns: q.get_all("columns").map(|all| Column::list(&all.join(","))).unwrap_or_default(),
                older: q.get_str("older").and_then(|at| at.parse().ok()),
                newer: q.get_str("newer").and_then(|at| at.parse().ok()),
            })
        });
        let told = Memo::new(move |_| {
            params.with(|q| Told {
                outcome: ContactOutcome::parse(
                    q.get_str("did").unwrap_or_default(),
                    q.get_str("notice").unwrap_or_default(),
                ),
                erased: q.get_str("erased").and_then(Erased::parse),
            })
        });
        let (acts, add) = (ContactActs::staying(), FormAction::new());
        let (did, added) = (done(&acts), done(&add));
        let list =
            Resource::new_blocking(move || (query.get(), did.get(), added.get()), |(query, ..)| list_contacts(query));
        Self { query, list, acts, add, told }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, list, acts, add, told } = this;
        let chosen = Chosen::default();
        view! {
            <PageHead title="Contacts" />
            <div class="flex max-w-page flex-col gap-3">
                <FormError error=failure(&acts) />
                {move || told.get().erased.map(receipt)}
                <Loaded resource=list lines=8 let:list>
                    {results(list, query.get_untracked(), acts, add, chosen)}
                </Loaded>
            </div>
            {move || told.get().outcome.map(|outcome| just_done(outcome, &here(&query.get_untracked()), acts))}
        }
        .into_any()
    }
}

/// What an erasure came to.
fn receipt(erased: Erased) -> AnyView {
    view! {
        <Notice tone=Tone::Good>
            <p>{erased.words()}</p>
        </Notice>
    }
    .into_any()
}

fn results(
    list: ContactList,
    query: ContactQuery,
    acts: ContactActs,
    add: FormAction<AddContact>,
    chosen: Chosen,
) -> AnyView {
    let export = list.may_export.then(|| {
        view! {
            <LinkButton href="/api/v1/contacts.csv" small=true external=true>
                "Download all as CSV"
            </LinkButton>
        }
        .into_any()
    });
    let lists = list.segments.iter().filter(|segment| segment.by_hand);
    let lists = lists.map(|list| (list.id.to_string(), list.name.clone())).collect();
    let alike = list.is_alike.then(|| {
        let text = format!("Nobody fits “{}”. These are spelled nearly so.", query.search);
        view! { <Notice><p dir="auto">{text}</p></Notice> }.into_any()
    });
    view! {
        <div class="flex flex-wrap items-start gap-2">
            {add_form(add)}
            <LinkButton href="/contacts/import" small=true>
                "Import a file"
            </LinkButton>
            {export}
            <LinkButton href="/contacts/duplicates" small=true>
                "Find duplicates"
            </LinkButton>
            <LinkButton href="/contacts/segments" small=true>
                "Segments"
            </LinkButton>
            <LinkButton href="/settings/zapier" small=true>
                "Receive from Zapier"
            </LinkButton>
        </div>
        {filters(&list, &query)}
        {columns_form(&list.fields, &query)}
        {alike}
        {people(list.part, list.fields, query, acts, chosen, lists)}
        <p class="text-xs text-faint">{format!("Times are those of {}.", list.zone)}</p>
    }
    .into_any()
}

fn add_form(add: FormAction<AddContact>) -> AnyView {
    let error = failure(&add);
    let open = error.with_untracked(Option::is_some);
    view! {
        // As tall as the buttons beside it; open it takes a line of its own.
        <details class="min-w-0 rounded-control border border-line-strong bg-surface-1 open:order-first open:w-full" open=open>
            <summary class="target flex cursor-pointer items-center px-2.5 py-0.5 text-[13px] font-medium">"Add a contact"</summary>
            <PostForm action=add class="flex flex-col gap-2 px-4 pt-2 pb-4 min-[701px]:w-96">
                {inputs("new", error, &Default::default())}
                <FormError error=error fields=FIELDS />
                <div>
                    <Button kind=ButtonKind::Primary small=true disabled=add.pending()>
                        "Add the contact"
                    </Button>
                </div>
            </PostForm>
        </details>
    }
    .into_any()
}

/// The names of a contact's fields in forms.
pub const FIELDS: &[&str] = &[
    "fields[email]",
    "fields[first_name]",
    "fields[last_name]",
    "fields[phone]",
    "fields[company_name]",
    "fields[tags]",
];

/// The inputs for a contact's fields, with what is `now` in them. `form`: tells the forms of one page apart.
pub fn inputs(form: &str, error: Signal<Option<AppError>>, now: &super::model::ContactFields) -> AnyView {
    let values = [
        ("E-mail", now.email.clone(), ""),
        ("First name", now.first_name.clone(), ""),
        ("Last name", now.last_name.clone(), ""),
        ("Phone", now.phone.clone(), "With its country: +49 30 123456."),
        ("Company", now.company_name.clone(), ""),
        ("Tags", now.tags.clone(), "Divided by commas."),
    ];
    let all = FIELDS.iter().zip(values).map(|(name, (label, now, hint))| {
        let value = typed(error, name, now);
        view! {
            <TextInput
                id=format!("{form}-{}", label.to_lowercase().replace(' ', "-"))
                name=*name
                label=label
                value=Signal::derive(move || value.clone())
                hint=hint
                error=problem(error, name)
                autocomplete="off"
            />
        }
        .into_any()
    });
    all.collect_view().into_any()
}

fn filters(list: &ContactList, query: &ContactQuery) -> AnyView {
    let choice =
        |name: &'static str, label: &'static str, all: &'static str, options: Vec<(String, String)>, now: String| {
            let options = options.into_iter().map(|(value, words)| {
                let selected = value == now;
                view! { <option value=value selected=selected>{words}</option> }.into_any()
            });
            let options: Vec<_> = options.collect();
            view! {
                <select name=name aria-label=label class=CONTROL>
                    <option value="">{all}</option>
                    {options}
                </select>
            }
            .into_any()
        };
    let words = |all: &[String]| all.iter().map(|word| (word.clone(), word.clone())).collect::<Vec<_>>();
    let tags = choice("tag", "Tag", "All tags", words(&list.tags), query.tag.clone());
    let sources = choice("source", "Source", "All sources", words(&list.sources), query.source.clone());
    let consents = Consent::ALL.map(|consent| (consent.id().to_owned(), consent.name().to_owned())).to_vec();
    let now = query.consent.map_or_else(String::new, |consent| consent.id().to_owned());
    let consents = choice("consent", "Consent", "Any consent", consents, now);
    let segments = list
        .segments
        .iter()
        .map(|segment| (segment.id.to_string(), format!("{} ({})", segment.name, counted(segment.members))));
    let now = query.segment.map_or_else(String::new, |id| id.to_string());
    let segments = choice("segment", "Segment", "Everybody", segments.collect(), now);
    let days = SINCE.map(|days| {
        let words = if days == 1 { "Since yesterday".to_owned() } else { format!("Last {days} days") };
        (days.to_string(), words)
    });
    let now = query.days.map_or_else(String::new, |days| days.to_string());
    let days = choice("days", "Since when", "Any time", days.to_vec(), now);
    let sorts = [Sort::Oldest, Sort::Name].map(|sort| (sort.id().to_owned(), sort.name().to_owned()));
    let sort = choice("sort", "Sort", Sort::Newest.name(), sorts.to_vec(), query.sort.id().to_owned());
    let everybody = ContactQuery { sort: query.sort, columns: query.columns.clone(), ..ContactQuery::default() };
    let all = (!query.is_plain()).then(|| {
        view! { <a class="text-[13px] text-purple-soft hover:underline" href=address(&everybody, None)>"Show all"</a> }
            .into_any()
    });
    let columns: Vec<_> = query.columns.iter().map(|column| column.id()).collect();
    let columns = (!columns.is_empty())
        .then(|| view! { <input type="hidden" name="columns" value=columns.join(",") /> }.into_any());
    view! {
        <form class="flex flex-wrap items-center gap-2" action="/contacts" method="get" role="search">
            <input
                type="search"
                name="q"
                value=query.search.clone()
                placeholder="Name, e-mail, phone or company"
                aria-label="Search contacts"
                class="min-w-44 max-w-full flex-1 rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint min-[701px]:max-w-72"
            />
            {segments} {tags} {sources} {consents} {days} {sort} {columns}
            <Button small=true kind=ButtonKind::Ghost>
                "Show"
            </Button>
            {all}
        </form>
    }
    .into_any()
}

fn people(
    part: Part<ContactCard>,
    fields: Vec<FieldCard>,
    query: ContactQuery,
    acts: ContactActs,
    chosen: Chosen,
    lists: Vec<(String, String)>,
) -> AnyView {
    let looked_at = part.looked_at.map(|n| {
        let n = counted(n.into());
        let text = match query.sort {
            Sort::Name => format!("The newest {n} of them are sorted by name. Filter or search for fewer."),
            _ => {
                format!("Only {n} contacts were looked at. Search for three letters or more, or take one filter away.")
            }
        };
        view! { <p class="text-xs text-faint">{text}</p> }.into_any()
    });
    if part.items.is_empty() {
        let (title, text) = match query.is_plain() {
            true => ("No contacts yet", "Add the first one above, or let Zapier send everybody who fills in a form."),
            false => ("Nobody matches", "No contact fits this. Take a filter away, or search for something else."),
        };
        return view! {
            <Card>
                <Empty title=title text=text />
            </Card>
            {looked_at}
        }
        .into_any();
    }
    let total = part.total.map(|n| {
        let text = if n == 1 { "1 contact".to_owned() } else { format!("{} contacts", counted(n)) };
        view! { <p class="text-xs text-faint">{text}</p> }.into_any()
    });
    chosen.drawn();
    let (all, back) = (part.items.len() as u32, here(&query));
    let query_list = query.segment.map(|id| id.to_string()).unwrap_or_default();
    let heads = heads(query.shown(), &fields);
    let rows: Vec<_> = part.items.into_iter().map(|card| row(card, query.shown(), &fields, chosen)).collect();
    let turns = turns(part.newer, part.older, query);
    view! {
        <Card>
            {bar(all, back, chosen, acts, lists, query_list)}
            {heads}
            <ul aria-label="Contacts">{rows}</ul>
            {turns}
        </Card>
        {total}
        {looked_at}
    }
    .into_any()
}

/// Links to the parts before and behind. By name they are not newer and older.
fn turns(newer: Option<Cursor>, older: Option<Cursor>, query: ContactQuery) -> AnyView {
    if query.sort != Sort::Name {
        let href = Callback::new(move |turn| address(&query, Some(turn)));
        return view! { <Turns newer=newer older=older href=href /> }.into_any();
    }
    let link = |turn: Turn, rel: &'static str, words: &'static str| {
        let href = address(&query, Some(turn));
        view! { <a class="target rounded-control px-2 py-1 text-[13px] text-purple-soft hover:underline" rel=rel href=href>{words}</a> }
            .into_any()
    };
    let before = newer.map(|at| link(Turn::Newer(at), "prev", "Previous"));
    let behind = older.map(|at| link(Turn::Older(at), "next", "Next"));
    (before.is_some() || behind.is_some())
        .then(|| {
            view! { <nav class="flex items-center justify-end gap-2 px-4 py-3" aria-label="Pages">{before} {behind}</nav> }
                .into_any()
        })
        .into_any()
}

pub fn tag_chip(tag: &str) -> AnyView {
    view! { <span dir="auto" class="max-w-40 truncate rounded-full border border-line px-2 text-xs leading-[18px] text-muted">{tag.to_owned()}</span> }
        .into_any()
}

/// Nothing where nobody was asked.
pub fn consent_chip(consent: Consent) -> AnyView {
    match consent {
        Consent::None => ().into_any(),
        Consent::Given => view! { <Chip tone=Tone::Good>{consent.name()}</Chip> }.into_any(),
        Consent::Withdrawn => view! { <Chip tone=Tone::Warning>{consent.name()}</Chip> }.into_any(),
    }
}

/// A list that people fill, by its name.
pub fn list_choice(lists: Vec<(String, String)>, now: &str) -> AnyView {
    let options: Vec<_> = lists
        .into_iter()
        .map(|(id, name)| {
            let selected = id == now;
            view! { <option value=id selected=selected>{name}</option> }.into_any()
        })
        .collect();
    view! {
        <select name="list" aria-label="List" class="max-w-40 min-w-0 rounded-control border border-line-strong bg-surface-2 px-2 py-0.5 text-[13px]">
            {options}
        </select>
    }
    .into_any()
}

/// What can be done with those that are ticked.
fn bar(
    all: u32,
    back: String,
    chosen: Chosen,
    acts: ContactActs,
    lists: Vec<(String, String)>,
    list: String,
) -> AnyView {
    let idle = chosen.idle(acts);
    let lists = (!lists.is_empty()).then(|| {
        view! {
            {list_choice(lists, &list)}
            <Button small=true name="act" value=ContactAct::Join.id() disabled=idle>
                "Put in"
            </Button>
            <Button small=true name="act" value=ContactAct::Leave.id() disabled=idle>
                "Take out"
            </Button>
        }
        .into_any()
    });
    view! {
        <ChosenBar action=acts back=back all=all chosen=chosen>
            <input
                type="text"
                name="tag"
                dir="auto"
                placeholder="Tag"
                aria-label="Tag for those that are chosen"
                autocomplete="off"
                class="w-32 rounded-control border border-line-strong bg-surface-2 px-2 py-0.5 text-[13px] placeholder:text-faint"
            />
            <Button small=true name="act" value=ContactAct::Tag.id() disabled=idle>
                "Add the tag"
            </Button>
            <Button small=true name="act" value=ContactAct::Untag.id() disabled=idle>
                "Take it off"
            </Button>
            {lists}
            <Button kind=ButtonKind::Danger small=true name="act" value=ContactAct::Delete.id() disabled=idle>
                <Icon glyph=Glyph::Trash class="size-4 max-[700px]:hidden" />
                "Delete"
            </Button>
        </ChosenBar>
    }
    .into_any()
}

/// What was done, with the way back.
pub fn just_done(outcome: ContactOutcome, back: &str, acts: ContactActs) -> AnyView {
    let undo = outcome.act.undo().map(|undo| {
        let ids: Vec<_> = outcome
            .done
            .iter()
            .map(|id| view! { <input type="hidden" name="ids[]" value=id.to_string() /> }.into_any())
            .collect();
        let (tag, back) = (outcome.tag.clone(), back.to_owned());
        let list =
            outcome.list.map(|list| view! { <input type="hidden" name="list" value=list.to_string() /> }.into_any());
        view! {
            <PostForm action=acts>
                {ids} {list}
                <input type="hidden" name="tag" value=tag />
                <input type="hidden" name="back" value=back />
                <Button small=true name="act" value=undo.id() disabled=acts.pending()>
                    "Undo"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    let deleted = outcome.act == ContactAct::Delete;
    let lasts = undo.is_some();
    let below = deleted
        .then(|| view! { <p class="text-xs text-muted">"After 30 days they are removed for good."</p> }.into_any());
    view! {
        <AddressToast text=outcome.words() close=back.to_owned() buttons=view! { {undo} }.into_any() lasts=lasts>
            {below}
        </AddressToast>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SegmentId;

    #[test]
    fn a_link_reproduces_the_view() {
        let query = ContactQuery {
            search: "o'brien & co".into(),
            tag: "VIP".into(),
            consent: Some(Consent::Given),
            segment: Some(SegmentId::from_u128(1)),
            days: Some(7),
            sort: Sort::Name,
            columns: vec![Column::Phone, Column::Added],
            older: Some(Cursor::FIRST),
            ..Default::default()
        };
        let start = "/contacts?q=o%27brien%20%26%20co&tag=VIP&consent=given&segment=00000000-0000-0000-0000-000000000001&days=7&sort=name&columns=phone,added";
        assert_eq!(address(&query, None), start);
        assert_eq!(here(&query), format!("{start}&older=0_00000000-0000-0000-0000-000000000000"));
        assert_eq!(here(&ContactQuery::default()), "/contacts");
    }
}
