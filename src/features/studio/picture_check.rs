//! What stands beside a picture of a post about what it shows: whether it fits the text, as a model sees it, and that a model made it.

use super::composer::Composer;
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::features::captions::calls::check_picture;
use crate::features::captions::model::{Fit, PictureFit};
use crate::ui::{Button, ButtonKind};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asks the model whether the picture shows what the shown text is about. It says so; nothing is held back.
pub fn fits(c: Composer, asset: AssetId) -> AnyView {
    let (busy, said) = (RwSignal::new(false), RwSignal::new(None::<Result<PictureFit, String>>));
    // The text that was judged: an answer to another one is taken away.
    let judged = RwSignal::new(String::new());
    let text = move || c.text_at(c.shown());
    let press = move |_| {
        let text = untrack(text);
        busy.set(true);
        said.set(None);
        judged.set(text.clone());
        spawn_local(async move {
            let answer = check_picture(asset, text).await;
            if busy.try_set(false).is_some() {
                return;
            }
            said.set(Some(answer.map_err(|error| error.message)));
        });
    };
    let idle = Signal::derive(move || busy.get() || text().trim().is_empty());
    let shown = move || {
        let class = |answer: &Result<PictureFit, String>| match answer {
            Ok(PictureFit { fits: Fit::Yes, .. }) => "text-xs text-ok wrap-anywhere",
            Ok(_) => "text-xs text-warn wrap-anywhere",
            Err(_) => "text-xs text-bad wrap-anywhere",
        };
        let answer = said.get().filter(|_| text() == judged.get())?;
        let (class, words) = match &answer {
            Ok(fit) => (class(&answer), format!("{} {}", fit.fits.words(), fit.why)),
            Err(words) => (class(&answer), words.clone()),
        };
        Some(view! { <p dir="auto" class=class>{words}</p> }.into_any())
    };
    view! {
        <div class:hidden=move || !c.alive.get()>
            <Button kind=ButtonKind::Ghost small=true kind_type="button" disabled=idle on:click=press>
                {move || if busy.get() { "Looking…" } else { "Does it fit the text?" }}
            </Button>
            <div role="status" class="empty:hidden">
                {shown}
            </div>
        </div>
    }
    .into_any()
}

/// That a model made the picture, and what the chosen networks want to be told.
pub fn made_by_ai(c: Composer) -> AnyView {
    let words = move || {
        let tiktok = c.chosen_validations().iter().any(|of| of.shown.account.platform == Platform::TikTok);
        if tiktok {
            "Made by AI. TikTok wants posts with such pictures to say so, and has a label of its own for videos only: say it in the text."
        } else {
            "Made by AI. Where readers could take it for a photo, say so in the text."
        }
    };
    view! { <p class="text-xs text-muted">{words}</p> }.into_any()
}
