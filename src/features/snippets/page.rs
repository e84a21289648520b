//! The snippets page: a list that pages by key, with its filters and the one that is being changed in the URL. Everything that is
//! done here works as a plain form too.

use super::calls::{ActOnSnippet, SaveSnippet, list_snippets};
use super::form::SnippetForm;
use super::model::{SnippetAct, SnippetCard, SnippetKind, SnippetList, SnippetQuery};
use crate::domain::error::AppError;
use crate::domain::ids::SnippetId;
use crate::ui::page::PageHead;
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, Chip, Empty, FilterLink, FilterLinks, FormAction, FormError, LinkButton, Loaded,
    PostForm, Screen, Turn, Turns, done, encode, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/snippets`
pub struct SnippetsPage {
    asked: Memo<Asked>,
    told: Memo<Told>,
    list: Resource<Result<SnippetList, AppError>>,
    save: FormAction<SaveSnippet>,
    act: FormAction<ActOnSnippet>,
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
    saved: bool,
    gone: Option<SnippetId>,
}

impl Asked {
    /// The address of the beginning of a list, or of the part to which one turns; with nothing opened.
    fn address(&self, turn: Option<Turn>) -> String {
        let query = &self.query;
        let mut parts = vec![];
        parts.extend(query.kind.map(|kind| format!("kind={}", kind.id())));
        parts.extend(query.folder.as_ref().map(|folder| format!("folder={}", encode(folder))));
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
                    folder: q.get_str("folder").map(str::to_owned).filter(|name| !name.is_empty()),
                    search: q.get_str("q").unwrap_or_default().to_owned(),
                    edit: q.get_str("edit").and_then(|id| id.parse().ok()),
                    older: q.get_str("older").and_then(|at| at.parse().ok()),
                    newer: q.get_str("newer").and_then(|at| at.parse().ok()),
                },
                new: q.get_str("new").map(|kind| SnippetKind::parse(kind).unwrap_or_default()),
            })
        });
        let told = Memo::new(move |_| {
            params.with(|q| Told {
                saved: q.get_str("did").is_some_and(|did| did == "saved"),
                gone: q.get_str("gone").and_then(|id| id.parse().ok()),
            })
        });
        let (save, act) = (FormAction::<SaveSnippet>::staying(), FormAction::<ActOnSnippet>::staying());
        let (saved, acted) = (done(&save), done(&act));
        let list = Resource::new_blocking(
            move || (asked.get(), saved.get(), acted.get()),
            |(asked, ..)| list_snippets(asked.query),
        );
        Self { asked, told, list, save, act }
    }

    fn view(this: Self) -> AnyView {
        let Self { asked, told, list, save, act } = this;
        view! {
            <PageHead title="Snippets" />
            <div class="flex max-w-page flex-col gap-3">
                <FormError error=failure(&act) />
                <Loaded resource=list lines=6 let:list>
                    {shown(list, asked.get_untracked(), save, act)}
                </Loaded>
            </div>
            {move || {
                let back = asked.with_untracked(Asked::here);
                let Told { saved, gone } = told.get();
                let gone = gone.map(|id| deleted(id, back.clone(), act));
                let saved = saved
                    .then(|| {
                        view! {
                            <AddressToast text="The snippet is saved." close=back buttons=().into_any() lasts=false>
                                {None::<AnyView>}
                            </AddressToast>
                        }
                            .into_any()
                    });
                gone.or(saved)
            }}
        }
        .into_any()
    }
}

fn shown(list: SnippetList, asked: Asked, save: FormAction<SaveSnippet>, act: FormAction<ActOnSnippet>) -> AnyView {
    let SnippetList { part, folders, edited, may_edit, zone } = list;
    let back = asked.here();
    let kind = asked.new.or(edited.as_ref().map(|card| card.kind)).filter(|_| may_edit);
    let form = kind.map(|kind| {
        let (folders, back) = (folders.clone(), back.clone());
        view! { <SnippetForm action=save kind=kind edited=edited folders=folders back=back /> }.into_any()
    });
    let body = if part.items.is_empty() {
        let nothing = nothing(&asked, may_edit);
        view! { <Card>{nothing}</Card> }.into_any()
    } else {
        let items: Vec<_> =
            part.items.into_iter().map(|card| item(card, &asked, &zone, may_edit.then_some(act))).collect();
        let turned = asked.clone();
        view! {
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
        {filters(&asked, &folders)}
        {body}
    }
    .into_any()
}

fn filters(asked: &Asked, folders: &[String]) -> AnyView {
    let kinds = [None].into_iter().chain(SnippetKind::ALL.map(Some)).map(|kind| FilterLink {
        href: asked.with(|query| query.kind = kind).address(None),
        name: kind.map_or("All", SnippetKind::plural),
        on: kind == asked.query.kind,
    });
    let hidden = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value /> }.into_any())
    };
    let option = |value: String, name: String| {
        let selected = asked.query.folder.clone().unwrap_or_default() == value;
        view! {
            <option value=value selected=selected>
                {name}
            </option>
        }
        .into_any()
    };
    let folder = (!folders.is_empty()).then(|| {
        let mut options = vec![option(String::new(), "All folders".to_owned())];
        options.extend(folders.iter().map(|name| option(name.clone(), name.clone())));
        view! {
            <select
                name="folder"
                aria-label="Folder"
                class="max-w-48 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]"
            >
                {options}
            </select>
        }
        .into_any()
    });
    view! {
        <div class="flex flex-wrap items-center justify-between gap-3">
            <FilterLinks label="Which snippets" links=kinds.collect() />
            <form class="flex flex-wrap gap-2" action="/snippets" method="get" role="search">
                {hidden("kind", asked.query.kind.map(|kind| kind.id().to_owned()))}
                {folder}
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

fn item(card: SnippetCard, asked: &Asked, zone: &str, act: Option<FormAction<ActOnSnippet>>) -> AnyView {
    let id = card.id;
    let tag = |tag: &String| {
        let href = asked.with(|query| query.search.clone_from(tag)).address(None);
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
    let acts = act.map(|act| {
        view! {
            <div class="flex flex-wrap items-start gap-2">
                <LinkButton href=edit small=true>
                    "Edit"
                    <span class="sr-only">{format!(": {name}")}</span>
                </LinkButton>
                <PostForm action=act>
                    <input type="hidden" name="snippet" value=id.to_string() />
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
            <Card class="flex flex-col gap-2 p-4">
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
            </Card>
        </li>
    }
    .into_any()
}

/// A snippet was deleted: the way back.
fn deleted(id: SnippetId, back: String, act: FormAction<ActOnSnippet>) -> AnyView {
    let close = back.clone();
    let undo = view! {
        <PostForm action=act>
            <input type="hidden" name="snippet" value=id.to_string() />
            <input type="hidden" name="back" value=back />
            <Button small=true name="act" value=SnippetAct::Restore.id() disabled=act.pending()>
                "Undo"
            </Button>
        </PostForm>
    };
    view! {
        <AddressToast text="The snippet is deleted." close=close buttons=undo.into_any() lasts=true>
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
        let query = SnippetQuery {
            kind: Some(SnippetKind::Reply),
            folder: Some("Spring & sale".into()),
            search: "café".into(),
            edit: Some(SnippetId::from_u128(1)),
            older: Some(Cursor::FIRST),
            newer: None,
        };
        let asked = Asked { query, new: None };
        let start = "/snippets?kind=reply&folder=Spring%20%26%20sale&q=caf%C3%A9";
        assert_eq!(asked.address(None), start);
        assert_eq!(asked.here(), format!("{start}&older=0_00000000-0000-0000-0000-000000000000"));
        assert_eq!(asked.with(|query| query.folder = None).here(), "/snippets?kind=reply&q=caf%C3%A9");
        assert_eq!(Asked::default().here_with("edit=1"), "/snippets?edit=1");
        assert_eq!(asked.with(|_| {}).here_with("edit=1"), format!("{start}&edit=1"));
    }
}
