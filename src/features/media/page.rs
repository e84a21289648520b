//! The library: files as a grid that pages by key; filters, search and where its part begins live in the URL. Everything that is
//! done here works as a plain form too.

use super::act::{AssetAct, AssetOutcome};
use super::adding::{AddFiles, Adding};
use super::calls::{ActOnAssets, load_library};
use super::folders::{self, FolderBar, Folders};
use super::library::{FolderCard, Kept, Library, LibraryQuery};
use super::making::{MakePicturesHere, Making};
use super::model::{AssetCard, RejectedFile, Why};
use super::{facts, tiles};
use crate::domain::error::AppError;
use crate::domain::ids::{AssetId, FolderId, PostId};
use crate::domain::page::{Part, counted};
use crate::domain::post::MediaKind;
use crate::ui::page::PageHead;
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, Chosen, ChosenBar, ChosenBox, Empty, FilterLink, FilterLinks, FormAction, FormError,
    Glyph, Icon, LinkButton, Loaded, Notice, PostForm, Screen, Tone, Turn, Turns, done, encode, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub type AssetActs = FormAction<ActOnAssets>;

/// `/library`
pub struct LibraryPage {
    asked: Memo<Asked>,
    data: Resource<Result<Library, AppError>>,
    acts: AssetActs,
    forms: Folders,
    adding: Adding,
    making: Making,
    told: Memo<Told>,
}

/// What the address asks for.
#[derive(Clone, Default, PartialEq)]
struct Asked {
    query: LibraryQuery,
    /// Files are chosen for this post.
    post: Option<PostId>,
}

/// What the address tells.
#[derive(Clone, Default, PartialEq)]
struct Told {
    outcome: Option<AssetOutcome>,
    refused: Option<Why>,
    /// A folder that was deleted.
    gone: Option<FolderId>,
}

impl Asked {
    /// The address of the beginning of a list, or of the part to which one turns.
    fn address(&self, turn: Option<Turn>) -> String {
        let query = &self.query;
        let mut parts = vec![];
        parts.extend(self.post.map(|post| format!("post={post}")));
        parts.extend(query.kind.map(|kind| format!("kind={}", kind.name())));
        parts.extend(query.folder.map(|folder| format!("folder={folder}")));
        if query.unused {
            parts.push("unused=1".into());
        }
        if !query.search.is_empty() {
            parts.push(format!("q={}", encode(&query.search)));
        }
        parts.extend(turn.map(Turn::parameter));
        if parts.is_empty() { "/library".into() } else { format!("/library?{}", parts.join("&")) }
    }

    /// The address of the part that is shown.
    fn here(&self) -> String {
        match (self.query.older, self.query.newer) {
            (Some(at), _) => self.address(Some(Turn::Older(at))),
            (None, Some(at)) => self.address(Some(Turn::Newer(at))),
            (None, None) => self.address(None),
        }
    }

    fn with(&self, change: impl FnOnce(&mut LibraryQuery)) -> Self {
        let mut query = self.query.start();
        change(&mut query);
        Self { query, post: self.post }
    }
}

impl Screen for LibraryPage {
    fn data() -> Self {
        let params = use_query_map();
        let asked = Memo::new(move |_| {
            params.with(|q| Asked {
                query: LibraryQuery {
                    kind: q.get_str("kind").and_then(MediaKind::parse),
                    folder: q.get_str("folder").and_then(|id| id.parse().ok()),
                    unused: q.get_str("unused").is_some_and(|on| on == "1"),
                    search: q.get_str("q").unwrap_or_default().to_owned(),
                    older: q.get_str("older").and_then(|at| at.parse().ok()),
                    newer: q.get_str("newer").and_then(|at| at.parse().ok()),
                },
                post: q.get_str("post").and_then(|id| id.parse().ok()),
            })
        });
        let told = Memo::new(move |_| {
            params.with(|q| Told {
                outcome: AssetOutcome::parse(
                    q.get_str("did").unwrap_or_default(),
                    q.get_str("not").unwrap_or_default(),
                ),
                refused: q.get_str("why").and_then(Why::parse),
                gone: q.get_str("gone").and_then(|id| id.parse().ok()),
            })
        });
        let (acts, forms, adding) = (AssetActs::staying(), Folders::new(), Adding::new());
        let making = Making::new();
        let (did, named, changed, linked) = (done(&acts), done(&forms.name), done(&forms.act), done(&adding.link));
        let changes =
            move || (did.get(), named.get(), changed.get(), linked.get(), adding.arrived.get(), making.made.get());
        let data = Resource::new_blocking(move || (asked.get(), changes()), |(asked, _)| load_library(asked.query));
        Self { asked, data, acts, forms, adding, making, told }
    }

    fn view(this: Self) -> AnyView {
        let LibraryPage { asked, data, acts, forms, adding, making, told } = this;
        let chosen = Chosen::default();
        view! {
            <PageHead title="Media" />
            <div class="flex max-w-page flex-col gap-3">
                {move || asked.get().post.map(for_a_post)}
                <FormError error=failure(&acts) />
                <MakePicturesHere making=making />
                <Loaded resource=data lines=8 let:data>
                    {results(data, asked.get_untracked(), (acts, forms, adding), told, chosen)}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

/// Files are chosen for a post, and the way back to it.
fn for_a_post(post: PostId) -> AnyView {
    view! {
        <Notice tone=Tone::Info>
            <div class="flex flex-wrap items-center justify-between gap-2">
                <p>"Choose the files for your post, then press “Use in the post”. The post is saved as a draft."</p>
                <LinkButton href=format!("/studio?post={post}") small=true>
                    "Back to the post"
                </LinkButton>
            </div>
        </Notice>
    }
    .into_any()
}

fn results(
    data: Library,
    asked: Asked,
    (acts, forms, adding): (AssetActs, Folders, Adding),
    told: Memo<Told>,
    chosen: Chosen,
) -> AnyView {
    let Library { part, folders, may_edit, refused_file, kept } = data;
    let back = asked.here();
    let add = may_edit.then(|| view! { <AddFiles adding=adding back=back.clone() /> }.into_any());
    let of_folder = asked.clone();
    let href = Callback::new(move |folder| of_folder.with(|query| query.folder = folder).address(None));
    view! {
        {what_happened(told, &part.items, &back, refused_file, acts, forms)}
        {add}
        {filters(&asked)}
        <FolderBar folders=folders.clone() shown=asked.query.folder may_edit=may_edit forms=forms href=href />
        {files(part, asked, folders, may_edit.then_some(acts), chosen)}
        {kept.map(room)}
    }
    .into_any()
}

/// How full the store is; loudly when little is left.
fn room(kept: Kept) -> AnyView {
    let words = format!("{}.", kept.words());
    if kept.is_short() {
        let words = format!("{words} Delete files that you do not need; they are gone for good a week later.");
        return view! { <Notice tone=Tone::Warning>{words}</Notice> }.into_any();
    }
    view! { <p class="text-xs text-faint">{words}</p> }.into_any()
}

fn filters(asked: &Asked) -> AnyView {
    let name = |kind: Option<MediaKind>| match kind {
        None => "All",
        Some(MediaKind::Picture) => "Pictures",
        Some(MediaKind::Video) => "Videos",
        Some(MediaKind::Document) => "Documents",
    };
    let kinds = [None].into_iter().chain(MediaKind::ALL.map(Some));
    let link = |kind| FilterLink {
        href: asked.with(|query| query.kind = kind).address(None),
        name: name(kind),
        on: kind == asked.query.kind,
    };
    let unused = FilterLink {
        href: asked.with(|query| query.unused = !query.unused).address(None),
        name: "In no post",
        on: asked.query.unused,
    };
    let hidden = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value /> }.into_any())
    };
    let query = &asked.query;
    view! {
        <div class="flex flex-wrap items-center justify-between gap-3">
            <div class="flex flex-wrap items-center gap-3">
                <FilterLinks label="Which files" links=kinds.map(link).collect() />
                <FilterLinks label="Used or not" links=vec![unused] />
            </div>
            <form class="flex flex-wrap gap-2" action="/library" method="get" role="search">
                {hidden("post", asked.post.map(|post| post.to_string()))}
                {hidden("kind", query.kind.map(|kind| kind.name().to_owned()))}
                {hidden("folder", query.folder.map(|folder| folder.to_string()))}
                {hidden("unused", query.unused.then(|| "1".to_owned()))}
                <input
                    type="search"
                    name="q"
                    value=query.search.clone()
                    placeholder="Search names and descriptions"
                    aria-label="Search names and descriptions"
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

fn files(
    part: Part<AssetCard>,
    asked: Asked,
    folders: Vec<FolderCard>,
    acts: Option<AssetActs>,
    chosen: Chosen,
) -> AnyView {
    let looked_at = part.looked_at.map(|n| {
        let n = counted(n.into());
        let text =
            format!("Only the newest {n} files were searched. Type three letters or more to search all of them.");
        view! { <p class="text-xs text-faint">{text}</p> }.into_any()
    });
    if part.items.is_empty() {
        return view! {
            <Card>{nothing(&asked, acts.is_some())}</Card>
            {looked_at}
        }
        .into_any();
    }
    let total = part.total.map(|n| {
        let text = if n == 1 { "1 file".to_owned() } else { format!("{} files", counted(n)) };
        view! { <p class="text-xs text-faint">{text}</p> }.into_any()
    });
    chosen.drawn();
    let (all, back, for_post) = (part.items.len() as u32, asked.here(), asked.post.is_some());
    let bar = acts.map(|acts| bar(all, back, folders, for_post, chosen, acts));
    let can_choose = acts.is_some();
    let tiles: Vec<_> = part.items.into_iter().map(|card| tile(card, can_choose.then_some(chosen))).collect();
    view! {
        <Card>
            {bar}
            <ul class="grid grid-cols-[repeat(auto-fill,minmax(min(150px,44%),1fr))] gap-3 p-3" aria-label="Files">
                {tiles}
            </ul>
            <Turns newer=part.newer older=part.older href=Callback::new(move |turn| asked.address(Some(turn))) />
        </Card>
        {total}
        {looked_at}
    }
    .into_any()
}

/// An empty list says what comes next.
fn nothing(asked: &Asked, may_edit: bool) -> AnyView {
    let (title, text) = match (asked.query.is_plain(), asked.query.folder, may_edit) {
        (true, _, true) => ("No files yet", "Add the first pictures or videos above; every post can use them."),
        (true, _, false) => ("No files yet", "Pictures and videos that the team adds are shown here."),
        (_, Some(_), true) if asked.query.search.is_empty() => {
            ("Nothing in this folder", "Choose files in “All folders”, and move them here.")
        }
        _ => ("Nothing matches", "No file fits this filter. Show all files, or search for other words."),
    };
    let all = (!asked.query.is_plain()).then(|| {
        let href = Asked { post: asked.post, ..Asked::default() }.address(None);
        view! { <LinkButton href=href>"Show all"</LinkButton> }.into_any()
    });
    view! { <Empty title=title text=text>{all}</Empty> }.into_any()
}

fn tile(card: AssetCard, chosen: Option<Chosen>) -> AnyView {
    let (id, name) = (card.facts.asset, card.file_name.clone());
    let tick = chosen.map(|chosen| {
        view! {
            <ChosenBox
                value=id.to_string()
                title=name
                class="absolute top-1 left-1 grid size-9 cursor-pointer place-items-center rounded-control bg-bg/70"
                chosen=chosen
            />
        }
        .into_any()
    });
    view! {
        <li class="relative min-w-0">
            <a href=format!("/library/{id}") class="flex flex-col gap-1 rounded-control border border-line bg-surface-2 p-1.5 hover:border-line-strong">
                {tiles::picture(&card)}
                <span dir="auto" class="truncate text-[13px]">
                    {card.file_name.clone()}
                </span>
                <span class="truncate text-xs text-faint">{facts::line(&card)}</span>
            </a>
            {tick}
        </li>
    }
    .into_any()
}

/// What can be done with those that are ticked.
fn bar(all: u32, back: String, folders: Vec<FolderCard>, for_post: bool, chosen: Chosen, acts: AssetActs) -> AnyView {
    let idle = chosen.idle(acts);
    let options: Vec<_> =
        folders.into_iter().map(|f| view! { <option value=f.id.to_string()>{f.name}</option> }.into_any()).collect();
    let mover = (!options.is_empty()).then(|| {
        view! {
            <span class="flex items-center gap-2">
                <select name="folder" aria-label="Folder" class="max-w-40 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]">
                    <option value="">"No folder"</option>
                    {options}
                </select>
                <Button small=true name="act" value=AssetAct::Move.id() disabled=idle>
                    "Move"
                </Button>
            </span>
        }
        .into_any()
    });
    let words = if for_post { "Use in the post" } else { "Use in a post" };
    view! {
        <ChosenBar action=acts back=back all=all chosen=chosen>
            <Button kind=ButtonKind::Primary small=true name="act" value=AssetAct::Use.id() disabled=idle>
                {words}
            </Button>
            {mover}
            <Button kind=ButtonKind::Danger small=true name="act" value=AssetAct::Delete.id() disabled=idle>
                <Icon glyph=Glyph::Trash class="size-4 max-[700px]:hidden" />
                "Delete"
            </Button>
        </ChosenBar>
    }
    .into_any()
}

/// What the address tells, until that is put away.
fn what_happened(
    told: Memo<Told>,
    items: &[AssetCard],
    back: &str,
    refused_file: Option<String>,
    acts: AssetActs,
    forms: Folders,
) -> AnyView {
    let names: Vec<_> = items.iter().map(|card| (card.facts.asset, card.file_name.clone())).collect();
    let back = back.to_owned();
    let toast = move || {
        let Told { outcome, refused, gone } = told.get();
        let refused = refused.map(|why| {
            let words = RejectedFile::new(refused_file.as_deref().unwrap_or("A file"), why).words();
            view! { <Notice tone=Tone::Warning>{words}</Notice> }.into_any()
        });
        let gone = gone.map(|folder| folders::gone(folder, forms));
        let outcome = outcome.map(|outcome| outcome_toast(outcome, &back, &names, acts));
        view! {
            {refused}
            {gone}
            {outcome}
        }
        .into_any()
    };
    toast.into_any()
}

/// The way back of what was done.
fn undo_form(undo: AssetAct, outcome: &AssetOutcome, back: &str, acts: AssetActs) -> AnyView {
    let id = |id: &AssetId| view! { <input type="hidden" name="ids[]" value=id.to_string() /> }.into_any();
    let (ids, back): (Vec<_>, _) = (outcome.done.iter().map(id).collect(), back.to_owned());
    view! {
        <PostForm action=acts>
            {ids}
            <input type="hidden" name="back" value=back />
            <Button small=true name="act" value=undo.id() disabled=acts.pending()>
                "Undo"
            </Button>
        </PostForm>
    }
    .into_any()
}

/// What was done and what was not, with the way back. `names`: of the files that are on the page.
pub fn outcome_toast(outcome: AssetOutcome, back: &str, names: &[(AssetId, String)], acts: AssetActs) -> AnyView {
    let refused: Vec<_> = outcome
        .not
        .iter()
        .map(|(id, why)| {
            let name = names.iter().find(|(known, _)| known == id).map_or("A file", |(_, name)| name.as_str());
            view! {
                <li>
                    <a href=format!("/library/{id}") dir="auto" class="block truncate text-text underline">
                        {name.to_owned()}
                    </a>
                    <span class="block">{why.words()}</span>
                </li>
            }
            .into_any()
        })
        .collect();
    let refused =
        (!refused.is_empty()).then(|| view! { <ul class="flex flex-col gap-1 text-muted">{refused}</ul> }.into_any());
    let stays = (outcome.act == AssetAct::Delete && !outcome.done.is_empty()).then(|| {
        view! { <p class="text-xs text-muted">"What is published stays. After a week the files are removed for good."</p> }.into_any()
    });
    let undo =
        outcome.act.undo().filter(|_| !outcome.done.is_empty()).map(|undo| undo_form(undo, &outcome, back, acts));
    let lasts = undo.is_some() || refused.is_some();
    view! {
        <AddressToast text=outcome.words() close=back.to_owned() buttons=view! { {undo} }.into_any() lasts=lasts>
            {refused}
            {stays}
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
        let folder = FolderId::from_u128(1);
        let query = LibraryQuery {
            kind: Some(MediaKind::Video),
            folder: Some(folder),
            unused: true,
            search: "café & co".into(),
            older: Some(Cursor::FIRST),
            newer: None,
        };
        let asked = Asked { query, post: None };
        let start = format!("/library?kind=video&folder={folder}&unused=1&q=caf%C3%A9%20%26%20co");
        assert_eq!(asked.address(None), start);
        assert_eq!(asked.here(), format!("{start}&older=0_00000000-0000-0000-0000-000000000000"));
        assert_eq!(asked.with(|query| query.kind = None).here(), start.replace("kind=video&", ""));
        assert_eq!(Asked::default().here(), "/library");
        assert!(Asked::default().query.is_plain() && !asked.query.is_plain());
    }
}
