//! `/contacts/import`: takes a file, and lists those that were brought in before.

use super::calls::list_imports;
use super::model::{ImportCard, ImportList, ImportState};
use super::one::counts;
use crate::domain::error::AppError;
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, Chip, Empty, LinkButton, Loaded, Notice, Screen, Tone, browser, of_company,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(3);

pub struct ImportsPage {
    list: Resource<Result<ImportList, AppError>>,
    look: RwSignal<u32>,
}

impl Screen for ImportsPage {
    fn data() -> Self {
        let look = RwSignal::new(0);
        Self { list: Resource::new_blocking(move || look.get(), |_| list_imports()), look }
    }

    fn view(this: Self) -> AnyView {
        let Self { list, look } = this;
        let params = use_query_map();
        let runs = StoredValue::new(false);
        Effect::new(move |_| {
            let list = list.get().and_then(Result::ok);
            runs.set_value(list.is_some_and(|list| list.imports.iter().any(|import| import.state.is_under_way())));
        });
        browser::keep_fresh(REFRESH, move || {
            if runs.try_get_value().unwrap_or_default() {
                look.try_update(|n| *n += 1);
            }
        });
        view! {
            <PageHead title="Import contacts" />
            <div class="flex max-w-page flex-col gap-3">
                <p>
                    <a class="text-[13px] text-purple-soft hover:underline" href="/contacts">"All contacts"</a>
                </p>
                {move || params.with(|q| q.get_str("why").and_then(why))}
                {upload()}
                <Loaded resource=list lines=4 let:list>
                    {before(list)}
                </Loaded>
            </div>
        }
        .into_any()
    }
}

/// Why a file was not taken in words.
fn why(id: &str) -> Option<AnyView> {
    let text = match id {
        "empty" => "No file came, or it is empty. Choose a file.",
        "big" => "This file is too big: at most 200 MB. Divide it and upload the parts one after another.",
        "broken" => "The upload broke off. Try it again.",
        "waiting" => "20 files wait to be imported already. Import or remove one of them first.",
        "columns" => "This file has more than 200 columns. Leave out those that you do not need.",
        "table" => "No table was found in this file. Save it as CSV: in Excel “Save as”, then “CSV UTF-8”.",
        "busy" => "Too many files are coming in just now. Try it again in a minute.",
        _ => return None,
    };
    Some(view! { <Notice tone=Tone::Bad><p>{text}</p></Notice> }.into_any())
}

fn upload() -> AnyView {
    view! {
        <Card>
            <CardHead title="Upload a file" />
            <form
                method="post"
                action=of_company("/contacts/import/upload")
                enctype="multipart/form-data"
                class="flex flex-col gap-3 p-4"
            >
                <div class="flex flex-col gap-1.5">
                    <label for="import-file" class="text-[13px] font-medium">"File with your contacts"</label>
                    <input
                        id="import-file"
                        type="file"
                        name="file"
                        required=true
                        accept=".csv,.tsv,.txt,.tab,text/csv,text/plain,text/tab-separated-values"
                        aria-describedby="import-file-note"
                        class="w-full text-[13px] text-muted file:mr-2 file:cursor-pointer file:rounded-control file:border file:border-line-strong file:bg-surface-2 file:px-2.5 file:py-1 file:text-text"
                    />
                    <p id="import-file-note" class="text-xs text-faint">
                        "A CSV or text file with commas, semicolons, tabs or bars between the columns, up to 200 MB. One column has the e-mail addresses. Nothing is imported yet: the next page shows what will happen."
                    </p>
                </div>
                <div>
                    <Button kind=ButtonKind::Primary small=true>"Upload"</Button>
                </div>
            </form>
        </Card>
    }
    .into_any()
}

fn before(list: ImportList) -> AnyView {
    let rows: Vec<_> = list.imports.into_iter().map(row).collect();
    let runs = rows.is_empty();
    view! {
        <Card>
            <CardHead title="Earlier imports">
                <LinkButton href="/contacts/import" small=true external=true>"Refresh"</LinkButton>
            </CardHead>
            {if runs {
                view! { <Empty title="No imports yet" text="Upload a file above. Every import is kept here, and can be undone for 30 days." /> }
                    .into_any()
            } else {
                view! { <ul aria-label="Imports">{rows}</ul> }.into_any()
            }}
        </Card>
        <p class="text-xs text-faint">{format!("Times are those of {}.", list.zone)}</p>
    }
    .into_any()
}

fn row(import: ImportCard) -> AnyView {
    let by = import.by.clone().map(|by| view! { <span dir="auto">{format!("by {by}")}</span> }.into_any());
    view! {
        <li class="border-b border-line last:border-b-0">
            <a href=format!("/contacts/import/{}", import.id) class="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-surface-2">
                <span class="flex min-w-0 flex-1 basis-56 flex-col">
                    <span dir="auto" class="truncate">{import.file_name.clone()}</span>
                    <span class="text-xs text-faint">{counts(&import)}</span>
                </span>
                {state(&import)}
                <span class="flex gap-2 text-xs text-faint">
                    {by}
                    <time class="tabular-nums">{import.created.local.short()}</time>
                </span>
            </a>
        </li>
    }
    .into_any()
}

/// Where it is, as a chip.
pub fn state(import: &ImportCard) -> AnyView {
    let tone = match import.state {
        ImportState::Choosing | ImportState::Undone => Tone::Quiet,
        ImportState::Running | ImportState::Undoing => Tone::Info,
        ImportState::Done => Tone::Good,
        ImportState::Stopped => Tone::Warning,
        ImportState::Failed => Tone::Bad,
    };
    let words = match import.state.is_under_way() {
        true => format!("{}, {} %", import.state.name(), import.counts.percent),
        false => import.state.name().to_owned(),
    };
    view! { <Chip tone=tone>{words}</Chip> }.into_any()
}
