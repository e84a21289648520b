//! `/agents/documents/{id}`: what an agent delivered, to read, print, copy, take along and change, in each of its versions.

use super::calls::{EditDocument, RestoreDocument, load_document};
use super::model::{DocumentView, MAX_DOCUMENT, MAX_VERSIONS, VersionLine};
use super::parts::{blocks, name, time};
use crate::domain::error::AppError;
use crate::ui::decided::{Decided, WayBack, decided};
use crate::ui::page::PageHead;
use crate::ui::{
    Button, ButtonKind, Card, CopyField, FormAction, FormError, LinkButton, Loaded, Notice, PostForm, Screen, TextArea,
    done, failure, problem,
};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/agents/documents/:id`
pub struct DocumentPage {
    document: Resource<Result<DocumentView, AppError>>,
    /// The document is being changed.
    edits: Memo<bool>,
    edit: FormAction<EditDocument>,
    restore: FormAction<RestoreDocument>,
    told: Memo<Decided>,
    here: Memo<String>,
}

impl Screen for DocumentPage {
    fn data() -> Self {
        let (params, query) = (use_params_map(), use_query_map());
        let edits = Memo::new(move |_| query.with(|q| q.get_str("edit").is_some()));
        let version = Memo::new(move |_| query.with(|q| q.get_str("version").and_then(|n| n.parse::<i32>().ok())));
        let id = Memo::new(move |_| params.with(|p| p.get("id")).unwrap_or_default());
        let (edit, restore) = (FormAction::staying(), FormAction::staying());
        let (edited, restored) = (done(&edit), done(&restore));
        let key = move || (id.get(), version.get(), edits.get(), edited.get(), restored.get());
        let document = Resource::new_blocking(key, |(id, version, ..)| async move {
            match id.parse() {
                Ok(id) => load_document(id, version).await,
                Err(_) => Err(AppError::not_found("document")),
            }
        });
        let told = Memo::new(move |_| query.with(Decided::of));
        let here = Memo::new(move |_| format!("/agents/documents/{}", id.get()));
        Self { document, edits, edit, restore, told, here }
    }

    fn view(this: Self) -> AnyView {
        let Self { document, edits, edit, restore, told, here } = this;
        view! {
            <PageHead title="Document" />
            <div class="flex max-w-page flex-col gap-3">
                <FormError error=failure(&restore) />
                <Loaded resource=document lines=10 let:document>
                    {shown(document, edits.get_untracked(), edit, restore)}
                </Loaded>
            </div>
            {move || message(told.get(), here.get())}
        }
        .into_any()
    }
}

/// Who wrote a version, where it was a person: "edited by Ana".
fn by(line: &VersionLine) -> Option<String> {
    line.by_person.then(|| format!("edited by {}", line.by.as_deref().unwrap_or("somebody who left")))
}

fn shown(
    document: DocumentView,
    edits: bool,
    edit: FormAction<EditDocument>,
    restore: FormAction<RestoreDocument>,
) -> AnyView {
    let here = format!("/agents/documents/{}", document.line.id);
    let (version, may_change) = (document.version, document.may_change);
    let latest = document.versions.first().map_or(version, |v| v.version);
    let now = document.versions.iter().find(|line| line.version == version);
    let edited = now.and_then(by).map(|words| format!(" · {words}")).unwrap_or_default();
    let beside = document.kept_beside().map(|line| beside(line, &here));
    let old = if version == latest { String::new() } else { format!(" · this is version {version} of {latest}") };
    let download = format!("/api/v1/agents/documents/{}?version={version}", document.line.id);
    let others: Vec<_> = document.versions.iter().map(|line| version_link(line, version, latest, &here)).collect();
    // An earlier version is made the latest one first.
    let change = (may_change && version == latest && !edits)
        .then(|| view! { <LinkButton small=true href=format!("{here}?edit=1")>"Edit"</LinkButton> }.into_any());
    let back_again = (may_change && version != latest).then(|| {
        let (id, back) = (document.line.id.to_string(), here.clone());
        view! {
            <PostForm action=restore>
                <input type="hidden" name="document" value=id />
                <input type="hidden" name="version" value=version.to_string() />
                <input type="hidden" name="back" value=back />
                <Button small=true kind=ButtonKind::Primary disabled=restore.pending()>"Make this the latest"</Button>
            </PostForm>
        }
        .into_any()
    });
    let body = if edits && may_change && version == latest {
        edit_form(&document, &here, edit)
    } else {
        view! { <article>{blocks(&document.blocks)}</article> }.into_any()
    };
    view! {
        <div class="grid grid-cols-1 gap-4 min-[1100px]:grid-cols-[minmax(0,1fr)_240px]">
            <Card class="min-w-0 p-5 print:border-0 print:p-0">
                <p class="mb-3 text-xs text-faint">
                    <a class="hover:underline" href=format!("/agents/{}", document.line.agent)>{name(&document.line.agent)}</a>
                    <span dir="auto">
                        {format!(" · {}{edited}{old} · times of {}", time(document.line.changed), document.zone)}
                    </span>
                </p>
                {beside}
                {body}
            </Card>
            <aside class="flex min-w-0 flex-col gap-3 print:hidden" aria-label="About this document">
                <div class="flex flex-wrap gap-2">
                    {change}
                    {back_again}
                    <LinkButton small=true href=download external=true>"Download (.md)"</LinkButton>
                </div>
                <p class="text-xs text-faint">"To print it, use your browser: only the document goes on paper."</p>
                {as_markdown(document.markdown)}
                <div>
                    <h2 class="mb-1 text-sm font-semibold">"Versions"</h2>
                    <ul class="flex max-h-96 flex-col gap-1 overflow-y-auto">{others}</ul>
                    <p class="mt-1 text-xs text-faint">{format!("The newest {MAX_VERSIONS} are kept.")}</p>
                </div>
            </aside>
        </div>
    }
    .into_any()
}

/// Its text to take along. It closes once it was copied, and the keyboard goes back to what opened it.
fn as_markdown(markdown: String) -> AnyView {
    let (whole, head) = (NodeRef::<html::Details>::new(), NodeRef::<html::Summary>::new());
    let copied = RwSignal::new(false);
    let close = Callback::new(move |()| {
        copied.set(true);
        if let Some(head) = head.get_untracked() {
            let _ = head.focus();
        }
        if let Some(whole) = whole.get_untracked() {
            let _ = whole.remove_attribute("open");
        }
    });
    view! {
        <details node_ref=whole class="rounded-control border border-line px-3 py-1.5 open:pb-3">
            <summary node_ref=head class="target cursor-pointer text-[13px] font-medium">"As Markdown"</summary>
            <CopyField id="document-markdown" label="The text" value=markdown long=true on_copied=close />
        </details>
        <p role="status" class="text-xs text-faint empty:hidden">{move || if copied.get() { "The Markdown is copied." } else { "" }}</p>
    }
    .into_any()
}

/// That a run has written since a person changed the document, and where that version is.
fn beside(line: &VersionLine, here: &str) -> AnyView {
    let words = format!(
        "The agent has written a new version since version {}, which was {}. ",
        line.version,
        by(line).unwrap_or_default()
    );
    let href = format!("{here}?version={}", line.version);
    view! {
        <div class="mb-3 print:hidden">
            <Notice>
                <span dir="auto">{words}</span>
                <a class="underline" href=href>"Open that version"</a>
            </Notice>
        </div>
    }
    .into_any()
}

fn version_link(line: &VersionLine, shown: i32, latest: i32, here: &str) -> AnyView {
    let href = if line.version == latest { here.to_owned() } else { format!("{here}?version={}", line.version) };
    let by = by(line).map(|by| format!(", {by}")).unwrap_or_default();
    let words = format!("Version {}, {}{by}", line.version, time(line.at));
    let now = (line.version == shown).then_some("page");
    view! {
        <li dir="auto"><a class="text-[13px] text-purple-soft wrap-anywhere hover:underline aria-[current=page]:font-semibold aria-[current=page]:text-text" aria-current=now href=href>{words}</a></li>
    }
    .into_any()
}

fn edit_form(document: &DocumentView, here: &str, edit: FormAction<EditDocument>) -> AnyView {
    let error = failure(&edit);
    let text = Signal::stored(document.markdown.clone());
    let (id, version, here) = (document.line.id.to_string(), document.version.to_string(), here.to_owned());
    view! {
        <PostForm action=edit class="flex flex-col gap-2">
            <input type="hidden" name="document" value=id />
            <input type="hidden" name="version" value=version />
            <input type="hidden" name="back" value=here.clone() />
            <TextArea
                id="document-text"
                name="markdown"
                label="The document, as Markdown"
                hint=format!("“## ” begins a section, “- ” a point of a list; at most {MAX_DOCUMENT} characters. The version from before stays.")
                rows=24
                value=text
                error=problem(error, "markdown")
            />
            <FormError error=error fields=&["markdown"] />
            <div class="flex flex-wrap gap-2">
                <Button kind=ButtonKind::Primary disabled=edit.pending()>"Save the document"</Button>
                <LinkButton href=here>"Cancel"</LinkButton>
            </div>
        </PostForm>
    }
    .into_any()
}

fn message(told: Decided, back: String) -> AnyView {
    let words = match told.act.as_str() {
        "saved" => "The document is saved. The version from before stays.",
        "restored" => "It is the latest version again.",
        _ => return ().into_any(),
    };
    decided(told, words.to_owned(), back, None::<WayBack<RestoreDocument>>, None, "could not be done")
}
