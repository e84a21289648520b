//! How files come into the library from its page: chosen or dropped, each with its way, or from an address. Without JavaScript a
//! form sends them.

use super::browser::{self, Picked};
use super::calls::AddFromLink;
use super::uploads::{self, ACCEPT, FileState};
use crate::ui::{
    Button, ButtonKind, FormAction, FormError, Glyph, Icon, PostForm, TextInput, failure, of_company, problem,
};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// The id of the file input.
const INPUT: &str = "library-files";
/// The next upload's key. An upload outlives the page that began it, so no key comes twice; those of a post's pictures are small
/// numbers.
static NEXT_KEY: AtomicU32 = AtomicU32::new(1_000_000);

/// A file on its way.
#[derive(Clone)]
struct Way {
    key: u32,
    name: String,
    state: ArcRwSignal<FileState>,
}

/// What is on its way from this page, and what is typed. Kept by the page, whose list is drawn anew with each file that arrives.
#[derive(Clone, Copy)]
pub struct Adding {
    ways: RwSignal<Vec<Way>>,
    /// How many have arrived: what the list is read anew for.
    pub arrived: RwSignal<u32>,
    alive: RwSignal<bool>,
    url: RwSignal<String>,
    pub link: FormAction<AddFromLink>,
}

impl Adding {
    pub fn new() -> Self {
        Self {
            ways: RwSignal::default(),
            arrived: RwSignal::new(0),
            alive: RwSignal::new(false),
            url: RwSignal::default(),
            link: FormAction::staying(),
        }
    }

    fn add(self, files: Vec<Picked>) {
        for file in files {
            let key = NEXT_KEY.fetch_add(1, Ordering::Relaxed);
            let way = Way { key, name: file.name.clone(), state: ArcRwSignal::new(FileState::Sending(0)) };
            self.ways.update(|all| all.push(way.clone()));
            if !uploads::refuses(&file, &way.state) {
                self.send(&way, file);
            }
        }
    }

    fn send(self, way: &Way, file: Picked) {
        let key = way.key;
        uploads::send(key, way.state.clone(), file, move |_| {
            self.ways.try_update(|all| all.retain(|way| way.key != key));
            self.arrived.try_update(|n| *n += 1);
        });
    }

    /// Sends a file that did not arrive again; a large one goes on where it was.
    fn again(self, way: &Way) {
        if let Some(file) = browser::kept(way.key) {
            way.state.set(FileState::Sending(0));
            self.send(way, file);
        }
    }

    fn cancel(self, key: u32) {
        browser::cancel(key);
        self.ways.update(|all| all.retain(|way| way.key != key));
    }
}

/// `back`: the page to show again.
#[component]
pub fn AddFiles(adding: Adding, back: String) -> impl IntoView {
    let a = adding;
    let over = RwSignal::new(false);
    Effect::new(move |_| {
        a.alive.set(true);
        a.add(browser::waiting(INPUT));
    });
    let row = move |way: Way| {
        let (name, key) = (way.name.clone(), way.key);
        let shown = way.clone();
        let body = move || {
            let way = shown.clone();
            uploads::way(&way.name.clone(), way.state.get(), Callback::new(move |()| a.again(&way)))
        };
        view! {
            <li class="flex items-start gap-2.5 rounded-control border border-line bg-surface-2 p-2">
                {body}
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    kind_type="button"
                    label=format!("Cancel {name}")
                    on:click=move |_| a.cancel(key)
                >
                    <Icon glyph=Glyph::Close />
                </Button>
            </li>
        }
    };
    let arrived = move || match a.arrived.get() {
        0 => String::new(),
        1 => "1 file added.".to_owned(),
        n => format!("{n} files added."),
    };
    let error = failure(&a.link);
    view! {
        <section
            aria-label="Add files"
            class="flex flex-col gap-2.5 rounded-card border border-dashed border-line-strong p-3"
            class=("bg-surface-3", move || over.get())
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event| {
                event.prevent_default();
                over.set(false);
                a.add(browser::from_drop(&event));
            }
        >
            <div class="grid gap-3 min-[900px]:grid-cols-2">
                <form
                    method="post"
                    action=of_company("/library/upload")
                    enctype="multipart/form-data"
                    class="flex min-w-0 flex-col gap-1.5"
                    on:submit=move |event| event.prevent_default()
                >
                    <input type="hidden" name="back" value=back.clone() />
                    <label for=INPUT class="text-[13px] font-medium">
                        "Add pictures or videos"
                    </label>
                    <input
                        id=INPUT
                        type="file"
                        name="files"
                        multiple=true
                        accept=ACCEPT
                        aria-describedby="library-files-note"
                        class="w-full text-[13px] text-muted file:mr-2 file:cursor-pointer file:rounded-control file:border file:border-line-strong file:bg-surface-2 file:px-2.5 file:py-1 file:text-text"
                        on:change=move |event| a.add(browser::from_input(&event))
                    />
                    <p id="library-files-note" class="text-xs text-faint">
                        "JPEG, PNG, WebP or GIF up to 30 MB, MP4 or MOV, PDF up to 100 MB. "
                        <span class:hidden=move || !a.alive.get()>"Drop them here as well."</span>
                        <span class:hidden=move || a.alive.get()>"All that you add at once: 30 MB."</span>
                    </p>
                    <div class:hidden=move || a.alive.get()>
                        <Button small=true>"Upload"</Button>
                    </div>
                </form>
                <PostForm action=a.link class="flex min-w-0 flex-col gap-1.5">
                    <input type="hidden" name="back" value=back />
                    <TextInput
                        id="library-url"
                        name="url"
                        label="Add from a link"
                        input_type="url"
                        placeholder="https://example.com/cup.jpg"
                        value=a.url
                        error=problem(error, "url")
                        on_change=Callback::new(move |typed| a.url.set(typed))
                    />
                    <FormError error=error fields=&["url"] />
                    <div>
                        <Button small=true disabled=a.link.pending()>
                            {move || if a.link.pending().get() { "Fetching…" } else { "Add from the link" }}
                        </Button>
                    </div>
                </PostForm>
            </div>
            <ol class="flex flex-col gap-2 empty:hidden" aria-label="Files on their way">
                <For each=move || a.ways.get() key=|way| way.key let:way>
                    {row(way)}
                </For>
            </ol>
            <p class="text-[13px] text-ok empty:hidden" role="status">
                {arrived}
            </p>
        </section>
    }
}
