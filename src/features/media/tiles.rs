//! A file as a small picture.

use super::model::AssetCard;
use crate::domain::post::MediaKind;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// Square; what is said beside it names the file.
pub fn picture(card: &AssetCard) -> AnyView {
    if card.facts.kind() == MediaKind::Document && !card.has_thumb {
        return view! {
            <span class="grid aspect-square w-full place-items-center rounded-control bg-surface-3 text-muted">
                <Icon glyph=Glyph::Posts class="size-8" />
            </span>
        }
        .into_any();
    }
    view! {
        <img
            src=card.thumb()
            alt=""
            loading="lazy"
            class="aspect-square w-full rounded-control bg-surface-3 object-cover"
        />
    }
    .into_any()
}
