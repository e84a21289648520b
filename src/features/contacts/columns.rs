//! What the list shows of each contact: columns that are chosen in the address, also by a form without JavaScript.

use super::fields::model::{FieldCard, FieldValue};
use super::model::{Column, ContactCard, ContactQuery, MOST_COLUMNS};
use super::page::{consent_chip, tag_chip};
use crate::ui::{Button, Chip, Chosen, ChosenBox, Tone};
use leptos::prelude::*;

/// The form in which columns are chosen; what else the address asks for stays.
pub fn columns_form(fields: &[FieldCard], query: &ContactQuery) -> AnyView {
    let choices = Column::USUAL.map(|column| (column, column.name().to_owned()));
    let own = fields.iter().map(|field| (Column::Field(field.id), field.label.clone()));
    let boxes: Vec<_> = choices
        .into_iter()
        .chain(own)
        .map(|(column, name)| {
            let checked = query.shown().contains(&column);
            view! {
                <label class="target flex min-w-0 cursor-pointer items-center gap-2 text-[13px]">
                    <input
                        type="checkbox"
                        name="columns"
                        value=column.id()
                        checked=checked
                        aria-label=format!("Show {name}")
                        class="size-4 accent-purple-fill"
                    />
                    <span dir="auto" class="min-w-0 truncate">{name}</span>
                </label>
            }
            .into_any()
        })
        .collect();
    let kept = [
        ("q", query.search.clone()),
        ("tag", query.tag.clone()),
        ("source", query.source.clone()),
        ("consent", query.consent.map(|consent| consent.id().to_owned()).unwrap_or_default()),
        ("segment", query.segment.map(|id| id.to_string()).unwrap_or_default()),
        ("days", query.days.map(|days| days.to_string()).unwrap_or_default()),
        ("sort", query.sort.id().to_owned()),
    ];
    let kept: Vec<_> = kept
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.into_any())
        .collect();
    view! {
        <details class="rounded-card border border-line bg-surface-1">
            <summary class="target cursor-pointer px-4 py-2 text-[13px] font-medium">"Columns"</summary>
            <form action="/contacts" method="get" class="flex flex-col gap-3 px-4 pb-4">
                {kept}
                <fieldset class="grid grid-cols-[repeat(auto-fill,minmax(min(150px,100%),1fr))] gap-x-4">
                    <legend class="sr-only">"Columns of the list"</legend>
                    {boxes}
                </fieldset>
                <div class="flex flex-wrap items-center gap-3">
                    <Button small=true>"Show these columns"</Button>
                    <a class="text-[13px] text-purple-soft hover:underline" href="/contacts/fields">"Fields of your own"</a>
                    <span class="text-xs text-faint">{format!("At most {MOST_COLUMNS} are shown.")}</span>
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// On wide screens each column has its width. E-mail and company stand below the name.
fn width(column: Column) -> Option<&'static str> {
    match column {
        Column::Email | Column::Company => None,
        Column::Tags => Some("flex min-w-0 flex-wrap gap-1 max-[999px]:empty:hidden min-[1000px]:w-44"),
        Column::Consent => Some("flex min-w-0 max-[999px]:empty:hidden min-[1000px]:w-36"),
        Column::Source => {
            Some("min-w-0 max-w-40 truncate text-xs text-muted max-[999px]:empty:hidden min-[1000px]:w-32")
        }
        Column::Added => {
            Some("min-w-0 overflow-hidden text-xs whitespace-nowrap text-faint tabular-nums min-[1000px]:w-28")
        }
        Column::Phone | Column::Field(_) => {
            Some("min-w-0 truncate text-xs text-muted max-[999px]:empty:hidden min-[1000px]:w-32")
        }
    }
}

fn name(column: Column, fields: &[FieldCard]) -> Option<String> {
    match column {
        Column::Field(id) => fields.iter().find(|field| field.id == id).map(|field| field.label.clone()),
        usual => Some(usual.name().to_owned()),
    }
}

/// The names of the columns, for those who see them above each other. Where it could be unclear, each value says its name itself.
pub fn heads(columns: &[Column], fields: &[FieldCard]) -> AnyView {
    let heads: Vec<_> = columns
        .iter()
        .filter_map(|column| Some((width(*column)?, name(*column, fields)?)))
        .map(|(class, name)| {
            view! { <span class=class><span dir="auto" class="truncate">{name}</span></span> }.into_any()
        })
        .collect();
    view! {
        <div aria-hidden="true" class="hidden items-center border-b border-line py-1.5 text-xs text-faint min-[1000px]:flex">
            <span class="w-11 shrink-0"></span>
            <span class="flex min-w-0 flex-1 gap-x-4 pr-4">
                <span class="min-w-0 flex-1 basis-56">"Name"</span>
                {heads}
            </span>
        </div>
    }
    .into_any()
}

/// A value with the name of its column: for narrow screens, and for those who hear it.
fn labelled(name: String, value: FieldValue) -> AnyView {
    if value.text.is_empty() {
        return ().into_any();
    }
    let wrong = value.wrong.then(|| view! { " " <Chip tone=Tone::Warning>"Does not fit"</Chip> }.into_any());
    view! {
        <span class="text-faint min-[1000px]:sr-only">{format!("{name}: ")}</span>
        <span dir="auto">{value.text}</span>
        {wrong}
    }
    .into_any()
}

fn cell(card: &ContactCard, column: Column, fields: &[FieldCard]) -> Option<AnyView> {
    let class = width(column)?;
    let inside = match column {
        Column::Email | Column::Company => return None,
        Column::Tags => card.tags.iter().map(|tag| tag_chip(tag)).collect::<Vec<_>>().into_any(),
        Column::Consent => consent_chip(card.consent),
        Column::Source if card.source.is_empty() => ().into_any(),
        Column::Source => view! { <span dir="auto">{card.source.clone()}</span> }.into_any(),
        Column::Added => view! { <time>{card.created.local.short()}</time> }.into_any(),
        Column::Phone => labelled("Phone".into(), FieldValue { text: card.phone.clone(), wrong: false }),
        Column::Field(id) => {
            let value = card.own.iter().find(|(of, _)| *of == id).map(|(_, value)| value.clone());
            labelled(name(column, fields)?, value.unwrap_or_default())
        }
    };
    Some(view! { <span class=class>{inside}</span> }.into_any())
}

pub fn row(card: ContactCard, columns: &[Column], fields: &[FieldCard], chosen: Chosen) -> AnyView {
    let title = card.title().to_owned();
    let shows = |column: Column, text: &str| (columns.contains(&column) && !text.is_empty()).then(|| text.to_owned());
    let email = shows(Column::Email, &card.email).filter(|_| !card.name.is_empty());
    let below: Vec<_> = email.into_iter().chain(shows(Column::Company, &card.company_name)).collect();
    let cells: Vec<_> = columns.iter().filter_map(|column| cell(&card, *column, fields)).collect();
    view! {
        <li class="flex min-w-0 items-center border-b border-line last:border-b-0">
            <ChosenBox
                value=card.id.to_string()
                title=title.clone()
                class="target grid w-11 shrink-0 cursor-pointer place-items-center self-stretch"
                chosen=chosen
            />
            <a
                href=format!("/contacts/{}", card.id)
                class="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-1 py-2.5 pr-4 hover:bg-surface-2 min-[1000px]:flex-nowrap"
            >
                <span class="flex min-w-0 flex-1 basis-56 flex-col">
                    <span dir="auto" class="truncate">{title}</span>
                    <span dir="auto" class="truncate text-xs text-faint">{below.join(" · ")}</span>
                </span>
                {cells}
            </a>
        </li>
    }
    .into_any()
}
