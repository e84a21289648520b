//! What a person needs to publish a post themselves, on their phone or here: its files, its text and link to copy, all of it as
//! one ZIP file, and the way to the network.

use super::calls::view_package;
use crate::domain::delivery::{Package, PackageFile};
use crate::domain::ids::DeliveryId;
use crate::ui::{ButtonKind, CopyField, Loaded};
use leptos::prelude::*;

#[component]
pub fn PackageView(delivery: DeliveryId) -> impl IntoView {
    let package = Resource::new(move || delivery, view_package);
    view! {
        <Loaded resource=package lines=2 let:package>
            <Contents package=package />
        </Loaded>
    }
}

#[component]
fn Contents(package: Package) -> impl IntoView {
    let Package { delivery, platform, handle, format, text, link, files, zip, page } = package;
    let (name, count) = (platform.name(), files.len());
    let files = files.into_iter().map(file).collect_view();
    let files = (count > 0).then(|| view! { <ul class="flex flex-wrap gap-3">{files}</ul> }.into_any());
    let text = (!text.trim().is_empty()).then(|| {
        view! { <CopyField id=format!("package-text-{delivery}") label="Text" value=text long=true /> }.into_any()
    });
    let link = link
        .map(|link| view! { <CopyField id=format!("package-link-{delivery}") label="Link" value=link /> }.into_any());
    let page = page.map(|href| {
        view! {
            <a href=href target="_blank" rel="noopener noreferrer" class=ButtonKind::Secondary.class(true)>
                {format!("Open {name}")}
                <span class="sr-only">" (in a new tab)"</span>
            </a>
        }
        .into_any()
    });
    view! {
        <section
            class="flex flex-col gap-3 rounded-control border border-line bg-surface-2 p-3"
            aria-label=format!("What to post on {name}")
        >
            <p class="text-[13px] text-muted">{format!("{} for {handle}", format.name())}</p>
            {files}
            {text}
            {link}
            <div class="flex flex-wrap gap-2">
                <a href=zip download class=ButtonKind::Secondary.class(true) rel="external">
                    "Download all (ZIP)"
                </a>
                {page}
            </div>
        </section>
    }
    .into_any()
}

/// One file, with a link that saves it.
fn file(file: PackageFile) -> AnyView {
    let PackageFile { name, url, thumb, alt, bytes } = file;
    let size = match bytes {
        0..100_000 => "under 0.1 MB".to_owned(),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    };
    view! {
        <li class="flex items-center gap-3">
            <img src=thumb alt=alt loading="lazy" class="size-16 rounded-control bg-surface-3 object-cover" />
            <span class="flex flex-col items-start gap-1">
                <span class="text-xs text-faint">{size}</span>
                <a href=url download=name.clone() rel="external" class=ButtonKind::Secondary.class(true)>
                    {format!("Save {name}")}
                </a>
            </span>
        </li>
    }
    .into_any()
}
