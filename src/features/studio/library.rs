//! Files that are in the library already: searched and chosen beside the composer. Without JavaScript the button keeps the post as
//! a draft and leads to the library's page, and from there back.

use super::composer::{Composer, Picture, UploadState};
use crate::domain::page::Cursor;
use crate::domain::post::MediaKind;
use crate::features::media::calls::load_library;
use crate::features::media::library::LibraryQuery;
use crate::features::media::model::AssetCard;
use crate::features::media::{facts, tiles};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind, Glyph, Icon};
use leptos::prelude::*;
use leptos::task::spawn_local;

const BUTTON: &str = "from-library";
const SEARCH: &str = "library-search";

#[component]
pub fn FromLibrary(composer: Composer) -> impl IntoView {
    let c = composer;
    let open = RwSignal::new(false);
    move || {
        if open.get() && c.alive.get() {
            return panel(c, open);
        }
        view! {
            <div>
                <Button
                    kind=ButtonKind::Secondary
                    small=true
                    name="choose"
                    value="library"
                    attr:id=BUTTON
                    on:click=move |event| {
                        event.prevent_default();
                        open.set(true);
                        focus_soon(SEARCH);
                    }
                >
                    <Icon glyph=Glyph::Media />
                    "Choose from the library"
                </Button>
            </div>
        }
        .into_any()
    }
}

/// What was found, and what of it is chosen.
#[derive(Clone, Copy)]
struct Search {
    words: RwSignal<String>,
    kind: RwSignal<Option<MediaKind>>,
    found: RwSignal<Vec<AssetCard>>,
    older: RwSignal<Option<Cursor>>,
    chosen: RwSignal<Vec<AssetCard>>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<String>>,
    /// What was asked for last: what comes behind belongs to it, and not to what was typed since.
    query: StoredValue<LibraryQuery>,
    /// Counted up with each question: an answer to an earlier one is dropped.
    asked: RwSignal<u32>,
}

impl Search {
    fn new() -> Self {
        Self {
            words: RwSignal::default(),
            kind: RwSignal::new(None),
            found: RwSignal::default(),
            older: RwSignal::new(None),
            chosen: RwSignal::default(),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            query: StoredValue::default(),
            asked: RwSignal::new(0),
        }
    }

    /// Asks for the beginning, or (`more`) for what comes behind what is there.
    fn ask(self, more: bool) {
        let query = if more {
            LibraryQuery { older: self.older.get_untracked(), ..self.query.get_value() }
        } else {
            let (kind, search) = (self.kind.get_untracked(), self.words.get_untracked());
            LibraryQuery { kind, search, ..LibraryQuery::default() }
        };
        self.query.set_value(query.clone());
        self.asked.update(|n| *n += 1);
        let asked = self.asked.get_untracked();
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = load_library(query).await;
            if self.asked.try_get_untracked() != Some(asked) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(library) => {
                    self.older.set(library.part.older);
                    self.found.update(|found| {
                        if !more {
                            found.clear();
                        }
                        found.extend(library.part.items);
                    });
                }
                Err(error) => self.failed.set(Some(error.message)),
            }
        });
    }

    fn is_chosen(self, card: &AssetCard) -> bool {
        self.chosen.with(|chosen| chosen.iter().any(|c| c.facts.asset == card.facts.asset))
    }

    fn toggle(self, card: &AssetCard) {
        self.chosen.update(|chosen| match chosen.iter().position(|c| c.facts.asset == card.facts.asset) {
            Some(at) => drop(chosen.remove(at)),
            None => chosen.push(card.clone()),
        });
    }
}

/// Puts the chosen files behind those that the post has; one that it has stays where it is.
fn add(c: Composer, cards: Vec<AssetCard>) {
    let has = |id| {
        let of = |p: &Picture| matches!(p.upload.get_untracked(), UploadState::Ready(had) if had.facts.asset == id);
        c.pictures.with_untracked(|list| list.iter().any(of))
    };
    let new: Vec<_> = cards.into_iter().filter(|card| !has(card.facts.asset)).collect();
    if let Some(first) = new.first() {
        focus_soon(format!("alt_{}", first.facts.asset));
    } else {
        focus_soon(BUTTON);
    }
    for card in new {
        let picture = Picture::new(c.new_key(), card.file_name.clone(), UploadState::Ready(Box::new(card)));
        c.pictures.update(|list| list.push(picture));
    }
}

fn panel(c: Composer, open: RwSignal<bool>) -> AnyView {
    let search = Search::new();
    search.ask(false);
    let close = move || {
        open.set(false);
        focus_soon(BUTTON);
    };
    let choose = move |_| {
        let chosen = search.chosen.get_untracked();
        open.set(false);
        add(c, chosen);
    };
    let button = move |card: AssetCard| {
        let (pressed, pressing) = (card.clone(), card.clone());
        view! {
            <li class="min-w-0">
                <button
                    type="button"
                    aria-pressed=move || if search.is_chosen(&pressed) { "true" } else { "false" }
                    class="flex w-full cursor-pointer flex-col gap-1 rounded-control border border-line bg-surface-2 p-1.5 text-left hover:border-line-strong aria-pressed:border-purple aria-pressed:bg-surface-3"
                    on:click=move |_| search.toggle(&pressing)
                >
                    {tiles::picture(&card)}
                    <span dir="auto" class="w-full truncate text-xs">
                        {card.file_name.clone()}
                    </span>
                    <span class="w-full truncate text-xs text-faint">{facts::line(&card)}</span>
                </button>
            </li>
        }
        .into_any()
    };
    let kinds = [(None, "All"), (Some(MediaKind::Picture), "Pictures"), (Some(MediaKind::Video), "Videos")].map(
        |(kind, name)| {
            view! {
                <button
                    type="button"
                    class="target cursor-pointer rounded-full border border-line px-2.5 py-0.5 text-[13px] text-muted hover:text-text aria-pressed:border-purple aria-pressed:text-purple-soft"
                    aria-pressed=move || if search.kind.get() == kind { "true" } else { "false" }
                    on:click=move |_| {
                        search.kind.set(kind);
                        search.ask(false);
                    }
                >
                    {name}
                </button>
            }
            .into_any()
        },
    );
    let kinds: Vec<_> = kinds.into_iter().collect();
    let words = move || match search.chosen.with(Vec::len) {
        0 => "Add".to_owned(),
        1 => "Add 1 file".to_owned(),
        n => format!("Add {n} files"),
    };
    let status = move || {
        if search.busy.get() {
            return "Searching…".to_owned();
        }
        match search.found.with(Vec::len) {
            0 => "Nothing was found. Search for other words, or upload the file above.".to_owned(),
            _ => String::new(),
        }
    };
    let failed = move || {
        search.failed.get().map(|words| view! { <p class="text-[13px] text-bad" role="alert">{words}</p> }.into_any())
    };
    let more = move || {
        search.older.get().map(|_| {
            view! {
                <Button kind=ButtonKind::Ghost small=true kind_type="button" disabled=search.busy on:click=move |_| search.ask(true)>
                    "Show more"
                </Button>
            }
            .into_any()
        })
    };
    view! {
        <section
            aria-label="Choose from the library"
            class="flex flex-col gap-2.5 rounded-control border border-line bg-surface-1 p-3"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.stop_propagation();
                    close();
                }
            }
        >
            <div class="flex gap-2">
                <input
                    id=SEARCH
                    type="search"
                    placeholder="Name or words"
                    aria-label="Search names and descriptions"
                    class="min-w-0 flex-1 rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint"
                    on:input=move |event| search.words.set(event_target_value(&event))
                    // It would send the composer's form.
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                            search.ask(false);
                        }
                    }
                />
                <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| search.ask(false)>
                    "Search"
                </Button>
            </div>
            <div class="flex flex-wrap gap-1.5">{kinds}</div>
            {failed}
            <ul class="grid max-h-80 grid-cols-2 gap-2 overflow-y-auto empty:hidden" aria-label="Files of the library">
                <For each=move || search.found.get() key=|card| card.facts.asset let:card>
                    {button(card)}
                </For>
            </ul>
            <p role="status" class="text-xs text-faint empty:hidden">
                {status}
            </p>
            {more}
            <div class="flex flex-wrap gap-2">
                <Button
                    kind=ButtonKind::Primary
                    small=true
                    kind_type="button"
                    disabled=Signal::derive(move || search.chosen.with(Vec::is_empty))
                    on:click=choose
                >
                    {words}
                </Button>
                <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| close()>
                    "Cancel"
                </Button>
            </div>
        </section>
    }
    .into_any()
}
