//! The brief: what the post is about, how it is to sound, and the button that has a text written for each chosen account. The
//! texts grow in the fields while they are written; what stood there comes back with Undo. Without JavaScript the form posts,
//! and the page comes back with the texts in the fields.

use super::browser;
use super::composer::{Composer, UploadState};
use super::texts;
use super::undo::{Before, Removed};
use crate::domain::ids::ConnectionId;
use crate::features::captions::model::{
    Before as BeforeText, CaptionAsk, CaptionEvent, CaptionTarget, LANGUAGES, MAX_AUDIENCE, Product, Tone, Wish, Writer,
};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind, Glyph, Icon, SelectBox, TextArea, TextInput};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The button that stops what is being written.
const STOP: &str = "stop-writing";
const WRITE: &str = "write-captions";

/// What the brief holds, and what is being written. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Scribe {
    composer: Composer,
    pub writer: StoredValue<Writer>,
    brief: RwSignal<String>,
    tone: RwSignal<Tone>,
    pub language: RwSignal<String>,
    audience: RwSignal<String>,
    product: RwSignal<Product>,
    pub writing: RwSignal<bool>,
    failed: RwSignal<Option<String>>,
    /// Told to screen readers.
    said: RwSignal<String>,
    /// Texts side by side, for this place.
    pub variants: RwSignal<Option<(Option<ConnectionId>, Vec<String>)>>,
    /// Counted up when there are new versions.
    pub kept: RwSignal<u32>,
}

impl Scribe {
    pub fn new(composer: Composer, writer: Writer) -> Self {
        let brief = use_query_map().with_untracked(|query| query.get("brief")).unwrap_or_default();
        Self {
            composer,
            writer: StoredValue::new(writer),
            brief: RwSignal::new(brief),
            tone: RwSignal::new(Tone::default()),
            language: RwSignal::default(),
            audience: RwSignal::default(),
            product: RwSignal::default(),
            writing: RwSignal::new(false),
            failed: RwSignal::new(None),
            said: RwSignal::default(),
            variants: RwSignal::new(None),
            kept: RwSignal::new(0),
        }
    }

    pub fn can_write(self) -> bool {
        self.writer.with_value(|writer| writer.model.is_some())
    }

    /// The chosen accounts in the order of the list; none chosen: the text for all.
    fn targets(self) -> Vec<Option<ConnectionId>> {
        let c = self.composer;
        let chosen = c.chosen.get_untracked();
        let all: Vec<_> = c.accounts().iter().map(|a| a.id).filter(|id| chosen.contains(id)).map(Some).collect();
        if all.is_empty() { vec![None] } else { all }
    }

    fn ask(self, targets: Vec<Option<ConnectionId>>, wish: Option<Wish>, variants: bool) -> CaptionAsk {
        let c = self.composer;
        let format = |id| c.formats.with_untracked(|formats| formats.get(&id).copied().unwrap_or_default());
        let target = |connection: &Option<ConnectionId>| CaptionTarget {
            connection: *connection,
            format: connection.map(format).unwrap_or_default(),
        };
        let ready = |picture: &super::composer::Picture| match picture.upload.get_untracked() {
            UploadState::Ready(card) => Some(card.facts.asset),
            _ => None,
        };
        // Three versions only stand beside the text.
        let text = |at: &Option<ConnectionId>| Some(c.text_of(*at)).filter(|text| !text.trim().is_empty());
        let before = targets.iter().filter_map(|at| Some(BeforeText { connection: *at, text: text(at)? })).collect();
        CaptionAsk {
            post: Some(c.post.get_untracked().unwrap_or(c.key)),
            brief: self.product.with_untracked(|product| product.added_to(&self.brief.get_untracked())),
            tone: self.tone.get_untracked(),
            language: self.language.get_untracked(),
            audience: self.audience.get_untracked(),
            targets: targets.iter().map(target).collect(),
            media: c.pictures.with_untracked(|list| list.iter().filter_map(ready).collect()),
            wish,
            before,
            variants,
        }
    }

    /// Has texts written for the chosen accounts.
    pub fn write(self) {
        let targets = self.targets();
        let first = targets.first().copied().flatten();
        let ask = self.ask(targets, None, false);
        self.run(ask, move || self.composer.tab.set(first));
    }

    /// Has the shown text written anew.
    pub fn rewrite(self, wish: Wish) {
        let ask = self.ask(vec![self.composer.shown_untracked()], Some(wish), false);
        self.run(ask, || ());
    }

    /// Has three texts written for the shown place; the field stays as it is.
    pub fn propose(self) {
        let at = self.composer.shown_untracked();
        self.variants.set(Some((at, vec![])));
        let ask = self.ask(vec![at], None, true);
        self.run(ask, || ());
    }

    fn run(self, ask: CaptionAsk, begun: impl FnOnce() + 'static) {
        if self.writing.get_untracked() {
            return;
        }
        let c = self.composer;
        let (before, variants) = (Before::of(c), ask.variants);
        // A post is called by its common text: where there is none, the first text that is written becomes it.
        let has_none = move || c.text.with_untracked(|text| text.trim().is_empty());
        let first = ask.targets.first().and_then(|target| target.connection);
        let first = first.filter(|_| !variants && ask.wish.is_none() && has_none());
        self.writing.set(true);
        self.failed.set(None);
        self.said.set("Writing…".into());
        let mut begun = Some(begun);
        let took = move |event: CaptionEvent| match event {
            CaptionEvent::Text { connection, place, text } if variants => {
                self.variants.update(|shown| {
                    let (_, texts) = shown.get_or_insert_with(|| (connection, vec![]));
                    let place = usize::from(place).min(8);
                    if texts.len() <= place {
                        texts.resize(place + 1, String::new());
                    }
                    texts[place] = text;
                });
            }
            CaptionEvent::Text { connection, text, .. } => {
                if let Some(begun) = begun.take() {
                    begun();
                    c.removed.set(Some(Removed::Written(before.clone(), self.writing)));
                }
                c.put_text(connection, text);
            }
            CaptionEvent::Done { .. } => self.said.set("The texts are there.".into()),
            CaptionEvent::Failed { message } => self.failed.set(Some(message)),
        };
        let ended = move |failed: Option<String>| {
            if self.writing.try_set(false).is_some() {
                return;
            }
            if let Some(message) = failed {
                self.failed.set(Some(message));
            }
            self.kept.update(|n| *n += 1);
            if let Some(first) = first.filter(|_| has_none()) {
                c.text.set(c.text_of(Some(first)));
            }
            // The button goes away, and with it the keyboard.
            if browser::has_focus(STOP) {
                focus_soon(WRITE);
            }
        };
        browser::write(&ask, took, ended);
    }

    /// Hangs up; what came stays.
    pub fn stop(self) {
        browser::stop_writing();
        self.writing.set(false);
        self.said.set("Stopped. What was written so far is kept.".into());
        self.kept.update(|n| *n += 1);
        focus_soon(WRITE);
    }

    /// Puts a text into the field of a place, with the way back.
    pub fn take(self, at: Option<ConnectionId>, text: String) {
        let c = self.composer;
        let before = Before::of(c);
        c.put_text(at, text);
        c.tab.set(at);
        c.removed.set(Some(Removed::Written(before, self.writing)));
        focus_soon(at.map_or_else(|| "text".to_owned(), texts::field_id));
    }
}

/// The brief itself.
#[component]
pub fn Brief(scribe: Scribe) -> impl IntoView {
    let s = scribe;
    if !s.can_write() {
        return no_key(s).into_any();
    }
    let tones: Vec<_> = Tone::ALL
        .into_iter()
        .map(|tone| {
            view! {
                <label class="target flex cursor-pointer items-center gap-1.5 rounded-full border border-line px-2.5 py-0.5 text-[13px] text-muted has-checked:border-purple has-checked:text-purple-soft">
                    <input
                        type="radio"
                        name="tone"
                        value=tone.id()
                        class="accent-purple-fill"
                        checked=tone == Tone::default()
                        on:change=move |_| s.tone.set(tone)
                    />
                    {tone.name()}
                </label>
            }
            .into_any()
        })
        .collect();
    let languages = LANGUAGES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect::<Vec<_>>();
    view! {
        <fieldset class="flex min-w-0 flex-col gap-2.5">
            <legend class="mb-2.5 text-xs font-semibold tracking-wider text-faint uppercase">"Brief"</legend>
            <TextArea
                id="brief"
                name="brief"
                label="What is the post about?"
                rows=4
                placeholder="Winter blend is back. Cocoa and orange. Free mug over 40 €."
                value=s.brief
                on_change=Callback::new(move |text| s.brief.set(text))
            />
            <div role="group" aria-label="Tone" class="flex flex-wrap gap-1.5">
                {tones}
            </div>
            {product(s)}
            <details>
                <summary class="cursor-pointer text-[13px] text-muted">"Language and audience"</summary>
                <div class="mt-2.5 flex flex-col gap-2.5">
                    <SelectBox
                        id="caption-language"
                        name="caption_language"
                        label="Language"
                        options=languages
                        value=s.language
                        on_change=Callback::new(move |code| s.language.set(code))
                    />
                    <TextInput
                        id="audience"
                        name="audience"
                        label="Who is it for?"
                        placeholder="People who drink coffee at home"
                        hint=format!("At most {MAX_AUDIENCE} characters.")
                        value=s.audience
                        on_change=Callback::new(move |text| s.audience.set(text))
                    />
                </div>
            </details>
        </fieldset>
    }
    .into_any()
}

/// What a post about a product has to say rightly. Without JavaScript it comes back in the brief.
fn product(s: Scribe) -> AnyView {
    let field =
        |id: &'static str, label: &'static str, placeholder: &'static str, of: fn(&mut Product) -> &mut String| {
            view! {
                <TextInput
                    id=id
                    name=id
                    label=label
                    placeholder=placeholder
                    value=Signal::derive(move || of(&mut s.product.get()).clone())
                    on_change=Callback::new(move |text| s.product.update(|product| *of(product) = text))
                />
            }
            .into_any()
        };
    view! {
        <details>
            <summary class="cursor-pointer text-[13px] text-muted">"Product facts"</summary>
            <div class="mt-2.5 flex flex-col gap-2.5">
                {field("product_name", "Name of the product", "Winter blend", |product| &mut product.name)}
                {field("product_price", "Price", "18 €", |product| &mut product.price)}
                {field("product_link", "Link to it", "https://", |product| &mut product.link)}
                <p class="text-xs text-faint">"The text is to say them exactly so."</p>
            </div>
        </details>
    }
    .into_any()
}

/// One quiet line: what a key would add, and who can add one.
fn no_key(s: Scribe) -> impl IntoView {
    let may = s.writer.with_value(|writer| writer.may_add_key);
    let ask = if may {
        view! {
            <a href="/settings/integrations?q=language+models" class="underline">"Add a key"</a>
            " of OpenAI, Gemini or your own model server."
        }
        .into_any()
    } else {
        view! { "Ask an admin to add a key under Settings → Integrations." }.into_any()
    };
    view! {
        <p class="text-xs text-faint">"A model could write a text for each account from a short brief and the pictures. " {ask}</p>
    }
}

/// The button behind the accounts, with what it costs.
#[component]
pub fn WriteBar(scribe: Scribe) -> impl IntoView {
    let s = scribe;
    if !s.can_write() {
        return ().into_any();
    }
    let c = s.composer;
    let count = move || c.chosen.with(std::collections::BTreeSet::len);
    let words = move || match count() {
        0 => "Write a text".to_owned(),
        1 => "Write for 1 account".to_owned(),
        n => format!("Write for {n} accounts"),
    };
    let writer = s.writer.get_value();
    let small = format!("{} · about {} an account", writer.model.unwrap_or_default(), writer.estimate);
    let stand_in = writer.stand_in.then(|| {
        view! { <p class="text-xs text-warn">"The sandbox's stand-in writes here, not a real model."</p> }.into_any()
    });
    let failed = move || {
        s.failed.get().map(|words| view! { <p role="alert" class="text-[13px] text-bad">{words}</p> }.into_any())
    };
    view! {
        <div class="flex flex-col gap-2">
            <Button
                kind=ButtonKind::Primary
                name="write"
                value="all"
                attr:id=WRITE
                disabled=s.writing
                on:click=move |event| {
                    event.prevent_default();
                    s.write();
                }
            >
                <Icon glyph=Glyph::Studio />
                {words}
            </Button>
            <div class:hidden=move || !s.writing.get()>
                <Button kind=ButtonKind::Secondary small=true kind_type="button" attr:id=STOP on:click=move |_| s.stop()>
                    "Stop writing"
                </Button>
            </div>
            {failed}
            <p class="text-xs text-faint">{small}</p>
            {stand_in}
            <p class="sr-only" role="status">
                {move || s.said.get()}
            </p>
        </div>
    }
    .into_any()
}
