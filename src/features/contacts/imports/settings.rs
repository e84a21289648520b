//! What each column is, what to do with people who are known, and the first rows with what will happen: one form, which shows the
//! outcome anew or begins.

use super::model::{Fate, ImportDetail, Known, PreviewRow, Target};
use super::one::Forms;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, FormError, Notice, PostForm, TextInput, Tone, failure, problem, typed,
};
use leptos::prelude::*;

const FIELDS: &[&str] = &["choices[tags]", "choices[source]", "choices[consent_words]"];
const CONTROL: &str = "w-full max-w-64 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]";

pub fn form(import: &ImportDetail, forms: Forms) -> AnyView {
    let error = failure(&forms.choose);
    let id = import.card.id.to_string();
    let gone = import.cannot_begin.clone();
    let remembered = import.remembered.then(|| {
        let text = "The columns are set as for your last file with the same columns.";
        view! { <Notice><p>{text}</p></Notice> }.into_any()
    });
    let missing = gone.clone().map(|why| view! { <Notice tone=Tone::Bad><p>{why}</p></Notice> }.into_any());
    let begin = gone.is_none().then(|| {
        view! {
            <Button kind=ButtonKind::Primary name="go" value="begin" disabled=forms.choose.pending()>
                "Import now"
            </Button>
            <Button name="go" value="look" disabled=forms.choose.pending()>
                "Show what will happen"
            </Button>
        }
        .into_any()
    });
    let (columns, known, texts, preview) =
        (columns(import), known(import.choices.known), texts(import, forms), preview(import));
    let again = id.clone();
    view! {
        {missing}
        <PostForm action=forms.choose class="flex flex-col gap-3">
            <input type="hidden" name="import" value=id />
            // What Enter in a field presses: it shows what would happen, and begins nothing.
            <button name="go" value="look" hidden=true></button>
            <FormError error=error fields=FIELDS />
            {remembered}
            <Card>
                <CardHead title="What each column is" />
                <ul aria-label="Columns" class="grid gap-x-6 px-4 py-1 min-[1000px]:grid-cols-2">{columns}</ul>
            </Card>
            <Card>
                <CardHead title="What to do" />
                <div class="flex flex-col gap-3 p-4 min-[701px]:max-w-xl">
                    {known}
                    {texts}
                </div>
            </Card>
            <div class="flex flex-wrap items-center gap-2">{begin}</div>
            {preview}
        </PostForm>
        <PostForm action=forms.remove>
            <input type="hidden" name="import" value=again />
            <Button kind=ButtonKind::Ghost small=true disabled=forms.remove.pending()>
                "Remove this file without importing it"
            </Button>
        </PostForm>
    }
    .into_any()
}

fn columns(import: &ImportDetail) -> AnyView {
    let rows = import.header.iter().zip(&import.choices.columns).enumerate().map(|(at, (name, now))| {
        let usual = Target::ALL.map(|target| (target.id(), target.name().to_owned()));
        let own = import.fields.iter().map(|field| (Target::Field(field.id).id(), field.label.clone()));
        // Before "a field of its own".
        let (before, behind) = usual.split_at(10);
        let options = before.iter().cloned().chain(own).chain(behind.iter().cloned()).map(|(id, name)| {
            let selected = id == *now;
            view! { <option value=id selected=selected>{name}</option> }.into_any()
        });
        let options = options.collect::<Vec<_>>();
        let samples: Vec<_> =
            import.preview.iter().filter_map(|row| row.cells.get(at)).filter(|cell| !cell.is_empty()).take(2).cloned().collect();
        let (control, of) = (format!("column-{at}"), format!("column-{at}"));
        let (name, samples) = (name.clone(), samples.join(" · "));
        view! {
            <li class="flex min-w-0 flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b border-line py-2 last:border-b-0">
                <label for=of class="flex min-w-0 flex-1 basis-40 flex-col">
                    <span dir="auto" class="text-[13px] font-medium wrap-anywhere">{name}</span>
                    <span dir="auto" class="truncate text-xs text-faint">{samples}</span>
                </label>
                <select id=control name="choices[columns][]" class=CONTROL>
                    {options}
                </select>
            </li>
        }
        .into_any()
    });
    rows.collect_view().into_any()
}

fn known(now: Known) -> AnyView {
    let options = Known::ALL.map(|known| {
        let id = format!("known-{}", known.id());
        let control = id.clone();
        view! {
            <label for=control class="target flex cursor-pointer items-center gap-2 text-[13px]">
                <input id=id type="radio" name="choices[known]" value=known.id() checked=known == now class="accent-purple" />
                {known.name()}
            </label>
        }
        .into_any()
    });
    view! {
        <fieldset class="flex flex-col gap-1">
            <legend class="mb-1 text-[13px] text-muted">"People who are contacts already (same e-mail address)"</legend>
            {options.into_iter().collect::<Vec<_>>()}
        </fieldset>
    }
    .into_any()
}

fn texts(import: &ImportDetail, forms: Forms) -> AnyView {
    let error = failure(&forms.choose);
    let values = [
        ("Tags for all of them", import.choices.tags.clone(), "Divided by commas."),
        ("Source", import.choices.source.clone(), "For rows that name none: “Fair in Berlin 2026”."),
        (
            "How did they agree to mail?",
            import.choices.consent_words.clone(),
            "Leave it empty unless they did; then nobody is marked as agreed. With a column “Agreed to mail” it counts for rows with yes. A no in the file counts always.",
        ),
    ];
    let all = FIELDS.iter().zip(values).map(|(name, (label, now, hint))| {
        let value = typed(error, name, now);
        let id = format!("import-{}", name.trim_start_matches("choices[").trim_end_matches(']'));
        view! {
            <TextInput
                id=id
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

fn preview(import: &ImportDetail) -> AnyView {
    if import.preview.is_empty() {
        return ().into_any();
    }
    // What is shown of a row: the columns that say who it is, whatever their number.
    let shown: Vec<usize> = (0..import.header.len())
        .filter(|at| import.choices.columns.get(*at).is_some_and(|is| *is != Target::Skip.id()))
        .take(8)
        .collect();
    let heads: Vec<_> = shown
        .iter()
        .filter_map(|at| import.header.get(*at))
        .map(|name| {
            view! { <th scope="col" dir="auto" class="px-3 py-2 text-left font-medium whitespace-nowrap">{name.clone()}</th> }.into_any()
        })
        .collect();
    let rows: Vec<_> = import.preview.iter().map(|row| preview_row(row, &shown)).collect();
    view! {
        <Card class="min-w-0 overflow-hidden">
            <CardHead title="The first rows, and what will happen" />
            // Wide tables scroll within their own box, which the keyboard reaches.
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label="The first rows">
                <table class="w-full text-[13px]">
                    <thead class="text-xs text-faint">
                        <tr class="border-b border-line">
                            <th scope="col" class="px-3 py-2 text-left font-medium whitespace-nowrap">"Row"</th>
                            <th scope="col" class="px-3 py-2 text-left font-medium whitespace-nowrap">"What will happen"</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Card>
    }
    .into_any()
}

fn preview_row(row: &PreviewRow, shown: &[usize]) -> AnyView {
    let cells: Vec<_> = shown
        .iter()
        .map(|at| row.cells.get(*at).cloned().unwrap_or_default())
        .map(|cell| view! { <td dir="auto" class="max-w-56 truncate px-3 py-1.5 text-muted">{cell}</td> }.into_any())
        .collect();
    let number = row.row;
    let (tone, word, why) = match &row.fate {
        Fate::New => (Tone::Good, "New".to_owned(), row.what.join(" · ")),
        Fate::Changed => (Tone::Info, "Changed".into(), row.what.join(" · ")),
        Fate::Same => (Tone::Quiet, "Unchanged".into(), row.what.join(" · ")),
        Fate::Again(first) => (Tone::Quiet, format!("Same person as row {first}"), row.what.join(" · ")),
        Fate::Refused(why) => (Tone::Bad, "Refused".into(), why.clone()),
    };
    let why = (!why.is_empty()).then(|| {
        view! { <span dir="auto" class="block min-w-40 text-xs text-faint wrap-anywhere">{why}</span> }.into_any()
    });
    view! {
        <tr class="border-b border-line align-top last:border-b-0">
            <td class="px-3 py-1.5 text-faint tabular-nums">{number}</td>
            <td class="px-3 py-1.5"><Chip tone=tone>{word}</Chip> {why}</td>
            {cells}
        </tr>
    }
    .into_any()
}
