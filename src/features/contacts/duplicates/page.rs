//! `/contacts/duplicates`: pairs of people who may be one, side by side.

use super::calls::{FindDuplicates, MergeContacts, TellApart, UndoMerge, list_duplicates};
use super::model::{Compared, DuplicateList, MergeCard, MergeField, PairCard, TwinCard};
use crate::domain::error::AppError;
use crate::features::contacts::imports::number;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, Empty, FormAction, FormError, Loaded, Notice, PostForm, Screen, Tone,
    browser, done, failure,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(2);

pub struct DuplicatesPage {
    list: Resource<Result<DuplicateList, AppError>>,
    forms: Forms,
    look: RwSignal<u32>,
}

#[derive(Clone, Copy)]
struct Forms {
    find: FormAction<FindDuplicates>,
    merge: FormAction<MergeContacts>,
    apart: FormAction<TellApart>,
    undo: FormAction<UndoMerge>,
}

impl Screen for DuplicatesPage {
    fn data() -> Self {
        let forms = Forms {
            find: FormAction::staying(),
            merge: FormAction::staying(),
            apart: FormAction::staying(),
            undo: FormAction::staying(),
        };
        let look = RwSignal::new(0);
        let changes = (done(&forms.find), done(&forms.merge), done(&forms.apart), done(&forms.undo));
        let changed = move || (changes.0.get(), changes.1.get(), changes.2.get(), changes.3.get());
        let list = Resource::new_blocking(move || (changed(), look.get()), |_| list_duplicates());
        Self { list, forms, look }
    }

    fn view(this: Self) -> AnyView {
        let Self { list, forms, look } = this;
        let params = use_query_map();
        let looking = StoredValue::new(false);
        Effect::new(move |_| looking.set_value(list.get().and_then(Result::ok).is_some_and(|list| list.looking)));
        browser::keep_fresh(REFRESH, move || {
            if looking.try_get_value().unwrap_or_default() {
                look.try_update(|n| *n += 1);
            }
        });
        view! {
            <PageHead title="Duplicates" />
            <div class="flex max-w-page flex-col gap-3">
                <p>
                    <a class="text-[13px] text-purple-soft hover:underline" href="/contacts">"All contacts"</a>
                </p>
                {move || params.with(|q| q.get_str("notice").and_then(was_done))}
                <FormError error=failure(&forms.find) />
                <FormError error=failure(&forms.merge) />
                <FormError error=failure(&forms.apart) />
                <FormError error=failure(&forms.undo) />
                <Loaded resource=list lines=8 let:list>
                    {content(list, forms)}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

fn was_done(what: &str) -> Option<AnyView> {
    let text = match what {
        "looking" => "Your contacts are compared. Below stands when it is done, and what was found.",
        "merged" => "They are one contact now. “Undo” below gives both back.",
        "apart" => "They stay two, and are not shown together again.",
        "undone" => "Both contacts are back.",
        _ => return None,
    };
    Some(view! { <Notice tone=Tone::Good><p>{text}</p></Notice> }.into_any())
}

fn content(list: DuplicateList, forms: Forms) -> AnyView {
    let looking = list.looking;
    let find = view! {
        <PostForm action=forms.find class="flex flex-wrap items-center gap-3">
            <Button small=true disabled=forms.find.pending()>"Look for duplicates now"</Button>
            <span class="text-xs text-faint">"Every night, and when you press this: phone numbers, mailboxes, and similar names at one company."</span>
        </PostForm>
    };
    let none = list.pairs.is_empty();
    let pairs: Vec<_> = list.pairs.into_iter().map(|pair| pair_card(pair, forms)).collect();
    let more = list
        .more
        .then(|| view! { <p class="text-xs text-faint">"There are more. Decide about these first."</p> }.into_any());
    let merges = merged(list.merges, forms);
    let (title, text) = match (looking, &list.compared) {
        (true, _) => ("No duplicates so far", "What is found appears here by itself."),
        (false, Some(_)) => ("No duplicates", "No two contacts look alike."),
        (false, None) => {
            ("Not compared yet", "Your contacts are compared at night, or when you press “Look for duplicates now”.")
        }
    };
    let said = said(looking, list.compared);
    view! {
        {find}
        <p role="status" class="text-[13px] text-muted">{said}</p>
        {if none {
            view! {
                <Card>
                    <Empty title=title text=text />
                </Card>
            }
                .into_any()
        } else {
            view! { <ul aria-label="People who may be one" class="flex flex-col gap-3">{pairs}</ul> }.into_any()
        }}
        {more}
        {merges}
        <p class="text-xs text-faint">{format!("Times are those of {}.", list.zone)}</p>
    }
    .into_any()
}

/// That the contacts are being compared, or when they were and what came of it.
fn said(looking: bool, compared: Option<Compared>) -> String {
    let last = compared.map(|last| {
        let people =
            if last.contacts == 1 { "1 contact".to_owned() } else { format!("{} contacts", number(last.contacts)) };
        let found = match last.found {
            0 => "no new pair was found".to_owned(),
            1 => "1 new pair was found".to_owned(),
            n => format!("{n} new pairs were found"),
        };
        format!("Last compared {}: {people}, {found}.", last.at.local.short())
    });
    match (looking, last) {
        (true, _) => "Your contacts are being compared now.".into(),
        (false, Some(last)) => last,
        (false, None) => "Your contacts were not compared so far.".into(),
    }
}

fn pair_card(pair: PairCard, forms: Forms) -> AnyView {
    let id = pair.id.to_string();
    let rows: Vec<_> = MergeField::ALL
        .into_iter()
        .enumerate()
        .map(|(at, field)| {
            let value = |twin: &TwinCard| twin.values.get(at).cloned().unwrap_or_default();
            field_row(&id, field, value(&pair.left), value(&pair.right))
        })
        .collect();
    let heads = [&pair.left, &pair.right].map(|twin| {
        let (href, title, below) = (
            format!("/contacts/{}", twin.contact),
            twin.title.clone(),
            match twin.tags.is_empty() {
                true => format!("since {}", twin.created.local.short()),
                false => format!("since {} · {}", twin.created.local.short(), twin.tags.join(", ")),
            },
        );
        view! {
            <div class="min-w-0">
                <a dir="auto" href=href class="text-[13px] font-medium wrap-anywhere hover:underline">{title}</a>
                <p dir="auto" class="text-xs text-faint wrap-anywhere">{below}</p>
            </div>
        }
        .into_any()
    });
    let heads: Vec<_> = heads.into_iter().collect();
    let (of_merge, of_apart) = (id.clone(), id);
    let (why, label) = (pair.why.clone(), format!("{} and {}", pair.left.title, pair.right.title));
    view! {
        <li aria-label=label>
            <Card>
                <PostForm action=forms.merge class="flex flex-col gap-3 p-4 pb-2">
                    <input type="hidden" name="pair" value=of_merge />
                    <div><Chip tone=Tone::Info>{why}</Chip></div>
                    <div class="grid grid-cols-2 gap-3">{heads}</div>
                    {rows}
                    <p class="text-xs text-faint">"Tags, notes, history and further fields of both are kept. If one of them wants no mail, that counts."</p>
                    <div>
                        <Button kind=ButtonKind::Primary small=true disabled=forms.merge.pending()>"Merge into one"</Button>
                    </div>
                </PostForm>
                <PostForm action=forms.apart class="px-4 pb-4">
                    <input type="hidden" name="pair" value=of_apart />
                    <Button kind=ButtonKind::Ghost small=true disabled=forms.apart.pending()>"Not the same person"</Button>
                </PostForm>
            </Card>
        </li>
    }
    .into_any()
}

/// One field: both values to choose from where they differ. What is empty on the left is taken from the right.
fn field_row(pair: &str, field: MergeField, left: String, right: String) -> AnyView {
    if left.is_empty() && right.is_empty() {
        return ().into_any();
    }
    let from_right = left.is_empty();
    let name = format!("keep[{}]", field.id());
    if left == right {
        let words = format!("{}: {left}", field.name());
        return view! { <p dir="auto" class="text-[13px] text-muted wrap-anywhere">{words}</p> }.into_any();
    }
    let sides = [("left", left, !from_right), ("right", right, from_right)].map(|(side, value, checked)| {
        let id = format!("{pair}-{}-{side}", field.id());
        let (of, name) = (id.clone(), name.clone());
        let shown = if value.is_empty() { "(empty)".to_owned() } else { value };
        view! {
            <label for=of class="target flex min-w-0 cursor-pointer items-center gap-2 text-[13px]">
                <input id=id type="radio" name=name value=side checked=checked class="shrink-0 accent-purple" />
                <span dir="auto" class="min-w-0 wrap-anywhere">{shown}</span>
            </label>
        }
        .into_any()
    });
    let sides: Vec<_> = sides.into_iter().collect();
    view! {
        <fieldset class="min-w-0">
            <legend class="text-xs text-faint">{field.name()}</legend>
            <div class="grid grid-cols-2 gap-3">{sides}</div>
        </fieldset>
    }
    .into_any()
}

fn merged(merges: Vec<MergeCard>, forms: Forms) -> Option<AnyView> {
    if merges.is_empty() {
        return None;
    }
    let rows: Vec<_> = merges.into_iter().map(|merge| merged_row(merge, forms)).collect();
    Some(
        view! {
            <Card>
                <CardHead title="Merged lately" />
                <ul aria-label="Merged lately">{rows}</ul>
            </Card>
        }
        .into_any(),
    )
}

fn merged_row(merge: MergeCard, forms: Forms) -> AnyView {
    let by = merge.by.map(|by| format!(" by {by}")).unwrap_or_default();
    let below = format!("with {}, {}{by}", merge.gone, merge.at.local.short());
    let (href, id) = (format!("/contacts/{}", merge.contact), merge.id.to_string());
    view! {
        <li class="flex min-w-0 flex-wrap items-center justify-between gap-3 border-b border-line px-4 py-2.5 last:border-b-0">
            <div class="min-w-0">
                <a dir="auto" href=href class="text-[13px] wrap-anywhere hover:underline">{merge.title}</a>
                <p dir="auto" class="text-xs text-faint wrap-anywhere">{below}</p>
            </div>
            <PostForm action=forms.undo>
                <input type="hidden" name="merge" value=id />
                <Button small=true disabled=forms.undo.pending()>"Undo"</Button>
            </PostForm>
        </li>
    }
    .into_any()
}
