//! The snippets page: a list that pages by key, with its filters and the one that is being changed in the URL. Everything that is
//! done here works as a plain form too.

use super::bar::{bar, just_done, told as said};
use super::calls::{ActOnSnippets, SaveSnippet, UndoSnippets, list_snippets};
use super::documents::{beside, only};
use super::form::SnippetForm;
use super::model::{Documents, SnippetAct, SnippetCard, SnippetKind, SnippetList, SnippetOutcome, SnippetQuery};
use crate::domain::error::AppError;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, Chip, Chosen, ChosenBox, Empty, FilterLink, FilterLinks, FormAction, FormError,
    LinkButton, Loaded, Notice, PostForm, Screen, Turn, Turns, done, encode, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/snippets`
pub struct SnippetsPage {
    asked: Memo<Asked>,
    told: Memo<Told>,
    list: Resource<Result<SnippetList, AppError>>,
    save: FormAction<SaveSnippet>,
    act: FormAction<ActOnSnippets>,
    undo: FormAction<UndoSnippets>,
}

/// What the address asks for.
#[derive(Clone, Default, PartialEq)]
struct Asked {
    query: SnippetQuery,
    /// The form for a new one is open, beginning with this kind.
    new: Option<SnippetKind>,
}

/// What the address tells.
#[derive(Clone, Default, PartialEq)]
struct Told {
    words: Option<String>,
    outcome: Option<SnippetOutcome>,
}

impl Asked {
    /// The address of the beginning of a list, or of the part to which one turns; with nothing opened.
    fn address(&self, turn: Option<Turn>) -> String {
        let query = &self.query;
        let mut parts = vec![];
        match query.documents {
            Documents::Only => parts.push("kind=documents".into()),
            _ => parts.extend(query.kind.map(|kind| format!("kind={}", kind.id()))),
        }
        parts.extend(query.folder.as_ref().map(|folder| format!("folder={}", encode(folder))));
        parts.extend(query.tag.as_ref().map(|tag| format!("tag={}", encode(tag))));
        if !query.search.is_empty() {
            parts.push(format!("q={}", encode(&query.search)));
        }
        parts.extend(turn.map(Turn::parameter));
        if parts.is_empty() { "/snippets".into() } else { format!("/snippets?{}", parts.join("&")) }
    }

    /// The address of the part that is shown.
    fn here(&self) -> String {
        match (self.query.older, self.query.newer) {
            (Some(at), _) => self.address(Some(Turn::Older(at))),
            (None, Some(at)) => self.address(Some(Turn::Newer(at))),
            (None, None) => self.address(None),
        }
    }

    fn here_with(&self, parameter: &str) -> String {
        let here = self.here();
        let join = if here.contains('?') { '&' } else { '?' };
        format!("{here}{join}{parameter}")
    }

    fn with(&self, change: impl FnOnce(&mut SnippetQuery)) -> Self {
        let mut query = self.query.start();
        change(&mut query);
        Self { query, new: None }
    }
}

impl Screen for SnippetsPage {
    fn data() -> Self {
        let params = use_query_map();
        let asked = Memo::new(move |_| {
            params.with(|q| Asked {
                query: SnippetQuery {
                    kind: q.get_str("kind").and_then(SnippetKind::parse),
                    documents: match q.get_str("kind") {
                        Some("documents") => Documents::Only,
                        _ => Documents::Beside,
                    },
                    folder: q.get_str("folder").map(str::to_owned).filter(|name| !name.is_empty()),
                    tag: q.get_str("tag").map(str::to_owned).filter(|name| !name.is_empty()),
                    search: q.get_str("q").unwrap_or_default().to_owned(),
                    edit: q.get_str("edit").and_then(|id| id.parse().ok()),
                    post: q.get_str("post").and_then(|id| id.parse().ok()),
                    older: q.get_str("older").and_then(|at| at.parse().ok()),
                    newer: q.get_str("newer").and_then(|at| at.parse().ok()),
                },
                new: q.get_str("new").map(|kind| SnippetKind::parse(kind).unwrap_or_default()),
            })
        });
        let told = Memo::new(move |_| {
            params.with(|q| {
                let did = q.get_str("did").unwrap_or_default();
                let left = q.get_str("not").and_then(|n| n.parse::<u32>().ok());
                Told {
                    words: match (did, left) {
                        ("saved", _) => Some("The snippet is saved.".into()),
                        ("undone", None) => Some("Taken back.".into()),
                        ("undone", Some(n)) => {
                            Some(format!("Taken back, except where something was changed since ({n})."))
                        }
                        _ => None,
                    },
                    outcome: SnippetOutcome::parse(did, q.get_str("notice").unwrap_or_default()),
                }
            })
        });
        let (save, act) = (FormAction::<SaveSnippet>::staying(), FormAction::<ActOnSnippets>::staying());
        let undo = FormAction::<UndoSnippets>::staying();
        let (saved, acted, undone) = (done(&save), done(&act), done(&undo));
        let list = Resource::new_blocking(
            move || (asked.get(), saved.get(), acted.get(), undone.get()),
            |(asked, ..)| list_snippets(asked.query),
        );
        Self { asked, told, list, save, act, undo }
    }

    fn view(this: Self) -> AnyView {
        let Self { asked, told, list, save, act, undo } = this;
        let chosen = Chosen::default();
        view! {
            <PageHead title="Snippets" />
            <div class="flex max-w-page flex-col gap-3">
                <FormError error=failure(&act) />
                <FormError error=failure(&undo) />
                <Loaded resource=list lines=6 let:list>
                    {shown(list, asked.get_untracked(), save, act, chosen)}
                </Loaded>
            </div>
            {move || {
                let back = asked.with_untracked(Asked::here);
                let Told { words, outcome } = told.get();
                let outcome = outcome.map(|outcome| just_done(outcome, back.clone(), undo));
                outcome.or(words.map(|words| said(words, back)))
            }}
        }
        .into_any()
    }
}

fn shown(
    list: SnippetList,
    asked: Asked,
    save: FormAction<SaveSnippet>,
    act: FormAction<ActOnSnippets>,
    chosen: Chosen,
) -> AnyView {
    let SnippetList { part, documents, is_alike, folders, tags, edited, begin, may_edit, zone } = list;
    if asked.query.documents == Documents::Only {
        let filters = filters(&asked, &[], &[]);
        let found = only(documents.items, !asked.query.search.trim().is_empty(), &zone);
        let turned = asked.clone();
        return view! {
            {filters}
            {found}
            <Turns
                newer=documents.newer
                older=documents.older
                href=Callback::new(move |turn| turned.address(Some(turn)))
            />
        }
        .into_any();
    }
    let back = asked.here();
    let all = asked.with(|query| query.documents = Documents::Only).address(None);
    let documents = beside(documents.items, documents.older.is_none(), all, &zone);
    let of_post = begin.is_some().then(SnippetKind::default);
    let kind = asked.new.or(of_post).or(edited.as_ref().map(|card| card.kind)).filter(|_| may_edit);
    let form = kind.map(|kind| {
        let (folders, back, begin) = (folders.clone(), back.clone(), begin.unwrap_or_default());
        view! { <SnippetForm action=save kind=kind edited=edited begin=begin folders=folders back=back /> }.into_any()
    });
    let alike = is_alike.then(|| {
        let text = format!("Nothing has the words “{}”. These have nearly the same.", asked.query.search);
        view! { <Notice><p dir="auto">{text}</p></Notice> }.into_any()
    });
    let body = if part.items.is_empty() {
        let nothing = nothing(&asked, may_edit);
        view! { <Card>{nothing}</Card> }.into_any()
    } else {
        chosen.drawn();
        let bar = may_edit.then(|| bar(part.items.len() as u32, back, &folders, chosen, act));
        let forms = may_edit.then_some((act, chosen));
        let items: Vec<_> = part.items.into_iter().map(|card| item(card, &asked, &zone, forms)).collect();
        let turned = asked.clone();
        view! {
            {alike}
            {bar}
            <ul class="flex flex-col gap-3" aria-label="Snippets">
                {items}
            </ul>
            <Turns
                newer=part.newer
                older=part.older
                href=Callback::new(move |turn| turned.address(Some(turn)))
            />
        }
        .into_any()
    };
    let new = (may_edit && form.is_none()).then(|| {
        let href = asked.here_with(&format!("new={}", asked.query.kind.unwrap_or_default().id()));
        view! {
            <div>
                <LinkButton href=href kind=ButtonKind::Primary>
                    "New snippet"
                </LinkButton>
            </div>
        }
        .into_any()
    });
    view! {
        {new}
        {form}
        {filters(&asked, &folders, &tags)}
        {documents}
        {body}
    }
    .into_any()
}

fn filters(asked: &Asked, folders: &[String], tags: &[String]) -> AnyView {
    let about_documents = asked.query.documents == Documents::Only;
    let kinds = [None].into_iter().chain(SnippetKind::ALL.map(Some)).map(|kind| FilterLink {
        href: asked.with(|query| (query.kind, query.documents) = (kind, Documents::Beside)).address(None),
        name: kind.map_or("All", SnippetKind::plural),
        on: kind == asked.query.kind && !about_documents,
    });
    // They have no folders and tags.
    let only = |query: &mut SnippetQuery| {
        (query.documents, query.kind, query.folder, query.tag) = (Documents::Only, None, None, None);
    };
    let documents =
        FilterLink { href: asked.with(only).address(None), name: "Documents of agents", on: about_documents };
    let shown_kind = if about_documents { Some("documents") } else { asked.query.kind.map(SnippetKind::id) };
    let hidden = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value /> }.into_any())
    };
    let folder = choice("folder", "Folder", "All folders", folders, asked.query.folder.as_ref());
    let tag = choice("tag", "Tag", "All tags", tags, asked.query.tag.as_ref());
    view! {
        <div class="flex flex-wrap items-center justify-between gap-3">
            <FilterLinks label="Which snippets" links=kinds.chain([documents]).collect() />
            <form class="flex flex-wrap gap-2" action="/snippets" method="get" role="search">
                {hidden("kind", shown_kind.map(str::to_owned))}
                {folder}
                {tag}
                <input
                    type="search"
                    name="q"
                    value=asked.query.search.clone()
                    placeholder="Search names, tags and texts"
                    aria-label="Search names, tags and texts"
                    class="w-64 max-w-full rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint"
                />
                <Button small=true kind=ButtonKind::Ghost>
                    "Search"
                </Button>
            </form>
        </div>
    }
    .into_any()
}

/// A field to filter by. Nothing where there is nothing to choose.
fn choice(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    names: &[String],
    now: Option<&String>,
) -> Option<AnyView> {
    let option = |value: String, words: String, selected: bool| {
        view! {
            <option value=value selected=selected>
                {words}
            </option>
        }
        .into_any()
    };
    let is_now = |name: &String| now.is_some_and(|now| now.to_lowercase() == name.to_lowercase());
    // What is filtered by stays to be seen, also where there are too many to be listed.
    let others = now.filter(|_| !names.iter().any(is_now)).into_iter();
    let mut options = vec![option(String::new(), all.to_owned(), now.is_none())];
    options.extend(names.iter().chain(others).map(|name| option(name.clone(), name.clone(), is_now(name))));
    (options.len() > 1).then(|| {
        view! {
            <select
                name=name
                aria-label=label
                class="max-w-48 min-w-0 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]"
            >
                {options}
            </select>
        }
        .into_any()
    })
}

/// An empty list says what comes next.
fn nothing(asked: &Asked, may_edit: bool) -> AnyView {
    let (title, text) = match (asked.query.is_plain(), may_edit) {
        (true, true) => (
            "No snippets yet",
            "Keep what you write again and again: opening hours, a signature, a group of hashtags, answers to the same question.",
        ),
        (true, false) => ("No snippets yet", "What the team keeps to use again is shown here."),
        (false, _) => ("Nothing matches", "No snippet fits this filter. Show all, or search for other words."),
    };
    let href = if asked.query.is_plain() { "/snippets?new=text" } else { "/snippets" };
    let words = if asked.query.is_plain() { "Write the first one" } else { "Show all" };
    let button =
        (may_edit || !asked.query.is_plain()).then(|| view! { <LinkButton href=href>{words}</LinkButton> }.into_any());
    view! { <Empty title=title text=text>{button}</Empty> }.into_any()
}

/// `forms`: for whoever may change something.
fn item(card: SnippetCard, asked: &Asked, zone: &str, forms: Option<(FormAction<ActOnSnippets>, Chosen)>) -> AnyView {
    let id = card.id;
    let tag = |tag: &String| {
        let href = asked.with(|query| query.tag = Some(tag.clone())).address(None);
        view! {
            <a href=href dir="auto" class="text-xs text-muted hover:underline">
                {format!("#{tag}")}
            </a>
        }
        .into_any()
    };
    let tags: Vec<_> = card.tags.iter().map(tag).collect();
    let folder = (!card.folder.is_empty()).then(|| {
        let name = card.folder.clone();
        let href = asked.with(|query| query.folder = Some(card.folder.clone())).address(None);
        view! {
            <a href=href dir="auto" class="max-w-48 truncate text-xs text-muted hover:underline">
                {format!("In {name}")}
            </a>
        }
        .into_any()
    });
    let by = card.by.clone().map(|by| format!(" by {by}")).unwrap_or_default();
    let changed = format!("Changed {}{by}", card.changed.local.short());
    let edit = asked.here_with(&format!("edit={id}"));
    let (back, name, zone) = (asked.here(), card.name.clone(), zone.to_owned());
    let label = format!("Delete: {name}");
    let choose = forms.map(|(_, chosen)| {
        view! {
            <ChosenBox
                value=id.to_string()
                title=card.name.clone()
                class="target flex w-11 shrink-0 cursor-pointer items-start justify-center pt-4.5"
                chosen=chosen
            />
        }
        .into_any()
    });
    let acts = forms.map(|(act, _)| {
        view! {
            <div class="flex flex-wrap items-start gap-2">
                <LinkButton href=edit small=true>
                    "Edit"
                    <span class="sr-only">{format!(": {name}")}</span>
                </LinkButton>
                <PostForm action=act>
                    <input type="hidden" name="ids[]" value=id.to_string() />
                    <input type="hidden" name="back" value=back />
                    <Button
                        kind=ButtonKind::Danger
                        small=true
                        name="act"
                        value=SnippetAct::Delete.id()
                        label=label
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
            <Card class="flex">
                {choose}
                <div class="flex min-w-0 flex-1 flex-col gap-2 py-4 pr-4 first:pl-4">
                <div class="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                    <strong dir="auto" class="min-w-0 truncate">
                        {card.name.clone()}
                    </strong>
                    <Chip>{card.kind.name()}</Chip>
                    {folder}
                    {tags}
                    <time class="ml-auto text-xs text-faint" datetime=card.changed.local.to_string() title=zone>
                        {changed}
                    </time>
                </div>
                <p dir="auto" class="line-clamp-4 text-[13px] leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap text-muted">
                    {card.text.clone()}
                </p>
                {acts}
                </div>
            </Card>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::page::Cursor;

    #[test]
    fn a_link_reproduces_the_view() {
        let query = SnippetQuery {
            kind: Some(SnippetKind::Reply),
            documents: Documents::None,
            folder: Some("Spring & sale".into()),
            tag: Some("new in".into()),
            search: "café".into(),
            post: None,
            edit: Some(crate::domain::ids::SnippetId::from_u128(1)),
            older: Some(Cursor::FIRST),
            newer: None,
        };
        let asked = Asked { query, new: None };
        let start = "/snippets?kind=reply&folder=Spring%20%26%20sale&tag=new%20in&q=caf%C3%A9";
        assert_eq!(asked.address(None), start);
        assert_eq!(asked.here(), format!("{start}&older=0_00000000-0000-0000-0000-000000000000"));
        assert_eq!(asked.with(|query| query.folder = None).here(), "/snippets?kind=reply&tag=new%20in&q=caf%C3%A9");
        assert_eq!(Asked::default().here_with("edit=1"), "/snippets?edit=1");
        assert_eq!(asked.with(|_| {}).here_with("edit=1"), format!("{start}&edit=1"));
    }
}
