//! Hashtags for the text: the company's groups, those that its published posts had, and those that a model proposes.

use super::Target;
use crate::features::studio::calls::{propose_hashtags, suggest_hashtags};
use crate::features::studio::model::TagIdea;
use crate::ui::caret::{Place, apart};
use crate::ui::finder::{Finder, Finding, Hit, search_id};
use crate::ui::focus::focus_soon;
use crate::ui::{Button, ButtonKind};
use leptos::prelude::*;

const PANEL: &str = "hashtags";

#[component]
pub fn HashtagTool(
    target: Target,
    /// A model can be asked.
    can_propose: bool,
    on_close: Callback<()>,
) -> impl IntoView {
    let finding = Finding::<TagIdea>::default();
    let search = Callback::new(move |words: String| finding.ask(suggest_hashtags(words)));
    search.run(String::new());
    focus_soon(search_id(PANEL));
    let pick = Callback::new(move |at: usize| {
        let Some(idea) = finding.found.with_untracked(|found| found.get(at).cloned()) else { return };
        // Those that the text has already are left out.
        let has: Vec<_> = target.text().split_whitespace().map(str::to_lowercase).collect();
        let new: Vec<_> = idea.tags.split_whitespace().filter(|tag| !has.contains(&tag.to_lowercase())).collect();
        if new.is_empty() {
            return;
        }
        target.insert([apart(target.before()), &new.join(" ")].concat(), Place::Caret);
    });
    let hits = Signal::derive(move || {
        let hit = |idea: &TagIdea| Hit {
            title: idea.name.clone().unwrap_or_else(|| idea.tags.clone()),
            detail: idea.about.clone(),
        };
        finding.found.with(|found| found.iter().map(hit).collect::<Vec<_>>())
    });
    let propose = move |_| {
        finding.found.set(vec![]);
        finding.ask(propose_hashtags(target.text()));
    };
    let ask = can_propose.then(|| {
        view! {
            <div>
                <Button kind=ButtonKind::Secondary small=true kind_type="button" disabled=finding.busy on:click=propose>
                    "Propose some for this text"
                </Button>
            </div>
        }
        .into_any()
    });
    view! {
        <Finder
            id=PANEL
            label="Hashtags"
            search="Search your hashtags"
            hits=hits
            status=finding.status("No hashtag was found. Those of your published posts, and the groups that you keep under Snippets, are shown here.")
            on_search=search
            on_pick=pick
            on_close=on_close
        >
            {ask}
        </Finder>
    }
}
