//! Campaign parameters and short links: for the link card, for the text that is shown, or for each account's text with its own
//! network as the source.

use super::Target;
use crate::domain::error::AppError;
use crate::domain::ids::ConnectionId;
use crate::domain::utm::{Utm, is_web, without};
use crate::features::links::calls::{read_link_defaults, shorten};
use crate::features::studio::composer::Composer;
use crate::ui::caret::{self, Place};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

const LINK: &str = "tool-link-address";

/// Where the link goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    /// The field for the link card.
    Card,
    /// The text that is shown, at the caret.
    Text,
    /// The texts of all chosen accounts, in the place of the link that stands there.
    Each,
}

#[derive(Clone, Copy)]
struct Panel {
    c: Composer,
    target: Target,
    link: RwSignal<String>,
    tags: RwSignal<bool>,
    short: RwSignal<bool>,
    medium: RwSignal<String>,
    campaign: RwSignal<String>,
    busy: RwSignal<bool>,
    said: RwSignal<String>,
}

/// What stands for all networks together.
const ALL: &str = "social";

impl Panel {
    fn made(self, source: &str) -> String {
        let link = self.link.get();
        if !self.tags.get() {
            return link.trim().to_owned();
        }
        let content = String::new();
        Utm { source: source.to_owned(), medium: self.medium.get(), campaign: self.campaign.get(), content }.on(&link)
    }

    /// The network of the account that is shown, or of the only one that is chosen.
    fn source(self) -> &'static str {
        let all = self.c.chosen_validations();
        let of =
            |id: ConnectionId| all.iter().find(|v| v.shown.account.id == id).map(|v| v.shown.account.platform.id());
        let only = || (all.len() == 1).then(|| all[0].shown.account.platform.id());
        self.c.shown().and_then(of).or_else(only).unwrap_or(ALL)
    }

    async fn finished(self, link: String) -> Result<String, AppError> {
        if self.short.get_untracked() { shorten(link).await } else { Ok(link) }
    }

    fn put(self, into: Into) {
        if self.busy.get_untracked() {
            return;
        }
        if !is_web(self.link.get_untracked().trim()) {
            self.said.set("Enter a link that begins with https:// first.".to_owned());
            return focus_soon(LINK);
        }
        self.busy.set(true);
        self.said.set(String::new());
        spawn_local(async move {
            let done = match into {
                Into::Each => self.put_each().await,
                _ => self.put_one(into).await,
            };
            self.busy.try_set(false);
            self.said.try_set(done.unwrap_or_else(|error| {
                error.problems.first().map_or(error.message, |problem| problem.message.clone())
            }));
        });
    }

    async fn put_one(self, into: Into) -> Result<String, AppError> {
        let link = self.finished(untrack(|| self.made(self.source()))).await?;
        if into == Into::Card {
            self.c.link.try_set(link);
            return Ok("The link card leads there now.".to_owned());
        }
        let gap = caret::apart(self.target.before());
        self.target.insert(format!("{gap}{link}"), Place::Caret);
        Ok("It stands in the text.".to_owned())
    }

    /// Each account gets a text of its own in which the link names its network.
    async fn put_each(self) -> Result<String, AppError> {
        let plain = without(&self.link.get_untracked());
        let mut texts = vec![];
        for validation in untrack(|| self.c.chosen_validations()) {
            let account = validation.shown.account;
            let link = self.finished(untrack(|| self.made(account.platform.id()))).await?;
            let common = self.c.text.get_untracked();
            let text = self.c.own.with_untracked(|own| own.get(&account.id).cloned()).unwrap_or(common);
            texts.push((account.id, placed(&text, &plain, &link)));
        }
        let n = texts.len();
        self.c.own.try_update(|own| own.extend(texts));
        Ok(match n {
            0 => "Choose the accounts first.".to_owned(),
            1 => "1 account has its own link now.".to_owned(),
            n => format!("{n} accounts have their own link now. Look at their tabs."),
        })
    }
}

/// The text with `link` in the place of each word that is `plain`, with or without campaign parameters; where none is, at its end.
fn placed(text: &str, plain: &str, link: &str) -> String {
    let mut found = false;
    let words: Vec<_> = text
        .split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end();
            // The full stop behind a link is none of it.
            let bare = word.trim_end_matches(['.', ',', '!', '?', ')', ';']);
            let same = is_web(bare) && without(bare).trim_end_matches('/') == plain.trim_end_matches('/');
            if !same {
                return piece.to_owned();
            }
            found = true;
            [link, &piece[bare.len()..]].concat()
        })
        .collect();
    let text = words.concat();
    match (found, text.trim().is_empty()) {
        (true, _) => text,
        (false, true) => link.to_owned(),
        (false, false) => format!("{}\n\n{link}", text.trim_end()),
    }
}

#[component]
pub fn LinkTool(composer: Composer, target: Target, on_close: Callback<()>) -> impl IntoView {
    let c = composer;
    let panel = Panel {
        c,
        target,
        link: RwSignal::new(c.link.get_untracked()),
        tags: RwSignal::new(true),
        short: RwSignal::new(false),
        medium: RwSignal::new(ALL.to_owned()),
        campaign: RwSignal::default(),
        busy: RwSignal::new(false),
        said: RwSignal::default(),
    };
    focus_soon(LINK);
    spawn_local(async move {
        if let Ok(defaults) = read_link_defaults().await {
            panel.medium.try_set(defaults.medium);
            // What somebody typed meanwhile stays.
            if panel.campaign.try_with_untracked(String::is_empty) == Some(true) {
                panel.campaign.try_set(defaults.campaign);
            }
        }
    });
    let line = move |id: &'static str, label: &'static str, value: RwSignal<String>| {
        view! {
            <label class="flex flex-col gap-1 text-[13px] text-muted">
                {label}
                <input
                    id=id
                    dir="auto"
                    class="rounded-control border border-line-strong bg-surface-2 px-2.5 py-1 text-text"
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
        }
        .into_any()
    };
    let tick = move |label: &'static str, value: RwSignal<bool>| {
        view! {
            <label class="target flex cursor-pointer items-center gap-2 text-[13px]">
                <input
                    type="checkbox"
                    class="accent-purple-fill"
                    prop:checked=move || value.get()
                    on:change=move |event| value.set(event_target_checked(&event))
                />
                {label}
            </label>
        }
        .into_any()
    };
    let preview = move || {
        let link = panel.link.get();
        if is_web(link.trim()) { panel.made(panel.source()) } else { String::new() }
    };
    let button = move |words: &'static str, kind: ButtonKind, into: Into| {
        view! {
            <Button kind=kind small=true kind_type="button" disabled=panel.busy on:click=move |_| panel.put(into)>
                {words}
            </Button>
        }
        .into_any()
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            on_close.run(());
        }
    };
    view! {
        <section
            aria-label="Link"
            class="flex flex-col gap-2.5 rounded-control border border-line bg-surface-1 p-3"
            on:keydown=on_key
        >
            {line(LINK, "Link to your page", panel.link)}
            <div class="flex flex-wrap gap-x-5 gap-y-1">
                {tick("Campaign parameters", panel.tags)} {tick("Short link", panel.short)}
            </div>
            <div class="grid gap-2 min-[701px]:grid-cols-2" class:hidden=move || !panel.tags.get()>
                {line("tool-link-campaign", "Campaign", panel.campaign)} {line("tool-link-medium", "Medium", panel.medium)}
            </div>
            <output class="text-xs wrap-anywhere text-faint empty:hidden" aria-label="The link that comes out">
                {preview}
            </output>
            <div class="flex flex-wrap gap-2">
                {button("Put it into the text", ButtonKind::Primary, Into::Text)}
                {button("Use it for the link card", ButtonKind::Secondary, Into::Card)}
                {button("One for each account", ButtonKind::Secondary, Into::Each)}
                <Button kind=ButtonKind::Ghost small=true kind_type="button" on:click=move |_| on_close.run(())>
                    "Close"
                </Button>
            </div>
            <p role="status" class="text-[13px] text-muted empty:hidden">
                {panel.said}
            </p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::placed;

    #[test]
    fn a_link_takes_the_place_of_the_one_that_is_there() {
        let (plain, link) = ("https://a.example/b", "https://lux.example/s/abcdefg");
        let put = |text: &str| placed(text, plain, link);
        assert_eq!(put("See https://a.example/b."), format!("See {link}."));
        assert_eq!(put("https://a.example/b/?utm_source=x\nBye"), format!("{link}\nBye"));
        assert_eq!(put("See https://a.example/bc"), format!("See https://a.example/bc\n\n{link}"));
        assert_eq!(put(" "), link);
        assert_eq!(put(&put("Hello")), format!("Hello\n\n{link}\n\n{link}"), "a short one is not known again");
    }
}
