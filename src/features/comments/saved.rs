//! Saved replies under the field for an answer, with the placeholders filled in that the comment tells: searched and put in with one press
//! where the page has come to life; else chosen from a list, with which the page is asked for anew.

use super::model::{CommentCard, Replying};
use crate::domain::ids::CommentId;
use crate::features::deliveries::linked::this_page;
use crate::features::snippets::model::SnippetKind;
use crate::features::snippets::picker::{Picked, SnippetPicker};
use crate::ui::caret::{self, Place};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind};
use leptos::prelude::*;

/// What placeholders of a reply stand for.
#[derive(Clone)]
pub struct About {
    author: String,
    handle: String,
    title: String,
}

impl About {
    pub fn of(comment: &CommentCard) -> Self {
        let (author, handle, title) = (comment.author.clone(), comment.handle.clone(), comment.title.clone());
        Self { author, handle, title }
    }

    /// Empty: the comment does not tell.
    pub fn known(&self, name: &str) -> String {
        match name.to_lowercase().as_str() {
            "name" | "author" => self.author.clone(),
            "first name" | "first_name" | "firstname" => {
                self.author.split_whitespace().next().unwrap_or_default().to_owned()
            }
            "account" | "handle" => self.handle.clone(),
            "post" => self.title.clone(),
            _ => String::new(),
        }
    }
}

/// The page without a reply that is being written; and what its address says.
pub fn without_reply(page: &str) -> (String, Vec<(String, String)>) {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<_> = pairs
        .filter(|(key, _)| ["state", "account", "post", "older", "newer"].contains(key))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let kept: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let page = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    (page, pairs)
}

/// `field`: the id of the field; `changed` is told what stands there where the field itself does not tell.
#[component]
pub fn SavedReplies(field: String, about: About, changed: Callback<String>) -> impl IntoView {
    let (alive, open) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        alive.set(true);
        caret::watch();
    });
    let button = format!("saved-{field}");
    let (id, back) = (button.clone(), button);
    let close = Callback::new(move |()| {
        open.set(false);
        focus_soon(back.clone());
    });
    let pick = Callback::new(move |picked: Picked| {
        open.set(false);
        caret::insert(field.clone(), picked.text, Place::Caret, changed);
    });
    let known = Callback::new(move |name: String| about.known(&name));
    let panel = move || {
        open.get().then(|| {
            view! { <SnippetPicker only=SnippetKind::Reply known=known on_pick=pick on_close=close /> }.into_any()
        })
    };
    view! {
        <div class="flex w-full flex-col items-start gap-2" class:hidden=move || !alive.get()>
            <Button
                kind=ButtonKind::Ghost
                small=true
                kind_type="button"
                attr:id=id
                attr:aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "Saved replies"
            </Button>
            <div class="w-full empty:hidden">{panel}</div>
        </div>
    }
}

/// The same for pages that have not come to life. `replying`: of this comment, when the page was asked for it.
#[component]
pub fn PlainReplies(comment: CommentId, field: String, replying: Option<Replying>) -> impl IntoView {
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let (page, pairs) = without_reply(&this_page());
    let inner = match replying {
        None => {
            let join = if page.contains('?') { '&' } else { '?' };
            let href = format!("{page}{join}reply={comment}#{field}");
            view! { <a href=href class=ButtonKind::Ghost.class(true)>"Choose a saved reply"</a> }.into_any()
        }
        Some(Replying { saved, .. }) if saved.is_empty() => view! {
            <p class="text-[13px] text-muted">
                "There is no saved reply yet. " <a class="text-purple-soft hover:underline" href="/snippets?new=reply">"Write one"</a>
            </p>
        }
        .into_any(),
        Some(Replying { saved, .. }) => {
            let hidden = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value /> }.into_any();
            let hidden: Vec<_> = pairs.into_iter().map(hidden).collect();
            let option = |(id, name): (crate::domain::ids::SnippetId, String)| {
                view! { <option value=id.to_string()>{name}</option> }.into_any()
            };
            let options: Vec<_> = saved.into_iter().map(option).collect();
            view! {
                <form class="flex flex-wrap items-center gap-2" method="get" action=format!("/comments#{field}")>
                    {hidden}
                    <input type="hidden" name="reply" value=comment.to_string() />
                    <select
                        name="saved"
                        aria-label="Saved reply"
                        class="max-w-60 min-w-0 rounded-control border border-line-strong bg-surface-2 px-2 py-1 text-[13px]"
                    >
                        {options}
                    </select>
                    <Button small=true kind=ButtonKind::Ghost>
                        "Put it in"
                    </Button>
                </form>
            }
            .into_any()
        }
    };
    view! { <div class="mt-2 w-full" class:hidden=move || alive.get()>{inner}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_tells_what_placeholders_stand_for() {
        let about = About { author: "Ada Lovelace".into(), handle: "@northwind".into(), title: "Beans".into() };
        let known = ["name", "First name", "account", "post", "offer"].map(|name| about.known(name));
        assert_eq!(known, ["Ada Lovelace", "Ada", "@northwind", "Beans", ""]);
    }

    #[test]
    fn a_reply_is_left_out_of_the_address() {
        let (page, pairs) = without_reply("/comments?state=all&reply=1&saved=2&did=hide.3&older=0_1");
        assert_eq!((page.as_str(), pairs.len()), ("/comments?state=all&older=0_1", 2));
        assert_eq!(without_reply("/comments?reply=1").0, "/comments");
    }
}
