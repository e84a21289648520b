//! Pictures that a chosen account refuses, and the copies that would fit: first how they would look, then one click puts them in
//! the place of the pictures, and Undo takes that back. Without JavaScript the button does it at once, and each copy has the way
//! back to its original.

use super::composer::{Composer, UploadState};
use super::undo::Removed;
use crate::domain::error::AppError;
use crate::domain::limits::fit::{CopyWish, Need, Place, Reshape, in_words, need};
use crate::features::media::calls::copy_picture;
use crate::features::media::model::AssetCard;
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind, Glyph, Icon};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A picture of the list that needs a copy.
#[derive(Clone, PartialEq)]
struct Offer {
    /// Of the picture in the composer's list.
    key: u32,
    /// Its place among the pictures that are there, from 1, as the problems name it.
    number: usize,
    card: AssetCard,
    need: Need,
}

impl Offer {
    /// Left and right are cut off, or else top and bottom.
    fn is_too_wide(&self) -> bool {
        let (width, height) = (u64::from(self.card.facts.width), u64::from(self.card.facts.height));
        self.need.shape.is_some_and(|(wide, tall)| width * u64::from(tall) > height * u64::from(wide))
    }
}

/// What was chosen for one copy.
#[derive(Clone)]
struct Draft {
    offer: Offer,
    reshape: RwSignal<Reshape>,
    /// Where the part lies that is kept, along the side that is cut: per cent.
    part: RwSignal<u8>,
}

impl Draft {
    fn new(offer: Offer) -> Self {
        Self { offer, reshape: RwSignal::default(), part: RwSignal::new(50) }
    }

    fn wish(&self, places: Vec<Place>) -> CopyWish {
        let wish = CopyWish { reshape: self.reshape.get_untracked(), ..CopyWish::of(places, self.offer.number == 1) };
        let part = self.part.get_untracked();
        if self.offer.is_too_wide() { CopyWish { x: part, ..wish } } else { CopyWish { y: part, ..wish } }
    }
}

fn places(c: Composer) -> Vec<Place> {
    let chosen = c.chosen_validations().into_iter();
    chosen.map(|s| Place { platform: s.shown.account.platform, format: s.shown.content.format }).collect()
}

fn offers(c: Composer) -> Vec<Offer> {
    let places = places(c);
    let there = c.pictures.get().into_iter().filter_map(|picture| Some((picture.key, picture.card()?)));
    let offers = (1..).zip(there).filter_map(|(number, (key, card))| {
        let need = need(places.iter().copied(), &card.facts, number == 1)?;
        Some(Offer { key, number, card, need })
    });
    offers.collect()
}

/// Puts pictures of the server in the place of those that have these keys; the ones that were there come back.
pub fn put(c: Composer, cards: Vec<(u32, AssetCard)>) -> Vec<(u32, AssetCard)> {
    let list = c.pictures.get_untracked();
    let mut before = vec![];
    for (key, card) in cards {
        let Some(picture) = list.iter().find(|picture| picture.key == key) else { continue };
        if let UploadState::Ready(had) = picture.upload.get_untracked() {
            before.push((key, *had));
            focus_soon(format!("alt_{}", card.facts.asset));
            picture.upload.set(UploadState::Ready(Box::new(card)));
        }
    }
    before
}

/// Makes the copies one after the other; nothing is put in its place unless all of them are there.
async fn make(wishes: Vec<(u32, AssetCard, CopyWish)>) -> Result<Vec<(u32, AssetCard)>, AppError> {
    let mut made = vec![];
    for (key, card, wish) in wishes {
        made.push((key, copy_picture(card.facts.asset, wish).await?));
    }
    Ok(made)
}

#[component]
pub fn Fitting(composer: Composer) -> impl IntoView {
    let c = composer;
    let offered = Memo::new(move |_| offers(c));
    let open = RwSignal::new(false);
    move || {
        let offers = offered.get();
        if offers.is_empty() {
            return None;
        }
        let words = if offers.len() == 1 { "Use a copy that fits" } else { "Use copies that fit" };
        let is_open = open.get() && c.alive.get();
        let button = (!is_open).then(|| {
            view! {
                <Button
                    kind=ButtonKind::Secondary
                    small=true
                    name="fit"
                    value="yes"
                    attr:id="fit"
                    on:click=move |event| {
                        event.prevent_default();
                        open.set(true);
                        focus_soon("fit-panel");
                    }
                >
                    <Icon glyph=Glyph::Media />
                    {words}
                </Button>
            }
            .into_any()
        });
        let panel = is_open.then(|| {
            let drafts = offers.into_iter().map(Draft::new).collect();
            view! { <Panel composer=c drafts=drafts open=open /> }.into_any()
        });
        Some(view! { <div>{button} {panel}</div> }.into_any())
    }
}

#[component]
fn Panel(composer: Composer, drafts: Vec<Draft>, open: RwSignal<bool>) -> impl IntoView {
    let c = composer;
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let one = drafts.len() == 1;
    let rows: Vec<_> = drafts.iter().map(row).collect();
    let make_them = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        let places = untrack(|| places(c));
        let wish = |draft: &Draft| (draft.offer.key, draft.offer.card.clone(), draft.wish(places.clone()));
        let wishes = drafts.iter().map(wish).collect();
        spawn_local(async move {
            let made = make(wishes).await;
            busy.try_set(false);
            match made {
                Ok(cards) => {
                    open.try_set(false);
                    let before = put(c, cards);
                    c.removed.try_set(Some(Removed::Originals(before)));
                }
                Err(error) => drop(failed.try_set(Some(error.message))),
            }
        });
    };
    let label = move || match (busy.get(), one) {
        (true, true) => "Making the copy…",
        (true, false) => "Making the copies…",
        (false, true) => "Use this copy",
        (false, false) => "Use these copies",
    };
    let problem =
        move || failed.get().map(|words| view! { <p class="text-[13px] text-bad" role="alert">{words}</p> }.into_any());
    view! {
        <section
            id="fit-panel"
            tabindex="-1"
            aria-label="Copies that fit"
            class="flex flex-col gap-4 rounded-control border border-line bg-surface-2 p-3"
        >
            <ul class="flex flex-col gap-4">{rows}</ul>
            {problem}
            <div class="flex flex-wrap gap-2">
                <Button kind=ButtonKind::Primary small=true kind_type="button" on:click=make_them>
                    {label}
                </Button>
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    kind_type="button"
                    on:click=move |_| {
                        open.set(false);
                        focus_soon("fit");
                    }
                >
                    "Cancel"
                </Button>
            </div>
        </section>
    }
}

/// One picture, as it is and as it would be.
fn row(draft: &Draft) -> AnyView {
    let Draft { offer, reshape, part } = draft.clone();
    let (card, need, too_wide) = (offer.card.clone(), offer.need, offer.is_too_wide());
    let facts = &card.facts;
    let before = format!("Now: {} × {}", facts.width, facts.height);
    let after = move || format!("Copy: {}", need.words(reshape.get()));
    let ratio = need.shape.unwrap_or((facts.width, facts.height));
    // As the server cuts it: so many per cent of what is too much lie before the part that is kept.
    let position = move || if too_wide { format!("{}% 50%", part.get()) } else { format!("50% {}%", part.get()) };
    let class = move || match reshape.get() {
        Reshape::Crop => "w-full rounded-control border border-line object-cover",
        Reshape::Pad => "w-full rounded-control border border-line bg-white object-contain",
    };
    let choices = need.shape.map(|shape| shapes(&offer, shape, reshape, part));
    view! {
        <li class="flex flex-col gap-2.5" aria-label=format!("Picture {}", offer.number)>
            <div class="flex items-start gap-3">
                <figure class="flex min-w-0 max-w-44 flex-1 flex-col gap-1">
                    <img
                        src=card.thumb()
                        alt=""
                        class="max-h-56 max-w-full self-start rounded-control border border-line"
                    />
                    <figcaption class="text-xs text-muted">{before}</figcaption>
                </figure>
                <span class="pt-8 text-faint" aria-hidden="true">
                    <Icon glyph=Glyph::Right />
                </span>
                <figure class="flex min-w-0 max-w-44 flex-1 flex-col gap-1">
                    <img
                        src=card.thumb()
                        alt=""
                        class=class
                        style:aspect-ratio=format!("{} / {}", ratio.0, ratio.1)
                        style:object-position=position
                    />
                    <figcaption class="text-xs text-muted" aria-live="polite">
                        {after}
                    </figcaption>
                </figure>
            </div>
            {choices}
        </li>
    }
    .into_any()
}

/// How the picture gets its new shape: cut, and where, or with white beside it.
fn shapes(offer: &Offer, shape: (u32, u32), reshape: RwSignal<Reshape>, part: RwSignal<u8>) -> AnyView {
    let (number, too_wide) = (offer.number, offer.is_too_wide());
    let (cut, keep) = if too_wide {
        ("Cut off the sides", "Part to keep, from left to right")
    } else {
        ("Cut off top and bottom", "Part to keep, from top to bottom")
    };
    let radio = move |choice: Reshape, words: &'static str| {
        view! {
            <label class="target flex cursor-pointer items-center gap-2">
                <input
                    type="radio"
                    name=format!("reshape-{number}")
                    class="accent-purple-fill"
                    prop:checked=move || reshape.get() == choice
                    on:change=move |_| reshape.set(choice)
                />
                {words}
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="flex flex-col gap-1.5 text-[13px]">
            <legend class="mb-1 text-xs text-muted">{format!("Picture {number} becomes {}", in_words(shape))}</legend>
            <div class="flex flex-wrap gap-x-4 gap-y-1.5">
                {radio(Reshape::Crop, cut)} {radio(Reshape::Pad, "Add white")}
            </div>
            <label class="flex max-w-92 flex-col gap-1 text-xs text-muted" class:hidden=move || reshape.get() == Reshape::Pad>
                {keep}
                <input
                    type="range"
                    min="0"
                    max="100"
                    step="5"
                    class="target w-full accent-purple-fill"
                    prop:value=move || part.get().to_string()
                    on:input=move |event| part.set(event_target_value(&event).parse().unwrap_or(50))
                />
            </label>
        </fieldset>
    }
    .into_any()
}

/// For a copy in the list: the way back to the picture that it was made of.
#[component]
pub fn Original(composer: Composer, key: u32, card: AssetCard) -> impl IntoView {
    let c = composer;
    let asset = card.facts.asset;
    let failed = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let back = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let original = copy_picture(asset, CopyWish::of(vec![], true)).await;
            busy.try_set(false);
            match original {
                Ok(original) => drop(put(c, vec![(key, original)])),
                Err(error) => drop(failed.try_set(Some(error.message))),
            }
        });
    };
    let problem =
        move || failed.get().map(|words| view! { <p class="text-xs text-bad" role="alert">{words}</p> }.into_any());
    card.copy_of.map(|_| {
        view! {
            <p class="text-xs text-faint">"A copy that fits."</p>
            <div>
                <Button kind=ButtonKind::Ghost small=true name="original" value=asset.to_string() on:click=back>
                    "Use the original"
                </Button>
            </div>
            {problem}
        }
        .into_any()
    })
}
