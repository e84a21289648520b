//! The notice that publishing is paused or late.

use super::Allowed;
use crate::domain::frame::{Pause, PauseKind};
use crate::domain::permission::Permission;
use crate::ui::{LinkButton, Notice, Tone};
use leptos::prelude::*;

/// Stands on top of every page while nothing goes out.
#[component]
pub fn PauseNotice(pause: Pause) -> impl IntoView {
    let since = pause.since.map(|w| w.local.short());
    let words = match (pause.kind, since) {
        (PauseKind::NoWorker, Some(since)) => {
            format!("Publishing has been paused since {since}.")
        }
        (PauseKind::NoWorker, None) => "Publishing is paused.".to_owned(),
        (PauseKind::Behind, Some(since)) => {
            format!("Publishing is late: something due at {since} has not started.")
        }
        (PauseKind::Behind, None) => "Publishing is late.".to_owned(),
    };
    view! {
        <Notice tone=Tone::Warning>
            <div class="flex flex-wrap items-center justify-between gap-2">
                <p class="min-w-0">
                    <strong class="font-semibold">{words}</strong>
                    " Your posts go out when it is back. Tell the person who looks after the server."
                </p>
                <Allowed to=Permission::Company>
                    <LinkButton href="/diagnostics/queue" small=true>
                        "See the queue"
                    </LinkButton>
                </Allowed>
            </div>
        </Notice>
    }
}
