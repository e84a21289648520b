//! What to know about the chosen time and content while one writes: the same words again, more posts than the platform
//! takes, another post at nearly the same time. It comes from the server, a moment after the last key, and blocks nothing.

use super::composer::{Composer, Kept};
use crate::domain::moment::LocalTime;
use crate::domain::post::{Plan, words_of};
use crate::features::posts::calls::guard_post;
use crate::ui::{Notice, Tone};
use leptos::prelude::*;
use std::time::Duration;

/// Long enough that nobody is asked about half a word.
const PAUSE: Duration = Duration::from_millis(700);

/// What an answer is about.
type Asked = (Kept, Plan);

#[component]
pub fn Guards(composer: Composer) -> impl IntoView {
    let c = composer;
    let notes = RwSignal::new(Vec::<String>::new());
    let answered = StoredValue::new(None::<Asked>);
    let now = move || (c.kept_now(), plan(c));
    let ask = Action::new(move |asked: &Asked| {
        let asked = asked.clone();
        let input = c.input(asked.1, false);
        async move { (asked, guard_post(input).await) }
    });
    Effect::new(move |_| {
        // An answer about what is no longer written is dropped, and so is a failure: saving says the same.
        if let Some((asked, Ok(found))) = ask.value().get()
            && untrack(|| plan(c).is_some_and(|plan| (c.kept_now(), plan) == asked))
        {
            answered.set_value(Some(asked));
            notes.set(words_of(found));
        }
    });
    Effect::new(move |before: Option<(Kept, Option<Plan>)>| {
        c.text.track();
        c.link.track();
        c.own.track();
        c.chosen.track();
        c.validations.track();
        c.when.track();
        c.second.track();
        let asked = untrack(now);
        if before.as_ref() != Some(&asked) {
            notes.set(vec![]);
        }
        let question = asked.1.map(|plan| (asked.0.clone(), plan)).filter(|(content, _)| !content.targets.is_empty());
        if let Some(question) = question.filter(|q| answered.with_value(|a| a.as_ref() != Some(q))) {
            let later = set_timeout_with_handle(
                move || {
                    ask.dispatch(question);
                },
                PAUSE,
            );
            on_cleanup(move || drop(later.map(|handle| handle.clear())));
        }
        asked
    });
    move || {
        let notes = notes.get();
        (!notes.is_empty()).then(|| view! { <Notes label="Worth a look before you schedule" notes=notes open=false /> })
    }
}

/// One note in full; several as their number, which unfolds (`open`: it is unfolded).
#[component]
pub fn Notes(label: &'static str, notes: Vec<String>, open: bool) -> impl IntoView {
    let count = notes.len();
    let lines = notes.into_iter().map(|note| view! { <li dir="auto">{note}</li> }).collect_view();
    let list = view! {
        <ul class="flex max-h-32 flex-col gap-1 overflow-y-auto" tabindex="0" aria-label=label>
            {lines}
        </ul>
    };
    let body = if count == 1 {
        list.into_any()
    } else {
        view! {
            <details open=open>
                <summary>{format!("{count} warnings")}</summary>
                <div class="mt-1">{list}</div>
            </details>
        }
        .into_any()
    };
    view! { <Notice tone=Tone::Warning>{body}</Notice> }
}

/// The time that is in the field, as a plan.
fn plan(c: Composer) -> Option<Plan> {
    let local: LocalTime = c.when.get_untracked().parse().ok()?;
    Some(Plan::Schedule { local, second: c.second.get_untracked() })
}
