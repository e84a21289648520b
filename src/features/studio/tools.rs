//! The row of tools under the text: each opens a panel, and what is chosen there goes into the field that is shown, where the
//! caret is. Only with JavaScript: without it there is no caret to ask for.

mod emoji;
mod hashtags;
mod keep;
mod link;

use super::brief::Scribe;
use super::composer::Composer;
use super::texts::field_id;
use crate::domain::moment::LocalTime;
use crate::features::snippets::model::SnippetKind;
use crate::features::snippets::picker::{Picked, SnippetPicker};
use crate::ui::caret::{self, Place};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind};
use emoji::EmojiTool;
use hashtags::HashtagTool;
use keep::Keep;
use leptos::prelude::*;
use link::LinkTool;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Insert,
    Emoji,
    Hashtags,
    Link,
    Keep,
}

impl Tool {
    const ALL: [Tool; 5] = [Self::Insert, Self::Emoji, Self::Hashtags, Self::Link, Self::Keep];

    fn label(self) -> &'static str {
        match self {
            Self::Insert => "Insert",
            Self::Emoji => "Emoji",
            Self::Hashtags => "Hashtags",
            Self::Link => "Link",
            Self::Keep => "Save as snippet",
        }
    }

    fn button(self) -> &'static str {
        match self {
            Self::Insert => "tool-insert",
            Self::Emoji => "tool-emoji",
            Self::Hashtags => "tool-hashtags",
            Self::Link => "tool-link",
            Self::Keep => "tool-keep",
        }
    }
}

/// The field into which tools write: that of the account that is shown, where it has a text of its own, else the common one.
#[derive(Clone, Copy)]
pub(super) struct Target(Composer);

impl Target {
    fn account(self) -> Option<crate::domain::ids::ConnectionId> {
        let c = self.0;
        c.shown_untracked().filter(|id| c.own.with_untracked(|own| own.contains_key(id)))
    }

    fn field(self) -> String {
        self.account().map_or_else(|| "text".to_owned(), field_id)
    }

    /// What stands there.
    pub(super) fn text(self) -> String {
        let c = self.0;
        match self.account() {
            Some(id) => c.own.with_untracked(|own| own.get(&id).cloned()).unwrap_or_default(),
            None => c.text.get_untracked(),
        }
    }

    /// What is chosen there.
    fn selected(self) -> String {
        caret::selected(&self.field())
    }

    /// The last character before the caret there.
    fn before(self) -> Option<char> {
        caret::before(&self.field())
    }

    pub(super) fn insert(self, text: String, place: Place) {
        let (c, account) = (self.0, self.account());
        // The common text is in no field that is shown while an account without a text of its own is.
        if account.is_none() {
            c.tab.set(None);
        }
        let changed = Callback::new(move |text| match account {
            Some(id) => c.own.update(|own| drop(own.insert(id, text))),
            None => c.text.set(text),
        });
        caret::insert(self.field(), text, place, changed);
    }
}

#[component]
pub fn Tools(composer: Composer, scribe: Scribe) -> impl IntoView {
    let (c, can_propose) = (composer, scribe.can_write());
    let target = Target(c);
    let open = RwSignal::new(None::<Tool>);
    // What was chosen when the tool was pressed: in its panel nothing is chosen any more.
    let chosen = RwSignal::new(String::new());
    Effect::new(move |_| caret::watch());
    let close = Callback::new(move |()| {
        if let Some(tool) = open.get_untracked() {
            open.set(None);
            focus_soon(tool.button());
        }
    });
    let button = move |tool: Tool| {
        view! {
            <Button
                kind=ButtonKind::Ghost
                small=true
                kind_type="button"
                attr:id=tool.button()
                attr:aria-expanded=move || if open.get() == Some(tool) { "true" } else { "false" }
                on:click=move |_| {
                    chosen.set(target.selected());
                    open.update(|open| *open = if *open == Some(tool) { None } else { Some(tool) });
                }
            >
                {tool.label()}
            </Button>
        }
        .into_any()
    };
    let panel = move || {
        Some(match open.get()? {
            Tool::Insert => insert_snippet(c, target, open, close),
            Tool::Emoji => view! { <EmojiTool target=target on_close=close /> }.into_any(),
            Tool::Hashtags => view! { <HashtagTool target=target can_propose=can_propose on_close=close /> }.into_any(),
            Tool::Link => view! { <LinkTool composer=c target=target on_close=close /> }.into_any(),
            Tool::Keep => view! { <Keep target=target chosen=chosen.get_untracked() on_close=close /> }.into_any(),
        })
    };
    view! {
        <div class="flex flex-col gap-2" class:hidden=move || !c.alive.get()>
            <div class="flex flex-wrap gap-1.5" role="group" aria-label="Tools for the text">
                {Tool::ALL.map(button).into_iter().collect::<Vec<_>>()}
            </div>
            {panel}
        </div>
    }
}

fn insert_snippet(c: Composer, target: Target, open: RwSignal<Option<Tool>>, close: Callback<()>) -> AnyView {
    // What the post says already.
    let known = Callback::new(move |name: String| match name.to_lowercase().as_str() {
        "date" | "day" => {
            c.when.with_untracked(|when| when.parse().map(|at: LocalTime| at.day.short())).unwrap_or_default()
        }
        "link" | "url" => c.link.get_untracked(),
        _ => String::new(),
    });
    let pick = Callback::new(move |picked: Picked| {
        open.set(None);
        let place = if picked.kind == SnippetKind::Signature { Place::End } else { Place::Caret };
        target.insert(picked.text, place);
    });
    view! { <SnippetPicker known=known on_pick=pick on_close=close /> }.into_any()
}
