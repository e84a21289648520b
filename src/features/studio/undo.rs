//! What was last removed from the post and can be put back: an account's own text, a post of the thread, the first comment, a
//! picture, or the originals of copies.

use super::browser;
use super::composer::{Composer, Picture};
use super::fitting;
use super::parts::{Follow, field};
use super::{texts, voice};
use crate::domain::authenticity::HouseWords;
use crate::domain::ids::ConnectionId;
use crate::features::media::model::AssetCard;
use crate::ui::focus::focus_soon;
use crate::ui::toast::{Leaving, Toast};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// All texts as they stood.
#[derive(Clone)]
pub struct Before {
    text: String,
    own: BTreeMap<ConnectionId, String>,
}

impl Before {
    pub fn of(c: Composer) -> Self {
        Self { text: c.text.get_untracked(), own: c.own.get_untracked() }
    }
}

#[derive(Clone)]
pub enum Removed {
    /// What gave way to texts that were written, and whether they still are.
    Written(Before, RwSignal<bool>),
    Text(ConnectionId, String),
    /// With its place in the thread, from 0.
    Follow(usize, Follow),
    Comment(String),
    /// With its place in the list, from 0.
    Picture(usize, Picture),
    /// What copies that fit took the place of, by the keys of the pictures.
    Originals(Vec<(u32, AssetCard)>),
    /// The text before a suggestion was taken; of one account, or the common one.
    Words(Option<ConnectionId>, String),
    /// The company's words as they were.
    House(HouseWords),
}

impl Removed {
    fn words(&self) -> &'static str {
        match self {
            Self::Written(..) => "The new text is in the field.",
            Self::Text(..) => "The different text is removed.",
            Self::Follow(..) => "A post of the thread is removed.",
            Self::Comment(_) => "The first comment is removed.",
            Self::Picture(..) => "The file is removed.",
            Self::Originals(copies) if copies.len() == 1 => "The copy that fits is in the place of the picture.",
            Self::Originals(_) => "The copies that fit are in the place of the pictures.",
            Self::Words(..) => "The suggestion is in your text.",
            Self::House(_) => "The company's words are changed.",
        }
    }

    /// Puts it back and the keyboard on it.
    fn restore(self, c: Composer) {
        match self {
            Self::Written(before, writing) => {
                // Else the next piece would take its place again.
                browser::stop_writing();
                writing.try_set(false);
                c.text.set(before.text);
                c.own.set(before.own);
                focus_soon(texts::tab_id(c.shown_untracked()));
            }
            Self::Text(id, text) => {
                c.own.update(|own| drop(own.insert(id, text)));
                c.tab.set(Some(id));
                focus_soon(texts::field_id(id));
            }
            Self::Follow(at, follow) => {
                let at = at.min(c.thread.with_untracked(Vec::len));
                c.thread.update(|thread| thread.insert(at, follow));
                focus_soon(field(at));
            }
            Self::Comment(text) => {
                c.comment.set(text);
                c.commenting.set(true);
                focus_soon("comment");
            }
            Self::Picture(at, picture) => {
                if let Some(card) = untrack(|| picture.card()) {
                    focus_soon(format!("alt_{}", card.facts.asset));
                }
                c.pictures.update(|list| list.insert(at.min(list.len()), picture));
            }
            Self::Originals(cards) => drop(fitting::put(c, cards)),
            Self::Words(account, text) => {
                voice::write(c, account, text);
                focus_soon(texts::text_id(account));
            }
            Self::House(words) => voice::keep(c, words, voice::SECTION),
        }
    }
}

#[component]
pub fn Undo(composer: Composer) -> impl IntoView {
    let c = composer;
    // Made once: the buttons of a message that takes the place of another one still call those of the first.
    let undo = Callback::new(move |()| {
        let removed = c.removed.get_untracked();
        c.removed.set(None);
        if let Some(removed) = removed {
            removed.restore(c);
        }
    });
    let close = Callback::new(move |how| {
        c.removed.set(None);
        if how == Leaving::Closed {
            focus_soon(texts::tab_id(c.shown_untracked()));
        }
    });
    move || c.removed.get().map(|removed| view! { <Toast text=removed.words() undo close /> }.into_any())
}
