//! The acts of a post as buttons and as a menu, what came of them, and the way back. All of it are forms of one server
//! function that work without JavaScript.

use super::act::{Outcome, PostAct};
use super::calls::ActOnPosts;
use crate::domain::ids::PostId;
use crate::ui::menu::{MENU_ITEM, MENU_PANEL};
use crate::ui::toast::AddressToast;
use crate::ui::{Button, FormAction, Glyph, Icon, LinkButton, Menu, PostForm};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub type Acts = FormAction<ActOnPosts>;

/// The fields that say with which posts, and which page to show again.
pub fn fields(posts: &[PostId], back: String) -> AnyView {
    let ids = posts.iter().map(|id| view! { <input type="hidden" name="ids[]" value=id.to_string() /> }.into_any());
    view! {
        {ids.collect_view()}
        <input type="hidden" name="back" value=back />
    }
    .into_any()
}

/// The acts as buttons.
#[component]
pub fn ActButtons(post: PostId, offered: Vec<PostAct>, back: String, acts: Acts) -> impl IntoView {
    let buttons = offered
        .into_iter()
        .map(|act| match act.href(post) {
            Some(href) => view! {
                <LinkButton href=href kind=act.kind()>
                    <Icon glyph=act.glyph() />
                    {act.name()}
                </LinkButton>
            }
            .into_any(),
            None => view! {
                <Button kind=act.kind() name="act" value=act.id() disabled=acts.pending()>
                    <Icon glyph=act.glyph() />
                    {act.name()}
                </Button>
            }
            .into_any(),
        })
        .collect_view();
    view! {
        <PostForm action=acts class="flex flex-wrap gap-2">
            {fields(&[post], back)} {buttons}
        </PostForm>
    }
}

/// The acts as a menu behind three dots. `title`: of the post, for whoever hears only the button.
#[component]
pub fn ActMenu(post: PostId, title: String, offered: Vec<PostAct>, back: String, acts: Acts) -> impl IntoView {
    let items = offered
        .into_iter()
        .map(|act| match act.href(post) {
            Some(href) => view! {
                <a href=href class=MENU_ITEM>
                    <Icon glyph=act.glyph() />
                    {act.name()}
                </a>
            }
            .into_any(),
            None => view! {
                <button name="act" value=act.id() class=MENU_ITEM>
                    <Icon glyph=act.glyph() />
                    {act.name()}
                </button>
            }
            .into_any(),
        })
        .collect_view();
    view! {
        <Menu
            trigger=view! { <Icon glyph=Glyph::More class="size-5" /> }.into_any()
            class="relative shrink-0 self-center pr-2"
            trigger_class="grid size-8 place-items-center rounded-control text-muted hover:bg-surface-3 hover:text-text"
            panel_class=format!("{MENU_PANEL} right-2 top-full mt-1")
            label=format!("More for “{title}”")
        >
            <PostForm action=acts>
                {fields(&[post], back)} {items}
            </PostForm>
        </Menu>
    }
}

/// What came of the last act, from the address of the page.
pub fn outcome() -> Memo<Option<Outcome>> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|q| Outcome::parse(q.get_str("did").unwrap_or_default(), q.get_str("not").unwrap_or_default()))
    })
}

/// What a page reads its posts anew for: each act, and not that what came of it is put away.
pub fn acted(outcome: Memo<Option<Outcome>>) -> Memo<Option<Outcome>> {
    Memo::new(move |before: Option<&Option<Outcome>>| outcome.get().or_else(|| before.cloned().flatten()))
}

/// What was done and what was not, with the way back. `back`: the page without it. `titles`: of the posts that are on it.
#[component]
pub fn ActResult(
    outcome: Outcome,
    back: String,
    titles: Vec<(PostId, String)>,
    /// Those of them that are drafts.
    drafts: Vec<PostId>,
    acts: Acts,
) -> impl IntoView {
    let (act, words, close) = (outcome.act, outcome.words(), back.clone());
    let refused = outcome.not.iter().map(|(id, why)| {
        let title = titles.iter().find(|(known, _)| known == id).map_or("A post", |(_, title)| title.as_str());
        view! {
            <li>
                <span dir="auto" class="block truncate text-text">
                    {title.to_owned()}
                </span>
                <span class="block">{why.words(act)}</span>
            </li>
        }
        .into_any()
    });
    let refused: Vec<_> = refused.collect();
    let refused =
        (!refused.is_empty()).then(|| view! { <ul class="flex flex-col gap-1 text-muted">{refused}</ul> }.into_any());
    let stays = (act == PostAct::Delete && !outcome.done.is_empty())
        .then(|| view! { <p class="text-xs text-muted">"What is published stays on the networks."</p> }.into_any());
    let copy = match (act, outcome.done.as_slice()) {
        (PostAct::Duplicate, [copy]) => {
            let href = format!("/studio?post={copy}");
            Some(view! { <LinkButton href=href small=true>"Open the copy"</LinkButton> }.into_any())
        }
        _ => None,
    };
    // The address says what was done, and anybody can write an address: copies are deleted only where they are seen to be
    // drafts.
    let is_safe = act != PostAct::Duplicate || outcome.done.iter().all(|copy| drafts.contains(copy));
    let undo = act.undo().filter(|_| is_safe && !outcome.done.is_empty()).map(|undo| {
        view! {
            <PostForm action=acts>
                {fields(&outcome.done, back.clone())}
                <Button small=true name="act" value=undo.id() disabled=acts.pending()>
                    "Undo"
                </Button>
            </PostForm>
        }
        .into_any()
    });
    let lasts = copy.is_some() || undo.is_some() || refused.is_some();
    view! {
        <AddressToast text=words close=close buttons=view! { {copy} {undo} }.into_any() lasts=lasts>
            {refused}
            {stays}
        </AddressToast>
    }
}
