//! What each network says to one file of the library, the copy that it would take, and the copies that there are.

use super::calls::MakeCopy;
use super::facts;
use super::library::AssetDetail;
use super::model::AssetCard;
use super::tiles;
use super::verdict::{Verdict, verdicts};
use crate::domain::limits::fit::{Need, Reshape, in_words};
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use crate::ui::{Button, Card, CardHead, Chip, FormAction, Glyph, Icon, PlatformIcon, PostForm, Tone};
use leptos::prelude::*;

/// What each network says to the file as it is, and the copy that it would take.
pub fn networks(data: &AssetDetail, copy: FormAction<MakeCopy>) -> AnyView {
    let may_copy = data.may_edit;
    let card = &data.card;
    let rows: Vec<_> =
        verdicts(&card.facts).into_iter().map(|verdict| network(verdict, card, may_copy, copy)).collect();
    view! {
        <Card>
            <CardHead title="Which networks take it" />
            <ul>{rows}</ul>
        </Card>
    }
    .into_any()
}

fn network(verdict: Verdict, card: &AssetCard, may_copy: bool, copy: FormAction<MakeCopy>) -> AnyView {
    let Verdict { platform, takes, reasons, copy: offer } = verdict;
    let (tone, words) = match takes.as_slice() {
        [] => (Tone::Bad, "Not as it is".to_owned()),
        formats => {
            let names: Vec<_> = formats.iter().map(|format| format.name()).collect();
            (Tone::Good, format!("Takes it: {}", names.join(", ")))
        }
    };
    let reasons: Vec<_> = reasons.into_iter().map(|reason| view! { <li>{reason}</li> }.into_any()).collect();
    let form = offer.filter(|_| may_copy).map(|(format, need)| copy_form(platform, format, need, card, copy));
    view! {
        <li class=format!("flex flex-col gap-1.5 border-b border-l-[3px] border-line px-4 py-2.5 last:border-b-0 {}", platform.edge())>
            <div class="flex flex-wrap items-center justify-between gap-2 text-[13px]">
                <span class="flex items-center gap-2">
                    <PlatformIcon platform=platform />
                    {platform.name()}
                </span>
                <Chip tone=tone>{words}</Chip>
            </div>
            <ul class="flex flex-col gap-1 text-[13px] text-muted empty:hidden">{reasons}</ul>
            {form}
        </li>
    }
    .into_any()
}

/// One press makes the copy. Where its shape changes, one can choose how, and sees it.
fn copy_form(platform: Platform, format: Format, need: Need, card: &AssetCard, copy: FormAction<MakeCopy>) -> AnyView {
    let (reshape, part) = (RwSignal::new(Reshape::Crop), RwSignal::new(50u8));
    let choices = need.shape.map(|shape| shapes(shape, card, reshape, part));
    let asset = card.facts.asset.to_string();
    view! {
        <PostForm action=copy class="flex flex-col items-start gap-2">
            <input type="hidden" name="asset" value=asset />
            <input type="hidden" name="platform" value=platform.id() />
            <input type="hidden" name="format" value=format.id() />
            {choices}
            <Button small=true label=format!("Make a copy that fits {}", platform.name()) disabled=copy.pending()>
                <Icon glyph=Glyph::Media />
                "Make a copy that fits"
            </Button>
            <p class="text-xs text-faint">{move || format!("Copy: {}", need.words(reshape.get()))}</p>
        </PostForm>
    }
    .into_any()
}

fn shapes(shape: (u32, u32), card: &AssetCard, reshape: RwSignal<Reshape>, part: RwSignal<u8>) -> AnyView {
    let (width, height) = (u64::from(card.facts.width), u64::from(card.facts.height));
    let too_wide = width * u64::from(shape.1) > height * u64::from(shape.0);
    let (cut, keep) = if too_wide {
        ("Cut off the sides", "Part to keep, from left to right")
    } else {
        ("Cut off top and bottom", "Part to keep, from top to bottom")
    };
    // As the server cuts it: so many per cent of what is too much lie before the part that is kept.
    let position = move || if too_wide { format!("{}% 50%", part.get()) } else { format!("50% {}%", part.get()) };
    let class = move || match reshape.get() {
        Reshape::Crop => "w-32 rounded-control border border-line object-cover",
        Reshape::Pad => "w-32 rounded-control border border-line bg-white object-contain",
    };
    let radio = move |choice: Reshape, value: &'static str, words: &'static str| {
        view! {
            <label class="target flex cursor-pointer items-center gap-2">
                <input
                    type="radio"
                    name="pad"
                    value=value
                    class="accent-purple-fill"
                    checked=choice == Reshape::Crop
                    on:change=move |_| reshape.set(choice)
                />
                {words}
            </label>
        }
        .into_any()
    };
    view! {
        <div class="flex flex-wrap items-start gap-3">
            <img
                src=card.thumb()
                alt=""
                class=class
                style:aspect-ratio=format!("{} / {}", shape.0, shape.1)
                style:object-position=position
            />
            <fieldset class="flex flex-col gap-1.5 text-[13px]">
                <legend class="mb-1 text-xs text-muted">{format!("It becomes {}", in_words(shape))}</legend>
                {radio(Reshape::Crop, "false", cut)}
                {radio(Reshape::Pad, "true", "Add white")}
                <label class="flex max-w-60 flex-col gap-1 text-xs text-muted" class:hidden=move || reshape.get() == Reshape::Pad>
                    {keep}
                    <input
                        type="range"
                        name="part"
                        min="0"
                        max="100"
                        step="5"
                        value="50"
                        class="target w-full accent-purple-fill"
                        on:input=move |event| part.set(event_target_value(&event).parse().unwrap_or(50))
                    />
                </label>
            </fieldset>
        </div>
    }
    .into_any()
}

pub fn copies(data: &AssetDetail) -> AnyView {
    if data.copies.is_empty() {
        return ().into_any();
    }
    let copies: Vec<_> = data
        .copies
        .iter()
        .map(|card| {
            view! {
                <li class="min-w-0">
                    <a
                        href=format!("/library/{}", card.facts.asset)
                        class="flex flex-col gap-1 rounded-control border border-line bg-surface-2 p-1.5 hover:border-line-strong"
                    >
                        {tiles::picture(card)}
                        <span dir="auto" class="truncate text-[13px]">
                            {card.file_name.clone()}
                        </span>
                        <span class="truncate text-xs text-faint">
                            {format!("{} × {}, {}", card.facts.width, card.facts.height, facts::size(card.facts.bytes))}
                        </span>
                    </a>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <Card>
            <CardHead title="Copies of it" />
            <ul class="grid grid-cols-[repeat(auto-fill,minmax(min(140px,44%),1fr))] gap-3 p-3">{copies}</ul>
        </Card>
    }
    .into_any()
}
