//! The previews of what is being written, one for each chosen account.

use super::composer::{Composer, UploadState};
use crate::features::media::model::AssetCard;
use crate::features::posts::link_card::link_of;
use crate::features::posts::link_pages::LinkPages;
use crate::features::posts::preview::{PostPreview, Shot};
use leptos::prelude::*;

#[component]
pub fn Previews(composer: Composer) -> impl IntoView {
    let c = composer;
    let shots = Memo::new(move |_| {
        let shot = |card: AssetCard, alt: String| (card.thumb(), alt);
        let pictures = c.pictures.get();
        let ready = pictures.iter().filter_map(|p| match p.upload.get() {
            UploadState::Ready(card) => Some(shot(*card, p.alt.get())),
            _ => None,
        });
        ready.collect::<Vec<Shot>>()
    });
    let links = Memo::new(move |_| {
        let mut links: Vec<String> = c.chosen_validations().iter().filter_map(|s| link_of(&s.shown)).collect();
        links.sort_unstable();
        links.dedup();
        links
    });
    let pages = LinkPages::new(links);
    let previews = move || {
        let tab = c.shown();
        let all = c.chosen_validations().into_iter().map(|s| s.shown);
        let all: Vec<_> = all.filter(|shown| tab.is_none_or(|id| shown.account.id == id)).collect();
        if all.is_empty() {
            let text = "Choose an account, and you see here how the post will look.";
            return view! { <p class="text-[13px] text-muted">{text}</p> }.into_any();
        }
        let one = |shown| view! { <PostPreview shown=shown shots=shots.get() pages=pages /> }.into_any();
        all.into_iter().map(one).collect_view().into_any()
    };
    view! {
        <section
            class="relative flex flex-col gap-3 rounded-card border border-line bg-surface-1 p-4 desk:min-h-24 desk:flex-1 desk:overflow-y-auto"
            aria-labelledby="preview-title"
            tabindex="0"
        >
            <h2 id="preview-title" class="text-xs font-semibold tracking-wider text-faint uppercase">
                "Preview"
            </h2>
            {previews}
        </section>
    }
}
