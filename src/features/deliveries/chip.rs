//! A delivery's state as a chip: a dot and a word.

use crate::domain::delivery::{DeliveryState, StateTone};
use crate::ui::{Chip, Tone};
use leptos::prelude::*;

pub fn tone(state: DeliveryState) -> Tone {
    match state.tone() {
        StateTone::Quiet => Tone::Quiet,
        StateTone::Info => Tone::Info,
        StateTone::Good => Tone::Good,
        StateTone::Warning => Tone::Warning,
        StateTone::Bad => Tone::Bad,
    }
}

#[component]
pub fn StateChip(state: DeliveryState) -> impl IntoView {
    view! { <Chip tone=tone(state)>{state.name()}</Chip> }
}

/// Of what was published and then deleted at the platform.
#[component]
pub fn RemovedChip() -> impl IntoView {
    view! { <Chip>"Deleted there"</Chip> }
}
