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
    let chosen = Memo::new(move |_| s.variants.with(Option::is_some));
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
            {move || chosen.get().then(|| side_by_side(s))}
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
#[derive(Clone, PartialEq, Eq, Hash)]
struct Proposal {
    at: Option<ConnectionId>,
    head: String,
    text: String,
}

fn proposal(s: Scribe, proposal: Proposal) -> AnyView {
    let Proposal { at, head, text } = proposal;
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

/// Keyed by all that a row shows: a row that is only drawn anew keeps its button, which puts in the text of before.
fn proposals(s: Scribe, all: impl Fn() -> Vec<Proposal> + Send + Sync + 'static) -> AnyView {
    view! { <For each=all key=Clone::clone children=move |one| proposal(s, one) /> }.into_any()
}

fn side_by_side(s: Scribe) -> AnyView {
    let texts = move || {
        let (at, texts) = s.variants.get().unwrap_or_default();
        let proposal = |(n, text)| Proposal { at, head: format!("Version {}", n + 1), text };
        texts.into_iter().enumerate().map(proposal).collect()
    };
    view! {
        <section aria-label="Three versions" class="flex flex-col gap-2">
            <ul class="grid gap-2 empty:hidden sm:grid-cols-3">{proposals(s, texts)}</ul>
            <div>
                <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| s.variants.set(None)>
                    "Close the versions"
                </Button>
            </div>
        </section>
    }
    .into_any()
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
    let here = move || {
        let shown = c.shown();
        let all = found.get().and_then(Result::ok).unwrap_or_default();
        let here = all.into_iter().filter(|version| version.connection == shown);
        let row = |v: Version| Proposal {
            at: v.connection,
            head: format!("{} · {}", v.origin, v.at.local.short()),
            text: v.text,
        };
        here.map(row).collect::<Vec<_>>()
    };
    let said = move || match found.get() {
        None => Some(view! { <p class="text-xs text-faint">"Loading…"</p> }.into_any()),
        Some(Err(error)) => Some(view! { <p role="alert" class="text-[13px] text-bad">{error.message}</p> }.into_any()),
        Some(Ok(_)) => here().is_empty().then(|| {
            let words = "No versions of this text yet: each one that is written is kept here.";
            view! { <p class="text-xs text-faint">{words}</p> }.into_any()
        }),
    };
    view! {
        <section aria-label="Versions of this text" class="flex flex-col gap-2">
            {said}
            <ul class="flex max-h-96 flex-col gap-2 overflow-y-auto empty:hidden">{proposals(s, here)}</ul>
        </section>
    }
    .into_any()
}
