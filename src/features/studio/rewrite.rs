//! Below the text that is shown: written anew by a short wish, three texts side by side, and the texts that stood here before.

use super::brief::Scribe;
use super::composer::Composer;
use crate::domain::error::AppError;
use crate::domain::ids::ConnectionId;
use crate::features::captions::calls::list_versions;
use crate::features::captions::model::{Version, Wish, language_name};
use crate::ui::{Button, ButtonKind};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub fn Rewrite(composer: Composer, scribe: Scribe) -> impl IntoView {
    let (c, s) = (composer, scribe);
    let open = RwSignal::new(false);
    let wishes: Vec<_> =
        if s.can_write() { Wish::ALL.into_iter().map(|wish| button(c, s, wish)).collect() } else { vec![] };
    let propose = s.can_write().then(|| {
        view! {
            <Button kind=ButtonKind::Ghost small=true kind_type="button" disabled=s.writing on:click=move |_| s.propose()>
                "Three versions"
            </Button>
        }
        .into_any()
    });
    view! {
        <div class="flex flex-col gap-2.5" class:hidden=move || !c.alive.get()>
            <div role="group" aria-label="Change the text" class="flex flex-wrap gap-1.5">
                {wishes}
                {propose}
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    kind_type="button"
                    attr:aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    "Versions"
                </Button>
            </div>
            {move || side_by_side(s)}
            {move || open.get().then(|| versions(c, s))}
        </div>
    }
}

fn button(c: Composer, s: Scribe, wish: Wish) -> AnyView {
    let empty = move || c.text_at(c.shown()).trim().is_empty();
    let language = move || language_name(&s.language.get());
    let words = move || match (wish, language()) {
        (Wish::Translate, Some(language)) => format!("Translate into {language}"),
        _ => wish.name().to_owned(),
    };
    view! {
        <span class:hidden=move || wish == Wish::Translate && language().is_none()>
            <Button
                kind=ButtonKind::Ghost
                small=true
                kind_type="button"
                disabled=Signal::derive(move || s.writing.get() || empty())
                on:click=move |_| s.rewrite(wish)
            >
                {words}
            </Button>
        </span>
    }
    .into_any()
}

/// A text that can be put into the field.
fn proposal(s: Scribe, at: Option<ConnectionId>, head: String, text: String) -> AnyView {
    let taken = text.clone();
    view! {
        <li class="flex min-w-0 flex-col items-start gap-2 rounded-control border border-line bg-surface-2 p-3">
            <p class="text-xs text-faint">{head}</p>
            <p dir="auto" class="max-h-60 w-full overflow-y-auto text-[13px] wrap-anywhere whitespace-pre-wrap">{text}</p>
            <Button
                kind=ButtonKind::Secondary
                small=true
                kind_type="button"
                disabled=s.writing
                on:click=move |_| s.take(at, taken.clone())
            >
                "Use this text"
            </Button>
        </li>
    }
    .into_any()
}

fn side_by_side(s: Scribe) -> Option<AnyView> {
    let (at, texts) = s.variants.get()?;
    let cards: Vec<_> =
        texts.into_iter().enumerate().map(|(n, text)| proposal(s, at, format!("Version {}", n + 1), text)).collect();
    Some(
        view! {
            <section aria-label="Three versions" class="flex flex-col gap-2">
                <ul class="grid gap-2 empty:hidden sm:grid-cols-3">{cards}</ul>
                <div>
                    <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| s.variants.set(None)>
                        "Close the versions"
                    </Button>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn versions(c: Composer, s: Scribe) -> AnyView {
    let found = RwSignal::new(None::<Result<Vec<Version>, AppError>>);
    Effect::new(move |_| {
        s.kept.track();
        let post = c.post.get().unwrap_or(c.key);
        spawn_local(async move {
            let versions = list_versions(post).await;
            found.try_set(Some(versions));
        });
    });
    let list = move || {
        let shown = c.shown();
        match found.get() {
            None => view! { <p class="text-xs text-faint">"Loading…"</p> }.into_any(),
            Some(Err(error)) => view! { <p role="alert" class="text-[13px] text-bad">{error.message}</p> }.into_any(),
            Some(Ok(all)) => {
                let here: Vec<_> = all.into_iter().filter(|version| version.connection == shown).collect();
                if here.is_empty() {
                    let words = "No versions of this text yet: each one that is written is kept here.";
                    return view! { <p class="text-xs text-faint">{words}</p> }.into_any();
                }
                let rows: Vec<_> = here
                    .into_iter()
                    .map(|v| proposal(s, v.connection, format!("{} · {}", v.origin, v.at.local.short()), v.text))
                    .collect();
                view! { <ul class="flex max-h-96 flex-col gap-2 overflow-y-auto">{rows}</ul> }.into_any()
            }
        }
    };
    view! {
        <section aria-label="Versions of this text" class="flex flex-col gap-2">
            {list}
        </section>
    }
    .into_any()
}
