//! What is not saved yet is kept at the server while one writes, and offered when the composer is opened again.

use super::browser;
use super::calls::{forget_unsaved, keep_unsaved};
use super::composer::{Composer, Kept, Picture, UploadState};
use super::model::Unsaved;
use super::parts::Follow;
use super::texts;
use crate::domain::post::{SavePost, title_of};
use crate::features::media::model::AssetCard;
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind, Notice, Tone};
use leptos::prelude::*;
use std::time::Duration;

/// How long nothing changes before it is kept.
const PAUSE: Duration = Duration::from_secs(2);
/// How often it is kept while somebody writes without a pause.
const BEAT: Duration = Duration::from_secs(5);

/// What is sent to be kept: the content and the time as it stands in the field.
type Work = (Kept, String);

/// Keeps what is not saved. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Keeper {
    composer: Composer,
    /// What was kept last, or stood there when the composer was opened or saved.
    kept: RwSignal<Option<Work>>,
    action: Action<(Work, SavePost), Option<Work>>,
}

impl Keeper {
    pub fn new(composer: Composer) -> Self {
        let c = composer;
        let kept = RwSignal::new(None::<Work>);
        let action = Action::new(move |(work, input): &(Work, SavePost)| {
            let (work, input) = (work.clone(), input.clone());
            async move { keep_unsaved(c.key, input, work.1.clone()).await.ok().map(|()| work) }
        });
        let keeper = Self { composer, kept, action };
        Effect::new(move |_| {
            if let Some(Some(work)) = action.value().get() {
                kept.set(Some(work));
            }
        });
        // A save makes what was kept before it superfluous.
        Effect::new(move |before: Option<Option<i32>>| {
            let version = c.version.get();
            if before.is_some_and(|before| before != version) && kept.get_untracked().is_some() {
                kept.set(None);
                leptos::task::spawn_local(async move {
                    let _ = forget_unsaved(c.key).await;
                });
            }
            version
        });
        // A moment after the last change.
        Effect::new(move |_| {
            c.changes();
            let later = set_timeout_with_handle(move || keeper.keep(), PAUSE);
            on_cleanup(move || drop(later.map(|handle| handle.clear())));
        });
        Effect::new(move |_| {
            let beat = set_interval_with_handle(move || keeper.keep(), BEAT);
            on_cleanup(move || drop(beat.map(|handle| handle.clear())));
        });
        browser::on_hidden(move || keeper.keep());
        keeper
    }

    /// Keeps it now, when there is something that is neither saved nor kept.
    fn keep(self) {
        let c = self.composer;
        if !c.dirty.get_untracked() {
            return;
        }
        let work = (c.kept_now(), c.when.get_untracked());
        let known = self.kept.with_untracked(|kept| kept.as_ref() == Some(&work));
        if !known && !self.action.pending().get_untracked() {
            self.action.dispatch((work, c.input(c.draft_plan(), false)));
        }
    }

    /// What stands in the composer now is kept at the server.
    pub fn is_kept(self) -> bool {
        let c = self.composer;
        c.changes();
        self.kept.with(|kept| {
            kept.as_ref().is_some_and(|(content, when)| *content == c.kept_now() && *when == c.when.get_untracked())
        })
    }
}

/// Offers what was left unsaved.
#[component]
pub fn Offer(composer: Composer, unsaved: Option<Unsaved>) -> impl IntoView {
    let c = composer;
    let left = RwSignal::new(unsaved.filter(|unsaved| differs(c, unsaved)));
    let forget = move |unsaved: Unsaved| {
        left.set(None);
        focus_soon(texts::tab_id(c.shown_untracked()));
        leptos::task::spawn_local(async move {
            let _ = forget_unsaved(unsaved.id).await;
        });
    };
    // Without JavaScript nothing is put back: there is nothing to press then.
    move || {
        let unsaved = left.get().filter(|_| c.alive.get())?;
        let when = unsaved.kept.local.short();
        let words = match (unsaved.work.version, unsaved.newer) {
            (None, _) => format!("You left “{}” unsaved on {when}.", title_of(&unsaved.work.content.text)),
            (_, false) => format!("You have changes to this post from {when} that are not saved."),
            (_, true) => format!(
                "You have changes to this post from {when} that are not saved. It was saved by somebody since then: putting yours back takes the place of that."
            ),
        };
        let (take, drop) = (unsaved.clone(), unsaved);
        Some(view! {
            <Notice tone=Tone::Info>
                <div class="flex flex-col items-start gap-2">
                    <p>{words}</p>
                    <div class="flex flex-wrap gap-2">
                        <Button
                            kind=ButtonKind::Secondary
                            small=true
                            kind_type="button"
                            on:click=move |_| {
                                put_back(c, &take);
                                forget(take.clone());
                            }
                        >
                            "Put it back"
                        </Button>
                        <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| forget(drop.clone())>
                            "Discard it"
                        </Button>
                    </div>
                </div>
            </Notice>
        }.into_any())
    }
}

/// Whether it says anything that the post does not say.
fn differs(c: Composer, unsaved: &Unsaved) -> bool {
    let work = &unsaved.work;
    c.saved.with_untracked(|saved| {
        work.content.text != saved.content.text
            || work.content.given_link() != saved.content.given_link()
            || work.content.media != saved.content.media
            || work.content.parts != saved.content.parts
            || work.alts != saved.alts
            || work.targets != saved.targets
            || (work.version.is_some() && unsaved.time != c.saved_when.get_untracked())
    })
}

/// Puts all of it into the fields.
fn put_back(c: Composer, unsaved: &Unsaved) {
    let work = &unsaved.work;
    c.text.set(work.content.text.clone());
    c.link.set(work.content.link.clone().unwrap_or_default());
    let known: Vec<_> = c.accounts().into_iter().map(|account| account.id).collect();
    let targets = || work.targets.iter().filter(|target| known.contains(&target.connection));
    c.own.set(targets().filter_map(|t| Some((t.connection, t.text.clone()?))).collect());
    c.formats.set(targets().map(|t| (t.connection, t.format)).collect());
    c.options.set(targets().map(|t| (t.connection, t.options.clone())).collect());
    c.chosen.set(targets().map(|t| t.connection).collect());
    let follows = work.content.parts.thread.iter().map(|text| Follow::new(c.new_key(), text.clone()));
    c.thread.set(follows.collect());
    let comment = work.content.parts.comment.clone().unwrap_or_default();
    c.commenting.set(!comment.is_empty());
    c.comment.set(comment);
    let card = |id| unsaved.media.iter().find(|card: &&AssetCard| card.facts.asset == id);
    let pictures = work.content.media.iter().filter_map(|id| card(*id)).map(|card| {
        let picture = Picture::new(c.new_key(), card.file_name.clone(), UploadState::Ready(Box::new(card.clone())));
        if let Some((_, alt)) = work.alts.iter().find(|(id, _)| *id == card.facts.asset) {
            picture.alt.set(alt.clone());
        }
        picture
    });
    c.pictures.set(pictures.collect());
    if !unsaved.time.is_empty() {
        c.when.set(unsaved.time.clone());
    }
}
