//! A panel in which something is searched for while one types, and chosen: by the pointer, or by the keyboard alone (arrows, Enter,
//! Escape). For pages that have come to life; it stands inside other forms and sends none of them.

use crate::domain::error::AppError;
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long the typing rests before somebody is asked.
const REST: Duration = Duration::from_millis(200);

/// What was asked for and found.
pub struct Finding<T: Send + Sync + 'static> {
    pub found: RwSignal<Vec<T>>,
    pub busy: RwSignal<bool>,
    pub failed: RwSignal<Option<String>>,
    /// Counted up with each question: an answer to an earlier one is dropped.
    asked: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Finding<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Finding<T> {}

impl<T: Send + Sync + 'static> Default for Finding<T> {
    fn default() -> Self {
        let (found, busy) = (RwSignal::new(vec![]), RwSignal::new(false));
        Self { found, busy, failed: RwSignal::new(None), asked: RwSignal::new(0) }
    }
}

impl<T: Send + Sync + 'static> Finding<T> {
    pub fn ask(self, question: impl Future<Output = Result<Vec<T>, AppError>> + 'static) {
        self.asked.update(|n| *n += 1);
        let asked = self.asked.get_untracked();
        self.busy.set(true);
        spawn_local(async move {
            let answer = question.await;
            // Whoever closes the panel takes all of this along.
            if self.asked.try_get_untracked() != Some(asked) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(found) => {
                    self.failed.set(None);
                    self.found.set(found);
                }
                Err(error) => self.failed.set(Some(error.message)),
            }
        });
    }

    /// What to say beside the list: it is being searched, it failed, or nothing was found (`nothing`).
    pub fn status(self, nothing: &'static str) -> Signal<String> {
        Signal::derive(move || {
            if let Some(failed) = self.failed.get() {
                return failed;
            }
            match (self.found.with(Vec::is_empty), self.busy.get()) {
                (false, _) => String::new(),
                (true, true) => "Searching…".to_owned(),
                (true, false) => nothing.to_owned(),
            }
        })
    }
}

/// One thing that can be chosen.
#[derive(Clone, PartialEq)]
pub struct Hit {
    pub title: String,
    /// What else to know of it, on a second line; in a grid what the title is called.
    pub detail: String,
}

/// The id of the search field.
pub fn search_id(id: &str) -> String {
    format!("{id}-search")
}

/// `id`: of this panel on the page; `label`: what it is for; `search`: what can be searched; `grid`: the hits are signs. Children stand
/// between the search and the list.
#[component]
pub fn Finder(
    id: &'static str,
    label: &'static str,
    search: &'static str,
    #[prop(optional)] grid: bool,
    #[prop(into)] hits: Signal<Vec<Hit>>,
    #[prop(into)] status: Signal<String>,
    on_search: Callback<String>,
    on_pick: Callback<usize>,
    on_close: Callback<()>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let typed = RwSignal::new(0u32);
    let search_later = move |words: String| {
        typed.update(|n| *n += 1);
        let now = typed.get_untracked();
        set_timeout(
            move || {
                if typed.try_get_untracked() == Some(now) {
                    on_search.run(words);
                }
            },
            REST,
        );
    };
    let hit_id = move |at: usize| format!("{id}-hit-{at}");
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        // It would send the form around it.
        "Enter" => {
            event.prevent_default();
            event.stop_propagation();
            if hits.with_untracked(|hits| !hits.is_empty()) {
                on_pick.run(0);
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            focus_soon(hit_id(0));
        }
        _ => {}
    };
    let walk = move |event: KeyboardEvent, at: usize| {
        let last = hits.with_untracked(Vec::len).saturating_sub(1);
        let to = match event.key().as_str() {
            "ArrowDown" | "ArrowRight" => (at + 1).min(last),
            "ArrowUp" | "ArrowLeft" if at == 0 => {
                event.prevent_default();
                return focus_soon(search_id(id));
            }
            "ArrowUp" | "ArrowLeft" => at - 1,
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        focus_soon(hit_id(to));
    };
    let list = move || {
        let hits = hits.get().into_iter().enumerate();
        let hits = hits.map(|(at, hit)| {
            let content = if grid {
                view! { <span aria-hidden="true" class="text-xl leading-none">{hit.title}</span> }.into_any()
            } else {
                let detail = (!hit.detail.is_empty()).then(|| {
                    view! { <span dir="auto" class="block truncate text-xs text-faint">{hit.detail.clone()}</span> }
                        .into_any()
                });
                view! {
                    <span class="min-w-0">
                        <span dir="auto" class="block truncate">
                            {hit.title}
                        </span>
                        {detail}
                    </span>
                }
                .into_any()
            };
            let class = if grid { SIGN } else { ROW };
            let called = grid.then_some(hit.detail);
            view! {
                <li class="min-w-0">
                    <button
                        type="button"
                        id=hit_id(at)
                        title=called.clone()
                        aria-label=called
                        class=class
                        on:click=move |_| on_pick.run(at)
                        on:keydown=move |event| walk(event, at)
                    >
                        {content}
                    </button>
                </li>
            }
            .into_any()
        });
        hits.collect::<Vec<_>>()
    };
    let list_class = if grid {
        "flex max-h-56 flex-wrap gap-1 overflow-y-auto empty:hidden"
    } else {
        "flex max-h-72 flex-col overflow-y-auto empty:hidden"
    };
    view! {
        <section
            aria-label=label
            class="flex flex-col gap-2.5 rounded-control border border-line bg-surface-1 p-3"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.stop_propagation();
                    on_close.run(());
                }
            }
        >
            <div class="flex gap-2">
                <input
                    id=search_id(id)
                    type="search"
                    placeholder=search
                    aria-label=search
                    class="min-w-0 flex-1 rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-[13px] placeholder:text-faint"
                    on:input=move |event| search_later(event_target_value(&event))
                    on:keydown=on_key
                />
                <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| on_close.run(())>
                    "Close"
                </Button>
            </div>
            {children.map(|children| children())}
            <ul class=list_class aria-label="Found">
                {list}
            </ul>
            <p role="status" class="text-xs text-faint empty:hidden">
                {status}
            </p>
        </section>
    }
}

const ROW: &str = "flex w-full cursor-pointer items-center gap-2.5 rounded-control px-2.5 py-1.5 text-left hover:bg-surface-3 focus-visible:bg-surface-3";
const SIGN: &str =
    "grid size-9 cursor-pointer place-items-center rounded-control hover:bg-surface-3 focus-visible:bg-surface-3";
