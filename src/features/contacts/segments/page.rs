//! The segments of a company: who is in them by which rule, and the forms in which they are made.

use super::builder::{builder, place};
use super::calls::{BuildSegment, DeleteSegment, SaveList, load_segments};
use super::model::{Renamed, SegmentForm, SegmentKind, SegmentPage, SegmentQuery, SegmentRow, people_up_to};
use crate::domain::error::AppError;
use crate::domain::ids::SegmentId;
use crate::ui::focus::focus_soon;
use crate::ui::page::PageHead;
use crate::ui::toast::AddressToast;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormAction, FormError, LinkButton, Loaded, PostForm, Screen, TextInput,
    Tone, browser, done, failure, problem, typed,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const ADDRESS: &str = "/contacts/segments";
const REFRESH: Duration = Duration::from_secs(2);

/// `/contacts/segments`
pub struct SegmentsPage {
    query: Memo<SegmentQuery>,
    told: Memo<Told>,
    page: Resource<Result<SegmentPage, AppError>>,
    forms: Forms,
    /// Counted up to read the page anew.
    look: RwSignal<u32>,
}

#[derive(Clone, Copy)]
struct Forms {
    build: FormAction<BuildSegment>,
    list: FormAction<SaveList>,
    delete: FormAction<DeleteSegment>,
}

/// What the address tells.
#[derive(Clone, Default, PartialEq)]
struct Told {
    saved: bool,
    gone: Option<SegmentId>,
    /// The row at which somebody goes on.
    at: Option<u32>,
}

impl Screen for SegmentsPage {
    fn data() -> Self {
        let params = use_query_map();
        let query = Memo::new(move |_| {
            params.with(|q| SegmentQuery {
                new: match q.get_str("new") {
                    Some("rule") => Some(SegmentForm::Rule),
                    Some("list") => Some(SegmentForm::List),
                    _ => None,
                },
                edit: q.get_str("edit").and_then(|id| id.parse().ok()),
                draft: q.get_str("draft").and_then(|id| id.parse().ok()),
                failed: q.get_str("__err").is_some(),
            })
        });
        let told = Memo::new(move |_| {
            params.with(|q| Told {
                saved: q.get_str("did").is_some_and(|did| did == "saved"),
                gone: q.get_str("gone").and_then(|id| id.parse().ok()),
                at: q.get_str("at").and_then(|at| at.parse().ok()),
            })
        });
        let forms = Forms { build: FormAction::staying(), list: FormAction::staying(), delete: FormAction::staying() };
        let (built, listed, deleted) = (done(&forms.build), done(&forms.list), done(&forms.delete));
        let look = RwSignal::new(0);
        let page = Resource::new_blocking(
            move || (query.get(), built.get(), listed.get(), deleted.get(), look.get()),
            |(query, ..)| load_segments(query),
        );
        Self { query, told, page, forms, look }
    }

    fn view(this: Self) -> AnyView {
        let Self { query, told, page, forms, look } = this;
        keep_fresh(query, page, look);
        view! {
            <PageHead title="Segments" />
            <div class="flex max-w-page flex-col gap-3">
                <p>
                    <a class="text-[13px] text-purple-soft hover:underline" href="/contacts">"All contacts"</a>
                </p>
                <FormError error=failure(&forms.delete) />
                <Loaded resource=page lines=6 let:page>
                    {content(page, query.get_untracked(), told.get_untracked().at, forms)}
                </Loaded>
            </div>
            {move || {
                let told = told.get();
                told.gone.map(|id| deleted(id, forms)).or_else(|| told.saved.then(saved))
            }}
        }
        .into_any()
    }
}

/// While a segment is being worked out, the page is read anew; never while somebody types or builds.
fn keep_fresh(query: Memo<SegmentQuery>, page: Resource<Result<SegmentPage, AppError>>, look: RwSignal<u32>) {
    let shown = StoredValue::new(None::<SegmentPage>);
    Effect::new(move |_| shown.set_value(page.get().and_then(Result::ok)));
    let ask = move || {
        let busy = |page: &SegmentPage| page.builder.is_none() && page.rows.iter().any(|row| row.looked_at.is_some());
        if shown.try_with_value(|shown| shown.as_ref().is_some_and(busy)) != Some(true) {
            return;
        }
        spawn_local(async move {
            let Some(query) = query.try_get_untracked() else { return };
            let Ok(now) = load_segments(query).await else { return };
            let is_new = shown.try_with_value(|shown| shown.as_ref().is_some_and(|shown| shown.rows != now.rows));
            if is_new == Some(true) && !is_typing() {
                look.try_update(|n| *n += 1);
            }
        });
    };
    browser::keep_fresh(REFRESH, ask);
}

fn is_typing() -> bool {
    document().active_element().is_some_and(|active| active.matches("input, textarea, select").unwrap_or_default())
}

fn content(page: SegmentPage, query: SegmentQuery, at: Option<u32>, forms: Forms) -> AnyView {
    let SegmentPage { rows, lists, builder: built, renamed, zone, may_set_up } = page;
    if let Some(place) = at.and_then(|at| place(&built.as_ref()?.rows, at as usize)) {
        focus_soon(place);
    }
    let building = built.is_some();
    let form = built.map(|built| builder(built, lists, forms.build));
    let new_list = renamed.is_none() && query.new == Some(SegmentForm::List);
    let list = (renamed.is_some() || new_list).then(|| list_form(renamed, forms));
    let new = (!building && list.is_none()).then(|| {
        view! {
            <div class="flex flex-wrap gap-2">
                <LinkButton href="/contacts/segments?new=rule" kind=ButtonKind::Primary small=true>"New segment by a rule"</LinkButton>
                <LinkButton href="/contacts/segments?new=list" small=true>"New list by hand"</LinkButton>
            </div>
        }
        .into_any()
    });
    let rows: Vec<_> = rows.into_iter().map(|one| row(one, may_set_up, forms)).collect();
    view! {
        {new}
        {form}
        {list}
        <Card>
            <ul aria-label="Segments">{rows}</ul>
        </Card>
        <p class="text-xs text-faint">{format!("Times are those of {zone}.")}</p>
    }
    .into_any()
}

/// The form for a new list, or for another name.
fn list_form(renamed: Option<Renamed>, forms: Forms) -> AnyView {
    let error = failure(&forms.list);
    let title = if renamed.is_some() { "Rename the list" } else { "New list by hand" };
    let (id, now) = renamed.map_or((None, String::new()), |list| (Some(list.id.to_string()), list.name));
    let now = typed(error, "name", now);
    let hidden = id.map(|id| view! { <input type="hidden" name="list" value=id /> }.into_any());
    view! {
        <Card>
            <CardHead title=title />
            <PostForm action=forms.list class="flex flex-col gap-2 p-4 min-[701px]:w-96">
                {hidden}
                <TextInput
                    id="list-name"
                    name="name"
                    label="Name"
                    value=Signal::stored(now)
                    hint="You put people in from the list of contacts, or from a person's page."
                    error=problem(error, "name")
                    autocomplete="off"
                />
                <FormError error=error fields=&["name"] />
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Primary small=true disabled=forms.list.pending()>"Save the list"</Button>
                    <LinkButton href=ADDRESS small=true>"Cancel"</LinkButton>
                </div>
            </PostForm>
        </Card>
    }
    .into_any()
}

fn row(row: SegmentRow, may_set_up: bool, forms: Forms) -> AnyView {
    let SegmentRow { id, name, kind, members, words, looked_at, changed, by } = row;
    let tone = match kind {
        SegmentKind::Newsletter => Tone::Brand,
        SegmentKind::Rule => Tone::Info,
        SegmentKind::List => Tone::Quiet,
    };
    let progress = looked_at.map(|n| {
        let text = match n {
            0 => "Being counted".to_owned(),
            1 => "Being counted: 1 contact so far".to_owned(),
            n => format!("Being counted: {n} contacts so far"),
        };
        view! { <Chip tone=Tone::Warning>{text}</Chip> }.into_any()
    });
    let words = (!words.is_empty()).then(|| {
        view! { <p dir="auto" class="line-clamp-3 text-[13px] text-muted wrap-anywhere">{words}</p> }.into_any()
    });
    let changed = (kind != SegmentKind::Newsletter).then(|| {
        let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
        view! { <p class="text-xs text-faint">{format!("Changed {}{by}", changed.local.short())}</p> }.into_any()
    });
    let change = match kind {
        SegmentKind::Newsletter => may_set_up.then(|| ("/settings/zapier".to_owned(), "Change its rule")),
        SegmentKind::Rule => Some((format!("{ADDRESS}?edit={id}"), "Change the rule")),
        SegmentKind::List => Some((format!("{ADDRESS}?edit={id}"), "Rename")),
    };
    let named = format!(": {name}");
    let change = change.map(|(href, words)| {
        view! {
            <LinkButton href=href small=true>
                {words}
                <span class="sr-only">{named}</span>
            </LinkButton>
        }
        .into_any()
    });
    let label = format!("Delete: {name}");
    let delete = (kind != SegmentKind::Newsletter).then(|| {
        view! {
            <PostForm action=forms.delete>
                <input type="hidden" name="segment" value=id.to_string() />
                <Button kind=ButtonKind::Danger small=true label=label disabled=forms.delete.pending()>
                    "Delete"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        <li class="flex min-w-0 flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
            <div class="flex min-w-0 flex-1 basis-64 flex-col gap-1">
                <div class="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
                    <a dir="auto" class="min-w-0 truncate font-semibold hover:underline" href=format!("/contacts?segment={id}")>{name.clone()}</a>
                    <Chip tone=tone>{kind.name()}</Chip>
                    <span class="text-[13px] text-muted tabular-nums">{people_up_to(members)}</span>
                    {progress}
                </div>
                {words}
                {changed}
            </div>
            <div class="flex flex-wrap gap-2">{change} {delete}</div>
        </li>
    }
    .into_any()
}

fn saved() -> AnyView {
    view! {
        <AddressToast text="The segment is saved." close=ADDRESS buttons=().into_any() lasts=false>
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}

/// A segment was deleted: the way back.
fn deleted(id: SegmentId, forms: Forms) -> AnyView {
    let undo = view! {
        <PostForm action=forms.delete>
            <input type="hidden" name="segment" value=id.to_string() />
            <input type="hidden" name="restore" value="true" />
            <Button small=true disabled=forms.delete.pending()>"Undo"</Button>
        </PostForm>
    };
    view! {
        <AddressToast text="The segment is deleted. Its people are still here." close=ADDRESS buttons=undo.into_any() lasts=true>
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}
