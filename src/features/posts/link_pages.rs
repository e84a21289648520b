//! The pages behind the links of previews, as far as the browser knows them by now. They outlive the previews, which are drawn
//! anew with every key.

use super::calls::look_at_link;
use super::model::PageLook;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Long enough that no half address is asked for.
const PAUSE: Duration = Duration::from_millis(700);
/// Pages that are kept; a post has one link, and X's text may change while it is written.
const MOST: usize = 20;

/// How far one page is.
#[derive(Clone, Debug, PartialEq)]
pub enum PageState {
    /// Nobody asked yet; without JavaScript nobody will.
    Unasked,
    Reading,
    Read(PageLook),
    /// Why it cannot be read.
    Unread(String),
}

/// Cheap to copy.
#[derive(Clone, Copy)]
pub struct LinkPages(RwSignal<Vec<(String, PageState)>>);

impl LinkPages {
    /// Has these pages read, a moment after the last of them changed. In the browser only: a page of ours never waits for one of a stranger.
    pub fn new(links: Memo<Vec<String>>) -> Self {
        let pages = Self(RwSignal::new(vec![]));
        Effect::new(move |_| {
            let mut asked = links.get();
            asked.retain(|link| pages.0.with_untracked(|all| all.iter().all(|(known, _)| known != link)));
            if asked.is_empty() {
                return;
            }
            let later = set_timeout_with_handle(
                move || {
                    for link in asked {
                        pages.ask(link);
                    }
                },
                PAUSE,
            );
            on_cleanup(move || drop(later.map(|handle| handle.clear())));
        });
        pages
    }

    pub fn of(self, link: &str) -> PageState {
        let found =
            |all: &Vec<(String, PageState)>| all.iter().find(|(known, _)| known == link).map(|(_, s)| s.clone());
        self.0.with(found).unwrap_or(PageState::Unasked)
    }

    /// Its picture cannot be shown.
    pub fn lost_picture(self, link: &str) {
        self.change(link, |state| {
            if let PageState::Read(look) = state {
                look.picture = None;
            }
        });
    }

    fn ask(self, link: String) {
        self.0.update(|all| {
            all.push((link.clone(), PageState::Reading));
            if all.len() > MOST {
                all.remove(0);
            }
        });
        spawn_local(async move {
            let seen = match look_at_link(link.clone()).await {
                Ok(PageLook { unread: Some(why), .. }) => PageState::Unread(why),
                Ok(look) => PageState::Read(look),
                Err(error) => PageState::Unread(error.message),
            };
            self.change(&link, move |state| *state = seen);
        });
    }

    fn change(self, link: &str, change: impl FnOnce(&mut PageState)) {
        self.0.try_update(|all| {
            if let Some((_, state)) = all.iter_mut().find(|(known, _)| known == link) {
                change(state);
            }
        });
    }
}
