//! The pictures of a post: chosen, dropped or pasted, uploaded with progress, described, put in order, removed.

use super::arrange::Arrange;
use super::brief::Scribe;
use super::composer::{Composer, Picture, UploadState};
use super::fitting::Original;
use super::library::FromLibrary;
use super::picture_check;
use super::undo::Removed;
use crate::domain::ids::AssetId;
use crate::features::captions::calls::describe_picture;
use crate::features::media::browser::{self, Picked};
use crate::features::media::facts;
use crate::features::media::model::{AssetCard, MAX_ALT};
use crate::features::media::uploads;
use crate::ui::{Button, ButtonKind, TextInput};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The id of the file input.
const INPUT: &str = "files";

/// Adds files to the list and starts sending them.
pub fn add(c: Composer, files: Vec<Picked>) {
    for file in files {
        let picture = Picture::new(c.new_key(), file.name.clone(), UploadState::Sending(0));
        c.pictures.update(|list| list.push(picture.clone()));
        if uploads::refuses(&file, &picture.upload) {
            continue;
        }
        start(c, picture, file);
    }
}

fn start(c: Composer, picture: Picture, file: Picked) {
    let arrives = picture.clone();
    uploads::send(picture.key, picture.upload.clone(), file, move |card| arrived(c, &arrives, card));
}

/// Sends a file that did not arrive again; a large one goes on where it was.
fn again(c: Composer, picture: &Picture) {
    if let Some(file) = browser::kept(picture.key) {
        picture.upload.set(UploadState::Sending(0));
        start(c, picture.clone(), file);
    }
}

/// The same file again is the same asset: it is in the list once.
fn arrived(c: Composer, picture: &Picture, card: AssetCard) {
    let Some(list) = c.pictures.try_get_untracked() else { return };
    let id = card.facts.asset;
    if list.iter().any(|p| matches!(p.upload.get_untracked(), UploadState::Ready(had) if had.facts.asset == id)) {
        remove(c, picture.key);
        return;
    }
    picture.alt.set(card.facts.alt.clone());
    picture.upload.set(UploadState::Ready(Box::new(card)));
}

fn remove(c: Composer, key: u32) {
    browser::cancel(key);
    c.pictures.try_update(|list| list.retain(|p| p.key != key));
}

/// Takes it out; one that was there already can be put back.
fn remove_by_hand(c: Composer, key: u32) {
    let found = c.pictures.with_untracked(|list| {
        let at = list.iter().position(|picture| picture.key == key)?;
        Some((at, list[at].clone()))
    });
    remove(c, key);
    let found = found.filter(|(_, picture)| matches!(picture.upload.get_untracked(), UploadState::Ready(_)));
    c.removed.set(found.map(|(at, picture)| Removed::Picture(at, picture)));
}

/// Changes places with the neighbour before or after.
fn shift(c: Composer, key: u32, later: bool) {
    c.pictures.update(|list| {
        let Some(at) = list.iter().position(|p| p.key == key) else { return };
        let to = if later { at + 1 } else { at.wrapping_sub(1) };
        if to < list.len() {
            list.swap(at, to);
        }
    });
}

#[component]
pub fn Pictures(composer: Composer, scribe: Scribe) -> impl IntoView {
    let c = composer;
    let over = RwSignal::new(false);
    Effect::new(move |_| add(c, browser::waiting(INPUT)));
    view! {
        <fieldset class="flex min-w-0 flex-col gap-2.5">
            <legend class="mb-2.5 text-xs font-semibold tracking-wider text-faint uppercase">
                "Pictures and videos"
            </legend>
            <ol class="flex flex-col gap-2.5 empty:hidden" aria-label="Files of this post">
                <For each=move || c.pictures.get() key=|p| p.key let:picture>
                    <PictureRow composer=c scribe picture=picture />
                </For>
            </ol>
            <div
                class="flex flex-col gap-1.5 rounded-control border border-dashed border-line-strong p-3"
                class=("bg-surface-3", move || over.get())
                on:dragover=move |event| {
                    event.prevent_default();
                    over.set(true);
                }
                on:dragleave=move |_| over.set(false)
                on:drop=move |event| {
                    event.prevent_default();
                    over.set(false);
                    add(c, browser::from_drop(&event));
                }
            >
                <label for=INPUT class="text-[13px] font-medium">
                    "Add pictures or a video"
                </label>
                <input
                    id=INPUT
                    type="file"
                    name="files"
                    multiple=true
                    accept=uploads::ACCEPT
                    aria-describedby="files-note"
                    class="w-full text-[13px] text-muted file:mr-2 file:cursor-pointer file:rounded-control file:border file:border-line-strong file:bg-surface-2 file:px-2.5 file:py-1 file:text-text"
                    on:change=move |event| add(c, browser::from_input(&event))
                />
                <p id="files-note" class="text-xs text-faint">
                    "JPEG, PNG, WebP or GIF up to 30 MB, MP4 or MOV, PDF up to 100 MB. "
                    <span class:hidden=move || !c.alive.get()>"Drop or paste them here as well."</span>
                    <span class:hidden=move || c.alive.get()>"All that you add at once: 30 MB."</span>
                </p>
            </div>
            <FromLibrary composer=c />
            {scribe
                .can_write()
                .then(|| {
                    view! {
                        <p class="text-xs text-faint">
                            <a class="text-purple-soft underline" href="/library?making=1" target="_blank" rel="noopener">"Make a picture with AI"</a>
                            " in the library, then choose it here."
                        </p>
                    }
                    .into_any()
                })}
        </fieldset>
    }
}

#[component]
fn PictureRow(composer: Composer, scribe: Scribe, picture: Picture) -> impl IntoView {
    let c = composer;
    let (key, name) = (picture.key, picture.name.clone());
    let is_first = move || c.pictures.with(|list| list.first().is_some_and(|p| p.key == key));
    let is_last = move || c.pictures.with(|list| list.last().is_some_and(|p| p.key == key));
    let body = move || match picture.upload.get() {
        UploadState::Ready(card) => view! { <Ready composer=c scribe picture=picture.clone() card=*card /> }.into_any(),
        state => {
            let picture = picture.clone();
            uploads::way(&picture.name.clone(), state, Callback::new(move |()| again(c, &picture)))
        }
    };
    view! {
        <li class="flex flex-col gap-2 rounded-control border border-line bg-surface-2 p-2">
            <div class="flex flex-wrap gap-2.5">{body}</div>
            <Arrange
                name=name
                alive=c.alive
                is_first=Signal::derive(is_first)
                is_last=Signal::derive(is_last)
                shift=Callback::new(move |later| shift(c, key, later))
                remove=Callback::new(move |()| remove_by_hand(c, key))
            />
        </li>
    }
}

/// A picture that is there: thumbnail, description, and without JavaScript a box to keep it.
#[component]
fn Ready(composer: Composer, scribe: Scribe, picture: Picture, card: AssetCard) -> impl IntoView {
    let c = composer;
    let asset = card.facts.asset;
    let (alt, shown) = (picture.alt.clone(), picture.alt.clone());
    let typed = alt.clone();
    let size = format!("{} × {}", card.facts.width, card.facts.height);
    view! {
        <img
            src=card.thumb()
            alt=""
            width="72"
            height="72"
            loading="lazy"
            class="size-18 shrink-0 rounded-control bg-surface-3 object-cover"
        />
        <div class="flex min-w-0 flex-1 flex-col gap-1">
            <span dir="auto" class="truncate text-[13px]" title=size>
                {card.file_name.clone()}
            </span>
            {card.made_by.is_some().then(|| picture_check::made_by_ai(c))}
            {facts::of_unseen(&card).map(|facts| view! { <p class="text-xs text-muted">{facts}</p> }.into_any())}
            <Original composer=c key=picture.key card=card.clone() />
            {card
                .details_removed
                .then(|| {
                    view! { <p class="text-xs text-faint">"Location and camera details were removed."</p> }.into_any()
                })}
        </div>
        // Below, where a sentence has room.
        <div class="flex w-full min-w-0 flex-col gap-1">
            <TextInput
                id=format!("alt_{asset}")
                name=format!("alt_{asset}")
                label="Describe it for people who cannot see it"
                value=Signal::derive(move || shown.get())
                error=Signal::derive(move || too_long(&alt.get()))
                on_change=Callback::new(move |text| typed.set(text))
            />
            {(scribe.can_write() && card.has_thumb).then(|| describe(c, asset, picture.alt.clone()))}
            {(scribe.can_write() && card.has_thumb).then(|| picture_check::fits(c, asset))}
            <label class="flex items-center gap-2 text-[13px]" class:hidden=move || c.alive.get()>
                <input type="checkbox" name="media" value=asset.to_string() checked=true class="size-4 accent-purple-fill" />
                {format!("Keep this {}", card.facts.kind().name())}
            </label>
        </div>
    }
}

/// Has an empty description written by the model.
fn describe(c: Composer, asset: AssetId, alt: ArcRwSignal<String>) -> AnyView {
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let (had, written) = (alt.clone(), alt);
    let press = move |_| {
        busy.set(true);
        failed.set(None);
        let written = written.clone();
        spawn_local(async move {
            let answer = describe_picture(asset).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                // What somebody typed meanwhile stays.
                Ok(words) if written.with_untracked(String::is_empty) => written.set(words),
                Ok(_) => {}
                Err(error) => failed.set(Some(error.message)),
            }
        });
    };
    let filled = move || busy.get() || had.with(|alt| !alt.trim().is_empty());
    view! {
        <div class:hidden=move || !c.alive.get()>
            <Button kind=ButtonKind::Ghost small=true kind_type="button" disabled=Signal::derive(filled) on:click=press>
                {move || if busy.get() { "Describing…" } else { "Describe it for me" }}
            </Button>
            <p role="status" class="text-xs text-bad empty:hidden">
                {move || failed.get()}
            </p>
        </div>
    }
    .into_any()
}

fn too_long(alt: &str) -> Option<String> {
    let long = alt.chars().count() > MAX_ALT;
    long.then(|| format!("The description is too long: at most {MAX_ALT} characters."))
}
