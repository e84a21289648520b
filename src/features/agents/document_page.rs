//! `/agents/documents/{id}`: what an agent delivered, to read, print, copy and take along, in each of its versions.

use super::calls::load_document;
use super::model::DocumentView;
use super::parts::{blocks, name, time};
use crate::domain::error::AppError;
use crate::ui::page::PageHead;
use crate::ui::{Card, CopyField, LinkButton, Loaded, Screen};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/agents/documents/:id`
pub struct DocumentPage {
    document: Resource<Result<DocumentView, AppError>>,
}

impl Screen for DocumentPage {
    fn data() -> Self {
        let (params, query) = (use_params_map(), use_query_map());
        let key = move || {
            let version = query.with(|q| q.get_str("version").and_then(|n| n.parse::<i32>().ok()));
            (params.with(|p| p.get("id")).unwrap_or_default(), version)
        };
        let document = Resource::new_blocking(key, |(id, version)| async move {
            match id.parse() {
                Ok(id) => load_document(id, version).await,
                Err(_) => Err(AppError::not_found("document")),
            }
        });
        Self { document }
    }

    fn view(this: Self) -> AnyView {
        view! {
            <PageHead title="Document" />
            <Loaded resource=this.document lines=10 let:document>
                {shown(document)}
            </Loaded>
        }
        .into_any()
    }
}

fn shown(document: DocumentView) -> AnyView {
    let DocumentView { line, version, versions, blocks: content, markdown, zone } = document;
    let here = format!("/agents/documents/{}", line.id);
    let latest = versions.first().map_or(version, |v| v.version);
    let others: Vec<_> = versions
        .iter()
        .map(|v| {
            let href = if v.version == latest { here.clone() } else { format!("{here}?version={}", v.version) };
            let words = format!("Version {}, {}", v.version, time(v.at));
            let now = (v.version == version).then_some("page");
            view! {
                <li><a class="text-[13px] text-purple-soft hover:underline aria-[current=page]:font-semibold aria-[current=page]:text-text" aria-current=now href=href>{words}</a></li>
            }
            .into_any()
        })
        .collect();
    let old = if version == latest { String::new() } else { format!(" · this is version {version} of {latest}") };
    let download = format!("/api/v1/agents/documents/{}?version={version}", line.id);
    view! {
        <div class="grid max-w-page grid-cols-1 gap-4 min-[1100px]:grid-cols-[minmax(0,1fr)_240px]">
            <Card class="min-w-0 p-5 print:border-0 print:p-0">
                <p class="mb-3 text-xs text-faint">
                    <a class="hover:underline" href=format!("/agents/{}", line.agent)>{name(&line.agent)}</a>
                    {format!(" · {}{old} · times of {zone}", time(line.changed))}
                </p>
                <article>{blocks(&content)}</article>
            </Card>
            <aside class="flex min-w-0 flex-col gap-3 print:hidden" aria-label="About this document">
                <div class="flex flex-wrap gap-2">
                    <LinkButton small=true href=download external=true>"Download (.md)"</LinkButton>
                </div>
                <p class="text-xs text-faint">"To print it, use your browser: only the document goes on paper."</p>
                <CopyField id="document-markdown" label="As Markdown" value=markdown long=true />
                <div>
                    <h2 class="mb-1 text-sm font-semibold">"Versions"</h2>
                    <ul class="flex flex-col gap-1">{others}</ul>
                </div>
            </aside>
        </div>
    }
    .into_any()
}
