//! What can be done with several snippets at once, and what was just done, with the way back.

use super::calls::{ActOnSnippets, UndoSnippets};
use super::model::{SnippetAct, SnippetOutcome};
use crate::ui::toast::AddressToast;
use crate::ui::{Button, ButtonKind, Chosen, ChosenBar, FormAction, Glyph, Icon, PostForm};
use leptos::prelude::*;

const INPUT: &str = "w-32 min-w-0 rounded-control border border-line-strong bg-surface-2 px-2 py-0.5 text-[13px] placeholder:text-faint";

/// `all`: how many there are on the page; `folders`: proposals.
pub fn bar(all: u32, back: String, folders: &[String], chosen: Chosen, act: FormAction<ActOnSnippets>) -> AnyView {
    let idle = chosen.idle(act);
    let known: Vec<_> = folders.iter().map(|name| view! { <option value=name.clone()></option> }.into_any()).collect();
    view! {
        <ChosenBar action=act back=back all=all chosen=chosen alone=true>
            <input
                type="text"
                name="folder"
                dir="auto"
                list="move-folders"
                placeholder="Folder"
                aria-label="Folder for those that are chosen; empty: none"
                autocomplete="off"
                class=INPUT
            />
            <datalist id="move-folders">{known}</datalist>
            <Button small=true name="act" value=SnippetAct::Move.id() disabled=idle>
                "Move"
            </Button>
            <input
                type="text"
                name="tag"
                dir="auto"
                placeholder="Tag"
                aria-label="Tag for those that are chosen"
                autocomplete="off"
                class=INPUT
            />
            <Button small=true name="act" value=SnippetAct::Tag.id() disabled=idle>
                "Add the tag"
            </Button>
            <Button small=true name="act" value=SnippetAct::Untag.id() disabled=idle>
                "Take it off"
            </Button>
            <Button kind=ButtonKind::Danger small=true name="act" value=SnippetAct::Delete.id() disabled=idle>
                <Icon glyph=Glyph::Trash class="size-4 max-[700px]:hidden" />
                "Delete"
            </Button>
        </ChosenBar>
    }
    .into_any()
}

/// What was done, with Undo.
pub fn just_done(outcome: SnippetOutcome, back: String, undo: FormAction<UndoSnippets>) -> AnyView {
    let (words, done, close) = (outcome.words(), outcome.id.to_string(), back.clone());
    let button = view! {
        <PostForm action=undo>
            <input type="hidden" name="done" value=done />
            <input type="hidden" name="back" value=back />
            <Button small=true disabled=undo.pending()>
                "Undo"
            </Button>
        </PostForm>
    };
    view! {
        <AddressToast text=words close=close buttons=button.into_any() lasts=true>
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}

/// Only that something was done.
pub fn told(words: String, back: String) -> AnyView {
    view! {
        <AddressToast text=words close=back buttons=().into_any() lasts=false>
            {None::<AnyView>}
        </AddressToast>
    }
    .into_any()
}
