//! An option that is a picture of the library (the thumbnail of a video): a list of those that fit, the newest first, and the chosen
//! one to look at. The list comes with the page, so that it works without JavaScript.

use super::calls::option_pictures;
use crate::domain::ids::AssetId;
use crate::domain::options::Field;
use crate::domain::platform::Platform;
use crate::features::media::facts;
use crate::features::media::model::AssetCard;
use crate::ui::SelectBox;
use leptos::prelude::*;

/// `roast.jpg, 1280 × 720, 230 kB`
fn line(card: &AssetCard) -> String {
    let facts = &card.facts;
    format!("{}, {} × {}, {}", card.file_name, facts.width, facts.height, facts::size(facts.bytes))
}

/// Nearly 16:9: what is not gets bars at its sides, or loses its edges.
fn is_wide(card: &AssetCard) -> bool {
    let (one, other) = (u64::from(card.facts.width) * 9, u64::from(card.facts.height) * 16);
    one.abs_diff(other) * 50 <= one.max(other)
}

#[component]
pub fn PictureField(
    platform: Platform,
    field: &'static Field,
    name: String,
    hint: String,
    value: Signal<String>,
    error: Signal<Option<String>>,
    set_text: Callback<String>,
) -> impl IntoView {
    let chosen: Option<AssetId> = value.get_untracked().parse().ok();
    let pictures =
        Resource::new(|| (), move |()| async move { option_pictures(platform, field.id.to_owned(), chosen).await });
    view! {
        <Suspense fallback=|| view! { <p class="text-xs text-muted">"Loading pictures of the library…"</p> }>
            {move || {
                let (name, hint) = (name.clone(), hint.clone());
                Suspend::new(async move {
                    match pictures.await {
                        Ok(found) => choose(platform, field, (name, hint), found, value, error, set_text),
                        Err(problem) => view! {
                            <p class="text-xs text-warn">{format!("{}: {}", field.label, problem.message)}</p>
                            <input type="hidden" name=name value=value.get_untracked() />
                        }
                        .into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

fn choose(
    platform: Platform,
    field: &'static Field,
    (name, hint): (String, String),
    found: Vec<AssetCard>,
    value: Signal<String>,
    error: Signal<Option<String>>,
    set_text: Callback<String>,
) -> AnyView {
    let mut options = vec![(String::new(), format!("{} chooses", platform.name()))];
    options.extend(found.iter().map(|card| (card.facts.asset.to_string(), line(card))));
    let had = value.get_untracked();
    if !had.is_empty() && options.iter().all(|(id, _)| *id != had) {
        options.push((had, "No longer available".to_owned()));
    }
    let none = found.is_empty().then(|| {
        view! { <p class="text-xs text-muted">"No picture of the library fits. Upload one there, then come back."</p> }.into_any()
    });
    let shown = move || {
        let chosen = value.get();
        let card = found.iter().find(|card| card.facts.asset.to_string() == chosen)?;
        let note = if is_wide(card) { "" } else { "It is not 16:9: it gets bars, or its edges are cut off." };
        Some(
            view! {
                <div class="mt-1.5 flex flex-col gap-1">
                    <img
                        src=card.thumb()
                        alt=card.facts.alt.clone()
                        class="aspect-video w-40 rounded-control border border-line bg-surface-3 object-contain"
                    />
                    <p class="text-xs text-warn empty:hidden">{note}</p>
                </div>
            }
            .into_any(),
        )
    };
    view! {
        <div>
            <SelectBox
                id=name.clone()
                name=name
                label=field.label
                hint=hint
                options=options
                value=value
                error=error
                on_change=set_text
            />
            {none}
            {shown}
        </div>
    }
    .into_any()
}
