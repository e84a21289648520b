//! On the page of a video that networks refuse for its form: it is converted where ffmpeg is installed, or the page says that it is
//! not. While it is being converted the page looks again; without JavaScript a link does.

use super::calls::{CancelConversion, ConvertVideo, load_converter};
use super::converted::{ConversionCard, ConversionState, Converter, refusal};
use super::model::AssetCard;
use crate::domain::error::AppError;
use crate::domain::ids::AssetId;
use crate::ui::{
    Button, ButtonKind, Card, CardHead, FormAction, FormError, Glyph, Icon, Loaded, PostForm, browser, done, failure,
};
use leptos::prelude::*;
use std::time::Duration;

/// How often a page looks while a video is being converted.
const REFRESH: Duration = Duration::from_secs(2);

/// What is done with it, and how far it is. Kept by the page.
#[derive(Clone, Copy)]
pub struct Converting {
    convert: FormAction<ConvertVideo>,
    cancel: FormAction<CancelConversion>,
    look: RwSignal<u32>,
    /// Counted up when a copy is there: what the page is read anew for.
    pub made: RwSignal<u32>,
}

impl Converting {
    pub fn new() -> Self {
        let (convert, cancel) = (FormAction::staying(), FormAction::staying());
        Self { convert, cancel, look: RwSignal::new(0), made: RwSignal::new(0) }
    }
}

/// The offer for this video, or nothing where its form is what networks take.
#[component]
pub fn ConvertCard(card: AssetCard, converting: Converting) -> impl IntoView {
    let c = converting;
    // A file that is too long or too large has no button, but the same words.
    let why_not = refusal(&card.facts);
    if why_not.is_some_and(|why| why.contains("already")) {
        return ().into_any();
    }
    let asset = card.facts.asset;
    let (asked, cancelled) = (done(&c.convert), done(&c.cancel));
    let state: Resource<Result<Converter, AppError>> = Resource::new_blocking(
        move || (asked.get(), cancelled.get(), c.look.get()),
        move |_| async move { load_converter(asset).await },
    );
    let was_open = StoredValue::new(false);
    Effect::new(move |_| {
        let Some(Ok(Converter { last, .. })) = state.get() else { return };
        let is_open = last.as_ref().is_some_and(|last| last.state.is_open());
        if was_open.get_value() && last.is_some_and(|last| last.state == ConversionState::Done) {
            c.made.update(|n| *n += 1);
        }
        was_open.set_value(is_open);
    });
    browser::keep_fresh(REFRESH, move || {
        if was_open.try_get_value().unwrap_or_default() {
            c.look.try_update(|n| *n += 1);
        }
    });
    view! {
        <Card>
            <CardHead title="Convert" />
            <div class="flex flex-col items-start gap-2.5 p-4 text-[13px]">
                <FormError error=failure(&c.convert) />
                <FormError error=failure(&c.cancel) />
                <Loaded resource=state lines=2 let:converter>
                    {inside(asset, converter, why_not, c)}
                </Loaded>
            </div>
        </Card>
    }
    .into_any()
}

fn inside(asset: AssetId, converter: Converter, why_not: Option<&'static str>, c: Converting) -> AnyView {
    let plain = |words: String| view! { <p class="text-muted">{words}</p> }.into_any();
    if !converter.installed {
        let words = "This server has no ffmpeg, so videos are not converted here. Export it as MP4 with H.264 and AAC.";
        return plain(words.into());
    }
    if let Some(why) = why_not {
        return plain(why.into());
    }
    let last = converter.last.map(|last| progress(last, asset, c));
    let is_open = last.as_ref().is_some_and(|(is_open, _)| *is_open);
    let form = (!is_open).then(|| {
        view! {
            <p class="text-muted">"A copy as MP4 with H.264 and AAC, 1920 pixels a side at most: what every network reads. The file stays as it is."</p>
            <PostForm action=c.convert>
                <input type="hidden" name="asset" value=asset.to_string() />
                <Button small=true disabled=c.convert.pending()>
                    <Icon glyph=Glyph::Media />
                    "Convert to MP4"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    view! {
        {last.map(|(_, view)| view)}
        {form}
    }
    .into_any()
}

/// How far the last one is, and whether it is under way.
fn progress(card: ConversionCard, asset: AssetId, c: Converting) -> (bool, AnyView) {
    let is_open = card.state.is_open();
    let class = if card.state == ConversionState::Failed { "text-warn" } else { "text-muted" };
    let bar = is_open.then(|| {
        let percent = card.percent.to_string();
        view! { <progress class="h-2 w-full accent-purple" aria-label="Converting" max="100" value=percent></progress> }
            .into_any()
    });
    let cancel = is_open.then(|| {
        view! {
            <PostForm action=c.cancel>
                <input type="hidden" name="asset" value=asset.to_string() />
                <input type="hidden" name="conversion" value=card.id.to_string() />
                <Button small=true kind=ButtonKind::Secondary disabled=c.cancel.pending()>
                    "Cancel"
                </Button>
            </PostForm>
            <noscript>
                <a class="text-purple-soft underline" href=format!("/library/{asset}")>"See how far it is"</a>
            </noscript>
        }
        .into_any()
    });
    let view = view! {
        <p role="status" class=class>{card.words()}</p>
        {bar}
        {cancel}
    };
    (is_open, view.into_any())
}
